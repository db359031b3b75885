"""After how many values a series repeats itself: candidates from its frequency, tested by autocorrelation."""

import numpy as np

from models.series.frequency import DAY, HOUR, Step

# The test of the M4 competition (Makridakis, Spiliotis, Assimakopoulos, "The M4 Competition", 2020): 90 %, one-sided.
NORMAL_90 = 1.645
LEAST_CORRELATION = 0.3
PERIODS = 3
LONGEST = 366


def candidates(step: Step | None) -> tuple[int, ...]:
    """Return the seasons that a frequency suggests, in numbers of values; none where there are no dates."""
    if step is None:
        return ()
    if step.unit == "business":
        return (5,)
    if step.unit == "month":
        return (12 // step.count,) if 12 % step.count == 0 and step.count < 12 else ()
    if step.count >= DAY:
        return {DAY: (7, 365), 7 * DAY: (52,)}.get(step.count, ())
    days = [DAY // step.count] if DAY % step.count == 0 else []
    hours = [HOUR // step.count] if HOUR % step.count == 0 and step.count < HOUR else []
    weeks = [7 * DAY // step.count] if step.count >= HOUR and 7 * DAY % step.count == 0 else []
    return tuple(days + weeks + hours)


def find_season(values: np.ndarray, step: Step | None) -> int:
    """Return after how many values the series (float64 [n]) repeats itself; 1 where nothing shows that it does.

    A candidate must be there three times and pass the test. Without dates, every season up to ``LONGEST`` is a
    candidate, and the one with the strongest correlation is tested.
    """
    values = values[-20 * LONGEST :]
    longest = min(LONGEST, len(values) // PERIODS)
    likely = [season for season in candidates(step) if 1 < season <= len(values) // PERIODS]
    if step is None and longest >= 2:
        correlations = _autocorrelations(np.diff(values), longest)
        peaks = [lag for lag in range(2, longest) if correlations[lag] >= max(correlations[lag - 1 : lag + 2])]
        likely = [max(peaks, key=lambda lag: correlations[lag])] if peaks else []
        # A multiple of a season correlates as well: the shortest that is nearly as strong counts.
        likely = [lag for lag in peaks if correlations[lag] >= 0.9 * correlations[likely[0]]][:1]
    return next((season for season in likely if _is_seasonal(values, season)), 1)


def _is_seasonal(values: np.ndarray, season: int) -> bool:
    """Test the correlation at one season, of what is left when the trend is taken away."""
    rest = _without_trend(values, season)
    if len(rest) <= season:
        return False
    correlations = _autocorrelations(rest, season)
    strength = correlations[season] * len(rest) / (len(rest) - season)  # of the pairs that there are
    limit = NORMAL_90 * np.sqrt((1 + 2 * np.sum(correlations[1:season] ** 2)) / len(rest))
    return bool(strength > max(LEAST_CORRELATION, min(limit, 0.9)))


def _without_trend(values: np.ndarray, season: int) -> np.ndarray:
    """Return the values less their moving average over one season, shorter by one season."""
    sums = np.cumsum(np.concatenate(([0.0], values / (np.abs(values).max() or 1))))
    if len(values) <= season:
        return np.zeros(0)
    average = (sums[season:] - sums[:-season]) / season
    start = season // 2
    return values[start : start + len(average)] / (np.abs(values).max() or 1) - average


def _autocorrelations(values: np.ndarray, longest: int) -> np.ndarray:
    """Return the correlations at the lags 0 to ``longest``; 0 where the values do not change."""
    centred = values - values.mean()
    size = 2 ** int(np.ceil(np.log2(2 * len(centred))))
    power = np.abs(np.fft.rfft(centred, size)) ** 2
    sums = np.fft.irfft(power, size)[: longest + 1]
    if sums[0] <= 1e-12 * max(1.0, float(np.abs(values).max()) ** 2) * len(values):
        return np.zeros(longest + 1)
    return sums / sums[0]
