"""The networks that estimate the price of a house in King County.

Every builder returns an uncompiled ``keras.Model``, to be given the training data by ``adapt`` first:
    input   float32 [batch, 19], the features of ``models.house.FEATURES`` in their own units
    output  float32 [batch, 1 or 5], log of the price in dollars; in ``tabm`` also the ends of intervals, in the
            order of ``models.house.OUTPUTS``
"""

from typing import Any

import keras
import numpy as np
from keras import initializers, layers, ops

from models.house import FEATURES, OUTPUTS

PACKAGE = "models.networks.house"
MEMBERS = 16
WAVES = 16
WAVE_KILOMETRES = 6.0
BINS = 32
EMBEDDING = 8
WIDTH = 192
BLOCKS = 2
DROPOUT = 0.1

# The middle of the county, and the kilometres in a degree there.
MIDDLE = {"latitude": 47.56, "longitude": -122.2}
DEGREE = {"latitude": 111.2, "longitude": 75.1}


def build_dense() -> keras.Model:
    """Two hidden layers on standardised features, 64-32-1 with ReLU: the tutorials' regression network.

    The last layer gives a standardised log price, which is scaled back to log dollars.
    """
    return keras.Sequential(
        [
            layers.Input((len(FEATURES),)),
            layers.Normalization(name="standardise"),
            layers.Dense(64, activation="relu", name="hidden_1"),
            layers.Dense(32, activation="relu", name="hidden_2"),
            layers.Dense(1, dtype="float32", name="standardised_price"),
            layers.Normalization(axis=None, invert=True, dtype="float32", name="log_price"),
        ],
        name="dense",
    )


def build_tabm() -> keras.Model:
    """Sixteen networks that share nearly all weights, on piecewise-linear embeddings of the features; ours.

    Waves over the county are added to the features, so that neighbourhoods can be told apart. Each member scales
    the embedded features in its own way, runs through the same two layers and has a head of its own; the answer
    is the members' mean. Sources: TabM-mini, Gorishniy, Kotelnikov, Babenko (2024), https://arxiv.org/abs/2410.24210;
    piecewise-linear embeddings, Gorishniy, Rubachev, Babenko (2022), https://arxiv.org/abs/2203.05556; random waves,
    Rahimi and Recht (2007), and for positions Tancik et al. (2020), https://arxiv.org/abs/2006.10739. New here are
    the heads for the ends of the 80 and 95 % intervals, learned as quantiles (Koenker and Bassett, 1978,
    https://doi.org/10.2307/1913643).
    """
    features = keras.Input((len(FEATURES),), name="features")
    placed = PositionWaves(WAVES, WAVE_KILOMETRES, name="waves")(features)  # 19 + 32
    embedded = PiecewiseLinear(BINS, EMBEDDING, name="embed")(placed)  # 51 x 8
    hidden = layers.Flatten(name="flatten")(embedded)
    hidden = MemberScale(MEMBERS, name="members")(hidden)  # 16 members x 408
    for block in range(1, BLOCKS + 1):
        hidden = layers.Dense(WIDTH, activation="relu", name=f"hidden_{block}")(hidden)  # 16 x 192
        hidden = layers.Dropout(DROPOUT, name=f"dropout_{block}")(hidden)
    heads = MemberHeads(len(OUTPUTS), dtype="float32", name="heads")(hidden)  # 16 x 5
    prices = layers.Normalization(axis=None, invert=True, dtype="float32", name="log_prices")(heads)
    mean = layers.GlobalAveragePooling1D(dtype="float32", name="mean_of_members")(prices)  # 5
    return keras.Model(features, mean, name="tabm")


@keras.saving.register_keras_serializable(package=PACKAGE)
class PositionWaves(layers.Layer):
    """Append sines and cosines of the position to the features: [batch, 19] -> [batch, 19 + 2 * waves].

    Each wave has a random direction and length, drawn once; ``kilometres`` is the way over which a typical one
    turns by one radian.
    """

    def __init__(self, waves: int, kilometres: float, **kwargs: Any):
        super().__init__(**kwargs)
        self.waves = waves
        self.kilometres = kilometres

    def build(self, input_shape: tuple) -> None:
        scale = initializers.RandomNormal(stddev=1 / self.kilometres)
        self.turns = self.add_weight(name="turns", shape=(2, self.waves), initializer=scale, trainable=False)

    def call(self, features: Any) -> Any:
        position = [(features[:, FEATURES.index(name)] - MIDDLE[name]) * DEGREE[name] for name in MIDDLE]
        phases = ops.matmul(ops.stack(position, axis=1), self.turns)  # kilometres from the middle -> radians
        return ops.concatenate([features, ops.sin(phases), ops.cos(phases)], axis=1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (input_shape[0], input_shape[1] + 2 * self.waves)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"waves": self.waves, "kilometres": self.kilometres}


@keras.saving.register_keras_serializable(package=PACKAGE)
class PiecewiseLinear(layers.Layer):
    """Embed each feature by a function of its own that is linear between quantiles of the training data.

    float32 [batch, features] -> [batch, features, size]. ``adapt`` must be called first. Beyond the training
    data the function stays as it is at the end.
    """

    def __init__(self, bins: int, size: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.bins = bins
        self.size = size

    def build(self, input_shape: tuple) -> None:
        count = input_shape[-1]
        edges = {"shape": (count, self.bins), "trainable": False, "dtype": "float32", "autocast": False}
        self.left = self.add_weight(name="left", initializer="zeros", **edges)
        self.width = self.add_weight(name="width", initializer="ones", **edges)
        scale = initializers.RandomUniform(-(self.bins**-0.5), self.bins**-0.5)
        self.kernel = self.add_weight(name="kernel", shape=(count, self.bins, self.size), initializer=scale)
        self.bias = self.add_weight(name="bias", shape=(count, self.size), initializer="zeros")

    def adapt(self, features: np.ndarray) -> None:
        """Put the edges of the bins at the quantiles of the training data [n, features], each once."""
        left = np.full((features.shape[1], self.bins), np.finfo(np.float32).max / 4, np.float32)
        width = np.ones_like(left)
        for index, column in enumerate(np.asarray(features, np.float64).T):
            edges = np.unique(np.quantile(column, np.linspace(0, 1, self.bins + 1)))
            left[index, : len(edges) - 1] = edges[:-1]
            width[index, : len(edges) - 1] = np.diff(edges)
        self.left.assign(left)
        self.width.assign(width)

    def call(self, features: Any) -> Any:
        """Features float32 [batch, features]; how far each reaches into each bin is 0..1 [batch, features, bins]."""
        filled = ops.clip((ops.cast(features, "float32")[..., None] - self.left) / self.width, 0.0, 1.0)
        filled = ops.transpose(ops.cast(filled, self.compute_dtype), (1, 0, 2))  # features x batch x bins
        embedded = ops.matmul(filled, self.kernel)  # features x batch x size
        return ops.relu(ops.transpose(embedded, (1, 0, 2)) + self.bias)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape, self.size)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"bins": self.bins, "size": self.size}


@keras.saving.register_keras_serializable(package=PACKAGE)
class MemberScale(layers.Layer):
    """Give each member its own scaling of the features: [batch, size] -> [batch, members, size].

    The scales begin as random signs, so that the members differ from the start.
    """

    def __init__(self, members: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.members = members

    def build(self, input_shape: tuple) -> None:
        self.scale = self.add_weight(name="scale", shape=(self.members, input_shape[-1]), initializer=RandomSigns())

    def call(self, features: Any) -> Any:
        return features[:, None, :] * self.scale

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (input_shape[0], self.members, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"members": self.members}


@keras.saving.register_keras_serializable(package=PACKAGE)
class MemberHeads(layers.Layer):
    """A linear layer for each member: [batch, members, size] -> [batch, members, outputs]."""

    def __init__(self, outputs: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.outputs = outputs

    def build(self, input_shape: tuple) -> None:
        members, size = input_shape[-2:]
        scale = initializers.RandomUniform(-(size**-0.5), size**-0.5)
        self.kernel = self.add_weight(name="kernel", shape=(members, size, self.outputs), initializer=scale)
        self.bias = self.add_weight(name="bias", shape=(members, self.outputs), initializer="zeros")

    def call(self, hidden: Any) -> Any:
        return ops.einsum("bms,mso->bmo", hidden, self.kernel) + self.bias

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], self.outputs)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"outputs": self.outputs}


@keras.saving.register_keras_serializable(package=PACKAGE)
class RandomSigns(initializers.Initializer):
    """Ones and minus ones, equally often."""

    def __call__(self, shape: tuple, dtype: Any = None) -> Any:
        """Return an array of this shape of 1 and -1."""
        return ops.sign(keras.random.uniform(shape, -1.0, 1.0, dtype=dtype))


def adapt(model: keras.Model, features: np.ndarray, log_prices: np.ndarray) -> None:
    """Tell a network the distribution of the training data: features [n, 19] and log prices [n].

    In ``dense`` these are means and deviations, in ``tabm`` also the quantiles between which embeddings are linear.
    """
    if model.name == "tabm":
        model.get_layer("embed").adapt(ops.convert_to_numpy(model.get_layer("waves")(features)))
        scaler = model.get_layer("log_prices")
    else:
        model.get_layer("standardise").adapt(features)
        scaler = model.get_layer("log_price")
    scaler.adapt(log_prices.reshape(-1, *[1] * (len(scaler.output.shape) - 1)))


NETWORKS = {"dense": build_dense, "tabm": build_tabm}
