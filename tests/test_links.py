"""Links that carry the state, asked of the running hub over HTTP: the lessons of the teacher's guide, and bad ones."""

import json
from urllib.parse import urlsplit

import pytest

from benchmarks.classroom import page_config
from demos import link
from tests import running_hub
from tests.demos.test_link import LESSONS, TASKS


@pytest.fixture(scope="module")
def hub():
    with running_hub.start("--lang", "en") as hub:
        yield hub


@pytest.fixture
def http(hub):
    with hub.http(follow_redirects=True) as client:
        yield client


def reader(config, task):
    """The event by which a tab's panel has a link read, and the tab's parameters."""
    panel = next(
        part
        for part in config["components"]
        if part["props"].get("props", {}).get("task") == task
        and part["id"] in config["page"][config["current_page"]]["components"]
    )
    event = next(event for event in config["dependencies"] if [panel["id"], "input"] in event["targets"])
    return event["id"], panel["props"]["props"]["names"]


def fill(http, address):
    """What a visit by a link fills in: (the page, notes, values by name)."""
    page = http.get(address)
    assert page.status_code == 200
    task = link.parse(urlsplit(address).query)["tab"]
    number, names = reader(page_config(page.text), task)
    said, *values = running_hub.raise_event(http, number, "?" + urlsplit(address).query)
    return page, json.loads(said)["notes"], dict(zip(names, values, strict=False))


@pytest.mark.parametrize(("guide", "address"), LESSONS)
def test_every_lesson_is_opened_in_its_language_and_fills_its_tab(http, guide, address):
    page, notes, values = fill(http, address)
    assert ('<html lang="zh-CN"' in page.text) == (guide == "teachers.zh-CN.md")
    assert notes == []
    asked = link.parse(urlsplit(address).query)
    for name in asked.keys() - {"tab", "hide", "lang"}:
        assert str(values[name]).lower().removesuffix(".0") == asked[name].lower(), name


@pytest.mark.parametrize("task", TASKS)
def test_a_hostile_link_gets_sentences_and_no_error(hub, http, task):
    number, names = reader(page_config(http.get("/").text), task)
    for bad in ("%3Cscript%3E", "9" * 400, "-1e999", "../../etc/passwd", "%00%ff", "a" * 2000):
        said, *_values = running_hub.raise_event(http, number, "?" + "&".join(f"{name}={bad}" for name in names))
        assert len(json.loads(said)["notes"]) >= 1
        assert "script" not in said
    for wrong in (None, 7, ["?"], {"a": 1}, "x" * 100_000):
        running_hub.raise_event(http, number, wrong)
    assert "Traceback" not in hub.printed


def test_a_visit_without_a_link_raises_no_event_for_one(http):
    config = page_config(http.get("/").text)
    on_load = [event for event in config["dependencies"] if any(name == "load" for _id, name in event["targets"])]
    assert {reader(config, task)[0] for task in TASKS}.isdisjoint(event["id"] for event in on_load)
