"""Corrections by visitors: off unless the command line says where they are kept.

Kept are the 28x28 pixels that the networks saw, what the visitor says it was, and what was read: in a file, in a data
set on the Hugging Face Hub, or in both.
"""

import datetime
import logging
import shutil
import tempfile
import threading
import uuid
from contextlib import nullcontext
from pathlib import Path

from huggingface_hub import CommitScheduler

from demos.guard import Refusal, _
from models import store
from models.corrections import Correction, as_line

MINUTES = 5
LARGEST_FILE = 50 * 2**20  # bytes, some 50,000 corrections
SENDING_SECONDS = 4.0

FULL = _("Thank you, but the hub cannot keep more corrections now.")

_log = logging.getLogger(__name__)


class Keeper:
    """Appends corrections to a file, and to one that is sent to the Hub every few minutes.

    Args:
        file: where they are kept on this machine; None for nowhere.
        dataset: OWNER/NAME of a data set on the Hub, made where there is none, seen by its owner only; None for none.

    Raises:
        ValueError: the file cannot be written, or the data set has no such name or is not taken by the Hub; the
            message says why.
    """

    def __init__(self, file: Path | None, dataset: str | None) -> None:
        if dataset:
            _require_name(dataset)
        self.lock = threading.Lock()
        self.files = [_writable(file)] if file else []
        self.unsent: Path | None = None
        self.scheduler: CommitScheduler | None = None
        if dataset:
            self.unsent = Path(tempfile.mkdtemp(prefix="hub-feedback-")) / f"{uuid.uuid4().hex}.jsonl"
            self.scheduler = _schedule(dataset, self.unsent.parent)
            self.files.append(self.unsent)

    def add(self, correction: Correction) -> None:
        """Keep one correction.

        Raises:
            Refusal: a file has become too large, or cannot be written.
        """
        line = as_line(correction, datetime.datetime.now(datetime.UTC).date())
        with self.lock, self.scheduler.lock if self.scheduler else nullcontext():
            for file in self.files:
                _append(file, line)

    def close(self) -> bool:
        """Send what the Hub does not have yet; where that fails, leave it on disk and say where.

        Returns:
            False where the Hub client is still at work: its threads would hold up the end of the process.
        """
        if not self.scheduler:
            return True
        sending = self.scheduler.trigger()
        try:
            sending.result(SENDING_SECONDS)
        except Exception as error:  # whatever the Hub client raises, the hub ends
            _log.info("Corrections not sent", exc_info=error)
            print(f"The Hub did not take the last corrections. They are in {self.unsent}.", flush=True)
        else:
            shutil.rmtree(self.unsent.parent, ignore_errors=True)
        self.scheduler.stop()
        return sending.done()


def _require_name(dataset: str) -> None:
    if not store.is_repo_id(dataset):
        raise ValueError(
            f"--feedback-to: a data set on the Hub is named OWNER/NAME, OWNER being you or an organisation of yours. "
            f"Received: {dataset!r}"
        )


def _writable(file: Path) -> Path:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.open("a", encoding="utf-8").close()
    except OSError as error:
        raise ValueError(f"--feedback: {file} cannot be written ({error.strerror}).") from None
    return file


def _schedule(dataset: str, folder: Path) -> CommitScheduler:
    try:
        return CommitScheduler(
            repo_id=dataset, repo_type="dataset", folder_path=folder, every=MINUTES, path_in_repo="data", private=True
        )
    except Exception as error:  # the Hub client raises many kinds
        shutil.rmtree(folder, ignore_errors=True)
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(
            f"--feedback-to: the Hub does not take {dataset} ({reason}). It needs a token that may write there: "
            "run `hf auth login`, or set HF_TOKEN."
        ) from None


def _append(file: Path, line: str) -> None:
    try:
        if file.is_file() and file.stat().st_size > LARGEST_FILE:
            raise Refusal(FULL)
        with file.open("a", encoding="utf-8") as stream:
            stream.write(line)
    except OSError as error:
        _log.error("Corrections cannot be kept: %s", error)
        raise Refusal(FULL) from None


_keeper: Keeper | None = None


def configure(keeper: Keeper | None) -> None:
    """Say where corrections are kept, before the pages are built; None: nowhere, and no tab asks for any."""
    global _keeper
    _keeper = keeper


def keeper() -> Keeper | None:
    """Return what keeps corrections, or None where they are off."""
    return _keeper
