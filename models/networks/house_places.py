"""What ``tabm`` makes of where a house stands, and of its features before they are cut into bins."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from models.house import FEATURES

PACKAGE = "models.networks.house"
DERIVED = (
    "area_by_nearby",
    "area_by_lot",
    "area_by_above",
    "lot_by_nearby",
    "year_renewed",
    "north_east",
    "north_west",
    "bathrooms_by_bedrooms",
)
AT_ONCE = 1024  # training sales whose distances to all others are computed together

# The middle of the county, and the kilometres in a degree there.
MIDDLE = {"latitude": 47.56, "longitude": -122.2}
DEGREE = {"latitude": 111.2, "longitude": 75.1}


@keras.saving.register_keras_serializable(package=PACKAGE)
class Derived(layers.Layer):
    """Append what follows from the features: float32 [batch, 19] -> [batch, 27].

    Logs of the living area by the neighbours', by the lot and by what lies above the ground, and of the lot by the
    neighbours'; the year of the last building; kilometres to the north-east and north-west; bathrooms by bedrooms.
    """

    def call(self, features: Any) -> Any:
        column = {name: features[:, index] for index, name in enumerate(FEATURES)}
        north, east = kilometres(column)
        living_area = ops.log(column["living_area"])
        derived = [
            living_area - ops.log(column["living_area_nearby"]),
            living_area - ops.log(column["lot"]),
            living_area - ops.log(column["living_area_above"]),
            ops.log(column["lot"]) - ops.log(column["lot_nearby"]),
            ops.maximum(column["year_built"], column["year_renovated"]),
            north + east,
            north - east,
            column["bathrooms"] / ops.maximum(column["bedrooms"], 1.0),
        ]
        return ops.concatenate([features, ops.stack(derived, axis=1)], axis=1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (input_shape[0], input_shape[1] + len(DERIVED))


def kilometres(column: Any) -> tuple[Any, Any]:
    """Return how far north and how far east of the county's middle positions lie, from their columns by name."""
    north, east = ((column[name] - MIDDLE[name]) * DEGREE[name] for name in MIDDLE)
    return north, east


@keras.saving.register_keras_serializable(package=PACKAGE)
class Neighbourhood(layers.Layer):
    """Append how dear the training sales around a house were: [batch, features] -> [batch, features + 4].

    For each width in kilometres: the mean, weighted by nearness, of what the main effects left of the sales' log
    prices, drawn towards 0 where few sales are near; and the log of the number of near sales. ``adapt`` must be
    called first. A training house must not see its own sales: ``leave_out`` gives what it sees instead.

    Source: Nadaraya (1964), https://doi.org/10.1137/1109020, with weights of Gauss.
    """

    def __init__(self, sales: int, widths: Sequence[float], **kwargs: Any):
        super().__init__(**kwargs)
        self.sales = sales
        self.widths = tuple(widths)

    def build(self, input_shape: tuple) -> None:
        table = {"trainable": False, "dtype": "float32", "autocast": False}
        self.places = self.add_weight(name="places", shape=(2, self.sales), initializer="zeros", **table)
        self.values = self.add_weight(name="values", shape=(self.sales, 2), initializer="zeros", **table)

    def adapt(self, features: np.ndarray, left: np.ndarray) -> None:
        """Remember training sales: features [n, 19 or more], and what the main effects left of their log prices [n].

        Raises:
            ValueError: there are more sales than the layer has room for.
        """
        if len(features) > self.sales:
            raise ValueError(f"There must be at most {self.sales} sales. Received: {len(features)}")
        places, values = np.zeros((2, self.sales), np.float32), np.zeros((self.sales, 2), np.float32)
        places[:, : len(features)] = positions(features)
        values[: len(features)] = np.column_stack([left, np.ones(len(left))])
        self.places.assign(places)
        self.values.assign(values)

    def call(self, features: Any) -> Any:
        north, east = kilometres({name: features[:, FEATURES.index(name), None] for name in MIDDLE})
        distances = ops.square(north - self.places[0]) + ops.square(east - self.places[1])  # batch x sales
        seen = [self._levels(ops.matmul(ops.exp(distances / (-2 * width**2)), self.values)) for width in self.widths]
        return ops.concatenate([features, *seen], axis=1)

    def leave_out(self, features: np.ndarray, houses: np.ndarray) -> np.ndarray:
        """Return the layer's output [n, features + 4] for its own training sales, each without those of its house.

        Args:
            features: those of ``adapt``, in the same order.
            houses: the house of each sale, [n].
        """
        parts = [self._leave_out(features, houses, start) for start in range(0, len(features), AT_ONCE)]
        return np.concatenate([features, np.concatenate(parts)], axis=1).astype(np.float32)

    def _leave_out(self, features: np.ndarray, houses: np.ndarray, start: int) -> np.ndarray:
        places, values = (ops.convert_to_numpy(table) for table in (self.places, self.values))
        north, east = positions(features[start : start + AT_ONCE])[:, :, None]
        distances = (north - places[0]) ** 2 + (east - places[1]) ** 2
        is_own = houses[start : start + AT_ONCE, None] == houses[None, :]
        distances[:, : len(houses)][is_own] = np.inf
        sums = [np.exp(distances / np.float32(-2 * width**2)) @ values for width in self.widths]
        return np.concatenate([ops.convert_to_numpy(self._levels(each)) for each in sums], axis=1)

    def _levels(self, sums: Any) -> Any:
        """The mean and the log number from the weighted sums [batch, 2] of values and of ones."""
        return ops.stack([sums[:, 0] / (sums[:, 1] + 1), ops.log1p(sums[:, 1])], axis=1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (input_shape[0], input_shape[1] + 2 * len(self.widths))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"sales": self.sales, "widths": self.widths}


def positions(features: np.ndarray) -> np.ndarray:
    """Return kilometres north and east of the county's middle, float32 [2, n], of features [n, 19 or more]."""
    columns = {name: np.asarray(features[:, FEATURES.index(name)], np.float32) for name in MIDDLE}
    return np.stack(kilometres(columns)).astype(np.float32)
