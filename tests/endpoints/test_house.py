"""``estimate_price`` over HTTP: dollars for good values, sentences for bad ones, refusals for what is no call."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from models import house
from tests import running_hub
from tests.running_hub import call

PATH = "/gradio_api/call/estimate_price"
AREA = "living_area must be a number from 200 to 20,000."
ZIP_CODE = "zip_code must be one of King County's in the data, such as 98001."
NETWORK = "Please choose one of: tabm, dense."


@pytest.fixture(scope="module")
def hub():
    with running_hub.start("--demos", "house", "--lang", "en") as hub:
        yield hub


@pytest.fixture
def http(hub):
    with hub.http() as client:
        yield client


HOUSE = {
    **{"living_area": 2000, "lot": 6000, "bedrooms": 3, "bathrooms": 2.25, "floors": 2, "grade": 8, "condition": 3},
    **{"view": 0, "waterfront": False, "year_built": 1990, "year_renovated": 0, "zip_code": "98103", "network": "tabm"},
}


def ask(http, **changes):
    status, kind, result = call(http, "estimate_price", *(HOUSE | changes).values())
    return status, kind, result


def estimated(http, **changes):
    """What a good call gives."""
    status, kind, results = ask(http, **changes)
    assert (status, kind) == (200, "complete"), results
    return results[0]


def said(http, **changes):
    """What a bad call says."""
    status, kind, error = ask(http, **changes)
    assert (status, kind) == (200, "error"), error
    return error["error"]


@pytest.mark.parametrize("network", house.NETWORKS)
def test_a_house_has_a_price_inside_its_interval(http, network):
    found = estimated(http, network=network)
    assert set(found) == {"price", "low", "high"}
    assert 300_000 < found["low"] < found["price"] < found["high"] < 1_200_000


def test_a_better_house_in_a_dearer_place_at_the_water_costs_more(http):
    prices = [
        estimated(http, **changes)["price"]
        for changes in (
            {},
            {"grade": 10},
            {"grade": 10, "zip_code": "98004"},
            {"grade": 10, "zip_code": "98004", "waterfront": True, "view": 4},
        )
    ]
    assert prices == sorted(prices) and prices[-1] > 2 * prices[0]


def test_what_is_left_out_by_name_is_as_in_the_median_house(http):
    answers = []
    for content in ({}, {"grade": 10}):
        event = http.post("/gradio_api/call/v2/estimate_price", json=content).json()["event_id"]
        text = http.get(f"{PATH}/{event}").text
        answers.append(json.loads(text.strip().rsplit("data: ", 1)[1])[0]["price"])
    assert 300_000 < answers[0] < 600_000 and answers[1] > answers[0]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e308", "-1", "0", '"2000"', "true", "null", "[]"])
def test_what_is_no_living_area_gets_the_sentence(http, value):
    values = json.dumps(list(HOUSE.values()))
    body = values.replace("2000", value, 1)
    event = http.post(PATH, content=f'{{"data": {body}}}', headers={"content-type": "application/json"})
    assert event.status_code == 200
    text = http.get(f"{PATH}/{event.json()['event_id']}").text
    assert "event: error" in text and AREA in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"zip_code": "98000"}, ZIP_CODE),
        ({"zip_code": None}, ZIP_CODE),
        ({"zip_code": "<script>"}, ZIP_CODE),
        ({"bedrooms": 300}, "bedrooms must be a number from 0 to 20."),
        ({"bathrooms": 2.1}, "bathrooms must be a multiple of 0.25."),
        ({"waterfront": "no"}, "waterfront must be true or false."),
        ({"year_built": 2300}, "year_built must be a whole number from 1850 to 2015."),
        ({"year_renovated": 1950}, "year_renovated (1950) must not come before year_built (1990)."),
        ({"network": "catboost"}, NETWORK),
        ({"network": None}, NETWORK),
        ({"living_area": 10**400}, AREA),
    ],
)
def test_every_wrong_value_gets_its_sentence(http, changes, sentence):
    assert said(http, **changes) == sentence


def test_too_few_and_too_many_values_are_refused(http):
    for values in ([2000], [*HOUSE.values(), 1]):
        answer = http.post(PATH, json={"data": values})
        assert answer.status_code == 400 and "estimate_price takes" in answer.json()["error"]


def test_an_unknown_name_is_refused(http):
    answer = http.post("/gradio_api/call/v2/estimate_price", json={"rooms": 3})
    assert answer.status_code == 400


def test_many_at_once_all_get_the_same_price(http):
    with ThreadPoolExecutor(8) as pool:
        prices = list(pool.map(lambda _: estimated(http)["price"], range(16)))
    assert len(set(prices)) == 1
