"""``training.series_generator``: made series to learn from."""

import numpy as np

from training.series_generator import SEASONS, generate


def test_the_same_seed_gives_the_same_series_and_another_gives_others():
    first, again, other = generate(20, 1), generate(20, 1), generate(20, 2)
    assert all(np.array_equal(one.values, two.values) for one, two in zip(first, again, strict=True))
    assert not any(np.array_equal(one.values, two.values) for one, two in zip(first, other, strict=True))


def test_every_series_is_finite_and_holds_two_of_its_seasons():
    for series in generate(300, 3):
        assert np.isfinite(series.values).all()
        assert len(series.values) >= max(40, 2 * series.season)


def test_the_series_differ_in_season_size_sign_and_kind():
    made = generate(400, 4)
    assert {series.season for series in made} == set(SEASONS)
    sizes = np.array([np.abs(series.values).mean() for series in made])
    assert sizes.max() > 1e4 * sizes[sizes > 0].min()
    assert any((series.values < 0).any() for series in made)
    assert any((series.values == 0).mean() > 0.3 for series in made)
