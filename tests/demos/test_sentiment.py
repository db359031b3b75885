"""``demos.sentiment``: the handlers of the tab, with good and with bad input."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

from demos import guard, page, sentiment
from models import runtime, store
from models import sentiment as model
from models.tokens import Vocabulary

ENGLISH = page.translator("en")
CHINESE = page.translator("zh")
VOCABULARY = Vocabulary.of(["good", "bad", "very", "好", "script", "b", "img", "it", "is", ".", "🎉"])


@pytest.fixture(autouse=True)
def networks(monkeypatch):
    """Networks that answer at once: good is 1 towards positive, bad 2 towards negative. Returns what each was asked."""
    asked = {}

    def call(task, network, ids):
        asked[network] = ids
        good, bad = (ids == VOCABULARY.ids["good"]).sum(axis=1), (ids == VOCABULARY.ids["bad"]).sum(axis=1)
        weights = np.exp(np.minimum(np.stack([2.0 * bad, 0 * bad, 1.0 * good], axis=1), 50))
        return runtime.Answer(weights / weights.sum(axis=1, keepdims=True), 1.5, store.read(task, network))

    runtime.configure()
    monkeypatch.setattr(runtime, "call", call)
    monkeypatch.setattr(model, "vocabulary_of", lambda network: VOCABULARY)
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: True)
    monkeypatch.setattr(runtime, "device", lambda: "CPU")
    return asked


def answers(text, network="regions", translate=ENGLISH):
    return list(sentiment.answer(text, network, translate))


def said(shown):
    """What the first panel says."""
    return re.search(r"<p>(.*?)</p>", shown[0])[1]


class Reader(HTMLParser):
    """The words of a piece of HTML inside one class, and all tags there are."""

    def __init__(self, html, name="sentiment-text"):
        super().__init__()
        self.name, self.inside, self.text, self.tags, self.marks = name, False, "", [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        self.inside = self.inside or self.name == attrs.get("class")
        if tag == "mark" and self.inside:
            self.marks.append((attrs["class"], attrs["title"]))

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "p"

    def handle_data(self, data):
        self.text += data if self.inside else ""


# Good input


def test_praise_is_said_with_its_probability_in_both_languages():
    (shown,) = answers("good good good")
    assert said(shown) == "This is praise: positive, with a probability of 90.9\N{NARROW NO-BREAK SPACE}%."
    (shown,) = answers("good good good", translate=CHINESE)
    assert "正面" in said(shown) and "90.9" in said(shown)


def test_blame_and_doubt_are_said_too():
    assert said(answers("bad bad")[0]).startswith("This is blame: negative")
    assert said(answers("good")[0]).startswith("I am not sure. Most likely it is positive")


def test_the_words_carry_sign_and_effect_and_the_text_stays_as_it_was_typed():
    (shown,) = answers("  It is\n good ,  bad 🎉 ")
    read = Reader(shown[2])
    assert read.text == "  It is\n good ,  bad 🎉 "
    assert read.marks == [("is-up", "+1.00"), ("is-down", "-2.00")]


def test_the_strongest_words_are_also_said_without_colour():
    (shown,) = answers("very good bad")
    assert "Most towards positive: good (+1.0)." in shown[2]
    assert "Most towards negative: bad (-2.0)." in shown[2]


def test_only_words_and_emoji_are_named_as_the_strongest():
    effects = {"slow": -1.8, ",": -1.2, " 😤": -0.9, " !!": -0.5, " 慢": -0.4, "。": 2.0, " _": 1.0}
    shown = sentiment.show_pieces(tuple(model.Piece(*piece) for piece in effects.items()), ENGLISH)
    assert "Most towards negative: slow (-1.8), 😤 (-0.9), 慢 (-0.4)." in shown
    assert "Most towards positive" not in shown
    assert len(Reader(shown).marks) == len(effects)  # in colour they stay


def test_unknown_tokens_are_marked_and_known_ones_have_their_id():
    (shown,) = answers("good zebra good")
    assert shown[5].count("is-unknown") == 1
    assert "<s>zebra</s><b>&lt;unknown&gt;</b><small>1</small>" in shown[5]
    assert "<b>good</b><small>2</small>" in shown[5]


def test_a_text_that_is_too_long_for_the_network_says_so():
    (shown,) = answers("good " * 150, "lstm")
    assert "it reads the last 100 tokens and not the first 50" in shown[5]
    assert "too long" not in answers("good " * 150, "regions")[0][5]


def test_all_networks_answer_and_only_the_main_one_is_asked_to_explain(networks):
    (shown,) = answers("very good", "lstm")
    assert {name: len(ids) for name, ids in networks.items()} == {"regions": 1, "lstm": 3, "rnn": 1}
    assert shown[3].count("hub-card") == 4  # the group and three


def test_a_network_that_is_missing_beside_the_main_one_is_left_blank(monkeypatch):
    whole = model.predict

    def predict(text, network, explain=True):
        if network == "rnn":
            raise runtime.Unavailable("sentiment-rnn")
        return whole(text, network, explain)

    monkeypatch.setattr(model, "predict", predict)
    (shown,) = answers("good")
    assert said(shown).startswith("I am not sure") and "–" in shown[3]


def test_while_the_network_is_loaded_the_visitor_is_told(monkeypatch):
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: False)
    first, second = answers("good good good")
    assert said(first) == sentiment.WAITING
    assert said(second).startswith("This is praise")


@pytest.mark.parametrize("example", sentiment.EXAMPLES)
def test_an_example_is_no_longer_than_a_text_may_be(example):
    assert guard.require_text(example, 100) == example


def test_the_examples_are_of_both_languages_and_not_from_the_probe():
    from training.probe import PROBES

    assert not set(sentiment.EXAMPLES) & {probe.text for probe in PROBES}
    chinese = [text for text in sentiment.EXAMPLES if re.search("[\u4e00-\u9fff]", text)]
    assert 2 <= len(chinese) < len(sentiment.EXAMPLES) - 2
    assert not [text for text in chinese if re.search("[,.!?;:]", text)]  # Chinese has marks of its own


# Bad input: a sentence in the panels, the networks not asked


NO_TEXT = "Type a text, or choose an example."
BAD = {
    "nothing": (None, NO_TEXT),
    "empty": ("", NO_TEXT),
    "blanks": (" \n\t\u3000 ", NO_TEXT),
    "a number": (7, guard.NO_TEXT),
    "a truth": (True, guard.NO_TEXT),
    "a list": (["good"], guard.NO_TEXT),
    "a dictionary": ({"text": "good"}, guard.NO_TEXT),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_text_gives_a_sentence_and_no_judgement(name, networks):
    value, expected = BAD[name]
    assert said(answers(value)[0]) == expected
    assert said(answers(value, translate=CHINESE)[0]) == CHINESE(expected) != expected
    assert networks == {}


@pytest.mark.parametrize("text", ["good " * 2001, "g" * 10_000, "好" * 5001, "x" * 1_000_000])
def test_a_text_over_the_limit_is_refused_before_it_is_split(text, monkeypatch, networks):
    monkeypatch.setattr(model, "tokenise", lambda _: pytest.fail("it was split"))
    assert said(answers(text)[0]).startswith("Please enter at most 5,000 characters")
    assert networks == {}


@pytest.mark.parametrize("text", ["12345", "?!?!", "\u200b\u200d", "Привет, как дела", "مرحبا بالعالم", "\ud83d"])
def test_what_is_in_neither_language_is_neutral_and_the_tab_says_why(text, networks):
    (shown,) = answers(text)
    assert said(shown) == sentiment.NOT_UNDERSTOOD
    assert networks == {}


@pytest.mark.parametrize("network", [None, "", "bert", 1, ["regions"], "Regions"])
def test_an_unknown_network_gives_a_sentence(network, networks):
    assert said(answers("good", network)[0]) == "Please choose one of: regions, lstm, rnn."
    assert networks == {}


HOSTILE = [
    "<script>alert(1)</script> good",
    '<img src=x onerror="alert(1)"> bad',
    "</p></figure><b>good</b>",
    "[good](javascript:alert(1)) **good**",
    "{{7*7}} ${7*7} good",
    "'; DROP TABLE reviews; -- good",
    "&lt;b&gt; good",
    "good \x00\x1b[31m\r\n bad",
    "\u202egood\u202c \u2066bad\u2069",
    "good" + "\u0301" * 500,
    "good \ud800 \udfff",
    "a\u200db\u200dgood 👩\u200d👩\u200d👧 good",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("network", model.NETWORKS)
def test_hostile_text_is_answered_and_shown_as_plain_text(text, network):
    (shown,) = answers(text, network)
    read = Reader(shown[2])
    assert read.text.replace("\r\n", "\n") == model.clean(text).replace("\r\n", "\n")
    allowed = {"figure", "figcaption", "p", "mark", "span", "ol", "li", "b", "s", "small", "div", "dl", "dt", "dd"}
    tags = {tag for panel in shown for tag in Reader(panel).tags}
    assert tags <= allowed | {"table", "caption", "tr", "th", "td"}
    for panel in shown:
        panel.encode()
        assert not re.search("[\x00\x1b\u202a-\u202e\u2066-\u2069]", panel)


def test_a_fault_of_ours_is_a_sentence_with_a_reference(monkeypatch, caplog):
    def fail(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr(model, "predict", fail)
    (shown,) = answers("good")
    assert said(shown).startswith("Something went wrong on our side.") and "secret" not in "".join(shown)


def test_a_message_has_panels_of_the_same_kind_as_an_answer():
    (answered,), (refused,) = answers("good bad"), answers("")
    assert len(answered) == len(refused) == 6
    assert all(panel for panel in refused)


# The endpoint


def test_the_endpoint_gives_plain_values():
    found = sentiment.classify("very good 好", "regions")
    assert found["label"] == "positive"
    assert list(found["probabilities"]) == ["negative", "neutral", "positive"]
    assert sum(found["probabilities"].values()) == pytest.approx(1)
    assert "".join(word["text"] for word in found["words"]) == "very good 好"
    assert [word["effect"] for word in found["words"]] == [0, 1, 0]


@pytest.mark.parametrize("text", [None, "", "  ", 3, ["good"], {"a": 1}, True])
def test_the_endpoint_refuses_what_is_no_text(text):
    with pytest.raises(guard.Refusal, match=r"Please enter a text\."):
        sentiment.classify(text, "regions")


def test_the_endpoint_names_no_text_of_the_visitor_in_its_refusals():
    with pytest.raises(guard.Refusal) as caught:
        sentiment.classify("secret" * 2000, "regions")
    assert "secret" not in guard.explain(caught.value, ENGLISH)


# The page


def test_the_tab_is_built_in_both_languages_and_only_the_english_has_the_endpoint():
    names = {}
    for language in ("en", "zh"):
        config = sentiment.build(language).get_config_file()
        names[language] = {event["api_name"] for event in config["dependencies"] if event["api_visibility"] == "public"}
    assert names == {"en": {"classify_sentiment"}, "zh": set()}


def test_building_the_tab_imports_no_tensorflow():
    script = (
        "import sys; from demos import sentiment; sentiment.build('en');"
        "print({'tensorflow', 'keras', 'sklearn', 'scipy'} & sys.modules.keys())"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert printed.stdout.strip() == "set()", printed.stderr
