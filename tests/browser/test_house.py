"""The house tab in a real browser: the form, the map, the answer while one types, and what never happens."""

import re
import time

import pytest

from models import house
from tests.browser.conftest import NARROW, palest_words, width
from tests.running_hub import START_SECONDS, call

pytestmark = pytest.mark.browser

# Where the middle of a zip code's dot is, in pixels of the map.
DOT = """code => {
  const map = document.querySelector(".house-map .js-plotly-plot");
  const dots = map.data.find((curve) => curve.customdata);
  const index = dots.customdata.indexOf(code);
  const { xaxis, yaxis } = map._fullLayout;
  return [xaxis._offset + xaxis.d2p(dots.x[index]), yaxis._offset + yaxis.d2p(dots.y[index])];
}"""


# A house that the endpoint is asked for, in the order of its parameters.
HOUSE = (2000, 6000, 3, 2.25, 2, 8, 3, 0, False, 1990, 0, "98103")


@pytest.fixture(scope="module")
def hub(hub):
    """The browser is to find both networks at work."""
    deadline = time.monotonic() + START_SECONDS
    with hub.http() as http:
        for network in house.NETWORKS:
            while call(http, "estimate_price", *HOUSE, network)[1] != "complete":
                assert time.monotonic() < deadline, hub.printed
    return hub


@pytest.fixture
def page(visit):
    return answered(visit())


def answered(page):
    """The tab, once it has answered for the median house."""
    page.locator(".hub-verdict b", has_text="$").wait_for()
    return page


def price(page):
    return int(re.sub(r"\D", "", page.locator(".hub-verdict b").inner_text()))


def changed(page, work):
    """The price after ``work`` has changed it."""
    before = page.locator(".hub-verdict b").inner_text()
    work()
    page.wait_for_function("text => document.querySelector('.hub-verdict b').innerText !== text", arg=before)
    return page.locator(".hub-verdict b").inner_text()


def says(page, sentence):
    page.locator(".hub-verdict p", has_text=sentence).wait_for()


def test_the_median_house_has_a_price_as_soon_as_the_tab_is_seen(page):
    assert 300_000 < price(page) < 600_000
    assert page.locator(".hub-card").count() == 2
    assert page.locator(".house-effects tr").count() == 14
    assert "Prices are those of May 2014 to May 2015." in page.locator(".hub-intro").first.inner_text()


def test_a_larger_house_costs_more_while_one_types(page):
    before = price(page)
    changed(page, lambda: page.get_by_label("Living area (sq ft)").fill("3500"))
    assert price(page) > before
    page.locator(".house-effects th", has_text="3,500 sq ft (325 m²)").wait_for()


def test_an_example_fills_the_form_and_the_map(page):
    changed(page, lambda: page.get_by_role("button", name="Villa at the water").click())
    page.locator(".house-effects th", has_text="Zip code · 98040").wait_for()
    assert page.get_by_label("At the water").is_checked()
    assert price(page) > 1_000_000


def test_a_click_on_the_map_moves_the_house_there(page):
    county = page.locator(".house-map .js-plotly-plot")
    county.scroll_into_view_if_needed()
    x, y = page.evaluate(DOT, "98004")
    county.click(position={"x": x, "y": y})
    page.locator(".house-effects th", has_text="Zip code · 98004").wait_for()


def test_a_place_can_be_picked_by_keyboard_from_the_list(page):
    menu = page.get_by_label("Zip code, or click on the map")
    menu.focus()
    menu.fill("98112")
    menu.press("Enter")
    page.locator(".house-effects th", has_text="Zip code · 98112").wait_for()


def test_another_network_answers_when_it_is_chosen(page):
    page.get_by_role("radio", name=re.compile("dense")).check()
    page.locator(".hub-card.is-main span", has_text="dense").wait_for()


def test_wrong_entries_give_their_sentences_and_right_ones_an_answer_again(page):
    area = page.get_by_label("Living area (sq ft)")
    area.fill("-5")
    says(page, "Living area must be a number from 200 to 20,000.")
    area.fill("")
    says(page, "Living area must be a number from 200 to 20,000.")
    area.fill("2400")
    answered(page)
    page.get_by_label("Year renovated (0: never)").fill("1960")
    says(page, "Year renovated (1960) must not come before Year built (1975).")


def test_a_house_larger_than_all_in_the_data_is_priced_with_a_warning(page):
    page.get_by_label("Living area (sq ft)").fill("19000")
    page.locator(".house-warning", has_text="Outside the data: Living area (19,000 sq ft (1,765 m²)").wait_for()
    answered(page)


def test_a_curve_of_any_entry_can_be_chosen(page):
    page.get_by_label("What if this were different?").click()
    page.get_by_role("option", name="Grade").click()
    page.locator(".js-plotly-plot .xtitle", has_text="Grade").wait_for()


def test_the_chinese_page_answers_in_chinese(visit):
    page = answered(visit("/zh", locale="zh-CN"))
    assert "五套里有四套" in page.locator(".hub-verdict p").inner_text()
    page.get_by_label("居住面积（平方英尺）").fill("-5")
    says(page, "“居住面积”必须是 200 到 20,000 之间的数。")
    assert "美国金县房屋成交记录" in page.locator(".hub-facts").first.inner_text()


def test_on_a_phone_nothing_must_be_scrolled_sideways(visit):
    page = answered(visit(viewport=NARROW, has_touch=True))
    changed(page, lambda: page.get_by_role("button", name="Villa at the water").click())
    assert width(page) <= NARROW["width"]


def show_all_plots(page):
    """Have the map, the curve and the training curve drawn."""
    page.locator(".hub-inside button").first.click()
    for place in (".house-map", ".house-curve", ".hub-inside"):
        page.locator(place).scroll_into_view_if_needed()
        page.locator(f"{place} .js-plotly-plot .main-svg text").first.wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_of_all_plots_can_be_read(visit, scheme):
    page = answered(visit(color_scheme=scheme))
    show_all_plots(page)
    words = palest_words(page)
    assert words["count"] > 30 and words["least"] >= 4.5, words


def test_on_a_phone_no_plot_has_tools_and_what_one_touches_is_large_enough(visit):
    page = answered(visit("/zh", locale="zh-CN", viewport=NARROW, has_touch=True, is_mobile=True))
    show_all_plots(page)
    tools = page.locator(".js-plotly-plot .modebar-container")
    assert tools.count() == 3 and not any(part.is_visible() for part in tools.all())
    parts = page.locator(".tab-like-container input, .reset-button, .house-examples button").locator("visible=true")
    heights = [part.bounding_box()["height"] for part in parts.all()]
    assert len(heights) == 11 and min(heights) >= 30
    labels = page.locator(".head label span").locator("visible=true")
    assert max(label.bounding_box()["height"] for label in labels.all()) < 30  # one line
