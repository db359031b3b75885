"""How far ``combiner`` leans on the seasonal naive forecast, found on validation series.

For each kind of series and length of history the answer of the network is mixed with the seasonal naive forecast in
the share that errs least on validation series cut to that length. Where the network alone is best, or nearly, the
share is zero. A share holds from one length to the next, so the smaller of both ends is taken; the longest histories
are left to the network.
"""

from typing import Any

import numpy as np

from models import forecast
from models.forecast_features import MIN_VALUES
from training.data.series import Series
from training.forecast_evaluation import Forecaster
from training.forecast_windows import asked_horizon

# The least season of each kind of series, as in ``forecast_widths``, and the fewest values of each length.
SEASONS = (1, 2, 7, 12, 24, 49)
LENGTHS = (MIN_VALUES, 12, 18, 26, 36, 60, 120, 240, 480)
TRIED = np.arange(0, 1.01, 0.1)
# A share must lower the error by this part; fewer series than this tell nothing.
GAIN, FEWEST = 0.01, 25
# Series of a kind that are asked, and the error, in usual changes, beyond which one counts no more.
MOST, WORST = 400, 50.0


def find_shares(forecaster: Forecaster, validation: list[Series]) -> forecast.Shares:
    """Return the shares of the seasonal naive forecast.

    Args:
        forecaster: the network's, without shares.
        validation: series that it did not learn from.
    """
    shares = np.zeros((len(SEASONS), len(LENGTHS)))
    for kind in range(len(SEASONS)):
        own = [one for one in validation if np.searchsorted(SEASONS, one.season, side="right") - 1 == kind]
        for place, length in enumerate(LENGTHS):
            asked = [one for one in own if _is_enough(one, length)][:MOST]
            if len(asked) >= FEWEST:
                shares[kind, place] = _best(_errors(forecaster, asked, length))
    at_next = np.concatenate([shares[:, 1:], np.zeros((len(SEASONS), 1))], axis=1)
    return forecast.Shares(np.array(SEASONS), np.array(LENGTHS), np.minimum(shares, at_next))


def _is_enough(series: Series, length: int) -> bool:
    """Whether a history of this length that changes, and a horizon, can be cut from the end of the series."""
    horizon = asked_horizon(series.group)
    return len(series.values) >= length + horizon and bool(np.ptp(_history(series, length)) > 0)


def _history(series: Series, length: int) -> np.ndarray:
    horizon = asked_horizon(series.group)
    return series.values[len(series.values) - horizon - length : len(series.values) - horizon]


def _errors(forecaster: Forecaster, series: list[Series], length: int) -> np.ndarray:
    """The mean error of every share that is tried, in usual changes, over the series: [shares]."""
    found = []
    for season, horizon in sorted({(one.season, asked_horizon(one.group)) for one in series}):
        own = [one for one in series if (one.season, asked_horizon(one.group)) == (season, horizon)]
        histories = [_history(one, length) for one in own]
        middle = forecaster(histories, horizon, season)[..., 2]
        naive = forecast.seasonal_naive(histories, season, horizon)
        actual = np.stack([one.values[-horizon:] for one in own])
        size = np.array([np.abs(np.diff(one.values)).mean() for one in own])
        mixed = middle + TRIED[:, np.newaxis, np.newaxis] * (naive - middle)
        found.append(np.minimum(np.abs(mixed - actual).mean(axis=2) / size, WORST))  # [shares, series]
    return np.concatenate(found, axis=1).mean(axis=1)


def _best(errors: np.ndarray) -> float:
    """The share with the smallest error; none where it gains too little."""
    best = int(errors.argmin())
    return float(TRIED[best]) if errors[best] < (1 - GAIN) * errors[0] else 0.0


def as_csv(shares: forecast.Shares) -> str:
    """Return the shares as the folder's file: a row for each kind and length."""
    rows = ["season,values,share"]
    for season, own in zip(shares.seasons, shares.shares, strict=True):
        rows += [f"{season},{length},{share:.1f}" for length, share in zip(shares.lengths, own, strict=True)]
    return "\n".join(rows) + "\n"


def as_table(shares: forecast.Shares) -> dict[str, Any]:
    """Return the shares that are not zero as a table for the card."""
    seasons, lengths = ([*map(int, bounds), None] for bounds in (shares.seasons, shares.lengths))
    rows = [
        [_between(*seasons[kind : kind + 2]), _between(*lengths[place : place + 2]), f"{share:.1f}"]
        for (kind, place), share in np.ndenumerate(shares.shares)
        if share > 0
    ]
    return {
        "title": "Where it is drawn towards the seasonal naive forecast, which validation series found better there",
        "columns": ["season", "values in the history", "share of the seasonal naive forecast"],
        "rows": rows or [["none", "none", "0"]],
    }


def _between(first: int, following: int | None) -> str:
    return f"{first} and more" if following is None else f"{first} to {following - 1}"
