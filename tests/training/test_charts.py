"""``training.charts``: small pictures that show what they are given."""

import io

import numpy as np
import pytest
from PIL import Image

from training import charts


def opened(content):
    assert content.startswith(b"\x89PNG") and len(content) < 150_000
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), int)


def green(pixels):
    """How many pixels have the colour of the bars of right answers."""
    return int((np.abs(pixels - (15, 118, 110)).max(axis=2) < 12).sum())


def test_a_bar_is_as_high_as_the_share_of_right_answers():
    confidence = np.full(1000, 0.97)
    half = green(opened(charts.reliability(confidence, np.arange(1000) < 500)))
    full = green(opened(charts.reliability(confidence, np.ones(1000, bool))))
    assert half / full == pytest.approx(0.5, abs=0.05)
    assert green(opened(charts.reliability(confidence, np.zeros(1000, bool)))) < full / 50


def test_the_same_values_give_the_same_bytes():
    confidence = np.random.default_rng(1).random(500)
    is_right = confidence > 0.4
    assert charts.reliability(confidence, is_right) == charts.reliability(confidence, is_right)
    pictures = np.random.default_rng(1).integers(0, 256, (3, 28, 28)).astype(np.uint8)
    assert charts.failures(pictures, ["a"] * 3) == charts.failures(pictures, ["a"] * 3)


@pytest.mark.parametrize("shape", [(1, 28, 28), (7, 28, 28), (20, 32, 32, 3)])
def test_grey_and_coloured_pictures_fill_rows_of_five(shape):
    pictures = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    pixels = opened(charts.failures(pictures, ["4 / 9 98 %"] * len(pictures)))
    ratio = pixels.shape[1] / pixels.shape[0]
    columns, rows = min(5, len(pictures)), -(-len(pictures) // 5)
    assert ratio == pytest.approx(columns / rows / 1.2, rel=0.05)


def test_black_and_white_stay_what_they_are():
    pictures = np.zeros((5, 8, 8), np.uint8)
    pictures[1] = 120
    pixels = opened(charts.failures(pictures, [""] * 5))
    assert (np.abs(pixels - 120).max(axis=2) < 5).mean() == pytest.approx((pixels.max(axis=2) < 5).mean() / 4, rel=0.1)


def test_values_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="confidence needs one outcome"):
        charts.reliability(np.array([0.5]), np.array([True, False]))
    with pytest.raises(ValueError, match="confidence needs one outcome"):
        charts.reliability(np.array([]), np.array([]))
    with pytest.raises(ValueError, match="picture needs one caption"):
        charts.failures(np.zeros((2, 8, 8), np.uint8), ["one"])
    with pytest.raises(ValueError, match="picture needs one caption"):
        charts.failures(np.zeros((0, 8, 8), np.uint8), [])
