"""Train the networks that judge texts, English and Chinese, on reviews.

    python -m training.sentiment --network rnn|lstm|regions|all [--data DIR] [--epochs N] [--push-to OWNER]
    python -m training.sentiment --network regions --evaluate
    python -m training.sentiment --network regions --measure

Writes models/pretrained/sentiment-<network>/ (model, vocabulary, metrics, card, curve). A run that was stopped
continues from .checkpoints/ when it is started again. What to expect stands in each folder's metrics.json.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from models import sentiment, store
from models.networks.sentiment import LENGTH, NETWORKS
from models.tokens import Vocabulary, read_vocabulary
from training import run
from training.run import _
from training.script import Script, agree, follow
from training.sentiment_learning import OURS, Settings, train
from training.sentiment_measures import APART, compare, measure, measure_baseline
from training.texts import Corpus, load_corpus

SETTINGS = {
    "rnn": Settings(4, 512, 2e-3, 2, LENGTH, 0.0),
    "lstm": Settings(4, 512, 4e-3, 2, LENGTH, 0.0),
    "regions": Settings(3, 8192, 2e-3, 3, 256, 0.1),
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

PEOPLE = (
    "Whose reviews: members of the film site IMDB, up to 2011; film critics quoted on Rotten Tomatoes, up to 2005 "
    "(SST-2); guests and buyers on Chinese travel, book and electronics sites of the 2000s (ChnSentiCorp); buyers on "
    "Chinese shopping sites of the 2010s (online shopping); members of the Chinese film site Douban, of whose comments "
    "only those with one star or five are used. Little more is known of the writers; most American and British, and "
    "mainland Chinese, adults who write on the web."
)
BASELINE = run.CHECKPOINTS / "sentiment-nbsvm.json"

KNOWN_TEXT = "I did not like it at first, but 后来越看越喜欢。"

NEUTRAL_NOTE = (
    "These reviews are never neutral: that class was learned from statements of fact of our own making, put together "
    "from lists of words like the short sentences with negation, contrast and emoji that were added to the reviews. "
    "Accuracy is of the choice between positive and negative."
)


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
        "dataset": describe_data(corpus),
        "training": training | settings._asdict(),
        "curve": {"column": "val_accuracy", "metric": "accuracy"},
    }


def describe_data(corpus: Corpus) -> dict[str, Any]:
    """Return what the metrics say of the reviews; "test" counts those behind the one figure for all."""
    return {
        "name": _("IMDB, SST-2, ChnSentiCorp, online_shopping_10_cats, Douban comments"),
        "id": ["stanfordnlp/imdb", "stanfordnlp/sst2", "lansinuote/ChnSentiCorp"],
        "url": "https://ai.stanford.edu/~amaas/data/sentiment/",
        "license": ["unknown", "apache-2.0"],
        "people": PEOPLE,
        "unit": "reviews",
        "train": sum(map(len, corpus.reviews.values())),
        "validation": corpus.held,
        "test": sum(len(part) for name, part in corpus.test.items() if name not in APART),
        "made": len(corpus.made),
    }


def known_input(vocabulary: Vocabulary, network: str) -> np.ndarray:
    """Return a sentence of our own in both languages as the network takes it, int32 [1, tokens]."""
    return sentiment.fit([sentiment.preprocess(KNOWN_TEXT, vocabulary, network).ids], network)


def figures(
    network: str, model: keras.Model, vocabulary: Vocabulary, corpus: Corpus, root: Path
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return all that is measured of a finished network, and the pictures for its card by file name.

    Beside ours stand the others of the task as their folders below ``root`` state them.
    """
    metrics, pictures = measure(model, vocabulary, corpus.encoded_by(vocabulary))
    metrics["latency"] = run.latency(model, (known_input(vocabulary, network),))
    metrics["baseline"] = measure_baseline(corpus, BASELINE)
    if network == OURS:
        others = {name: store.read(sentiment.TASK, name, root).metrics for name in NETWORKS if has_folder(name, root)}
        metrics["others"] = [{"name": name, "value": stated["result"]["value"]} for name, stated in others.items()]
        metrics["tables"] = [compare(network, metrics, others), *metrics["tables"]]
    return metrics, pictures


def has_folder(network: str, root: Path) -> bool:
    """Tell whether a network other than ours is finished."""
    return network != OURS and (root / f"{sentiment.TASK}-{network}" / store.METRICS).is_file()


def produce(network: str, corpus: Corpus, settings: Settings, flags: Any) -> Path:
    """Train, measure once on the test reviews, and write the folder."""
    checkpoints = run.CHECKPOINTS / f"{sentiment.TASK}-{network}"
    model = train(network, corpus, settings, checkpoints, flags.seed)
    training = run.circumstances(checkpoints, flags.seed, "float32")
    metrics = build_metrics(network, corpus, settings, training)
    metrics["training"]["epochs"] = len(run.read_history(checkpoints))
    vocabulary = sentiment.shortened(corpus.vocabulary, network)
    measured, pictures = figures(network, model, vocabulary, corpus, flags.output)
    extras = pictures | {"vocabulary.txt": vocabulary.written(), "labels.txt": "\n".join(sentiment.LABELS) + "\n"}
    known = known_input(vocabulary, network)
    product = run.Product({"model": (model, (known,))}, metrics | measured, checkpoints / store.HISTORY, extras)
    folder = run.write_folder(product, flags.output)
    run.discard(checkpoints)
    return folder


def renew(network: str, corpus: Corpus, root: Path) -> Path:
    """Measure a finished folder anew and write the figures into it; the network stays as it is."""
    folder, model, vocabulary = _read(network, root)
    metrics, pictures = figures(network, model, vocabulary, corpus, root)
    metrics |= {"summary": f"{SUMMARY[network]} {NEUTRAL_NOTE}", "limits": LIMITS[network]}
    return run.update_folder(folder.path, metrics | {"dataset": describe_data(corpus)}, pictures)


def measure_again(network: str, corpus: Corpus, root: Path) -> bool:
    """Measure a finished folder on the test reviews; tell whether it agrees with its metrics."""
    folder, model, vocabulary = _read(network, root)
    found, _pictures = measure(model, vocabulary, corpus.encoded_by(vocabulary))
    return agree(f"sentiment-{network}", found, folder.metrics)


def _read(network: str, root: Path) -> tuple[store.Folder, keras.Model, Vocabulary]:
    """A finished folder, checked, its network and the network's own vocabulary."""
    folder = store.read(sentiment.TASK, network, root)
    store.check(folder)
    model = keras.models.load_model(folder.path / "model.keras", compile=False)
    return folder, model, read_vocabulary(folder.path / "vocabulary.txt")


def main(argv: list[str] | None = None) -> int:
    """Train or measure as the flags say; return the exit status."""
    flags = run.parse_flags(__doc__, NETWORKS, argv)
    return follow(Script(sentiment.TASK, SETTINGS, load_corpus, produce, measure_again, renew), flags)


if __name__ == "__main__":
    raise SystemExit(main())
