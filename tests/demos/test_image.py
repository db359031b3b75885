"""``demos.image``: the handlers of the tab, its frame and its ResNet50, with good and with bad input."""

import base64
import io
import json
import re
import struct
import time
import zlib
from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from demos import crop, guard, image, imagenet, page, picture, scenes
from demos.image import AGAINST, FIGURE_SIDE, FOR
from demos.plots import percent
from models import image as model
from models import imagenet as resnet50
from models import runtime

ENGLISH = page.translator("en")
CHINESE = page.translator("zh")
PROBABILITIES = dict.fromkeys(model.LABELS, 0.01) | {"ship": 0.91}

# Pillow warns of what these tests are about.
pytestmark = pytest.mark.filterwarnings("ignore:.*(decompression bomb|Truncated File|Corrupt EXIF)")


def folder(network, refuses_below=None):
    """The network's folder, with another threshold below which it refuses, or none."""
    found = runtime.folder("image", network)
    return replace(found, metrics=found.metrics | {"refuses_below": refuses_below})


@pytest.fixture(autouse=True)
def networks(monkeypatch):
    """Networks that answer at once, always the same, without TensorFlow. Returns what each was asked."""
    asked = {}

    def predict(pixels, network):
        asked[network] = pixels
        return model.Reading(PROBABILITIES, 1.5, folder(network))

    def heat(pixels, network, label):
        asked["heat"] = network, label
        return np.linspace(-1, 1, 32 * 32, dtype=np.float32).reshape(32, 32)

    runtime.configure()
    monkeypatch.setattr(model, "predict", predict)
    monkeypatch.setattr(model, "heat", heat)
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: True)
    monkeypatch.setattr(runtime, "device", lambda: "CPU")
    return asked


@pytest.fixture
def upload(uploads):
    """Put bytes, or a picture in some format, where uploads are, in a folder of its own; return the path."""

    def put(content, name="picture.png", **options):
        content = content if isinstance(content, bytes) else encode(content, **options)
        folder = uploads / str(zlib.crc32(content))
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        return str(folder / name)

    return put


def encode(picture, format="PNG", **options):
    stream = io.BytesIO()
    picture.save(stream, format, **options)
    return stream.getvalue()


def halves(width=200, height=100, mode="RGB"):
    """Red on the left, blue on the right."""
    whole = Image.new("RGB", (width, height), "red")
    whole.paste("blue", (width // 2, 0, width, height))
    return whole.convert(mode)


def frame_on(path, left=0.0, top=0.0, side=1.0, **more):
    """The frame's value as the page sends it."""
    return {"id": crop.identity(path), "left": left, "top": top, "side": side, **more}


def answers(path, frame=None, network="resnet", translate=ENGLISH):
    """All that follows: (what the frame takes, the four panels), one for each step."""
    return [(first, panels) for first, *panels in image.answer(path, frame, network, translate)]


def last(path, frame=None, network="resnet", translate=ENGLISH):
    return answers(path, frame, network, translate)[-1][1]


def sentence(panels):
    """What the first panel says, as a visitor reads it."""
    return re.search(r"<p>(.*?)</p>", panels[0])[1]


def pictures(panels):
    """The picture that the networks see, and the one with the heat map, as arrays."""
    contents = re.findall(r'src="data:image/png;base64,(.*?)"', panels[1])
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(content)))) for content in contents]


def skeleton(html):
    """The tags and classes of a piece of HTML, without marks and numbers."""
    tags = re.findall(r"<(\w+)([^>]*)>", html)
    return [
        (tag, re.sub(r'src="[^"]*"|style="[^"]*"|class="is-best"| is-main', "", rest).strip()) for tag, rest in tags
    ]


# The answer


def test_an_answer_says_what_it_is_how_surely_and_by_whom(upload, networks):
    panels = last(upload(halves()), network="vgg")
    assert sentence(panels) == "I take this for: ship, with a probability of 91.0\u202f%."
    assert '<b aria-hidden="true">ship</b>' in panels[0]
    assert "<dt>Network</dt><dd>vgg</dd>" in panels[3]
    assert "<dt>Time</dt><dd>1.5 ms</dd>" in panels[3]
    assert list(networks) == ["vgg", "resnet", "cnn", "lenet", "heat"]  # the chosen one first
    assert networks["heat"] == ("vgg", "ship")


def test_the_chinese_page_names_the_classes_in_chinese(upload):
    panels = last(upload(halves()), translate=CHINESE)
    assert sentence(panels) == "我认为这是船，概率为 91.0\u202f%。"
    assert "ship" not in panels[0] + panels[1] + panels[2]


def test_below_the_threshold_it_says_that_it_may_be_none_of_the_ten(upload, monkeypatch):
    doubtful = dict.fromkeys(model.LABELS, 0.05) | {"cat": 0.55}
    monkeypatch.setattr(model, "predict", lambda _, name: model.Reading(doubtful, 1.0, folder(name)))
    assert sentence(last(upload(halves()))) == (
        "I am not sure; perhaps it is none of the ten. Most likely: cat, with a probability of 55.0\u202f%."
    )


def test_a_picture_of_another_thing_is_none_of_the_ten_and_the_nearest_comes_second(upload, monkeypatch):
    thresholds = {"resnet": 0.0}  # only resnet refuses
    monkeypatch.setattr(
        model, "predict", lambda _, name: model.Reading(PROBABILITIES, 1.0, folder(name, thresholds.get(name)))
    )
    panels = last(upload(halves()))
    expected = "None of the ten, as far as this network can tell. Nearest: {label}, with a probability of {share}."
    assert sentence(panels) == expected.format(label="ship", share="91.0\u202f%")
    assert '<b aria-hidden="true">?</b>' in panels[0]
    marks = re.findall(r"<b>(.*?)</b><small>(.*?)</small>", panels[2])
    assert marks == [("?", "ship 91.0\u202f%"), *[("ship", "91.0\u202f%")] * 3]
    assert sentence(last(upload(halves()), network="vgg")).startswith("I take this for: ship")
    assert skeleton(panels[0]) == skeleton(last(upload(halves()), network="vgg")[0])


def test_the_five_likeliest_classes_stand_in_their_order(upload, monkeypatch):
    uneven = {label: place / 45 for place, label in enumerate(model.LABELS)}
    monkeypatch.setattr(model, "predict", lambda _, name: model.Reading(uneven, 1.0, runtime.folder("image", name)))
    rows = re.findall(r'<tr(.*?)><th scope="row">(.*?)</th>.*?<td>([\d.]+)', last(upload(halves()))[1])
    assert [label for _mark, label, _value in rows] == ["truck", "ship", "horse", "frog", "dog"]
    assert [label for mark, label, _value in rows if "is-best" in mark] == ["truck"]
    assert [value for _mark, _label, value in rows] == ["20.0", "17.8", "15.6", "13.3", "11.1"]


def test_the_four_networks_stand_side_by_side(upload):
    panels = last(upload(halves()), network="cnn")
    found = re.findall(r'<div class="hub-card(.*?)"><span>(.*?)</span><b>(.*?)</b><small>(.*?)</small>', panels[2])
    assert [name for _kind, name, _label, _probability in found] == list(model.NETWORKS)
    assert {(label, probability) for _kind, _name, label, probability in found} == {("ship", "91.0\u202f%")}
    assert [name for kind, name, *_ in found if "is-main" in kind] == ["cnn"]


@pytest.mark.parametrize("error", [runtime.NotReady, runtime.Busy, runtime.Unavailable])
def test_another_network_that_cannot_answer_leaves_its_card_blank(error, upload, monkeypatch):
    answer = model.predict

    def predict(pixels, network):
        if network == "lenet":
            raise error(network)
        return answer(pixels, network)

    monkeypatch.setattr(model, "predict", predict)
    panels = last(upload(halves()))
    assert "<span>lenet</span><b>·</b>" in panels[2]
    assert "<span>cnn</span><b>ship</b>" in panels[2]


def test_while_the_network_is_being_loaded_a_note_comes_first(upload, monkeypatch):
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: network != "resnet")
    waiting, *_others, final = answers(upload(halves()))
    assert sentence(waiting[1]) == "Loading the networks; the answer comes in a few seconds …"
    assert waiting[0]["address"].startswith("data:image/jpeg")
    assert sentence(final[1]).startswith("I take this for: ship")


def test_what_the_networks_saw_is_shown(upload, networks):
    small, _heat = pictures(last(upload(halves(64, 64))))
    assert np.array_equal(small, model.preprocess(halves(64, 64)))
    assert all(np.array_equal(networks[name], small) for name in model.NETWORKS)


# What decided


def test_what_decided_comes_after_the_answer_so_that_nobody_waits_for_it(upload, networks):
    first, second = answers(upload(halves()))
    assert sentence(first[1]) == sentence(second[1])
    assert not np.array_equal(pictures(first[1])[1], pictures(second[1])[1])
    assert second[0] == gr.skip()


def test_while_the_frame_is_moved_what_decided_is_left_out(upload, networks):
    path = upload(halves())
    (only,) = answers(path, frame_on(path, moving=True))
    assert sentence(only[1]).startswith("I take this for: ship")
    assert "heat" not in networks


@pytest.mark.parametrize("error", [runtime.NotReady, runtime.Busy, runtime.Unavailable])
def test_a_network_too_busy_to_say_what_decided_still_answers(error, upload, monkeypatch):
    def fail(*_):
        raise error("image-resnet")

    monkeypatch.setattr(model, "heat", fail)
    panels = last(upload(halves()))
    assert sentence(panels).startswith("I take this for: ship")
    assert is_grey(pictures(panels)[1])


def is_grey(pixels):
    return bool((pixels == pixels[..., :1]).all())


def test_heat_is_orange_where_it_speaks_for_the_answer_and_blue_where_against():
    heat = np.zeros((32, 32), np.float32)
    heat[:, :8], heat[:, 24:] = 1, -1
    painted = image.paint_heat(np.full((64, 64, 3), 128, np.uint8), heat).astype(int)
    left, middle, right = painted[32, 4], painted[32, 32], painted[32, 60]
    assert np.abs(left - FOR).max() < 40
    assert np.abs(right - AGAINST).max() < 40
    assert middle.max() - middle.min() <= 8


def test_the_two_colours_differ_for_every_kind_of_sight():
    """Seen as a deuteranope and a protanope see them (Viénot, Brettel, Mollon 1999), they stay far apart."""
    to_cones = np.array([[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]])
    blind = {
        "protanope": [[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]],
        "deuteranope": [[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]],
    }
    for matrix in blind.values():
        seen = [np.linalg.inv(to_cones) @ np.array(matrix) @ to_cones @ np.array(colour) for colour in (FOR, AGAINST)]
        assert np.linalg.norm(seen[0] - seen[1]) > 120


def test_the_colours_are_explained_in_one_sentence_and_the_samples_are_theirs():
    panels = image.show_message("x", "resnet", ENGLISH)
    assert re.search(r"orange and speaks for the answer.*blue and speaks\s+against it\.</p>", panels[1])
    style = (page.LOCALE.parent / "demos" / "image.css").read_text(encoding="utf-8")
    assert "is-for {{ background: rgb({} {} {}); }}".format(*FOR) in style
    assert "is-against {{ background: rgb({} {} {}); }}".format(*AGAINST) in style


# The frame


def test_a_new_picture_comes_to_the_frame_reduced_with_the_frame_in_the_middle(upload):
    path = upload(halves(2000, 1000))
    value = answers(path)[0][0]
    shown = Image.open(io.BytesIO(base64.b64decode(value["address"].partition(",")[2])))
    assert shown.size == (crop.SHOWN_SIDE, crop.SHOWN_SIDE // 2)
    assert (value["width"], value["height"]) == (2000, 1000)
    assert (value["left"], value["top"], value["side"]) == (0.25, 0.0, 1.0)
    assert value["id"] == crop.identity(path)
    assert json.loads(json.dumps(value)) == value


def test_a_frame_that_stands_on_the_picture_already_is_left_alone(upload):
    path = upload(halves())
    assert all(first == gr.skip() for first, _panels in answers(path, frame_on(path)))


def test_the_networks_see_the_part_inside_the_frame(upload, networks):
    path = upload(halves())
    for left, colour in ((0.0, (255, 0, 0)), (0.5, (0, 0, 255))):
        answers(path, frame_on(path, left, 0.0, 1.0))
        assert (networks["resnet"] == colour).all()
    answers(path, frame_on(path, 0.475, 0.3, 0.1))
    assert tuple(networks["resnet"][16, 2]) == (255, 0, 0)
    assert tuple(networks["resnet"][16, 29]) == (0, 0, 255)


@pytest.mark.parametrize("size", [(2000, 100), (100, 2000), (300, 300), (8, 8), (4000, 200)])
def test_a_picture_of_any_shape_begins_with_the_largest_square_in_its_middle(size, upload, networks):
    path = upload(halves(*size))
    value = answers(path)[0][0]
    across, down = (value["side"] * min(size) / length for length in size)
    assert value["left"] == pytest.approx((1 - across) / 2)
    assert value["top"] == pytest.approx((1 - down) / 2)
    assert networks["resnet"].shape == (32, 32, 3)


def test_a_frame_of_another_picture_gives_the_middle_of_this_one(upload, networks):
    first, second = upload(halves()), upload(halves(400, 100))
    steps = answers(second, frame_on(first, 0.0, 0.0, 0.2))
    assert steps[0][0]["left"] == 0.375
    assert tuple(networks["resnet"][16, 0]) == (255, 0, 0)
    assert tuple(networks["resnet"][16, 31]) == (0, 0, 255)


@pytest.mark.parametrize("value", [None, "", "x", 7, True, [], {}, {"id": 7}, {"example": "ship"}, {"id": None}])
def test_what_is_no_frame_gives_the_middle(value, upload):
    assert sentence(last(upload(halves()), value)).startswith("I take this for: ship")


BAD_NUMBERS = [None, "0.5", True, [], {}, -0.1, 1.1, float("nan"), float("inf"), 10**400]


@pytest.mark.parametrize("name", ["left", "top", "side"])
@pytest.mark.parametrize("value", BAD_NUMBERS, ids=lambda value: str(value)[:8])
def test_a_frame_of_wrong_numbers_gives_a_sentence(name, value, upload, networks):
    path = upload(halves())
    ((first, panels),) = answers(path, frame_on(path) | {name: value})
    assert first == gr.skip()  # the picture stays
    assert sentence(panels) == crop.FRAME_LOST
    assert networks == {}


def test_a_frame_of_no_size_gives_a_sentence(upload):
    path = upload(halves())
    assert sentence(last(path, frame_on(path, side=0.0))) == crop.FRAME_LOST


def test_a_frame_that_sticks_out_is_moved_inside(upload, networks):
    path = upload(halves())
    answers(path, frame_on(path, 1.0, 1.0, 1.0))
    assert (networks["resnet"] == (0, 0, 255)).all()


# Pictures that come otherwise than one expects


def seen(networks, *place):
    return networks["resnet"][place].astype(int)


def test_transparency_lies_on_white(upload, networks):
    hidden = Image.new("RGBA", (100, 100), (255, 0, 0, 0))
    palette = Image.new("P", (100, 100), 0)
    palette.putpalette([255, 0, 0] * 256)
    for path in (upload(hidden), upload(palette, transparency=0), upload(Image.new("LA", (100, 100), (0, 0)))):
        answers(path)
        assert (networks["resnet"] == 255).all()


def test_sixteen_bits_are_scaled(upload, networks):
    answers(upload(Image.fromarray(np.full((50, 50), 32768, np.uint16))))
    assert np.abs(seen(networks) - 128).max() <= 1


def test_a_cmyk_picture_has_plausible_colours(upload, networks):
    answers(upload(halves(mode="CMYK"), format="JPEG", quality=95), None)
    red, blue = seen(networks, 16, 2), seen(networks, 16, 29)
    assert red[0] > 150 > red[2]
    assert blue[2] > 150 > blue[0]


def test_a_turned_photograph_is_upright_in_the_frame_and_for_the_networks(upload, networks):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    path = upload(halves(200, 100), format="JPEG", exif=exif, quality=95)
    value = answers(path)[0][0]
    assert (value["width"], value["height"]) == (100, 200)
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(value["address"].partition(",")[2]))))
    assert shown.shape == (200, 100, 3)
    assert shown[10, 50, 0] > 200 > 60 > shown[10, 50, 2]  # red on top
    assert seen(networks, 2, 16)[0] > 200


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_counts_and_the_field_says_so(format, upload, networks):
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue", "lime")]
    options = {"lossless": True} if format == "WEBP" else {}
    answers(upload(frames[0], format=format, save_all=True, append_images=frames[1:], **options))
    assert np.abs(seen(networks) - (255, 0, 0)).max() < 4
    assert "(its first frame)" in image._picture_input(5, ENGLISH).label


def test_a_wrong_name_does_not_matter(upload):
    assert sentence(last(upload(halves(), name="picture.txt", format="WEBP"))).startswith("I take this for: ship")


def bomb(side):
    """A PNG of one bit a pixel, all white: many pixels in few bytes."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    row = b"\0" + b"\xff" * ((side + 7) // 8)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def filled(text):
    return text.format(megapixels=picture.MEGAPIXELS, side=picture.LONGEST_SIDE)


BAD_CONTENTS = {
    "nothing": (b"", picture.DAMAGED),
    "a text": (b"hello, I am a text\n" * 100, picture.DAMAGED),
    "half a PNG": (encode(scenes.SCENES["frog"].picture())[:20_000], picture.DAMAGED),
    "half a JPEG": (encode(scenes.SCENES["frog"].picture(), "JPEG")[:5_000], picture.DAMAGED),
    "a bomb": (bomb(13_000), picture.TOO_LARGE),
    "one pixel": (encode(Image.new("RGB", (1, 1))), picture.TOO_SMALL),
    "a line": (encode(Image.new("1", (1, 5_000))), picture.TOO_NARROW),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', picture.WRONG_FORMAT),
    "a HEIC": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100), picture.WRONG_FORMAT),
    "a PDF": (b"%PDF-1.7\n" + bytes(100), picture.WRONG_FORMAT),
    "a TIFF": (encode(halves(), "TIFF"), picture.WRONG_FORMAT),
}


@pytest.mark.parametrize("name", BAD_CONTENTS)
def test_a_bad_picture_gives_a_sentence_an_empty_frame_and_no_prediction(name, upload, networks):
    content, expected = BAD_CONTENTS[name]
    path = upload(content)
    ((first, panels),) = answers(path)
    assert first is None
    assert sentence(panels) == filled(expected)
    assert networks == {}
    assert sentence(last(path, translate=CHINESE)) == filled(CHINESE(expected)) != filled(expected)
    with pytest.raises(gr.Error) as caught:
        guard.speaking(ENGLISH)(image.classify)(path, "resnet")
    assert caught.value.message == filled(expected)


BAD_PATHS = [
    "",
    7,
    True,
    [],
    {},
    "/etc/hostname",
    "http://127.0.0.1/a.png",
    "data:image/png;base64,aGk=",
    "\x00",
    "../a",
]


@pytest.mark.parametrize("path", BAD_PATHS, ids=str)
def test_what_was_not_uploaded_is_not_opened(path, uploads, networks):
    assert sentence(last(path)) == picture.NOT_UPLOADED
    assert networks == {}
    with pytest.raises(guard.Refusal) as caught:
        image.classify(path, "resnet")
    assert caught.value.sentence == picture.NOT_UPLOADED


def test_a_picture_elsewhere_on_the_server_is_not_opened(uploads, tmp_path):
    outside = tmp_path / "outside.png"
    outside.write_bytes(encode(halves()))
    for path in (str(outside), f"{uploads}/../outside.png"):
        assert sentence(last(path)) == picture.NOT_UPLOADED


def test_no_picture_gives_a_sentence(networks):
    ((first, panels),) = answers(None)
    assert first is None
    assert sentence(panels) == "Choose a picture first."
    assert networks == {}


@pytest.mark.parametrize("network", [None, "", "unknown", "../image-cnn", 0, [], ["cnn"], {}, float("nan")])
def test_a_network_nobody_knows_gives_the_choices(network, upload, networks):
    assert sentence(last(upload(halves()), network=network)) == "Please choose one of: resnet, vgg, cnn, lenet."
    assert networks == {}


@pytest.mark.parametrize(
    ("error", "expected"),
    [(runtime.NotReady, guard.NOT_READY), (runtime.Busy, guard.BUSY), (runtime.Unavailable, guard.UNAVAILABLE)],
)
def test_a_network_that_cannot_answer_says_why(error, expected, upload, monkeypatch):
    def fail(_pixels, _network):
        raise error("image-resnet")

    monkeypatch.setattr(model, "predict", fail)
    ((first, panels),) = answers(upload(halves()))
    assert sentence(panels) == expected
    assert first["address"]  # the picture stays


def test_a_fault_of_ours_gives_a_reference_and_no_trace(upload, monkeypatch):
    def fail(_pixels, _network):
        raise RuntimeError("secret")

    monkeypatch.setattr(model, "predict", fail)
    panels = last(upload(halves()))
    assert sentence(panels).startswith("Something went wrong on our side.")
    assert "secret" not in "".join(panels)


# The panels


def test_the_panels_keep_their_shape_with_and_without_an_answer(upload):
    seen = model.preprocess(halves()), model.cut(halves(), model.default_crop((200, 100)), FIGURE_SIDE)
    shapes = [
        [skeleton(panel) for panel in panels]
        for panels in (
            last(upload(halves())),
            image.show_message("Choose a picture first.", "resnet", ENGLISH),
            image.show_message("Wait.", "resnet", ENGLISH, seen),
        )
    ]
    assert shapes[0] == shapes[1] == shapes[2]
    assert all(len(tags) > 2 for tags in shapes[0])


def test_a_sentence_with_html_is_shown_and_not_run():
    panels = image.show_message("<script>alert(1)</script>", "resnet", ENGLISH)
    assert "<script" not in "".join(panels)
    panels = image.show_message("x", "resnet", lambda text: f'{text}"><img onerror=x>')
    assert "<img onerror" not in "".join(panels)


def test_the_pictures_have_a_text_for_those_who_cannot_see_them(upload):
    alt = re.findall(r'alt="(.*?)"', last(upload(halves()), translate=CHINESE)[1])
    assert alt == ["网络看到的图像：32 × 32 像素", "哪一部分起了作用"]


# The examples, and pictures that were pasted or dropped


@pytest.mark.parametrize("key", scenes.SCENES)
def test_an_example_is_a_picture_that_can_be_read(key, upload):
    drawn = image._example_picture({"example": key})
    assert drawn.mode == "RGB"
    assert sentence(last(upload(drawn))).startswith("I take this for: ship")


def test_an_example_is_the_same_at_every_start():
    frog = scenes.SCENES["frog"]
    scenes._drawn.cache_clear()
    first = np.asarray(frog.picture())
    scenes._drawn.cache_clear()
    assert np.array_equal(first, np.asarray(frog.picture()))


@pytest.mark.parametrize("value", [None, "", 7, {}, {"example": "nothing"}, {"example": ["frog"]}, {"example": 7}])
def test_an_example_nobody_drew_gives_a_sentence(value):
    with pytest.raises(guard.Refusal):
        image._example_picture(value)


def test_a_pasted_picture_is_taken_only_from_where_uploads_are(upload, tmp_path):
    path = upload(halves())
    assert crop.offered_path({"offered": {"path": path}}) == path
    outside = tmp_path / "outside.png"
    outside.write_bytes(encode(halves()))
    bad = [None, "", {}, {"offered": path}, {"offered": {"path": str(outside)}}, {"offered": {"path": None}}]
    for value in bad:
        with pytest.raises(guard.Refusal) as caught:
            crop.offered_path(value)
        assert caught.value.sentence == picture.NOT_UPLOADED


# ResNet50


@pytest.fixture
def thousand(monkeypatch):
    """A ResNet50 in whatever state a test wants; ``begun`` counts how often it was begun."""
    fake = SimpleNamespace(state=resnet50.State("absent"), begun=0)
    reading = resnet50.Reading({"liner": 0.8, "dock": 0.1, "fireboat": 0.05, "lifeboat": 0.03, "pier": 0.02}, 40.0)

    def begin():
        fake.begun += 1
        if fake.state.phase == "absent":
            fake.state = resnet50.State("fetching")
        return fake.state

    fake.begin = begin
    fake.predict = lambda pixels: reading
    monkeypatch.setattr(resnet50, "RESNET50", fake)
    return fake


def said(path, is_asked=True, frame=None, translate=ENGLISH):
    """What the panel says, and whether the page looks again."""
    panel, timer = imagenet.answer(path, frame, is_asked, translate)
    return re.search(r"<p>(.*?)</p>", panel)[1], timer.active


def test_nothing_is_fetched_unless_the_button_was_pressed(upload, thousand):
    assert said(upload(halves()), is_asked=False) == (imagenet.HINT, False)
    answers(upload(halves()))
    image.classify(upload(halves()), "resnet")
    assert thousand.begun == 0


def test_the_button_begins_and_the_page_looks_again_until_it_is_there(upload, thousand):
    path = upload(halves())
    assert said(path) == (imagenet.FETCHING, True)
    thousand.state = resnet50.State("fetching", 12 * 2**20, 98 * 2**20)
    assert said(path, is_asked=False) == ("Fetching the network from the internet: 12 of 98 MB …", True)
    thousand.state = resnet50.State("loading")
    assert said(path, is_asked=False) == (imagenet.LOADING, True)
    thousand.state = resnet50.State("ready")
    expected = "ResNet50 takes this for: liner, with a probability of 80.0\u202f% (40 ms)."
    assert said(path, is_asked=False) == (expected, False)
    assert thousand.begun == 1


def test_how_much_has_come_is_shown_as_a_bar(upload, thousand):
    thousand.state = resnet50.State("fetching", 30, 100)
    assert '<progress value="30" max="100"></progress>' in imagenet.answer(upload(halves()), None, False, ENGLISH)[0]


def test_its_five_likeliest_classes_are_shown_as_bars(upload, thousand):
    thousand.state = resnet50.State("ready")
    panel, _timer = imagenet.answer(upload(halves()), None, True, ENGLISH)
    assert re.findall(r'<th scope="row">(.*?)</th>', panel) == ["liner", "dock", "fireboat", "lifeboat", "pier"]


def test_it_sees_the_part_inside_the_frame(upload, thousand):
    seen = []
    answer = thousand.predict
    thousand.predict = lambda pixels: (seen.append(pixels), answer(pixels))[1]
    thousand.state = resnet50.State("ready")
    path = upload(halves())
    said(path, frame=frame_on(path, 0.5))
    blue_green_red = seen[0] + np.float32(resnet50.MEANS)
    assert np.allclose(blue_green_red, (255, 0, 0), atol=0.01)


@pytest.mark.parametrize("problem", ["unreachable", "damaged", "disk", "broken"])
def test_a_failure_is_told_in_both_languages_and_the_page_stops_looking(problem, upload, thousand):
    thousand.state = resnet50.State("failed", problem=problem)
    path = upload(halves())
    for translate in (ENGLISH, CHINESE):
        sentence, looks_again = said(path, translate=translate)
        assert sentence == translate(imagenet.PROBLEMS[problem]).replace("'", "&#x27;")
        assert not looks_again
    assert ENGLISH(imagenet.PROBLEMS[problem]) != CHINESE(imagenet.PROBLEMS[problem])


def test_without_internet_it_says_so_and_everything_else_goes_on(upload, monkeypatch, tmp_path):
    """The real thing, with an address at which nobody listens."""
    nowhere = resnet50.Download("index.json", "http://127.0.0.1:1/index.json", "0")
    monkeypatch.setattr(resnet50, "RESNET50", resnet50.ResNet50(tmp_path, nowhere, nowhere))
    path = upload(halves())
    assert said(path)[0] in (imagenet.FETCHING, imagenet.PROBLEMS["unreachable"].replace("'", "&#x27;"))
    for _ in range(1000):
        if resnet50.RESNET50.state.phase == "failed":
            break
        time.sleep(0.005)
    assert said(path, is_asked=False) == (imagenet.PROBLEMS["unreachable"].replace("'", "&#x27;"), False)
    assert sentence(last(path)).startswith("I take this for: ship")


def test_it_is_asked_about_a_picture_only(upload, thousand):
    assert said(None) == (imagenet.CHOOSE, False)
    assert said(upload(b"text")) == (picture.DAMAGED, False)
    assert said("/etc/hostname") == (picture.NOT_UPLOADED, False)
    path = upload(halves())
    assert said(path, frame=frame_on(path, left="x")) == (crop.FRAME_LOST, False)
    assert thousand.begun == 0


def test_a_class_name_with_html_is_shown_and_not_run(upload, thousand):
    thousand.predict = lambda pixels: resnet50.Reading({"<script>": 1.0}, 1.0)
    thousand.state = resnet50.State("ready")
    assert "<script" not in imagenet.answer(upload(halves()), None, True, ENGLISH)[0]


# The endpoint


def test_programs_get_label_and_probabilities(upload):
    result = image.classify(upload(halves()), "lenet")
    assert result == {"label": "ship", "probabilities": PROBABILITIES, "is_known": True}
    assert json.loads(json.dumps(result)) == result


@pytest.mark.parametrize("network", [None, "unknown", [], {}, 7])
def test_programs_that_name_no_network_get_the_choices(network, upload):
    with pytest.raises(guard.Refusal) as caught:
        image.classify(upload(halves()), network)
    assert guard.explain(caught.value, ENGLISH) == "Please choose one of: resnet, vgg, cnn, lenet."


def test_programs_that_give_no_picture_are_asked_for_one():
    with pytest.raises(guard.Refusal) as caught:
        image.classify(None, "resnet")
    assert caught.value.sentence == "Choose a picture first."


# The built tab


@pytest.fixture(scope="module")
def tabs():
    runtime.configure()
    return {language: image.build(language) for language in ("en", "zh")}


def test_only_the_english_tab_offers_an_endpoint_and_only_one(tabs):
    def public(tab):
        return [event.api_name for event in tab.fns.values() if event.api_visibility == "public"]

    assert public(tabs["en"]) == [image.API.name]
    assert public(tabs["zh"]) == []


def test_programs_are_told_that_it_is_none_of_the_ten(upload, monkeypatch):
    monkeypatch.setattr(model, "predict", lambda _, name: model.Reading(PROBABILITIES, 1.0, folder(name, 0.0)))
    result = image.classify(upload(halves()), "resnet")
    assert json.loads(json.dumps(result)) == {"label": "ship", "probabilities": PROBABILITIES, "is_known": False}


def test_the_endpoints_description_names_its_inputs_and_networks(tabs):
    (event,) = [event for event in tabs["en"].fns.values() if event.api_name == image.API.name]
    assert all(
        word in event.api_description for word in ("network", "label", "probabilities", "is_known", *model.NETWORKS)
    )
    assert [component.value for component in event.inputs] == [None, model.DEFAULT_NETWORK]


def test_whatever_runs_a_network_shares_one_lane(tabs):
    for tab in tabs.values():
        running = [event for event in tab.fns.values() if event.name in ("read", "ask", "follow", "classify")]
        assert len(running) >= 3
        assert {(event.concurrency_id, event.concurrency_limit) for event in running} == {(guard.LANE, 2)}


def test_picture_frame_and_network_share_one_event_so_that_answers_never_mix(tabs):
    (event,) = [event for event in tabs["en"].fns.values() if event.name == "read"]
    assert [name for _block, name in event.targets] == ["change", "input", "change"]
    assert event.trigger_mode == "always_last"


def test_the_networks_to_choose_from_stand_with_their_measured_accuracy(tabs):
    (radio,) = [block for block in tabs["en"].blocks.values() if isinstance(block, gr.Radio)]
    assert [value for _label, value in radio.choices] == list(model.NETWORKS)
    for label, value in radio.choices:
        assert label == f"{value} · {percent(runtime.folder('image', value).metrics['result']['value'])}"
    assert radio.value == model.DEFAULT_NETWORK


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_example_is_one_click_away_and_named(tabs, language):
    templates = [getattr(block, "html_template", "") for block in tabs[language].blocks.values()]
    (template,) = [template for template in templates if "crop-frame" in template]
    buttons = re.findall(r'<button type="button" value="(.*?)" aria-label="(.*?)"', template)
    translate = page.translator(language)
    assert [key for key, _label in buttons] == list(scenes.SCENES)
    assert all(
        translate(scene.name) in label for scene, (_, label) in zip(scenes.SCENES.values(), buttons, strict=True)
    )


def test_a_picture_can_be_uploaded_pasted_or_taken_and_the_limit_is_named():
    field = image._picture_input(3, ENGLISH)
    assert field.sources == ["upload", "clipboard", "webcam"]
    assert field.label.endswith("at most 3 MB")
