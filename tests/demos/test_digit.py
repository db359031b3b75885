"""``demos.digit``: the handlers of the tab, with good and with bad input."""

import base64
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import gradio as gr
import numpy as np
import pytest
from PIL import Image, ImageDraw

from demos import digit, guard, pad, page, picture
from demos.plots import percent
from models import digit as model
from models import runtime, store

ENGLISH = page.translator("en")
CHINESE = page.translator("zh")
PROBABILITIES = {"0": 0.01, "1": 0.02, "2": 0.0, "3": 0.0, "4": 0.05, "5": 0.0, "6": 0.0, "7": 0.9, "8": 0.0, "9": 0.02}


@pytest.fixture(autouse=True)
def networks(monkeypatch):
    """Networks that answer at once, always the same, without TensorFlow. Returns what each was asked."""
    asked = {}

    def predict(pixels, network):
        asked[network] = pixels
        return model.Reading(PROBABILITIES, 1.5, store.read("digit", network))

    runtime.configure()
    monkeypatch.setattr(model, "predict", predict)
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: True)
    monkeypatch.setattr(runtime, "device", lambda: "CPU")
    return asked


def seven(background=255):
    """A drawn seven, black on light paper or white on dark."""
    image = Image.new("L", (280, 280), background)
    ImageDraw.Draw(image).line([(80, 70), (200, 70), (130, 220)], fill=255 - background, width=18)
    return image


def png(image):
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def address(image):
    """A drawing as the pad sends it."""
    return picture.DRAWING_PREFIX + base64.b64encode(png(image)).decode()


def uploaded(folder, content, name="seven.png"):
    (folder / name).write_bytes(content)
    return str(folder / name)


def answers(value, network="convnet", translate=ENGLISH, read=digit.read_drawing):
    """All panels that follow a drawing."""
    return list(digit.answer(lambda: read(value), network, translate))


def sentence(panels):
    """What the first panel says, as a visitor reads it."""
    return re.search(r"<p>(.*?)</p>", panels[0])[1]


class Skeleton(HTMLParser):
    """The tags of a piece of HTML with what decides their size; without words, numbers and highlights."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        classes = [name for name in (attrs.get("class") or "").split() if not name.startswith("is-")]
        self.tags.append((tag, *classes, attrs.get("width"), attrs.get("height")))


def skeleton(panels):
    return [Skeleton(panel).tags for panel in panels]


# What is read


@pytest.mark.parametrize("background", [255, 0])
def test_a_drawing_becomes_what_the_networks_see(background):
    assert np.array_equal(digit.read_drawing(address(seven(background))), model.preprocess(seven(background)))


def test_an_uploaded_picture_becomes_what_the_networks_see(uploads):
    assert np.array_equal(digit.read_picture(uploaded(uploads, png(seven()))), model.preprocess(seven()))


def test_drawing_and_upload_of_the_same_picture_give_the_same(uploads):
    drawn, chosen = digit.read_drawing(address(seven())), digit.read_picture(uploaded(uploads, png(seven())))
    assert np.array_equal(drawn, chosen)


# What cannot be read: a sentence in the panels, no prediction


BLANK = Image.new("L", (280, 280), 255)
DOT = BLANK.copy()
ImageDraw.Draw(DOT).ellipse((130, 130, 148, 148), fill=0)
BAD_DRAWINGS = {
    "untouched": (None, "Draw a digit first."),
    "blank": (address(BLANK), "Draw a digit first."),
    "transparent": (address(Image.new("RGBA", (280, 280), (0, 0, 0, 0))), "Draw a digit first."),
    "one dot": (address(DOT), "That is very little ink. Draw a bit more."),
    "all ink": (address(Image.new("L", (280, 280), 0)), "I only see ink. Clear it and draw one digit."),
    "a number": (7, picture.DRAWING_LOST),
    "a truth": (True, picture.DRAWING_LOST),
    "a list": ([1, 2], picture.DRAWING_LOST),
    "a dictionary": ({"composite": address(BLANK)}, picture.DRAWING_LOST),
    "a text": ("7", picture.DRAWING_LOST),
    "broken base64": (picture.DRAWING_PREFIX + "@@@", picture.DRAWING_LOST),
    "no picture": (picture.DRAWING_PREFIX + "aGVsbG8=", picture.DRAWING_LOST),
    "a huge text": (picture.DRAWING_PREFIX + "A" * 3_000_000, picture.DRAWING_TOO_LARGE),
    "too many pixels": (address(Image.new("1", (9000, 2000))), picture.DRAWING_TOO_LARGE),
}


@pytest.mark.parametrize("name", BAD_DRAWINGS)
def test_a_bad_drawing_gives_a_sentence_and_no_prediction(name, networks):
    value, expected = BAD_DRAWINGS[name]
    (panels,) = answers(value)
    assert sentence(panels) == expected
    assert networks == {}
    (in_chinese,) = answers(value, translate=CHINESE)
    assert sentence(in_chinese) == CHINESE(expected) != expected


def bad_pictures(folder):
    outside = folder.parent / "outside.png"
    outside.write_bytes(png(seven()))
    return {
        None: "Choose a picture first.",
        "": picture.NOT_UPLOADED,
        7: picture.NOT_UPLOADED,
        str(outside): picture.NOT_UPLOADED,
        "http://127.0.0.1/seven.png": picture.NOT_UPLOADED,
        uploaded(folder, b"", "empty.png"): picture.DAMAGED,
        uploaded(folder, b"hello", "text.png"): picture.DAMAGED,
        uploaded(folder, b"<svg/>", "drawing.png"): picture.WRONG_FORMAT,
        uploaded(folder, png(Image.new("1", (1, 1))), "small.png"): picture.TOO_SMALL,
        uploaded(folder, png(BLANK), "blank.png"): "Draw a digit first.",
    }


def test_a_bad_picture_gives_a_sentence_and_no_prediction(uploads, networks):
    for value, expected in bad_pictures(uploads).items():
        (panels,) = answers(value, read=digit.read_picture)
        assert sentence(panels) == expected
    assert networks == {}


@pytest.mark.parametrize("network", [None, "", "unknown", "../digit-mlp", 0, [], ["mlp"], {}, float("nan")])
def test_a_network_nobody_knows_gives_the_choices(network, networks):
    (panels,) = answers(address(seven()), network)
    assert sentence(panels) == "Please choose one of: convnet, lenet, mlp."
    assert networks == {}
    assert "<dd>convnet</dd>" in panels[3]


@pytest.mark.parametrize(
    ("error", "expected"),
    [(runtime.NotReady, guard.NOT_READY), (runtime.Busy, guard.BUSY), (runtime.Unavailable, guard.UNAVAILABLE)],
)
def test_a_network_that_cannot_answer_says_why(error, expected, monkeypatch):
    def fail(_pixels, _network):
        raise error("digit-mlp")

    monkeypatch.setattr(model, "predict", fail)
    (panels,) = answers(address(seven()))
    assert sentence(panels) == expected


def test_a_fault_of_ours_gives_a_reference_and_no_trace(monkeypatch):
    def fail(_pixels, _network):
        raise RuntimeError("secret")

    monkeypatch.setattr(model, "predict", fail)
    (panels,) = answers(address(seven()))
    assert sentence(panels).startswith("Something went wrong on our side.")
    assert "secret" not in "".join(panels)


# The answer


def test_an_answer_says_what_was_read_how_surely_and_by_whom(networks):
    (panels,) = answers(address(seven()), "lenet")
    assert sentence(panels) == "I read 7, with a probability of 90.0\u202f%."
    assert '<b aria-hidden="true">7</b>' in panels[0]
    assert "<dt>Network</dt><dd>lenet</dd>" in panels[3]
    assert "<dt>Time</dt><dd>1.5 ms</dd>" in panels[3]
    assert list(networks) == ["lenet", "convnet", "mlp"]  # the chosen one first


def test_below_the_threshold_the_answer_is_not_sure(monkeypatch):
    doubtful = dict.fromkeys(model.LABELS, 0.05) | {"3": 0.55}
    monkeypatch.setattr(model, "predict", lambda _, name: model.Reading(doubtful, 1.0, store.read("digit", "lenet")))
    (panels,) = answers(address(seven()))
    assert sentence(panels) == "I am not sure. Most likely it is 3, with a probability of 55.0\u202f%."


NOTHING = dict.fromkeys(model.LABELS, 0.08) | {"5": 0.28}


@pytest.fixture
def refusing(monkeypatch):
    """Networks that find nothing in a picture, of which only convnet was taught to refuse."""
    thresholds = {"convnet": {"refuses_below": 0.4}}
    folders = {name: folder_with(name, thresholds.get(name, {})) for name in model.NETWORKS}
    monkeypatch.setattr(runtime, "folder", lambda task, network: folders[network])
    monkeypatch.setattr(model, "predict", lambda _, name: model.Reading(NOTHING, 1.0, folders[name]))


def folder_with(network, threshold):
    """The embedded folder, its metrics stating this threshold or none."""
    folder = store.read("digit", network)
    metrics = {name: value for name, value in folder.metrics.items() if name != "refuses_below"}
    return replace(folder, metrics=metrics | threshold)


def test_what_is_no_digit_gets_no_label_but_the_nearest(refusing):
    (panels,) = answers(address(seven()))
    expected = "This does not look like a digit. Nearest: 5 (28.0\u202f%)."
    assert sentence(panels) == expected
    assert '<b aria-hidden="true">?</b>' in panels[0]


def test_all_ten_probabilities_of_what_is_no_digit_are_shown_and_none_stands_out(refusing):
    (panels,) = answers(address(seven()))
    assert panels[1].count("8.0\u202f%") == 10  # nine of 8.0 % and the one of 28.0 %
    assert "is-best" not in panels[1]
    assert "is-best" in answers(address(seven()), "lenet")[0][1]


def test_the_networks_that_cannot_refuse_show_their_answers_beside_it(refusing):
    (panels,) = answers(address(seven()))
    doubt = "28.0\u202f%"
    assert cards(panels) == {"convnet": (True, "?", doubt), "lenet": (False, "5", doubt), "mlp": (False, "5", doubt)}


def test_a_chosen_network_that_cannot_refuse_answers(refusing):
    (panels,) = answers(address(seven()), "mlp")
    assert sentence(panels) == "I am not sure. Most likely it is 5, with a probability of 28.0\u202f%."
    assert cards(panels)["convnet"][1] == "?"


def test_a_refusal_has_the_shape_of_an_answer(refusing):
    (refusal,) = answers(address(seven()))
    (answer,) = answers(address(seven()), "mlp")
    assert skeleton(refusal) == skeleton(answer)


def test_the_networks_that_refuse_are_named_where_they_are_chosen(refusing):
    about = "The share of 10,000 test digits that it reads right stands beside each."
    assert digit._about(ENGLISH) == f"{about} Taught to refuse what is no digit: convnet."


def test_nothing_is_said_of_refusing_where_no_network_does(monkeypatch):
    monkeypatch.setattr(runtime, "folder", lambda task, network: folder_with(network, {}))
    assert digit._about(ENGLISH) == "The share of 10,000 test digits that it reads right stands beside each."


def test_all_ten_probabilities_stand_in_their_order_and_one_is_marked():
    (panels,) = answers(address(seven()))
    rows = re.findall(r'<tr(.*?)><th scope="row">(.)</th>.*?width:(.*?)%.*?<td>(.*?)</td></tr>', panels[1])
    assert [label for _mark, label, _width, _value in rows] == list("0123456789")
    assert [label for mark, label, _width, _value in rows if "is-best" in mark] == ["7"]
    assert rows[7][2:] == ("90.0", "90.0\u202f%")


def shown_pixels(panels):
    """The picture in the second panel."""
    content = base64.b64decode(re.search(r'src="data:image/png;base64,(.*?)"', panels[1])[1])
    return np.asarray(Image.open(io.BytesIO(content)))


def test_what_the_networks_saw_is_shown(networks):
    (panels,) = answers(address(seven()))
    assert np.array_equal(shown_pixels(panels), model.preprocess(seven()))
    assert all(np.array_equal(pixels, shown_pixels(panels)) for pixels in networks.values())


def cards(panels):
    """Network -> (is it the chosen one, its label, its probability)."""
    found = re.findall(r'<div class="hub-card(.*?)"><span>(.*?)</span><b>(.*?)</b><small>(.*?)</small>', panels[2])
    return {name: ("is-main" in kind, label, probability) for kind, name, label, probability in found}


def test_the_three_networks_stand_side_by_side():
    (panels,) = answers(address(seven()), "mlp")
    answer = ("7", "90.0\u202f%")
    assert cards(panels) == {"convnet": (False, *answer), "lenet": (False, *answer), "mlp": (True, *answer)}


@pytest.mark.parametrize("error", [runtime.NotReady, runtime.Busy, runtime.Unavailable])
def test_another_network_that_cannot_answer_leaves_its_card_blank(error, networks, monkeypatch):
    answer = model.predict

    def predict(pixels, network):
        if network == "lenet":
            raise error(network)
        return answer(pixels, network)

    monkeypatch.setattr(model, "predict", predict)
    (panels,) = answers(address(seven()))
    assert cards(panels)["lenet"] == (False, "·", "–")
    assert cards(panels)["mlp"][1] == "7"


def test_while_the_network_is_being_loaded_a_note_comes_first(monkeypatch):
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: network != "lenet")
    waiting, panels = answers(address(seven()), "lenet")
    assert sentence(waiting) == "Loading the networks; the answer comes in a few seconds …"
    assert np.array_equal(shown_pixels(waiting), model.preprocess(seven()))
    assert cards(waiting) == {"convnet": (False, "·", "–"), "lenet": (True, "·", "–"), "mlp": (False, "·", "–")}
    assert sentence(panels).startswith("I read 7")
    assert len(answers(address(seven()), "convnet")) == 1


def test_a_bad_drawing_does_not_wait_for_the_network(monkeypatch):
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: False)
    assert [sentence(panels) for panels in answers(None)] == ["Draw a digit first."]


# The panels


def test_the_panels_keep_their_shape_with_and_without_an_answer():
    (answer,) = answers(address(seven()))
    message = digit.show_message("Draw a digit first.", "convnet", ENGLISH)
    note = digit.show_message("Wait.", "convnet", ENGLISH, model.preprocess(seven()))
    assert skeleton(answer) == skeleton(message) == skeleton(note)
    assert all(len(tags) > 2 for tags in skeleton(answer))


def test_a_sentence_with_html_is_shown_and_not_run():
    panels = digit.show_message("<script>alert(1)</script>", "convnet", ENGLISH)
    assert "<script" not in "".join(panels)
    assert sentence(panels) == "&lt;script&gt;alert(1)&lt;/script&gt;"


def test_a_translation_with_html_is_shown_and_not_run():
    panels = digit.show_message("x", "convnet", lambda text: f'{text}"><img onerror=x>')
    assert "<img onerror" not in "".join(panels)


def test_the_picture_has_a_text_for_those_who_cannot_see_it():
    (panels,) = answers(address(seven()), translate=CHINESE)
    assert 'alt="网络看到的图像：28 × 28 像素"' in panels[1]


# The endpoint


def test_programs_get_label_and_probabilities(uploads):
    result = digit.classify(uploaded(uploads, png(seven())), "mlp")
    assert result == {"label": "7", "is_digit": True, "probabilities": PROBABILITIES}
    assert json.loads(json.dumps(result)) == result


def test_programs_are_told_that_it_does_not_look_like_a_digit(uploads, refusing):
    file = uploaded(uploads, png(seven()))
    assert digit.classify(file, "convnet") == {"label": "5", "is_digit": False, "probabilities": NOTHING}
    assert digit.classify(file, "mlp") == {"label": "5", "is_digit": True, "probabilities": NOTHING}


def test_programs_get_a_sentence_where_there_is_no_answer(uploads):
    for value, expected in bad_pictures(uploads).items():
        with pytest.raises(gr.Error) as caught:
            guard.speaking(ENGLISH)(digit.classify)(value, "mlp")
        assert caught.value.message == expected


@pytest.mark.parametrize("network", [None, "unknown", [], {}, 7])
def test_programs_that_name_no_network_get_the_choices(uploads, network):
    with pytest.raises(guard.Refusal) as caught:
        digit.classify(uploaded(uploads, png(seven())), network)
    assert guard.explain(caught.value, ENGLISH) == "Please choose one of: convnet, lenet, mlp."


# The built tab


@pytest.fixture(scope="module")
def tabs():
    runtime.configure()
    return {language: digit.build(language) for language in ("en", "zh")}


def events(tab, kind=None):
    return [event for event in tab.fns.values() if kind is None or event.name == kind]


def test_only_the_english_tab_offers_an_endpoint_and_only_one(tabs):
    def public(tab):
        return [event.api_name for event in events(tab) if event.api_visibility == "public"]

    assert public(tabs["en"]) == [digit.API.name]
    assert public(tabs["zh"]) == []


def test_the_endpoints_description_names_its_inputs_and_networks(tabs):
    (event,) = [event for event in events(tabs["en"]) if event.api_name == digit.API.name]
    assert all(
        word in event.api_description for word in ("network", "label", "is_digit", "probabilities", *model.NETWORKS)
    )


def test_whatever_runs_a_network_shares_one_lane(tabs):
    for tab in tabs.values():
        running = [event for event in events(tab) if event.name in ("handler", "classify")]
        assert len(running) >= 3
        assert {(event.concurrency_id, event.concurrency_limit) for event in running} == {(guard.LANE, 2)}


def test_the_input_that_was_used_last_is_answered(tabs, uploads):
    drawing, upload = address(seven()), uploaded(uploads, png(BLANK))
    drawn, chosen, changed = (event.fn for event in events(tabs["en"], "handler"))

    def said(handler, last):
        (outcome,) = list(handler(drawing, upload, "convnet", last))
        return sentence(outcome)[:6], outcome[-1]

    assert said(drawn, "picture") == ("I read", "drawing")
    assert said(chosen, "drawing") == ("Draw a", "picture")
    assert said(changed, "drawing") == ("I read", "drawing")
    assert said(changed, "picture") == ("Draw a", "picture")


def test_the_networks_to_choose_from_stand_with_their_measured_accuracy(tabs):
    (radio,) = [block for block in tabs["en"].blocks.values() if isinstance(block, gr.Radio)]
    assert [value for _label, value in radio.choices] == list(model.NETWORKS)
    for label, value in radio.choices:
        accuracy = store.read("digit", value).metrics["result"]["value"]
        assert label == f"{value} · {percent(accuracy)}"
    assert radio.value == model.DEFAULT_NETWORK


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_example_is_one_click_away_and_named(tabs, language):
    (drawing_pad,) = [
        block for block in tabs[language].blocks.values() if getattr(block, "label", "") in ("Drawing pad", "手写板")
    ]
    buttons = re.findall(r'data-strokes="(.*?)" aria-label="(.*?)"', drawing_pad.html_template)
    assert [json.loads(strokes) for strokes, _label in buttons] == [
        [[list(point) for point in stroke] for stroke in strokes] for strokes in digit.EXAMPLES.values()
    ]
    assert [label[-1] for _strokes, label in buttons] == list(digit.EXAMPLES)


def test_every_example_lies_on_the_pad():
    for strokes in digit.EXAMPLES.values():
        points = np.array([point for stroke in strokes for point in stroke])
        assert points.min() >= pad.PEN / 2
        assert points.max() <= pad.UNITS - pad.PEN / 2


def test_the_largest_upload_is_named_beside_the_field():
    picture_field = digit._picture_input(3, ENGLISH)
    assert picture_field.label.endswith("at most 3 MB")
