"""What the digit task takes and gives: a picture of one handwritten digit in, ten probabilities out.

The preprocessing is MNIST's own (LeCun, Cortes, Burges, http://yann.lecun.com/exdb/mnist/): the ink is
fitted into 20x20 pixels with antialiasing, then moved so that its centre of mass is the centre of a
28x28 image, white on black.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from models import runtime, store
from models.depth import eight_bits

TASK = "digit"
LABELS = tuple("0123456789")
NETWORKS = ("convnet", "lenet", "mlp")
DEFAULT_NETWORK = "convnet"

SIDE = 28
INK_SIDE = 20
# The column and row that hold the centre of mass of MNIST's digits, counted from 0 (measured: 14.0).
CENTRE = 14
# Below this probability no answer is given as certain.
SURE = 0.6

# A mark counts as ink where it differs this much (of full contrast) from the background around it.
INK_THRESHOLD = 0.15
# Longest side of the working copy in pixels: larger pictures are reduced first, to bound the work.
WORKING_SIDE = 560
# A speck filter (3x3 median) is applied above this side; below it, it would eat thin strokes.
SPECK_FILTER_SIDE = 200
# A blob that fills its box like a disc and is no longer than this part of the picture is a dot.
DOT_SIDE = 0.15
DOT_FILL = 0.6
# A box of ink that is covered this much and is not long like a 1 holds no strokes.
SOLID_FILL = 0.86
SOLID_ASPECT = 2.0


class NotADrawing(ValueError):
    """The picture cannot hold a digit. ``reason`` is "empty", "dot" or "full"."""

    def __init__(self, reason: str):
        super().__init__(f"The picture must hold one digit. Received: {reason}")
        self.reason = reason


@dataclass(frozen=True)
class Reading:
    """One network's reading of one picture.

    probabilities: digit "0".."9" -> probability 0..1, summing to 1, in the order of the digits; the labels of an
        added network in place of the digits.
    milliseconds: time in the network alone, without preprocessing and the queue.
    folder: the model's folder that answered, with all its facts.
    """

    probabilities: dict[str, float]
    milliseconds: float
    folder: store.Folder

    @property
    def label(self) -> str:
        return max(self.probabilities, key=self.probabilities.get)

    @property
    def is_sure(self) -> bool:
        return self.probabilities[self.label] >= SURE

    @property
    def is_digit(self) -> bool:
        """Whether the picture looks like a digit; always, where the folder states no threshold."""
        least = self.folder.metrics.get("refuses_below")
        return least is None or self.probabilities[self.label] >= least


def networks() -> tuple[str, ...]:
    """Return the names of our networks, then of those that were added."""
    return (*NETWORKS, *runtime.added(TASK))


def labels_of(network: str) -> tuple[str, ...]:
    """Return what a network can answer: the digits, or an added network's own labels."""
    folder = runtime.added(TASK).get(network)
    return tuple(folder.metrics["labels"]) if folder else LABELS


def preprocess(image: Image.Image | np.ndarray) -> np.ndarray:
    """Turn any picture of one digit into the 28x28 image the networks were trained on.

    Args:
        image: a PIL image of any mode, or an array [height, width], [height, width, 3 or 4] of uint8.
            Light on dark and dark on light give the same result; transparency counts as white.

    Returns:
        uint8 [28, 28], white ink (255) on black (0).

    Raises:
        NotADrawing: nothing is drawn, or a dot, or one solid patch.
    """
    grey = _to_grey(image)
    ink = _find_ink(grey)
    left, top, right, bottom = _ink_box(ink, _background_of(grey))
    return _fit_and_centre(ink, left, top, right, bottom)


def predict(pixels: np.ndarray, network: str) -> Reading:
    """Let one network read an image from ``preprocess`` (uint8 [28, 28]).

    Raises:
        ValueError: the network is not one of ``networks()``.
        runtime.NotReady, runtime.Busy, runtime.Unavailable: no answer can be given now.
    """
    if network not in networks():
        raise ValueError(f"network must be one of {', '.join(networks())}. Received: {network!r}")
    folder = runtime.added(TASK).get(network)
    shape = folder.metrics["input_shape"] if folder else (SIDE, SIDE, 1)
    answer = runtime.call(TASK, network, pixels.astype(np.float32).reshape(1, *shape))
    probabilities = dict(zip(labels_of(network), map(float, answer.output[0]), strict=True))
    return Reading(probabilities, answer.milliseconds, answer.folder)


def _to_grey(image: Image.Image | np.ndarray) -> np.ndarray:
    """Return float32 [height, width] in 0..1, transparency laid on white, at most WORKING_SIDE long."""
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    if image.mode in ("I", "I;16", "F"):
        image = eight_bits(image)
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    grey = Image.alpha_composite(white, rgba).convert("L")
    grey.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
    return np.asarray(grey, np.float32) / 255


def _border(array: np.ndarray) -> np.ndarray:
    """The pixels of the outermost rows and columns (one twentieth of the side, at least one)."""
    depth = max(1, min(array.shape) // 20)
    inner = np.ones(array.shape, bool)
    inner[depth:-depth, depth:-depth] = False
    return array[inner]


def _background_of(grey: np.ndarray) -> float:
    """Brightness 0..1 of the paper: the middle value along the border."""
    return float(np.median(_border(grey)))


def _find_ink(grey: np.ndarray) -> np.ndarray:
    """Return float32 [height, width] in 0..1: how much ink lies on each pixel.

    Ink is what differs from the paper, in either direction, so an inverted picture gives the same. The
    paper is a plane fitted to the border (even light from one side is subtracted); its noise is not ink.
    """
    difference = np.abs(grey - _paper(grey))
    noise = 1.4826 * float(np.median(_border(difference)))
    strongest = float(np.quantile(difference, 0.999)) if difference.size > 10_000 else float(difference.max())
    strongest = max(strongest, float(difference.max()) * 0.5)
    if strongest < INK_THRESHOLD:
        return np.zeros_like(difference)
    floor = min(4 * noise, 0.5 * strongest)
    return np.clip((difference - floor) / (strongest - floor), 0, 1)


def _paper(grey: np.ndarray) -> np.ndarray:
    """The brightness of the paper under every pixel: a plane through the border, ink left out."""
    rows, columns = np.mgrid[0 : grey.shape[0], 0 : grey.shape[1]].astype(np.float32)
    ones = np.ones_like(grey)
    border = np.stack([_border(ones), _border(rows), _border(columns)], axis=1)
    values = _border(grey)
    is_paper = np.abs(values - np.median(values)) < 0.2
    plane, *_ = np.linalg.lstsq(border[is_paper], values[is_paper], rcond=None)
    return plane[0] + plane[1] * rows + plane[2] * columns


def _ink_box(ink: np.ndarray, background: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom edge of the ink, in pixels, to a fraction of a pixel.

    Raises:
        NotADrawing: there is no ink, a dot of it, or nothing else.
    """
    mask = _without_specks(ink >= 0.5)
    if not mask.any():
        raise NotADrawing("full" if not ink.any() and background < 0.5 else "empty")
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    height, width = bottom - top, right - left
    fill = mask[top:bottom, left:right].mean()
    longest, shortest = max(height, width), min(height, width)
    is_compact = longest < SOLID_ASPECT * shortest
    if longest < 4 or (is_compact and fill > DOT_FILL and longest <= DOT_SIDE * max(ink.shape)):
        raise NotADrawing("dot")
    if is_compact and fill > SOLID_FILL:
        raise NotADrawing("full")
    return _soft_box(ink, left, top, right, bottom)


def _without_specks(mask: np.ndarray) -> np.ndarray:
    """Remove single bright pixels of a photograph; leave a mask as it is where that would empty it."""
    if min(mask.shape) < SPECK_FILTER_SIDE:
        return mask
    filtered = Image.fromarray(np.uint8(mask) * 255).filter(ImageFilter.MedianFilter(3))
    kept = np.asarray(filtered) > 0
    return kept if kept.sum() > 0.8 * mask.sum() else mask


def _soft_box(ink: np.ndarray, left: int, top: int, right: int, bottom: int) -> tuple[float, float, float, float]:
    """Move each edge outwards by how much ink its antialiased neighbour row or column holds."""
    padded = np.pad(ink, 1)
    inside_rows = padded[:, left + 1 : right + 1].max(axis=1)
    inside_columns = padded[top + 1 : bottom + 1].max(axis=0)
    return (
        left - min(1.0, float(inside_columns[left])),
        top - min(1.0, float(inside_rows[top])),
        right + min(1.0, float(inside_columns[right + 1])),
        bottom + min(1.0, float(inside_rows[bottom + 1])),
    )


def _fit_and_centre(ink: np.ndarray, left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """Scale the box to 20 pixels and its centre of mass to the centre, in one antialiased step."""
    step = max(right - left, bottom - top) / INK_SIDE  # source pixels per pixel of the result
    pad = int(np.ceil(SIDE * step)) + 1
    rows = np.arange(ink.shape[0])
    columns = np.arange(ink.shape[1])
    inside = ((rows >= top - 1) & (rows < bottom + 1))[:, None] & ((columns >= left - 1) & (columns < right + 1))
    kept = np.where(inside, ink, 0).astype(np.float32)
    mass = kept.sum()
    centre_y = (kept.sum(axis=1) @ (rows + 0.5)) / mass + pad
    centre_x = (kept.sum(axis=0) @ (columns + 0.5)) / mass + pad
    before = (CENTRE + 0.5) * step
    after = (SIDE - CENTRE - 0.5) * step
    window = (centre_x - before, centre_y - before, centre_x + after, centre_y + after)
    resampling = Image.Resampling.BOX if step >= 1 else Image.Resampling.BILINEAR
    fitted = Image.fromarray(np.pad(kept, pad)).resize((SIDE, SIDE), resampling, box=window)
    values = np.asarray(fitted)
    return np.uint8(np.rint(np.clip(values / values.max(), 0, 1) * 255))
