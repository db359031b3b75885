"""What is measured of the networks of the digit task: MNIST's test digits, drawn digits, and what is no digit."""

from typing import Any, NamedTuple

import keras
import numpy as np
from PIL import Image

from models import digit
from training import charts, not_digits, run
from training.classification import calibration_error, confident_failures, confusions, evaluate, failure_captions
from training.data.pen_digits import PenDigit
from training.digit_learning import Drawn
from training.pad_drawings import as_seen, drawn_digits
from training.splits import Split

# This share of the validation digits may be refused as no digit; a digit with more than the ceiling never is.
REFUSED = 0.003
CEILING = 0.75
DRAWN_SEED = 1
# Pictures of no digit that are made to be measured with: the seed differs from that of training.
STRANGE_SEED = 90_001
STRANGE = 3_000


class Material(NamedTuple):
    """All that the digit task learns from and is measured with.

    mnist: MNIST in three parts.
    drawn: drawn digits in three parts, by writer.
    fashion: pictures of clothes, uint8 [n, 28, 28], light on black.
    """

    mnist: Split
    drawn: Drawn
    fashion: np.ndarray


def refusal_threshold(model: keras.Model, images: np.ndarray) -> float:
    """Return the probability below which an answer means "no digit", from validation digits [n, 28, 28, 1]."""
    confidence = model.predict(images, batch_size=500, verbose=0).max(axis=1)
    return round(min(CEILING, float(np.quantile(confidence, REFUSED))), 4)


def measure(model: keras.Model, material: Material, refuses_below: float | None) -> tuple[dict[str, Any], dict]:
    """Measure a network; return what the metrics say, and the pictures for the card by file name.

    Args:
        model: images float32 [batch, 28, 28, 1] in 0..255 -> probabilities [batch, 10].
        material: the test parts are used.
        refuses_below: the probability below which it refuses, or None where it never does.
    """
    images, labels = material.mnist.test_images, material.mnist.test_labels
    probabilities = model.predict(images, batch_size=500, verbose=0)
    guesses, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    correct = guesses == labels
    failed = confident_failures(probabilities, labels)
    captions = failure_captions(probabilities, labels, failed, digit.LABELS)
    pictures = [
        {"file": "reliability.png", "caption": "How often it is right, by the probability that it gives its answer."},
        {"file": "failures.png", "caption": "Test digits that it misreads: true digit / its answer, probability."},
    ]
    extras = {"reliability.png": charts.reliability(confidence, correct)}
    if len(failed):
        extras["failures.png"] = charts.failures(np.uint8(images[failed, ..., 0]), captions)
    metrics = evaluate(probabilities, labels, digit.LABELS) | {
        "confusions": confusions(labels, guesses, digit.LABELS),
        "calibration": {"error": round(calibration_error(confidence, correct), 5), "bins": charts.BINS},
        "pictures": pictures[: len(extras)],
        "measured": [measure_drawn(model, material.drawn.test, refuses_below)],
    }
    if refuses_below is not None:
        metrics["refuses_below"] = refuses_below
        metrics["measured"] += [
            measure_refusal(model, material.fashion, refuses_below),
            measure_strange(model, material, refuses_below),
            refusals(
                "MNIST's test digits, of which none should be", confidence < refuses_below, "MNIST", "ylecun/mnist"
            ),
        ]
    return metrics, extras


def measure_drawn(model: keras.Model, digits: list[PenDigit], refuses_below: float | None) -> dict[str, Any]:
    """Return the accuracy on drawn digits, each on a pad of the app's; what is refused counts as wrong."""
    pictures, labels = drawn_digits(digits, 1, DRAWN_SEED)
    probabilities = _answers(model, pictures)
    is_right = (probabilities.argmax(axis=1) == labels) & (probabilities.max(axis=1) >= (refuses_below or 0))
    right = int(is_right.sum())
    return {
        "name": "drawn digits of writers not trained on, pens of 5 to 25 pixels",
        "metric": "accuracy",
        "value": right / len(digits),
        "interval95": run.accuracy_interval(right, len(digits)),
        "n": len(digits),
        "dataset": {"name": "Pen-Based Recognition of Handwritten Digits, original strokes", "id": "uci/pendigits"},
    }


def measure_refusal(model: keras.Model, fashion: np.ndarray, refuses_below: float) -> dict[str, Any]:
    """Return the share of pictures of clothes that are refused, by the preprocessing or by the network."""
    pictures, _kept = as_seen([Image.fromarray(255 - picture) for picture in fashion])
    is_refused = np.ones(len(fashion), bool)
    if len(pictures):
        is_refused[: len(pictures)] = _answers(model, pictures).max(axis=1) < refuses_below
    return refusals("pictures of clothes", is_refused, "Fashion-MNIST", "zalando-datasets/fashion_mnist")


def measure_strange(model: keras.Model, material: Material, refuses_below: float) -> dict[str, Any]:
    """Return the share of fresh pictures of no digit, made as those of the training are, that are refused."""
    digits = np.uint8(material.mnist.test_images[..., 0])
    pictures = not_digits.make(STRANGE, digits, material.drawn.test, STRANGE_SEED)
    is_refused = _answers(model, pictures).max(axis=1) < refuses_below
    return refusals("letters, scribbles, shapes, several digits", is_refused, "made for this", "none")


def refusals(name: str, is_refused: np.ndarray, dataset: str, identifier: str) -> dict[str, Any]:
    """Return the share of pictures (bool [n]) that are refused as no digit, as a figure for the metrics."""
    refused = int(is_refused.sum())
    return {
        "name": name,
        "metric": "refused",
        "value": refused / len(is_refused),
        "interval95": run.accuracy_interval(refused, len(is_refused)),
        "n": len(is_refused),
        "dataset": {"name": dataset, "id": identifier},
    }


def _answers(model: keras.Model, pictures: np.ndarray) -> np.ndarray:
    """Probabilities [n, 10] for pictures uint8 [n, 28, 28]."""
    return model.predict(pictures.astype(np.float32)[..., np.newaxis], batch_size=500, verbose=0)
