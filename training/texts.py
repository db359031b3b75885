"""Reviews and made sentences as rows of token ids: the vocabulary, the parts, and batches of like length."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from models.networks.sentiment import VOCABULARY
from models.tokens import UNKNOWN_ID, Vocabulary, pad, words_of
from training.data.reviews import Review, Reviews, load_reviews
from training.phrases import NEGATIVE, POSITIVE, make_phrases

MADE = 18_000
LONGEST = 600
CHINESE_SETS = ("ChnSentiCorp", "hotels", "online shopping")


@dataclass(frozen=True)
class Part:
    """Texts as ids (int32 [tokens] each) with their classes (int32 [texts]: 0 negative, 1 neutral, 2 positive)."""

    rows: list[np.ndarray]
    classes: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, chosen: np.ndarray) -> "Part":
        """Return the texts where ``chosen``, bool [texts], is true."""
        return Part([row for row, is_chosen in zip(self.rows, chosen, strict=True) if is_chosen], self.classes[chosen])


@dataclass(frozen=True)
class Corpus:
    """All texts of a run.

    vocabulary: the commonest tokens of the training texts, the commonest first.
    reviews: name of a set -> its training reviews; ``made`` the sentences of our own.
    validation: reviews and made sentences together.
    test: name of a set -> its reviews.
    """

    vocabulary: Vocabulary
    reviews: dict[str, Part]
    made: Part
    validation: Part
    test: dict[str, Part]

    @property
    def train(self) -> Part:
        """Return all that is trained on."""
        return joined([*self.reviews.values(), self.made])


def joined(parts: list[Part]) -> Part:
    """Return the texts of several parts as one."""
    return Part([row for part in parts for row in part.rows], np.concatenate([part.classes for part in parts]))


def load_corpus(folder: Path) -> Corpus:
    """Return the reviews and the made sentences, encoded.

    Raises:
        training.data.DataError: a set of reviews cannot be had.
    """
    return encode_corpus(load_reviews(folder), MADE)


def encode_corpus(reviews: Reviews, made: int) -> Corpus:
    """Encode reviews and ``made`` sentences of our own, of which one in sixteen is kept for validation."""
    phrases = make_phrases(made, seed=0)
    words = {name: [words_of(review.text) for review in part] for name, part in reviews.train.items()}
    vocabulary = build_vocabulary([*words.values(), [words_of(text) for text, _class in phrases]], VOCABULARY)
    train = {
        name: Part([vocabulary.encode(each)[-LONGEST:] for each in words[name]], _classes(part))
        for name, part in reviews.train.items()
    }
    held = len(phrases) // 16
    validation = [_encode(vocabulary, part) for part in reviews.validation.values()]
    return Corpus(
        vocabulary,
        train,
        _encode_made(vocabulary, phrases[held:]),
        joined([*validation, _encode_made(vocabulary, phrases[:held])]),
        {name: _encode(vocabulary, part) for name, part in reviews.test.items()},
    )


def build_vocabulary(parts: list[list[list[str]]], size: int) -> Vocabulary:
    """Return the ``size`` commonest words of parts of texts, the two special tokens counted in."""
    counts = Counter(word for part in parts for text in part for word in text)
    return Vocabulary.of(word for word, _count in counts.most_common(size - 2))


def encode(vocabulary: Vocabulary, text: str) -> np.ndarray:
    """Return the ids of the end of a text, int32 [at most LONGEST]."""
    return vocabulary.encode(words_of(text))[-LONGEST:]


def _encode(vocabulary: Vocabulary, reviews: list[Review]) -> Part:
    return Part([encode(vocabulary, review.text) for review in reviews], _classes(reviews))


def _classes(reviews: list[Review]) -> np.ndarray:
    return np.array([POSITIVE if review.label else NEGATIVE for review in reviews], np.int32)


def _encode_made(vocabulary: Vocabulary, sentences: list[tuple[str, int]]) -> Part:
    classes = [each for _text, each in sentences]
    return Part([encode(vocabulary, text) for text, _class in sentences], np.array(classes, np.int32))


class Batches(keras.utils.PyDataset):
    """Batches of texts of like length, so that little is padding; for training shuffled, cut and with gaps.

    Args:
        part: the texts.
        size: texts in a batch.
        longest: tokens of a text; a longer one keeps its end, in training every other time a part by chance.
        gaps: share of the tokens that are made unknown, in training.
        seed: of all chance; None: no training.
    """

    LENGTHS = (16, 32, 64, 128, 256, 400, LONGEST)

    def __init__(self, part: Part, size: int, longest: int, gaps: float = 0.0, seed: int | None = None):
        super().__init__()
        self.part, self.size, self.longest, self.gaps = part, size, longest, gaps
        self.chance = None if seed is None else np.random.default_rng(seed)
        self.lengths = np.array([min(len(row), longest) for row in part.rows])
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Choose anew, for training, which texts come together and when.

        The shortest and the longest always come first: from these two Keras sees that the length varies.
        """
        noise = 0 if self.chance is None else self.chance.uniform(-0.1, 0.1, len(self.lengths))
        order = np.argsort(np.log1p(self.lengths) + noise, kind="stable")
        batches = np.split(order, np.arange(self.size, len(order), self.size))
        between = batches[1:-1]
        if self.chance is not None:
            self.chance.shuffle(between)
        self.batches = [batches[0], *batches[1:][-1:], *between]

    @property
    def order(self) -> np.ndarray:
        """Return the places in the part of the texts as they come, int [texts]."""
        return np.concatenate(self.batches)

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self.batches[index]
        rows = [self._cut(self.part.rows[place]) for place in chosen]
        length = next(length for length in self.LENGTHS if length >= max(map(len, rows)))
        ids = pad(rows, length)
        if self.chance is not None:
            ids[(ids > 0) & (self.chance.random(ids.shape) < self.gaps)] = UNKNOWN_ID
        return ids, self.part.classes[chosen]

    def _cut(self, row: np.ndarray) -> np.ndarray:
        if len(row) <= self.longest or self.chance is None or self.chance.random() < 0.5:
            return row[-self.longest :]
        start = self.chance.integers(len(row) - self.longest)
        return row[start : start + self.longest]
