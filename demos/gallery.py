"""Made pictures as a visitor sees and takes them: a gallery with the discriminator's opinions, a sheet, a zip."""

import io
import secrets
import zipfile
from html import escape
from pathlib import Path

import numpy as np
from gradio.processing_utils import hash_bytes
from gradio.utils import get_upload_folder
from PIL import Image

from demos import panels
from demos.page import Translate
from demos.plots import percent
from models.gan import NETWORKS, SIDE, Pictures

SHEET_COLUMNS = 8
SHEET_SCALE = 4
SHEET_GAP = 2  # pixels between two pictures, before enlarging
DAY_ONE = (1980, 1, 1, 0, 0, 0)  # the date of every file in a zip: equal pictures make an equal zip


def png(pixels: np.ndarray) -> bytes:
    """Return uint8 [height, width] as a PNG."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def names(pictures: Pictures, seed: int) -> list[str]:
    """Return a file name for each picture, as in "digit-7-seed-42-01.png"."""
    starts = ("" if digit is None else f"digit-{digit}-" for digit in pictures.digits)
    return [f"{start}seed-{seed}-{number:02}.png" for number, start in enumerate(starts, start=1)]


def keep(content: bytes, name: str) -> str:
    """Write a file for a visitor to fetch, below the upload folder, which is swept; return its path.

    It lies where Gradio would copy it to, so Gradio lets it lie; and it appears there at once, whole, since the
    same file may be asked for by others at the same time.
    """
    path = Path(get_upload_folder()).resolve() / hash_bytes(content) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{secrets.token_hex(8)}.new")
    fresh.write_bytes(content)
    fresh.replace(path)
    return str(path)


def files(pictures: Pictures, seed: int) -> list[str]:
    """Write each picture as a PNG of 28x28 pixels; return the paths."""
    return [keep(png(each), name) for each, name in zip(pictures.pixels, names(pictures, seed), strict=True)]


def archive(pictures: Pictures, seed: int) -> bytes:
    """Return a zip with the same files as ``files`` writes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as bundle:
        for each, name in zip(pictures.pixels, names(pictures, seed), strict=True):
            bundle.writestr(zipfile.ZipInfo(name, DAY_ONE), png(each))
    return stream.getvalue()


def sheet(pixels: np.ndarray, columns: int = SHEET_COLUMNS) -> bytes:
    """Return pictures uint8 [count, 28, 28] side by side on one enlarged PNG, ``columns`` in a row."""
    tiled = tile(pixels, min(columns, len(pixels)), SHEET_GAP)
    return png(tiled.repeat(SHEET_SCALE, axis=0).repeat(SHEET_SCALE, axis=1))


def tile(pixels: np.ndarray, columns: int, gap: int = 0) -> np.ndarray:
    """Return pictures uint8 [count, side, side] in rows of ``columns``, ``gap`` grey pixels around each."""
    rows = -(-len(pixels) // columns)
    side = SIDE + 2 * gap
    tiled = np.full((rows * side, columns * side), 0 if gap == 0 else 128, np.uint8)
    for index, each in enumerate(pixels):
        top, left = index // columns * side + gap, index % columns * side + gap
        tiled[top : top + SIDE, left : left + SIDE] = each
    return tiled


def show_gallery(pictures: Pictures, _: Translate) -> str:
    """Return the pictures, enlarged, each with the discriminator's opinion as a bar and in per cent."""
    figures = "".join(
        _figure(each, float(opinion), digit, number, _)
        for number, (each, opinion, digit) in enumerate(
            zip(pictures.pixels, pictures.opinions, pictures.digits, strict=True), start=1
        )
    )
    return _frame(figures, _)


def empty_gallery(count: int, _: Translate) -> str:
    """Return a gallery of the same size without pictures."""
    blank = np.zeros((SIDE, SIDE), np.uint8)
    address = panels.image_address(blank)
    figure = f'<figure><img src="{address}" alt=""><div class="gan-opinion"></div><figcaption>–</figcaption></figure>'
    return _frame(figure * count, _)


def _frame(figures: str, _: Translate) -> str:
    name = escape(_("The pictures"))
    about = escape(
        _(
            "Below each picture: how real the discriminator finds it. Where the bar is half full it cannot tell; "
            "it only knows real digits and what this generator made while both learned."
        )
    )
    return (
        f'<div class="gan-gallery" role="group" aria-label="{name}" tabindex="0">{figures}</div>'
        f'<p class="gan-about">{about}</p>'
    )


def _figure(pixels: np.ndarray, opinion: float, digit: int | None, number: int, _: Translate) -> str:
    alt = _("Picture {number}") if digit is None else _("Picture {number}, a {digit} was asked for")
    text = escape(alt.format(number=number, digit=digit))
    return (
        f'<figure><img src="{panels.image_address(pixels)}" alt="{text}">'
        f'<div class="gan-opinion"><span style="width:{opinion * 100:.1f}%"></span></div>'
        f"<figcaption>{percent(opinion)}</figcaption></figure>"
    )


def show_first(made: dict[str, Pictures | None], main: str, _: Translate) -> str:
    """Return the first picture that each network makes of the seed, side by side; ``main`` stands out."""
    cards = "".join(_card(name, made.get(name), name == main, _) for name in NETWORKS)
    name = escape(_("What each network makes first of this seed"))
    return f'<p class="gan-about">{name}</p><div class="hub-cards" role="group" aria-label="{name}">{cards}</div>'


def _card(name: str, pictures: Pictures | None, is_main: bool, _: Translate) -> str:
    pixels = np.zeros((SIDE, SIDE), np.uint8) if pictures is None else pictures.pixels[0]
    opinion = "–" if pictures is None else _("real: {share}").format(share=percent(float(pictures.opinions[0])))
    kind = "hub-card is-main" if is_main else "hub-card"
    alt = escape(_("First picture by {network}").format(network=name))
    picture = f'<img class="gan-first" src="{panels.image_address(pixels)}" alt="{alt}">'
    return f'<div class="{kind}"><span>{escape(name)}</span>{picture}<small>{escape(opinion)}</small></div>'


def show_snapshots(strip: np.ndarray, epochs: list[int], _: Translate) -> str:
    """Return what the generator made while it learned: a row of ten pictures for each of some epochs.

    Args:
        strip: uint8 [28 x rows, 280].
        epochs: after how many epochs each row was made.
    """
    rows = "".join(
        f'<tr><th scope="row">{escape(_moment(epoch, _))}</th>'
        f'<td><img src="{panels.image_address(row)}" alt="{escape(_moment(epoch, _))}"></td></tr>'
        for epoch, row in zip(epochs, np.split(strip, len(epochs)), strict=True)
    )
    name = escape(_("What the generator made of the same ten latents while it learned"))
    return f'<table class="gan-snapshots"><caption>{name}</caption>{rows}</table>'


def show_neighbours(pixels: np.ndarray, nearest: dict[str, float], count: int, _: Translate) -> str:
    """Return made digits above the training digits that are nearest to them, and how near such digits come.

    Args:
        pixels: uint8 [height, width], the picture.
        nearest: the "nearer" share of made digits, "made_median" and "test_median", distances of pixels 0..1.
        count: how many training digits there are.
    """
    name = escape(
        _("Ten made digits, not picked; below each the three nearest of the {count} training digits").format(
            count=f"{count:,}"
        )
    )
    about = _(
        "{share} of its digits lie nearer to a training digit than the nearest hundredth of the real digits that it "
        "never saw; of a generator that copies nearly all would. The median distance is {made}, that of the real ones "
        "{real}."
    ).format(
        share=percent(nearest["nearer"]), made=f"{nearest['made_median']:.2f}", real=f"{nearest['test_median']:.2f}"
    )
    return (
        f'<figure class="gan-neighbours"><figcaption>{name}</figcaption>'
        f'<img src="{panels.image_address(pixels)}" alt="{name}"><p class="gan-about">{escape(about)}</p></figure>'
    )


def _moment(epoch: int, _: Translate) -> str:
    return _("after epoch {epoch}").format(epoch=epoch) if epoch else _("before training")
