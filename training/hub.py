"""Writing to the Hugging Face Hub: whether the token may, one commit of exactly some files, errors as sentences."""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, errors, set_client_factory
from huggingface_hub.utils import get_token, validate_repo_id
from huggingface_hub.utils._http import default_client_factory

from models import store

KEPT_ON_THE_HUB = {".gitattributes"}
SILENCE_SECONDS = 120.0  # without a byte from the Hub, after which a request is given up
# What the Hub reads as a branch, or as where one stands.
BRANCHES = {"main", "master", "HEAD"}
# Where the Hub client looks for a token before it takes the one of `hf auth login`.
TOKEN_VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")


class PushError(Exception):
    """Nothing, or not everything, was published. The message says why and what to do."""


class Contents(NamedTuple):
    """What a repository is to hold: exactly these files (name -> a file on disk, or its bytes)."""

    repo_id: str
    files: dict[str, Path | bytes]
    repo_type: str = "model"


def follow(push: Callable[[], None]) -> int:
    """Push as a command line asks; return the exit status. What stops the push ends in one sentence."""
    try:
        push()
    except PushError as error:
        sys.exit(f"The push stopped: {error}")
    except KeyboardInterrupt:
        sys.exit("The push stopped. The same command goes on from there.")
    return 0


def connect() -> HfApi:
    """Return the Hub client, whose requests wait SILENCE_SECONDS for an answer: by itself it waits for ever."""
    set_client_factory(_patient_client)
    return HfApi()


def _patient_client() -> httpx2.Client:
    client = default_client_factory()
    client.timeout = httpx2.Timeout(SILENCE_SECONDS)
    return client


def check_access(owner: str) -> None:
    """Make sure that a token is there and may write for ``owner``, before any work is done.

    Raises:
        PushError: it is not, or the Hub cannot be asked.
    """
    if not store.OWNER.fullmatch(owner):
        raise PushError(f"OWNER must be a user or organisation on the Hub. Received: {owner!r}")
    if not get_token():
        raise PushError("There is no Hub token. Run `hf auth login`, or set HF_TOKEN, and run again.")
    me = ask(connect().whoami)
    names = [me["name"], *(organisation["name"] for organisation in me.get("orgs", []))]
    if owner not in names:
        raise PushError(f"The token belongs to {', '.join(names)} and cannot push to {owner}.")
    if _role(me) == "read":
        raise PushError("The Hub token may only read. Make one with write access and run again.")


def _role(me: dict[str, Any]) -> str | None:
    return me.get("auth", {}).get("accessToken", {}).get("role")


def require_name(repo_id: str) -> str:
    """Return ``OWNER/NAME`` if the Hub allows it as the name of a repository.

    Raises:
        PushError: it does not.
    """
    try:
        validate_repo_id(repo_id)
    except errors.HFValidationError:
        raise PushError(
            f"{repo_id} is no name that the Hub allows: at most 96 letters, digits, '-', '_' and '.', no '--' or '..', "
            "and neither '-' nor '.' at an end. Choose another name and run again."
        ) from None
    return repo_id


def require_tag(tag: str) -> str:
    """Return ``tag`` if ``app.py --hub OWNER@TAG`` takes it, Git allows it, and it names nothing but a tag.

    Raises:
        PushError: it does not.
    """
    is_git_name = store.TAG.fullmatch(tag) and ".." not in tag and not tag.endswith((".", ".lock"))
    if not is_git_name:
        raise PushError(
            f"{tag!r} is no name for a tag: at most 100 letters, digits, '.', '_' and '-', a letter or digit first, no "
            "'..', and neither '.' nor '.lock' at the end. Choose another --tag."
        )
    if tag in BRANCHES:
        raise PushError(f"{tag} is the name of a branch, which every push moves. Choose another --tag.")
    if store.COMMIT.fullmatch(tag.lower()):
        raise PushError(f"{tag} reads as the sha of a commit. Choose another --tag.")
    return tag


def create(api: HfApi, wanted: Contents, **options: Any) -> Any:
    """Make the repository unless it is there, and return what the Hub knows of it.

    ``options`` are those of ``HfApi.create_repo``.

    Raises:
        PushError: the Hub refused, or the name is taken by something of another type.
    """
    ask(api.create_repo, wanted.repo_id, repo_type=wanted.repo_type, exist_ok=True, **options)
    found = find(api, wanted.repo_id, wanted.repo_type)
    if found is None:
        raise PushError(
            f"The name {wanted.repo_id} is taken on the Hub, by something that is no {wanted.repo_type} that this "
            "token can see. Choose another name or owner, or rename what is there, and run again."
        )
    return found


def find(api: HfApi, repo_id: str, repo_type: str = "model") -> Any | None:
    """Return what the Hub knows of a repository: its newest commit and files; None where there is none.

    Raises:
        PushError: the Hub refused.
    """
    request = api.model_info if repo_type == "model" else api.space_info
    try:
        return request(repo_id, timeout=SILENCE_SECONDS)
    except errors.RepositoryNotFoundError as error:
        if getattr(error.response, "status_code", None) == 401:
            raise PushError(sentence(error)) from error
        return None
    except _FAULTS as error:
        raise PushError(sentence(error)) from error


def held(head: Any) -> set[str]:
    """The names of the files of a repository's newest commit, from what ``find`` returned."""
    return {sibling.rfilename for sibling in head.siblings or []}


def is_current(api: HfApi, wanted: Contents, head: Any | None) -> bool:
    """Tell whether the newest commit holds exactly the wanted files.

    Raises:
        PushError: the Hub cannot be asked.
    """
    return head is not None and not _stale(wanted, head) and not _different(api, wanted, head.sha)


def _stale(wanted: Contents, head: Any) -> list[str]:
    """The files that the Hub holds and should not."""
    return sorted(held(head) - wanted.files.keys() - KEPT_ON_THE_HUB)


def _different(api: HfApi, wanted: Contents, commit: str) -> list[str]:
    """The files that the Hub does not hold at ``commit`` as they should be."""
    options = {"revision": commit, "repo_type": wanted.repo_type}
    there = {info.path: info for info in ask(api.get_paths_info, wanted.repo_id, list(wanted.files), **options)}
    return [name for name, content in wanted.files.items() if name not in there or not _is_same(content, there[name])]


def _is_same(content: Path | bytes, there: Any) -> bool:
    content = content if isinstance(content, bytes) else content.read_bytes()
    if there.lfs:
        return there.lfs.sha256 == hashlib.sha256(content).hexdigest()
    return there.blob_id == hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def upload(api: HfApi, wanted: Contents) -> list[CommitOperationAdd]:
    """Send the large files, which publishes nothing, and return what ``commit`` takes.

    Raises:
        PushError: the Hub refused.
    """
    adds = [
        CommitOperationAdd(name, content if isinstance(content, bytes) else str(content))
        for name, content in wanted.files.items()
    ]
    ask(api.preupload_lfs_files, wanted.repo_id, adds, repo_type=wanted.repo_type, free_memory=False)
    return adds


def commit(api: HfApi, wanted: Contents, adds: list[CommitOperationAdd], head: Any) -> str:
    """Publish the wanted files in one commit on top of ``head`` and return its sha.

    (``upload_folder`` may split a folder into several commits; a folder must arrive whole or not at all.)

    Raises:
        PushError: the Hub refused, or holds something else than was sent.
    """
    deletes = [CommitOperationDelete(name) for name in _stale(wanted, head)]
    try:
        sha = ask(
            api.create_commit,
            wanted.repo_id,
            operations=[*adds, *deletes],
            commit_message=f"Update {wanted.repo_id.split('/')[1]}",
            parent_commit=head.sha,
            repo_type=wanted.repo_type,
        ).oid
    except PushError:
        sha = _commit_that_was_made(api, wanted)
        if sha is None:
            raise
    different = _different(api, wanted, sha)
    if different:
        raise PushError(f"At {sha} the Hub does not hold {different[0]} as it is on disk. Run again.")
    return sha


def _commit_that_was_made(api: HfApi, wanted: Contents) -> str | None:
    """The sha of the newest commit where it holds the wanted files: then only the Hub's answer was lost."""
    try:
        now = find(api, wanted.repo_id, wanted.repo_type)
        return now.sha if is_current(api, wanted, now) else None
    except PushError:
        return None


def ask(request: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call the Hub.

    Raises:
        PushError: it refused or could not be reached; the message is a sentence.
    """
    try:
        return request(*args, **kwargs)
    except _FAULTS as error:
        raise PushError(sentence(error)) from error


_FAULTS = (httpx2.HTTPError, OSError, RuntimeError, ValueError)


def sentence(error: Exception) -> str:
    """Say what an error of the Hub client means and what to do."""
    # What stopped the upload of a large file comes wrapped in a RuntimeError.
    if isinstance(error, RuntimeError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    if isinstance(error, errors.HfHubHTTPError):
        status = getattr(error.response, "status_code", None)
        if status == 401:
            return _unknown_token()
        if status in _SENTENCES:
            return _SENTENCES[status]
        if isinstance(status, int) and status >= 500:
            return f"The Hub answered {status}, a fault of its own. Run the same command again in some minutes."
        return f"The Hub answered {status}: {_closed(error.server_message or 'it gives no reason')}"
    if isinstance(error, ValueError):
        return f"The Hub client refused: {_closed(str(error))}"
    return "The Hub cannot be reached, or the connection was lost. Run the same command again: it goes on from there."


def _closed(reason: str) -> str:
    """A reason with one full stop at its end."""
    return reason.strip().rstrip(".") + "."


def _unknown_token() -> str:
    variable = next((name for name in TOKEN_VARIABLES if os.environ.get(name)), None)
    if variable is None:
        return "The Hub does not know this token. Run `hf auth login` and run again."
    return (
        f"{variable} is set and is not accepted: the Hub does not know this token. Set it to a token that is valid, or "
        "unset it and run `hf auth login`; then run again."
    )


_SENTENCES = {
    402: "The Hub asks for a paid plan. Look at https://huggingface.co/pricing, or choose another owner that has one.",
    403: "This token may not write there. Make one with write access to that owner and run again.",
    404: "The Hub has no such owner or repository for this token.",
    409: "The repository changed meanwhile. Run the same command again.",
    412: "Somebody else pushed to this repository meanwhile. Look at their commit, then run again.",
    429: "The Hub asks for a pause (too many requests). Run the same command again in some minutes.",
}
