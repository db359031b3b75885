"""A small network of somebody's own, and its folder. Imports Keras."""

import keras
from keras import layers

CLOTHES = ("T-shirt", "Trouser", "Bag")


def save(folder, model, labels=CLOTHES):
    """Write a folder that can be added to a tab, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / "model.keras")
    (folder / "labels.txt").write_text("\n".join(labels) + "\n", encoding="utf-8")
    return folder


def classifier(shape=(28, 28, 1), classes=3, last="softmax", middle=()):
    """A network of one dense layer, from pictures to probabilities."""
    keras.utils.set_random_seed(3)
    stack = [keras.Input(shape), layers.Rescaling(1 / 255), *middle, layers.Flatten()]
    return keras.Sequential([*stack, layers.Dense(classes, activation=last)])
