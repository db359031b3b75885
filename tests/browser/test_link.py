"""Links in a real browser: what they open and hide, the button that copies one, mistakes, the phone."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import running_hub
from tests.browser.conftest import NARROW, width

pytestmark = pytest.mark.browser

CLIPBOARD = ["clipboard-read", "clipboard-write"]
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
NO_COPYING = f"{NO_CLIPBOARD}; document.execCommand = () => false"


@pytest.fixture(scope="module")
def hub(hub):
    """The browser is to find the networks at work."""
    with hub.http() as http:
        for name, values in {
            "generate_digits": (None, 1, 1, 1.0, "dcgan"),
            "classify_sentiment": ("good", "lstm"),
        }.items():
            assert "complete" in (running_hub.call(http, name, *values)[1] for _try in range(5))
    return hub


def tabs(page):
    return page.locator("#hub-tabs > .tab-wrapper").get_by_role("tab").all_inner_texts()


def opened(page):
    return page.locator("#hub-tabs > .tab-wrapper").get_by_role("tab", selected=True).inner_text()


def seen(page, selector):
    return page.locator(selector).filter(visible=True)


def copied(page, name="Copy link"):
    page.get_by_role("button", name=name).filter(visible=True).click()
    field = seen(page, ".hub-link input")
    field.wait_for()
    return field.input_value()


def parts(address):
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_a_link_opens_exactly_what_it_says_and_the_button_makes_it_again(visit):
    asked = "/?tab=gan&digit=7&seed=43&count=6&daring=0.5&network=dcgan&lang=zh&hide=house,forecast"
    page = visit(asked, permissions=CLIPBOARD)
    seen(page, ".hub-verdict p").filter(has_text="43").wait_for()
    assert urlsplit(page.url).path == "/zh"
    assert opened(page) == "噪声生成数字" and len(tabs(page)) == 4
    assert not {"房价", "预测"} & set(tabs(page))
    assert seen(page, ".hub-verdict b").inner_text() == "7"
    assert page.locator(".gan-gallery img").count() == 6
    link = copied(page, re.compile("复制链接|Copy link"))
    assert parts(link) == parts(asked)
    assert link.startswith(page.url.split("/zh")[0] + "/?tab=gan&")
    page.wait_for_function("async link => await navigator.clipboard.readText() === link", arg=link)


def test_a_forecast_is_answered_by_its_link_and_says_its_example(visit):
    page = visit("/?tab=forecast&example=stocks&horizon=5&season=4&network=lstm&lang=en")
    seen(page, ".hub-verdict p").filter(has_text="The next 5 values").wait_for()
    assert page.locator(".forecast-examples input:checked").count() == 1
    assert parts(copied(page)) == parts(page.url)


def test_a_house_is_filled_in_by_its_link(visit):
    page = visit("/?tab=house&living_area=900&grade=6&waterfront=true&zip_code=98126&network=dense&curve=grade")
    page.get_by_label("At the water").and_(page.locator(":checked")).wait_for()
    seen(page, ".hub-card.is-main").filter(has_text="dense").wait_for()
    made = parts(copied(page))
    assert len(made) == 16  # tab, twelve entries, network, curve, lang
    assert {"living_area": "900", "grade": "6", "waterfront": "true", "zip_code": "98126"}.items() <= made.items()


def test_what_is_wrong_is_said_and_the_rest_holds(visit):
    page = visit(
        "/?tab=gan&seed=7&count=1000&digit=%3Cimg%20src=x%20onerror=alert(1)%3E&hide=gan,nothing,image&lang=en"
    )
    seen(page, ".hub-verdict p").filter(has_text="from seed 7").wait_for()
    notes = page.locator(".hub-link-notes li").all_inner_texts()
    assert sorted(note.split(".")[0] for note in notes) == ["Not taken from the link: " + name for name in
                                                            ("count", "digit", "hide", "hide")]  # fmt: skip
    assert "Image" not in tabs(page) and len(tabs(page)) == 5
    assert parts(copied(page))["hide"] == "image"


def test_a_tab_that_is_unknown_opens_the_first_that_is_left_and_not_all_can_be_hidden(visit):
    page = visit("/?tab=xyz&hide=digit")
    assert opened(page) == "Image"
    assert "Not taken from the link: tab." in page.locator(".hub-link-notes li").first.inner_text()
    page = visit("/?hide=digit,image,house,forecast,sentiment,gan")
    assert opened(page) == "Digit" and len(tabs(page)) == 6


def test_where_nothing_can_be_copied_the_link_is_marked_on_a_phone_in_the_dark_by_keyboard(visit):
    page = visit("/?tab=sentiment&text=fine&network=lstm&lang=en", viewport=NARROW, color_scheme="dark")
    page.evaluate(NO_COPYING)
    seen(page, ".sentiment-text").filter(has_text="fine").wait_for()
    seen(page, ".hub-link button").focus()
    page.keyboard.press("Enter")
    says = seen(page, ".hub-link-says")
    says.filter(has_text="Ctrl+C").wait_for()
    marked = page.evaluate("document.activeElement.value.slice(...[0, document.activeElement.selectionEnd])")
    assert parts(marked) == {"tab": "sentiment", "text": "fine", "network": "lstm", "lang": "en"}
    assert width(page) <= NARROW["width"]


def test_without_the_clipboard_of_https_it_is_copied_all_the_same(visit):
    page = visit("/?tab=digit&network=lenet")
    page.evaluate(NO_CLIPBOARD)
    copied(page)
    seen(page, ".hub-link-says").filter(has_text="The link is copied.").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Copy link"


def test_a_text_that_is_too_long_for_a_link_is_left_out_with_a_sentence(visit):
    page = visit("/?tab=sentiment")
    page.locator("textarea").first.fill("good " * 120)
    seen(page, ".sentiment-text").filter(has_text="good good").wait_for()
    assert "text" not in parts(copied(page))
    seen(page, ".hub-link-says").filter(has_text="more than 500 characters").wait_for()


def test_the_switch_of_language_keeps_tab_and_entries_and_what_is_hidden(visit):
    page = visit("/?tab=gan&seed=5&hide=image&lang=en")
    seen(page, ".hub-verdict p").filter(has_text="from seed 5").wait_for()
    page.get_by_role("tab", name="Sentiment").click()
    page.locator("textarea").filter(visible=True).first.fill("a wonderful day")
    page.get_by_role("link", name="中文").click()
    page.wait_for_url("**/zh?*")
    assert parts(page.url) == {"tab": "sentiment", "text": "a wonderful day", "network": "regions", "hide": "image"}
    seen(page, ".sentiment-text").filter(has_text="a wonderful day").wait_for()
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/?*lang=en*")
    assert parts(page.url)["text"] == "a wonderful day"


NOTHING_OF_THAT_NAME = "Links to this tab take nothing of that name."


@pytest.mark.parametrize(
    ("asked", "name", "why"),
    [
        ("/?tab=gan&sead=7&lang=en", "sead", NOTHING_OF_THAT_NAME),
        ("/?tab=gan&%3Cb%3E=1&__theme=dark", "<b>", NOTHING_OF_THAT_NAME),
        ("/?seed=7&lang=en", "seed", "It belongs to another tab, which the link must name: tab=gan."),
        ("/?tab=gan&lang=xx", "lang", "Please choose one of: en, zh."),
    ],
)
def test_a_slip_in_a_name_is_told(visit, asked, name, why):
    page = visit(asked)
    assert page.locator(".hub-link-notes li").all_inner_texts() == [f"Not taken from the link: {name}. {why}"]


def test_what_somebody_else_put_into_the_address_is_passed_over(visit):
    page = visit("/?utm_source=mail&from=chat&__theme=dark")
    assert page.locator(".hub-link-notes li").count() == 0


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/?tab=digit", "Drawing and picture are not in it."),
        ("/?tab=image", "The picture is not in it."),
        ("/?tab=forecast", "Files and pasted numbers are not in it."),
    ],
)
def test_what_no_link_can_hold_is_told(visit, path, said):
    page = visit(path)
    copied(page)
    seen(page, ".hub-link-says").filter(has_text=said).wait_for()


def test_the_link_of_an_example_holds_everything(visit):
    page = visit("/?tab=forecast&example=stocks")
    seen(page, ".hub-verdict p").filter(has_text="The next").wait_for()
    copied(page)
    seen(page, ".hub-link-says").filter(has_text="copied").wait_for()
    assert "not in it" not in seen(page, ".hub-link-says").inner_text()


CAMERA = "navigator.mediaDevices.enumerateDevices = async () => [{ kind: 'videoinput' }]"


@pytest.mark.parametrize(
    ("browser", "names"),
    [
        (CAMERA, ["Upload file", "Capture from camera", "Paste from clipboard"]),
        ("navigator.mediaDevices.enumerateDevices = async () => []", ["Upload file", "Paste from clipboard"]),
        (f"Object.defineProperty(navigator, 'mediaDevices', {{ value: undefined }}); {NO_CLIPBOARD}", ["Upload file"]),
    ],
)
def test_only_what_the_browser_can_do_is_offered_for_a_picture(chromium, hub, browser, names):
    page = chromium.new_page()
    page.add_init_script(browser)
    page.goto(f"{hub.address}/?tab=image&lang=en")
    page.locator(".image-source button").first.wait_for()
    offered = page.locator(".image-source button.icon")
    assert [one.get_attribute("aria-label") for one in offered.all() if one.is_visible()] == names
    page.close()
