"""Train the networks that estimate the price of a house, on the sales of King County in 2014 and 2015.

    python -m training.house --network dense|tabm|all [--data DIR] [--epochs N] [--push-to OWNER]
    python -m training.house --network tabm --evaluate|--measure
    python -m training.house --splits 5 [--network tabm]   # beside CatBoost and others, into tabm's metrics

Writes models/pretrained/house-<network>/ (model, metrics, card, curve, statistics.json). A run that was
stopped continues from .checkpoints/ when it is started again. What to expect stands in each folder's
metrics.json.

R² is that of the log price, as in the benchmarks of this data set: of a house's price, errors in per cent
count. It is measured twice: with all that the sales records know ("details"; this is the result), and from
the twelve entries of the tab's form alone ("form").
"""

import argparse
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np

from models import house, store
from models.networks.house import NETWORKS
from training import house_splits, run
from training.data import DataError
from training.house_data import SPLIT_SEED, Split, load_data
from training.house_learning import Settings, predict, train
from training.house_measures import (
    MODES,
    bootstrap,
    figures,
    find_margins,
    in_words,
    measure,
    r_squared,
    table_of_failures,
    table_of_fifths,
)
from training.run import _
from training.script import Script, agree, follow

SETTINGS = {
    "dense": Settings(60, 128, 1e-3, 10, 0.0),
    "tabm": Settings(12, 256, 6e-3, 12, 0.03),
}

SUMMARY = {
    "dense": (
        "The tutorials' regression network: 64-32-1 on standardised features. Its intervals come from its errors "
        "on the validation houses."
    ),
    "tabm": (
        "Ours: what each feature adds by itself and in pairs, and sixteen networks in one that share nearly all "
        "weights for the rest. It looks at how dear the training sales around a house were, and learned its 80 and "
        "95 % intervals."
    ),
}

PEOPLE = (
    "The houses stand in King County, Washington, with Seattle; all were sold from May 2014 to May 2015. Their records "
    "are those of the county's Department of Assessments and name nobody."
)
PLACES = "The network holds the places of its training houses, and how far their prices lie from what it expects."

LIMITS = {
    "dense": _(
        "It knows houses sold in King County from May 2014 to May 2015, and its interval is equally wide in per cent "
        "for every house. It has not seen a house from inside, so do not buy or sell by it."
    ),
    "tabm": _(
        "It knows houses sold in King County from May 2014 to May 2015, and few of them were very dear, very old or "
        "at the water. It has not seen a house from inside, so do not buy or sell by it."
    ),
}


def evaluate(model: keras.Model, data: Split, intervals: dict[str, house.Margins]) -> dict[str, Any]:
    """Measure a network on the test houses: R² with interval, and what the form's visitor may expect."""
    part = data.test
    outputs = {mode: predict(model, getattr(part, mode)) for mode in MODES}
    measured = {mode: measure(outputs[mode], part.log_prices, intervals[mode]) for mode in MODES}
    answers = outputs["details"][:, 0]
    return {
        "result": {
            "metric": "r2",
            "value": measured["details"]["r2"],
            "interval95": bootstrap(part.log_prices, answers),
        },
        "measured": [
            figure for mode in MODES for figure in figures(outputs[mode], part.log_prices, intervals[mode], mode)
        ],
        "further": in_words(measured),
        "form": measured["form"],
        "details": measured["details"],
        "tables": [table_of_fifths(measured), table_of_failures(part.details, part.log_prices, answers)],
    }


def find_intervals(model: keras.Model, data: Split) -> dict[str, house.Margins]:
    """Return the margins of a network for each mode, from the validation houses."""
    part = data.validation
    return {mode: find_margins(predict(model, getattr(part, mode)), part.log_prices) for mode in MODES}


def build_metrics(network: str, data: Split, settings: Settings, training: dict[str, Any]) -> dict[str, Any]:
    """Return what the metrics say of a network before it is measured."""
    return {
        "task": house.TASK,
        "network": network,
        "summary": SUMMARY[network],
        "limits": LIMITS[network],
        "pipeline_tag": "tabular-regression",
        "input": f"float32 [batch, {len(house.FEATURES)}]: {', '.join(house.FEATURES)}; areas in square feet",
        "output": f"log of dollars float32 [batch, {len(house.OUTPUTS) if network == 'tabm' else 1}]",
        "dataset": {
            "name": _("King County house sales"),
            "id": "harlfoxem/housesalesprediction",
            "url": "https://www.kaggle.com/datasets/harlfoxem/housesalesprediction",
            "license": "cc0-1.0",
            "people": _people(network),
            "unit": "sales",
            "train": len(data.train.log_prices),
            "validation": len(data.validation.log_prices),
            "test": len(data.test.log_prices),
        },
        "training": training | settings._asdict(),
        "curve": {"column": "val_r2", "metric": "r2"},
    }


def known_input(statistics: dict[str, Any]) -> np.ndarray:
    """Return the features float32 [1, 19] of the median house."""
    return house.preprocess([statistics["median_house"]], statistics)


def produce(network: str, data: Split, settings: Settings, flags: Any) -> Path:
    """Train, measure once on the test houses, and write the folder."""
    checkpoints = run.CHECKPOINTS / f"{house.TASK}-{network}-split-{SPLIT_SEED}"
    baselines = house_splits.measure_baselines(data, SPLIT_SEED)
    model = train(network, data, settings, checkpoints, flags.seed)
    training = {
        **run.circumstances(checkpoints, flags.seed, "float32"),
        "split_seed": SPLIT_SEED,
    }
    metrics = build_metrics(network, data, settings, training)
    metrics["training"]["epochs"] = len(run.read_history(checkpoints))
    intervals = find_intervals(model, data)
    metrics |= evaluate(model, data, intervals) | baselines
    metrics["latency"] = run.latency(model, (known_input(data.statistics),))
    parts = {"model": (model, (known_input(data.statistics),))}
    product = run.Product(parts, metrics, checkpoints / store.HISTORY, _extras(data, intervals))
    folder = run.write_folder(product, flags.output)
    run.discard(checkpoints)
    return folder


def renew(network: str, data: Split, root: Path) -> Path:
    """Measure a finished folder anew and write the figures into it; the network stays as it is."""
    folder, model, _intervals = _read(network, root)
    intervals = find_intervals(model, data)
    metrics = evaluate(model, data, intervals) | house_splits.measure_baselines(data, SPLIT_SEED)
    metrics["tables"] += [table for table in folder.metrics.get("tables", []) if table.get("source") == "splits"]
    metrics["latency"] = run.latency(model, (known_input(data.statistics),))
    metrics["dataset"] = folder.metrics["dataset"] | {"people": _people(network)}
    metrics["summary"] = SUMMARY[network]
    return run.update_folder(folder.path, metrics, _extras(data, intervals))


def _people(network: str) -> str:
    """Whose houses a network learns from, and what it keeps of them."""
    return f"{PEOPLE} {PLACES}" if network == "tabm" else PEOPLE


def _extras(data: Split, intervals: dict[str, house.Margins]) -> dict[str, str | bytes]:
    """The file of what the tab knows of the training houses, with the margins of the intervals."""
    text = json.dumps(data.statistics | {"intervals": intervals}, separators=(",", ":")) + "\n"
    return {house.STATISTICS: text}


def measure_again(network: str, data: Split, root: Path) -> bool:
    """Measure a finished folder on the test houses; tell whether it agrees with its metrics."""
    folder, model, intervals = _read(network, root)
    return agree(f"house-{network}", evaluate(model, data, intervals), folder.metrics)


def _read(network: str, root: Path) -> tuple[store.Folder, keras.Model, dict[str, house.Margins]]:
    """A finished folder, checked, its network and the margins of its intervals."""
    folder = store.read(house.TASK, network, root)
    store.check(folder)
    intervals = house.statistics_of(folder)["intervals"]
    return folder, keras.models.load_model(folder.path / "model.keras", compile=False), intervals


def compare_splits(count: int, flags: Any) -> None:
    """Train and measure on several splits, print what is found, and write it into the folder of ours."""
    settings = {network: _settings(network, flags) for network in flags.networks}
    trials = []
    for seed in range(count):
        trials.append(house_splits.try_split(load_data(flags.data, seed), seed, settings, flags.seed))
        scores = {
            name: r_squared(trials[-1].test.log_prices, answers["details"])
            for name, answers in trials[-1].answers.items()
        }
        print(f"split {seed}: " + ", ".join(f"{name} {value:.4f}" for name, value in scores.items()), flush=True)
    if house_splits.OURS not in settings:
        return
    found = house_splits.compare(trials)
    tables = house_splits.tables(found)
    for table in tables:
        print(table["title"], *(", ".join(row) for row in table["rows"]), sep="\n")
    print(f"inside the intervals: {json.dumps(found['coverage'])}")
    folder = flags.output / f"{house.TASK}-{house_splits.OURS}"
    if folder.is_dir():
        stated = store.read(house.TASK, house_splits.OURS, flags.output).metrics
        others = [table for table in stated.get("tables", []) if table.get("source") != "splits"]
        print(run.update_folder(folder, {"splits": found, "tables": others + tables}))


def _settings(network: str, flags: Any) -> Settings:
    settings = SETTINGS[network]
    return settings._replace(epochs=flags.epochs or settings.epochs)


def parse_flags(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the flags that all training scripts have, and ``--splits``."""
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument(
        "--splits",
        type=int,
        default=0,
        metavar="N",
        help="compare with CatBoost over N splits by house (default: none)",
    )
    return run.parse_flags(__doc__, NETWORKS, argv, [own])


def main(argv: list[str] | None = None) -> int:
    """Train or measure as the flags say; return the exit status."""
    flags = parse_flags(argv)
    if flags.splits:
        try:
            compare_splits(flags.splits, flags)
        except DataError as error:
            run.stop_on(error)
        return 0
    return follow(Script(house.TASK, SETTINGS, load_data, produce, measure_again, renew), flags)


if __name__ == "__main__":
    raise SystemExit(main())
