"""A data set of pictures in its three parts."""

from typing import NamedTuple

import numpy as np


class Split(NamedTuple):
    """Images [n, height, width, channels] on the scale 0..255 and labels int [n] of the three parts."""

    train_images: np.ndarray
    train_labels: np.ndarray
    validation_images: np.ndarray
    validation_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def with_validation_of(data: Split, size: int) -> Split:
    """Return the same images with only the last ``size`` for validation; the others are learned from."""
    count = max(0, len(data.validation_images) - size)
    return data._replace(
        train_images=np.concatenate([data.train_images, data.validation_images[:count]]),
        train_labels=np.concatenate([data.train_labels, data.validation_labels[:count]]),
        validation_images=data.validation_images[count:],
        validation_labels=data.validation_labels[count:],
    )
