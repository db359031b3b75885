"""Train the networks that name what a small colour picture shows, on CIFAR-10.

    python -m training.image --network cnn|lenet|vgg|resnet|all [--data DIR] [--epochs N] [--push-to OWNER]
    python -m training.image --network resnet --evaluate
    python -m training.image --network transfer

Writes models/pretrained/image-<network>/ (model, metrics, card, curve). A run that was stopped continues
from .checkpoints/ when it is started again. What to expect stands in each folder's metrics.json. "all" means
the four networks of the tab; transfer trains a small head on the features of a ResNet-50, whose weights are
downloaded.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from PIL import Image, ImageDraw

from models import image, store
from models.networks.image import NETWORKS
from training import image_patches, image_transfer, run
from training.data.cifar import load_cifar10
from training.image_batches import Split, split
from training.image_learning import Settings, evaluate, precision, train
from training.run import _
from training.script import Script, follow

VALIDATION_SIZE = 5_000
TRANSFER = "transfer"

SETTINGS = {
    "cnn": Settings(10, 64, "adamw", 1e-3, 10, False, False, 0.0, 0.0),
    "lenet": Settings(15, 64, "adamw", 1e-3, 15, False, False, 0.0, 0.0),
    "vgg": Settings(4, 128, "adamw", 1e-3, 4, True, True, 0.0, 1e-4),
    "resnet": Settings(7, 256, "sgd", 0.2, 7, True, True, 0.1, 5e-3),
    TRANSFER: Settings(20, 128, "adamw", 1e-3, 3, False, False, 0.0, 0.0),
}

SUMMARY = {
    "cnn": "The TensorFlow tutorial's network: three convolutions of 32, 64 and 64 maps, no augmentation.",
    "lenet": "LeNet-5 on three colours, as the tutorials build it: tanh, average pooling, no augmentation.",
    "vgg": (
        "The tutorials' small VGG: three pairs of 3x3 convolutions without batch normalisation, trained on mirrored "
        "and moved pictures. Its dense layer has 256 units: the tutorials' 4096 would make the file 72 MB."
    ),
    "resnet": (
        "Ours: three residual blocks over a whitening layer, trained with alternating mirroring, small shifts and "
        "smoothed labels; its probabilities are calibrated."
    ),
    TRANSFER: (
        "The tutorials' transfer learning: one dense layer on the features of a ResNet-50 that has learned ImageNet. "
        "The folder holds that layer alone; the backbone comes from keras.applications."
    ),
}


LIMITS = {
    "cnn": _(
        "It knows ten kinds of things from pictures of 32 × 32 pixels and is wrong about three times in ten. "
        "It names one of the ten also for anything else, and with much confidence."
    ),
    "lenet": _(
        "It was made for digits in 1998, and names fewer than two in three of these colour pictures rightly. "
        "It names one of the ten things also for anything else."
    ),
    "vgg": _(
        "It knows ten kinds of things, upright and filling the picture, and often mistakes cats for dogs. "
        "It names one of the ten also for anything else."
    ),
    "resnet": _(
        "It knows ten kinds of things, each alone and filling the picture; at 32 × 32 pixels it sees no details. "
        "It was not taught to refuse other things, so do not let it decide anything that matters."
    ),
    TRANSFER: _(
        "It needs the features of a ResNet-50, which were learned from large photographs, for enlarged small pictures. "
        "It names one of the ten things also for anything else."
    ),
}

IMAGES = "float32 [batch, 32, 32, 3], red, green and blue 0..255"
FEATURES = "float32 [batch, 2048], the features of keras.applications' ResNet50 for the image enlarged to 128x128"


class Lesson(NamedTuple):
    """What a network learns from: its builder, the data as it takes them, and one known input of ours."""

    build: Callable[[], keras.Model]
    data: Split
    known: np.ndarray


def load_data(folder: Path) -> Split:
    """Return CIFAR-10, the last of its shuffled training images split off for validation.

    Raises:
        training.data.DataError: CIFAR-10 cannot be had.
    """
    return split(load_cifar10(folder), VALIDATION_SIZE)


def known_input() -> np.ndarray:
    """Return an aeroplane of our own drawing as the networks see it, float32 [1, 32, 32, 3]."""
    sky = Image.new("RGB", (320, 320), (120, 170, 225))
    pen = ImageDraw.Draw(sky)
    pen.polygon([(150, 150), (60, 240), (95, 240), (200, 165)], fill=(190, 195, 205))
    pen.polygon([(40, 130), (40, 80), (65, 80), (95, 140)], fill=(190, 195, 205))
    pen.ellipse((30, 130, 295, 175), fill=(235, 238, 242))
    return image.preprocess(sky).astype(np.float32)[np.newaxis]


def build_metrics(network: str, data: Split, training: dict[str, Any]) -> dict[str, Any]:
    """Return what the metrics say of a network before it is measured."""
    return {
        "task": image.TASK,
        "network": network,
        "summary": SUMMARY[network],
        "limits": LIMITS[network],
        "pipeline_tag": "image-classification",
        "input": FEATURES if network == TRANSFER else IMAGES,
        "output": "probabilities float32 [batch, 10]",
        "dataset": {
            "name": "CIFAR-10",
            "id": "uoft-cs/cifar10",
            "url": "https://www.cs.toronto.edu/~kriz/cifar.html",
            "license": "unknown",
            "unit": "images",
            "train": len(data.train_images),
            "validation": len(data.validation_images),
            "test": len(data.test_images),
        },
        "training": training,
        "curve": {"column": "val_accuracy", "metric": "accuracy"},
    }


def prepare(network: str, data: Split) -> Lesson:
    """Return how the network is built and what it is given: images, or a backbone's features of them.

    Raises:
        training.data.DataError: the backbone cannot be had.
    """
    if network != TRANSFER:
        return Lesson(NETWORKS[network], data, known_input())
    backbone = image_transfer.load_backbone()
    features = image_transfer.encode_all(data, backbone)
    build = partial(image_transfer.build_head, features.train_images.shape[1])
    return Lesson(build, features, image_transfer.encode(known_input(), backbone))


def produce(network: str, data: Split, settings: Settings, flags: Any) -> Path:
    """Train, measure once on the test images, and write the folder."""
    checkpoints = run.CHECKPOINTS / f"{image.TASK}-{network}"
    lesson = prepare(network, data)
    model = train(lesson.build, lesson.data, settings, checkpoints, flags.seed)
    training = settings._asdict() | {
        "epochs": len(run.read_history(checkpoints)),
        **run.circumstances(checkpoints, flags.seed, precision(settings)),
    }
    measured = evaluate(model, lesson.data.test_images, data.test_labels)
    baseline = image_patches.measure(data, run.CHECKPOINTS / "image-patches.json")
    metrics = build_metrics(network, data, training) | measured | {"baseline": baseline}
    labels = {"labels.txt": "\n".join(image.LABELS) + "\n"}
    product = run.Product({"model": (model, (lesson.known,))}, metrics, checkpoints / store.HISTORY, labels)
    folder = run.write_folder(product, flags.output)
    run.discard(checkpoints)
    return folder


def measure_again(network: str, data: Split, root: Path) -> bool:
    """Measure a finished folder on the test images; tell whether it agrees with its metrics."""
    folder = store.read(image.TASK, network, root)
    store.check(folder)
    model = keras.models.load_model(folder.path / "model.keras", compile=False)
    inputs = data.test_images
    if network == TRANSFER:
        inputs = image_transfer.encode(inputs, image_transfer.load_backbone())
    found = evaluate(model, inputs, data.test_labels)["result"]["value"]
    stated = folder.metrics["result"]["value"]
    agrees = abs(found - stated) < 0.0005
    print(f"image-{network}: accuracy {found:.4f}, its metrics say {stated:.4f}: {'agrees' if agrees else 'DIFFERS'}")
    return agrees


def parse_flags(argv: list[str] | None) -> argparse.Namespace:
    """Read the flags that all scripts share; "all" leaves transfer out, which needs a download."""
    flags = run.parse_flags(__doc__, [*NETWORKS, TRANSFER], argv)
    if flags.network == "all":
        flags.networks = list(NETWORKS)
    return flags


def main(argv: list[str] | None = None) -> int:
    """Train or measure as the flags say; return the exit status."""
    return follow(Script(image.TASK, SETTINGS, load_data, produce, measure_again), parse_flags(argv))


if __name__ == "__main__":
    raise SystemExit(main())
