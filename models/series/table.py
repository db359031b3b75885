"""From lines of text to columns: the delimiter, the heading, the cells."""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from models.series import dates, numbers
from models.series.problems import Asked, NotASeries, Question

DELIMITERS = (",", ";", "\t", "|", " ")
NONE = "none"
COLUMNS = 200
NAME_LENGTH = 60
SAMPLE = 200
# Readings whose scores are closer than this are equally likely.
CLOSE = 0.02
# Excel's own first line, which names the delimiter.
_NAMED_DELIMITER = re.compile(r'"?sep=(?P<delimiter>[,;|\t])"?', re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """A table of texts.

    names: of the columns; "#2" for the second where it has none.
    rows: each as long as ``names``.
    first_line: the line of the file that the first row stands in, counted from 1.
    delimiter: one of ``DELIMITERS``, or "none" for a single column.
    """

    names: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    delimiter: str
    has_header: bool
    has_quotes: bool

    def column(self, place: int) -> list[str]:
        """Return the cells of one column."""
        return [row[place] for row in self.rows]


def build_table(lines: Sequence[str], delimiter: str = "auto", header: str = "auto") -> Table:
    """Return the table in the lines of a file.

    Args:
        lines: without their ends.
        delimiter: one of ``DELIMITERS``, "none", or "auto" to find it.
        header: "yes", "no", or "auto" to find out whether the first row names the columns.

    Raises:
        Asked: two delimiters are equally likely, as in lines such as "1,5".
        NotASeries: "quote", "ragged", "too_many_columns" or "empty".
    """
    skipped = 0
    if named := _NAMED_DELIMITER.fullmatch(lines[0].strip("\ufeff")):
        delimiter = named["delimiter"] if delimiter == "auto" else delimiter
        lines, skipped = lines[1:], 1
    if delimiter == "auto":
        delimiter = _find_delimiter(lines)
    rows, places = _rows_of(lines, delimiter, skipped)
    if len(rows[0]) > COLUMNS:
        raise NotASeries("too_many_columns", columns=COLUMNS)
    rows = _evened(rows, places)
    has_header = _has_header(rows) if header == "auto" else header == "yes"
    names = _names(rows[0]) if has_header else tuple(f"#{place + 1}" for place in range(len(rows[0])))
    body, body_lines = rows[has_header:], places[has_header:]
    if not body:
        raise NotASeries("empty")
    has_quotes = any('"' in line for line in islice(lines, SAMPLE))
    return Table(names, body, body_lines, delimiter, has_header, has_quotes)


def _find_delimiter(lines: Sequence[str]) -> str:
    sample = [line for line in islice(lines, 5 * SAMPLE) if line.strip()][:SAMPLE]
    scores = {delimiter: _score(sample, delimiter) for delimiter in (*DELIMITERS, NONE)}
    if not _is_value(sample[0]) and any(mark in sample[0] for mark in ",;|"):  # a heading of several names
        scores[NONE] /= 2
    best = max(scores.values())
    likely = [delimiter for delimiter, score in scores.items() if score >= best - CLOSE]
    if best > 0 and len(likely) > 1 and NONE in likely:
        raise Asked(
            Question("delimiter", sample[-1][:40], {name: _cells_in_words(sample[-1], name) for name in likely})
        )
    return likely[0] if best > 0 else NONE


def _score(sample: Sequence[str], delimiter: str) -> float:
    """Return how well a delimiter explains the lines, 0..1: even rows, of cells that are numbers or dates."""
    try:
        rows = [row for row in _split(sample, delimiter) if any(row)]
    except csv.Error:  # a quote that is wrong is named later; until then, the lines without one decide
        rows = [row for row in _split([line for line in sample if '"' not in line], delimiter) if any(row)]
    counts = Counter(len(row) for row in rows)
    if not counts:
        return 0
    width, even = counts.most_common(1)[0]
    if (width == 1) != (delimiter == NONE):
        return 0
    cells = [cell for row in rows[1:] or rows for cell in row]
    known = sum(numbers.is_missing(cell) or numbers.is_number(cell) or _is_date(cell) for cell in cells)
    evenness = (even / len(rows)) ** 4 if len(rows[0]) == width else (even / len(rows)) ** 4 / 2
    # A table of words alone still has a delimiter: even rows count a little by themselves.
    return evenness * max(known / len(cells), 0.05 * (width > 1))


def _is_date(cell: str) -> bool:
    return not cell.strip().isdecimal() and dates.find_form([cell]) is not None


def _cells_in_words(line: str, delimiter: str) -> str:
    cells = [line] if delimiter == NONE else line.split(delimiter)
    return " | ".join(cell.strip() for cell in cells if cell.strip())[:60]


def _split(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    if delimiter == NONE:
        return [[_unquoted(line)] for line in lines]
    return list(csv.reader(_single_spaced(lines, delimiter), delimiter=delimiter, strict=True))


def _single_spaced(lines: Sequence[str], delimiter: str) -> Sequence[str]:
    """Where spaces part the cells, several count as one."""
    return [re.sub(r" +", " ", line.strip()) for line in lines] if delimiter == " " else lines


def _unquoted(line: str) -> str:
    text = line.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _rows_of(lines: Sequence[str], delimiter: str, skipped: int) -> tuple[list[list[str]], list[int]]:
    """Return the rows that hold anything, and the line that each ends in."""
    if delimiter == NONE:
        rows, places = _split(lines, delimiter), list(range(1, len(lines) + 1))
    else:
        rows, places = _quoted_rows(_single_spaced(lines, delimiter), delimiter)
    kept = [(row, place + skipped) for row, place in zip(rows, places, strict=True) if any(map(str.strip, row))]
    if not kept:
        raise NotASeries("empty")
    return [row for row, _place in kept], [place for _row, place in kept]


def _quoted_rows(lines: Sequence[str], delimiter: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader([f"{line}\n" for line in lines], delimiter=delimiter, strict=True)
    rows, places = [], []
    began = 1
    try:
        for row in reader:
            rows.append(row)
            places.append(reader.line_num)
            began = reader.line_num + 1
    except csv.Error:
        raise NotASeries("quote", line=began) from None
    return rows, places


def _evened(rows: list[list[str]], places: list[int]) -> list[list[str]]:
    """Drop empty cells beyond the columns of the widest named row; refuse rows that do not fit.

    Raises:
        NotASeries: "ragged", with the line.
    """
    width = len(rows[0])
    while width > 1 and all(len(row) < width or not row[width - 1].strip() for row in rows):
        width -= 1
    evened = []
    for row, place in zip(rows, places, strict=True):
        if len(row) < width or any(cell.strip() for cell in row[width:]):
            raise NotASeries("ragged", line=place, count=len(row), expected=width)
        evened.append(row[:width])
    return evened


def _has_header(rows: list[list[str]]) -> bool:
    """Tell whether the first row names the columns: words above numbers or dates, or words only."""
    if len(rows) == 1:
        return not any(map(_is_value, rows[0]))
    body = rows[1 : SAMPLE + 1]
    columns = range(len(rows[0]))
    of_values = [place for place in columns if sum(_is_value(row[place]) for row in body) > len(body) / 2]
    return any(rows[0][place].strip() and not _is_value(rows[0][place]) for place in of_values or columns)


def _is_value(cell: str) -> bool:
    return numbers.is_missing(cell) or numbers.is_number(cell) or _is_date(cell)


def _names(cells: list[str]) -> tuple[str, ...]:
    """Return names that are short, free of control characters, and different from each other."""
    seen: Counter = Counter()
    names = []
    for place, cell in enumerate(cells, 1):
        shown = "".join(letter for letter in cell.strip() if unicodedata.category(letter)[0] != "C")
        name = shown[:NAME_LENGTH] or f"#{place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)
