"""Made series to learn from beside the real ones: whatever a visitor may paste, in every mixture.

Each series is a sum or product of a trend, up to two seasons, noise that remembers, a random walk and shifts of
level; some are counts with many zeros. The idea of learning from such mixtures follows Dooley and others (2023),
https://arxiv.org/abs/2311.01933.
"""

import numpy as np

from training.data.series import Series

SEASONS = (1, 1, 4, 7, 12, 12, 24, 52)
SHORTEST, LONGEST = 40, 700
CYCLES = 7


def generate(count: int, seed: int) -> list[Series]:
    """Return made series of different lengths and seasons; the same seed gives the same."""
    random = np.random.default_rng(seed)
    return [_one(random, f"made{index}") for index in range(count)]


def _one(random: np.random.Generator, name: str) -> Series:
    season = int(random.choice(SEASONS))
    length = int(random.integers(max(SHORTEST, 2 * season), max(LONGEST, CYCLES * season) + 1))
    level = _trend(random, length) + _walk(random, length) + _shifts(random, length)
    noise = _remembering_noise(random, length) * random.choice([0.02, 0.1, 0.3, 1.0])
    pattern = _season(random, length, season) * random.choice([0.0, 0.3, 1.0, 2.0])
    values = _multiplied(level, pattern, noise) if random.random() < 0.4 else level + pattern + noise
    if random.random() < 0.1:
        values = _counts(random, values)
    elif random.random() < 0.3:
        values = values + random.choice([10.0, 100.0])
    return Series(name, "made", season, values * 10.0 ** random.integers(-2, 5))


def _trend(random: np.random.Generator, length: int) -> np.ndarray:
    """Nothing, a line, a line that bends once, or a curve that levels off."""
    time = np.linspace(0, 1, length)
    size = random.normal() * random.choice([0.0, 1.0, 5.0])
    kind = random.integers(3)
    if kind == 0:
        return size * time
    if kind == 1:
        bend = random.uniform(0.2, 0.9)
        return size * np.minimum(time, bend) + random.normal() * np.maximum(time - bend, 0)
    return size * (1 - np.exp(-time * random.uniform(1, 8)))


def _walk(random: np.random.Generator, length: int) -> np.ndarray:
    """A random walk, sometimes with drift, or none."""
    size = random.choice([0.0, 0.02, 0.1, 0.3])
    return np.cumsum(random.normal(random.normal() * 0.1, 1, length)) * size


def _shifts(random: np.random.Generator, length: int) -> np.ndarray:
    """Up to two sudden changes of level."""
    level = np.zeros(length)
    for _ in range(random.choice([0, 0, 0, 1, 2])):
        level[random.integers(length) :] += random.normal() * 2
    return level


def _remembering_noise(random: np.random.Generator, length: int) -> np.ndarray:
    """Noise of spread one in which each value keeps a part of the one before; now and then heavy tails."""
    memory = random.choice([0.0, 0.3, 0.6, 0.9])
    shocks = random.standard_t(3, length) / 1.7 if random.random() < 0.3 else random.normal(size=length)
    noise = np.empty(length)
    last = 0.0
    for index, shock in enumerate(shocks):
        last = noise[index] = memory * last + np.sqrt(1 - memory**2) * shock
    return noise


def _season(random: np.random.Generator, length: int, season: int) -> np.ndarray:
    """A few waves, or a free pattern, repeated; hours also know the days of the week."""
    if season == 1:
        return np.zeros(length)
    time = np.arange(length)
    if random.random() < 0.5:
        waves = range(1, min(4, season // 2) + 1)
        phases = random.uniform(0, 2 * np.pi, len(waves))
        pattern = sum(
            random.normal() / wave * np.sin(2 * np.pi * wave * time / season + phase)
            for wave, phase in zip(waves, phases, strict=True)
        )
    else:
        pattern = random.normal(size=season)[time % season]
    if season == 24 and random.random() < 0.5:
        pattern = pattern + 0.7 * random.normal(size=7)[time // 24 % 7]
    return pattern


def _multiplied(level: np.ndarray, pattern: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The parts as factors of a positive series."""
    return np.exp(np.clip(0.4 * level + 0.2 * pattern + 0.1 * noise, -12, 12))


def _counts(random: np.random.Generator, values: np.ndarray) -> np.ndarray:
    """Whole numbers with many zeros, expected to be what the values say."""
    spread = values.std() or 1.0
    expected = np.exp(np.clip((values - values.mean()) / spread * 0.7, -4, 3)) * random.choice([0.3, 1.0, 4.0])
    return random.poisson(expected).astype(np.float64)
