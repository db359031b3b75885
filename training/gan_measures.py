"""What is measured of a generator: which digits the judge reads, how near and how varied they are, what they teach."""

from typing import Any, NamedTuple

import keras
import numpy as np

from models import gan
from training import run
from training.gan_epochs import make
from training.gan_neighbours import measure_neighbours, nearest_table
from training.gan_student import STUDENT_SEED, measure_students, student_table
from training.judge import Judge, Seen, diversity, frechet_distance, hash_of, look, variance_ratio
from training.run import _
from training.splits import Split

TEST_SEEDS = (1, 2, 3, 4, 5)  # the first makes the set that is reported; all five its interval
STUDENT_4 = 2.776  # 97.5 % quantile of Student's t with four degrees of freedom

# How far a second measurement may lie from the first, as a part of it or of 1, whichever is more.
TOLERANCE = 0.001
TOLERANCE_OF_ANOTHER_JUDGE = 0.1
TOLERANCE_OF_TRAINING = 0.005
JUDGE_HASH = "SHA-256 of the judge's weights"
FIGURES = ("result", "baseline", "per_class", "distance", "per_digit", "nearest", "students")


class Amounts(NamedTuple):
    """How much is made to be measured: pictures of each digit for the judge and for the student.

    compared_every: of how many pictures one is compared with all training digits.
    """

    judged: int = 1_000
    taught: int = 6_000
    compared_every: int = 10


AMOUNTS = Amounts()


def evaluate(
    network: str, generator: keras.Model, data: Split, judge: Judge, amounts: Amounts = AMOUNTS
) -> dict[str, Any]:
    """Measure a generator on as many pictures of each digit: what the judge reads, how near and varied they are.

    An unconditional network makes ten times as many of its own choice. Real digits are the test digits; the
    floor of a distance is that between as many training digits and them.
    """
    asked = np.repeat(gan.DIGITS, amounts.judged)
    made = [make(network, generator, asked, seed) for seed in TEST_SEEDS]
    sets = [look(judge.model, pixels) for pixels in made]
    train, real = (look(judge.model, images[..., 0]) for images in (data.train_images, data.test_images))
    distances = [frechet_distance(seen.features, real.features) for seen in sets]
    floor = frechet_distance(train.features[: len(asked)], real.features)
    further = _in_words(distances, floor, diversity(sets[0], real.features, data.test_labels), judge)

    is_conditional = gan.IS_CONDITIONAL[network]
    meant = asked if is_conditional else sets[0].digits
    per_digit = measure_digits((made[0], sets[0], meant), (train, real), data)
    rows = slice(None, None, amounts.compared_every)
    compared = np.concatenate([pixels[rows] for pixels in made])
    nearest = measure_neighbours(
        (compared, data.test_images[..., 0], data.train_images[..., 0]),
        (np.concatenate([seen.features[rows] for seen in sets]), real.features, train.features),
    )
    tables = [digits_table(per_digit, is_conditional), nearest_table(nearest, data, len(compared))]
    distance = {"value": distances[0], "interval95": interval_of(distances), "floor": floor}
    found = {"further": further, "distance": distance, "per_digit": per_digit, "nearest": nearest, "tables": tables}
    if not is_conditional:
        shares = np.bincount(sets[0].digits, minlength=len(gan.DIGITS)) / len(asked)
        further["rarest digit it makes"] = f"{shares.argmin()}, {shares.min():.1%} of its pictures"
        return _distance_metrics(distances, floor) | found
    students = _teach_students(network, generator, data, amounts.taught)
    tables.append(student_table(students))
    return _accuracy_metrics(sets[0].digits == asked, asked, judge) | found | {"students": students}


def _in_words(distances: list[float], floor: float, varied: dict[str, float], judge: Judge) -> dict[str, str]:
    """What the card says beside the result."""
    low, high = interval_of(distances)
    return {
        "Fréchet distance in the judge's features": f"{distances[0]:.2f} ({low:.2f} to {high:.2f})",
        "its floor, training digits against test digits": f"{floor:.2f}",
        "variance of the features within each digit, of that of real ones": _least_and_mean(varied),
        "accuracy of the judge on the test digits": f"{judge.accuracy:.2%}",
        JUDGE_HASH: judge.sha256,
    }


def _teach_students(network: str, generator: keras.Model, data: Split, per_digit: int) -> dict[str, Any]:
    """What the recogniser's architecture learns from made digits alone, beside what real ones teach it."""
    digits = np.repeat(gan.DIGITS, per_digit)
    return measure_students(
        lambda: (make(network, generator, digits, STUDENT_SEED), digits),
        (hash_of(generator), len(digits)),
        data,
        run.CHECKPOINTS,
    )


def _accuracy_metrics(is_right: np.ndarray, asked: np.ndarray, judge: Judge) -> dict[str, Any]:
    """The share of pictures in which the judge reads the asked digit; its accuracy on real ones as ceiling."""
    return {
        "result": {
            "metric": "conditional_accuracy",
            "value": float(is_right.mean()),
            "interval95": run.accuracy_interval(int(is_right.sum()), len(is_right)),
        },
        "baseline": {
            "name": "the judge on real test digits (ceiling)",
            "short": _("judge on real digits"),
            "value": judge.accuracy,
        },
        "per_class": {str(digit): float(is_right[asked == digit].mean()) for digit in gan.DIGITS},
    }


def _distance_metrics(distances: list[float], floor: float) -> dict[str, Any]:
    """The distance from real digits, for a network that cannot be asked; that of training digits as floor."""
    return {
        "result": {
            "metric": "frechet_distance",
            "value": distances[0],
            "interval95": interval_of(distances),
        },
        "baseline": {"name": "real training digits (floor)", "short": _("real digits"), "value": floor},
    }


def interval_of(distances: list[float]) -> tuple[float, float]:
    """Return the 95 % interval of one set's distance from those of five sets made by different seeds."""
    half = STUDENT_4 * float(np.std(distances, ddof=1))
    return max(0.0, distances[0] - half), distances[0] + half


def _least_and_mean(ratios: dict[str, float]) -> str:
    least = min(ratios, key=ratios.get)
    return f"{np.mean(list(ratios.values())):.2f} on average, least {ratios[least]:.2f} (digit {least})"


def measure_digits(
    made: tuple[np.ndarray, Seen, np.ndarray], seen: tuple[Seen, Seen], data: Split
) -> dict[str, dict[str, float]]:
    """Return, for each digit alone, how its made pictures compare with the test digits.

    Args:
        made: pictures [n, 28, 28], what the judge sees in them, and the digit int [n] that each is meant to be.
        seen: what the judge sees in the training and in the test digits.
        data: those digits.

    Returns:
        digit -> "share" of the pictures, "accuracy" of the judge on them, "frechet_distance" from the test
        digits, its "floor" (as many training digits at most), and the variances made / real of "features" and
        "pixels". A digit of which there are not two pictures is left out.
    """
    pixels, (features, read), meant = made
    train, real = seen
    rows = {}
    for digit in gan.DIGITS:
        ours, learned, theirs = meant == digit, data.train_labels == digit, data.test_labels == digit
        if min(ours.sum(), learned.sum(), theirs.sum()) < 2:
            continue
        rows[str(digit)] = {
            "share": float(ours.mean()),
            "accuracy": float((read[ours] == digit).mean()),
            "frechet_distance": frechet_distance(features[ours], real.features[theirs]),
            "floor": frechet_distance(train.features[learned][: ours.sum()], real.features[theirs]),
            "features": variance_ratio(features[ours], real.features[theirs]),
            "pixels": variance_ratio(pixels[ours].astype(np.float64), data.test_images[theirs, :, :, 0]),
        }
    return rows


def digits_table(per_digit: dict[str, dict[str, float]], is_conditional: bool) -> dict[str, Any]:
    """Return what ``measure_digits`` found as a table of the card; the digit is the asked one, or the one read."""
    first = ("asked digit", "read as asked") if is_conditional else ("digit read by the judge", "share of the pictures")
    key = "accuracy" if is_conditional else "share"
    return {
        "title": "Each digit beside the real test digits",
        "columns": [
            *first,
            "Fréchet distance",
            "of training digits",
            "variance of features, made / real",
            "variance of pixels, made / real",
        ],
        "rows": [
            [
                digit,
                f"{row[key]:.1%}",
                *(f"{row[name]:.2f}" for name in ("frechet_distance", "floor", "features", "pixels")),
            ]
            for digit, row in per_digit.items()
        ],
    }


def figures(metrics: dict[str, Any]) -> dict[str, float]:
    """Return every measured number of a network's metrics by its path, as in "per_digit 7 accuracy"."""
    return dict(_numbers({name: metrics[name] for name in FIGURES if name in metrics}, ""))


def _numbers(value: Any, path: str) -> list[tuple[str, float]]:
    if isinstance(value, int | float):
        return [(path.strip(), float(value))]
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    return [pair for name, each in inner for pair in _numbers(each, f"{path} {name}")]


def disagreements(found: dict[str, Any], stated: dict[str, Any]) -> list[str]:
    """Return a sentence for each stated figure that was not found again.

    Exactly the same is only expected where the same judge measures, which the metrics name by its hash, and of
    what no training is part of.
    """
    is_same_judge = judge_of(found) == judge_of(stated)
    measured, missed = figures(found), []
    for path, value in figures(stated).items():
        loose = TOLERANCE if is_same_judge or "pixels" in path else TOLERANCE_OF_ANOTHER_JUDGE
        allowed = (TOLERANCE_OF_TRAINING if path.startswith("students") else loose) * max(1.0, abs(value))
        if not abs(measured.get(path, np.inf) - value) <= allowed:
            missed.append(f"{path}: {measured.get(path, 'nothing')}, its metrics say {value}")
    return missed


def judge_of(metrics: dict[str, Any]) -> str:
    """Return the hash of the judge that measured."""
    return metrics["further"][JUDGE_HASH]
