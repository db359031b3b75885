import argparse
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from models import digit as digit_model
from models import runtime, store
from models.networks.digit import NETWORKS
from tests.training.made_digits import made_mnist
from training import digit, run
from training.augment import Distort

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data():
    return digit.split(made_mnist(), validation_size=100)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Checkpoints in a folder of the test's own."""
    monkeypatch.setattr(run, "CHECKPOINTS", tmp_path / "checkpoints")
    return tmp_path


def settings(network, **changes):
    return digit.SETTINGS[network]._replace(epochs=6, batch_size=32, **changes)


def flags_for(folder):
    return argparse.Namespace(seed=1, output=folder)


def test_the_three_parts_share_no_image_and_are_always_the_same():
    mnist = made_mnist()
    mnist["x_train"][:, 0, 0] = np.arange(600) % 256
    mnist["x_train"][:, 0, 1] = np.arange(600) // 256
    first, second = digit.split(mnist, 100), digit.split(mnist, 100)
    numbers = [
        images[:, 0, 0, 0] + 256 * images[:, 0, 1, 0] for images in (first.train_images, first.validation_images)
    ]
    assert len(numbers[0]) == 500 and len(numbers[1]) == 100
    assert sorted(np.concatenate(numbers)) == list(range(600))
    assert np.array_equal(first.validation_images, second.validation_images)


def test_mlp_is_the_tutorials_784_64_64_10_on_standardised_pixels():
    model = NETWORKS["mlp"]()
    units = [layer.units for layer in model.layers if isinstance(layer, layers.Dense)]
    assert units == [64, 64, 10]
    assert model.count_params() == 784 * 64 + 64 + 64 * 64 + 64 + 64 * 10 + 10
    standardise = keras.Model(model.inputs, model.get_layer("standardise").output)
    pixels = np.full((1, 28, 28, 1), 33.3184, np.float32)
    assert np.abs(standardise.predict_on_batch(pixels)).max() < 1e-5
    assert np.allclose(standardise.predict_on_batch(pixels + 78.5675), 1, atol=1e-5)


def test_lenet_is_the_tutorials_with_tanh_and_average_pooling():
    model = NETWORKS["lenet"]()
    assert model.count_params() == 61_706
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("AveragePooling2D") == 2 and "MaxPooling2D" not in kinds
    hidden = [layer for layer in model.layers if hasattr(layer, "activation")][:-1]
    assert [layer.activation.__name__ for layer in hidden] == ["tanh"] * 4
    shapes = [tuple(layer.output.shape[1:]) for layer in model.layers]
    assert (28, 28, 6) in shapes and (10, 10, 16) in shapes and (400,) in shapes


def test_convnet_is_small_and_made_of_3x3_convolutions():
    model = NETWORKS["convnet"]()
    convolutions = [layer for layer in model.layers if isinstance(layer, layers.Conv2D)]
    assert [layer.filters for layer in convolutions] == [32, 32, 64, 64, 128, 128]
    assert {layer.kernel_size for layer in convolutions} == {(3, 3)}
    assert model.count_params() == 299_306 < 1_500_000


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_gives_probabilities_of_ten_digits(network):
    output = NETWORKS[network]().predict_on_batch(np.zeros((2, 28, 28, 1), np.float32))
    assert output.shape == (2, 10)
    assert np.allclose(output.sum(axis=1), 1, atol=1e-5)


def test_distortion_is_for_training_only(data):
    images = data.train_images[:64]
    distort = Distort(seed=3)
    assert np.array_equal(keras.ops.convert_to_numpy(distort(images, training=False)), images)
    changed = keras.ops.convert_to_numpy(distort(images, training=True))
    assert changed.shape == images.shape
    assert changed.min() >= 0 and changed.max() <= 255.01
    is_same = np.all(np.isclose(changed, images), axis=(1, 2, 3))
    assert 0 < is_same.sum() < 20  # one in ten is left as it is
    assert 0.5 < changed[~is_same].sum() / images[~is_same].sum() < 2


def test_a_trained_network_survives_being_written_and_read(data, elsewhere):
    folder = digit.produce("mlp", data, settings("mlp"), flags_for(elsewhere / "out"))
    found = store.read("digit", "mlp", elsewhere / "out")
    store.check(found)
    assert {path.name for path in folder.iterdir()} == {
        "model.keras",
        "metrics.json",
        "README.md",
        "history.csv",
        "labels.txt",
    }
    runtime.configure(elsewhere / "out")
    try:
        served = runtime.call("digit", "mlp", data.test_images)
    finally:
        runtime.configure()
    reloaded = keras.models.load_model(folder / "model.keras", compile=False)
    assert np.allclose(served.output, reloaded.predict(data.test_images, verbose=0), atol=1e-5)
    accuracy = float((served.output.argmax(axis=1) == data.test_labels).mean())
    assert accuracy == found.metrics["result"]["value"] > 0.8
    assert not (elsewhere / "checkpoints" / "digit-mlp").exists()


def test_the_test_digits_are_used_once_and_after_training(data, elsewhere, monkeypatch):
    seen = []
    evaluate, train = digit.evaluate, digit.train
    monkeypatch.setattr(digit, "evaluate", lambda *args: seen.append(args[1] is data.test_images) or evaluate(*args))
    monkeypatch.setattr(digit, "train", lambda *args: seen.append("trained") or train(*args))
    digit.produce("mlp", data, settings("mlp")._replace(epochs=1), flags_for(elsewhere / "out"))
    assert seen == ["trained", True]


def test_the_metrics_tell_network_baseline_and_split_as_measured(data, elsewhere):
    digit.produce("lenet", data, settings("lenet")._replace(epochs=2), flags_for(elsewhere / "out"))
    metrics = store.read("digit", "lenet", elsewhere / "out").metrics
    assert metrics["parameters"] == 61_706
    assert metrics["training"]["epochs"] == 2
    assert metrics["dataset"]["train"] == 500 and metrics["dataset"]["test"] == 100
    svm = digit.build_svm().fit(data.train_images.reshape(500, -1) / 255, data.train_labels)
    assert metrics["baseline"]["value"] == svm.score(data.test_images.reshape(100, -1) / 255, data.test_labels)
    card = (elsewhere / "out" / "digit-lenet" / "README.md").read_text()
    assert "model-index" in card and f"{metrics['result']['value'] * 100:.2f} %" in card


def test_measuring_again_agrees_with_the_metrics_and_notices_when_not(data, elsewhere, capsys):
    folder = digit.produce("mlp", data, settings("mlp")._replace(epochs=1), flags_for(elsewhere / "out"))
    assert digit.measure_again("mlp", data, elsewhere / "out")
    metrics = json.loads((folder / "metrics.json").read_text())
    metrics["result"]["value"] += 0.01
    (folder / "metrics.json").write_text(json.dumps(metrics))
    assert not digit.measure_again("mlp", data, elsewhere / "out")
    assert "DIFFERS" in capsys.readouterr().out


def test_accuracy_per_class_and_loss_are_those_worked_by_hand():
    class Fixed:
        def predict(self, images, **kwargs):
            probabilities = np.full((4, 10), 0.0)
            probabilities[[0, 1, 2, 3], [0, 0, 1, 2]] = 0.5
            probabilities[:, 9] += 0.25
            return probabilities

    labels = np.array([0, 0, 0, 2])
    measured = digit.evaluate(Fixed(), np.zeros((4, 28, 28, 1)), labels)
    assert measured["result"]["value"] == 0.75
    assert measured["per_class"] == {"0": pytest.approx(2 / 3), "2": 1.0}
    assert measured["result"]["loss"] == pytest.approx((3 * -np.log(0.5) - np.log(1e-7)) / 4)


def test_wilsons_interval_of_eight_in_ten():
    assert run.accuracy_interval(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)


def test_training_stops_when_the_score_has_not_risen_for_as_long_as_patience():
    assert not run.has_stalled([], 2)
    assert not run.has_stalled([0.1, 0.3, 0.2], 2)
    assert run.has_stalled([0.1, 0.3, 0.2, 0.3], 2)


def test_a_finished_run_trains_no_epoch_more(data, tmp_path):
    short = settings("mlp")._replace(epochs=2)
    digit.train("mlp", data, short, tmp_path, seed=1)
    before = (tmp_path / "history.csv").read_text()
    digit.train("mlp", data, short, tmp_path, seed=1)
    assert (tmp_path / "history.csv").read_text() == before


def test_the_best_epoch_is_kept_not_the_last(data, tmp_path):
    model = digit.train("mlp", data, settings("mlp", learning_rate=0.05), tmp_path, seed=1)
    scores = [row["val_accuracy"] for row in run.read_history(tmp_path)]
    guesses = model.predict(data.validation_images, verbose=0).argmax(axis=1)
    assert (guesses == data.validation_labels).mean() == pytest.approx(max(scores), abs=1e-6)


def test_a_loss_that_is_no_number_is_refused(data, tmp_path):
    with pytest.raises(FloatingPointError, match="no number"):
        digit.train("mlp", data, settings("mlp", learning_rate=1e30), tmp_path, seed=1)


KILLED = """
import sys
from pathlib import Path
from tests.training.made_digits import made_mnist
from training import digit
data = digit.split(made_mnist(), 100)
settings = digit.SETTINGS["lenet"]._replace(epochs=int(sys.argv[2]), batch_size=8, patience=99)
digit.train("lenet", data, settings, Path(sys.argv[1]), 1)
"""


def test_a_run_killed_in_the_middle_goes_on_where_it_stopped(tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path), "400"]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 90
    while len(run.read_history(tmp_path)) < 3 and time.monotonic() < deadline and first.poll() is None:
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    reached = len(run.read_history(tmp_path))
    assert 3 <= reached < 400
    more = str(reached + 3)
    second = subprocess.run([*command[:-1], more], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert second.returncode == 0, second.stderr
    assert "Epoch 1/" not in second.stdout
    epochs = [int(row["epoch"]) for row in run.read_history(tmp_path)]
    assert epochs[-1] == reached + 2
    assert len(second.stdout.split("Epoch ")) - 1 in (3, 4)  # the epoch that was cut off may be done again


def test_the_flags_are_explained(capsys):
    with pytest.raises(SystemExit):
        digit.main(["--help"])
    text = capsys.readouterr().out
    for flag in ("--network", "--epochs", "--data", "--push-to", "--evaluate", "--seed", "--output"):
        assert flag in text


def test_missing_data_is_said_in_a_sentence(tmp_path, monkeypatch):
    def unreachable(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(keras.utils, "get_file", unreachable)
    with pytest.raises(SystemExit) as stop:
        digit.main(["--network", "mlp", "--data", str(tmp_path)])
    assert "--data" in str(stop.value) and "mnist.npz" in str(stop.value)


def test_the_known_input_is_a_seven_that_preprocessing_made():
    image = digit.known_input()
    assert image.shape == (1, 28, 28, 1) and image.max() == 255
    assert digit_model.predict(image[0, ..., 0].astype(np.uint8), "convnet").label == "7"
