"""Pictures from outside: what was drawn and what was uploaded, opened only after they were checked."""

import base64
import io
import re
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import ExifTags, Image, UnidentifiedImageError

from demos.guard import Refusal, _, is_uploaded

MEGAPIXELS = 25
LONGEST_SIDE = 8192
SHORTEST_SIDE = 8
ASPECT = 20
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
DRAWING_CHARACTERS = 2_000_000
EXAMPLE = "digit.png"  # a name to stand for a file of the caller's own
DRAWING_PREFIX = "data:image/png;base64,"

# Pillow 12 reads a large Exif in minutes and gigabytes, so none larger than one segment of a JPEG reaches it.
EXIF_BYTES = 65_536
EXIF_SEGMENT = re.compile(rb"(\xff\xe1..)Exif\x00\x00", re.DOTALL)
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# The first bytes of pictures that people try and that are not opened here.
FOREIGN_PICTURES = (b"<svg", b"<?xml", b"%PDF", b"%!PS", b"8BPS", b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00")


DAMAGED = _("This picture is damaged. Try another one.")
WRONG_FORMAT = _("Please use a PNG, JPEG, WebP, GIF or BMP picture.")
TOO_LARGE = _("This picture is too large (at most {megapixels} megapixels and {side} pixels a side).")
TOO_SMALL = _("This picture is too small.")
TOO_NARROW = _("This picture is too narrow.")
NOT_UPLOADED = _("The picture was lost. Please choose it again.")
DRAWING_LOST = _("The drawing was lost. Please draw again.")
DRAWING_TOO_LARGE = _("The drawing is too large.")


def open_drawing(value: Any) -> Image.Image:
    """Return the picture that the drawing pad sent as a data address of a PNG.

    Raises:
        Refusal: it is not one, or too large.
    """
    if not isinstance(value, str) or not value.startswith(DRAWING_PREFIX):
        raise Refusal(DRAWING_LOST)
    if len(value) > DRAWING_CHARACTERS:
        raise Refusal(DRAWING_TOO_LARGE)
    try:
        content = base64.b64decode(value[len(DRAWING_PREFIX) :], validate=True)
    except ValueError:
        raise Refusal(DRAWING_LOST) from None
    try:
        return _decode(content, ("PNG",))
    except Refusal as refusal:
        raise Refusal(DRAWING_TOO_LARGE if refusal.sentence == TOO_LARGE else DRAWING_LOST) from None


def open_picture(path: Any) -> Image.Image:
    """Return an uploaded picture, upright, its metadata dropped; of an animation the first frame.

    Args:
        path: a path below the upload folder, as ``UploadedPicture`` passes it.

    Raises:
        Refusal: it is elsewhere, damaged, too large, too small, or of a format that is not opened here.
    """
    if not isinstance(path, str) or not is_uploaded(path):
        raise Refusal(NOT_UPLOADED)
    return _decode(Path(path).read_bytes(), FORMATS)


def _decode(content: bytes, formats: tuple[str, ...]) -> Image.Image:
    """Decode after the header alone has shown that the size is acceptable."""
    try:
        image = Image.open(io.BytesIO(_with_one_exif(content)), formats=formats)
    except Image.DecompressionBombError:
        raise Refusal(TOO_LARGE, megapixels=MEGAPIXELS, side=LONGEST_SIDE) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Refusal(WRONG_FORMAT if _is_foreign(content) else DAMAGED) from None
    _check_size(*image.size)
    try:
        image.load()
        upright = _upright(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refusal(DAMAGED) from None
    upright.info = {key: value for key, value in upright.info.items() if key == "transparency"}
    return upright


def _with_one_exif(content: bytes) -> bytes:
    """Hide all Exif segments but the first: of a JPEG, Pillow joins and reads them when it opens it."""
    first = EXIF_SEGMENT.search(content)
    if first is None:
        return content
    return content[: first.end()] + EXIF_SEGMENT.sub(rb"\1none\0\0", content[first.end() :])


def _upright(image: Image.Image) -> Image.Image:
    """Turn a copy as the Exif says; one that is too large or broken says nothing."""
    image.info.pop("Raw profile type exif", None)
    if len(image.info.get("exif", b"")) > EXIF_BYTES:
        return image.copy()
    try:
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # Pillow raises anything from struct.error to TypeError here
        turn = None
    return image.copy() if turn is None else image.transpose(turn)


def _is_foreign(content: bytes) -> bool:
    start = content[:64].lstrip()
    return start.startswith(FOREIGN_PICTURES) or content[4:8] == b"ftyp"


def _check_size(width: int, height: int) -> None:
    if width * height > MEGAPIXELS * 1_000_000 or max(width, height) > LONGEST_SIDE:
        raise Refusal(TOO_LARGE, megapixels=MEGAPIXELS, side=LONGEST_SIDE)
    if max(width, height) > ASPECT * min(width, height):
        raise Refusal(TOO_NARROW)
    if min(width, height) < SHORTEST_SIDE:
        raise Refusal(TOO_SMALL)


class UploadedPicture(gr.Image):
    """A ``gr.Image`` that passes on only the path of a file that was really uploaded.

    (Gradio's own opens any path on the server that a request names, and any ``data:`` address.)
    """

    is_template = True

    def preprocess(self, payload: Any) -> str | None:
        """Return the uploaded file's path, None where nothing is chosen, or "" where the path is refused."""
        if payload is None:
            return None
        return payload.path if payload.path and is_uploaded(payload.path) else ""

    def example_payload(self) -> dict[str, Any]:
        """Return what the API page shows as an example; Gradio's own names a picture on another host."""
        return {"path": EXAMPLE, "meta": {"_type": "gradio.FileData"}}

    def example_value(self) -> str:
        """Return the name of the example picture."""
        return EXAMPLE
