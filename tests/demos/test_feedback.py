"""``demos.feedback``: where corrections are kept, what happens when they cannot be, and the question on the tab."""

import re
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from demos import digit, feedback, guard, page
from models import digit as model
from models import store
from models.corrections import Correction, read_corrections
from tests.loopback_hub import READER

ENGLISH = page.translator("en")
CORRECTION = Correction(np.zeros((28, 28), np.uint8), "7", "1", "mlp")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "kept" / "corrections.jsonl"


@pytest.fixture
def keeper(file):
    """A keeper of a file, switched on for this test."""
    kept = feedback.Keeper(file, None)
    feedback.configure(kept)
    yield kept
    feedback.configure(None)


class Scheduler:
    """Stands in for the Hub client's: remembers what it was made with, and what lay in its folder at each commit."""

    def __init__(self, fault=None, **made_with):
        self.fault, self.made_with, self.commits, self.stopped = fault, made_with, [], False
        self.lock = threading.Lock()

    def trigger(self):
        future = Future()
        if self.fault:
            future.set_exception(self.fault)
        else:
            self.commits.append([path.read_text() for path in self.made_with["folder_path"].iterdir()])
            future.set_result(None)
        return future

    def stop(self):
        self.stopped = True


@pytest.fixture
def schedulers(monkeypatch, tmp_path):
    """Let keepers send to a scheduler of ours; returns the schedulers made."""
    made = []

    def schedule(**made_with):
        made.append(Scheduler(**made_with))
        return made[-1]

    monkeypatch.setattr(feedback, "CommitScheduler", schedule)
    monkeypatch.setattr(feedback.tempfile, "tempdir", str(tmp_path))
    return made


# Keeping


def test_corrections_are_appended_to_the_file(keeper, file):
    keeper.add(CORRECTION)
    feedback.Keeper(file, None).add(CORRECTION)
    assert [one.label for one in read_corrections(file)] == ["7", "7"]


def test_many_at_once_leave_whole_lines(keeper, file):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: keeper.add(CORRECTION), range(200)))
    assert len(read_corrections(file)) == 200


def test_a_full_file_takes_no_more_and_loses_nothing(keeper, file, monkeypatch):
    keeper.add(CORRECTION)
    monkeypatch.setattr(feedback, "LARGEST_FILE", 10)
    with pytest.raises(guard.Refusal, match="cannot keep more"):
        keeper.add(CORRECTION)
    assert len(read_corrections(file)) == 1


def test_a_disk_that_fails_is_told_as_a_sentence(keeper, file):
    file.unlink()
    file.mkdir()
    with pytest.raises(guard.Refusal, match="cannot keep more"):
        keeper.add(CORRECTION)


def test_a_file_that_cannot_be_written_is_said_at_the_start(tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path, tmp_path / "file" / "corrections.jsonl"):
        with pytest.raises(ValueError, match=r"--feedback: .* cannot be written"):
            feedback.Keeper(place, None)


# Sending


def test_what_is_sent_lies_in_a_folder_of_its_own_and_the_data_set_is_private(schedulers):
    kept = feedback.Keeper(None, "ada/corrections")
    made = schedulers[0].made_with
    assert (made["repo_id"], made["repo_type"], made["private"]) == ("ada/corrections", "dataset", True)
    kept.add(CORRECTION)
    kept.close()
    assert len(schedulers[0].commits[0]) == 1
    assert '"label": "7"' in schedulers[0].commits[0][0]
    assert schedulers[0].stopped
    assert not made["folder_path"].exists()


def test_file_and_data_set_may_both_be_given(schedulers, file):
    kept = feedback.Keeper(file, "ada/corrections")
    kept.add(CORRECTION)
    kept.close()
    assert len(read_corrections(file)) == 1
    assert len(schedulers[0].commits[0]) == 1


def test_what_the_hub_did_not_take_stays_on_disk_and_is_named(schedulers, capsys):
    kept = feedback.Keeper(None, "ada/corrections")
    kept.add(CORRECTION)
    schedulers[0].fault = OSError("no route")
    kept.close()
    assert str(kept.unsent) in capsys.readouterr().out
    assert len(read_corrections(kept.unsent)) == 1


def test_a_hub_that_refuses_is_said_at_the_start(monkeypatch, tmp_path):
    def refuse(**_made_with):
        raise OSError("401 Client Error\nmore")

    monkeypatch.setattr(feedback, "CommitScheduler", refuse)
    monkeypatch.setattr(feedback.tempfile, "tempdir", str(tmp_path))
    with pytest.raises(ValueError, match=r"does not take ada/corrections \(401 Client Error\).*hf auth login"):
        feedback.Keeper(None, "ada/corrections")
    assert list(tmp_path.iterdir()) == []


def test_corrections_reach_the_hub_through_the_real_client(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(feedback.tempfile, "tempdir", str(tmp_path))
    kept = feedback.Keeper(None, "alice/corrections")
    kept.add(CORRECTION)
    assert kept.close() is True
    repository = hub.repositories["datasets/alice/corrections"]
    (name,) = [name for name in repository.head.files if name.startswith("data/")]
    sent = tmp_path / "sent.jsonl"
    sent.write_bytes(repository.head.files[name])
    assert [one.label for one in read_corrections(sent)] == ["7"]
    assert repository.settings["visibility"] == "private"
    assert not list(tmp_path.glob("hub-feedback-*"))


def test_what_two_starts_sent_is_fetched_as_the_readme_says_and_learned_from(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(feedback.tempfile, "tempdir", str(tmp_path))
    for _start in range(2):
        kept = feedback.Keeper(None, "alice/corrections")
        kept.add(CORRECTION)
        assert kept.close() is True
    readme = (Path(feedback.__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    (fetch,) = re.findall(r"`hf (download [^`]*)`", readme)
    words = fetch.replace("OWNER/NAME", "alice/corrections").split()
    done = subprocess.run(
        [Path(sys.executable).with_name("hf"), *words], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert [one.label for one in read_corrections(tmp_path / words[-1])] == ["7", "7"]


@pytest.mark.parametrize("name", ["foo", "/foo", "foo/", "a b/c", "ada/x/y", "-a/b", "https://hub/ada/x"])
def test_a_data_set_without_an_owner_is_refused_at_once(schedulers, name, tmp_path):
    with pytest.raises(ValueError, match="--feedback-to: a data set on the Hub is named OWNER/NAME"):
        feedback.Keeper(None, name)
    assert schedulers == [] and list(tmp_path.iterdir()) == []


def test_a_token_that_may_not_write_is_said_at_the_start(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(feedback.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("HF_TOKEN", READER)
    with pytest.raises(ValueError, match="hf auth login"):
        feedback.Keeper(None, "alice/corrections")


def test_a_hub_that_hangs_does_not_hold_up_the_end(hub, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(feedback.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(feedback, "SENDING_SECONDS", 0.5)
    kept = feedback.Keeper(None, "alice/corrections")
    kept.add(CORRECTION)
    hub.hang(kind="commit")
    began = time.monotonic()
    assert kept.close() is False
    assert time.monotonic() - began < 3
    assert "did not take" in capsys.readouterr().out
    hub.mend()


# The question


@pytest.fixture
def reads_a_one(monkeypatch):
    probabilities = dict.fromkeys(model.LABELS, 0.0) | {"1": 1.0}
    monkeypatch.setattr(
        model, "predict", lambda _p, network: model.Reading(probabilities, 1.0, store.read("digit", network))
    )


def seven():
    pixels = np.zeros((28, 28), np.uint8)
    pixels[5:22, 14] = 255
    return pixels


def test_a_correction_is_kept_with_what_the_networks_saw(keeper, file, reads_a_one):
    thanks = digit.correct(seven, "lenet", "7", ENGLISH)
    assert thanks == "Thank you. Kept: this 7 was read as 1."
    (found,) = read_corrections(file)
    assert (found.label, found.answer, found.network) == ("7", "1", "lenet")
    assert np.array_equal(found.pixels, seven())


def test_no_digit_is_a_correction_too(keeper, file, reads_a_one):
    assert "no digit" in digit.correct(seven, "mlp", digit.NONE, ENGLISH)
    assert read_corrections(file)[0].label is None


@pytest.mark.parametrize("said", [None, "", "ten", 7, ["7"], "none of it"])
def test_another_label_is_refused_and_nothing_kept(keeper, file, reads_a_one, said):
    with pytest.raises(guard.Refusal, match="choose one of"):
        digit.correct(seven, "mlp", said, ENGLISH)
    assert file.read_text() == ""


def test_without_a_drawing_nothing_is_kept(keeper, file, reads_a_one):
    with pytest.raises(guard.Refusal, match="first"):
        digit.correct(lambda: digit.read_drawing(None), "mlp", "7", ENGLISH)
    assert file.read_text() == ""


def questions(tab):
    return [block for block in tab.blocks.values() if isinstance(block, gr.Radio) and "Wrong?" in str(block.label)]


def test_the_tab_asks_only_where_corrections_are_kept(file):
    assert questions(digit.build("en")) == []
    feedback.configure(feedback.Keeper(file, None))
    try:
        (question,) = questions(digit.build("en"))
        assert [value for _name, value in question.choices] == [*model.LABELS, digit.NONE]
        assert "kept" in question.info
        assert "kept" in page.footer(ENGLISH)
    finally:
        feedback.configure(None)
    assert "goes nowhere else" in page.footer(ENGLISH)
