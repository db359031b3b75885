"""The house tab: what is accepted, what is refused in a sentence, and that shown numbers add up."""

import inspect
import json
import math
import re

import pytest

from demos import guard, house, house_form, house_panels, house_plots, page
from models import house as house_model
from models import runtime
from tests import house_stub

ENGLISH, CHINESE = page.translator("en"), page.translator("zh")
NAMES = house_form.names(ENGLISH)


@pytest.fixture
def calls(monkeypatch, tmp_path):
    return house_stub.install(monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def statistics():
    return house_stub.statistics()


@pytest.fixture
def usual(statistics):
    return dict(statistics["median_house"])


def form(usual, **changes):
    """The values of the form's inputs for the median house, some changed."""
    described = dict(zip(house_model.ENTRIES, house._as_inputs(usual), strict=True)) | changes
    return list(described.values())


def asked(usual, network="tabm", entry="living_area", translate=ENGLISH, **changes):
    """The last panels for a form."""
    return list(house.answer(form(usual, **changes), network, entry, translate))[-1]


def refusal(usual, statistics, **changes):
    with pytest.raises(guard.Refusal) as caught:
        house_form.read(form(usual, **changes), statistics["zip_codes"], NAMES)
    return guard.explain(caught.value, ENGLISH)


# The form


def test_the_form_of_the_median_house_is_the_median_house(usual, statistics):
    assert house_form.read(form(usual), statistics["zip_codes"], NAMES) == usual


@pytest.mark.parametrize("never", [None, "", 0, 0.0])
def test_no_year_of_renovation_means_never(usual, statistics, never):
    assert house_form.read(form(usual, year_renovated=never), statistics["zip_codes"], NAMES)["year_renovated"] == 0


@pytest.mark.parametrize("code", ["98103", " 98103 ", 98103, 98103.0])
def test_a_zip_code_may_be_a_text_or_a_number(usual, statistics, code):
    assert house_form.read(form(usual, zip_code=code), statistics["zip_codes"], NAMES)["zip_code"] == 98103


NO_NUMBERS = (math.nan, math.inf, -math.inf, 1e308, -1, 10**400, "1500", "", True, None, [1], {"a": 1})


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_living_area_is_refused_by_name_and_range(usual, statistics, value):
    assert refusal(usual, statistics, living_area=value) == "Living area must be a number from 200 to 20,000."


MEANT = {"year_renovated": ("", None), "waterfront": (True,)}  # there these have a meaning


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        (entry, value)
        for entry in house_model.ENTRIES
        for value in NO_NUMBERS
        if entry != "zip_code" and not any(value is meant for meant in MEANT.get(entry, ()))
    ],
)
def test_no_entry_takes_what_is_no_number(usual, statistics, entry, value):
    assert house_form.names(ENGLISH)[entry] in refusal(usual, statistics, **{entry: value})


@pytest.mark.parametrize("value", ["98000", "Seattle", "", None, True, math.nan, math.inf, 10**400, -98103, [98103]])
def test_an_unknown_zip_code_is_refused_without_repeating_it(usual, statistics, value):
    sentence = refusal(usual, statistics, zip_code=value)
    assert sentence == "Zip code must be one of King County's in the data, such as 98001."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"bedrooms": 300}, "Bedrooms must be a number from 0 to 20."),
        ({"bedrooms": 2.5}, "Bedrooms must be a whole number from 0 to 20."),
        ({"bathrooms": 2.3}, "Bathrooms must be a multiple of 0.25."),
        ({"floors": 1.25}, "Floors must be a multiple of 0.5."),
        ({"year_built": 2300}, "Year built must be a whole number from 1850 to 2015."),
        ({"waterfront": "yes"}, "Waterfront must be true or false."),
        ({"waterfront": 2}, "Waterfront must be true or false."),
    ],
)
def test_what_a_house_cannot_have_is_refused(usual, statistics, changes, sentence):
    assert refusal(usual, statistics, **changes) == sentence


def test_a_renovation_before_the_building_is_refused_naming_both(usual, statistics):
    sentence = refusal(usual, statistics, year_built=1990, year_renovated=1980)
    assert sentence == "Year renovated (1980) must not come before Year built (1990)."


@pytest.mark.parametrize("name", house_form.EXAMPLES)
def test_every_example_is_a_house_that_the_form_can_hold(usual, statistics, name):
    example = usual | house_form.EXAMPLES[name]
    places = statistics["zip_codes"] | {f"{example['zip_code']}": {}}
    assert house_form.read(house._as_inputs(example), places, NAMES) == example


def test_areas_are_shown_in_both_units():
    assert house_form.shown("living_area", 1000, ENGLISH) == "1,000 sq ft (93 m²)"
    assert house_form.shown("lot", 1000, CHINESE) == "1,000 平方英尺（93 平方米）"


# The answer


def test_the_verdict_gives_the_price_with_its_interval(calls, usual):
    price = house_stub.price(usual)
    verdict = asked(usual)[0]
    for value in (price, price * math.exp(-0.3), price * math.exp(0.3)):
        assert house_panels.dollars(value) in verdict
    assert "2014–15" in verdict


def test_both_networks_stand_side_by_side(calls, usual):
    cards = asked(usual, network="dense")[3]
    assert re.findall(r'<div class="([^"]+)"><span>(\w+)', cards) == [
        ("hub-card", "tabm"),
        ("hub-card is-main", "dense"),
    ]
    assert cards.count("(80 %)") == 2


def test_a_network_that_is_away_leaves_its_card_empty(calls, usual, monkeypatch):
    call = runtime.call

    def one_is_away(task, network, features):
        if network == "dense":
            raise runtime.Unavailable
        return call(task, network, features)

    monkeypatch.setattr(runtime, "call", one_is_away)
    panels = asked(usual)
    assert "$" in panels[0] and "–" in panels[3]


def test_the_effects_that_are_shown_sum_to_the_difference_that_is_shown(calls, usual):
    other = usual | {"living_area": 3310.0, "grade": 11.0, "waterfront": 1.0, "year_built": 1999.0}
    attribution = house_model.attribute(other, "tabm")
    moves = house_panels.in_dollars(attribution)
    assert sum(moves.values()) == round(attribution.price, -3) - round(attribution.base, -3)
    for name, effect in attribution.effects.items():
        assert moves[name] * effect >= 0


def test_effects_that_cancel_each_other_still_have_their_dollars():
    found = house_panels.in_dollars(house_model.Attribution(500_000, 500_000, {"grade": 0.2, "condition": -0.2}))
    assert found == {"grade": 100_000, "condition": -100_000}


def test_bars_of_less_and_more_go_to_different_sides(calls, usual):
    table = asked(usual, grade=5, waterfront=True)[1]
    assert table.count('class="is-more"') == 1 and "+$" in table and "−$" in table


def test_what_lies_outside_the_data_is_named(calls, usual):
    assert (
        "Outside the data: Living area (15,000 sq ft (1,394 m²); the data have" in asked(usual, living_area=15_000)[0]
    )
    assert "Outside the data" not in asked(usual)[0]


def test_a_wrong_entry_gives_its_sentence_in_panels_of_the_same_shape(calls, usual):
    right, wrong = asked(usual), asked(usual, living_area=-5)
    assert "Living area must be a number" in wrong[0] and "$" not in wrong[0]
    assert len(right) == len(wrong)
    assert right[1].count("<tr") == wrong[1].count("<tr")
    assert right[2].layout.height == wrong[2].layout.height


@pytest.mark.parametrize("changes", [{"network": "catboost"}, {"entry": "zip_code"}, {"network": 7}, {"entry": None}])
def test_what_no_menu_offers_is_refused(calls, usual, changes):
    assert "Please choose one of" in asked(usual, **changes)[0]


def test_a_visitor_waits_with_a_sentence_until_the_networks_are_loaded(calls, usual, monkeypatch):
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: False)
    first, last = house.answer(form(usual), "tabm", "lot", ENGLISH)
    assert "Loading the networks" in first[0] and "$" in last[0]


def test_an_absurd_price_is_logged_as_the_networks_fault(monkeypatch, tmp_path, usual, caplog):
    house_stub.install(monkeypatch, tmp_path, output=lambda features: features[:, 0] * math.nan)
    assert "I cannot give a sensible price for this." in asked(usual)[0]
    assert "no sensible price" in caplog.text


@pytest.mark.parametrize("entry", house.CURVES)
def test_a_curve_marks_the_houses_own_value(calls, usual, entry):
    figure = asked(usual, entry=entry)[2]
    marked = [curve for curve in figure.data if curve.name == "this house"]
    if entry == "year_renovated":  # it never was
        assert not marked
    else:
        assert marked[0].x == (usual[entry],)
        assert marked[0].y[0] == pytest.approx(house_stub.price(usual), rel=1e-4)


def test_the_map_has_a_dot_for_every_zip_code_and_rings_the_chosen_one(statistics):
    figure = house_plots.plot_map(statistics, "98199", ENGLISH)
    cells, ring, dots = figure.data
    assert list(dots.customdata) == list(statistics["zip_codes"])
    assert (ring.x[0], ring.y[0]) == (
        statistics["zip_codes"]["98199"]["longitude"],
        statistics["zip_codes"]["98199"]["latitude"],
    )
    assert len(cells.x) == len(statistics["cells"])


def test_a_darker_dot_is_a_dearer_place_and_no_dot_is_seen_through(statistics):
    dots = house_plots.plot_map(statistics, "98199", ENGLISH).data[2]
    prices = [place["price"] for place in statistics["zip_codes"].values()]
    by_colour = [price for _colour, price in sorted(zip(dots.marker.color, prices, strict=True))]
    assert by_colour == sorted(prices)
    lightness = [sum(bytes.fromhex(colour[1:])) for _place, colour in dots.marker.colorscale]
    assert lightness == sorted(lightness, reverse=True)
    assert dots.marker.opacity == 1  # Plotly's own choice lets the page shine through: dark dots fade on dark


@pytest.mark.parametrize("entry", house_model.ENTRIES)
def test_every_refused_entry_stands_in_chinese_quotation_marks(usual, statistics, entry):
    names = house_form.names(CHINESE)
    with pytest.raises(guard.Refusal) as caught:
        house_form.read_entry(entry, "?", statistics["zip_codes"], names)
    assert guard.explain(caught.value, CHINESE).startswith(f"“{names[entry]}”必须是")


def test_the_chinese_answer_is_chinese(calls, usual):
    panels = asked(usual, translate=CHINESE, grade=9)
    words = set(re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]*>", " ", "".join(panels[part] for part in (0, 1, 3)))))
    assert words <= {"tabm", "dense", "ms"}


# The endpoint


def test_the_endpoint_takes_the_entries_and_a_network():
    assert tuple(inspect.signature(house.estimate).parameters) == (*house_model.ENTRIES, "network")
    assert tuple(house.API.parameters) == (*house_model.ENTRIES, "network")


def test_the_endpoint_gives_plain_dollars(calls, usual):
    found = house.estimate(*form(usual), "tabm")
    assert json.loads(json.dumps(found)) == found
    assert found["price"] == pytest.approx(house_stub.price(usual), rel=1e-4)
    assert found["low"] < found["price"] < found["high"]


def test_only_the_english_page_has_the_endpoint_with_the_median_house_as_defaults(calls, usual):
    names = {
        language: [function.api_name for function in house.build(language).fns.values() if function.api_name]
        for language in ("en", "zh")
    }
    assert "estimate_price" in names["en"] and "estimate_price" not in names["zh"]
    demo = house.build("en")
    endpoint = next(function for function in demo.fns.values() if function.api_name == "estimate_price")
    defaults = [part.value for part in endpoint.inputs]
    assert house_form.read(defaults[:-1], house_stub.statistics()["zip_codes"], NAMES) == usual
    assert defaults[-1] == "tabm"
