"""Where the embeddings start from: vectors of tokens by the company they keep in the training texts.

Positive pointwise mutual information of neighbours, factored. Source: Levy, Goldberg, Dagan (2015), "Improving
Distributional Similarity with Lessons Learned from Word Embeddings", https://aclanthology.org/Q15-1016
"""

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from sklearn.utils.extmath import randomized_svd

from models.tokens import UNKNOWN_ID

WINDOW = 5  # tokens to each side; nearer ones count more
SMOOTHING = 0.75  # power of how common a neighbour is
SHIFT = np.log(2)
SPREAD = 0.1  # standard deviation of the values


def word_vectors(rows: list[np.ndarray], vocabulary: int, width: int) -> np.ndarray:
    """Return a vector for each token: float32 [vocabulary, width]; tokens in like company have like vectors.

    Args:
        rows: token ids, int [tokens], of each text.
        vocabulary: how many ids there are; padding and unknown keep no company.
        width: values of a vector.
    """
    together = count_neighbours(rows, vocabulary)
    left, strengths, _right = randomized_svd(mutual_information(together), width, n_iter=3, random_state=0)
    vectors = left * np.sqrt(strengths)
    return (vectors * (SPREAD / max(vectors.std(), 1e-9))).astype(np.float32)


def count_neighbours(rows: list[np.ndarray], vocabulary: int) -> csr_matrix:
    """Return how often two tokens stand near each other: float32 [vocabulary, vocabulary], symmetric."""
    gap = np.zeros(WINDOW, np.int64)
    ids = np.concatenate([part for row in rows for part in (row.astype(np.int64), gap)])
    together = csr_matrix((vocabulary, vocabulary), dtype=np.float32)
    for distance in range(1, WINDOW + 1):
        first, second = ids[:-distance], ids[distance:]
        is_pair = (first > UNKNOWN_ID) & (second > UNKNOWN_ID)
        pairs, counts = np.unique(first[is_pair] * vocabulary + second[is_pair], return_counts=True)
        weights = counts.astype(np.float32) * (1 - (distance - 1) / WINDOW)
        together += coo_matrix((weights, np.divmod(pairs, vocabulary)), together.shape).tocsr()
    return (together + together.T).tocsr()


def mutual_information(together: csr_matrix) -> csr_matrix:
    """Return the shifted positive pointwise mutual information of tokens: float32, of the same shape, sparse."""
    pairs = together.tocoo()
    total = np.asarray(together.sum(axis=1)).ravel()
    common = total**SMOOTHING
    common = common / max(common.sum(), 1e-9)
    information = np.log(pairs.data / (total[pairs.row] * common[pairs.col])) - SHIFT
    found = csr_matrix((np.maximum(information, 0).astype(np.float32), (pairs.row, pairs.col)), together.shape)
    found.eliminate_zeros()
    return found
