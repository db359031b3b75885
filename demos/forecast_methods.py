"""All ways to forecast that the tab sets side by side: the networks, seasonal naive and Theta."""

import csv
import io
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from gradio.utils import get_upload_folder

from models import forecast, runtime
from models.series import Series, backtest, classical
from models.series.backtest import Plan, Score

LEAST = max(forecast.min_length(name) for name in forecast.NETWORKS)
CLASSICAL: dict[str, Callable] = {"naive": classical.seasonal_naive, "theta": classical.theta}
METHODS = (*forecast.NETWORKS, *CLASSICAL)
BANDS = ("forecast", "low_80", "high_80", "low_95", "high_95")


def forecast_all(values: np.ndarray, horizon: int, season: int, main: str) -> dict[str, Any]:
    """Let every method forecast; None for a network that cannot answer now, unless it is the main one.

    Raises:
        runtime.NotReady, runtime.Busy, runtime.Unavailable: the main network cannot answer now.
    """
    answers = {main: forecast.predict(values, horizon, season, main)}
    for name in METHODS:
        if name in CLASSICAL:
            answers[name] = CLASSICAL[name](values, horizon, season)
        elif name != main:
            answers[name] = _or_none(forecast.predict, values, horizon, season, name)
    return {name: answers[name] for name in METHODS}


def _or_none(predict: Callable, *args: Any) -> Any:
    try:
        return predict(*args)
    except (runtime.NotReady, runtime.Busy, runtime.Unavailable):
        return None


def backtest_all(series: Series, plan: Plan, season: int) -> dict[str, Score | None]:
    """Let every method forecast the end of the series from the plan's starts; None for one that cannot now."""

    def score(name: str) -> Score:
        return backtest.score(_method(name, plan.horizon, season), series.known, plan, season)

    return {name: _or_none(score, name) for name in METHODS}


def _method(name: str, horizon: int, season: int) -> backtest.Method:
    if name in CLASSICAL:
        return lambda histories: [CLASSICAL[name](history, horizon, season) for history in histories]
    return lambda histories: forecast.predict_many(histories, horizon, season, name)


def write_download(series: Series, answers: dict[str, Any], main: str) -> str:
    """Write the forecast as a CSV into the upload folder and return its path.

    A cell holds a date of ours, a number or a name of ours, so none can run as a formula.
    """
    horizon = len(answers[main].forecast)
    others = [name for name in METHODS if name != main and answers[name] is not None]
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(["time", *BANDS, *others])
    columns = [getattr(answers[main], band) for band in BANDS] + [answers[name].forecast for name in others]
    for label, *numbers in zip(series.labels(horizon), *columns, strict=True):
        table.writerow([label, *(f"{value:.10g}" for value in numbers)])
    folder = Path(get_upload_folder()) / secrets.token_hex(16)
    folder.mkdir(parents=True)
    path = folder / f"forecast-{main}.csv"
    path.write_text(stream.getvalue(), encoding="utf-8")
    return str(path)
