"""Train the networks that name what a small colour picture shows, on CIFAR-10.

    python -m training.image --network cnn|lenet|vgg|resnet|all [--data DIR] [--epochs N] [--push-to OWNER]
    python -m training.image --network resnet --evaluate
    python -m training.image --network resnet --photos DIR [--measure]
    python -m training.image --network transfer

Writes models/pretrained/image-<network>/ (model, metrics, card, curve). A run that was stopped continues
from .checkpoints/ when it is started again. What to expect stands in each folder's metrics.json. "all" means
the four networks of the tab; transfer trains a small head on the features of a ResNet-50, whose weights are
downloaded. --photos prints what a finished network takes the photographs of a folder for (``airplane_01.jpg``);
with --measure the share right is kept in the folder.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from PIL import Image, ImageDraw

from models import image, runtime, store
from models.networks.image import NETWORKS
from training import image_others, image_patches, image_photos, image_transfer, run
from training.data import DataError
from training.data.cifar import load_cifar10
from training.image_batches import split
from training.image_learning import Settings, precision, train
from training.image_measures import Answer, Material, answering, measure, photos_figure, refusal_threshold
from training.image_photos import Photo
from training.image_words import LIMITS, PEOPLE, SUMMARY
from training.script import Script, agrees, follow
from training.splits import Split, with_validation_of

VALIDATION_SIZE = 5_000
TRANSFER = "transfer"
# Networks that say "none of the ten"; the tutorials' name one of the ten for everything.
REFUSING = ("resnet",)

SETTINGS = {
    "cnn": Settings(10, 64, "adamw", 1e-3, 10, False, 0, 0.0, 0.0),
    "lenet": Settings(15, 64, "adamw", 1e-3, 15, False, 0, 0.0, 0.0),
    "vgg": Settings(20, 128, "adamw", 1e-3, 20, True, 2, 0.0, 1e-4),
    "resnet": Settings(16, 1000, "muon", 0.24, 16, True, 4, 0.2, 0.0, validation=1_000, in_float16=True),
    TRANSFER: Settings(20, 128, "adamw", 1e-3, 3, False, 0, 0.0, 0.0),
}

IMAGES = "float32 [batch, 32, 32, 3], red, green and blue 0..255"
FEATURES = "float32 [batch, 2048], the features of keras.applications' ResNet50 for the image enlarged to 128x128"


class Lesson(NamedTuple):
    """What a network learns from.

    build: makes the network.
    data: the images as it takes them.
    see: turns images uint8 [n, 32, 32, 3] into what it takes.
    known: one known input of ours.
    """

    build: Callable[[], keras.Model]
    data: Split
    see: Answer
    known: np.ndarray


def load_data(folder: Path) -> Split:
    """Return CIFAR-10, the last of its shuffled training images split off for validation.

    Raises:
        training.data.DataError: CIFAR-10 cannot be had.
    """
    return split(load_cifar10(folder), VALIDATION_SIZE)


def load_material(folder: Path, photos: Path | None = None) -> Material:
    """Return CIFAR-10, pictures of other things, and the photographs of a folder where one is given.

    Raises:
        training.data.DataError: one of them cannot be had.
    """
    taken = image_photos.load_photos(photos) if photos else []
    return Material(load_data(folder), image_others.load_others(folder), taken)


def known_picture() -> np.ndarray:
    """Return an aeroplane of our own drawing as the networks see it, uint8 [1, 32, 32, 3]."""
    sky = Image.new("RGB", (320, 320), (120, 170, 225))
    pen = ImageDraw.Draw(sky)
    pen.polygon([(150, 150), (60, 240), (95, 240), (200, 165)], fill=(190, 195, 205))
    pen.polygon([(40, 130), (40, 80), (65, 80), (95, 140)], fill=(190, 195, 205))
    pen.ellipse((30, 130, 295, 175), fill=(235, 238, 242))
    return image.preprocess(sky)[np.newaxis]


def known_input() -> np.ndarray:
    """Return the same drawing as an input, float32 [1, 32, 32, 3]."""
    return known_picture().astype(np.float32)


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
            "people": PEOPLE,
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
        return Lesson(NETWORKS[network], data, as_they_are, known_input())
    backbone = image_transfer.load_backbone()
    features = image_transfer.encode_all(data, backbone)
    build = partial(image_transfer.build_head, features.train_images.shape[1])
    see = partial(image_transfer.encode, backbone=backbone)
    return Lesson(build, features, see, see(known_picture()))


def as_they_are(images: np.ndarray) -> np.ndarray:
    """Return images as a network takes them that takes images: float32."""
    return images.astype(np.float32)


def _seeing(network: str) -> Answer:
    """What turns images into what a finished network takes.

    Raises:
        training.data.DataError: the backbone cannot be had.
    """
    if network != TRANSFER:
        return as_they_are
    return partial(image_transfer.encode, backbone=image_transfer.load_backbone())


def produce(network: str, material: Material, settings: Settings, flags: Any) -> Path:
    """Train, measure once on the test images, and write the folder."""
    checkpoints = run.CHECKPOINTS / f"{image.TASK}-{network}"
    cifar = with_validation_of(material.cifar, settings.validation)
    lesson = prepare(network, cifar)
    model = train(lesson.build, lesson.data, settings, checkpoints, flags.seed)
    training = settings._asdict() | {
        "epochs": len(run.read_history(checkpoints)),
        **run.circumstances(checkpoints, flags.seed, precision(settings)),
    }
    metrics, extras = figures(network, model, lesson.see, material._replace(cifar=cifar))
    baseline = image_patches.measure(cifar, run.CHECKPOINTS / "image-patches.json")
    metrics = build_metrics(network, cifar, training) | metrics | {"baseline": baseline}
    extras["labels.txt"] = "\n".join(image.LABELS) + "\n"
    parts = {"model": (model, (lesson.known,))}
    product = run.Product(parts, metrics, checkpoints / store.HISTORY, extras, settings.in_float16)
    folder = run.write_folder(product, flags.output)
    run.discard(checkpoints)
    return folder


def figures(network: str, model: keras.Model, see: Answer, material: Material) -> tuple[dict[str, Any], dict]:
    """Return all that is measured of a finished network, and the pictures for its card by file name.

    The threshold below which it refuses is chosen on the validation images first.
    """
    answer = answering(model, see)
    threshold = refusal_threshold(answer(material.cifar.validation_images)) if network in REFUSING else None
    metrics, extras = measure(answer, material, threshold)
    return metrics | {"latency": run.latency(model, (see(known_picture()),))}, extras


def renew(network: str, material: Material, root: Path) -> Path:
    """Measure a finished folder anew and write the figures into it; the network stays as it is.

    Photographs are measured last, through the app's own way from the folder with its new threshold.
    """
    folder, model = _read(network, root)
    cifar = with_validation_of(material.cifar, folder.metrics["dataset"]["validation"])
    metrics, extras = figures(network, model, _seeing(network), material._replace(cifar=cifar))
    metrics |= {"summary": SUMMARY[network], "limits": LIMITS[network]}
    metrics["dataset"] = folder.metrics["dataset"] | {"people": PEOPLE}
    path = run.update_folder(folder.path, metrics, extras)
    if not material.photos:
        return path
    photos = measure_photos(network, material.photos, root)
    return run.update_folder(path, {"photos": photos, "measured": [*metrics["measured"], photos_figure(photos)]})


def measure_photos(network: str, photos: list[Photo], root: Path) -> dict[str, Any]:
    """Let a finished folder's network name photographs as the app would; print and return the figures."""
    runtime.configure(root)
    try:
        return image_photos.measure(photos, network)
    finally:
        runtime.configure()


def measure_again(network: str, material: Material, root: Path) -> bool:
    """Measure a finished folder on all test parts; tell whether it agrees with its metrics."""
    folder, model = _read(network, root)
    stated = folder.metrics
    answer = answering(model, _seeing(network))
    found, _extras = measure(answer, material, stated.get("refuses_below"))
    agreements = [agrees(f"image-{network}", "accuracy", found["result"]["value"], stated["result"]["value"])]
    for kind, facts in stated.get("refused", {}).items():
        again = found["refused"][kind]
        agreements.append(agrees(f"image-{network}", f"refused of {kind}", *(_share(each) for each in (again, facts))))
    if material.photos:
        photos = measure_photos(network, material.photos, root)
        share = photos["right"] / photos["total"]
        agreements += [agrees(f"image-{network}", "photographs", share, each) for each in _photos(stated)]
    return all(agreements)


def _share(facts: dict[str, Any]) -> float:
    return facts["refused"] / facts["n"]


def _photos(stated: dict[str, Any]) -> list[float]:
    """The share of photographs right that the metrics state, if any."""
    return [stated["photos"]["right"] / stated["photos"]["total"]] if "photos" in stated else []


def _read(network: str, root: Path) -> tuple[store.Folder, keras.Model]:
    """A finished folder, checked, and its network."""
    folder = store.read(image.TASK, network, root)
    store.check(folder)
    return folder, keras.models.load_model(folder.path / "model.keras", compile=False)


def parse_flags(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the flags that all scripts share, and --photos; "all" leaves transfer out, which needs a download."""
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument(
        "--photos", type=Path, metavar="DIR", help="see what a finished network takes the photographs of a folder for"
    )
    flags = run.parse_flags(__doc__, [*NETWORKS, TRANSFER], argv, [own])
    if flags.network == "all":
        flags.networks = list(NETWORKS)
    return flags


def main(argv: list[str] | None = None) -> int:
    """Train or measure as the flags say; return the exit status."""
    flags = parse_flags(argv)
    if flags.photos and not (flags.measure or flags.evaluate):
        return show_photos(flags)
    load = partial(load_material, photos=flags.photos)
    return follow(Script(image.TASK, SETTINGS, load, produce, measure_again, renew), flags)


def show_photos(flags: argparse.Namespace) -> int:
    """Print what the finished networks take the photographs for; return the exit status."""
    try:
        photos = image_photos.load_photos(flags.photos)
        for network in flags.networks:
            measure_photos(network, photos, flags.output)
    except (DataError, store.BrokenFolder) as error:
        run.stop_on(error)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
