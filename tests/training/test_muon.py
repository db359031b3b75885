"""``training.muon``: convolution kernels move by orthogonal matrices, everything else learns by Adam."""

import keras
import numpy as np
import pytest

from training.muon import ADAM_SHARE, ConvolutionMuon

RATE = 0.1


def moved(shape, optimiser, gradient):
    """By how much one step changes a variable of this shape."""
    variable = keras.Variable(np.ones(shape, np.float32), trainable=True)
    optimiser.build([variable])
    optimiser.apply([keras.ops.convert_to_tensor(gradient)], [variable])
    return keras.ops.convert_to_numpy(variable) - 1


def test_a_kernel_moves_by_a_nearly_orthogonal_matrix():
    gradient = np.random.default_rng(1).normal(size=(3, 3, 4, 8)).astype(np.float32)
    step = moved((3, 3, 4, 8), ConvolutionMuon(RATE), gradient)
    strengths = np.linalg.svd(step.reshape(36, 8), compute_uv=False)
    given = np.linalg.svd(gradient.reshape(36, 8), compute_uv=False)
    assert strengths.max() / strengths.min() < given.max() / given.min()
    assert np.all((strengths / RATE > 0.3) & (strengths / RATE < 1.5))
    assert (step * gradient).sum() < 0


def test_the_length_of_the_gradient_does_not_matter():
    gradient = np.random.default_rng(1).normal(size=(3, 3, 4, 8)).astype(np.float32)
    steps = [moved((3, 3, 4, 8), ConvolutionMuon(RATE), gradient * factor) for factor in (1, 100)]
    assert np.allclose(*steps, atol=2e-3)


@pytest.mark.parametrize("shape", [(5,), (6, 4)])
def test_biases_and_dense_layers_learn_by_adam_at_its_share_of_the_rate(shape):
    gradient = np.where(np.arange(np.prod(shape)).reshape(shape) % 2, 3.0, -0.5).astype(np.float32)
    step = moved(shape, ConvolutionMuon(RATE), gradient)
    assert np.allclose(step, -np.sign(gradient) * RATE * ADAM_SHARE, rtol=1e-3)


def test_it_is_saved_and_read_with_its_settings():
    optimiser = ConvolutionMuon(keras.optimizers.schedules.PolynomialDecay(0.24, 10, 0.0))
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimiser))
    assert isinstance(again, ConvolutionMuon)
    assert again.ns_steps == optimiser.ns_steps and again.momentum == optimiser.momentum
