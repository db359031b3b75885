"""Reviews and made sentences as rows of token ids: the vocabulary, the parts, and batches of like length."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from models.networks.sentiment import VOCABULARY
from models.tokens import UNKNOWN_ID, Vocabulary, pad, tokenise, words_of
from training.data.reviews import Review, Reviews, load_reviews
from training.phrases import NEGATIVE, POSITIVE, make_phrases

MADE = 40_000
LONGEST = 600
# Of a text longer than this a sentence may be taken as a text of its own; how often, for each 100 tokens.
SHORTEST_CUT = 24
CROPS = 0.7
LONGEST_CROP = 64
OPENING = 8  # tokens of a review that are quoted
SENTENCE_ENDS = (".", "!", "?", "。", "...", ",", ";", "..", "!!")
CHINESE_SETS = ("ChnSentiCorp", "hotels", "online shopping", "Douban")


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
    validation: reviews and made sentences together; ``held``: how many of them are reviews.
    test: name of a set -> its reviews.
    tested: the same reviews as texts.
    """

    vocabulary: Vocabulary
    reviews: dict[str, Part]
    made: Part
    validation: Part
    held: int
    test: dict[str, Part]
    tested: dict[str, list[Review]]

    def encoded_by(self, vocabulary: Vocabulary) -> "Corpus":
        """Return the corpus with its test reviews as ids of another vocabulary, such as a finished folder's."""
        return replace(self, test={name: _encode(vocabulary, part) for name, part in self.tested.items()})

    def openings(self, name: str) -> list[str]:
        """Return the first words of each test review of a set."""
        return [opening(review.text) for review in self.tested[name]]

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
        sum(map(len, validation)),
        {name: _encode(vocabulary, part) for name, part in reviews.test.items()},
        reviews.test,
    )


def opening(text: str) -> str:
    """Return the first few words of a text, enough to find it again."""
    shown = text[: ([token.start for token in tokenise(text[:200])] + [len(text)] * OPENING)[OPENING]]
    return shown.strip() + (" …" if len(shown.strip()) < len(text) else "")


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


def take_crops(part: Part, ends: np.ndarray, seed: int) -> Part:
    """Return sentences from the longer texts, each with the class of its text: short texts to learn from.

    Args:
        part: the texts.
        ends: ids of the marks that end a sentence or a part of one.
        seed: of all chance.
    """
    chance = np.random.default_rng(seed)
    wanted = [CROPS * min(3, len(row) / 100) * (len(row) > SHORTEST_CUT) for row in part.rows]
    places = np.flatnonzero(chance.random(len(part)) < wanted)
    return Part([_crop(part.rows[place], ends, chance) for place in places], part.classes[places])


def _crop(row: np.ndarray, ends: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """From the beginning of a sentence to the end of that or a later one, at most LONGEST_CROP tokens."""
    after = np.flatnonzero(np.isin(row, ends)) + 1
    starts = np.concatenate([[0], after[after < len(row) - 3]])
    start = chance.choice(starts)
    stops = after[after >= start + chance.integers(5, 40)]
    stop = stops[0] if len(stops) else len(row)
    return row[start : min(stop, start + LONGEST_CROP)]


class Batches(keras.utils.PyDataset):
    """Batches of texts of like length, so that little is padding; for training shuffled, cut and with gaps.

    Args:
        part: the texts.
        tokens: of a batch, about; the shorter the texts, the more of them come together.
        longest: tokens of a text; a longer one keeps its end, in training every other time a part by chance.
        gaps: share of the tokens that are made unknown, in training.
        seed: of all chance; None: no training.
    """

    LENGTHS = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 400, LONGEST)
    MOST_TEXTS = 256

    def __init__(self, part: Part, tokens: int, longest: int, gaps: float = 0.0, seed: int | None = None):
        super().__init__()
        self.part, self.tokens, self.longest, self.gaps = part, tokens, longest, gaps
        self.chance = None if seed is None else np.random.default_rng(seed)
        self.groups = np.searchsorted(self.LENGTHS, [min(len(row), longest) for row in part.rows])
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Choose anew, for training, which texts come together and when.

        The shortest and the longest always come first: from these two Keras sees that the length varies.
        """
        batches = [batch for group in np.unique(self.groups) for batch in self._cut_group(group)]
        between = batches[1:-1]
        if self.chance is not None:
            self.chance.shuffle(between)
        self.batches = [batches[0], *batches[1:][-1:], *between]

    def _cut_group(self, group: int) -> list[np.ndarray]:
        """The places of the texts of one group of lengths, in batches."""
        places = np.flatnonzero(self.groups == group)
        if self.chance is not None:
            self.chance.shuffle(places)
        size = int(np.clip(self.tokens // self.LENGTHS[group], 1, self.MOST_TEXTS))
        return np.split(places, np.arange(size, len(places), size))

    @property
    def order(self) -> np.ndarray:
        """Return the places in the part of the texts as they come, int [texts]."""
        return np.concatenate(self.batches)

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self.batches[index]
        rows = [self._cut(self.part.rows[place]) for place in chosen]
        ids = pad(rows, self.LENGTHS[self.groups[chosen[0]]])
        if self.chance is not None:
            ids[(ids > 0) & (self.chance.random(ids.shape) < self.gaps)] = UNKNOWN_ID
        return ids, self.part.classes[chosen]

    def _cut(self, row: np.ndarray) -> np.ndarray:
        if len(row) <= self.longest or self.chance is None or self.chance.random() < 0.5:
            return row[-self.longest :]
        start = self.chance.integers(len(row) - self.longest)
        return row[start : start + self.longest]
