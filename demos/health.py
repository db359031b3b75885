"""Whether the hub is alive and ready, for the machines that watch it: ``/healthz`` and ``/readyz``.

The distinction follows Kubernetes' liveness and readiness probes,
https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/: what is alive but not ready is
left alone until it is, and sent no visitors meanwhile.
"""

import os
import shutil
import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gradio.utils import get_upload_folder

from models import runtime

LEAST_FREE_SHARE = 0.05
FULLEST_QUEUE = 0.9
ROOT = Path(__file__).parent.parent
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Health:
    """What is asked when a machine wants to know whether to send visitors.

    networks: task -> the networks that its tab needs; each is ready once it has answered its known input rightly.
    waiting: returns how many events wait in the queue.
    queue_size: how many may wait.
    stopping: set when the hub begins to end.
    """

    networks: dict[str, tuple[str, ...]]
    waiting: Callable[[], int]
    queue_size: int
    stopping: threading.Event

    def problems(self) -> list[str]:
        """Return why no visitors should be sent now, in short sentences without paths; empty where they may come."""
        missing = sorted(f"{task}-{name}" for task, name in self._pairs() if not runtime.is_ready(task, name))
        found = [f"not loaded: {', '.join(missing)}"] if missing else []
        if self.stopping.is_set():
            found.append("stopping")
        if self.waiting() >= FULLEST_QUEUE * self.queue_size:
            found.append("queue nearly full")
        return found + _disk_problems()

    def report(self) -> dict[str, Any]:
        """Return what ``/readyz`` says: whether the hub is ready, why not, and which build answers."""
        problems = self.problems()
        return {"ready": not problems, "reasons": problems, **build(), "models": self._revisions()}

    def _pairs(self) -> list[tuple[str, str]]:
        """Each network with its task."""
        return [(task, name) for task, names in self.networks.items() for name in names]

    def _revisions(self) -> dict[str, str]:
        """The revision of each loaded network: the Hub's commit, or where the copy lies."""
        ready = [pair for pair in self._pairs() if runtime.is_ready(*pair)]
        folders = {f"{task}-{name}": runtime.folder(task, name) for task, name in ready}
        return {name: folder.revision or folder.origin for name, folder in folders.items()}


def _disk_problems() -> list[str]:
    folder = get_upload_folder()
    Path(folder).mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        return ["temporary folder not writable"]
    disk = shutil.disk_usage(folder)
    return ["disk nearly full"] if disk.free < LEAST_FREE_SHARE * disk.total else []


@cache
def build() -> dict[str, str]:
    """Return version and commit of this copy of the hub; "unknown" where it does not hold them."""
    return {"version": _version(), "commit": _commit()}


def _version() -> str:
    try:
        return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    except FileNotFoundError:  # a Space holds only what serves
        return UNKNOWN


def _commit() -> str:
    """The commit that is checked out here, as Git's own files name it."""
    folder = ROOT / ".git"
    try:
        head = (folder / "HEAD").read_text(encoding="ascii").strip()
        branch = head.removeprefix("ref: ")
        return head if branch == head else (folder / branch).read_text(encoding="ascii").strip()
    except OSError:
        return UNKNOWN
