"""Pictures for the cards: how far confidence can be trusted, and what a classifier gets wrong.

Every function returns the bytes of a small PNG, the same for the same values.
"""

import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

BINS = 15
DOTS_PER_INCH = 100
# What a file weighs counts more here than the smoothness of its lines: so many colours remain.
COLOURS = 64
COLUMNS = 5
CELL = 1.3  # inches
INK, RIGHT, LINE = "#1f2937", "#0f766e", "#9ca3af"


def reliability(confidence: np.ndarray, is_right: np.ndarray) -> bytes:
    """Draw the share of right answers over the confidence they were given with, and how many there are.

    Args:
        confidence: float [n], 0..1: the probability of each answer.
        is_right: bool [n].

    Returns:
        PNG: above, a bar for each of 15 bins of confidence beside the diagonal; below, the share of the
        answers in each bin.

    Raises:
        ValueError: the arrays differ in length, or are empty.

    Source: Guo, Pleiss, Sun, Weinberger (2017), https://arxiv.org/abs/1706.04599.
    """
    if len(confidence) != len(is_right) or not len(confidence):
        raise ValueError(f"Each confidence needs one outcome. Received: {len(confidence)} and {len(is_right)}")
    edges = np.linspace(0, 1, BINS + 1)
    bins = np.minimum((np.asarray(confidence) * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    shares = np.bincount(bins, np.asarray(is_right, float), BINS) / np.maximum(counts, 1)
    figure = Figure(figsize=(4.2, 4.8), dpi=DOTS_PER_INCH, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    above.bar(edges[:-1], shares, 1 / BINS, align="edge", color=RIGHT, edgecolor="white")
    above.plot([0, 1], [0, 1], color=INK, linewidth=1, linestyle="--")
    above.set(ylabel="share right", ylim=(0, 1), xlim=(0, 1))
    below.bar(edges[:-1], counts / counts.sum(), 1 / BINS, align="edge", color=LINE, edgecolor="white")
    below.set(ylabel="share of answers", xlabel="probability of the answer", ylim=(0, 1))
    return _png(figure)


def failures(pictures: np.ndarray, captions: list[str]) -> bytes:
    """Draw wrong answers in rows of five, in the order given.

    Args:
        pictures: uint8 [n, height, width] or [n, height, width, 3].
        captions: what stands under each, such as "4 / 9 98 %": true label, given label, its probability.

    Returns:
        PNG.

    Raises:
        ValueError: there is no picture, or not one caption for each.
    """
    if not len(pictures) or len(pictures) != len(captions):
        raise ValueError(f"Each picture needs one caption. Received: {len(pictures)} and {len(captions)}")
    columns = min(COLUMNS, len(pictures))
    rows = -(-len(pictures) // columns)
    figure = Figure(figsize=(columns * CELL, rows * CELL * 1.2), dpi=DOTS_PER_INCH, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes:
        axis.set_axis_off()
    for axis, picture, caption in zip(axes, pictures, captions, strict=False):  # the last row may have room left
        axis.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axis.set_title(caption, fontsize=8, color=INK, y=-0.02, va="top")
    return _png(figure)


def _png(figure: Figure) -> bytes:
    """The figure as a PNG of few colours, without date and version, which would change its bytes."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    stream = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(stream, "PNG", optimize=True)
    return stream.getvalue()
