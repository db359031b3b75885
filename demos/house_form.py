"""The entries of the house tab: what they are called, what their values mean, and how they are checked."""

import math
from dataclasses import replace
from typing import Any

from demos import endpoint, guard
from demos.guard import _
from demos.page import Translate
from models import house

GRADES = {
    1: _("1 · a cabin"),
    2: _("2 · hardly a dwelling"),
    3: _("3 · below the building standards"),
    4: _("4 · old and of low quality"),
    5: _("5 · small, simple, cheaply built"),
    6: _("6 · the least that is allowed today"),
    7: _("7 · average"),
    8: _("8 · a little above average"),
    9: _("9 · better design and finish"),
    10: _("10 · high quality"),
    11: _("11 · own design, fine finish"),
    12: _("12 · own design, finest materials"),
    13: _("13 · a mansion"),
}
CONDITIONS = {1: _("1 · worn out"), 2: _("2 · fair"), 3: _("3 · average"), 4: _("4 · good"), 5: _("5 · very good")}
VIEWS = {0: _("0 · none"), 1: _("1 · fair"), 2: _("2 · average"), 3: _("3 · good"), 4: _("4 · excellent")}

NO_TRUTH = _("{name} must be true or false.")
NO_STEP = _("{name} must be a multiple of {step}.")
NO_PLACE = _("{name} must be one of King County's in the data, such as {example}.")
RENOVATED_BEFORE_BUILT = _("{renovated} ({renovated_year}) must not come before {built} ({built_year}).")

MEDIAN = _("the median house's")
LIVING_AREA, LOT = _("Square feet of living area."), _("Square feet of land.")


def _numbers() -> dict[str, endpoint.Parameter]:
    """The entries that are numbers, as a program gives them."""
    abouts = {
        "living_area": LIVING_AREA,
        "lot": LOT,
        "bedrooms": _("How many."),
        "bathrooms": _("How many, a shower or a tub less is a quarter less."),
        "floors": _("How many."),
        "grade": _("Of building and design, from 1, a cabin, to 13, a mansion."),
        "condition": _("From 1, worn out, to 5, very good."),
        "view": _("From 0, none, to 4, excellent."),
    }
    return {name: _number(name, about) for name, about in abouts.items()}


def _number(name: str, about: str) -> endpoint.Parameter:
    limits = house.ENTRIES[name]
    plain = endpoint.number(name, limits.least, limits.most, about, None, usual=MEDIAN)
    if name in ("living_area", "lot"):
        return plain
    if limits.step == 1:
        whole = endpoint.whole(name, int(limits.least), int(limits.most), about, None, usual=MEDIAN)
        return replace(whole, refusals=(*plain.refusals, *whole.refusals))
    step = guard.Refusal(NO_STEP, name=name, step=limits.step)
    values = plain.values | {"step": limits.step}
    return replace(plain, type=endpoint.STEPS, values=values, refusals=(*plain.refusals, step))


def _year(name: str, about: str, **more: Any) -> endpoint.Parameter:
    limits = house.ENTRIES[name]
    years = {"least": f"{limits.least:.0f}", "most": f"{limits.most:.0f}"}
    refusals = (guard.Refusal(guard.NOT_WHOLE, name=name, **years),)
    return endpoint.Parameter("number", endpoint.WHOLE, about, None, refusals, years, usual=MEDIAN, **more)


PARAMETERS: dict[str, endpoint.Parameter] = {
    **_numbers(),
    "waterfront": endpoint.Parameter(
        "truth",
        endpoint.TRUTH,
        _("Whether it lies at the water."),
        None,
        (guard.Refusal(NO_TRUTH, name="waterfront"),),
        usual=MEDIAN,
    ),
    "year_built": _year("year_built", ""),
    "year_renovated": _year("year_renovated", _("0 or null for never."), can_be_null=True),
    "zip_code": endpoint.Parameter(
        "text",
        _("text, one of the county's zip codes"),
        _('For example "98103".'),
        None,
        (guard.Refusal(NO_PLACE, name="zip_code", example="98001"),),
        usual=MEDIAN,
    ),
}

# Houses made up for this tab; what is not said is as in the median house.
EXAMPLES: dict[str, dict[str, float]] = {
    _("Small bungalow"): {
        **{"living_area": 900, "lot": 5000, "bedrooms": 2, "bathrooms": 1, "floors": 1, "grade": 6},
        **{"year_built": 1948, "zip_code": 98126},
    },
    _("Family house"): {
        **{"living_area": 2500, "lot": 7500, "bedrooms": 4, "bathrooms": 2.5, "floors": 2, "grade": 8},
        **{"year_built": 1998, "zip_code": 98052},
    },
    _("Townhouse"): {
        **{"living_area": 1300, "lot": 1400, "bedrooms": 3, "bathrooms": 2.25, "floors": 3, "grade": 8},
        **{"year_built": 2008, "zip_code": 98103},
    },
    _("Villa at the water"): {
        **{"living_area": 4200, "lot": 20_000, "bedrooms": 4, "bathrooms": 3.5, "floors": 2, "grade": 11},
        **{"condition": 4, "view": 4, "waterfront": 1, "year_built": 1990, "year_renovated": 2005, "zip_code": 98040},
    },
}


def names(_: Translate) -> dict[str, str]:
    """Return what the entries are called."""
    return {
        "living_area": _("Living area"),
        "lot": _("Lot"),
        "bedrooms": _("Bedrooms"),
        "bathrooms": _("Bathrooms"),
        "floors": _("Floors"),
        "grade": _("Grade"),
        "condition": _("Condition"),
        "view": _("View"),
        "waterfront": _("Waterfront"),
        "year_built": _("Year built"),
        "year_renovated": _("Year renovated"),
        "zip_code": _("Zip code"),
    }


def shown(entry: str, value: float, _: Translate) -> str:
    """Return an entry's value as a visitor reads it, areas in both units."""
    if entry in ("living_area", "lot"):
        return _("{feet:,.0f} sq ft ({metres:,.0f} m²)").format(feet=value, metres=value * house.SQUARE_METRES)
    if entry == "waterfront":
        return _("at the water") if value else _("not at the water")
    if entry == "year_renovated" and not value:
        return _("never")
    return f"{value:g}"


def read(values: list[Any], places: dict[str, Any], known: dict[str, str]) -> house.House:
    """Return the house that the twelve values describe, in the order of ``house.ENTRIES``.

    Args:
        values: whatever came; a year of renovation of None, "" or 0 means never.
        places: the known zip codes.
        known: what the entries are called in what is refused.

    Raises:
        guard.Refusal: a value cannot be used, or two contradict each other.
    """
    given = dict(zip(house.ENTRIES, values, strict=True))
    read_house = {name: read_entry(name, value, places, known) for name, value in given.items()}
    built, renovated = read_house["year_built"], read_house["year_renovated"]
    if renovated and renovated < built:
        raise guard.Refusal(
            RENOVATED_BEFORE_BUILT,
            **{"renovated": known["year_renovated"], "renovated_year": f"{renovated:.0f}"},
            **{"built": known["year_built"], "built_year": f"{built:.0f}"},
        )
    return read_house


def read_entry(entry: str, value: Any, places: dict[str, Any], known: dict[str, str]) -> float:
    """Return one entry's value; arguments and what is raised as in ``read``."""
    limits, name = house.ENTRIES[entry], known[entry]
    if entry == "zip_code":
        return _read_zip_code(value, places, name)
    if entry == "waterfront":
        return _read_truth(value, name)
    if entry == "year_renovated" and (value is None or value == "" or (value == 0 and not isinstance(value, bool))):
        return 0.0
    if entry.startswith("year"):
        return _read_year(value, limits, name)
    number = guard.require_number(value, limits.least, limits.most, name)
    if limits.step == 1 and entry not in ("living_area", "lot"):
        return float(guard.require_whole(value, int(limits.least), int(limits.most), name))
    if not (number / limits.step).is_integer() and entry not in ("living_area", "lot"):
        raise guard.Refusal(NO_STEP, name=name, step=limits.step)
    return number


def _read_truth(value: Any, name: str) -> float:
    if value not in (0, 1) or not isinstance(value, bool | int | float):
        raise guard.Refusal(NO_TRUTH, name=name)
    return float(value)


def _read_year(value: Any, limits: house.Entry, name: str) -> float:
    """A year is written without a comma between its digits, also in the sentence that refuses one."""
    try:
        return float(guard.require_whole(value, int(limits.least), int(limits.most), name))
    except guard.Refusal as refusal:
        years = {"least": f"{limits.least:.0f}", "most": f"{limits.most:.0f}"}
        raise guard.Refusal(refusal.sentence, name=name, **years) from None


def _read_zip_code(value: Any, places: dict[str, Any], name: str) -> float:
    """A zip code as text or as a number; of what was sent nothing is repeated."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(min(value, 10**6))
    text = f"{value:.0f}" if is_number and abs(value) < 10**6 and value == int(value) else value
    if not isinstance(text, str) or text.strip() not in places:
        raise guard.Refusal(NO_PLACE, name=name, example=next(iter(places)))
    return float(text.strip())
