"""Measures a forecasting network on the M4 test parts, beside the classical forecasts of the same series."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np

from models import forecast
from models.forecast_features import features
from models.measures import written
from training import m4

# Series that are forecast in one call.
TOGETHER = 1_000

# Forecasts quantiles [series, horizon, 5] of histories: (histories, horizon, season) -> quantiles.
Forecaster = Callable[[list[np.ndarray], int, int], np.ndarray]


class Test(NamedTuple):
    """One frequency of M4: the histories, and the values float64 [series, horizon] that came after them."""

    frequency: m4.Frequency
    histories: list[np.ndarray]
    actual: np.ndarray


CLASSICAL = {
    "Theta": m4.theta,
    "seasonal naive": m4.seasonal_naive,
    "smoothing with a damped trend": m4.damped,
}
SHORT = {"Theta": "Theta", "seasonal naive": "seasonal naive", "smoothing with a damped trend": "damped trend"}


def combiner_forecaster(model: keras.Model) -> Forecaster:
    """Return the function that forecasts with a loaded ``combiner``."""

    def forecast_all(histories: list[np.ndarray], horizon: int, season: int) -> np.ndarray:
        found = []
        for first in range(0, len(histories), TOGETHER):
            some = features(histories[first : first + TOGETHER], np.arange(1, horizon + 1), season)
            found.append(some.restore(run_network(model, some.series, some.steps)))
        return np.concatenate(found)

    return forecast_all


def recurrent_forecaster(model: keras.Model, errors: np.ndarray) -> Forecaster:
    """Return the function that forecasts with a loaded ten-step network and its errors [MAX_HORIZON, 5]."""

    def forecast_all(histories: list[np.ndarray], horizon: int, _season: int) -> np.ndarray:
        middle = recur(model, np.stack([values[-forecast.WINDOW :] for values in histories]), horizon)
        size = np.array([forecast.usual_change(values) for values in histories])
        return middle[..., np.newaxis] + size[:, np.newaxis, np.newaxis] * errors[:horizon]

    return forecast_all


def run_network(model: keras.Model, *inputs: np.ndarray) -> np.ndarray:
    """Return a loaded network's output; without XLA, which would compile it anew for every size of batch."""
    model.jit_compile = False
    return np.asarray(model.predict_on_batch(list(inputs) if len(inputs) > 1 else inputs[0]))


def recur(model: keras.Model, windows: np.ndarray, horizon: int) -> np.ndarray:
    """Forecast float64 [n, horizon] from windows [n, 10], each step fed with the ones before."""
    for _ in range(horizon):
        scaled, low, span = forecast.scale_windows(windows[:, -forecast.WINDOW :])
        output = run_network(model, scaled[..., np.newaxis].astype(np.float32))
        windows = np.concatenate([windows, low + span * output.astype(np.float64)], axis=1)
    return windows[:, forecast.WINDOW :]


def measure_classical(tests: list[Test]) -> dict[str, Any]:
    """Return the errors of Naive2 and of the classical forecasts, and OWA of each: name -> value."""
    naive2 = [_errors(test, m4.naive2(test.histories, test.frequency.season, test.frequency.horizon)) for test in tests]
    found = {}
    for name, method in CLASSICAL.items():
        forecasts = [method(test.histories, test.frequency.season, test.frequency.horizon) for test in tests]
        errors = [_errors(test, own) for test, own in zip(tests, forecasts, strict=True)]
        found[name] = [m4.owa(own, base) for own, base in zip(errors, naive2, strict=True)]
    return {"naive2": naive2, "owa": found}


def evaluate(forecaster: Forecaster, tests: list[Test], classical: dict[str, Any]) -> dict[str, Any]:
    """Measure a network: OWA (the mean over the frequencies) with interval, beside the classical forecasts."""
    errors, further = [], {}
    for test in tests:
        quantiles = forecaster(test.histories, test.frequency.horizon, test.frequency.told_season)
        errors.append(_errors(test, quantiles[..., 2]))
        further |= _intervals(test, quantiles)
    owas = [m4.owa(own, base) for own, base in zip(errors, classical["naive2"], strict=True)]
    named = {f"OWA, {test.frequency.name.lower()}": owa for test, owa in zip(tests, owas, strict=True)}
    baselines = [
        {"name": name, "short": SHORT[name], "value": float(np.mean(values))}
        for name, values in classical["owa"].items()
    ]
    baselines.sort(key=lambda one: one["value"])
    return {
        "result": {
            "metric": "owa",
            "value": float(np.mean(owas)),
            "interval95": m4.owa_interval(errors, classical["naive2"]),
        },
        "baseline": baselines[0],
        "others": baselines[1:],
        "further": {"OWA is": "the mean of the parts below"}
        | {name: written("owa", owa) for name, owa in named.items()}
        | _errors_as_text(tests, errors)
        | _classical_as_text(tests, classical)
        | further,
    }


def _errors(test: Test, point: np.ndarray) -> np.ndarray:
    """SMAPE and MASE [series, 2] of forecasts [series, horizon]."""
    scale = m4.naive_errors(test.histories, test.frequency.season)
    return np.stack([m4.smape(test.actual, point), m4.mase(test.actual, point, scale)], axis=1)


def _errors_as_text(tests: list[Test], errors: list[np.ndarray]) -> dict[str, str]:
    found = {}
    for test, own in zip(tests, errors, strict=True):
        smape, mase = own.mean(axis=0)
        name = test.frequency.name.lower()
        found |= {f"sMAPE, {name}": f"{smape:.2f} %", f"MASE, {name}": f"{mase:.3f}"}
    return found


def _classical_as_text(tests: list[Test], classical: dict[str, Any]) -> dict[str, str]:
    """OWA of the classical forecasts, and the errors of Naive2, which the competition published too."""
    names = [test.frequency.name.lower() for test in tests]
    found = {
        f"OWA of {method}, {name}": written("owa", owa)
        for method, values in classical["owa"].items()
        for name, owa in zip(names, values, strict=True)
    }
    for name, errors in zip(names, classical["naive2"], strict=True):
        smape, mase = errors.mean(axis=0)
        found[f"sMAPE and MASE of Naive2, {name}"] = f"{smape:.3f} %, {mase:.3f}"
    return found


def _intervals(test: Test, quantiles: np.ndarray) -> dict[str, str]:
    """How many values fall into the intervals, and the interval score of the wider one."""
    low_95, low_80, high_80, high_95 = (quantiles[..., column] for column in (0, 1, 3, 4))
    name = test.frequency.name.lower()
    found = {}
    for share, low, high in (("80", low_80, high_80), ("95", low_95, high_95)):
        inside = float(((test.actual >= low) & (test.actual <= high)).mean())
        found[f"values inside the {share} % interval, {name}"] = f"{inside * 100:.1f} %"
    scale = m4.naive_errors(test.histories, test.frequency.season)
    found[f"interval score (MSIS), {name}"] = f"{m4.msis(test.actual, low_95, high_95, scale).mean():.2f}"
    return found
