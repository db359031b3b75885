"""``training.float16``: half the size on the disk, the same answers from plain Keras."""

import keras
import numpy as np
import pytest

from training.float16 import halve, round_kernels


@pytest.fixture
def model():
    keras.utils.set_random_seed(3)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Conv2D(64, 3),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2D(64, 3),
            layers.GlobalMaxPooling2D(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def test_kernels_are_rounded_and_what_is_added_or_scaled_is_not(model):
    model.layers[0].set_weights([model.layers[0].get_weights()[0], np.full(64, 0.1, np.float32)])
    round_kernels(model)
    for weights in model.get_weights():
        if weights.ndim > 1:
            assert np.array_equal(weights, weights.astype(np.float16).astype(np.float32))
    assert model.layers[0].get_weights()[1][0] == np.float32(0.1)


def test_a_halved_file_is_half_as_large_and_keras_reads_it_into_float32_with_the_same_answers(model, tmp_path):
    round_kernels(model)
    path = tmp_path / "model.keras"
    model.save(path)
    before = path.stat().st_size
    halve(path)
    assert path.stat().st_size < 0.62 * before
    assert list(tmp_path.iterdir()) == [path]
    read = keras.models.load_model(path)
    pictures = np.random.default_rng(1).random((4, 16, 16, 3)).astype(np.float32)
    assert np.array_equal(read.predict_on_batch(pictures), model.predict_on_batch(pictures))
    assert {weights.dtype for weights in read.get_weights()} == {np.dtype("float32")}
