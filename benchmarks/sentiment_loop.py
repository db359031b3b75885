"""The training loop of the sentiment task beside the tutorials', on the same network and made texts."""

from functools import partial

import keras
import numpy as np

from benchmarks.loops import OURS, PLAIN, Race
from models.networks.sentiment import VOCABULARY, build_convolutions
from models.tokens import pad
from training.sentiment import SETTINGS
from training.texts import Batches, Part

# Tokens of half the texts, and of nearly all: as long as the reviews are that the networks learn from.
MEDIAN, LONG = 40, 500
PLAIN_BATCH = 64


def made_texts(count: int) -> Part:
    """Return texts of random tokens, their lengths spread like those of the real reviews, with random classes."""
    random = np.random.default_rng(1)
    spread = np.log(LONG / MEDIAN) / 2
    lengths = np.clip(np.exp(random.normal(np.log(MEDIAN), spread, count)), 3, 1_000).astype(int)
    rows = [random.integers(2, VOCABULARY, length).astype(np.int32) for length in lengths]
    return Part(rows, random.integers(0, 3, count).astype(np.int32))


def race_of_texts(steps: int) -> Race:
    """Return an epoch of ``training.sentiment`` over the texts of ``steps`` plain batches, and of the plain ``fit``.

    Ours puts texts of like length together; the tutorials pad all to one length, that of the longest taken.
    """
    settings = SETTINGS["regions"]
    part = made_texts(steps * PLAIN_BATCH)
    keras.config.set_dtype_policy("float32")
    ours, plain = build_convolutions(), build_convolutions()
    for model in (ours, plain):
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    batches = Batches(part, settings.batch_size, settings.longest, settings.gaps, seed=1)
    ids = pad(part.rows, settings.longest)
    ways = {
        OURS: partial(ours.fit, batches, verbose=0),
        PLAIN: partial(plain.fit, ids, part.classes, batch_size=PLAIN_BATCH, verbose=0),
    }
    return Race("sentiment-regions, convolutions", "texts", len(part), ways)
