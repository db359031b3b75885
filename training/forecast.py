"""Train the networks that forecast a series, on M4 and further collections, and on made series.

    python -m training.forecast --network combiner|lstm|gru|rnn|all [--data DIR] [--epochs N] [--push-to OWNER]
    python -m training.forecast --network combiner --evaluate

Writes models/pretrained/forecast-<network>/ (model, metrics, card, curve; the ten-step networks also their errors
by step). A run that was stopped continues from .checkpoints/ when it is started again. What to expect stands in
each folder's metrics.json.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from models import forecast, store
from models.forecast_features import features
from models.networks.forecast import NETWORKS
from training import forecast_evaluation as evaluation
from training import run
from training.forecast_data import Data, load_data
from training.forecast_fit import MADE_SERIES, OURS, SCORE, Settings, as_csv, error_quantiles, train
from training.run import _
from training.script import Script, follow

SETTINGS = {
    "combiner": Settings(4, 512, 2e-3, 4, 1e-2),
    "lstm": Settings(8, 256, 2e-3, 3, 0.0),
    "gru": Settings(8, 256, 2e-3, 3, 0.0),
    "rnn": Settings(8, 256, 1e-3, 3, 0.0),
}

SUMMARY = {
    "combiner": (
        "Ours: one network for any series, yearly to hourly. It weighs fifteen simple forecasts by what the series "
        "is like, corrects their mix, and gives 80 and 95 % intervals, without training on the series."
    ),
    "lstm": "The tutorials' forecaster: two LSTM layers of 50 units see the last ten values and give the next.",
    "gru": "The tutorials' forecaster with gated recurrent units: two layers of 50 see the last ten values.",
    "rnn": "The tutorials' forecaster with plain recurrent layers: two of 50 units see the last ten values.",
}


LIMITS = {
    "combiner": _(
        "It only knows the numbers themselves: no holidays, no news, and no season that you do not name. "
        "Its intervals hold on average over many series, not for each one, so do not stake money on them."
    ),
    "lstm": _(
        "It sees ten values and so knows neither seasons nor slow trends, and its errors grow from step to step. "
        "Its intervals come from other series' errors, so read them as a rough guide."
    ),
    "gru": _(
        "It sees ten values and so knows neither seasons nor slow trends, and its errors grow from step to step. "
        "Its intervals come from other series' errors, so read them as a rough guide."
    ),
    "rnn": _(
        "It sees ten values and so knows neither seasons nor slow trends, and its errors grow from step to step. "
        "Its intervals come from other series' errors, so read them as a rough guide."
    ),
}


def known_inputs(network: str) -> tuple[np.ndarray, ...]:
    """Return a made series with trend and season as the network sees it."""
    time_steps = np.arange(60.0)
    values = 100 + time_steps + 20 * np.sin(time_steps * np.pi / 6)
    if network != OURS:
        return (forecast.scale_windows(values[np.newaxis, -forecast.WINDOW :])[0][..., np.newaxis].astype(np.float32),)
    found = features([values], np.array([1, 6, 12]), 12)
    return found.series, found.steps


INPUT = "float32 [batch, 10, 1], ten values scaled to 0..1 by their own least and largest"
OUTPUT = "float32 [batch, 1], the next value on the same scale"
INPUT_OURS = "features of the series float32 [batch, 218] and of every step float32 [batch, horizon, 19]"
OUTPUT_OURS = "five quantiles of every step float32 [batch, horizon, 5], in usual changes from the last value"


def build_metrics(network: str, data: Data, settings: Settings, training: dict[str, Any]) -> dict[str, Any]:
    """Return what the metrics say of a network before it is measured."""
    return {
        "task": forecast.TASK,
        "network": network,
        "summary": SUMMARY[network],
        "limits": LIMITS[network],
        "pipeline_tag": "time-series-forecasting",
        "input": INPUT_OURS if network == OURS else INPUT,
        "output": OUTPUT_OURS if network == OURS else OUTPUT,
        "dataset": {
            "name": _("M4 competition (yearly, weekly, hourly), and further collections to learn from"),
            "id": "m4",
            "url": "https://github.com/Mcompetitions/M4-methods",
            "license": "other",
            "unit": "series",
            "train": len(data.learned),
            "validation": len(data.validation),
            "test": sum(len(test.histories) for test in data.tests),
            "collections": sorted({series.group for series in data.learned}),
        },
        "training": training | settings._asdict() | ({"made_series": MADE_SERIES} if network == OURS else {}),
        "curve": {"column": SCORE, "metric": "owa"},
    }


def produce(network: str, data: Data, settings: Settings, flags: Any) -> Path:
    """Train, measure once on the test parts, and write the folder."""
    checkpoints = run.CHECKPOINTS / f"{forecast.TASK}-{network}"
    model = train(network, data, settings, checkpoints, flags.seed)
    training = run.circumstances(checkpoints, flags.seed, "float32")
    metrics = build_metrics(network, data, settings, training)
    metrics["training"]["epochs"] = len(run.read_history(checkpoints))
    extras: dict[str, str | bytes] = {}
    if network != OURS:
        errors = error_quantiles(model, data.validation, flags.seed)
        extras[forecast.ERRORS] = as_csv(errors)
        forecaster = evaluation.recurrent_forecaster(model, errors)
    else:
        forecaster = evaluation.combiner_forecaster(model)
    metrics |= evaluation.evaluate(forecaster, data.tests, evaluation.measure_classical(data.tests))
    product = run.Product({"model": (model, known_inputs(network))}, metrics, checkpoints / store.HISTORY, extras)
    folder = run.write_folder(product, flags.output)
    run.discard(checkpoints)
    return folder


def load_forecaster(folder: store.Folder) -> evaluation.Forecaster:
    """Return the function that forecasts with a finished folder's network."""
    model = keras.models.load_model(folder.path / "model.keras", compile=False)
    if folder.network == OURS:
        return evaluation.combiner_forecaster(model)
    return evaluation.recurrent_forecaster(model, forecast.read_errors(folder.path / forecast.ERRORS))


def measure_again(network: str, data: Data, root: Path) -> bool:
    """Measure a finished folder on the test parts; tell whether it agrees with its metrics."""
    folder = store.read(forecast.TASK, network, root)
    store.check(folder)
    classical = evaluation.measure_classical(data.tests)
    found = evaluation.evaluate(load_forecaster(folder), data.tests, classical)["result"]["value"]
    stated = folder.metrics["result"]["value"]
    agrees = abs(found - stated) < 0.001
    print(f"forecast-{network}: OWA {found:.3f}, its metrics say {stated:.3f}: {'agrees' if agrees else 'DIFFERS'}")
    return agrees


def main(argv: list[str] | None = None) -> int:
    """Train or measure as the flags say; return the exit status."""
    flags = run.parse_flags(__doc__, NETWORKS, argv)
    return follow(Script(forecast.TASK, SETTINGS, load_data, produce, measure_again), flags)


if __name__ == "__main__":
    raise SystemExit(main())
