"""``training.m4``: the competition's formulas, against values worked by hand."""

import numpy as np
import pytest

from training import m4

WAVE = np.tile([80.0, 100, 120, 100], 10)


def test_smape_is_twice_the_error_over_the_sum_in_per_cent():
    actual, forecast = np.array([[100.0, 50, 0]]), np.array([[110.0, 40, 0]])
    assert m4.smape(actual, forecast)[0] == pytest.approx((200 * 10 / 210 + 200 * 10 / 90 + 0) / 3)


def test_mase_is_the_error_in_steps_of_the_seasonal_naive():
    scale = m4.naive_errors([np.array([1.0, 3, 2, 6])], 2)
    assert scale[0] == pytest.approx((1 + 3) / 2)
    assert m4.mase(np.array([[5.0, 9]]), np.array([[4.0, 6]]), scale)[0] == pytest.approx((1 + 3) / 2 / 2)


def test_a_miss_of_the_95_per_cent_interval_costs_forty_times_its_distance():
    actual = np.array([[0.0, 5, 12]])
    low, high = np.full((1, 3), 1.0), np.full((1, 3), 10.0)
    expected = (9 + (9 + 40 * 1) + (9 + 40 * 2) - 9) / 3
    assert m4.msis(actual, low, high, np.array([2.0]))[0] == pytest.approx((expected + 9 / 3) / 2)


def test_owa_divides_the_means_and_not_each_series():
    own, naive2 = np.array([[10.0, 1], [30, 3]]), np.array([[20.0, 4], [20, 4]])
    assert m4.owa(own, naive2) == pytest.approx((20 / 20 + 2 / 4) / 2)
    assert m4.owa(naive2, naive2) == 1


def test_the_interval_of_owa_lies_around_it_and_narrows_with_more_series():
    random = np.random.default_rng(1)
    widths = []
    for count in (50, 2_000):
        own, naive2 = random.uniform(5, 15, (count, 2)), random.uniform(10, 20, (count, 2))
        low, high = m4.owa_interval([own, own], [naive2, naive2])
        assert low < m4.owa(own, naive2) < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 3


def test_a_season_is_told_from_noise_and_needs_three_whole_ones():
    noise = np.random.default_rng(3).normal(10, 1, 40)
    assert m4.is_seasonal(WAVE, 4)
    assert not m4.is_seasonal(noise, 4)
    assert not m4.is_seasonal(WAVE[:11], 4)
    assert not m4.is_seasonal(WAVE, 1)
    assert not m4.is_seasonal(np.ones(40), 4)


def test_the_seasonal_ratios_are_those_of_the_wave():
    assert m4.seasonal_ratios(WAVE, 4) == pytest.approx([0.8, 1, 1.2, 1])
    assert m4.seasonal_ratios(WAVE[1:], 4) == pytest.approx([1, 1.2, 1, 0.8])


def test_naive2_repeats_the_last_value_without_season_with_the_season():
    assert m4.naive2([WAVE, WAVE[:-1]], 4, 5)[0] == pytest.approx([80, 100, 120, 100, 80])
    assert m4.naive2([WAVE[:-1]], 4, 3)[0] == pytest.approx([100, 80, 100])
    assert m4.naive2([np.array([1.0, 2, 7])], 1, 2)[0] == pytest.approx([7, 7])


def test_the_seasonal_naive_goes_round_the_last_season():
    assert m4.seasonal_naive([np.arange(10.0)], 4, 6).tolist() == [[6, 7, 8, 9, 6, 7]]


def test_theta_goes_on_with_half_the_slope_and_never_below_zero():
    rising, falling = np.arange(10.0, 50), np.arange(39.0, -1, -1)
    forecasts = m4.theta([rising, falling[:20], falling], 1, 4)
    assert forecasts[0] == pytest.approx([49.5, 50, 50.5, 51])
    assert (forecasts[2] == 0).all()


def test_theta_agrees_with_statsmodels():
    from statsmodels.tsa.forecasting.theta import ThetaModel

    values = 100 + np.cumsum(np.random.default_rng(6).normal(0.5, 2, 60))
    peer = ThetaModel(values, period=1, deseasonalize=False).fit().forecast(6)
    assert m4.theta([values], 1, 6)[0] == pytest.approx(np.asarray(peer), rel=0.01)
