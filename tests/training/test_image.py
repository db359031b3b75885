import argparse
import json

import keras
import numpy as np
import pytest

from models import image as image_model
from models import runtime, store
from models.measures import written
from models.networks.image import NETWORKS, PIXEL_MEAN, PIXEL_STD, build_resnet
from tests.training.made_pictures import made_cifar
from training import image, image_learning, image_others, image_patches, image_transfer, run
from training.data import DataError
from training.image_batches import Batches, move, split, whitening_kernel
from training.image_measures import Material
from training.muon import ConvolutionMuon
from training.splits import with_validation_of


@pytest.fixture(scope="module")
def data():
    return split(made_cifar(), validation_size=60)


@pytest.fixture(scope="module")
def material(data):
    plain = np.full((8, 32, 32, 3), 128, np.uint8)
    return Material(data, {"grey": plain, image_others.CLOTHES: plain[:4]}, [])


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Checkpoints in a folder of the test's own, and a baseline that takes a moment."""
    monkeypatch.setattr(run, "CHECKPOINTS", tmp_path / "checkpoints")
    monkeypatch.setattr(image_patches, "DICTIONARY", 8)
    monkeypatch.setattr(image_patches, "SAMPLES", 500)
    return tmp_path


@pytest.fixture(scope="module")
def lenet(material, tmp_path_factory):
    """A LeNet trained for a moment: its folder, below the root that the second value names."""
    root = tmp_path_factory.mktemp("lenet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "CHECKPOINTS", root / "checkpoints")
        patch.setattr(image_patches, "DICTIONARY", 8)
        patch.setattr(image_patches, "SAMPLES", 500)
        return image.produce("lenet", material, settings("lenet", epochs=8), flags_for(root / "out")), root


def settings(network, **changes):
    return image.SETTINGS[network]._replace(**{"epochs": 2, "batch_size": 16} | changes)


def flags_for(folder):
    return argparse.Namespace(seed=1, output=folder)


# The three parts, and the batches


def test_the_three_parts_share_no_image_and_are_always_the_same():
    cifar = made_cifar()
    cifar["x_train"][:, 0, 0, 0] = np.arange(300) % 256
    cifar["x_train"][:, 0, 1, 0] = np.arange(300) // 256
    first, second = split(cifar, 60), split(cifar, 60)
    numbers = [
        images[:, 0, 0, 0] + 256 * images[:, 0, 1, 0].astype(int)
        for images in (first.train_images, first.validation_images)
    ]
    assert (len(numbers[0]), len(numbers[1])) == (240, 60)
    assert sorted(np.concatenate(numbers)) == list(range(300))
    assert np.array_equal(first.validation_images, second.validation_images)


def numbered(count):
    """Images that tell their number (red), row (green) and column (blue)."""
    images = np.zeros((count, 32, 32, 3), np.uint8)
    images[..., 0] = np.arange(count)[:, None, None]
    images[..., 1] = np.arange(32)[:, None]
    images[..., 2] = np.arange(32)
    return images


def test_a_smaller_validation_part_gives_the_others_to_training():
    data = split(made_cifar(), 60)
    smaller = with_validation_of(data, 20)
    assert (len(smaller.train_images), len(smaller.validation_images)) == (280, 20)
    assert np.array_equal(smaller.validation_images, data.validation_images[-20:])
    assert np.array_equal(smaller.train_labels[240:], data.validation_labels[:40])
    assert np.array_equal(with_validation_of(data, 100).train_images, data.train_images)


def test_an_epoch_holds_every_image_once_with_its_own_label():
    batches = Batches(numbered(50), np.arange(50) % 10, 16, shift=2, seed=3)
    parts = [batches[index] for index in range(len(batches))]
    images = np.concatenate([images for images, _labels in parts])
    labels = np.concatenate([labels for _images, labels in parts])
    assert [len(part[0]) for part in parts] == [16, 16, 16, 2]
    numbers = images[:, 0, 0, 0].astype(int)
    assert sorted(numbers) == list(range(50)) and np.array_equal(labels.argmax(axis=1), numbers % 10)
    assert (images.dtype, images.shape[1:]) == (np.float32, (32, 32, 3))


def is_mirrored(batches):
    """Image number -> whether the epoch shows it mirrored."""
    images = np.concatenate([batches[index][0] for index in range(len(batches))])
    return {int(one[0, 0, 0]): one[16, 10, 2] > one[16, 20, 2] for one in images}


def test_mirroring_alternates_from_epoch_to_epoch_and_half_start_mirrored():
    batches = Batches(numbered(100), np.zeros(100, int), 20, shift=2, seed=3)
    first = is_mirrored(batches)
    batches.on_epoch_end()
    second = is_mirrored(batches)
    assert 30 < sum(first.values()) < 70
    assert all(first[number] != second[number] for number in range(100))


def test_images_move_by_at_most_two_pixels_each_way():
    batches = Batches(numbered(100), np.zeros(100, int), 100, shift=2, seed=3)
    images = batches[0][0]
    rows = images[:, 16, 16, 1] - 16
    assert set(rows) == {-2, -1, 0, 1, 2}


def test_without_augmentation_images_stay_as_they_are():
    images = numbered(10)
    shown, _labels = Batches(images, np.zeros(10, int), 10, shift=0, seed=3)[0]
    assert np.array_equal(shown[np.argsort(shown[:, 0, 0, 0])], images)


def test_a_run_that_was_stopped_goes_on_with_the_batches_it_would_have_had():
    images, labels = numbered(30), np.zeros(30, int)
    through = Batches(images, labels, 10, shift=2, seed=3)
    through.on_epoch_end()
    resumed = Batches(images, labels, 10, shift=2, seed=3, epoch=1)
    assert np.array_equal(through[2][0], resumed[2][0])
    assert not np.array_equal(resumed[2][0], Batches(images, labels, 10, shift=2, seed=3)[2][0])


def test_a_window_is_cut_at_its_own_row_and_column():
    padded = np.arange(2 * 36 * 36 * 3).reshape(2, 36, 36, 3)
    cut = move(padded, np.array([[0, 4], [3, 1]]))
    assert np.array_equal(cut[0], padded[0, 0:32, 4:36]) and np.array_equal(cut[1], padded[1, 3:35, 1:33])


def test_whitened_patches_vary_alike_and_independently():
    images = np.random.default_rng(0).normal(120, 40, (200, 32, 32, 3))
    images = np.clip(images + np.random.default_rng(1).normal(0, 40, (200, 1, 1, 3)), 0, 255).astype(np.uint8)
    kernel = whitening_kernel(images)
    assert kernel.shape == (2, 2, 3, 24) and np.array_equal(kernel[..., 12:], -kernel[..., :12])
    standardised = (images.astype(np.float32) - PIXEL_MEAN) / PIXEL_STD
    products = keras.ops.convert_to_numpy(keras.ops.conv(standardised, kernel[..., :12]))
    covariance = np.cov(products.reshape(-1, 12), rowvar=False)
    assert np.abs(covariance - np.eye(12)).max() < 0.02


# Training


def test_a_trained_network_survives_being_written_and_read(data, lenet):
    folder, root = lenet
    found = store.read("image", "lenet", root / "out")
    store.check(found)
    names = {"model.keras", "metrics.json", "README.md", "history.csv", "labels.txt", "reliability.png"}
    assert {path.name for path in folder.iterdir()} == names
    runtime.configure(root / "out")
    try:
        served = runtime.call("image", "lenet", data.test_images).output
        reading = image_model.predict(data.test_images[0], "lenet")
    finally:
        runtime.configure()
    reloaded = keras.models.load_model(folder / "model.keras", compile=False)
    assert np.allclose(served, reloaded.predict(data.test_images.astype(np.float32), verbose=0), atol=1e-5)
    assert reading.label == image_model.LABELS[served[0].argmax()]
    accuracy = float((served.argmax(axis=1) == data.test_labels).mean())
    assert accuracy == found.metrics["result"]["value"] > 0.5
    assert not (root / "checkpoints" / "image-lenet").exists()


def test_the_metrics_tell_network_baseline_and_split_as_measured(data, lenet):
    folder, root = lenet
    metrics = store.read("image", "lenet", root / "out").metrics
    assert metrics["parameters"] == 62_006
    assert (metrics["training"]["epochs"], metrics["training"]["precision"]) == (8, "float32")
    sizes = [metrics["dataset"][part] for part in ("train", "validation", "test")]
    assert sizes == [240, 60, 60]
    assert tuple(metrics["per_class"]) == image_model.LABELS
    assert "refuses_below" not in metrics and metrics["latency"]["milliseconds"] > 0
    assert metrics["baseline"] == json.loads((root / "checkpoints" / "image-patches.json").read_text())
    card = (folder / "README.md").read_text()
    assert "model-index" in card and written("accuracy", metrics["result"]["value"]) in card


def test_measuring_again_agrees_with_the_metrics_and_notices_when_not(material, lenet, tmp_path, capsys):
    folder, root = lenet
    assert image.measure_again("lenet", material, root / "out")
    copy = tmp_path / folder.name
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    metrics = json.loads((copy / "metrics.json").read_text())
    metrics["result"]["value"] += 0.01
    (copy / "metrics.json").write_text(json.dumps(metrics))
    assert not image.measure_again("lenet", material, tmp_path)
    assert "DIFFERS" in capsys.readouterr().out


def test_the_test_images_are_used_once_and_after_training(material, elsewhere, monkeypatch):
    seen = []
    measure, train = image.measure, image.train

    def watch(answer, material, threshold):
        def watched(images):
            if images is material.cifar.test_images:
                seen.append("tested")
            return answer(images)

        return measure(watched, material, threshold)

    monkeypatch.setattr(image, "measure", watch)
    monkeypatch.setattr(image, "train", lambda *args: seen.append("trained") or train(*args))
    image.produce("lenet", material, settings("lenet", epochs=1), flags_for(elsewhere / "out"))
    assert seen == ["trained", "tested"]


def test_resnet_learns_whitened_pictures_and_is_calibrated(data, tmp_path, monkeypatch):
    data = data._replace(train_images=data.train_images[:96], train_labels=data.train_labels[:96])
    calibrated = []
    monkeypatch.setattr(image_learning, "calibrate", lambda model, *rest: calibrated.append(model))
    short = settings("resnet", epochs=2, batch_size=24, learning_rate=0.05)
    model = image_learning.train(NETWORKS["resnet"], data, short, tmp_path, seed=1)
    assert calibrated == [model]
    assert np.allclose(model.get_layer("whiten").get_weights()[0], whitening_kernel(data.train_images), atol=1e-3)
    assert model.get_layer("conv_1a").compute_dtype == "float32"
    losses = [row["loss"] for row in run.read_history(tmp_path)]
    assert losses[1] < losses[0] < 4
    for weights in model.get_weights():
        assert weights.ndim < 2 or np.array_equal(weights, weights.astype(np.float16).astype(np.float32))
    filters = model.get_layer("conv_1a").get_weights()[0]
    assert np.allclose((filters**2).sum(axis=(0, 1, 2)), 1, atol=0.01)


def test_resnet_answers_to_the_mean_of_the_features_of_a_picture_and_its_mirror(data):
    keras.utils.set_random_seed(1)
    both, alone = build_resnet(), build_resnet(mirror=False)
    alone.set_weights(both.get_weights())
    pictures = data.test_images[:3].astype(np.float32)
    answers = both.predict_on_batch(pictures)
    assert np.allclose(answers, both.predict_on_batch(pictures[:, :, ::-1]), atol=1e-5)
    features = keras.Model(alone.inputs, alone.get_layer("scale").output)
    mean = (features.predict_on_batch(pictures) + features.predict_on_batch(pictures[:, :, ::-1])) / 2
    assert np.allclose(answers, keras.ops.convert_to_numpy(alone.layers[-1](mean)), atol=1e-5)
    assert not np.allclose(answers, alone.predict_on_batch(pictures), atol=1e-5)


def test_the_best_epoch_is_kept_not_the_last(data, tmp_path):
    wild = settings("lenet", epochs=6, learning_rate=0.02)
    model = image_learning.train(NETWORKS["lenet"], data, wild, tmp_path, seed=1)
    scores = [row["val_accuracy"] for row in run.read_history(tmp_path)]
    guesses = model.predict(data.validation_images.astype(np.float32), verbose=0).argmax(axis=1)
    assert (guesses == data.validation_labels).mean() == pytest.approx(max(scores), abs=1e-6)


def test_a_finished_run_trains_no_epoch_more(data, tmp_path):
    image_learning.train(NETWORKS["lenet"], data, settings("lenet"), tmp_path, seed=1)
    before = (tmp_path / "history.csv").read_text()
    image_learning.train(NETWORKS["lenet"], data, settings("lenet"), tmp_path, seed=1)
    assert (tmp_path / "history.csv").read_text() == before


def test_a_loss_that_is_no_number_is_refused(data, tmp_path):
    steep = settings("lenet", epochs=1, optimiser="sgd", learning_rate=1e38)
    with pytest.raises(FloatingPointError, match="no number"):
        image_learning.train(NETWORKS["lenet"], data, steep, tmp_path, seed=1)


def rates(chosen, count):
    """The rate at each of 101 steps."""
    optimiser = image_learning._optimiser(chosen, count)
    found = []
    for step in range(101):
        optimiser.iterations.assign(step)
        found.append(float(optimiser.learning_rate))
    return optimiser, found


def test_the_rate_rises_then_falls_to_nothing():
    _optimiser, found = rates(settings("vgg", epochs=10, batch_size=10, learning_rate=0.2), count=100)
    assert found[0] == pytest.approx(0.02) and max(found) == found[30] == pytest.approx(0.2)
    assert found[65] == pytest.approx(0.1) and found[100] == pytest.approx(0, abs=1e-6)


def test_muons_rate_falls_along_a_line():
    optimiser, found = rates(settings("resnet", epochs=10, batch_size=10, learning_rate=0.2), count=100)
    assert isinstance(optimiser, ConvolutionMuon)
    assert np.allclose(found, np.linspace(0.2, 0, 101), atol=1e-6)


def test_only_the_deep_networks_may_train_in_bfloat16():
    for network, chosen in image.SETTINGS.items():
        expected = {"mixed_bfloat16", "float32"} if network in ("vgg", "resnet") else {"float32"}
        assert image_learning.precision(chosen) in expected


# The classical baseline


def test_features_of_patches_are_those_worked_by_hand(data):
    encoder = image_patches.build_encoder(data.train_images, size=5, samples=400)
    features = image_patches.encode(data.train_images[:2], encoder)
    assert features.shape == (2, 8 * 5 + 1) and np.all(features[:, -1] == 1)
    quarter = []
    for top in range(0, 14, 2):
        for left in range(14, 28, 2):
            patch = data.train_images[1, top : top + 6, left : left + 6].reshape(1, -1).astype(np.float64)
            product = image_patches.normalise(patch) @ encoder.kernel.reshape(-1, 5) - encoder.offset
            quarter.append(np.maximum(product[0] - image_patches.THRESHOLD, 0))
    assert np.allclose(features[1, 5:10], np.mean(quarter, axis=0), atol=1e-3)  # above on the right, positive


def test_the_baseline_learns_the_made_pictures_and_is_not_measured_twice(data, elsewhere):
    cache = elsewhere / "baseline.json"
    found = image_patches.measure(data, cache)
    assert found["value"] > 0.6 and found["ridge"] in image_patches.RIDGES
    spoiled = data._replace(test_labels=(data.test_labels + 1) % 10)
    assert image_patches.measure(spoiled, cache) == found


# Transfer learning


def tiny_backbone():
    """An untrained ResNet-50 in small: 48x48 pixels to eight features."""
    keras.utils.set_random_seed(5)
    return keras.Sequential(
        [
            keras.Input((48, 48, 3)),
            keras.layers.Rescaling(1 / 128),
            keras.layers.Conv2D(8, 7, strides=4, activation="relu"),
            keras.layers.AveragePooling2D(4),
            keras.layers.Flatten(),
        ]
    )


def test_transfer_trains_a_head_on_a_frozen_backbone(material, elsewhere, monkeypatch, capsys):
    backbone = tiny_backbone()
    before = [weights.copy() for weights in backbone.get_weights()]
    monkeypatch.setattr(image_transfer, "load_backbone", lambda: backbone)
    chosen = settings("transfer", epochs=12, learning_rate=0.01)
    folder = image.produce("transfer", material, chosen, flags_for(elsewhere / "out"))
    assert all(np.array_equal(one, other) for one, other in zip(before, backbone.get_weights(), strict=True))
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["result"]["value"] > 0.3
    assert metrics["parameters"] == 32 * 10 + 10 and "ResNet50" in metrics["input"]
    assert image.measure_again("transfer", material, elsewhere / "out")


def test_a_backbone_sees_enlarged_pictures_in_the_form_it_learned():
    seen = []

    class Backbone:
        input_shape = (None, 64, 64, 3)

        def predict_on_batch(self, batch):
            seen.append(batch)
            return np.zeros((len(batch), 2), np.float32)

    red = np.zeros((3, 32, 32, 3), np.uint8)
    red[..., 0] = 255
    features = image_transfer.encode(red, Backbone())
    assert features.shape == (3, 2) and seen[0].shape == (3, 64, 64, 3)
    # ImageNet's means are subtracted, blue comes first: https://keras.io/api/applications/resnet/
    assert np.allclose(seen[0][0, 0, 0], [-103.939, -116.779, 255 - 123.68], atol=1e-3)


def test_resnet_50_ends_in_features_not_in_imagenets_classes(monkeypatch):
    asked = {}
    monkeypatch.setattr(keras.applications, "ResNet50", lambda **given: asked.update(given) or "a backbone")
    assert image_transfer.load_backbone() == "a backbone"
    assert asked["include_top"] is False and asked["pooling"] == "avg" and asked["weights"] == "imagenet"


def test_weights_that_cannot_be_downloaded_are_said_in_a_sentence(monkeypatch):
    def unreachable(**given):
        raise OSError("no route to host")

    monkeypatch.setattr(keras.applications, "ResNet50", unreachable)
    with pytest.raises(DataError, match=r"could not be downloaded.*Connect to the internet"):
        image_transfer.load_backbone()


# The command


def test_all_means_the_networks_of_the_tab_and_transfer_is_asked_for_by_name():
    assert set(image.parse_flags([]).networks) == set(image_model.NETWORKS)
    assert image.parse_flags(["--network", "transfer"]).networks == ["transfer"]


def test_missing_data_is_said_in_a_sentence(tmp_path, monkeypatch):
    def unreachable(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(keras.utils, "get_file", unreachable)
    with pytest.raises(SystemExit) as stop:
        image.main(["--network", "cnn", "--data", str(tmp_path)])
    assert "--data" in str(stop.value) and "cifar-10-python.tar.gz" in str(stop.value)


def test_every_network_has_settings_a_summary_and_two_sentences_of_limits():
    for network in [*image_model.NETWORKS, "transfer"]:
        assert image.SETTINGS[network].epochs > 0 and image.SUMMARY[network]
        assert image.LIMITS[network].count(". ") == 1 and image.LIMITS[network].endswith(".")


def test_the_known_input_is_a_drawing_of_our_own_as_the_networks_see_it():
    picture = image.known_input()
    assert (picture.dtype, picture.shape) == (np.float32, (1, 32, 32, 3))
    assert picture[0, 0, 31].tolist() == [120, 170, 225]
    assert picture[0, 15, 16].min() > 220
