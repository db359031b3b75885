"""Features cut into bins, and what these add by themselves and in pairs: fitted at once, in closed form."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from models.house import FEATURES

PACKAGE = "models.networks.house"


@keras.saving.register_keras_serializable(package=PACKAGE)
class Bins(layers.Layer):
    """Say how far each feature reaches into each of its bins, 0..1: [batch, features] -> [batch, chosen, bins].

    The bins lie between quantiles of the training data, which ``adapt`` must be given first. ``chosen`` are the
    indices of some features; without, all are.
    """

    def __init__(self, bins: int, chosen: Sequence[int] | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.bins = bins
        self.chosen = None if chosen is None else list(chosen)

    def build(self, input_shape: tuple) -> None:
        count = input_shape[-1] if self.chosen is None else len(self.chosen)
        edges = {"shape": (count, self.bins), "trainable": False, "dtype": "float32", "autocast": False}
        self.left = self.add_weight(name="left", initializer="zeros", **edges)
        self.width = self.add_weight(name="width", initializer="ones", **edges)

    def adapt(self, features: np.ndarray) -> None:
        """Put the edges of the bins at the quantiles of the training data [n, features], each once."""
        features = features if self.chosen is None else features[:, self.chosen]
        left = np.full((features.shape[1], self.bins), np.finfo(np.float32).max / 4, np.float32)
        width = np.ones_like(left)
        for index, column in enumerate(np.asarray(features, np.float64).T):
            edges = np.unique(np.quantile(column, np.linspace(0, 1, self.bins + 1)))
            left[index, : len(edges) - 1] = edges[:-1]
            width[index, : len(edges) - 1] = np.diff(edges)
        self.left.assign(left)
        self.width.assign(width)

    def call(self, features: Any) -> Any:
        features = features if self.chosen is None else ops.take(features, self.chosen, axis=1)
        filled = (ops.cast(features, "float32")[..., None] - self.left) / self.width
        return ops.cast(ops.clip(filled, 0.0, 1.0), self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (input_shape[0], *self.left.shape)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"bins": self.bins, "chosen": self.chosen}


@keras.saving.register_keras_serializable(package=PACKAGE)
class MainEffects(layers.Layer):
    """Sum what each feature adds by itself: bins [batch, features, bins] and features [batch, ...] -> [batch, 1, 1].

    There is one such sum for houses known in detail and one for those of the form. ``adapt`` must be called first.
    """

    def build(self, input_shape: list[tuple]) -> None:
        (_batch, count, bins), _features = input_shape
        self.size = count * bins
        fixed = {"initializer": "zeros", "trainable": False}
        self.kernel = self.add_weight(name="kernel", shape=self.kernel_shape(), **fixed)
        self.bias = self.add_weight(name="bias", shape=(2,), **fixed)

    def kernel_shape(self) -> tuple[int, ...]:
        """Return the shape of the kernel: an effect of each bin, from the form and in detail."""
        return (self.size, 2)

    def adapt(self, fits: Sequence[tuple[np.ndarray, float]]) -> None:
        """Take what ``fit_ridge`` found from the form, and in detail."""
        self.kernel.assign(np.stack([self.arrange(kernel) for kernel, _bias in fits], axis=-1))
        self.bias.assign([bias for _kernel, bias in fits])

    def arrange(self, kernel: np.ndarray) -> np.ndarray:
        """Return what ``fit_ridge`` found in the shape of the kernel."""
        return kernel

    @staticmethod
    def columns(filled: np.ndarray) -> np.ndarray:
        """Return what ``fit_ridge`` is to fit, float32 [n, columns], of filled bins [n, features, bins]."""
        return filled.reshape(len(filled), -1)

    def effects(self, flat: Any) -> Any:
        """Return the sums [batch, 2] of flat bins [batch, features * bins]."""
        return ops.matmul(flat, self.kernel)

    def call(self, inputs: list[Any]) -> Any:
        filled, features = inputs
        both = self.effects(ops.reshape(filled, (-1, self.size))) + self.bias  # batch x 2
        is_detailed = features[:, FEATURES.index("is_detailed")]
        return ops.reshape(both[:, 1] * is_detailed + both[:, 0] * (1 - is_detailed), (-1, 1, 1))

    def compute_output_shape(self, input_shape: list[tuple]) -> tuple:
        return (input_shape[0][0], 1, 1)


@keras.saving.register_keras_serializable(package=PACKAGE)
class PairEffects(MainEffects):
    """Sum what each pair of bins adds together, a quadratic form: as ``MainEffects``, of few features and bins."""

    def kernel_shape(self) -> tuple[int, ...]:
        """Return the shape of the kernel: an effect of each pair of bins, from the form and in detail."""
        return (self.size, self.size, 2)

    def arrange(self, kernel: np.ndarray) -> np.ndarray:
        """Put the effects of pairs above the diagonal of a matrix."""
        square = np.zeros((self.size, self.size), np.float32)
        square[np.triu_indices(self.size)] = kernel
        return square

    @staticmethod
    def columns(filled: np.ndarray) -> np.ndarray:
        """Return the products of all pairs of bins."""
        flat = filled.reshape(len(filled), -1)
        first, second = np.triu_indices(flat.shape[1])
        return flat[:, first] * flat[:, second]

    def effects(self, flat: Any) -> Any:
        """Return the sums [batch, 2] of flat bins [batch, features * bins]."""
        sums = [ops.sum(ops.matmul(flat, self.kernel[..., mode]) * flat, axis=1) for mode in (0, 1)]
        return ops.stack(sums, axis=1)


def fit_ridge(columns: np.ndarray, target: np.ndarray, shrinkage: float) -> tuple[np.ndarray, float]:
    """Return the kernel [columns] and the bias of the ridge regression of a target [n] on columns [n, columns].

    Source: Hoerl and Kennard (1970), https://doi.org/10.1080/00401706.1970.10488634.
    """
    middle, mean = columns.mean(axis=0, dtype=np.float64), target.mean()
    centred = columns - middle.astype(np.float32)
    gram = (centred.T @ centred).astype(np.float64) + shrinkage * np.eye(columns.shape[1])
    kernel = np.linalg.solve(gram, centred.T.astype(np.float64) @ (target - mean))
    return kernel, float(mean - middle @ kernel)
