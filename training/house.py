"""Train the networks that estimate the price of a house, on the sales of King County in 2014 and 2015.

    python -m training.house --network dense|tabm|all [--data DIR] [--epochs N] [--push-to OWNER]
    python -m training.house --network tabm --evaluate
    python -m training.house --splits 5        # measure on five splits, write no folder

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
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from models import house, store
from models.networks.house import NETWORKS, adapt
from training import house_baselines, run
from training.data import DataError
from training.data.king_county import load_king_county, split_by_house
from training.house_measures import MODES, QUANTILES, bootstrap, find_margins, in_words, measure, r_squared
from training.house_statistics import build_statistics
from training.run import _
from training.script import Script, agrees, follow

# Of the houses: a tenth to validate, a fifth to test. This split is the folders'; others are for --splits.
SHARES = (0.1, 0.2)
SPLIT_SEED = 0


class Settings(NamedTuple):
    """Hyperparameters of one network. ``patience`` counts epochs without a better validation R²."""

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int
    weight_decay: float


SETTINGS = {
    "dense": Settings(60, 128, 1e-3, 10, 0.0),
    "tabm": Settings(30, 512, 4e-3, 30, 0.03),
}

SUMMARY = {
    "dense": (
        "The tutorials' regression network: 64-32-1 on standardised features. Its intervals come from its errors "
        "on the validation houses."
    ),
    "tabm": (
        "Ours: sixteen networks in one that share nearly all weights, on piecewise-linear embeddings of the "
        "features and of waves over the county, with learned 80 and 95 % intervals."
    ),
}


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


class Part(NamedTuple):
    """Some sales: their features float32 [n, 19], once with all details and once from the form alone.

    log_prices: float64 [n], of dollars.
    """

    details: np.ndarray
    form: np.ndarray
    log_prices: np.ndarray

    @property
    def both(self) -> tuple[np.ndarray, np.ndarray]:
        """Every sale twice, with details and without: features [2n, 19] and log prices [2n, 1]."""
        return np.concatenate([self.details, self.form]), np.tile(self.log_prices, 2).reshape(-1, 1)


class Split(NamedTuple):
    """The three parts, and what the tab knows of the training part."""

    train: Part
    validation: Part
    test: Part
    statistics: dict[str, Any]


def load_data(folder: Path, seed: int = SPLIT_SEED) -> Split:
    """Return the sales of King County in three parts, no house in two of them.

    Raises:
        training.data.DataError: the sales cannot be had.
    """
    return split(load_king_county(folder), seed)


def split(columns: dict[str, np.ndarray], seed: int) -> Split:
    """Split columns like those of ``load_king_county`` in three parts, the same for the same seed."""
    chosen = split_by_house(columns["id"], SHARES, seed)
    parts = [{name: values[rows] for name, values in columns.items()} for rows in chosen]
    statistics = build_statistics(parts[0])
    return Split(*(_part(part, statistics) for part in parts), statistics)


def _part(columns: dict[str, np.ndarray], statistics: dict[str, Any]) -> Part:
    entries = np.column_stack([columns[name] for name in house.ENTRIES])
    details = np.column_stack([columns[name] for name in house.DETAILS])
    detailed = np.column_stack([entries, details, np.ones(len(entries))]).astype(np.float32)
    return Part(detailed, house.with_usual_details(entries, statistics), np.log(columns["price"]))


def train(network: str, data: Split, settings: Settings, checkpoints: Path, seed: int) -> keras.Model:
    """Train a network, or go on where an earlier run stopped, and return it at its best epoch.

    Raises:
        FloatingPointError: the loss became NaN.
    """
    keras.utils.set_random_seed(seed)
    features, log_prices = data.train.both
    model = NETWORKS[network]()
    adapt(model, features, log_prices)
    trainee = _compiled(model, settings, log_prices)
    run.fit(
        trainee,
        (features, log_prices),
        checkpoints,
        settings.epochs,
        settings.patience,
        "val_r2",
        batch_size=settings.batch_size,
        validation_data=data.validation.both,
        validation_batch_size=1024,
    )
    return model


def _compiled(model: keras.Model, settings: Settings, log_prices: np.ndarray) -> keras.Model:
    """The network up to its members' answers, with optimiser and loss: every member learns by itself."""
    is_ensemble = model.name == "tabm"
    trainee = keras.Model(model.inputs, model.get_layer("log_prices").output) if is_ensemble else model
    steps = settings.epochs * -(-len(log_prices) // settings.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate / 10, steps, alpha=0.01, warmup_target=settings.learning_rate, warmup_steps=steps // 20
    )
    trainee.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay, clipnorm=1.0),
        loss=PriceLoss(float(log_prices.std())),
        metrics=[MeanR2(name="r2")],
    )
    return trainee


class PriceLoss(keras.losses.Loss):
    """Squared error of the price, and the pinball loss of each end of the intervals; both of standardised logs.

    Log prices [batch, 1] against a network's [batch, 1] or its members' [batch, members, 5]. Pinball loss:
    Koenker and Bassett (1978), https://doi.org/10.2307/1913643.
    """

    def __init__(self, deviation: float):
        super().__init__(name="price_loss")
        self.deviation = deviation

    def call(self, log_prices: Any, answers: Any) -> Any:
        if len(answers.shape) == 2:
            return ops.square((log_prices - answers) / self.deviation)[:, 0]
        errors = (log_prices[:, None, :] - answers) / self.deviation  # batch x members x 5
        below = ops.convert_to_tensor(list(QUANTILES.values()), errors.dtype)
        ends = errors[..., 1:]
        pinball = ops.maximum(below * ends, (below - 1) * ends)
        return ops.mean(ops.square(errors[..., 0]), axis=-1) + ops.mean(pinball, axis=(-2, -1))


class MeanR2(keras.metrics.R2Score):
    """R² of the price; where members answer, of their mean."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add log prices [batch, 1] and answers [batch, 1] or [batch, members, 5]."""
        price = y_pred if len(y_pred.shape) == 2 else ops.mean(y_pred[..., :1], axis=1)
        super().update_state(y_true, price, sample_weight)


def predict(model: keras.Model, features: np.ndarray) -> np.ndarray:
    """Return a network's output float64 [n, 1 or 5] for features [n, 19]."""
    return model.predict(features, batch_size=1024, verbose=0).astype(np.float64)


def find_intervals(model: keras.Model, part: Part) -> dict[str, dict[str, list[float]]]:
    """Return the margins of a network for each mode, from validation houses."""
    return {mode: find_margins(predict(model, getattr(part, mode)), part.log_prices) for mode in MODES}


def evaluate(model: keras.Model, part: Part, intervals: dict[str, dict[str, list[float]]]) -> dict[str, Any]:
    """Measure a network on houses: R² with interval, and what the form's visitor may expect."""
    outputs = {mode: predict(model, getattr(part, mode)) for mode in MODES}
    measured = {mode: measure(outputs[mode], part.log_prices, intervals[mode]) for mode in MODES}
    interval = bootstrap(part.log_prices, outputs["details"][:, 0])
    return {
        "result": {"metric": "r2", "value": measured["details"]["r2"], "interval95": interval},
        "further": in_words(measured),
        "form": measured["form"],
        "details": measured["details"],
    }


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
            "name": "King County house sales",
            "id": "harlfoxem/housesalesprediction",
            "url": "https://www.kaggle.com/datasets/harlfoxem/housesalesprediction",
            "license": "cc0-1.0",
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
    checkpoints = run.CHECKPOINTS / f"{house.TASK}-{network}"
    baselines = house_baselines.measure(data, run.CHECKPOINTS / "house-baselines.json")
    model = train(network, data, settings, checkpoints, flags.seed)
    training = {
        **run.circumstances(checkpoints, flags.seed, "float32"),
        "split_seed": SPLIT_SEED,
    }
    metrics = build_metrics(network, data, settings, training)
    metrics["training"]["epochs"] = len(run.read_history(checkpoints))
    intervals = find_intervals(model, data.validation)
    metrics |= evaluate(model, data.test, intervals) | baselines
    statistics = json.dumps(data.statistics | {"intervals": intervals}, separators=(",", ":")) + "\n"
    parts = {"model": (model, (known_input(data.statistics),))}
    product = run.Product(parts, metrics, checkpoints / store.HISTORY, {house.STATISTICS: statistics})
    folder = run.write_folder(product, flags.output)
    run.discard(checkpoints)
    return folder


def measure_again(network: str, data: Split, root: Path) -> bool:
    """Measure a finished folder on the test houses; tell whether it agrees with its metrics."""
    folder = store.read(house.TASK, network, root)
    store.check(folder)
    model = keras.models.load_model(folder.path / "model.keras", compile=False)
    found = r_squared(data.test.log_prices, predict(model, data.test.details)[:, 0])
    stated = folder.metrics["result"]["value"]
    return agrees(f"house-{network}", "R²", found, stated)


def compare_splits(count: int, flags: Any) -> None:
    """Train and measure on several splits, and print each and the means; what is done is not done again."""
    scores: dict[str, list[float]] = {}
    for seed in range(count):
        data = load_data(flags.data, seed)
        measured = house_baselines.measure(data, run.CHECKPOINTS / f"house-baselines-{seed}.json")
        found = {entry["short"]: entry["value"] for entry in (measured["baseline"], *measured["others"])}
        for network in flags.networks:
            settings = _settings(network, flags)
            checkpoints = run.CHECKPOINTS / f"{house.TASK}-{network}-split-{seed}"
            model = train(network, data, settings, checkpoints, flags.seed)
            facts = evaluate(model, data.test, find_intervals(model, data.validation))
            found |= {network: facts["details"]["r2"], f"{network}, 80 %": facts["details"]["coverage_80"]}
        print(f"split {seed}: " + ", ".join(f"{name} {value:.4f}" for name, value in found.items()), flush=True)
        for name, value in found.items():
            scores.setdefault(name, []).append(value)
    for name, values in scores.items():
        print(f"{name}: {np.mean(values):.4f} ± {np.std(values):.4f} over {count} splits")


def _settings(network: str, flags: Any) -> Settings:
    settings = SETTINGS[network]
    return settings._replace(epochs=flags.epochs or settings.epochs)


def parse_flags(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the flags that all training scripts have, and ``--splits``."""
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument("--splits", type=int, default=0)
    known, others = own.parse_known_args(argv)
    flags = run.parse_flags(__doc__, NETWORKS, others)
    flags.splits = known.splits
    return flags


def main(argv: list[str] | None = None) -> int:
    """Train or measure as the flags say; return the exit status."""
    flags = parse_flags(argv)
    if flags.splits:
        try:
            compare_splits(flags.splits, flags)
        except DataError as error:
            run.stop_on(error)
        return 0
    return follow(Script(house.TASK, SETTINGS, load_data, produce, measure_again), flags)


if __name__ == "__main__":
    raise SystemExit(main())
