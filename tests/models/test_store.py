"""``models.store``: folders on disk, and folders from the Hub by the real client and our Hub on loopback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import constants

from models import store
from tests.model_folders import edit_metrics, flip_last_byte, rewrite

REPO_ID = "alice/digit-mlp"
HUB = store.Hub("alice", "v1")
DOWNLOADED = 4  # model, metrics, curve, labels


def read(folder):
    return store.read("digit", "mlp", folder.parent)


def broken(folder):
    """Read and check a folder that must be refused, and return the sentence."""
    with pytest.raises(store.BrokenFolder) as caught:
        store.check(read(folder))
    assert str(folder) in str(caught.value)
    return str(caught.value)


def problem_of_fetching(hub=HUB):
    """Fetch a folder that cannot be had, and return the problem's word."""
    with pytest.raises(store.HubProblem) as caught:
        store.fetch(hub, "digit", "mlp")
    return caught.value.problem


# A folder on disk


def test_a_folder_that_a_training_wrote_is_read_and_accepted(model_folder):
    folder = read(model_folder)
    store.check(folder)
    assert (folder.path, folder.origin, folder.revision) == (model_folder, "local", None)
    assert folder.metrics["network"] == "mlp"


def test_a_folder_below_the_apps_own_is_embedded(model_folder, monkeypatch):
    monkeypatch.setattr(store, "PRETRAINED", model_folder.parent)
    assert read(model_folder).origin == "embedded"


def test_a_missing_folder_is_named_with_the_command_that_makes_it(tmp_path):
    with pytest.raises(store.BrokenFolder, match=r"digit-mlp .*python -m training\.digit --network mlp"):
        store.read("digit", "mlp", tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"task": "digit", "network": "mlp", "files": [], "known": 1}']
)
def test_metrics_that_are_none_are_refused(model_folder, text):
    (model_folder / "metrics.json").write_text(text)
    assert "python -m training.digit" in broken(model_folder)


def test_metrics_that_are_too_large_are_not_read(model_folder, monkeypatch):
    monkeypatch.setattr(store, "METRICS_BYTES", 100)
    assert "no usable metrics.json" in broken(model_folder)


@pytest.mark.parametrize("change", [{"network": "lenet"}, {"task": "image"}])
def test_metrics_of_another_network_are_refused(model_folder, change):
    edit_metrics(model_folder, **change)
    assert "does not describe digit-mlp" in broken(model_folder)


def test_a_file_of_another_size_is_refused(model_folder):
    with (model_folder / "model.keras").open("ab") as file:
        file.write(b"!")
    assert "were expected" in broken(model_folder)


def test_a_truncated_file_is_refused(model_folder):
    content = (model_folder / "model.keras").read_bytes()
    (model_folder / "model.keras").write_bytes(content[: len(content) // 2])
    assert "were expected" in broken(model_folder)


def test_a_file_over_the_limit_is_refused(model_folder, monkeypatch):
    monkeypatch.setattr(store, "MODEL_BYTES", 100)
    assert "were expected" in broken(model_folder)


@pytest.mark.parametrize("name", ["model.keras", "labels.txt", "history.csv"])
def test_a_file_of_the_right_size_but_other_content_is_refused(model_folder, name):
    flip_last_byte(model_folder / name)
    assert "SHA-256 differs" in broken(model_folder)


@pytest.mark.parametrize("name", ["model.keras", "labels.txt", "history.csv"])
def test_a_missing_file_is_refused(model_folder, name):
    (model_folder / name).unlink()
    assert f"'{name}' is missing" in broken(model_folder)


def test_a_network_that_is_no_archive_is_refused(model_folder):
    rewrite(model_folder, "model.keras", b"not a zip archive")
    assert "not a Keras archive" in broken(model_folder)


def test_metrics_that_list_no_network_are_refused(model_folder):
    edit_metrics(model_folder, files={})
    assert "lists no .keras file" in broken(model_folder)


@pytest.mark.parametrize("name", ["../digit-mlp/labels.txt", "a/b", "/labels.txt", ".hidden", ""])
def test_a_listed_file_outside_the_folder_is_refused(model_folder, name):
    files = read(model_folder).metrics["files"]
    edit_metrics(model_folder, files=files | {name: files["labels.txt"]})
    assert "is missing" in broken(model_folder)


@pytest.mark.parametrize("facts", [None, 5, {}, {"size": 20}])
def test_a_listed_file_without_size_or_sha256_is_refused(model_folder, facts):
    files = read(model_folder).metrics["files"]
    edit_metrics(model_folder, files=files | {"labels.txt": facts})
    assert "must give size and sha256 of labels.txt" in broken(model_folder)


def test_a_card_that_a_person_corrected_is_accepted(model_folder):
    (model_folder / "README.md").write_text("A better text.")
    store.check(read(model_folder))


def test_the_curve_has_one_value_per_epoch(model_folder):
    curve = store.history(read(model_folder))
    assert curve["epoch"] == [0.0, 1.0]
    assert curve["val_accuracy"] == [0.4, 0.5]


def test_the_builders_source_is_shown_without_importing_keras():
    code = (
        "import sys; from models import store; print(store.builder_source('digit', 'mlp'));"
        "sys.exit(bool({'keras', 'tensorflow'} & sys.modules.keys()))"
    )
    root = Path(store.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("def build_mlp() -> keras.Model:\n")
    assert 'name="mlp"' in done.stdout
    assert "build_lenet" not in done.stdout


def test_the_source_of_a_builder_that_is_not_there_is_a_value_error():
    with pytest.raises(ValueError, match="must define build_nothing"):
        store.builder_source("digit", "nothing")


# The Hub's name


@pytest.mark.parametrize(
    ("text", "hub"),
    [
        ("alice", store.Hub("alice")),
        ("alice@v1", HUB),
        ("my-school@v2026.11.21", store.Hub("my-school", "v2026.11.21")),
    ],
)
def test_owner_and_tag_are_read(text, hub):
    assert store.Hub.parse(text) == hub


@pytest.mark.parametrize(
    "text", ["", "@", "@v1", "alice@", "../..", "a/b", "a@../x", "a@b@c", "a@x/y", "al--ice", "-a", "a-", "a b", "a\n"]
)
def test_what_is_neither_owner_nor_owner_and_tag_is_refused(text):
    with pytest.raises(ValueError, match="OWNER or OWNER@TAG"):
        store.Hub.parse(text)


# A folder from the Hub


@pytest.fixture
def published(hub, model_folder):
    """The sha of the folder, published under the tag v1."""
    return hub.put(model_folder, REPO_ID, "v1")


def test_a_tag_is_resolved_to_the_full_sha(published):
    folder = store.fetch(HUB, "digit", "mlp")
    assert store.COMMIT.fullmatch(folder.revision)
    assert (folder.revision, folder.repo_id, folder.origin) == (published, REPO_ID, "hub")
    assert folder.metrics["network"] == "mlp"


def test_a_tag_stays_with_its_commit_and_no_tag_means_the_newest(hub, published, model_folder):
    rewrite(model_folder, "labels.txt", b"zero\n")
    newest = hub.put(model_folder, REPO_ID)
    assert store.fetch(HUB, "digit", "mlp").revision == published
    assert store.fetch(store.Hub("alice"), "digit", "mlp").revision == newest


def test_what_the_app_does_not_read_is_not_downloaded(hub, model_folder):
    (model_folder / "weights.bin").write_bytes(b"large")
    hub.put(model_folder, REPO_ID, "v1")
    folder = store.fetch(HUB, "digit", "mlp")
    assert {path.name for path in folder.path.iterdir()} == {"model.keras", "metrics.json", "history.csv", "labels.txt"}


def test_a_second_fetch_asks_only_what_the_tag_names(hub, published):
    first = store.fetch(HUB, "digit", "mlp")
    hub.requests.clear()
    assert store.fetch(HUB, "digit", "mlp") == first
    assert hub.requests == {("GET", "info"): 1}


def test_a_second_fetch_works_with_the_hub_down(hub, published):
    store.fetch(HUB, "digit", "mlp")
    with hub.stopped():
        assert store.fetch(HUB, "digit", "mlp").revision == published


def test_a_second_fetch_works_offline_without_a_request(hub, published, monkeypatch):
    store.fetch(HUB, "digit", "mlp")
    hub.requests.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert store.fetch(HUB, "digit", "mlp").revision == published
    assert hub.count() == 0


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_second_fetch_works_whatever_the_hub_answers(hub, published, status):
    store.fetch(HUB, "digit", "mlp")
    hub.fail(status, code="RepoNotFound" if status == 404 else None)
    assert store.fetch(HUB, "digit", "mlp").revision == published


def test_a_repository_or_tag_that_is_not_there_is_missing(hub, published):
    assert problem_of_fetching(store.Hub("bob")) == "missing"
    assert problem_of_fetching(store.Hub("alice", "v9")) == "missing"


@pytest.mark.parametrize(
    ("problem", "fault"),
    [
        ("forbidden", {"status": 403}),
        ("forbidden", {"status": 403, "kind": "resolve", "code": "GatedRepo"}),
        ("forbidden", {"status": 401, "message": "Invalid credentials in Authorization header"}),
        ("missing", {"status": 401, "code": "RepoNotFound"}),
        ("missing", {"status": 404}),
        ("unreachable", {"status": 429, "kind": "info"}),
        ("unreachable", {"status": 500, "kind": "info"}),
    ],
)
def test_what_the_hub_refuses_has_a_word(hub, published, problem, fault):
    hub.fail(**fault)
    assert problem_of_fetching() == problem


def test_a_hub_that_is_down_is_unreachable(hub, published):
    with hub.stopped():
        assert problem_of_fetching() == "unreachable"


def test_wrong_bytes_of_the_right_size_are_broken_after_one_more_try(hub, published):
    hub.serve_wrong_bytes(REPO_ID, "model.keras")
    assert problem_of_fetching() == "broken"
    assert hub.count("GET", "resolve") == 2 * DOWNLOADED


def test_wrong_bytes_in_the_cache_are_fetched_again_once_the_hub_is_in_order(hub, published):
    hub.serve_wrong_bytes(REPO_ID, "model.keras")
    problem_of_fetching()
    hub.mend()
    store.check(store.fetch(HUB, "digit", "mlp"))


def test_wrong_bytes_in_the_cache_are_a_problem_when_the_hub_cannot_send_others(hub, published):
    cached = store.fetch(HUB, "digit", "mlp").path / "model.keras"
    flip_last_byte(cached.resolve())
    hub.fail(403, "resolve", code="GatedRepo")
    assert problem_of_fetching() == "forbidden"
    with hub.stopped():
        assert problem_of_fetching() == "broken"


def test_a_file_that_arrives_truncated_is_not_used(hub, published):
    hub.truncate(REPO_ID, "model.keras")
    assert problem_of_fetching() == "unreachable"
    hub.mend()
    store.check(store.fetch(HUB, "digit", "mlp"))


@pytest.mark.parametrize("name", ["model.keras", "metrics.json", "labels.txt"])
def test_a_repository_without_one_of_the_files_is_broken(hub, model_folder, name):
    (model_folder / name).unlink()
    hub.put(model_folder, REPO_ID, "v1")
    assert problem_of_fetching() == "broken"


def test_a_repository_that_holds_another_network_is_broken(hub, model_folder):
    edit_metrics(model_folder, network="lenet")
    hub.put(model_folder, REPO_ID, "v1")
    assert problem_of_fetching() == "broken"


def test_a_problem_is_noted_beside_the_folder_that_answers_instead(model_folder):
    folder = store.with_problem(read(model_folder), "slow")
    assert folder.hub_problem == "slow"
    assert folder.path == model_folder
    assert json.loads((model_folder / "metrics.json").read_text()) == folder.metrics
