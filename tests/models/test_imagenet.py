"""``models.imagenet``: ResNet50's files are fetched only when asked for, checked, and everything that fails is told."""

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from models import image as pictures
from models import imagenet, runtime

NAMES = ["tench", "great_white_shark", "crane", "crane", "maillot", "toaster"]
INDEX = json.dumps({str(place): [f"n0{place}", name] for place, name in enumerate(NAMES)}).encode()
WEIGHTS = b"weights" * 100_000
PROBABILITIES = np.float32([0.05, 0.6, 0.2, 0.1, 0.04, 0.01])
WAIT_SECONDS = 10


class Files(BaseHTTPRequestHandler):
    """Serves what the server's ``files`` hold; a pause or half of a file where it is told to."""

    def do_GET(self):
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        half = len(content) // 2
        self.wfile.write(content[:half])
        if self.server.gate.wait(WAIT_SECONDS) and not self.server.breaks_off:
            self.wfile.write(content[half:])

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    """A server of two files on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    server.files = {"/index.json": INDEX, "/weights.h5": WEIGHTS}
    server.asked, server.gate, server.breaks_off = [], threading.Event(), False
    server.gate.set()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.gate.set()
    server.shutdown()
    server.server_close()


def download(server, name, content):
    address = f"http://127.0.0.1:{server.server_address[1]}/{name}"
    return imagenet.Download(name, address, hashlib.md5(content).hexdigest())


def network(server, folder, build=None):
    """A ResNet50 whose files lie on our server and whose network always answers the same."""
    classes, weights = download(server, "index.json", INDEX), download(server, "weights.h5", WEIGHTS)
    return imagenet.ResNet50(folder, classes, weights, build or (lambda path: lambda batch: PROBABILITIES[np.newaxis]))


def wait_for(resnet, *phases):
    deadline = time.monotonic() + WAIT_SECONDS
    while resnet.state.phase not in phases:
        assert time.monotonic() < deadline, resnet.state
        time.sleep(0.005)
    return resnet.state


PIXELS = np.zeros((224, 224, 3), np.float32)


# What is fetched, and when


def test_nothing_is_fetched_before_it_is_asked_for(server, tmp_path):
    resnet = network(server, tmp_path)
    assert resnet.state == imagenet.State("absent")
    with pytest.raises(runtime.NotReady):
        resnet.predict(PIXELS)
    assert server.asked == []


def test_it_is_fetched_checked_loaded_and_answers(server, tmp_path):
    resnet = network(server, tmp_path)
    assert resnet.begin().phase == "fetching"
    assert wait_for(resnet, "ready").problem is None
    assert list(resnet.predict(PIXELS).probabilities) == [
        "great white shark",
        "crane (n02)",
        "crane (n03)",
        "tench",
        "maillot",
    ]
    assert resnet.predict(PIXELS).probabilities["great white shark"] == pytest.approx(0.6)
    assert resnet.predict(PIXELS).milliseconds >= 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.json", "weights.h5"]


def test_it_is_fetched_once_however_many_ask(server, tmp_path):
    resnet = network(server, tmp_path)
    threads = [threading.Thread(target=resnet.begin) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_for(resnet, "ready")
    assert resnet.begin().phase == "ready"
    assert server.asked == ["/index.json", "/weights.h5"]


def test_files_that_are_there_already_are_used_without_a_connection(server, tmp_path):
    (tmp_path / "index.json").write_bytes(INDEX)
    (tmp_path / "weights.h5").write_bytes(WEIGHTS)
    resnet = network(server, tmp_path)
    resnet.begin()
    wait_for(resnet, "ready")
    assert server.asked == []


def test_a_file_that_is_there_but_not_whole_is_fetched_again(server, tmp_path):
    (tmp_path / "weights.h5").write_bytes(WEIGHTS[:-1])
    resnet = network(server, tmp_path)
    resnet.begin()
    wait_for(resnet, "ready")
    assert (tmp_path / "weights.h5").read_bytes() == WEIGHTS


def test_while_it_comes_it_says_how_much_has_come(server, tmp_path):
    seen = []
    file = download(server, "weights.h5", WEIGHTS)
    imagenet.fetch(file, tmp_path, lambda done, total: seen.append((done, total)))
    assert {total for _done, total in seen} == {len(WEIGHTS)}
    assert [done for done, _total in seen] == sorted(done for done, _total in seen)
    assert seen[-1][0] == len(WEIGHTS)


def test_the_state_tells_how_much_has_come(server, tmp_path):
    resnet = network(server, tmp_path)
    server.gate.clear()
    resnet.begin()
    deadline = time.monotonic() + WAIT_SECONDS
    while not resnet.state.total and time.monotonic() < deadline:
        time.sleep(0.005)
    assert resnet.state.phase == "fetching"
    assert resnet.state.total in (len(INDEX), len(WEIGHTS))
    server.gate.set()
    wait_for(resnet, "ready")


# What goes wrong


def failed(resnet):
    resnet.begin()
    return wait_for(resnet, "failed").problem


def test_a_server_that_cannot_be_reached_is_told(server, tmp_path):
    resnet = network(server, tmp_path)
    resnet.classes = imagenet.Download("index.json", "http://127.0.0.1:1/index.json", "0")
    assert failed(resnet) == "unreachable"
    with pytest.raises(runtime.NotReady):
        resnet.predict(PIXELS)


@pytest.mark.parametrize("address", ["https://example.invalid/index.json", "nonsense"])
def test_a_name_that_nobody_knows_is_told(address, server, tmp_path):
    resnet = network(server, tmp_path)
    resnet.classes = imagenet.Download("index.json", address, "0")
    assert failed(resnet) == "unreachable"


def test_a_file_that_is_not_there_is_told(server, tmp_path):
    del server.files["/weights.h5"]
    assert failed(network(server, tmp_path)) == "unreachable"


def test_a_file_with_another_checksum_is_thrown_away(server, tmp_path):
    server.files["/weights.h5"] = WEIGHTS[::-1]
    assert failed(network(server, tmp_path)) == "damaged"
    assert [path.name for path in tmp_path.iterdir()] == ["index.json"]


def test_a_file_that_breaks_off_is_thrown_away(server, tmp_path):
    server.breaks_off = True
    assert failed(network(server, tmp_path)) in ("damaged", "unreachable")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_hangs_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(imagenet, "TIMEOUT", 0.1)
    server.gate.clear()
    assert failed(network(server, tmp_path)) == "unreachable"


def test_a_file_without_end_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(imagenet, "LARGEST", 1000)
    assert failed(network(server, tmp_path)) == "damaged"


def test_a_download_that_takes_for_ever_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(imagenet, "LONGEST", -1)
    assert failed(network(server, tmp_path)) == "unreachable"


def test_a_folder_that_cannot_be_written_is_told(server, tmp_path):
    (tmp_path / "file").write_text("no folder")
    assert failed(network(server, tmp_path / "file")) == "disk"


def test_a_network_that_cannot_be_built_is_told(server, tmp_path):
    def build(path):
        raise KeyError("layers")

    assert failed(network(server, tmp_path, build)) == "broken"


def test_after_a_failure_the_next_who_asks_tries_again(server, tmp_path):
    del server.files["/weights.h5"]
    resnet = network(server, tmp_path)
    assert failed(resnet) == "unreachable"
    server.files["/weights.h5"] = WEIGHTS
    assert resnet.begin().phase == "fetching"
    wait_for(resnet, "ready")


def test_too_many_who_ask_at_once_are_sent_away_politely(server, tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "TURN_TIMEOUT", 0.01)
    resnet = network(server, tmp_path)
    resnet.begin()
    wait_for(resnet, "ready")
    for _ in range(runtime.SIMULTANEOUS):
        resnet.turns.acquire()
    with pytest.raises(runtime.Busy):
        resnet.predict(PIXELS)
    resnet.turns.release()
    assert resnet.predict(PIXELS).probabilities


# What it sees


def test_preprocessing_is_that_of_keras():
    from keras.applications.resnet import preprocess_input

    picture = Image.fromarray(np.random.default_rng(1).integers(0, 256, (224, 224, 3), np.uint8))
    expected = preprocess_input(np.asarray(picture, np.float32))
    found = imagenet.preprocess(picture, pictures.default_crop(picture.size))
    assert found.dtype == np.float32
    assert np.allclose(found, expected, atol=1e-4)


def test_only_the_part_inside_the_crop_is_seen():
    picture = Image.new("RGB", (600, 300), "white")
    picture.paste("black", (300, 0, 600, 300))
    right = imagenet.preprocess(picture, pictures.Crop(0.5, 0.0, 1.0))
    assert np.allclose(right, -np.float32(imagenet.MEANS))


def test_addresses_and_checksums_are_those_that_keras_names():
    from keras.src.applications import imagenet_utils, resnet

    assert imagenet.CLASSES.address == imagenet_utils.CLASS_INDEX_PATH
    assert imagenet.WEIGHTS.address == resnet.BASE_WEIGHTS_PATH + imagenet.WEIGHTS.name
    assert imagenet.WEIGHTS.md5 == resnet.WEIGHTS_HASHES["resnet50"][0]


def test_files_lie_where_keras_keeps_its_own(monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert imagenet.keras_folder().parent.name == ".keras"
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert imagenet.keras_folder() == tmp_path / "models"


def test_the_builder_takes_the_weights_and_compiles(monkeypatch, tmp_path):
    import keras

    def small(weights):
        assert weights == str(tmp_path / "weights.h5")
        keras.utils.set_random_seed(1)
        flat = [keras.Input((224, 224, 3)), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(6, "softmax")]
        return keras.Sequential(flat)

    monkeypatch.setattr(keras.applications, "ResNet50", small)
    run = imagenet.build_network(tmp_path / "weights.h5")
    output = run(np.zeros((2, 224, 224, 3), np.float32))
    assert output.shape == (2, 6)
    assert np.allclose(output.sum(axis=1), 1, atol=1e-5)


def test_the_hubs_own_is_untouched_until_somebody_asks():
    assert imagenet.RESNET50.state == imagenet.State("absent")
