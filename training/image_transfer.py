"""Transfer learning: a small head on the features of a ResNet-50 that has learned ImageNet.

Sources: He, Zhang, Ren, Sun (2015), https://arxiv.org/abs/1512.03385; the weights come with Keras
(https://keras.io/api/applications/resnet/), trained on ImageNet (Russakovsky et al. 2015,
https://arxiv.org/abs/1409.0575).
"""

import keras
import numpy as np
from keras import layers

from models import image
from training.data import DataError
from training.image_batches import Split

# The pictures are enlarged to this side: at their own 32 pixels the backbone ends in a single one.
SIDE = 128
CHUNK = 100


def load_backbone() -> keras.Model:
    """Return ResNet-50 without its last layer: [batch, 128, 128, 3] to features float32 [batch, 2048].

    Raises:
        DataError: its weights are not on this machine and cannot be downloaded.
    """
    try:
        return keras.applications.ResNet50(
            include_top=False, weights="imagenet", pooling="avg", input_shape=(SIDE, SIDE, 3)
        )
    except Exception as error:  # get_file raises plain Exception for network faults
        raise DataError(
            f"The weights of ResNet-50 (95 MB) could not be downloaded through keras.applications ({error}). "
            "Connect to the internet and run again."
        ) from error


def encode(images: np.ndarray, backbone: keras.Model) -> np.ndarray:
    """Return the backbone's features float32 [n, features] of images uint8 [n, 32, 32, 3]."""
    side = backbone.input_shape[1]
    chunks = []
    for start in range(0, len(images), CHUNK):
        enlarged = keras.ops.image.resize(images[start : start + CHUNK].astype(np.float32), (side, side))
        prepared = keras.applications.resnet.preprocess_input(keras.ops.convert_to_numpy(enlarged))
        chunks.append(backbone.predict_on_batch(prepared))
    return np.concatenate(chunks)


def encode_all(data: Split, backbone: keras.Model) -> Split:
    """Return the three parts with features in the place of the images."""
    return data._replace(
        train_images=encode(data.train_images, backbone),
        validation_images=encode(data.validation_images, backbone),
        test_images=encode(data.test_images, backbone),
    )


def build_head(width: int) -> keras.Model:
    """Return the small network on top: features float32 [batch, width] to ten probabilities."""
    return keras.Sequential(
        [
            layers.Input((width,)),
            layers.Dropout(0.3, name="dropout"),
            layers.Dense(len(image.LABELS), activation="softmax", dtype="float32", name="probabilities"),
        ],
        name="transfer",
    )
