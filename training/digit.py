"""Train the networks that read a handwritten digit, on MNIST.

    python -m training.digit --network mlp|lenet|convnet|all [--data DIR] [--epochs N] [--push-to OWNER]
    python -m training.digit --network convnet --evaluate

Writes models/pretrained/digit-<network>/ (model, metrics, card, curve). A run that was stopped continues
from .checkpoints/ when it is started again. What to expect stands in each folder's metrics.json.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from PIL import Image, ImageDraw
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import SVC

from models import digit, store
from models.networks.digit import INPUT_SHAPE, NETWORKS
from training import run
from training.augment import Distort
from training.calibration import calibrate
from training.data import load_mnist
from training.run import _
from training.script import Script, follow

VALIDATION_SIZE = 5_000
SPLIT_SEED = 0

SVM_COMPONENTS = 64
SVM_C = 10
SVM_GAMMA = 0.03


class Settings(NamedTuple):
    """Hyperparameters of one network. ``patience`` counts epochs without a better validation accuracy."""

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int
    augment: bool
    label_smoothing: float
    weight_decay: float


SETTINGS = {
    "mlp": Settings(40, 128, 1e-3, 5, False, 0.0, 0.0),
    "lenet": Settings(40, 128, 1e-3, 6, False, 0.0, 0.0),
    "convnet": Settings(30, 128, 2e-3, 30, True, 0.05, 1e-3),
}

SUMMARY = {
    "mlp": "The tutorials' dense network: 784-64-64-10 on standardised pixels, no augmentation.",
    "lenet": "LeNet-5 as the tutorials build it: tanh, average pooling, no augmentation.",
    "convnet": (
        "Ours: six small convolutions with batch normalisation, trained on turned, scaled, sheared, shifted, "
        "thickened and thinned digits, so that it reads what people draw with a mouse."
    ),
}


LIMITS = {
    "mlp": _(
        "It knows upright digits of MNIST's writers and loses much when a digit is slanted, thick or thin. "
        "It names a digit also for pictures that hold none, so do not read post codes or cheques with it."
    ),
    "lenet": _(
        "It saw no distorted digits in training, so unusual pens and slants mislead it. "
        "It names a digit also for pictures that hold none, so do not read post codes or cheques with it."
    ),
    "convnet": _(
        "It reads one digit at a time, written by people much like MNIST's American census clerks and pupils. "
        "It was not taught to refuse letters or scribbles, so do not let it decide anything that matters."
    ),
}


class Split(NamedTuple):
    """Images float32 [n, 28, 28, 1] in 0..255 and labels int [n] of the three parts."""

    train_images: np.ndarray
    train_labels: np.ndarray
    validation_images: np.ndarray
    validation_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def load_data(folder: Path) -> Split:
    """Return MNIST, the last of its shuffled training digits split off for validation.

    Raises:
        training.data.DataError: MNIST cannot be had.
    """
    mnist = load_mnist(folder)
    return split(mnist, VALIDATION_SIZE)


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


def train(network: str, data: Split, settings: Settings, checkpoints: Path, seed: int) -> keras.Model:
    """Train a network, or go on where an earlier run stopped, and return it in float32 at its best epoch.

    Where labels were smoothed its probabilities are calibrated on the validation digits.

    Raises:
        FloatingPointError: the loss became NaN.
    """
    keras.utils.set_random_seed(seed)
    trainee = _compiled(network, settings, len(data.train_images), seed)
    if not run.is_finished(checkpoints, settings.epochs, settings.patience):
        trainee.fit(
            data.train_images,
            keras.utils.to_categorical(data.train_labels, len(digit.LABELS)),
            batch_size=settings.batch_size,
            epochs=settings.epochs,
            validation_data=(
                data.validation_images,
                keras.utils.to_categorical(data.validation_labels, len(digit.LABELS)),
            ),
            callbacks=run.resumable(checkpoints, settings.patience),
            verbose=2 if not run.is_terminal() else 1,
        )
    run.refuse_nan(checkpoints)
    trainee.load_weights(checkpoints / run.BEST)
    model = _in_float32(network, trainee)
    if settings.label_smoothing:
        calibrate(model, data.validation_images, data.validation_labels)
    return model


def _compiled(network: str, settings: Settings, count: int, seed: int) -> keras.Model:
    """The network behind the random distortions, with optimiser and loss."""
    keras.config.set_dtype_policy(run.precision() if settings.augment else "float32")
    stack = [Distort(seed)] if settings.augment else []
    trainee = keras.Sequential([keras.Input(INPUT_SHAPE), *stack, NETWORKS[network]()])
    steps = settings.epochs * -(-count // settings.batch_size)
    rate = settings.learning_rate
    if settings.augment:
        rate = keras.optimizers.schedules.CosineDecay(
            rate / 10, steps, alpha=0.002, warmup_target=rate, warmup_steps=steps // 20
        )
    trainee.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
        metrics=["accuracy"],
    )
    return trainee


def _in_float32(network: str, trainee: keras.Model) -> keras.Model:
    """The trained weights in a network that computes in float32, on any hardware."""
    keras.config.set_dtype_policy("float32")
    model = NETWORKS[network]()
    model.set_weights(trainee.layers[-1].get_weights())
    return model


def evaluate(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """Measure a network on images float32 [n, 28, 28, 1]: accuracy with interval, loss, each class."""
    probabilities = model.predict(images, batch_size=500, verbose=0)
    guesses = probabilities.argmax(axis=1)
    correct = guesses == labels
    loss = -np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-7)).mean()
    per_class = {
        name: float(correct[labels == index].mean())
        for index, name in enumerate(digit.LABELS)
        if (labels == index).any()
    }
    interval = run.accuracy_interval(int(correct.sum()), len(labels))
    return {
        "result": {"metric": "accuracy", "value": float(correct.mean()), "interval95": interval, "loss": float(loss)},
        "per_class": per_class,
    }


def build_svm() -> Pipeline:
    """The classical baseline: an RBF support vector machine on 64 principal components.

    C and gamma were chosen on the validation digits.
    """
    return make_pipeline(PCA(SVM_COMPONENTS, random_state=0), SVC(C=SVM_C, gamma=SVM_GAMMA, cache_size=1000))


def measure_svm(data: Split, cache: Path) -> dict[str, Any]:
    """Train and test the baseline, or return what an earlier run on the same digits found."""
    if cache.is_file():
        return json.loads(cache.read_text())
    print("Training the baseline (support vector machine) ...", flush=True)
    svm = build_svm().fit(data.train_images.reshape(len(data.train_images), -1) / 255, data.train_labels)
    accuracy = svm.score(data.test_images.reshape(len(data.test_images), -1) / 255, data.test_labels)
    result = {"name": "RBF-SVM on 64 principal components", "short": "SVM", "value": float(accuracy)}
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps(result))
    return result


def known_input() -> np.ndarray:
    """Return a seven of our own as the networks see it, float32 [1, 28, 28, 1]."""
    pad = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(pad).line([(80, 70), (195, 70), (120, 220)], fill=0, width=20, joint="curve")
    return digit.preprocess(pad).astype(np.float32)[np.newaxis, ..., np.newaxis]


def build_metrics(network: str, data: Split, settings: Settings, training: dict[str, Any]) -> dict[str, Any]:
    """Return what the metrics say of a network before it is measured."""
    return {
        "task": digit.TASK,
        "network": network,
        "summary": SUMMARY[network],
        "limits": LIMITS[network],
        "pipeline_tag": "image-classification",
        "input": "float32 [batch, 28, 28, 1], 0..255, white ink on black, centred by mass",
        "output": "probabilities float32 [batch, 10]",
        "dataset": {
            "name": "MNIST",
            "id": "ylecun/mnist",
            "url": "http://yann.lecun.com/exdb/mnist/",
            "license": "cc-by-sa-3.0",
            "unit": "digits",
            "train": len(data.train_images),
            "validation": len(data.validation_images),
            "test": len(data.test_images),
        },
        "training": training | settings._asdict(),
        "curve": {"column": "val_accuracy", "metric": "accuracy"},
    }


def produce(network: str, data: Split, settings: Settings, flags: Any) -> Path:
    """Train, measure once on the test digits, and write the folder."""
    checkpoints = run.CHECKPOINTS / f"{digit.TASK}-{network}"
    svm = measure_svm(data, run.CHECKPOINTS / "digit-svm.json")
    model = train(network, data, settings, checkpoints, flags.seed)
    training = run.circumstances(checkpoints, flags.seed, run.precision() if settings.augment else "float32")
    metrics = build_metrics(network, data, settings, training)
    metrics["training"]["epochs"] = len(run.read_history(checkpoints))
    metrics |= evaluate(model, data.test_images, data.test_labels) | {"baseline": svm}
    labels = {"labels.txt": "\n".join(digit.LABELS) + "\n"}
    product = run.Product({"model": (model, (known_input(),))}, metrics, checkpoints / store.HISTORY, labels)
    folder = run.write_folder(product, flags.output)
    run.discard(checkpoints)
    return folder


def measure_again(network: str, data: Split, root: Path) -> bool:
    """Measure a finished folder on the test digits; tell whether it agrees with its metrics."""
    folder = store.read(digit.TASK, network, root)
    store.check(folder)
    model = keras.models.load_model(folder.path / "model.keras", compile=False)
    found = evaluate(model, data.test_images, data.test_labels)["result"]["value"]
    stated = folder.metrics["result"]["value"]
    agrees = abs(found - stated) < 0.0005
    print(f"digit-{network}: accuracy {found:.4f}, its metrics say {stated:.4f}: {'agrees' if agrees else 'DIFFERS'}")
    return agrees


def main(argv: list[str] | None = None) -> int:
    """Train or measure as the flags say; return the exit status."""
    flags = run.parse_flags(__doc__, NETWORKS, argv)
    return follow(Script(digit.TASK, SETTINGS, load_data, produce, measure_again), flags)


if __name__ == "__main__":
    raise SystemExit(main())
