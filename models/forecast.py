"""What the forecasting task takes and gives: one series of numbers in, its next values with intervals out.

``combiner`` (ours) answers all steps at once, from features of the series and from simple forecasts that it
weighs and corrects (``models/forecast_features.py``); ``settle`` makes its answer from what the network gives.
``lstm``, ``gru`` and ``rnn`` are the tutorials': they see the last ten values, scaled to 0..1, forecast one value,
take it for true, and go on; their intervals are the errors they made on validation series, by step.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from models import runtime, store
from models.forecast_features import MIN_VALUES, features

TASK = "forecast"
NETWORKS = ("combiner", "lstm", "gru", "rnn")
DEFAULT_NETWORK = "combiner"

# Values that a visitor's series must have, so that every network can answer.
MIN_LENGTH = 12
MAX_HORIZON = 96
MAX_SEASON = 1_000
# Values before these do not change a forecast.
MAX_LENGTH = 5_000

QUANTILES = (0.025, 0.1, 0.5, 0.9, 0.975)
# Values that a recurrent network sees.
WINDOW = 10
# The file with the quantiles of a recurrent network's errors: one row a step, one column a quantile.
ERRORS = "errors.csv"
# The file with the factors by which the intervals of ``combiner`` are widened.
WIDTHS = "widths.csv"
# The file that says how far ``combiner`` leans on the seasonal naive forecast.
SHARES = "shares.csv"


@dataclass(frozen=True)
class Forecast:
    """One network's forecast of one series, in the unit of the series.

    forecast, low_80, high_80, low_95, high_95: float64 [horizon], with
        low_95 <= low_80 <= forecast <= high_80 <= high_95 at every step.
    milliseconds: time in the network alone, for the whole batch that the series was part of.
    folder: the model's folder that answered, with all its facts.
    """

    forecast: np.ndarray
    low_80: np.ndarray
    high_80: np.ndarray
    low_95: np.ndarray
    high_95: np.ndarray
    milliseconds: float
    folder: store.Folder


def min_length(network: str) -> int:
    """Return how many values a network needs at least.

    Raises:
        ValueError: the network is not one of ``NETWORKS``.
    """
    _require_network(network)
    return MIN_VALUES if network == DEFAULT_NETWORK else WINDOW


def predict(values: np.ndarray, horizon: int, season: int, network: str) -> Forecast:
    """Forecast one series.

    Args:
        values: float64 [n], the oldest first, evenly spaced, all finite, in any unit.
        horizon: how many values to forecast, 1..MAX_HORIZON.
        season: how many values make one season (12 for months), 1 for none; ours looks for a season only where
            two of them are there, the others do not look.
        network: one of ``NETWORKS``.

    Raises:
        ValueError: a value, the length, the horizon, the season or the network is not as above.
        runtime.NotReady, runtime.Busy, runtime.Unavailable: no answer can be given now.
    """
    return predict_many([values], horizon, season, network)[0]


def predict_many(series: list[np.ndarray], horizon: int, season: int, network: str) -> list[Forecast]:
    """Forecast several series of any lengths in one call of the network; see ``predict``."""
    _require_network(network)
    _require_whole("horizon", horizon, MAX_HORIZON)
    _require_whole("season", season, MAX_SEASON)
    least = min_length(network)
    histories = [_require_values(values, least) for values in series]
    units = [_unit(values) for values in histories]
    scaled = [values / unit for values, unit in zip(histories, units, strict=True)]
    answer = _combine(scaled, horizon, season) if network == DEFAULT_NETWORK else _recur(scaled, horizon, network)
    quantiles, milliseconds, folder = answer
    return [_as_forecast(own * unit, milliseconds, folder) for own, unit in zip(quantiles, units, strict=True)]


def _require_network(network: str) -> None:
    if network not in NETWORKS:
        raise ValueError(f"network must be one of {', '.join(NETWORKS)}. Received: {network!r}")


def _require_whole(name: str, value: int, most: int) -> None:
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_whole or not 1 <= value <= most:
        raise ValueError(f"{name} must be a whole number from 1 to {most}. Received: {value!r}")


def _require_values(values: np.ndarray, least: int) -> np.ndarray:
    array = np.asarray(values, np.float64)
    if array.ndim != 1 or len(array) < least:
        raise ValueError(f"values must be one row of at least {least} numbers. Received shape: {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError("values must be finite. Received: NaN or infinity")
    return array[-MAX_LENGTH:]


def _unit(values: np.ndarray) -> float:
    """A power of two near the largest value: dividing by it loses no digit, and no scale overflows."""
    largest = float(np.abs(values).max())
    return float(np.ldexp(1.0, int(np.clip(np.frexp(largest)[1], -1000, 1000)))) if largest else 1.0


def _as_forecast(quantiles: np.ndarray, milliseconds: float, folder: store.Folder) -> Forecast:
    """Put quantiles [horizon, 5] in order around the median, where rounding may have crossed them."""
    middle = quantiles[:, 2]
    low_80, high_80 = np.minimum(quantiles[:, 1], middle), np.maximum(quantiles[:, 3], middle)
    low_95, high_95 = np.minimum(quantiles[:, 0], low_80), np.maximum(quantiles[:, 4], high_80)
    return Forecast(middle, low_80, high_80, low_95, high_95, milliseconds, folder)


Quantiles = tuple[np.ndarray, float, store.Folder]


def _combine(histories: list[np.ndarray], horizon: int, season: int) -> Quantiles:
    """Ours: quantiles float64 [n, horizon, 5]."""
    found = features(histories, np.arange(1, horizon + 1), season)
    answer = runtime.call(TASK, DEFAULT_NETWORK, found.series, found.steps)
    quantiles = settle(found.restore(answer.output), histories, season, read_adjustment(answer.folder.path))
    return quantiles, answer.milliseconds, answer.folder


def _recur(histories: list[np.ndarray], horizon: int, network: str) -> Quantiles:
    """A recurrent network: quantiles float64 [n, horizon, 5], each step fed with the ones before."""
    windows = np.stack([values[-WINDOW:] for values in histories])
    milliseconds, steps = 0.0, []
    for _ in range(horizon):
        scaled, low, span = scale_windows(windows)
        answer = runtime.call(TASK, network, scaled[..., np.newaxis])
        value = low + span * answer.output.astype(np.float64)  # [n, 1]
        windows = np.concatenate([windows[:, 1:], value], axis=1)
        milliseconds += answer.milliseconds
        steps.append(value)
    middle = np.concatenate(steps, axis=1)
    errors = read_errors(answer.folder.path / ERRORS)[:horizon]
    size = np.array([usual_change(values) for values in histories])
    quantiles = middle[..., np.newaxis] + size[:, np.newaxis, np.newaxis] * errors
    return never_below_zero(quantiles, histories), milliseconds, answer.folder


@dataclass(frozen=True)
class Widths:
    """By how much the intervals of ``combiner`` are widened, as found on validation series.

    seasons: the least season of each kind, rising from 1. steps: the first step of each stretch, rising from 1.
    factors: float64 [kinds, stretches, 2], for the 80 and the 95 % interval.
    """

    seasons: np.ndarray
    steps: np.ndarray
    factors: np.ndarray

    def widen(self, quantiles: np.ndarray, season: int) -> np.ndarray:
        """Return quantiles [n, horizon, 5] with their distances from the median multiplied."""
        kind = np.searchsorted(self.seasons, season, side="right") - 1
        stretches = np.searchsorted(self.steps, np.arange(1, quantiles.shape[1] + 1), side="right") - 1
        narrow, wide = self.factors[kind, stretches].T
        by = np.stack([wide, narrow, np.ones_like(wide), narrow, wide], axis=1)  # [horizon, 5]
        middle = quantiles[..., 2:3]
        return middle + by * (quantiles - middle)


@cache
def read_widths(path: Path) -> Widths:
    """Return the factors in a folder's file: columns season, step, 0.8 and 0.95."""
    with path.open(newline="", encoding="utf-8") as stream:
        rows = [[float(row[name]) for name in ("season", "step", "0.8", "0.95")] for row in csv.DictReader(stream)]
    table = np.array(rows)
    seasons, steps = (np.unique(table[:, column]).astype(int) for column in (0, 1))
    return Widths(seasons, steps, table[:, 2:].reshape(len(seasons), len(steps), 2))


@dataclass(frozen=True)
class Shares:
    """How far ``combiner`` leans on the seasonal naive forecast, as found on validation series.

    seasons: the least season of each kind, rising from 1. lengths: the fewest values of each length, rising.
    shares: float64 [kinds, lengths], 0 for the network alone, 1 for the seasonal naive forecast alone.
    """

    seasons: np.ndarray
    lengths: np.ndarray
    shares: np.ndarray

    def mix(self, quantiles: np.ndarray, histories: list[np.ndarray], season: int) -> np.ndarray:
        """Return quantiles [n, horizon, 5], each series' moved towards its seasonal naive forecast."""
        kind = np.searchsorted(self.seasons, season, side="right") - 1
        places = np.searchsorted(self.lengths, [len(values) for values in histories], side="right") - 1
        share = self.shares[kind, np.maximum(places, 0)][:, np.newaxis]
        way = seasonal_naive(histories, season, quantiles.shape[1]) - quantiles[..., 2]
        return quantiles + (share * way)[..., np.newaxis]


@cache
def read_shares(path: Path) -> Shares:
    """Return the shares in a folder's file: columns season, values and share."""
    with path.open(newline="", encoding="utf-8") as stream:
        rows = [[float(row[name]) for name in ("season", "values", "share")] for row in csv.DictReader(stream)]
    table = np.array(rows)
    seasons, lengths = (np.unique(table[:, column]).astype(int) for column in (0, 1))
    return Shares(seasons, lengths, table[:, 2].reshape(len(seasons), len(lengths)))


def seasonal_naive(histories: list[np.ndarray], season: int, horizon: int) -> np.ndarray:
    """Return the values one season before [n, horizon], the last value where there is no whole season."""
    steps = np.arange(horizon)
    return np.stack(
        [values[-season:][steps % season] if len(values) >= season else values[-1 + 0 * steps] for values in histories]
    )


class Adjustment(NamedTuple):
    """What ``combiner``'s folder holds beside the network; ``None`` leaves the network's answer as it is."""

    shares: Shares | None = None
    widths: Widths | None = None


def read_adjustment(folder: Path) -> Adjustment:
    """Return what the folder of ``combiner`` says of shares and widths."""
    return Adjustment(read_shares(folder / SHARES), read_widths(folder / WIDTHS))


def settle(quantiles: np.ndarray, histories: list[np.ndarray], season: int, adjustment: Adjustment) -> np.ndarray:
    """Return the answer of ``combiner`` from what the network gave, quantiles float64 [n, horizon, 5].

    Three rules, in this order: series of a kind and length at which the network cannot beat the seasonal naive
    forecast are mixed with it; the intervals are widened to hold their shares; what never was below zero stays so.
    """
    if adjustment.shares is not None:
        quantiles = adjustment.shares.mix(quantiles, histories, season)
    if adjustment.widths is not None:
        quantiles = adjustment.widths.widen(quantiles, season)
    return never_below_zero(quantiles, histories)


def never_below_zero(quantiles: np.ndarray, histories: list[np.ndarray]) -> np.ndarray:
    """Return quantiles [n, horizon, 5], none below zero for a series that never was: counts, prices, amounts."""
    never_was = np.array([values.min() >= 0 for values in histories])
    return np.where(never_was[:, np.newaxis, np.newaxis], np.maximum(quantiles, 0), quantiles)


def scale_windows(windows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scale each window float64 [n, WINDOW] to 0..1 by its own least and largest value, as the tutorials do.

    Returns:
        The scaled windows (zeros where all values are equal), the least values [n, 1] and the spans [n, 1].
    """
    low = windows.min(axis=1, keepdims=True)
    span = windows.max(axis=1, keepdims=True) - low
    return (windows - low) / np.where(span > 0, span, 1), low, span


def usual_change(values: np.ndarray) -> float:
    """Return the mean size of the last hundred changes from one value to the next, the unit of the errors."""
    return float(np.abs(np.diff(values[-101:])).mean())


@cache
def read_errors(path: Path) -> np.ndarray:
    """Return the quantiles of a recurrent network's errors by step, in usual changes: float64 [MAX_HORIZON, 5].

    The middle column is zero: the forecast itself is not moved.
    """
    with path.open(newline="", encoding="utf-8") as stream:
        rows = [[float(row[str(quantile)]) for quantile in QUANTILES] for row in csv.DictReader(stream)]
    errors = np.array(rows)
    errors[:, 2] = 0
    return errors
