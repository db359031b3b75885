"""``forecast`` over HTTP: five lists for good values, sentences for bad ones, refusals for what is no call."""

import json
import math

import pytest

from demos.forecast_methods import BANDS
from models import forecast
from tests import running_hub
from tests.running_hub import call, upload

PATH = "/gradio_api/call/forecast"
MAIN = forecast.DEFAULT_NETWORK
YEARS = [20 + 10 * math.sin(month * math.pi / 6) + month / 10 for month in range(60)]
NETWORK = f"Please choose one of: {', '.join(forecast.NETWORKS)}."
HORIZON = "horizon must be a whole number from 1 to 96."
SEASON = "season must be a whole number from 0 to 1,000."


@pytest.fixture(scope="module")
def hub():
    with running_hub.start("--demos", "forecast", "--lang", "en") as hub:
        yield hub


@pytest.fixture
def http(hub):
    with hub.http() as client:
        yield client


def ask(http, values=YEARS, horizon=12, season=12, network=MAIN):
    return call(http, "forecast", values, horizon, season, network)


def foretold(http, **others):
    """What a good call gives."""
    status, kind, results = ask(http, **others)
    assert (status, kind) == (200, "complete"), results
    return results[0]


def said(http, **others):
    """What a bad call says."""
    status, kind, error = ask(http, **others)
    assert (status, kind) == (200, "error"), error
    return error["error"]


@pytest.mark.parametrize("network", forecast.NETWORKS)
def test_every_network_gives_five_lists_in_order(http, network):
    found = foretold(http, network=network)
    assert list(found) == list(BANDS)
    for middle, low_80, high_80, low_95, high_95 in zip(*found.values(), strict=True):
        assert low_95 <= low_80 <= middle <= high_80 <= high_95
    assert len(found["forecast"]) == 12


def test_ours_goes_on_with_a_season_it_was_never_trained_on(http):
    truth = [20 + 10 * math.sin(month * math.pi / 6) + month / 10 for month in range(60, 72)]
    for season in (12, 0):
        found = foretold(http, season=season)["forecast"]
        assert sum(abs(a - b) for a, b in zip(found, truth, strict=True)) / 12 < 3


def test_the_defaults_are_a_horizon_of_12_the_season_found_and_ours(http):
    answer = http.post("/gradio_api/call/v2/forecast", json={"values": YEARS})
    assert answer.status_code == 200, answer.text
    kind, results = running_hub.outcome(http, answer.json()["event_id"], "forecast")
    assert kind == "complete"
    assert results[0]["forecast"] == pytest.approx(foretold(http, season=0)["forecast"], rel=1e-4)


@pytest.mark.parametrize("scale", [1e-6, 1e9])
def test_the_unit_of_the_values_does_not_matter(http, scale):
    scaled = foretold(http, values=[value * scale for value in YEARS])["forecast"]
    assert scaled == pytest.approx([value * scale for value in foretold(http)["forecast"]], rel=1e-2)


@pytest.mark.parametrize("network", forecast.NETWORKS)
def test_a_constant_series_goes_on_as_it_is(http, network):
    assert foretold(http, values=[7] * 40, network=network)["forecast"] == pytest.approx([7] * 12, abs=0.5)


@pytest.mark.parametrize("values", [None, "1,2,3", 7, {}, [], [1, 2, 3], True, [1] * 10_001])
def test_what_is_no_list_of_numbers_gets_the_sentence(http, values):
    least = forecast.min_length(MAIN)
    assert said(http, values=values) == f"values must be a list of {least} to 10,000 numbers."


@pytest.mark.parametrize("value", [None, "4", "=cmd", True, 1e16, [4], {}])
def test_an_entry_that_is_no_number_is_named(http, value):
    assert (
        said(http, values=[*YEARS[:4], value, *YEARS])
        == "values must be numbers from -1e15 to 1e15; item 5 is not one."
    )


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_does_not_know_are_named(http, text):
    body = json.dumps({"data": [[*YEARS, "HERE"], 12, 12, MAIN]}).replace('"HERE"', text)
    answer = http.post(PATH, content=body, headers={"content-type": "application/json"})
    if answer.status_code == 200:
        kind, error = running_hub.outcome(http, answer.json()["event_id"], "forecast")
        assert (kind, error["error"]) == ("error", "values must be numbers from -1e15 to 1e15; item 61 is not one.")
    else:
        assert answer.status_code in (400, 422)


@pytest.mark.parametrize("horizon", [0, -1, 97, 10_000, 3.7, "12", None, True, []])
def test_a_horizon_that_cannot_be_gets_the_sentence(http, horizon):
    assert said(http, horizon=horizon) == HORIZON


@pytest.mark.parametrize("season", [-1, 1_001, 2.5, "12", None, False])
def test_a_season_that_cannot_be_gets_the_sentence(http, season):
    assert said(http, season=season) == SEASON


@pytest.mark.parametrize("network", [None, "", "LSTM", 7, [], {"a": 1}])
def test_a_network_that_is_none_gets_the_choices(http, network):
    assert said(http, network=network) == NETWORK


@pytest.mark.parametrize("data", [[], [YEARS], [YEARS, 12, 12], [YEARS, 12, 12, MAIN, 1], {}, None, "x"])
def test_too_few_or_too_many_inputs_are_refused(http, data):
    answer = http.post(PATH, json={"data": data})
    assert answer.status_code == 400
    assert "forecast takes values" in answer.json()["error"]


def test_a_list_of_the_longest_kind_is_answered(http):
    assert len(foretold(http, values=YEARS * 166, horizon=96)["forecast"]) == 96


def test_after_all_that_a_good_call_is_answered_and_nothing_was_logged(http, hub):
    assert len(foretold(http)["forecast"]) == 12
    assert "Traceback" not in hub.printed


def test_an_uploaded_name_is_never_taken_for_values(http):
    uploaded = upload(http, b"day,v\n2020,1\n", "series.csv")
    assert said(http, values=uploaded).startswith("values must be a list")
