"""``models.smoothing``: simple forecasts of many series at once, against values worked by hand."""

import numpy as np
import pytest

from models.smoothing import find_profile, smooth

TIME = np.arange(48)
PATTERN = np.array([3.0, -1, 0, -2])
MISSING = [np.nan] * 8


def test_a_season_that_adds_is_found_and_taken_out():
    values = (10 + 0.5 * TIME + np.tile(PATTERN, 12))[np.newaxis]
    profile = find_profile(values, 4, 5)
    assert not profile.multiplies[0]
    assert profile.strength[0] == pytest.approx(1)
    assert profile.values[0] == pytest.approx(PATTERN)
    assert profile.remove(values)[0] == pytest.approx(10 + 0.5 * TIME)
    assert profile.add(np.zeros((1, 6)), np.arange(1, 7))[0] == pytest.approx([3, -1, 0, -2, 3, -1])


def test_a_season_that_multiplies_is_found_and_taken_out():
    factors = 1 + PATTERN / 10
    values = (np.linspace(100, 400, 48) * np.tile(factors, 12))[np.newaxis]
    profile = find_profile(values, 4, 5)
    assert profile.multiplies[0]
    assert profile.values[0] == pytest.approx(factors, rel=0.01)


def test_a_season_never_multiplies_where_a_value_is_not_above_zero():
    values = np.linspace(100, 400, 48) * np.tile(1 + PATTERN / 10, 12)
    values[-3] = -1
    assert not find_profile(values[np.newaxis], 4, 5).multiplies[0]


def test_the_position_of_the_newest_value_is_the_last_of_the_season():
    values = np.tile(PATTERN, 12)[np.newaxis, :-1]  # ends within a season
    assert find_profile(values, 4, 5).at([0, 1, 2])[0] == pytest.approx([0, -2, 3])


@pytest.mark.parametrize("period", [1, 25, 47])
def test_no_season_is_found_without_two_whole_ones(period):
    profile = find_profile(np.sin(TIME)[np.newaxis], period, 5)
    assert profile.strength[0] == 0
    assert np.array_equal(profile.remove(np.sin(TIME)[np.newaxis])[0], np.sin(TIME))


def test_noise_is_hardly_taken_for_a_season():
    noise = np.random.default_rng(1).normal(size=(200, 60))
    assert find_profile(noise, 12, 5).strength.mean() < 0.3


def test_values_before_the_series_began_change_nothing():
    values = np.random.default_rng(2).normal(size=(1, 20))
    longer = np.concatenate([[MISSING], values], axis=1)
    alone, padded = smooth(values), smooth(longer)
    steps = np.arange(1, 5)
    for method in ("simple", "theta", "damped"):
        assert getattr(padded, method)(steps) == pytest.approx(getattr(alone, method)(steps))
    assert find_profile(longer, 4, 9).values == pytest.approx(find_profile(values, 4, 9).values)


def test_theta_adds_half_the_slope_of_a_line():
    found = smooth((5 + 2.0 * TIME)[np.newaxis])
    assert found.slope[0] == pytest.approx(2)
    assert found.level_constant[0] == 1  # a line is followed closest
    assert found.theta(np.arange(1, 4))[0] == pytest.approx([99 + 1, 99 + 2, 99 + 3])


def test_a_damped_trend_goes_on_ever_more_slowly():
    steps = np.diff(smooth((5 + 2.0 * TIME)[np.newaxis]).damped(np.arange(1, 10))[0])
    assert (steps > 0).all() and (np.diff(steps) < 0).all()


def test_simple_smoothing_stays_at_its_level():
    values = 7 + np.random.default_rng(3).normal(size=(1, 200))
    found = smooth(values)
    assert found.level_constant[0] <= 0.1
    assert found.simple(np.arange(1, 4))[0] == pytest.approx([7, 7, 7], abs=0.4)


def test_another_unit_gives_the_same_in_that_unit():
    values = np.random.default_rng(4).normal(10, 1, (3, 40))
    steps = np.arange(1, 13)
    one, other = (find_profile(array, 12, 5).add(smooth(array).theta(steps), steps) for array in (values, values * 8))
    assert other == pytest.approx(8 * one)
