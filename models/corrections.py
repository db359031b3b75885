"""What visitors say a drawn digit really was: the lines of a file that the hub writes and the digit training reads.

A line is a JSON object: ``day`` (UTC), ``label`` ("0" to "9", or null for no digit), ``answer`` and ``network`` (what
was read, and by which network), and ``pixels``, the 28x28 image that the networks saw, as the Base64 of a PNG. Nothing
tells who drew it.
"""

import base64
import datetime
import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from models.digit import LABELS, SIDE

LONGEST_LINE = 4_000  # characters; 784 bytes of noise come to about 1,200


@dataclass(frozen=True)
class Correction:
    """One corrected answer.

    pixels: uint8 [28, 28], white ink on black, as the networks saw it.
    label: what it was, one of ``LABELS``, or None for no digit.
    answer: what was read.
    network: which network read it.
    """

    pixels: np.ndarray
    label: str | None
    answer: str
    network: str


def as_line(correction: Correction, day: datetime.date) -> str:
    """Return the correction as one line, with its end."""
    stream = io.BytesIO()
    Image.fromarray(correction.pixels).save(stream, "PNG")
    content = {
        "day": day.isoformat(),
        "label": correction.label,
        "answer": correction.answer,
        "network": correction.network,
        "pixels": base64.b64encode(stream.getvalue()).decode(),
    }
    return json.dumps(content) + "\n"


def read_corrections(place: Path) -> list[Correction]:
    """Return the corrections of a file, in their order, or of all ``*.jsonl`` below a folder, file by file, sorted.

    Blank lines are passed over; so is, with a sentence that is printed, a last line that was cut off while it was
    written.

    Raises:
        ValueError: a file cannot be read, a line is no correction, or there are none; the message names it.
    """
    files = sorted(place.rglob("*.jsonl")) if place.is_dir() else [place]
    found = [correction for file in files for correction in _read_file(file)]
    if not found:
        raise ValueError(f"{place} holds no corrections.")
    return found


def _read_file(file: Path) -> list[Correction]:
    text = _read_text(file)
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found.append(_parse(line))
        except (ValueError, KeyError, TypeError, OSError, RecursionError) as error:
            if number == len(lines) and not text.endswith("\n"):
                print(f"The last line of {file} was cut off while it was written, and is passed over.", flush=True)
                break
            raise ValueError(f"Line {number} of {file} is no correction ({error}).") from None
    return found


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"{file} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file} is no file of corrections: it is no text in UTF-8.") from None


def _parse(line: str) -> Correction:
    if len(line) > LONGEST_LINE:
        raise ValueError(f"longer than {LONGEST_LINE} characters")
    content = json.loads(line)
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")
    label = content["label"]
    if label is not None and label not in LABELS:
        raise ValueError(f"label must be one of {', '.join(LABELS)}, or null")
    pixels = _open(base64.b64decode(content["pixels"], validate=True))
    return Correction(pixels, label, str(content["answer"]), str(content["network"]))


def _open(content: bytes) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            if image.size != (SIDE, SIDE) or image.mode != "L":
                raise ValueError(f"pixels must be a grey PNG of {SIDE} x {SIDE}")
            return np.asarray(image)
    except UnidentifiedImageError:
        raise ValueError("pixels are no PNG") from None
