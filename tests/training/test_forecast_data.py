"""``training.forecast_data``: what is learned from, what is kept out, and what is validated on."""

import numpy as np
import pytest

from training import forecast_data, m4
from training.data.series import Question, Series

RANDOM = np.random.default_rng(9)
M1_VALUES = RANDOM.normal(size=40)
TEST_VALUES = RANDOM.normal(size=(3, 6))


@pytest.fixture
def loaded(monkeypatch, tmp_path):
    """Data of made collections: M4 yearly, and further series of which two must not be learned from."""
    histories = [RANDOM.normal(size=30) for _ in range(3)]
    knows_m1 = Series("knows M1", "tsdl", 12, np.r_[RANDOM.normal(size=40), M1_VALUES[10:20], RANDOM.normal(size=70)])
    knows_test = Series("knows M4", "tsdl", 12, np.r_[histories[1][-5:], TEST_VALUES[1], RANDOM.normal(size=70)])
    monthly = [Series(f"monthly {index}", "tsdl", 12, RANDOM.normal(size=150)) for index in range(20)]
    parts = {"Yearly": (histories, TEST_VALUES)}
    none = ([RANDOM.normal(size=200)], RANDOM.normal(size=(1, 13)))
    monkeypatch.setattr(forecast_data, "load_m4", lambda folder, part: parts.get(part, none))
    monkeypatch.setattr(forecast_data, "load_m4_if_there", lambda folder, part: None)
    monkeypatch.setattr(forecast_data, "load_m1", lambda folder: [Question("A", "Monthly", M1_VALUES, M1_VALUES[:18])])
    monkeypatch.setattr(forecast_data, "load_further", lambda folder, whole: [knows_m1, knows_test, *monthly])
    return forecast_data.load_data(tmp_path)


def test_whole_parts_of_m4_are_learned_and_tested_and_need_no_stand_in(monkeypatch, tmp_path):
    part = ([RANDOM.normal(size=200) for _ in range(20)], RANDOM.normal(size=(20, 8)))
    monthly = [Series(f"monthly {index}", "tsdl", 12, RANDOM.normal(size=150)) for index in range(20)]
    asked = []
    monkeypatch.setattr(forecast_data, "load_m4", lambda folder, name: part)
    monkeypatch.setattr(forecast_data, "load_m4_if_there", lambda folder, name: part if name == "Quarterly" else None)
    monkeypatch.setattr(forecast_data, "load_m1", lambda folder: [])
    monkeypatch.setattr(forecast_data, "load_further", lambda folder, whole: asked.extend(whole) or monthly)
    loaded = forecast_data.load_data(tmp_path)
    assert [test.frequency.name for test in loaded.tests] == ["Yearly", "Weekly", "Hourly", "Quarterly"] == asked
    groups = {one.group for one in loaded.learned}
    assert "Quarterly" in groups and "quarterly" not in groups
    assert "Quarterly" in {test.frequency.name for test in forecast_data.validation_tests(loaded)}


def names(series):
    return {one.name for one in series}


def test_nothing_of_m1_and_of_m4s_test_values_is_learned_or_validated_on(loaded):
    known = names(loaded.learned) | names(loaded.validation)
    assert "monthly 1" in known and "Yearly0" in known
    assert not {"knows M1", "knows M4"} & known
    assert not {"knows M1 by 3", "knows M4 by 3"} & known


def test_m1_is_asked_by_period_with_its_season(loaded):
    (test,) = loaded.m1
    assert (test.frequency.name, test.frequency.season, test.frequency.horizon) == ("Monthly", 12, 18)
    assert np.array_equal(test.histories[0], M1_VALUES)


def test_quarters_of_a_series_are_learned_where_the_series_is(loaded):
    for part in (loaded.learned, loaded.validation):
        quarterly = {one.name for one in part if one.group == "quarterly"}
        assert quarterly and quarterly <= {f"{one.name} by 3" for one in part}


def test_validation_has_quarterly_and_monthly_questions_as_short_as_those_of_m1(loaded):
    asked = {test.frequency.name: test for test in forecast_data.validation_tests(loaded)}
    lengths = [len(history) for history in asked["other Monthly"].histories]
    assert min(lengths) >= 30 and max(lengths) <= 130
    assert asked["other Quarterly"].actual.shape[1] == 8


def test_questions_to_validate_on_lie_a_horizon_apart():
    frequency = m4.Frequency("Weekly", 4, 1, 1)
    test = forecast_data._cut(frequency, [np.arange(30.0)], 2)
    assert test.actual.tolist() == [[26, 27, 28, 29], [22, 23, 24, 25]]
    assert [values[-1] for values in test.histories] == [25, 21]
