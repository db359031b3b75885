"""Train the networks that forecast a series, on M4 and further collections, and on made series.

    python -m training.forecast --network combiner|lstm|gru|rnn|all [--data DIR] [--epochs N] [--push-to OWNER]
    python -m training.forecast --network combiner --evaluate|--measure

Writes models/pretrained/forecast-<network>/ (model, metrics, card, curve; ours also by how much its intervals are
widened, the ten-step networks their errors by step). A run that was stopped continues from .checkpoints/ when it is
started again. What to expect stands in each folder's metrics.json. The figures of statsforecast beside ours come from
``training.forecast_statistics``; where that has not been run, those in the folder stay.
"""

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np

from models import forecast, store
from models.forecast_features import features
from models.networks.forecast import NETWORKS
from training import forecast_evaluation as evaluation
from training import forecast_shares, forecast_widths, run
from training.forecast_data import Data, load_data
from training.forecast_fit import MADE_SERIES, OURS, SCORE, Settings, as_csv, error_quantiles, train
from training.forecast_measures import measure
from training.run import _
from training.script import Script, agree, agrees, follow

# How far a figure that is measured again may lie from the stated one: interval scores are of the order of ten.
TOLERANCE = 0.002

SETTINGS = {
    "combiner": Settings(8, 512, 2e-3, 8, 1e-2),
    "lstm": Settings(8, 256, 2e-3, 3, 0.0),
    "gru": Settings(8, 256, 2e-3, 3, 0.0),
    "rnn": Settings(8, 256, 1e-3, 3, 0.0),
}

SUMMARY = {
    "combiner": (
        "Ours: one network for any series, yearly to hourly. Each of its three members weighs fifteen simple forecasts "
        "by what the series is like, corrects their mix, and gives 80 and 95 % intervals, without training on the "
        "series; the answer is their mean."
    ),
    "lstm": "The tutorials' forecaster: two LSTM layers of 50 units see the last ten values and give the next.",
    "gru": "The tutorials' forecaster with gated recurrent units: two layers of 50 see the last ten values.",
    "rnn": "The tutorials' forecaster with plain recurrent layers: two of 50 units see the last ten values.",
}


LIMITS = {
    "combiner": _(
        "It only knows the numbers themselves: no holidays, no news, no season that you do not name; short series of "
        "days it draws towards the seasonal naive forecast, as its card says. "
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


# The licences of what is learned from: the R packages of TSDL and NN5, ETT, FRED's terms, M4 (none stated).
LICENSES = ["gpl-3.0", "cc-by-nd-4.0", "other", "unknown"]
PEOPLE = (
    "The series are those of M4 (of finance, industry, firms, the economy and population, as its organisers chose), of "
    "the Time Series Data Library (rivers, weather, sales, the economy and others), of FRED-MD (the economy of the "
    "United States, 1959 to 2023), of NN5 (withdrawals from cash machines in England) and of ETTh1 (one power "
    "transformer in China)."
)
MADE = (
    "Besides, {count:,} series were made by `training/series_generator.py`: sums or products of a trend, up to two "
    "seasons, noise that remembers, a random walk and shifts of level, some of them counts with many zeros, after the "
    "idea of Dooley and others (2023), https://arxiv.org/abs/2311.01933."
)
HELD_OUT = (
    "Of the M1 competition nothing was learned: no series that is learned from shares eight values in a row with it, "
    "nor with the test values of M4 and the values before them."
)


def build_metrics(network: str, data: Data, settings: Settings, training: dict[str, Any]) -> dict[str, Any]:
    """Return what the metrics say of a network before it is measured."""
    return {
        "task": forecast.TASK,
        "network": network,
        "pipeline_tag": "time-series-forecasting",
        "training": training | settings._asdict() | ({"made_series": MADE_SERIES} if network == OURS else {}),
        "curve": {"column": SCORE, "metric": "owa"},
        **about(network, data),
    }


def about(network: str, data: Data) -> dict[str, Any]:
    """Return what the metrics say of what a network is for, takes and learned from."""
    needed = [test for test in data.tests if test.frequency.is_needed]
    return {
        "summary": SUMMARY[network],
        "limits": LIMITS[network],
        "input": INPUT_OURS if network == OURS else INPUT,
        "output": OUTPUT_OURS if network == OURS else OUTPUT,
        "dataset": {
            "name": _("M4 competition (yearly, weekly, hourly), and further collections to learn from"),
            "id": "m4",
            "url": "https://github.com/Mcompetitions/M4-methods",
            "license": LICENSES,
            "people": " ".join([PEOPLE, *([MADE.format(count=MADE_SERIES)] if network == OURS else []), HELD_OUT]),
            "unit": "series",
            "train": len(data.learned),
            "validation": len(data.validation),
            "test": sum(len(test.histories) for test in needed),
            "collections": sorted({series.group for series in data.learned}),
        },
    }


def produce(network: str, data: Data, settings: Settings, flags: Any) -> Path:
    """Train, measure once on the test parts, and write the folder."""
    checkpoints = run.CHECKPOINTS / f"{forecast.TASK}-{network}"
    model = train(network, data, settings, checkpoints, flags.seed)
    training = run.circumstances(checkpoints, flags.seed, "float32")
    metrics = build_metrics(network, data, settings, training)
    metrics["training"]["epochs"] = len(run.read_history(checkpoints))
    if network == OURS:
        adjustment, extras = adjust(model, data, settings, flags.seed)
        forecaster = evaluation.combiner_forecaster(model, adjustment)
    else:
        errors = error_quantiles(model, data.validation, flags.seed)
        extras = {forecast.ERRORS: as_csv(errors)}
        forecaster = evaluation.recurrent_forecaster(model, errors)
    metrics |= _figures(network, model, forecaster, data, flags.output)
    if network == OURS:
        metrics["tables"] = [*metrics["tables"], forecast_shares.as_table(adjustment.shares)]
    product = run.Product({"model": (model, known_inputs(network))}, metrics, checkpoints / store.HISTORY, extras)
    folder = run.write_folder(product, flags.output)
    run.discard(checkpoints)
    return folder


def adjust(
    model: keras.Model, data: Data, settings: Settings, seed: int
) -> tuple[forecast.Adjustment, dict[str, str | bytes]]:
    """Return what goes with a trained ``combiner``, found on validation series, and the files that hold it."""
    shares = forecast_shares.find_shares(evaluation.combiner_forecaster(model), data.validation)
    mixed = evaluation.combiner_forecaster(model, forecast.Adjustment(shares))
    drift = forecast_widths.find_drift(data, settings, seed)
    print(f"intervals must be {drift[0]:.3f} (80 %) and {drift[1]:.3f} (95 %) times as wide later in time", flush=True)
    widths = forecast_widths.find_widths(mixed, data.validation, drift)
    extras = {forecast.SHARES: forecast_shares.as_csv(shares), forecast.WIDTHS: forecast_widths.as_csv(widths)}
    return forecast.Adjustment(shares, widths), extras


def _figures(
    network: str, model: keras.Model, forecaster: evaluation.Forecaster, data: Data, root: Path
) -> dict[str, Any]:
    """What is measured of a network, with its times; statsforecast's figures from the old folder where need be."""
    figures = measure(forecaster, data, _known_comparison(network, root))
    milliseconds = evaluation.milliseconds(forecaster)
    figures["further"][evaluation.TIMED] = f"{milliseconds:.1f} ms"
    return figures | {"latency": run.latency(model, known_inputs(network))}


def _known_comparison(network: str, root: Path) -> list[dict[str, Any]] | None:
    """What the folder written before says of statsforecast's methods; None where there is none."""
    path = root / f"{forecast.TASK}-{network}" / store.METRICS
    return json.loads(path.read_text(encoding="utf-8")).get("compared") if path.is_file() else None


def renew(network: str, data: Data, root: Path) -> Path:
    """Measure a finished folder anew and write the figures into it; the network stays as it is."""
    folder, model, forecaster = _read(network, root)
    figures = _figures(network, model, forecaster, data, root)
    if network == OURS:
        shares = forecast.read_shares(folder.path / forecast.SHARES)
        figures["tables"] = [*figures["tables"], forecast_shares.as_table(shares)]
    return run.update_folder(folder.path, about(network, data) | figures)


def measure_again(network: str, data: Data, root: Path) -> bool:
    """Measure a finished folder on the test parts; tell whether it agrees with its metrics, figure by figure.

    Parts of M4 that were not there when the metrics were written are measured, but compared with nothing.
    """
    folder, _model, forecaster = _read(network, root)
    found = measure(forecaster, data, None)
    stated = folder.metrics
    known = {(figure["name"], figure["metric"]) for figure in stated["measured"]}
    found["measured"] = [figure for figure in found["measured"] if (figure["name"], figure["metric"]) in known]
    agreements = [agree(f"forecast-{network}", found, stated, TOLERANCE)]
    if found["compared"]:
        agreements += [
            agrees(one["method"], f"{one['metric']} on {one['name']}", one["value"], old["value"], TOLERANCE)
            for one, old in zip(found["compared"], stated["compared"], strict=True)
        ]
    return all(agreements)


def load_forecaster(folder: store.Folder) -> evaluation.Forecaster:
    """Return the function that forecasts with a finished folder's network."""
    return _read(folder.network, folder.path.parent)[2]


def _read(network: str, root: Path) -> tuple[store.Folder, keras.Model, evaluation.Forecaster]:
    """A finished folder, checked, its network, and the function that forecasts with it."""
    folder = store.read(forecast.TASK, network, root)
    store.check(folder)
    model = keras.models.load_model(folder.path / "model.keras", compile=False)
    if network == OURS:
        return folder, model, evaluation.combiner_forecaster(model, forecast.read_adjustment(folder.path))
    return folder, model, evaluation.recurrent_forecaster(model, forecast.read_errors(folder.path / forecast.ERRORS))


def main(argv: list[str] | None = None) -> int:
    """Train or measure as the flags say; return the exit status."""
    flags = run.parse_flags(__doc__, NETWORKS, argv)
    return follow(Script(forecast.TASK, SETTINGS, load_data, produce, measure_again, renew), flags)


if __name__ == "__main__":
    raise SystemExit(main())
