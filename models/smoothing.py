"""Simple forecasts of many series at once: seasonal profiles, exponential smoothing, Theta, damped trend.

Everything works on float64 arrays [batch, time], the newest value in the last column, NaN in front of series
that are shorter than the array. All results keep their meaning when a series is multiplied by a positive
number. Sources: Brown (1959) and Holt (1957) for smoothing; Gardner and McKenzie (1985),
https://doi.org/10.1287/mnsc.31.10.1237, for the damped trend; Assimakopoulos and Nikolopoulos (2000),
https://doi.org/10.1016/S0169-2070(00)00066-2, for Theta in the form of Hyndman and Billah (2003),
https://doi.org/10.1016/S0169-2070(01)00143-1.
"""

from dataclasses import dataclass

import numpy as np

# How much a cycle counts compared with the one after it.
CYCLE_WEIGHT = 0.85
# The constants that smoothing tries; each series takes those with the smallest squared one-step errors.
LEVEL_CONSTANTS = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0])
DAMPED_CONSTANTS = np.array(
    [
        (level, trend, damping)
        for level in (0.1, 0.3, 0.6, 1.0)
        for trend in (0.05, 0.2, 0.5)
        for damping in (0.85, 0.95)
    ]
)
# A season never multiplies by less.
SMALLEST_FACTOR = 0.02
# The first values, whose mean smoothing starts from.
START_VALUES = 4


@dataclass(frozen=True)
class Profile:
    """The seasonal pattern of each series.

    values: [batch, period]; what a position in the season adds, or what it multiplies by. The last column is
        the position of the newest value.
    multiplies: bool [batch].
    strength: [batch], 0..1; 0 where no season can be told from chance (then the pattern changes nothing).
    """

    values: np.ndarray
    multiplies: np.ndarray
    strength: np.ndarray

    def at(self, steps: np.ndarray) -> np.ndarray:
        """Return the pattern [batch, len(steps)] at steps after the newest value (0 is the newest value)."""
        return self.values[:, (np.asarray(steps) - 1) % self.values.shape[1]]

    def remove(self, values: np.ndarray) -> np.ndarray:
        """Return values [batch, time] (the newest last) without the season."""
        pattern = self.at(np.arange(1 - values.shape[1], 1))
        multiplies = self.multiplies[:, np.newaxis]
        return np.where(multiplies, values / np.where(multiplies, pattern, 1), values - pattern)

    def add(self, forecast: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """Return forecasts [batch, len(steps)] of the values without season, with the season."""
        pattern = self.at(steps)
        return np.where(self.multiplies[:, np.newaxis], forecast * pattern, forecast + pattern)


def find_profile(values: np.ndarray, period: int, most_cycles: int) -> Profile:
    """Average the last cycles around their own straight trend, shrunk towards none where they disagree.

    Whether the pattern adds or multiplies is decided by which leaves the smaller errors; it multiplies only
    where all values are above zero. Series with fewer than two whole cycles get no pattern.
    """
    count = len(values)
    cycles = min(most_cycles, values.shape[1] // period)
    if period < 2 or cycles < 2:
        return Profile(np.zeros((count, period)), np.zeros(count, bool), np.zeros(count))
    cut = values[:, -cycles * period :].reshape(count, cycles, period)
    is_there = np.isfinite(cut).all(axis=2)  # [batch, cycles]
    cut = np.where(is_there[..., np.newaxis], cut, 0)
    trend = _trend_through_cycles(cut, is_there)
    return _choose_profile(cut, trend, is_there)


def _choose_profile(cut: np.ndarray, trend: np.ndarray, is_there: np.ndarray) -> Profile:
    """The pattern that adds to the trend [batch, cycles, period], or the one that multiplies it."""
    weights = is_there * CYCLE_WEIGHT ** np.arange(cut.shape[1] - 1, -1, -1)
    absent = ~is_there[..., np.newaxis]
    enough = is_there.sum(axis=1) >= 2
    added, added_strength = _average(cut - trend, weights)
    added_error = _error(cut - trend - added[:, np.newaxis], weights)
    added = added - added.mean(axis=1, keepdims=True)
    positive = enough & (((cut > 0) & (trend > 0)) | absent).all(axis=(1, 2))
    safe_trend = np.where(positive[:, np.newaxis, np.newaxis] & ~absent, trend, 1)
    deviations = np.where(absent, 0, cut / safe_trend - 1)
    ratio, ratio_strength = _average(deviations, weights)
    multiplies = positive & (_error((deviations - ratio[:, np.newaxis]) * safe_trend, weights) < added_error)
    strength = np.where(enough, np.where(multiplies, ratio_strength, added_strength), 0)
    times, plus = strength[:, np.newaxis] * ratio, strength[:, np.newaxis] * added
    pattern = np.where(multiplies[:, np.newaxis], np.maximum(1 + times, SMALLEST_FACTOR), plus)
    return Profile(pattern, multiplies, strength)


def _trend_through_cycles(cut: np.ndarray, is_there: np.ndarray) -> np.ndarray:
    """The mean of each cycle, with the mean change between cycles laid as a slope through it."""
    means = cut.mean(axis=2)
    count = np.maximum(is_there.sum(axis=1), 2)
    first = np.take_along_axis(means, is_there.argmax(axis=1)[:, np.newaxis], axis=1)[:, 0]
    slope = (means[:, -1] - first) / (count - 1)  # per cycle
    period = cut.shape[2]
    within = (np.arange(period) - (period - 1) / 2) / period
    return means[..., np.newaxis] + slope[:, np.newaxis, np.newaxis] * within


def _average(deviations: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weighted mean cycle [batch, period] and its strength [batch], 0..1: the part beyond chance."""
    total = np.maximum(weights.sum(axis=1), 1e-9)
    mean = np.einsum("bcp,bc->bp", deviations, weights) / total[:, np.newaxis]
    effective = np.maximum(total**2 / np.maximum((weights**2).sum(axis=1), 1e-9), 1.01)
    noise = _error(deviations - mean[:, np.newaxis], weights) / (effective - 1)
    signal = (mean**2).mean(axis=1)
    return mean, np.where(signal > 0, np.clip(1 - noise / np.where(signal > 0, signal, 1), 0, 1), 0)


def _error(rest: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weighted mean square [batch] of what a pattern leaves [batch, cycles, period]."""
    return np.einsum("bcp,bc->b", rest**2, weights) / np.maximum(weights.sum(axis=1), 1e-9) / rest.shape[2]


@dataclass(frozen=True)
class Smoothed:
    """What smoothing found in each series, all [batch].

    level, level_constant: of simple smoothing. slope: of the straight line through all values, per step;
    drift: the part of it that Theta adds at step one beside half the slope per step.
    damped_level, damped_trend, damping: of smoothing with a damped trend.
    """

    level: np.ndarray
    level_constant: np.ndarray
    slope: np.ndarray
    drift: np.ndarray
    damped_level: np.ndarray
    damped_trend: np.ndarray
    damping: np.ndarray

    def simple(self, steps: np.ndarray) -> np.ndarray:
        """Forecast [batch, len(steps)] by simple exponential smoothing."""
        return np.repeat(self.level[:, np.newaxis], len(steps), axis=1)

    def theta(self, steps: np.ndarray) -> np.ndarray:
        """Forecast by Theta: simple smoothing with half the slope of the line."""
        return self.level[:, np.newaxis] + self.drift[:, np.newaxis] + np.outer(self.slope / 2, steps - 1)

    def damped(self, steps: np.ndarray) -> np.ndarray:
        """Forecast by smoothing with a damped trend."""
        damping = self.damping[:, np.newaxis]
        reach = damping * (1 - damping ** np.asarray(steps)) / (1 - damping)
        return self.damped_level[:, np.newaxis] + self.damped_trend[:, np.newaxis] * reach


def smooth(values: np.ndarray) -> Smoothed:
    """Smooth each series with the constants that fit it best."""
    start = np.isfinite(values).argmax(axis=1)
    filled = np.where(np.isfinite(values), values, 0)
    level, constant = _simple(filled, start)
    slope = _slope(filled, start)
    count = values.shape[1] - start
    drift = slope / 2 * (1 - (1 - constant) ** count) / constant
    return Smoothed(level, constant, slope, drift, *_damped(filled, start))


def _start_level(filled: np.ndarray, start: np.ndarray) -> np.ndarray:
    time = np.arange(filled.shape[1])
    is_first = (time >= start[:, np.newaxis]) & (time < start[:, np.newaxis] + START_VALUES)
    return (filled * is_first).sum(axis=1) / is_first.sum(axis=1)


def _simple(filled: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    level = np.repeat(_start_level(filled, start)[:, np.newaxis], len(LEVEL_CONSTANTS), axis=1)
    squares = np.zeros_like(level)
    for time in range(filled.shape[1]):
        is_there = (time >= start)[:, np.newaxis]
        error = np.where(is_there, filled[:, time, np.newaxis] - level, 0)
        squares += error**2
        level = level + LEVEL_CONSTANTS * error
    best = squares.argmin(axis=1)
    return np.take_along_axis(level, best[:, np.newaxis], axis=1)[:, 0], LEVEL_CONSTANTS[best]


def _damped(filled: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    level_constant, trend_constant, damping = DAMPED_CONSTANTS.T
    level = np.repeat(_start_level(filled, start)[:, np.newaxis], len(DAMPED_CONSTANTS), axis=1)
    trend, squares = np.zeros_like(level), np.zeros_like(level)
    for time in range(filled.shape[1]):
        is_there = (time >= start)[:, np.newaxis]
        expected = level + damping * trend
        error = np.where(is_there, filled[:, time, np.newaxis] - expected, 0)
        squares += error**2
        level = np.where(is_there, expected + level_constant * error, level)
        trend = np.where(is_there, damping * trend + level_constant * trend_constant * error, trend)
    best = squares.argmin(axis=1)
    chosen = best[:, np.newaxis]
    level, trend = (np.take_along_axis(array, chosen, axis=1)[:, 0] for array in (level, trend))
    return level, trend, damping[best]


def _slope(filled: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The slope of the straight line through all values by least squares, per step."""
    time = np.arange(filled.shape[1])
    is_there = time >= start[:, np.newaxis]
    count = is_there.sum(axis=1, keepdims=True)
    centred = (time - (start[:, np.newaxis] + time[-1]) / 2) * is_there
    mean = filled.sum(axis=1, keepdims=True) / count
    squares = (centred**2).sum(axis=1)
    return (centred * (filled - mean)).sum(axis=1) / np.where(squares > 0, squares, 1)
