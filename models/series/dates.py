"""Dates as people write them, one form per column; where day and month could be swapped, it says so."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from models.series.numbers import plain

ORDERS = ("dmy", "mdy", "ymd")
FIRST_YEAR, LAST_YEAR = 1000, 2999
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Two-digit years from here on belong to the last century, as in POSIX.
TURN_OF_CENTURY = 69
EXCEL_START = datetime(1899, 12, 30)
CHINESE_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
SAMPLE = 200
# Names of columns that hold dates, so that plain numbers in them are dates too.
DATE_NAMES = re.compile(
    r"date|time|year|month|day|quarter|week|period|epoch|\bts\b|日期|时间|年|月|日|季|周", re.IGNORECASE
)

_TIME = (
    r"(?:[T ]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[AP]M)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_NAME = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?P<year>\d{4})"


@dataclass(frozen=True)
class Form:
    """A way to write dates. ``is_number``: it could be a plain number as well. ``orders``: its possible orders."""

    name: str
    pattern: re.Pattern
    orders: tuple[str, ...] = ("ymd",)
    is_number: bool = False


def _form(name: str, pattern: str, orders: tuple[str, ...] = ("ymd",), is_number: bool = False) -> Form:
    return Form(name, re.compile(pattern, re.IGNORECASE | re.ASCII), orders, is_number)


FORMS = (
    _form("iso", rf"{_YEAR}(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_TIME}"),
    _form("dots", rf"(?P<first>\d{{1,2}})\.(?P<second_part>\d{{1,2}})\.(?P<last>\d{{4}}){_TIME}", ("dmy",)),
    _form(
        "numeric",
        rf"(?P<first>\d{{1,2}})(?P<mark>[-/])(?P<second_part>\d{{1,2}})(?P=mark)(?P<last>\d{{4}}){_TIME}",
        ("dmy", "mdy"),
    ),
    _form(
        "short",
        rf"(?P<first>\d{{1,2}})(?P<mark>[-/.])(?P<second_part>\d{{1,2}})(?P=mark)(?P<last>\d{{2}}){_TIME}",
        ORDERS,
    ),
    _form("chinese", rf"{_YEAR}年\s*(?:(?P<month>\d{{1,2}})月\s*(?:(?P<day>\d{{1,2}})[日号])?)?\s*{_TIME}"),
    _form("chinese quarter", rf"{_YEAR}年\s*第?(?P<chinese_quarter>[1-4一二三四])季度?"),
    _form("quarter", rf"{_YEAR}[- ]?Q(?P<quarter>[1-4])"),
    _form("quarter first", rf"Q(?P<quarter>[1-4])[-/ ]?{_YEAR}"),
    _form("week", rf"{_YEAR}[- ]?W(?P<week>\d{{2}})"),
    _form("month", rf"{_YEAR}[-/M](?P<month>\d{{1,2}})"),
    _form("month first", rf"(?P<month>\d{{1,2}})[-/]{_YEAR}"),
    _form("month name", rf"{_NAME}[- ,/]*{_YEAR}"),
    _form("name month", rf"{_YEAR}[- /]?{_NAME}"),
    _form("day name", rf"(?P<day>\d{{1,2}})[- ./]?{_NAME}[- ,./]?{_YEAR}{_TIME}"),
    _form("name day", rf"{_NAME}[- ]?(?P<day>\d{{1,2}})[-, ]+{_YEAR}{_TIME}"),
    _form("compact", rf"{_YEAR}(?P<month>\d{{2}})(?P<day>\d{{2}})", is_number=True),
    _form("compact month", rf"{_YEAR}(?P<month>\d{{2}})", is_number=True),
    _form("year", _YEAR, is_number=True),
    _form("epoch", r"(?P<epoch>\d{9,10})(?:\.\d+)?", is_number=True),
    _form("epoch milliseconds", r"(?P<epoch>\d{12,13})", is_number=True),
    _form("serial", r"(?P<serial>[2-6]\d{4})", is_number=True),
)


def find_form(cells: Sequence[str]) -> Form | None:
    """Return the form that four in five of the filled cells have (of the first ``SAMPLE``), or None."""
    sample = [plain(cell).strip() for cell in cells[:SAMPLE] if cell.strip()]
    for form in FORMS:
        readable = sum(any(_parse(cell, form, order) for order in form.orders) for cell in sample)
        if sample and readable >= 0.8 * len(sample):
            return form
    return None


def possible_orders(cells: Sequence[str], form: Form) -> tuple[tuple[str, ...], str | None]:
    """Return the orders by which every readable cell is a date, and a cell that they read differently, or None."""
    orders, example = list(form.orders), None
    for cell in dict.fromkeys(cells):
        text = plain(cell).strip()
        dates = {order: _parse(text, form, order) for order in orders}
        if not any(dates.values()):
            continue
        orders = [order for order in orders if dates[order]]
        if example is None and len({date for date in dates.values() if date}) > 1:
            example = text
        if len(orders) == 1:
            return tuple(orders), None
    return tuple(orders), example


def parse_all(cells: Sequence[str], form: Form, order: str) -> tuple[np.ndarray, int | None]:
    """Return datetime64[s] [n] in UTC where a zone is given, and the place of the first cell without one, or None."""
    found = np.empty(len(cells), "datetime64[s]")
    for place, cell in enumerate(cells):
        date = _parse(plain(cell).strip(), form, order)
        if date is None:
            return found, place
        found[place] = np.datetime64(date)
    return found, None


def has_zone(cell: str, form: Form) -> bool:
    """Tell whether a cell gives its time zone."""
    match = form.pattern.fullmatch(plain(cell).strip())
    return bool(match and match.groupdict().get("zone"))


def read(cell: str, form: Form, order: str) -> str | None:
    """Return a cell's date as in 2024-02-14, or None where it is no date by this order."""
    date = _parse(plain(cell).strip(), form, order)
    return date.strftime("%Y-%m-%d") if date else None


def _parse(text: str, form: Form, order: str) -> datetime | None:
    match = form.pattern.fullmatch(text)
    if not match:
        return None
    parts = match.groupdict()
    try:
        date = _builder(form)(parts, order)
    except (ValueError, OverflowError):
        return None
    return date if FIRST_YEAR <= date.year <= LAST_YEAR else None


def _builder(form: Form) -> Callable[[dict, str], datetime]:
    return {
        "dots": _from_numbers,
        "numeric": _from_numbers,
        "short": _from_numbers,
        "week": lambda parts, _order: datetime.fromisocalendar(int(parts["year"]), int(parts["week"]), 1),
        "epoch": lambda parts, _order: datetime.fromtimestamp(int(parts["epoch"]), UTC).replace(tzinfo=None),
        "epoch milliseconds": lambda parts, _order: datetime.fromtimestamp(int(parts["epoch"]) / 1000, UTC).replace(
            tzinfo=None, microsecond=0
        ),
        "serial": lambda parts, _order: EXCEL_START + timedelta(days=int(parts["serial"])),
    }.get(form.name, _from_names)


def _from_names(parts: dict, _order: str) -> datetime:
    """Build a date from parts that say what they are; a month or day that is not given is the first."""
    month = int(parts.get("month") or 1)
    if parts.get("name"):
        month = MONTHS.index(parts["name"].lower()) + 1
    if parts.get("quarter"):
        month = 3 * int(parts["quarter"]) - 2
    if parts.get("chinese_quarter"):
        quarter = parts["chinese_quarter"]
        month = 3 * CHINESE_QUARTERS.get(quarter, int(quarter) if quarter.isdecimal() else 0) - 2
    return _with_time(datetime(int(parts["year"]), month, int(parts.get("day") or 1)), parts)


def _from_numbers(parts: dict, order: str) -> datetime:
    """Build a date from three numbers of which ``order`` says what they are."""
    numbers = dict(zip(order, (parts["first"], parts["second_part"], parts["last"]), strict=True))
    year = int(numbers["y"])
    if len(numbers["y"]) == 2:
        year += 1900 if year >= TURN_OF_CENTURY else 2000
    return _with_time(datetime(year, int(numbers["m"]), int(numbers["d"])), parts)


def _with_time(date: datetime, parts: dict) -> datetime:
    if not parts.get("hour"):
        return date
    hour = int(parts["hour"])
    if parts["half"]:
        hour = hour % 12 + 12 * (parts["half"].lower() == "pm")
    date = date.replace(hour=hour, minute=int(parts["minute"]), second=int(parts["second"] or 0))
    zone = (parts["zone"] or "Z").replace(":", "")
    if zone.upper() == "Z":
        return date
    sign = -1 if zone[0] == "-" else 1
    return date - sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
