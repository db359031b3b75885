"""What the network ``combiner`` sees of a series: its recent values, simple forecasts of it, and a few facts.

Everything is measured from the last value without season (the anchor) in units of the series' usual change (the
scale), so a series in dollars and the same in cents look alike.
"""

from dataclasses import dataclass

import numpy as np

from models.smoothing import Profile, Smoothed, find_profile, smooth

# Fewest values that the features can be made from.
MIN_VALUES = 8
# Values of each kind that the network sees one by one, and values that smoothing runs over.
SEEN = 48
SMOOTHED = 64
# Means of blocks of values, for what lies further back.
BLOCKS = 8
SHORTEST_BLOCK = 16
CYCLES = 5
LONG_CYCLES = 4
LONGEST_LOOKBACK = 2_000
# Days have hours and weeks have days: the seven times longer season that goes with a season.
LONG_SEASON = {24: 168, 48: 336, 96: 672}

SIMPLE_FORECASTS = (
    "last value",
    "smoothing",
    "theta",
    "damped trend",
    "smoothing, long season",
    "theta, long season",
    "damped trend, long season",
    "smoothing, no season",
    "theta, no season",
    "last season",
    "season before",
    "last long season",
    "drift",
    "recent line",
    "mean",
)
POSITIONS = 4
FACTS = 18
SERIES_SIZE = 4 * SEEN + BLOCKS + FACTS
STEP_SIZE = len(SIMPLE_FORECASTS) + POSITIONS
# A series whose usual change is a smaller part of its size than this only changes by rounding.
ROUNDING = 1e-13
# Simple forecasts further than this many usual changes from the anchor are cut off.
FURTHEST = 2_000.0


@dataclass(frozen=True)
class Features:
    """The network's inputs, and what turns its output back into values.

    series: float32 [batch, SERIES_SIZE]. steps: float32 [batch, horizon, STEP_SIZE].
    anchor, scale: float64 [batch]; the scale is 0 where the recent values do not change.
    """

    series: np.ndarray
    steps: np.ndarray
    anchor: np.ndarray
    scale: np.ndarray

    def restore(self, output: np.ndarray) -> np.ndarray:
        """Turn the network's output [batch, horizon, quantiles] into values of the series, float64."""
        scale = self.scale[:, np.newaxis, np.newaxis]
        return self.anchor[:, np.newaxis, np.newaxis] + scale * output.astype(np.float64)


def lookback(season: int) -> int:
    """Return how many of the last values the features use."""
    long_season = LONG_SEASON.get(season, season)
    needed = (SMOOTHED, CYCLES * season, LONG_CYCLES * long_season, BLOCKS * max(season, SHORTEST_BLOCK))
    return min(max(needed), max(LONGEST_LOOKBACK, 2 * season))


def features(histories: list[np.ndarray], steps: np.ndarray, season: int) -> Features:
    """Describe series to the network.

    Args:
        histories: float64 [n] each, finite, at least MIN_VALUES long, |value| at most about 1e100.
        steps: int [horizon], steps after the last value, from 1.
        season: how many values make one season, 1 for none.
    """
    length = lookback(season)
    values = np.full((len(histories), length), np.nan)
    for row, history in zip(values, histories, strict=True):
        kept = history[-length:]
        row[length - len(kept) :] = kept
    return _describe(values, np.asarray(steps), season)


@dataclass(frozen=True)
class _View:
    """A batch of series in the forms that the features are made from; rows are series, columns are time.

    values: all values of the lookback. recent: the last SMOOTHED of them. plain, long_plain: those without the
    season and without the long season. change: the usual change of the recent values. smoothed: plain, long_plain
    and recent, smoothed, one below the other.
    """

    values: np.ndarray
    recent: np.ndarray
    profile: Profile
    long_profile: Profile
    plain: np.ndarray
    long_plain: np.ndarray
    anchor: np.ndarray
    scale: np.ndarray
    change: np.ndarray
    smoothed: Smoothed

    @property
    def has_long(self) -> np.ndarray:
        """Whether a long season was found, bool [batch, 1]."""
        return self.long_profile.strength[:, np.newaxis] > 0

    def in_scale(self, array: np.ndarray) -> np.ndarray:
        """Measure values [batch, ...] from the anchor in usual changes."""
        shape = (-1,) + (1,) * (array.ndim - 1)
        return (array - self.anchor.reshape(shape)) / _or_one(self.scale).reshape(shape)


def _or_one(size: np.ndarray) -> np.ndarray:
    return np.where(size > 0, size, 1)


def _view(values: np.ndarray, season: int) -> _View:
    long_season = LONG_SEASON.get(season, season)
    profile = find_profile(values, season, CYCLES)
    long_profile = profile if long_season == season else find_profile(values, long_season, LONG_CYCLES)
    recent = values[:, -SMOOTHED:]
    plain, long_plain = profile.remove(recent), long_profile.remove(recent)
    long_plain = np.where(long_profile.strength[:, np.newaxis] > 0, long_plain, plain)
    change = _usual_change(recent)
    scale = np.maximum(_usual_change(plain), np.maximum(change, _usual_change(values)) / 20)
    is_constant = scale <= ROUNDING * np.nanmax(np.abs(values), axis=1)
    return _View(
        values=values,
        recent=recent,
        profile=profile,
        long_profile=long_profile,
        plain=plain,
        long_plain=long_plain,
        anchor=plain[:, -1],
        scale=np.where(is_constant, 0, scale),
        change=change,
        smoothed=smooth(np.concatenate([plain, long_plain, recent])),
    )


def _usual_change(values: np.ndarray) -> np.ndarray:
    return np.nanmean(np.abs(np.diff(values, axis=1)), axis=1)


def _simple_forecasts(view: _View, steps: np.ndarray, season: int) -> list[np.ndarray]:
    """The forecasts [batch, horizon] that SIMPLE_FORECASTS names, in that order."""
    count = len(view.values)
    methods = [method(steps) for method in (view.smoothed.simple, view.smoothed.theta, view.smoothed.damped)]
    with_season = [view.profile.add(forecast[:count], steps) for forecast in methods]
    with_long = [
        np.where(view.has_long, view.long_profile.add(forecast[count : 2 * count], steps), otherwise)
        for forecast, otherwise in zip(methods, with_season, strict=True)
    ]
    without = [forecast[2 * count :] for forecast in methods[:2]]
    last = view.profile.add(np.repeat(view.anchor[:, np.newaxis], len(steps), axis=1), steps)
    long_season = LONG_SEASON.get(season, season)
    repeated = [
        _seasons_ago(view.values, steps, period, ago, last)
        for period, ago in ((season, 1), (season, 2), (long_season, 1))
    ]
    lines = [view.profile.add(line, steps) for line in _lines(view.plain, steps)]
    return [last, *with_season, *with_long, *without, *repeated, *lines]


def _describe(values: np.ndarray, steps: np.ndarray, season: int) -> Features:
    view = _view(values, season)
    simple = np.stack(_simple_forecasts(view, steps, season), axis=2)
    simple = np.clip(view.in_scale(simple), -FURTHEST, FURTHEST)
    positions = np.broadcast_to(_positions(steps, season), (len(values), len(steps), POSITIONS))
    seen = [array[:, -SEEN:] for array in (view.plain, view.long_plain, view.recent)]
    series = [np.nan_to_num(np.arcsinh(view.in_scale(array))) for array in (*seen, _block_means(values, season))]
    series[3:3] = [np.isfinite(seen[2])]
    return Features(
        np.concatenate([*series, _facts(view, season)], axis=1).astype(np.float32),
        np.concatenate([simple, positions], axis=2).astype(np.float32),
        view.anchor,
        view.scale,
    )


def _seasons_ago(values: np.ndarray, steps: np.ndarray, period: int, ago: int, fallback: np.ndarray) -> np.ndarray:
    """The values whole seasons before each step [batch, horizon]; the fallback where there are none."""
    behind = steps - period * (-(-steps // period) + ago - 1)  # -period + 1 .. 0 for the last season
    columns = values.shape[1] - 1 + behind
    found = values[:, np.maximum(columns, 0)]
    return np.where(np.isfinite(found) & (columns >= 0) & (period > 1), found, fallback)


def _lines(plain: np.ndarray, steps: np.ndarray) -> list[np.ndarray]:
    """Three forecasts without season: the mean change goes on, the last six changes go on, back to the mean."""
    last = plain[:, -1:]
    first = np.take_along_axis(plain, np.isfinite(plain).argmax(axis=1)[:, np.newaxis], axis=1)
    count = np.isfinite(plain).sum(axis=1, keepdims=True)
    drift = last + (last - first) / (count - 1) * steps
    recent = last + (last - plain[:, -7:-6]) / 6 * steps
    mean = np.repeat(np.nanmean(plain, axis=1)[:, np.newaxis], len(steps), axis=1)
    return [drift, recent, mean]


def _positions(steps: np.ndarray, season: int) -> np.ndarray:
    """Where a step lies [horizon, POSITIONS]: its root, its logarithm, and where in the season."""
    far = np.minimum(steps / season, 8) / 4
    return np.stack([np.sqrt(steps) / 3, np.log(steps) / 3, far, 1 / steps], axis=1)


def _block_means(values: np.ndarray, season: int) -> np.ndarray:
    """The means of the last BLOCKS blocks [batch, BLOCKS]; NaN where a block is not whole."""
    block = max(season, SHORTEST_BLOCK)
    blocks = min(BLOCKS, values.shape[1] // block)
    means = values[:, -blocks * block :].reshape(len(values), blocks, block).mean(axis=2)
    return np.concatenate([np.full((len(values), BLOCKS - blocks), np.nan), means], axis=1)


def _facts(view: _View, season: int) -> np.ndarray:
    """Eighteen numbers [batch, FACTS] about each series as a whole, all of the order of one."""
    count = len(view.values)
    length = np.isfinite(view.values).sum(axis=1)
    unit = _or_one(view.scale)
    level = np.clip(np.log(np.maximum(np.abs(view.anchor) / unit, 1e-3)), -5, 12) / 4
    facts = [
        np.log(length) / 4 - 1,
        np.minimum(length, 24) / 12 - 1,
        np.full(count, np.log(season) / 3),
        np.full(count, float(season == 1)),
        view.profile.strength,
        view.long_profile.strength,
        view.profile.multiplies,
        level,
        level * np.sign(view.anchor),
        np.nanmin(view.values, axis=1) > 0,
        *_facts_of_changes(view),
        np.log1p(view.change / unit),
        view.smoothed.level_constant[:count],
        np.arcsinh(view.smoothed.slope[:count] / unit * 10),
        np.arcsinh(view.smoothed.damped_trend[:count] / unit * 10),
        view.smoothed.level_constant[2 * count :],
    ]
    return np.stack(facts, axis=1)


def _facts_of_changes(view: _View) -> list[np.ndarray]:
    """Whether changes repeat or undo themselves, how many are none, and how the latest compare."""
    changes = np.diff(view.recent, axis=1)
    squares = np.nanmean(changes**2, axis=1)
    echo = np.nanmean(changes[:, 1:] * changes[:, :-1], axis=1) / _or_one(squares)
    still = np.nanmean(changes == 0, axis=1)
    latest = np.nanmean(np.abs(changes[:, -8:]), axis=1) / _or_one(view.change)
    return [echo, still, np.arcsinh(latest)]
