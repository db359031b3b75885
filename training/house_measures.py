"""How the house networks are judged: R² of the log price, errors in dollars, and how honest the intervals are."""

from collections.abc import Callable
from typing import Any

import numpy as np

from models import house
from training import run

# What a network was told of a house: all that the sales records know, or the form's twelve entries.
MODES = ("details", "form")
# What each output but the first should have below it: the share of the prices.
QUANTILES = {"low_95": 0.025, "low_80": 0.1, "high_80": 0.9, "high_95": 0.975}
MODE_NAMES = {"details": "with all details", "form": "from the form's twelve entries"}
BANDS = 5
BOOTSTRAP_SAMPLES = 2000
FAILURES = 8


def find_margins(output: np.ndarray, log_prices: np.ndarray) -> house.Margins:
    """Return what to add to the ends of the intervals so that they hold their share of the validation prices.

    Split-conformal, for each end and each of ``BANDS`` bands of the estimate by itself: Romano, Patterson, Candès
    (2019), https://arxiv.org/abs/1905.03222; Boström and Johansson (2020), Mondrian conformal regressors,
    https://proceedings.mlr.press/v128/bostrom20a.html. Where the network gives the price alone, the margins are
    quantiles of its errors.

    Returns:
        as ``models.house.Margins`` says.
    """
    price, has_ends = output[:, 0], output.shape[1] > 1
    band = np.searchsorted(np.quantile(price, np.arange(1, BANDS) / BANDS), price)
    margins: house.Margins = {"prices": [round(float(np.median(price[band == each])), 4) for each in range(BANDS)]}
    for index, (name, share) in enumerate(QUANTILES.items(), start=1):
        errors_of_end = log_prices - output[:, index if has_ends else 0]
        ends = [round(_beyond(errors_of_end[band == each], share), 5) for each in range(BANDS)]
        margins.setdefault(name[-2:], []).append(ends)
    return margins


def _beyond(values: np.ndarray, share: float) -> float:
    """The value that a further one, drawn like these, lies below with probability ``share``."""
    return float(np.quantile(values, share, method="weibull"))


def r_squared(log_prices: np.ndarray, answers: np.ndarray) -> float:
    """Return 1 - (squared error) / (squared deviation from the mean)."""
    deviation = ((log_prices - log_prices.mean()) ** 2).sum()
    return float(1 - ((log_prices - answers) ** 2).sum() / deviation)


def bootstrap(log_prices: np.ndarray, answers: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval of R² over samples of the houses with replacement.

    Source: Efron (1979), https://doi.org/10.1214/aos/1176344552, percentile method.
    """
    rng = np.random.default_rng(0)
    samples = rng.integers(0, len(log_prices), (BOOTSTRAP_SAMPLES, len(log_prices)))
    values = [r_squared(log_prices[rows], answers[rows]) for rows in samples]
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def measure(output: np.ndarray, log_prices: np.ndarray, margins: house.Margins) -> dict[str, Any]:
    """Return the measures of a network's output on some houses.

    Returns:
        r2 of the log price, r2_dollars; median_error as a share of the price; mean_error in thousands of dollars;
        coverage_80 and coverage_95, and the same in each fifth of the true price, from the cheapest on
        (fifths_80, fifths_95); width_80, how much the upper end lies above the lower, as a share of it.
    """
    logs = house.widen(output, margins)
    truth, price = np.exp(log_prices), np.exp(logs["price"])
    inside = inside_intervals(logs, log_prices)
    fifths = np.searchsorted(np.quantile(log_prices, [0.2, 0.4, 0.6, 0.8]), log_prices)
    return {
        "r2": r_squared(log_prices, logs["price"]),
        "r2_dollars": r_squared(truth, price),
        **errors(log_prices, logs["price"]),
        **{f"coverage_{level}": float(inside[level].mean()) for level in house.LEVELS},
        **{
            f"fifths_{level}": [float(inside[level][fifths == fifth].mean()) for fifth in range(5)]
            for level in house.LEVELS
        },
        "width_80": float(np.median(np.exp(logs["high_80"]) / np.exp(logs["low_80"]) - 1)),
    }


def errors(log_prices: np.ndarray, answers: np.ndarray) -> dict[str, float]:
    """Return the median error as a share of the price, and the mean error in thousands of dollars."""
    truth, price = np.exp(log_prices), np.exp(answers)
    return {
        "median_error": float(np.median(np.abs(price / truth - 1))),
        "mean_error": float(np.abs(price - truth).mean() / 1000),
    }


def inside_intervals(logs: dict[str, np.ndarray], log_prices: np.ndarray) -> dict[str, np.ndarray]:
    """Return for each level whether each price lies inside its interval, bool [n]."""
    return {
        level: (logs[f"low_{level}"] <= log_prices) & (log_prices <= logs[f"high_{level}"]) for level in house.LEVELS
    }


def figures(output: np.ndarray, log_prices: np.ndarray, margins: house.Margins, mode: str) -> list[dict]:
    """Return the figures of one mode for the metrics, each with its 95 % interval; R² of the details is the result."""
    name, answers = MODE_NAMES[mode], output[:, 0]
    relative = np.abs(np.exp(answers - log_prices) - 1)
    dollars = np.abs(np.exp(answers) - np.exp(log_prices)) / 1000
    found = [
        ("median_error", name, float(np.median(relative)), bootstrap_of(np.median, relative)),
        ("mean_error", name, float(dollars.mean()), bootstrap_of(np.mean, dollars)),
    ]
    for level, inside in inside_intervals(house.widen(output, margins), log_prices).items():
        interval = run.accuracy_interval(int(inside.sum()), len(inside))
        found.append(("coverage", f"{level} % intervals, {name}", float(inside.mean()), interval))
    if mode != "details":
        found.insert(0, ("r2", name, r_squared(log_prices, answers), bootstrap(log_prices, answers)))
    return [
        {"name": title, "metric": metric, "value": value, "interval95": interval, "n": len(log_prices)}
        for metric, title, value, interval in found
    ]


def bootstrap_of(statistic: Callable[..., np.ndarray], values: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval of a statistic of values [n], over samples of these with replacement."""
    rng = np.random.default_rng(0)
    found = [statistic(values[rng.integers(0, len(values), len(values))]) for _sample in range(BOOTSTRAP_SAMPLES)]
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def table_of_fifths(measured: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the card's table of how many prices lie inside the intervals, by fifth of the true price."""
    rows = [
        [f"{level} %, {MODE_NAMES[mode]}", *(f"{share:.1%}" for share in measured[mode][f"fifths_{level}"])]
        for mode in MODES
        for level in house.LEVELS
    ]
    columns = ["prices inside the interval", "cheapest fifth", "second", "third", "fourth", "dearest fifth"]
    return {"title": "Intervals, by fifth of the true price", "columns": columns, "rows": rows}


def table_of_failures(features: np.ndarray, log_prices: np.ndarray, answers: np.ndarray) -> dict[str, Any]:
    """Return the card's table of the houses most missed, described roughly so that none is known by it.

    Args:
        features: float32 [n, 19], with details.
        log_prices: the true ones, float64 [n].
        answers: the network's, float64 [n].
    """
    column = dict(zip(house.FEATURES, features.T, strict=True))
    missed = answers - log_prices
    rows = [
        [
            f"{round(float(column['living_area'][index]), -2):,.0f}",
            f"{column['year_built'][index] // 10 * 10:.0f}s",
            f"{column['zip_code'][index]:.0f}",
            f"{np.exp(missed[index]) - 1:+.0%}",
        ]
        for index in np.argsort(-np.abs(missed))[:FAILURES]
    ]
    columns = ["living area, square feet", "built", "zip code", "estimate against the price"]
    return {"title": "The houses most missed", "columns": columns, "rows": rows}


def in_words(measured: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the other measures as the card writes them."""
    words = {}
    for mode, name in MODE_NAMES.items():
        facts = measured[mode]
        words |= {
            f"R² of the price in dollars, {name}": f"{facts['r2_dollars']:.3f}",
            f"upper end of the 80 % interval above the lower, median, {name}": f"{facts['width_80']:.0%}",
        }
    return words
