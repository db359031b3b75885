"""N-grams of tokens as features of a linear model: the classical baseline, and one half of the network ``regions``.

Naive Bayes weighs the features, a linear support vector machine weighs them again. Source: Wang and Manning
(2012), "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification", https://aclanthology.org/P12-2018
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.svm import LinearSVC

from models.networks.sentiment import KEYS_A_PLACE, NGRAM_BUCKETS, hash_ngrams, key_ngrams

BUCKETS = 16_777_213  # a prime below 2**24: room enough for the baseline's n-grams to stay apart
SVM_C = 1.0  # chosen on the validation texts
SMOOTHING = 1.0
# An n-gram must stand in so many training texts to have a place in the network's table.
LEAST_TEXTS = 2
STEPS = 127  # of a weight in that table, to each side of zero


class Table(NamedTuple):
    """The n-grams that the network ``regions`` knows, one for each place: see its layer ``NgramWeights``.

    fingerprints: uint8 [places], 0 where there is none.
    levels: int8 [places].
    scale: float32, the largest weight.
    """

    fingerprints: np.ndarray
    levels: np.ndarray
    scale: np.ndarray


def ngram_matrix(rows: list[np.ndarray], buckets: int) -> csr_matrix:
    """Return which n-grams of one to three tokens each text has: float32 [texts, buckets], rows of length 1.

    Args:
        rows: token ids, int [tokens], of each text.
        buckets: size of the table that the n-grams are hashed into.
    """
    found = [np.unique(hash_ngrams(row[np.newaxis].astype(np.int64), buckets, np)) for row in rows]
    found = [places[places > 0] for places in found]
    return _unit_rows([*map(len, found)], np.concatenate(found), buckets)


def _unit_rows(counts: list[int], columns: np.ndarray, width: int) -> csr_matrix:
    """Rows of length 1, float32 [rows, width], with so many equal values each, in these columns."""
    values = np.concatenate([np.full(count, max(count, 1) ** -0.5, np.float32) for count in counts])
    return csr_matrix((values, columns.astype(np.int32), np.cumsum([0, *counts])), shape=(len(counts), width))


def log_count_ratio(features: csr_matrix, praises: np.ndarray) -> np.ndarray:
    """Return how much each n-gram speaks for praise: float32 [buckets], 0 for what never occurs.

    Args:
        features: from ``ngram_matrix``.
        praises: bool [texts].
    """
    present = csr_matrix((np.ones_like(features.data), features.indices, features.indptr), features.shape)
    in_praise = np.asarray(present[praises].sum(axis=0)).ravel()
    in_blame = np.asarray(present[~praises].sum(axis=0)).ravel()
    praise, blame = in_praise + SMOOTHING, in_blame + SMOOTHING
    ratio = np.log((praise / praise.sum()) / (blame / blame.sum()))
    return np.where(in_praise + in_blame > 0, ratio, 0).astype(np.float32)


def fit_nb_svm(features: csr_matrix, praises: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the weight of each n-gram, float32 [buckets], and the intercept; a score above 0 means praise."""
    strength = np.abs(log_count_ratio(features, praises))
    svm = LinearSVC(C=SVM_C, tol=1e-2, max_iter=100, random_state=0).fit(features @ diags(strength), praises)
    return (svm.coef_[0] * strength).astype(np.float32), float(svm.intercept_[0])


def fit_table(rows: list[np.ndarray], praises: np.ndarray) -> Table:
    """Return the weights of all n-grams that the network can tell apart, as its table holds them.

    Where several n-grams fall into one place, that one stays whose weight moves the most texts.

    Args:
        rows: token ids, int [tokens], of each text.
        praises: bool [texts].
    """
    found = [np.unique(key_ngrams(row[np.newaxis].astype(np.int64), np)) for row in rows]
    found = [keys[keys > 0] for keys in found]
    keys, columns = np.unique(np.concatenate(found), return_inverse=True)
    weights, _intercept = fit_nb_svm(_unit_rows([*map(len, found)], columns, len(keys)), praises)
    texts = np.bincount(columns, minlength=len(keys))
    return fill_table(keys, np.where(texts >= LEAST_TEXTS, weights, 0), texts)


def fill_table(keys: np.ndarray, weights: np.ndarray, texts: np.ndarray) -> Table:
    """Put n-grams into the table.

    Args:
        keys: int [n], from ``key_ngrams``.
        weights: float [n].
        texts: int [n], in how many texts each stands.
    """
    order = np.argsort(np.abs(weights) * np.sqrt(texts), kind="stable")  # of those in one place, the last stays
    order = order[weights[order] != 0]
    places, prints = np.divmod(keys[order], KEYS_A_PLACE)
    scale = np.float32(np.abs(weights).max(initial=1e-9))
    steps = np.sign(weights[order]) * np.rint(np.sqrt(np.abs(weights[order]) / scale) * STEPS)
    fingerprints, levels = np.zeros(NGRAM_BUCKETS, np.uint8), np.zeros(NGRAM_BUCKETS, np.int8)
    fingerprints[places], levels[places] = prints, steps
    return Table(fingerprints, levels, scale)
