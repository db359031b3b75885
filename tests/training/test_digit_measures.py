"""``training.digit_measures``: what is told of a network, worked by hand on networks that answer as asked."""

import io

import numpy as np
import pytest
from PIL import Image

from models import digit
from tests.training.made_digits import made_clothes, made_mnist, made_pen_digits
from training import digit_measures, not_digits
from training.classification import evaluate
from training.digit import split
from training.digit_learning import split_writers
from training.digit_measures import Material, measure, measure_drawn, measure_refusal, refusal_threshold
from training.pad_drawings import drawn_digits


class Answering:
    """A network whose answer to each picture is that of a function: pixels [28, 28] -> (label, probability)."""

    def __init__(self, answer):
        self.answer = answer

    def predict(self, images, batch_size, verbose):
        return np.array([spread(*self.answer(image[..., 0])) for image in images])


def spread(label, probability):
    """The probability for a label, the rest even among the others."""
    row = np.full(10, (1 - probability) / 9)
    row[label] = probability
    return row


def knowing(pictures, labels, probability=0.9):
    """A network that knows these pictures by heart and doubts all others."""
    known = {picture.tobytes(): int(label) for picture, label in zip(pictures, labels, strict=True)}

    def answer(pixels):
        label = known.get(np.uint8(pixels).tobytes())
        return (0, 0.2) if label is None else (label, probability)

    return Answering(answer)


def confident(values):
    """A network that gives its answers with these probabilities, one after the other."""
    left = iter(values)
    return Answering(lambda _pixels: (1, next(left)))


@pytest.fixture(scope="module")
def material():
    drawn = split_writers(made_pen_digits([1, 7]))
    return Material(split(made_mnist(40, 20), 10), drawn, made_clothes(6))


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(digit_measures, "STRANGE", 12)


@pytest.fixture(scope="module")
def knower(material):
    """A network that is right on all test digits and all drawn ones, with 90 %, and doubts everything else."""
    drawn, labels = drawn_digits(material.drawn.test, 1, digit_measures.DRAWN_SEED)
    pictures = np.concatenate([np.uint8(material.mnist.test_images[..., 0]), drawn])
    return knowing(pictures, np.concatenate([material.mnist.test_labels, labels]))


# The threshold


def test_the_threshold_is_the_quantile_of_the_validation_digits():
    values = np.linspace(0.3, 0.9, 1001)
    assert refusal_threshold(confident(values), np.zeros((1001, 28, 28, 1))) == pytest.approx(
        0.3 + 0.6 * digit_measures.REFUSED, abs=1e-4
    )


def test_the_threshold_never_exceeds_the_ceiling():
    assert refusal_threshold(confident([0.95] * 50), np.zeros((50, 28, 28, 1))) == digit_measures.CEILING


# Drawn digits


def test_all_drawn_digits_are_right(material, knower):
    measured = measure_drawn(knower, material.drawn.test, None)
    assert measured["value"] == 1 and measured["n"] == len(material.drawn.test) == 12
    low, high = measured["interval95"]
    assert low < 1 <= high + 1e-9


def test_a_drawn_digit_that_is_refused_counts_as_wrong(material, knower):
    assert measure_drawn(knower, material.drawn.test, 0.89)["value"] == 1
    assert measure_drawn(knower, material.drawn.test, 0.91)["value"] == 0


def test_a_drawn_digit_in_which_nothing_is_found_counts_as_wrong(material, knower):
    dot = material.drawn.test[0]._replace(strokes=[np.array([(1, 1)])])
    measured = measure_drawn(knower, [*material.drawn.test, dot], None)
    assert measured["value"] == 12 / 13 and measured["n"] == 13


def test_a_drawn_digit_that_is_misread_counts_as_wrong(material):
    ones = sum(one.label == 1 for one in material.drawn.test)
    measured = measure_drawn(Answering(lambda _pixels: (1, 0.9)), material.drawn.test, 0.5)
    assert measured["value"] == ones / 12 == 0.5


# What is no digit


def test_clothes_are_refused_by_the_network_below_the_threshold(material):
    assert measure_refusal(Answering(lambda _pixels: (3, 0.4)), material.fashion, 0.5)["value"] == 1
    assert measure_refusal(Answering(lambda _pixels: (3, 0.6)), material.fashion, 0.5)["value"] == 0


def test_clothes_in_which_nothing_is_found_are_refused_by_the_preprocessing():
    blank, patch, shirt = np.zeros((28, 28), np.uint8), np.zeros((28, 28), np.uint8), made_clothes(1)[0]
    patch[4:24, 4:24] = 255
    measured = measure_refusal(Answering(lambda _pixels: (3, 0.9)), np.stack([blank, patch, shirt, blank]), 0.5)
    assert measured["value"] == 3 / 4 and measured["n"] == 4


def test_nothing_but_blank_pictures_is_all_refused():
    assert measure_refusal(Answering(None), np.zeros((3, 28, 28), np.uint8), 0.5)["value"] == 1


def test_clothes_are_shown_dark_on_light_as_somebody_would_upload_them(monkeypatch):
    seen = []
    nothing = (np.empty((0, 28, 28)), None)
    monkeypatch.setattr(digit_measures, "as_seen", lambda drawings: seen.extend(drawings) or nothing)
    measure_refusal(Answering(None), made_clothes(2), 0.5)
    assert np.array_equal(seen[0], 255 - made_clothes(2)[0])


# All of it


def test_a_network_that_refuses_is_measured_on_all_parts(material, knower):
    metrics, pictures = measure(knower, material, 0.5)
    assert metrics["result"]["value"] == 1 and metrics["refuses_below"] == 0.5
    drawn, clothes, strange, digits = metrics["measured"]
    assert (drawn["n"], drawn["value"]) == (12, 1) and (clothes["n"], clothes["value"]) == (6, 1)
    assert (strange["value"], strange["dataset"]["name"]) == (1, "made for this")
    assert (digits["n"], digits["value"], digits["dataset"]["name"]) == (20, 0, "MNIST")
    assert metrics["confusions"] == [] and list(pictures) == ["reliability.png"]
    assert [picture["file"] for picture in metrics["pictures"]] == ["reliability.png"]


def test_the_share_of_refused_test_digits_is_told(material):
    doubted = {picture.tobytes() for picture in np.uint8(material.mnist.test_images[:3, ..., 0])}
    network = Answering(lambda pixels: (1, 0.3 if np.uint8(pixels).tobytes() in doubted else 0.9))
    metrics, _pictures = measure(network, material, 0.5)
    strange, digits = metrics["measured"][2:]
    assert (digits["value"], strange["value"]) == (len(doubted) / 20, 0)


def test_a_network_that_never_refuses_is_not_measured_on_what_is_no_digit(material, knower, monkeypatch):
    monkeypatch.setattr(not_digits, "make", None)
    metrics, _pictures = measure(knower, material, None)
    assert len(metrics["measured"]) == 1
    assert "refuses_below" not in metrics


def test_failures_are_counted_named_and_shown(material):
    metrics, pictures = measure(Answering(lambda _pixels: (1, 0.8)), material, None)
    assert metrics["result"]["value"] == 0.1  # each digit is as frequent
    assert metrics["confusions"] == [[label, "1", 2] for label in "023456789"]
    assert metrics["per_class"] == {label: float(label == "1") for label in "0123456789"}
    assert metrics["calibration"]["error"] == pytest.approx(0.7)
    assert [picture["file"] for picture in metrics["pictures"]] == list(pictures)
    for content in pictures.values():
        assert Image.open(io.BytesIO(content)).format == "PNG"


def test_what_is_measured_is_what_no_network_learned_from(material, monkeypatch):
    seen = []
    monkeypatch.setattr(
        digit_measures, "drawn_digits", lambda digits, *how: seen.append(digits) or drawn_digits(digits, *how)
    )
    pictures = []
    measure(Answering(lambda pixels: pictures.append(np.uint8(pixels)) or (1, 0.9)), material, 0.5)
    assert seen == [material.drawn.test]
    learned = {image.tobytes() for image in np.uint8(material.mnist.train_images[..., 0])}
    assert not learned & {picture.tobytes() for picture in pictures}


def test_accuracy_per_class_and_loss_are_those_worked_by_hand():
    probabilities = np.full((4, 10), 0.0)
    probabilities[[0, 1, 2, 3], [0, 0, 1, 2]] = 0.5
    probabilities[:, 9] += 0.25
    measured = evaluate(probabilities, np.array([0, 0, 0, 2]), digit.LABELS)
    assert measured["result"]["value"] == 0.75
    assert measured["per_class"] == {"0": pytest.approx(2 / 3), "2": 1.0}
    assert measured["result"]["loss"] == pytest.approx((3 * -np.log(0.5) - np.log(1e-7)) / 4)
