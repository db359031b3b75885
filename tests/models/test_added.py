"""``models.added``: somebody's own network is read, checked and refused with a sentence where it does not fit."""

import json
import shutil
import zipfile

import keras
import numpy as np
import pytest
from keras import layers

from models import added, digit, image, runtime, store
from tests.made_network import CLOTHES, classifier, save

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a network of three labels for the digit tab."""
    return save(tmp_path_factory.mktemp("added") / "digit-clothes", classifier())


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / made.name)


@pytest.fixture(autouse=True)
def ours_afterwards():
    yield
    runtime.configure()


def refused(folder, task="digit", taken=digit.NETWORKS):
    with pytest.raises(added.DoesNotFit) as caught:
        added.open_network(added.Place(task, folder), taken)
    return str(caught.value)


def show(*folders, task="digit"):
    opened = [added.open_network(added.Place(task, folder), ()) for folder in folders]
    runtime.configure(added=tuple(opened))
    return opened


# ---- Where it is ----


def test_a_folder_and_a_commit_are_told_apart(folder):
    assert added.parse(f"digit={folder}") == added.Place("digit", folder=folder)
    place = added.parse(f"image=alice/image-birds@{SHA}")
    assert (place.task, place.repo_id, place.commit, place.name) == ("image", "alice/image-birds", SHA, "birds")


@pytest.mark.parametrize("text", ["", "digit", "digit=", "=x", "weather=alice/x@" + SHA])
def test_what_is_no_place_is_refused(text):
    with pytest.raises(added.DoesNotFit, match=r"TASK=OWNER/NAME@SHA|must be one of digit, image"):
        added.parse(text)


@pytest.mark.parametrize(
    "place", ["alice/x", "alice/x@main", "alice/x@v1", f"alice/x@{SHA[:10]}", f"alice/x@{SHA.upper()}"]
)
def test_a_repository_needs_a_full_sha(place):
    with pytest.raises(added.DoesNotFit, match="must name a full commit sha, as in alice/x@ and 40"):
        added.parse(f"digit={place}")


@pytest.mark.parametrize("place", ["nowhere", "no/where/at/all", "../x@" + SHA, "-a/b@" + SHA, "a b/c@" + SHA])
def test_what_is_neither_a_folder_nor_a_repository_is_named(place):
    with pytest.raises(added.DoesNotFit, match="There is no folder"):
        added.parse(f"digit={place}")


def test_a_file_is_told_from_its_folder(folder):
    with pytest.raises(added.DoesNotFit) as caught:
        added.parse(f"digit={folder / 'model.keras'}")
    assert str(caught.value) == f"{folder / 'model.keras'} is a file: name its folder, digit={folder}"


@pytest.mark.parametrize("task", ["house", "forecast", "sentiment", "gan"])
def test_the_other_tabs_say_why_they_cannot(task):
    with pytest.raises(added.DoesNotFit, match=f"No network can be added to {task}: a .*--models"):
        added.parse(f"{task}=alice/x@{SHA}")


# ---- What fits ----


def test_a_network_that_fits_answers_with_its_own_labels(folder):
    (opened,) = show(folder)
    assert digit.networks() == (*digit.NETWORKS, "clothes") and digit.labels_of("clothes") == CLOTHES
    reading = digit.predict(np.full((28, 28), 7, np.uint8), "clothes")
    model = keras.models.load_model(folder / "model.keras")
    expected = model.predict_on_batch(np.full((1, 28, 28, 1), 7, np.float32))[0]
    assert tuple(reading.probabilities) == CLOTHES
    assert np.allclose([*reading.probabilities.values()], expected, atol=1e-5)
    assert reading.is_digit and reading.folder == opened and opened.is_added
    assert opened.metrics["parameters"] == 28 * 28 * 3 + 3


def test_our_networks_answer_as_before(folder):
    show(folder)
    assert digit.labels_of("mlp") == digit.LABELS
    assert tuple(digit.predict(np.zeros((28, 28), np.uint8), "mlp").probabilities) == digit.LABELS


def test_pictures_without_a_channel_are_fine(tmp_path):
    show(save(tmp_path / "flat", classifier((28, 28))))
    assert sum(digit.predict(np.zeros((28, 28), np.uint8), "flat").probabilities.values()) == pytest.approx(1)


def test_an_image_network_answers_and_shows_what_decided(tmp_path):
    show(save(tmp_path / "image-pets", classifier((32, 32, 3), 2), ["cat", "hamster"]), task="image")
    pixels = np.random.default_rng(1).integers(0, 256, (32, 32, 3), np.uint8)
    reading = image.predict(pixels, "pets")
    assert tuple(reading.probabilities) == ("cat", "hamster") and reading.is_known
    assert np.abs(image.heat(pixels, "pets", "hamster")).max() == pytest.approx(1)
    with pytest.raises(ValueError, match="label must be one of cat, hamster"):
        image.heat(pixels, "pets", "ship")


def test_what_the_folder_states_of_itself_is_taken_over_where_it_is_sound(folder):
    stated = {
        "result": {"metric": "accuracy", "value": 0.91, "secret": "x"},
        "dataset": {"name": "Fashion-MNIST", "train": 50_000, "test": 9_000},
        "limits": "<b>Trust me.</b>",
        "curve": {"column": "val_accuracy", "metric": "accuracy"},
        "refuses_below": 0.4,
    }
    (folder / "metrics.json").write_text(json.dumps(stated))
    (folder / "history.csv").write_text("epoch,val_accuracy\n0,0.9\n")
    (opened,) = show(folder)
    assert opened.metrics["result"] == {"metric": "accuracy", "value": 0.91}
    assert opened.metrics["dataset"] == {"name": "Fashion-MNIST", "train": 50_000, "test": 9_000}
    assert opened.metrics["refuses_below"] == 0.4 and "curve" in opened.metrics and "limits" not in opened.metrics


@pytest.mark.parametrize(
    "stated",
    [
        "no json",
        "[]",
        '{"result": 1}',
        '{"result": {"metric": "beauty", "value": 1}, "dataset": {"name": "x", "train": 1, "test": 1}}',
        '{"result": {"metric": "accuracy", "value": NaN}, "dataset": {"name": "x", "train": 1, "test": 1}}',
        '{"result": {"metric": ["accuracy"], "value": 1}, "dataset": {"name": "x", "train": 1, "test": 1}}',
        "[" * 100_000,
    ],
)
def test_metrics_that_make_no_sense_are_left_out(folder, stated):
    (folder / "metrics.json").write_text(stated)
    (opened,) = show(folder)
    assert "result" not in opened.metrics


@pytest.mark.parametrize("history", ["", "epoch\n0\n", "epoch,val_accuracy\n0,much\n"])
def test_a_curve_that_cannot_be_drawn_is_left_out(folder, history):
    sound = {"result": {"metric": "accuracy", "value": 0.9}, "dataset": {"name": "x", "train": 1, "test": 1}}
    curve = {"column": "val_accuracy", "metric": "accuracy"}
    (folder / "metrics.json").write_text(json.dumps(sound | {"curve": curve}))
    (folder / "history.csv").write_text(history)
    (opened,) = show(folder)
    assert "result" in opened.metrics and "curve" not in opened.metrics


def test_its_description_can_be_read(folder):
    (opened,) = show(folder)
    described = json.loads(added.description(opened))
    assert described["class_name"] == "Sequential" and "compile_config" not in described


def test_a_very_long_description_is_cut(folder, monkeypatch):
    monkeypatch.setattr(added, "LONGEST_DESCRIPTION", 100)
    (opened,) = show(folder)
    assert added.description(opened).endswith("\n...") and len(added.description(opened)) == 104


# ---- What does not ----


def test_another_input_is_refused(tmp_path):
    sentence = refused(save(tmp_path / "large", classifier((64, 64, 3))))
    assert "it takes 64×64×3 values, but this tab gives 28×28×1 values." in sentence
    assert str(tmp_path / "large") in sentence
    assert "but this tab gives 32×32×3" in refused(tmp_path / "large", "image")


def test_two_inputs_are_refused(tmp_path):
    first, second = keras.Input((28, 28, 1)), keras.Input((28, 28, 1))
    output = layers.Dense(3, activation="softmax")(layers.Flatten()(layers.Add()([first, second])))
    sentence = refused(save(tmp_path / "two", keras.Model([first, second], output)))
    assert "it takes 2 inputs and must take one, 28×28×1 values." in sentence


def test_another_number_of_outputs_is_refused(tmp_path):
    folder = save(tmp_path / "ten", classifier(classes=10))
    assert "it gives 10 values, but labels.txt has 3 labels." in refused(folder)


def test_logits_are_refused(tmp_path):
    assert "end it in a softmax layer" in refused(save(tmp_path / "logits", classifier(last=None)))


def test_nan_is_refused(tmp_path):
    model = classifier()
    model.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    assert "no probabilities" in refused(save(tmp_path / "nan", model))


def test_without_labels_it_is_refused(folder):
    (folder / "labels.txt").unlink()
    assert "it has no labels.txt" in refused(folder)


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (b"", "must hold 2 to 100 labels"),
        (b"a\na\nb\n", "must hold each label once. It repeats 'a'."),
        (b"\xff\xfe\n", "no text in UTF-8"),
        (b"a\nb\n" + b"c" * 41, "40 characters at most"),
        ("\n".join(map(str, range(101))).encode(), "It has 101"),
    ],
)
def test_labels_that_cannot_be_shown_are_refused(folder, labels, sentence):
    (folder / "labels.txt").write_bytes(labels)
    assert sentence in refused(folder)


def test_without_a_network_it_is_refused(folder):
    (folder / "model.keras").rename(folder / "model.h5")
    assert "it has no model.keras. Save the network with model.save('model.keras')." in refused(folder)


@pytest.mark.parametrize("content", [b"", b"PK", b"\x89HDF\r\n", b"x" * 1000])
def test_another_file_is_refused(folder, content):
    (folder / "model.keras").write_bytes(content)
    assert "no file that Keras 3 saved" in refused(folder)


def test_a_damaged_file_is_refused(folder):
    altered = folder / "altered.keras"
    with zipfile.ZipFile(folder / "model.keras") as source, zipfile.ZipFile(altered, "w") as target:
        for name in source.namelist():
            target.writestr(name, b"no weights" if name.endswith(".h5") else source.read(name))
    altered.replace(folder / "model.keras")
    assert "Keras cannot load model.keras" in refused(folder)


def test_a_lambda_is_refused_and_never_run(tmp_path):
    model = classifier(middle=[layers.Lambda(lambda pixels: pixels * 2)])
    sentence = refused(save(tmp_path / "lambda", model))
    assert "it is made of Lambda, which is not a layer of Keras itself or can run code of others" in sentence


def with_config(folder, change):
    """Rewrite the description inside a Keras file."""
    altered = folder / "altered.keras"
    with zipfile.ZipFile(folder / "model.keras") as source, zipfile.ZipFile(altered, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "config.json":
                config = json.loads(content)
                change(config)
                content = json.dumps(config).encode()
            target.writestr(name, content)
    altered.replace(folder / "model.keras")


@pytest.mark.parametrize(
    "part",
    [
        {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "function"},
        {"module": "keras.utils", "class_name": "get_file", "config": {}},
        {"module": "keras.src.saving.saving_lib", "class_name": "load_model", "config": {}},
        {"module": "mine", "class_name": "Layer", "config": {}, "registered_name": "mine>Layer"},
        {"module": "keras.layers", "class_name": "TFSMLayer", "config": {}},
        {"class_name": "__lambda__", "config": {"value": "abc"}},
        {"module": None, "class_name": "os.system", "config": {}},
        {"module": ["keras"], "class_name": "Dense", "config": {}},
        {"module": "keras.layers", "class_name": {"a": 1}, "config": {}},
    ],
)
def test_what_is_not_keras_own_is_refused_before_anything_is_loaded(folder, part, monkeypatch):
    monkeypatch.setattr(runtime, "examine", lambda file: pytest.fail("it was loaded"))
    with_config(folder, lambda config: config["config"]["layers"].append(part))
    assert "not a layer of Keras itself" in refused(folder)


def test_how_it_was_compiled_does_not_matter(tmp_path):
    model = classifier()
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    assert show(save(tmp_path / "compiled", model))


@pytest.mark.parametrize("name", ["mlp", "digit-convnet"])
def test_a_name_that_is_taken_is_refused(folder, name):
    renamed = folder.rename(folder.with_name(name))
    assert "is taken; those of this tab are " in refused(renamed)


@pytest.mark.parametrize("name", ["two words", "<b>", "-x"])
def test_a_name_that_cannot_be_shown_is_refused(folder, name):
    assert "cannot be the name of a network" in refused(folder.rename(folder.with_name(name)))


# ---- From the Hub ----


def test_one_comes_from_the_hub_at_its_commit(hub, folder):
    sha = hub.put(folder, "alice/digit-clothes")
    hub.put(save(folder.parent / "later", classifier(classes=2), ["a", "b"]), "alice/digit-clothes")
    opened = added.open_network(added.parse(f"digit=alice/digit-clothes@{sha}"), digit.NETWORKS)
    assert (opened.origin, opened.repo_id, opened.revision) == ("hub", "alice/digit-clothes", sha)
    assert opened.metrics["labels"] == list(CLOTHES)


def test_what_is_cached_needs_the_hub_no_more(hub, folder):
    place = added.parse(f"digit=alice/digit-clothes@{hub.put(folder, 'alice/digit-clothes')}")
    added.open_network(place, ())
    with hub.stopped():
        assert added.open_network(place, ()).network == "clothes"


def test_only_what_is_needed_is_downloaded(hub, folder):
    (folder / "evil.py").write_text("print('no')")
    (folder / "other.keras").write_bytes(b"x")
    place = added.parse(f"digit=alice/digit-clothes@{hub.put(folder, 'alice/digit-clothes')}")
    assert {path.name for path in added.open_network(place, ()).path.iterdir()} == {"model.keras", "labels.txt"}


@pytest.mark.parametrize(
    ("status", "sentence"), [(403, "the Hub does not allow it"), (404, "no such repository, or no such commit")]
)
def test_a_refusal_of_the_hub_is_said_in_a_sentence(hub, status, sentence):
    hub.fail(status, code="RepoNotFound" if status == 404 else None)
    with pytest.raises(added.DoesNotFit, match=sentence):
        added.open_network(added.parse(f"digit=alice/digit-clothes@{SHA}"), ())


def test_a_hub_out_of_reach_is_said_in_a_sentence(hub):
    with hub.stopped(), pytest.raises(added.DoesNotFit, match="the Hub cannot be reached; download it"):
        added.open_network(added.parse(f"digit=alice/digit-clothes@{SHA}"), ())


def test_an_added_network_is_not_looked_for_among_the_hubs_models(hub, folder):
    opened = added.open_network(added.Place("digit", folder), ())
    runtime.configure(hub=store.Hub("alice"), added=(opened,))
    digit.predict(np.zeros((28, 28), np.uint8), "clothes")
    assert hub.count() == 0
