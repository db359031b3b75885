"""``models.forecast_features``: what the network ``combiner`` sees of a series."""

import numpy as np
import pytest

from models.forecast_features import MIN_VALUES, SEEN, SERIES_SIZE, SIMPLE_FORECASTS, STEP_SIZE, features, lookback

STEPS = np.arange(1, 25)
TIME = np.arange(240)
HOURS = 100 + 20 * np.sin(TIME * np.pi / 12)


def simple(found, name, row=0):
    """A simple forecast in the unit of the series."""
    return found.anchor[row] + found.scale[row] * found.steps[row, :, SIMPLE_FORECASTS.index(name)]


def test_the_features_have_the_sizes_that_the_network_takes():
    found = features([HOURS, HOURS[:50]], STEPS, 24)
    assert found.series.shape == (2, SERIES_SIZE) and found.series.dtype == np.float32
    assert found.steps.shape == (2, 24, STEP_SIZE) and found.steps.dtype == np.float32


@pytest.mark.parametrize("season", [1, 4, 12, 24, 365])
@pytest.mark.parametrize("length", [MIN_VALUES, 13, 49, 2_500])
def test_no_length_and_no_season_gives_a_feature_that_is_no_number(season, length):
    values = np.random.default_rng(length).normal(size=length)
    found = features([values, np.cumsum(values), np.round(values)], STEPS, season)
    assert np.isfinite(found.series).all() and np.isfinite(found.steps).all()


def test_the_simple_forecasts_are_what_their_names_say():
    found = features([HOURS[:-1]], STEPS, 24)
    expected = HOURS[-1 - 24 :][:24]
    for name in ("last value", "theta", "last season", "season before", "drift"):
        assert simple(found, name) == pytest.approx(expected, abs=0.5), name
    assert simple(found, "smoothing, no season") == pytest.approx(np.full(24, HOURS[-2]), abs=5)


def test_without_a_season_seasonal_forecasts_are_the_last_value():
    values = np.random.default_rng(1).normal(50, 1, 100)
    found = features([values], STEPS, 1)
    for name in ("last value", "last season", "season before", "last long season"):
        assert simple(found, name) == pytest.approx(np.full(24, values[-1]), abs=1e-4)


def test_hours_are_also_compared_with_the_week_before():
    day_of_week = np.arange(24 * 7 * 4) // 24 % 7
    values = 100.0 + 10 * day_of_week
    found = features([values], STEPS, 24)
    assert simple(found, "last long season") == pytest.approx(np.full(24, 100.0), abs=0.01)


def test_features_do_not_depend_on_the_unit():
    one, other = features([HOURS + TIME], STEPS, 24), features([4 * (HOURS + TIME)], STEPS, 24)
    assert other.series == pytest.approx(one.series, abs=1e-5)
    assert other.steps == pytest.approx(one.steps, abs=1e-4)
    assert other.scale == pytest.approx(4 * one.scale)


def test_the_output_is_turned_back_into_values():
    found = features([HOURS], STEPS, 24)
    output = np.zeros((1, 24, 5), np.float32)
    output[..., 4] = 2
    restored = found.restore(output)
    assert restored[0, :, 0] == pytest.approx(np.full(24, found.anchor[0]))
    assert restored[0, :, 4] == pytest.approx(np.full(24, found.anchor[0] + 2 * found.scale[0]))


def test_a_series_that_does_not_change_has_no_scale():
    assert features([np.full(30, 0.1)], STEPS, 12).scale[0] == 0


def test_values_before_the_lookback_are_not_seen():
    values = np.random.default_rng(2).normal(size=lookback(12) + 50)
    assert np.array_equal(features([values], STEPS, 12).series, features([values[50:]], STEPS, 12).series)


def test_a_short_series_is_marked_where_it_has_no_values():
    found = features([np.arange(10.0) ** 1.1], STEPS, 1)
    is_there = found.series[0, 3 * SEEN : 4 * SEEN]
    assert is_there.tolist() == [0] * (SEEN - 10) + [1] * 10
