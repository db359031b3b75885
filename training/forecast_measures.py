"""What is measured of the forecasting networks: M4's and M1's test parts, point forecasts and intervals.

The measures are those of the M4 competition (``training/m4.py``), on M1 with the seasons 1, 4 and 12 of its yearly,
quarterly and monthly series. "Pooled" means: the mean over all series for errors, over all values for the shares of
values inside an interval.
"""

from typing import Any, NamedTuple

import numpy as np

from models.measures import written
from training import forecast_statistics as statistics
from training import m4
from training.forecast_data import Data
from training.forecast_evaluation import Forecaster, Test, baselines, errors, measure_classical, naive2_errors

M4 = {"name": "M4 competition", "id": "m4"}
M1 = {"name": "M1 competition", "id": "m1"}
BOTH = {"name": "M4 and M1 competitions", "id": "m4"}
# Interval score of ETS on M4, the organisers' standard of comparison. Source: the workbook "Evaluation and Ranks" of
# https://github.com/Mcompetitions/M4-methods.
ETS_MSIS = {"Yearly": 34.900, "Quarterly": 9.452, "Monthly": 8.297, "Weekly": 20.386, "Daily": 29.700, "Hourly": 17.487}
POOLED = ("Quarterly", "Monthly")
POOLED_NAME = "M1 quarterly and monthly"


class Part(NamedTuple):
    """One test and what a network answered: quantiles float64 [series, horizon, 5]; the scale of MASE [series]."""

    name: str
    test: Test
    quantiles: np.ndarray
    scale: np.ndarray

    def errors(self) -> np.ndarray:
        """Return sMAPE in per cent and MASE [series, 2]."""
        return errors(self.test, self.quantiles[..., 2])

    def inside(self, share: int) -> np.ndarray:
        """Return whether each value lies in the interval of 80 or 95 per cent, bool [series, horizon]."""
        low, high = {80: (1, 3), 95: (0, 4)}[share]
        actual = self.test.actual
        return (actual >= self.quantiles[..., low]) & (actual <= self.quantiles[..., high])

    def msis(self) -> np.ndarray:
        """Return the interval score of the wider interval [series]."""
        return m4.msis(self.test.actual, self.quantiles[..., 0], self.quantiles[..., 4], self.scale)


def answer(name: str, forecaster: Forecaster, test: Test) -> Part:
    """Return a network's answers to one test."""
    frequency = test.frequency
    quantiles = forecaster(test.histories, frequency.horizon, frequency.told_season)
    return Part(f"{name} {frequency.name.lower()}", test, quantiles, m4.naive_errors(test.histories, frequency.season))


def measure(forecaster: Forecaster, data: Data, known_comparison: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return what the metrics say of a network's forecasts.

    Args:
        forecaster: the network's, its intervals as they are given.
        data: the test parts are used.
        known_comparison: what ``compare`` found earlier, for where it cannot find it anew.
    """
    m4_parts = [answer("M4", forecaster, test) for test in data.tests]
    m1_parts = [answer("M1", forecaster, test) for test in data.m1]
    naive2, classical = naive2_errors(data.tests), measure_classical(data.tests)
    needed = [index for index, test in enumerate(data.tests) if test.frequency.is_needed]
    own = [m4_parts[index].errors() for index in needed]
    base = [naive2[index] for index in needed]
    owas = [m4.owa(mine, theirs) for mine, theirs in zip(own, base, strict=True)]
    compared = compare(data.m1) or known_comparison
    return {
        "result": {"metric": "owa", "value": float(np.mean(owas)), "interval95": m4.owa_interval(own, base)},
        **baselines({name: [values[index] for index in needed] for name, values in classical.items()}),
        "further": {"OWA is": "the mean of yearly, weekly and hourly"}
        | _errors_as_text(m4_parts)
        | _classical_as_text(data.tests, classical, naive2),
        "measured": _measured(m4_parts, m1_parts, naive2),
        "compared": compared,
        "tables": [*_m1_table(m1_parts, compared), _interval_table(m4_parts, m1_parts, compared), *_worst(m4_parts)],
    }


def _measured(m4_parts: list[Part], m1_parts: list[Part], naive2: list[np.ndarray]) -> list[dict[str, Any]]:
    """The figures that ``--evaluate`` compares one by one."""
    owas = [
        _figure(part.name, "owa", m4.owa(part.errors(), base), M4, m4.owa_interval([part.errors()], [base]))
        for part, base in zip(m4_parts, naive2, strict=True)
    ]
    scores = [_figure(part.name, "msis", float(part.msis().mean()), M4) for part in m4_parts]
    return [*owas, *scores, *_measured_on_m1(m1_parts), *_coverages("M4 and M1", [*m4_parts, *m1_parts])]


def _measured_on_m1(parts: list[Part]) -> list[dict[str, Any]]:
    """MASE, sMAPE and interval score on M1: quarterly and monthly series pooled, and the yearly ones."""
    found = []
    for name, own in _groups(parts):
        smape, mase = np.concatenate([part.errors() for part in own]).T
        scores = np.concatenate([part.msis() for part in own])
        found += [
            _figure(name, "mase", float(mase.mean()), M1, m4.mean_interval(mase), len(mase)),
            _figure(name, "smape", float(smape.mean()) / 100, M1, m4.mean_interval(smape / 100), len(smape)),
            _figure(name, "msis", float(scores.mean()), M1, None, len(scores)),
        ]
    return found


def _groups(parts: list[Part]) -> list[tuple[str, list[Part]]]:
    """M1's quarterly and monthly parts together, then the yearly one; only those that are there."""
    pooled = [part for part in parts if part.test.frequency.name in POOLED]
    yearly = [part for part in parts if part.test.frequency.name == "Yearly"]
    return [(name, own) for name, own in ((POOLED_NAME, pooled), ("M1 yearly", yearly)) if own]


def _coverages(name: str, parts: list[Part]) -> list[dict[str, Any]]:
    return [
        _figure(
            f"{share} % interval, all values of {name}",
            "coverage",
            float(np.concatenate([part.inside(share).ravel() for part in parts]).mean()),
            BOTH,
            None,
            sum(part.test.actual.size for part in parts),
        )
        for share in (80, 95)
    ]


def _figure(
    name: str,
    metric: str,
    value: float,
    dataset: dict[str, str],
    interval: tuple[float, float] | None = None,
    count: int | None = None,
) -> dict[str, Any]:
    figure = {"name": name, "metric": metric, "value": value, "dataset": dataset}
    return figure | ({"interval95": interval} if interval else {}) | ({"n": count} if count else {})


def compare(m1: list[Test]) -> list[dict[str, Any]] | None:
    """Return the figures of statsforecast's methods and of seasonal naive on M1: name, part, metric, value.

    None where ``training.forecast_statistics`` has not been run.
    """
    if not statistics.RESULT.is_file() or not m1:
        return None
    with np.load(statistics.RESULT) as archive:
        answers = {name: archive[name] for name in archive.files}
    found = []
    for method in statistics.METHODS:
        parts = [_as_part(test, answers[f"{method} {test.frequency.name.upper()}"]) for test in m1]
        found += _compared(method, parts)
    naive = [m4.seasonal_naive(test.histories, test.frequency.season, test.frequency.horizon) for test in m1]
    found += _compared(
        "seasonal naive", [_as_part(test, own[..., np.newaxis]) for test, own in zip(m1, naive, strict=True)]
    )
    return found


def _as_part(test: Test, answers: np.ndarray) -> Part:
    """Another method's answers [series, horizon, 1 or 3] (forecast, low, high) as a part; without interval: none."""
    point = answers[..., 0]
    low, high = (answers[..., column] if answers.shape[2] == 3 else point for column in (1, 2))
    unknown = np.full_like(point, np.nan)
    quantiles = np.stack([low, unknown, point, unknown, high], axis=2)
    scale = m4.naive_errors(test.histories, test.frequency.season)
    return Part(f"M1 {test.frequency.name.lower()}", test, quantiles, scale)


def _compared(method: str, parts: list[Part]) -> list[dict[str, Any]]:
    figures = [
        figure | {"method": method}
        for figure in _measured_on_m1(parts)
        if figure["metric"] != "msis" or method != "seasonal naive"
    ]
    return [{key: figure[key] for key in ("method", "name", "metric", "value")} for figure in figures]


def _m1_table(parts: list[Part], compared: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """The network beside statsforecast's methods on M1; nothing where they are not known."""
    if compared is None:
        return []
    own = [figure | {"method": "**this network**"} for figure in _measured_on_m1(parts)]
    rows: dict[str, dict[tuple[str, str], str]] = {}
    for figure in [*own, *compared]:
        cells = rows.setdefault(figure["method"], {})
        cells[figure["name"], figure["metric"]] = written(figure["metric"], figure["value"])
    names = list(dict.fromkeys(figure["name"] for figure in own))
    columns = [(name, metric) for name in names for metric in ("mase", "smape", "msis")]
    titles = {"mase": "MASE", "smape": "sMAPE", "msis": "MSIS"}
    return [
        {
            "title": "Beside statsforecast 2.1.1 on the M1 competition, of which nothing was learned",
            "columns": ["method", *(f"{name}, {titles[metric]}" for name, metric in columns)],
            "rows": [[method, *(cells.get(column, "") for column in columns)] for method, cells in rows.items()],
        }
    ]


def _interval_table(
    m4_parts: list[Part], m1_parts: list[Part], compared: list[dict[str, Any]] | None
) -> dict[str, Any]:
    """How far the intervals can be trusted, part by part, beside the interval score of ETS."""
    ets = {f"M4 {name.lower()}": score for name, score in ETS_MSIS.items()}
    ets |= {one["name"]: one["value"] for one in compared or [] if one["method"] == "ETS" and one["metric"] == "msis"}
    rows = []
    for name, own in [*((part.name, [part]) for part in m4_parts), *_groups(m1_parts)]:
        inside = [np.concatenate([part.inside(share).ravel() for part in own]) for share in (80, 95)]
        score = float(np.concatenate([part.msis() for part in own]).mean())
        rows.append(
            [
                name,
                f"{len(inside[0]):,}",
                *(written("coverage", float(share.mean())) for share in inside),
                f"{score:.2f}",
                f"{ets[name]:.2f}" if name in ets else "",
            ]
        )
    columns = ["part", "values", "inside the 80 % interval", "inside the 95 % interval", "MSIS", "MSIS of ETS"]
    return {"title": "How far the intervals can be trusted", "columns": columns, "rows": rows}


def _worst(parts: list[Part]) -> list[dict[str, Any]]:
    """The series of each part that the network misses by most, counted in MASE."""
    rows = []
    for part in parts:
        mase = part.errors()[:, 1]
        index = int(mase.argmax())
        history, actual = part.test.histories[index], part.test.actual[index]
        given = part.quantiles[index, :, 2]
        rows.append(
            [
                f"{part.test.frequency.name[0]}{index + 1}",
                " ".join(f"{value:.6g}" for value in history[-4:]),
                f"{actual[0]:.6g} ... {actual[-1]:.6g}",
                f"{given[0]:.6g} ... {given[-1]:.6g}",
                f"{mase[index]:.1f}",
            ]
        )
    columns = ["series of M4", "its last values", "what came", "what was forecast", "MASE"]
    return [{"title": "What it gets wrong: the largest error of each part", "columns": columns, "rows": rows}]


def _errors_as_text(parts: list[Part]) -> dict[str, str]:
    found = {}
    for part in parts:
        smape, mase = part.errors().mean(axis=0)
        name = part.test.frequency.name.lower()
        found |= {f"sMAPE, {name}": f"{smape:.2f} %", f"MASE, {name}": f"{mase:.3f}"}
    return found


def _classical_as_text(
    tests: list[Test], classical: dict[str, list[float]], naive2: list[np.ndarray]
) -> dict[str, str]:
    """OWA of the classical forecasts, and the errors of Naive2, which the competition published too."""
    names = [test.frequency.name.lower() for test in tests]
    found = {
        f"OWA of {method}, {name}": written("owa", owa)
        for method, values in classical.items()
        for name, owa in zip(names, values, strict=True)
    }
    for name, own in zip(names, naive2, strict=True):
        smape, mase = own.mean(axis=0)
        found[f"sMAPE and MASE of Naive2, {name}"] = f"{smape:.3f} %, {mase:.3f}"
    return found
