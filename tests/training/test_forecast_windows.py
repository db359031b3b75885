"""``training.forecast_windows``: the pieces of series that the networks learn from."""

import numpy as np
import pytest

from models.forecast import MAX_HORIZON
from models.forecast_features import MIN_VALUES
from training.data.series import Series
from training.forecast_windows import build_pieces, cut_pieces, last_pieces, ten_step_windows

TIME = np.arange(300.0)


@pytest.fixture
def random():
    return np.random.default_rng(1)


def series(group="Hourly", season=24, length=300):
    return Series("a", group, season, TIME[:length] + 10 * np.sin(TIME[:length]))


def test_a_piece_is_a_history_and_the_values_that_came_after(random):
    for cut in cut_pieces([series()], random):
        sign = np.sign(cut.history[-1])
        whole = sign * np.r_[cut.history, cut.future]
        start = int(np.abs(series().values - whole[0]).argmin())
        assert np.array_equal(whole, series().values[start : start + len(whole)])
        assert len(cut.history) >= MIN_VALUES and 1 <= len(cut.future) <= MAX_HORIZON


def test_some_pieces_keep_only_the_end_of_their_history(random):
    starts = [np.abs(cut.history[0]) != series().values[0] for cut in cut_pieces([series()] * 10, random)]
    assert 0.2 < np.mean(starts) < 0.4


def test_the_end_of_every_series_is_among_its_pieces(random):
    cuts = cut_pieces([series("Yearly", 1, 20)], random)
    assert 14 in [len(cut.history) for cut in cuts]


def test_a_target_is_the_value_that_the_output_is_turned_back_into(random):
    (cut,) = last_pieces([series()], 48, 1)
    pieces = build_pieces([cut], random, 48)
    from models.forecast_features import features

    found = features([cut.history], np.arange(1, 49), 24)
    output = np.repeat(pieces.target[..., np.newaxis], 5, axis=2)
    assert found.restore(output)[0, :, 2] == pytest.approx(series().values[-48:], rel=1e-4)
    assert np.allclose(pieces.steps, found.steps) and np.allclose(pieces.series, found.series)
    assert (pieces.weight > 0).all()


def test_the_inputs_know_nothing_of_what_came_after(random):
    (cut,) = last_pieces([series()], 48, 1)
    other = cut._replace(future=cut.future + 1_000)
    one, two = build_pieces([cut], random, 48), build_pieces([other], random, 48)
    assert np.array_equal(one.series, two.series) and np.array_equal(one.steps, two.steps)
    assert not np.array_equal(one.target, two.target)


def test_steps_after_the_end_weigh_nothing(random):
    (cut,) = last_pieces([series("Yearly", 1, 20)], 6, 1)
    pieces = build_pieces([cut], random, 9)
    assert (pieces.weight[0, :6] > 0).all() and (pieces.weight[0, 6:] == 0).all()


def test_pieces_to_validate_on_end_where_a_whole_horizon_follows():
    cuts = last_pieces([series()], 48, 3)
    assert [len(cut.history) for cut in cuts] == [252, 228, 204]
    assert all(len(cut.future) == 48 for cut in cuts)


def test_ten_step_windows_are_scaled_and_followed_by_their_next_value():
    windows, following = ten_step_windows([Series("a", "Yearly", 1, TIME)], 50, 1)
    assert windows.shape == (50, 10, 1) and following.shape == (50, 1)
    assert windows[:, :, 0] == pytest.approx(np.tile(np.arange(10) / 9, (50, 1)), abs=1e-6)
    assert following == pytest.approx(np.full((50, 1), 10 / 9))


def test_every_group_is_drawn_from_alike_and_still_windows_are_left_out():
    many = [Series(str(index), "Yearly", 1, TIME) for index in range(30)]
    windows, _ = ten_step_windows([*many, Series("b", "Weekly", 1, np.zeros(50))], 100, 1)
    assert len(windows) == 50
