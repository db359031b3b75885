"""Drawings and pictures that are no digit, from which the recogniser learns to refuse.

All are made here: none comes from the pictures (Fashion-MNIST) with which refusing is measured.
"""

import string

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from models import digit
from training.data.pen_digits import PenDigit
from training.pad_drawings import MARGIN, PAD, PENS, as_seen, draw

# Left out: what people also write as a digit, such as O, l, S, Z, b, g, q, y.
LETTERS = sorted(set(string.ascii_letters) - set("ABDIJLOPQSUVZabcdgijlopqrsuvyzCGhnY")) + list("#%&*+=@?$~<>{}")
# The pads are drawn smaller by this factor, which saves half of the time.
REDUCED = 2
KINDS = ("letter", "scribble", "shape", "several", "patch", "texture")


def make(count: int, digits: np.ndarray, strokes: list[PenDigit], seed: int) -> np.ndarray:
    """Return about ``count`` pictures of no digit as the networks see them, uint8 [n, 28, 28].

    Letters and signs, scribbles, shapes, several digits side by side, digits whose quarters are out of place,
    and filled shapes with a texture; equally many of each, less those in which nothing is found.

    Args:
        count: how many to try.
        digits: uint8 [m, 28, 28], of which quarters are put out of place.
        strokes: drawn digits that are put side by side.
        seed: chooses everything.
    """
    random = np.random.default_rng(seed)
    makers = {
        "letter": lambda: _letter(random),
        "scribble": lambda: _scribble(random),
        "shape": lambda: _shape(random),
        "several": lambda: _several(strokes, random),
        "texture": lambda: _texture(random),
    }
    each = count // len(KINDS)
    drawings = [makers[kind]() for kind in makers for _number in range(each)]
    return np.concatenate([as_seen(drawings)[0], _out_of_place(digits, each, random)])


def _blank() -> Image.Image:
    return Image.new("L", (PAD, PAD), 255)


def _letter(random: np.random.Generator) -> Image.Image:
    """One letter or sign, turned a little and in two weights."""
    pad = _blank()
    font = ImageFont.load_default(int(random.integers(90, 230)))
    sign = str(random.choice(LETTERS))
    weight = int(random.integers(0, 8))
    ImageDraw.Draw(pad).text((PAD / 2, PAD / 2), sign, 0, font, anchor="mm", stroke_width=weight)
    return pad.rotate(random.uniform(-15, 15), Image.Resampling.BILINEAR, fillcolor=255).reduce(REDUCED)


def _scribble(random: np.random.Generator) -> Image.Image:
    """One to five lines that turn often, at random."""
    strokes = []
    for _stroke in range(random.integers(1, 6)):
        steps = int(random.integers(25, 60))
        turns = np.cumsum(random.normal(0, random.uniform(0.5, 1.2), steps)) + random.uniform(0, 2 * np.pi)
        path = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1), axis=0)
        strokes.append(path * random.uniform(0.5, 2) + random.normal(0, 8, 2))
    return draw(strokes, random, REDUCED)


def _shape(random: np.random.Generator) -> Image.Image:
    """A polygon, a star, a grid, a spiral or concentric rings, outlined or filled."""
    pad = _blank()
    brush = ImageDraw.Draw(pad)
    pen = int(random.uniform(*PENS))
    centre, radius = PAD / 2, random.uniform(50, PAD / 2 - pen - MARGIN)
    kind = random.choice(["polygon", "star", "grid", "spiral", "rings"])
    if kind in ("polygon", "star"):
        brush.line(_corners(kind == "star", centre, radius, random), 0, pen, joint="curve")
    elif kind == "grid":
        for position in np.linspace(-radius, radius, int(random.integers(3, 6))):
            brush.line([(centre - radius, centre + position), (centre + radius, centre + position)], 0, pen // 2)
            brush.line([(centre + position, centre - radius), (centre + position, centre + radius)], 0, pen // 2)
    elif kind == "spiral":
        angles = np.linspace(0, random.uniform(4, 8) * np.pi, 200)
        reach = radius * angles / angles[-1]
        points = centre + reach * np.stack([np.cos(angles), np.sin(angles)])
        brush.line([tuple(point) for point in points.T], 0, pen // 2)
    else:
        for part in (1, 0.55):
            reach = radius * part
            brush.ellipse((centre - reach, centre - reach, centre + reach, centre + reach), None, 0, pen // 2)
    return pad.reduce(REDUCED)


def _corners(is_star: bool, centre: float, radius: float, random: np.random.Generator) -> list[tuple[float, float]]:
    """The corners of a closed polygon with three to five sides, or of a star with four to eight points."""
    count = 2 * int(random.integers(4, 9)) if is_star else int(random.integers(3, 6))
    angles = np.arange(count + 1) * 2 * np.pi / count + random.uniform(0, 2 * np.pi)
    reach = np.where(np.arange(count + 1) % 2, radius * (random.uniform(0.3, 0.6) if is_star else 1), radius)
    reach[-1] = reach[0]
    stretch = random.uniform(0.6, 1)
    return [(centre + r * np.cos(a), centre + stretch * r * np.sin(a)) for r, a in zip(reach, angles, strict=True)]


def _several(digits: list[PenDigit], random: np.random.Generator) -> Image.Image:
    """Two or three drawn digits side by side."""
    strokes, left = [], 0.0
    for number in random.integers(0, len(digits), random.integers(2, 4)):
        points = np.concatenate(digits[number].strokes)
        size = max(np.ptp(points, axis=0).max(), 1)
        shift = np.array([left - points[:, 0].min() / size, -points[:, 1].min() / size])
        strokes += [stroke / size + shift for stroke in digits[number].strokes]
        left += np.ptp(points[:, 0]) / size + random.uniform(0.1, 0.3)
    return draw(strokes, random, REDUCED)


def _texture(random: np.random.Generator) -> Image.Image:
    """A filled blob, box or pair of bars whose brightness varies."""
    noise = Image.fromarray(random.integers(0, 256, (PAD, PAD), np.uint8))
    smooth = np.asarray(noise.filter(ImageFilter.GaussianBlur(random.uniform(3, 20))), float)
    smooth = (smooth - smooth.min()) / max(np.ptp(smooth), 1)
    ink = random.uniform(0.3, 1) + random.uniform(0.1, 0.7) * (smooth - 0.5)
    mask = Image.new("L", (PAD, PAD), 0)
    brush = ImageDraw.Draw(mask)
    for _part in range(random.integers(1, 4)):
        (left, top), (width, height) = random.uniform(20, 130, 2), random.uniform(50, 220, 2)
        right, bottom = min(left + width, PAD - 10), min(top + height, PAD - 10)
        if random.random() < 0.5:
            brush.ellipse((left, top, right, bottom), 255)
        else:
            middle = random.uniform(left, right)
            brush.polygon([(left, bottom), (middle, top), (right, top), (right, bottom)], 255)
    covered = np.asarray(mask.filter(ImageFilter.GaussianBlur(random.uniform(0, 6))), float) / 255
    return Image.fromarray(np.uint8(255 * (1 - np.clip(ink, 0.15, 1) * covered))).reduce(REDUCED)


def _out_of_place(digits: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Digits whose four quarters changed places so that none is at its own, uint8 [count, 28, 28]."""
    half = digit.SIDE // 2
    orders = np.array([[1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0], [1, 2, 3, 0], [2, 0, 3, 1]])
    made = np.empty((count, digit.SIDE, digit.SIDE), np.uint8)
    chosen = zip(random.integers(0, len(digits), count), random.integers(0, len(orders), count), strict=True)
    for number, (index, order) in enumerate(chosen):
        quarters = digits[index].reshape(2, half, 2, half).swapaxes(1, 2).reshape(4, half, half)[orders[order]]
        made[number] = quarters.reshape(2, 2, half, half).swapaxes(1, 2).reshape(digit.SIDE, digit.SIDE)
    return made
