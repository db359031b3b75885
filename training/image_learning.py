"""How the networks of the image task learn and are measured: optimiser, rate, callbacks, calibration."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from models import image
from training import run
from training.calibration import calibrate
from training.image_batches import Batches, Split, whitening_kernel

MOMENTUM = 0.9
WARMUP = 3  # the rate rises in the first of this many parts of the epochs; over the others it falls to 0
CALIBRATION_BINS = 15


class Settings(NamedTuple):
    """Hyperparameters of one network. ``patience`` counts epochs without a better validation accuracy.

    With ``schedule`` the rate rises, then falls along a cosine; without, it stays. ``augment`` mirrors and
    moves the pictures.
    """

    epochs: int
    batch_size: int
    optimiser: str
    learning_rate: float
    patience: int
    schedule: bool
    augment: bool
    label_smoothing: float
    weight_decay: float


def precision(settings: Settings) -> str:
    """Return "mixed_bfloat16" where a large network gains by it; its convolutions do on AVX-512 too."""
    if not settings.schedule:
        return "float32"
    cpu_flags = Path("/proc/cpuinfo")
    has_avx = cpu_flags.is_file() and "avx512_bf16" in cpu_flags.read_text()
    return "mixed_bfloat16" if has_avx else run.precision()


def train(
    build: Callable[[], keras.Model], data: Split, settings: Settings, checkpoints: Path, seed: int
) -> keras.Model:
    """Train a network, or go on where an earlier run stopped, and return it in float32 at its best epoch.

    Where labels were smoothed its probabilities are calibrated on the validation images.

    Args:
        build: makes the network, anew for each call.
        data: images, or any inputs [n, ...] of the network in their place.
        settings: how to train.
        checkpoints: the folder from which a stopped run goes on.
        seed: of weights, order and augmentation.

    Raises:
        FloatingPointError: the loss became NaN.
    """
    keras.utils.set_random_seed(seed)
    trainee = _compiled(build, data, settings)
    validation_labels = keras.utils.to_categorical(data.validation_labels, len(image.LABELS))
    validation_images = data.validation_images.astype(np.float32)
    if not run.is_finished(checkpoints, settings.epochs, settings.patience):
        finished = len(run.read_history(checkpoints))
        trainee.fit(
            Batches(data.train_images, data.train_labels, settings.batch_size, settings.augment, seed, finished),
            epochs=settings.epochs,
            validation_data=(validation_images, validation_labels),
            validation_batch_size=250,
            callbacks=run.resumable(checkpoints, settings.patience),
            verbose=2 if not run.is_terminal() else 1,
        )
    run.refuse_nan(checkpoints)
    trainee.load_weights(checkpoints / run.BEST)
    model = _in_float32(build, trainee)
    if settings.label_smoothing:
        calibrate(model, validation_images, data.validation_labels)
    return model


def _compiled(build: Callable[[], keras.Model], data: Split, settings: Settings) -> keras.Model:
    """The network with optimiser and loss, its whitening layer (where it has one) set from the images."""
    keras.config.set_dtype_policy(precision(settings))
    trainee = build()
    for layer in trainee.layers:
        if layer.name == "whiten":
            layer.set_weights([whitening_kernel(data.train_images)])
    trainee.compile(
        optimizer=_optimiser(settings, len(data.train_images)),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
        metrics=["accuracy"],
    )
    return trainee


def _optimiser(settings: Settings, count: int) -> keras.optimizers.Optimizer:
    """The optimiser for ``count`` images an epoch; what only shifts and scales is not decayed."""
    rate = settings.learning_rate
    if settings.schedule:
        steps = -(-count // settings.batch_size)  # of one epoch
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


def evaluate(model: keras.Model, inputs: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """Measure a network on inputs [n, ...] such as images: accuracy with interval, each class, calibration."""
    probabilities = model.predict(inputs.astype(np.float32), batch_size=250, verbose=0)
    guesses, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    correct = guesses == labels
    loss = -np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-7)).mean()
    is_sure = confidence >= image.SURE
    interval = run.accuracy_interval(int(correct.sum()), len(labels))
    return {
        "result": {"metric": "accuracy", "value": float(correct.mean()), "interval95": interval, "loss": float(loss)},
        "per_class": {
            name: float(correct[labels == index].mean())
            for index, name in enumerate(image.LABELS)
            if (labels == index).any()
        },
        "further": {
            "expected calibration error": f"{calibration_error(confidence, correct):.3f}",
            f"answers given as certain (probability at least {image.SURE:.0%})": f"{is_sure.mean():.1%}",
            "accuracy of these": f"{correct[is_sure].mean():.1%}" if is_sure.any() else "none",
        },
    }


def calibration_error(confidence: np.ndarray, correct: np.ndarray) -> float:
    """Return by how much confidence and accuracy differ, in the mean over 15 bins of confidence.

    Source: Guo, Pleiss, Sun, Weinberger (2017), https://arxiv.org/abs/1706.04599.
    """
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [abs(confidence[bins == each].sum() - correct[bins == each].sum()) for each in np.unique(bins)]
    return float(sum(gaps) / len(confidence))
