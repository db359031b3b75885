"""``classify_sentiment`` over HTTP: plain values, and a sentence for what cannot be judged."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.sentiment import NETWORKS
from tests import running_hub
from tests.running_hub import call, outcome

NO_TEXT = "Please enter a text."
NETWORK = "Please choose one of: regions, lstm, rnn."


@pytest.fixture(scope="module")
def hub():
    with running_hub.start("--demos", "sentiment", "--lang", "en") as hub:
        with hub.http() as client:
            for network in NETWORKS:
                tries = (call(client, "classify_sentiment", "good", network)[1] for _try in range(4))
                assert "complete" in tries  # a busy machine may need more than one wait to load a network
        yield hub


@pytest.fixture
def http(hub):
    with hub.http() as client:
        yield client


def judged(http, *values):
    """What a good call gives."""
    status, kind, results = call(http, "classify_sentiment", *values)
    assert (status, kind) == (200, "complete"), results
    return results[0]


def said(http, *values):
    """What a bad call says."""
    status, kind, error = call(http, "classify_sentiment", *values)
    assert (status, kind) == (200, "error")
    return error["error"]


@pytest.mark.parametrize("network", ["regions", "lstm", "rnn"])
def test_every_network_gives_label_probabilities_and_words(http, network):
    text = "What a wonderful film, 非常好看!"
    found = judged(http, text, network)
    assert found["label"] == "positive"
    assert list(found["probabilities"]) == ["negative", "neutral", "positive"]
    assert sum(found["probabilities"].values()) == pytest.approx(1, abs=1e-4)
    assert "".join(word["text"] for word in found["words"]) == text
    assert all(isinstance(word["effect"], float) for word in found["words"])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("虽然这部电影有些缺点,但总的来说还是很棒的", "positive"),
        ("The worst meal I have ever had.", "negative"),
        ("🎉" * 3 + "12345", "positive"),
        ("12345 ?!", "neutral"),
        ("Привет", "neutral"),
    ],
)
def test_ours_judges_plain_cases_rightly(http, text, label):
    assert judged(http, text, "regions")["label"] == label


def test_the_same_text_gives_the_same_also_to_many_at_once(http):
    first = judged(http, "It is good, but slow.", "regions")
    with ThreadPoolExecutor(6) as pool:
        others = list(pool.map(lambda _: judged(http, "It is good, but slow.", "regions"), range(6)))
    assert all(other == first for other in others)


@pytest.mark.parametrize("text", [None, "", " \n ", 0, 3.5, True, [], ["good"], {"a": 1}])
def test_what_is_no_text_gives_a_sentence(http, text):
    assert said(http, text, "regions") == NO_TEXT


@pytest.mark.parametrize("text", ["good " * 2001, "x" * 10_000, "好" * 5001])
def test_a_text_that_is_too_long_gives_a_sentence(http, text):
    assert said(http, text, "lstm") == f"Please enter at most 5,000 characters; these are {len(text):,}."


def test_a_text_at_the_limit_is_judged(http):
    text = ("很好看。" * 1250)[:5000]
    found = judged(http, text, "regions")
    assert "".join(word["text"] for word in found["words"]) == text
    assert len(found["words"]) <= 130


@pytest.mark.parametrize("network", [None, "", "bert", 1, ["lstm"], {}])
def test_an_unknown_network_gives_a_sentence(http, network):
    assert said(http, "good", network) == NETWORK


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "'; DROP TABLE reviews; --",
        "{{7*7}}",
        "\u202egood\u202c",
        "a\u0000b good\u001b[31m",
        "good" + "\u0301" * 2000,
        "x" * 4999,
        "\u200b" * 100,
        "👩\u200d👩\u200d👧",
    ],
)
def test_hostile_text_is_judged_like_any_other(http, text):
    found = judged(http, text, "regions")
    assert found["label"] in ("positive", "neutral", "negative")
    assert not set("".join(word["text"] for word in found["words"])) & set("\x00\x1b\u202e\u202c")


def test_half_a_character_is_replaced(http):
    content = json.dumps({"data": ["good \ud800", "regions"]})
    answer = http.post(
        "/gradio_api/call/classify_sentiment", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code in (200, 400, 422)
    if answer.status_code == 200:
        kind, results = outcome(http, answer.json()["event_id"], "classify_sentiment")
        assert kind == "complete" and results[0]["words"][-1]["text"].endswith("\N{REPLACEMENT CHARACTER}")


def test_nothing_of_a_text_is_in_the_log(hub, http):
    judged(http, "supercalifragilistic good", "regions")
    said(http, "supercalifragilistic" * 500, "regions")
    assert "supercalifragilistic" not in hub.printed
