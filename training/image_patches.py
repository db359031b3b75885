"""The classical baseline: a linear model on features of random patches, without any network.

Source: Coates and Ng (2011), "The Importance of Encoding Versus Training with Sparse Coding and Vector
Quantization", ICML: the dictionary is made of whitened patches drawn at random from the training images,
features are soft-thresholded products with it, averaged over the four quarters of the image.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from keras import ops
from scipy.linalg import cho_factor, cho_solve

from models import image
from training.image_batches import Split
from training.run import _

PATCH = 6
STRIDE = 2
DICTIONARY = 400
THRESHOLD = 0.25
SAMPLES = 100_000
SEED = 0
# Added to the variance within a patch (pixels 0..255) and to the variances of normalised patches.
CONTRAST_FLOOR = 10.0
WHITENING_FLOOR = 0.1
# Strengths of the ridge that the validation images choose from, relative to the mean variance of a feature.
RIDGES = (0.001, 0.01, 0.1, 1.0)
CHUNK = 500


class Encoder(NamedTuple):
    """What turns patches into features: the dictionary as a kernel [6, 6, 3, k] and what is subtracted [k]."""

    kernel: np.ndarray
    offset: np.ndarray


def build_encoder(images: np.ndarray, size: int, samples: int) -> Encoder:
    """Whiten random patches of images uint8 [n, 32, 32, 3] and keep ``size`` of them as the dictionary."""
    patches = normalise(draw_patches(images, samples))
    mean = patches.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov(patches, rowvar=False))
    whitening = directions / np.sqrt(variances + WHITENING_FLOOR) @ directions.T
    atoms = (patches[:size] - mean) @ whitening
    atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
    weights = (atoms @ whitening).T.astype(np.float32)  # [108, k]
    # A patch has its own mean subtracted first; the kernel does the same when its own mean is 0.
    centred = weights - weights.mean(axis=0)
    return Encoder(centred.reshape(PATCH, PATCH, 3, size), mean @ weights)


def draw_patches(images: np.ndarray, count: int) -> np.ndarray:
    """Return float32 [count, 108]: patches of 6x6 pixels from random places of random images."""
    random = np.random.default_rng(SEED)
    numbers = random.integers(len(images), size=count)
    corners = random.integers(image.SIDE - PATCH + 1, size=(count, 2))
    places = zip(numbers, corners, strict=True)
    parts = [images[number, top : top + PATCH, left : left + PATCH].ravel() for number, (top, left) in places]
    return np.stack(parts).astype(np.float32)


def normalise(patches: np.ndarray) -> np.ndarray:
    """Give each patch (a row, pixels 0..255) the mean 0 and, nearly, the standard deviation 1."""
    centred = patches - patches.mean(axis=1, keepdims=True)
    return centred / np.sqrt(centred.var(axis=1, keepdims=True) + CONTRAST_FLOOR)


def encode(images: np.ndarray, encoder: Encoder) -> np.ndarray:
    """Return the features float32 [n, 8 * k + 1] of images uint8 [n, 32, 32, 3], the last one always 1.

    One convolution is the product of the dictionary with every second patch; the patches' own means and deviations
    are found by averaging. All that is positive and all that is negative is pooled in four quarters.
    """
    pixels = ops.convert_to_tensor(images, "float32")
    grey = ops.stack([ops.mean(pixels, axis=3), ops.mean(pixels**2, axis=3)], axis=3)
    moments = ops.average_pool(grey, PATCH, STRIDE, "valid")  # [n, 14, 14, 2]
    variance = ops.maximum(moments[..., 1:] - moments[..., :1] ** 2, 0)
    products = ops.conv(pixels, encoder.kernel, STRIDE) / ops.sqrt(variance + CONTRAST_FLOOR) - encoder.offset
    strengths = [ops.relu(products - THRESHOLD), ops.relu(-products - THRESHOLD)]
    pooled = [ops.average_pool(strength, 7) for strength in strengths]  # [n, 2, 2, k]
    features = np.concatenate([ops.convert_to_numpy(part).reshape(len(images), -1) for part in pooled], axis=1)
    return np.concatenate([features, np.ones((len(images), 1), np.float32)], axis=1)


def fit(images: np.ndarray, labels: np.ndarray, encoder: Encoder) -> dict[float, np.ndarray]:
    """Return, for each ridge, the weights [features, 10] of a linear model of the labels."""
    width = 8 * encoder.kernel.shape[-1] + 1
    products, targets = np.zeros((width, width), np.float32), np.zeros((width, len(image.LABELS)), np.float32)
    for start in range(0, len(images), CHUNK):
        features = encode(images[start : start + CHUNK], encoder)
        products += features.T @ features
        targets += features.T @ (2 * np.eye(len(image.LABELS), dtype=np.float32)[labels[start : start + CHUNK]] - 1)
    scale = float(np.trace(products)) / width
    weights = {}
    for ridge in RIDGES:
        penalty = np.full(width, ridge * scale)
        weights[ridge] = cho_solve(cho_factor(products.astype(np.float64) + np.diag(penalty)), targets)
    return weights


def scores(images: np.ndarray, labels: np.ndarray, encoder: Encoder, weights: dict[float, np.ndarray]) -> dict:
    """Return the accuracy of the linear model for each ridge."""
    correct = dict.fromkeys(weights, 0)
    for start in range(0, len(images), CHUNK):
        features = encode(images[start : start + CHUNK], encoder)
        for ridge, matrix in weights.items():
            correct[ridge] += int(((features @ matrix).argmax(axis=1) == labels[start : start + CHUNK]).sum())
    return {ridge: count / len(images) for ridge, count in correct.items()}


def measure(data: Split, cache: Path) -> dict[str, Any]:
    """Train the baseline, choose its ridge on the validation images, test it; or read what an earlier run found."""
    if cache.is_file():
        return json.loads(cache.read_text())
    print(f"Training the baseline (linear model on {DICTIONARY} random patches) ...", flush=True)
    encoder = build_encoder(data.train_images, DICTIONARY, SAMPLES)
    weights = fit(data.train_images, data.train_labels, encoder)
    chances = scores(data.validation_images, data.validation_labels, encoder, weights)
    best = max(chances, key=chances.get)
    accuracy = scores(data.test_images, data.test_labels, encoder, {best: weights[best]})[best]
    result = {
        "name": f"linear model on {DICTIONARY} random patches (Coates and Ng 2011)",
        "short": _("random patches"),
        "value": accuracy,
        "ridge": best,
        "validation": chances[best],
    }
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps(result))
    return result
