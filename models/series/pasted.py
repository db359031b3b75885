"""Numbers that were typed or pasted: which marks part them, and which belong to them."""

import re
from itertools import pairwise

import numpy as np

from models.series import numbers
from models.series.grid import LEAST, build_series
from models.series.problems import Asked, NotASeries, Question
from models.series.reading import AUTO, Reading, Settings, read
from models.series.table import NONE, Table

MOST = 100_000
SHOWN = 5

# How numbers can be told apart, in the order in which a reading is preferred.
_LINES = r"[\n;；、，]+"
_SPLITS = {
    "lines": _LINES,
    "comma and space": rf"(?:{_LINES}|,\s+)",
    "spaces": rf"(?:{_LINES}|\s)+",
    "commas": rf"(?:{_LINES}|[\s,])+",
}
_LETTERS = re.compile(r"[^\W\d_]")


def read_pasted(text: str, settings: Settings | None = None, least: int = LEAST, name: str = "") -> Reading:
    """Read pasted text: numbers parted by lines, semicolons, spaces or commas, or a table with dates.

    Returns:
        A reading as ``reading.read`` gives it. A list has no table of its own beyond the numbers read.
    """
    settings, reading = settings or Settings(), Reading(encoding="utf-8")
    is_said_to_be_one = settings.delimiter != AUTO or settings.header != AUTO
    if is_said_to_be_one or is_table(text):
        return read(text.encode("utf-8", "replace"), settings, least)
    try:
        values, written = _choose(text, settings, least, reading)
        lines = list(range(1, len(written) + 1))
        reading.table = Table((name,), [[item] for item in written], lines, NONE, has_header=False, has_quotes=False)
        reading.value_column = 0
        reading.preview = [(written[place], "", f"{values[place]:.12g}") for place in _shown_places(len(values))]
        reading.series = build_series(values, None, name, (), least)
    except Asked as asked:
        reading.question = asked.question
    except NotASeries as problem:
        reading.problem = problem
    return reading


def is_table(text: str) -> bool:
    """Tell whether a text is more than a list of numbers: several lines with tabs, dates, a heading or counted rows."""
    lines = [line for line in text.strip().split("\n") if line.strip()]
    if len(lines) < 3:
        return False
    if _has_counted_rows(lines):
        return True
    body = lines[1:21]
    if sum("\t" in line.strip() for line in body) == len(body):
        return True
    has_words = [bool(_LETTERS.search(_without_missing(line))) for line in body]
    has_dates = [bool(re.search(r"\d[-/年.]\d{1,2}[-/月.]\d|\d{4}[-/年]\d|\d年", line)) for line in body]
    if sum(has_words) > len(body) / 2 or sum(has_dates) > len(body) / 2:
        return True
    has_heading = bool(_LETTERS.search(_without_missing(lines[0])))
    return has_heading and not any(has_words)


def _has_counted_rows(lines: list[str]) -> bool:
    """Tell whether every line is a pair whose first number rises, such as a year and its value."""
    pairs = [re.split(r"[\s,;，；、]+", line.strip()) for line in lines]
    if any(len(pair) != 2 or not pair[0].isdecimal() for pair in pairs):
        return False
    return all(int(before[0]) < int(after[0]) for before, after in pairwise(pairs))


def _without_missing(line: str) -> str:
    cells = re.split(r"[\s,;，；、]+", line)
    return " ".join(cell for cell in cells if not numbers.is_missing(cell) and not numbers.is_number(cell))


def _shown_places(count: int) -> list[int]:
    return list(dict.fromkeys([*range(min(SHOWN, count)), count - 1]))


def _choose(text: str, settings: Settings, least: int, reading: Reading) -> tuple[np.ndarray, list[str]]:
    """Return the values and how each was written.

    Raises:
        Asked: there are several readings with different numbers.
        NotASeries: "no_items", "too_many_rows" or "not_item".
    """
    plain = numbers.plain(text.replace("，", "、")).replace("\r", "\n").strip()
    if not plain.strip(" ,;、\n\t"):
        raise NotASeries("no_items", least=least)
    if plain.count(",") + plain.count("\n") + plain.count(" ") > 2 * MOST:
        raise NotASeries("too_many_rows", rows=MOST)
    readings = _possible(plain, numbers.MARKS if settings.decimal == AUTO else (settings.decimal,))
    if not readings:
        raise _first_wrong(plain)
    key = settings.split if settings.split in readings else _only(readings, least)
    values, written = readings[key]
    reading.decimal = key[-1]
    if len(values) > MOST:
        raise NotASeries("too_many_rows", rows=MOST)
    return values, written


def _possible(text: str, marks: tuple[str, ...]) -> dict[str, tuple[np.ndarray, list[str]]]:
    """Return every way to read the whole text by these decimal marks -> its values and their texts; equal ones once."""
    readings: dict[str, tuple[np.ndarray, list[str]]] = {}
    for name, pattern in _SPLITS.items():
        if name == "commas" and ";" in text:  # where semicolons part the numbers, commas belong to them
            continue
        items = [item.strip() for item in re.split(pattern, text.strip(" \t\n,;、"))]
        for mark in marks:
            if name == "commas" and mark == numbers.COMMA:
                continue
            values, wrong = numbers.parse_all(items, mark)
            known = [other for other, _written in readings.values()]
            if wrong is None and not any(np.array_equal(values, other, equal_nan=True) for other in known):
                readings[f"{name} {mark}"] = values, items
    return readings


def _only(readings: dict[str, tuple[np.ndarray, list[str]]], least: int) -> str:
    """Return the one reading that is long enough, or ask."""
    long = [key for key, (values, _written) in readings.items() if len(values) >= least] or list(readings)[-1:]
    if len(long) == 1:
        return long[0]
    example = max(readings[long[0]][1][:SHOWN], key=len)
    shown = {key: _in_words(readings[key][0]) for key in long}
    raise Asked(Question("split", example, shown))


def _in_words(values: np.ndarray) -> str:
    first = "; ".join("–" if np.isnan(value) else f"{value:.12g}" for value in values[:SHOWN])
    return f"{first} … ({len(values)})" if len(values) > SHOWN else f"{first} ({len(values)})"


def _first_wrong(text: str) -> NotASeries:
    """Return the problem that names the first item that is no number, under the split that gets furthest."""
    pattern = _SPLITS["spaces" if ";" in text else "commas"]
    items = [item for item in re.split(pattern, text.strip(" \t\n,;、")) if item]
    for place, item in enumerate(items, 1):
        if not numbers.is_missing(item) and not numbers.is_number(item):
            return NotASeries("not_item", number=place, item=item[:40])
    return NotASeries("mixed_marks")
