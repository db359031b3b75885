"""From an uploaded file or pasted text to a series: every step shown, nothing doubtful decided in silence."""

from dataclasses import dataclass, field, replace
from itertools import islice, pairwise

import numpy as np

from models.series import dates, numbers
from models.series.grid import LEAST, Series, build_series
from models.series.problems import Asked, NotASeries, Note, Question
from models.series.table import Table, build_table
from models.series.text import decode, split_lines

AUTO, NONE = "auto", "none"
SAMPLE = 200


@dataclass(frozen=True)
class Settings:
    """How to read; "auto" finds it out.

    encoding: one of ``text.ENCODINGS``. delimiter: one of ``table.DELIMITERS`` or "none". header: "yes" or "no".
    decimal: "." or ",". order: "dmy", "mdy" or "ymd". date_column, value_column: places from "0"; "none" for no dates.
    split: how pasted numbers are told apart, a value that a ``Question`` offered.
    """

    encoding: str = AUTO
    delimiter: str = AUTO
    header: str = AUTO
    decimal: str = AUTO
    order: str = AUTO
    date_column: str = AUTO
    value_column: str = AUTO
    split: str = AUTO

    def answer(self, question: Question, value: str) -> "Settings":
        """Return the settings with a question answered."""
        return replace(self, **{question.setting: value})


@dataclass
class Reading:
    """How far an input could be read: a series, a question that must be answered first, or a problem."""

    encoding: str = ""
    table: Table | None = None
    date_columns: tuple[int, ...] = ()
    value_columns: tuple[int, ...] = ()
    date_column: int | None = None
    value_column: int | None = None
    decimal: str = ""
    order: str = ""
    form: dates.Form | None = None
    preview: list[tuple[str, str, str]] = field(default_factory=list)
    question: Question | None = None
    problem: NotASeries | None = None
    series: Series | None = None


def read(content: bytes, settings: Settings | None = None, least: int = LEAST) -> Reading:
    """Read a file: CSV, TSV or plain text, a value per line, with or without dates.

    Args:
        content: the file's bytes; nothing in it is ever run, fetched or taken for a path.
        settings: what is known already, such as the answers to earlier questions.
        least: how many values a series must have.

    Returns:
        A reading in which exactly one of ``series``, ``question`` and ``problem`` is set.
    """
    settings, reading = settings or Settings(), Reading()
    try:
        text, reading.encoding = decode(content, settings.encoding)
        reading.table = build_table(split_lines(text), settings.delimiter, settings.header)
        choose_columns(reading, settings)
        reading.series = _series_of(reading, settings, least)
    except Asked as asked:
        reading.question = asked.question
    except NotASeries as problem:
        reading.problem = problem
    return reading


def choose_columns(reading: Reading, settings: Settings) -> None:
    """Find the columns of dates and of numbers, and choose one of each.

    Raises:
        Asked: there are several columns of numbers.
        NotASeries: "no_numbers", or "no_column" where a chosen one does not exist.
    """
    table = reading.table
    columns = range(len(table.names))
    is_numeric = {place: _is_numeric(table.column(place)) for place in columns}
    reading.date_columns = tuple(place for place in columns if _is_of_dates(table, place, is_numeric))
    if settings.date_column == AUTO:
        reading.date_column = reading.date_columns[0] if reading.date_columns else None
    elif settings.date_column != NONE:
        reading.date_column = _place(settings.date_column, table)
    reading.value_columns = tuple(place for place in columns if is_numeric[place] and place != reading.date_column)
    if settings.value_column != AUTO:
        reading.value_column = _place(settings.value_column, table)
    elif not reading.value_columns:
        raise NotASeries("no_numbers", columns=", ".join(table.names[:10]))
    elif len(reading.value_columns) > 1:
        names = {str(place): table.names[place] for place in reading.value_columns}
        raise Asked(Question("value_column", "", names))
    else:
        reading.value_column = reading.value_columns[0]


def _place(setting: str, table: Table) -> int:
    if not setting.isdecimal() or int(setting) >= len(table.names):
        raise NotASeries("no_column")
    return int(setting)


def _is_numeric(cells: list[str]) -> bool:
    """Tell whether four in five of the first filled cells are numbers."""
    filled = list(islice((cell for cell in cells if not numbers.is_missing(cell)), SAMPLE))
    return bool(filled) and sum(map(numbers.is_number, filled)) >= 0.8 * len(filled)


def _is_of_dates(table: Table, place: int, is_numeric: dict[int, bool]) -> bool:
    """Tell whether a column holds dates; plain numbers do only by name, or in front and rising."""
    cells = table.column(place)
    form = dates.find_form(cells)
    if form is None:
        return False
    if not form.is_number:
        return True
    if table.has_header and dates.DATE_NAMES.search(table.names[place]):
        return True
    digits = [cell.strip() for cell in cells if cell.strip()]
    is_whole = all(digit.isdecimal() for digit in digits)
    is_rising = is_whole and all(int(before) < int(after) for before, after in pairwise(digits))
    return place == 0 and is_rising and form.name in ("year", "compact") and any(list(is_numeric.values())[1:])


def _series_of(reading: Reading, settings: Settings, least: int) -> Series:
    values, notes = _read_values(reading, settings)
    found = _read_dates(reading, settings)
    table = reading.table
    cells, days = table.column(reading.value_column), [] if found is None else table.column(reading.date_column)
    reading.preview = _preview(cells, values, days, found)
    name = table.names[reading.value_column]
    if found is not None and any(dates.has_zone(day, reading.form) for day in days[:SAMPLE]):
        notes = (*notes, Note("utc"))
    return build_series(values, found, name, notes, least)


def _read_values(reading: Reading, settings: Settings) -> tuple[np.ndarray, tuple[Note, ...]]:
    """Return the chosen column's numbers, NaN where missing.

    Raises:
        Asked: both decimal marks are possible and give different numbers.
        NotASeries: "not_number", with the line.
    """
    table, cells = reading.table, reading.table.column(reading.value_column)
    marks, example = numbers.possible_marks(cells)
    is_open = settings.decimal == AUTO
    reading.decimal = _decide_mark(reading, marks, example) if is_open else settings.decimal
    values, wrong = numbers.parse_all(cells, reading.decimal)
    if wrong is not None:
        raise NotASeries("not_number", line=table.lines[wrong], cell=cells[wrong][:40])
    notes = (Note("signs"),) if any(map(numbers.is_dressed, cells[:SAMPLE])) else ()
    return values, notes


def _decide_mark(reading: Reading, marks: tuple[str, ...], example: str | None) -> str:
    if len(marks) == 1:
        return marks[0]
    if not marks:  # the mark by which more can be read, so that the first wrong cell is named
        cells = reading.table.column(reading.value_column)
        wrong = {mark: numbers.parse_all(cells, mark)[1] for mark in numbers.MARKS}
        return max(wrong, key=wrong.get)
    if example is None:
        return numbers.POINT
    if proven := _proven_mark(reading):
        return proven
    readings = {mark: f"{numbers.parse(example, mark):.15g}" for mark in marks}
    raise Asked(Question("decimal", example.strip(), readings))


def _proven_mark(reading: Reading) -> str | None:
    """Return the mark that the table's other columns, or commas between bare cells, leave as the only one."""
    table = reading.table
    if table.delimiter == numbers.COMMA and not table.has_quotes:
        return numbers.POINT
    others = [place for place in reading.value_columns if place != reading.value_column]
    proven = {numbers.possible_marks(table.column(place))[0] for place in others}
    single = {marks[0] for marks in proven if len(marks) == 1}
    return single.pop() if len(single) == 1 else None


def _read_dates(reading: Reading, settings: Settings) -> np.ndarray | None:
    """Return the chosen column's dates.

    Raises:
        Asked: day and month could be swapped.
        NotASeries: "not_date" or "mixed_dates", with the line.
    """
    if reading.date_column is None:
        return None
    table, cells = reading.table, reading.table.column(reading.date_column)
    reading.form = dates.find_form(cells)
    if reading.form is None:
        raise NotASeries("not_date", line=table.lines[0], cell=cells[0][:40])
    reading.order = _decide_order(cells, reading.form, settings.order)
    found, wrong = dates.parse_all(cells, reading.form, reading.order)
    if wrong is not None:
        raise NotASeries("not_date", line=table.lines[wrong], cell=cells[wrong][:40])
    return found


def _decide_order(cells: list[str], form: dates.Form, setting: str) -> str:
    if len(form.orders) == 1:
        return form.orders[0]
    if setting in form.orders:
        return setting
    orders, example = dates.possible_orders(cells, form)
    if len(orders) == 1 or example is None:
        return orders[0] if orders else form.orders[0]
    readings = {order: read for order in orders if (read := dates.read(example, form, order))}
    raise Asked(Question("order", example, readings))


def _preview(cells: list[str], values: np.ndarray, days: list[str], found: np.ndarray | None) -> list:
    """Return (as it is written, the date, the number) of the first three rows and the last."""
    places = dict.fromkeys([*range(min(3, len(cells))), len(cells) - 1])
    rows = []
    for place in places:
        written = f"{days[place].strip()} · {cells[place].strip()}" if days else cells[place].strip()
        date = "" if found is None else str(found[place]).replace("T00:00:00", "").replace("T", " ")
        number = "–" if np.isnan(values[place]) else f"{values[place]:.12g}"
        rows.append((written[:80], date, number))
    return rows
