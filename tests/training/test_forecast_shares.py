"""``training.forecast_shares``: the network leans on the seasonal naive forecast where that is better."""

import numpy as np
import pytest

from models import forecast
from training import forecast_shares
from training.data.series import Series

RANDOM = np.random.default_rng(7)
TIME = np.arange(300)


def seasonal(season, count=30):
    """Series that repeat themselves exactly."""
    patterns = RANDOM.normal(size=(count, season))
    return [Series(str(index), "made", season, pattern[TIME % season]) for index, pattern in enumerate(patterns)]


def flat(histories, horizon, season):
    """Quantiles of a forecast that sees no season."""
    middle = np.array([values.mean() for values in histories])
    return np.tile(middle[:, np.newaxis, np.newaxis], (1, horizon, 5))


def test_where_the_seasonal_naive_forecast_is_right_it_is_taken():
    found = forecast_shares.find_shares(flat, seasonal(12))
    months = list(forecast_shares.SEASONS).index(12)
    lengths = np.array(forecast_shares.LENGTHS)
    is_between = (lengths >= 12) & (lengths <= 120)  # a season is there, and series long enough to try
    assert (found.shares[months] == is_between).all()
    assert (np.delete(found.shares, months, axis=0) == 0).all()


def test_where_the_network_is_right_it_is_left_alone():
    random = [Series(str(index), "made", 1, RANDOM.normal(size=300)) for index in range(60)]
    assert (forecast_shares.find_shares(flat, random).shares == 0).all()


def test_few_series_tell_nothing():
    assert (forecast_shares.find_shares(flat, seasonal(12, count=24)).shares == 0).all()


def test_shares_survive_being_written_and_read(tmp_path):
    found = forecast_shares.find_shares(flat, seasonal(24))
    (tmp_path / forecast.SHARES).write_text(forecast_shares.as_csv(found))
    read = forecast.read_shares(tmp_path / forecast.SHARES)
    assert np.array_equal(read.shares, found.shares)
    assert np.array_equal(read.seasons, found.seasons) and np.array_equal(read.lengths, found.lengths)


def test_a_series_is_moved_towards_its_season_before_by_the_share_of_its_kind_and_length():
    shares = forecast.Shares(np.array([1, 4]), np.array([8, 12]), np.array([[0, 0], [0, 0.5]]))
    quantiles = np.tile([[[1.0, 2, 3, 4, 5]]], (2, 2, 1))
    histories = [np.arange(9.0), np.arange(12.0)]
    mixed = shares.mix(quantiles, histories, 4)
    assert mixed[0].tolist() == quantiles[0].tolist()
    assert mixed[1, :, 2].tolist() == [(3 + 8) / 2, (3 + 9) / 2]
    assert mixed[1, 0] - mixed[1, 0, 2] == pytest.approx([-2, -1, 0, 1, 2])
    assert np.array_equal(shares.mix(quantiles, histories, 1), quantiles)


def test_the_seasonal_naive_forecast_repeats_the_season_or_else_the_last_value():
    found = forecast.seasonal_naive([np.arange(5.0), np.arange(2.0)], 3, 4)
    assert found.tolist() == [[2, 3, 4, 2], [1, 1, 1, 1]]


def test_the_table_names_the_stretches_where_the_share_is_not_zero():
    shares = forecast.Shares(np.array([1, 7]), np.array([8, 12, 18]), np.array([[0, 0, 0], [0, 0.2, 0.1]]))
    rows = forecast_shares.as_table(shares)["rows"]
    assert rows == [["7 and more", "12 to 17", "0.2"], ["7 and more", "18 and more", "0.1"]]
