"""The sales of King County as the house networks learn them: three parts, each sale with and without its details."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models import house
from models.networks.house import Sales
from training.data.king_county import load_king_county, split_by_house
from training.house_statistics import build_statistics

# Of the houses: a tenth to validate, a fifth to test. This split is the folders'; others are for --splits.
SHARES = (0.1, 0.2)
SPLIT_SEED = 0


class Split(NamedTuple):
    """The three parts, and what the tab knows of the training part."""

    train: Sales
    validation: Sales
    test: Sales
    statistics: dict[str, Any]


def load_data(folder: Path, seed: int = SPLIT_SEED) -> Split:
    """Return the sales of King County in three parts, no house in two of them.

    Raises:
        training.data.DataError: the sales cannot be had.
    """
    return split(load_king_county(folder), seed)


def split(columns: dict[str, np.ndarray], seed: int) -> Split:
    """Split columns like those of ``load_king_county`` in three parts, the same for the same seed."""
    chosen = split_by_house(columns["id"], SHARES, seed)
    parts = [{name: values[rows] for name, values in columns.items()} for rows in chosen]
    statistics = build_statistics(parts[0])
    return Split(*(_sales(part, statistics) for part in parts), statistics)


def _sales(columns: dict[str, np.ndarray], statistics: dict[str, Any]) -> Sales:
    entries = np.column_stack([columns[name] for name in house.ENTRIES])
    details = np.column_stack([columns[name] for name in house.DETAILS])
    detailed = np.column_stack([entries, details, np.ones(len(entries))]).astype(np.float32)
    form = house.with_usual_details(entries, statistics)
    return Sales(detailed, form, np.log(columns["price"]), columns["id"])
