"""Train the pairs of networks that make handwritten digits out of noise, on MNIST.

    python -m training.gan --network dcgan|mlp|all [--data DIR] [--epochs N] [--push-to OWNER]
    python -m training.gan --network dcgan --evaluate

Writes models/pretrained/gan-<network>/ (generator, discriminator, metrics, card, curve, snapshots). A run that
was stopped continues from .checkpoints/ when it is started again; the judge that measures is trained at the
first run and kept there. What to expect stands in each folder's metrics.json.
"""

import io
from pathlib import Path
from typing import Any

import keras
import numpy as np
from PIL import Image

from models import gan, store
from models.networks.gan import NETWORKS
from training import run
from training.digit import Split, known_input, load_data
from training.gan_epochs import Settings, best_parts, inputs_asked, make, moments, train
from training.judge import Judge, diversity, frechet_distance, load_judge, look
from training.run import _
from training.script import Script, follow

TEST_SEEDS = (1, 2, 3, 4, 5)  # the first makes the set that is reported; all five its interval
STUDENT_4 = 2.776  # 97.5 % quantile of Student's t with four degrees of freedom


SETTINGS = {
    "dcgan": Settings(4, 64, 4e-4, 0.5, 0.999, 0.1, 8),
    "mlp": Settings(20, 128, 2e-4, 0.5, 0.0, 0.0, 1),
}

SUMMARY = {
    "dcgan": (
        "Ours: a convolutional pair that is told which digit to make, with a gradient penalty on real digits and "
        "an average of the generator's weights over the training."
    ),
    "mlp": (
        "The tutorials' dense pair, 100-256-512-1024-784 against 784-1024-512-256-1, with the hidden activations "
        "that the tutorial leaves out; it makes whatever digit it likes."
    ),
}


LIMITS = {
    "dcgan": _(
        "It makes digits as MNIST's American census clerks and pupils wrote them, 28 pixels wide, and nothing else. "
        "Some are malformed or not the digit that was asked for, so do not use them as if people had written them."
    ),
    "mlp": _(
        "It cannot be told a digit, makes some digits more often than others, and leaves specks of noise. "
        "It shows how the first such networks did, so do not use its pictures as if people had written them."
    ),
}


def evaluate(network: str, generator: keras.Model, data: Split, judge: Judge, per_digit: int = 1000) -> dict[str, Any]:
    """Measure a generator on ``per_digit`` pictures of each digit: what the judge reads, and how near they come.

    An unconditional network makes ten times as many of its own choice. Real digits are the test digits; the
    floor of the distance is that between as many training digits and them.
    """
    asked = np.repeat(gan.DIGITS, per_digit)
    real = look(judge.model, data.test_images[..., 0]).features
    floor = frechet_distance(look(judge.model, data.train_images[: len(asked), :, :, 0]).features, real)
    sets = [look(judge.model, make(network, generator, asked, seed)) for seed in TEST_SEEDS]
    distances = [frechet_distance(seen.features, real) for seen in sets]
    interval = interval_of(distances)
    varied = diversity(sets[0], real, data.test_labels)
    further = {
        "Fréchet distance in the judge's features": f"{distances[0]:.2f} ({interval[0]:.2f} to {interval[1]:.2f})",
        "its floor, training digits against test digits": f"{floor:.2f}",
        "variance of the features within each digit, of that of real ones": _least_and_mean(varied),
        "accuracy of the judge on the test digits": f"{judge.accuracy:.2%}",
        "SHA-256 of the judge's weights": judge.sha256,
    }
    if gan.IS_CONDITIONAL[network]:
        return _accuracy_metrics(sets[0].digits == asked, asked, judge) | {"further": further}
    shares = np.bincount(sets[0].digits, minlength=len(gan.DIGITS)) / len(asked)
    further["rarest digit it makes"] = f"{shares.argmin()}, {shares.min():.1%} of its pictures"
    return {
        "result": {"metric": "frechet_distance", "value": distances[0], "interval95": interval},
        "baseline": {"name": "real training digits (floor)", "short": _("real digits"), "value": floor},
        "further": further,
    }


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


def interval_of(distances: list[float]) -> tuple[float, float]:
    """Return the 95 % interval of one set's distance from those of five sets made by different seeds."""
    half = STUDENT_4 * float(np.std(distances, ddof=1))
    return max(0.0, distances[0] - half), distances[0] + half


def _least_and_mean(ratios: dict[str, float]) -> str:
    least = min(ratios, key=ratios.get)
    return f"{np.mean(list(ratios.values())):.2f} on average, least {ratios[least]:.2f} (digit {least})"


def build_metrics(network: str, data: Split, settings: Settings, training: dict[str, Any]) -> dict[str, Any]:
    """Return what the metrics say of a pair before it is measured."""
    told = " and the asked digit float32 [batch, 10], one-hot" if gan.IS_CONDITIONAL[network] else ""
    return {
        "task": gan.TASK,
        "network": network,
        "summary": SUMMARY[network],
        "limits": LIMITS[network],
        "pipeline_tag": "unconditional-image-generation",
        "input": f"latent float32 [batch, 100], standard normal{told}",
        "output": "image float32 [batch, 28, 28, 1], -1 (black) to 1 (white ink)",
        "dataset": {
            "name": "MNIST",
            "id": "ylecun/mnist",
            "url": "http://yann.lecun.com/exdb/mnist/",
            "license": "cc-by-sa-3.0",
            "unit": "digits",
            "train": len(data.train_images),
            "validation": len(data.validation_images),
            "test": len(data.test_images),
        },
        "training": training | settings._asdict(),
        "curve": {"column": "val_frechet_distance", "metric": "frechet_distance"},
    }


def known_inputs(network: str) -> dict[str, tuple[np.ndarray, ...]]:
    """Return an input of each part: the first latent of seed 1, and a seven of our own."""
    asked = inputs_asked(network, np.array([7]))
    return {"generator": (gan.latents(1, 1), *asked), "discriminator": (known_input() / 127.5 - 1, *asked)}


def produce(network: str, data: Split, judge: Judge, settings: Settings, flags: Any) -> Path:
    """Train, measure once against the test digits, and write the folder."""
    checkpoints = run.CHECKPOINTS / f"{gan.TASK}-{network}"
    progress = train(network, data, judge, settings, checkpoints, flags.seed)
    parts, shown = best_parts(network, progress), moments(len(progress.rows))
    training = {
        **run.circumstances(checkpoints, flags.seed, "float32"),
        "best_epoch": int(np.argmin(progress.scores)) + 1,
        "snapshots_after_epochs": shown,
    }
    metrics = build_metrics(network, data, settings, training)
    metrics |= evaluate(network, parts["generator"], data, judge)
    known = known_inputs(network)
    product = run.Product(
        {part: (model, known[part]) for part, model in parts.items()},
        metrics,
        checkpoints / store.HISTORY,
        {gan.SNAPSHOTS: _png(np.concatenate([progress.snapshots[epochs] for epochs in shown]))},
    )
    folder = run.write_folder(product, flags.output)
    run.discard(checkpoints)
    return folder


def _png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def measure_again(network: str, data: Split, judge: Judge, root: Path) -> bool:
    """Measure a finished folder again; tell whether it agrees with its metrics.

    Exactly the same is only expected where the same judge measures, which the folder names by its hash.
    """
    folder = store.read(gan.TASK, network, root)
    store.check(folder)
    generator = keras.models.load_model(folder.path / "generator.keras", compile=False)
    found, stated = evaluate(network, generator, data, judge), folder.metrics
    is_same_judge = judge.sha256 in stated["further"].values()
    difference = abs(found["result"]["value"] - stated["result"]["value"])
    agrees = difference <= (0.001 if is_same_judge else 0.1) * max(1.0, stated["result"]["value"])
    metric, judged = stated["result"]["metric"], "the same judge" if is_same_judge else "another judge"
    print(
        f"gan-{network}: {metric} {found['result']['value']:.4f} by {judged}, its metrics say "
        f"{stated['result']['value']:.4f}: {'agrees' if agrees else 'DIFFERS'}"
    )
    return agrees


def load_data_and_judge(folder: Path) -> tuple[Split, Judge]:
    """Return MNIST and the network that judges what is made; it is trained where there is none yet."""
    data = load_data(folder)
    return data, load_judge(data)


def main(argv: list[str] | None = None) -> int:
    """Train or measure as the flags say; return the exit status."""
    flags = run.parse_flags(__doc__, NETWORKS, argv)
    script = Script(
        gan.TASK,
        SETTINGS,
        load_data_and_judge,
        lambda network, found, settings, flags: produce(network, *found, settings, flags),
        lambda network, found, root: measure_again(network, *found, root),
    )
    return follow(script, flags)


if __name__ == "__main__":
    raise SystemExit(main())
