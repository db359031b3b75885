"""By how much the intervals of ``combiner`` must be widened to hold what they promise, found on validation series.

For each kind of series and stretch of steps the distances of the interval's ends from the median are multiplied by
the factor with which the interval would have held its share of the values. Source: split conformal prediction, Lei
and others (2018), https://doi.org/10.1080/01621459.2017.1307116, and for quantiles Romano and others (2019),
https://arxiv.org/abs/1905.03222.

Such a factor holds for other series of the same years, and is too small for the years to come. How much too small is
found by going back: a network that is taught the same series without their ends is asked for the last values that it
could know of, and for those after them. The factors are multiplied by what it needed more for the latter (``drift``).
"""

import keras
import numpy as np

from models import forecast
from models.networks.forecast import NETWORKS
from training.data.series import Series
from training.forecast_data import Data
from training.forecast_evaluation import Forecaster, combiner_forecaster
from training.forecast_fit import OURS, Settings, teach
from training.forecast_windows import MIN_VALUES, asked_horizon, build_pieces, cut_pieces

# The least season of each kind of series, how far its series are forecast, and how many windows are taken of each.
KINDS = {1: (18, 2), 2: (12, 3), 7: (28, 6), 12: (36, 3), 24: (96, 6), 49: (52, 6)}
# The first step of each stretch of steps.
STRETCHES = (1, 3, 7, 19)
SHARES = (0.8, 0.95)
# So many series say as much as the guess that nothing need be widened.
TRUST = 20.0
# Of the factors in the folder's file.
DECIMALS = 4
# What teaches the network of an earlier day: some of the pieces, a few times.
DRIFT_PIECES, DRIFT_EPOCHS = 60_000, 2


def find_widths(forecaster: Forecaster, validation: list[Series], drift: np.ndarray) -> forecast.Widths:
    """Return the factors found on the last windows of validation series, times the drift.

    Args:
        forecaster: the network's, without widths.
        validation: series that it did not learn from.
        drift: of both intervals, what ``find_drift`` found.
    """
    seasons = np.array(list(KINDS))
    factors = np.ones((len(KINDS), len(STRETCHES), len(SHARES)))
    for kind, (horizon, windows) in enumerate(KINDS.values()):
        own = [one for one in validation if np.searchsorted(seasons, one.season, side="right") - 1 == kind]
        needed, steps = _needed(forecaster, own, horizon, windows)
        for stretch, first in enumerate(STRETCHES):
            last = [*STRETCHES, np.inf][stretch + 1]
            chosen = needed[(steps >= first) & (steps < last)]
            found = _factors(chosen, len(own)) if len(chosen) else factors[kind, max(stretch - 1, 0)]
            factors[kind, stretch] = found
    return forecast.Widths(seasons, np.array(STRETCHES), (factors * drift).round(DECIMALS))


def find_drift(data: Data, settings: Settings, seed: int) -> np.ndarray:
    """Return by how much wider both intervals must be after the time that was learned from, at least 1, float64 [2]."""
    keras.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    cuts = cut_pieces([_without_end(one) for one in data.learned if _is_long(one)], random)
    chosen = random.permutation(len(cuts))[:DRIFT_PIECES]
    model = NETWORKS[OURS]()
    pieces = build_pieces([cuts[index] for index in chosen], random)
    teach(model, pieces, settings._replace(epochs=DRIFT_EPOCHS))
    forecaster = combiner_forecaster(model)
    held_out = [one for one in data.validation if _is_long(one)]
    before = _needed_at_ends(forecaster, [_without_end(one) for one in held_out])
    after = _needed_at_ends(forecaster, held_out)
    return np.maximum(_quantiles(after) / _quantiles(before), 1).round(3)


def _is_long(series: Series) -> bool:
    """Whether two horizons and a history remain, and the history changes."""
    horizon = asked_horizon(series.group)
    start = len(series.values) - 2 * horizon
    return start >= max(MIN_VALUES, series.season + 1) and bool(np.ptp(series.values[:start]) > 0)


def _without_end(series: Series) -> Series:
    """The series as it was one horizon earlier."""
    values = series.values[: -asked_horizon(series.group)]
    return Series(series.name, series.group, series.season, values)


def _needed_at_ends(forecaster: Forecaster, series: list[Series]) -> np.ndarray:
    """The factors that the values of the last horizon of each series would have needed [values, 2]."""
    found = []
    for season, horizon in sorted({(one.season, asked_horizon(one.group)) for one in series}):
        own = [one.values for one in series if (one.season, asked_horizon(one.group)) == (season, horizon)]
        quantiles = forecaster([values[:-horizon] for values in own], horizon, season)
        actual = np.stack([values[-horizon:] for values in own])
        found.append(_needed_factors(quantiles, actual).reshape(-1, 2))
    return np.concatenate(found)


def _needed(forecaster: Forecaster, series: list[Series], horizon: int, windows: int) -> tuple[np.ndarray, np.ndarray]:
    """The factors that each value would have needed to lie in the intervals [values, 2], and its step [values]."""
    needed, steps = [np.empty((0, 2))], [np.empty(0)]
    for season in sorted({one.season for one in series}):
        cut = [pair for one in series if one.season == season for pair in _cut(one.values, season, horizon, windows)]
        for reach in sorted({len(after) for _history, after in cut}):
            some = [pair for pair in cut if len(pair[1]) == reach]
            quantiles = forecaster([history for history, _after in some], reach, season)
            actual = np.stack([after for _history, after in some])
            needed.append(_needed_factors(quantiles, actual).reshape(-1, 2))
            steps.append(np.tile(np.arange(1, reach + 1), len(some)))
    return np.concatenate(needed), np.concatenate(steps)


def _cut(values: np.ndarray, season: int, horizon: int, windows: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Questions to one series: histories, and what followed; at most a third of the series is asked for."""
    reach = min(horizon, len(values) // 3)
    ends = [len(values) - (window + 1) * reach for window in range(windows)]
    return [
        (values[:end], values[end : end + reach])
        for end in ends
        if end >= max(forecast.WINDOW, season + 1) and np.ptp(values[:end]) > 0
    ]


def _needed_factors(quantiles: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """By what each value's distance from the median exceeds that of the interval's end: [series, horizon, 2]."""
    middle = quantiles[..., 2]
    found = []
    for low, high in ((1, 3), (0, 4)):
        above = actual > middle
        reach = np.where(above, quantiles[..., high] - middle, middle - quantiles[..., low])
        found.append(np.abs(actual - middle) / np.where(reach > 0, reach, np.inf))
    return np.stack(found, axis=-1)


def _quantiles(needed: np.ndarray) -> np.ndarray:
    """The factors [2] with which the intervals hold their shares."""
    return np.array([np.quantile(needed[:, column], share) for column, share in enumerate(SHARES)])


def _factors(needed: np.ndarray, series: int) -> np.ndarray:
    """The same, drawn towards one where few series tell: the values of one series err alike."""
    return (_quantiles(needed) * series + TRUST) / (series + TRUST)


def as_csv(widths: forecast.Widths) -> str:
    """Return the factors as the folder's file: a row for each kind and stretch."""
    rows = ["season,step,0.8,0.95"]
    for season, stretches in zip(widths.seasons, widths.factors, strict=True):
        for step, (narrow, wide) in zip(widths.steps, stretches, strict=True):
            rows.append(f"{season},{step},{narrow:.{DECIMALS}f},{wide:.{DECIMALS}f}")
    return "\n".join(rows) + "\n"
