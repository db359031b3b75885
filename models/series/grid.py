"""From values with dates to a series on an even grid: sorted, merged, filled, and every change noted."""

from dataclasses import dataclass

import numpy as np

from models.series import frequency, numbers, season
from models.series.frequency import Step
from models.series.problems import NotASeries, Note

LEAST = 4
MOST_FILLED = 0.3
MOST_REPEATED = 0.1


@dataclass(frozen=True)
class Series:
    """A series on an even grid, sorted, complete.

    values: float64 [n], missing ones filled by a straight line between their neighbours, at the ends by the nearest.
    known: float64 [n], NaN where a value was filled.
    dates: datetime64[s] [n], or None where the values are only counted.
    step: the distance of the dates, or None.
    season: after how many values it repeats itself; 1 for not at all.
    """

    values: np.ndarray
    known: np.ndarray
    dates: np.ndarray | None
    step: Step | None
    season: int
    name: str
    notes: tuple[Note, ...] = ()

    def next_dates(self, horizon: int) -> np.ndarray | None:
        """Return the dates of the next values, datetime64[s] [horizon], or None where there are none."""
        if self.dates is None or self.step is None:
            return None
        return frequency.dates_from(self.dates[-1], self.step, 1, horizon)

    def labels(self, horizon: int = 0) -> list[str]:
        """Return how the dates of all values, or of the next ``horizon`` ones, are written; else their numbers."""
        found = self.next_dates(horizon) if horizon else self.dates
        if found is None:
            first = len(self.values) + 1 if horizon else 1
            return [str(number) for number in range(first, first + (horizon or len(self.values)))]
        return [frequency.label(date, self.step) for date in found]


def build_series(
    values: np.ndarray, found: np.ndarray | None, name: str, notes: tuple[Note, ...] = (), least: int = LEAST
) -> Series:
    """Sort, merge, put on the grid and fill what was read; every change becomes a note.

    Raises:
        NotASeries: "too_short", "too_extreme", "too_many_missing" or "repeated_dates".
    """
    step, changes = None, list(notes)
    if found is not None:
        values, found = _sorted(values, found, changes)
        values, found = _merged(values, found, changes)
        values, found, step = _on_grid(values, found, changes)
    present = int((~np.isnan(values)).sum())
    if present < least:
        raise NotASeries("too_short", least=least, found=present)
    if numbers.is_extreme(values):
        raise NotASeries("too_extreme")
    missing = len(values) - present
    if missing > MOST_FILLED * len(values):
        raise NotASeries("too_many_missing", share=missing / len(values), most=MOST_FILLED)
    complete = fill(values)
    if missing:
        changes.append(Note("filled", {"count": missing}))
    if np.ptp(complete) == 0:
        changes.append(Note("constant"))
    has_dates = found is not None and step is not None
    found = found if has_dates else None
    return Series(complete, values, found, step, season.find_season(complete, step), name, tuple(changes))


def fill(values: np.ndarray) -> np.ndarray:
    """Return the values with NaN replaced: by a straight line between neighbours, at the ends by the nearest."""
    is_known = ~np.isnan(values)
    if is_known.all():
        return values.copy()
    places = np.arange(len(values))
    return np.interp(places, places[is_known], values[is_known])


def _sorted(values: np.ndarray, found: np.ndarray, changes: list[Note]) -> tuple[np.ndarray, np.ndarray]:
    if (np.diff(found) >= np.timedelta64(0, "s")).all():
        return values, found
    changes.append(Note("reversed" if (np.diff(found) <= np.timedelta64(0, "s")).all() else "sorted"))
    order = np.argsort(found, kind="stable")
    return values[order], found[order]


def _merged(values: np.ndarray, found: np.ndarray, changes: list[Note]) -> tuple[np.ndarray, np.ndarray]:
    """Replace the values of a date that comes several times by their mean.

    Raises:
        NotASeries: "repeated_dates": so many do that these are several series.
    """
    unique, places, counts = np.unique(found, return_inverse=True, return_counts=True)
    repeated = int((counts > 1).sum())
    if not repeated:
        return values, found
    first = frequency.label(unique[counts > 1][0], None)
    if repeated > MOST_REPEATED * len(unique) + 1:
        raise NotASeries("repeated_dates", date=first)
    is_known = ~np.isnan(values)
    sums = np.bincount(places[is_known], values[is_known], len(unique))
    known = np.bincount(places[is_known], minlength=len(unique))
    changes.append(Note("merged", {"count": repeated, "date": first}))
    with np.errstate(invalid="ignore"):
        return sums / known, unique


def _on_grid(values: np.ndarray, found: np.ndarray, changes: list[Note]) -> tuple:
    """Put the values on the even grid of their dates, NaN in its gaps; leave them where there is no grid."""
    step = frequency.find_step(found)
    places = frequency.places_on_grid(found, step) if step else None
    if places is None:
        changes.append(Note("irregular"))
        return values, found, None
    count = int(places[-1]) + 1
    if count > len(values):
        changes.append(Note("gaps", {"count": count - len(values)}))
    grid = np.full(count, np.nan)
    grid[places] = values
    return grid, frequency.dates_from(found[0], step, 0, count), step
