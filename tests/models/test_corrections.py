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
    for name, reason in {"binary": "no text in UTF-8", "missing": "No such file or directory"}.items():
        with pytest.raises(ValueError, match=f"{name}.*{reason}") as caught:
            read_corrections(tmp_path / name)
        assert "Errno" not in str(caught.value) and "codec" not in str(caught.value)


def test_blank_lines_are_passed_over(tmp_path):
    file = tmp_path / "corrections.jsonl"
    file.write_text(f"\n{line()}\n  \n{line()}\n\n")
    assert len(read_corrections(file)) == 2


def test_a_last_line_that_was_cut_off_is_passed_over_and_said(tmp_path, capsys):
    file = tmp_path / "corrections.jsonl"
    file.write_text(f"{line()}\n{line()[:200]}")
    assert len(read_corrections(file)) == 1
    assert capsys.readouterr().out.startswith(f"The last line of {file} was cut off")
    file.write_text(f"{line()}\n{line()}")
    assert len(read_corrections(file)) == 2
    assert capsys.readouterr().out == ""


def test_a_line_that_was_cut_off_elsewhere_is_refused(tmp_path):
    file = tmp_path / "corrections.jsonl"
    file.write_text(f"{line()[:200]}{line()}\n{line()}\n")
    with pytest.raises(ValueError, match=r"^Line 1 of "):
        read_corrections(file)


def test_of_a_folder_every_file_is_read_in_the_order_of_their_names(tmp_path):
    (tmp_path / "data").mkdir()
    for name, label in {"data/b.jsonl": "2", "data/a.jsonl": "1", "c.jsonl": "0"}.items():
        (tmp_path / name).write_text(line(label=label) + "\n")
    (tmp_path / ".gitattributes").write_text("no corrections")
    assert [one.label for one in read_corrections(tmp_path)] == ["0", "1", "2"]


def test_where_there_are_none_it_says_so(tmp_path):
    (tmp_path / "empty.jsonl").write_text("\n")
    for place in (tmp_path, tmp_path / "empty.jsonl"):
        with pytest.raises(ValueError, match="holds no corrections"):
            read_corrections(place)
