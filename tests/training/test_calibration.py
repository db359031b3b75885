import keras
import numpy as np
import pytest

from training.calibration import calibrate


@pytest.fixture
def doubting():
    """A network whose logits are a third of what they should be, and pictures it reads right 9 times in 10."""
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 3, 3000)
    features = np.eye(3, dtype=np.float32)[np.where(rng.random(3000) < 0.1, (labels + 1) % 3, labels)]
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation="softmax")])
    # Right in 90 % of the cases, wrong towards one neighbour in 10 %: log(0.9), log(0.1) would be exact.
    exact = np.log(np.array([[0.9, 1e-6, 0.1], [0.1, 0.9, 1e-6], [1e-6, 0.1, 0.9]]))
    model.layers[0].set_weights([exact / 3, np.zeros(3)])
    return model, features, labels


def test_the_temperature_is_the_one_that_was_put_in(doubting):
    model, features, labels = doubting
    assert calibrate(model, features, labels) == pytest.approx(1 / 3, abs=0.02)


def test_confidence_then_equals_accuracy_and_no_answer_changes(doubting):
    model, features, labels = doubting
    before = model.predict(features, verbose=0)
    calibrate(model, features, labels)
    after = model.predict(features, verbose=0)
    assert np.array_equal(before.argmax(axis=1), after.argmax(axis=1))
    accuracy = (after.argmax(axis=1) == labels).mean()
    assert before.max(axis=1).mean() < accuracy - 0.1
    assert after.max(axis=1).mean() == pytest.approx(accuracy, abs=0.01)
