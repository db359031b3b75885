"""How good each method was on the end of this very series, which it had to forecast without seeing it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.series.classical import mase, smape
from models.series.grid import fill

ORIGINS = 5


class Forecasts(Protocol):
    """A forecast, float64 [horizon], with bands or None in their place."""

    forecast: np.ndarray
    low_80: np.ndarray | None
    high_80: np.ndarray | None
    low_95: np.ndarray | None
    high_95: np.ndarray | None


# From histories (float64 [n] each) to a forecast of each.
Method = Callable[[list[np.ndarray]], Sequence[Forecasts]]


@dataclass(frozen=True)
class Score:
    """One method's errors, means over all starts.

    mase: NaN where the series gives no scale. smape: 0..2.
    coverage_80, coverage_95: share of true values within each band, NaN where the method has none.
    """

    mase: float
    smape: float
    coverage_80: float
    coverage_95: float


@dataclass(frozen=True)
class Plan:
    """Where the test starts: ``cuts`` are numbers of values known, ``horizon`` how many are then forecast."""

    cuts: tuple[int, ...]
    horizon: int


def plan(count: int, horizon: int, least: int) -> Plan | None:
    """Return up to ``ORIGINS`` starts, a horizon apart, the last a horizon before the end; None if all is too short.

    Args:
        count: values in the series.
        horizon: values to forecast at each start.
        least: values that every method needs before the first start.
    """
    starts = min(ORIGINS, (count - least) // horizon)
    if starts < 1:
        return None
    return Plan(tuple(count - horizon * back for back in range(starts, 0, -1)), horizon)


def histories(known: np.ndarray, plan: Plan) -> list[np.ndarray]:
    """Return what was known at each start, its gaps filled from the past alone."""
    return [fill(known[:cut]) for cut in plan.cuts]


def score(method: Method, known: np.ndarray, plan: Plan, season: int) -> Score:
    """Let a method forecast from every start and compare with what came; values that were missing do not count."""
    past = histories(known, plan)
    results = method(past)
    truths = [known[cut : cut + plan.horizon] for cut in plan.cuts]
    pairs = list(zip(truths, results, past, strict=True))
    errors = [mase(truth, result.forecast, history, season) for truth, result, history in pairs]
    shares = [smape(truth, result.forecast) for truth, result, _history in pairs]
    covered = [_coverage(truths, results, level) for level in (80, 95)]
    return Score(_mean(errors), _mean(shares), *covered)


def _mean(values: Sequence[float]) -> float:
    kept = [value for value in values if not np.isnan(value)]
    return float(np.mean(kept)) if kept else float("nan")


def _coverage(truths: list[np.ndarray], results: Sequence[Forecasts], level: int) -> float:
    """Return the share of known true values within the band of this level."""
    inside = total = 0
    for truth, result in zip(truths, results, strict=True):
        low, high = getattr(result, f"low_{level}"), getattr(result, f"high_{level}")
        if low is None:
            return float("nan")
        is_known = ~np.isnan(truth)
        inside += int(((truth >= low) & (truth <= high))[is_known].sum())
        total += int(is_known.sum())
    return inside / total if total else float("nan")
