"""What is measured of the networks of the image task: CIFAR-10's test images, and pictures of other things."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np

from models import image
from training import charts, run
from training.classification import auroc, calibration_error, confident_failures, confusions, evaluate
from training.image_others import CLOTHES
from training.image_photos import Photo
from training.splits import Split

# This share of the validation images may be refused as none of the ten.
REFUSED = 0.05
FAILURES = 10
CHUNK = 250

# Named by what they learned from: CIFAR-10 alone. Airbench's figures are means over many runs, and of six views
# of each test image: itself and its mirror image, each moved by a pixel two ways.
PUBLISHED = {
    "title": "Published results, trained on CIFAR-10 alone",
    "columns": ["network", "accuracy", "source"],
    "rows": [
        ["ResNet-32", "92.5 %", "He, Zhang, Ren, Sun (2015), https://arxiv.org/abs/1512.03385"],
        ["airbench94", "94.0 %", "Jordan (2024), https://arxiv.org/abs/2404.00498"],
        ["airbench95", "95.0 %", "Jordan (2024), https://arxiv.org/abs/2404.00498"],
        ["airbench96", "96.0 %", "Jordan (2024), https://arxiv.org/abs/2404.00498"],
    ],
}
RELIABILITY = {
    "file": "reliability.png",
    "caption": "How often it is right, by the probability that it gives its answer.",
}


class Material(NamedTuple):
    """All that the image task learns from and is measured with.

    cifar: CIFAR-10 in three parts.
    others: kind -> pictures of other things, uint8 [n, 32, 32, 3].
    photos: photographs of the ten things, where a folder of them was given.
    """

    cifar: Split
    others: dict[str, np.ndarray]
    photos: list[Photo]


Answer = Callable[[np.ndarray], np.ndarray]


def answering(model: keras.Model, see: Answer) -> Answer:
    """Return what gives probabilities float [n, 10] for images uint8 [n, 32, 32, 3].

    Args:
        model: the network.
        see: turns images into what the network takes.
    """

    def answer(images: np.ndarray) -> np.ndarray:
        inputs = (see(images[start : start + CHUNK]) for start in range(0, len(images), CHUNK))
        return np.concatenate([model.predict_on_batch(batch.astype(np.float32)) for batch in inputs])

    return answer


def refusal_threshold(probabilities: np.ndarray) -> float:
    """Return the familiarity below which a picture is refused, from validation images' probabilities [n, 10]."""
    lowest = np.sort(image.familiarity(probabilities))
    return float(np.floor(lowest[int(REFUSED * len(lowest))] * 1e4) / 1e4)


def measure(answer: Answer, material: Material, refuses_below: float | None) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Measure a network; return what the metrics say, and the pictures for the card by file name.

    Args:
        answer: images uint8 [n, 32, 32, 3] -> probabilities float [n, 10].
        material: of CIFAR-10 the test part is used.
        refuses_below: the familiarity below which it refuses, or None where it never does.
    """
    labels = material.cifar.test_labels
    probabilities = answer(material.cifar.test_images)
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    metrics = evaluate(probabilities, labels, image.LABELS) | {
        "further": certainty(confidence, correct),
        "confusions": confusions(labels, probabilities.argmax(axis=1), image.LABELS),
        "calibration": {"error": round(calibration_error(confidence, correct), 5), "bins": charts.BINS},
        "tables": [PUBLISHED, failures_table(probabilities, labels)],
        "pictures": [RELIABILITY],
        "measured": [],
    }
    if refuses_below is not None:
        known = image.familiarity(probabilities)
        metrics["refuses_below"] = refuses_below
        metrics["refused"] = measure_refusals(answer, material.others, known, refuses_below)
        metrics["tables"].append(refusals_table(metrics["refused"]))
        metrics["measured"] = [clothes_figure(metrics["refused"])]
    return metrics, {RELIABILITY["file"]: charts.reliability(confidence, correct)}


def certainty(confidence: np.ndarray, correct: np.ndarray) -> dict[str, str]:
    """Return how often an answer is given as certain, and is right then, as the card writes it."""
    is_sure = confidence >= image.SURE
    return {
        f"answers given as certain (probability at least {image.SURE:.0%})": f"{is_sure.mean():.1%}",
        "accuracy of these": f"{correct[is_sure].mean():.1%}" if is_sure.any() else "none",
    }


def failures_table(probabilities: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """Return the most confident wrong answers as a table: CIFAR-10's pictures may not be shown."""
    rows = [
        [
            str(place),
            image.LABELS[labels[place]],
            image.LABELS[probabilities[place].argmax()],
            f"{probabilities[place].max():.1%}",
        ]
        for place in confident_failures(probabilities, labels, FAILURES)
    ]
    return {
        "title": "Its most confident mistakes",
        "columns": ["place among the test images, from 0", "true", "given", "probability"],
        "rows": rows,
    }


def measure_refusals(
    answer: Answer, others: dict[str, np.ndarray], known: np.ndarray, refuses_below: float
) -> dict[str, dict[str, Any]]:
    """Return how much of each kind of picture is refused as none of the ten, CIFAR-10's test images first.

    Args:
        answer: images uint8 [n, 32, 32, 3] -> probabilities float [n, 10].
        others: kind -> pictures of other things.
        known: the familiarity float [n] of the test images.
        refuses_below: the threshold.

    Returns:
        kind -> n, refused (how many), auroc against the test images (None for these).
    """
    found = {"test images of CIFAR-10": _refused(known, known, refuses_below) | {"auroc": None}}
    for kind, pictures in others.items():
        found[kind] = _refused(image.familiarity(answer(pictures)), known, refuses_below)
    for kind, facts in found.items():
        against = "" if facts["auroc"] is None else f", AUROC {facts['auroc']:.3f}"
        print(f"  refused of {kind}: {facts['refused'] / facts['n']:.1%} of {facts['n']:,}{against}", flush=True)
    return found


def _refused(scores: np.ndarray, known: np.ndarray, refuses_below: float) -> dict[str, Any]:
    return {
        "n": len(scores),
        "refused": int((scores < refuses_below).sum()),
        "auroc": round(auroc(known, scores), 4),
    }


def refusals_table(refused: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the refusals as a table for the card."""
    rows = [
        [kind, facts["n"], f"{facts['refused'] / facts['n']:.1%}", "" if facts["auroc"] is None else facts["auroc"]]
        for kind, facts in refused.items()
    ]
    return {
        "title": "Refused as none of the ten",
        "columns": ["pictures", "how many", "refused", "AUROC against the test images"],
        "rows": rows,
    }


def clothes_figure(refused: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the share of refused clothes for ``model-index``: of all kinds the one that others can measure too."""
    facts = refused[CLOTHES]
    return {
        "name": "pictures of clothes that are refused as none of the ten",
        "metric": "refused",
        "value": facts["refused"] / facts["n"],
        "interval95": run.accuracy_interval(facts["refused"], facts["n"]),
        "n": facts["n"],
        "dataset": {"name": "Fashion-MNIST", "id": "zalando-datasets/fashion_mnist"},
    }


def photos_figure(found: dict[str, Any]) -> dict[str, Any]:
    """Return what ``image_photos.measure`` found for ``model-index``."""
    return {
        "name": "photographs of any size and shape",
        "metric": "accuracy",
        "value": found["right"] / found["total"],
        "interval95": found["interval95"],
        "n": found["total"],
        "dataset": {"name": "photographs of the ten things", "id": "photographs"},
    }
