"""What is measured of the image networks: calibration, certainty, refusals, photographs."""

import argparse
import json

import numpy as np
import pytest
from PIL import Image

from models import image as image_model
from models import store
from tests.training.made_pictures import made_cifar
from training import image, image_others, image_photos, run
from training.data import DataError
from training.image_batches import split
from training.image_learning import Settings
from training.image_measures import Material, answering, certainty, failures_table, measure, refusal_threshold
from training.image_photos import Photo

SURE, UNSURE = [0.91] + [0.01] * 9, [0.1] * 10


def answers(sure):
    """Probabilities [n, 10]: for True one class has nearly all, for False all are alike."""
    return np.array([SURE if one else UNSURE for one in sure])


def bright(images):
    """A network that is sure of bright pictures: they are aeroplanes."""
    return answers(images.mean(axis=(1, 2, 3)) > 100)


def material(known, others):
    """Test images that are bright where ``known`` is True, labelled as aeroplanes, and others alike."""

    def pictures(are_bright):
        return np.array([np.full((32, 32, 3), 200 if one else 20, np.uint8) for one in are_bright])

    images, labels = pictures(known), np.zeros(len(known), int)
    cifar = split(made_cifar(), 60)._replace(test_images=images, test_labels=labels)
    return Material(cifar, {kind: pictures(values) for kind, values in others.items()}, [])


# Certainty, failures


def test_certain_answers_are_counted_from_the_threshold_on():
    confidence = np.array([0.9, image_model.SURE, image_model.SURE - 0.05, 0.2])
    assert [*certainty(confidence, np.array([True, False, True, True])).values()] == ["50.0%", "50.0%"]
    assert [*certainty(np.array([0.2]), np.array([True])).values()] == ["0.0%", "none"]


def test_failures_are_told_in_words_since_the_pictures_may_not_be_shown():
    probabilities = answers([True, True, False])
    table = failures_table(probabilities, np.array([0, 3, 0]))
    assert table["rows"] == [["1", "cat", "airplane", "91.0%"]]


# None of the ten


def test_a_picture_is_the_less_familiar_the_more_classes_share_the_probability():
    certain, sure, split_in_two, unsure = [1.0] + [0.0] * 9, SURE, [0.5, 0.5] + [0.0] * 8, UNSURE
    scores = image_model.familiarity(np.array([certain, split_in_two, sure, unsure]))
    assert scores[0] == 0 and np.all(np.diff(scores) < 0)
    assert scores[3] == pytest.approx(-10 * 0.09**0.1)
    assert image_model.familiarity(np.float32([1.0000001] + [0.0] * 9)) == 0


def test_one_in_twenty_validation_images_may_be_refused():
    probabilities = np.full((1000, 10), 0.1)
    probabilities[:, 0] += np.linspace(0.001, 0.8, 1000)
    probabilities[:, 1:] -= np.linspace(0.001, 0.8, 1000)[:, None] / 9
    least = refusal_threshold(probabilities)
    refused = (image_model.familiarity(probabilities) < least).mean()
    assert 0.048 <= refused <= 0.05


def test_refusals_are_counted_per_kind_beside_those_of_the_test_images():
    kinds = {"dark": [False, False, False, True], image_others.CLOTHES: [False, True]}
    metrics, _pictures = measure(bright, material([True] * 9 + [False], kinds), -7.0)
    assert metrics["refused"]["test images of CIFAR-10"] == {"n": 10, "refused": 1, "auroc": None}
    dark = metrics["refused"]["dark"]
    assert (dark["n"], dark["refused"]) == (4, 3)
    assert dark["auroc"] == pytest.approx(0.9 * (0.75 + 0.25 / 2) + 0.1 * 0.75 / 2, abs=1e-4)
    (figure,) = metrics["measured"]
    assert (figure["metric"], figure["value"], figure["n"]) == ("refused", 0.5, 2)
    assert metrics["refuses_below"] == -7.0
    assert ["dark", 4, "75.0%", dark["auroc"]] in metrics["tables"][-1]["rows"]


def test_a_network_without_a_threshold_refuses_nothing_and_is_not_asked():
    metrics, pictures = measure(bright, material([True, False], {}), None)
    assert "refuses_below" not in metrics and "refused" not in metrics and metrics["measured"] == []
    assert pictures["reliability.png"].startswith(b"\x89PNG")
    assert metrics["calibration"]["error"] == pytest.approx((abs(0.91 - 1) + abs(0.1 - 1)) / 2)


def test_images_are_answered_in_parts_as_the_network_takes_them():
    seen = []

    class Model:
        def predict_on_batch(self, batch):
            seen.append((batch.dtype, batch.shape))
            return batch[:, :10]

    answer = answering(Model(), lambda images: images.reshape(len(images), -1) / 2)
    images = np.random.default_rng(1).integers(0, 256, (300, 32, 32, 3)).astype(np.uint8)
    assert np.array_equal(answer(images), images.reshape(300, -1)[:, :10].astype(np.float32) / 2)
    assert seen == [(np.float32, (250, 3072)), (np.float32, (50, 3072))]


# Pictures of other things


def test_drawings_and_patterns_are_always_the_same_and_differ_from_each_other():
    drawn = image_others.draw(image_others.DRAWINGS)
    assert (drawn.dtype, drawn.shape) == (np.uint8, (40 * len(image_others.DRAWINGS), 32, 32, 3))
    assert np.array_equal(drawn, image_others.draw(image_others.DRAWINGS))
    patterns = image_others.draw(image_others.PATTERNS)
    everything = np.concatenate([drawn, patterns]).reshape(len(drawn) + len(patterns), -1)
    assert len(np.unique(everything, axis=0)) == len(everything)


def test_every_package_comes_with_its_photographs_and_each_is_cut_into_nine_squares():
    for sources, count in ((image_others.PHOTOGRAPHS, 45), (image_others.BIG_CATS, 27)):
        squares = image_others.cut_photographs(sources)
        assert squares.shape == (count, 32, 32, 3)
        assert len(np.unique(squares.reshape(count, -1), axis=0)) == count


def test_a_photograph_that_is_missing_is_said_in_a_sentence():
    with pytest.raises(DataError, match=r"sklearn should come with nothing\.jpg"):
        image_others.cut_photographs({"sklearn": ("nothing.jpg",)})


def test_grey_pictures_keep_their_brightness():
    grey = image_others.enlarge(np.full((2, 28, 28), 90, np.uint8))
    assert grey.shape == (2, 32, 32, 3) and np.all(grey == 90)


# Photographs


@pytest.fixture
def album(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, colour in (("airplane_01.png", 200), ("airplane_02.png", 20), ("ship_01.png", 200)):
        Image.new("RGB", (60, 40), (colour,) * 3).save(folder / name)
    return folder


def test_photographs_are_named_after_their_class(album):
    photos = image_photos.load_photos(album)
    assert [(photo.name, photo.label) for photo in photos] == [
        ("airplane_01.png", "airplane"),
        ("airplane_02.png", "airplane"),
        ("ship_01.png", "ship"),
    ]


def test_a_photograph_stands_upright(album):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 40)).save(album / "cat_1.jpg", exif=exif)
    assert image_photos.load_photos(album)[2].picture.size == (40, 60)


def test_a_folder_without_photographs_or_with_strange_ones_is_refused(album, tmp_path):
    with pytest.raises(DataError, match="has no photographs"):
        image_photos.load_photos(tmp_path)
    (album / "ship_02.jpg").write_bytes(b"text")
    with pytest.raises(DataError, match=r"ship_02.jpg cannot be read"):
        image_photos.load_photos(album)
    (album / "ship_02.jpg").unlink()
    Image.new("RGB", (9, 9)).save(album / "unicorn_1.png")
    with pytest.raises(DataError, match="must begin with one of"):
        image_photos.load_photos(album)


def test_the_share_right_is_printed_with_its_interval(album, monkeypatch, capsys):
    folder = store.Folder(album, "image", "resnet", {"refuses_below": -7.0}, "local")

    def read(picture, network):
        probabilities = bright(np.asarray(picture)[np.newaxis])[0]
        return image_model.Reading(dict(zip(image_model.LABELS, probabilities, strict=True)), 1.0, folder)

    monkeypatch.setattr(image_model, "read", read)
    found = image_photos.measure(image_photos.load_photos(album), "resnet")
    assert (found["right"], found["total"], found["refused"]) == (2, 3, 1)
    assert found["interval95"] == run.accuracy_interval(2, 3)
    assert found["log_probability"] == pytest.approx((np.log(0.91) + np.log(0.1) + np.log(0.01)) / 3)
    printed = capsys.readouterr().out
    assert "ship_01.png" in printed and "WRONG" in printed and "2 of 3 photographs right, 66.7%" in printed


# The whole way


@pytest.fixture(scope="module")
def refusing(tmp_path_factory):
    """A network trained for a moment that refuses: its folder, its material, the root."""
    root = tmp_path_factory.mktemp("refusing")
    grey = np.full((8, 32, 32, 3), 128, np.uint8)
    data = Material(split(made_cifar(), 60), {image_others.CLOTHES: grey}, [])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "CHECKPOINTS", root / "checkpoints")
        patch.setattr(image, "REFUSING", ("lenet",))
        patch.setattr(image.image_patches, "DICTIONARY", 8)
        patch.setattr(image.image_patches, "SAMPLES", 500)
        settings = Settings(3, 16, "adamw", 1e-3, 3, False, 0, 0.0, 0.0)
        flags = argparse.Namespace(seed=1, output=root / "out")
        yield image.produce("lenet", data, settings, flags), data, root / "out"


def test_a_folder_keeps_its_threshold_and_measuring_again_agrees(refusing, capsys):
    folder, data, root = refusing
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["refuses_below"] < 0 and metrics["refused"][image_others.CLOTHES]["n"] == 8
    assert image.measure_again("lenet", data, root)
    assert "refused of clothes" in capsys.readouterr().out


def test_a_finished_folder_is_measured_anew_and_keeps_its_network_and_photographs(refusing):
    folder, data, root = refusing
    before = (folder / "model.keras").read_bytes()
    metrics = json.loads((folder / "metrics.json").read_text())
    photos = [Photo("ship_01.png", "ship", Image.new("RGB", (60, 40)))]
    assert image.renew("lenet", data._replace(photos=photos), root) == folder
    after = json.loads((folder / "metrics.json").read_text())
    assert (folder / "model.keras").read_bytes() == before
    assert after["result"] == metrics["result"] and after["photos"]["total"] == 1
    assert after["measured"][-1]["n"] == 1 and "photographs of any size" in (folder / "README.md").read_text()
    assert image.measure_again("lenet", data._replace(photos=photos), root)


def test_photographs_alone_need_no_data_set(refusing, album, capsys):
    _folder, _data, root = refusing
    assert image.main(["--network", "lenet", "--photos", str(album), "--output", str(root)]) == 0
    assert "of 3 photographs right" in capsys.readouterr().out


def test_photographs_that_cannot_be_had_are_said_in_a_sentence(tmp_path):
    with pytest.raises(SystemExit) as stop:
        image.main(["--network", "lenet", "--photos", str(tmp_path)])
    assert "has no photographs" in str(stop.value)
