"""Forecast the M1 competition's series with ETS and Theta as statsforecast has them, to compare the networks with.

    python -m venv .venv-statistics && .venv-statistics/bin/pip install -r requirements-statistics.txt
    .venv-statistics/bin/python -m training.forecast_statistics --data DIR

Runs in an environment of its own, because statsforecast 2.1 needs an older pandas than the app does. Writes
.checkpoints/m1-statistics.npz, which ``training.forecast --measure`` and ``--evaluate`` read where it is there: for
each method and period an array [series, horizon, 3], the forecast and the ends of its 95 % interval. Takes about
three minutes on two cores.

Source: Garza and others (2022), https://github.com/Nixtla/statsforecast, Apache 2.0. ETS is ``AutoETS``: the model with
the lowest AICc of each series (Hyndman and others, 2002, https://doi.org/10.1016/S0169-2070(01)00110-8). Theta is
``Theta``, the standard method, and AutoTheta ``AutoTheta``, the best of four kinds (Fiorucci and others, 2016,
https://doi.org/10.1016/j.ijforecast.2016.02.005).
"""

import argparse
import os
from pathlib import Path

import numpy as np

SEASONS = {"YEARLY": 1, "QUARTERLY": 4, "MONTHLY": 12}
METHODS = {"ETS": "AutoETS", "Theta": "Theta", "AutoTheta": "AutoTheta"}
LEVEL = 95
RESULT = Path(".checkpoints") / "m1-statistics.npz"


def forecast_all(rows: "pandas.DataFrame") -> dict[str, np.ndarray]:  # noqa: F821 - imported where it is needed
    """Return the forecasts of every method and period: "ETS YEARLY" -> [series, horizon, 3].

    Args:
        rows: a value a row, in the order of time: columns series, period, part ("train" or "test") and value.
    """
    found: dict[str, list[np.ndarray]] = {}
    for _name, own in rows.groupby("series", sort=False):
        period, is_test = own["period"].iloc[0], own["part"] == "test"
        history = own.loc[~is_test, "value"].to_numpy(np.float64)
        for method in METHODS:
            found.setdefault(f"{method} {period}", []).append(
                forecast_one(history, int(is_test.sum()), SEASONS[period], method)
            )
    return {name: np.stack(arrays) for name, arrays in found.items()}


def forecast_one(history: np.ndarray, horizon: int, season: int, method: str) -> np.ndarray:
    """Return one method's forecast of one series, and the ends of its interval: [horizon, 3]."""
    from statsforecast import models

    answer = getattr(models, METHODS[method])(season_length=season).forecast(y=history, h=horizon, level=[LEVEL])
    return np.stack([answer["mean"], answer[f"lo-{LEVEL}"], answer[f"hi-{LEVEL}"]], axis=1)


def main(argv: list[str] | None = None) -> int:
    """Write the forecasts."""
    import pandas

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("HUB_DATA", "data")), metavar="DIR")
    flags = parser.parse_args(argv)
    rows = pandas.read_csv(flags.data / "time-series" / "m1_competition_long.csv.xz")
    RESULT.parent.mkdir(exist_ok=True)
    np.savez_compressed(RESULT, **forecast_all(rows))
    print(f"{RESULT}: {rows['series'].nunique()} series, {', '.join(METHODS)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
