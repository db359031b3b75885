"""``models.corrections``: the file of visitors' corrections, written and read; and what is no such file."""

import base64
import datetime
import json

import numpy as np
import pytest

from models.corrections import Correction, as_line, read_corrections

DAY = datetime.date(2026, 11, 21)


def drawing(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (28, 28), dtype=np.uint8)


def line(**changes):
    return json.dumps(json.loads(as_line(Correction(drawing(), "7", "1", "mlp"), DAY)) | changes)


def test_what_is_written_is_read_again(tmp_path):
    corrections = [Correction(drawing(1), "7", "1", "convnet"), Correction(drawing(2), None, "3", "mlp")]
    file = tmp_path / "corrections.jsonl"
    file.write_text("".join(as_line(correction, DAY) for correction in corrections))
    found = read_corrections(file)
    assert [(one.label, one.answer, one.network) for one in found] == [("7", "1", "convnet"), (None, "3", "mlp")]
    for one, other in zip(found, corrections, strict=True):
        assert one.pixels.dtype == np.uint8
        assert np.array_equal(one.pixels, other.pixels)


def test_a_line_holds_nothing_else():
    content = json.loads(line())
    assert sorted(content) == ["answer", "day", "label", "network", "pixels"]
    assert content["day"] == "2026-11-21"


def test_the_noisiest_drawing_fits_a_line():
    assert len(line()) < 2_000


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "7",
        "{",
        "[" * 3_000,
        line(label="12"),
        line(label=7),
        line(pixels="!"),
        line(pixels=None),
        line(pixels=base64.b64encode(b"GIF89a").decode()),
        line(pixels="A" * 5_000),
        "{}",
    ],
)
def test_a_line_that_is_none_is_named(tmp_path, bad):
    file = tmp_path / "corrections.jsonl"
    file.write_text(f"{line()}\n{bad}\n")
    with pytest.raises(ValueError, match=r"^Line 2 of "):
        read_corrections(file)


def test_a_picture_of_another_size_is_refused(tmp_path):
    file = tmp_path / "corrections.jsonl"
    file.write_text(as_line(Correction(np.zeros((28, 29), np.uint8), "7", "1", "mlp"), DAY))
    with pytest.raises(ValueError, match="28 x 28"):
        read_corrections(file)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name in ("binary", "missing"):
        with pytest.raises(ValueError, match=name):
            read_corrections(tmp_path / name)
