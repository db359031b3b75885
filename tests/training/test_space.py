"""``training.space`` with the real Hub client against our Hub on loopback."""

import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

import pytest
import yaml
from huggingface_hub import HfApi

from models import store
from tests.loopback_hub import READER
from training import hub as training_hub
from training import push, space

ROOT = Path(space.__file__).parents[1]
SPACE = "spaces/alice/deep-learning-demo-hub"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    """The Hub client repeats some requests; let it not wait in between."""
    monkeypatch.setattr("huggingface_hub.utils._http.time", SimpleNamespace(sleep=lambda seconds: None))


@pytest.fixture(autouse=True)
def _few_networks(monkeypatch):
    """Two small networks in place of all, to send little."""
    monkeypatch.setattr(space, "networks", lambda: [store.PRETRAINED / "digit-lenet", store.PRETRAINED / "house-dense"])


def front_matter(content):
    return yaml.safe_load(content.decode().split("---")[1])


def test_one_commit_carries_what_the_space_needs_and_nothing_else(hub):
    space.push_space("alice")
    (commit,) = hub.commits(SPACE)
    names = commit.files.keys()
    assert {"app.py", "README.md", "requirements.txt", "LICENSE", "demos/pad.js", "demos/hub.css"} <= names
    assert {"models/runtime.py", "models/networks/digit.py", "locale/zh_CN/LC_MESSAGES/hub.mo"} <= names
    assert "models/pretrained/house-dense/model.keras" in names
    assert {name.split("/")[0] for name in names if "/" in name} == {"demos", "models", "locale", "docs"}
    assert not [name for name in names if name.endswith((".pyc", ".pyi", ".po"))]
    same = names - {".gitattributes", "README.md"}
    assert all(commit.files[name] == (ROOT / name).read_bytes() for name in same)


def test_everything_that_the_app_imports_is_sent():
    script = "import sys, app; print(*(m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    inside = [Path(file) for file in done.stdout.split() if Path(file).is_relative_to(ROOT)]
    sources = {str(file.relative_to(ROOT)) for file in inside if ".venv" not in file.parts}
    assert "demos/guard.py" in sources and sources <= space.files_of_space([]).keys()


def test_every_file_that_git_keeps_of_the_rooms_of_the_app_is_sent():
    done = subprocess.run(["git", "ls-files", "app.py", "demos", "models", "locale"], cwd=ROOT, capture_output=True)
    if done.returncode:
        pytest.skip("this copy is no Git repository")
    kept = {name for name in done.stdout.decode().split() if not name.startswith("models/pretrained/")}
    assert kept - {name for name in kept if name.endswith(".po")} <= space.files_of_space([]).keys()


def test_whatever_a_page_that_is_sent_links_or_shows_is_sent_too():
    files = space.files_of_space([])
    pages = {name: content for name, content in files.items() if name.endswith(".md")}
    assert {"README.md", "README.zh-CN.md", "docs/api.md", "docs/teachers.zh-CN.md"} <= pages.keys()
    for name, content in pages.items():
        text = (content if isinstance(content, bytes) else content.read_bytes()).decode()
        links = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text)
        inside = [link for pair in links for link in pair if link and "://" not in link and not link.startswith("#")]
        assert inside, name
        for link in inside:
            assert str(PurePosixPath(name).parent / link.partition("#")[0]) in files, f"{link} in {name}"


def test_the_space_is_made_for_gradio(hub):
    space.push_space("alice")
    assert hub.repositories[SPACE].settings == {"sdk": "gradio"}
    space.push_space("alice", "secret", private=True)
    assert hub.repositories["spaces/alice/secret"].settings == {"sdk": "gradio", "visibility": "private"}


def test_its_front_matter_is_the_readmes_and_links_the_networks_that_are_on_the_hub(hub, model_folder):
    hub.put(store.PRETRAINED / "digit-lenet", "alice/digit-lenet")
    space.push_space("alice")
    pushed = front_matter(hub.repositories[SPACE].head.files["README.md"])
    ours = front_matter((ROOT / "README.md").read_bytes())
    assert pushed == ours | {"models": ["alice/digit-lenet"]}
    text = hub.repositories[SPACE].head.files["README.md"].decode()
    assert text.split("---\n", 2)[2] == (ROOT / "README.md").read_text(encoding="utf-8").split("---\n", 2)[2]


def test_without_networks_on_the_hub_none_are_linked(hub):
    space.push_space("alice")
    assert "models" not in front_matter(hub.repositories[SPACE].head.files["README.md"])


def test_for_a_gpu_it_installs_the_cuda_libraries_and_nothing_else_changes(hub):
    space.push_space("alice", gpu=True)
    pushed = hub.repositories[SPACE].head.files["requirements.txt"].decode().splitlines()
    ours = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    (changed,) = set(pushed) - set(ours)
    (replaced,) = set(ours) - set(pushed)
    assert replaced.startswith("tensorflow==") and changed == replaced.replace("tensorflow", "tensorflow[and-cuda]")
    space.push_space("alice")
    assert hub.repositories[SPACE].head.files["requirements.txt"].decode().splitlines() == ours


def test_an_unchanged_space_makes_no_commit(hub, capsys):
    space.push_space("alice")
    space.push_space("alice")
    assert len(hub.commits(SPACE)) == 1
    sha = hub.repositories[SPACE].head.sha
    lines = [f"{state} {hub.url}/spaces/alice/deep-learning-demo-hub sha {sha}\n" for state in ("pushed", "unchanged")]
    assert capsys.readouterr().out == "".join(lines)


def test_an_update_removes_what_is_no_longer_needed(hub):
    space.push_space("alice")
    stale = hub.repositories[SPACE].head.files | {"demos/old.py": b"", "README.md": b"---\ntitle: x\n---\n"}
    hub.repositories[SPACE].commit("By hand", stale)
    space.push_space("alice")
    assert "demos/old.py" not in hub.repositories[SPACE].head.files
    assert front_matter(hub.repositories[SPACE].head.files["README.md"])["sdk"] == "gradio"


def test_a_model_of_the_same_name_is_no_hindrance(hub, model_folder):
    push.push_folders([model_folder], "alice", "v1")
    space.push_space("alice", "digit-mlp")
    assert HfApi().space_info("alice/digit-mlp").sha != HfApi().model_info("alice/digit-mlp").sha


SENTENCES = {401: "does not know this token", 402: "asks for a paid plan", 403: "may not write", 429: "a pause"}


@pytest.mark.parametrize("kind", ["create", "preupload", "commit"])
@pytest.mark.parametrize("status", SENTENCES)
def test_an_error_of_the_hub_is_said_in_a_sentence_and_the_same_command_finishes(hub, status, kind):
    hub.fail(status, kind)
    with pytest.raises(push.PushError, match=SENTENCES[status]):
        space.push_space("alice")
    assert hub.commits(SPACE) == []
    hub.mend()
    space.push_space("alice")
    assert len(hub.commits(SPACE)) == 1


def test_a_lost_connection_is_said_and_the_same_command_finishes(hub):
    hub.lose("upload")
    with pytest.raises(push.PushError, match="connection was lost"):
        space.push_space("alice")
    hub.mend()
    space.push_space("alice")
    assert len(hub.commits(SPACE)) == 1


def test_a_commit_whose_answer_was_lost_is_found(hub):
    hub.lose("commit", after=True)
    space.push_space("alice")
    assert len(hub.commits(SPACE)) == 1


def test_a_hub_that_never_answers_is_given_up_and_the_same_command_finishes(hub, monkeypatch):
    hub.hang("commit")
    with monkeypatch.context() as patch, pytest.raises(push.PushError, match="connection was lost"):
        patch.setattr(training_hub, "SILENCE_SECONDS", 1.0)
        space.push_space("alice")
    hub.mend()
    space.push_space("alice")
    assert len(hub.commits(SPACE)) == 1


@pytest.mark.parametrize("name", ["a b", "a--b", "-a", "n" * 100])
def test_a_name_that_the_hub_does_not_allow_is_refused(hub, name):
    with pytest.raises(push.PushError, match="no name that the Hub allows"):
        space.push_space("alice", name)
    assert hub.repositories == {}


def test_a_token_that_may_only_read_is_refused_before_anything_is_made(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", READER)
    with pytest.raises(push.PushError, match="may only read"):
        space.push_space("alice")
    assert hub.repositories == {}


def test_make_space_says_what_it_runs_and_asks_for_the_owner():
    def make(*words):
        return subprocess.run(["make", "-n", "-o", ".venv/.app", *words], cwd=ROOT, capture_output=True, text=True)

    assert (
        '-m training.space --to "alice" --name "digits" --private'
        in make("space", "OWNER=alice", "NAME=digits", "ARGS=--private").stdout
    )
    assert '--name "a b"' in make("space", "OWNER=alice", "NAME=a b").stdout
    done = subprocess.run(["make", "-o", ".venv/.app", "space"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0 and "make space OWNER=" in done.stderr


def test_the_workflow_pushes_only_where_it_is_switched_on():
    workflow = yaml.safe_load((ROOT / ".github/workflows/space.yml").read_text())
    (job,) = workflow["jobs"].values()
    assert workflow[True] == {"push": {"branches": ["main"]}, "workflow_dispatch": None}  # YAML reads "on" as true
    assert job["if"] == "vars.SPACE_OWNER != ''"
    run = [step["run"] for step in job["steps"] if "run" in step]
    assert run[-1] == 'make space OWNER="$OWNER" NAME="${NAME:-deep-learning-demo-hub}"'
    assert job["steps"][-1]["env"]["HF_TOKEN"] == "${{ secrets.HF_TOKEN }}"
