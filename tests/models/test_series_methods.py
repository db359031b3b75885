"""``models.series``: seasonal naive, Theta, the measures and the backtest, against values worked by hand."""

import numpy as np
import pytest

from models.series import backtest, classical


def test_the_last_season_is_repeated():
    assert classical.seasonal_naive(np.array([1.0, 2, 3, 4, 5]), 5, 2).forecast.tolist() == [4, 5, 4, 5, 4]
    assert classical.seasonal_naive(np.array([1.0, 2, 3]), 2, 1).forecast.tolist() == [3, 3]
    assert classical.seasonal_naive(np.array([1.0, 2, 3]), 2, 12).forecast.tolist() == [3, 3]


def test_theta_continues_half_of_a_trend_and_all_of_a_season():
    places = np.arange(60)
    values = 100 + places + 10 * np.sin(np.pi * places / 6)
    answer = classical.theta(values, 12, 12)
    truth = 100 + np.arange(60, 72) + 10 * np.sin(np.pi * np.arange(60, 72) / 6)
    assert np.abs(answer.forecast - truth).max() < 8
    assert (answer.low_95 <= answer.low_80).all()
    assert (answer.high_80 <= answer.high_95).all()


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e14])
@pytest.mark.parametrize("shift", [0.0, 5.0])
def test_theta_does_not_mind_the_unit_or_the_sign(scale, shift):
    values = np.random.default_rng(0).normal(size=40) + shift
    answer = classical.theta(values * scale, 6, 4)
    assert answer.forecast == pytest.approx(classical.theta(values, 6, 4).forecast * scale, rel=1e-4, abs=1e-4 * scale)


def test_theta_of_a_constant_is_flat():
    answer = classical.theta(np.full(20, 7.0), 3, 4)
    assert answer.forecast.tolist() == answer.low_95.tolist() == [7, 7, 7]


def test_theta_of_a_short_series_leaves_the_season_out():
    assert np.isfinite(classical.theta(np.array([1.0, 3, 2, 4, 3]), 3, 12).forecast).all()


def test_the_scaled_error_of_the_naive_way_itself_is_one():
    history = np.array([1.0, 2, 4, 7])  # steps of 1, 2, 3: mean 2
    assert classical.mase(np.array([9.0]), np.array([7.0]), history, 1) == 1
    assert classical.mase(np.array([9.0, np.nan]), np.array([8.0, 1.0]), history, 1) == 0.5
    assert np.isnan(classical.mase(np.array([9.0]), np.array([7.0]), np.full(4, 3.0), 1))


def test_the_symmetric_error_is_worked_out_by_hand():
    assert classical.smape(np.array([100.0]), np.array([50.0])) == pytest.approx(2 * 50 / 150)
    assert classical.smape(np.array([0.0]), np.array([0.0])) == 0


def test_a_backtest_starts_a_horizon_apart_and_ends_at_the_end():
    assert backtest.plan(100, 10, 20) == backtest.Plan((50, 60, 70, 80, 90), 10)
    assert backtest.plan(35, 10, 20) == backtest.Plan((25,), 10)
    assert backtest.plan(29, 10, 20) is None


def always(value, band=None):
    """A method that forecasts one value, for two steps."""
    line = np.full(2, float(value))
    bands = {} if band is None else {name: line + sign * band for name, sign in SIDES.items()}
    return lambda histories: [classical.Classical(line, **bands) for _history in histories]


SIDES = {"low_80": -1, "high_80": 1, "low_95": -2, "high_95": 2}
KNOWN = np.array([1.0, 2, 3, 4, 5, 6])


def test_a_score_is_worked_out_by_hand():
    plan = backtest.plan(6, 2, 2)
    assert plan.cuts == (2, 4)
    score = backtest.score(always(5, band=1), KNOWN, plan, 1)
    assert score.mase == pytest.approx(((2 + 1) / 2 + (0 + 1) / 2) / 2)
    assert score.coverage_80 == 0.75
    assert score.coverage_95 == 1


def test_values_that_were_missing_do_not_count():
    known = KNOWN.copy()
    known[5] = np.nan
    score = backtest.score(always(5), known, backtest.Plan((4,), 2), 1)
    assert score.mase == 0
    assert np.isnan(score.coverage_80)


def test_no_start_sees_what_comes_after_it():
    known = np.array([1.0, 2, np.nan, 100, 5, 6])
    assert [history.tolist() for history in backtest.histories(known, backtest.Plan((3, 4), 1))] == [
        [1, 2, 2],
        [1, 2, 51, 100],
    ]
