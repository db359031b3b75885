"""What the sentiment task takes and gives: a text in, three probabilities and what each word did to them out.

How much a word moved the result is found by making it unknown to the network (occlusion; Li, Monroe and Jurafsky,
2016, "Understanding Neural Networks through Representation Erasure", https://arxiv.org/abs/1612.08220).
"""

import re
import unicodedata
from dataclasses import dataclass

import numpy as np

from models import runtime, store
from models.tokens import UNKNOWN_ID, Token, Vocabulary, load_vocabulary, pad, tokenise

TASK = "sentiment"
LABELS = ("negative", "neutral", "positive")
NEUTRAL = "neutral"
NETWORKS = ("regions", "lstm", "rnn")
DEFAULT_NETWORK = "regions"

LONGEST_TEXT = 5_000  # characters
# How many tokens of a text a network reads (its end), and which networks want every text that long.
LENGTHS = {"regions": 600, "lstm": 100, "rnn": 100}
FIXED = ("lstm", "rnn")
VOCABULARY_SIZES = {"regions": 30_000, "lstm": 10_000, "rnn": 10_000}
# A text is hidden piece by piece at most this many times; in longer ones neighbours are hidden together.
MOST_PIECES = 128
# Below this probability no answer is given as certain.
SURE = 0.6
# Where a smaller share of the words is known, the text is in neither language.
KNOWN_SHARE = 0.34
LEAST_PROBABILITY = 1e-6

HALF_CHARACTERS = re.compile("[\ud800-\udfff]")
# Controls, and marks that turn the direction of writing: they would reach over into the page.
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Piece:
    """A piece of the text as it was typed, with the blanks before it; all pieces together are the text.

    effect: how far it moved the balance of positive against negative, in log odds (natural logarithm): above 0
        to the positive side, below 0 to the negative, 0 for what the network did not read.
    """

    text: str
    effect: float


@dataclass(frozen=True)
class Reading:
    """What a network sees of a text.

    tokens: all tokens, with their places in the text.
    ids: int32 [tokens read], of those at the end that the network reads; UNKNOWN_ID for what it does not know.
    words: the tokens as the network knows them, <unknown> among them.
    """

    text: str
    tokens: tuple[Token, ...]
    ids: np.ndarray
    words: tuple[str, ...]

    @property
    def skipped(self) -> int:
        """How many tokens at the beginning the network does not read."""
        return len(self.tokens) - len(self.ids)

    @property
    def is_understood(self) -> bool:
        """Tell whether the text has words, Chinese characters or emoji, and enough of them are known."""
        read = zip(self.tokens[self.skipped :], self.ids, strict=True)
        known = [token_id != UNKNOWN_ID for token, token_id in read if _says_something(token.text)]
        return any(known) and sum(known) >= KNOWN_SHARE * len(known)


@dataclass(frozen=True)
class Judgement:
    """One network's judgement of one text.

    probabilities: label -> probability 0..1, summing to 1, in the order of LABELS. Where too little of the text is
        known the network is not asked, and it is neutral with probability 1.
    reading: what the network saw.
    pieces: the text with the effect of each piece; empty where it was not asked for.
    milliseconds: time in the network alone, 0 where it was not asked.
    folder: the model's folder that answered.
    """

    probabilities: dict[str, float]
    reading: Reading
    pieces: tuple[Piece, ...]
    milliseconds: float
    folder: store.Folder

    @property
    def label(self) -> str:
        return max(self.probabilities, key=self.probabilities.get)

    @property
    def is_sure(self) -> bool:
        return self.probabilities[self.label] >= SURE


def clean(text: str) -> str:
    """Return the text without what cannot be shown: halves of characters, controls, marks of direction."""
    return INVISIBLE.sub("", HALF_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", text))


def preprocess(text: str, vocabulary: Vocabulary, network: str) -> Reading:
    """Split a text into the tokens that a network reads."""
    tokens = tokenise(text)
    ids = vocabulary.encode(token.text for token in tokens[-LENGTHS[network] :])
    return Reading(text, tuple(tokens), ids, tuple(vocabulary.tokens[token_id] for token_id in ids))


def fit(rows: list[np.ndarray], network: str) -> np.ndarray:
    """Return rows of ids as one array for the network: int32 [rows, length], padding before the text."""
    return pad(rows, LENGTHS[network] if network in FIXED else None)


def predict(text: str, network: str, explain: bool = True) -> Judgement:
    """Let one network judge a text of at most LONGEST_TEXT characters.

    Args:
        text: any text; what cannot be shown is left out first.
        network: one of ``NETWORKS``.
        explain: whether to find what each piece of the text did.

    Raises:
        ValueError: the network is not one of ``NETWORKS``.
        runtime.NotReady, runtime.Busy, runtime.Unavailable: no answer can be given now.
    """
    if network not in NETWORKS:
        raise ValueError(f"network must be one of {', '.join(NETWORKS)}. Received: {network!r}")
    reading = preprocess(clean(text), vocabulary_of(network), network)
    if not reading.is_understood:
        probabilities = dict.fromkeys(LABELS, 0.0) | {NEUTRAL: 1.0}
        return Judgement(probabilities, reading, whole(reading), 0.0, runtime.folder(TASK, network))
    spans = spans_of(len(reading.ids)) if explain else []
    answer = runtime.call(TASK, network, fit([reading.ids, *hidden(reading.ids, spans)], network))
    probabilities = dict(zip(LABELS, map(float, answer.output[0]), strict=True))
    pieces = cut(reading, spans, effects(answer.output)) if explain else ()
    return Judgement(probabilities, reading, pieces, answer.milliseconds, answer.folder)


def vocabulary_of(network: str) -> Vocabulary:
    """Return the vocabulary of the network that would answer now."""
    folder = runtime.folder(TASK, network)
    return load_vocabulary(folder.path / "vocabulary.txt", folder.metrics["files"]["vocabulary.txt"]["sha256"])


def shortened(vocabulary: Vocabulary, network: str) -> Vocabulary:
    """Return as much of a vocabulary as a network knows."""
    return Vocabulary.of(vocabulary.tokens[2 : VOCABULARY_SIZES[network]])


def spans_of(count: int) -> list[tuple[int, int]]:
    """Return from which to before which token each piece goes; at most MOST_PIECES of equal length, but the last."""
    step = -(-count // MOST_PIECES)
    return [(start, min(start + step, count)) for start in range(0, count, step)]


def hidden(ids: np.ndarray, spans: list[tuple[int, int]]) -> list[np.ndarray]:
    """Return for each span the ids int32 [tokens] with that span unknown."""
    rows = []
    for start, end in spans:
        row = ids.copy()
        row[start:end] = UNKNOWN_ID
        rows.append(row)
    return rows


def effects(probabilities: np.ndarray) -> np.ndarray:
    """Return how far each piece moved the log odds of positive against negative, float [pieces].

    Args:
        probabilities: float32 [1 + pieces, 3]: of the whole text, then with each piece hidden.
    """
    safe = np.maximum(probabilities.astype(np.float64), LEAST_PROBABILITY)
    odds = np.log(safe[:, LABELS.index("positive")]) - np.log(safe[:, LABELS.index("negative")])
    return odds[0] - odds[1:]


def cut(reading: Reading, spans: list[tuple[int, int]], values: np.ndarray) -> tuple[Piece, ...]:
    """Cut the text at the ends of the spans; what was not read goes before, without effect."""
    pieces = []
    place = reading.tokens[reading.skipped - 1].end if reading.skipped else 0
    if place:
        pieces.append(Piece(reading.text[:place], 0.0))
    for (_start, end), value in zip(spans, values, strict=True):
        stop = reading.tokens[reading.skipped + end - 1].end
        pieces.append(Piece(reading.text[place:stop], round(float(value), 4)))
        place = stop
    if place < len(reading.text):
        pieces.append(Piece(reading.text[place:], 0.0))
    return tuple(pieces)


def whole(reading: Reading) -> tuple[Piece, ...]:
    """Return the text in one piece without effect."""
    return (Piece(reading.text, 0.0),)


def _says_something(word: str) -> bool:
    """Tell whether a token is a word, a Chinese character or an emoji, and not a number or punctuation."""
    return any(character.isalpha() or unicodedata.category(character) == "So" for character in word)
