"""``training.forecast_widths``: intervals that were too narrow become wide enough."""

import numpy as np
import pytest

from models import forecast
from training import forecast_widths
from training.data.series import Series
from training.forecast import SETTINGS
from training.forecast_data import Data

RANDOM = np.random.default_rng(6)
NO_DRIFT = np.ones(2)


def noise(season, count=60, length=60):
    return [Series(str(index), "made", season, RANDOM.normal(size=length)) for index in range(count)]


def too_narrow(histories, horizon, season):
    """Quantiles of noise of spread one, but half as far apart as they should be."""
    quantiles = np.array([-1.96, -1.2816, 0, 1.2816, 1.96]) / 2
    return np.tile(quantiles, (len(histories), horizon, 1))


def test_intervals_half_as_wide_as_they_should_be_are_doubled():
    found = forecast_widths.find_widths(too_narrow, noise(1, count=1_000), NO_DRIFT)
    assert found.factors[0, :3] == pytest.approx(np.full((3, 2), 2.0), rel=0.1)
    assert (found.factors[1:] == 1).all()  # no series of those kinds


def test_few_values_change_little():
    found = forecast_widths.find_widths(too_narrow, noise(12, count=1), NO_DRIFT)
    assert 1 < found.factors[3, 0, 0] < 1.4


def test_the_drift_widens_every_interval():
    few, more = (forecast_widths.find_widths(too_narrow, noise(4), np.array(drift)) for drift in ([1, 1], [1.5, 2]))
    assert more.factors[0, 0] == pytest.approx(few.factors[0, 0] * [1.5, 2], abs=1e-3)


def test_the_drift_is_what_the_values_after_need_more_than_those_before(monkeypatch):
    series = [Series("a", "Yearly", 1, np.r_[RANDOM.normal(size=30), 3 * RANDOM.normal(size=6)]) for _ in range(300)]
    monkeypatch.setattr(forecast_widths, "teach", lambda model, pieces, settings: None)
    monkeypatch.setattr(forecast_widths, "combiner_forecaster", lambda model: too_narrow)
    monkeypatch.setattr(forecast_widths, "DRIFT_PIECES", 5)
    data = Data(series, series, [], [])
    assert forecast_widths.find_drift(data, SETTINGS["combiner"], 1) == pytest.approx([3, 3], rel=0.1)


def test_what_drift_is_found_from_ends_a_horizon_before_the_series():
    one = Series("a", "Yearly", 1, np.arange(40.0))
    assert forecast_widths._without_end(one).values[-1] == 33
    assert forecast_widths._is_long(one) and not forecast_widths._is_long(Series("a", "Yearly", 1, np.arange(19.0)))


def test_factors_survive_being_written_and_read(tmp_path):
    found = forecast_widths.find_widths(too_narrow, noise(4), np.array([1.1, 1.2]))
    (tmp_path / forecast.WIDTHS).write_text(forecast_widths.as_csv(found))
    read = forecast.read_widths(tmp_path / forecast.WIDTHS)
    assert read.factors == pytest.approx(found.factors, abs=1e-4)
    assert read.seasons.tolist() == list(forecast_widths.KINDS) and read.steps.tolist() == [1, 3, 7, 19]


def test_an_interval_is_widened_around_its_median_by_the_factors_of_its_season_and_step():
    factors = np.ones((2, 2, 2))
    factors[1, 1] = [2, 3]
    widths = forecast.Widths(np.array([1, 7]), np.array([1, 3]), factors)
    quantiles = np.tile([[[6.0, 8, 10, 11, 12]]], (1, 3, 1))
    widened = widths.widen(quantiles, 12)[0]
    assert widened[1].tolist() == [6, 8, 10, 11, 12]
    assert widened[2].tolist() == [-2, 6, 10, 12, 16]
    assert widths.widen(quantiles, 6)[0, 2].tolist() == [6, 8, 10, 11, 12]


def test_nothing_is_forecast_from_what_is_to_be_forecast():
    seen = []

    def watching(histories, horizon, season):
        seen.extend((len(values), horizon) for values in histories)
        return too_narrow(histories, horizon, season)

    forecast_widths.find_widths(watching, noise(1, count=1, length=60), NO_DRIFT)
    assert seen == [(42, 18), (24, 18)]
