"""How the networks of the sentiment task learn: the tutorials' by ``fit`` alone, ours in two halves and their mixture.

The convolutions of ``regions`` learn from whole reviews, from made sentences, and from crops: sentences of the
reviews that are answered as their review is. The n-grams learn from reviews and made sentences; the mixture of
both is fitted on validation texts.
"""

from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression

from models.networks.sentiment import (
    EMBEDDING,
    LENGTH,
    NETWORKS,
    TUTORIAL_VOCABULARY,
    VOCABULARY,
    build_convolutions,
)
from models.tokens import UNKNOWN_ID, Vocabulary, pad
from training import run
from training.ngrams import Table, fit_table
from training.phrases import NEUTRAL, POSITIVE
from training.texts import LONGEST, SENTENCE_ENDS, Batches, Corpus, Part, joined, take_crops
from training.word_vectors import word_vectors

OURS = "regions"
MADE_FOR_NGRAMS = 20_000
PREDICTED_TOKENS = 16_384


class Settings(NamedTuple):
    """Hyperparameters of one network.

    batch_size: texts in a batch; of ours: tokens in a batch.
    patience: epochs without a better validation accuracy.
    longest: tokens of a text in training.
    gaps: share of the tokens made unknown in training.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int
    longest: int
    gaps: float


def train(network: str, corpus: Corpus, settings: Settings, checkpoints: Path, seed: int) -> keras.Model:
    """Train a network, or go on where an earlier run stopped, and return it at its best epoch.

    Raises:
        FloatingPointError: the loss became NaN.
    """
    keras.config.set_dtype_policy("float32")
    if network == OURS:
        return train_regions(corpus, settings, checkpoints, seed)
    keras.utils.set_random_seed(seed)
    trainee = NETWORKS[network]()
    batches = FixedBatches(fixed(corpus.train.rows), corpus.train.classes, settings.batch_size, seed)
    validation = FixedBatches(fixed(corpus.validation.rows), corpus.validation.classes, settings.batch_size, None)
    trainee.compile(_optimizer(settings, len(batches)), "sparse_categorical_crossentropy", metrics=["accuracy"])
    run.fit(trainee, (batches,), checkpoints, settings.epochs, settings.patience, validation_data=validation)
    return _without_optimizer(network, trainee)


def train_regions(corpus: Corpus, settings: Settings, checkpoints: Path, seed: int) -> keras.Model:
    """Train both halves of ``regions``, or go on where an earlier run stopped, and mix them."""
    table = fit_table(*opinions(corpus))
    vectors = word_vectors(corpus.train.rows, VOCABULARY, EMBEDDING)
    crops = take_crops(joined(list(corpus.reviews.values())), sentence_ends(corpus.vocabulary), seed)
    lesson = joined([corpus.train, crops])
    return assemble(teach(vectors, lesson, corpus.validation, settings, checkpoints, seed), table, corpus.validation)


def opinions(corpus: Corpus) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the rows that the n-grams learn from, and which of them praise, bool: reviews and some made sentences."""
    made = corpus.made.only(np.arange(len(corpus.made)) < MADE_FOR_NGRAMS)
    both = joined([*corpus.reviews.values(), made])
    both = both.only(both.classes != NEUTRAL)
    return both.rows, both.classes == POSITIVE


def sentence_ends(vocabulary: Vocabulary) -> np.ndarray:
    """Return the ids of the marks that end a sentence or a part of one."""
    return np.array([vocabulary.ids[mark] for mark in SENTENCE_ENDS if mark in vocabulary.ids])


def teach(
    vectors: np.ndarray, lesson: Part, validation: Part, settings: Settings, checkpoints: Path, seed: int
) -> keras.Model:
    """Train the convolutions of ``regions``, their embeddings beginning as ``vectors``; return them at their best."""
    keras.utils.set_random_seed(seed)
    trainee = build_convolutions()
    trainee.get_layer("embed").set_weights([vectors])
    batches = Batches(lesson, settings.batch_size, settings.longest, settings.gaps, seed)
    trainee.compile(
        _optimizer(settings, len(batches)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    held = Batches(validation, settings.batch_size, settings.longest)
    run.fit(trainee, (batches,), checkpoints, settings.epochs, settings.patience, validation_data=held)
    return trainee


def _optimizer(settings: Settings, batches: int) -> keras.optimizers.Optimizer:
    rate = keras.optimizers.schedules.CosineDecay(settings.learning_rate, settings.epochs * batches, alpha=0.05)
    return keras.optimizers.Adam(rate, clipnorm=1.0)


def assemble(convolutions: keras.Model, table: Table, validation: Part) -> keras.Model:
    """Return ``regions``: the trained convolutions, the n-gram weights, and the mixture fitted on validation texts.

    The n-gram weights have seen every training text, and are too sure there: only on other texts can it be learned
    how much to trust them.
    """
    model = NETWORKS[OURS]()
    model.get_layer("convolutions").set_weights(convolutions.get_weights())
    model.get_layer("ngram_weights").set_weights(list(table))
    features = predict_rows(keras.Model(model.input, model.get_layer("both").output), validation.rows)
    mixture = LogisticRegression(C=1.0, max_iter=5000).fit(features, validation.classes)
    model.get_layer("probabilities").set_weights([mixture.coef_.T, mixture.intercept_])
    return model


def _without_optimizer(network: str, trainee: keras.Model) -> keras.Model:
    """The trained weights in a model whose file holds nothing else."""
    model = NETWORKS[network]()
    model.set_weights(trainee.get_weights())
    return model


def fixed(rows: list[np.ndarray]) -> np.ndarray:
    """Return texts as the tutorials' networks take them: int32 [texts, 100], ids below 10,000."""
    ids = pad(rows, LENGTH)
    return np.where(ids < TUTORIAL_VOCABULARY, ids, UNKNOWN_ID)


class FixedBatches(keras.utils.PyDataset):
    """Batches of texts of one length, shuffled where there is a seed."""

    def __init__(self, ids: np.ndarray, classes: np.ndarray, size: int, seed: int | None):
        super().__init__()
        self.ids, self.classes, self.size = ids, classes, size
        self.order = np.arange(len(ids))
        self.chance = None if seed is None else np.random.default_rng(seed)
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Choose a new order, for training."""
        if self.chance is not None:
            self.chance.shuffle(self.order)

    def __len__(self) -> int:
        return -(-len(self.order) // self.size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self.order[index * self.size : (index + 1) * self.size]
        return self.ids[chosen], self.classes[chosen]


def is_fixed(model: keras.Model) -> bool:
    """Tell whether a network wants every text of one length."""
    return model.inputs[0].shape[1] is not None


def predict_rows(model: keras.Model, rows: list[np.ndarray]) -> np.ndarray:
    """Return the model's outputs, float32 [texts, ...], for token ids (int32 [tokens]) of each text."""
    if is_fixed(model):
        return model.predict(fixed(rows), batch_size=512, verbose=0)
    batches = Batches(Part(rows, np.zeros(len(rows), np.int32)), PREDICTED_TOKENS, LONGEST)
    found = model.predict(batches, verbose=0)
    return found[np.argsort(batches.order)]
