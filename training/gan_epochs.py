"""The epochs of a pair's training: what is taught, watched and kept, so that a killed run continues."""

import csv
import io
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from models import gan, store
from models.networks.gan import NETWORKS
from training import run
from training.gan_steps import Duel
from training.judge import Judge, frechet_distance, look
from training.splits import Split

COLUMNS = ("epoch", "discriminator_loss", "generator_loss", "val_frechet_distance", "seconds")
STATE = "state.npz"

VALIDATION_SEED = 6
SETTLING_SEED = 7
SNAPSHOT_SEED = 8
SETTLING_BATCHES, SETTLING_SIZE = 25, 200


class Settings(NamedTuple):
    """Hyperparameters of one pair; those of the steps are explained at ``gan_steps.Duel``."""

    epochs: int
    batch_size: int
    learning_rate: float
    beta_1: float
    average_decay: float
    r1_weight: float
    r1_interval: int
    decay_from: float


@dataclass
class Progress:
    """What a run has done so far.

    rows: one of ``COLUMNS`` for each epoch.
    snapshots: uint8 [28, 280], what ten fixed latents gave before training and after each epoch.
    best: the weights of the average generator and of the discriminator at the best epoch.
    """

    rows: list[list[float]] = field(default_factory=list)
    snapshots: list[np.ndarray] = field(default_factory=list)
    best: list[np.ndarray] = field(default_factory=list)

    @property
    def scores(self) -> list[float]:
        return [row[COLUMNS.index("val_frechet_distance")] for row in self.rows]


def precision() -> str:
    """Return in what a pair computes while it learns: "mixed_bfloat16" where the hardware gains by it."""
    return run.precision(convolutions=True)


def moments(epochs: int) -> list[int]:
    """Return after how many epochs snapshots are shown: 0, the first few, then ever rarer, and the last."""
    return sorted({0, *(round(epochs ** (share / 6)) for share in range(7))})


def train(network: str, data: Split, judge: Judge, settings: Settings, checkpoints: Path, seed: int) -> Progress:
    """Train a pair, or go on where an earlier run stopped; return what it did, with its best weights.

    Best is the epoch whose average generator makes digits closest, by Fréchet distance in the judge's
    features, to the validation digits.

    Raises:
        FloatingPointError: a loss became NaN.
    """
    keras.utils.set_random_seed(seed)
    duel = build_duel(network, settings, len(data.train_images), precision())
    progress = _restore(checkpoints, duel) or Progress(snapshots=[_snapshot(network, duel)])
    real = look(judge.model, data.validation_images[..., 0]).features
    asked = np.sort(data.validation_labels)
    while len(progress.rows) < settings.epochs:
        epoch = len(progress.rows)
        started = time.monotonic()
        losses = teach_epoch(network, data, duel, settings.batch_size, (seed, epoch))
        _settle(network, duel)
        score = frechet_distance(look(judge.model, make(network, duel.average, asked, VALIDATION_SEED)).features, real)
        if not np.isfinite([*losses, score]).all():
            raise FloatingPointError(f"A loss is no number after epoch {epoch + 1}. Delete {checkpoints}.")
        if score < min(progress.scores, default=np.inf):
            progress.best = [*duel.average.get_weights(), *duel.discriminator.get_weights()]
        progress.rows.append([epoch, *losses, score, round(time.monotonic() - started, 2)])
        progress.snapshots.append(_snapshot(network, duel))
        _save(checkpoints, duel, progress)
        print(
            " ".join(f"{name} {value:.4g}" for name, value in zip(COLUMNS, progress.rows[-1], strict=True)), flush=True
        )
    return progress


def build_duel(network: str, settings: Settings, count: int, precision: str = "float32") -> Duel:
    """Return a pair that is to learn from ``count`` digits an epoch, as the settings say.

    The pair computes in ``precision``, a Keras dtype policy; the average, and all variables, are in float32.
    """
    average = NETWORKS[network]()["generator"]
    keras.config.set_dtype_policy(precision)
    try:
        parts = NETWORKS[network]()
    finally:
        keras.config.set_dtype_policy("float32")
    last_step = settings.epochs * (count // settings.batch_size)
    return Duel(parts["generator"], average, parts["discriminator"], *settings[2:], last_step)


def teach_epoch(network: str, data: Split, duel: Duel, batch_size: int, seeds: tuple[int, int]) -> list[float]:
    """Show every training digit once; return the mean losses of discriminator and generator.

    The order and the latents follow from ``seeds`` alone, so a continued run sees what it would have seen.
    """
    random = np.random.default_rng(seeds)
    order = random.permutation(len(data.train_images))
    losses = []
    for first in range(0, len(order) - batch_size + 1, batch_size):
        rows = order[first : first + batch_size]
        images = gan.to_images(data.train_images[rows, :, :, 0])
        latents = random.standard_normal((batch_size, gan.LATENT_SIZE), np.float32)
        losses.append(duel.step(images, latents, inputs_asked(network, data.train_labels[rows])))
    return np.mean([[float(loss) for loss in pair] for pair in losses], axis=0).tolist()


def inputs_asked(network: str, digits: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the second input of a conditional network; none for another."""
    return (gan.one_hot(digits),) if gan.IS_CONDITIONAL[network] else ()


def _settle(network: str, duel: Duel) -> None:
    random = np.random.default_rng(SETTLING_SEED)
    duel.settle(
        [
            (
                random.standard_normal((SETTLING_SIZE, gan.LATENT_SIZE), np.float32),
                *inputs_asked(network, np.arange(SETTLING_SIZE) % len(gan.DIGITS)),
            )
            for _batch in range(SETTLING_BATCHES)
        ]
    )


def make(network: str, generator: keras.Model, digits: np.ndarray, seed: int) -> np.ndarray:
    """Return a picture uint8 [n, 28, 28] for each asked digit int [n]; nothing truncated, nothing left out."""
    inputs = [gan.latents(seed, len(digits)), *inputs_asked(network, digits)]
    return gan.to_pixels(generator.predict(inputs if len(inputs) > 1 else inputs[0], batch_size=500, verbose=0))


def _snapshot(network: str, duel: Duel) -> np.ndarray:
    """What ten fixed latents give now, side by side: uint8 [28, 280]."""
    return np.concatenate(list(make(network, duel.average, np.arange(10), SNAPSHOT_SEED)), axis=1)


def _save(checkpoints: Path, duel: Duel, progress: Progress) -> None:
    """Write all of a run's state to one file, which replaces the last one at once."""
    checkpoints.mkdir(parents=True, exist_ok=True)
    arrays = {f"now_{index}": variable.numpy() for index, variable in enumerate(duel.variables)}
    arrays |= {f"best_{index}": weights for index, weights in enumerate(progress.best)}
    fresh = checkpoints / f"new-{STATE}"
    np.savez(fresh, rows=np.array(progress.rows), snapshots=np.array(progress.snapshots), **arrays)
    fresh.replace(checkpoints / STATE)
    (checkpoints / store.HISTORY).write_text(history_csv(progress.rows), encoding="utf-8")


def _restore(checkpoints: Path, duel: Duel) -> Progress | None:
    """Put an interrupted run's state back; None where there was none."""
    if not (checkpoints / STATE).is_file():
        return None
    with np.load(checkpoints / STATE, allow_pickle=False) as state:
        for index, variable in enumerate(duel.variables):
            variable.assign(state[f"now_{index}"])
        count = sum(name.startswith("best_") for name in state.files)
        best = [state[f"best_{index}"] for index in range(count)]
        return Progress(state["rows"].tolist(), list(state["snapshots"]), best)


def history_csv(rows: list[list[float]]) -> str:
    """Return the curve as a file: a row of ``COLUMNS`` an epoch."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([int(row[0]), *(f"{value:.6g}" for value in row[1:])] for row in rows)
    return stream.getvalue()


def best_parts(network: str, progress: Progress) -> dict[str, keras.Model]:
    """Return the generator and the discriminator of the best epoch."""
    parts = NETWORKS[network]()
    count = len(parts["generator"].weights)
    parts["generator"].set_weights(progress.best[:count])
    parts["discriminator"].set_weights(progress.best[count:])
    return parts
