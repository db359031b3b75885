"""``models.digit``: any picture of one digit becomes MNIST's 28x28, and the networks read it."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from demos.digit import EXAMPLES
from models import digit, runtime, store

SEVEN = [[(82, 66), (198, 62), (198, 62), (160, 132), (124, 228)]]
FINE = 4  # drawings are painted this much larger, then reduced: that makes their edges soft
PAD = 280
PEN = 18


def curve(points):
    """Points close together on the smooth line that the drawing pad makes of a few."""
    start, line = np.array(points[0], float), []
    for point, following in zip(points[1:], [*points[2:], points[-1]], strict=True):
        bend = np.array(point, float)
        end = (bend + following) / 2
        for t in np.linspace(0, 1, 60):
            line.append((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end)
        start = end
    return line


def draw(strokes=SEVEN, scale=1.0, shift=(0, 0), pad=PAD, pen=PEN):
    """Black strokes on white paper, "L", drawn ``scale`` times as large and then shifted by pixels."""
    paper = Image.new("L", (pad * FINE, pad * FINE), 255)
    brush, radius = ImageDraw.Draw(paper), pen * scale * FINE / 2
    for points in strokes:
        for point in curve(points):
            x, y = (point * scale + shift) * FINE
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return paper.resize((pad, pad), Image.Resampling.BOX)


def see(picture):
    """What the networks see of a picture, in 0..1."""
    return digit.preprocess(picture) / 255


def difference(one, other):
    """Mean difference of two pictures as the networks see them, of full contrast."""
    return np.abs(see(one) - see(other)).mean()


def rectangle(left, top, right, bottom, side=280):
    """A black rectangle on white paper; right and bottom are outside."""
    pixels = np.full((side, side), 255, np.uint8)
    pixels[top:bottom, left:right] = 0
    return pixels


def reason(picture):
    """Preprocess what holds no digit, and return why not."""
    with pytest.raises(digit.NotADrawing) as caught:
        digit.preprocess(picture)
    return caught.value.reason


# Where the ink goes


def test_a_bar_lands_where_a_ruler_says():
    # 40 x 200 pixels, so 10 of them make one; 4 x 20 around (14.5, 14.5) are columns 12.5-16.5, rows 4.5-24.5.
    expected = np.zeros((28, 28))
    expected[5:24, 13:16] = 255
    expected[[4, 24], 13:16] = expected[5:24, 12:13] = expected[5:24, 16:17] = 127.5
    expected[np.ix_([4, 24], [12, 16])] = 63.75
    pixels = digit.preprocess(rectangle(31, 17, 71, 217))
    assert (pixels.dtype, pixels.shape) == (np.uint8, (28, 28))
    assert np.abs(pixels - expected).max() <= 1


def test_a_flat_bar_lands_where_a_ruler_says():
    upright, flat = digit.preprocess(rectangle(31, 17, 71, 217)), digit.preprocess(rectangle(50, 100, 250, 140))
    assert np.array_equal(flat, upright.T)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.4])
def test_a_bar_that_ends_between_two_pixels_is_20_long_all_the_same(share):
    pixels = rectangle(28, 20, 32, 39, side=60)
    pixels[[19, 39], 28:32] = 255 - int(share * 255)  # so it is 19 + 2 * share long
    assert digit.preprocess(pixels)[:, 14].sum() / 255 == pytest.approx(20, abs=0.1)


def test_ink_heavier_on_one_side_is_moved_so_that_its_mass_is_central():
    # An L of two bars, 200 x 40 and 160 x 40: centre of mass 127.78 down from its top, 72.22 from its left.
    pixels = rectangle(20, 20, 60, 220)
    pixels[180:220, 60:220] = 0
    down, right = (200 * 100 + 160 * 180) / 360, (200 * 20 + 160 * 120) / 360
    seen = digit.preprocess(pixels)
    assert np.flatnonzero(seen.max(axis=1) > 127)[0] == round(14.5 - down / 10)
    assert np.flatnonzero(seen.max(axis=0) > 127)[0] == round(14.5 - right / 10)


@pytest.mark.parametrize("label", EXAMPLES)
def test_the_centre_of_mass_is_the_centre(label):
    seen = see(draw(EXAMPLES[label]))
    rows = seen.sum(axis=1) @ np.arange(28) / seen.sum()
    columns = seen.sum(axis=0) @ np.arange(28) / seen.sum()
    assert (rows, columns) == pytest.approx((14, 14), abs=0.5)


@pytest.mark.parametrize("label", EXAMPLES)
def test_the_longest_side_of_the_ink_is_20_pixels(label):
    seen = see(draw(EXAMPLES[label]))
    # How far the ink reaches: whole pixels in the middle, and the soft ones at both ends by what they hold.
    height, width = np.minimum(seen.max(axis=1), 1).sum(), np.minimum(seen.max(axis=0), 1).sum()
    assert max(height, width) == pytest.approx(20, abs=1)


# The same drawing, whatever it is on


@pytest.mark.parametrize(
    ("scale", "shift"),
    [(1.2, (-28, -40)), (0.5, (0, 0)), (0.3, (0, 0)), (0.5, (140, 130)), (1, (-60, -40)), (0.25, (200, 210))],
    ids=["bigger", "smaller", "much smaller", "elsewhere", "up and left", "tiny in a corner"],
)
def test_the_same_drawing_bigger_smaller_or_elsewhere_gives_the_same(scale, shift):
    assert difference(draw(), draw(scale=scale, shift=shift)) <= 0.02


@pytest.mark.parametrize("side", [140, 420, 560, 1120])
def test_the_same_drawing_of_more_or_fewer_pixels_gives_the_same(side):
    assert difference(draw(), draw(scale=side / PAD, pad=side)) <= 0.02


@pytest.mark.parametrize("label", EXAMPLES)
def test_light_on_dark_gives_the_same_as_dark_on_light(label):
    drawing = draw(EXAMPLES[label])
    assert difference(drawing, drawing.point(lambda value: 255 - value)) <= 0.02


@pytest.mark.parametrize(
    "dress",
    [
        lambda drawing: drawing.convert("RGB"),
        lambda drawing: drawing.convert("CMYK"),
        lambda drawing: drawing.convert("F"),
        lambda drawing: drawing.convert("P"),
        lambda drawing: drawing.quantize(16),
        lambda drawing: np.asarray(drawing),
        lambda drawing: np.asarray(drawing.convert("RGB")),
        lambda drawing: np.asarray(drawing.convert("RGBA")),
        lambda drawing: Image.fromarray(np.asarray(drawing, np.uint16) * 257),
        lambda drawing: Image.fromarray(np.asarray(drawing, np.int32) * 257),
    ],
    ids=["RGB", "CMYK", "F", "P", "16 colours", "grey array", "RGB array", "RGBA array", "I;16", "I"],
)
def test_the_same_drawing_in_another_mode_gives_the_same(dress):
    assert difference(draw(), dress(draw())) <= 0.02


def test_a_drawing_on_a_transparent_background_gives_the_same():
    drawing = draw()
    sheer = Image.new("RGBA", drawing.size, (0, 0, 0, 0))  # as a canvas leaves it: transparent black
    sheer.putalpha(drawing.point(lambda value: 255 - value))
    assert difference(drawing, sheer) <= 0.02
    assert difference(drawing, sheer.convert("LA")) <= 0.02


def test_a_palette_with_a_transparent_colour_gives_the_same():
    drawing = draw()
    palette = drawing.point(lambda value: 1 if value < 128 else 0).convert("P")
    palette.putpalette([9, 9, 9, 0, 0, 0])
    palette.info["transparency"] = 0  # hidden near-black paper, black ink
    assert difference(drawing, palette) <= 0.02


def test_grey_ink_on_a_transparent_background_lies_on_white():
    drawing = draw()
    sheer = Image.new("RGBA", drawing.size, (128, 128, 128, 0))
    sheer.putalpha(drawing.point(lambda value: 255 - value))
    assert difference(drawing, sheer) <= 0.02


def test_light_grey_ink_of_16_bits_is_not_cut_to_white():
    pale = np.asarray(draw().point(lambda value: 150 + value * 100 // 255))
    assert difference(draw(), Image.fromarray(pale.astype(np.uint16) * 257)) <= 0.02


def test_grey_ink_on_grey_paper_gives_the_same():
    assert difference(draw(), draw().point(lambda value: 90 + value * 100 // 255)) <= 0.02


def test_a_digit_that_touches_the_edge_is_read_like_one_in_the_middle():
    middle = draw(SEVEN)
    left, top, right, bottom = middle.point(lambda value: 255 - value).getbbox()
    assert difference(middle, middle.crop((left + 1, top + 1, PAD, PAD))) <= 0.02
    assert difference(middle, middle.crop((0, 0, right - 1, bottom - 1))) <= 0.02


@pytest.mark.parametrize(
    ("light_at_the_far_side", "noise", "at_most"),
    [(0.6, 6, 0.03), (0.3, 6, 0.05), (0.9, 30, 0.03)],
    ids=["some of both", "light from one side", "much noise"],
)
def test_a_photograph_gives_nearly_the_same_as_the_drawing(light_at_the_far_side, noise, at_most):
    clean = np.asarray(draw(scale=2, pad=560), np.float32)
    light = np.linspace(1.0, light_at_the_far_side, 560)[np.newaxis, :] * np.linspace(1.0, 0.85, 560)[:, np.newaxis]
    grain = np.random.default_rng(3).normal(0, noise, clean.shape)
    photo = np.uint8(np.clip((clean * 0.75 + 40) * light + grain, 0, 255))
    assert difference(draw(), photo) <= at_most


@pytest.mark.parametrize("label", EXAMPLES)
def test_what_is_like_mnist_already_stays_as_it_is(label):
    seen = digit.preprocess(draw(EXAMPLES[label]))
    again = digit.preprocess(seen)
    assert np.abs(again.astype(float) - seen).mean() / 255 <= 0.03


def test_the_shape_of_the_picture_does_not_stretch_the_digit():
    wide = Image.new("L", (900, 280), 255)
    wide.paste(draw(), (500, 0))
    assert difference(draw(), wide) <= 0.02


# What holds no digit


def dot(radius):
    pixels = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(pixels).ellipse((140 - radius, 140 - radius, 140 + radius, 140 + radius), fill=0)
    return pixels


@pytest.mark.parametrize("value", [255, 128])
def test_bare_paper_is_empty(value):
    assert reason(np.full((280, 280), value, np.uint8)) == "empty"


def test_a_transparent_canvas_is_empty():
    assert reason(np.zeros((280, 280, 4), np.uint8)) == "empty"


def test_nearly_invisible_marks_are_empty():
    assert reason(draw().point(lambda value: 225 + value * 30 // 255)) == "empty"


def test_one_pixel_is_a_dot():
    assert reason(rectangle(140, 140, 141, 141)) == "dot"


@pytest.mark.parametrize("radius", [2, PEN // 2, 20])
def test_a_dot_is_a_dot(radius):
    assert reason(dot(radius)) == "dot"


def test_all_ink_is_full():
    assert reason(np.zeros((280, 280), np.uint8)) == "full"


@pytest.mark.parametrize("margin", [20, 60])
def test_a_huge_solid_square_is_full(margin):
    assert reason(rectangle(margin, margin, 280 - margin, 280 - margin)) == "full"


def test_a_single_upright_stroke_is_a_drawing():
    assert see(draw([[(140, 60), (140, 140), (140, 220)]])).max() == 1


def test_the_reason_stands_at_the_end_of_the_error():
    assert str(digit.NotADrawing("dot")).endswith("Received: dot")


# Reading


def test_a_network_nobody_knows_is_refused_with_the_choices():
    with pytest.raises(ValueError, match=r"must be one of convnet, lenet, mlp\. Received: '../mlp'$"):
        digit.predict(np.zeros((28, 28), np.uint8), "../mlp")


@pytest.fixture(scope="module")
def committed_networks():
    """The networks that come with the hub."""
    runtime.configure()
    runtime.warm({digit.TASK: digit.NETWORKS})
    yield
    runtime.configure()


@pytest.mark.parametrize("label", EXAMPLES)
def test_the_examples_are_read_as_what_they_are(committed_networks, label):
    reading = digit.predict(digit.preprocess(draw(EXAMPLES[label])), digit.DEFAULT_NETWORK)
    assert reading.label == label
    assert reading.is_sure


@pytest.mark.parametrize("network", digit.NETWORKS)
def test_every_network_gives_ten_probabilities_in_the_order_of_the_digits(committed_networks, network):
    reading = digit.predict(digit.preprocess(draw()), network)
    assert list(reading.probabilities) == list("0123456789")
    assert sum(reading.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert reading.folder.network == network
    assert reading.milliseconds > 0


def test_a_reading_below_the_threshold_is_not_sure():
    probabilities = dict.fromkeys("0123456789", 0.05) | {"4": digit.SURE - 0.01}
    assert not digit.Reading(probabilities, 1.0, None).is_sure
    assert digit.Reading(probabilities | {"4": digit.SURE}, 1.0, None).is_sure
    assert digit.Reading(probabilities, 1.0, None).label == "4"


def reading(probability, metrics):
    """A reading of "4" with this probability, from a folder that states these metrics besides its own."""
    probabilities = dict.fromkeys(digit.LABELS, 0.05) | {"4": probability}
    folder = store.read(digit.TASK, "mlp")
    return digit.Reading(probabilities, 1.0, replace(folder, metrics=folder.metrics | metrics))


def test_a_reading_below_the_folders_threshold_is_no_digit():
    assert not reading(0.39, {"refuses_below": 0.4}).is_digit
    assert reading(0.4, {"refuses_below": 0.4}).is_digit
    assert reading(0.39, {"refuses_below": 0.4}).label == "4"


def test_a_folder_without_a_threshold_never_refuses():
    assert reading(0.11, {}).is_digit
    assert reading(0.0, {"refuses_below": None}).is_digit


def test_of_the_embedded_networks_only_ours_refuses():
    thresholds = {network: store.read(digit.TASK, network).metrics.get("refuses_below") for network in digit.NETWORKS}
    assert 0.1 < thresholds.pop("convnet") < 0.9
    assert set(thresholds.values()) == {None}
