"""``training.forecast_measures``: figures worked by hand, on questions of a few values."""

import numpy as np
import pytest

from training import forecast_evaluation as evaluation
from training import forecast_measures as measures
from training import forecast_statistics as statistics
from training import m4
from training.forecast_data import Data

HISTORY = np.array([1.0, 2, 4, 3, 4])  # its usual change is 1.25


def question(name, count=1, is_needed=True):
    frequency = m4.Frequency(name, 2, 1, 1, is_needed)
    return evaluation.Test(frequency, [HISTORY] * count, np.tile([[5.0, 9.0]], (count, 1)))


def forecaster(histories, horizon, season):
    return np.tile([[[3.0, 4, 5, 6, 7]]], (len(histories), horizon, 1))


@pytest.fixture
def data():
    needed = [question(name) for name in ("Yearly", "Weekly", "Hourly")]
    return Data([], [], [*needed, question("Daily", is_needed=False)], [question("Monthly")])


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(statistics, "RESULT", tmp_path / "m1-statistics.npz")


def figures(found):
    return {(figure["name"], figure["metric"]): figure["value"] for figure in found["measured"]}


def test_coverage_and_interval_score_are_those_worked_by_hand():
    part = measures.answer("M4", forecaster, question("Yearly"))
    assert part.name == "M4 yearly"
    assert part.inside(80).tolist() == part.inside(95).tolist() == [[True, False]]
    assert part.msis() == pytest.approx((4 + 4 + 40 * 2) / 2 / 1.25)
    assert part.errors()[0] == pytest.approx([(0 + 200 * 4 / 14) / 2, (0 + 4) / 2 / 1.25])


def test_errors_are_pooled_over_series_and_coverage_over_values(data):
    data = data._replace(m1=[question("Quarterly", count=3), question("Monthly"), question("Yearly")])

    def knows_months(histories, horizon, season):
        answer = forecaster(histories, horizon, season)
        return np.maximum(answer, 9) if len(histories) == 3 else answer

    found = figures(measures.measure(knows_months, data))
    mase_quarterly, mase_monthly = (4 + 0) / 2 / 1.25, (0 + 4) / 2 / 1.25
    assert found["M1 quarterly and monthly", "mase"] == pytest.approx((3 * mase_quarterly + mase_monthly) / 4)
    assert found["M1 yearly", "smape"] == pytest.approx(200 * 4 / 14 / 2 / 100)
    assert found["95 % interval, all values of M4 and M1", "coverage"] == pytest.approx(0.5)


def test_the_result_is_the_mean_of_the_needed_parts_and_further_ones_are_measured(data):
    found = measures.measure(forecaster, data)
    owas = figures(found)
    assert ("M4 daily", "owa") in owas
    needed = [owas[f"M4 {name}", "owa"] for name in ("yearly", "weekly", "hourly")]
    assert found["result"]["value"] == pytest.approx(np.mean(needed))
    assert sorted(one["name"] for one in [found["baseline"], *found["others"]]) == sorted(evaluation.CLASSICAL)


def test_statsforecasts_answers_are_measured_like_ours_where_they_are_there(data, monkeypatch):
    assert measures.compare(data.m1) is None
    known = [{"method": "ETS", "name": "M1 quarterly and monthly", "metric": "mase", "value": 1.5}]
    assert measures.measure(forecaster, data, known)["compared"] == known
    answers = np.array([[[5.0, 3, 7], [5, 3, 7]]])
    np.savez(statistics.RESULT, **{f"{method} MONTHLY": answers for method in statistics.METHODS})
    found = measures.measure(forecaster, data, known)
    theirs = {(one["method"], one["metric"]): one["value"] for one in found["compared"]}
    for metric in ("mase", "smape", "msis"):
        assert theirs["ETS", metric] == pytest.approx(figures(found)["M1 quarterly and monthly", metric])
    assert theirs["seasonal naive", "mase"] == pytest.approx((1 + 5) / 2 / 1.25)
    assert ("seasonal naive", "msis") not in theirs


def test_the_tables_have_as_many_cells_as_columns_and_name_the_worst_series(data):
    tables = measures.measure(forecaster, data)["tables"]
    assert all(len(row) == len(table["columns"]) for table in tables for row in table["rows"])
    worst = tables[-1]["rows"][0]
    assert worst == ["Y1", "2 4 3 4", "5 ... 9", "5 ... 5", "1.6"]
