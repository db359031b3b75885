"""How the image networks fare on real photographs of any size and shape, through the app's own preprocessing."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageOps

from models import image
from training import run
from training.data import DataError

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp")


class Photo(NamedTuple):
    """A photograph's file name, its true label, and the picture, upright."""

    name: str
    label: str
    picture: Image.Image


def load_photos(folder: Path) -> list[Photo]:
    """Return the photographs of a folder whose names begin with their class: ``airplane_01.jpg``.

    Raises:
        DataError: there are none, one is named after nothing that the networks know, or cannot be read.
    """
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise DataError(f"{folder} has no photographs ({', '.join(SUFFIXES)}).")
    return [_load(path) for path in paths]


def _load(path: Path) -> Photo:
    label = path.stem.split("_")[0]
    if label not in image.LABELS:
        raise DataError(f"{path.name} must begin with one of {', '.join(image.LABELS)}, then an underscore.")
    try:
        with Image.open(path) as opened:
            return Photo(path.name, label, ImageOps.exif_transpose(opened).copy())
    except (OSError, SyntaxError) as error:
        raise DataError(f"{path} cannot be read as a picture ({error}).") from error


def measure(photos: list[Photo], network: str) -> dict[str, Any]:
    """Print each photograph's answer and the share right; return the figures.

    The network answers through ``models.runtime``, which must be configured for its folder.

    Returns:
        right, total; interval95 of the share right (Wilson); log_probability: the mean of the true labels';
        refused: how many were taken for none of the ten.
    """
    readings = [image.read(photo.picture, network) for photo in photos]
    for photo, reading in zip(photos, readings, strict=True):
        verdict = "right" if reading.label == photo.label else "WRONG"
        doubt = "" if reading.is_known else ", none of the ten"
        print(f"{photo.name:24} {reading.label:10} {reading.probabilities[reading.label]:6.1%} {verdict}{doubt}")
    right = sum(reading.label == photo.label for photo, reading in zip(photos, readings, strict=True))
    chances = [reading.probabilities[photo.label] for photo, reading in zip(photos, readings, strict=True)]
    found = {
        "right": right,
        "total": len(photos),
        "interval95": run.accuracy_interval(right, len(photos)),
        "log_probability": float(np.log(np.maximum(chances, 1e-7)).mean()),
        "refused": sum(not reading.is_known for reading in readings),
    }
    low, high = found["interval95"]
    print(
        f"image-{network}: {right} of {len(photos)} photographs right, {right / len(photos):.1%} "
        f"(95 % interval {low:.1%} to {high:.1%}), mean log-probability of the true label "
        f"{found['log_probability']:.3f}, {found['refused']} taken for none of the ten"
    )
    return found
