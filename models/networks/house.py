"""The networks that estimate the price of a house in King County.

Every builder returns an uncompiled ``keras.Model``, to be given the training data by ``adapt`` first:
    input   float32 [batch, 19], the features of ``models.house.FEATURES`` in their own units
    output  float32 [batch, 1 or 5], log of the price in dollars; in ``tabm`` also the ends of intervals, in the
            order of ``models.house.OUTPUTS``
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import initializers, layers, ops

from models.house import FEATURES, OUTPUTS
from models.networks.house_effects import Bins, MainEffects, PairEffects, fit_ridge
from models.networks.house_places import DERIVED, Derived, Neighbourhood, positions

PACKAGE = "models.networks.house"
MEMBERS = 16
MOST_SALES = 16_384
KILOMETRES = (0.4, 1.6)
BINS = 32
EMBEDDING = 8
WIDTH = 128
BLOCKS = 2
DROPOUT = 0.1
SHRINKAGE = 10.0

PAIR_BINS = 4
PAIR_SHRINKAGE = 50.0
PLACED = (*FEATURES, *DERIVED, "near_level", "near_sales", "far_level", "far_sales")
PAIRED = (
    *("living_area", "lot", "grade", "condition", "view", "latitude", "longitude", "living_area_nearby", "day"),
    *("area_by_above", "year_renewed", "north_east", "north_west", "near_level", "far_sales"),
)


class Sales(NamedTuple):
    """Training sales: features float32 [n, 19] with all details and as the form knows them, log prices, houses [n]."""

    details: np.ndarray
    form: np.ndarray
    log_prices: np.ndarray
    houses: np.ndarray


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
    """What features add by themselves and in pairs, fitted at once, and sixteen networks in one for the rest; ours.

    To the features are added ratios of them (``Derived``) and how dear the sales around were (``Neighbourhood``).
    All are cut into bins. In these, the main effects and those of pairs are linear, fitted by ridge regression, and
    so are the embeddings of the ensemble, which learns what the effects leave. Each member scales the embedded
    features in its own way, runs through the same two layers and has a head of its own; the answer is the mean.

    Sources: TabM-mini, Gorishniy, Kotelnikov, Babenko (2024), https://arxiv.org/abs/2410.24210; piecewise-linear
    embeddings, Gorishniy, Rubachev, Babenko (2022), https://arxiv.org/abs/2203.05556; additive models, Hastie and
    Tibshirani (1986), https://doi.org/10.1214/ss/1177013604, and with pairs Lou et al. (2013),
    https://doi.org/10.1145/2487575.2487579; looking at similar training rows, TabR, Gorishniy et
    al. (2023), https://arxiv.org/abs/2307.14338. New here are the join of these, and the heads for the ends of the
    80 and 95 % intervals, learned as quantiles (Koenker and Bassett, 1978, https://doi.org/10.2307/1913643).
    """
    features = keras.Input((len(FEATURES),), name="features")
    derived = Derived(name="derived")(features)  # 19 + 8
    placed = Neighbourhood(MOST_SALES, KILOMETRES, name="neighbourhood")(derived)  # 27 + 4
    filled = Bins(BINS, name="bins")(placed)  # 31 x 32
    hidden = layers.Flatten(name="flatten")(Embeddings(EMBEDDING, name="embed")(filled))  # 31 * 8
    hidden = MemberScale(MEMBERS, name="members")(hidden)  # 16 members x 248
    for block in range(1, BLOCKS + 1):
        hidden = layers.Dense(WIDTH, activation="relu", name=f"hidden_{block}")(hidden)  # 16 x 128
        hidden = layers.Dropout(DROPOUT, name=f"dropout_{block}")(hidden)
    heads = MemberHeads(len(OUTPUTS), dtype="float32", name="heads")(hidden)  # 16 x 5
    rest = layers.Normalization(axis=None, invert=True, dtype="float32", name="rest")(heads)
    main = MainEffects(dtype="float32", name="main_effects")([filled, placed])  # 1 x 1
    coarse = Bins(PAIR_BINS, [PLACED.index(name) for name in PAIRED], name="coarse_bins")(placed)  # 15 x 4
    pairs = PairEffects(dtype="float32", name="pair_effects")([coarse, placed])  # 1 x 1
    prices = layers.Add(dtype="float32", name="log_prices")([rest, main, pairs])  # 16 x 5
    mean = layers.GlobalAveragePooling1D(dtype="float32", name="mean_of_members")(prices)  # 5
    return keras.Model(features, mean, name="tabm")


@keras.saving.register_keras_serializable(package=PACKAGE)
class Embeddings(layers.Layer):
    """Embed each feature by a function of its own, linear in its bins: [batch, features, bins] -> [..., size]."""

    def __init__(self, size: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.size = size

    def build(self, input_shape: tuple) -> None:
        count, bins = input_shape[-2:]
        scale = initializers.RandomUniform(-(bins**-0.5), bins**-0.5)
        self.kernel = self.add_weight(name="kernel", shape=(count, bins, self.size), initializer=scale)
        self.bias = self.add_weight(name="bias", shape=(count, self.size), initializer="zeros")

    def call(self, filled: Any) -> Any:
        embedded = ops.matmul(ops.transpose(filled, (1, 0, 2)), self.kernel)  # features x batch x size
        return ops.relu(ops.transpose(embedded, (1, 0, 2)) + self.bias)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], self.size)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"size": self.size}


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


def adapt(model: keras.Model, sales: Sales) -> tuple[np.ndarray, np.ndarray]:
    """Tell a network the distribution of the training data, and return what it is taught.

    In ``dense`` the distribution is means and deviations. In ``tabm`` it is the sales themselves with what the
    main effects of 27 features leave, the quantiles between which the bins lie, and the main effects.

    Returns:
        what the network, or for ``tabm`` its part from ``bins`` on, is given of every sale: with details, then
        from the form [2n, 19 or 31]; and the log prices [2n, 1].
    """
    log_prices = np.tile(sales.log_prices, 2).reshape(-1, 1)
    features = np.concatenate([sales.details, sales.form])
    if model.name != "tabm":
        model.get_layer("standardise").adapt(features)
        model.get_layer("log_price").adapt(log_prices)
        return features, log_prices
    placed = place(model, sales)
    left = [sales.log_prices] * 2
    for bins, effects, shrinkage in (
        ("bins", "main_effects", SHRINKAGE),
        ("coarse_bins", "pair_effects", PAIR_SHRINKAGE),
    ):
        model.get_layer(bins).adapt(np.concatenate(placed))
        left = _adapt_effects(model.get_layer(bins), model.get_layer(effects), placed, left, shrinkage)
    model.get_layer("rest").adapt(np.concatenate(left).reshape(-1, 1, 1))
    return np.concatenate(placed), log_prices


def _adapt_effects(
    bins: Bins, effects: MainEffects, placed: Sequence[np.ndarray], targets: list[np.ndarray], shrinkage: float
) -> list[np.ndarray]:
    """Fit effects to the targets, in detail and from the form; return what they leave of these."""
    fits, left = [], []
    for features, target in zip(placed, targets, strict=True):
        columns = effects.columns(ops.convert_to_numpy(bins(features)))
        kernel, bias = fit_ridge(columns, target, shrinkage)
        fits.append((kernel, bias))
        left.append(target - columns @ kernel - bias)
    effects.adapt(fits[::-1])
    return left


def place(model: keras.Model, sales: Sales) -> tuple[np.ndarray, np.ndarray]:
    """Let ``tabm`` remember the sales; return what its bins are to be given of them, in detail and from the form.

    The level of prices around is what the main effects of the 27 features before leave. A house of the form stands
    in the middle of its zip code, where its own sale is one of many, and sees all.
    """
    derived = [ops.convert_to_numpy(model.get_layer("derived")(each)) for each in (sales.details, sales.form)]
    bins = Bins(BINS)
    bins.build(derived[0].shape)
    bins.adapt(derived[0])
    columns = MainEffects.columns(ops.convert_to_numpy(bins(derived[0])))
    kernel, bias = fit_ridge(columns, sales.log_prices, SHRINKAGE)
    neighbourhood = model.get_layer("neighbourhood")
    neighbourhood.adapt(derived[0], sales.log_prices - columns @ kernel - bias)
    _places, first, back = np.unique(positions(derived[1]), axis=1, return_index=True, return_inverse=True)
    levels = ops.convert_to_numpy(neighbourhood(derived[1][first]))[:, derived[1].shape[1] :]
    return neighbourhood.leave_out(derived[0], sales.houses), np.concatenate([derived[1], levels[back]], axis=1)


NETWORKS = {"dense": build_dense, "tabm": build_tabm}
