"""``models.measures``: how measured values are written."""

import pytest

from models.measures import MEASURES, written


def test_a_share_is_written_in_per_cent_and_another_value_with_its_decimals():
    assert written("accuracy", 0.99642) == "99.64 %"
    assert written("r2", 0.89649) == "0.896"
    assert written("frechet_distance", 3.14159) == "3.14"


def test_an_unknown_measure_is_refused_by_name():
    with pytest.raises(ValueError, match=r"accuracy.*Received: 'luck'"):
        written("luck", 1.0)


def test_errors_and_distances_are_better_when_lower():
    assert not MEASURES["owa"].higher_is_better and not MEASURES["frechet_distance"].higher_is_better
    assert MEASURES["r2"].higher_is_better
