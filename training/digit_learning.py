"""How the networks of the digit task learn: from MNIST, ours also from drawn digits and from what is no digit."""

from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from models import digit
from models.corrections import Correction
from models.networks.digit import INPUT_SHAPE, NETWORKS
from training import not_digits, run
from training.augment import Distort
from training.calibration import calibrate
from training.data.pen_digits import WRITERS, PenDigit
from training.muon import ConvolutionMuon
from training.pad_drawings import drawn_digits
from training.splits import Split

SPLIT_SEED = 0
WRITERS_SEED = 0
VALIDATION_WRITERS, TEST_WRITERS = 2, 6
# How often each drawn digit is drawn to learn from, and how many pictures of no digit are made.
TIMES_DRAWN = 3
# How often each drawing that a visitor corrected is learned from in an epoch: there are few of them.
TIMES_CORRECTED = 10
NOT_DIGITS = 12_000
# The pads to learn from are smaller by this factor, which saves time.
REDUCED = 2


class Settings(NamedTuple):
    """Hyperparameters of one network.

    patience: epochs without a better validation score after which to stop.
    wide: whether it learns as ours does: by Muon with a falling rate, from distorted MNIST digits, drawn digits
        and pictures of no digit. Otherwise by Adam from MNIST as it is.
    validation: how many MNIST digits are kept for validation.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int
    wide: bool
    label_smoothing: float
    validation: int = 5_000


def split(mnist: dict[str, np.ndarray], validation_size: int) -> Split:
    """Split arrays like MNIST's (``x_train`` uint8 [n, 28, 28], ...) in three parts, always the same."""
    order = np.random.default_rng(SPLIT_SEED).permutation(len(mnist["x_train"]))
    train, validation = order[:-validation_size], order[-validation_size:]
    images = mnist["x_train"].astype(np.float32)[..., np.newaxis]
    labels = mnist["y_train"].astype(np.int32)
    test_images = mnist["x_test"].astype(np.float32)[..., np.newaxis]
    return Split(
        images[train],
        labels[train],
        images[validation],
        labels[validation],
        test_images,
        mnist["y_test"].astype(np.int32),
    )


class Drawn(NamedTuple):
    """Drawn digits in three parts, no writer in two of them."""

    train: list[PenDigit]
    validation: list[PenDigit]
    test: list[PenDigit]


def split_writers(digits: list[PenDigit]) -> Drawn:
    """Part the drawn digits by writer, always in the same way: six writers to test, two to validate."""
    order = np.random.default_rng(WRITERS_SEED).permutation(WRITERS)
    test, validation = order[:TEST_WRITERS], order[TEST_WRITERS : TEST_WRITERS + VALIDATION_WRITERS]
    return Drawn(
        [one for one in digits if one.writer not in test and one.writer not in validation],
        [one for one in digits if one.writer in validation],
        [one for one in digits if one.writer in test],
    )


class Lesson(NamedTuple):
    """What a network learns from: images float32 [n, 28, 28, 1] in 0..255, targets float32 [n, 10]."""

    images: np.ndarray
    targets: np.ndarray
    validation_images: np.ndarray
    validation_labels: np.ndarray


def lesson(data: Split, drawn: Drawn, settings: Settings, seed: int) -> Lesson:
    """Return MNIST's digits; for ours also drawn ones, and pictures of no digit whose target is even doubt.

    Source of the even target: Hendrycks, Mazeika, Dietterich (2019), https://arxiv.org/abs/1812.04606.
    """
    targets = keras.utils.to_categorical(data.train_labels, len(digit.LABELS))
    if not settings.wide:
        return Lesson(data.train_images, targets, data.validation_images, data.validation_labels)
    pictures, labels = drawn_digits(drawn.train, TIMES_DRAWN, seed, REDUCED)
    others = not_digits.make(NOT_DIGITS, np.uint8(data.train_images[..., 0]), drawn.train, seed)
    doubt = np.full((len(others), len(digit.LABELS)), 1 / len(digit.LABELS), np.float32)
    more, more_labels = drawn_digits(drawn.validation, 1, seed)
    return Lesson(
        np.concatenate([data.train_images, _as_input(pictures), _as_input(others)]),
        np.concatenate([targets, keras.utils.to_categorical(labels, len(digit.LABELS)), doubt]),
        np.concatenate([data.validation_images, _as_input(more)]),
        np.concatenate([data.validation_labels, more_labels]),
    )


def with_corrections(taught: Lesson, corrections: list[Correction]) -> Lesson:
    """Return the lesson with each corrected drawing in it TIMES_CORRECTED times; what is no digit has even doubt."""
    if not corrections:
        return taught
    doubt = np.full(len(digit.LABELS), 1 / len(digit.LABELS), np.float32)
    certain = dict(zip(digit.LABELS, np.eye(len(digit.LABELS), dtype=np.float32), strict=True))
    targets = np.stack([certain.get(correction.label, doubt) for correction in corrections])
    images = _as_input(np.stack([correction.pixels for correction in corrections]))
    return taught._replace(
        images=np.concatenate([taught.images, *[images] * TIMES_CORRECTED]),
        targets=np.concatenate([taught.targets, *[targets] * TIMES_CORRECTED]),
    )


def _as_input(pictures: np.ndarray) -> np.ndarray:
    return pictures.astype(np.float32)[..., np.newaxis]


def train(network: str, taught: Lesson, settings: Settings, checkpoints: Path, seed: int) -> keras.Model:
    """Train a network, or go on where an earlier run stopped, and return it in float32 at its best epoch.

    Where labels were smoothed its probabilities are calibrated on the validation digits.

    Raises:
        FloatingPointError: the loss became NaN.
    """
    keras.utils.set_random_seed(seed)
    trainee = _compiled(network, settings, len(taught.images), seed)
    goal = ("val_loss", "min") if settings.wide else ("val_accuracy", "max")
    validation_targets = keras.utils.to_categorical(taught.validation_labels, len(digit.LABELS))
    run.fit(
        trainee,
        (taught.images, taught.targets),
        checkpoints,
        settings.epochs,
        settings.patience,
        *goal,
        batch_size=settings.batch_size,
        validation_data=(taught.validation_images, validation_targets),
    )
    model = _in_float32(network, trainee)
    if settings.label_smoothing:
        calibrate(model, taught.validation_images, taught.validation_labels)
    return model


def precision(settings: Settings) -> str:
    """Return "mixed_bfloat16" for ours where the hardware gains by it, else "float32"."""
    return run.precision(convolutions=True) if settings.wide else "float32"


def _compiled(network: str, settings: Settings, count: int, seed: int) -> keras.Model:
    """The network, ours behind the random distortions, with optimiser and loss."""
    keras.config.set_dtype_policy(precision(settings))
    stack = [Distort(seed)] if settings.wide else []
    trainee = keras.Sequential([keras.Input(INPUT_SHAPE), *stack, NETWORKS[network]()])
    trainee.compile(
        optimizer=_optimiser(settings, count),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
        metrics=["accuracy"],
    )
    return trainee


def _optimiser(settings: Settings, count: int) -> keras.optimizers.Optimizer:
    if not settings.wide:
        return keras.optimizers.AdamW(settings.learning_rate, weight_decay=0.0)
    steps = settings.epochs * -(-count // settings.batch_size)
    return ConvolutionMuon(keras.optimizers.schedules.PolynomialDecay(settings.learning_rate, steps, 0.0))


def _in_float32(network: str, trainee: keras.Model) -> keras.Model:
    """The trained weights in a network that computes in float32, on any hardware."""
    keras.config.set_dtype_policy("float32")
    model = NETWORKS[network]()
    model.set_weights(trainee.layers[-1].get_weights())
    return model
