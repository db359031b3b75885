"""Random changes of training pictures, as Keras layers that every backend runs."""

from typing import Any

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="training.augment")
class Distort(keras.layers.Layer):
    """Turn, scale, shear, shift and change the stroke of each digit at random, in training only.

    Turned up to 15 degrees, scaled 0.85 to 1.15, sheared up to 0.2, shifted up to 2 pixels; the stroke is
    thickened or thinned by up to one pixel in two of five digits. One digit in ten is left as it is.
    The steps are those of Simard, Steinkraus, Platt (2003), https://doi.org/10.1109/ICDAR.2003.1227801,
    without elastic deformation.
    """

    def __init__(self, seed: int = 1, **kwargs: Any):
        super().__init__(dtype="float32", **kwargs)
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, images: Any, training: bool = False) -> Any:
        """Images float32 [batch, 28, 28, 1] in 0..255; the same shape and range comes out."""
        if not training:
            return images
        count = ops.shape(images)[0]
        moved = ops.image.affine_transform(images, self._transforms(count, images.shape[1]), interpolation="bilinear")
        changed = self._change_stroke(moved, count)
        keep = self._uniform(count, 0, 1) < 0.1
        return ops.where(ops.reshape(keep, (-1, 1, 1, 1)), images, changed)

    def _uniform(self, count: Any, low: float, high: float) -> Any:
        return keras.random.uniform((count,), low, high, seed=self.seeds)

    def _transforms(self, count: Any, side: int) -> Any:
        """Rows of the eight numbers that map a result's pixel to the pixel it is taken from."""
        angle = self._uniform(count, -np.pi / 12, np.pi / 12)
        scale_x, scale_y = self._uniform(count, 0.85, 1.15), self._uniform(count, 0.85, 1.15)
        shear = self._uniform(count, -0.2, 0.2)
        cos, sin = ops.cos(angle), ops.sin(angle)
        a, b = cos / scale_x, (shear * cos - sin) / scale_x
        c, d = sin / scale_y, (shear * sin + cos) / scale_y
        middle = (side - 1) / 2
        x = middle - (a + b) * middle + self._uniform(count, -2, 2)
        y = middle - (c + d) * middle + self._uniform(count, -2, 2)
        none = ops.zeros_like(a)
        return ops.stack([a, b, x, c, d, y, none, none], axis=1)

    def _change_stroke(self, images: Any, count: Any) -> Any:
        """Mix each digit with its dilation or its erosion (3x3)."""
        thick = ops.max_pool(images, 3, strides=1, padding="same")
        thin = -ops.max_pool(-images, 3, strides=1, padding="same")
        amount = ops.reshape(self._uniform(count, -1, 1), (-1, 1, 1, 1))
        towards_thick = ops.maximum(amount - 0.6, 0) * 2.5
        towards_thin = ops.maximum(-amount - 0.6, 0) * 1.75
        return images + towards_thick * (thick - images) + towards_thin * (thin - images)
