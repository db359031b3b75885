"""The judge of made digits: a classifier that is not among the shipped ones, and distances in its features.

It is trained on the same 55,000 MNIST digits with an architecture and a seed of its own, and kept in
.checkpoints/gan-judge. Every figure that rests on it is stated with its accuracy and the hash of its weights.
"""

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from training import run
from training.augment import Distort
from training.splits import Split

CLASSES = 10
FEATURES = 128
SEED = 20_261
EPOCHS = 6
BATCH_SIZE = 100
LEARNING_RATE = 3e-3
CACHE = "gan-judge"


class Judge(NamedTuple):
    """A trained judge.

    model: images float32 [batch, 28, 28, 1], 0..255 -> features [batch, 128] and probabilities [batch, 10].
    accuracy: on the 10,000 test digits, as a fraction.
    sha256: of its weights.
    """

    model: keras.Model
    accuracy: float
    sha256: str


class Seen(NamedTuple):
    """What the judge sees: features float64 [n, 128], the layer before its answer, and digits int [n]."""

    features: np.ndarray
    digits: np.ndarray


def build_judge() -> keras.Model:
    """Return three unpadded convolutions, 5x5, 5x5 and 3x3, with batch normalisation, and 128 features.

    Unpadded 5x5 convolutions on MNIST follow An, Lee, Park, Yang, So (2020), https://arxiv.org/abs/2008.10400.
    """
    images = layers.Input((28, 28, 1), name="image")
    x = layers.Rescaling(1 / 255, name="rescale")(images)
    for name, width, size in (("a", 24, 5), ("b", 64, 5), ("c", 96, 3)):  # 24x24, 8x8, 6x6
        x = layers.Conv2D(width, size, use_bias=False, name=f"conv_{name}")(x)
        x = layers.ReLU(name=f"relu_{name}")(layers.BatchNormalization(momentum=0.9, name=f"normalise_{name}")(x))
        x = layers.MaxPooling2D(2, name="pool_a")(x) if name == "a" else x
    x = layers.Flatten(name="flatten")(layers.MaxPooling2D(2, name="pool_c")(x))  # 3x3x96
    x = layers.BatchNormalization(momentum=0.9, name="normalise_features")(layers.Dense(FEATURES, name="dense")(x))
    features = layers.ReLU(name="features")(x)
    probabilities = layers.Dense(CLASSES, activation="softmax", name="probabilities")(features)
    return keras.Model(images, [features, probabilities], name="judge")


def load_judge(data: Split, checkpoints: Path = run.CHECKPOINTS, epochs: int = EPOCHS) -> Judge:
    """Return the judge that an earlier run trained on these digits, or train it now."""
    folder = checkpoints / CACHE
    facts = folder / "judge.json"
    if facts.is_file():
        stated = json.loads(facts.read_text())
        model = keras.models.load_model(folder / "judge.keras", compile=False)
        if stated["sha256"] == hash_of(model):
            return Judge(model, stated["accuracy"], stated["sha256"])
    print("Training the judge ...", flush=True)
    model = train_judge(data, epochs)
    accuracy = float((look(model, data.test_images[..., 0]).digits == data.test_labels).mean())
    judge = Judge(model, accuracy, hash_of(model))
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / "judge.keras")
    facts.write_text(json.dumps({"accuracy": accuracy, "sha256": judge.sha256}))
    print(f"The judge reads {accuracy:.4f} of the test digits.", flush=True)
    return judge


def train_judge(data: Split, epochs: int) -> keras.Model:
    """Train a judge on slightly distorted training digits, its rate falling along a cosine."""
    keras.utils.set_random_seed(SEED)
    model = build_judge()
    trainee = keras.Sequential([keras.Input((28, 28, 1)), Distort(SEED), keras.Model(model.input, model.output[1])])
    steps = epochs * -(-len(data.train_images) // BATCH_SIZE)
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps, alpha=0.002)
    trainee.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    trainee.fit(
        data.train_images,
        data.train_labels,
        batch_size=BATCH_SIZE,
        epochs=epochs,
        validation_data=(data.validation_images, data.validation_labels),
        verbose=1 if run.is_terminal() else 2,
    )
    return model


def hash_of(model: keras.Model) -> str:
    """Return the SHA-256 of a model's weights, in hexadecimal."""
    digest = hashlib.sha256()
    for weights in model.get_weights():
        digest.update(np.ascontiguousarray(weights, "<f4").tobytes())
    return digest.hexdigest()


def look(model: keras.Model, pixels: np.ndarray) -> Seen:
    """Return what a judge sees in pictures [n, 28, 28] of 0..255, white ink on black."""
    images = pixels.astype(np.float32)[..., np.newaxis]
    features, probabilities = model.predict(images, batch_size=500, verbose=0)
    return Seen(features.astype(np.float64), probabilities.argmax(axis=1))


def frechet_distance(made: np.ndarray, real: np.ndarray) -> float:
    """Return the Fréchet distance between two normal distributions fitted to features [n, size].

    |mean - mean'|^2 + trace(S + S' - 2 (S S')^(1/2)), in float64; 0 for equal features.

    Source: Dowson, Landau (1982), https://doi.org/10.1016/0047-259X(82)90077-X; for generators Heusel et al.
    (2017), https://arxiv.org/abs/1706.08500.
    """
    difference = made.mean(axis=0) - real.mean(axis=0)
    spread, spread_real = np.cov(made, rowvar=False), np.cov(real, rowvar=False)
    root = _square_root(spread)
    # trace((S S')^(1/2)) is the sum of the roots of the eigenvalues of S^(1/2) S' S^(1/2), which is symmetric.
    common = np.sqrt(np.clip(np.linalg.eigvalsh(root @ spread_real @ root), 0, None)).sum()
    return float(difference @ difference + np.trace(spread) + np.trace(spread_real) - 2 * common)


def _square_root(matrix: np.ndarray) -> np.ndarray:
    """The square root of a symmetric matrix without negative eigenvalues."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T


def diversity(made: Seen, real_features: np.ndarray, real_labels: np.ndarray) -> dict[str, float]:
    """Return, for each digit that was made, the variance of its features divided by that of real ones.

    1 is as varied as real digits; towards 0 the generator repeats itself.
    """
    ratios = {}
    for digit in range(CLASSES):
        ours, theirs = made.features[made.digits == digit], real_features[real_labels == digit]
        if len(ours) > 1 and len(theirs) > 1:
            ratios[str(digit)] = variance_ratio(ours, theirs)
    return ratios


def variance_ratio(made: np.ndarray, real: np.ndarray) -> float:
    """Return the variance of rows [n, ...] divided by that of real ones, each summed over what a row holds."""
    return float(made.var(axis=0).sum() / real.var(axis=0).sum())
