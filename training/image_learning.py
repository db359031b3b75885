"""How the networks of the image task learn and are measured: optimiser, rate, callbacks, calibration."""

import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from models import image
from training import run
from training.calibration import calibrate
from training.float16 import round_kernels
from training.image_batches import Batches, whitening_kernel
from training.muon import ConvolutionMuon
from training.splits import Split

MOMENTUM = 0.9
WARMUP = 3  # the rate rises in the first of this many parts of the epochs; over the others it falls to 0


class Settings(NamedTuple):
    """Hyperparameters of one network. ``patience`` counts epochs without a better validation accuracy.

    optimiser: "muon", "sgd" or "adamw".
    schedule: whether the rate changes: Muon's falls along a line, others' rises, then falls along a cosine.
        The epoch with the least validation loss is kept then, otherwise that with the best accuracy.
    shift: by how many pixels the pictures are moved, when they are mirrored too; 0 leaves them as they are.
    validation: how many images are kept for validation.
    in_float16: whether the kernels are stored in float16, so that the file has half the size.
    """

    epochs: int
    batch_size: int
    optimiser: str
    learning_rate: float
    patience: int
    schedule: bool
    shift: int
    label_smoothing: float
    weight_decay: float
    validation: int = 5_000
    in_float16: bool = False


def precision(settings: Settings) -> str:
    """Return "mixed_bfloat16" for a large network where the hardware gains by it, else "float32"."""
    return run.precision(convolutions=True) if settings.schedule else "float32"


def train(
    build: Callable[..., keras.Model], data: Split, settings: Settings, checkpoints: Path, seed: int
) -> keras.Model:
    """Train a network, or go on where an earlier run stopped, and return it in float32 at its best epoch.

    Where labels were smoothed its probabilities are calibrated on the validation images.

    Args:
        build: makes the network, anew for each call; one with a parameter ``mirror`` is trained without.
        data: images, or any inputs [n, ...] of the network in their place.
        settings: how to train.
        checkpoints: the folder from which a stopped run goes on.
        seed: of weights, order and augmentation.

    Raises:
        FloatingPointError: the loss became NaN.
    """
    keras.utils.set_random_seed(seed)
    trainee = learner(build, data, settings)
    validation_labels = keras.utils.to_categorical(data.validation_labels, len(image.LABELS))
    validation_images = data.validation_images.astype(np.float32)
    goal = ("val_loss", "min") if settings.schedule else ("val_accuracy", "max")
    finished = len(run.read_history(checkpoints))
    run.fit(
        trainee,
        (Batches(data.train_images, data.train_labels, settings.batch_size, settings.shift, seed, finished),),
        checkpoints,
        settings.epochs,
        settings.patience,
        *goal,
        validation_data=(validation_images, validation_labels),
        validation_batch_size=250,
    )
    model = _in_float32(build, trainee)
    if settings.label_smoothing:
        calibrate(model, validation_images, data.validation_labels)
    if settings.in_float16:
        round_kernels(model)
    return model


def learner(build: Callable[..., keras.Model], data: Split, settings: Settings) -> keras.Model:
    """Return the network as it learns: compiled, its whitening layer (where it has one) set from the images.

    It sees no mirror images where it could, and computes in bfloat16 where the hardware gains by it.
    """
    keras.config.set_dtype_policy(precision(settings))
    trainee = without_mirror(build)()
    for layer in trainee.layers:
        if layer.name == "whiten":
            layer.set_weights([whitening_kernel(data.train_images)])
    trainee.compile(
        optimizer=_optimiser(settings, len(data.train_images)),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
        metrics=["accuracy"],
    )
    return trainee


def without_mirror(build: Callable[..., keras.Model]) -> Callable[[], keras.Model]:
    """Return what builds a network as it learns: from the picture alone where it could see its mirror image too."""
    has_mirror = "mirror" in inspect.signature(build).parameters
    return partial(build, mirror=False) if has_mirror else build


def _optimiser(settings: Settings, count: int) -> keras.optimizers.Optimizer:
    """The optimiser for ``count`` images an epoch; what only shifts and scales is not decayed."""
    rate = settings.learning_rate
    steps = -(-count // settings.batch_size)  # of one epoch
    if settings.optimiser == "muon":
        return ConvolutionMuon(keras.optimizers.schedules.PolynomialDecay(rate, settings.epochs * steps, 0.0))
    if settings.schedule:
        warmup = max(1, settings.epochs // WARMUP * steps)
        rate = keras.optimizers.schedules.CosineDecay(
            rate / 10, settings.epochs * steps - warmup, alpha=0.0, warmup_target=rate, warmup_steps=warmup
        )
    if settings.optimiser == "sgd":
        optimiser = keras.optimizers.SGD(rate, MOMENTUM, nesterov=True, weight_decay=settings.weight_decay)
    else:
        optimiser = keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay)
    optimiser.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    return optimiser


def _in_float32(build: Callable[[], keras.Model], trainee: keras.Model) -> keras.Model:
    """The trained weights in a network that computes in float32, on any hardware."""
    keras.config.set_dtype_policy("float32")
    model = build()
    model.set_weights(trainee.get_weights())
    return model
