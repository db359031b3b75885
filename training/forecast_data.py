"""The series that the forecasting networks learn from, validate on and are tested with."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from models import forecast
from training import m4
from training.data.series import Series, drop_shared, load_further, load_m1, load_m4
from training.forecast_evaluation import Test

# Every tenth series of each collection is for validation.
VALIDATION_PART = 10


class Data(NamedTuple):
    """The series to learn from, those to validate on, and the M4 test parts."""

    learned: list[Series]
    validation: list[Series]
    tests: list[Test]


def load_data(folder: Path) -> Data:
    """Return M4 and the further collections of the data folder, in three parts.

    The M4 test values are those after the end of each M4 series; the series themselves are learned from and
    validated on, as the competition's rules have it.

    Raises:
        training.data.DataError: M4 cannot be had, or a file is not what it should be.
    """
    tests, series = [], []
    for frequency in m4.FREQUENCIES:
        histories, actual = load_m4(folder, frequency.name)
        tests.append(Test(frequency, histories, actual))
        series += [
            Series(f"{frequency.name}{index}", frequency.name, frequency.told_season, values)
            for index, values in enumerate(histories)
            if np.ptp(values) > 0
        ]
    kept_out = [*load_m1(folder), *(row for test in tests for row in test.actual)]
    return split(drop_shared(series + load_further(folder), kept_out), tests)


def split(series: list[Series], tests: list[Test]) -> Data:
    """Put every tenth series of each group aside for validation, always the same."""
    order: dict[str, int] = {}
    parts: tuple[list[Series], list[Series]] = ([], [])
    for one in series:
        order[one.group] = order.get(one.group, -1) + 1
        parts[order[one.group] % VALIDATION_PART == VALIDATION_PART // 2].append(one)
    return Data(*parts, tests)


def validation_tests(data: Data) -> list[Test]:
    """Return the M4 series to validate on, cut one horizon before their ends."""
    tests = []
    for frequency in m4.FREQUENCIES:
        own = [series.values for series in data.validation if series.group == frequency.name]
        cut = [(values[: -frequency.horizon], values[-frequency.horizon :]) for values in own]
        cut = [(history, after) for history, after in cut if len(history) >= forecast.WINDOW and np.ptp(history) > 0]
        tests.append(Test(frequency, [history for history, _after in cut], np.stack([a for _h, a in cut])))
    return tests
