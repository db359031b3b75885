"""``models.sentiment`` and ``models.tokens``: what a network sees of a text, and what is made of its answer."""

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from models import runtime, sentiment, store, tokens
from models.tokens import PADDING, UNKNOWN, UNKNOWN_ID, Vocabulary, pad, read_vocabulary, tokenise, words_of
from tests.models.probe_sentences import CHINESE, ENGLISH, PROBES

VOCABULARY = Vocabulary.of(["not", "good", "bad", "很", "好", "看", "不", "!", "👍", "very", ","])
IDS = VOCABULARY.ids


@pytest.fixture
def asked(monkeypatch):
    """A network that counts good and bad words, and notes what it is asked; without TensorFlow."""
    arrays = []

    def call(task, network, ids):
        arrays.append(ids)
        good = (ids == IDS["good"]).sum(axis=1) + (ids == IDS["好"]).sum(axis=1)
        bad = (ids == IDS["bad"]).sum(axis=1)
        weights = np.exp(np.minimum(np.stack([bad, np.zeros(len(ids)), good], axis=1), 50).astype(np.float32))
        return runtime.Answer(weights / weights.sum(axis=1, keepdims=True), 2.0, "a folder")

    monkeypatch.setattr(runtime, "call", call)
    monkeypatch.setattr(runtime, "folder", lambda task, network: "a folder")
    monkeypatch.setattr(sentiment, "vocabulary_of", lambda network: VOCABULARY)
    return arrays


# Tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I don't like it.", ["i", "don't", "like", "it", "."]),
        ("I don’t", ["i", "don't"]),
        ("not-so-good", ["not", "-", "so", "-", "good"]),
        ("很好看", ["很", "好", "看"]),
        ("房间nice吗?", ["房", "间", "nice", "吗", "?"]),
        ("10/10, 3.5 stars", ["10", "/", "10", ",", "3.5", "stars"]),
        ("soooooo good!!!!", ["soo", "good", "!!"]),
        ("👍👍👍❤️", ["👍", "❤"]),
        ("👍🏽", ["👍"]),
        ("ＧＯＯＤ！１０", ["good", "!", "10"]),
        ("Ünïted cafe\u0301", ["ünïted", "café"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_a_text_becomes_the_tokens_that_a_person_would_count(text, expected):
    assert words_of(text) == expected


def test_the_tokens_know_their_place_in_the_text():
    text = "  Not bad , 很好 👍👍"
    found = tokenise(text)
    assert [text[token.start : token.end] for token in found] == ["Not", "bad", ",", "很", "好", "👍👍"]
    assert [token.text for token in found] == words_of(text)


@pytest.mark.parametrize("hidden", ["\u200b", "\u200d", "\ufeff", "\u00ad", "\u2060"])
def test_what_has_no_width_does_not_break_a_word(hidden):
    assert words_of(f"go{hidden}od") == ["good"]


@pytest.mark.parametrize("silent", ["\x00", "\x1b", "\u202e", "\u200f", "\ud800", "\u200b", "\u0301" * 500])
def test_silent_characters_are_no_tokens(silent):
    assert words_of(f"{silent} {silent}") == []


def test_traditional_characters_stay_as_they_are():
    assert words_of("這間酒店") == ["這", "間", "酒", "店"]


def test_a_word_of_ten_thousand_letters_is_one_short_token():
    (token,) = tokenise("ab" * 5000)
    assert (token.start, token.end, len(token.text)) == (0, 10_000, tokens.LONGEST_TOKEN)


def test_the_vocabulary_begins_with_padding_and_unknown():
    assert VOCABULARY.tokens[:2] == (PADDING, UNKNOWN)
    assert list(VOCABULARY.encode(["not", "good", "zebra"])) == [2, 3, UNKNOWN_ID]


def test_a_vocabulary_is_read_as_it_was_written(tmp_path):
    (tmp_path / "vocabulary.txt").write_text(VOCABULARY.written(), encoding="utf-8")
    assert read_vocabulary(tmp_path / "vocabulary.txt") == VOCABULARY


def test_a_file_that_is_no_vocabulary_is_an_error(tmp_path):
    (tmp_path / "vocabulary.txt").write_text("good\nbad\n", encoding="utf-8")
    with pytest.raises(ValueError, match="must begin with"):
        read_vocabulary(tmp_path / "vocabulary.txt")


def test_padding_stands_before_the_text_and_the_end_of_a_long_one_is_kept():
    rows = [np.array([5, 6]), np.array([1, 2, 3, 4])]
    assert pad(rows, 3).tolist() == [[0, 5, 6], [2, 3, 4]]
    assert pad(rows).tolist() == [[0, 0, 5, 6], [1, 2, 3, 4]]
    assert pad([np.array([], int)]).tolist() == [[0]]


# What a network sees


def test_of_a_long_text_the_end_is_read():
    reading = sentiment.preprocess("bad " * 50 + "good " * 100, VOCABULARY, "lstm")
    assert reading.skipped == 50
    assert set(reading.ids) == {IDS["good"]}


def test_unknown_words_are_marked():
    reading = sentiment.preprocess("very zebra", VOCABULARY, "regions")
    assert reading.words == ("very", UNKNOWN)


@pytest.mark.parametrize("text", ["", "  ", "12 345", "!!! ???", "zebra quagga", "\u200b\u200b", "Это очень хорошо"])
def test_what_holds_no_known_word_is_not_understood_and_neutral(text, asked):
    judgement = sentiment.predict(text, "regions")
    assert not judgement.reading.is_understood
    assert (judgement.label, judgement.probabilities["neutral"]) == ("neutral", 1.0)
    assert asked == []


@pytest.mark.parametrize("text", ["good", "好", "👍", "zebra good", "很 quagga"])
def test_what_holds_enough_known_words_is_understood(text, asked):
    assert sentiment.predict(text, "regions").reading.is_understood
    assert len(asked) == 1


# What is made of the answer


def test_probabilities_are_in_the_order_of_the_labels_and_sum_to_one(asked):
    judgement = sentiment.predict("very good", "regions")
    assert tuple(judgement.probabilities) == sentiment.LABELS
    assert sum(judgement.probabilities.values()) == pytest.approx(1)
    assert judgement.label == "positive"


def test_one_call_hides_each_token_in_turn(asked):
    sentiment.predict("not good !", "regions")
    (ids,) = asked
    assert ids.tolist() == [[2, 3, 9], [1, 3, 9], [2, 1, 9], [2, 3, 1]]


def test_the_effect_of_a_word_is_how_far_it_moves_the_log_odds(asked):
    judgement = sentiment.predict("very good bad good", "regions")
    assert [(piece.text, piece.effect) for piece in judgement.pieces] == [
        ("very", 0.0),
        (" good", 1.0),
        (" bad", -1.0),
        (" good", 1.0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "good",
        "  very\n good  ",
        "很好，看👍👍 ",
        "<b>good</b> & 'bad'",
        "good " * 700,
        "x" * 3000 + " good good",
        "zebra",
    ],
)
@pytest.mark.parametrize("network", sentiment.NETWORKS)
def test_the_pieces_together_are_the_text(text, network, asked):
    judgement = sentiment.predict(text, network)
    assert "".join(piece.text for piece in judgement.pieces) == text
    assert all(len(ids) <= sentiment.MOST_PIECES + 1 for ids in asked)


def test_the_tutorials_networks_get_rows_of_one_length_and_ours_of_the_texts(asked):
    sentiment.predict("not good", "lstm")
    sentiment.predict("not good", "regions")
    assert [ids.shape for ids in asked] == [(3, 100), (3, 2)]
    assert all(ids.dtype == np.int32 for ids in asked)


def test_without_explanation_the_network_is_asked_for_the_text_alone(asked):
    judgement = sentiment.predict("not good", "rnn", explain=False)
    assert (asked[0].shape, judgement.pieces) == ((1, 100), ())


def test_a_network_that_is_certain_gives_effects_that_are_numbers():
    found = sentiment.effects(np.array([[0, 0, 1], [1, 0, 0], [0.5, 0, 0.5]], np.float32))
    assert np.isfinite(found).all() and found[0] > found[1] > 0


def test_what_cannot_be_shown_is_left_out(asked):
    judgement = sentiment.predict("go\x00od\ud800 \u202everyevil\x1b[31m", "regions")
    assert judgement.reading.text == "good\N{REPLACEMENT CHARACTER} veryevil[31m"
    judgement.reading.text.encode()


def test_an_unknown_network_is_an_error():
    with pytest.raises(ValueError, match="regions, lstm, rnn"):
        sentiment.predict("good", "bert")


def test_no_text_can_take_long_to_split():
    for text in ("\u0301" * 5000, "'" * 5000, "a'" * 2500, "1." * 2500, "👍\u200d" * 2500, "_" * 5000):
        assert len(tokenise(text)) <= 5000


def test_importing_the_task_imports_neither_keras_nor_tensorflow():
    script = "import sys, models.sentiment; print('keras' in sys.modules or 'tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.strip() == "False"


# The sentences that networks are probed with


def test_the_probe_has_a_hundred_sentences_of_each_language_and_the_same_kinds():
    assert len(ENGLISH) == len(CHINESE) == 100
    assert len({probe.text for probe in PROBES}) == 200
    kinds = [Counter((probe.kind, probe.label) for probe in probes) for probes in (ENGLISH, CHINESE)]
    assert kinds[0] == kinds[1]
    assert {kind for kind, _label in kinds[0]} == {
        *("plain", "negation", "contrast", "understatement", "irony", "emoji", "neutral")
    }


def test_the_probe_is_written_in_the_language_that_it_says():
    assert all(probe.text.isascii() or probe.kind == "emoji" for probe in ENGLISH)
    assert all(any("\u4e00" <= character <= "\u9fff" for character in probe.text) for probe in CHINESE)


# The networks that come with the hub


@pytest.fixture(scope="module")
def networks():
    runtime.configure()
    return {network: store.read("sentiment", network) for network in sentiment.NETWORKS}


MUST = {
    "虽然这部电影有些缺点,但总的来说还是很棒的": "positive",
    "虽然这部电影有些缺点，但总的来说还是很棒的": "positive",
    "not bad at all": "positive",
    "I expected more": "negative",
    "不是很好看": "negative",
    "一点也不差": "positive",
    "The meeting was moved to Thursday.": "neutral",
    "会议改到了星期四。": "neutral",
}


@pytest.mark.parametrize("text", MUST)
def test_ours_judges_rightly(text, networks):
    assert sentiment.predict(text, "regions", explain=False).label == MUST[text]


def test_the_score_of_the_probe_in_the_card_is_true(networks):
    right = sum(sentiment.predict(probe.text, "regions", explain=False).label == probe.label for probe in PROBES)
    stated = networks["regions"].metrics["further"]["probe sentences"]
    assert abs(right - int(stated.split()[0])) <= 2


def test_ours_beats_the_tutorials_networks_and_the_baseline(networks):
    value = {name: folder.metrics["result"]["value"] for name, folder in networks.items()}
    ours = networks["regions"].metrics
    assert ours["result"]["interval95"][0] > max(value["lstm"], value["rnn"])
    assert value["regions"] > ours["baseline"]["value"]


@pytest.mark.parametrize("network", sentiment.NETWORKS)
def test_a_folder_knows_as_many_tokens_as_its_network(network, networks):
    vocabulary = read_vocabulary(networks[network].path / "vocabulary.txt")
    assert len(vocabulary.tokens) == sentiment.VOCABULARY_SIZES[network]
    assert {"not", "don't", "不", "好", "👍"} <= vocabulary.ids.keys()


@pytest.mark.parametrize("network", sentiment.NETWORKS)
def test_no_file_is_larger_than_a_repository_bears(network, networks):
    assert (networks[network].path / "model.keras").stat().st_size < 9.5e6
