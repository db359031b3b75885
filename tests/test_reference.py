"""``docs/api.md``: it says what the tables say, the tables say what the hub does, and its examples run."""

import inspect
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

import app
from demos import endpoint, forecast, gan, guard, house, page, reference, sentiment
from models import runtime
from tests import running_hub
from tests.running_hub import seven

ENGLISH = page.translator("en")
HANDLERS = {
    "estimate_price": house.estimate,
    "forecast": forecast.forecast_values,
    "classify_sentiment": sentiment.classify,
    "generate_digits": gan.generate,
}
GOOD = {"values": [1.0, 2.0] * 6, "text": "good"}
# What no parameter of a kind takes, in any range.
BAD = {
    "text": (None, 7, "", ["a"], "<b>no such</b>" * 1000),
    "number": ("7", True, [1], float("nan"), float("inf"), -(10.0**18), 10.0**18, 0.123456),
    "numbers": (None, "1,2", [], [1.0] * 3, ["a"] * 20, [None] * 20, [1.0] * 10_001),
    "truth": (None, "true", 2, [], -1),
}
FRACTIONS = ("living_area", "lot", "truncation")


@pytest.fixture(autouse=True)
def networks():
    runtime.configure()


@pytest.mark.parametrize("language", reference.FILES)
def test_the_documents_say_what_the_tables_say(language):
    written = reference.FILES[language].read_text(encoding="utf-8")
    assert written == reference.document(language), "Run `python -m demos.reference`."


def test_every_call_of_the_hub_is_documented_in_the_order_of_the_tabs():
    assert tuple(demo.API for demo in app.DEMOS) == reference.ENDPOINTS


def given(api):
    """Good values for every parameter, by name."""
    usual = dict(zip(house.house.ENTRIES, house._as_inputs(house._statistics("tabm")["median_house"]), strict=True))
    return {
        name: GOOD.get(name, usual.get(name) if parameter.usual else parameter.default)
        for name, parameter in api.parameters.items()
    }


CASES = [
    (api, name, bad)
    for api in reference.ENDPOINTS
    if api.name in HANDLERS
    for name, parameter in api.parameters.items()
    for bad in BAD[parameter.kind]
    if not (bad == 0.123456 and name in FRACTIONS)
]


@pytest.mark.parametrize(("api", "name", "bad"), CASES, ids=lambda value: str(getattr(value, "name", value))[:20])
def test_a_value_that_cannot_be_used_is_refused_with_a_documented_sentence(api, name, bad):
    with pytest.raises(guard.Refusal) as refused:
        HANDLERS[api.name](**given(api) | {name: bad})
    said = guard.explain(refused.value, ENGLISH)
    documented = [reference.sentence_of(refusal) for refusal in api.parameters[name].refusals]
    if said not in documented:  # a length, the number of an item
        assert refused.value.sentence in [refusal.sentence for refusal in api.parameters[name].refusals]
        assert refused.value.sentence in (guard.TOO_LONG, forecast.NO_ENTRY)


def test_what_the_tables_call_good_is_not_refused(monkeypatch):
    monkeypatch.setattr(house.house, "predict", lambda *_: SimpleNamespace(price=1.0, low=1.0, high=1.0))
    assert house.estimate(**given(house.API))["price"] == 1.0


def test_the_handlers_take_the_parameters_of_the_tables():
    for name, handler in HANDLERS.items():
        (api,) = (api for api in reference.ENDPOINTS if api.name == name)
        assert list(inspect.signature(handler).parameters) == list(api.parameters)


def test_the_calls_have_the_documented_names_kinds_and_defaults():
    hub = app.build([app.task_of(demo) for demo in app.DEMOS])
    calls = {event.api_name: event for event in hub.fns.values() if event.api_visibility == "public"}
    assert list(calls) == [api.name for api in reference.ENDPOINTS]
    for api in reference.ENDPOINTS:
        event = calls[api.name]
        assert event.api_description == api.description(ENGLISH)
        for part, (name, parameter) in zip(event.inputs, api.parameters.items(), strict=True):
            if parameter.default is not endpoint.REQUIRED and not parameter.usual:
                assert part.value == parameter.default, f"{name} of {api.name}"


def test_the_firewall_looks_for_what_the_tables_say():
    assert house.API.kinds["waterfront"] == "truth" and gan.API.kinds["seed"] == "number"
    assert set().union(*(api.kinds.values() for api in reference.ENDPOINTS)) == {"file", *BAD}


@pytest.fixture(scope="module")
def hub():
    """A hub whose networks of the examples are loaded."""
    with running_hub.start("--lang", "en") as hub:
        with hub.http() as http:
            for name, values in {
                "classify_sentiment": ("good", "regions"),
                "estimate_price": given(house.API).values(),
            }.items():
                assert "complete" in (running_hub.call(http, name, *values)[1] for _try in range(6))
            picture = running_hub.upload(http, seven())
            assert "complete" in (running_hub.classify(http, picture)[1] for _try in range(6))
        yield hub


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "digit.png").write_bytes(seven())
    return tmp_path


def test_the_python_example_runs(hub, folder):
    script = reference.PYTHON.replace("http://127.0.0.1:7860", hub.address)
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True)
    digit, price = done.stdout.splitlines()[-2:]
    assert "'label': '7'" in digit and "'price':" in price, done.stderr


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
def test_the_curl_example_runs(hub, folder):
    script = reference.CURL.replace("http://127.0.0.1:7860", hub.address)
    done = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.stdout.count("event: complete") == 2, done.stdout + done.stderr
    assert '"label": "positive"' in done.stdout and '"label": "7"' in done.stdout


@pytest.mark.parametrize(
    ("host", "origin", "may"),
    [
        ("127.0.0.1", "http://localhost:3000", True),
        ("127.0.0.1", "https://evil.example", False),
        ("localhost", "null", False),
        ("192.168.1.20", "http://school.example", True),
        ("hub.example", "https://school.example", True),
    ],
)
def test_pages_of_other_origins_may_call_as_documented(hub, host, origin, may):
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    headers = {"origin": origin, "host": f"{host}:{hub.port}"}
    with hub.http() as http:
        path = "/gradio_api/call/v2/classify_sentiment"
        allowed = http.options(path, headers=headers | asked).headers.get("access-control-allow-origin")
        answered = http.post(path, json={"text": "good"}, headers=headers)
    assert (allowed == origin) is may
    assert (answered.headers.get("access-control-allow-origin") == origin) is may
