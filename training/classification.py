"""How classifiers are measured, and what is told of their wrong answers, whatever the task."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from training import run

CALIBRATION_BINS = 15


def evaluate(probabilities: np.ndarray, labels: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
    """Return accuracy with its 95 % interval, loss, and the accuracy of each class.

    Args:
        probabilities: float [n, classes].
        labels: int [n], the true classes.
        names: of the classes, by their numbers.
    """
    correct = probabilities.argmax(axis=1) == labels
    loss = -np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-7)).mean()
    per_class = {
        name: float(correct[labels == index].mean()) for index, name in enumerate(names) if (labels == index).any()
    }
    interval = run.accuracy_interval(int(correct.sum()), len(labels))
    return {
        "result": {"metric": "accuracy", "value": float(correct.mean()), "interval95": interval, "loss": float(loss)},
        "per_class": per_class,
    }


def confusions(labels: np.ndarray, guesses: np.ndarray, names: Sequence[str], most: int = 10) -> list[list]:
    """Return the most frequent confusions, the most frequent first.

    Args:
        labels: int [n], the true classes.
        guesses: int [n], the answers.
        names: of the classes, by their numbers.
        most: how many at most.

    Returns:
        [true name, given name, count] each; of equally frequent ones, those of the first classes come first.
    """
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (np.asarray(labels), np.asarray(guesses)), 1)
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:most]
    pairs = np.column_stack(np.unravel_index(order, counts.shape))
    return [[names[true], names[given], int(counts[true, given])] for true, given in pairs if counts[true, given]]


def confident_failures(probabilities: np.ndarray, labels: np.ndarray, most: int = 20) -> np.ndarray:
    """Return the places of the wrong answers int [at most ``most``], the most confident first.

    Args:
        probabilities: float [n, classes].
        labels: int [n], the true classes.
        most: how many at most.
    """
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    order = np.argsort(-probabilities[wrong].max(axis=1), kind="stable")
    return wrong[order[:most]]


def failure_captions(
    probabilities: np.ndarray, labels: np.ndarray, places: np.ndarray, names: Sequence[str]
) -> list[str]:
    """Return "true label / given label probability" for the answers at these places: "4 / 9 98 %"."""
    given, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    return [f"{names[labels[place]]} / {names[given[place]]} {sure[place]:.0%}".replace("%", " %") for place in places]


def calibration_error(confidence: np.ndarray, is_right: np.ndarray) -> float:
    """Return by how much confidence (float [n]) and being right (bool [n]) differ, in the mean over 15 bins.

    Source: Guo, Pleiss, Sun, Weinberger (2017), https://arxiv.org/abs/1706.04599.
    """
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [abs(confidence[bins == each].sum() - is_right[bins == each].sum()) for each in np.unique(bins)]
    return float(sum(gaps) / len(confidence))


def auroc(known: np.ndarray, strange: np.ndarray) -> float:
    """Return the area under the receiver operating characteristic of a score that should be higher for the known.

    It is the probability that a score drawn from ``known`` (float [n]) is above one drawn from ``strange``
    (float [m]), equal scores counting half.

    Source: Hanley and McNeil (1982), https://doi.org/10.1148/radiology.143.1.7063747.
    """
    ordered = np.sort(strange)
    below = np.searchsorted(ordered, known, side="left")
    not_above = np.searchsorted(ordered, known, side="right")
    return float((below + not_above).mean() / 2 / len(strange))
