"""The digit networks taught clothes: Fashion-MNIST in place of digits, a first network of one's own.

    python -m training.digit --dataset fashion-mnist --network mlp --output own

Writes own/digit-fashion-mlp/, which ``python app.py --add digit=own/digit-fashion-mlp`` shows beside our networks,
with its own labels. The pictures pass through the tab's own preprocessing, as what a visitor uploads does.
"""

from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from PIL import Image

from models import digit, store
from training import run
from training.classification import confusions, evaluate
from training.data.fashion import LABELS, load_fashion
from training.digit_learning import Drawn, Settings, lesson, precision, split, train
from training.pad_drawings import as_seen
from training.script import Script, agree
from training.splits import Split

DATASET = "fashion-mnist"
PREFIX = "fashion-"
VALIDATION_SIZE = 5_000
LEARNING_RATE = 1e-3
SUMMARY = "{network} of the digit task, trained on pictures of clothes as the tab's preprocessing shows them."
LIMITS = "It knows ten kinds of clothes, photographed alone on one plain ground, and names one of them for anything."


class Clothes(NamedTuple):
    """Fashion-MNIST in three parts, and how many test pictures the preprocessing finds nothing in."""

    pictures: Split
    left_out: int


def load_data(folder: Path) -> Clothes:
    """Return Fashion-MNIST as the tab's preprocessing shows it, the last training pictures split off for validation.

    Raises:
        training.data.DataError: it cannot be had.
    """
    return prepare(load_fashion(folder), VALIDATION_SIZE)


def prepare(arrays: dict[str, np.ndarray], validation_size: int) -> Clothes:
    """Pass arrays like MNIST's (``x_train`` uint8 [n, 28, 28], ...) through the preprocessing, and split them."""
    seen, left_out = {}, 0
    for part in ("train", "test"):
        pictures, kept = as_seen([Image.fromarray(255 - picture) for picture in arrays[f"x_{part}"]])
        seen |= {f"x_{part}": pictures, f"y_{part}": arrays[f"y_{part}"][kept]}
        left_out = len(arrays[f"x_{part}"]) - len(kept)
    return Clothes(split(seen, validation_size), left_out)


def script(settings: dict[str, Settings]) -> Script:
    """Return the script that trains the digit networks, with these settings of theirs, on clothes."""
    plain = {network: _plain(its) for network, its in settings.items()}
    return Script(digit.TASK, plain, load_data, produce, measure_again)


def _plain(settings: Settings) -> Settings:
    """Without what helps only digits: distortions, drawn digits, pictures of no digit."""
    return settings._replace(wide=False, label_smoothing=0.0, learning_rate=LEARNING_RATE, validation=VALIDATION_SIZE)


def produce(network: str, clothes: Clothes, settings: Settings, flags: Any) -> Path:
    """Train, measure once on the test pictures, and write the folder."""
    name, data = f"{PREFIX}{network}", clothes.pictures
    checkpoints = run.CHECKPOINTS / f"{digit.TASK}-{name}"
    taught = lesson(data, Drawn([], [], []), settings, flags.seed)
    model = train(network, taught, settings, checkpoints, flags.seed)
    metrics = _describe(name, clothes) | _measure(model, data) | {"baseline": _baseline(data)}
    metrics["training"] = run.circumstances(checkpoints, flags.seed, precision(settings)) | settings._asdict()
    metrics["training"]["epochs"] = len(run.read_history(checkpoints))
    known = data.test_images[:1]
    extras = {"labels.txt": "\n".join(LABELS) + "\n"}
    product = run.Product({"model": (model, (known,))}, metrics, checkpoints / store.HISTORY, extras)
    folder = run.write_folder(product, flags.output)
    run.discard(checkpoints)
    return folder


def _describe(name: str, clothes: Clothes) -> dict[str, Any]:
    data, total = clothes.pictures, clothes.left_out + len(clothes.pictures.test_images)
    return {
        "task": digit.TASK,
        "network": name,
        "flags": f"--dataset {DATASET} --network {name.removeprefix(PREFIX)}",
        "summary": SUMMARY.format(network=name.removeprefix(PREFIX)),
        "limits": LIMITS,
        "pipeline_tag": "image-classification",
        "input": "float32 [batch, 28, 28, 1], 0..255, light on black, fitted into 20x20 pixels and centred by mass",
        "output": f"probabilities float32 [batch, {len(LABELS)}]",
        "dataset": {
            "name": "Fashion-MNIST",
            "id": "zalando-datasets/fashion_mnist",
            "url": "https://github.com/zalandoresearch/fashion-mnist",
            "license": "mit",
            "unit": "pictures of clothes",
            "train": len(data.train_images),
            "validation": len(data.validation_images),
            "test": len(data.test_images),
        },
        "curve": {"column": "val_accuracy", "metric": "accuracy"},
        "further": {
            "test pictures left out, since the preprocessing finds nothing in them": f"{clothes.left_out} of {total:,}"
        },
    }


def _measure(model: keras.Model, data: Split) -> dict[str, Any]:
    probabilities = model.predict(data.test_images, batch_size=500, verbose=0)
    mistakes = confusions(data.test_labels, probabilities.argmax(axis=1), LABELS)
    return evaluate(probabilities, data.test_labels, LABELS) | {"confusions": mistakes}


def _baseline(data: Split) -> dict[str, Any]:
    """What a picture is nearest to: the mean picture of each class."""
    means = np.stack([data.train_images[data.train_labels == number].mean(axis=0) for number in range(len(LABELS))])
    distances = np.stack([((data.test_images - mean) ** 2).sum(axis=(1, 2, 3)) for mean in means])
    accuracy = (distances.argmin(axis=0) == data.test_labels).mean()
    return {"name": "the nearest of the classes' mean pictures", "short": "nearest mean", "value": float(accuracy)}


def measure_again(network: str, clothes: Clothes, root: Path) -> bool:
    """Measure a finished folder on the test pictures; tell whether it agrees with its metrics."""
    folder = store.read(digit.TASK, f"{PREFIX}{network}", root)
    store.check(folder)
    model = keras.models.load_model(folder.path / "model.keras", compile=False)
    return agree(folder.path.name, _measure(model, clothes.pictures), folder.metrics)
