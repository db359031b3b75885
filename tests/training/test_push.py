"""``training.push`` with the real Hub client against our Hub on loopback."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from models import store
from tests.loopback_hub import READER
from tests.model_folders import edit_metrics, rewrite
from training import hub as training_hub
from training import push

REPO_ID = "alice/digit-mlp"
FILES = {"model.keras", "metrics.json", "README.md", "history.csv", "labels.txt"}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    """The Hub client repeats some requests; let it not wait in between."""
    monkeypatch.setattr("huggingface_hub.utils._http.time", SimpleNamespace(sleep=lambda seconds: None))


def refused(*folders, owner="alice", tag="v1", force=False):
    """Push folders that must be refused and return the sentence."""
    with pytest.raises(push.PushError) as caught:
        push.push_folders(list(folders), owner, tag, force)
    return str(caught.value)


def with_result(folder, value, **changes):
    """State another result in a folder's metrics."""
    result = json.loads((folder / "metrics.json").read_text())["result"]
    edit_metrics(folder, result=result | {"value": value}, **changes)


@pytest.fixture
def three_folders(model_folder):
    """``digit-mlp`` and two more, of other networks."""
    folders = [model_folder]
    for network in ("lenet", "convnet"):
        folders.append(shutil.copytree(model_folder, model_folder.with_name(f"digit-{network}")))
        edit_metrics(folders[-1], network=network)
    return folders


def test_without_a_token_it_says_so_before_anything_is_sent(hub, model_folder, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    assert "no Hub token" in refused(model_folder)
    assert hub.count() == 0


def test_a_token_that_may_only_read_is_refused_before_anything_is_created(hub, model_folder, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", READER)
    assert "may only read" in refused(model_folder)
    assert hub.requests == {("GET", "whoami"): 1}


def test_a_token_that_the_hub_does_not_know_is_refused(hub, model_folder, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_stranger")
    sentence = refused(model_folder)
    assert sentence.startswith("HF_TOKEN is set and is not accepted: the Hub does not know this token.")
    assert hub.repositories == {}


def test_a_token_of_the_login_that_the_hub_does_not_know_is_to_be_made_anew(hub, model_folder, monkeypatch, tmp_path):
    monkeypatch.delenv("HF_TOKEN")
    (tmp_path / "token").write_text("hf_stranger")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    assert refused(model_folder) == "The Hub does not know this token. Run `hf auth login` and run again."


def test_a_foreign_owner_is_refused_and_the_possible_ones_are_named(hub, model_folder):
    assert "belongs to alice, school and cannot push to bob" in refused(model_folder, owner="bob")
    assert hub.repositories == {}


@pytest.mark.parametrize("owner", ["", "a/b", "../alice", "alice@v1", "-alice", "al--ice"])
def test_an_owner_that_cannot_be_one_is_refused_before_anything_is_sent(hub, model_folder, owner):
    assert "OWNER must be" in refused(model_folder, owner=owner)
    assert hub.count() == 0


def test_one_commit_carries_all_files(hub, model_folder):
    push.push_folders([model_folder], "alice", "v1")
    (commit,) = hub.commits(REPO_ID)
    assert commit.files.keys() == FILES | {".gitattributes"}
    assert all(commit.files[name] == (model_folder / name).read_bytes() for name in FILES)


def test_an_organisation_of_the_token_can_be_pushed_to(hub, model_folder):
    push.push_folders([model_folder], "school", "v1")
    assert len(hub.commits("school/digit-mlp")) == 1


def test_the_tag_names_the_commit_and_address_tag_and_sha_are_printed(hub, model_folder, capsys):
    push.push_folders([model_folder], "alice", "v1")
    sha = hub.commits(REPO_ID)[0].sha
    assert hub.repositories[REPO_ID].tags == {"v1": sha}
    assert capsys.readouterr().out == f"pushed {hub.url}/{REPO_ID} tag v1 sha {sha}\n"


def test_without_tag_the_date_is_the_tag(hub, model_folder):
    push.push_folders([model_folder], "alice")
    (tag,) = hub.repositories[REPO_ID].tags
    assert tag.startswith("v20")
    assert tag.count(".") == 2


def test_an_unchanged_folder_makes_no_commit(hub, model_folder, capsys):
    push.push_folders([model_folder], "alice", "v1")
    capsys.readouterr()
    push.push_folders([model_folder], "alice", "v1")
    sha = hub.repositories[REPO_ID].head.sha
    assert len(hub.commits(REPO_ID)) == 1
    assert hub.count("POST", "commit") == 1
    assert capsys.readouterr().out == f"unchanged {hub.url}/{REPO_ID} tag v1 sha {sha}\n"


def test_a_second_push_of_the_day_gets_a_number_behind_the_date(hub, model_folder):
    push.push_folders([model_folder], "alice")
    rewrite(model_folder, "labels.txt", b"changed\n")
    push.push_folders([model_folder], "alice")
    first, second = sorted(hub.repositories[REPO_ID].tags)
    assert second == f"{first}-2"
    push.push_folders([model_folder], "alice")
    assert sorted(hub.repositories[REPO_ID].tags) == [first, second]


def test_an_unchanged_folder_still_gets_a_new_tag(hub, model_folder):
    push.push_folders([model_folder], "alice", "v1")
    push.push_folders([model_folder], "alice", "v2")
    sha = hub.commits(REPO_ID)[0].sha
    assert hub.repositories[REPO_ID].tags == {"v1": sha, "v2": sha}


def test_a_changed_file_makes_one_more_commit_with_the_other_files_untouched(hub, model_folder):
    push.push_folders([model_folder], "alice", "v1")
    rewrite(model_folder, "labels.txt", b"zero\n")
    push.push_folders([model_folder], "alice", "v2")
    before, after = hub.commits(REPO_ID)
    assert after.files["labels.txt"] == b"zero\n"
    assert after.files["model.keras"] == before.files["model.keras"]
    assert hub.repositories[REPO_ID].tags == {"v1": before.sha, "v2": after.sha}
    assert hub.count("PUT", "upload") == 1  # the network itself travelled once


def test_a_file_that_the_folder_no_longer_has_is_deleted_in_the_same_commit(hub, model_folder):
    push.push_folders([model_folder], "alice", "v1")
    stale = hub.repositories[REPO_ID].head.files | {"old.txt": b"of an earlier network"}
    hub.repositories[REPO_ID].commit("By hand", stale)
    rewrite(model_folder, "labels.txt", b"zero\n")
    push.push_folders([model_folder], "alice", "v2")
    assert hub.repositories[REPO_ID].head.files.keys() == FILES | {".gitattributes"}
    assert hub.count("POST", "commit") == 2


def test_a_tag_that_names_another_commit_stays_there(hub, model_folder):
    push.push_folders([model_folder], "alice", "v1")
    first = hub.repositories[REPO_ID].head.sha
    rewrite(model_folder, "labels.txt", b"zero\n")
    assert "another --tag" in refused(model_folder, tag="v1")
    assert hub.repositories[REPO_ID].tags == {"v1": first}


def test_an_altered_network_is_not_pushed(hub, model_folder):
    content = bytearray((model_folder / "model.keras").read_bytes())
    content[-1] ^= 1
    (model_folder / "model.keras").write_bytes(content)
    sentence = refused(model_folder)
    assert "is not pushed" in sentence
    assert "digit-mlp" in sentence
    assert hub.repositories == {}


@pytest.mark.parametrize("name", ["model.keras", "labels.txt", "README.md", "metrics.json"])
def test_a_folder_with_a_missing_file_is_not_pushed(hub, model_folder, name):
    (model_folder / name).unlink()
    assert "is not pushed" in refused(model_folder)
    assert hub.repositories == {}


def test_a_folder_that_is_not_there_is_named(hub, tmp_path):
    assert "digit-nothing" in refused(tmp_path / "digit-nothing")
    assert hub.repositories == {}


def test_what_is_no_folder_of_a_network_is_said_before_the_hub_is_asked(hub, model_folder, tmp_path):
    file, other = tmp_path / "README.md", tmp_path / "weather-mlp"
    file.write_text("text")
    other.mkdir()
    assert refused(tmp_path / "nonexist") == f"There is no folder {tmp_path / 'nonexist'}."
    assert f"{file} is a file. Name the folder" in refused(file)
    assert f"{other} is no folder of a network: its name must be TASK-NETWORK, such as digit-convnet" in refused(other)
    sentence = refused(model_folder.parent)
    assert f"python -m training.push {model_folder.parent}/*/ --to OWNER" in sentence and "make publish" in sentence
    assert hub.count() == 0


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("bad tag", "no name for a tag"),
        ("", "no name for a tag"),
        ("-v1", "no name for a tag"),
        ("a..b", "no name for a tag"),
        ("v1.", "no name for a tag"),
        ("v1.lock", "no name for a tag"),
        ("v1~2", "no name for a tag"),
        ("refs/tags/v1", "no name for a tag"),
        ("main", "a branch"),
        ("HEAD", "a branch"),
        ("0123456789abcdef0123456789abcdef01234567", "the sha of a commit"),
    ],
)
def test_a_tag_that_can_be_none_is_refused_before_anything_is_sent(hub, model_folder, tag, reason):
    sentence = refused(model_folder, tag=tag)
    assert reason in sentence and "Choose another --tag" in sentence
    assert hub.count() == 0


@pytest.mark.parametrize("tag", ["v1", "v2026.11.21-2", "release_1.0", "abc"])
def test_the_app_takes_every_tag_that_the_push_takes(tag):
    assert store.Hub.parse(f"alice@{training_hub.require_tag(tag)}").tag == tag


def test_files_that_the_metrics_do_not_list_stay_at_home(hub, model_folder):
    (model_folder / "secret.env").write_text("HF_TOKEN=hf_secret")
    (model_folder / "best.weights.h5").write_bytes(b"a checkpoint")
    (model_folder / ".checkpoints").mkdir()
    (model_folder / ".checkpoints" / "state.h5").write_bytes(b"a checkpoint")
    push.push_folders([model_folder], "alice", "v1")
    assert hub.repositories[REPO_ID].head.files.keys() == FILES | {".gitattributes"}


def test_the_card_on_the_hub_states_the_result_as_model_index(hub, model_folder):
    from huggingface_hub import ModelCard

    push.push_folders([model_folder], "alice", "v1")
    card = ModelCard(hub.repositories[REPO_ID].head.files["README.md"].decode())
    (result,) = card.data.eval_results
    stated = json.loads((model_folder / "metrics.json").read_text())["result"]["value"]
    assert card.data.model_name == "digit-mlp"
    assert (result.metric_type, result.dataset_type) == ("accuracy", "ylecun/mnist")
    assert result.metric_value == pytest.approx(stated, abs=1e-6)


SENTENCES = {
    401: "does not know this token",
    403: "may not write there",
    429: "asks for a pause",
    500: "answered 500, a fault of its own",
}
KINDS = ("whoami", "info", "create", "preupload", "lfs", "upload", "commit")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", SENTENCES)
def test_an_error_of_the_hub_is_said_in_a_sentence_and_nothing_is_published(hub, model_folder, status, kind):
    hub.fail(status, kind)
    assert SENTENCES[status] in refused(model_folder)
    assert hub.commits(REPO_ID) == []


@pytest.mark.parametrize("kind", ["whoami", "info", "create", "upload", "paths", "commit", "refs", "tag"])
def test_a_hub_that_never_answers_is_given_up_and_the_same_command_finishes(hub, model_folder, monkeypatch, kind):
    hub.hang(kind)
    with monkeypatch.context() as patch:
        patch.setattr(training_hub, "SILENCE_SECONDS", 1.0)
        assert "connection was lost. Run the same command again" in refused(model_folder)
    hub.mend()
    push.push_folders([model_folder], "alice", "v1")
    (commit,) = hub.commits(REPO_ID)
    assert hub.repositories[REPO_ID].tags == {"v1": commit.sha}


def test_a_hub_that_is_busy_is_waited_for():
    assert training_hub.SILENCE_SECONDS >= 60


def test_a_hub_that_cannot_be_reached_is_said_in_a_sentence(hub, model_folder):
    with hub.stopped():
        assert "cannot be reached" in refused(model_folder)


def test_other_refusals_are_told_with_the_words_of_the_hub(hub, model_folder):
    hub.fail(418, "create", message="No tea today.")
    assert refused(model_folder).endswith("The Hub answered 418: No tea today.")
    hub.mend()
    hub.fail(418, "create", message="No tea")
    assert refused(model_folder).endswith("The Hub answered 418: No tea.")


@pytest.mark.parametrize("kind", [*KINDS, "tag"])
@pytest.mark.parametrize("fault", [403, 500, "lost"])
def test_the_same_command_again_finishes_what_failed_half_way(hub, three_folders, fault, kind):
    """Whatever failed for the second of three folders: nothing is tagged, and no folder is published twice."""
    repo_id = None if kind in ("whoami", "create", "upload") else "alice/digit-lenet"
    hub.lose(kind, repo_id) if fault == "lost" else hub.fail(fault, kind, repo_id)
    refused(*three_folders)
    if kind != "tag":
        assert all(repository.tags == {} for repository in hub.repositories.values())
        assert hub.commits("alice/digit-lenet") == []
    hub.mend()
    push.push_folders(three_folders, "alice", "v1")
    for folder in three_folders:
        (commit,) = hub.commits(f"alice/{folder.name}")
        assert commit.files.keys() == FILES | {".gitattributes"}
        assert hub.repositories[f"alice/{folder.name}"].tags == {"v1": commit.sha}


@pytest.mark.parametrize("kind", ["whoami", "info", "create", "preupload", "lfs", "upload"])
def test_nothing_is_published_before_the_large_files_of_all_folders_are_there(hub, three_folders, kind):
    hub.fail(500, kind, None if kind in ("whoami", "create", "upload") else "alice/digit-convnet")
    refused(*three_folders)
    assert hub.count("POST", "commit") == 0


def test_what_is_published_when_a_commit_fails_is_named(hub, three_folders):
    hub.fail(500, "commit", "alice/digit-lenet")
    sentence = refused(*three_folders)
    assert "alice/digit-lenet: The Hub answered 500" in sentence
    assert sentence.endswith("Published, without a tag as yet: alice/digit-mlp.")


def test_an_upload_that_breaks_off_is_said_in_a_sentence(hub, model_folder):
    hub.lose("upload")
    assert "the connection was lost. Run the same command again" in refused(model_folder)
    assert hub.commits(REPO_ID) == []


def test_a_commit_whose_answer_was_lost_is_found(hub, model_folder, capsys):
    hub.lose("commit", after=True)
    push.push_folders([model_folder], "alice", "v1")
    (commit,) = hub.commits(REPO_ID)
    assert hub.repositories[REPO_ID].tags == {"v1": commit.sha}
    assert capsys.readouterr().out.startswith("pushed ")


def test_a_tag_whose_answer_was_lost_is_found_by_the_next_push(hub, model_folder):
    hub.lose("tag", after=True)
    assert "connection was lost" in refused(model_folder)
    hub.mend()
    push.push_folders([model_folder], "alice", "v1")
    assert hub.repositories[REPO_ID].tags == {"v1": hub.commits(REPO_ID)[0].sha}


@pytest.mark.parametrize("network", ["my net", "été", "a--b", "net.", "n" * 95])
def test_a_name_that_the_hub_does_not_allow_is_refused_before_anything_is_sent(hub, model_folder, network):
    folder = model_folder.rename(model_folder.with_name(f"digit-{network}"))
    edit_metrics(folder, network=network)
    assert "is no name that the Hub allows" in refused(folder)
    assert hub.requests == {("GET", "whoami"): 1}


def test_a_name_that_something_of_another_type_has_is_refused(hub, model_folder):
    hub.take(REPO_ID)
    assert f"The name {REPO_ID} is taken on the Hub, by something that is no model" in refused(model_folder)
    assert hub.count("POST", "commit") == 0


def test_a_repository_that_holds_something_else_is_left_alone_unless_forced(hub, model_folder):
    hub.create(REPO_ID).commit("By hand", {"pytorch_model.bin": b"weights", "README.md": b"mine"})
    assert f"The name {REPO_ID} is taken" in refused(model_folder)
    assert hub.repositories[REPO_ID].head.files.keys() == {"pytorch_model.bin", "README.md"}
    push.push_folders([model_folder], "alice", "v1", force=True)
    assert hub.repositories[REPO_ID].head.files.keys() == FILES


def test_a_repository_that_was_only_just_made_by_hand_is_filled(hub, model_folder):
    hub.create(REPO_ID).commit("By hand", {".gitattributes": b"", "README.md": b"---\nlicense: mit\n---\n"})
    push.push_folders([model_folder], "alice", "v1")
    assert hub.repositories[REPO_ID].head.files.keys() == FILES | {".gitattributes"}


@pytest.mark.parametrize("content", [b"no json", b"{}", b"[]", b'{"result": {"metric": "beauty", "value": 1}}'])
def test_metrics_on_the_hub_that_are_none_of_ours_make_the_name_taken(hub, model_folder, content):
    hub.create(REPO_ID).commit("By hand", {"metrics.json": content, "model.keras": b"theirs"})
    assert f"The name {REPO_ID} is taken" in refused(model_folder)


def test_a_worse_folder_is_not_pushed_and_both_figures_are_named(hub, model_folder):
    with_result(model_folder, 0.9874)
    push.push_folders([model_folder], "alice", "v1")
    with_result(model_folder, 0.9641)
    sentence = refused(model_folder, tag="v2")
    assert "accuracy 96.41 %, and there it is accuracy 98.74 %" in sentence and "--force" in sentence
    assert len(hub.commits(REPO_ID)) == 1


def test_a_worse_folder_is_pushed_when_forced(hub, model_folder):
    with_result(model_folder, 0.9874)
    push.push_folders([model_folder], "alice", "v1")
    with_result(model_folder, 0.9641)
    push.push_folders([model_folder], "alice", "v2", force=True)
    assert json.loads(hub.repositories[REPO_ID].head.files["metrics.json"])["result"]["value"] == 0.9641


@pytest.mark.parametrize("value", [0.9874, 0.98739, 0.9911])
def test_an_equal_or_better_folder_needs_no_force(hub, model_folder, value):
    with_result(model_folder, 0.9874)
    push.push_folders([model_folder], "alice", "v1")
    with_result(model_folder, value, limits="Changed.")
    push.push_folders([model_folder], "alice", "v2")
    assert len(hub.commits(REPO_ID)) == 2


def test_of_an_error_the_lower_one_is_better(hub, model_folder):
    def state(value):
        edit_metrics(model_folder, result={"metric": "owa", "value": value, "interval95": [0.6, 0.7]})

    state(0.7)
    push.push_folders([model_folder], "alice", "v1")
    state(0.662)
    push.push_folders([model_folder], "alice", "v2")
    state(0.7)
    assert "OWA 0.700, and there it is OWA 0.662" in refused(model_folder, tag="v3")


def test_a_network_that_was_measured_on_other_data_cannot_be_compared(hub, model_folder):
    push.push_folders([model_folder], "alice", "v1")
    data = json.loads((model_folder / "metrics.json").read_text())["dataset"]
    edit_metrics(model_folder, dataset=data | {"name": "Fashion-MNIST", "id": "zalando-datasets/fashion_mnist"})
    sentence = refused(model_folder, tag="v2")
    assert "on MNIST" in sentence and "on Fashion-MNIST: they cannot be compared" in sentence


def test_a_worse_folder_among_others_stops_all_before_anything_is_published(hub, three_folders):
    with_result(three_folders[2], 0.99)
    push.push_folders(three_folders, "alice", "v1")
    for folder in three_folders:
        with_result(folder, 0.5)
    assert "digit-convnet is worse" in refused(*three_folders, tag="v2")
    assert hub.count("POST", "commit") == 3


def test_of_many_folders_those_that_are_there_make_no_commit_and_all_get_the_tag(hub, three_folders):
    push.push_folders(three_folders[:2], "alice", "v1")
    push.push_folders(three_folders, "alice", "v2")
    assert hub.count("POST", "commit") == 3
    for folder in three_folders:
        repository = hub.repositories[f"alice/{folder.name}"]
        assert repository.tags["v2"] == repository.head.sha


def test_a_tag_that_is_used_on_one_repository_stops_all_before_anything_is_published(hub, three_folders):
    push.push_folders(three_folders[2:], "alice", "v1")
    rewrite(three_folders[2], "labels.txt", b"zero\n")
    assert "Choose another --tag" in refused(*three_folders, tag="v1")
    assert hub.count("POST", "commit") == 1


def test_somebody_elses_push_meanwhile_is_reported_and_left_alone(hub, model_folder, monkeypatch):
    push.push_folders([model_folder], "alice", "v1")
    rewrite(model_folder, "labels.txt", b"zero\n")
    ask_for_head = push.HfApi.model_info

    def model_info_then_a_foreign_commit(*args, **kwargs):
        head = ask_for_head(*args, **kwargs)
        hub.repositories[REPO_ID].commit("Foreign", {"README.md": b"theirs"})
        return head

    monkeypatch.setattr(push.HfApi, "model_info", model_info_then_a_foreign_commit)
    assert "Somebody else pushed" in refused(model_folder, tag="v2")
    assert hub.repositories[REPO_ID].head.files == {"README.md": b"theirs"}


def test_a_hub_that_holds_something_else_than_was_pushed_is_not_tagged(hub, model_folder, monkeypatch):
    real_commit = push.HfApi.create_commit

    def commit_then_spoil(api, repo_id, **kwargs):
        done = real_commit(api, repo_id, **kwargs)
        hub.repositories[repo_id].head.files["model.keras"] = b"spoilt"
        return done

    monkeypatch.setattr(push.HfApi, "create_commit", commit_then_spoil)
    assert "does not hold model.keras" in refused(model_folder)
    assert hub.repositories[REPO_ID].tags == {}


def run_command(*arguments, **environment):
    """Run ``python -m training.push`` as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "training.push", *map(str, arguments)],
        cwd=Path(push.__file__).parents[1],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_command_pushes_and_prints_where(hub, model_folder):
    done = run_command(model_folder, "--to", "alice", "--tag", "v1")
    sha = hub.commits(REPO_ID)[0].sha
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"pushed {hub.url}/{REPO_ID} tag v1 sha {sha}\n"


def test_make_publish_pushes_every_trained_folder(hub, monkeypatch):
    """The words of the Makefile, run by ``make`` with a Python that only says what it is given."""
    done = subprocess.run(
        ["make", "-n", "-o", ".venv/.app", "publish", "OWNER=alice", "TAG=v1", "ARGS=--force"],
        cwd=Path(push.__file__).parents[1],
        capture_output=True,
        text=True,
    )
    command = '-m training.push models/pretrained/*/ --to "alice" --tag "v1" --force'
    assert command in done.stdout, done.stdout + done.stderr


def test_make_publish_asks_for_the_owner():
    done = subprocess.run(
        ["make", "-o", ".venv/.app", "publish"], cwd=Path(push.__file__).parents[1], capture_output=True, text=True
    )
    assert done.returncode != 0 and "make publish OWNER=" in done.stderr


def test_the_command_fails_with_a_sentence_and_no_traceback(hub, model_folder):
    done = run_command(model_folder, "--to", "alice", HF_TOKEN="")
    assert done.returncode == 1
    assert done.stderr.startswith("The push stopped: There is no Hub token.")
    assert "Traceback" not in done.stderr
