"""Pictures of things that are none of the ten, to measure how often the image networks say so.

Drawings and patterns are made here, always the same; photographs come with the packages that training installs
(scikit-learn, Gradio and Matplotlib); clothes and digits are Fashion-MNIST's and MNIST's test pictures.
None is used for training, nor to choose the threshold. The score (``models.image.familiarity``) was chosen among
published ones by the answers of an earlier network to these pictures.
"""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from models import image
from training.data import DataError, load_mnist
from training.data.fashion import load_fashion_test

SEED = 0
EACH = 40  # pictures of each kind of drawing or pattern
SIDE = 128
SQUARE = 0.8  # side of the squares of a photograph, as part of its shorter side
LETTERS = "ABCDEFGHKLMNPRSTUVWXYZabdefghkmnrst?!&%#"

CLOTHES = "clothes (Fashion-MNIST)"

Painter = Callable[[np.random.Generator], Image.Image]

# Package -> photographs inside it.
PHOTOGRAPHS = {
    "sklearn": ("datasets/images/china.jpg", "datasets/images/flower.jpg"),
    "gradio": ("media_assets/images/tower.jpg", "media_assets/images/groot.jpeg"),
    "matplotlib": ("mpl-data/sample_data/grace_hopper.jpg",),
}
BIG_CATS = {
    "gradio": (
        "media_assets/images/lion.jpg",
        "media_assets/images/cheetah1.jpg",
        "media_assets/images/cheetah.jpg",
    )
}


def load_others(folder: Path, count: int = 2_000) -> dict[str, np.ndarray]:
    """Return kind -> pictures uint8 [n, 32, 32, 3] as the app's own preprocessing makes them.

    Args:
        folder: the data folder, for Fashion-MNIST and MNIST.
        count: how many of their pictures, the first ones.

    Raises:
        DataError: a data set cannot be had, or a package lacks its photographs.
    """
    return {
        "drawings of other things": draw(DRAWINGS),
        "patterns": draw(PATTERNS),
        "photographs of a person, a statue, buildings, a flower": cut_photographs(PHOTOGRAPHS),
        "photographs of lions and cheetahs": cut_photographs(BIG_CATS),
        CLOTHES: enlarge(load_fashion_test(folder)[:count]),
        "digits (MNIST)": enlarge(load_mnist(folder)["x_test"][:count]),
    }


def draw(painters: dict[str, Painter]) -> np.ndarray:
    """Return forty pictures of each painter, uint8 [40 * painters, 32, 32, 3], always the same."""
    random = np.random.default_rng(SEED)
    return np.stack([image.preprocess(painter(random)) for painter in painters.values() for _ in range(EACH)])


def enlarge(pictures: np.ndarray) -> np.ndarray:
    """Return grey pictures uint8 [n, 28, 28] as the networks see them, uint8 [n, 32, 32, 3]."""
    return np.stack([image.preprocess(Image.fromarray(picture)) for picture in pictures])


def cut_photographs(sources: dict[str, tuple[str, ...]]) -> np.ndarray:
    """Return nine squares of each photograph, from edge to edge, uint8 [9 * photographs, 32, 32, 3].

    Raises:
        DataError: a package lacks one of them.
    """
    photographs = [_open(package, name) for package, names in sources.items() for name in names]
    return np.stack([image.preprocess(photograph, crop) for photograph in photographs for crop in _crops(photograph)])


def _crops(photograph: Image.Image) -> list[image.Crop]:
    """Nine squares in three rows, each with 0.8 of the shorter side."""
    side = SQUARE * min(photograph.size)
    room = [1 - side / length for length in photograph.size]  # for the left edge, for the upper edge
    places = [(across, down) for down in (0.0, 0.5, 1.0) for across in (0.0, 0.5, 1.0)]
    return [image.Crop(across * room[0], down * room[1], SQUARE) for across, down in places]


def _open(package: str, name: str) -> Image.Image:
    path = Path(importlib.util.find_spec(package).origin).parent / name
    if not path.is_file():
        raise DataError(f"{package} should come with {name}. Install requirements-train.txt and run again.")
    return Image.open(path).convert("RGB")


def _colour(random: np.random.Generator) -> tuple[int, int, int]:
    return tuple(map(int, random.integers(30, 240, 3)))


def _backdrop(random: np.random.Generator) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """One colour running into another from top to bottom, or one colour alone, and a pen for it."""
    ends = np.array([_colour(random), _colour(random)], np.float32)
    if random.random() < 0.4:
        ends[1] = ends[0]
    rows = np.linspace(ends[0], ends[1], SIDE)[:, np.newaxis]  # [SIDE, 1, 3]
    picture = Image.fromarray(np.uint8(np.repeat(rows, SIDE, axis=1)))
    return picture, ImageDraw.Draw(picture)


def _box(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what has its middle at (x, y)."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def draw_face(random: np.random.Generator) -> Image.Image:
    """A face with eyes, nose, mouth and hair."""
    picture, pen = _backdrop(random)
    x, y, size = random.uniform(50, 78), random.uniform(56, 74), random.uniform(55, 95)
    pen.ellipse(_box(x, y - size * 0.12, size * 0.95, size * 1.2), fill=_colour(random))
    pen.ellipse(_box(x, y, size * 0.8, size * 1.05), fill=(int(random.uniform(120, 250)), 170, 130))
    for side in (-1, 1):
        pen.ellipse(_box(x + side * size * 0.17, y - size * 0.1, size * 0.16, size * 0.1), fill="white")
        pen.ellipse(_box(x + side * size * 0.17, y - size * 0.1, size * 0.08, size * 0.08), fill=(30, 40, 50))
    pen.line((x, y - size * 0.05, x - size * 0.05, y + size * 0.12, x, y + size * 0.13), fill=(110, 70, 50), width=2)
    pen.arc(_box(x, y + size * 0.2, size * 0.36, size * 0.26), 20, 160, fill=(160, 40, 50), width=4)
    return picture


def draw_house(random: np.random.Generator) -> Image.Image:
    """A house with a roof, a door and windows on a meadow."""
    picture, pen = _backdrop(random)
    ground = random.uniform(90, 115)
    pen.rectangle((0, ground, SIDE, SIDE), fill=_colour(random))
    x, width, height = random.uniform(50, 78), random.uniform(50, 90), random.uniform(35, 60)
    left, right, top = x - width / 2, x + width / 2, ground - height
    pen.rectangle((left, top, right, ground + 4), fill=_colour(random))
    pen.polygon([(left - 8, top), (x, top - height * 0.6), (right + 8, top)], fill=_colour(random))
    pen.rectangle((x - 7, ground - height * 0.5, x + 7, ground + 4), fill=_colour(random))
    for place in (0.2, 0.8):
        pen.rectangle(_box(left + place * width, top + height * 0.4, 12, 12), fill=(240, 240, 190))
    return picture


def draw_tree(random: np.random.Generator) -> Image.Image:
    """A tree with a round crown."""
    picture, pen = _backdrop(random)
    pen.rectangle((0, 105, SIDE, SIDE), fill=_colour(random))
    x, width = random.uniform(50, 78), random.uniform(8, 16)
    pen.rectangle((x - width / 2, 55, x + width / 2, 112), fill=(92, 66, 44))
    for _ in range(14):
        green = (int(random.uniform(30, 90)), int(random.uniform(90, 170)), int(random.uniform(20, 80)))
        centre = x + random.normal(0, 16), 46 + random.normal(0, 12)
        pen.ellipse(_box(*centre, random.uniform(24, 40), random.uniform(24, 40)), fill=green)
    return picture


def draw_cup(random: np.random.Generator) -> Image.Image:
    """A cup with a handle on a table."""
    picture, pen = _backdrop(random)
    pen.rectangle((0, 96, SIDE, SIDE), fill=_colour(random))
    x, width, height, colour = random.uniform(48, 70), random.uniform(40, 60), random.uniform(45, 65), _colour(random)
    pen.arc(_box(x + width / 2, 100 - height / 2, width * 0.55, height * 0.55), -100, 100, fill=colour, width=7)
    pen.rectangle((x - width / 2, 100 - height, x + width / 2, 100), fill=colour)
    pen.ellipse(_box(x, 100, width, 18), fill=colour)
    pen.ellipse(_box(x, 100 - height, width, 18), fill=(70, 44, 30), outline=colour, width=4)
    return picture


def draw_flower(random: np.random.Generator) -> Image.Image:
    """A flower with petals around its middle."""
    picture, pen = _backdrop(random)
    x, y, size, petals = random.uniform(50, 78), random.uniform(44, 60), random.uniform(18, 30), random.integers(5, 10)
    pen.line((x, y, x + random.normal(0, 8), SIDE), fill=(60, 120, 50), width=6)
    colour = _colour(random)
    for angle in np.arange(petals) * 2 * np.pi / petals:
        pen.ellipse(_box(x + size * np.cos(angle), y + size * np.sin(angle), size * 1.1, size * 1.1), fill=colour)
    pen.ellipse(_box(x, y, size, size), fill=(230, 190, 60))
    return picture


def draw_text(random: np.random.Generator) -> Image.Image:
    """Lines of letters, dark on a light page or light on a dark one."""
    is_light = random.random() < 0.6
    picture = Image.new("RGB", (SIDE, SIDE), (245, 243, 238) if is_light else (30, 32, 40))
    pen, size = ImageDraw.Draw(picture), int(random.integers(12, 48))
    for y in range(6, SIDE - size // 2, int(size * 1.25)):
        line = "".join(random.choice(list(LETTERS + "   "), 24))
        pen.text((6, y), line, fill=(30, 30, 36) if is_light else (235, 235, 228), font_size=size)
    return picture


def draw_landscape(random: np.random.Generator) -> Image.Image:
    """Hills before hills under a sky, with a sun, softened."""
    picture, pen = _backdrop(random)
    x = random.uniform(20, 108)
    pen.ellipse(_box(x, random.uniform(16, 40), 22, 22), fill=(250, 235, 170))
    for height in (55, 75, 95):
        waves = np.sin(np.arange(SIDE) / random.uniform(8, 26) + random.uniform(0, 6)) * random.uniform(4, 14)
        edge = [(column, height + wave) for column, wave in enumerate(waves)]
        pen.polygon([(0, SIDE), *edge, (SIDE, SIDE)], fill=_colour(random))
    return picture.filter(ImageFilter.GaussianBlur(1.5))


def paint_checkerboard(random: np.random.Generator) -> Image.Image:
    """Squares of two colours."""
    size = int(random.integers(5, 33))
    places = np.arange(SIDE) // size
    is_odd = (places[:, None] + places) % 2 == 1
    return Image.fromarray(np.where(is_odd[..., None], _colour(random), _colour(random)).astype(np.uint8))


def paint_stripes(random: np.random.Generator) -> Image.Image:
    """Slanting stripes of two colours."""
    angle, period = random.uniform(0, np.pi), random.uniform(8, 50)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    is_dark = np.sin((rows * np.sin(angle) + columns * np.cos(angle)) * 2 * np.pi / period) > 0
    return Image.fromarray(np.where(is_dark[..., None], _colour(random), _colour(random)).astype(np.uint8))


def paint_gradient(random: np.random.Generator) -> Image.Image:
    """One colour that runs into another."""
    angle = random.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    way = rows * np.sin(angle) + columns * np.cos(angle)
    share = ((way - way.min()) / np.ptp(way))[..., None]
    return Image.fromarray(np.uint8(share * _colour(random) + (1 - share) * np.array(_colour(random))))


def paint_noise(random: np.random.Generator) -> Image.Image:
    """Noise, from single pixels to soft blotches."""
    side = int(random.choice([4, 8, 16, 32, 128]))
    noise = random.integers(0, 256, (side, side, 3)).astype(np.uint8)
    return Image.fromarray(noise).resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def paint_plain(random: np.random.Generator) -> Image.Image:
    """One colour."""
    return Image.new("RGB", (SIDE, SIDE), _colour(random))


DRAWINGS: dict[str, Painter] = {
    "face": draw_face,
    "house": draw_house,
    "tree": draw_tree,
    "cup": draw_cup,
    "flower": draw_flower,
    "text": draw_text,
    "landscape": draw_landscape,
}
PATTERNS: dict[str, Painter] = {
    "checkerboard": paint_checkerboard,
    "stripes": paint_stripes,
    "gradient": paint_gradient,
    "noise": paint_noise,
    "plain": paint_plain,
}
