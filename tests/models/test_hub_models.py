"""``models.runtime``: loading once, taking turns, and the Hub's folder taking over from the one on disk."""

import logging
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from models import runtime, store
from tests.model_folders import edit_metrics, rewrite

REPO_ID = "alice/digit-mlp"
HUB = store.Hub("alice", "v1")
IMAGES = np.zeros((2, 28, 28, 1), np.float32)
SECONDS = 20  # for what should take a moment, on a busy machine


def wait_until(condition):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "It did not happen."
        time.sleep(0.01)


def hub_threads():
    """The threads of ``models.runtime`` that follow the Hub or wait for its answer."""
    return [thread for thread in threading.enumerate() if thread.name.endswith(("(_follow_hub)", "(run)"))]


@pytest.fixture
def start(hub, monkeypatch):
    """Say where folders are and begin to load; the pauses between tries at the Hub last a moment."""
    monkeypatch.setattr(runtime, "HUB_FIRST_PAUSE", 0.05)
    monkeypatch.setattr(runtime, "HUB_LONGEST_PAUSE", 0.05)

    def configure_and_warm(tasks, root, hub=None):
        runtime.configure(root, hub)
        runtime.warm(tasks)

    yield configure_and_warm
    runtime.configure()
    hub.reset()
    wait_until(lambda: not hub_threads())


@pytest.fixture
def published(hub, start, model_folder):
    """The sha of the folder, published under the tag v1."""
    return hub.put(model_folder, REPO_ID, "v1")


def call():
    return runtime.call("digit", "mlp", IMAGES)


def start_on_disk(start, model_folder, hub=None):
    start({"digit": ("mlp",)}, root=model_folder.parent, hub=hub)


def problem_on_disk():
    """Wait for the word that stands beside the folder on disk."""
    wait_until(lambda: runtime.folder("digit", "mlp").hub_problem)
    folder = runtime.folder("digit", "mlp")
    assert folder.origin == "local"
    return folder.hub_problem


# Loading


def test_a_folder_on_disk_answers_with_probabilities(start, model_folder):
    start_on_disk(start, model_folder)
    answer = call()
    assert answer.output.shape == (2, 10)
    assert answer.output.sum(axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert (answer.folder.origin, answer.folder.hub_problem) == ("local", None)
    assert answer.milliseconds > 0


def test_the_known_input_gives_the_known_answer(start, model_folder):
    start_on_disk(start, model_folder)
    known = store.read("digit", "mlp", model_folder.parent).metrics["known"]["model"]
    answer = runtime.call("digit", "mlp", *map(np.asarray, known["inputs"]))
    assert answer.output == pytest.approx(np.asarray(known["outputs"][0]), abs=known["tolerance"])


@pytest.fixture
def folder_of_two_parts(tmp_path):
    """A folder like the GAN's: one part with two inputs, the other with whole numbers in and two outputs."""
    import keras

    from training import run

    noise, label = keras.Input((3,)), keras.Input((2,))
    generator = keras.Model([noise, label], keras.layers.Concatenate()([noise, label]))
    tokens = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(5, 4)(tokens)
    judge = keras.Model(tokens, [embedded, keras.layers.GlobalAveragePooling1D()(embedded)])
    history = tmp_path / "history.csv"
    history.write_text("epoch,loss\n0,1.0\n")
    parts = {
        "generator": (generator, (np.ones((1, 3), np.float32) / 3, np.zeros((1, 2), np.float32))),
        "judge": (judge, (np.array([[1, 4]], np.int32),)),
    }
    product = run.Product(parts, two_part_metrics(), history, {"labels.txt": "a\n", "shots.png": b"png"})
    return run.write_folder(product, tmp_path)


def two_part_metrics():
    folder = store.read("digit", "mlp")
    kept = (
        "summary",
        "limits",
        "pipeline_tag",
        "input",
        "output",
        "dataset",
        "training",
        "result",
        "baseline",
        "curve",
    )
    return {"task": "digit", "network": "pair"} | {name: folder.metrics[name] for name in kept}


def test_a_folder_may_hold_several_parts_each_with_its_own_inputs_and_outputs(start, folder_of_two_parts):
    start({"digit": ("pair",)}, root=folder_of_two_parts.parent)
    noise, label = np.ones((2, 3)), np.zeros((2, 2))
    assert runtime.call("digit", "pair", noise, label, part="generator").output.shape == (2, 5)
    embedded, mean = runtime.call("digit", "pair", np.array([[1, 2, 3]]), part="judge").output
    assert embedded.shape == (1, 3, 4)
    assert mean == pytest.approx(embedded.mean(axis=1), abs=1e-6)
    with pytest.raises(KeyError, match="model"):
        runtime.call("digit", "pair", noise)


def test_the_parts_of_a_folder_are_counted_together(folder_of_two_parts):
    folder = store.read("digit", "pair", folder_of_two_parts.parent)
    store.check(folder)
    assert store.parts(folder) == ("generator", "judge")
    assert folder.metrics["parameters"] == 5 * 4
    assert {row["part"] for row in folder.metrics["layers"]} == {"generator", "judge"}
    assert (folder.path / "shots.png").read_bytes() == b"png"


def test_eight_who_ask_at_once_load_once(start, model_folder, monkeypatch):
    loads = []
    load = runtime._load
    monkeypatch.setattr(runtime, "_load", lambda folder: loads.append(folder) or load(folder))
    start({}, root=model_folder.parent)
    together = threading.Barrier(8)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: together.wait(SECONDS) is not None and call(), range(8)))
    assert len(loads) == 1
    assert len({answer.output.tobytes() for answer in answers}) == 1


def test_a_network_is_ready_when_it_is_loaded_and_not_before(start, model_folder, monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr(runtime, "_load", lambda folder: go_on.wait(SECONDS) and {"model": lambda inputs: inputs})
    monkeypatch.setattr(runtime, "READY_TIMEOUT", 0.05)
    start_on_disk(start, model_folder)
    assert not runtime.is_ready("digit", "mlp")
    assert runtime.folder("digit", "mlp").path == model_folder
    with pytest.raises(runtime.NotReady, match="digit-mlp"):
        call()
    go_on.set()
    wait_until(lambda: runtime.is_ready("digit", "mlp"))
    assert call().folder.path == model_folder


def test_a_missing_folder_is_unavailable_and_the_log_names_it(start, tmp_path, caplog):
    start({"digit": ("mlp",)}, root=tmp_path)
    with pytest.raises(runtime.Unavailable, match="digit-mlp"):
        call()
    assert str(tmp_path / "digit-mlp") in caplog.text
    assert not runtime.is_ready("digit", "mlp")


def test_an_altered_folder_is_unavailable(start, model_folder):
    (model_folder / "labels.txt").write_text("no labels")
    start_on_disk(start, model_folder)
    with pytest.raises(runtime.Unavailable, match="digit-mlp"):
        call()


def load_changed(model_folder, **changes):
    """Load a folder with changed metrics, which must be refused, and return the sentence."""
    folder = store.read("digit", "mlp", model_folder.parent)
    with pytest.raises(store.BrokenFolder) as caught:
        runtime._load(replace(folder, metrics=folder.metrics | changes))
    assert str(model_folder) in str(caught.value)
    return str(caught.value)


def test_a_network_whose_known_answer_is_off_is_refused(model_folder):
    known = store.read("digit", "mlp", model_folder.parent).metrics["known"]["model"]
    outputs = (np.asarray(known["outputs"]) + 0.01).tolist()
    changed = {"model": known | {"outputs": outputs}}
    assert "known answer of model is off by 0.01" in load_changed(model_folder, known=changed)


def test_a_network_that_answers_nan_is_refused(model_folder):
    import keras

    model = keras.saving.load_model(model_folder / "model.keras", compile=False)
    model.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    model.save(model_folder / "model.keras")
    assert "known answer of model is off by nan" in load_changed(model_folder)


def test_a_network_that_cannot_run_the_known_input_is_refused(model_folder):
    known = store.read("digit", "mlp", model_folder.parent).metrics["known"]["model"]
    changed = {"model": known | {"inputs": [[[1, 2], [3, 4]]]}}
    assert "known input of model cannot be run" in load_changed(model_folder, known=changed)


def test_a_network_with_another_number_of_parameters_is_refused(model_folder):
    assert "7850 parameters" in load_changed(model_folder, parameters=5)


def test_an_archive_that_is_no_network_is_refused(model_folder):
    with zipfile.ZipFile(model_folder / "model.keras", "w") as archive:
        archive.writestr("nothing.txt", "no network")
    assert "Keras cannot load it" in load_changed(model_folder)


# Taking turns


@pytest.fixture
def held(start, model_folder, monkeypatch):
    """Calls of a network that end only when the event is set, two of them under way."""
    go_on, entered = threading.Event(), threading.Semaphore(0)

    def hold(inputs):
        entered.release()
        assert go_on.wait(SECONDS)
        return inputs

    monkeypatch.setattr(runtime, "_load", lambda folder: {"model": hold})
    monkeypatch.setattr(runtime, "TURN_TIMEOUT", 0.05)
    start_on_disk(start, model_folder)
    with ThreadPoolExecutor(runtime.SIMULTANEOUS) as threads:
        calls = [threads.submit(call) for _ in range(runtime.SIMULTANEOUS)]
        for _ in calls:
            assert entered.acquire(timeout=SECONDS)
        yield SimpleNamespace(go_on=go_on, calls=calls)
        go_on.set()


def test_a_third_call_at_once_is_told_that_the_network_is_busy(held):
    with pytest.raises(runtime.Busy, match="digit-mlp"):
        call()


def test_a_turn_is_free_again_when_its_call_has_ended(held):
    held.go_on.set()
    assert all(finished.result(SECONDS).folder.network == "mlp" for finished in held.calls)
    assert call().folder.network == "mlp"


def test_a_call_that_fails_gives_its_turn_back(start, model_folder, monkeypatch):
    monkeypatch.setattr(runtime, "TURN_TIMEOUT", 0.05)
    start_on_disk(start, model_folder)
    for _ in range(runtime.SIMULTANEOUS + 1):
        with pytest.raises(TypeError, match="signature"):
            runtime.call("digit", "mlp", np.zeros((1, 2), np.float32))
    assert call().output.shape == (2, 10)


# The Hub


def test_the_hubs_folder_takes_over_and_names_its_full_sha(published, start, model_folder):
    start_on_disk(start, model_folder, HUB)
    wait_until(lambda: runtime.folder("digit", "mlp").origin == "hub")
    folder = call().folder
    assert (folder.revision, folder.repo_id, folder.hub_problem) == (published, REPO_ID, None)
    assert len(folder.revision) == 40


def test_the_hubs_network_answers_and_not_only_its_folder(hub, start, model_folder, monkeypatch):
    hub.put(model_folder, REPO_ID, "v1")
    monkeypatch.setattr(runtime, "_load", lambda folder: {"model": lambda inputs: folder.origin})
    start_on_disk(start, model_folder, HUB)
    wait_until(lambda: call().output == "hub")


def test_with_the_hub_down_the_folder_on_disk_answers_and_says_why(hub, start, model_folder):
    with hub.stopped():
        start_on_disk(start, model_folder, HUB)
        assert call().folder.origin == "local"
        assert problem_on_disk() == "unreachable"
        assert call().folder.hub_problem == "unreachable"


def test_a_hub_that_comes_up_later_takes_over(hub, published, start, model_folder):
    with hub.stopped():
        start_on_disk(start, model_folder, HUB)
        assert problem_on_disk() == "unreachable"
    wait_until(lambda: runtime.folder("digit", "mlp").origin == "hub")
    assert call().folder.hub_problem is None


def test_a_hub_that_hangs_is_called_slow_and_holds_nobody_up(hub, published, start, model_folder, monkeypatch):
    monkeypatch.setattr(runtime, "HUB_TIMEOUT", 0.2)
    hub.hang()
    start_on_disk(start, model_folder, HUB)
    assert call().folder.origin == "local"
    asked = time.monotonic()
    assert problem_on_disk() == "slow"
    assert time.monotonic() - asked < 4


def test_a_download_that_hangs_is_called_slow(hub, published, start, model_folder, monkeypatch):
    monkeypatch.setattr(runtime, "HUB_TIMEOUT", 0.5)
    hub.hang("resolve")
    start_on_disk(start, model_folder, HUB)
    assert problem_on_disk() == "slow"


@pytest.mark.parametrize(
    ("problem", "fault"),
    [
        ("missing", {"status": 404, "code": "RepoNotFound"}),
        ("forbidden", {"status": 403, "kind": "resolve", "code": "GatedRepo"}),
        ("unreachable", {"status": 500, "kind": "info"}),
    ],
)
def test_what_the_hub_refuses_stands_beside_the_folder_on_disk(hub, published, start, model_folder, problem, fault):
    hub.fail(**fault)
    start_on_disk(start, model_folder, HUB)
    assert problem_on_disk() == problem


def test_wrong_bytes_from_the_hub_are_not_used(hub, published, start, model_folder):
    hub.serve_wrong_bytes(REPO_ID, "model.keras")
    start_on_disk(start, model_folder, HUB)
    assert problem_on_disk() == "broken"
    assert call().folder.origin == "local"


@pytest.mark.parametrize("changes", [{"known": {"model": {"inputs": [0]}}}, {"parameters": None}, {"parameters": 5}])
def test_a_network_on_the_hub_that_fails_its_known_answer_is_not_used(hub, start, model_folder, tmp_path, changes):
    other = tmp_path / "other"
    other.mkdir()
    for file in model_folder.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    edit_metrics(other, **changes)
    hub.put(other, REPO_ID, "v1")
    start_on_disk(start, model_folder, HUB)
    assert problem_on_disk() == "broken"


def test_the_hub_can_stand_in_for_a_folder_that_is_not_on_disk(published, start, tmp_path):
    start({"digit": ("mlp",)}, root=tmp_path / "empty", hub=HUB)
    wait_until(lambda: runtime.is_ready("digit", "mlp"))
    assert call().folder.origin == "hub"


def test_without_a_hub_nothing_is_asked_of_one(hub, start, model_folder):
    start_on_disk(start, model_folder)
    call()
    assert hub.count() == 0


def test_what_went_wrong_with_the_hub_is_logged(hub, start, model_folder, caplog):
    caplog.set_level(logging.WARNING)
    start_on_disk(start, model_folder, HUB)
    assert problem_on_disk() == "missing"
    assert "digit-mlp from the Hub: missing" in caplog.text


def test_a_folder_changed_on_the_hub_is_what_answers(hub, start, model_folder, tmp_path):
    rewrite(model_folder, "labels.txt", b"zero\n")
    sha = hub.put(model_folder, REPO_ID)
    start_on_disk(start, model_folder, store.Hub("alice"))
    wait_until(lambda: runtime.folder("digit", "mlp").origin == "hub")
    assert call().folder.revision == sha
    assert (runtime.folder("digit", "mlp").path / "labels.txt").read_bytes() == b"zero\n"
