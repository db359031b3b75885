"""A small but real model folder, written by the same code as the embedded ones. Imports Keras."""

from pathlib import Path

import keras
import numpy as np

from models import digit
from training import digit as digit_training
from training import digit_measures, run
from training.classification import evaluate
from training.digit_learning import Drawn
from training.splits import Split

HISTORY = "epoch,accuracy,loss,seconds,val_accuracy,val_loss\n0,0.5,2.0,1.0,0.4,2.1\n1,0.6,1.5,1.0,0.5,1.8\n"


def build_tiny_network():
    """One dense layer from 28x28 pixels to ten probabilities."""
    keras.utils.set_random_seed(7)
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(len(digit.LABELS), activation="softmax"),
        ]
    )


def tiny_material():
    """Ten random images in each part of MNIST, one of each digit, and nothing else."""
    images = np.random.default_rng(7).integers(0, 256, (10, 28, 28, 1)).astype(np.float32)
    labels = np.arange(10, dtype=np.int32)
    mnist = Split(images, labels, images, labels, images, labels)
    return digit_measures.Material(mnist, Drawn([], [], []), np.uint8(images[..., 0]))


def write_tiny_folder(root: Path, network="mlp") -> Path:
    """Write ``digit-<network>`` below ``root`` as a training run would, and return it."""
    model, material = build_tiny_network(), tiny_material()
    training = {"seconds": 2.0, "seed": 7, "precision": "float32", "machine": "a test", "date": "2026-11-21"}
    metrics = digit_training.build_metrics(network, material, digit_training.SETTINGS[network], training)
    probabilities = model.predict(material.mnist.test_images, verbose=0)
    metrics |= evaluate(probabilities, material.mnist.test_labels, digit.LABELS)
    metrics["baseline"] = {"name": "RBF-SVM", "short": "SVM", "value": 0.9}
    history = root / "history.csv"
    history.write_text(HISTORY)
    texts = {"labels.txt": "\n".join(digit.LABELS) + "\n"}
    return run.write_folder(
        run.Product({"model": (model, (digit_training.known_input(),))}, metrics, history, texts), root
    )
