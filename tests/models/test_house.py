"""What is around the house networks: features, prices with intervals, what-if curves and fair shares."""

import math

import numpy as np
import pytest

from models import house
from tests import house_stub


@pytest.fixture
def calls(monkeypatch, tmp_path):
    return house_stub.install(monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def statistics():
    return house_stub.statistics()


@pytest.fixture
def usual(statistics):
    return dict(statistics["median_house"])


def test_the_features_are_the_entries_then_what_is_usual_in_the_zip_code(usual, statistics):
    described = usual | {"living_area": 1500.0, "zip_code": 98103.0}
    features = house.preprocess([described], statistics)
    assert features.shape == (1, 19) and features.dtype == np.float32
    column = dict(zip(house.FEATURES, features[0].tolist(), strict=True))
    place = statistics["zip_codes"]["98103"]
    assert column["living_area"] == column["living_area_above"] == 1500
    assert column["latitude"] == pytest.approx(place["latitude"], abs=1e-4)
    assert column["lot_nearby"] == pytest.approx(place["lot"], rel=1e-6)
    assert column["day"] == statistics["day"]
    assert column["is_detailed"] == 0


def test_each_house_of_several_gets_its_own_row(usual, statistics):
    features = house.preprocess([usual, usual | {"grade": 11.0}], statistics)
    assert features[:, house.FEATURES.index("grade")].tolist() == [usual["grade"], 11.0]


def test_a_price_is_in_dollars_and_the_ends_carry_their_margins(calls, usual):
    found = house.predict(usual, "tabm")
    expected = house_stub.price(usual)
    assert found.price == pytest.approx(expected, rel=1e-5)
    assert found.low == pytest.approx(expected * math.exp(-0.3), rel=1e-5)
    assert found.high == pytest.approx(expected * math.exp(0.3), rel=1e-5)
    assert found.low_95 == pytest.approx(expected * math.exp(-0.7), rel=1e-5)


def test_a_network_without_ends_gets_them_from_its_margins_alone(calls, usual):
    found = house.predict(usual, "dense")
    assert found.low == pytest.approx(found.price * math.exp(-0.2), rel=1e-5)
    assert found.high_95 == pytest.approx(found.price * math.exp(0.4), rel=1e-5)


def test_the_price_lies_inside_its_interval_and_that_inside_the_wider_one():
    crossed = np.array([[12.0, 12.5, 12.4, 11.0, 11.5]])
    logs = house.widen(crossed, {"prices": [12.0], "80": [[0.0], [0.0]], "95": [[0.0], [0.0]]})
    assert logs["low_95"] <= logs["low_80"] <= logs["price"] <= logs["high_80"] <= logs["high_95"]


def test_margins_are_interpolated_between_the_prices_for_which_they_are_known():
    margins = {"prices": [12.0, 14.0], "80": [[-0.1, -0.3], [0.1, 0.5]], "95": [[-1.0, -1.0], [1.0, 1.0]]}
    logs = house.widen(np.array([[11.0], [13.0], [14.5]]), margins)
    assert logs["low_80"] == pytest.approx([10.9, 12.8, 14.2]) and logs["high_80"] == pytest.approx([11.1, 13.3, 15.0])


def test_an_unknown_network_is_an_error(calls, usual):
    with pytest.raises(ValueError, match="Received: 'catboost'"):
        house.predict(usual, "catboost")


@pytest.mark.parametrize("log", [math.nan, math.inf, -5.0, 30.0])
def test_an_absurd_price_is_not_given(monkeypatch, tmp_path, usual, log):
    house_stub.install(monkeypatch, tmp_path, output=lambda features: np.full(len(features), log))
    with pytest.raises(house.NoSensiblePrice):
        house.predict(usual, "tabm")


def test_a_curve_goes_up_through_the_usual_values_and_the_houses_own(calls, usual, statistics):
    curve = house.what_if(usual | {"living_area": 1234.0}, "living_area", "tabm")
    known = statistics["entries"]["living_area"]["quantiles"]
    assert 1234 in curve.values and len(curve.values) <= 61
    assert (np.diff(curve.values) > 0).all() and (np.diff(curve.price) > 0).all()
    assert curve.values[0] == known[1] and curve.values[-1] == known[99]
    assert (curve.low < curve.price).all() and (curve.price < curve.high).all()


def test_a_curve_of_renovation_begins_with_the_building_and_leaves_out_never(calls, usual):
    curve = house.what_if(usual | {"year_built": 1990.0, "year_renovated": 0.0}, "year_renovated", "tabm")
    assert curve.values[0] == 1990 and curve.values[-1] == 2015


def test_a_curve_of_building_ends_with_the_renovation(calls, usual):
    curve = house.what_if(usual | {"year_built": 1950.0, "year_renovated": 1960.0}, "year_built", "tabm")
    assert curve.values[-1] == 1960


@pytest.mark.parametrize("entry", [name for name in house.ENTRIES if name != "zip_code"])
def test_every_entry_but_the_place_has_a_curve_in_its_steps(calls, usual, entry):
    values = house.what_if(usual, entry, "tabm").values
    steps = values / house.ENTRIES[entry].step
    assert len(values) >= 2 and np.allclose(steps, np.rint(steps))


def test_the_place_has_no_curve(calls, usual):
    with pytest.raises(ValueError, match="zip_code"):
        house.what_if(usual, "zip_code", "tabm")


def test_shapley_values_worked_by_hand():
    # Worths of nobody, the first, the second, both.
    assert house.shapley_values(np.array([0.0, 1.0, 2.0, 4.0]), 2).tolist() == [1.5, 2.5]


def test_shapley_values_of_a_sum_are_its_parts():
    parts = np.array([0.5, -1.0, 2.0, 0.0])
    worths = np.array([sum(part for bit, part in enumerate(parts) if index >> bit & 1) for index in range(16)])
    assert np.allclose(house.shapley_values(worths, 4), parts)


def test_the_effects_are_the_rules_own_and_sum_to_the_whole(calls, usual):
    other = usual | {"grade": usual["grade"] + 2, "waterfront": 1.0, "bedrooms": usual["bedrooms"] + 1}
    found = house.attribute(other, "tabm")
    assert found.effects == pytest.approx({"bedrooms": 0.0, "grade": 0.2, "waterfront": 0.3}, abs=1e-5)
    assert sum(found.effects.values()) == pytest.approx(math.log(found.price / found.base), abs=1e-9)
    assert calls == [("tabm", 8)]


def test_the_median_house_has_no_effects(calls, usual):
    found = house.attribute(usual, "dense")
    assert found.effects == {} and found.base == found.price


def test_the_share_of_smaller_houses_counts_equal_ones_half():
    quantiles = [1.0] * 40 + [2.0] * 61
    known = {"entries": {"grade": {"quantiles": quantiles}}}
    assert house.percentile("grade", 1, known) == pytest.approx(0.195)
    assert house.percentile("grade", 2, known) == pytest.approx(0.70)
    assert house.percentile("grade", 0, known) == pytest.approx(0.195)


def test_what_lies_beyond_all_training_houses_is_named_with_their_range(usual, statistics):
    least, most = (statistics["entries"]["living_area"]["quantiles"][index] for index in (0, 100))
    assert house.unusual(usual | {"living_area": most + 1}, statistics) == {"living_area": (least, most)}
    assert house.unusual(usual | {"living_area": most, "year_renovated": 0.0}, statistics) == {}


def test_many_houses_are_priced_in_calls_of_bounded_size(calls, usual):
    other = {name: value + 1 for name, value in usual.items()} | {"zip_code": 98001.0, "waterfront": 1.0}
    found = house.attribute(other, "tabm")
    assert len(found.effects) == 12 and sum(count for _network, count in calls) == 4096
    assert max(count for _network, count in calls) == house.AT_ONCE
    assert sum(found.effects.values()) == pytest.approx(math.log(found.price / found.base), abs=1e-9)
