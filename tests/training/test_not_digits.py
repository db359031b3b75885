"""``training.not_digits``: what the recogniser learns to refuse."""

import numpy as np
import pytest

from tests.training.made_digits import made_digits, made_pen_digits
from training import not_digits
from training.pad_drawings import PAD, as_seen

PER_KIND = 6
STROKES = made_pen_digits(writers=[1, 2])
DRAWN = {
    "letter": lambda random: not_digits._letter(random),
    "scribble": lambda random: not_digits._scribble(random),
    "shape": lambda random: not_digits._shape(random),
    "several": lambda random: not_digits._several(STROKES, random),
    "texture": lambda random: not_digits._texture(random),
}


def make(seed=5):
    return not_digits.make(PER_KIND * len(not_digits.KINDS), made_digits(20, seed=1)[0], STROKES, seed)


@pytest.fixture(scope="module")
def made():
    return make()


def test_they_are_pictures_as_the_networks_see_them(made):
    assert made.dtype == np.uint8 and made.shape[1:] == (28, 28)
    assert 5 * PER_KIND <= len(made) <= 6 * PER_KIND
    assert (made.max(axis=(1, 2)) > 128).all()


def test_no_two_are_the_same(made):
    assert len({picture.tobytes() for picture in made}) == len(made)


def test_the_same_seed_makes_the_same_and_another_others(made):
    assert np.array_equal(made, make())
    other = make(seed=6)
    assert not {picture.tobytes() for picture in made} & {picture.tobytes() for picture in other}


@pytest.mark.parametrize("kind", DRAWN)
def test_every_kind_is_a_pad_in_which_something_is_nearly_always_found(kind):
    random = np.random.default_rng(7)
    drawings = [DRAWN[kind](random) for _number in range(20)]
    assert {drawing.size for drawing in drawings} == {(PAD // not_digits.REDUCED,) * 2}
    assert len(as_seen(drawings)[1]) >= 18


def test_all_five_shapes_are_drawn(monkeypatch):
    kinds = []

    class Chooser:
        def __init__(self, kind):
            self.random, self.kind = np.random.default_rng(1), kind

        def choice(self, names):
            kinds.append(list(names))
            return self.kind

        def __getattr__(self, name):
            return getattr(self.random, name)

    drawn = {not_digits._shape(Chooser(kind)).tobytes() for kind in ["polygon", "star", "grid", "spiral", "rings"]}
    assert len(drawn) == 5
    assert kinds == [["polygon", "star", "grid", "spiral", "rings"]] * 5


def test_no_letter_that_people_also_write_as_a_digit_is_refused():
    assert not set("0123456789OolISZBbgqzsGi") & set(not_digits.LETTERS)
    assert {"K", "W", "X", "e", "#"} <= set(not_digits.LETTERS)


def test_no_quarter_of_a_digit_stays_in_its_place():
    quarters = np.zeros((1, 28, 28), np.uint8)
    places = [(slice(0, 14), slice(0, 14)), (slice(0, 14), slice(14, 28)), (slice(14, 28), slice(0, 14))]
    places.append((slice(14, 28), slice(14, 28)))
    for number, place in enumerate(places, start=1):
        quarters[0][place] = number
    made = not_digits._out_of_place(quarters, 60, np.random.default_rng(1))
    assert made.shape == (60, 28, 28) and made.dtype == np.uint8
    orders = {tuple(int(picture[place].max()) for place in places) for picture in made}
    assert len(orders) == 5
    for order in orders:
        assert sorted(order) == [1, 2, 3, 4]
        assert all(number != own for own, number in enumerate(order, start=1))
    assert all(picture[place].min() == picture[place].max() for picture in made for place in places)


def test_quarters_are_moved_and_not_turned():
    marked = np.zeros((1, 28, 28), np.uint8)
    marked[0, 2, 3] = 200
    for picture in not_digits._out_of_place(marked, 20, np.random.default_rng(2)):
        assert [(row % 14, column % 14) for row, column in np.argwhere(picture)] == [(2, 3)]
