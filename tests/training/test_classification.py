"""``training.classification``: measures of classifiers, worked by hand."""

import numpy as np
import pytest

from training.classification import (
    auroc,
    calibration_error,
    confident_failures,
    confusions,
    evaluate,
    failure_captions,
)

NAMES = ("cat", "dog", "frog")


def test_accuracy_per_class_and_loss_are_those_worked_by_hand():
    probabilities = np.array([[0.75, 0.25, 0], [0.75, 0, 0.25], [0.25, 0.75, 0], [0, 0.25, 0.75]])
    measured = evaluate(probabilities, np.array([0, 0, 0, 2]), NAMES)
    assert measured["result"]["value"] == 0.75
    assert measured["per_class"] == {"cat": pytest.approx(2 / 3), "frog": 1.0}
    assert measured["result"]["loss"] == pytest.approx((3 * -np.log(0.75) - np.log(0.25)) / 4)
    low, high = measured["result"]["interval95"]
    assert low < 0.75 < high


def test_confusions_are_counted_the_most_frequent_first():
    labels = np.array([0, 0, 0, 1, 1, 2, 2, 2])
    guesses = np.array([0, 1, 1, 0, 1, 1, 0, 1])
    expected = [["cat", "dog", 2], ["frog", "dog", 2], ["dog", "cat", 1], ["frog", "cat", 1]]
    assert confusions(labels, guesses, NAMES) == expected
    assert confusions(labels, guesses, NAMES, most=1) == expected[:1]
    assert confusions(labels, labels, NAMES) == []


def test_failures_come_the_most_confident_first_with_both_labels():
    probabilities = np.array([[0.9, 0.1, 0], [0.4, 0.6, 0], [0.02, 0.98, 0], [0.3, 0.3, 0.4]])
    labels = np.array([0, 0, 0, 1])
    places = confident_failures(probabilities, labels)
    assert places.tolist() == [2, 1, 3]
    assert failure_captions(probabilities, labels, places, NAMES) == [
        "cat / dog 98 %",
        "cat / dog 60 %",
        "dog / frog 40 %",
    ]
    assert confident_failures(probabilities, labels, most=1).tolist() == [2]


def test_the_calibration_error_is_the_gap_between_confidence_and_accuracy():
    confidence = np.array([0.9, 0.9, 0.9, 0.9, 0.5, 0.5])
    correct = np.array([True, True, True, False, False, False])
    expected = (4 * abs(0.9 - 0.75) + 2 * abs(0.5 - 0)) / 6
    assert calibration_error(confidence, correct) == pytest.approx(expected)


def test_the_area_is_the_share_of_pairs_in_the_right_order():
    assert auroc(np.array([3.0, 4.0]), np.array([1.0, 2.0])) == 1
    assert auroc(np.array([1.0, 2.0]), np.array([3.0, 4.0])) == 0
    assert auroc(np.array([1.0, 3.0]), np.array([2.0, 3.0])) == pytest.approx((0 + 0 + 1 + 0.5) / 4)
