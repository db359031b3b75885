"""Forecasts without a network, and the measures by which all forecasts are judged."""

import threading
import warnings
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Classical:
    """A forecast, float64 [horizon]; its bands where the method has any, else None."""

    forecast: np.ndarray
    low_80: np.ndarray | None = None
    high_80: np.ndarray | None = None
    low_95: np.ndarray | None = None
    high_95: np.ndarray | None = None


def seasonal_naive(values: np.ndarray, horizon: int, season: int) -> Classical:
    """Repeat the last season; with season 1, or where there is less than one, repeat the last value.

    Args:
        values: float64 [n], n at least 1.
        horizon: how many values to give, 1 or more.
        season: after how many values the series repeats itself.
    """
    season = season if season <= len(values) else 1
    last = values[-season:]
    return Classical(np.tile(last, -(-horizon // season))[:horizon])


def prepare() -> None:
    """Begin to import what ``theta`` needs, in the background; it takes seconds."""
    threading.Thread(target=_import_theta, daemon=True).start()


def _import_theta() -> type:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    return ThetaModel


def theta(values: np.ndarray, horizon: int, season: int) -> Classical:
    """Forecast by the Theta method, as statsmodels does it: seasonally adjusted, half the trend, smoothed.

    Assimakopoulos and Nikolopoulos, "The theta model", 2000, https://doi.org/10.1016/S0169-2070(00)00066-2; the
    best single method of the M3 competition. The season is multiplied where all values are above 0, else added.
    A series that does not change goes on unchanged.
    """
    from threadpoolctl import threadpool_limits

    theta_model = _import_theta()
    if np.ptp(values) == 0:
        return _flat(float(values[-1]), horizon)
    scale = float(np.abs(values).max())
    scaled = values / scale
    is_seasonal = season > 1 and len(values) >= 2 * season
    method = "multiplicative" if scaled.min() > 0 else "additive"
    # Its matrices are tiny: where the machine is busy, threads that wait for each other take sixty times as long.
    with threadpool_limits(1), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        period = {"period": season} if is_seasonal else {"period": 1}
        model = theta_model(scaled, deseasonalize=is_seasonal, use_test=False, method=method, **period)
        model = model.fit(disp=False)
        forecast = np.asarray(model.forecast(horizon), float)
        bands = [np.asarray(model.prediction_intervals(horizon, alpha=alpha), float) for alpha in (0.2, 0.05)]
    (low_80, high_80), (low_95, high_95) = (band.T for band in bands)
    return Classical(*(scale * line for line in (forecast, low_80, high_80, low_95, high_95)))


def _flat(value: float, horizon: int) -> Classical:
    line = np.full(horizon, value)
    return Classical(line, line, line, line, line)


def naive_error(values: np.ndarray, season: int) -> float:
    """Return the mean absolute error of repeating the last season within ``values``; NaN where it is too short."""
    season = season if season < len(values) else 1
    steps = np.abs(values[season:] - values[:-season])
    return float(np.nanmean(steps)) if len(steps) and not np.isnan(steps).all() else float("nan")


def mase(truth: np.ndarray, forecast: np.ndarray, history: np.ndarray, season: int) -> float:
    """Return the mean absolute scaled error: below 1 beats repeating the last season (as it went in ``history``).

    Hyndman and Koehler, "Another look at measures of forecast accuracy", 2006. NaN in ``truth`` is left out; NaN is
    returned where the history does not change.
    """
    scale = naive_error(history, season)
    errors = np.abs(truth - forecast)
    if not scale > 0 or np.isnan(errors).all():
        return float("nan")
    return float(np.nanmean(errors) / scale)


def smape(truth: np.ndarray, forecast: np.ndarray) -> float:
    """Return the symmetric mean absolute error, 0..2, as in the M4 competition; 0 where both are 0."""
    size = np.abs(truth) + np.abs(forecast)
    errors = 2 * np.abs(truth - forecast) / np.where(size == 0, 1, size)
    return float("nan") if np.isnan(errors).all() else float(np.nanmean(errors))
