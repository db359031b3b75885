"""A class on one hub: ``benchmarks.classroom`` is answered, without internet, and leaves no history behind."""

import asyncio

import httpx
import pytest

from benchmarks import classroom
from models import digit
from tests import running_hub


@pytest.fixture(scope="module")
def hub():
    with running_hub.start("--demos", "digit,sentiment", "--lang", "en") as hub:
        with hub.http() as http:
            assert "complete" in (
                running_hub.call(http, "classify_sentiment", "good", "regions")[1] for _try in range(6)
            )
            picture = running_hub.upload(http, running_hub.seven())
            assert "complete" in (running_hub.classify(http, picture)[1] for _try in range(6))
        yield hub


def test_three_visitors_at_once_are_all_answered_offline(hub):
    register = asyncio.run(classroom.attend(hub.address, clients=3, seconds=4))
    assert register.failures == []
    assert len(register.milliseconds["page"]) == 3 and len(register.answers) >= 3
    assert hub.noted("watching") and hub.noted("outside") == []


def test_a_visitor_draws_uploads_and_types(hub, monkeypatch):
    async def visit():
        register = classroom.Register()
        async with httpx.AsyncClient(base_url=hub.address, timeout=60, trust_env=False) as http:
            visitor = classroom.Visitor(http, register, 1)
            await visitor.open()
            for share in (0, 1):
                monkeypatch.setattr(classroom, "PHOTO_SHARE", share)
                await visitor.draw()
            await visitor.write()
        return register

    register = asyncio.run(visit())
    assert register.failures == []
    assert set(register.milliseconds) == {"page", "drawing", "photo", "text"}


def test_what_a_visitor_asks_is_what_the_page_shows(hub):
    """The events are the page's own: a drawn 7 is read as a 7."""

    async def show():
        async with httpx.AsyncClient(base_url=hub.address, timeout=60, trust_env=False) as http:
            visitor = classroom.Visitor(http, classroom.Register(), 1)
            await visitor.open()
            body = {"data": [None, None, digit.DEFAULT_NETWORK, "drawing"], "fn_index": visitor.events["drawing"]}
            joined = await http.post("/gradio_api/queue/join", json=body | {"session_hash": visitor.session})
            return await visitor._outcome(joined.json()["event_id"])

    assert "Draw a digit first." in str(asyncio.run(show())["output"]["data"])


def test_no_run_is_kept_for_the_next_pupil_at_the_same_machine(hub):
    with hub.http() as http:
        assert not classroom.page_config(http.get("/").text).get("run_history")
        assert http.get("/gradio_api/runs").status_code == 404


def test_a_refusal_is_a_failure_and_is_told():
    register = classroom.Register({"drawing": [10.0, 20.0, 30.0], "page": [1000.0]}, ["text: 503 The hub is full."])
    lines = classroom.report(register).splitlines()
    assert "drawing          3 times, ms: median 20, p95 29, longest 30" in lines
    assert "all answers      3 times" in lines[2]
    assert lines[3:] == ["not answered     1", "text: 503 The hub is full."]


def test_a_class_that_nobody_answers_prints_no_figure_but_says_so():
    register = asyncio.run(classroom.attend(f"http://127.0.0.1:{running_hub.free_port()}", clients=2, seconds=1))
    assert len(register.failures) == 2 and "ConnectError" in register.failures[0]
    assert "not answered     2" in classroom.report(register)
