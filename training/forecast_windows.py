"""What the forecasting networks learn from: pieces of series, cut where a forecast could have been asked for."""

from typing import NamedTuple

import numpy as np

from models import forecast
from models.forecast_features import MIN_VALUES, SERIES_SIZE, STEP_SIZE, features
from training.data.series import Series

# How many pieces are cut from each series of a group.
PIECES = {
    "Yearly": 7,
    "Quarterly": 5,
    "Monthly": 5,
    "Weekly": 60,
    "Daily": 10,
    "Hourly": 60,
    "monthly": 3,
    "quarterly": 6,
    "daily": 8,
    "from hours": 10,
    "tsdl": 20,
    "fred": 60,
    "nn5": 40,
    "ett": 300,
    "made": 1,
}
# How far the pieces of a group are mostly asked to be forecast, what Naive2 errs there (sMAPE, MASE), and the season
# of the errors. Quarterly and monthly are those of the competition.
QUARTERLY, MONTHLY = (8, 11.0, 1.37, 4), (18, 14.4, 1.06, 12)
ASKED = {
    "Yearly": (6, 16.3, 3.97, 1),
    "Quarterly": QUARTERLY,
    "quarterly": QUARTERLY,
    "Monthly": MONTHLY,
    "monthly": MONTHLY,
    "fred": MONTHLY,
    "Weekly": (13, 9.2, 2.78, 1),
    "Hourly": (48, 18.4, 2.4, 24),
}
ASKED_ELSEWHERE = (18, 14.0, 2.5, 1)
# The chance that a piece keeps only the end of its history, as a visitor's series may be short.
SHORTENED = {"Yearly": 0.15}
SHORTENED_ELSEWHERE = 0.3
# Steps taught of each piece: most of them near, some as far as the series goes.
NEAR_STEPS, FAR_STEPS = 8, 4
# The chance that a piece is shown as if its season were not known, and that it is turned upside down.
SEASON_HIDDEN, TURNED = 0.15, 0.05
TOGETHER = 500
# Targets further than this many usual changes, and weights above this, would let single series decide.
FURTHEST_TARGET, HEAVIEST = 2_000.0, 3.0


class Pieces(NamedTuple):
    """Inputs, targets and weights for ``combiner``.

    series: float32 [n, SERIES_SIZE]. steps: float32 [n, steps, STEP_SIZE].
    target, weight: float32 [n, steps], in usual changes from the anchor; the weight is 0 where none is known.
    """

    series: np.ndarray
    steps: np.ndarray
    target: np.ndarray
    weight: np.ndarray


class Cut(NamedTuple):
    """One piece: a history, the values that came after, and how it is to be shown."""

    history: np.ndarray
    future: np.ndarray
    season: int
    group: str


def asked_horizon(group: str) -> int:
    """Return how far the series of a group are mostly asked to be forecast."""
    return ASKED.get(group, ASKED_ELSEWHERE)[0]


def cut_pieces(learned: list[Series], random: np.random.Generator) -> list[Cut]:
    """Cut pieces from every series, the last possible one always among them."""
    return [cut for series in learned for cut in _cut_one(series, random)]


def _cut_one(series: Series, random: np.random.Generator) -> list[Cut]:
    values, asked = series.values, asked_horizon(series.group)
    latest = max(len(values) - asked, MIN_VALUES)
    earliest = min(max(MIN_VALUES, latest // 3), latest)
    ends = random.integers(earliest, latest + 1, PIECES[series.group])
    ends[0] = latest
    found = []
    for end in np.unique(ends):
        sign = -1.0 if random.random() < TURNED else 1.0
        season = 1 if random.random() < SEASON_HIDDEN else _shown_season(series, random)
        kept = _kept_length(int(end), series, random)
        history, future = values[end - kept : end], values[end : end + forecast.MAX_HORIZON]
        if len(future) and np.ptp(history[-MIN_VALUES * 8 :]) > 0:
            found.append(Cut(sign * history, sign * future, season, series.group))
    return found


def _kept_length(end: int, series: Series, random: np.random.Generator) -> int:
    """How many of the values before ``end`` make the history: all, or for some pieces fewer, short ones as often."""
    longest = min(end, forecast.MAX_LENGTH)
    if random.random() >= SHORTENED.get(series.group, SHORTENED_ELSEWHERE) or longest <= MIN_VALUES:
        return longest
    return int(MIN_VALUES * (longest / MIN_VALUES) ** random.random())


def _shown_season(series: Series, random: np.random.Generator) -> int:
    """The season; days of unknown kind are shown with weeks and without."""
    return int(random.choice([1, 7])) if series.group == "daily" else series.season


def last_pieces(series: list[Series], horizon: int, ends: int) -> list[Cut]:
    """Cut pieces to validate on: the last ones with a whole horizon after them, half a horizon apart."""
    found = []
    for one in series:
        for back in range(ends):
            end = len(one.values) - horizon - back * max(horizon // 2, 1)
            if end >= max(MIN_VALUES, 2 * one.season) or (back == 0 and end >= MIN_VALUES):
                found.append(Cut(one.values[:end], one.values[end : end + horizon], one.season, one.group))
    return found


def build_pieces(cuts: list[Cut], random: np.random.Generator, all_steps: int | None = None) -> Pieces:
    """Turn pieces into inputs and targets.

    Args:
        cuts: what ``cut_pieces`` or ``last_pieces`` gave.
        random: chooses the steps.
        all_steps: take this many steps from the first on instead of choosing.
    """
    count = all_steps or NEAR_STEPS + FAR_STEPS
    pieces = Pieces(
        np.zeros((len(cuts), SERIES_SIZE), np.float32),
        np.zeros((len(cuts), count, STEP_SIZE), np.float32),
        np.zeros((len(cuts), count), np.float32),
        np.zeros((len(cuts), count), np.float32),
    )
    by_season: dict[int, list[int]] = {}
    for index, cut in enumerate(cuts):
        by_season.setdefault(cut.season, []).append(index)
    for indices in by_season.values():
        for first in range(0, len(indices), TOGETHER):
            some = indices[first : first + TOGETHER]
            _fill(pieces, some, [cuts[index] for index in some], random, all_steps)
    return pieces


def _fill(
    pieces: Pieces, indices: list[int], chosen: list[Cut], random: np.random.Generator, all_steps: int | None
) -> None:
    """Write the rows of the chosen pieces, which share their season."""
    steps = np.stack([_choose_steps(cut, random, all_steps) for cut in chosen])  # [n, steps]
    farthest = int(steps.max())
    found = features([cut.history for cut in chosen], np.arange(1, farthest + 1), chosen[0].season)
    pieces.series[indices] = found.series
    pieces.steps[indices] = np.take_along_axis(found.steps, steps[..., np.newaxis] - 1, axis=1)
    future = np.stack([np.pad(cut.future[:farthest], (0, max(0, farthest - len(cut.future)))) for cut in chosen])
    actual = np.take_along_axis(future, steps - 1, axis=1)
    is_known = steps <= np.array([len(cut.future) for cut in chosen])[:, np.newaxis]
    scale = np.where(found.scale > 0, found.scale, 1)[:, np.newaxis]
    target = np.clip((actual - found.anchor[:, np.newaxis]) / scale, -FURTHEST_TARGET, FURTHEST_TARGET)
    weight = _weights(chosen, actual, found.anchor, found.scale)
    pieces.target[indices] = np.where(is_known, target, 0)
    pieces.weight[indices] = np.where(is_known, weight, 0)


def _choose_steps(cut: Cut, random: np.random.Generator, all_steps: int | None) -> np.ndarray:
    if all_steps:
        return np.arange(1, all_steps + 1)
    near = min(asked_horizon(cut.group), len(cut.future))
    chosen = np.r_[random.integers(1, near + 1, NEAR_STEPS), random.integers(1, len(cut.future) + 1, FAR_STEPS)]
    return np.sort(chosen)


def _weights(cuts: list[Cut], actual: np.ndarray, anchor: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """What an error of one usual change costs in OWA [n, steps], as far as that can be said step by step."""
    naive2 = np.array([ASKED.get(cut.group, ASKED_ELSEWHERE)[1:3] for cut in cuts])
    lags = [_lag(cut) for cut in cuts]
    usual = np.array(
        [np.abs(cut.history[lag:] - cut.history[:-lag]).mean() for cut, lag in zip(cuts, lags, strict=True)]
    )
    scaled = scale / np.where(usual > 0, usual, 1) / naive2[:, 1]
    size = np.abs(actual) + np.abs(anchor)[:, np.newaxis]
    relative = 200 * scale[:, np.newaxis] / np.where(size > 0, size, 1) / naive2[:, :1]
    return np.minimum(scaled[:, np.newaxis] + relative, HEAVIEST) / 2


def _lag(cut: Cut) -> int:
    """The season of the errors, 1 where the history does not hold one whole season and a value."""
    season = ASKED.get(cut.group, ASKED_ELSEWHERE)[3]
    return season if len(cut.history) > season else 1


def ten_step_windows(learned: list[Series], count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw windows for the recurrent networks: float32 [n, 10, 1] scaled to 0..1 and the next value [n, 1].

    Groups are drawn alike, whatever their size; next values beyond -1..2 are cut, and windows of equal values
    are left out.
    """
    random = np.random.default_rng(seed)
    groups: dict[str, list[Series]] = {}
    for series in learned:
        groups.setdefault(series.group, []).append(series)
    drawn = []
    for members in groups.values():
        for _ in range(count // len(groups)):
            values = members[random.integers(len(members))].values
            start = random.integers(len(values) - forecast.WINDOW)
            drawn.append(values[start : start + forecast.WINDOW + 1])
    drawn = np.stack(drawn)
    scaled, low, span = forecast.scale_windows(drawn[:, :-1])
    changes = span[:, 0] > 0
    following = np.clip((drawn[:, -1:] - low) / np.where(span > 0, span, 1), -1, 2)
    return scaled[changes, :, np.newaxis].astype(np.float32), following[changes].astype(np.float32)
