"""Digits that people drew on a tablet: the strokes of 7,494 digits by 30 writers.

Source: Alpaydin, Alimoglu (1996), "Pen-Based Recognition of Handwritten Digits", UCI Machine Learning
Repository, https://doi.org/10.24432/C5MG6K (CC BY 4.0); the original strokes in UNIPEN format.
"""

import hashlib
import lzma
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import unlzw3

from training.data import DataError

FILENAME = "pendigits-orig.tra.Z"
URL = f"https://archive.ics.uci.edu/ml/machine-learning-databases/pendigits/{FILENAME}"
# The same text, packed anew.
REPACKED = "pen-digits/pendigits-orig.tra.xz"
# SHA-256 of the text inside, however it is packed.
TEXT_SHA256 = "a66225d68d7d68591e62944df1ad33b3f5aa608e2df2505844b41f5568a80da4"
WRITERS = range(1, 31)


class PenDigit(NamedTuple):
    """A drawn digit: its label 0..9, its writer 1..30, and its strokes, each int [points, 2]: x, y downwards."""

    label: int
    writer: int
    strokes: list[np.ndarray]


def load_pen_digits(folder: Path) -> list[PenDigit]:
    """Return the 7,494 digits in the order of the file.

    Raises:
        DataError: the file is missing and cannot be downloaded, or its contents are others.
    """
    text = _read(folder)
    if hashlib.sha256(text).hexdigest() != TEXT_SHA256:
        raise DataError(f"The pen digits in {folder} are not the published ones (checksum differs). Delete them.")
    return parse(text.decode("ascii"))


def _read(folder: Path) -> bytes:
    """The text of the file, unpacked; downloaded where it is missing."""
    repacked, path = folder / REPACKED, folder / FILENAME
    try:
        if repacked.is_file() and not path.is_file():
            return lzma.decompress(repacked.read_bytes())
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            keras.utils.get_file(FILENAME, URL, cache_dir=folder, cache_subdir="")
        return unlzw3.unlzw(path)
    except Exception as error:  # get_file and unlzw raise plain Exceptions for network faults and broken files
        raise DataError(
            f"{FILENAME} is not in {folder}, or broken, and could not be downloaded from {URL} ({error}). "
            "Download it by hand into a folder and pass that with --data."
        ) from error


def parse(text: str) -> list[PenDigit]:
    """Read UNIPEN text: for each digit a comment "label writer number", then points between pen down and up."""
    digits: list[PenDigit] = []
    for line in text.splitlines():
        words = line.split()
        if not words or words[0] in (".INCLUDE", ".LEXICON", ".HIERARCHY", ".SEGMENT", ".DT", ".PEN_UP"):
            continue
        if words[0] == ".COMMENT":
            digits.append(PenDigit(int(words[1]), int(words[2]), []))
        elif words[0] == ".PEN_DOWN":
            digits[-1].strokes.append([])
        else:
            digits[-1].strokes[-1].append((int(words[0]), -int(words[1])))
    return [digit._replace(strokes=[np.array(stroke) for stroke in digit.strokes]) for digit in digits]
