"""Train the networks that judge texts, English and Chinese, on reviews.

    python -m training.sentiment --network rnn|lstm|regions|all [--data DIR] [--epochs N] [--push-to OWNER]
    python -m training.sentiment --network regions --evaluate

Writes models/pretrained/sentiment-<network>/ (model, vocabulary, metrics, card, curve). A run that was stopped
continues from .checkpoints/ when it is started again. What to expect stands in each folder's metrics.json.
"""

import json
import time
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression

from models import sentiment, store
from models.networks.sentiment import LENGTH, NETWORKS, NGRAM_BUCKETS, TUTORIAL_VOCABULARY, build_convolutions
from models.tokens import UNKNOWN_ID, Vocabulary, pad
from training import run
from training.ngrams import BUCKETS, fit_nb_svm, ngram_matrix
from training.phrases import NEGATIVE, NEUTRAL, POSITIVE
from training.probe import CHINESE, ENGLISH, PROBES, Probe
from training.run import _
from training.script import Script, agrees, follow
from training.texts import CHINESE_SETS, LONGEST, Batches, Corpus, Part, encode, joined, load_corpus


class Settings(NamedTuple):
    """Hyperparameters of one network.

    patience: epochs without a better validation accuracy.
    longest: tokens of a text in training.
    gaps: share of the tokens made unknown in training.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int
    longest: int
    gaps: float


SETTINGS = {
    "rnn": Settings(4, 512, 2e-3, 2, LENGTH, 0.0),
    "lstm": Settings(3, 512, 4e-3, 2, LENGTH, 0.0),
    "regions": Settings(4, 64, 1.5e-3, 4, 256, 0.05),
}

SUMMARY = {
    "rnn": "The tutorials' first network for text: embeddings of 10,000 tokens, one SimpleRNN, the last 100 tokens.",
    "lstm": "The tutorials' network for text: embeddings of 10,000 tokens, one LSTM, the last 100 tokens.",
    "regions": (
        "Ours: convolutions that read each word among its neighbours, mixed with the weights of all n-grams of up to "
        "three tokens."
    ),
}


LIMITS = {
    "rnn": _(
        "It forgets the beginning of a sentence quickly, and of a long text it reads only the last 100 tokens. "
        "It knows English and Chinese reviews, misses irony, and should not judge what people are or mean."
    ),
    "lstm": _(
        "Of a long text it reads only the last 100 tokens, and words outside its 10,000 are all the same to it. "
        "It knows English and Chinese reviews, misses irony, and should not judge what people are or mean."
    ),
    "regions": _(
        "It weighs words among their neighbours but knows nothing of the world: irony, hints and comparisons "
        "mislead it. It learned from English and Chinese reviews of films, goods and hotels; do not let it judge "
        "what people are or mean."
    ),
}

KNOWN_TEXT = "I did not like it at first, but 后来越看越喜欢。"

NEUTRAL_NOTE = (
    "These reviews are never neutral: that class was learned from statements of fact of our own making, put together "
    "from lists of words like the short sentences with negation, contrast and emoji that were added to the reviews. "
    "Accuracy is of the choice between positive and negative."
)


def train(network: str, corpus: Corpus, settings: Settings, checkpoints: Path, seed: int) -> keras.Model:
    """Train a network, or go on where an earlier run stopped, and return it at its best epoch.

    Raises:
        FloatingPointError: the loss became NaN.
    """
    keras.utils.set_random_seed(seed)
    keras.config.set_dtype_policy("float32")
    trainee = build_convolutions() if network == "regions" else NETWORKS[network]()
    batches = build_batches(network, corpus.train, settings, seed)
    rate = keras.optimizers.schedules.CosineDecay(settings.learning_rate, settings.epochs * len(batches), alpha=0.05)
    trainee.compile(
        keras.optimizers.Adam(rate, clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=network == "regions"),
        metrics=["accuracy"],
    )
    validation = build_batches(network, corpus.validation, settings, None)
    run.fit(trainee, (batches,), checkpoints, settings.epochs, settings.patience, validation_data=validation)
    return assemble(trainee, corpus) if network == "regions" else _without_optimizer(network, trainee)


def _without_optimizer(network: str, trainee: keras.Model) -> keras.Model:
    """The trained weights in a model whose file holds nothing else."""
    model = NETWORKS[network]()
    model.set_weights(trainee.get_weights())
    return model


def build_batches(network: str, part: Part, settings: Settings, seed: int | None) -> keras.utils.PyDataset:
    """Return the batches of a part; the tutorials' networks take texts of one length and know fewer words."""
    if network == "regions":
        return Batches(part, settings.batch_size, settings.longest, settings.gaps, seed)
    return FixedBatches(fixed(part.rows), part.classes, settings.batch_size, seed)


def fixed(rows: list[np.ndarray]) -> np.ndarray:
    """Return texts as the tutorials' networks take them: int32 [texts, 100], ids below 10,000."""
    ids = pad(rows, LENGTH)
    return np.where(ids < TUTORIAL_VOCABULARY, ids, UNKNOWN_ID)


class FixedBatches(keras.utils.PyDataset):
    """Batches of texts of one length, shuffled where there is a seed."""

    def __init__(self, ids: np.ndarray, classes: np.ndarray, size: int, seed: int | None):
        super().__init__()
        self.ids, self.classes, self.size = ids, classes, size
        self.order = np.arange(len(ids))
        self.chance = None if seed is None else np.random.default_rng(seed)
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Choose a new order, for training."""
        if self.chance is not None:
            self.chance.shuffle(self.order)

    def __len__(self) -> int:
        return -(-len(self.order) // self.size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self.order[index * self.size : (index + 1) * self.size]
        return self.ids[chosen], self.classes[chosen]


def assemble(convolutions: keras.Model, corpus: Corpus) -> keras.Model:
    """Return ``regions``: the trained convolutions, the n-gram weights, and the mixture fitted on validation texts.

    The n-gram weights have seen every training text, and are too sure there: only on other texts can it be learned
    how much to trust them.
    """
    model = NETWORKS["regions"]()
    model.get_layer("convolutions").set_weights(convolutions.get_weights())
    opinionated = joined([*corpus.reviews.values(), corpus.made])
    opinionated = opinionated.only(opinionated.classes != NEUTRAL)
    weights, _intercept = fit_nb_svm(ngram_matrix(opinionated.rows, NGRAM_BUCKETS), opinionated.classes == POSITIVE)
    weights[0] = 0  # the place of what is no n-gram
    model.get_layer("ngram_weights").set_weights([weights[:, np.newaxis]])
    features = predict_rows(keras.Model(model.input, model.get_layer("both").output), corpus.validation.rows)
    mixture = LogisticRegression(C=1.0, max_iter=1000).fit(features, corpus.validation.classes)
    model.get_layer("probabilities").set_weights([mixture.coef_.T, mixture.intercept_])
    return model


def predict_rows(model: keras.Model, rows: list[np.ndarray]) -> np.ndarray:
    """Return the model's outputs, float32 [texts, ...], for token ids (int32 [tokens]) of each text."""
    if model.inputs[0].shape[1] is not None:
        return model.predict(fixed(rows), batch_size=512, verbose=0)
    batches = Batches(Part(rows, np.zeros(len(rows), np.int32)), 64, LONGEST)
    found = model.predict(batches, verbose=0)
    return found[np.argsort(batches.order)]


def evaluate(model: keras.Model, test: dict[str, Part]) -> dict[str, Any]:
    """Measure a network on reviews (classes negative and positive): the choice between the two, for each set and all.

    Returns:
        result, per_class, and further: how many reviews it calls neutral, and the accuracy where that is wrong.
    """
    correct, right, neutral = {}, 0, 0
    for name, part in test.items():
        probabilities = predict_rows(model, part.rows)
        guesses = np.where(probabilities[:, POSITIVE] > probabilities[:, NEGATIVE], POSITIVE, NEGATIVE)
        correct[name] = guesses == part.classes
        right += int((probabilities.argmax(axis=1) == part.classes).sum())
        neutral += int((probabilities.argmax(axis=1) == NEUTRAL).sum())
    total = sum(map(len, correct.values()))
    hits = sum(int(values.sum()) for values in correct.values())
    interval = run.accuracy_interval(hits, total)
    return {
        "result": {"metric": "accuracy", "value": hits / total, "interval95": interval},
        "per_class": {name: float(values.mean()) for name, values in correct.items()},
        "further": {
            "test reviews called neutral": f"{neutral / total:.1%}",
            "accuracy where neutral counts as wrong": f"{right / total:.2%}",
        },
    }


def measure_probe(model: keras.Model, vocabulary: Vocabulary) -> dict[str, str]:
    """Return how many of the 200 probe sentences a network judges right, in all and for each kind."""
    labels = np.array([sentiment.LABELS.index(probe.label) for probe in PROBES], np.int32)
    rows = [encode(vocabulary, probe.text) for probe in PROBES]
    guesses = predict_rows(model, rows).argmax(axis=1)
    is_right = dict(zip(PROBES, guesses == labels, strict=True))

    def score(probes: list[Probe] | tuple[Probe, ...]) -> str:
        return f"{sum(bool(is_right[probe]) for probe in probes)} of {len(probes)}"

    kinds = dict.fromkeys(probe.kind for probe in PROBES)
    by_kind = {f"probe, {kind}": score([probe for probe in PROBES if probe.kind == kind]) for kind in kinds}
    return {
        "probe sentences": score(PROBES),
        "probe, English": score(ENGLISH),
        "probe, Chinese": score(CHINESE),
    } | by_kind


def measure_time(model: keras.Model, vocabulary: Vocabulary) -> str:
    """Return the median time for one short text in the network, in milliseconds."""
    row = encode(vocabulary, PROBES[0].text)
    ids = pad([row]) if model.inputs[0].shape[1] is None else fixed([row])
    model.predict_on_batch(ids)
    times = []
    for _repetition in range(50):
        started = time.perf_counter()
        model.predict_on_batch(ids)
        times.append(time.perf_counter() - started)
    return f"{np.median(times) * 1000:.1f} ms"


def measure_baseline(corpus: Corpus, cache: Path) -> dict[str, Any]:
    """Train and test an NB-SVM for each language, or return what an earlier run on the same reviews found."""
    if cache.is_file():
        return json.loads(cache.read_text())
    print("Training the baseline (NB-SVM of n-grams, one per language) ...", flush=True)
    correct: dict[str, np.ndarray] = {}
    for is_chinese in (False, True):
        parts = [part for name, part in corpus.reviews.items() if (name in CHINESE_SETS) == is_chinese]
        reviews = joined(parts)
        weights, intercept = fit_nb_svm(ngram_matrix(reviews.rows, BUCKETS), reviews.classes == POSITIVE)
        for name, part in corpus.test.items():
            if (name in CHINESE_SETS) == is_chinese:
                scores = ngram_matrix(part.rows, BUCKETS) @ weights + intercept
                correct[name] = (scores > 0) == (part.classes == POSITIVE)
    result = {
        "name": "NB-SVM on n-grams of 1 to 3 tokens, one per language",
        "short": "NB-SVM",
        "value": float(np.concatenate(list(correct.values())).mean()),
        "per_set": {name: float(values.mean()) for name, values in correct.items()},
    }
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps(result))
    return result


def build_metrics(network: str, corpus: Corpus, settings: Settings, training: dict[str, Any]) -> dict[str, Any]:
    """Return what the metrics say of a network before it is measured."""
    return {
        "task": sentiment.TASK,
        "network": network,
        "summary": f"{SUMMARY[network]} {NEUTRAL_NOTE}",
        "limits": LIMITS[network],
        "pipeline_tag": "text-classification",
        "input": "token ids int32 [batch, length], 0 before the text (vocabulary.txt has one token a line)",
        "output": "probabilities float32 [batch, 3]: negative, neutral, positive",
        "dataset": {
            "name": "IMDB, SST-2, ChnSentiCorp, online_shopping_10_cats",
            "id": ["stanfordnlp/imdb", "stanfordnlp/sst2", "lansinuote/ChnSentiCorp"],
            "url": "https://ai.stanford.edu/~amaas/data/sentiment/",
            "license": "other",
            "unit": "reviews",
            "train": sum(map(len, corpus.reviews.values())),
            "validation": int((corpus.validation.classes != NEUTRAL).sum()),
            "test": sum(map(len, corpus.test.values())),
            "made": len(corpus.made),
        },
        "training": training | settings._asdict(),
        "curve": {"column": "val_accuracy", "metric": "accuracy"},
    }


def produce(network: str, corpus: Corpus, settings: Settings, flags: Any) -> Path:
    """Train, measure once on the test reviews, and write the folder."""
    checkpoints = run.CHECKPOINTS / f"{sentiment.TASK}-{network}"
    baseline = measure_baseline(corpus, run.CHECKPOINTS / "sentiment-nbsvm.json")
    model = train(network, corpus, settings, checkpoints, flags.seed)
    training = run.circumstances(checkpoints, flags.seed, "float32")
    metrics = build_metrics(network, corpus, settings, training)
    metrics["training"]["epochs"] = len(run.read_history(checkpoints))
    vocabulary = sentiment.shortened(corpus.vocabulary, network)
    metrics |= evaluate(model, corpus.test) | {"baseline": baseline}
    metrics["further"] |= measure_probe(model, vocabulary) | {"time for one sentence": measure_time(model, vocabulary)}
    metrics["further"] |= {f"NB-SVM, {name}": f"{value:.2%}" for name, value in baseline["per_set"].items()}
    known = sentiment.fit([sentiment.preprocess(KNOWN_TEXT, vocabulary, network).ids], network)
    extras = {"vocabulary.txt": vocabulary.written(), "labels.txt": "\n".join(sentiment.LABELS) + "\n"}
    product = run.Product({"model": (model, (known,))}, metrics, checkpoints / store.HISTORY, extras)
    folder = run.write_folder(product, flags.output)
    run.discard(checkpoints)
    return folder


def measure_again(network: str, corpus: Corpus, root: Path) -> bool:
    """Measure a finished folder on the test reviews; tell whether it agrees with its metrics."""
    folder = store.read(sentiment.TASK, network, root)
    store.check(folder)
    model = keras.models.load_model(folder.path / "model.keras", compile=False)
    found = evaluate(model, corpus.test)["result"]["value"]
    stated = folder.metrics["result"]["value"]
    return agrees(f"sentiment-{network}", "accuracy", found, stated)


def main(argv: list[str] | None = None) -> int:
    """Train or measure as the flags say; return the exit status."""
    flags = run.parse_flags(__doc__, NETWORKS, argv)
    return follow(Script(sentiment.TASK, SETTINGS, load_corpus, produce, measure_again), flags)


if __name__ == "__main__":
    raise SystemExit(main())
