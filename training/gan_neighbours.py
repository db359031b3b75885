"""Whether a generator copies: how near made digits come to the training digits, beside how near unseen real ones do."""

import io
from typing import Any

import numpy as np
from PIL import Image

from training.splits import Split

QUANTILE = 0.01
SHOWN = 3  # neighbours below each made digit
GAP, SCALE, BACKGROUND = 2, 2, 128
CHUNK = 500

# Rows of made digits, of test digits, and of training digits, as pictures [n, 28, 28] or features [n, size].
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


def nearest(queries: np.ndarray, references: np.ndarray, count: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return which references [m, size] lie nearest to each query [n, size], and how far away, nearest first.

    Returns:
        Their numbers, int [n, count], and their Euclidean distances, float64 [n, count].
    """
    references = references.astype(np.float32)
    squares = np.einsum("ij,ij->i", references, references)
    numbers, distances = [], []
    for first in range(0, len(queries), CHUNK):
        chunk = queries[first : first + CHUNK].astype(np.float32)
        order = squares - 2 * chunk @ references.T  # the squared distance less the query's own square
        found = np.argpartition(order, count - 1, axis=1)[:, :count]
        exact = np.linalg.norm((chunk[:, np.newaxis] - references[found]).astype(np.float64), axis=2)
        ranked = np.argsort(exact, axis=1, kind="stable")
        numbers.append(np.take_along_axis(found, ranked, axis=1))
        distances.append(np.take_along_axis(exact, ranked, axis=1))
    return np.concatenate(numbers), np.concatenate(distances)


def measure_neighbours(pictures: Rows, features: Rows) -> dict[str, dict[str, float]]:
    """Return how far made and test digits lie from their nearest training digit, in pixels and in features.

    Pixels are taken from 0 to 1, so that a wholly white picture lies 28 from a black one.

    Args:
        pictures: made, test and training digits [n, 28, 28] of 0..255.
        features: what the judge sees in the same ones.

    Returns:
        "pixels" and "features" -> median, 1 % quantile and least distance of made and of test digits, and
        "nearer", the share of made digits that lie nearer to a training digit than 1 % of the test digits do.
    """
    spaces = {"pixels": [rows.reshape(len(rows), -1) / np.float32(255) for rows in pictures], "features": features}
    return {space: _compare(*rows) for space, rows in spaces.items()}


def _compare(made: np.ndarray, test: np.ndarray, train: np.ndarray) -> dict[str, float]:
    ours, theirs = (nearest(rows, train)[1][:, 0] for rows in (made, test))
    near = float(np.quantile(theirs, QUANTILE))
    return {
        "made_median": float(np.median(ours)),
        "test_median": float(np.median(theirs)),
        "made_quantile": float(np.quantile(ours, QUANTILE)),
        "test_quantile": near,
        "made_least": float(ours.min()),
        "test_least": float(theirs.min()),
        "nearer": float((ours < near).mean()),
    }


def nearest_table(found: dict[str, dict[str, float]], data: Split, made: int) -> dict[str, Any]:
    """Return what ``measure_neighbours`` found of ``made`` digits as a table of the card."""
    keys = ("made_median", "test_median", "made_quantile", "test_quantile", "made_least", "test_least")
    names = {"pixels": "pixels, 0 to 1", "features": "the judge's features"}
    return {
        "title": (
            f"Distance (L2) to the nearest of the {len(data.train_images):,} training digits: "
            f"{made:,} made digits beside the {len(data.test_images):,} test digits"
        ),
        "columns": [
            "distance of",
            "made, median",
            "test, median",
            "made, 1 % quantile",
            "test, 1 % quantile",
            "made, least",
            "test, least",
            "made ones nearer than 1 % of the test digits",
        ],
        "rows": [
            [names[space], *(f"{row[key]:.2f}" for key in keys), f"{row['nearer']:.1%}"] for space, row in found.items()
        ],
    }


def caption(seed: int, training_digits: int) -> str:
    """Return what stands below the picture in the card."""
    return (
        f"Top row: ten digits made from seed {seed}, not picked. Below each: the {SHOWN} nearest of the "
        f"{training_digits:,} training digits, by the distance of their pixels, the nearest first."
    )


def draw_neighbours(made: np.ndarray, train: np.ndarray) -> bytes:
    """Return a PNG, twice as large: made digits [n, 28, 28] in a row, the nearest of [m, 28, 28] below each."""
    numbers, _distances = nearest(*(rows.reshape(len(rows), -1) for rows in (made, train)), count=SHOWN)
    side = made.shape[1] + GAP
    canvas = Image.new("L", (len(made) * side + GAP, (1 + SHOWN) * side + 3 * GAP), BACKGROUND)
    for column, (pixels, found) in enumerate(zip(made, train[numbers], strict=True)):
        for row, each in enumerate([pixels, *found]):
            top = GAP + row * side + (2 * GAP if row else 0)
            canvas.paste(Image.fromarray(each.astype(np.uint8)), (GAP + column * side, top))
    stream = io.BytesIO()
    canvas.resize((canvas.width * SCALE, canvas.height * SCALE), Image.Resampling.NEAREST).save(
        stream, "PNG", optimize=True
    )
    return stream.getvalue()
