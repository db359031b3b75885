"""Where a model's folder is, and whether it is what it says.

A folder holds ``model.keras`` (or several parts, such as ``generator.keras`` and ``discriminator.keras``),
``metrics.json``, ``README.md``, ``history.csv`` and what preprocessing needs. ``models/pretrained/digit-convnet``
on disk is ``OWNER/digit-convnet`` on the Hub, file for file. ``metrics.json`` names the size and SHA-256 of the
other files and, for each part, one known input with its answer.
"""

import ast
import csv
import hashlib
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import httpx2
from huggingface_hub import errors, snapshot_download

PRETRAINED = Path(__file__).parent / "pretrained"
NETWORK_SOURCES = Path(__file__).parent / "networks"

METRICS = "metrics.json"
CARD = "README.md"
HISTORY = "history.csv"
MODEL_BYTES = 100 * 2**20
METRICS_BYTES = 2**20
FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
OWNER = re.compile(r"(?!.*(--|\.\.))[A-Za-z0-9]([A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?")  # as the Hub client has it
COMMIT = re.compile(r"[0-9a-f]{40}")
ETAG_TIMEOUT = 5  # seconds
PATTERNS = ("*.keras", "*.json", "*.csv", "*.txt", "*.png")  # what the app reads of a repository

Origin = Literal["embedded", "local", "hub"]
Problem = Literal["missing", "forbidden", "unreachable", "slow", "broken"]


class BrokenFolder(Exception):
    """A model's folder is missing, incomplete or altered. The message names it and what makes it."""


class HubProblem(Exception):
    """The Hub gave no usable folder. ``problem`` says why in one word."""

    def __init__(self, problem: Problem, detail: str):
        super().__init__(f"{problem}: {detail}")
        self.problem = problem


@dataclass(frozen=True)
class Folder:
    """A model's folder and what is known about it.

    revision: the full commit sha on the Hub, or None for a folder on disk.
    hub_problem: why an embedded folder answers although the Hub was asked for, or None.
    is_added: whether it is somebody's own network, which whoever runs the hub put beside ours.
    """

    path: Path
    task: str
    network: str
    metrics: dict[str, Any]
    origin: Origin
    repo_id: str | None = None
    revision: str | None = None
    hub_problem: Problem | None = None
    is_added: bool = False


@dataclass(frozen=True)
class Hub:
    """Whose repositories on the Hub to use, and at which tag (None: the newest commit)."""

    owner: str
    tag: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Hub":
        """Read ``OWNER`` or ``OWNER@TAG``.

        Raises:
            ValueError: the text is neither.
        """
        owner, at, tag = text.partition("@")
        if not OWNER.fullmatch(owner) or (at and not TAG.fullmatch(tag)) or ".." in text:
            raise ValueError(f"The Hub's models are named OWNER or OWNER@TAG. Received: {text!r}")
        return cls(owner, tag or None)


def is_repo_id(text: str) -> bool:
    """Tell whether a text reads as OWNER/NAME of a repository on the Hub."""
    owner, slash, name = text.partition("/")
    return bool(slash and OWNER.fullmatch(owner) and FILE_NAME.fullmatch(name))


def read(task: str, network: str, root: Path = PRETRAINED) -> Folder:
    """Return the folder of a network below ``root``, its metrics read, its other files not yet checked.

    Raises:
        BrokenFolder: there is none, or its metrics cannot be read.
    """
    path = root / f"{task}-{network}"
    origin: Origin = "embedded" if root == PRETRAINED else "local"
    return Folder(path, task, network, _read_metrics(path, task, network), origin)


def _read_metrics(path: Path, task: str, network: str) -> dict[str, Any]:
    file = path / METRICS
    remedy = f"Make it with: python -m training.{task} --network {network}"
    if not file.is_file() or file.stat().st_size > METRICS_BYTES:
        raise BrokenFolder(f"{path} has no usable {METRICS}. {remedy}")
    try:
        metrics = json.loads(file.read_text(encoding="utf-8"))
        complete = metrics["task"] == task and metrics["network"] == network
        complete = complete and isinstance(metrics["files"], dict) and "known" in metrics
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenFolder(f"{file} cannot be read ({error!r}). {remedy}") from error
    if not complete:
        raise BrokenFolder(f"{file} does not describe {task}-{network}. {remedy}")
    return metrics


def check(folder: Folder) -> None:
    """Compare every file that the app reads with the size and SHA-256 in the metrics.

    The card is left out: people correct a card on the Hub by hand.

    Raises:
        BrokenFolder: a file is missing, too large, or not the one that was measured.
    """
    files = {name: facts for name, facts in folder.metrics["files"].items() if name != CARD}
    if not any(name.endswith(".keras") for name in files):
        raise BrokenFolder(f"{folder.path}: {METRICS} lists no .keras file.")
    for name, facts in files.items():
        _check_file(folder.path, name, facts)


def _check_file(path: Path, name: str, facts: dict[str, Any]) -> None:
    file = path / name
    if not FILE_NAME.fullmatch(name) or not file.is_file():
        raise BrokenFolder(f"{path}: {name!r} is missing.")
    if not isinstance(facts, dict) or not {"size", "sha256"} <= facts.keys():
        raise BrokenFolder(f"{path}: {METRICS} must give size and sha256 of {name}. Received: {facts!r}")
    size = file.stat().st_size
    if size != facts["size"] or size > MODEL_BYTES:
        raise BrokenFolder(f"{file} has {size} bytes, {facts['size']} were expected.")
    if sha256(file) != facts["sha256"]:
        raise BrokenFolder(f"{file} is not the file that was measured (SHA-256 differs).")
    if name.endswith(".keras") and not zipfile.is_zipfile(file):
        raise BrokenFolder(f"{file} is not a Keras archive.")


def parts(folder: Folder) -> tuple[str, ...]:
    """Return the names of a folder's Keras files, without ".keras"."""
    return tuple(name.removesuffix(".keras") for name in folder.metrics["files"] if name.endswith(".keras"))


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file's contents in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fetch(hub: Hub, task: str, network: str) -> Folder:
    """Download ``OWNER/task-network`` at its tag, resolved to a full sha, and check it.

    What is already in the Hub client's cache is not downloaded again, and is used as it is when the Hub
    cannot be reached.

    Raises:
        HubProblem: no usable folder could be had.
    """
    try:
        return _fetch_checked(hub, task, network, force=False)
    except BrokenFolder:
        pass  # a file altered on the way or in the cache: fetch once more, from scratch
    try:
        return _fetch_checked(hub, task, network, force=True)
    except BrokenFolder as error:
        raise HubProblem("broken", str(error)) from error


def _fetch_checked(hub: Hub, task: str, network: str, force: bool) -> Folder:
    repo_id = f"{hub.owner}/{task}-{network}"
    path = _download(repo_id, hub.tag or "main", force)
    if not COMMIT.fullmatch(path.name):
        raise HubProblem("broken", f"{repo_id} has no commit sha: {path.name!r}")
    folder = Folder(path, task, network, _read_metrics(path, task, network), "hub", repo_id, path.name)
    check(folder)
    return folder


def fetch_commit(repo_id: str, commit: str, files: list[str]) -> Path:
    """Download some files of a repository at a full commit sha; what is in the cache needs no Hub.

    Raises:
        HubProblem: they could not be had.
    """
    return _download(repo_id, commit, False, files)


def _download(repo_id: str, revision: str, force: bool, patterns: Sequence[str] = PATTERNS) -> Path:
    try:
        path = snapshot_download(
            repo_id,
            revision=revision,
            etag_timeout=ETAG_TIMEOUT,
            allow_patterns=list(patterns),
            force_download=force,
        )
    except (httpx2.HTTPError, OSError, ValueError) as error:
        raise HubProblem(_problem_of(error), str(error)) from error
    return Path(path)


def _problem_of(error: Exception) -> Problem:
    """Say in one word what an error of the Hub client means.

    What the Hub answered may stand behind "not in the cache" or, when forced, behind a ValueError.
    """
    if isinstance(error, (errors.LocalEntryNotFoundError, ValueError)) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    if isinstance(error, (errors.GatedRepoError, errors.DisabledRepoError)):
        return "forbidden"
    if isinstance(error, (errors.RepositoryNotFoundError, errors.RevisionNotFoundError)):
        return "missing"
    status = getattr(getattr(error, "response", None), "status_code", None)
    return {401: "forbidden", 403: "forbidden", 404: "missing"}.get(status, "unreachable")


def with_problem(folder: Folder, problem: Problem) -> Folder:
    """Return the same folder, noting why it answers in place of the Hub's."""
    return replace(folder, hub_problem=problem)


def history(folder: Folder) -> dict[str, list[float]]:
    """Return the training curve: column name -> one value per epoch."""
    return read_history(folder.path / HISTORY)


def read_history(file: Path) -> dict[str, list[float]]:
    """Return the columns of a history.csv: column name -> one value per epoch.

    Raises:
        ValueError: a value is no number.
    """
    with file.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else {})}


def builder_source(task: str, network: str) -> str:
    """Return the Python source of ``build_<network>``, read without importing Keras."""
    source = (NETWORK_SOURCES / f"{task}.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == f"build_{network}":
            return ast.get_source_segment(source, node) or ""
    raise ValueError(f"models/networks/{task}.py must define build_{network}.")
