"""The embedded folders are whole, small, and say what their card says."""

import pytest

from models import digit, runtime, store
from training.card import build_card

FOLDERS = sorted(path for path in store.PRETRAINED.iterdir() if path.is_dir())
LEAST = {"digit-convnet": 0.995, "digit-lenet": 0.98, "digit-mlp": 0.97}


def read(path):
    task, _, network = path.name.partition("-")
    return store.read(task, network)


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_a_folder_holds_exactly_what_its_metrics_list_each_under_10_mb(path):
    folder = read(path)
    store.check(folder)
    assert {file.name for file in path.iterdir()} == {*folder.metrics["files"], "metrics.json"}
    assert all(file.stat().st_size < 10 * 2**20 for file in path.iterdir())
    assert store.sha256(path / "README.md") == folder.metrics["files"]["README.md"]["sha256"]


def test_all_folders_together_stay_under_80_mb():
    assert sum(file.stat().st_size for path in FOLDERS for file in path.iterdir()) < 80 * 2**20


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_the_card_is_made_from_the_metrics(path):
    assert (path / "README.md").read_text(encoding="utf-8") == build_card(read(path).metrics)


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_the_metrics_name_data_baseline_interval_and_machine(path):
    metrics = read(path).metrics
    low, high = metrics["result"]["interval95"]
    assert low < metrics["result"]["value"] < high
    assert metrics["result"]["value"] >= LEAST[path.name]
    assert 0.98 < metrics["baseline"]["value"] < 0.99
    assert metrics["dataset"]["test"] == 10_000
    assert metrics["training"]["seconds"] > 0 and "cores" in metrics["training"]["machine"]
    assert metrics["limits"].count(".") == 2


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_the_curve_has_a_row_per_epoch(path):
    folder = read(path)
    curve = store.history(folder)
    assert curve["epoch"] == list(range(folder.metrics["training"]["epochs"]))
    assert len(curve["val_accuracy"]) == len(curve["loss"]) == len(curve["epoch"])


@pytest.mark.parametrize("network", digit.NETWORKS)
def test_an_embedded_network_gives_its_known_answer(network):
    import numpy as np

    known = store.read("digit", network).metrics["known"]
    answer = runtime.call("digit", network, np.asarray(known["input"], np.float32))
    assert np.abs(answer.output - np.asarray(known["output"])).max() < known["tolerance"]
    assert answer.folder.origin == "embedded"
