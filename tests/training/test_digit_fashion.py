"""The digit networks taught clothes: what they learn from, the folder, and that it can be measured again."""

import argparse
import gzip
import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from models import digit as task
from tests.training.made_digits import made_clothes, made_mnist
from training import data, digit, digit_fashion, run
from training.data import fashion


@pytest.fixture(scope="module")
def clothes():
    return digit_fashion.prepare(made_mnist(), validation_size=100)


@pytest.fixture(scope="module")
def finished(clothes, tmp_path_factory):
    """The folder of a network that was trained for a moment."""
    root = tmp_path_factory.mktemp("fashion")
    settings = digit_fashion.script(digit.SETTINGS).settings["mlp"]._replace(epochs=3, batch_size=32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "CHECKPOINTS", root / "checkpoints")
        return digit_fashion.produce("mlp", clothes, settings, argparse.Namespace(seed=1, output=root / "out"))


def test_the_pictures_pass_through_the_tabs_own_preprocessing():
    arrays = made_mnist(120, 20)
    clothes = digit_fashion.prepare(arrays, 20).pictures
    from PIL import Image

    seen = [task.preprocess(Image.fromarray(255 - picture)) for picture in arrays["x_test"]]
    assert np.array_equal(clothes.test_images[..., 0], np.array(seen, np.float32))
    assert [len(part) for part in (clothes.train_images, clothes.validation_images)] == [100, 20]


def test_pictures_in_which_nothing_is_found_are_left_out_with_their_labels_and_counted():
    arrays = made_mnist(60, 20)
    arrays["x_test"][3] = 0
    found = digit_fashion.prepare(arrays, 10)
    assert found.left_out == 1
    assert np.array_equal(found.pictures.test_labels, np.delete(arrays["y_test"], 3))


def test_nothing_that_is_meant_for_digits_is_used():
    for settings in digit_fashion.script(digit.SETTINGS).settings.values():
        assert not settings.wide and settings.label_smoothing == 0 and settings.learning_rate == 1e-3


def test_the_folder_says_what_it_is_and_how_to_make_it_again(finished):
    metrics = json.loads((finished / "metrics.json").read_text())
    assert finished.name == "digit-fashion-mlp" and metrics["network"] == "fashion-mlp"
    assert metrics["dataset"]["name"] == "Fashion-MNIST" and metrics["dataset"]["test"] == 100
    assert (finished / "labels.txt").read_text().splitlines() == list(fashion.LABELS)
    assert 0 < metrics["baseline"]["value"] <= 1
    card = (finished / "README.md").read_text()
    assert "`python -m training.digit --dataset fashion-mnist --network mlp --evaluate`" in card


def test_it_is_measured_again_and_agrees(finished, clothes):
    assert digit_fashion.measure_again("mlp", clothes, finished.parent)


def test_the_flag_chooses_the_data(monkeypatch):
    chosen = []
    monkeypatch.setattr(digit, "follow", lambda script, flags: chosen.append((script.load_data, flags.networks)) or 0)
    digit.main(["--dataset", "fashion-mnist", "--network", "mlp"])
    digit.main(["--network", "lenet", "--data", "elsewhere"])  # no short form of --dataset
    assert chosen == [(digit_fashion.load_data, ["mlp"]), (digit.load_material, ["lenet"])]


def test_corrections_go_with_digits_only(capsys):
    with pytest.raises(SystemExit):
        digit.main(["--dataset", "fashion-mnist", "--with", "corrections"])
    assert "--dataset mnist only" in capsys.readouterr().err


def test_another_data_set_is_refused():
    with pytest.raises(SystemExit):
        digit.main(["--dataset", "emnist"])


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The four files of a small Fashion-MNIST, and their checksums in place of the official ones."""
    arrays = {"x_train": made_clothes(12), "x_test": made_clothes(6)}
    arrays |= {"y_train": np.arange(12, dtype=np.uint8) % 10, "y_test": np.arange(6, dtype=np.uint8)}
    sources = {}
    for name, source in fashion.FILES.items():
        file = tmp_path / fashion.FOLDER / source.filename
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(gzip.compress(data._as_idx(arrays[name])))
        sources[name] = replace(source, sha256=hashlib.sha256(file.read_bytes()).hexdigest())
    monkeypatch.setattr(fashion, "FILES", sources)
    return arrays


def test_the_four_files_are_read(files, tmp_path):
    found = fashion.load_fashion(tmp_path)
    assert found.keys() == files.keys()
    assert all(np.array_equal(found[name], files[name]) for name in files)


@pytest.mark.parametrize("name", ["x_train", "y_train", "x_test", "y_test"])
def test_a_file_that_is_not_the_official_one_is_refused(files, tmp_path, name):
    file = tmp_path / fashion.FOLDER / fashion.FILES[name].filename
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(data.DataError, match=r"checksum differs"):
        fashion.load_fashion(tmp_path)


def test_the_sources_are_the_authors_own():
    assert all(source.url.startswith(fashion.ADDRESS + "/") for source in fashion.FILES.values())
    assert len({source.sha256 for source in fashion.FILES.values()}) == 4
