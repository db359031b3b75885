"""``training.sentiment`` and what it is made of: networks, n-grams, made sentences, batches, a whole run."""

import argparse
import json
import shutil

import keras
import numpy as np
import pytest
from keras import ops

from benchmarks.sentiment_loop import race_of_texts
from models import runtime, sentiment, store
from models.networks import sentiment as networks
from models.tokens import UNKNOWN_ID, pad
from tests.training.made_reviews import made_reviews
from training import (
    ngrams,
    phrases,
    phrases_chinese,
    phrases_english,
    run,
    sentiment_learning,
    sentiment_measures,
    texts,
)
from training import sentiment as training
from training.data.reviews import key
from training.probe import PROBES
from training.texts import Batches, Part
from training.word_vectors import count_neighbours, word_vectors


@pytest.fixture(scope="module")
def corpus():
    return texts.encode_corpus(made_reviews(), made=240)


@pytest.fixture(scope="module", autouse=True)
def few_texts():
    """Attributions are measured on so few texts here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentiment_measures, "FAITHFUL_TEXTS", 6)
        yield


@pytest.fixture(scope="module")
def folders(corpus, tmp_path_factory):
    """A whole run of two networks on made reviews, of a moment."""
    root = tmp_path_factory.mktemp("run")
    flags = argparse.Namespace(seed=1, output=root / "models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "CHECKPOINTS", root / "checkpoints")
        patch.setattr(texts, "SHORTEST_CUT", 4)  # the made reviews are short
        patch.setattr(texts, "CROPS", 5)
        patch.setattr(sentiment_measures, "BUCKETS", 100_003)
        patch.setattr(training, "BASELINE", root / "nbsvm.json")
        for network, size in (("rnn", 32), ("regions", 512)):
            settings = training.SETTINGS[network]._replace(epochs=4, batch_size=size, learning_rate=5e-3)
            training.produce(network, corpus, settings, flags)
    return root / "models"


# Networks


def test_the_tutorials_networks_are_as_wide_as_theirs():
    rnn, lstm = networks.build_rnn(), networks.build_lstm()
    assert [layer.name for layer in rnn.layers] == [layer.name for layer in lstm.layers]
    assert (rnn.layers[0].output_dim, rnn.layers[1].units) == (64, 64)
    assert (lstm.layers[0].input_dim, lstm.layers[0].output_dim, lstm.layers[1].units) == (10_000, 32, 64)
    assert rnn.input_shape == lstm.input_shape == (None, 100)


def test_the_parameters_are_those_of_the_docstrings():
    for build in networks.NETWORKS.values():
        assert f"{build().count_params():,} parameters" in build.__doc__


def test_the_constants_of_networks_and_serving_agree():
    assert sentiment.LENGTHS["rnn"] == sentiment.LENGTHS["lstm"] == networks.LENGTH
    assert sentiment.LENGTHS["regions"] == texts.LONGEST
    assert sentiment.VOCABULARY_SIZES == {
        "regions": networks.VOCABULARY,
        "lstm": networks.TUTORIAL_VOCABULARY,
        "rnn": networks.TUTORIAL_VOCABULARY,
    }
    assert set(sentiment.NETWORKS) == set(networks.NETWORKS)


@pytest.fixture(scope="module")
def regions():
    keras.utils.set_random_seed(0)
    model = networks.build_regions()
    keys = np.unique(networks.key_ngrams(np.array([[5, 9, 200, 1, 7]]), np))[1:]
    table = ngrams.fill_table(keys, np.linspace(-1, 2, len(keys)), np.ones(len(keys)))
    model.get_layer("ngram_weights").set_weights(list(table))
    return model


def test_padding_changes_nothing(regions):
    row = np.array([[5, 9, 200, 1, 7]], np.int32)
    assert np.allclose(regions(row), regions(np.pad(row, ((0, 0), (20, 0)))), atol=1e-3)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_ours_reads_texts_of_one_token_too(regions, length):
    assert np.asarray(regions(np.full((2, length), 7, np.int32))).sum(axis=1) == pytest.approx([1, 1], abs=1e-3)


def test_the_order_of_words_counts(regions):
    there, back = np.array([[5, 9, 200]], np.int32), np.array([[200, 9, 5]], np.int32)
    assert np.abs(np.asarray(regions(there)) - np.asarray(regions(back))).max() > 1e-3


def test_ngrams_are_hashed_alike_by_numpy_and_keras():
    ids = np.random.default_rng(0).integers(0, networks.VOCABULARY, (4, 30)).astype(np.int32)
    found = ops.convert_to_numpy(networks.hash_ngrams(ops.convert_to_tensor(ids), networks.NGRAM_BUCKETS))
    wide = networks.hash_ngrams(ids.astype(np.int64), networks.NGRAM_BUCKETS, np)
    assert np.array_equal(found, wide)
    assert wide.min() >= 0 and wide.max() < networks.NGRAM_BUCKETS


def test_three_tokens_have_six_ngrams_and_unknown_ones_are_part_of_none():
    def count(*ids):
        return int((networks.hash_ngrams(np.array([ids]), 1009, np) > 0).sum())

    assert count(2, 3, 4) == 6
    assert count(2, UNKNOWN_ID, 4) == 2
    assert count(0, 3, 4) == 3


def test_an_ngram_that_comes_twice_counts_once():
    found = ops.convert_to_numpy(networks.Ngrams()(np.array([[5, 5, 5, 5]])))
    assert (found > 0).sum() == 3  # 5, 5 5 and 5 5 5


def test_keys_tell_ngrams_apart_that_share_a_place_and_are_alike_for_numpy_and_keras():
    ids = np.random.default_rng(0).integers(2, networks.VOCABULARY, (1, 60_000)).astype(np.int32)
    keys = networks.key_ngrams(ids.astype(np.int64), np)
    assert np.array_equal(ops.convert_to_numpy(networks.key_ngrams(ops.convert_to_tensor(ids))), keys)
    count = len(np.unique(keys))
    assert len(np.unique(keys // networks.KEYS_A_PLACE)) < 0.98 * count
    assert count > 0.999 * (len(set(ids[0])) + 2 * ids.size - 3)
    assert keys.min() > 0 and keys.max() < 2**30


def test_an_ngram_that_the_table_does_not_hold_weighs_nothing():
    table = ngrams.fill_table(np.array([256 * 7 + 3, 256 * 9 + 5]), np.array([0.5, -2.0]), np.array([2, 2]))
    layer = networks.NgramWeights(networks.NGRAM_BUCKETS)
    layer.build((None, None))
    layer.set_weights(list(table))
    found = ops.convert_to_numpy(layer(np.array([[256 * 7 + 3, 256 * 7 + 4, 256 * 9 + 5, 256 * 8, 0]])))
    assert found[0] == pytest.approx([0.5, 0, -2, 0, 0], abs=0.01)


def test_of_ngrams_in_one_place_that_stays_which_moves_most_texts():
    table = ngrams.fill_table(np.array([256 * 7 + 3, 256 * 7 + 4]), np.array([0.5, -0.4]), np.array([1, 9]))
    assert table.fingerprints[7] == 4 and table.levels[7] == -127 + 13 and table.scale == np.float32(0.5)


def test_the_table_judges_made_reviews(corpus):
    model = networks.build_regions()
    model.get_layer("ngram_weights").set_weights(list(ngrams.fit_table(*sentiment_learning.opinions(corpus))))
    score = keras.Model(model.input, model.get_layer("ngram_score").output)
    test = texts.joined(list(corpus.test.values()))
    scores = sentiment_learning.predict_rows(score, test.rows)
    assert ((scores[:, 0] > 0) == (test.classes == phrases.POSITIVE)).mean() > 0.9
    assert scores[:, 1] == pytest.approx(np.abs(scores[:, 0])) and scores[:, 2] == pytest.approx(np.tanh(scores[:, 0]))
    assert scores[:, 4:] == pytest.approx(scores[:, :3] * scores[:, 3:4], abs=1e-5)


def test_what_is_said_of_a_short_text_is_said_twice():
    features = np.array([[1.0] * 9 + [length] + [0.0] * 3 for length in (-5.0, 3.0)], np.float32)
    found = ops.convert_to_numpy(networks.ByLength()(features))
    assert found.shape == (2, 23) and np.array_equal(found[:, :13], features)
    assert found[0, 13:] == pytest.approx(1, abs=0.001) and found[1, 13:] == pytest.approx(0, abs=0.001)


# Word vectors


def test_near_neighbours_count_more_and_a_text_ends_the_company():
    together = count_neighbours([np.array([2, 3, 1, 4]), np.array([5])], 6).toarray()
    assert together[2, 3] == together[3, 2] == 1
    assert together[3, 4] == pytest.approx(0.8)
    assert together[5].sum() == together[1].sum() == 0


def test_words_in_like_company_have_like_vectors():
    chance = np.random.default_rng(0)
    rows = [np.array([chance.choice([10, 11]), word, chance.choice([12, 13])]) for word in [2, 3] * 100]
    rows += [np.array([chance.choice([20, 21]), 4, chance.choice([22, 23])]) for _ in range(100)]
    vectors = word_vectors(rows, 24, 4)
    same, other = vectors[2] @ vectors[3], vectors[2] @ vectors[4]
    assert vectors.shape == (24, 4) and vectors.dtype == np.float32
    assert same > 0.9 * vectors[2] @ vectors[2] and abs(other) < 0.1 * same


# N-grams as features


def test_every_text_has_length_one_and_the_features_of_its_ngrams():
    matrix = ngrams.ngram_matrix([np.array([2, 3]), np.array([1]), np.array([4])], buckets=1009)
    assert np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel() == pytest.approx([1, 0, 1])
    assert np.diff(matrix.indptr).tolist() == [3, 0, 1]


def test_what_stands_in_praise_has_a_ratio_above_zero():
    rows = [np.array([2, 4]), np.array([2, 5]), np.array([3, 4]), np.array([3, 5])]
    ratio = ngrams.log_count_ratio(ngrams.ngram_matrix(rows, 1009), np.array([True, True, False, False]))
    praise, blame, both = (networks.hash_ngrams(np.array([[token]]), 1009, np)[0, 0] for token in (2, 3, 4))
    assert ratio[praise] == pytest.approx(np.log(3)) and ratio[blame] == pytest.approx(-np.log(3))
    assert ratio[both] == 0 and np.count_nonzero(ratio) == 6


def test_the_baseline_tells_made_reviews_apart(corpus):
    part = texts.joined(list(corpus.reviews.values()))
    weights, intercept = ngrams.fit_nb_svm(ngrams.ngram_matrix(part.rows, 10_007), part.classes == phrases.POSITIVE)
    test = texts.joined(list(corpus.test.values()))
    scores = ngrams.ngram_matrix(test.rows, 10_007) @ weights + intercept
    assert ((scores > 0) == (test.classes == phrases.POSITIVE)).mean() > 0.95


# Made sentences


def test_the_same_seed_makes_the_same_sentences_of_all_classes():
    made = phrases.make_phrases(600, seed=3)
    assert made == phrases.make_phrases(600, seed=3) != phrases.make_phrases(600, seed=4)
    assert len({text for text, _label in made}) == 600
    assert all(120 < sum(label == each for _text, label in made) < 280 for each in (0, 1, 2))
    assert not any("{" in text for text, _label in made)


def test_no_sentence_of_the_probe_is_ever_made():
    probed = {key(probe.text) for probe in PROBES}
    assert not probed & {key(text) for text, _label in phrases.make_phrases(20_000, seed=0)}


def test_what_would_be_a_sentence_of_the_probe_is_left_out(monkeypatch):
    sentences = iter(["not bad at all", "Not  BAD at all", "fine"])
    monkeypatch.setattr(phrases, "_sentence", lambda label, chance: next(sentences))
    assert [text for text, _label in phrases.make_phrases(1, seed=0)] == ["fine"]


@pytest.mark.parametrize(
    ("text", "other", "is_near"),
    [
        ("It is not bad.", "It is not good!", True),
        ("It is not bad.", "It is not really bad", True),
        ("It is bad", "it is not bad", True),
        ("很好看", "很难听", True),
        ("It is not bad.", "The soup is not bad.", True),
        ("It is not bad.", "I had a good day.", False),
        ("bad", "good", False),
    ],
)
def test_texts_are_near_that_differ_by_one_word(text, other, is_near):
    assert (not phrases.with_gaps(text).isdisjoint(phrases.with_gaps(other))) == is_near


@pytest.mark.parametrize("language", [phrases_english, phrases_chinese])
def test_every_slot_of_the_templates_has_its_list(language):
    slots = {"thing", "p", "n", *language.SLOTS, *language.NEUTRAL_SLOTS}
    kinds = [*language.POSITIVE.values(), *language.NEGATIVE.values(), *language.NEUTRAL.values()]
    filled = [*language.SLOTS.values(), *language.NEUTRAL_SLOTS.values()]
    used = {name for templates in [*kinds, *filled] for text in templates for name in phrases.SLOT.findall(text)}
    assert used <= slots
    assert {*language.POSITIVE, *language.NEGATIVE, *language.NEUTRAL} <= phrases.SHARES.keys()


@pytest.mark.parametrize("language", [phrases_english, phrases_chinese])
def test_no_word_both_praises_and_blames(language):
    for domain in language.DOMAINS.values():
        assert not {*domain["p"], *language.PRAISE} & {*domain["n"], *language.BLAME}


def test_no_kind_of_emoji_is_on_both_sides():
    assert not set(phrases.PRAISING_EMOJI) & set(phrases.BLAMING_EMOJI)


# Crops


ENDS = np.array([9])


def test_crops_are_whole_sentences_of_the_longer_texts_with_their_classes():
    long = np.tile(np.array([2, 3, 4, 5, 6, 9]), 30)
    part = Part([long, np.array([7, 7, 9])], np.array([2, 0]))
    crops = [texts.take_crops(part, ENDS, seed) for seed in range(20)]
    rows = [row for crop in crops for row in crop.rows]
    assert len(rows) > 10 and all((crop.classes == 2).all() for crop in crops)
    assert all(row[0] == 2 and row[-1] == 9 and 5 <= len(row) <= 64 for row in rows)


def test_the_opening_of_a_review_is_a_few_words():
    assert (
        texts.opening("One two three four five six seven eight nine ten.")
        == "One two three four five six seven eight …"
    )
    assert texts.opening("房间很好,我们都很喜欢。") == "房间很好,我们都 …"
    assert texts.opening("Short one.") == "Short one."


# Batches


def part_of(lengths):
    rows = [np.full(length, 2 + index, np.int32) for index, length in enumerate(lengths)]
    return Part(rows, np.arange(len(rows), dtype=np.int32))


def test_every_text_comes_once_an_epoch_and_all_epochs_have_as_many_batches():
    batches = Batches(part_of(range(1, 101)), 256, 64, seed=1)
    counts = set()
    for _epoch in range(2):
        found = np.concatenate([batches[index][1] for index in range(len(batches))])
        assert sorted(found) == list(range(100))
        counts.add(len(batches))
        batches.on_epoch_end()
    assert len(counts) == 1


def test_texts_of_like_length_come_together_and_the_first_two_batches_differ_in_length():
    batches = Batches(part_of(range(1, 101)), 256, 64, seed=1)
    shapes = [batches[index][0].shape for index in range(len(batches))]
    assert shapes[0][1] == 8 and shapes[1][1] == 64 and {length for _texts, length in shapes} == {8, 16, 24, 32, 48, 64}
    assert all(count * length <= 256 for count, length in shapes)


def test_without_training_the_order_is_told_and_nothing_is_cut_by_chance():
    batches = Batches(part_of([90, 3, 50]), 128, 64)
    ids = [row for index in range(len(batches)) for row in batches[index][0]]
    assert [row.max() - 2 for row in ids] == list(batches.order)
    assert sorted((row > 0).sum() for row in ids) == [3, 50, 64]


def test_gaps_make_tokens_unknown_but_not_padding():
    ids, _targets = Batches(part_of([30] * 8), 256, 64, gaps=0.5, seed=1)[0]
    assert 0.3 < (ids == UNKNOWN_ID)[:, 2:].mean() < 0.7
    assert (ids[:, :2] == 0).all()


def test_the_tutorials_networks_get_fewer_words_and_one_length():
    ids = sentiment_learning.fixed([np.array([5, 12_000], np.int32)])
    assert ids.shape == (1, 100) and ids[0, -2:].tolist() == [5, UNKNOWN_ID]


# A whole run


@pytest.mark.parametrize("network", ["regions", "rnn"])
def test_a_run_writes_a_folder_that_can_be_used(network, folders):
    folder = store.read("sentiment", network, folders)
    store.check(folder)
    assert {"vocabulary.txt", "labels.txt", "model.keras", "history.csv"} <= folder.metrics["files"].keys()
    assert folder.metrics["result"]["value"] > 0.8
    assert folder.metrics["baseline"]["short"] == "NB-SVM"
    assert folder.metrics["further"]["probe sentences"].endswith(" of 200")
    assert "probe sentences" in (folder.path / "README.md").read_text()


@pytest.mark.parametrize("network", ["regions", "rnn"])
def test_the_written_network_answers_as_the_trained_one(network, folders, corpus):
    assert training.measure_again(network, corpus, folders)


def test_the_hub_judges_with_the_written_folder(folders):
    runtime.configure(folders)
    try:
        judgement = sentiment.predict("I love it, 很好看", "regions")
    finally:
        runtime.configure()
    assert judgement.label == "positive"
    assert "".join(piece.text for piece in judgement.pieces) == "I love it, 很好看"
    assert max(judgement.pieces, key=lambda piece: piece.effect).text.strip() in ("love", "好")


def test_a_wrong_number_in_the_metrics_is_noticed(folders, corpus, monkeypatch):
    folder = store.read("sentiment", "rnn", folders)
    metrics = json.loads((folder.path / "metrics.json").read_text())
    metrics["result"]["value"] -= 0.01
    monkeypatch.setattr(store, "_read_metrics", lambda *_: metrics)
    assert not training.measure_again("rnn", corpus, folders)


def test_an_interrupted_run_goes_on_where_it_stopped(corpus, tmp_path):
    settings = training.SETTINGS["rnn"]._replace(epochs=1, batch_size=64)
    sentiment_learning.train("rnn", corpus, settings, tmp_path, seed=1)
    sentiment_learning.train("rnn", corpus, settings._replace(epochs=2), tmp_path, seed=1)
    assert [row["epoch"] for row in run.read_history(tmp_path)] == [0, 1]


def test_the_choice_between_praise_and_blame_leaves_neutral_out():
    probabilities = np.tile(np.array([[0.1, 0.6, 0.3]], np.float32), (4, 1))
    found = sentiment_measures.measure_set("IMDB", probabilities, np.array([2, 2, 2, 0]))
    assert (found["value"], found["n"], found["dataset"]["id"]) == (0.75, 4, "stanfordnlp/imdb")
    assert found["interval95"][0] < 0.75 < found["interval95"][1]


def test_the_figures_of_a_run_say_what_was_measured(folders):
    metrics = store.read("sentiment", "regions", folders).metrics
    names = [each["name"] for each in metrics["measured"]]
    assert names[:2] == ["IMDB: film reviews", "ChnSentiCorp: reviews of hotels, notebooks, books"]
    assert [each["metric"] for each in metrics["measured"][-2:]] == ["faithful", "faithful"]
    assert metrics["latency"]["milliseconds"] > 0 and metrics["baseline"]["milliseconds"] > 0
    assert [each["name"] for each in metrics["others"]] == ["rnn"]
    assert metrics["tables"][0]["columns"] == ["", "regions", "rnn", "NB-SVM"]
    assert "reliability.png" in metrics["files"]


def test_figures_are_measured_anew_without_training(folders, corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "BASELINE", folders.parent / "nbsvm.json")
    shutil.copytree(folders / "sentiment-rnn", tmp_path / "sentiment-rnn")
    before = store.read("sentiment", "rnn", tmp_path).metrics
    found = json.loads((training.renew("rnn", corpus, tmp_path) / "metrics.json").read_text())
    assert (found["result"], found["measured"]) == (before["result"], before["measured"])


def judge_by_counting(rows):
    """Probabilities that grow with token 2 (praise) and token 3 (blame)."""
    odds = np.array([(row == 2).sum() - float((row == 3).sum()) for row in rows])
    praise = 1 / (1 + np.exp(-odds))
    return np.stack([1 - praise, np.zeros(len(rows)), praise], axis=1)


def test_deleting_the_strongest_words_moves_a_faithful_judgement_most():
    row = np.array([2, 2, 2] + [5] * 40)
    assert sentiment_measures.matters_more(judge_by_counting, row, 1, np.random.default_rng(0))
    assert not sentiment_measures.matters_more(judge_by_counting, np.full(9, 5), 1, np.random.default_rng(0))


def test_the_most_confident_mistakes_are_quoted_briefly():
    probabilities = np.array([[0.9, 0.0, 0.1], [0.2, 0.0, 0.8], [0.3, 0.0, 0.7]])
    openings = [["IMDB", "First …"], ["IMDB", "Second …"], ["IMDB", "Third …"]]
    table = sentiment_measures.failures(probabilities, np.array([2, 2, 0]), openings)
    assert table["rows"] == [
        ["IMDB", "First …", "positive", "negative 90.0 %"],
        ["IMDB", "Third …", "negative", "positive 70.0 %"],
    ]


def test_both_ways_of_the_race_learn_from_the_same_texts():
    race = race_of_texts(1)
    assert race.amount == 64 and len(race.ways) == 2


def test_predictions_come_in_the_order_of_the_rows(regions):
    rows = [np.full(length, 7, np.int32) for length in (40, 2, 20)]
    together = sentiment_learning.predict_rows(regions, rows)
    alone = np.concatenate([np.asarray(regions(pad([row]))) for row in rows])
    assert np.allclose(together, alone, atol=1e-3)
