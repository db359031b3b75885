"""``demos.gan``: the handlers of the tab and of the endpoint, with good and with bad input."""

import io
import json
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demos import gallery, gan, guard, page, walk
from models import gan as model
from models import runtime

ENGLISH = page.translator("en")
CHINESE = page.translator("zh")
GOOD = ("all", 42, 20, 1.0, "dcgan")


@pytest.fixture(autouse=True)
def networks(monkeypatch, uploads):
    """Networks that answer at once, without TensorFlow: pictures that depend on all that was asked.

    Returns what they were asked.
    """
    asked = []

    def generate(digit, seed, count, truncation, network):
        asked.append((digit, seed, count, truncation, network))
        pixels = np.random.default_rng([seed, count, int(truncation * 100), digit or 0]).integers(
            0, 256, (count, 28, 28)
        )
        told = tuple(model.digits_asked(digit, count).tolist()) if model.IS_CONDITIONAL[network] else (None,) * count
        folder = runtime.folder("gan", network)
        return model.Pictures(pixels.astype(np.uint8), np.linspace(0.2, 0.6, count), told, 1.5, folder)

    def go(digit, seed_a, seed_b, steps, network):
        return generate(digit, seed_a + seed_b, steps, 1.0, network)

    runtime.configure()
    monkeypatch.setattr(model, "generate", generate)
    monkeypatch.setattr(model, "walk", go)
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: True)
    monkeypatch.setattr(runtime, "device", lambda: "CPU")
    return asked


def panels(values=GOOD, translate=ENGLISH):
    """The last panels that follow the entries."""
    return list(gan.answer(values, translate))[-1]


def sentence(shown):
    """What the verdict says, as a visitor reads it."""
    return re.search(r"<p>(.*?)</p>", shown[0])[1]


def figures(shown):
    return re.findall(r"<figure>.*?</figure>", shown[1])


def changed(values, name, value):
    names = ("digit", "seed", "count", "truncation", "network")
    return tuple(value if each == name else old for each, old in zip(names, values, strict=True))


# What is made


def test_as_many_pictures_are_shown_as_were_asked_for_each_with_its_opinion():
    shown = panels(changed(GOOD, "count", 7))
    assert len(figures(shown)) == 7
    assert re.search(r"width:20\.0%", figures(shown)[0]) and "20.0" in figures(shown)[0]
    assert "60.0" in figures(shown)[-1]


def test_the_verdict_names_digit_seed_and_number():
    assert sentence(panels(("7", 5, 3, 1.0, "dcgan"))).startswith("3 pictures of a 7 from seed 5.")
    assert sentence(panels(("all", 5, 3, 1.0, "dcgan"))).startswith("3 pictures from seed 5, the ten digits in turn.")
    assert "chooses the digits itself" in sentence(panels(("all", 5, 3, 1.0, "mlp")))


@pytest.mark.parametrize(
    ("digit", "network", "mark"), [("7", "dcgan", "7"), ("all", "dcgan", "0–9"), ("7", "mlp", "?")]
)
def test_the_mark_is_the_asked_digit_or_the_range_of_all(digit, network, mark):
    assert re.search(r"<b.*?>(.*?)</b>", panels((digit, 5, 3, 1.0, network))[0])[1] == mark


def test_at_distance_zero_it_is_said_why_all_are_alike():
    assert "they are alike" in sentence(panels(changed(GOOD, "truncation", 0)))
    assert "Nobody wrote them" in sentence(panels())


def test_a_digit_is_not_asked_of_a_network_that_cannot_be_told_one(networks):
    panels(("7", 5, 3, 1.0, "mlp"))
    assert networks == [(None, 5, 3, 1.0, "mlp"), (None, 5, 1, 1.0, "dcgan")]


def test_the_choice_of_a_digit_is_off_for_a_network_that_cannot_be_told_one_and_says_why():
    off, on = gan._digit_for("mlp", ENGLISH), gan._digit_for("dcgan", ENGLISH)
    assert not off["interactive"] and "never told" in off["info"]
    assert on["interactive"] and on["info"] != off["info"]
    assert gan._digit_for(["nonsense"], ENGLISH)["interactive"]


def test_every_network_shows_its_first_picture_of_the_seed(networks):
    shown = panels()
    assert [asked[4] for asked in networks] == ["dcgan", "mlp"]
    assert shown[2].count("<img") == 2 and shown[2].count("is-main") == 1


def test_a_network_that_is_not_available_leaves_its_place_empty(monkeypatch):
    generate = model.generate

    def only_dcgan(digit, seed, count, truncation, network):
        if network == "mlp":
            raise runtime.Unavailable("gan-mlp")
        return generate(digit, seed, count, truncation, network)

    monkeypatch.setattr(model, "generate", only_dcgan)
    shown = panels()
    assert "–" in shown[2] and len(figures(shown)) == 20


def test_the_line_below_names_what_answered():
    assert "dcgan" in panels()[3] and "1.5 ms" in panels()[3]


# What can be taken


def test_the_zip_holds_the_same_files_as_the_endpoint_gives():
    paths = gan.generate(7, 42, 5, 1.0, "dcgan")
    bundle = zipfile.ZipFile(panels(("7", 42, 5, 1.0, "dcgan"))[5]["value"])
    assert bundle.namelist() == [Path(path).name for path in paths]
    assert bundle.namelist()[0] == "digit-7-seed-42-01.png"
    assert [bundle.read(name) for name in bundle.namelist()] == [Path(path).read_bytes() for path in paths]


def test_equal_wishes_give_equal_files():
    first, second = panels(), panels()
    assert first == second


def test_a_file_is_one_picture_pixel_for_pixel():
    pixels = model.generate(7, 42, 2, 1.0, "dcgan").pixels
    paths = gan.generate(7, 42, 2, 1.0, "dcgan")
    for path, expected in zip(paths, pixels, strict=True):
        image = Image.open(path)
        assert (image.format, image.size) == ("PNG", (28, 28))
        assert np.array_equal(np.asarray(image), expected)


def test_files_lie_in_the_upload_folder_from_where_they_are_served_and_swept():
    assert all(guard.is_uploaded(path) for path in gan.generate(1, 2, 3, 1.0, "dcgan"))
    assert guard.is_uploaded(panels()[4]["value"]) and guard.is_uploaded(panels()[5]["value"])


@pytest.mark.parametrize(("count", "size"), [(1, (128, 128)), (8, (1024, 128)), (9, (1024, 256)), (64, (1024, 1024))])
def test_the_sheet_holds_eight_in_a_row_four_times_as_large(count, size):
    pixels = np.full((count, 28, 28), 200, np.uint8)
    sheet = Image.open(io.BytesIO(gallery.sheet(pixels)))
    assert sheet.size == size and sheet.getpixel((64, 64)) == 200 and sheet.getpixel((0, 0)) == 128


# What cannot be made: a sentence in the panels, no network runs

SEED = "The seed must be a whole number from 0 to 2,147,483,647."
COUNT = "The number of pictures must be a whole number from 1 to 64."
DISTANCE = "The distance from the mean must be a number from 0 to 1.5."
HUGE = 10**30
BAD_ENTRIES = [
    *[("seed", bad, SEED) for bad in (-1, 2**31, 2**63, HUGE, 3.7, float("nan"), float("inf"), "abc", "7", None, "")],
    *[("seed", bad, SEED) for bad in (True, [1], {"a": 1})],
    *[("count", bad, COUNT) for bad in (0, -1, 65, 10_000, 10**9, 2.5, float("nan"), None, "20", [20])],
    *[("truncation", bad, DISTANCE) for bad in (-0.1, 1.6, 1e300, float("nan"), float("-inf"), None, "1", {})],
    *[("digit", bad, "Please choose one of: ") for bad in (7, None, "10", "-1", "x", ["7"], float("nan"))],
    *[("network", bad, "Please choose one of: dcgan, mlp.") for bad in ("stylegan", None, 1, ["mlp"], {})],
]


@pytest.mark.parametrize(("name", "bad", "expected"), BAD_ENTRIES)
def test_a_bad_entry_gives_a_sentence_and_no_network_runs(name, bad, expected, networks):
    shown = panels(changed(GOOD, name, bad))
    assert sentence(shown).startswith(expected)
    assert networks == []
    assert shown[4] == shown[5] == {"value": None, "interactive": False, "__type__": "update"}
    in_chinese = sentence(panels(changed(GOOD, name, bad), CHINESE))
    assert re.search(r"[\u4e00-\u9fff]", in_chinese) and not in_chinese.startswith(expected)


def test_a_message_takes_the_room_of_the_pictures_that_it_replaces():
    assert len(figures(gan.show_message("Wait", "dcgan", 20, ENGLISH))) == len(figures(panels()))


def test_a_broken_generator_is_our_fault_and_the_visitor_reads_so(monkeypatch):
    def broken(*_values):
        raise FloatingPointError("NaN")

    monkeypatch.setattr(model, "generate", broken)
    assert "Something went wrong on our side" in sentence(panels())


def test_while_the_network_is_loaded_a_waiting_note_comes_first(monkeypatch):
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: False)
    waiting, answer = gan.answer(GOOD, ENGLISH)
    assert sentence(waiting).startswith("Loading the networks") and len(figures(answer)) == 20


# The endpoint


def test_without_a_digit_the_endpoint_makes_all_ten_in_turn():
    assert [Path(path).name[:8] for path in gan.generate(None, 1, 11, 1.0, "dcgan")][-2:] == ["digit-9-", "digit-0-"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((10, 1, 1, 1.0, "dcgan"), "digit must be a whole number from 0 to 9."),
        ((-1, 1, 1, 1.0, "dcgan"), "digit must be a whole number from 0 to 9."),
        (("7", 1, 1, 1.0, "dcgan"), "digit must be a whole number from 0 to 9."),
        ((7, None, 1, 1.0, "dcgan"), "seed must be a whole number from 0 to 2,147,483,647."),
        ((7, 2**31, 1, 1.0, "dcgan"), "seed must be a whole number from 0 to 2,147,483,647."),
        ((7, 1, 10**9, 1.0, "dcgan"), "count must be a whole number from 1 to 64."),
        ((7, 1, 1, float("nan"), "dcgan"), "truncation must be a number from 0 to 1.5."),
        ((7, 1, 1, 1.0, "gan"), "Please choose one of: dcgan, mlp."),
        ((7, 1, 1, 1.0, "mlp"), "mlp cannot be told which digit to make. Give null as the digit."),
    ],
)
def test_a_bad_call_gives_a_sentence_and_no_network_runs(values, expected, networks):
    with pytest.raises(guard.Refusal) as refusal:
        gan.generate(*values)
    assert guard.explain(refusal.value, ENGLISH) == expected
    assert networks == []


def test_the_names_of_the_parameters_are_those_of_the_endpoint():
    names = gan.generate.__code__.co_varnames[: gan.generate.__code__.co_argcount]
    assert names == tuple(gan.API.parameters)


# The walk


def player(*values, translate=ENGLISH):
    return json.loads(gan.answer_walk(values, translate))


def test_a_walk_of_one_digit_is_a_strip_of_its_steps(networks):
    sent = player("7", 1, 2, "dcgan")
    assert (sent["steps"], sent["width"], sent["height"]) == (walk.STEPS, 28, 28)
    assert len(sent["opinions"]) == walk.STEPS and sent["strip"].startswith("data:image/png;base64,")
    assert len(networks) == 1


def test_all_ten_digits_walk_together_in_two_rows(networks):
    sent = player("all", 1, 2, "dcgan")
    assert (sent["width"], sent["height"]) == (140, 56)
    assert [asked[0] for asked in networks] == list(range(10))


def test_the_mlp_walks_without_a_digit(networks):
    assert player("7", 1, 2, "mlp")["width"] == 28
    assert networks[0][0] is None


@pytest.mark.parametrize("bad", [None, "", -1, 2**31, 1.5, float("nan"), "7", [1]])
def test_a_walk_to_no_seed_gives_a_sentence(bad, networks):
    assert player("7", 1, bad, "dcgan") == {
        "message": "The seed to walk to must be a whole number from 0 to 2,147,483,647."
    }
    assert player("7", bad, 1, "dcgan", translate=CHINESE)["message"].startswith("“种子”")
    assert networks == []


# What was made while it learned


@pytest.mark.parametrize("network", model.NETWORKS)
def test_every_network_shows_what_it_made_while_it_learned(network):
    html = gan.show_learning(network, ENGLISH)
    moments = runtime.folder("gan", network).metrics["training"]["snapshots_after_epochs"]
    assert html.count("<tr>") == len(moments) >= 3
    assert "before training" in html and f"after epoch {moments[-1]}" in html


def test_whether_it_copies_is_shown_where_it_was_measured_and_left_out_where_not(monkeypatch, tmp_path):
    folder = runtime.folder("gan", "dcgan")
    nearest = {"pixels": {"nearer": 0.003, "made_median": 4.474, "test_median": 4.361}}
    for name in (model.SNAPSHOTS, model.NEIGHBOURS):
        shutil.copyfile(folder.path / model.SNAPSHOTS, tmp_path / name)
    known = {name: value for name, value in folder.metrics.items() if name != "nearest"}
    measured = replace(folder, path=tmp_path, metrics=known | {"nearest": nearest})
    monkeypatch.setattr(runtime, "folder", lambda *_: measured)
    html = gan.show_learning("dcgan", ENGLISH)
    assert "0.3\N{NARROW NO-BREAK SPACE}% of its digits" in html and "is 4.47, that of the real ones 4.36" in html
    assert html.count("<img") == len(known["training"]["snapshots_after_epochs"]) + 1
    monkeypatch.setattr(runtime, "folder", lambda *_: replace(measured, metrics=known))
    assert "gan-neighbours" not in gan.show_learning("dcgan", ENGLISH)


def test_a_seed_at_random_is_short_and_not_always_the_same():
    seeds = {gan.new_seed() for _try in range(20)}
    assert len(seeds) > 10 and all(0 <= seed < 1_000_000 for seed in seeds)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_tab_can_be_built_and_only_the_english_one_has_the_endpoint(language):
    demo = gan.build(language)
    names = [function.api_name for function in demo.fns.values() if function.api_visibility == "public"]
    assert names == (["generate_digits"] if language == "en" else [])
