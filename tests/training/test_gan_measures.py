"""What is measured of made digits: each digit alone, the nearest training digits, and what a student learns."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.training.made_digits import made_mnist
from training import digit, gan_measures, gan_neighbours, gan_student, judge


@pytest.fixture(scope="module")
def data():
    return digit.split(made_mnist(150, 50), validation_size=50)


# Each digit alone


def seen_of(labels, features):
    return judge.Seen(np.asarray(features, float), np.asarray(labels))


def test_each_digit_is_compared_with_the_real_ones_of_its_own(data):
    labels = data.test_labels
    features = np.random.default_rng(1).normal(size=(50, 3)) + labels[:, None] * 10
    made = (data.test_images[..., 0], seen_of(labels, features), labels)
    train = seen_of(data.train_labels, np.random.default_rng(2).normal(size=(100, 3)))
    found = gan_measures.measure_digits(made, (train, seen_of(labels, features)), data)
    assert set(found) == set(map(str, range(10)))
    for row in found.values():
        assert row["frechet_distance"] == pytest.approx(0, abs=1e-9) and row["accuracy"] == 1.0
        assert [row["features"], row["pixels"]] == pytest.approx([1, 1])
        assert row["share"] == pytest.approx(0.1)
    assert found["9"]["floor"] > found["1"]["floor"] > 0  # the training features do not move with the digit here


def test_a_digit_that_is_made_less_than_twice_has_no_row(data):
    count = 50
    meant = np.where(np.arange(count) == 0, 3, 5)
    features = np.random.default_rng(1).normal(size=(count, 3))
    made = (data.test_images[..., 0], seen_of(meant, features), meant)
    train = seen_of(data.train_labels, np.random.default_rng(2).normal(size=(100, 3)))
    found = gan_measures.measure_digits(made, (train, seen_of(data.test_labels, features)), data)
    assert set(found) == {"5"} and found["5"]["share"] == pytest.approx(0.98)


def test_a_repeated_picture_has_no_variance(data):
    meant = np.full(20, 5)
    made = (np.ones((20, 28, 28)), seen_of(meant, np.ones((20, 3))), meant)
    train = seen_of(data.train_labels, np.random.default_rng(2).normal(size=(100, 3)))
    real = seen_of(data.test_labels, np.random.default_rng(1).normal(size=(50, 3)))
    row = gan_measures.measure_digits(made, (train, real), data)["5"]
    assert row["features"] == row["pixels"] == 0


# What agrees


def metrics_of(**changes):
    return {"further": {"SHA-256 of the judge's weights": "a"}, "result": {"metric": "m", "value": 2.0}} | changes


def test_figures_are_named_by_their_path():
    metrics = metrics_of(per_digit={"7": {"share": 0.1}}, students={"made": {"interval95": [0.4, 0.6]}}, task="gan")
    assert gan_measures.figures(metrics) == {
        "result value": 2.0,
        "per_digit 7 share": 0.1,
        "students made interval95 0": 0.4,
        "students made interval95 1": 0.6,
    }


@pytest.mark.parametrize(
    ("found", "count"),
    [
        (metrics_of(result={"value": 2.001}), 0),
        (metrics_of(result={"value": 2.01}), 1),
        (metrics_of(result={"value": float("nan")}), 1),
        (metrics_of(result={}), 1),
        (metrics_of(result={"value": 2.1}, further={"SHA-256 of the judge's weights": "b"}), 0),
        (metrics_of(result={"value": 2.5}, further={"SHA-256 of the judge's weights": "b"}), 1),
    ],
)
def test_a_figure_must_be_found_again_nearly_exactly_by_the_same_judge(found, count):
    assert len(gan_measures.disagreements(found, metrics_of())) == count


def test_what_is_not_stated_cannot_disagree():
    assert gan_measures.disagreements(metrics_of(nearest={"pixels": {"nearer": 0.5}}), metrics_of()) == []


# The nearest training digits


def test_the_nearest_are_found_in_order_with_their_distances():
    numbers, distances = gan_neighbours.nearest(np.array([[0.0, 0.0]]), np.array([[3.0, 4], [6, 8], [0, 1], [9, 9]]), 3)
    assert numbers.tolist() == [[2, 0, 1]]
    assert distances.tolist() == [[1, 5, 10]]


def test_the_nearest_of_many_are_those_of_a_plain_search():
    random = np.random.default_rng(1)
    queries, references = random.normal(size=(gan_neighbours.CHUNK + 7, 5)), random.normal(size=(40, 5))
    every = np.linalg.norm(queries[:, None] - references, axis=2)
    numbers, distances = gan_neighbours.nearest(queries, references)
    assert np.array_equal(numbers[:, 0], every.argmin(axis=1))
    assert distances[:, 0] == pytest.approx(every.min(axis=1), abs=1e-6)


def test_a_generator_that_copies_is_caught(data):
    test, train = data.test_images[..., 0], data.train_images[..., 0]
    spaces = [rows.reshape(len(rows), -1) for rows in (train[:30], test, train)]
    found = gan_neighbours.measure_neighbours((train[:30], test, train), spaces)
    for row in found.values():
        assert row["made_median"] == row["made_least"] == 0 and row["nearer"] == 1 and row["test_median"] > 0


def test_distances_are_of_pixels_from_zero_to_one():
    black, white = np.zeros((3, 28, 28)), np.full((3, 28, 28), 255)
    found = gan_neighbours.measure_neighbours((white, black, black), (np.ones((3, 2)),) * 3)
    assert found["pixels"]["made_median"] == pytest.approx(28) and found["pixels"]["nearer"] == 0


def test_the_picture_has_each_made_digit_above_its_three_nearest(data):
    train = data.train_images[..., 0]
    picture = np.asarray(Image.open(io.BytesIO(gan_neighbours.draw_neighbours(train[:10], train))))
    gap, scale, side = gan_neighbours.GAP, gan_neighbours.SCALE, 28 + gan_neighbours.GAP
    assert picture.shape == (scale * (4 * side + 3 * gap), scale * (10 * side + gap))

    def tile(row, column):
        top = gap + row * side + (2 * gap if row else 0)
        left = gap + column * side
        return picture[::scale, ::scale][top : top + 28, left : left + 28]

    for column in range(10):
        assert np.array_equal(tile(0, column), train[column]) and np.array_equal(tile(1, column), train[column])
        assert not np.array_equal(tile(2, column), train[column])


# The students


@pytest.fixture
def lessons(monkeypatch):
    """Students that remember how many digits they were taught, and call everything a three; returns the counts."""
    taught = []

    class Student:
        def predict(self, images, **_how):
            return np.eye(10)[np.full(len(images), 3)]

    def teach(pictures, digits):
        assert len(pictures) == len(digits)
        taught.append(len(digits))
        return Student()

    monkeypatch.setattr(gan_student, "teach", teach)
    return taught


def made(count=40):
    return np.zeros((count, 28, 28), np.uint8), np.arange(count) % 10


def test_students_learn_once_from_made_and_once_from_real_digits_and_read_the_test_digits(data, lessons, tmp_path):
    found = gan_student.measure_students(made, ("a" * 64, 40), data, tmp_path)
    assert lessons == [40, 100]
    assert [found[name]["count"] for name in ("made", "real")] == [40, 100]
    assert found["made"]["accuracy"] == pytest.approx((data.test_labels == 3).mean())
    low, high = found["made"]["interval95"]
    assert low < 0.1 < high
    assert gan_student.measure_students(made, ("a" * 64, 40), data, tmp_path) == found and lessons == [40, 100]


def test_another_generator_or_architecture_is_measured_anew(data, lessons, tmp_path, monkeypatch):
    gan_student.measure_students(made, ("a" * 64, 40), data, tmp_path)
    gan_student.measure_students(made, ("b" * 64, 40), data, tmp_path)
    assert lessons == [40, 100, 40]
    monkeypatch.setattr(gan_student, "ARCHITECTURE", "lenet")
    gan_student.measure_students(made, ("b" * 64, 40), data, tmp_path)
    assert lessons == [40, 100, 40, 40, 100]


def test_a_student_learns_and_answers_in_float32(data, monkeypatch):
    monkeypatch.setattr(gan_student, "ARCHITECTURE", "mlp")
    monkeypatch.setattr(gan_student, "EPOCHS", 30)
    monkeypatch.setattr(gan_student, "BATCH_SIZE", 10)
    model = gan_student.teach(data.train_images[..., 0], data.train_labels)
    right = model.predict(data.test_images, verbose=0).argmax(axis=1) == data.test_labels
    assert right.mean() > 0.3  # by guessing: 0.1
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
