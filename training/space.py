"""Create or update a Space on the Hugging Face Hub that shows this hub, in one commit of the files that it needs.

    python -m training.space --to OWNER [--name NAME] [--private] [--gpu]

The Space holds the app, its demos, models and translations, the READMEs and docs, and nothing else; its page links
those of OWNER's model repositories that are on the Hub. What is there already makes no commit, so that the command can
run after every change. A Gradio Space needs a paid plan (PRO, Team or Enterprise) to be created.
"""

import argparse
from pathlib import Path

from huggingface_hub import HfApi
from huggingface_hub.repocard import RepoCard

from models import store
from training.hub import Contents, check_access, commit, connect, create, find, follow, is_current, require_name, upload
from training.push import files_of

ROOT = Path(__file__).parents[1]
NAME = "deep-learning-demo-hub"
README = "README.md"
REQUIREMENTS = "requirements.txt"
# What the app reads while it runs, and what its README shows and links; the networks are added as their metrics list
# them.
PATTERNS = (
    "app.py",
    "pyproject.toml",
    "LICENSE",
    "demos/*.py",
    "demos/*.js",
    "demos/*.css",
    "models/*.py",
    "models/networks/*.py",
    "models/series/*.py",
    "locale/*/LC_MESSAGES/*.mo",
    "README.zh-CN.md",
    "docs/*.md",
    "docs/*.png",
)


def push_space(owner: str, name: str = NAME, private: bool = False, gpu: bool = False) -> None:
    """Bring the Space ``OWNER/NAME`` to the state of this copy and print its address and sha.

    Args:
        owner: a user or organisation on the Hub.
        name: of the Space.
        private: whether a Space that is made now can be seen by its owner only.
        gpu: whether it is to install what TensorFlow needs to use a GPU.

    Raises:
        PushError: a file is missing, or the Hub refused.
    """
    check_access(owner)
    api = connect()
    repo_id = require_name(f"{owner}/{name}")
    wanted = Contents(repo_id, files_of_space(_published(api, owner), gpu), "space")
    head = create(api, wanted, space_sdk="gradio", private=private or None)
    state = "unchanged"
    if not is_current(api, wanted, head):
        commit(api, wanted, upload(api, wanted), head)
        state = "pushed"
    sha = find(api, repo_id, "space").sha
    print(f"{state} {api.endpoint}/spaces/{repo_id} sha {sha}", flush=True)


def networks() -> list[Path]:
    """Return the folders of the networks that the app shows."""
    return sorted(path for path in store.PRETRAINED.iterdir() if not path.name.startswith("."))


def _published(api: HfApi, owner: str) -> list[str]:
    """Those of the owner's repositories that hold a network of this copy."""
    named = [f"{owner}/{folder.name}" for folder in networks()]
    return [repo_id for repo_id in named if find(api, repo_id)]


def files_of_space(repositories: list[str], gpu: bool = False) -> dict[str, Path | bytes]:
    """Return what a Space needs: path -> file; the README's front matter links the model ``repositories``.

    ``gpu`` asks for TensorFlow with the libraries that it needs to use a GPU.

    Raises:
        PushError: a model folder is not whole.
    """
    files = {str(path.relative_to(ROOT)): path for pattern in PATTERNS for path in sorted(ROOT.glob(pattern))}
    for folder in networks():
        files |= {str(path.relative_to(ROOT)): path for name, path in files_of(folder).items() if name != store.CARD}
    return files | {README: _readme(repositories), REQUIREMENTS: _requirements(gpu)}


def _requirements(gpu: bool) -> bytes:
    """The app's requirements, TensorFlow with its CUDA libraries where a GPU is to be used."""
    text = (ROOT / REQUIREMENTS).read_text(encoding="utf-8")
    return (text.replace("\ntensorflow==", "\ntensorflow[and-cuda]==") if gpu else text).encode()


def _readme(repositories: list[str]) -> bytes:
    """The README, the model repositories in its front matter."""
    card = RepoCard((ROOT / README).read_text(encoding="utf-8"), ignore_metadata_errors=False)
    if repositories:
        card.data["models"] = repositories
    return str(card).encode()


def main(argv: list[str] | None = None) -> int:
    """Push the Space that the command line names; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", required=True, metavar="OWNER", help="user or organisation on the Hub")
    parser.add_argument("--name", default=NAME, help="name of the Space (default: %(default)s)")
    parser.add_argument("--private", action="store_true", help="make it visible to its owner only")
    parser.add_argument(
        "--gpu", action="store_true", help="let it install TensorFlow's CUDA libraries, for GPU hardware"
    )
    flags = parser.parse_args(argv)
    return follow(lambda: push_space(flags.to, flags.name, flags.private, flags.gpu))


if __name__ == "__main__":
    raise SystemExit(main())
