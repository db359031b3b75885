"""Forecasts many series with a forecasting network, and judges them by the competition's measure, OWA."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np

from models import forecast
from models.forecast_features import features
from training import m4

# Series that are forecast in one call.
TOGETHER = 1_000
# What is timed: a made hourly series.
TIMED = "one forecast of 48 hours from 960, with all that goes before it"
TIMED_HISTORY, TIMED_HORIZON, TIMED_SEASON, TIMED_CALLS = 960, 48, 24, 50

# Forecasts quantiles [series, horizon, 5] of histories: (histories, horizon, season) -> quantiles.
Forecaster = Callable[[list[np.ndarray], int, int], np.ndarray]


class Test(NamedTuple):
    """Questions of one frequency: the histories, and the values float64 [series, horizon] that came after them."""

    frequency: m4.Frequency
    histories: list[np.ndarray]
    actual: np.ndarray


CLASSICAL = {
    "Theta": m4.theta,
    "seasonal naive": m4.seasonal_naive,
    "smoothing with a damped trend": m4.damped,
}
SHORT = {"Theta": "Theta", "seasonal naive": "seasonal naive", "smoothing with a damped trend": "damped trend"}


def combiner_forecaster(model: keras.Model, adjustment: forecast.Adjustment | None = None) -> Forecaster:
    """Return the function that forecasts with a loaded ``combiner`` and what its folder holds beside it."""
    adjustment = adjustment or forecast.Adjustment()

    def forecast_all(histories: list[np.ndarray], horizon: int, season: int) -> np.ndarray:
        found = []
        for first in range(0, len(histories), TOGETHER):
            part = histories[first : first + TOGETHER]
            some = features(part, np.arange(1, horizon + 1), season)
            quantiles = some.restore(run_network(model, some.series, some.steps))
            found.append(forecast.settle(quantiles, part, season, adjustment))
        return np.concatenate(found)

    return forecast_all


def recurrent_forecaster(model: keras.Model, errors: np.ndarray) -> Forecaster:
    """Return the function that forecasts with a loaded ten-step network and its errors [MAX_HORIZON, 5].

    A history of fewer than ten values, as M1 has some, is preceded by its first one.
    """

    def forecast_all(histories: list[np.ndarray], horizon: int, _season: int) -> np.ndarray:
        middle = recur(model, np.stack([_window(values) for values in histories]), horizon)
        size = np.array([forecast.usual_change(values) for values in histories])
        quantiles = middle[..., np.newaxis] + size[:, np.newaxis, np.newaxis] * errors[:horizon]
        return forecast.never_below_zero(quantiles, histories)

    return forecast_all


def _window(values: np.ndarray) -> np.ndarray:
    kept = values[-forecast.WINDOW :]
    return np.pad(kept, (forecast.WINDOW - len(kept), 0), mode="edge")


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


def milliseconds(forecaster: Forecaster) -> float:
    """Return how long one forecast takes, features and all, alone: the median of some calls, in milliseconds."""
    hours = np.arange(TIMED_HISTORY)
    history = 100 + 10 * np.sin(hours * 2 * np.pi / TIMED_SEASON) + np.random.default_rng(0).normal(size=TIMED_HISTORY)
    times = []
    for _call in range(TIMED_CALLS):
        started = time.perf_counter()
        forecaster([history], TIMED_HORIZON, TIMED_SEASON)
        times.append((time.perf_counter() - started) * 1000)
    return float(np.median(times))


def errors(test: Test, point: np.ndarray) -> np.ndarray:
    """Return sMAPE in per cent and MASE [series, 2] of forecasts [series, horizon]."""
    scale = m4.naive_errors(test.histories, test.frequency.season)
    return np.stack([m4.smape(test.actual, point), m4.mase(test.actual, point, scale)], axis=1)


def naive2_errors(tests: list[Test]) -> list[np.ndarray]:
    """Return the errors of Naive2 [series, 2] in each test."""
    return [errors(test, m4.naive2(test.histories, test.frequency.season, test.frequency.horizon)) for test in tests]


def measure_classical(tests: list[Test]) -> dict[str, list[float]]:
    """Return OWA of the classical forecasts: name -> one value a test."""
    naive2 = naive2_errors(tests)
    found = {}
    for name, method in CLASSICAL.items():
        forecasts = [method(test.histories, test.frequency.season, test.frequency.horizon) for test in tests]
        found[name] = [
            m4.owa(errors(test, own), base) for test, own, base in zip(tests, forecasts, naive2, strict=True)
        ]
    return found


def mean_owa(forecaster: Forecaster, tests: list[Test], naive2: list[np.ndarray]) -> float:
    """Return the mean of OWA over the tests."""
    owas = []
    for test, base in zip(tests, naive2, strict=True):
        quantiles = forecaster(test.histories, test.frequency.horizon, test.frequency.told_season)
        owas.append(m4.owa(errors(test, quantiles[..., 2]), base))
    return float(np.mean(owas))


def baselines(classical: dict[str, list[float]]) -> dict[str, Any]:
    """Return the metrics' ``baseline``, the best of the classical forecasts, and the ``others``."""
    rows = [{"name": name, "short": SHORT[name], "value": float(np.mean(values))} for name, values in classical.items()]
    rows.sort(key=lambda row: row["value"])
    return {"baseline": rows[0], "others": rows[1:]}
