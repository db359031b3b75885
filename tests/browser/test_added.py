"""Somebody's own network beside ours, in a real browser: chosen, answering with its labels, looked into."""

import pytest

from tests import running_hub
from tests.browser.conftest import NARROW, width
from tests.made_network import CLOTHES, classifier, save
from tests.running_hub import seven

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hub(chromium, tmp_path_factory):
    """The digit tab with a network of clothes, all of its networks at work."""
    folder = save(tmp_path_factory.mktemp("added") / "digit-clothes", classifier())
    with running_hub.start("--demos", "digit", "--add", f"digit={folder}") as hub, hub.http() as http:
        for network in ("convnet", "clothes"):
            tries = (running_hub.classify(http, running_hub.upload(http, seven()), network)[1] for _try in range(4))
            assert "complete" in tries  # a busy machine may need more than one wait to load a network
        yield hub


def choose(page):
    """Draw an example and let the added network read it."""
    page.locator(".pad canvas").wait_for()
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Draw the example 5").click()
    page.get_by_role("radio", name="clothes").check()
    page.locator(".hub-facts dd", has_text="clothes").first.wait_for()
    page.locator(".hub-words .hub-verdict b").wait_for()


def test_it_is_chosen_and_answers_with_its_labels(visit):
    page = visit()
    choose(page)
    assert page.locator(".hub-verdict b").inner_text() in CLOTHES
    assert page.locator(".hub-bars th").all_inner_texts() == list(CLOTHES)
    assert page.locator(".hub-card").count() == 4
    assert "Whoever runs this copy added this network." in page.locator(".hub-limits").inner_text()


def test_the_look_inside_shows_how_it_is_built(visit):
    page = visit()
    choose(page)
    page.get_by_role("button", name="Look inside the network").click()
    page.get_by_role("tab", name="Source code").click()
    page.locator(".hub-inside .cm-content", has_text="Sequential").wait_for()


def test_on_a_phone_nothing_must_be_scrolled_sideways(visit):
    page = visit(viewport=NARROW)
    choose(page)
    assert width(page) <= NARROW["width"]
