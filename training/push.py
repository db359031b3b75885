"""Push finished model folders to the Hugging Face Hub, one commit each.

    python -m training.push FOLDER... --to OWNER [--tag TAG] [--force]

``models/pretrained/digit-convnet`` becomes ``OWNER/digit-convnet``, file for file. The token is the Hub
client's own (``hf auth login`` or ``HF_TOKEN``).

Everything that can be checked is checked before anything is sent: the folders, the names, the token, and that no
folder is worse than what the Hub holds. Then the large files of all folders go up, which publishes nothing; then
each folder is published in one commit; at the end all get the same tag, so that ``python app.py --hub OWNER@TAG``
finds them as they were pushed together. A push that was stopped goes on when the same command is given again: a
folder that the Hub already holds makes no commit.
"""

import argparse
import datetime
import itertools
import json
from pathlib import Path
from typing import Any, NamedTuple

from huggingface_hub import HfApi

from models import store
from models.measures import MEASURES, written
from training.hub import (
    Contents,
    PushError,
    ask,
    check_access,
    commit,
    connect,
    create,
    find,
    follow,
    held,
    is_current,
    require_name,
    require_tag,
    upload,
)
from training.results import TASKS

# What a repository may hold that was only just made, on the Hub's own pages.
OF_A_NEW_REPOSITORY = {".gitattributes", store.CARD}


class Plan(NamedTuple):
    """A folder, and what the Hub knows of the repository that is to hold it.

    head: the newest commit and its files, as the Hub client gives them; None where there is no repository yet.
    is_current: whether the newest commit holds the wanted files and no others.
    """

    folder: Path
    wanted: Contents
    head: Any | None
    is_current: bool

    @property
    def repo_id(self) -> str:
        return self.wanted.repo_id


class Pushed(NamedTuple):
    """A repository that holds a folder now; ``commit`` is the full sha, ``state`` "pushed" or "unchanged"."""

    repo_id: str
    commit: str
    state: str


def push_folders(folders: list[Path], owner: str, tag: str | None = None, force: bool = False) -> None:
    """Push each folder, then set the same tag on all, and print each address with its tag and sha.

    Args:
        folders: finished model folders.
        owner: a user or organisation on the Hub.
        tag: to set on all; without it the date is used, with a number behind it where an earlier push of that day
            has it.
        force: replace also what is better on the Hub, or cannot be compared.

    Raises:
        PushError: a folder is broken or worse than what the Hub holds, the tag can be none, or the Hub refused.
    """
    for folder in folders:
        _require_named(folder)
    if tag is not None:
        require_tag(tag)
    check_access(owner)
    api = connect()
    wanted = [Contents(require_name(f"{owner}/{folder.resolve().name}"), files_of(folder)) for folder in folders]
    heads = [find(api, each.repo_id) for each in wanted]
    plans = [Plan(*each, is_current(api, *each[1:])) for each in zip(folders, wanted, heads, strict=True)]
    problems = [_tag_problem(api, plan, tag) for plan in plans if tag]
    problems += [_worse(api, plan) for plan in plans if not force]
    if any(problems):
        raise PushError("\n".join([*filter(None, problems), "Nothing was published."]))
    done = _publish_all(api, plans)
    tag = tag or _free_tag(api, done)
    for pushed in done:
        _set_tag(api, pushed, tag)
        print(f"{pushed.state} {api.endpoint}/{pushed.repo_id} tag {tag} sha {pushed.commit}", flush=True)


def _require_named(folder: Path) -> None:
    """Make sure that a folder is there and named as those of networks are.

    Raises:
        PushError: it is not; the message says what it is instead.
    """
    task, _, network = folder.resolve().name.partition("-")
    if folder.is_file():
        raise PushError(f"{folder} is a file. Name the folder of a network, such as models/pretrained/digit-convnet.")
    if not folder.is_dir():
        raise PushError(f"There is no folder {folder}.")
    if task in TASKS and network:
        return
    if any(folder.glob(f"*/{store.METRICS}")):
        raise PushError(
            f"{folder} is a folder of folders. To publish all that it holds: "
            f"python -m training.push {folder}/*/ --to OWNER (for models/pretrained: make publish OWNER=name)"
        )
    raise PushError(
        f"{folder} is no folder of a network: its name must be TASK-NETWORK, such as digit-convnet, and TASK one of "
        f"{', '.join(TASKS)}."
    )


def files_of(folder: Path) -> dict[str, Path]:
    """Return the files that the metrics list, and the metrics: an explicit list, so nothing else leaks out.

    Raises:
        PushError: the folder is not whole.
    """
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


def _worse(api: HfApi, plan: Plan) -> str | None:
    """Say why the folder should not replace what the Hub holds, or None."""
    if plan.head is None or plan.is_current or held(plan.head) <= OF_A_NEW_REPOSITORY:
        return None
    ours, theirs = json.loads((plan.folder / store.METRICS).read_text(encoding="utf-8")), _held_metrics(api, plan)
    if theirs is None:
        return (
            f"The name {plan.repo_id} is taken: what it holds is no network of this program. Push to another owner, "
            "or add --force, which deletes it."
        )
    if _measured_on(ours) != _measured_on(theirs):
        return (
            f"{plan.repo_id} holds a network with {_figure(theirs)} on {theirs['dataset']['name']}, {plan.folder} one "
            f"with {_figure(ours)} on {ours['dataset']['name']}: they cannot be compared. Add --force to replace it."
        )
    if not _is_worse(ours["result"], theirs["result"]):
        return None
    return (
        f"{plan.folder} is worse than what {plan.repo_id} holds: {_figure(ours)}, and there it is {_figure(theirs)}. "
        "Add --force to replace it all the same."
    )


def _held_metrics(api: HfApi, plan: Plan) -> dict[str, Any] | None:
    """The metrics of the network that the Hub holds; None where they cannot be read as such."""
    if store.METRICS not in held(plan.head):
        return None
    file = ask(api.hf_hub_download, plan.repo_id, store.METRICS, revision=plan.head.sha)
    try:
        metrics = json.loads(Path(file).read_text(encoding="utf-8"))
        _figure(metrics), _measured_on(metrics), metrics["dataset"]["name"]
    except (ValueError, KeyError, TypeError):
        return None
    return metrics


def _figure(metrics: dict[str, Any]) -> str:
    result = metrics["result"]
    return f"{MEASURES[result['metric']].name} {written(result['metric'], result['value'])}"


def _measured_on(metrics: dict[str, Any]) -> tuple[Any, Any]:
    return metrics["result"]["metric"], metrics["dataset"]["id"]


def _is_worse(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Tell whether a result is worse than another of the same measure, as far as it is written out."""
    metric = ours["metric"]
    if written(metric, ours["value"]) == written(metric, theirs["value"]):
        return False
    return (ours["value"] < theirs["value"]) == MEASURES[metric].higher_is_better


def _publish_all(api: HfApi, plans: list[Plan]) -> list[Pushed]:
    """Bring every folder to the Hub: first the large files of all, then a commit for each that needs one.

    Raises:
        PushError: the Hub refused; the message names what is published by then.
    """
    needed = [plan for plan in plans if not plan.is_current]
    heads = {plan.repo_id: plan.head or create(api, plan.wanted) for plan in needed}
    adds = {plan.repo_id: upload(api, plan.wanted) for plan in needed}
    done = []
    for plan in plans:
        repo_id = plan.repo_id
        if plan.is_current:
            done.append(Pushed(repo_id, plan.head.sha, "unchanged"))
            continue
        try:
            done.append(Pushed(repo_id, commit(api, plan.wanted, adds[repo_id], heads[repo_id]), "pushed"))
        except PushError as error:
            raise PushError(f"{repo_id}: {error} {_so_far(done)}") from error
    return done


def _so_far(done: list[Pushed]) -> str:
    if not done:
        return "Nothing was published."
    return f"Published, without a tag as yet: {', '.join(pushed.repo_id for pushed in done)}."


def _tags(api: HfApi, repo_id: str) -> dict[str, str]:
    return {ref.name: ref.target_commit for ref in ask(api.list_repo_refs, repo_id).tags}


def _tag_problem(api: HfApi, plan: Plan, tag: str) -> str | None:
    """Say that a tag stands on another commit than it should, where others may rely on it; or None."""
    target = _tags(api, plan.repo_id).get(tag) if plan.head else None
    if target is None or (plan.is_current and target == plan.head.sha):
        return None
    return f"The tag {tag} of {plan.repo_id} names an earlier commit, {target}, and stays there. Choose another --tag."


def _free_tag(api: HfApi, done: list[Pushed]) -> str:
    """The first of today's tags that no repository has on another commit."""
    held = [(_tags(api, pushed.repo_id), pushed.commit) for pushed in done]
    today = f"v{datetime.datetime.now(datetime.UTC):%Y.%m.%d}"
    candidates = itertools.chain([today], (f"{today}-{number}" for number in itertools.count(2)))
    return next(tag for tag in candidates if all(tags.get(tag, commit) == commit for tags, commit in held))


def _set_tag(api: HfApi, pushed: Pushed, tag: str) -> None:
    """Put the tag on the commit; one that somebody else put elsewhere meanwhile stays there."""
    target = _tags(api, pushed.repo_id).get(tag)
    if target not in (None, pushed.commit):
        raise PushError(f"The tag {tag} of {pushed.repo_id} names {target} now. Run again with another --tag.")
    if target is None:
        ask(api.create_tag, pushed.repo_id, tag=tag, revision=pushed.commit)


def main(argv: list[str] | None = None) -> int:
    """Push what the command line names; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="a finished model folder")
    parser.add_argument("--to", required=True, metavar="OWNER", help="user or organisation on the Hub")
    parser.add_argument("--tag", help="tag to set on each repository (default: today's date, as in v2026.11.21)")
    parser.add_argument("--force", action="store_true", help="replace also what is better on the Hub, or is not ours")
    flags = parser.parse_args(argv)
    return follow(lambda: push_folders(flags.folders, flags.to, flags.tag, flags.force))


if __name__ == "__main__":
    raise SystemExit(main())
