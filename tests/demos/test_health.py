"""``demos.health``: when visitors may be sent, and what is said otherwise."""

import shutil
import threading
from types import SimpleNamespace

import pytest

from demos import health
from demos.health import Health
from models import runtime

NETWORKS = {"digit": ("convnet", "lenet")}


@pytest.fixture
def loaded(monkeypatch):
    """The networks that are loaded; all of them at first."""
    names = {("digit", "convnet"), ("digit", "lenet")}
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: (task, network) in names)
    return names


def of(waiting=0, stopping=False):
    event = threading.Event()
    if stopping:
        event.set()
    return Health(NETWORKS, lambda: waiting, queue_size=10, stopping=event)


def test_a_hub_with_all_networks_is_ready_and_says_which(loaded, uploads):
    report = of().report()
    assert report["ready"] is True
    assert report["reasons"] == []
    assert report["models"] == {"digit-convnet": "embedded", "digit-lenet": "embedded"}
    assert report["version"] == "0.1.0"


def test_a_missing_network_is_named(loaded, uploads):
    loaded.remove(("digit", "lenet"))
    report = of().report()
    assert report["ready"] is False
    assert report["reasons"] == ["not loaded: digit-lenet"]
    assert set(report["models"]) == {"digit-convnet"}


@pytest.mark.parametrize(("waiting", "reasons"), [(8, []), (9, ["queue nearly full"]), (10, ["queue nearly full"])])
def test_a_queue_at_nine_tenths_is_nearly_full(loaded, uploads, waiting, reasons):
    assert of(waiting=waiting).problems() == reasons


def test_a_hub_that_ends_wants_no_visitors(loaded, uploads):
    assert of(stopping=True).problems() == ["stopping"]


@pytest.mark.parametrize(("free", "reasons"), [(6, []), (4, ["disk nearly full"])])
def test_less_than_a_twentieth_of_the_disk_is_too_little(loaded, uploads, monkeypatch, free, reasons):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(total=100, free=free))
    assert of().problems() == reasons


def test_a_folder_that_cannot_be_written_is_said_without_its_path(loaded, uploads, monkeypatch):
    monkeypatch.setattr(health.os, "access", lambda _path, _mode: False)
    assert of().problems() == ["temporary folder not writable"]


def test_the_commit_is_read_from_git_s_own_files(monkeypatch, tmp_path):
    monkeypatch.setattr(health, "ROOT", tmp_path)
    assert health._commit() == "unknown"
    (tmp_path / ".git" / "refs").mkdir(parents=True)
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/main\n")
    (tmp_path / ".git" / "refs" / "main").write_text("0123abc\n")
    assert health._commit() == "0123abc"
    (tmp_path / ".git" / "HEAD").write_text("4567def\n")
    assert health._commit() == "4567def"
