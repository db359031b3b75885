"""Numbers as people write them: 1,234.5 and 1.234,5 and 1 234,5 and 1'234.5, with currency and per cent signs."""

import math
import re
from collections.abc import Iterable, Sequence

import numpy as np

POINT, COMMA = ".", ","
MARKS = (POINT, COMMA)
# What stands for a value that is not there, in small letters.
MISSING = frozenset(
    (
        "",
        "-",
        "--",
        ".",
        "..",
        "...",
        "?",
        "*",
        "na",
        "n/a",
        "n.a.",
        "nan",
        "null",
        "none",
        "nil",
        "missing",
        "inf",
        "infinity",
        "无",
        "缺失",
        "空",
        "#n/a",
        "#na",
        "#div/0!",
        "#value!",
        "#ref!",
        "#num!",
        "#null!",
        "#name?",
    )
)
LARGEST = 1e15
SMALLEST = 1e-12

_AS_PLAIN = {ord("０") + digit: str(digit) for digit in range(10)} | {
    ord(written): plain
    for plain, group in {
        " ": "\u00a0\u2007\u2009\u202f\u3000",
        "-": "\u2212\u2013\u2014\uff0d",
        "'": "\u2019\uff07",
        ",": "\uff0c",
        ".": "\uff0e",
        "+": "\uff0b",
        "%": "\uff05",
        "(": "\uff08",
        ")": "\uff09",
        ";": "\uff1b",
    }.items()
    for written in group
}
_CURRENCY = r"[$€£¥￥₹₽₩元]|USD|EUR|GBP|CNY|RMB|JPY|CHF"
_DRESS = re.compile(rf"(?:{_CURRENCY}|%)", re.IGNORECASE)
_PREFIX = re.compile(rf"(?:{_CURRENCY})\s*", re.IGNORECASE)
_SUFFIX = re.compile(rf"\s*(?:{_CURRENCY}|%)$", re.IGNORECASE)


def _grammar(mark: str, others: str) -> re.Pattern:
    grouped = rf"[1-9][0-9]{{0,2}}(?P<group>[{others}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*"
    bare = rf"|{re.escape(mark)}[0-9]+" if mark == POINT else ""  # .5 is usual, ,5 is not
    return re.compile(rf"(?:(?:{grouped}|[0-9]+)(?:{re.escape(mark)}[0-9]+)?{bare})(?:[eE][+-]?[0-9]{{1,3}})?")


# Most cells are of this kind, and quick to read.
_SIMPLE = {POINT: re.compile(r"-?[0-9]{1,15}(?:\.[0-9]+)?"), COMMA: re.compile(r"-?[0-9]{1,15}")}
_GRAMMARS = {POINT: _grammar(POINT, ", '"), COMMA: _grammar(COMMA, ". '")}


def plain(text: str) -> str:
    """Return a text with full-width digits and signs, other minus signs and other spaces as the plain ones."""
    return text if text.isascii() else text.translate(_AS_PLAIN)


def is_missing(cell: str) -> bool:
    """Tell whether a cell says that there is no value."""
    text = plain(cell).strip().lower()
    return text in MISSING or text.lstrip("+-") in MISSING


def parse(cell: str, mark: str) -> float | None:
    """Return the number in a cell, NaN where it says that there is none, None where it is anything else.

    ``mark`` is the decimal mark, "." or ",". Brackets mean less than zero, as in accounts; a currency or per
    cent sign is left out. Hexadecimal, underscores and the digits of other scripts are no numbers.
    """
    if _SIMPLE[mark].fullmatch(cell):
        return float(cell)
    if is_missing(cell):
        return math.nan
    text = plain(cell).strip()
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1].strip(), True
    for _turn in range(2):  # -$5 and $-5
        if text[:1] in ("-", "+") and not negative:
            text, negative = text[1:].strip(), text[0] == "-"
        text = _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text
    text = _SUFFIX.sub("", text).strip()
    if not text or not _GRAMMARS[mark].fullmatch(text):
        return None
    groups = ", '" if mark == POINT else ". '"
    value = float(text.translate({ord(group): None for group in groups}).replace(COMMA, POINT))
    return -value if negative else value


def is_number(cell: str) -> bool:
    """Tell whether a cell holds a number by either mark."""
    return not is_missing(cell) and any(parse(cell, mark) is not None for mark in MARKS)


def is_dressed(cell: str) -> bool:
    """Tell whether a currency or per cent sign stands beside the number."""
    return bool(_DRESS.search(plain(cell)))


def possible_marks(cells: Iterable[str]) -> tuple[tuple[str, ...], str | None]:
    """Return the decimal marks by which every cell is a number, and a cell that they read differently, or None."""
    marks, example = list(MARKS), None
    for cell in set(cells):
        values = {mark: parse(cell, mark) for mark in marks}
        marks = [mark for mark in marks if values[mark] is not None]
        known = {value for value in values.values() if value is not None and not math.isnan(value)}
        if len(known) > 1 and (example is None or (len(cell), cell) < (len(example), example)):
            example = cell
        if not marks:
            return (), None
    return tuple(marks), example if len(marks) > 1 else None


def parse_all(cells: Sequence[str], mark: str) -> tuple[np.ndarray, int | None]:
    """Return float64 [n], NaN where a value is missing, and the place of the first cell that is no number, or None."""
    values = np.full(len(cells), np.nan)
    for place, cell in enumerate(cells):
        value = parse(cell, mark)
        if value is None:
            return values, place
        values[place] = value
    return values, None


def is_extreme(values: np.ndarray) -> bool:
    """Tell whether the known values are too large or too small to reckon with."""
    largest = np.abs(values[~np.isnan(values)]).max(initial=0)
    return bool(largest > LARGEST or 0 < largest < SMALLEST)
