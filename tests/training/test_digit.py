import argparse
import json
import shutil

import keras
import numpy as np
import pytest
from keras import layers

from models import digit as digit_model
from models import runtime, store
from models.networks.digit import NETWORKS
from tests.training.made_digits import made_clothes, made_mnist, made_pen_digits
from training import digit, digit_learning, digit_measures, run
from training.augment import Distort
from training.digit_learning import split_writers
from training.digit_measures import Material
from training.script import Script, follow


@pytest.fixture(scope="module")
def data():
    return digit.split(made_mnist(), validation_size=100)


@pytest.fixture(scope="module")
def material(data):
    return Material(data, split_writers(made_pen_digits([1, 7])), made_clothes())


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Checkpoints in a folder of the test's own."""
    monkeypatch.setattr(run, "CHECKPOINTS", tmp_path / "checkpoints")
    return tmp_path


@pytest.fixture(scope="module")
def ours(material, tmp_path_factory):
    """The folder of our own network, trained for a moment."""
    root = tmp_path_factory.mktemp("ours")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "CHECKPOINTS", root / "checkpoints")
        patch.setattr(digit_learning, "TIMES_DRAWN", 1)
        patch.setattr(digit_learning, "NOT_DIGITS", 60)
        patch.setattr(digit_measures, "STRANGE", 12)
        yield digit.produce("convnet", material, settings("convnet")._replace(epochs=2), flags_for(root / "out"))


@pytest.fixture(scope="module")
def finished(material, tmp_path_factory):
    """The folder of a network that never refuses, trained for a moment."""
    root = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "CHECKPOINTS", root / "checkpoints")
        return digit.produce("mlp", material, settings("mlp"), flags_for(root / "out"))


@pytest.fixture
def changed(finished, tmp_path):
    """Write a copy of the folder with other metrics, as ``changed(change)``; return its root."""

    def write(change):
        folder = shutil.copytree(finished, tmp_path / "changed" / finished.name)
        metrics = json.loads((folder / "metrics.json").read_text())
        change(metrics)
        (folder / "metrics.json").write_text(json.dumps(metrics))
        return folder.parent

    return write


def settings(network, **changes):
    return digit.SETTINGS[network]._replace(epochs=6, batch_size=32, **changes)


def flags_for(folder):
    return argparse.Namespace(seed=1, output=folder, corrections=None)


def metrics_of(folder):
    return json.loads((folder / "metrics.json").read_text())


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


def test_convnet_is_small_and_made_of_five_convolutions():
    model = NETWORKS["convnet"]()
    convolutions = [layer for layer in model.layers if isinstance(layer, layers.Conv2D)]
    assert [layer.filters for layer in convolutions] == [32, 96, 96, 192, 192]
    assert [layer.kernel_size for layer in convolutions] == [(5, 5), *[(3, 3)] * 4]
    assert model.count_params() == 628_170 < 1_500_000
    shapes = [tuple(layer.output.shape[1:]) for layer in model.layers if isinstance(layer, layers.MaxPooling2D)]
    assert shapes == [(12, 12, 32), (6, 6, 96), (3, 3, 192)]


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


def test_a_trained_network_survives_being_written_and_read(data, finished):
    found = store.read("digit", "mlp", finished.parent)
    store.check(found)
    assert {path.name for path in finished.iterdir()} - {"failures.png"} == {
        "model.keras",
        "metrics.json",
        "README.md",
        "history.csv",
        "labels.txt",
        "reliability.png",
    }
    runtime.configure(finished.parent)
    try:
        served = runtime.call("digit", "mlp", data.test_images)
    finally:
        runtime.configure()
    reloaded = keras.models.load_model(finished / "model.keras", compile=False)
    assert np.allclose(served.output, reloaded.predict(data.test_images, verbose=0), atol=1e-5)
    accuracy = float((served.output.argmax(axis=1) == data.test_labels).mean())
    assert accuracy == found.metrics["result"]["value"] > 0.8
    assert not (finished.parents[1] / "checkpoints" / "digit-mlp").exists()


def test_the_test_digits_are_used_once_and_after_training(material, elsewhere, monkeypatch):
    seen = []
    measure, train = digit.measure, digit.train
    test_images = material.mnist.test_images
    monkeypatch.setattr(
        digit, "measure", lambda *args: seen.append(args[1].mnist.test_images is test_images) or measure(*args)
    )
    monkeypatch.setattr(digit, "train", lambda *args: seen.append("trained") or train(*args))
    digit.produce("mlp", material, settings("mlp")._replace(epochs=1), flags_for(elsewhere / "out"))
    assert seen == ["trained", True]


def test_the_metrics_tell_network_baseline_and_split_as_measured(data, material, elsewhere):
    digit.produce("lenet", material, settings("lenet")._replace(epochs=2), flags_for(elsewhere / "out"))
    metrics = store.read("digit", "lenet", elsewhere / "out").metrics
    assert metrics["parameters"] == 61_706
    assert metrics["training"]["epochs"] == 2
    assert metrics["dataset"]["train"] == 500 and metrics["dataset"]["test"] == 100
    svm = digit.build_svm().fit(data.train_images.reshape(500, -1) / 255, data.train_labels)
    assert metrics["baseline"]["value"] == svm.score(data.test_images.reshape(100, -1) / 255, data.test_labels)
    assert metrics["latency"]["milliseconds"] > 0
    card = (elsewhere / "out" / "digit-lenet" / "README.md").read_text()
    assert "model-index" in card and f"{metrics['result']['value'] * 100:.2f} %" in card


def test_the_tutorials_networks_never_refuse_and_say_whose_digits_they_know(finished):
    metrics = metrics_of(finished)
    assert "refuses_below" not in metrics and "further" not in metrics
    assert metrics["dataset"]["license"] == "cc-by-sa-3.0"
    assert metrics["dataset"]["people"] == digit.PEOPLE
    assert [measured["n"] for measured in metrics["measured"]] == [12]


# Our own network


def test_ours_states_from_which_probability_on_it_answers_and_what_it_refuses(ours):
    metrics = metrics_of(ours)
    assert 0.1 <= metrics["refuses_below"] <= digit_measures.CEILING
    assert [measured["metric"] for measured in metrics["measured"]] == ["accuracy", "refused", "refused", "refused"]
    assert metrics["calibration"]["error"] >= 0
    assert all((ours / picture["file"]).is_file() for picture in metrics["pictures"])


def test_ours_names_the_people_and_the_licences_of_all_its_digits(ours, material):
    dataset = metrics_of(ours)["dataset"]
    assert dataset["license"] == ["cc-by-sa-3.0", "cc-by-4.0"]
    assert dataset["people"].startswith(digit.PEOPLE)
    assert f"22 people in Turkey drew {len(material.drawn.train)} digits" in dataset["people"]


def test_ours_learns_from_more_digits_where_it_keeps_fewer_for_validation(material, elsewhere, monkeypatch):
    seen = []

    def stop(network, taught, *args):
        seen.append((len(taught.images), len(taught.validation_images)))
        raise KeyboardInterrupt

    monkeypatch.setattr(digit, "train", stop)
    for validation in (100, 40):
        with pytest.raises(KeyboardInterrupt):
            digit.produce("mlp", material, settings("mlp", validation=validation), flags_for(elsewhere / "out"))
    assert seen == [(500, 100), (560, 40)]


def test_the_filters_of_ours_have_the_length_one(ours):
    model = keras.models.load_model(ours / "model.keras", compile=False)
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            kernel = keras.ops.convert_to_numpy(layer.kernel)
            assert np.linalg.norm(kernel.reshape(-1, kernel.shape[-1]), axis=0) == pytest.approx(1, abs=1e-3)


def test_ours_is_measured_again_with_its_threshold(ours, material, capsys):
    assert digit.measure_again("convnet", material, ours.parent)
    printed = capsys.readouterr().out
    assert printed.count("agrees") >= 3 and "DIFFERS" not in printed
    for name in ("drawn digits of writers not trained on", "pictures of clothes"):
        assert name in printed


# Measuring again


def test_measuring_again_agrees_with_the_metrics(finished, material):
    assert digit.measure_again("mlp", material, finished.parent)


def test_measuring_again_notices_another_accuracy(changed, material, capsys):
    root = changed(lambda metrics: metrics["result"].update(value=metrics["result"]["value"] - 0.01))
    assert not digit.measure_again("mlp", material, root)
    assert capsys.readouterr().out.count("DIFFERS") == 1


def test_measuring_again_notices_another_figure_of_the_drawn_digits(changed, material, capsys):
    root = changed(lambda metrics: metrics["measured"][0].update(value=0.123))
    assert not digit.measure_again("mlp", material, root)
    assert capsys.readouterr().out.count("DIFFERS") == 1


def test_figures_are_renewed_and_the_network_stays_byte_for_byte(changed, material, finished):
    root = changed(lambda metrics: metrics["result"].update(value=0.123) or metrics.pop("measured"))
    folder = digit.renew("mlp", material, root)
    assert folder == root / "digit-mlp"
    for name in ("model.keras", "history.csv", "labels.txt"):
        assert (folder / name).read_bytes() == (finished / name).read_bytes()
    before, after = metrics_of(finished), metrics_of(folder)
    assert after["result"] == before["result"] and after["measured"] == before["measured"]
    assert after["training"] == before["training"] and after["known"] == before["known"]
    store.check(store.read("digit", "mlp", root))
    assert f"{after['result']['value'] * 100:.2f} %" in (folder / "README.md").read_text()


def test_the_flag_measure_renews_the_figures_and_says_what_is_reached(changed, material, monkeypatch, capsys):
    root = changed(lambda metrics: metrics["result"].update(value=0.123))
    monkeypatch.setattr(digit, "load_material", lambda folder: material)
    assert digit.main(["--network", "mlp", "--measure", "--output", str(root)]) == 0
    reached = metrics_of(root / "digit-mlp")["result"]["value"]
    assert reached != 0.123 and f"{reached * 100:.2f}" in capsys.readouterr().out


def test_the_flag_evaluate_ends_with_one_where_a_figure_differs(changed, material, monkeypatch):
    root = changed(lambda metrics: metrics["result"].update(value=0.123))
    monkeypatch.setattr(digit, "load_material", lambda folder: material)
    assert digit.main(["--network", "mlp", "--evaluate", "--output", str(root)]) == 1


def test_a_script_that_cannot_renew_figures_says_so_in_a_sentence(tmp_path):
    script = Script("house", {}, lambda folder: None, None, None)
    flags = run.parse_flags("", ["dense"], ["--measure", "--output", str(tmp_path)])
    with pytest.raises(SystemExit) as stop:
        follow(script, flags)
    assert str(stop.value) == "training.house writes its figures when it trains; --evaluate compares them."


def test_wilsons_interval_of_eight_in_ten():
    assert run.accuracy_interval(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)


def test_training_stops_when_the_score_has_not_risen_for_as_long_as_patience():
    assert not run.has_stalled([], 2)
    assert not run.has_stalled([0.1, 0.3, 0.2], 2)
    assert run.has_stalled([0.1, 0.3, 0.2, 0.3], 2)


def test_the_flags_are_explained(capsys):
    with pytest.raises(SystemExit):
        digit.main(["--help"])
    text = capsys.readouterr().out
    for flag in ("--network", "--epochs", "--data", "--push-to", "--evaluate", "--measure", "--seed", "--output"):
        assert flag in text
    options = text.split("options:")[1]
    assert "--with PLACE" in options and "--dataset {mnist,fashion-mnist}" in options


def test_missing_data_is_said_in_a_sentence(tmp_path, monkeypatch):
    def unreachable(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(keras.utils, "get_file", unreachable)
    with pytest.raises(SystemExit) as stop:
        digit.main(["--network", "mlp", "--data", str(tmp_path)])
    assert "--data" in str(stop.value) and "mnist.npz" in str(stop.value)


@pytest.mark.parametrize("missing", ["pendigits-orig.tra.Z", "t10k-images-idx3-ubyte.gz"])
def test_each_missing_part_of_the_material_is_named(tmp_path, monkeypatch, missing):
    def unreachable(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(keras.utils, "get_file", unreachable)
    monkeypatch.setattr(digit, "load_mnist", lambda folder: made_mnist(5_001, 10))
    if missing.startswith("t10k"):
        monkeypatch.setattr(digit, "load_pen_digits", lambda folder: made_pen_digits([1]))
    with pytest.raises(SystemExit, match=f"{missing} is not in .*--data"):
        digit.main(["--network", "mlp", "--data", str(tmp_path)])


def test_the_known_input_is_a_seven_that_preprocessing_made():
    image = digit.known_input()
    assert image.shape == (1, 28, 28, 1) and image.max() == 255
    assert digit_model.predict(image[0, ..., 0].astype(np.uint8), "convnet").label == "7"
