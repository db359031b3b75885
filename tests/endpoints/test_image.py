"""``classify_image`` over HTTP: what programs get for good pictures, wrong values and hostile files."""

import json
import struct
import zlib

import pytest
from gradio_client import Client, handle_file
from PIL import Image

from demos import picture, scenes
from models import image
from tests import running_hub
from tests.running_hub import FILE_DATA, png, upload

CALL = "/gradio_api/call/classify_image"
CHOICES = "Please choose one of: resnet, vgg, cnn, lenet."


@pytest.fixture(scope="module")
def hub():
    with running_hub.start("--demos", "image", "--lang", "en") as hub:
        yield hub


@pytest.fixture(scope="module")
def http(hub):
    with hub.http() as client:
        yield client


def classify(http, file, network="resnet"):
    """Call as curl would: "complete" with the result, "error" with the sentence, or "refused" with the status."""
    answer = http.post(CALL, json={"data": [file, network]})
    if answer.status_code != 200:
        return "refused", answer.status_code
    stream = http.get(f"{CALL}/{answer.json()['event_id']}").text
    kind, data = stream.strip().split("\n\n")[-1].split("\n", 1)
    outcome = json.loads(data.removeprefix("data: "))
    return kind.removeprefix("event: "), outcome[0] if isinstance(outcome, list) else outcome["error"]


def automobile():
    return png(scenes.SCENES["automobile"].picture())


# Good values


@pytest.mark.parametrize("network", image.NETWORKS)
def test_every_network_names_a_drawn_car(http, network):
    kind, result = classify(http, upload(http, automobile()), network)
    assert kind == "complete", result
    assert set(result) == {"label", "probabilities", "is_known"}
    assert list(result["probabilities"]) == list(image.LABELS)
    assert sum(result["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert result["label"] == max(result["probabilities"], key=result["probabilities"].get) == "automobile"


def test_by_name_the_network_may_be_left_out(http):
    answer = http.post("/gradio_api/call/v2/classify_image", json={"image": upload(http, automobile())})
    stream = http.get(f"{CALL}/{answer.json()['event_id']}").text
    assert '"label": "automobile"' in stream


def test_gradios_own_client_gets_the_same(hub, http, tmp_path):
    file = tmp_path / "car.png"
    file.write_bytes(automobile())
    client = Client(hub.address, verbose=False)
    result = client.predict(handle_file(file), "resnet", api_name="/classify_image")
    assert result == classify(http, upload(http, automobile()))[1]


def test_a_picture_of_another_mode_is_named_too(http):
    whole = scenes.SCENES["automobile"].picture()
    clear = whole.copy().convert("RGBA")
    for changed in (clear, whole.quantize(64), whole.convert("CMYK")):
        kind = "JPEG" if changed.mode == "CMYK" else "PNG"
        changed.save(stream := running_hub.BytesIO(), kind)
        assert classify(http, upload(http, stream.getvalue()))[1]["label"] == "automobile"


# Wrong values


@pytest.mark.parametrize("network", [None, "", "best", "../image-cnn", 7, ["cnn"], {}])
def test_a_network_nobody_knows_gives_the_choices(http, network):
    assert classify(http, upload(http, automobile()), network) == ("error", CHOICES)


def test_no_picture_gives_a_sentence(http):
    assert classify(http, None) == ("error", "Choose a picture first.")


@pytest.mark.parametrize(
    "file",
    [
        {"path": "/etc/hostname", "meta": FILE_DATA},
        {"path": "app.py", "meta": FILE_DATA},
        {"url": "http://192.0.2.1/a.png", "meta": FILE_DATA},
        {"url": "data:image/png;base64,iVBORw0KGgo=", "meta": FILE_DATA},
        "picture.png",
        7,
        [],
    ],
    ids=str,
)
def test_what_was_not_uploaded_is_refused(http, file):
    assert classify(http, file) == ("refused", 400)


# Hostile files


def bomb(side):
    """A PNG of one bit a pixel, all white: many pixels in few bytes."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * ((side + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


BAD_FILES = {
    "nothing": (b"", picture.DAMAGED),
    "a text": (b"I am a text", picture.DAMAGED),
    "half a picture": (automobile()[:9_000], picture.DAMAGED),
    "a bomb": (bomb(13_000), picture.TOO_LARGE),
    "one pixel": (png(Image.new("1", (1, 1))), picture.TOO_SMALL),
    "a line": (png(Image.new("1", (1, 5_000))), picture.TOO_NARROW),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', picture.WRONG_FORMAT),
    "a PDF": (b"%PDF-1.7\n" + bytes(100), picture.WRONG_FORMAT),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_hostile_file_gets_its_sentence_and_the_next_is_answered(http, name):
    content, expected = BAD_FILES[name]
    sentence = expected.format(megapixels=picture.MEGAPIXELS, side=picture.LONGEST_SIDE)
    assert classify(http, upload(http, content)) == ("error", sentence)
    assert classify(http, upload(http, automobile()), "lenet")[0] == "complete"


@pytest.mark.parametrize("name", ["../../x.png", "a" * 300 + ".png", "<img onerror=alert(1)>.png", "\u202egnp.x"])
def test_the_name_of_a_file_does_not_matter(http, name):
    assert classify(http, upload(http, automobile(), name))[0] == "complete"


def test_nothing_of_it_reaches_another_machine_or_the_log(hub, http):
    assert classify(http, upload(http, automobile(), "private.png"))[0] == "complete"
    assert hub.noted("watching"), "the watcher did not run, so it proves nothing"
    assert hub.noted("outside") == []
    assert "private" not in hub.printed
    assert "Traceback" not in hub.printed
