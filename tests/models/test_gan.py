"""``models.gan``: the same numbers for a seed everywhere, what is asked of the networks, and the walk."""

import hashlib

import numpy as np
import pytest

from models import gan, runtime

# Written down once; they must never change, or a seed that somebody noted gives other pictures.
FIRST_OF_SEED_42 = [
    0.7519387602806091,
    -0.15381339192390442,
    1.0740413665771484,
    0.5168455839157104,
    -1.3154619932174683,
]
FIRST_OF_SEED_0 = [0.35034921765327454, -0.6134581565856934, -1.7394988536834717]
FIRST_OF_LARGEST_SEED = [-0.610231876373291, 1.5054785013198853, -0.15244580805301666]
SHA256_OF_64 = "8e5cb6cdec39c6e7874afbd9a7408d6af0c1dfe87ef4f8d4dc3763663cd99430"


@pytest.fixture(autouse=True)
def calls(monkeypatch):
    """Networks without TensorFlow: a generator that paints the first latent and the digit, a discriminator of ink.

    Returns what each part was given, in order.
    """
    given = []

    def call(task, network, *inputs, part="model"):
        assert task == "gan"
        given.append((network, part, *inputs))
        if part == "generator":
            output = np.zeros((len(inputs[0]), 28, 28, 1), np.float32)
            output[:, 0, :, 0] = np.tanh(inputs[0][:, :28])
            output[:, 1, 0, 0] = inputs[1].argmax(axis=1) / 10 if len(inputs) == 2 else 0
        else:
            output = inputs[0].mean(axis=(1, 2, 3))[:, np.newaxis]
        return runtime.Answer(output, 1.5, None)

    monkeypatch.setattr(runtime, "call", call)
    return given


# The latents


@pytest.mark.parametrize(
    ("seed", "first"), [(42, FIRST_OF_SEED_42), (0, FIRST_OF_SEED_0), (2**31 - 1, FIRST_OF_LARGEST_SEED)]
)
def test_a_seed_gives_the_numbers_that_it_always_gave(seed, first):
    assert gan.latents(seed, 1)[0, : len(first)].tolist() == first


def test_sixty_four_latents_are_the_same_to_the_last_bit():
    assert hashlib.sha256(gan.latents(42, 64).astype("<f4").tobytes()).hexdigest() == SHA256_OF_64


def test_more_pictures_of_a_seed_begin_with_the_same_ones():
    assert np.array_equal(gan.latents(5, 64)[:3], gan.latents(5, 3))


def test_latents_are_standard_normal_numbers():
    numbers = gan.latents(3, 2000).ravel()
    assert numbers.dtype == np.float32 and np.isfinite(numbers).all()
    assert abs(numbers.mean()) < 0.01 and abs(numbers.std() - 1) < 0.01
    assert abs((np.abs(numbers) < 1.96).mean() - 0.95) < 0.005


def test_latents_leave_numpys_own_random_numbers_alone():
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    gan.latents(9, 10)
    assert np.array_equal(before, np.random.get_state()[1])


def test_the_distance_from_the_mean_scales_the_latents():
    assert np.allclose(gan.latents(1, 2, 0.5), 0.5 * gan.latents(1, 2))
    assert not gan.latents(1, 2, 0).any()


# Pictures


def test_pixels_go_from_black_at_minus_one_to_white_at_one():
    images = np.array([-1.0, 0.0, 1.0, 1.2]).reshape(1, 2, 2, 1)
    assert gan.to_pixels(images).tolist() == [[[0, 128], [255, 255]]]


def test_pictures_survive_the_way_to_the_network_and_back():
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    assert np.array_equal(gan.to_pixels(gan.to_images(pixels)), pixels)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_generator_that_gives_no_numbers_is_an_error(bad):
    with pytest.raises(FloatingPointError):
        gan.to_pixels(np.full((1, 28, 28, 1), bad))


def test_one_digit_is_asked_for_in_every_picture(calls):
    pictures = gan.generate(7, 1, 20, 1.0, "dcgan")
    assert pictures.pixels.shape == (20, 28, 28) and pictures.pixels.dtype == np.uint8
    assert pictures.digits == (7,) * 20
    asked = np.concatenate([given[3] for given in calls if given[1] == "generator"])
    assert asked.argmax(axis=1).tolist() == [7] * 32 and asked.sum() == 32


def test_without_a_digit_all_ten_come_in_turn():
    assert gan.generate(None, 1, 12, 1.0, "dcgan").digits == (*range(10), 0, 1)


def test_an_unconditional_network_gets_latents_alone(calls):
    assert gan.generate(None, 1, 2, 1.0, "mlp").digits == (None, None)
    assert [len(given) - 2 for given in calls] == [1, 1]


def test_every_picture_is_judged_as_it_is_shown_and_for_the_digit_asked(calls):
    pictures = gan.generate(3, 1, 2, 1.0, "dcgan")
    (_network, _part, judged, asked) = calls[1]
    assert np.array_equal(gan.to_pixels(judged)[:2], pictures.pixels)
    assert asked.argmax(axis=1).tolist() == [3] * gan.BATCH
    logits = gan.to_images(pictures.pixels).mean(axis=(1, 2, 3))
    assert pictures.opinions == pytest.approx(1 / (1 + np.exp(-logits)))


@pytest.mark.parametrize("count", [1, 16, 17, 64])
def test_the_networks_always_see_batches_of_one_size(count, calls):
    pictures = gan.generate(None, 1, count, 1.0, "dcgan")
    assert {len(array) for given in calls for array in given[2:]} == {gan.BATCH}
    assert len(pictures.pixels) == len(pictures.opinions) == len(pictures.digits) == count


def test_the_time_is_that_of_both_networks_and_all_batches():
    assert gan.generate(None, 1, 17, 1.0, "dcgan").milliseconds == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ((10, 1, 1, 1.0, "dcgan"), "digit"),
        ((-1, 1, 1, 1.0, "dcgan"), "digit"),
        ((1, -1, 1, 1.0, "dcgan"), "seed"),
        ((1, 2**31, 1, 1.0, "dcgan"), "seed"),
        ((1, 1, 0, 1.0, "dcgan"), "count"),
        ((1, 1, 65, 1.0, "dcgan"), "count"),
        ((1, 1, 1, -0.1, "dcgan"), "truncation"),
        ((1, 1, 1, 1.6, "dcgan"), "truncation"),
        ((1, 1, 1, float("nan"), "dcgan"), "truncation"),
        ((1, 1, 1, 1.0, "stylegan"), "network"),
    ],
)
def test_what_is_out_of_range_is_refused_before_any_network_runs(values, word, calls):
    with pytest.raises(ValueError, match=word):
        gan.generate(*values)
    assert calls == []


def test_a_digit_cannot_be_asked_of_the_mlp(calls):
    with pytest.raises(gan.NotConditional):
        gan.generate(7, 1, 1, 1.0, "mlp")
    assert calls == []


# The walk


def test_a_walk_begins_at_one_seed_and_ends_at_the_other():
    walk = gan.walk(4, 1, 2, 5, "dcgan")
    assert len(walk.pixels) == 5 and walk.digits == (4,) * 5
    for end, seed in ((0, 1), (-1, 2)):
        assert np.array_equal(walk.pixels[end], gan.generate(4, seed, 1, 1.0, "dcgan").pixels[0])


def test_a_walk_keeps_to_the_arc_in_even_steps():
    start, end = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)
    way = gan.between(start, end, 3)
    assert way == pytest.approx(np.array([[1, 0], [np.sqrt(0.5), np.sqrt(0.5)], [0, 1]]), abs=1e-6)


def test_a_walk_from_a_seed_to_itself_stands_still():
    assert np.ptp(gan.walk(None, 3, 3, 4, "mlp").pixels, axis=0).max() == 0


@pytest.mark.parametrize("steps", [0, 1, 102])
def test_a_walk_has_two_to_a_hundred_and_one_steps(steps):
    with pytest.raises(ValueError, match="steps"):
        gan.walk(1, 1, 2, steps, "dcgan")
