"""Texts as tokens: English words, Chinese characters, numbers, punctuation and emoji, and their ids.

A token keeps its place in the text, so that what the network saw can be shown in the visitor's own words.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

PADDING = "<padding>"
UNKNOWN = "<unknown>"
PADDING_ID = 0
UNKNOWN_ID = 1

CHINESE = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Accents on their own, and what has no width: they belong to the letter before them.
ATTACHED = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
# What only changes the look of the emoji before it.
EMOJI_STYLE = "\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff"
LETTER = rf"[^\W\d_{CHINESE}]"

TOKEN = re.compile(
    rf"[{CHINESE}]"
    rf"|{LETTER}(?:{LETTER}|[{ATTACHED}]|['’＇](?={LETTER}))*"
    r"|\d+(?:[.,．，]\d+)*"
    rf"|(?P<mark>[^\w\s]|_)[{EMOJI_STYLE}]*(?:(?P=mark)[{EMOJI_STYLE}]*)*"
)
# Characters that say nothing: controls, marks of direction, zero width, halves of characters.
SILENT = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"))
SKIN_TONE = re.compile("(?<=.)[\U0001f3fb-\U0001f3ff]")
REPEATED = re.compile(r"(\D)\1{2,}")
SAME_EMOJI = re.compile(r"([\u2600-\u27bf\U0001f300-\U0001faff])\1")
LONGEST_TOKEN = 40


class Token(NamedTuple):
    """One token.

    text: its normal form, as the vocabulary has it.
    start, end: its place in the original text, in characters.
    """

    text: str
    start: int
    end: int


@lru_cache(maxsize=65536)
def normalise(text: str) -> str:
    """Return the normal form of a token: full-width forms and case folded, a repeated character at most twice.

    "ＧＯＯＤ", "good" and "Good" are one token; so are "soooo" and "soo", and any number of the same emoji. Silent
    characters are left out.
    """
    folded = unicodedata.normalize("NFKC", SKIN_TONE.sub("", text)).lower().replace("’", "'").replace(" ", "")
    heard = "".join(character for character in folded if unicodedata.category(character) not in SILENT)
    return SAME_EMOJI.sub(r"\1", REPEATED.sub(r"\1\1", heard))[:LONGEST_TOKEN]


def tokenise(text: str) -> list[Token]:
    """Split a text into tokens, in order. Blanks and silent characters give none.

    English words keep their apostrophe ("don't"); Chinese is taken by character; a run of one mark is one token.
    """
    found = (Token(normalise(match[0]), match.start(), match.end()) for match in TOKEN.finditer(text))
    return [token for token in found if token.text]


def words_of(text: str) -> list[str]:
    """Return the normal forms of a text's tokens, in order."""
    return [word for word in (normalise(match[0]) for match in TOKEN.finditer(text)) if word]


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that a network knows; the place of each is its id. The first two are padding and unknown."""

    tokens: tuple[str, ...]
    ids: dict[str, int]

    @classmethod
    def of(cls, words: Iterable[str]) -> "Vocabulary":
        """Return the vocabulary of these words, the two special tokens put before them."""
        tokens = (PADDING, UNKNOWN, *words)
        return cls(tokens, {token: index for index, token in enumerate(tokens)})

    def encode(self, words: Iterable[str]) -> np.ndarray:
        """Return the ids of normal forms, int32 [words]; UNKNOWN_ID for what is not in the vocabulary."""
        return np.array([self.ids.get(word, UNKNOWN_ID) for word in words], np.int32)

    def written(self) -> str:
        """Return the contents of vocabulary.txt: one token a line."""
        return "\n".join(self.tokens) + "\n"


def read_vocabulary(path: Path) -> Vocabulary:
    """Return the vocabulary of a model's folder.

    Raises:
        ValueError: the file does not begin with the two special tokens.
    """
    tokens = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    if tokens[:2] != [PADDING, UNKNOWN]:
        raise ValueError(f"A vocabulary must begin with {PADDING} and {UNKNOWN}. Received: {tokens[:2]} in {path}")
    return Vocabulary.of(tokens[2:])


@lru_cache(maxsize=16)
def load_vocabulary(path: Path, _sha256: str) -> Vocabulary:
    """Return a folder's vocabulary, read once for each path and content (its SHA-256 in the metrics)."""
    return read_vocabulary(path)


def pad(rows: list[np.ndarray], length: int | None = None) -> np.ndarray:
    """Put rows of ids into one array, padding before them and, where they are longer, their end kept.

    Args:
        rows: ids int [n] each.
        length: tokens of each row in the result; None: of the longest row, at least 1.

    Returns:
        int32 [rows, length].
    """
    length = length or max(1, *(len(row) for row in rows))
    padded = np.full((len(rows), length), PADDING_ID, np.int32)
    for target, row in zip(padded, rows, strict=True):
        kept = row[-length:]
        target[length - len(kept) :] = kept
    return padded
