"""N-grams of tokens as features of a linear model: the classical baseline, and one half of the network ``regions``.

Naive Bayes weighs the features, a linear support vector machine weighs them again. Source: Wang and Manning
(2012), "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification", https://aclanthology.org/P12-2018
"""

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.svm import LinearSVC

from models.networks.sentiment import hash_ngrams

BUCKETS = 16_777_213  # a prime below 2**24: room enough for the baseline's n-grams to stay apart
SVM_C = 1.0  # chosen on the validation texts
SMOOTHING = 1.0


def ngram_matrix(rows: list[np.ndarray], buckets: int) -> csr_matrix:
    """Return which n-grams of one to three tokens each text has: float32 [texts, buckets], rows of length 1.

    Args:
        rows: token ids, int [tokens], of each text.
        buckets: size of the table that the n-grams are hashed into.
    """
    found = [np.unique(hash_ngrams(row[np.newaxis].astype(np.int64), buckets, np)) for row in rows]
    found = [places[places > 0] for places in found]
    starts = np.cumsum([0, *map(len, found)])
    values = np.concatenate([np.full(len(places), len(places) ** -0.5, np.float32) for places in found if len(places)])
    return csr_matrix((values, np.concatenate(found).astype(np.int32), starts), shape=(len(rows), buckets))


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
