"""Train the pairs of networks that make handwritten digits out of noise, on MNIST.

    python -m training.gan --network dcgan|mlp|all [--data DIR] [--epochs N] [--push-to OWNER]
    python -m training.gan --network dcgan --evaluate|--measure

Writes models/pretrained/gan-<network>/ (generator, discriminator, metrics, card, curve, snapshots, nearest
training digits). A run that was stopped continues from .checkpoints/ when it is started again; the judge that
measures is trained at the first run and kept there, and so is what the recogniser's architecture learns from
60,000 made digits. What to expect stands in each folder's metrics.json.
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
from training.digit import PEOPLE, known_input, load_data
from training.gan_epochs import Settings, best_parts, inputs_asked, make, moments, precision, train
from training.gan_measures import TEST_SEEDS, disagreements, evaluate, figures, judge_of
from training.gan_neighbours import caption, draw_neighbours
from training.judge import Judge, load_judge
from training.run import _
from training.script import Script, follow
from training.splits import Split

SETTINGS = {
    "dcgan": Settings(16, 64, 4e-4, 0.5, 0.999, 0.1, 8, 0.5),
    "mlp": Settings(20, 128, 2e-4, 0.5, 0.0, 0.0, 1, 1.0),
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
            "people": PEOPLE,
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
        **run.circumstances(checkpoints, flags.seed, precision()),
        "best_epoch": int(np.argmin(progress.scores)) + 1,
        "snapshots_after_epochs": shown,
    }
    metrics = build_metrics(network, data, settings, training)
    metrics |= measured(network, parts["generator"], data, judge)
    known = known_inputs(network)
    product = run.Product(
        {part: (model, known[part]) for part, model in parts.items()},
        metrics,
        checkpoints / store.HISTORY,
        {
            gan.SNAPSHOTS: _png(np.concatenate([progress.snapshots[epochs] for epochs in shown])),
            gan.NEIGHBOURS: show_neighbours(network, parts["generator"], data),
        },
    )
    folder = run.write_folder(product, flags.output)
    run.discard(checkpoints)
    return folder


def _png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def measured(network: str, generator: keras.Model, data: Split, judge: Judge) -> dict[str, Any]:
    """Return what is measured of a generator, with the picture that the card shows."""
    picture = {"file": gan.NEIGHBOURS, "caption": caption(TEST_SEEDS[0], len(data.train_images))}
    latency = run.latency(generator, known_inputs(network)["generator"])
    return evaluate(network, generator, data, judge) | {"pictures": [picture], "latency": latency}


def show_neighbours(network: str, generator: keras.Model, data: Split) -> bytes:
    """Return a PNG with the first ten pictures of the first seed, the ten digits in turn, and what is nearest."""
    made = make(network, generator, np.array(gan.DIGITS), TEST_SEEDS[0])
    return draw_neighbours(made, data.train_images[..., 0])


def measure_again(network: str, data: Split, judge: Judge, root: Path) -> bool:
    """Measure a finished folder again; tell whether every figure agrees with its metrics, as far as they go."""
    folder, generator = _load(network, root)
    found, stated = evaluate(network, generator, data, judge), folder.metrics
    missed = disagreements(found, stated)
    metric, judged = stated["result"]["metric"], "the same" if judge_of(found) == judge_of(stated) else "another"
    print(
        f"gan-{network}: {metric} {found['result']['value']:.4f} by {judged} judge, its metrics say "
        f"{stated['result']['value']:.4f}; {len(figures(stated))} of {len(figures(found))} figures are stated: "
        f"{'DIFFERS' if missed else 'agrees'}"
    )
    for sentence in missed:
        print(f"  {sentence}")
    return not missed


def measure_and_write(network: str, data: Split, judge: Judge, root: Path) -> Path:
    """Measure a finished folder again and write what is found into it; its networks stay as they are."""
    folder, generator = _load(network, root)
    extras = {gan.NEIGHBOURS: show_neighbours(network, generator, data)}
    changes = measured(network, generator, data, judge)
    changes["dataset"] = folder.metrics["dataset"] | {"people": PEOPLE}
    return run.update_folder(folder.path, changes, extras)


def _load(network: str, root: Path) -> tuple[store.Folder, keras.Model]:
    folder = store.read(gan.TASK, network, root)
    store.check(folder)
    return folder, keras.models.load_model(folder.path / "generator.keras", compile=False)


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
        lambda network, found, root: measure_and_write(network, *found, root),
    )
    return follow(script, flags)


if __name__ == "__main__":
    raise SystemExit(main())
