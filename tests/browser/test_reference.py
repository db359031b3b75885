"""The fetch example of ``docs/api.md`` in a real browser: run by the hub's own page, refused to one from elsewhere."""

import pytest

from demos import reference
from tests import running_hub

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hub(hub):
    with hub.http() as http:
        picture = running_hub.upload(http, running_hub.seven())
        assert "complete" in (running_hub.classify(http, picture)[1] for _try in range(6))
        values = [3, 5, 4, 6, 5, 7, 6, 8, 7, 9]
        assert "complete" in (running_hub.call(http, "forecast", values, 2, 2, "combiner")[1] for _try in range(6))
    return hub


def test_the_fetch_example_runs_on_the_hubs_own_page(visit):
    page = visit("/?tab=sentiment")
    collect = "const said = []; const console = { log: (result) => said.push(result) };"
    digit, forecast = page.evaluate("async () => {" + collect + reference.FETCH + "return said; }")
    assert digit["label"] == "7"
    assert len(forecast["forecast"]) == len(forecast["low_95"]) == 2


def test_a_page_from_elsewhere_may_not_call_a_hub_on_this_machine(chromium, hub):
    context = chromium.new_context()
    context.route("http://evil.example/", lambda route: route.fulfill(body="<p>a page</p>", content_type="text/html"))
    page = context.new_page()
    page.goto("http://evil.example/")
    script = reference.FETCH.replace("location.origin", f'"{hub.address}"')
    assert (
        page.evaluate("async () => { try {" + script + "} catch (error) { return error.message; } }")
        == "Failed to fetch"
    )
    context.close()
