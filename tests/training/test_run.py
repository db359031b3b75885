"""``training.run``: what was measured later is added to a finished folder, and how long an answer takes."""

import json

import keras
import numpy as np
import pytest

from models import store
from tests.model_folders import flip_last_byte
from tests.tiny_model import build_tiny_network, write_tiny_folder
from training import rewrite, run
from training.card import build_card


@pytest.fixture
def folder(tmp_path):
    return write_tiny_folder(tmp_path)


def test_a_folder_takes_up_figures_and_files_and_its_card_follows(folder):
    before = (folder / "model.keras").read_bytes()
    found = run.update_folder(folder, {"confusions": [["4", "9", 7]]}, {"reliability.png": b"a picture"})
    assert found == folder and (folder / "model.keras").read_bytes() == before
    read = store.read("digit", "mlp", folder.parent)
    store.check(read)
    assert read.metrics["confusions"] == [["4", "9", 7]] and "reliability.png" in read.metrics["files"]
    card = (folder / "README.md").read_text()
    assert "| 4 | 9 | 7 |" in card and card == build_card(read.metrics)
    assert store.sha256(folder / "README.md") == read.metrics["files"]["README.md"]["sha256"]
    assert [path.name for path in folder.parent.glob("*mlp*")] == ["digit-mlp"]


def test_a_damaged_folder_is_not_written_over(folder):
    flip_last_byte(folder / "model.keras")
    before = (folder / "metrics.json").read_text()
    with pytest.raises(store.BrokenFolder):
        run.update_folder(folder, {"confusions": []})
    assert (folder / "metrics.json").read_text() == before


def test_cards_are_written_anew_and_nothing_else_changes(folder, capsys):
    metrics = json.loads((folder / "metrics.json").read_text())
    (folder / "README.md").write_text("an old card")
    assert rewrite.main([str(folder)]) == 0
    assert json.loads((folder / "metrics.json").read_text()) == metrics
    assert (folder / "README.md").read_text() == build_card(metrics)


def test_latency_is_the_median_of_as_many_calls_as_it_says():
    found = run.latency(build_tiny_network(), (np.zeros((1, 28, 28, 1)),), calls=20)
    assert 0 < found["milliseconds"] <= found["p95"] < 1000
    assert found["calls"] == 20 and f"Keras {keras.__version__}" in found["machine"]
