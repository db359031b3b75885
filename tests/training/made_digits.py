"""Digits set in a font, and drawn as strokes: enough like the real ones to train a network on in seconds."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.data.pen_digits import WRITERS, PenDigit

# One way to draw each digit: its strokes, x and y (downwards) on a field of 100 x 100.
STROKES = {
    0: [[(50, 0), (15, 20), (10, 60), (30, 95), (65, 95), (85, 60), (80, 20), (50, 0)]],
    1: [[(30, 20), (55, 0), (55, 100)]],
    2: [[(15, 20), (45, 0), (80, 20), (70, 50), (10, 100), (90, 100)]],
    3: [[(15, 5), (80, 5), (45, 45), (80, 70), (60, 100), (15, 95)]],
    4: [[(60, 0), (10, 65), (90, 65)], [(70, 30), (65, 100)]],
    5: [[(80, 0), (25, 0), (20, 45), (60, 40), (80, 70), (55, 100), (15, 95)]],
    6: [[(70, 0), (25, 45), (20, 85), (50, 100), (75, 75), (50, 55), (22, 75)]],
    7: [[(10, 0), (90, 0), (40, 100)]],
    8: [[(50, 50), (20, 25), (50, 0), (80, 25), (50, 50), (15, 75), (50, 100), (85, 75), (50, 50)]],
    9: [[(80, 25), (50, 0), (25, 25), (50, 50), (80, 25), (70, 100)]],
}


def made_digits(count, seed):
    """Return images uint8 [count, 28, 28], white on black, and labels uint8 [count], each digit as often."""
    rng = np.random.default_rng(seed)
    font = ImageFont.load_default(size=22)
    images, labels = [], []
    for index in range(count):
        label = index % 10
        canvas = Image.new("L", (28, 28), 0)
        ImageDraw.Draw(canvas).text((14, 14), str(label), fill=255, font=font, anchor="mm")
        shift = tuple(int(step) for step in rng.integers(-2, 3, 2))
        images.append(
            np.asarray(canvas.rotate(float(rng.uniform(-12, 12)), Image.Resampling.BILINEAR, translate=shift))
        )
        labels.append(label)
    return np.stack(images), np.array(labels, np.uint8)


def made_mnist(train=600, test=100):
    """Return arrays named like MNIST's."""
    x_train, y_train = made_digits(train, seed=1)
    x_test, y_test = made_digits(test, seed=2)
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def made_pen_digits(labels=range(10), writers=WRITERS):
    """Return each digit once by each writer, every point a little elsewhere."""
    rng = np.random.default_rng(3)
    return [
        PenDigit(label, writer, [np.array(stroke) + rng.integers(-4, 5, (len(stroke), 2)) for stroke in STROKES[label]])
        for writer in writers
        for label in labels
    ]


def made_clothes(count=12):
    """Return uint8 [count, 28, 28]: shirts of one to three bright parts on black, none like a digit."""
    rng = np.random.default_rng(4)
    pictures = np.zeros((count, 28, 28), np.uint8)
    for picture in pictures:
        width = rng.integers(5, 9)
        picture[4:26, 14 - width : 14 + width] = rng.integers(60, 256, (22, 2 * width))
        picture[5:12, 2:26] = rng.integers(60, 256, (7, 24))
    return pictures
