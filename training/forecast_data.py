"""The series that the forecasting networks learn from, validate on and are tested with."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from models import forecast
from training import m4
from training.data.series import (
    SHARED_RUN,
    Question,
    Series,
    aggregate,
    drop_shared,
    load_further,
    load_m1,
    load_m4,
    load_m4_if_there,
)
from training.forecast_evaluation import Test

# Every tenth series of each collection is for validation.
VALIDATION_PART = 10
# Windows of each series to validate on, a horizon apart: more where there are few series.
VALIDATION_WINDOWS = {"Weekly": 6, "Hourly": 6}
# Validation series that stand in for the quarterly and monthly ones of M1: their seasons, and the shortest and
# longest history that is left to them. Those of M1 are about as long.
SHORT_QUARTERLY, SHORT_MONTHLY = (12, 100), (30, 130)
# Histories of this many values and fewer are shown to validation as short ones.
SHORT = (8, 10, 12, 16, 20, 28)


class Data(NamedTuple):
    """The series to learn from, those to validate on, the M4 test parts, and M1 as tests by period."""

    learned: list[Series]
    validation: list[Series]
    tests: list[Test]
    m1: list[Test]


def load_data(folder: Path) -> Data:
    """Return M4 and the further collections of the data folder, in three parts, and M1, from which nothing is learned.

    The M4 test values are those after the end of each M4 series; the series themselves are learned from and
    validated on, as the competition's rules have it. Quarterly series are made from monthly ones where M4's own are
    not there.

    Raises:
        training.data.DataError: M4 cannot be had, or a file is not what it should be.
    """
    tests, series = [], []
    for frequency in m4.FREQUENCIES:
        found = (load_m4 if frequency.is_needed else load_m4_if_there)(folder, frequency.name)
        if found is None:
            continue
        histories, actual = found
        tests.append(Test(frequency, histories, actual))
        series += [
            Series(f"{frequency.name}{index}", frequency.name, frequency.told_season, values)
            for index, values in enumerate(histories)
            if np.ptp(values) > 0
        ]
    questions = load_m1(folder)
    kept_out = [np.r_[one.history, one.actual] for one in questions] + [row for test in tests for row in _ends(test)]
    whole = tuple(test.frequency.name for test in tests)
    data = split(drop_shared(series + load_further(folder, whole), kept_out), tests, m1_tests(questions))
    if "Quarterly" in whole:
        return data
    learned, validation = (
        [*part, *drop_shared(drop_shared(aggregate(part), kept_out), kept_out, times=3)]
        for part in (data.learned, data.validation)
    )
    return data._replace(learned=learned, validation=validation)


def _ends(test: Test) -> list[np.ndarray]:
    """The test values of each series behind its last values: every run of eight holds a test value."""
    pairs = zip(test.histories, test.actual, strict=True)
    return [np.r_[history[1 - SHARED_RUN :], actual] for history, actual in pairs]


def m1_tests(questions: list[Question]) -> list[Test]:
    """Return the M1 series as tests: yearly, quarterly, monthly."""
    tests = []
    for frequency in m4.M1_FREQUENCIES:
        own = [one for one in questions if one.period == frequency.name]
        if own:
            tests.append(Test(frequency, [one.history for one in own], np.stack([one.actual for one in own])))
    return tests


def split(series: list[Series], tests: list[Test], m1: list[Test]) -> Data:
    """Put every tenth series of each group aside for validation, always the same."""
    order: dict[str, int] = {}
    parts: tuple[list[Series], list[Series]] = ([], [])
    for one in series:
        order[one.group] = order.get(one.group, -1) + 1
        parts[order[one.group] % VALIDATION_PART == VALIDATION_PART // 2].append(one)
    return Data(*parts, tests, m1)


def validation_tests(data: Data) -> list[Test]:
    """Return series to validate on, cut one horizon before their ends: M4's, and quarterly and monthly ones.

    The further series are cut to histories as short as those of M1, each to a length drawn once and for all.
    """
    tests = []
    for frequency in m4.FREQUENCIES:
        own = [series.values for series in data.validation if series.group == frequency.name]
        if own:
            tests.append(_cut(frequency, own, VALIDATION_WINDOWS.get(frequency.name, 1)))
    for frequency, (shortest, longest) in zip(m4.M1_FREQUENCIES[1:], (SHORT_QUARTERLY, SHORT_MONTHLY), strict=True):
        random = np.random.default_rng(0)
        own = [one.values for one in data.validation if one.season == frequency.season and one.group != frequency.name]
        kept = [values[-(int(random.integers(shortest, longest + 1)) + frequency.horizon) :] for values in own]
        kept = [values for values in kept if len(values) >= shortest + frequency.horizon]
        if kept:
            tests.append(_cut(frequency._replace(name=f"other {frequency.name}"), kept, 1))
    return tests


def _cut(frequency: m4.Frequency, series: list[np.ndarray], windows: int) -> Test:
    """Questions to series: what followed is known, a horizon of it."""
    pairs = []
    for values in series:
        for window in range(windows):
            end = len(values) - (window + 1) * frequency.horizon
            history, after = values[:end], values[end : end + frequency.horizon]
            if end >= max(forecast.WINDOW, frequency.season + 1) and np.ptp(history) > 0:
                pairs.append((history, after))
    return Test(frequency, [history for history, _after in pairs], np.stack([after for _history, after in pairs]))
