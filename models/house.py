"""What the house task takes and gives: a description of a house in King County in, its price in dollars out.

A visitor describes a house by twelve entries (``ENTRIES``). The networks take seven numbers more
(``FEATURES``), which the sales records know and a visitor need not: what is not known is filled in from the
zip code, and the last number says so. Both networks learned houses in both ways.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import comb
from pathlib import Path
from typing import Any

import numpy as np

from models import runtime, store

TASK = "house"
NETWORKS = ("tabm", "dense")
DEFAULT_NETWORK = "tabm"
STATISTICS = "statistics.json"

AT_ONCE = 512  # houses in one call: each is held against all training sales, more would take hundreds of megabytes
SQUARE_METRES = 0.09290304  # in a square foot


@dataclass(frozen=True)
class Entry:
    """One entry of the form. No house beyond ``least`` and ``most`` is priced; ``step`` is how finely it is counted."""

    least: float
    most: float
    step: float


# The last sale was in May 2015, so no house is younger. A year of renovation of 0 means never.
ENTRIES = {
    "living_area": Entry(200, 20_000, 1),
    "lot": Entry(300, 2_000_000, 1),
    "bedrooms": Entry(0, 20, 1),
    "bathrooms": Entry(0, 10, 0.25),
    "floors": Entry(1, 4, 0.5),
    "grade": Entry(1, 13, 1),
    "condition": Entry(1, 5, 1),
    "view": Entry(0, 4, 1),
    "waterfront": Entry(0, 1, 1),
    "year_built": Entry(1850, 2015, 1),
    "year_renovated": Entry(1850, 2015, 1),
    "zip_code": Entry(98001, 98199, 1),
}
DETAILS = ("latitude", "longitude", "living_area_above", "living_area_nearby", "lot_nearby", "day")
FEATURES = (*ENTRIES, *DETAILS, "is_detailed")

# What a network gives per house, in log dollars; ``dense`` gives the first only.
OUTPUTS = ("price", "low_95", "low_80", "high_80", "high_95")
LEVELS = ("80", "95")

House = dict[str, float]
Statistics = dict[str, Any]
# "prices": some log prices, ascending; level -> what is added there to the low end, and to the high end.
Margins = dict[str, Any]


@dataclass(frozen=True)
class Estimate:
    """What one network says a house is worth, in dollars.

    low, high: the ends of the 80 % interval; low_95, high_95: of the 95 % interval.
    milliseconds: time in the network alone.
    folder: the model's folder that answered.
    """

    price: float
    low: float
    high: float
    low_95: float
    high_95: float
    milliseconds: float
    folder: store.Folder


@dataclass(frozen=True)
class Curve:
    """The price over the values of one entry, all others kept: arrays [n], prices in dollars with 80 % interval."""

    values: np.ndarray
    price: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Attribution:
    """How the entries lead from the price of the median house to that of another.

    base, price: in dollars.
    effects: entry -> its share of the difference, in log dollars; they sum to log(price / base).
    """

    base: float
    price: float
    effects: dict[str, float]


class NoSensiblePrice(Exception):
    """The network's answer is no number, or far beyond all prices that it learned from."""


def preprocess(houses: list[House], statistics: Statistics) -> np.ndarray:
    """Return the networks' features of houses described by their entries.

    Args:
        houses: a dict of the twelve ``ENTRIES`` each; the zip code must be in the statistics.
        statistics: of the network's folder, for what the entries do not say.

    Returns:
        float32 [n, 19], the columns as in ``FEATURES``.
    """
    entries = np.array([[house[name] for name in ENTRIES] for house in houses], np.float64)
    return with_usual_details(entries, statistics)


def with_usual_details(entries: np.ndarray, statistics: Statistics) -> np.ndarray:
    """Return the features float32 [n, 19] of houses of which only the entries [n, 12] are known.

    Position, neighbours' living area and lot are the zip code's usual ones, all living area counts as above
    the ground, and the day of sale is the middle one.
    """
    columns = list(ENTRIES)
    places = [statistics["zip_codes"][str(int(code))] for code in entries[:, columns.index("zip_code")]]
    details = np.array(
        [[place["latitude"], place["longitude"], 0.0, place["living_area"], place["lot"]] for place in places]
    ).reshape(-1, 5)
    details[:, 2] = entries[:, columns.index("living_area")]
    day = np.full(len(entries), statistics["day"])
    return np.column_stack([entries, details, day, np.zeros(len(entries))]).astype(np.float32)


def statistics_of(folder: store.Folder) -> Statistics:
    """Return what the folder knows of the houses that its network learned from; read once per folder."""
    return _read_statistics(folder.path / STATISTICS)


@lru_cache(maxsize=8)
def _read_statistics(path: Path) -> Statistics:
    return json.loads(path.read_text(encoding="utf-8"))


def predict(house: House, network: str) -> Estimate:
    """Let one network say what a house is worth.

    Raises:
        ValueError: the network is not one of ``NETWORKS``.
        NoSensiblePrice: the answer is no number or absurd.
        runtime.NotReady, runtime.Busy, runtime.Unavailable: no answer can be given now.
    """
    answer, prices = _ask([house], network)
    low_95, low, high, high_95 = (float(prices[name][0]) for name in OUTPUTS[1:])
    return Estimate(float(prices["price"][0]), low, high, low_95, high_95, answer.milliseconds, answer.folder)


def what_if(house: House, entry: str, network: str) -> Curve:
    """Return the price over the usual values of one entry (1st to 99th percentile, and the house's own).

    Raises: as ``predict``; also ValueError for an entry without an order, such as the zip code.
    """
    if entry not in ENTRIES or entry == "zip_code":
        raise ValueError(f"entry must be one of {', '.join(ENTRIES)} but the zip code. Received: {entry!r}")
    statistics = statistics_of(runtime.folder(TASK, network))
    values = curve_values(house, entry, statistics)
    _answer, prices = _ask([house | {entry: value} for value in values], network)
    return Curve(values, prices["price"], prices["low_80"], prices["high_80"])


def curve_values(house: House, entry: str, statistics: Statistics) -> np.ndarray:
    """Return the values of a what-if curve in ascending order, at most 61, the house's own among them.

    Living area and lot are spaced evenly by ratio; a renovation is not before the year of building.
    """
    known = statistics["entries"][entry]
    least, most = known["quantiles"][1], known["quantiles"][99]
    step = ENTRIES[entry].step
    if entry == "grade":
        least, most = known["quantiles"][0], known["quantiles"][100]
    if entry in ("view", "condition", "waterfront"):
        least, most = ENTRIES[entry].least, ENTRIES[entry].most
    if entry == "year_renovated":
        least, most = max(house["year_built"], 1950), ENTRIES[entry].most
    if entry == "year_built" and house["year_renovated"]:
        most = min(most, house["year_renovated"])
    if entry in ("living_area", "lot"):
        values = np.rint(np.geomspace(least, most, 60))
    else:
        count = min(60, round((most - least) / step) + 1)
        values = least + np.rint(np.linspace(0, max(most - least, 0) / step, max(count, 1))) * step
    own = [] if entry == "year_renovated" and not house[entry] else [house[entry]]
    return np.unique(np.concatenate([values, own]))


def attribute(house: House, network: str) -> Attribution:
    """Share out the difference to the median house fairly among the entries that differ: Shapley's values.

    Each entry's share is what changing it adds to the log price, averaged over all orders in which the entries
    could be changed; with at most twelve entries all 4,096 mixtures of the two houses are priced, so the values
    are exact and sum to the whole difference.

    Sources: Shapley (1953), https://doi.org/10.1515/9781400881970-018; Lundberg and Lee (2017),
    https://arxiv.org/abs/1705.07874, with the median house as the one background.

    Raises: as ``predict``.
    """
    base = statistics_of(runtime.folder(TASK, network))["median_house"]
    changed = [name for name in ENTRIES if house[name] != base[name]]
    mixtures = [
        base | {name: house[name] for bit, name in enumerate(changed) if mixture >> bit & 1}
        for mixture in range(2 ** len(changed))
    ]
    _answer, prices = _ask(mixtures, network)
    effects = shapley_values(np.log(prices["price"]), len(changed))
    return Attribution(
        float(prices["price"][0]), float(prices["price"][-1]), dict(zip(changed, effects.tolist(), strict=True))
    )


def shapley_values(worths: np.ndarray, players: int) -> np.ndarray:
    """Return each player's Shapley value [players], from the worth [2 ** players] of every coalition.

    Bit i of a coalition's index says whether player i is in it.
    """
    coalitions = np.arange(2**players)
    sizes = np.array([int(coalition).bit_count() for coalition in coalitions])
    values = np.zeros(players)
    for player in range(players):
        without = coalitions[(coalitions >> player & 1) == 0]
        gains = worths[without | 1 << player] - worths[without]
        weights = np.array([1 / (players * comb(players - 1, size)) for size in range(players)])
        values[player] = (gains * weights[sizes[without]]).sum()
    return values


def percentile(entry: str, value: float, statistics: Statistics) -> float:
    """Return the share of the training houses, 0..1, that lie below a value, those equal to it counted half."""
    quantiles = np.array(statistics["entries"][entry]["quantiles"])
    below = np.interp(value, *_steps(quantiles)) if quantiles[0] < quantiles[-1] else 50.0
    return float(below) / 100


def _steps(quantiles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct quantiles and the middle of the per cents at which each occurs."""
    values, first, counts = np.unique(quantiles, return_index=True, return_counts=True)
    return values, first + (counts - 1) / 2


def unusual(house: House, statistics: Statistics) -> dict[str, tuple[float, float]]:
    """Return the entries beyond those of all training houses, with the smallest and largest value of these."""
    beyond = {}
    for name, known in statistics["entries"].items():
        least, most = known["quantiles"][0], known["quantiles"][100]
        if name == "year_renovated" and not house[name]:
            continue
        if not least <= house[name] <= most:
            beyond[name] = (least, most)
    return beyond


def _ask(houses: list[House], network: str) -> tuple[runtime.Answer, dict[str, np.ndarray]]:
    """Price houses: the answer, and for each of ``OUTPUTS`` the dollars [n]."""
    if network not in NETWORKS:
        raise ValueError(f"network must be one of {', '.join(NETWORKS)}. Received: {network!r}")
    statistics = statistics_of(runtime.folder(TASK, network))
    features = preprocess(houses, statistics)
    chunks = [features[start : start + AT_ONCE] for start in range(0, len(features), AT_ONCE)]
    answers = [runtime.call(TASK, network, chunk) for chunk in chunks]
    output = np.concatenate([answer.output for answer in answers])
    prices = {name: np.exp(logs) for name, logs in widen(output, statistics["intervals"]["form"]).items()}
    _require_sensible(prices, statistics)
    return answers[-1], prices


def widen(output: np.ndarray, margins: Margins) -> dict[str, np.ndarray]:
    """Return log dollars [n] for each of ``OUTPUTS``, from a network's output [n, 1 or 5].

    The margins, from the validation houses, are added to the ends that the network gives, or where it gives
    none to the price; between the prices for which they are known they are interpolated.
    """
    logs = np.asarray(output, np.float64)
    has_ends = logs.shape[1] == len(OUTPUTS)
    given = dict(zip(OUTPUTS, logs.T, strict=True)) if has_ends else dict.fromkeys(OUTPUTS, logs[:, 0])
    ends = {
        f"{end}_{level}": given[f"{end}_{level}"] + np.interp(given["price"], margins["prices"], margins[level][index])
        for level in LEVELS
        for index, end in enumerate(("low", "high"))
    }
    price = given["price"]
    low_80, high_80 = np.minimum(ends["low_80"], price), np.maximum(ends["high_80"], price)
    return {
        "price": price,
        "low_95": np.minimum(ends["low_95"], low_80),
        "low_80": low_80,
        "high_80": high_80,
        "high_95": np.maximum(ends["high_95"], high_80),
    }


def _require_sensible(prices: dict[str, np.ndarray], statistics: Statistics) -> None:
    """Raise NoSensiblePrice for what is no number, or over ten times the range of the training prices."""
    least, most = statistics["price"]["least"] / 10, statistics["price"]["most"] * 10
    price = prices["price"]
    ordered = all(np.all(prices[low] <= prices[high]) for low, high in pairwise(("low_80", "price", "high_80")))
    if not (ordered and np.all((least <= price) & (price <= most)) and np.all(np.isfinite(prices["high_95"]))):
        raise NoSensiblePrice(f"prices from {price.min():g} to {price.max():g} dollars")
