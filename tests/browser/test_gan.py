"""The gan tab in a real browser: pictures of a seed, wrong entries, the walk, what can be taken, the phone."""

import io
import zipfile

import pytest
from PIL import Image

from models import gan
from tests import running_hub
from tests.browser.conftest import NARROW, width

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hub(hub):
    """The browser is to find all networks at work."""
    with hub.http() as http:
        for network in gan.NETWORKS:
            tries = (running_hub.call(http, "generate_digits", None, 1, 1, 1.0, network)[1] for _try in range(5))
            assert "complete" in tries  # the first may come too early on a slow machine
    return hub


@pytest.fixture
def open_tab(visit):
    """Open the tab and wait for the pictures that come by themselves."""

    def open_tab(path="/", **how):
        page = visit(path, **how)
        page.locator(".hub-verdict b", has_text="0–9").wait_for()
        return page

    return open_tab


@pytest.fixture
def page(open_tab):
    return open_tab()


def sentence(page):
    return page.locator(".hub-verdict p").inner_text()


def expect(page, text):
    page.locator(".hub-verdict p", has_text=text).wait_for()


def pictures(page):
    return page.locator(".gan-gallery img").evaluate_all("images => images.map(image => image.src)")


def seed_field(page, label="Seed"):
    return page.get_by_label(label, exact=True)


def write_seed(page, text, label="Seed"):
    seed_field(page, label).fill(text)
    seed_field(page, label).press("Tab")


def taken(page, name):
    with page.expect_download() as download:
        page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name)).first.click()
    return download.value


def step(page):
    return int(page.locator(".walk input").input_value())


def start_walk(page, button="Walk"):
    page.get_by_role("button", name=button, exact=True).click()
    page.locator(".walk:not(.is-empty)").wait_for()


def test_twenty_pictures_come_when_the_tab_is_opened(page):
    assert sentence(page).startswith("20 pictures from seed 42, the ten digits in turn.")
    assert len(set(pictures(page))) == 20
    assert page.locator(".gan-gallery figcaption").all_inner_texts()[0].endswith("%")
    assert page.locator(".hub-card img").count() == 2


def test_a_digit_is_made_when_it_is_chosen(page):
    page.get_by_role("radio", name="3", exact=True).check()
    expect(page, "20 pictures of a 3 from seed 42.")
    assert page.locator(".hub-verdict b").inner_text() == "3"


def test_a_seed_gives_its_pictures_again(page):
    first = pictures(page)
    write_seed(page, "43")
    expect(page, "from seed 43")
    assert pictures(page) != first
    write_seed(page, "42")
    expect(page, "from seed 42")
    assert pictures(page) == first


def test_another_seed_is_one_click_away(page):
    first = pictures(page)
    page.get_by_role("button", name="Another seed").click()
    page.wait_for_function("old => document.querySelector('.gan-gallery img').src != old", arg=first[0])
    assert seed_field(page).input_value() != "42"


@pytest.mark.parametrize("bad", ["-5", "4294967296", "1.5", ""])
def test_a_wrong_seed_gives_a_sentence_and_a_right_one_pictures_again(page, bad):
    write_seed(page, bad)
    expect(page, "The seed must be a whole number from 0 to 2,147,483,647.")
    assert len(pictures(page)) == 20 and page.locator(".hub-verdict b").inner_text() == "·"
    write_seed(page, "7")
    expect(page, "from seed 7")


def test_the_mlp_cannot_be_told_a_digit_and_the_tab_says_why(page):
    page.get_by_role("radio", name="mlp").check()
    expect(page, "this generator chooses the digits itself")
    page.get_by_text("This network was never told which digit is which").wait_for()
    assert page.get_by_role("radio", name="3", exact=True).is_disabled()
    page.get_by_role("radio", name="dcgan").check()
    expect(page, "the ten digits in turn")
    page.wait_for_function("!document.querySelector('.gan-digit input').disabled")


def test_the_chinese_tab_answers_in_chinese(open_tab):
    page = open_tab("/zh", locale="zh-CN")
    assert sentence(page).startswith("20 张图片，十个数字轮流，种子为 42。")
    page.get_by_role("radio", name="8", exact=True).check()
    expect(page, "20 张“8”")
    write_seed(page, "-1", "种子")
    expect(page, "“种子”必须是 0 到 2,147,483,647 之间的整数。")


def test_a_walk_plays_by_itself_pauses_and_goes_where_the_slider_is_put(page):
    start_walk(page)
    page.wait_for_function("document.querySelector('.walk input').value > 2")
    page.get_by_role("button", name="Pause").click()
    stopped = step(page)
    page.wait_for_timeout(400)
    assert step(page) == stopped
    page.locator(".walk input").focus()
    page.keyboard.press("End")
    assert page.locator(".walk-says").inner_text().startswith("Step 41 of 41")
    page.get_by_role("button", name="Play").press("Space")
    page.wait_for_function("document.querySelector('.walk input').value < 39")


def test_a_walk_ends_at_the_pictures_of_the_other_seed(page):
    page.get_by_role("radio", name="5", exact=True).check()
    expect(page, "of a 5 from seed 42")
    painted = "() => document.querySelector('.walk canvas').toDataURL()"
    shown = """() => { const canvas = document.createElement('canvas'); canvas.width = canvas.height = 28;
        canvas.getContext('2d').drawImage(document.querySelector('.gan-gallery img'), 0, 0, 28, 28);
        return canvas.toDataURL(); }"""
    start_walk(page)
    page.locator(".walk input").focus()
    page.keyboard.press("Home")
    assert page.evaluate(painted) == page.evaluate(shown)
    page.keyboard.press("End")
    at_the_end = page.evaluate(painted)
    write_seed(page, "7")
    expect(page, "of a 5 from seed 7")
    assert at_the_end == page.evaluate(shown)


def test_who_wants_no_motion_gets_a_walk_that_stands_until_it_is_played(open_tab):
    page = open_tab(reduced_motion="reduce")
    start_walk(page)
    page.wait_for_timeout(500)
    assert step(page) == 0
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('.walk input').value > 1")


def test_a_walk_to_no_seed_gives_a_sentence(page):
    write_seed(page, "-2", "Walk to seed")
    page.get_by_role("button", name="Walk", exact=True).click()
    page.locator(".walk-says", has_text="The seed to walk to must be a whole number").wait_for()
    assert page.get_by_role("button", name="Play").is_disabled()


def test_the_pictures_can_be_taken_as_a_sheet_and_as_files_that_are_those_of_the_endpoint(page, hub):
    page.get_by_role("radio", name="6", exact=True).check()
    expect(page, "of a 6 from seed 42")
    sheet, bundle = taken(page, "Download one sheet"), taken(page, "Download all")
    assert (sheet.suggested_filename, bundle.suggested_filename) == ("seed-42.png", "seed-42.zip")
    assert Image.open(sheet.path()).size == (1024, 384)
    files = zipfile.ZipFile(io.BytesIO(bundle.path().read_bytes()))
    with hub.http() as http:
        _status, _kind, results = running_hub.call(http, "generate_digits", 6, 42, 20, 1.0, "dcgan")
        for file in results[0]:
            assert http.get(f"/gradio_api/file={file['path']}").content == files.read(file["orig_name"])
    assert len(files.namelist()) == 20


def test_what_it_made_while_it_learned_is_shown_for_each_network(page):
    page.get_by_role("button", name="While it learned").click()
    page.locator(".gan-snapshots tr").first.wait_for()
    ours = page.locator(".gan-snapshots img").evaluate_all("images => images.map(image => image.src)")
    page.get_by_role("radio", name="mlp").check()
    page.wait_for_function("old => document.querySelector('.gan-snapshots img').src != old", arg=ours[0])
    assert page.locator(".gan-snapshots th").first.inner_text() == "before training"


@pytest.mark.parametrize("path", ["/", "/zh"])
def test_on_a_phone_nothing_scrolls_sideways(open_tab, path):
    page = open_tab(path, viewport=NARROW, has_touch=True, is_mobile=True)
    assert width(page) <= 390
    start_walk(page, "Walk" if path == "/" else "开始漫步")
    assert width(page) <= 390


def test_the_gallery_is_reached_and_read_by_keyboard_and_ear(page):
    assert page.locator(".gan-gallery").get_attribute("tabindex") == "0"
    assert page.locator(".gan-gallery img").first.get_attribute("alt") == "Picture 1, a 0 was asked for"
    assert page.locator(".hub-verdict").locator("xpath=ancestor::*[@aria-live]").count() == 1
