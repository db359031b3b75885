"""Somebody's own networks, put beside ours: where they are, and whether they fit.

``python app.py --add digit=OWNER/NAME@SHA`` takes one from the Hub at a full commit sha, ``--add digit=FOLDER`` one
from a folder. It must hold ``model.keras`` and ``labels.txt`` with one label a line; ``metrics.json`` and
``history.csv``, as our own training writes them, are used where they are there. Only layers of Keras itself are
loaded, in safe mode: no code of the folder is ever run.
"""

import json
import math
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models import runtime, store
from models.measures import MEASURES

MODEL = "model.keras"
LABELS = "labels.txt"
MOST_LABELS, LONGEST_LABEL = 100, 40
LONGEST_TEXT = 80
LONGEST_DESCRIPTION = 50_000
CONFIG_BYTES = 10 * 2**20
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
SUM_TOLERANCE = 1e-3

# What the networks of a tab take, without the batch: values 0..255.
SHAPES = {"digit": ((28, 28, 1), (28, 28)), "image": ((32, 32, 3),)}
ELSEWHERE = "A folder made by `python -m training.{task}` can be shown with --models."
WHY_NOT = {
    "house": "a network for houses works only with the statistics of the houses that it was trained on",
    "forecast": "a network for series works only with the scaling and the quantiles that it was trained with",
    "sentiment": "a network for texts works only with the vocabulary that it was trained with",
    "gan": "a generator makes pictures out of numbers, and comes with a discriminator",
}

# Where Keras keeps what a network is made of, and what of it could run code, or read files, of somebody else.
MODULES = {
    "keras",
    "keras.layers",
    "keras.models",
    "keras.activations",
    "keras.initializers",
    "keras.regularizers",
    "keras.constraints",
    "keras.dtype_policies",
}
PACKAGES = ("keras.src.models.", "keras.src.ops.")
VALUES = {"__keras_tensor__", "__tensor__", "__numpy__", "__slice__", "__ellipsis__"}
UNSAFE = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}


class DoesNotFit(ValueError):
    """A network cannot be added. The message names it, and says why and what to do."""


@dataclass(frozen=True)
class Place:
    """Where a network is that is to be added to a task's tab: a folder, or a repository at a full commit sha."""

    task: str
    folder: Path | None = None
    repo_id: str | None = None
    commit: str | None = None

    @property
    def name(self) -> str:
        """What the network is called: as its folder or repository is, without the task."""
        last = self.repo_id.split("/")[1] if self.repo_id else self.folder.resolve().name
        return last.removeprefix(f"{self.task}-")

    def __str__(self) -> str:
        return f"{self.task}={self.folder or f'{self.repo_id}@{self.commit}'}"


def parse(text: str) -> Place:
    """Read ``TASK=FOLDER`` or ``TASK=OWNER/NAME@SHA``.

    Raises:
        DoesNotFit: it is neither, or the task's tab cannot show other networks.
    """
    task, equals, place = text.partition("=")
    if not equals or not place:
        raise DoesNotFit(f"A network is added as TASK=OWNER/NAME@SHA or TASK=FOLDER. Received: {text!r}")
    if task in WHY_NOT:
        raise DoesNotFit(f"No network can be added to {task}: {WHY_NOT[task]}. {ELSEWHERE.format(task=task)}")
    if task not in SHAPES:
        raise DoesNotFit(f"The task must be one of {', '.join(SHAPES)}. Received: {task!r}")
    if Path(place).is_dir():
        return Place(task, folder=Path(place))
    if Path(place).is_file():
        raise DoesNotFit(f"{place} is a file: name its folder, {task}={Path(place).parent}")
    repo_id, _, commit = place.partition("@")
    if not store.is_repo_id(repo_id):
        raise DoesNotFit(f"There is no folder {place}, and it does not read as OWNER/NAME@SHA either.")
    if not store.COMMIT.fullmatch(commit):
        raise DoesNotFit(
            f"{place} must name a full commit sha, as in {repo_id}@ and 40 hexadecimal digits: `training.push` "
            "prints it, and the Hub shows it under Files and versions. A tag or a branch could be changed by its owner."
        )
    return Place(task, repo_id=repo_id, commit=commit)


def open_network(place: Place, taken: tuple[str, ...]) -> store.Folder:
    """Return the folder of a network that fits, all that is known of it in its metrics.

    The metrics hold besides ``labels`` (the names of its classes) and ``input_shape`` (without the batch).

    Args:
        place: where it is.
        taken: the names that the networks of the tab have already.

    Raises:
        DoesNotFit: it cannot be had, or does not fit.
    """
    _require_free_name(place, taken)
    path = place.folder or _download(place)
    try:
        labels = _read_labels(path)
        _require_safe(path)
        network = _examine(path, place.task, labels)
    except store.BrokenFolder as error:
        raise DoesNotFit(f"{place} cannot be added: {error}") from error
    metrics = _stated(path) | network | {"task": place.task, "network": place.name, "labels": labels}
    metrics["files"] = {name: _facts(path / name) for name in (MODEL, LABELS)}
    origin = "hub" if place.repo_id else "local"
    return store.Folder(path, place.task, place.name, metrics, origin, place.repo_id, place.commit, is_added=True)


def _require_free_name(place: Place, taken: tuple[str, ...]) -> None:
    if place.name in taken:
        raise DoesNotFit(
            f"{place}: the name {place.name!r} is taken; those of this tab are {', '.join(taken)}. Rename the "
            "folder or the repository."
        )
    if not NAME.fullmatch(place.name):
        raise DoesNotFit(
            f"{place}: {place.name!r} cannot be the name of a network, which has at most 60 letters, digits, '.', '_' "
            "and '-', a letter or digit first. Rename the folder or the repository."
        )


def _download(place: Place) -> Path:
    try:
        return store.fetch_commit(place.repo_id, place.commit, [MODEL, LABELS, store.METRICS, store.HISTORY])
    except store.HubProblem as error:
        reason = {
            "missing": "the Hub has no such repository, or no such commit",
            "forbidden": "the Hub does not allow it; a token with access may help (`hf auth login`)",
        }.get(error.problem, "the Hub cannot be reached; download it into a folder, or try again later")
        raise DoesNotFit(f"{place} cannot be added: {reason}.") from error


def _read_labels(path: Path) -> list[str]:
    file = path / LABELS
    if not file.is_file():
        raise store.BrokenFolder(f"it has no {LABELS}, which must hold one label a line, in the order of the outputs.")
    try:
        labels = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (UnicodeDecodeError, OSError):
        raise store.BrokenFolder(f"its {LABELS} is no text in UTF-8.") from None
    if not 2 <= len(labels) <= MOST_LABELS:
        raise store.BrokenFolder(f"its {LABELS} must hold 2 to {MOST_LABELS} labels. It has {len(labels)}.")
    repeated = next((label for label in labels if labels.count(label) > 1), None)
    if repeated is not None:
        raise store.BrokenFolder(f"its {LABELS} must hold each label once. It repeats {repeated[:LONGEST_LABEL]!r}.")
    if any(len(label) > LONGEST_LABEL for label in labels):
        raise store.BrokenFolder(f"a label may have {LONGEST_LABEL} characters at most.")
    return labels


def _require_safe(path: Path) -> None:
    """Look at what the network is made of, without loading anything.

    Raises:
        store.BrokenFolder: it is no Keras file, or has something in it that is not Keras' own.
    """
    file = path / MODEL
    if not file.is_file():
        raise store.BrokenFolder(f"it has no {MODEL}. Save the network with model.save({MODEL!r}).")
    if file.stat().st_size > store.MODEL_BYTES:
        raise store.BrokenFolder(f"its {MODEL} is larger than {store.MODEL_BYTES // 2**20} MB.")
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo("config.json").file_size > CONFIG_BYTES:
                raise ValueError("the description is too long")
            config = json.loads(archive.read("config.json"))
        config.pop("compile_config", None)  # never used
    except (zipfile.BadZipFile, KeyError, ValueError, AttributeError, OSError, RecursionError):
        raise store.BrokenFolder(f"its {MODEL} is no file that Keras 3 saved.") from None
    unsafe = _unsafe(config)
    if unsafe:
        raise store.BrokenFolder(
            f"it is made of {unsafe}, which is not a layer of Keras itself or can run code of others. Only such layers "
            "are loaded; build the network of them."
        )


def _unsafe(part: Any) -> str | None:
    """The name of the first thing in a Keras description that is not plain Keras, or None."""
    if isinstance(part, list):
        return next(filter(None, map(_unsafe, part)), None)
    if not isinstance(part, dict):
        return None
    kind, module = part.get("class_name"), part.get("module")
    if kind is not None:
        is_keras = isinstance(module, str) and (module in MODULES or module.startswith(PACKAGES))
        is_value = module is None and kind in VALUES
        if not isinstance(kind, str) or kind in UNSAFE or not (is_keras or is_value):
            return str(kind)[:LONGEST_TEXT]
    return next(filter(None, map(_unsafe, part.values())), None)


def _examine(path: Path, task: str, labels: list[str]) -> dict[str, Any]:
    """Load the network, let it answer made pictures, and return what the metrics say of it.

    Raises:
        store.BrokenFolder: it cannot be loaded, or takes or gives something else than the tab needs.
    """
    found = runtime.examine(path / MODEL)
    wanted = SHAPES[task]
    if len(found.input_shapes) > 1:
        raise store.BrokenFolder(f"it takes {len(found.input_shapes)} inputs and must take one, {_written(wanted[0])}.")
    if found.input_shapes not in [(shape,) for shape in wanted]:
        taken = _written(found.input_shapes[0]) if found.input_shapes else "nothing"
        raise store.BrokenFolder(f"it takes {taken}, but this tab gives {_written(wanted[0])}.")
    if found.output_shapes != ((len(labels),),):
        given = " and ".join(map(_written, found.output_shapes))
        raise store.BrokenFolder(f"it gives {given or 'nothing'}, but {LABELS} has {len(labels)} labels.")
    (shape,) = found.input_shapes
    pictures = np.stack([np.zeros(shape), np.full(shape, 255), np.random.default_rng(0).integers(0, 256, shape)])
    probabilities = found.function(pictures.astype(np.float32))
    is_sound = bool(np.all(np.isfinite(probabilities)) and np.all(probabilities >= 0))
    if not is_sound or np.abs(probabilities.sum(axis=1) - 1).max() > SUM_TOLERANCE:
        raise store.BrokenFolder("its answers are no probabilities, which sum to 1: end it in a softmax layer.")
    known = {"inputs": [pictures[2:].tolist()], "outputs": [probabilities[2:].tolist()], "tolerance": SUM_TOLERANCE}
    return {
        "input_shape": list(shape),
        "parameters": found.parameters,
        "layers": found.layers,
        "known": {"model": known},
    }


def _written(shape: tuple[int | None, ...]) -> str:
    return "×".join("any" if side is None else str(side) for side in shape) + " values"


def _stated(path: Path) -> dict[str, Any]:
    """What the folder's own metrics state that the tab shows, each entry only where it is what it should be."""
    file = path / store.METRICS
    if not file.is_file() or file.stat().st_size > store.METRICS_BYTES:
        return {}
    try:
        metrics = json.loads(file.read_text(encoding="utf-8"))
        result, dataset = metrics["result"], metrics["dataset"]
        examples = {part: int(dataset[part]) for part in ("train", "test")}
        name, metric, value = str(dataset["name"])[:LONGEST_TEXT], result["metric"], float(result["value"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    if metric not in tuple(MEASURES) or not math.isfinite(value) or min(examples.values()) < 1:
        return {}
    stated = {"result": {"metric": metric, "value": value}, "dataset": {"name": name} | examples}
    curve = metrics.get("curve")
    if (path / store.HISTORY).is_file() and _has_curve(path, curve):
        stated["curve"] = {"column": curve["column"], "metric": curve["metric"]}
    least = metrics.get("refuses_below")
    return stated | ({"refuses_below": least} if isinstance(least, float) and 0 < least < 1 else {})


def _has_curve(path: Path, curve: Any) -> bool:
    """Tell whether the training curve can be drawn."""
    try:
        columns = store.read_history(path / store.HISTORY)
        return curve["metric"] in tuple(MEASURES) and len(columns["epoch"]) == len(columns[curve["column"]]) > 0
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _facts(file: Path) -> dict[str, Any]:
    return {"size": file.stat().st_size, "sha256": store.sha256(file)}


def description(folder: store.Folder) -> str:
    """Return the network's own description, as its Keras file holds it: JSON, cut where it is very long."""
    with zipfile.ZipFile(folder.path / MODEL) as archive:
        config = json.loads(archive.read("config.json"))
    config.pop("compile_config", None)
    text = json.dumps(config, indent=1)
    return text if len(text) <= LONGEST_DESCRIPTION else f"{text[:LONGEST_DESCRIPTION]}\n..."
