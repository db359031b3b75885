"""``training.pad_drawings``: strokes on a pad like the app's, with every pen, size and place."""

import numpy as np
import pytest
from PIL import Image

from models import digit
from tests.training.made_digits import STROKES, made_pen_digits
from training import pad_drawings
from training.data.pen_digits import PenDigit
from training.pad_drawings import MARGIN, PAD, as_seen, draw, drawn_digits

SHAPES = {
    "a seven": [np.array(stroke) for stroke in STROKES[7]],
    "a four, of two strokes": [np.array(stroke) for stroke in STROKES[4]],
    "a dot": [np.array([(40, 70)])],
    "a dot that was held": [np.array([(40, 70)] * 5)],
    "a level line": [np.array([(0, 0), (500, 0)])],
    "an upright line": [np.array([(0, -500), (0, 500)])],
    "a sharp corner": [np.array([(0, 0), (500, 10), (0, 20)])],
}


def random(seed=1):
    return np.random.default_rng(seed)


def ink_of(pad):
    """bool [height, width]: where the pad is dark."""
    return np.asarray(pad) < 128


def extent(ink):
    """Height and width of the ink in pixels."""
    return tuple(np.ptp(np.flatnonzero(ink.any(axis=axis))) + 1 for axis in (1, 0))


def fix(monkeypatch, pen=None, size=None):
    if pen is not None:
        monkeypatch.setattr(pad_drawings, "PENS", (pen, pen))
    if size is not None:
        monkeypatch.setattr(pad_drawings, "SIZES", (size, size))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("pen", pad_drawings.PENS)
@pytest.mark.parametrize("size", pad_drawings.SIZES)
def test_the_ink_stays_inside_the_pad(monkeypatch, shape, pen, size):
    fix(monkeypatch, pen, size)
    for seed in range(8):
        pad = np.asarray(draw(SHAPES[shape], random(seed)))
        assert pad.shape == (PAD, PAD) and pad.min() == 0
        inner = pad[MARGIN - 1 : 1 - MARGIN, MARGIN - 1 : 1 - MARGIN]
        assert (inner < 255).sum() == (pad < 255).sum(), f"seed {seed}"


@pytest.mark.parametrize("pen", [5, 14, 25])
def test_a_level_line_is_as_thick_as_the_pen_and_as_long_as_its_size(monkeypatch, pen):
    fix(monkeypatch, pen, size=150)
    height, width = extent(ink_of(draw(SHAPES["a level line"], random())))
    assert height == pytest.approx(pen, abs=1) and width == pytest.approx(150 + pen, abs=1)


def test_the_largest_size_gives_way_to_the_widest_pen(monkeypatch):
    fix(monkeypatch, pen=25, size=400)
    assert PAD - 2 * MARGIN - 4 <= max(extent(ink_of(draw(SHAPES["a seven"], random())))) <= PAD - 2 * MARGIN


def test_the_drawing_keeps_its_proportions(monkeypatch):
    fix(monkeypatch, pen=5, size=200)
    height, width = extent(ink_of(draw([np.array([(0, 0), (30, 90)])], random())))
    assert (width - 5) / (height - 5) == pytest.approx(1 / 3, abs=0.03)


def test_pens_sizes_and_places_cover_their_ranges():
    inks = [ink_of(draw(SHAPES["a level line"], random(seed))) for seed in range(60)]
    heights, widths = np.array([extent(ink) for ink in inks]).T
    assert heights.min() < 8 and heights.max() > 22
    assert (widths - heights).min() < 95 and (widths - heights).max() > 225
    tops = np.array([np.flatnonzero(ink.any(axis=1))[0] for ink in inks])
    assert tops.min() < 40 and tops.max() > 220


def test_the_same_seed_draws_the_same_and_another_another():
    seven = SHAPES["a seven"]
    assert np.array_equal(draw(seven, random(1)), draw(seven, random(1)))
    assert not np.array_equal(draw(seven, random(1)), draw(seven, random(2)))


def test_a_reduced_pad_shows_the_same_drawing():
    whole, half = (draw(SHAPES["a seven"], random(), reduced) for reduced in (1, 2))
    assert half.size == (PAD // 2, PAD // 2)
    assert np.abs(digit.preprocess(whole) / 255 - digit.preprocess(half) / 255).mean() < 0.02


def test_drawings_in_which_nothing_is_found_are_left_out():
    blank, ink = Image.new("L", (PAD, PAD), 255), Image.new("L", (PAD, PAD), 0)
    seven, one = draw(SHAPES["a seven"], random()), draw(SHAPES["an upright line"], random())
    pictures, kept = as_seen([blank, seven, ink, draw(SHAPES["a dot"], random()), one])
    assert kept.tolist() == [1, 4]
    assert pictures.dtype == np.uint8
    assert np.array_equal(pictures, [digit.preprocess(seven), digit.preprocess(one)])


def test_nothing_seen_is_an_empty_array():
    pictures, kept = as_seen([Image.new("L", (PAD, PAD), 255)])
    assert pictures.shape == (0, 28, 28) and kept.shape == (0,)


def test_each_digit_is_drawn_as_often_as_asked_and_keeps_its_label():
    dot = PenDigit(5, 1, SHAPES["a dot"])
    digits = [*made_pen_digits([7], [1]), dot, *made_pen_digits([1], [1])]
    pictures, labels = drawn_digits(digits, times=3, seed=1)
    assert labels.tolist() == [7, 7, 7, 1, 1, 1]
    assert pictures.shape == (6, 28, 28) and pictures.dtype == np.uint8
    assert len({picture.tobytes() for picture in pictures}) == 6
    again, _labels = drawn_digits(digits, times=3, seed=1)
    assert np.array_equal(pictures, again)
