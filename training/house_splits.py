"""Compare the house networks with each other and with the baselines over several splits, house by house.

What a way to price houses answered on a split is kept in .checkpoints/house-split-<seed>/<name>.npz and is not
computed again; remove that folder to begin anew.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from models import house
from models.networks.house import Sales
from training import run
from training.house_baselines import BASELINES, FURTHER, Baseline
from training.house_data import Split
from training.house_learning import Settings, predict, train
from training.house_measures import (
    BOOTSTRAP_SAMPLES,
    MODE_NAMES,
    MODES,
    errors,
    find_margins,
    inside_intervals,
    r_squared,
)

OURS = "tabm"
Found = dict[str, np.ndarray]


class Trial(NamedTuple):
    """One split's test houses, and what each way to price them answered: name -> mode -> log prices [n].

    covered: network -> mode -> level -> the share of the prices inside the interval.
    """

    test: Sales
    answers: dict[str, dict[str, np.ndarray]]
    covered: dict[str, dict[str, dict[str, float]]]


def kept(path: Path, make: Callable[[], Found]) -> Found:
    """Return what an earlier run left at a path; else make it and leave it there."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, **make())
    with np.load(path) as found:
        return dict(found)


def place_of(seed: int, name: str) -> Path:
    """Return where what is found on a split is kept."""
    return run.CHECKPOINTS / f"house-split-{seed}" / f"{name}.npz"


def ask_baseline(name: str, baseline: Baseline, data: Split, seed: int) -> Found:
    """Return a baseline's log prices [n] of the test houses for each mode, and its settings."""

    def fit() -> Found:
        print(f"Fitting {baseline.short} on split {seed} ...", flush=True)
        found = baseline.fit(data)
        return found.answers | {"settings": np.array(json.dumps(found.settings))}

    return kept(place_of(seed, name), fit)


def ask_network(network: str, data: Split, settings: Settings, split_seed: int, seed: int) -> Found:
    """Train a network on a split; return its output for validation and test, as in "test_form" [n, 1 or 5]."""

    def learn() -> Found:
        print(f"Training {network} on split {split_seed} ...", flush=True)
        checkpoints = run.CHECKPOINTS / f"{house.TASK}-{network}-split-{split_seed}"
        model = train(network, data, settings, checkpoints, seed)
        return {
            f"{part}_{mode}": predict(model, getattr(getattr(data, part), mode))
            for part in ("validation", "test")
            for mode in MODES
        }

    return kept(place_of(split_seed, network), learn)


def measure_baselines(data: Split, seed: int) -> dict[str, Any]:
    """Return the metrics' "baseline" and "others" on a split, and "baseline_form" from the form's entries."""
    found = {name: ask_baseline(name, baseline, data, seed) for name, baseline in BASELINES.items()}
    entries = [
        {
            "name": BASELINES[name].name,
            "short": BASELINES[name].short,
            "value": r_squared(data.test.log_prices, answers["details"]),
            "settings": json.loads(str(answers["settings"])),
        }
        for name, answers in found.items()
    ]
    strongest = next(iter(found.values()))
    return {
        "baseline": entries[0],
        "others": entries[1:],
        "baseline_form": r_squared(data.test.log_prices, strongest["form"]),
    }


def try_split(data: Split, seed: int, settings: dict[str, Settings], weights_seed: int) -> Trial:
    """Let the networks in ``settings`` and the baselines learn one split, and price its test houses.

    Beside all networks, the baselines are also those of ``FURTHER``.
    """
    answers, covered = {}, {}
    for network, chosen in settings.items():
        found = ask_network(network, data, chosen, seed, weights_seed)
        answers[network] = {mode: found[f"test_{mode}"][:, 0] for mode in MODES}
        covered[network] = {mode: _covered(found, mode, data) for mode in MODES}
    baselines = BASELINES | FURTHER if len(settings) == len(house.NETWORKS) else BASELINES
    for name, baseline in baselines.items():
        found = ask_baseline(name, baseline, data, seed)
        answers[name] = {mode: found[mode] for mode in MODES}
    return Trial(data.test, answers, covered)


def _covered(found: Found, mode: str, data: Split) -> dict[str, float]:
    margins = find_margins(found[f"validation_{mode}"], data.validation.log_prices)
    inside = inside_intervals(house.widen(found[f"test_{mode}"], margins), data.test.log_prices)
    return {level: float(hits.mean()) for level, hits in inside.items()}


def compare(trials: list[Trial]) -> dict[str, Any]:
    """Return what the metrics say of several splits: for each mode and each way to price houses, its figures.

    ``difference`` is the mean over the splits of the R² of ours less that of the other, ``interval95`` its interval
    by Student's t over the splits, ``interval95_houses`` by drawing houses with replacement from all test parts.
    """
    return {
        "count": len(trials),
        **{
            mode: {name: _figures(trials, name, mode) for name in trials[0].answers if OURS in trials[0].answers}
            for mode in MODES
        },
        "coverage": {
            network: {
                mode: {level: [trial.covered[network][mode][level] for trial in trials] for level in house.LEVELS}
                for mode in MODES
            }
            for network in trials[0].covered
        },
    }


def _figures(trials: list[Trial], name: str, mode: str) -> dict[str, Any]:
    truth = [trial.test.log_prices for trial in trials]
    found = [trial.answers[name][mode] for trial in trials]
    ours = [trial.answers[OURS][mode] for trial in trials]
    missed = [errors(prices, answers) for prices, answers in zip(truth, found, strict=True)]
    scores = [r_squared(prices, answers) for prices, answers in zip(truth, found, strict=True)]
    figures = {
        "r2": scores,
        "median_error": float(np.mean([each["median_error"] for each in missed])),
        "mean_error": float(np.mean([each["mean_error"] for each in missed])),
    }
    if name == OURS:
        return figures
    differences = [r_squared(prices, answers) for prices, answers in zip(truth, ours, strict=True)]
    differences = [mine - theirs for mine, theirs in zip(differences, scores, strict=True)]
    return figures | {
        "difference": float(np.mean(differences)),
        "interval95": student_interval(differences),
        "interval95_houses": bootstrap_difference(truth, ours, found, [trial.test.houses for trial in trials]),
    }


def student_interval(values: list[float]) -> tuple[float, float]:
    """Return the 95 % interval of the mean of a few values, by Student's t.

    Source: Student (1908), https://doi.org/10.1093/biomet/6.1.1.
    """
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0
    return float(np.mean(values) - half), float(np.mean(values) + half)


def bootstrap_difference(
    truth: list[np.ndarray], ours: list[np.ndarray], others: list[np.ndarray], houses: list[np.ndarray]
) -> tuple[float, float]:
    """Return the 95 % interval of the mean difference in R², over samples of the houses with replacement.

    Args:
        truth: log prices [n] for each split; ours, others: answers to them.
        ours: answers [n] for each split.
        others: answers [n] for each split.
        houses: the house of each sale [n] for each split; one that stands in several splits is drawn for all.
    """
    rng = np.random.default_rng(0)
    known = np.unique(np.concatenate(houses))
    columns = [np.searchsorted(known, each) for each in houses]
    found = []
    for _sample in range(BOOTSTRAP_SAMPLES):
        weights = np.bincount(rng.integers(0, len(known), len(known)), minlength=len(known)).astype(float)
        found.append(
            np.mean(
                [
                    _weighted_difference(*split, weights[column])
                    for *split, column in zip(truth, ours, others, columns, strict=True)
                ]
            )
        )
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _weighted_difference(truth: np.ndarray, ours: np.ndarray, others: np.ndarray, weights: np.ndarray) -> float:
    """R² of ours less that of the others, each house counted ``weights`` times."""
    spread = weights @ (truth - weights @ truth / weights.sum()) ** 2
    return float(weights @ ((truth - others) ** 2 - (truth - ours) ** 2) / spread)


def tables(splits: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the card's tables of what ``compare`` found, one for each mode."""
    return [_table(splits, mode) for mode in MODES]


def _table(splits: dict[str, Any], mode: str) -> dict[str, Any]:
    flag = "" if len(splits["coverage"]) == len(house.NETWORKS) else f" --network {OURS}"
    names = {name: baseline.short for name, baseline in (BASELINES | FURTHER).items()}
    rows = []
    for name, figures in splits[mode].items():
        intervals = [figures[key] for key in ("interval95", "interval95_houses") if key in figures]
        compared = [f"{low:+.4f} to {high:+.4f}" for low, high in intervals]
        rows.append(
            [
                names.get(name, f"`{name}`"),
                f"{np.mean(figures['r2']):.4f}",
                *([f"{figures['difference']:+.4f}", *compared] if compared else [""] * 3),
                f"{figures['median_error']:.1%}",
                f"${figures['mean_error'] * 1000:,.0f}",
            ]
        )
    return {
        "title": f"Over {splits['count']} splits by house, {MODE_NAMES[mode]} "
        f"(`python -m training.house --splits {splits['count']}{flag}`)",
        "columns": [
            "",
            "mean R²",
            f"`{OURS}` less it",
            "95 % interval, Student's t over the splits",
            "95 % interval, bootstrap over the houses",
            "median error",
            "mean error",
        ],
        "rows": rows,
        "source": "splits",
    }
