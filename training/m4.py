"""How the M4 competition judged forecasts, and the classical forecasts that a network is compared with.

The formulas are those of the organisers' code, https://github.com/Mcompetitions/M4-methods: sMAPE and MASE are
averaged over all series of a frequency, and OWA is the mean of both, each divided by that of Naive2. Intervals
are judged by the mean scaled interval score (Gneiting and Raftery, 2007,
https://doi.org/10.1198/016214506000001437) and by the share of values that fall into them.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from models.smoothing import Smoothed, smooth

Z_90 = 1.645
# Series of similar length are smoothed together, so many at a time.
TOGETHER = 2_000
RESAMPLES = 1_000


class Frequency(NamedTuple):
    """A part of M4: how many values to forecast, the season of its formulas, and the season a network is told.

    is_needed: whether the networks are trained and judged only where the part is there.
    """

    name: str
    horizon: int
    season: int
    told_season: int
    is_needed: bool = True


FREQUENCIES = (
    Frequency("Yearly", 6, 1, 1),
    Frequency("Weekly", 13, 1, 52),
    Frequency("Hourly", 48, 24, 24),
    Frequency("Quarterly", 8, 4, 4, is_needed=False),
    Frequency("Monthly", 18, 12, 12, is_needed=False),
    Frequency("Daily", 14, 1, 1, is_needed=False),
)
# Those of the M1 competition, judged by the same formulas.
M1_FREQUENCIES = (
    Frequency("Yearly", 6, 1, 1),
    Frequency("Quarterly", 8, 4, 4),
    Frequency("Monthly", 18, 12, 12),
)


def smape(actual: np.ndarray, forecast: np.ndarray) -> np.ndarray:
    """Return the symmetric error [series] in per cent of forecasts [series, horizon]; 0 where both are 0."""
    total = np.abs(actual) + np.abs(forecast)
    return (200 * np.abs(actual - forecast) / np.where(total > 0, total, 1)).mean(axis=1)


def naive_errors(histories: list[np.ndarray], season: int) -> np.ndarray:
    """Return the mean error [series] of taking the value one season before, within each history."""
    return np.array([np.abs(values[season:] - values[:-season]).mean() for values in histories])


def mase(actual: np.ndarray, forecast: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return the absolute error [series] of forecasts [series, horizon], in ``naive_errors``."""
    return np.abs(actual - forecast).mean(axis=1) / scale


def msis(actual: np.ndarray, low: np.ndarray, high: np.ndarray, scale: np.ndarray, miss: float = 0.05) -> np.ndarray:
    """Return the scaled interval score [series] of intervals [series, horizon] that may miss this share."""
    below, above = np.maximum(low - actual, 0), np.maximum(actual - high, 0)
    return (high - low + 2 / miss * (below + above)).mean(axis=1) / scale


def owa(errors: np.ndarray, naive2_errors: np.ndarray) -> float:
    """Return OWA from sMAPE and MASE [series, 2] of a method and of Naive2 on the same series."""
    return float((errors.mean(axis=0) / naive2_errors.mean(axis=0)).mean())


def owa_interval(errors: list[np.ndarray], naive2_errors: list[np.ndarray], seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of the mean OWA over frequencies, by drawing series anew within each.

    Source: Efron (1979), https://doi.org/10.1214/aos/1176344552.
    """
    random = np.random.default_rng(seed)
    draws = np.zeros(RESAMPLES)
    for own, naive2 in zip(errors, naive2_errors, strict=True):
        both = np.concatenate([own, naive2], axis=1)
        means = np.stack([both[random.integers(0, len(both), len(both))].mean(axis=0) for _ in range(RESAMPLES)])
        draws += (means[:, :2] / means[:, 2:]).mean(axis=1) / len(errors)
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def mean_interval(values: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of a mean over series [n], by drawing series anew as ``owa_interval`` does."""
    random = np.random.default_rng(seed)
    means = [values[random.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLES)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def is_seasonal(values: np.ndarray, season: int) -> bool:
    """Tell whether the autocorrelation at the season is beyond chance at 90 %, as the organisers test it."""
    if season < 2 or len(values) < 3 * season:
        return False
    centred = values - values.mean()
    power = float(centred @ centred)
    if power == 0:
        return False
    echoes = np.array([centred[lag:] @ centred[:-lag] for lag in range(1, season + 1)]) / power
    limit = Z_90 / np.sqrt(len(values)) * np.sqrt(1 + 2 * (echoes[:-1] ** 2).sum())
    return bool(abs(echoes[-1]) > limit)


def seasonal_ratios(values: np.ndarray, season: int) -> np.ndarray:
    """Return what each position of the season multiplies by [season], by classical decomposition.

    The first entry belongs to the first value. Ones where ``is_seasonal`` finds no season.
    """
    if not is_seasonal(values, season):
        return np.ones(season)
    weights = np.ones(season) if season % 2 else np.r_[0.5, np.ones(season - 1), 0.5]
    trend = np.convolve(values, weights / season, mode="valid")
    offset = len(weights) // 2
    ratios = values[offset : offset + len(trend)] / trend
    positions = (np.arange(len(trend)) + offset) % season
    means = np.array([ratios[positions == position].mean() for position in range(season)])
    return means / means.mean()


def deseasonalised(values: np.ndarray, season: int, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the values without season [n], and what the next ones are multiplied by [horizon]."""
    ratios = seasonal_ratios(values, season)
    pattern = ratios[np.arange(len(values) + horizon) % season]
    return values / pattern[: len(values)], pattern[len(values) :]


def naive2(histories: list[np.ndarray], season: int, horizon: int) -> np.ndarray:
    """Forecast [series, horizon] the last value without season, with the season put back."""
    pairs = (deseasonalised(values, season, horizon) for values in histories)
    return np.stack([plain[-1] * pattern for plain, pattern in pairs])


def seasonal_naive(histories: list[np.ndarray], season: int, horizon: int) -> np.ndarray:
    """Forecast [series, horizon] the value one season before."""
    steps = np.arange(horizon) % season
    return np.stack([values[-season:][steps] for values in histories])


def theta(histories: list[np.ndarray], season: int, horizon: int) -> np.ndarray:
    """Forecast [series, horizon] by the Theta method, with the organisers' seasonal test; never below zero."""
    return np.maximum(_smoothed_forecast(histories, season, horizon, Smoothed.theta), 0)


def damped(histories: list[np.ndarray], season: int, horizon: int) -> np.ndarray:
    """Forecast [series, horizon] by exponential smoothing with a damped trend; never below zero."""
    return np.maximum(_smoothed_forecast(histories, season, horizon, Smoothed.damped), 0)


def _smoothed_forecast(
    histories: list[np.ndarray], season: int, horizon: int, method: Callable[[Smoothed, np.ndarray], np.ndarray]
) -> np.ndarray:
    pairs = [deseasonalised(values, season, horizon) for values in histories]
    order = np.argsort([len(plain) for plain, _pattern in pairs])
    forecasts = np.empty((len(pairs), horizon))
    steps = np.arange(1, horizon + 1)
    for first in range(0, len(order), TOGETHER):
        chosen = order[first : first + TOGETHER]
        padded = _padded([pairs[index][0] for index in chosen])
        patterns = np.stack([pairs[index][1] for index in chosen])
        forecasts[chosen] = method(smooth(padded), steps) * patterns
    return forecasts


def _padded(series: list[np.ndarray]) -> np.ndarray:
    """One array [series, longest], NaN in front of the shorter ones."""
    longest = max(map(len, series))
    return np.stack([np.concatenate([np.full(longest - len(values), np.nan), values]) for values in series])
