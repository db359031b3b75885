"""What all training runs share: flags at the start; callbacks in the middle; the folder at the end."""

import argparse
import csv
import datetime
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from models import store
from training.card import build_card
from training.data import DataError

CHECKPOINTS = Path(".checkpoints")
BEST = "best.weights.h5"
KNOWN_TOLERANCE = 1e-3


def parse_flags(description: str, networks: Iterable[str], argv: list[str] | None = None) -> argparse.Namespace:
    """Read the flags of a training script; ``networks`` in the result is the list to train."""
    names = list(networks)
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=[*names, "all"], default="all", help="which network to train")
    parser.add_argument("--epochs", type=int, help="train at most this many epochs (default: the network's own)")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("HUB_DATA", "data")),
        metavar="DIR",
        help="folder with the data set; what is missing is downloaded into it (default: HUB_DATA, or data)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=store.PRETRAINED,
        metavar="DIR",
        help="where the model folders are written (default: models/pretrained)",
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of weights, shuffling and augmentation")
    parser.add_argument("--evaluate", action="store_true", help="measure the finished folder again and compare")
    parser.add_argument("--push-to", metavar="OWNER", help="push the finished folder to the Hub under this name")
    flags = parser.parse_args(argv)
    flags.networks = names if flags.network == "all" else [flags.network]
    return flags


def stop_on(error: DataError | store.BrokenFolder) -> None:
    """Leave the program with the error's sentence instead of a traceback."""
    sys.exit(f"{type(error).__name__}: {error}")


def precision() -> str:
    """Return "mixed_bfloat16" where the hardware computes in bfloat16, else "float32"."""
    cpu_flags = Path("/proc/cpuinfo")
    has_amx = cpu_flags.is_file() and "amx_bf16" in cpu_flags.read_text()
    return "mixed_bfloat16" if has_amx or keras.distribution.list_devices("gpu") else "float32"


def is_terminal() -> bool:
    """Tell whether somebody watches: then progress is a bar, else a line an epoch."""
    return sys.stdout.isatty()


def read_history(folder: Path) -> list[dict[str, float]]:
    """Return one dict per finished epoch of an interrupted run; empty for a new one."""
    path = folder / store.HISTORY
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(stream)]


def has_stalled(scores: list[float], patience: int) -> bool:
    """Tell whether the best of the scores, one per epoch, lies ``patience`` epochs or more back."""
    return bool(scores) and len(scores) - 1 - int(np.argmax(scores)) >= patience


def is_finished(folder: Path, epochs: int, patience: int) -> bool:
    """Tell whether an interrupted run had nothing left to train."""
    scores = [row["val_accuracy"] for row in read_history(folder)]
    return len(scores) >= epochs or has_stalled(scores, patience)


def seconds(folder: Path) -> float:
    """Return how long the epochs took, in seconds, over all the runs that an interrupted training took."""
    return round(sum(row["seconds"] for row in read_history(folder)), 1)


def refuse_nan(folder: Path) -> None:
    """Raise FloatingPointError where the loss became NaN or infinite."""
    rows = read_history(folder)
    if rows and not np.isfinite(rows[-1]["loss"]):
        raise FloatingPointError(f"The loss is no number after epoch {len(rows)}. Delete {folder} and lower the rate.")


def discard(folder: Path) -> None:
    """Remove the checkpoints of a run whose model folder is written."""
    shutil.rmtree(folder, ignore_errors=True)


class Seconds(keras.callbacks.Callback):
    """Add to each epoch's logs how many seconds it took; must stand before what writes them."""

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.started = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs["seconds"] = round(time.monotonic() - self.started, 2)


class StopEarly(keras.callbacks.Callback):
    """Stop when the validation accuracy has not risen for ``patience`` epochs, earlier runs counted in.

    (Keras' own EarlyStopping forgets what came before an interruption.)
    """

    def __init__(self, scores: list[float], patience: int):
        super().__init__()
        self.scores = list(scores)
        self.patience = patience

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.scores.append(logs["val_accuracy"])
        self.model.stop_training = has_stalled(self.scores, self.patience)


def resumable(folder: Path, patience: int) -> list[keras.callbacks.Callback]:
    """Callbacks that let a killed run continue: state, curve, best weights, early stopping, no NaN."""
    folder.mkdir(parents=True, exist_ok=True)
    scores = [row["val_accuracy"] for row in read_history(folder)]
    return [
        Seconds(),
        keras.callbacks.BackupAndRestore(folder / "state", double_checkpoint=True, delete_checkpoint=False),
        StopEarly(scores, patience),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.ModelCheckpoint(
            folder / BEST,
            monitor="val_accuracy",
            mode="max",
            save_best_only=True,
            save_weights_only=True,
            initial_value_threshold=max(scores, default=None),
        ),
        keras.callbacks.CSVLogger(folder / store.HISTORY, append=True),
    ]


def accuracy_interval(correct: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of an accuracy by Wilson's score, as fractions.

    Source: Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953.
    """
    z = 1.959964
    share = correct / total
    centre = (share + z**2 / (2 * total)) / (1 + z**2 / total)
    half = z / (1 + z**2 / total) * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    return float(centre - half), float(centre + half)


def layer_table(model: keras.Model) -> list[dict[str, Any]]:
    """Return name, type, output shape (without the batch) and parameters of every layer."""
    return [
        {
            "name": layer.name,
            "type": type(layer).__name__,
            "output": list(layer.output.shape[1:]),
            "parameters": layer.count_params(),
        }
        for layer in model.layers
    ]


def known_answer(model: keras.Model, inputs: np.ndarray) -> dict[str, Any]:
    """Return one input [1, ...] of whole numbers 0..255 and the model's answer, to be checked at load."""
    return {
        "input": inputs.astype(int).tolist(),
        "output": np.asarray(model.predict_on_batch(inputs), np.float64).round(6).tolist(),
        "tolerance": KNOWN_TOLERANCE,
    }


def machine() -> str:
    """Return the processor and the versions that a result was made with, without the machine's name."""
    gpus = keras.distribution.list_devices("gpu")
    hardware = f"{len(gpus)} GPU" if gpus else f"{os.cpu_count()} CPU cores ({platform.machine()})"
    backend = keras.backend.backend()
    return f"{hardware}, Keras {keras.__version__} on {backend}, Python {platform.python_version()}"


def today() -> str:
    """Return the date in UTC, as in 2026-11-21."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


@dataclass(frozen=True)
class Product:
    """A trained network and everything that is written beside it.

    metrics: what was measured and how; ``write_folder`` adds the layers, the files and the known answer.
    known_input: float32 [1, ...] of whole numbers 0..255.
    texts: the other text files of the folder by name, such as labels.txt.
    """

    model: keras.Model
    metrics: dict[str, Any]
    known_input: np.ndarray
    history: Path
    texts: dict[str, str]


def write_folder(product: Product, root: Path) -> Path:
    """Write a complete model folder below ``root`` and return it; the old one stays until all is written."""
    name = f"{product.metrics['task']}-{product.metrics['network']}"
    fresh = root / f".{name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    product.model.save(fresh / "model.keras")
    shutil.copyfile(product.history, fresh / store.HISTORY)
    for filename, text in product.texts.items():
        (fresh / filename).write_text(text, encoding="utf-8")
    metrics = product.metrics | {
        "parameters": product.model.count_params(),
        "layers": layer_table(product.model),
        "known": known_answer(product.model, product.known_input),
    }
    (fresh / store.CARD).write_text(build_card(metrics), encoding="utf-8")
    metrics["files"] = {
        path.name: {"size": path.stat().st_size, "sha256": store.sha256(path)} for path in sorted(fresh.iterdir())
    }
    (fresh / store.METRICS).write_text(_json(metrics), encoding="utf-8")
    return _swap(fresh, root / name)


def _json(metrics: dict[str, Any]) -> str:
    """One key a line at the top level, each value on that line: short to read and to compare."""
    lines = (f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in metrics.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _swap(fresh: Path, final: Path) -> Path:
    """Put the fresh folder in the place of the old one."""
    old = final.with_name(f".{final.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if final.exists():
        final.rename(old)
    fresh.rename(final)
    shutil.rmtree(old, ignore_errors=True)
    return final
