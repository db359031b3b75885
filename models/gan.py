"""What the gan task takes and gives: a seed and perhaps a digit in, pictures of handwritten digits out.

A picture is made from a latent, 100 numbers drawn by a seed. The same seed gives the same numbers on every
machine and with every version of numpy: they come from the raw stream of PCG64, which numpy keeps fixed (only
the methods built on it may change), through the inverse of the normal distribution.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from models import runtime, store

TASK = "gan"
NETWORKS = ("dcgan", "mlp")
DEFAULT_NETWORK = "dcgan"
IS_CONDITIONAL = {"dcgan": True, "mlp": False}

DIGITS = tuple(range(10))
LATENT_SIZE = 100
SIDE = 28
LARGEST_SEED = 2**31 - 1
LARGEST_COUNT = 64
LARGEST_TRUNCATION = 1.5
LARGEST_STEPS = 101

# The networks run on batches of this one size, whatever is asked for: so a picture does not depend, not even
# in its last bit, on how many others are made with it.
BATCH = 16
SNAPSHOTS = "snapshots.png"
NEIGHBOURS = "neighbours.png"


class NotConditional(ValueError):
    """A digit was asked of a network that cannot be told one."""


@dataclass(frozen=True)
class Pictures:
    """What a generator made.

    pixels: uint8 [count, 28, 28], white ink (255) on black (0).
    opinions: float [count], the probability 0..1 that the discriminator gives each picture of being real.
    digits: the digit asked for in each picture, None where the network cannot be told one.
    milliseconds: time in both networks, without the queue.
    folder: the model's folder that answered, with all its facts.
    """

    pixels: np.ndarray
    opinions: np.ndarray
    digits: tuple[int | None, ...]
    milliseconds: float
    folder: store.Folder


def latents(seed: int, count: int, truncation: float = 1.0) -> np.ndarray:
    """Return what ``count`` pictures are made from: float32 [count, 100], standard normal times ``truncation``.

    The first rows are the same for every ``count``. Each number is the normal quantile of 53 of the 64 bits
    that PCG64 gives, by Wichura's algorithm AS 241 (1988), https://doi.org/10.2307/2347330, which is what
    Python's ``NormalDist.inv_cdf`` computes.

    Args:
        seed: 0 to 2**31 - 1.
        count: how many.
        truncation: the distance from the mean, 0 to 1.5; 0 gives the mean itself, 1 what was trained on.
    """
    bits = np.random.PCG64(seed).random_raw(count * LATENT_SIZE)
    uniform = ((bits >> np.uint64(11)).astype(np.float64) + 0.5) / 2**53  # never 0 or 1
    normal = np.fromiter(map(NormalDist().inv_cdf, uniform.tolist()), np.float64, len(uniform))
    return (normal.reshape(count, LATENT_SIZE) * truncation).astype(np.float32)


def digits_asked(digit: int | None, count: int) -> np.ndarray:
    """Return the digit of each picture, int [count]: the one asked for, or with None all ten in turn."""
    return np.arange(count) % len(DIGITS) if digit is None else np.full(count, digit)


def one_hot(digits: np.ndarray) -> np.ndarray:
    """Return float32 [count, 10] with a one at each digit, int [count]."""
    return np.eye(len(DIGITS), dtype=np.float32)[digits]


def to_pixels(images: np.ndarray) -> np.ndarray:
    """Return a generator's float [count, 28, 28, 1], -1..1, as pictures uint8 [count, 28, 28].

    Raises:
        FloatingPointError: the generator gave what is no number.
    """
    if not np.isfinite(images).all():
        raise FloatingPointError("The generator must give finite pixels. Received: NaN or infinity")
    return np.uint8(np.rint((np.clip(images[..., 0], -1, 1) + 1) * 127.5))


def to_images(pixels: np.ndarray) -> np.ndarray:
    """Return pictures uint8 [count, 28, 28] as the networks take them, float32 [count, 28, 28, 1], -1..1."""
    return pixels.astype(np.float32)[..., np.newaxis] / 127.5 - 1


def generate(digit: int | None, seed: int, count: int, truncation: float, network: str) -> Pictures:
    """Let a network make pictures; the same values give the same pictures.

    Args:
        digit: 0 to 9, or None: all ten in turn where the network can be told, whatever it likes where not.
        seed: 0 to 2**31 - 1.
        count: 1 to 64.
        truncation: the distance from the mean, 0 to 1.5.
        network: one of ``NETWORKS``.

    Raises:
        ValueError: a value is out of its range.
        NotConditional: the network cannot be told a digit.
        FloatingPointError: the network is broken.
        runtime.NotReady, runtime.Busy, runtime.Unavailable: no answer can be given now.
    """
    _require(digit, seed, network)
    if not 1 <= count <= LARGEST_COUNT:
        raise ValueError(f"count must be from 1 to {LARGEST_COUNT}. Received: {count}")
    if not 0 <= truncation <= LARGEST_TRUNCATION:
        raise ValueError(f"truncation must be from 0 to {LARGEST_TRUNCATION}. Received: {truncation}")
    return _draw(latents(seed, count, truncation), digits_asked(digit, count), network)


def walk(digit: int | None, seed_a: int, seed_b: int, steps: int, network: str) -> Pictures:
    """Return ``steps`` pictures (2 to 101) on the way from the first picture of one seed to that of another.

    Without a digit, a network that can be told one walks as a 0. Raises what ``generate`` raises.
    """
    _require(digit, seed_a, network)
    _require(digit, seed_b, network)
    if not 2 <= steps <= LARGEST_STEPS:
        raise ValueError(f"steps must be from 2 to {LARGEST_STEPS}. Received: {steps}")
    way = between(latents(seed_a, 1)[0], latents(seed_b, 1)[0], steps)
    return _draw(way, np.full(steps, digit or 0), network)


def between(start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
    """Return float32 [steps, size]: even steps along the arc from one latent [size] to another, both included.

    A straight line would pass close to the mean, where no latent of this many numbers ever lies.
    Source: Shoemake (1985), https://doi.org/10.1145/325165.325242; White (2016), https://arxiv.org/abs/1609.04468.
    """
    start, end = start.astype(np.float64), end.astype(np.float64)
    cosine = start @ end / (np.linalg.norm(start) * np.linalg.norm(end))
    angle = np.arccos(np.clip(cosine, -1, 1))
    share = np.linspace(0, 1, steps)[:, np.newaxis]
    if angle < 1e-6:
        return (start + share * (end - start)).astype(np.float32)
    arc = np.sin((1 - share) * angle) * start + np.sin(share * angle) * end
    return (arc / np.sin(angle)).astype(np.float32)


def _require(digit: int | None, seed: int, network: str) -> None:
    if network not in NETWORKS:
        raise ValueError(f"network must be one of {', '.join(NETWORKS)}. Received: {network!r}")
    if digit is not None and digit not in DIGITS:
        raise ValueError(f"digit must be from 0 to 9, or None. Received: {digit!r}")
    if digit is not None and not IS_CONDITIONAL[network]:
        raise NotConditional(f"digit must be None for {network}. Received: {digit!r}")
    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"seed must be from 0 to {LARGEST_SEED}. Received: {seed!r}")


def _draw(latent: np.ndarray, digits: np.ndarray, network: str) -> Pictures:
    """Run the generator on latents [count, 100], and the discriminator on what it made."""
    is_conditional = IS_CONDITIONAL[network]
    pixels, opinions, milliseconds = [], [], 0.0
    for rows in _batches(len(latent)):
        asked = (one_hot(digits[rows]),) if is_conditional else ()
        made = runtime.call(TASK, network, latent[rows], *asked, part="generator")
        pixels.append(to_pixels(made.output))
        opinion = runtime.call(TASK, network, to_images(pixels[-1]), *asked, part="discriminator")
        opinions.append(1 / (1 + np.exp(-opinion.output[:, 0].astype(np.float64))))
        milliseconds += made.milliseconds + opinion.milliseconds
    count = len(latent)
    told = tuple(digits.tolist()) if is_conditional else (None,) * count
    return Pictures(np.concatenate(pixels)[:count], np.concatenate(opinions)[:count], told, milliseconds, made.folder)


def _batches(count: int) -> Iterator[np.ndarray]:
    """Row numbers in groups of ``BATCH``; the last group is filled up with the last row."""
    for first in range(0, count, BATCH):
        yield np.minimum(np.arange(first, first + BATCH), count - 1)
