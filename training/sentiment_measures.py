"""What is measured of the networks of the sentiment task: reviews, probe sentences, faithfulness of attributions."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from models import runtime, sentiment
from models.tokens import Vocabulary, pad
from training import charts, run
from training.classification import calibration_error, confident_failures
from training.ngrams import BUCKETS, fit_nb_svm, ngram_matrix
from training.phrases import NEGATIVE, NEUTRAL, POSITIVE
from training.probe import CHINESE, ENGLISH, PROBES, Probe
from training.sentiment_learning import fixed, is_fixed, predict_rows
from training.texts import CHINESE_SETS, Corpus, Part, encode, joined

# Sets that are measured apart and left out of the one figure for all: short, and of one star or five only.
APART = ("Douban",)
IDS = {
    "IMDB": "stanfordnlp/imdb",
    "SST-2": "stanfordnlp/sst2",
    "ChnSentiCorp": "lansinuote/ChnSentiCorp",
    "online shopping": "SophonPlus/ChineseNlpCorpus",
    "Douban": "csuldw/comment-sentiment-analysis",
}
KINDS = {
    "IMDB": "film reviews",
    "SST-2": "sentences on films",
    "ChnSentiCorp": "reviews of hotels, notebooks, books",
    "online shopping": "reviews of ten kinds of goods",
    "Douban": "short comments on films, one star or five",
}
# Attributions: so many texts of each sign, with so many tokens, and so many pieces deleted.
FAITHFUL_TEXTS = 500
FAITHFUL_TOKENS = (8, 128)
DELETED = 3
FAITHFUL_SEED = 1
FAILURES = 12
TIMED_CALLS = 200

Answer = Callable[[list[np.ndarray]], np.ndarray]


def measure(model: keras.Model, vocabulary: Vocabulary, corpus: Corpus) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Measure a network; return what the metrics say, and the pictures for the card by file name.

    Args:
        model: token ids -> probabilities float32 [batch, 3].
        vocabulary: the words that the network knows.
        corpus: the test parts are used.
    """
    answers = {name: predict_rows(model, part.rows) for name, part in corpus.test.items()}
    pooled = [name for name in corpus.test if name not in APART]
    probabilities = np.concatenate([answers[name] for name in pooled])
    classes = np.concatenate([corpus.test[name].classes for name in pooled])
    is_right = probabilities.argmax(axis=1) == classes
    confidence = probabilities.max(axis=1)
    openings = [[name, begins] for name in pooled for begins in corpus.openings(name)]
    probes = [encode(vocabulary, probe.text) for probe in PROBES]
    probed = predict_rows(model, probes)
    metrics = {
        "result": figure(choices(probabilities) == classes),
        "measured": [
            *(measure_set(name, answers[name], part.classes) for name, part in corpus.test.items()),
            {"name": "the same reviews, neutral counting as wrong", **figure(is_right)},
            measure_probe(probed),
            *measure_faithfulness(as_the_app_asks(model), corpus),
        ],
        "further": {"test reviews called neutral": _percent((probabilities.argmax(axis=1) == NEUTRAL).mean())}
        | count_probe(probed),
        "calibration": {"error": round(calibration_error(confidence, is_right), 5), "bins": charts.BINS},
        "pictures": [
            {
                "file": "reliability.png",
                "caption": "How often it is right about test reviews, by the probability that it gives its answer.",
            }
        ],
        "tables": [failures(probabilities, classes, openings)],
    }
    return metrics, {"reliability.png": charts.reliability(confidence, is_right)}


def choices(probabilities: np.ndarray) -> np.ndarray:
    """Return the choice between negative and positive, int [texts], from probabilities [texts, 3]."""
    return np.where(probabilities[:, POSITIVE] > probabilities[:, NEGATIVE], POSITIVE, NEGATIVE)


def figure(is_right: np.ndarray, metric: str = "accuracy") -> dict[str, Any]:
    """Return the share of what is right, bool [n], with its 95 % interval, as a figure for the metrics."""
    right, total = int(is_right.sum()), len(is_right)
    return {"metric": metric, "value": right / total, "interval95": run.accuracy_interval(right, total), "n": total}


def measure_set(name: str, probabilities: np.ndarray, classes: np.ndarray) -> dict[str, Any]:
    """Return the accuracy of the choice between negative and positive on one set of reviews."""
    found = figure(choices(probabilities) == classes)
    return {"name": f"{name}: {KINDS[name]}", **found, "dataset": {"name": name, "id": IDS[name]}}


def measure_probe(probabilities: np.ndarray) -> dict[str, Any]:
    """Return the accuracy on the probe sentences, of which one in six is neutral: float [200, 3] in."""
    dataset = {"name": "probe sentences", "id": "none"}
    return {"name": "probe sentences, three classes", **figure(_probes_right(probabilities)), "dataset": dataset}


def _probes_right(probabilities: np.ndarray) -> np.ndarray:
    labels = np.array([sentiment.LABELS.index(probe.label) for probe in PROBES])
    return probabilities.argmax(axis=1) == labels


def count_probe(probabilities: np.ndarray) -> dict[str, str]:
    """Return how many of the 200 probe sentences are right, in all and for each kind: "160 of 200"."""
    is_right = dict(zip(PROBES, _probes_right(probabilities), strict=True))

    def score(probes: list[Probe] | tuple[Probe, ...]) -> str:
        return f"{sum(bool(is_right[probe]) for probe in probes)} of {len(probes)}"

    kinds = dict.fromkeys(probe.kind for probe in PROBES)
    by_kind = {f"probe, {kind}": score([probe for probe in PROBES if probe.kind == kind]) for kind in kinds}
    return {
        "probe sentences": score(PROBES),
        "probe, English": score(ENGLISH),
        "probe, Chinese": score(CHINESE),
    } | by_kind


def as_the_app_asks(model: keras.Model) -> Answer:
    """Return what answers rows of token ids with a network's probabilities, all rows in one compiled call."""
    function = runtime.compiled(model)
    arrange = fixed if is_fixed(model) else pad
    return lambda rows: function(arrange(rows))


def measure_faithfulness(answer: Answer, corpus: Corpus) -> list[dict[str, Any]]:
    """Return in how many test texts the strongest words matter more than others, for praise and for blame.

    Of a text judged positive the three pieces with the most positive effect are deleted, and, apart from that,
    three pieces by chance: the first should lower the log odds of positive more. Likewise for negative.

    Args:
        answer: rows of token ids -> probabilities float32 [rows, 3].
        corpus: its test texts of 8 to 128 tokens are drawn from.
    """
    chance = np.random.default_rng(FAITHFUL_SEED)
    low, high = FAITHFUL_TOKENS
    rows = [row for part in corpus.test.values() for row in part.rows if low <= len(row) <= high]
    rows = [rows[place] for place in chance.permutation(len(rows))[: 4 * FAITHFUL_TEXTS]]
    chosen = choices(np.concatenate([answer([row]) for row in rows]))
    figures = []
    for name, label, sign in (("positive", POSITIVE, 1), ("negative", NEGATIVE, -1)):
        judged = [row for row, choice in zip(rows, chosen, strict=True) if choice == label][:FAITHFUL_TEXTS]
        is_faithful = np.array([matters_more(answer, row, sign, chance) for row in judged])
        title = f"texts judged {name} whose three strongest words matter more than three others"
        figures.append({"name": title, **figure(is_faithful, "faithful")})
    return figures


def matters_more(answer: Answer, row: np.ndarray, sign: int, chance: np.random.Generator) -> bool:
    """Tell whether deleting the tokens with the strongest effects moves a judgement more than deleting others.

    Args:
        answer: rows of token ids -> probabilities float32 [rows, 3].
        row: int32 [tokens], at least six.
        sign: 1 for effects towards positive, -1 towards negative.
        chance: draws the others, from all tokens.
    """
    spans = sentiment.spans_of(len(row))
    effects = sign * sentiment.effects(answer([row, *sentiment.hidden(row, spans)]))
    strongest = np.argsort(-effects)[:DELETED]
    others = chance.choice(len(row), DELETED, replace=False)
    moved = sign * sentiment.effects(answer([row, np.delete(row, strongest), np.delete(row, others)]))
    return bool(moved[0] > moved[1])


def failures(probabilities: np.ndarray, classes: np.ndarray, openings: list[list[str]]) -> dict[str, Any]:
    """Return a table of the wrong answers given with the highest probability, each review by how it begins.

    Args:
        probabilities: float [texts, 3].
        classes: int [texts].
        openings: set and first words of each text.
    """
    places = confident_failures(probabilities, classes, FAILURES)
    rows = [
        [
            *openings[place],
            sentiment.LABELS[classes[place]],
            f"{sentiment.LABELS[probabilities[place].argmax()]} {_percent(probabilities[place].max())}",
        ]
        for place in places
    ]
    return {
        "title": "Most confident mistakes",
        "columns": ["set", "the review begins", "its writer", "the network"],
        "rows": rows,
    }


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def measure_baseline(corpus: Corpus, cache: Path) -> dict[str, Any]:
    """Train and test an NB-SVM for each language, or return what an earlier run on the same reviews found.

    Returns:
        value: the accuracy on all sets but those measured apart; per_set: on each; milliseconds: for one short text.
    """
    if cache.is_file():
        return json.loads(cache.read_text())
    print("Training the baseline (NB-SVM of n-grams, one per language) ...", flush=True)
    correct: dict[str, np.ndarray] = {}
    for is_chinese in (False, True):
        reviews = joined([part for name, part in corpus.reviews.items() if (name in CHINESE_SETS) == is_chinese])
        weights, intercept = fit_nb_svm(ngram_matrix(reviews.rows, BUCKETS), reviews.classes == POSITIVE)
        for name, part in corpus.test.items():
            if (name in CHINESE_SETS) == is_chinese:
                correct[name] = judge_linearly(part, weights, intercept) == part.classes
    row = encode(corpus.vocabulary, PROBES[0].text)
    pooled = [is_right for name, is_right in correct.items() if name not in APART]
    result = {
        "name": "NB-SVM on n-grams of 1 to 3 tokens, one per language",
        "short": "NB-SVM",
        "value": float(np.concatenate(pooled).mean()),
        "per_set": {name: float(values.mean()) for name, values in correct.items()},
        "milliseconds": median_time(lambda: judge_linearly(Part([row], np.zeros(1, int)), weights, intercept)),
    }
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps(result))
    return result


def judge_linearly(part: Part, weights: np.ndarray, intercept: float) -> np.ndarray:
    """Return the classes, int [texts], that the weights of n-grams give the texts of a part."""
    scores = ngram_matrix(part.rows, len(weights)) @ weights + intercept
    return np.where(scores > 0, POSITIVE, NEGATIVE)


def median_time(answer: Callable[[], Any]) -> float:
    """Return the median time of one call, in milliseconds."""
    times = []
    for _call in range(TIMED_CALLS):
        started = time.perf_counter()
        answer()
        times.append((time.perf_counter() - started) * 1000)
    return round(float(np.median(times)), 3)


def compare(name: str, metrics: dict[str, Any], others: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a table of a network, the others of the task, and the n-gram models, set by set.

    Args:
        name: of the network.
        metrics: its figures, with ``measured``, ``latency`` and ``baseline``.
        others: name of another network -> its metrics.
    """
    networks = {name: metrics} | {other: stated for other, stated in others.items() if "latency" in stated}
    baseline = metrics["baseline"]
    rows = []
    for each in metrics["measured"]:
        title = each["name"]
        found = [_stated(stated, title) for stated in networks.values()]
        linear = baseline["per_set"].get(title.split(":")[0])
        rows.append([title, *found, "–" if linear is None else _exactly(linear)])
    times = [f"{stated['latency']['milliseconds']:.2f} ms" for stated in networks.values()]
    rows.append(["one short text", *times, f"{baseline['milliseconds']:.2f} ms"])
    return {"title": "Networks side by side", "columns": ["", *networks, baseline["short"]], "rows": rows}


def _stated(metrics: dict[str, Any], title: str) -> str:
    values = [each["value"] for each in metrics.get("measured", []) if each["name"] == title]
    return _exactly(values[0]) if values else "–"


def _exactly(share: float) -> str:
    return f"{share * 100:.2f} %"
