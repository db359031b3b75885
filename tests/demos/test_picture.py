"""``demos.picture``: what was drawn and uploaded is opened only after it was checked."""

import base64
import io
import os
import struct
import time
import tracemalloc
import zlib

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import ImageData
from PIL import Image, PngImagePlugin

from demos import picture
from demos.guard import Refusal
from demos.picture import UploadedPicture, open_drawing, open_picture

# Pillow warns of what these tests are about.
pytestmark = pytest.mark.filterwarnings("ignore:.*(decompression bomb|Truncated File|Corrupt EXIF)")

# Four colours in four quarters, so that every turn and every flip is seen.
QUARTERS = np.zeros((40, 60, 3), np.uint8)
QUARTERS[:20, :30], QUARTERS[:20, 30:], QUARTERS[20:, :30], QUARTERS[20:, 30:] = (
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (255, 255, 255),
)


@pytest.fixture
def upload(uploads):
    """Put bytes, or a picture in some format, where uploads are; return the path."""

    def put(content, name="picture", **options):
        path = uploads / name
        path.write_bytes(content if isinstance(content, bytes) else encode(content, **options))
        return str(path)

    return put


def encode(image, format="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def address(content):
    """The data address in which the drawing pad sends a picture."""
    return picture.DRAWING_PREFIX + base64.b64encode(content).decode()


def quarters(mode="RGB"):
    return Image.fromarray(QUARTERS).convert(mode)


def corners(image):
    """The colours of the four quarters: top left, top right, bottom left, bottom right."""
    pixels, (width, height) = image.convert("RGB"), image.size
    places = [(10, 10), (width - 10, 10), (10, height - 10), (width - 10, height - 10)]
    names = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 1): "white"}
    return [names.get(tuple(round(value / 255) for value in pixels.getpixel(place))) for place in places]


def refused(opener, value):
    """Open what must not be opened, and return the sentence."""
    with pytest.raises(Refusal) as caught:
        opener(value)
    return caught.value.sentence


def png_header(width, height):
    """A PNG of one bit a pixel that is only announced: its pixels are missing."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", b"")
    )


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_chunk(png, kind, content):
    """A PNG with one more chunk after its header."""
    return png[:33] + chunk(kind, content) + png[33:]


def full_png(side):
    """A whole PNG of one bit a pixel, all white: tens of kilobytes for hundreds of megapixels."""
    rows = zlib.compressobj(9)
    row = b"\x00" + b"\xff" * ((side + 7) // 8)
    data = b"".join(rows.compress(row) for _ in range(side)) + rows.flush()
    return png_header(side, side)[:33] + chunk(b"IDAT", data) + chunk(b"IEND", b"")


# The drawing


def test_a_drawing_is_opened_as_it_was_drawn():
    drawing = open_drawing(address(encode(quarters())))
    assert np.array_equal(np.asarray(drawing.convert("RGB")), QUARTERS)


@pytest.mark.parametrize(
    "value",
    [
        *[None, 7, 3.5, True, [], {}, b"data:image/png;base64,", {"composite": None}],
        *["", "data:image/png;base64,", "data:image/png;base64,!!!!", "data:image/png;base64,ab", "汉字"],
        *["data:image/png;base64,汉字", "data:text/html;base64,PGI+", "data:image/svg+xml;base64,PHN2Zz4=", "\ud800"],
        *["data:image/png;base64,\ud800", "http://example.org/a.png", "file:///etc/hostname"],
    ],
)
def test_what_is_no_drawing_is_lost(value):
    assert refused(open_drawing, value) == picture.DRAWING_LOST


@pytest.mark.parametrize("format", ["JPEG", "GIF", "BMP", "WEBP", "TIFF"])
def test_a_drawing_in_another_format_is_lost(format):
    assert refused(open_drawing, address(encode(quarters(), format))) == picture.DRAWING_LOST


def test_a_damaged_drawing_is_lost():
    assert refused(open_drawing, address(encode(quarters())[:-30])) == picture.DRAWING_LOST


def test_a_drawing_that_is_too_long_is_not_even_decoded(monkeypatch):
    monkeypatch.setattr(base64, "b64decode", lambda *_, **__: pytest.fail("It was decoded."))
    long = picture.DRAWING_PREFIX + "A" * picture.DRAWING_CHARACTERS
    assert refused(open_drawing, long) == picture.DRAWING_TOO_LARGE


def test_a_drawing_of_too_many_pixels_is_too_large():
    assert refused(open_drawing, address(png_header(10_000, 10_000))) == picture.DRAWING_TOO_LARGE


# Pictures that are opened


@pytest.mark.parametrize("format", picture.FORMATS)
def test_every_format_that_is_promised_is_opened(upload, format):
    opened = open_picture(upload(quarters(), format=format))
    assert opened.size == (60, 40)
    assert corners(opened) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_turned_as_its_camera_says(upload, orientation, format):
    # What each value tells the viewer to do (Exif 2.32, tag 0x0112), undone on the stored picture.
    turns = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    turn = turns[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = quarters() if turn is None else quarters().transpose(turn)
    opened = open_picture(upload(stored, format=format, exif=exif))
    assert opened.size == (60, 40)
    assert corners(opened) == ["red", "green", "blue", "white"]


def test_a_cmyk_jpeg_keeps_its_colours(upload):
    opened = open_picture(upload(quarters("CMYK"), format="JPEG", quality=95))
    assert corners(opened) == ["red", "green", "blue", "white"]


def test_a_palette_picture_keeps_its_transparency(upload):
    palette = Image.new("P", (40, 40), 0)
    palette.putpalette([1, 2, 3, 255, 255, 255])
    palette.paste(1, (20, 0, 40, 40))
    opened = open_picture(upload(palette, transparency=0)).convert("RGBA")
    assert opened.getpixel((5, 5))[3] == 0
    assert opened.getpixel((35, 5)) == (255, 255, 255, 255)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_transparent_picture_keeps_its_transparency(upload, mode):
    clear = Image.new(mode, (40, 40), 0)
    assert open_picture(upload(clear)).convert("RGBA").getpixel((5, 5))[3] == 0


def test_a_16_bit_picture_is_not_cut_to_8_bits(upload):
    deep = Image.fromarray(np.full((40, 40), 40_000, np.uint16))
    assert np.asarray(open_picture(upload(deep))).max() == 40_000


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_seen(upload, format):
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "lime", "blue")]
    opened = open_picture(upload(frames[0], format=format, save_all=True, append_images=frames[1:]))
    assert corners(opened) == ["red"] * 4
    assert not hasattr(opened, "n_frames")


def test_the_metadata_is_dropped(upload):
    exif = Image.Exif()
    exif[0x010E] = "secret"
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "secret")
    opened = open_picture(upload(quarters(), exif=exif, pnginfo=texts, icc_profile=b"secret"))
    assert opened.info == {}
    assert b"secret" not in encode(opened)


def test_a_picture_with_a_page_behind_it_is_only_a_picture(upload):
    opened = open_picture(upload(encode(quarters(), "JPEG") + b"<html><script>alert(1)</script></html>"))
    assert b"script" not in encode(opened)


def test_the_name_decides_nothing(upload):
    assert open_picture(upload(quarters(), name="a.txt")).size == (60, 40)


# Metadata that would cost minutes or gigabytes


def greedy_exif(entries):
    """An Exif of 4 MB of which every entry claims almost all."""
    claims = b"".join(struct.pack("<HHLL", 0x9000 + entry, 1, 3_900_000, 0) for entry in range(entries))
    directory = b"II*\x00" + struct.pack("<LH", 8, entries) + claims + b"\x00" * 4
    return directory + b"\x00" * (4_000_000 - len(directory))


def as_png(exif):
    return with_chunk(encode(quarters()), b"eXIf", exif)


def as_jpeg(exif):
    """A JPEG without its header of resolutions, for which Pillow then asks the Exif."""
    parts = [b"Exif\x00\x00" + exif[start : start + 65_000] for start in range(0, len(exif), 65_000)]
    segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part for part in parts)
    return b"\xff\xd8" + segments + encode(quarters(), "JPEG")[20:]


def as_png_text(exif):
    return with_chunk(encode(quarters()), b"tEXt", b"Raw profile type exif\x00\n\n\n" + exif[:2_000_000].hex().encode())


@pytest.mark.parametrize("wrap", [as_png, as_jpeg, as_png_text])
@pytest.mark.parametrize("exif", [greedy_exif(100), b"Exif\x00\x00" * 600_000], ids=["greedy", "repeated"])
def test_an_endless_exif_costs_neither_time_nor_memory(upload, wrap, exif):
    path = upload(wrap(exif))
    tracemalloc.start()
    started = time.monotonic()
    try:
        opened = open_picture(path)
        seconds, peak = time.monotonic() - started, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert corners(opened) == ["red", "green", "blue", "white"]
    assert seconds < 2
    assert peak < 60 * 2**20


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"Exif\x00\x00",
        b"II*\x00\xff\xff\xff\xff",
        b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x02\x00\x01\x00\x00\x00six\x00",
        b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x00\x00\x00\x00\x06\x00",
        b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x63\x00\x00\x00",
        b"MM\x00*" + bytes(range(250)),
        b"Hello, I am no Exif.",
    ],
    ids=["none", "only a head", "no directory", "text as number", "no value", "unknown value", "noise", "a text"],
)
@pytest.mark.parametrize("wrap", [as_png, as_jpeg])
def test_a_broken_exif_turns_nothing(upload, wrap, exif):
    assert corners(open_picture(upload(wrap(exif)))) == ["red", "green", "blue", "white"]


def test_a_broken_entry_beside_the_turn_does_not_stop_it(upload):
    # Orientation 3, and a resolution that is text: Pillow cannot write such an Exif again.
    entries = struct.pack("<HHLL", 0x0112, 3, 1, 3) + struct.pack("<HHL4s", 0x011A, 2, 1, b"x\x00\x00\x00")
    exif = b"II*\x00" + struct.pack("<LH", 8, 2) + entries + b"\x00" * 4
    assert corners(open_picture(upload(as_png(exif)))) == ["white", "blue", "green", "red"]


# Pictures that are not opened


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
@pytest.mark.parametrize("share", [0.05, 0.6])
def test_a_picture_that_was_cut_off_is_damaged(upload, format, share):
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (80, 80, 3), np.uint8))
    content = encode(noise, format)
    assert refused(open_picture, upload(content[: int(len(content) * share)])) == picture.DAMAGED


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"hello, I am a text\n" * 100, b"\x89PNG\r\n\x1a\n", b"PK\x03\x04" + bytes(200)]
)
def test_what_is_no_picture_is_damaged(upload, content):
    assert refused(open_picture, upload(content, name="renamed.png")) == picture.DAMAGED


def test_a_picture_with_a_flipped_checksum_is_damaged(upload):
    content = bytearray(encode(quarters()))
    content[-20] ^= 0xFF
    assert refused(open_picture, upload(bytes(content))) == picture.DAMAGED


@pytest.mark.parametrize("side", [13_000, 20_000])
def test_a_bomb_is_refused_by_its_header_quickly_and_with_flat_memory(upload, side):
    path = upload(full_png(side))
    assert os.path.getsize(path) < 100_000
    tracemalloc.start()
    started = time.monotonic()
    try:
        sentence = refused(open_picture, path)
        seconds, peak = time.monotonic() - started, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sentence == picture.TOO_LARGE
    assert seconds < 0.5
    assert peak < 2**20


def test_no_pixel_of_a_bomb_is_decoded(upload, monkeypatch):
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", lambda *_: pytest.fail("It was decoded."))
    assert refused(open_picture, upload(full_png(6_000))) == picture.TOO_LARGE


@pytest.mark.parametrize(
    ("width", "height", "sentence"),
    [
        *[(5_000, 5_001, picture.TOO_LARGE), (8_193, 500, picture.TOO_LARGE), (1, 20_000, picture.TOO_LARGE)],
        *[(20, 8_000, picture.TOO_NARROW), (8_000, 20, picture.TOO_NARROW), (10, 201, picture.TOO_NARROW)],
        *[(1, 1, picture.TOO_SMALL), (7, 100, picture.TOO_SMALL), (100, 7, picture.TOO_SMALL)],
    ],
)
def test_a_picture_of_a_wrong_size_is_refused_by_its_header(upload, width, height, sentence):
    assert refused(open_picture, upload(png_header(width, height))) == sentence


@pytest.mark.parametrize(("width", "height"), [(8, 8), (10, 200), (200, 10), (1000, 8000)])
def test_a_picture_just_within_the_limits_is_opened(upload, width, height):
    assert open_picture(upload(Image.new("1", (width, height)))).size == (width, height)


def test_the_sentence_about_size_names_the_limits():
    with pytest.raises(Refusal) as caught:
        picture._check_size(9000, 9000)
    assert caught.value.sentence.format(**caught.value.values) == (
        "This picture is too large (at most 25 megapixels and 8192 pixels a side)."
    )


HEADS = {
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "SVG with a declaration": b'\n <?xml version="1.0"?><svg/>',
    "HEIC": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100),
    "AVIF": b"\x00\x00\x00\x1cftypavif" + bytes(100),
    "PDF": b"%PDF-1.7\n" + bytes(100),
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 40 40\n",
    "PSD": b"8BPS\x00\x01" + bytes(100),
    "ICO": b"\x00\x00\x01\x00\x01\x00" + bytes(100),
}


@pytest.mark.parametrize("name", HEADS)
def test_another_format_is_named_as_such(upload, name):
    assert refused(open_picture, upload(HEADS[name], name="picture.png")) == picture.WRONG_FORMAT


@pytest.mark.parametrize("format", ["TIFF", "EPS", "PDF", "ICO"])
def test_a_whole_picture_in_another_format_is_named_as_such(upload, format):
    assert refused(open_picture, upload(quarters(), format=format)) == picture.WRONG_FORMAT


@pytest.mark.parametrize("format", ["TIFF", "EPS", "PCX", "PPM", "TGA", "ICO", "DDS", "SGI", "SPIDER", "IM"])
def test_no_other_decoder_ever_runs(upload, format, monkeypatch):
    Image.init()  # as Gradio does: from here on Pillow would open all of them
    path = upload(quarters("F" if format == "SPIDER" else "RGB"), format=format)
    for name, (_factory, accept) in list(Image.OPEN.items()):
        if name not in picture.FORMATS:
            monkeypatch.setitem(Image.OPEN, name, (lambda *_: pytest.fail("It was opened."), accept))
    assert refused(open_picture, path) in (picture.WRONG_FORMAT, picture.DAMAGED)


# Where pictures may be


def test_a_picture_elsewhere_on_the_server_is_not_opened(uploads, tmp_path):
    outside = tmp_path / "outside.png"
    outside.write_bytes(encode(quarters()))
    for path in (str(outside), f"{uploads}/../outside.png", os.path.relpath(outside)):
        assert refused(open_picture, path) == picture.NOT_UPLOADED


def test_a_folder_whose_name_begins_like_the_upload_folder_is_elsewhere(uploads):
    beside = uploads.with_name(uploads.name + "-not")
    beside.mkdir()
    (beside / "a.png").write_bytes(encode(quarters()))
    assert refused(open_picture, str(beside / "a.png")) == picture.NOT_UPLOADED


def test_a_link_that_leads_out_of_the_upload_folder_is_not_followed(uploads, tmp_path):
    outside = tmp_path / "secret"
    outside.mkdir()
    (outside / "a.png").write_bytes(encode(quarters()))
    (uploads / "file").symlink_to(outside / "a.png")
    (uploads / "folder").symlink_to(outside)
    (uploads / "circle").symlink_to(uploads / "circle")
    for name in ("file", "folder/a.png", "circle"):
        assert refused(open_picture, str(uploads / name)) == picture.NOT_UPLOADED


@pytest.mark.parametrize("value", [None, 7, True, [], {}, {"path": "x"}, b"x", io.BytesIO(b"x")])
def test_what_is_no_path_is_not_uploaded(uploads, value):
    assert refused(open_picture, value) == picture.NOT_UPLOADED


@pytest.mark.parametrize(
    "path", ["", ".", "/", "\x00", "a" * 5000, "\ud800", "/etc/hostname", "http://127.0.0.1/a.png", "data:image/png,"]
)
def test_a_path_that_leads_nowhere_is_not_uploaded(uploads, path):
    assert refused(open_picture, path) == picture.NOT_UPLOADED


def test_the_upload_folder_itself_is_no_picture(uploads):
    assert refused(open_picture, str(uploads)) == picture.NOT_UPLOADED


# The component


def payload(**values):
    return ImageData(**values)


def test_an_uploaded_file_comes_through_as_its_path(upload):
    path = upload(quarters())
    assert UploadedPicture(type="filepath").preprocess(payload(path=path)) == path


def test_no_choice_comes_through_as_none():
    assert UploadedPicture(type="filepath").preprocess(None) is None


def test_what_was_not_uploaded_comes_through_as_a_refused_path(uploads, tmp_path):
    outside = tmp_path / "outside.png"
    outside.write_bytes(encode(quarters()))
    component = UploadedPicture(type="filepath")
    for value in (
        payload(path=str(outside)),
        payload(url=address(encode(quarters()))),
        payload(url="http://127.0.0.1/a.png"),
        payload(),
    ):
        assert component.preprocess(value) == ""
    assert refused(open_picture, "") == picture.NOT_UPLOADED


def test_gradios_own_component_opens_any_file_so_ours_is_still_needed(uploads, tmp_path):
    outside = tmp_path / "outside.png"
    outside.write_bytes(encode(quarters()))
    assert gr.Image(type="filepath").preprocess(payload(path=str(outside))) == str(outside)
