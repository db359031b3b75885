"""The path: a trained folder, pushed to the Hub, loaded by the app at its tag, shown in the tab with its sha."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from models import store
from tests import install_browser
from tests.model_folders import flip_last_byte
from tests.running_hub import start
from training import push

CHROMIUM = install_browser.find()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: see tests/install_browser.py"),
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def world(tmp_path):
    """What makes the app ask our Hub, with an empty cache that the test may keep."""
    passed_on = {name: os.environ[name] for name in ("HF_ENDPOINT", "HF_HUB_DISABLE_XET", "HF_HOME")}
    return passed_on | {"HF_HUB_CACHE": str(tmp_path / "kept")}


@pytest.fixture
def published(hub, tmp_path):
    """The three committed folders on our Hub, owned by alice, tagged v1."""
    folders = [shutil.copytree(path, tmp_path / path.name) for path in sorted(store.PRETRAINED.glob("digit-*"))]
    push.push_folders(folders, "alice", "v1")
    return hub


def revision_shown(address, expected, seconds=60):
    """Click an example until the line under the answer holds ``expected``; return that line."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(locale="en-US")
        page.goto(address)
        facts = page.locator(".hub-facts")
        for _try in range(seconds):
            page.get_by_role("button", name="Draw the example 5").click()
            page.wait_for_timeout(1000)
            if expected in facts.inner_text() and page.locator(".hub-verdict b").inner_text() == "5":
                break
        shown = facts.inner_text()
        browser.close()
    return shown


def test_a_pushed_network_answers_in_the_tab_and_its_sha_is_shown(published, world):
    sha = published.repositories["alice/digit-convnet"].head.sha
    with start("--demos", "digit", "--hub", "alice@v1", **world) as app:
        assert f"alice/digit-convnet @ {sha}" in revision_shown(app.address, sha)


def test_a_cached_network_needs_the_hub_no_more(published, world):
    sha = published.repositories["alice/digit-convnet"].head.sha
    with start("--demos", "digit", "--hub", "alice@v1", **world) as app:
        revision_shown(app.address, sha)
    with published.stopped(), start("--demos", "digit", "--hub", "alice@v1", **world) as app:
        assert f"alice/digit-convnet @ {sha}" in revision_shown(app.address, sha)


def test_while_the_hub_hangs_the_page_is_up_and_the_embedded_network_answers(published, world):
    published.hang()
    with start("--demos", "digit", "--hub", "alice@v1", **world) as app:
        assert "copy that comes with the hub" in revision_shown(app.address, "copy that comes with the hub", 20)


def test_a_broken_file_on_the_hub_is_refused_and_the_tab_says_so(hub, world, tmp_path):
    folder = shutil.copytree(store.PRETRAINED / "digit-convnet", tmp_path / "digit-convnet")
    push.push_folders([folder], "alice", "v1")
    flip_last_byte(folder / "model.keras")
    hub.put(folder, "alice/digit-convnet", "v2")
    with start("--demos", "digit", "--hub", "alice@v2", **world) as app:
        assert "the Hub's file is damaged" in revision_shown(app.address, "damaged")
