"""How often the values come: the step between dates, its gaps, and how the dates go on."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

DAY = 86_400
HOUR = 3_600
# A step is one where this share of the distances between dates is equal; the others are gaps.
REGULAR = 0.7
# A grid with more places than this many times the values is no grid.
SPARSE = 3
MONTH_END = 4  # days before the end that still count as the end of a month
BUSINESS_LEAST = 10


@dataclass(frozen=True)
class Step:
    """The distance between two neighbouring dates: ``count`` times a unit.

    unit: "month" (of the calendar), "business" (Monday to Friday) or "second".
    at_month_end: months are counted from their last day.
    """

    unit: str
    count: int
    at_month_end: bool = False

    @property
    def name(self) -> str:
        """What people call it: "yearly" to "hourly", or "other"."""
        if self.unit == "business":
            return "business"
        if self.unit == "month":
            return {12: "yearly", 3: "quarterly", 1: "monthly"}.get(self.count, "months")
        names = {7 * DAY: "weekly", DAY: "daily", HOUR: "hourly", 60: "minutely"}
        return names.get(self.count, "days" if self.count % DAY == 0 else "seconds")


def find_step(dates: np.ndarray) -> Step | None:
    """Return the step of sorted, unique dates (datetime64[s] [n]), or None where they come irregularly."""
    if len(dates) < 3:
        return None
    return _months(dates) or _business(dates) or _seconds(dates)


def _usual(distances: np.ndarray) -> int | None:
    """Return the distance that most have, where the others are multiples of it."""
    distance, times = Counter(distances.tolist()).most_common(1)[0]
    is_grid = distance > 0 and times >= REGULAR * len(distances) and not (distances % distance).any()
    return int(distance) if is_grid else None


def _months(dates: np.ndarray) -> Step | None:
    if (dates != dates.astype("datetime64[D]")).any():
        return None
    months = dates.astype("datetime64[M]")
    days = (dates.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int)
    to_end = ((months + 1).astype("datetime64[D]") - dates.astype("datetime64[D]")).astype(int)
    is_same_day, is_end = len(set(days.tolist())) == 1, bool((to_end <= MONTH_END).all())
    count = _usual(np.diff(months.astype(int)))
    if count is None or not (is_same_day or is_end):
        return None
    return Step("month", count, at_month_end=not is_same_day or bool((to_end == 1).all()))


def _business(dates: np.ndarray) -> Step | None:
    days = dates.astype("datetime64[D]")
    if len(days) < BUSINESS_LEAST or (dates != days).any() or not np.is_busday(days).all():
        return None
    return Step("business", 1) if _usual(np.busday_count(days[:-1], days[1:])) == 1 else None


def _seconds(dates: np.ndarray) -> Step | None:
    count = _usual(np.diff(dates).astype(int))
    return Step("second", count) if count else None


def places_on_grid(dates: np.ndarray, step: Step) -> np.ndarray | None:
    """Return the place of each date on the step's grid, int [n] from 0; None where the grid is nearly empty."""
    if step.unit == "month":
        months = dates.astype("datetime64[M]").astype(int)
        places = (months - months[0]) // step.count
    elif step.unit == "business":
        days = dates.astype("datetime64[D]")
        places = np.busday_count(days[0], days)
    else:
        places = (dates - dates[0]).astype(int) // step.count
    return places if places[-1] < SPARSE * len(dates) else None


def dates_from(start: np.datetime64, step: Step, first: int, count: int) -> np.ndarray:
    """Return ``count`` dates of the grid through ``start``, from ``first`` steps after it: datetime64[s]."""
    steps = np.arange(first, first + count)
    if step.unit == "business":
        return np.busday_offset(start.astype("datetime64[D]"), steps).astype("datetime64[s]")
    if step.unit == "second":
        return start + (steps * step.count).astype("timedelta64[s]")
    months = start.astype("datetime64[M]") + steps * step.count
    if step.at_month_end:
        return ((months + 1).astype("datetime64[D]") - 1).astype("datetime64[s]")
    day = start.astype("datetime64[D]") - start.astype("datetime64[M]").astype("datetime64[D]")
    return (months.astype("datetime64[D]") + day).astype("datetime64[s]")


def label(date: np.datetime64, step: Step | None) -> str:
    """Return a date as its frequency writes it: 2024, 2024 Q1, 2024-02, 2024-02-14 or 2024-02-14 13:00."""
    day = str(date.astype("datetime64[D]"))
    if step is not None and step.unit == "month":
        if step.count % 12 == 0 and date.astype("datetime64[M]").astype(int) % 12 in (0, 11):
            return day[:4]
        if step.count == 3 and date.astype("datetime64[M]").astype(int) % 3 in (0, 2):
            return f"{day[:4]} Q{(int(day[5:7]) + 2) // 3}"
        return day[:7]
    if date == date.astype("datetime64[D]") and (step is None or step.count % DAY == 0 or step.unit == "business"):
        return day
    shown = str(date.astype("datetime64[s]")).replace("T", " ")
    return shown[:-3] if shown.endswith(":00") else shown
