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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np

from models import runtime, store
from training.card import build_card
from training.data import DataError
from training.float16 import halve

CHECKPOINTS = Path(".checkpoints")
BEST = "best.weights.h5"
KNOWN_TOLERANCE = 1e-3
WARM_UP_CALLS = 20

Mode = Literal["max", "min"]


def _(text: str) -> str:
    """Mark a text that the tab shows in the visitor's language."""
    return text


def parse_flags(
    description: str,
    networks: Iterable[str],
    argv: list[str] | None = None,
    own: Sequence[argparse.ArgumentParser] = (),
) -> argparse.Namespace:
    """Read the flags of a training script; ``networks`` in the result is the list to train.

    ``own`` are parsers, made with ``add_help=False``, of the flags that only this script has.
    """
    names = list(networks)
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter, parents=own
    )
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
    parser.add_argument("--measure", action="store_true", help="measure the finished folder and write what is found")
    parser.add_argument("--push-to", metavar="OWNER", help="push the finished folder to the Hub under this name")
    flags = parser.parse_args(argv)
    flags.networks = names if flags.network == "all" else [flags.network]
    return flags


def stop_on(error: DataError | store.BrokenFolder) -> None:
    """Leave the program with the error's sentence instead of a traceback."""
    sys.exit(f"{type(error).__name__}: {error}")


def precision(convolutions: bool = False) -> str:
    """Return "mixed_bfloat16" where the hardware computes in bfloat16, else "float32".

    ``convolutions`` tells that nearly all time goes into large ones, which gain by it on AVX-512 too.
    """
    cpu_flags = Path("/proc/cpuinfo")
    flags = cpu_flags.read_text() if cpu_flags.is_file() else ""
    is_faster = "amx_bf16" in flags or (convolutions and "avx512_bf16" in flags)
    return "mixed_bfloat16" if is_faster or keras.distribution.list_devices("gpu") else "float32"


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


def has_stalled(scores: list[float], patience: int, mode: Mode = "max") -> bool:
    """Tell whether the best of the scores, one per epoch, lies ``patience`` epochs or more back."""
    best = np.argmax if mode == "max" else np.argmin
    return bool(scores) and len(scores) - 1 - int(best(scores)) >= patience


def is_finished(folder: Path, epochs: int, patience: int, score: str = "val_accuracy", mode: Mode = "max") -> bool:
    """Tell whether an interrupted run had nothing left to train."""
    scores = [row[score] for row in read_history(folder)]
    return len(scores) >= epochs or has_stalled(scores, patience, mode)


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
    """Stop when the score has not become better for ``patience`` epochs, earlier runs counted in.

    (Keras' own EarlyStopping forgets what came before an interruption.)
    """

    def __init__(self, scores: list[float], patience: int, score: str = "val_accuracy", mode: Mode = "max"):
        super().__init__()
        self.scores = list(scores)
        self.patience = patience
        self.score = score
        self.mode = mode

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.scores.append(logs[self.score])
        self.model.stop_training = has_stalled(self.scores, self.patience, self.mode)


def resumable(
    folder: Path, patience: int, score: str = "val_accuracy", mode: Mode = "max"
) -> list[keras.callbacks.Callback]:
    """Callbacks that let a killed run continue: state, curve, best weights, early stopping, no NaN.

    Args:
        folder: where the checkpoints are.
        patience: epochs without a better score after which to stop.
        score: the entry of the logs, and column of the curve, that chooses the best epoch.
        mode: whether the best score is the highest ("max") or the lowest ("min").
    """
    folder.mkdir(parents=True, exist_ok=True)
    scores = [row[score] for row in read_history(folder)]
    best = max if mode == "max" else min
    return [
        Seconds(),
        keras.callbacks.BackupAndRestore(folder / "state", double_checkpoint=True, delete_checkpoint=False),
        StopEarly(scores, patience, score, mode),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.ModelCheckpoint(
            folder / BEST,
            monitor=score,
            mode=mode,
            save_best_only=True,
            save_weights_only=True,
            initial_value_threshold=best(scores, default=None),
        ),
        keras.callbacks.CSVLogger(folder / store.HISTORY, append=True),
    ]


def fit(
    model: keras.Model,
    lesson: tuple,
    checkpoints: Path,
    epochs: int,
    patience: int,
    score: str = "val_accuracy",
    mode: Mode = "max",
    **options: Any,
) -> None:
    """Train a compiled model, or go on where an earlier run stopped, and leave it with the weights of its best epoch.

    Args:
        model: what learns.
        lesson: what ``model.fit`` takes first: inputs and targets, or one object that gives batches.
        checkpoints: the folder from which a stopped run goes on.
        epochs: at most so many, earlier runs counted in.
        patience: epochs without a better score after which to stop.
        score: the entry of the logs that chooses the best epoch.
        mode: whether the best score is the highest ("max") or the lowest ("min").
        options: of ``model.fit``, such as ``batch_size`` and ``validation_data``.

    Raises:
        FloatingPointError: the loss became NaN.
    """
    if not is_finished(checkpoints, epochs, patience, score, mode):
        callbacks = resumable(checkpoints, patience, score, mode)
        model.fit(*lesson, epochs=epochs, callbacks=callbacks, verbose=1 if is_terminal() else 2, **options)
    refuse_nan(checkpoints)
    model.load_weights(checkpoints / BEST)


def accuracy_interval(correct: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of an accuracy by Wilson's score, as fractions.

    Source: Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953.
    """
    z = 1.959964
    share = correct / total
    centre = (share + z**2 / (2 * total)) / (1 + z**2 / total)
    half = z / (1 + z**2 / total) * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    return float(centre - half), float(centre + half)


def known_answer(model: keras.Model, inputs: tuple[np.ndarray, ...]) -> dict[str, Any]:
    """Return one input (an array [batch, ...] for each of the model's) and the answer, checked at load.

    The inputs are written with four decimals, and the answer is that to what is written.
    """
    written = [_shortest(array) for array in inputs]
    arrays = [np.asarray(values, array.dtype) for values, array in zip(written, inputs, strict=True)]
    outputs = model.predict_on_batch(arrays if len(arrays) > 1 else arrays[0])
    outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
    return {
        "inputs": written,
        "outputs": [np.asarray(output, np.float64).round(6).tolist() for output in outputs],
        "tolerance": KNOWN_TOLERANCE,
    }


def _shortest(array: np.ndarray) -> list:
    """The values as whole numbers where they all are, else with four decimals."""
    is_whole = np.array_equal(array, np.rint(array))
    return (array.astype(int) if is_whole else array.astype(np.float64).round(4)).tolist()


def machine() -> str:
    """Return the processor and the versions that a result was made with, without the machine's name."""
    gpus = keras.distribution.list_devices("gpu")
    hardware = f"{len(gpus)} GPU" if gpus else f"{os.cpu_count()} CPU cores ({platform.machine()})"
    backend = keras.backend.backend()
    return f"{hardware}, Keras {keras.__version__} on {backend}, Python {platform.python_version()}"


def latency(model: keras.Model, inputs: tuple[np.ndarray, ...], calls: int = 200) -> dict[str, Any]:
    """Return how long one answer takes as the app gives it: one input at a time, in one compiled function.

    Args:
        model: a finished network.
        inputs: one known input, an array [1, ...] for each of the network's.
        calls: how many are timed, after some to warm up.

    Returns:
        milliseconds: the median; p95: the 95th percentile; calls; machine.
    """
    function = runtime.compiled(model)
    for _call in range(WARM_UP_CALLS):
        function(*inputs)
    times = []
    for _call in range(calls):
        started = time.perf_counter()
        function(*inputs)
        times.append((time.perf_counter() - started) * 1000)
    median, late = np.percentile(times, [50, 95]).round(3)
    return {"milliseconds": float(median), "p95": float(late), "calls": calls, "machine": machine()}


def today() -> str:
    """Return the date in UTC, as in 2026-11-21."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def circumstances(checkpoints: Path, seed: int, precision: str) -> dict[str, Any]:
    """Return what the metrics say of how a network was trained, whatever its task: time, seed, machine, date."""
    return {
        "seconds": seconds(checkpoints),
        "seed": seed,
        "precision": precision,
        "machine": machine(),
        "date": today(),
    }


@dataclass(frozen=True)
class Product:
    """A trained network and everything that is written beside it.

    parts: file name without ".keras" -> the Keras model and one known input for each of its inputs
        (arrays [batch, ...]); most networks have the one part "model".
    metrics: what was measured and how; ``write_folder`` adds the layers, the files and the known answers.
    history: the CSV file of the training curve.
    extras: the other files of the folder by name, such as labels.txt.
    in_float16: whether the kernels are stored in float16; they must have been rounded before.
    """

    parts: dict[str, tuple[keras.Model, tuple[np.ndarray, ...]]]
    metrics: dict[str, Any]
    history: Path
    extras: dict[str, str | bytes]
    in_float16: bool = False


def write_folder(product: Product, root: Path) -> Path:
    """Write a complete model folder below ``root`` and return it; the old one stays until all is written."""
    name = f"{product.metrics['task']}-{product.metrics['network']}"
    fresh = root / f".{name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for part, (model, _inputs) in product.parts.items():
        model.save(fresh / f"{part}.keras")
        if product.in_float16:
            halve(fresh / f"{part}.keras")
    shutil.copyfile(product.history, fresh / store.HISTORY)
    _write_extras(fresh, product.extras)
    return finish_folder(fresh, product.metrics | describe(product.parts), root / name)


def update_folder(folder: Path, changes: dict[str, Any], extras: dict[str, str | bytes] | None = None) -> Path:
    """Add what was measured later to a finished folder, and write its card anew; its networks stay as they are.

    Args:
        folder: the model folder.
        changes: what is added to the metrics, or replaced there.
        extras: files by name that are added, or replaced.

    Raises:
        store.BrokenFolder: it is no whole folder.
    """
    task, _, network = folder.name.partition("-")
    found = store.read(task, network, folder.parent)
    store.check(found)
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(folder, fresh, ignore=shutil.ignore_patterns(store.METRICS))
    _write_extras(fresh, extras or {})
    return finish_folder(fresh, found.metrics | changes, folder)


def _write_extras(folder: Path, extras: dict[str, str | bytes]) -> None:
    for filename, content in extras.items():
        (folder / filename).write_bytes(content if isinstance(content, bytes) else content.encode())


def describe(parts: dict[str, tuple[keras.Model, tuple[np.ndarray, ...]]]) -> dict[str, Any]:
    """Return what the metrics say of the models themselves: parameters, layers and known answers."""
    layers = [layer for model, _inputs in parts.values() for layer in model.layers]
    return {
        "own_layers": any(type(layer).__module__.startswith("models.") for layer in layers),
        "parameters": sum(model.count_params() for model, _inputs in parts.values()),
        "layers": [row for part, (model, _inputs) in parts.items() for row in runtime.layer_table(part, model)],
        "known": {part: known_answer(model, inputs) for part, (model, inputs) in parts.items()},
    }


def finish_folder(fresh: Path, metrics: dict[str, Any], final: Path) -> Path:
    """Write the card, and the metrics with the size and checksum of every file; put the folder in its place."""
    metrics = metrics | {"files": _files(fresh)}
    (fresh / store.CARD).write_text(build_card(metrics), encoding="utf-8")
    metrics["files"] = _files(fresh)
    (fresh / store.METRICS).write_text(_json(metrics), encoding="utf-8")
    return _swap(fresh, final)


def _files(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.name: {"size": path.stat().st_size, "sha256": store.sha256(path)} for path in sorted(folder.iterdir())}


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
