"""What made digits teach: the recogniser's architecture learns from them alone, then reads real ones.

Beside it the same architecture learns in the same way from the real training digits. Results are kept in
.checkpoints/gan-students, by what was learned from.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from models.networks.digit import NETWORKS
from training import run
from training.judge import hash_of
from training.splits import Split

ARCHITECTURE = "convnet"
STUDENT_SEED = 9  # of the made digits, of the weights and of the order
EPOCHS = 2
BATCH_SIZE = 128
LEARNING_RATE = 2e-3
CACHE = "gan-students"

# Pictures [n, 28, 28] of 0..255 and their digits int [n].
Lesson = tuple[np.ndarray, np.ndarray]


def measure_students(
    make_lesson: Callable[[], Lesson], origin: tuple[str, int], data: Split, checkpoints: Path
) -> dict[str, Any]:
    """Return what each student learned: its lesson's size, its accuracy on the test digits, the 95 % interval.

    Args:
        make_lesson: makes the digits; only called where no earlier run has kept the result.
        origin: the hash of the generator that makes them, and how many.
        data: the real digits.
        checkpoints: where results are kept.

    Returns:
        "made" and "real" -> {"count", "accuracy", "interval95"}.
    """
    real = (data.train_images[..., 0], data.train_labels)
    return {
        "made": _measure(make_lesson, origin, data, checkpoints),
        "real": _measure(lambda: real, ("real", len(data.train_images)), data, checkpoints),
    }


def _measure(make_lesson: Callable[[], Lesson], origin: tuple[str, int], data: Split, checkpoints: Path) -> dict:
    """Train and test one student, or return what an earlier run found."""
    cache = checkpoints / CACHE / f"{_key(origin)}.json"
    if cache.is_file():
        return json.loads(cache.read_text())
    source, count = origin
    print(f"Training a {ARCHITECTURE} with {count:,} {'real' if source == 'real' else 'made'} digits ...", flush=True)
    model = teach(*make_lesson())
    guesses = model.predict(data.test_images, batch_size=500, verbose=0).argmax(axis=1)
    correct = int((guesses == data.test_labels).sum())
    interval = run.accuracy_interval(correct, len(guesses))
    found = {"count": count, "accuracy": correct / len(guesses), "interval95": list(interval)}
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps(found))
    return found


def _key(origin: tuple[str, int]) -> str:
    """A name for what a student learned from, and for how: another architecture begins with other weights."""
    how = [hash_of(_build()), EPOCHS, BATCH_SIZE, LEARNING_RATE]
    return hashlib.sha256(json.dumps([*origin, *how]).encode()).hexdigest()[:20]


def _build(precision: str = "float32") -> keras.Model:
    keras.utils.set_random_seed(STUDENT_SEED)
    keras.config.set_dtype_policy(precision)
    try:
        return NETWORKS[ARCHITECTURE]()
    finally:
        keras.config.set_dtype_policy("float32")


def teach(pictures: np.ndarray, digits: np.ndarray) -> keras.Model:
    """Train the architecture anew by Adam, its rate falling along a cosine; nothing is augmented.

    Args:
        pictures: [n, 28, 28] of 0..255.
        digits: int [n].

    Returns:
        The network in float32.
    """
    trainee = _build(run.precision(convolutions=True))
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, EPOCHS * -(-len(pictures) // BATCH_SIZE))
    trainee.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    trainee.fit(
        pictures.astype(np.float32)[..., np.newaxis],
        digits,
        batch_size=BATCH_SIZE,
        epochs=EPOCHS,
        verbose=1 if run.is_terminal() else 2,
    )
    model = _build()
    model.set_weights(trainee.get_weights())
    return model


def student_table(found: dict[str, Any]) -> dict[str, Any]:
    """Return what ``measure_students`` found as a table of the card."""
    names = {"made": "made digits alone", "real": "real training digits"}
    return {
        "title": f"A {ARCHITECTURE} taught with made digits reads real test digits",
        "columns": [f"taught {EPOCHS} epochs with", "accuracy on the real test digits", "95 % interval"],
        "rows": [
            [
                f"{student['count']:,} {names[name]}",
                f"{student['accuracy']:.2%}",
                "{:.2%} to {:.2%}".format(*student["interval95"]),
            ]
            for name, student in found.items()
        ],
    }
