"""How the house networks are judged: R² of the log price, errors in dollars, and how honest the intervals are."""

import numpy as np

from models import house

# What a network was told of a house: all that the sales records know, or the form's twelve entries.
MODES = ("details", "form")
# What each output but the first should have below it: the share of the prices.
QUANTILES = {"low_95": 0.025, "low_80": 0.1, "high_80": 0.9, "high_95": 0.975}
BOOTSTRAP_SAMPLES = 2000


def find_margins(output: np.ndarray, log_prices: np.ndarray) -> dict[str, list[float]]:
    """Return what to add to the ends of the intervals so that they hold their share of the validation prices.

    Split-conformal, for each end by itself: Romano, Patterson, Candès (2019), https://arxiv.org/abs/1905.03222.
    Where the network gives the price alone, the margins are quantiles of its errors.
    """
    has_ends = output.shape[1] > 1
    margins: dict[str, list[float]] = {level: [] for level in house.LEVELS}
    for index, (name, share) in enumerate(QUANTILES.items(), start=1):
        errors = np.sort(log_prices - output[:, index if has_ends else 0])
        beyond = share if share < 0.5 else 1 - share
        rank = max(int(np.floor((len(errors) + 1) * beyond)), 1)
        margin = errors[rank - 1] if share < 0.5 else errors[-rank]
        margins[name[-2:]].append(round(float(margin), 5))
    return {level: sorted(ends) if not has_ends else ends for level, ends in margins.items()}


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


def measure(output: np.ndarray, log_prices: np.ndarray, margins: dict[str, list[float]]) -> dict[str, float]:
    """Return the measures of a network's output on some houses; errors and widths are of dollars."""
    logs = house.widen(output, margins)
    truth, price = np.exp(log_prices), np.exp(logs["price"])
    inside = {
        level: (logs[f"low_{level}"] <= log_prices) & (log_prices <= logs[f"high_{level}"]) for level in house.LEVELS
    }
    return {
        "r2": r_squared(log_prices, logs["price"]),
        "r2_dollars": r_squared(truth, price),
        "median_error": float(np.median(np.abs(price / truth - 1))),
        "mean_error": float(np.abs(price - truth).mean()),
        "coverage_80": float(inside["80"].mean()),
        "coverage_95": float(inside["95"].mean()),
        "width_80": float(np.median(np.exp(logs["high_80"]) / np.exp(logs["low_80"]) - 1)),
    }


def in_words(measured: dict[str, dict[str, float]]) -> dict[str, str]:
    """Return the other measures as the card writes them."""
    names = {"details": "with all details", "form": "from the form's twelve entries"}
    words = {}
    for mode, name in names.items():
        facts = measured[mode]
        words |= {
            f"R² of the log price, {name}": f"{facts['r2']:.3f}",
            f"R² of the price in dollars, {name}": f"{facts['r2_dollars']:.3f}",
            f"median error, {name}": f"{facts['median_error']:.1%}",
            f"mean error, {name}": f"${facts['mean_error']:,.0f}",
            f"prices inside the 80 % interval, {name}": f"{facts['coverage_80']:.1%}",
            f"prices inside the 95 % interval, {name}": f"{facts['coverage_95']:.1%}",
        }
    return words
