"""Limits on what comes in, and the one way an error becomes a sentence for a visitor."""

import html
import logging
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from models import runtime

UPLOAD_MEGABYTES = 5
BODY_MEGABYTES = 10

QUEUE_SIZE = 64
SIMULTANEOUS = 2
LANE = "networks"  # every event that runs a network shares this concurrency_id
SESSIONS = 500
TEMPORARY_SECONDS = 3600
TEMPORARY_BYTES = 2**30

_log = logging.getLogger(__name__)


def _(text: str) -> str:
    """Mark a sentence for translation; it is translated where it is shown."""
    return text


NOT_READY = _("The network is still being loaded. Please try again in a moment.")
BUSY = _("Many people are using this demo. Please try again in a minute.")
UNAVAILABLE = _("This network is not available now.")
UNKNOWN_CHOICE = _("Please choose one of: {choices}.")
NO_NUMBER = _("{name} must be a number from {least} to {most}.")
NOT_WHOLE = _("{name} must be a whole number from {least} to {most}.")
NO_TEXT = _("Please enter a text.")
TOO_LONG = _("Please enter at most {longest} characters; these are {length}.")
FAULT = _("Something went wrong on our side. Please try again; the reference is {reference}.")


class Refusal(Exception):
    """What came in cannot be used. ``sentence`` is one of the marked texts, ``values`` fill its gaps."""

    def __init__(self, sentence: str, **values: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values


def explain(error: Exception, translate: Callable[[str], str]) -> str:
    """Return the sentence that a visitor should read. What is nobody's doing is logged with a reference."""
    match error:
        case Refusal():
            return translate(error.sentence).format(**error.values)
        case runtime.NotReady():
            return translate(NOT_READY)
        case runtime.Busy():
            return translate(BUSY)
        case runtime.Unavailable():
            return translate(UNAVAILABLE)
    reference = secrets.token_hex(4)
    _log.error("reference %s", reference, exc_info=error)
    return translate(FAULT).format(reference=reference)


def speaking(translate: Callable[[str], str]) -> Callable[[Callable], Callable]:
    """Decorate an event handler: whatever it raises reaches the visitor as a sentence."""

    def decorate(handler: Callable) -> Callable:
        @wraps(handler)
        def guarded(*args: Any) -> Any:
            try:
                return handler(*args)
            except gr.Error:
                raise
            except Exception as error:
                sentence = html.escape(explain(error, translate), quote=False)
                raise gr.Error(sentence, title=translate(_("Not possible")), print_exception=False) from None

        return guarded

    return decorate


def require_choice(value: Any, choices: tuple[str, ...]) -> str:
    """Return the value if it is one of the choices, else raise Refusal."""
    if not isinstance(value, str) or value not in choices:
        raise Refusal(UNKNOWN_CHOICE, choices=", ".join(choices))
    return value


def require_number(value: Any, least: float, most: float, name: str) -> float:
    """Return the value as a float if it is a number from ``least`` to ``most``, else raise Refusal.

    ``name`` is what the visitor knows it by. A truth value, a text, NaN and infinity are no numbers.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not least <= value <= most:
        raise Refusal(NO_NUMBER, name=name, least=f"{least:,}", most=f"{most:,}")
    return float(value)


def require_whole(value: Any, least: int, most: int, name: str) -> int:
    """Return the value as an int if it is a whole number from ``least`` to ``most``, else raise Refusal."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not least <= value <= most or value != int(value):
        raise Refusal(NOT_WHOLE, name=name, least=f"{least:,}", most=f"{most:,}")
    return int(value)


def require_text(value: Any, longest: int) -> str:
    """Return the value if it is a text of 1 to ``longest`` characters that are not all blank, else raise Refusal."""
    if not isinstance(value, str) or not value.strip():
        raise Refusal(NO_TEXT)
    if len(value) > longest:
        raise Refusal(TOO_LONG, longest=f"{longest:,}", length=f"{len(value):,}")
    return value


def is_uploaded(path: str) -> bool:
    """Tell whether the path names a file inside the upload folder."""
    try:
        real = Path(path).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):  # RuntimeError: links in a circle, on Python 3.11 and 3.12
        return False
    return real.is_file() and real.is_relative_to(Path(get_upload_folder()).resolve())


def sweep(folder: Path, now: float | None = None) -> None:
    """Delete uploads older than an hour, then the oldest until the folder holds at most 1 GB."""
    now = now or time.time()
    files = sorted(_files_in(folder), key=lambda entry: entry[0].st_mtime)
    total = sum(status.st_size for status, _path in files)
    for status, path in files:
        if now - status.st_mtime < TEMPORARY_SECONDS and total <= TEMPORARY_BYTES:
            break
        with suppress(OSError):
            path.unlink()
        total -= status.st_size


def _files_in(folder: Path) -> Iterator[tuple[os.stat_result, Path]]:
    """The files below a folder, links left out, and those that vanish meanwhile: Gradio deletes there too."""
    for place, _folders, names in os.walk(folder):
        for path in (Path(place, name) for name in names):
            with suppress(OSError):
                status = path.lstat()
                if stat.S_ISREG(status.st_mode):
                    yield status, path
