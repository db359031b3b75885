"""``training.data``: the digits drawn on a tablet, and the pictures of clothes."""

import gzip
import hashlib
import lzma
import struct

import keras
import numpy as np
import pytest

from training.data import DataError, fashion, pen_digits

TWO_DIGITS = """.HIERARCHY DIGIT
.SEGMENT DIGIT 0
.COMMENT 8 12 7
.PEN_DOWN
 10  200
 11  190
.PEN_UP
.DT 5
.PEN_DOWN
 30 5
.PEN_UP
.COMMENT 0 1 8
.PEN_DOWN
 1 2
 3 4
.PEN_UP
"""


def unreachable(*_args, **_kwargs):
    raise OSError("no route to host")


@pytest.fixture
def offline(monkeypatch):
    monkeypatch.setattr(keras.utils, "get_file", unreachable)


@pytest.fixture
def published(monkeypatch):
    """The two digits above, taken for the published ones."""
    monkeypatch.setattr(pen_digits, "TEXT_SHA256", hashlib.sha256(TWO_DIGITS.encode()).hexdigest())
    return TWO_DIGITS.encode()


def lzw(content):
    """A short text as the old ``compress`` packs it: each byte a code of nine bits, the lowest bit first."""
    assert len(content) <= 250  # from here on the codes would be longer
    bits = sum(byte << (9 * place) for place, byte in enumerate(content))
    return b"\x1f\x9d\x90" + bits.to_bytes(-(-9 * len(content) // 8), "little")


def repack(folder, content):
    path = folder / pen_digits.REPACKED
    path.parent.mkdir()
    path.write_bytes(content)


# Drawn digits


def test_labels_writers_and_strokes_are_read_with_y_turned_downwards():
    eight, zero = pen_digits.parse(TWO_DIGITS)
    assert (eight.label, eight.writer, zero.label, zero.writer) == (8, 12, 0, 1)
    assert [stroke.tolist() for stroke in eight.strokes] == [[[10, -200], [11, -190]], [[30, -5]]]
    assert [stroke.tolist() for stroke in zero.strokes] == [[[1, -2], [3, -4]]]


def test_the_text_packed_anew_is_read(tmp_path, published, offline):
    repack(tmp_path, lzma.compress(published))
    assert [one.label for one in pen_digits.load_pen_digits(tmp_path)] == [8, 0]


def test_the_published_file_is_read(tmp_path, published, offline):
    (tmp_path / pen_digits.FILENAME).write_bytes(lzw(published))
    assert [one.label for one in pen_digits.load_pen_digits(tmp_path)] == [8, 0]


def test_a_missing_file_is_downloaded_from_the_official_source(tmp_path, published, monkeypatch):
    def get_file(filename, url, cache_dir, cache_subdir):
        assert url == pen_digits.URL and url.startswith("https://archive.ics.uci.edu/")
        (cache_dir / cache_subdir / filename).write_bytes(lzw(published))

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    assert len(pen_digits.load_pen_digits(tmp_path / "new")) == 2


def test_other_strokes_are_refused_by_their_checksum(tmp_path, offline):
    repack(tmp_path, lzma.compress(TWO_DIGITS.encode()))
    with pytest.raises(DataError, match="not the published ones"):
        pen_digits.load_pen_digits(tmp_path)


@pytest.mark.parametrize("content", [b"", b"<html>please log in</html>", lzma.compress(TWO_DIGITS.encode())[:-20]])
def test_a_broken_repacked_file_gives_a_sentence(tmp_path, offline, content):
    repack(tmp_path, content)
    with pytest.raises(DataError, match=r"broken.*--data"):
        pen_digits.load_pen_digits(tmp_path)


@pytest.mark.parametrize("content", [b"", b"<html>please log in</html>", lzw(TWO_DIGITS.encode())[:2]])
def test_a_broken_published_file_gives_a_sentence(tmp_path, offline, content):
    (tmp_path / pen_digits.FILENAME).write_bytes(content)
    with pytest.raises(DataError, match=r"broken.*--data"):
        pen_digits.load_pen_digits(tmp_path)


def test_missing_strokes_that_cannot_be_downloaded_are_named_with_what_to_do(tmp_path, offline):
    with pytest.raises(DataError, match=r"pendigits-orig\.tra\.Z.*archive\.ics\.uci\.edu.*no route to host.*--data"):
        pen_digits.load_pen_digits(tmp_path)


# Clothes


def clothes(first):
    """The bytes of an idx file of 10,000 pictures; ``first`` is the first pixel."""
    pictures = np.zeros((10_000, 28, 28), np.uint8)
    pictures[0, 0, 0], pictures[-1, -1, -1] = first, 9
    return struct.pack(">HBB3I", 0, 8, 3, 10_000, 28, 28) + pictures.tobytes()


def put(folder, content):
    path = folder / fashion.FOLDER / fashion.FASHION_TEST.filename
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def test_the_pictures_of_clothes_are_read_from_their_folder(tmp_path, offline, monkeypatch):
    content = clothes(first=7)
    monkeypatch.setattr(fashion, "CONTENT_SHA256", hashlib.sha256(content).hexdigest())
    put(tmp_path, gzip.compress(content, 1))
    pictures = fashion.load_fashion_test(tmp_path)
    assert pictures.shape == (10_000, 28, 28) and pictures.dtype == np.uint8
    assert pictures[0, 0, 0] == 7 and pictures[-1, -1, -1] == 9 and pictures.sum() == 16


def test_mnists_pictures_of_the_same_name_and_shape_are_not_taken_for_clothes(tmp_path, offline):
    put(tmp_path, gzip.compress(clothes(first=1), 1))
    with pytest.raises(DataError, match="does not hold Fashion-MNIST's test pictures"):
        fashion.load_fashion_test(tmp_path)


def test_mnists_file_of_the_same_name_is_left_alone(tmp_path, offline):
    (tmp_path / fashion.FASHION_TEST.filename).write_bytes(b"MNIST's")
    with pytest.raises(DataError, match="could not be downloaded"):
        fashion.load_fashion_test(tmp_path)
    assert (tmp_path / fashion.FASHION_TEST.filename).read_bytes() == b"MNIST's"


@pytest.mark.parametrize("content", [b"", b"<html>please log in</html>", gzip.compress(bytes(5000))[:-15]])
def test_a_broken_archive_of_clothes_gives_a_sentence(tmp_path, offline, content):
    put(tmp_path, content)
    with pytest.raises(DataError, match="Delete it and run again"):
        fashion.load_fashion_test(tmp_path)


def test_missing_clothes_that_cannot_be_downloaded_are_named_with_what_to_do(tmp_path, offline):
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte\.gz.*fashion-mnist.*no route to host.*--data"):
        fashion.load_fashion_test(tmp_path)
