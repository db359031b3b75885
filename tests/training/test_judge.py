"""``training.judge``: distances worked by hand, and a judge that is kept and recognised."""

import json

import keras
import numpy as np
import pytest

from models.networks.digit import NETWORKS
from tests.training.made_digits import made_mnist
from training import digit, judge


@pytest.fixture(scope="module")
def data():
    return digit.split(made_mnist(200, 50), validation_size=50)


def normal(count, mean, spread, seed):
    return np.random.default_rng(seed).normal(mean, spread, (count, 3))


def exactly(mean, spread):
    """Features whose mean and variances are exactly these, uncorrelated."""
    corners = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)], float)
    return np.array(mean) + corners * np.array(spread) * np.sqrt(7 / 8)


def test_the_distance_of_features_from_themselves_is_zero():
    features = normal(500, 1.0, 2.0, seed=1)
    assert judge.frechet_distance(features, features) == pytest.approx(0, abs=1e-9)


def test_a_shift_counts_by_its_square():
    assert judge.frechet_distance(exactly((1, 2, 2), (1, 1, 1)), exactly((0, 0, 0), (1, 1, 1))) == pytest.approx(9)


def test_a_different_spread_counts_by_the_square_of_the_difference():
    assert judge.frechet_distance(exactly((0, 0, 0), (3, 1, 1)), exactly((0, 0, 0), (1, 1, 2))) == pytest.approx(4 + 1)


def test_the_distance_is_the_same_in_both_directions():
    one, other = (
        normal(300, 0.0, 1.0, seed=1),
        normal(300, 0.5, 2.0, seed=2) @ np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1]]),
    )
    assert judge.frechet_distance(one, other) == pytest.approx(judge.frechet_distance(other, one))


def test_the_distance_takes_features_that_never_vary():
    assert judge.frechet_distance(np.ones((10, 3)), np.zeros((10, 3))) == pytest.approx(3)


def test_diversity_is_one_for_equal_features_and_zero_for_a_repeated_picture():
    features, labels = normal(40, 0.0, 1.0, seed=3), np.repeat([4, 9], 20)
    repeated = judge.Seen(np.where(labels[:, None] == 9, 0.5, features), labels)
    assert judge.diversity(repeated, features, labels) == pytest.approx({"4": 1.0, "9": 0.0})


def test_a_digit_that_was_never_made_has_no_diversity():
    features, labels = normal(40, 0.0, 1.0, seed=3), np.repeat([4, 9], 20)
    assert judge.diversity(judge.Seen(features, np.full(40, 4)), features, labels).keys() == {"4"}


def test_the_judge_is_none_of_the_shipped_recognisers_and_has_128_features():
    model = judge.build_judge()
    assert [tuple(output.shape[1:]) for output in model.outputs] == [(128,), (10,)]
    assert model.count_params() not in {build().count_params() for build in NETWORKS.values()}


def test_a_judge_is_trained_once_then_read_back_and_recognised_by_its_hash(data, tmp_path, monkeypatch):
    first = judge.load_judge(data, tmp_path, epochs=1)
    assert first.accuracy == pytest.approx(
        (judge.look(first.model, data.test_images[..., 0]).digits == data.test_labels).mean()
    )
    monkeypatch.setattr(judge, "train_judge", None)  # a second training would fail
    second = judge.load_judge(data, tmp_path)
    assert second.sha256 == first.sha256 == judge.hash_of(second.model)
    assert second.accuracy == first.accuracy


def test_a_judge_whose_weights_were_changed_is_trained_anew(data, tmp_path, monkeypatch):
    keras.utils.set_random_seed(1)
    (tmp_path / judge.CACHE).mkdir()
    judge.build_judge().save(tmp_path / judge.CACHE / "judge.keras")
    (tmp_path / judge.CACHE / "judge.json").write_text(json.dumps({"accuracy": 1.0, "sha256": "0" * 64}))
    monkeypatch.setattr(judge, "train_judge", lambda *_: judge.build_judge())
    assert judge.load_judge(data, tmp_path).accuracy < 1.0


def test_what_the_judge_sees_does_not_depend_on_the_batch(data):
    model = judge.build_judge()
    pixels = data.test_images[:6, :, :, 0]
    together, alone = judge.look(model, pixels), judge.look(model, pixels[:1])
    assert together.features.dtype == np.float64 and together.features.shape == (6, 128)
    assert np.allclose(together.features[:1], alone.features, atol=1e-5)
