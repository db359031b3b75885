"""Push finished model folders to the Hugging Face Hub, one commit each.

    python -m training.push FOLDER... --to OWNER [--tag TAG]

``models/pretrained/digit-convnet`` becomes ``OWNER/digit-convnet``, file for file. The token is the Hub
client's own (``hf auth login`` or ``HF_TOKEN``). A folder that the Hub already holds makes no commit. Every
push sets a tag, so that ``python app.py --hub OWNER@TAG`` finds all folders as they were pushed together.
"""

import argparse
import datetime
import hashlib
import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, errors
from huggingface_hub.utils import get_token

from models import store

KEPT_ON_THE_HUB = {".gitattributes"}


class PushError(Exception):
    """Nothing, or not everything, was published. The message says why and what to do."""


def check_access(owner: str) -> None:
    """Make sure that a token is there and may write for ``owner``, before any work is done.

    Raises:
        PushError: it is not, or the Hub cannot be asked.
    """
    if not store.OWNER.fullmatch(owner):
        raise PushError(f"OWNER must be a user or organisation on the Hub. Received: {owner!r}")
    if not get_token():
        raise PushError("There is no Hub token. Run `hf auth login`, or set HF_TOKEN, and run again.")
    me = _ask(HfApi().whoami)
    names = [me["name"], *(organisation["name"] for organisation in me.get("orgs", []))]
    if owner not in names:
        raise PushError(f"The token belongs to {', '.join(names)} and cannot push to {owner}.")
    if _role(me) == "read":
        raise PushError("The Hub token may only read. Make one with write access and run again.")


def _role(me: dict[str, Any]) -> str | None:
    return me.get("auth", {}).get("accessToken", {}).get("role")


class Pushed(NamedTuple):
    """A repository that holds a folder now; ``commit`` is the full sha, ``state`` "pushed" or "unchanged"."""

    repo_id: str
    commit: str
    state: str


def push_folders(folders: list[Path], owner: str, tag: str | None = None) -> None:
    """Push each folder, then set the same tag on all, and print each address with its tag and sha.

    Without ``tag`` the date is used, with a number behind it where an earlier push of that day has it.

    Raises:
        PushError: a folder is broken, or the Hub refused; the folders before it are published.
    """
    check_access(owner)
    api = HfApi()
    done = [push_folder(api, folder, owner) for folder in folders]
    tag = tag or _free_tag(api, done)
    for pushed in done:
        _set_tag(api, pushed, tag)
        print(f"{pushed.state} {api.endpoint}/{pushed.repo_id} tag {tag} sha {pushed.commit}", flush=True)


def push_folder(api: HfApi, folder: Path, owner: str) -> Pushed:
    """Push one folder in one commit, without a tag.

    Raises:
        PushError: the folder is not complete, or the Hub refused.
    """
    files = _files_of(folder)
    repo_id = f"{owner}/{folder.resolve().name}"
    _ask(api.create_repo, repo_id, exist_ok=True)
    head = _ask(api.model_info, repo_id)
    commit = _commit(api, repo_id, files, head)
    _verify(api, repo_id, files, commit)
    return Pushed(repo_id, commit, "unchanged" if commit == head.sha else "pushed")


def _files_of(folder: Path) -> dict[str, Path]:
    """The files that the metrics list, and the metrics: an explicit list, so nothing else leaks out."""
    task, _, network = folder.resolve().name.partition("-")
    try:
        found = store.read(task, network, folder.resolve().parent)
        store.check(found)
    except store.BrokenFolder as error:
        raise PushError(f"{folder} is not pushed: {error}") from error
    files = {name: folder / name for name in [*found.metrics["files"], store.METRICS]}
    missing = [name for name, path in files.items() if not path.is_file()]
    if missing:
        raise PushError(f"{folder} is not pushed: {', '.join(missing)} is missing.")
    return files


def _commit(api: HfApi, repo_id: str, files: dict[str, Path], head: Any) -> str:
    """Commit all files at once on top of ``head``; return the sha, which is the head's if nothing changed.

    (``upload_folder`` may split a folder into several commits; a folder must arrive whole or not at all.)
    """
    held = {sibling.rfilename for sibling in head.siblings or []}
    adds = [CommitOperationAdd(name, str(path)) for name, path in files.items()]
    deletes = [CommitOperationDelete(name) for name in sorted(held - files.keys() - KEPT_ON_THE_HUB)]
    done = _ask(
        api.create_commit,
        repo_id,
        operations=[*adds, *deletes],
        commit_message=f"Update {repo_id.split('/')[1]}",
        parent_commit=head.sha,
    )
    return done.oid


def _verify(api: HfApi, repo_id: str, files: dict[str, Path], commit: str) -> None:
    """Compare what the Hub says it holds at ``commit`` with the files on disk."""
    held = {info.path: info for info in _ask(api.get_paths_info, repo_id, list(files), revision=commit)}
    for name, path in files.items():
        if name not in held or not _is_same(path, held[name]):
            raise PushError(f"{repo_id} at {commit} does not hold {name} as it is on disk. Run again.")


def _is_same(path: Path, held: Any) -> bool:
    if held.lfs:
        return held.lfs.sha256 == store.sha256(path)
    content = path.read_bytes()
    return held.blob_id == hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _tags(api: HfApi, repo_id: str) -> dict[str, str]:
    return {ref.name: ref.target_commit for ref in _ask(api.list_repo_refs, repo_id).tags}


def _free_tag(api: HfApi, done: list[Pushed]) -> str:
    """The first of today's tags that no repository has on another commit."""
    held = [(_tags(api, pushed.repo_id), pushed.commit) for pushed in done]
    today = f"v{datetime.datetime.now(datetime.UTC):%Y.%m.%d}"
    candidates = itertools.chain([today], (f"{today}-{number}" for number in itertools.count(2)))
    return next(tag for tag in candidates if all(tags.get(tag, commit) == commit for tags, commit in held))


def _set_tag(api: HfApi, pushed: Pushed, tag: str) -> None:
    """Put the tag on the commit; a tag that stands elsewhere stays, since others may rely on it."""
    target = _tags(api, pushed.repo_id).get(tag)
    if target not in (None, pushed.commit):
        raise PushError(
            f"{pushed.repo_id} holds the folder now ({pushed.commit}), but its tag {tag} names {target}. "
            "Run again with another --tag."
        )
    if target is None:
        _ask(api.create_tag, pushed.repo_id, tag=tag, revision=pushed.commit)


def _ask(request: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call the Hub and turn its errors into sentences."""
    try:
        return request(*args, **kwargs)
    except (httpx2.HTTPError, OSError, RuntimeError, ValueError) as error:
        raise PushError(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    """Say what an error of the Hub client means."""
    # What stopped the upload of a large file comes wrapped in a RuntimeError.
    if isinstance(error, RuntimeError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    if isinstance(error, errors.HfHubHTTPError):
        status = getattr(error.response, "status_code", None)
        return _SENTENCES.get(status, f"The Hub answered {status}. Try again later.")
    if isinstance(error, ValueError):
        return f"The Hub client refused: {error}"
    return "The Hub cannot be reached. Nothing more was published; run the same command again."


_SENTENCES = {
    401: "The Hub does not know this token. Run `hf auth login` and run again.",
    403: "This token may not write there. Make one with write access to that owner and run again.",
    404: "The Hub has no such owner or repository for this token.",
    409: "The repository changed meanwhile, or its name is taken by another type. Run again.",
    412: "Somebody else pushed to this repository meanwhile. Look at their commit, then run again.",
    429: "The Hub asks for a pause (too many requests). Run the same command again in some minutes.",
}


def main(argv: list[str] | None = None) -> int:
    """Push what the command line names; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="a finished model folder")
    parser.add_argument("--to", required=True, metavar="OWNER", help="user or organisation on the Hub")
    parser.add_argument("--tag", help="tag to set on each repository (default: today's date, as in v2026.11.21)")
    flags = parser.parse_args(argv)
    try:
        push_folders(flags.folders, flags.to, flags.tag)
    except PushError as error:
        sys.exit(f"The push stopped: {error}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
