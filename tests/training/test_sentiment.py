"""``training.sentiment`` and what it is made of: networks, n-grams, made sentences, batches, a whole run."""

import argparse
import json

import keras
import numpy as np
import pytest
from keras import ops

from models import runtime, sentiment, store
from models.networks import sentiment as networks
from models.tokens import UNKNOWN_ID, pad
from tests.training.made_reviews import made_reviews
from training import ngrams, phrases, run, texts
from training import sentiment as training
from training.data.reviews import key
from training.probe import PROBES
from training.texts import Batches, Part


@pytest.fixture(scope="module")
def corpus():
    return texts.encode_corpus(made_reviews(), made=240)


@pytest.fixture(scope="module")
def folders(corpus, tmp_path_factory):
    """A whole run of two networks on made reviews, of a moment."""
    root = tmp_path_factory.mktemp("run")
    flags = argparse.Namespace(seed=1, output=root / "models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "CHECKPOINTS", root / "checkpoints")
        patch.setattr(training, "BUCKETS", 100_003)
        for network in ("regions", "rnn"):
            settings = training.SETTINGS[network]._replace(epochs=4, batch_size=32, learning_rate=5e-3)
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
    for build in (networks.build_rnn, networks.build_lstm):
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
    table = model.get_layer("ngram_weights")
    table.set_weights([np.random.default_rng(0).normal(size=table.weights[0].shape).astype(np.float16)])
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
    layer = networks.HashedNgrams(1009)
    found = ops.convert_to_numpy(layer(np.array([[5, 5, 5, 5]])))
    assert (found > 0).sum() == 3  # 5, 5 5 and 5 5 5


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


def test_no_kind_of_emoji_is_on_both_sides():
    assert not set(phrases.PRAISING_EMOJI) & set(phrases.BLAMING_EMOJI)


# Batches


def part_of(lengths):
    rows = [np.full(length, 2 + index, np.int32) for index, length in enumerate(lengths)]
    return Part(rows, np.arange(len(rows), dtype=np.int32))


def test_every_text_comes_once_an_epoch():
    batches = Batches(part_of(range(1, 101)), 8, 64, seed=1)
    for _epoch in range(2):
        assert sorted(np.concatenate([batches[index][1] for index in range(len(batches))])) == list(range(100))
        batches.on_epoch_end()


def test_texts_of_like_length_come_together_and_the_first_two_batches_differ_in_length():
    batches = Batches(part_of(range(1, 101)), 8, 64, seed=1)
    lengths = [batches[index][0].shape[1] for index in range(len(batches))]
    assert lengths[0] != lengths[1] and set(lengths) == {16, 32, 64}


def test_without_training_the_order_is_told_and_nothing_is_cut_by_chance():
    batches = Batches(part_of([90, 3, 50]), 2, 64)
    ids = [row for index in range(len(batches)) for row in batches[index][0]]
    assert [row.max() - 2 for row in ids] == list(batches.order) == [1, 2, 0]
    assert (ids[2] > 0).sum() == 64


def test_gaps_make_tokens_unknown_but_not_padding():
    ids, _classes = Batches(part_of([30] * 8), 8, 64, gaps=0.5, seed=1)[0]
    assert 0.3 < (ids == UNKNOWN_ID)[:, 2:].mean() < 0.7
    assert (ids[:, :2] == 0).all()


def test_the_tutorials_networks_get_fewer_words_and_one_length():
    ids = training.fixed([np.array([5, 12_000], np.int32)])
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
    assert set(folder.metrics["per_class"]) == {"IMDB", "ChnSentiCorp"}
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
    training.train("rnn", corpus, settings, tmp_path, seed=1)
    training.train("rnn", corpus, settings._replace(epochs=2), tmp_path, seed=1)
    assert [row["epoch"] for row in run.read_history(tmp_path)] == [0, 1]


def test_neutral_counts_as_wrong_in_one_number_only():
    class Neutral:
        inputs = (np.empty((1, 100)),)

        def predict(self, ids, **_options):
            return np.tile(np.array([[0.1, 0.6, 0.3]], np.float32), (len(ids), 1))

    found = training.evaluate(Neutral(), {"a set": Part([np.array([2])] * 4, np.array([2, 2, 2, 0]))})
    assert found["result"]["value"] == 0.75
    assert found["further"] == {
        "test reviews called neutral": "100.0%",
        "accuracy where neutral counts as wrong": "0.00%",
    }


def test_predictions_come_in_the_order_of_the_rows(regions):
    rows = [np.full(length, 7, np.int32) for length in (40, 2, 20)]
    together = training.predict_rows(regions, rows)
    alone = np.concatenate([np.asarray(regions(pad([row]))) for row in rows])
    assert np.allclose(together, alone, atol=1e-3)
