"""The embedded folders are whole, small, and say what their card says."""

import numpy as np
import pytest

from models import runtime, store
from models.measures import MEASURES
from training.card import build_card

FOLDERS = sorted(path for path in store.PRETRAINED.iterdir() if path.is_dir())
# What each committed network must at least be measured with.
WORST = {"digit-convnet": 0.997, "digit-lenet": 0.98, "digit-mlp": 0.97}
WORST |= {"image-resnet": 0.94, "image-vgg": 0.76, "image-cnn": 0.69, "image-lenet": 0.53}
WORST |= {"house-tabm": 0.9, "house-dense": 0.88}
WORST |= {"forecast-combiner": 0.67, "forecast-lstm": 2, "forecast-gru": 2, "forecast-rnn": 2}
WORST |= {"sentiment-regions": 0.915, "sentiment-lstm": 0.86, "sentiment-rnn": 0.82}
WORST |= {"gan-dcgan": 0.98, "gan-mlp": 25}


def read(path):
    task, _, network = path.name.partition("-")
    return store.read(task, network)


def is_good_enough(result, worst):
    higher = MEASURES[result["metric"]].higher_is_better
    return result["value"] >= worst if higher else result["value"] <= worst


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
    assert is_good_enough(metrics["result"], WORST[path.name])
    assert metrics["baseline"]["value"] > 0 and metrics["dataset"]["test"] > 100
    assert metrics["training"]["seconds"] > 0 and "cores" in metrics["training"]["machine"]
    assert metrics["limits"].count(".") == 2


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_the_curve_has_a_row_per_epoch(path):
    folder = read(path)
    curve = store.history(folder)
    assert curve["epoch"] == list(range(folder.metrics["training"]["epochs"]))
    assert len(curve[folder.metrics["curve"]["column"]]) == len(curve["epoch"])
    assert folder.metrics["curve"]["metric"] in MEASURES


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_an_embedded_network_gives_its_known_answers(path):
    folder = read(path)
    for part, known in folder.metrics["known"].items():
        inputs = map(np.asarray, known["inputs"])
        answer = runtime.call(folder.task, folder.network, *inputs, part=part)
        outputs = answer.output if isinstance(answer.output, tuple) else (answer.output,)
        for output, expected in zip(outputs, known["outputs"], strict=True):
            assert np.abs(output - np.asarray(expected)).max() < known["tolerance"]
        assert answer.folder.origin == "embedded"
