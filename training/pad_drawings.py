"""Strokes drawn as the digit tab's pad draws them: pens of all widths, any place and size."""

import numpy as np
from PIL import Image, ImageDraw

from models import digit
from training.data.pen_digits import PenDigit

PAD = 280
PENS = (5, 25)  # pixels of the pad
SIZES = (70, 250)  # longest side of the drawing in pixels, without the pen's width
MARGIN = 3
# Drawn at this multiple, then reduced, so that edges are smooth.
OVERSAMPLING = 2


def draw(strokes: list[np.ndarray], random: np.random.Generator, reduced: int = 1) -> Image.Image:
    """Return a pad of 280x280 pixels, black ink on white, with the strokes at a random size and place.

    Args:
        strokes: each [points, 2], x and y (downwards) on any scale of 1 or more.
        random: chooses the pen (5 to 25 pixels), the size and the place.
        reduced: returns the pad smaller by this factor, which the preprocessing is faster with.
    """
    pen = random.uniform(*PENS)
    points = np.concatenate(strokes).astype(float)
    least, extent = points.min(axis=0), np.ptp(points, axis=0)
    longest = min(random.uniform(*SIZES), PAD - pen - 2 * MARGIN - 1)
    scale = longest / max(extent.max(), 1)
    edge = MARGIN + pen / 2
    place = random.uniform(edge, PAD - edge - extent * scale)
    pad = Image.new("L", (PAD * OVERSAMPLING, PAD * OVERSAMPLING), 255)
    for stroke in strokes:
        _draw_stroke(pad, ((stroke - least) * scale + place) * OVERSAMPLING, pen * OVERSAMPLING)
    return pad.reduce(OVERSAMPLING * reduced)


def _draw_stroke(pad: Image.Image, points: np.ndarray, width: float) -> None:
    """Draw a line with round joints and ends."""
    brush = ImageDraw.Draw(pad)
    if len(points) > 1:
        brush.line([tuple(point) for point in points], fill=0, width=round(width), joint="curve")
    for x, y in (points[0], points[-1]):
        brush.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=0)


def as_seen(drawings: list[Image.Image]) -> tuple[np.ndarray, np.ndarray]:
    """Return the pictures that the networks see, uint8 [m, 28, 28], and which of the drawings they are, int [m].

    Those in which the app's preprocessing finds no drawing are left out.
    """
    pictures, kept = [], []
    for number, drawing in enumerate(drawings):
        try:
            pictures.append(digit.preprocess(drawing))
            kept.append(number)
        except digit.NotADrawing:
            continue
    return np.array(pictures, np.uint8).reshape(-1, digit.SIDE, digit.SIDE), np.array(kept, int)


def drawn_digits(digits: list[PenDigit], times: int, seed: int, reduced: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return each digit drawn ``times`` times: uint8 [n, 28, 28] as the networks see it, and labels int [n].

    ``reduced`` makes the pads smaller by this factor, to save time.
    """
    random = np.random.default_rng(seed)
    repeated = [one for one in digits for _time in range(times)]
    pictures, kept = as_seen([draw(one.strokes, random, reduced) for one in repeated])
    return pictures, np.array([one.label for one in repeated])[kept]
