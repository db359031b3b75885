"""Example pictures for the image tab, drawn by us: simple scenes with shading, of the kind the networks know."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from demos.guard import _

HEIGHT = 320
GRAIN = 8  # the noise is this strong at most, on the scale 0..255

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Scene:
    """A drawn example: its name, and how it is drawn."""

    name: str
    draw: Callable[[], Image.Image]

    def picture(self) -> Image.Image:
        """Return the picture, RGB, drawn once."""
        return _drawn(self.draw)


@cache
def _drawn(draw: Callable[[], Image.Image]) -> Image.Image:
    """Draw, soften the edges as a lens would, and add grain, always the same."""
    pixels = np.asarray(draw().filter(ImageFilter.BoxBlur(1)), np.int16)
    grain = np.random.default_rng(0).integers(-GRAIN, GRAIN + 1, (*pixels.shape[:2], 1), np.int16)
    return Image.fromarray(np.uint8(np.clip(pixels + grain, 0, 255)))


def _backdrop(width: int, *stops: tuple[float, Colour]) -> Image.Image:
    """Colours that run into each other from top to bottom: (height 0..1, colour) from the top down."""
    rows = np.linspace(0, 1, HEIGHT)
    heights = [height for height, _colour in stops]
    channels = [np.interp(rows, heights, [colour[channel] for _height, colour in stops]) for channel in range(3)]
    column = np.stack(channels, axis=-1)[:, np.newaxis]  # [HEIGHT, 1, 3]
    return Image.fromarray(np.uint8(np.repeat(column, width, axis=1)))


def _soften(image: Image.Image, blur: float, colour: Colour, *boxes: tuple[int, int, int, int]) -> None:
    """Paint blurred ellipses of one colour, such as clouds or a shadow."""
    mask = Image.new("L", image.size)
    draw = ImageDraw.Draw(mask)
    for box in boxes:
        draw.ellipse(box, fill=205)
    image.paste(colour, (0, 0), mask.filter(ImageFilter.BoxBlur(blur)))


def _clouds(image: Image.Image, *boxes: tuple[int, int, int, int]) -> None:
    _soften(image, 12, (255, 255, 255), *boxes)


def _wheel(draw: ImageDraw.ImageDraw, x: int, y: int, radius: int) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(28, 28, 30))
    inner = radius * 0.55
    draw.ellipse((x - inner, y - inner, x + inner, y + inner), fill=(170, 172, 175))


def draw_airplane() -> Image.Image:
    """An airliner in the sky, from the side."""
    image = _backdrop(HEIGHT, (0, (88, 148, 214)), (1, (190, 218, 240)))
    _clouds(image, (-40, 210, 130, 270), (60, 240, 240, 300), (230, 30, 360, 80))
    draw = ImageDraw.Draw(image)
    draw.polygon([(46, 150), (22, 84), (52, 84), (96, 148)], fill=(40, 70, 140))  # tail
    draw.polygon([(150, 158), (204, 96), (228, 96), (206, 158)], fill=(150, 158, 168))  # far wing
    draw.rounded_rectangle((36, 140, 280, 180), 20, fill=(238, 240, 243))
    draw.polygon([(262, 140), (306, 164), (262, 180)], fill=(238, 240, 243))
    draw.rectangle((40, 168, 276, 180), fill=(180, 186, 194))  # the shaded belly
    for x in range(80, 260, 14):
        draw.rectangle((x, 151, x + 6, 158), fill=(70, 90, 120))
    draw.polygon([(132, 170), (86, 236), (116, 236), (204, 172)], fill=(176, 182, 190))  # near wing
    draw.rounded_rectangle((126, 194, 166, 212), 8, fill=(96, 102, 112))
    draw.polygon([(30, 150), (10, 126), (36, 126), (70, 150)], fill=(190, 196, 204))
    return image


def draw_ship() -> Image.Image:
    """A wide sea with a ship at its right: the frame must be moved."""
    width = 2 * HEIGHT
    image = _backdrop(width, (0, (130, 176, 216)), (0.52, (214, 228, 238)), (0.53, (36, 84, 124)), (1, (18, 56, 92)))
    _clouds(image, (40, 40, 220, 84), (280, 20, 470, 66))
    draw = ImageDraw.Draw(image)
    for row in range(178, 318, 9):
        for column in range((row * 37) % 41, width, 58):
            draw.line([(column, row), (column + 20, row)], fill=(60, 112, 152), width=2)
    draw.polygon([(352, 186), (622, 186), (592, 240), (384, 240)], fill=(34, 40, 58))
    draw.polygon([(372, 226), (602, 226), (592, 240), (384, 240)], fill=(150, 44, 40))
    draw.rectangle((392, 158, 582, 186), fill=(240, 240, 238))
    draw.rectangle((412, 134, 552, 158), fill=(226, 228, 228))
    draw.rectangle((436, 112, 500, 134), fill=(240, 240, 238))
    draw.rectangle((508, 92, 534, 134), fill=(190, 60, 48))
    for x in range(400, 576, 16):
        draw.rectangle((x, 168, x + 8, 176), fill=(70, 90, 120))
    draw.line([(452, 112), (452, 64)], fill=(90, 90, 96), width=4)
    return image


def draw_automobile() -> Image.Image:
    """A red car on a road, from the side."""
    image = _backdrop(HEIGHT, (0, (176, 200, 220)), (0.5, (206, 214, 214)), (0.51, (112, 128, 98)), (1, (96, 112, 84)))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 208, HEIGHT, HEIGHT), fill=(104, 104, 106))
    _soften(image, 7, (20, 20, 22), (24, 232, 300, 262))
    draw.polygon([(86, 164), (122, 112), (208, 112), (250, 164)], fill=(150, 18, 24))
    draw.polygon([(98, 162), (128, 120), (162, 120), (162, 162)], fill=(60, 78, 92))
    draw.polygon([(170, 162), (170, 120), (204, 120), (234, 162)], fill=(60, 78, 92))
    draw.rounded_rectangle((22, 158, 300, 228), 24, fill=(200, 26, 34))
    draw.rectangle((24, 204, 298, 226), fill=(140, 16, 24))
    draw.line([(30, 170), (290, 170)], fill=(236, 110, 112), width=4)
    draw.rounded_rectangle((282, 176, 302, 194), 6, fill=(250, 240, 200))
    draw.rounded_rectangle((20, 176, 36, 192), 5, fill=(255, 120, 60))
    _wheel(draw, 82, 226, 32)
    _wheel(draw, 240, 226, 32)
    return image


def draw_truck() -> Image.Image:
    """A lorry with a white box, from the side."""
    image = _backdrop(
        HEIGHT, (0, (160, 194, 224)), (0.6, (214, 222, 226)), (0.61, (128, 132, 110)), (1, (110, 112, 96))
    )
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 236, HEIGHT, HEIGHT), fill=(98, 98, 100))
    _soften(image, 7, (20, 20, 22), (10, 250, 310, 284))
    draw.rectangle((14, 72, 206, 224), fill=(236, 236, 232))
    draw.rectangle((14, 196, 206, 224), fill=(196, 196, 194))
    draw.rectangle((14, 118, 206, 138), fill=(206, 120, 30))
    draw.polygon([(214, 226), (214, 110), (268, 110), (298, 168), (306, 226)], fill=(36, 84, 160))
    draw.polygon([(228, 164), (228, 122), (262, 122), (284, 164)], fill=(50, 66, 84))
    draw.rectangle((14, 224, 306, 244), fill=(46, 46, 50))
    draw.rectangle((292, 200, 308, 214), fill=(250, 240, 200))
    for x in (56, 114, 252):
        _wheel(draw, x, 246, 28)
    return image


def draw_horse() -> Image.Image:
    """A brown horse on a meadow, from the side."""
    image = _backdrop(HEIGHT, (0, (178, 206, 228)), (0.42, (214, 226, 226)), (0.44, (108, 142, 76)), (1, (84, 122, 52)))
    coat, shade, dark = (124, 72, 38), (96, 54, 28), (44, 26, 16)
    _soften(image, 8, (30, 50, 20), (60, 268, 270, 300))
    draw = ImageDraw.Draw(image)
    for points in ([(96, 196), (88, 282)], [(214, 200), (222, 282)]):
        draw.line(points, fill=shade, width=16)
    draw.ellipse((66, 122, 238, 212), fill=coat)
    draw.polygon([(196, 138), (244, 58), (276, 74), (236, 182)], fill=coat)
    draw.polygon([(240, 58), (262, 50), (306, 100), (292, 118), (250, 96)], fill=coat)
    draw.polygon([(248, 58), (250, 34), (264, 56)], fill=coat)
    draw.line([(190, 136), (214, 96), (240, 52)], fill=dark, width=14)
    draw.line([(74, 148), (48, 176), (46, 226)], fill=dark, width=14)
    for points in ([(112, 196), (116, 288)], [(200, 200), (196, 288)]):
        draw.line(points, fill=coat, width=18)
        draw.line([points[1], (points[1][0], points[1][1] - 10)], fill=dark, width=18)
    draw.ellipse((92, 182, 214, 212), fill=shade)
    return image


def draw_bird() -> Image.Image:
    """A small bird on a branch."""
    image = _backdrop(HEIGHT, (0, (150, 176, 130)), (1, (104, 136, 88)))
    _soften(image, 26, (186, 204, 150), (-20, 20, 120, 140), (200, 170, 340, 300))
    draw = ImageDraw.Draw(image)
    draw.line([(0, 262), (130, 246), (320, 256)], fill=(92, 70, 52), width=16)
    draw.polygon([(104, 196), (22, 244), (34, 262), (128, 222)], fill=(72, 62, 56))
    draw.ellipse((86, 116, 226, 236), fill=(150, 118, 88))
    draw.ellipse((126, 146, 228, 238), fill=(220, 138, 74))
    draw.ellipse((170, 74, 250, 150), fill=(140, 108, 82))
    draw.polygon([(246, 104), (278, 114), (246, 124)], fill=(70, 60, 50))
    draw.ellipse((214, 98, 228, 112), fill=(20, 18, 16))
    draw.polygon([(96, 166), (168, 140), (188, 190), (110, 216)], fill=(96, 76, 60))
    for x in (150, 178):
        draw.line([(x, 232), (x + 2, 252)], fill=(70, 50, 40), width=5)
    return image


def draw_frog() -> Image.Image:
    """A frog on the ground, from the front."""
    image = _backdrop(HEIGHT, (0, (70, 58, 42)), (1, (48, 40, 30)))
    _soften(image, 10, (30, 24, 16), (40, 224, 284, 290))
    green, light, dark = (92, 134, 52), (168, 182, 104), (58, 92, 34)
    draw = ImageDraw.Draw(image)
    draw.ellipse((24, 158, 122, 268), fill=dark)
    draw.ellipse((198, 158, 296, 268), fill=dark)
    draw.ellipse((70, 116, 250, 262), fill=green)
    draw.ellipse((92, 186, 228, 268), fill=light)
    draw.ellipse((76, 84, 244, 190), fill=green)
    for x in (104, 216):
        draw.ellipse((x - 26, 66, x + 26, 118), fill=green)
        draw.ellipse((x - 15, 76, x + 15, 106), fill=(196, 160, 48))
        draw.ellipse((x - 7, 82, x + 7, 102), fill=(16, 14, 10))
    draw.arc((92, 108, 228, 172), 20, 160, fill=dark, width=5)
    for x, foot in ((110, 84), (210, 236)):
        draw.line([(x, 222), (foot, 278)], fill=green, width=22)
        draw.ellipse((foot - 26, 268, foot + 26, 286), fill=green)
    for x, y in ((130, 130), (170, 116), (196, 140), (150, 156)):
        draw.ellipse((x - 8, y - 6, x + 8, y + 6), fill=dark)
    return image


def draw_apple() -> Image.Image:
    """An apple: none of the ten."""
    image = _backdrop(HEIGHT, (0, (224, 218, 208)), (0.6, (214, 206, 194)), (0.62, (166, 130, 96)), (1, (146, 110, 78)))
    _soften(image, 10, (70, 46, 30), (80, 240, 260, 284))
    draw = ImageDraw.Draw(image)
    draw.ellipse((68, 92, 186, 262), fill=(190, 34, 38))
    draw.ellipse((134, 92, 252, 262), fill=(206, 42, 42))
    draw.line([(160, 108), (172, 60)], fill=(86, 58, 34), width=9)
    draw.ellipse((172, 54, 232, 86), fill=(96, 140, 60))
    _soften(image, 10, (255, 190, 180), (96, 116, 136, 170))
    return image


SCENES = {
    "airplane": Scene(_("airplane"), draw_airplane),
    "automobile": Scene(_("automobile"), draw_automobile),
    "bird": Scene(_("bird"), draw_bird),
    "frog": Scene(_("frog"), draw_frog),
    "horse": Scene(_("horse"), draw_horse),
    "truck": Scene(_("truck"), draw_truck),
    "ship": Scene(_("ship, at the edge of a wide picture"), draw_ship),
    "apple": Scene(_("apple, none of the ten"), draw_apple),
}
