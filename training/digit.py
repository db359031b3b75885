"""Train the networks that read a handwritten digit, on MNIST.

    python -m training.digit --network mlp|lenet|convnet|all [--data DIR] [--epochs N] [--push-to OWNER]
    python -m training.digit --network convnet --evaluate|--measure
    python -m training.digit --network convnet --with PLACE       # learn from visitors' corrections too
    python -m training.digit --dataset fashion-mnist --network mlp --output DIR

Writes models/pretrained/digit-<network>/ (model, metrics, card, curve). A run that was stopped continues
from .checkpoints/ when it is started again. What to expect stands in each folder's metrics.json. With --dataset
fashion-mnist the same networks learn clothes in place of digits, and the folder is digit-fashion-<network>.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
from PIL import Image, ImageDraw
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import SVC

from models import digit, store
from models.corrections import Correction, read_corrections
from models.networks.digit import NETWORKS
from training import digit_fashion, run
from training.data import DataError, load_mnist
from training.data.fashion import load_fashion_test
from training.data.pen_digits import load_pen_digits
from training.digit_learning import (
    NOT_DIGITS,
    TIMES_DRAWN,
    Settings,
    lesson,
    precision,
    split,
    split_writers,
    train,
    with_corrections,
)
from training.digit_measures import Material, measure, refusal_threshold
from training.run import _
from training.script import Script, agree, follow
from training.splits import Split, with_validation_of

VALIDATION_SIZE = 5_000

SVM_COMPONENTS = 64
SVM_C = 10
SVM_GAMMA = 0.03


SETTINGS = {
    "mlp": Settings(40, 128, 1e-3, 5, False, 0.0),
    "lenet": Settings(40, 128, 1e-3, 6, False, 0.0),
    "convnet": Settings(10, 250, 0.1, 10, True, 0.1, validation=3_000),
}

SUMMARY = {
    "mlp": "The tutorials' dense network: 784-64-64-10 on standardised pixels, no augmentation.",
    "lenet": "LeNet-5 as the tutorials build it: tanh, average pooling, no augmentation.",
    "convnet": (
        "Ours: five convolutions with batch normalisation, trained on turned, scaled, sheared, shifted, thickened and "
        "thinned digits of MNIST, on digits that people drew on a tablet, and on pictures of no digit, so that it "
        "reads what people draw with a mouse and refuses what is none."
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
        "It reads one digit at a time, written as Americans and Turks of the 1990s write, and refuses most other "
        "drawings, though not all: a letter that resembles a digit passes. Do not read cheques or post codes with it."
    ),
}

PEOPLE = "The handwriting is that of employees of the American Census Bureau and of American high-school pupils."
PEOPLE_DRAWN = (
    "Besides, {writers} people in Turkey drew {count:,} digits on a tablet (Alpaydin, Alimoglu 1996, "
    "https://doi.org/10.24432/C5MG6K, CC BY 4.0), each drawn {times} times with another pen, size and place; and "
    "{strange:,} pictures of no digit were made by `training/not_digits.py`."
)


CORRECTED = "Besides, visitors of a hub corrected {count:,} drawings."


def load_data(folder: Path) -> Split:
    """Return MNIST, the last of its shuffled training digits split off for validation.

    Raises:
        training.data.DataError: MNIST cannot be had.
    """
    mnist = load_mnist(folder)
    return split(mnist, VALIDATION_SIZE)


def load_material(folder: Path) -> Material:
    """Return MNIST, the drawn digits and the pictures of clothes.

    Raises:
        training.data.DataError: one of them cannot be had.
    """
    return Material(load_data(folder), split_writers(load_pen_digits(folder)), load_fashion_test(folder))


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


def build_metrics(
    network: str, material: Material, settings: Settings, training: dict[str, Any], corrected: int = 0
) -> dict[str, Any]:
    """Return what the metrics say of a network before it is measured; it learned from ``corrected`` drawings too."""
    data = material.mnist
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
            "license": ["cc-by-sa-3.0", "cc-by-4.0"] if settings.wide else "cc-by-sa-3.0",
            "people": _people(material, settings, corrected),
            "corrected": corrected,
            "unit": "digits",
            "train": len(data.train_images),
            "validation": len(data.validation_images),
            "test": len(data.test_images),
        },
        "training": training | settings._asdict(),
        "curve": {"column": "val_accuracy", "metric": "accuracy"},
    }


def _people(material: Material, settings: Settings, corrected: int) -> str:
    """Whose handwriting a network learns from."""
    sentences = [_writers(material, settings), CORRECTED.format(count=corrected) if corrected else ""]
    return " ".join(filter(None, sentences))


def _writers(material: Material, settings: Settings) -> str:
    if not settings.wide:
        return PEOPLE
    learned = material.drawn.train
    writers = len({one.writer for one in learned})
    drawn = PEOPLE_DRAWN.format(writers=writers, count=len(learned), times=TIMES_DRAWN, strange=NOT_DIGITS)
    return f"{PEOPLE} {drawn}"


def produce(network: str, material: Material, settings: Settings, flags: Any) -> Path:
    """Train, measure once on the test digits, and write the folder."""
    checkpoints = run.CHECKPOINTS / f"{digit.TASK}-{network}"
    corrections = _corrections(flags.corrections)
    baseline = measure_svm(material.mnist, run.CHECKPOINTS / "digit-svm.json")
    material = material._replace(mnist=with_validation_of(material.mnist, settings.validation))
    taught = with_corrections(lesson(material.mnist, material.drawn, settings, flags.seed), corrections)
    model = train(network, taught, settings, checkpoints, flags.seed)
    circumstances = run.circumstances(checkpoints, flags.seed, precision(settings))
    metrics = build_metrics(network, material, settings, circumstances, len(corrections))
    metrics["training"]["epochs"] = len(run.read_history(checkpoints))
    threshold = refusal_threshold(model, taught.validation_images) if settings.wide else None
    measured, pictures = measure(model, material, threshold)
    metrics |= measured | {"baseline": baseline}
    metrics["latency"] = run.latency(model, (known_input(),))
    extras = pictures | {"labels.txt": "\n".join(digit.LABELS) + "\n"}
    product = run.Product({"model": (model, (known_input(),))}, metrics, checkpoints / store.HISTORY, extras)
    folder = run.write_folder(product, flags.output)
    run.discard(checkpoints)
    return folder


def _corrections(place: Path | None) -> list[Correction]:
    try:
        return read_corrections(place) if place else []
    except ValueError as error:
        raise DataError(str(error)) from None


def renew(network: str, material: Material, root: Path) -> Path:
    """Measure a finished folder anew and write the figures into it; the network stays as it is."""
    folder, model = _read(network, root)
    metrics, pictures = measure(model, material, folder.metrics.get("refuses_below"))
    metrics["latency"] = run.latency(model, (known_input(),))
    settings = SETTINGS[network]
    dataset = folder.metrics["dataset"]
    metrics["dataset"] = dataset | {"people": _people(material, settings, dataset.get("corrected", 0))}
    return run.update_folder(folder.path, metrics, pictures)


def measure_again(network: str, material: Material, root: Path) -> bool:
    """Measure a finished folder on all test parts; tell whether it agrees with its metrics."""
    folder, model = _read(network, root)
    found, _pictures = measure(model, material, folder.metrics.get("refuses_below"))
    return agree(f"digit-{network}", found, folder.metrics)


def _read(network: str, root: Path) -> tuple[store.Folder, keras.Model]:
    """A finished folder, checked, and its network."""
    folder = store.read(digit.TASK, network, root)
    store.check(folder)
    return folder, keras.models.load_model(folder.path / "model.keras", compile=False)


def parse_flags(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the flags that all training scripts have, ``--with`` and ``--dataset``."""
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument(
        "--with",
        type=Path,
        dest="corrections",
        metavar="PLACE",
        help="learn from visitors' corrections too: a file of them, or a folder with *.jsonl files (default: none)",
    )
    own.add_argument(
        "--dataset",
        choices=["mnist", digit_fashion.DATASET],
        default="mnist",
        help="what to learn: digits, or clothes in their place (default: %(default)s)",
    )
    flags = run.parse_flags(__doc__, NETWORKS, argv, [own])
    if flags.corrections and flags.dataset != "mnist":
        own.error("--with corrects digits, so it goes with --dataset mnist only")
    return flags


def main(argv: list[str] | None = None) -> int:
    """Train or measure as the flags say; return the exit status."""
    flags = parse_flags(argv)
    if flags.dataset == digit_fashion.DATASET:
        return follow(digit_fashion.script(SETTINGS), flags)
    return follow(Script(digit.TASK, SETTINGS, load_material, produce, measure_again, renew), flags)


if __name__ == "__main__":
    raise SystemExit(main())
