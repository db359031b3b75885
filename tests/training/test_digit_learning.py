"""``training.digit_learning``: what the networks of the digit task learn from, and that a run goes on."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from models import digit as task
from models.corrections import Correction
from tests.training.made_digits import made_mnist, made_pen_digits
from training import digit, digit_learning, run
from training.data import DataError
from training.data.pen_digits import WRITERS
from training.digit_learning import Lesson, lesson, split_writers, train, with_corrections
from training.pad_drawings import drawn_digits
from training.splits import with_validation_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data():
    return digit.split(made_mnist(), validation_size=100)


@pytest.fixture(scope="module")
def taught(data):
    return lesson(data, split_writers(made_pen_digits([1, 7])), digit.SETTINGS["mlp"], seed=1)


@pytest.fixture
def little(monkeypatch):
    monkeypatch.setattr(digit_learning, "TIMES_DRAWN", 2)
    monkeypatch.setattr(digit_learning, "NOT_DIGITS", 12)


def settings(network, **changes):
    return digit.SETTINGS[network]._replace(epochs=6, batch_size=32, **changes)


# The parts


def test_no_writer_is_in_two_parts_and_none_is_left_out():
    parts = split_writers(made_pen_digits())
    writers = [{one.writer for one in part} for part in parts]
    assert [len(part) for part in writers] == [22, 2, 6]
    assert sorted(writer for part in writers for writer in part) == list(WRITERS)
    assert sum(map(len, parts)) == len(made_pen_digits())


def test_the_writers_are_always_parted_in_the_same_way_whatever_the_order_of_the_digits():
    digits = made_pen_digits([1])
    one, other = split_writers(digits), split_writers(digits[::-1])
    for part, again in zip(one, other, strict=True):
        assert {each.writer for each in part} == {each.writer for each in again}


def test_fewer_validation_digits_leave_more_to_learn_from(data):
    changed = with_validation_of(data, 40)
    assert len(changed.train_images) == 560 and len(changed.validation_images) == 40
    assert np.array_equal(changed.validation_images, data.validation_images[-40:])
    assert np.array_equal(changed.train_images[500:], data.validation_images[:60])
    assert np.array_equal(changed.train_labels[500:], data.validation_labels[:60])
    assert changed.test_images is data.test_images


def test_more_validation_digits_than_there_are_change_nothing(data):
    assert np.array_equal(with_validation_of(data, 5_000).train_images, data.train_images)


# The lesson


@pytest.mark.parametrize("network", ["mlp", "lenet"])
def test_the_tutorials_networks_learn_from_mnist_alone(data, network):
    learned = lesson(data, None, digit.SETTINGS[network], seed=1)
    assert learned.images is data.train_images and learned.validation_images is data.validation_images
    assert np.array_equal(learned.targets.argmax(axis=1), data.train_labels)
    assert np.array_equal(learned.targets.sum(axis=1), np.ones(500))
    assert set(np.unique(learned.targets)) == {0, 1}


def test_ours_also_learns_from_drawn_digits_and_from_what_is_none(data, little):
    drawn = split_writers(made_pen_digits([1, 7]))
    learned = lesson(data, drawn, digit.SETTINGS["convnet"], seed=1)
    of_people = 2 * len(drawn.train)
    doubted = learned.targets[500 + of_people :]
    assert 6 <= len(doubted) <= 12
    assert np.allclose(doubted, 0.1)
    assert np.array_equal(learned.images[:500], data.train_images)
    assert np.array_equal(learned.targets[:500].argmax(axis=1), data.train_labels)
    labels = [one.label for one in drawn.train for _time in range(2)]
    assert learned.targets[500 : 500 + of_people].argmax(axis=1).tolist() == labels
    assert np.array_equal(learned.targets.max(axis=1)[: 500 + of_people], np.ones(500 + of_people))
    assert learned.images.dtype == np.float32 and learned.images.shape[1:] == (28, 28, 1)
    assert len(learned.images) == len(learned.targets)


def test_ours_is_validated_on_mnist_and_on_digits_of_other_writers(data, little):
    drawn = split_writers(made_pen_digits([1, 7]))
    learned = lesson(data, drawn, digit.SETTINGS["convnet"], seed=1)
    others, labels = drawn_digits(drawn.validation, 1, seed=1)
    assert np.array_equal(learned.validation_images[100:, ..., 0], others)
    assert learned.validation_labels.tolist() == [*data.validation_labels, *labels]


def test_only_ours_is_taught_to_refuse_and_calibrated():
    assert {name for name, settings in digit.SETTINGS.items() if settings.wide} == {task.DEFAULT_NETWORK}
    assert {name for name, settings in digit.SETTINGS.items() if settings.label_smoothing} == {task.DEFAULT_NETWORK}


# Learning


def test_a_finished_run_trains_no_epoch_more(taught, tmp_path):
    short = settings("mlp")._replace(epochs=2)
    train("mlp", taught, short, tmp_path, seed=1)
    before = (tmp_path / "history.csv").read_text()
    train("mlp", taught, short, tmp_path, seed=1)
    assert (tmp_path / "history.csv").read_text() == before


def test_the_best_epoch_is_kept_not_the_last(taught, tmp_path):
    model = train("mlp", taught, settings("mlp", learning_rate=0.05), tmp_path, seed=1)
    scores = [row["val_accuracy"] for row in run.read_history(tmp_path)]
    guesses = model.predict(taught.validation_images, verbose=0).argmax(axis=1)
    assert (guesses == taught.validation_labels).mean() == pytest.approx(max(scores), abs=1e-6)


def test_a_loss_that_is_no_number_is_refused(taught, tmp_path):
    with pytest.raises(FloatingPointError, match="no number"):
        train("mlp", taught, settings("mlp", learning_rate=1e30), tmp_path, seed=1)


def test_ours_learns_doubt_for_what_is_no_digit(tmp_path):
    """Blank pictures stand for digits, bright ones for what is none."""
    images = np.repeat(np.float32([0, 255]), 40).reshape(80, 1, 1, 1) * np.ones((1, 28, 28, 1), np.float32)
    targets = np.full((80, 10), 0.1, np.float32)
    targets[:40] = np.eye(10)[3]
    pair = Lesson(images, targets, images[:10], np.full(10, 3))
    # No smoothing, and so no calibration: the ten validation digits here are alike.
    model = train("mlp", pair, settings("mlp", wide=True, learning_rate=0.02), tmp_path, seed=1)
    digit_like, strange = model.predict(images[[0, -1]], verbose=0)
    assert digit_like[3] > 0.7 and strange.max() < 0.5


KILLED = """
import sys
from pathlib import Path
from tests.training.made_digits import made_mnist
from training import digit
data = digit.split(made_mnist(), 100)
settings = digit.SETTINGS["lenet"]._replace(epochs=int(sys.argv[2]), batch_size=8, patience=99)
digit.train("lenet", digit.lesson(data, None, settings, 1), settings, Path(sys.argv[1]), 1)
"""


def test_a_run_killed_in_the_middle_goes_on_where_it_stopped(tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path), "400"]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 90
    while len(run.read_history(tmp_path)) < 3 and time.monotonic() < deadline and first.poll() is None:
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    reached = len(run.read_history(tmp_path))
    assert 3 <= reached < 400
    more = str(reached + 3)
    second = subprocess.run([*command[:-1], more], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert second.returncode == 0, second.stderr
    assert "Epoch 1/" not in second.stdout
    epochs = [int(row["epoch"]) for row in run.read_history(tmp_path)]
    assert epochs[-1] == reached + 2
    assert len(second.stdout.split("Epoch ")) - 1 in (3, 4)  # the epoch that was cut off may be done again


def test_corrections_are_learned_from_ten_times_and_no_digit_is_even_doubt(data):
    taught = lesson(data, None, digit.SETTINGS["mlp"], seed=1)
    drawing = np.full((28, 28), 9, np.uint8)
    corrections = [Correction(drawing, "7", "1", "mlp"), Correction(drawing, None, "1", "mlp")]
    more = with_corrections(taught, corrections)
    count = len(taught.images)
    assert len(more.images) == len(more.targets) == count + 20
    assert (more.images[count:] == 9).all()
    assert np.array_equal(more.targets[count], np.eye(10)[7])
    assert np.allclose(more.targets[count + 1], 0.1)
    assert more.validation_images is taught.validation_images
    assert with_corrections(taught, []) is taught


def test_a_file_that_holds_no_corrections_stops_the_training_with_a_sentence(tmp_path):
    (tmp_path / "corrections").write_text("7\n")
    with pytest.raises(DataError, match="Line 1 of"):
        digit._corrections(tmp_path / "corrections")
