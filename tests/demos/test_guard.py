"""``demos.guard``: every error becomes a sentence, and uploads are kept no longer than promised."""

import logging
import os
import time

import gradio as gr
import pytest

from demos import guard, page
from demos.guard import Refusal
from models import runtime, store

ENGLISH = page.translator("en")
CHINESE = page.translator("zh")


# An error becomes a sentence


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (runtime.NotReady("digit-mlp"), "The network is still being loaded. Please try again in a moment."),
        (runtime.Busy("digit-mlp"), "Many people are using this demo. Please try again in a minute."),
        (runtime.Unavailable("digit-mlp"), "This network is not available now."),
        (Refusal("Draw a digit first."), "Draw a digit first."),
        (Refusal("At most {size} MB.", size=5), "At most 5 MB."),
    ],
)
def test_an_expected_error_is_explained_and_not_logged(error, sentence, caplog):
    assert guard.explain(error, str) == sentence
    assert not caplog.records


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (runtime.NotReady(), "网络仍在加载，请稍后再试。"),
        (runtime.Busy(), "使用的人较多，请一分钟后再试。"),
        (runtime.Unavailable(), "该网络目前不可用。"),
        (Refusal(guard.UNKNOWN_CHOICE, choices="a, b"), "请从以下选项中选择：a, b。"),
    ],
)
def test_an_error_is_explained_in_the_language_of_the_page(error, sentence):
    assert guard.explain(error, CHINESE) == sentence


@pytest.mark.parametrize(
    "error",
    [
        ValueError("secret /home/someone"),
        KeyError("secret"),
        store.BrokenFolder("secret"),
        MemoryError("secret"),
        RecursionError("secret"),
        UnicodeDecodeError("utf-8", b"secret", 0, 1, "secret"),
    ],
)
def test_an_unknown_error_gives_a_reference_that_stands_in_the_log(error, caplog):
    sentence = guard.explain(error, ENGLISH)
    assert sentence.startswith("Something went wrong on our side.")
    reference = sentence.rstrip(".").rpartition(" ")[2]
    assert len(reference) == 8
    assert int(reference, 16) >= 0
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert reference in record.getMessage()
    assert record.exc_info[1] is error
    for told in ("secret", type(error).__name__, "Traceback"):
        assert told not in sentence


def test_every_reference_is_another():
    assert len({guard.explain(ValueError(), ENGLISH) for _ in range(20)}) == 20


def test_a_refusal_shows_braces_of_a_value_as_they_are():
    assert guard.explain(Refusal("{value}", value="{0} {sentence}"), str) == "{0} {sentence}"


# A handler that speaks


def speaking(error, translate=ENGLISH):
    """Let a guarded handler raise an error, and return what reaches the visitor."""

    def handler(*_):
        raise error

    with pytest.raises(gr.Error) as caught:
        guard.speaking(translate)(handler)(1, 2)
    return caught.value


def test_a_handler_without_an_error_answers_as_before():
    def add(one, other):
        """Add two numbers."""
        return one + other

    guarded = guard.speaking(ENGLISH)(add)
    assert guarded(1, 2) == 3
    assert (guarded.__name__, guarded.__doc__) == ("add", "Add two numbers.")


def test_what_a_handler_raises_reaches_the_visitor_as_a_sentence():
    error = speaking(Refusal(guard.UNKNOWN_CHOICE, choices="a, b"))
    assert (error.message, error.title) == ("Please choose one of: a, b.", "Not possible")
    assert speaking(runtime.Busy(), CHINESE).title == "无法完成"


def test_no_trace_goes_with_the_sentence():
    error = speaking(ValueError("secret"))
    assert "secret" not in error.message
    assert not error.print_exception
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_html_in_a_sentence_is_shown_and_not_run():
    assert speaking(Refusal("{value}", value="<img onerror=x>")).message == "&lt;img onerror=x&gt;"


def test_an_error_that_is_a_sentence_already_stays_as_it_is():
    error = gr.Error("Said.")
    assert speaking(error) is error


# A choice


def test_one_of_the_choices_is_accepted():
    assert guard.require_choice("b", ("a", "b")) == "b"


@pytest.mark.parametrize("value", [None, "", "c", "A", 0, 1.5, float("nan"), True, [], ["a"], {}, {"a": 1}, b"a"])
def test_what_is_none_of_the_choices_is_refused_with_them(value):
    with pytest.raises(Refusal) as caught:
        guard.require_choice(value, ("a", "b"))
    assert guard.explain(caught.value, ENGLISH) == "Please choose one of: a, b."


# What was uploaded


def test_a_file_in_the_upload_folder_was_uploaded(uploads):
    (uploads / "a").mkdir()
    (uploads / "a" / "picture.png").write_bytes(b"x")
    assert guard.is_uploaded(str(uploads / "a" / "picture.png"))
    assert guard.is_uploaded(f"{uploads}/a/../a/picture.png")


def test_an_upload_folder_that_is_a_link_holds_uploads_too(tmp_path, monkeypatch):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "picture.png").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "link"))
    assert guard.is_uploaded(str(tmp_path / "link" / "picture.png"))


def test_folders_links_out_of_it_and_other_files_were_not_uploaded(uploads, tmp_path):
    (tmp_path / "secret").write_bytes(b"x")
    (uploads / "link").symlink_to(tmp_path / "secret")
    (uploads / "circle").symlink_to(uploads / "circle")
    (uploads / "folder").mkdir()
    for path in (
        uploads,
        uploads / "folder",
        uploads / "link",
        uploads / "circle",
        uploads / "gone",
        tmp_path / "secret",
    ):
        assert not guard.is_uploaded(str(path))


@pytest.mark.parametrize(
    "path", ["", "\x00", "a" * 5000, "a/" * 3000, "\ud800", "http://127.0.0.1/a", "~", "/etc/hostname"]
)
def test_what_is_no_path_of_a_file_was_not_uploaded(uploads, path):
    assert not guard.is_uploaded(path)


def test_a_folder_whose_name_begins_like_the_upload_folder_is_elsewhere(uploads):
    beside = uploads.with_name(uploads.name + "-not")
    beside.mkdir()
    (beside / "picture.png").write_bytes(b"x")
    assert not guard.is_uploaded(str(beside / "picture.png"))


# What is swept


NOW = 1_000_000_000.0


def put(folder, name, age, size=1):
    """Put a file of some age in seconds."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (NOW - age, NOW - age))
    return path


def names(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_files_older_than_an_hour_are_deleted_and_younger_stay(uploads):
    for age in (0, 1800, 3599, 3600, 3601, 90_000):
        put(uploads, f"{age}/{age}", age)
    guard.sweep(uploads, NOW)
    assert names(uploads) == ["0", "1800", "3599"]


def test_without_a_time_it_is_now(uploads):
    put(uploads, "old", 0)
    (uploads / "young").write_bytes(b"x")
    guard.sweep(uploads)
    assert names(uploads) == ["young"]
    assert time.time() - NOW > guard.TEMPORARY_SECONDS


def test_the_oldest_go_until_the_rest_fits(uploads, monkeypatch):
    monkeypatch.setattr(guard, "TEMPORARY_BYTES", 100)
    for name, age, size in [("a", 400, 50), ("b", 300, 40), ("c", 200, 40), ("d", 100, 60)]:
        put(uploads, name, age, size)
    guard.sweep(uploads, NOW)
    assert names(uploads) == ["c", "d"]


def test_a_folder_that_just_fits_is_left_alone(uploads, monkeypatch):
    monkeypatch.setattr(guard, "TEMPORARY_BYTES", 100)
    put(uploads, "a", 200, 60)
    put(uploads, "b", 100, 40)
    guard.sweep(uploads, NOW)
    assert names(uploads) == ["a", "b"]


def test_what_links_lead_to_is_left_alone(uploads, tmp_path):
    outside = put(tmp_path / "outside", "file", 90_000)
    (uploads / "file").symlink_to(outside)
    (uploads / "folder").symlink_to(outside.parent)
    (uploads / "circle").symlink_to(uploads)
    for link in uploads.iterdir():
        os.utime(link, (NOW - 90_000, NOW - 90_000), follow_symlinks=False)
    old = put(uploads, "old", 90_000)
    guard.sweep(uploads, NOW)
    assert outside.exists()
    assert sorted(path.name for path in uploads.iterdir()) == ["circle", "file", "folder"]
    assert not old.exists()


def test_a_file_that_another_deletes_meanwhile_does_not_stop_the_sweep(uploads, monkeypatch):
    vanishing, old = put(uploads, "vanishing", 90_001), put(uploads, "old", 90_000)
    look = type(old).lstat

    def look_and_lose(path):
        status = look(path)
        if path == vanishing:
            vanishing.unlink()
        return status

    monkeypatch.setattr(type(old), "lstat", look_and_lose)
    guard.sweep(uploads, NOW)
    assert not old.exists()


def test_a_file_that_is_gone_before_it_is_looked_at_does_not_stop_the_sweep(uploads, monkeypatch):
    put(uploads, "gone", 90_000)
    old = put(uploads, "old", 90_000)
    look = type(old).lstat

    def lose_and_look(path):
        if path.name == "gone":
            raise FileNotFoundError(path)
        return look(path)

    monkeypatch.setattr(type(old), "lstat", lose_and_look)
    guard.sweep(uploads, NOW)
    assert not old.exists()


def test_a_folder_that_is_not_there_is_swept_too(tmp_path):
    guard.sweep(tmp_path / "never", NOW)
