"""What the house tab knows of the houses that its networks learned from: ranges, medians, places, a coarse map.

Everything is counted over the training sales and rounded; no single sale can be read from it but the largest
and smallest value of an entry.
"""

from typing import Any

import numpy as np

from models.house import ENTRIES

HISTOGRAM_BINS = 24
MAP_CELL = (0.012, 0.018)  # degrees of latitude and longitude, about 1.3 kilometres each way
MAP_LEAST_SALES = 4
# The median house stands where prices are the county's, in a zip code with at least this many training sales.
PLACE_LEAST_SALES = 200

Columns = dict[str, np.ndarray]


def build_statistics(columns: Columns) -> dict[str, Any]:
    """Return the statistics of training sales, columns [n] named as in ``training.data.king_county.COLUMNS``."""
    zip_codes = _zip_codes(columns)
    return {
        "sales": len(columns["price"]),
        "day": float(np.median(columns["day"])),
        "price": {name: float(getattr(np, call)(columns["price"])) for name, call in PRICE_FACTS.items()},
        "entries": {name: _entry(name, columns[name]) for name in ENTRIES if name != "zip_code"},
        "zip_codes": zip_codes,
        "cells": _cells(columns["latitude"], columns["longitude"]),
        "median_house": _median_house(columns, zip_codes),
    }


PRICE_FACTS = {"least": "min", "median": "median", "most": "max"}


def _entry(name: str, values: np.ndarray) -> dict[str, Any]:
    """The quantiles at 0, 1, ... 100 per cent and a histogram; of a renovation, where there was one."""
    values = values[values > 0] if name == "year_renovated" else values
    quantiles = np.quantile(values, np.linspace(0, 1, 101), method="nearest")
    edges = _edges(name, quantiles)
    counts, _edges_again = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return {
        "quantiles": quantiles.round(2).tolist(),
        "histogram": {"edges": edges.round(3).tolist(), "counts": counts.tolist()},
    }


def _edges(name: str, quantiles: np.ndarray) -> np.ndarray:
    """A bin around each value where these are few; else bins from the 1st to the 99th percentile."""
    step = ENTRIES[name].step
    least, most = quantiles[0], quantiles[-1]
    if (most - least) / step <= 2 * HISTOGRAM_BINS:
        return np.arange(least - step / 2, most + step, step)
    spaced = np.geomspace if name in ("living_area", "lot") else np.linspace
    return spaced(quantiles[1], quantiles[99], HISTOGRAM_BINS + 1)


def _zip_codes(columns: Columns) -> dict[str, dict[str, float]]:
    """Each zip code's middle, number of sales, median price, and usual living area and lot in the neighbourhood."""
    places = {}
    for code in np.unique(columns["zip_code"]):
        chosen = columns["zip_code"] == code
        places[str(int(code))] = {
            "latitude": round(float(columns["latitude"][chosen].mean()), 4),
            "longitude": round(float(columns["longitude"][chosen].mean()), 4),
            "sales": int(chosen.sum()),
            "price": round(float(np.median(columns["price"][chosen])), -3),
            "living_area": float(np.median(columns["living_area_nearby"][chosen])),
            "lot": float(np.median(columns["lot_nearby"][chosen])),
        }
    return places


def _cells(latitudes: np.ndarray, longitudes: np.ndarray) -> list[list[float]]:
    """Latitude, longitude and number of sales of each cell of a coarse grid that has some sales."""
    indices = np.column_stack([np.floor(latitudes / MAP_CELL[0]), np.floor(longitudes / MAP_CELL[1])])
    cells, counts = np.unique(indices, axis=0, return_counts=True)
    middles = (cells + 0.5) * MAP_CELL
    return [
        [round(float(latitude), 3), round(float(longitude), 3), int(count)]
        for (latitude, longitude), count in zip(middles, counts, strict=True)
        if count >= MAP_LEAST_SALES
    ]


def _median_house(columns: Columns, zip_codes: dict[str, dict[str, float]]) -> dict[str, float]:
    """The median of every entry, in the much sold zip code whose median price is nearest the county's."""
    house = {name: float(np.quantile(columns[name], 0.5, method="nearest")) for name in ENTRIES if name != "zip_code"}
    median = np.median(columns["price"])
    often = {code: place for code, place in zip_codes.items() if place["sales"] >= PLACE_LEAST_SALES} or zip_codes
    place = min(often, key=lambda code: abs(often[code]["price"] - median))
    return house | {"zip_code": float(place)}
