"""The translations: every text of the hub has its Chinese, and the Chinese page shows nothing but Chinese."""

import io
import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import numpy as np
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import app
from demos import digit, page, sentiment
from models import digit as digit_model
from models import forecast as forecast_model
from models import gan as gan_model
from models import house as house_model
from models import image as image_model
from models import runtime
from models import sentiment as sentiment_model

ROOT = Path(__file__).parents[2]
CATALOG = page.LOCALE / page.CATALOGS["zh"] / "LC_MESSAGES" / "hub.po"

CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z][A-Za-z']*")
# What stays as it is in Chinese too.
NAMES = {*digit_model.NETWORKS, "MNIST", "SVM", "Hub", "PNG", "JPEG", "WebP", "GIF", "BMP", "MB", "Delete", "English"}
NAMES |= {*image_model.NETWORKS, "CIFAR", "ImageNet", "ResNet", "storage", "googleapis", "com"}
NAMES |= {*house_model.NETWORKS, "R", "Boosting", "CatBoost"}
NAMES |= {"house", "living", "area"}  # a value too
NAMES |= {*gan_model.NETWORKS, "ZIP"}
NAMES |= {*forecast_model.NETWORKS, "OWA", "MASE", "sMAPE", "Theta", "CSV", "UTF", "GBK", "GB", "Windows"}
NAMES |= {
    "Plotly",
    "MIT",
    "NOAA",
    "statsmodels",
    "Keeling",
    "Whorf",
    "CO",
    "ppm",
    "C",
    "values",
    "auto",
}  # two values too
NAMES |= {*sentiment_model.NETWORKS, "IMDB", "SST", "ChnSentiCorp", "NB", "online", "shopping", "cats"}
NAMES |= {"M", "all", "to", "unknown"}  # M4; values of choices; a token's name
NAMES |= {
    "tab",
    "hide",
    "lang",
    "en",
    "zh",
    "digit",
    "image",
    "house",
    "forecast",
    "sentiment",
    "gan",
    "Ctrl",
}  # what links say; a key
# Where a component's words are; a figure and a table are looked into by themselves.
WORDY = ("label", "value", "choices", "placeholder", "info", "html_template", "alt_text", "headers", "title")
SPOKEN = ("aria-label", "alt", "title", "placeholder")


@cache
def marked():
    """Every text that the sources mark for translation -> where it stands."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as stream:
        methods, options = parse_mapping_cfg(stream)
    found = extract_from_dir(ROOT, methods, options)
    return {message: f"{file}:{line}" for file, line, message, *_rest in found}


@cache
def catalog():
    with CATALOG.open("rb") as stream:
        return read_po(stream)


def fields(text):
    """The names of a text's gaps."""
    return sorted(name for _text, name, _format, _conversion in Formatter().parse(text) if name is not None)


# The catalog


def test_the_sources_hold_texts_of_every_kind():
    assert {"Undo", "Draw a digit first.", "Device", "This picture is too narrow."} <= marked().keys()
    assert any(place.startswith("training") for place in marked().values())


def test_every_text_has_its_chinese():
    missing = {
        text: place for text, place in marked().items() if not (entry := catalog().get(text)) or not entry.string
    }
    assert not missing, "Run `make messages`, then translate these in hub.po."


def test_no_translation_is_a_guess():
    assert not [entry.id for entry in catalog() if entry.fuzzy]


def test_every_translation_is_chinese():
    assert not [entry.id for entry in catalog() if entry.id and not CHINESE.search(entry.string)]


def test_every_translation_has_the_gaps_of_its_text():
    assert not [entry.id for entry in catalog() if entry.id and fields(entry.id) != fields(entry.string)]


def test_no_translation_is_left_over():
    assert not [entry.id for entry in catalog() if entry.id and entry.id not in marked()]
    assert not catalog().obsolete


def test_the_compiled_catalog_is_that_of_its_source():
    compiled = io.BytesIO()
    write_mo(compiled, catalog())
    assert CATALOG.with_suffix(".mo").read_bytes() == compiled.getvalue(), "Run `make messages`."


def test_the_page_speaks_by_this_catalog():
    assert page.translator("zh")("Undo") == catalog().get("Undo").string
    assert page.translator("en")("Undo") == "Undo"


def test_a_language_that_the_hub_does_not_speak_is_an_error(monkeypatch):
    monkeypatch.setitem(page.CATALOGS, "zh", "xx")
    with pytest.raises(FileNotFoundError):
        page.translator("zh")


# The pages


class Texts(HTMLParser):
    """Collects what a visitor reads or hears of a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_data(self, data):
        self.found.append(data)

    def handle_starttag(self, tag, attrs):
        self.found += [value or "" for name, value in attrs if name in SPOKEN or name.startswith("data-")]


def texts_of(value):
    """All texts in a value of any shape, HTML read as HTML."""
    if isinstance(value, str):
        return Texts(value).found
    if isinstance(value, dict):
        value = value.values()
    return [text for part in value for text in texts_of(part)] if hasattr(value, "__iter__") else []


def texts_of_figure(plot):
    """The names of a figure's curves and the titles of its axes."""
    figure = json.loads(plot)
    layout = {name: part for name, part in figure["layout"].items() if name != "template"}
    titles = [axis["title"]["text"] for axis in layout.values() if isinstance(axis, dict) and "title" in axis]
    return [*titles, *[curve["name"] for curve in figure["data"]]]


def texts_of_component(kind, props):
    if kind == "code" or not props.get("visible", True):
        return []
    if kind == "plot":
        return texts_of_figure(props["value"]["plot"])
    if kind == "dataframe":  # its rows are the layers' own names
        return texts_of([props["value"]["headers"], props.get("label")])
    # A choice is (what is shown, what is sent).
    return texts_of(
        [
            [choice[0] for choice in props[name]] if name == "choices" else props.get(name)
            for name in WORDY
            if props.get(name)
        ]
    )


def texts_of_page(name):
    """All words that the page of this name shows, without those that come with an answer."""
    runtime.configure()
    config = app.build([app.task_of(demo) for demo in app.DEMOS]).get_config_file()
    on_page = set(config["page"][name]["components"])
    shown = [part for part in config["components"] if part["id"] in on_page]
    texts = [text for part in shown for text in texts_of_component(part["type"], part["props"])]
    return [text for text in texts if text not in sentiment.EXAMPLES]  # both pages offer both languages there


def english(texts):
    """The English words among texts, without names and what stands in braces."""
    return {word for text in texts for word in WORD.findall(re.sub(r"\{\w+\}", "", text))} - NAMES


def test_the_chinese_page_shows_no_english():
    texts = texts_of_page("zh")
    assert english(texts) == set()
    assert len([text for text in texts if CHINESE.search(text)]) > 40


def test_the_english_page_shows_no_chinese_but_the_switch():
    assert [text for text in texts_of_page("") if CHINESE.search(text)] == ["中文"]


@pytest.mark.parametrize("text", ["Undo", "Drawing pad", "epoch", "layer", "Training curve", "loss, validation"])
def test_a_text_that_was_not_translated_would_be_seen(text, monkeypatch):
    chinese = page.translator("zh")

    def forgetful(language):
        return lambda asked: asked if asked == text or language == "en" else chinese(asked)

    monkeypatch.setattr(page, "translator", forgetful)
    assert english(texts_of_page("zh")) == set(WORD.findall(text))


def test_a_text_that_was_not_marked_would_be_seen(monkeypatch):
    monkeypatch.setattr(digit, "title", lambda _: "Handwriting")
    assert english(texts_of_page("zh")) == {"Handwriting"}


def test_what_comes_with_an_answer_is_chinese_too(monkeypatch):
    monkeypatch.setattr(runtime, "device", lambda: "CPU")
    chinese = page.translator("zh")
    probabilities = dict.fromkeys(digit_model.LABELS, 0.02) | {"7": 0.82}
    readings = {
        name: digit_model.Reading(probabilities, 1.5, runtime.folder("digit", name)) for name in digit_model.NETWORKS
    }
    panels = digit.show_readings(np.zeros((28, 28), np.uint8), readings, "mlp", chinese)
    assert english(texts_of(panels)) <= {"CPU", "ms"}


@pytest.mark.parametrize("problem", ["missing", "forbidden", "unreachable", "slow", "broken"])
def test_every_problem_with_the_hub_is_told_in_chinese(problem):
    assert english([page.hub_problem(problem, page.translator("zh"))]) == set()
