"""Make a classifier's probabilities mean what they say, without changing any of its answers."""

import keras
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

TEMPERATURES = (0.05, 5.0)


def calibrate(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """Divide the logits by the temperature that makes the validation labels most likely; return it.

    The division is folded into the weights of the last layer, a Dense with softmax. Label smoothing makes a
    network doubt too much, which a temperature below 1 takes back.

    Args:
        model: ends in a Dense layer with softmax.
        images: float32 [n, ...], not seen in training.
        labels: int [n].

    Source: Guo, Pleiss, Sun, Weinberger (2017), https://arxiv.org/abs/1706.04599.
    """
    probabilities = model.predict(images, batch_size=500, verbose=0)
    logits = np.log(np.maximum(probabilities.astype(np.float64), 1e-30))  # up to a constant per row

    def loss(temperature: float) -> float:
        return -log_softmax(logits / temperature, axis=1)[np.arange(len(labels)), labels].mean()

    temperature = float(minimize_scalar(loss, bounds=TEMPERATURES, method="bounded").x)
    last = model.layers[-1]
    last.set_weights([weights / temperature for weights in last.get_weights()])
    return temperature
