"""The hub in a real browser: drawing by mouse, finger and keyboard, what is shown, and what never happens."""

import json
import re
import shutil
from itertools import pairwise

import pytest

from models import digit, store
from tests import running_hub
from tests.browser.conftest import NARROW, WIDE, width
from tests.running_hub import seven

pytestmark = pytest.mark.browser

EMPTY = "Draw a digit first."

# Where a pen goes, in parts of the pad's side.
SEVEN = [(0.28, 0.22), (0.72, 0.22), (0.58, 0.5), (0.45, 0.82)]
ONE = [(0.5, 0.18), (0.5, 0.5), (0.5, 0.82)]
STAR = [(0.5, 0.1), (0.62, 0.9), (0.1, 0.4), (0.9, 0.4), (0.38, 0.9), (0.5, 0.1)]


@pytest.fixture(scope="module")
def hub(hub):
    """The browser is to find all networks at work."""
    with hub.http() as http:
        for network in digit.NETWORKS:
            assert running_hub.classify(http, running_hub.upload(http, seven()), network)[1] == "complete"
    return hub


@pytest.fixture
def visit(visit):
    """Open the tab and wait until the pad's script listens."""

    def open_tab(path="/", **how):
        page = visit(path, **how)
        page.locator(".pad canvas").wait_for()
        page.locator(".hub-cards").wait_for()
        page.wait_for_timeout(300)
        return page

    return open_tab


@pytest.fixture
def page(visit):
    return visit()


# ---- What a visitor does and sees ----


def pad_points(page, points):
    """The points, given in parts of the pad's side, in pixels of the window."""
    canvas = page.locator(".pad canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]


def press_and_move(page, points):
    """Draw a stroke with the mouse and keep its button down."""
    start, *others = pad_points(page, points)
    page.mouse.move(*start)
    page.mouse.down()
    for point in others:
        page.mouse.move(*point, steps=6)


def draw(page, points):
    press_and_move(page, points)
    page.mouse.up()


def expect_verdict(page, label):
    page.locator(".hub-verdict b", has_text=re.compile(f"^{re.escape(label)}$")).wait_for()


def expect_message(page, sentence):
    page.locator(".hub-verdict p", has_text=sentence).wait_for()
    assert page.locator(".hub-verdict b").inner_text() == "·"


def sentence(page):
    return page.locator(".hub-verdict p").inner_text()


def facts(page):
    names = page.locator(".hub-facts dt").all_inner_texts()
    return dict(zip(names, page.locator(".hub-facts dd").all_inner_texts(), strict=True))


def picture_seen(page):
    return page.locator(".hub-details img").get_attribute("src")


def colour_of(page, selector, name="backgroundColor"):
    return page.locator(selector).first.evaluate(f"element => getComputedStyle(element).{name}")


# ---- Drawing ----


def test_a_drawn_seven_is_read_while_and_after_it_is_drawn(page):
    assert sentence(page) == EMPTY
    press_and_move(page, SEVEN)
    expect_verdict(page, "7")  # the button is still down
    page.mouse.up()
    page.wait_for_timeout(500)
    expect_verdict(page, "7")
    assert re.search(r"7, with a probability of \d", sentence(page))


def test_undo_takes_back_a_stroke_and_clear_takes_all(page):
    page.get_by_role("button", name="Draw the example 7").click()
    expect_verdict(page, "7")
    seven_seen = picture_seen(page)
    draw(page, [(0.2, 0.9), (0.8, 0.9)])
    page.wait_for_function("was => document.querySelector('.hub-details img').src != was", arg=seven_seen)
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("was => document.querySelector('.hub-details img').src == was", arg=seven_seen)
    expect_verdict(page, "7")
    draw(page, ONE)
    page.get_by_role("button", name="Clear").click()
    expect_message(page, EMPTY)
    assert page.locator(".pad-hint").is_visible()


def test_a_finger_draws_and_does_not_move_the_page(visit):
    page = visit(viewport=NARROW, has_touch=True, is_mobile=True)
    session = page.context.new_cdp_session(page)
    points = pad_points(page, SEVEN)
    before = page.evaluate("scrollY")
    touch(session, "touchStart", points[0])
    for start, end in pairwise(points):
        for step in range(1, 9):
            touch(session, "touchMove", tuple(a + (b - a) * step / 8 for a, b in zip(start, end, strict=True)))
    touch(session, "touchEnd")
    expect_verdict(page, "7")
    assert page.evaluate("scrollY") == before


def touch(session, kind, point=None):
    points = [{"x": point[0], "y": point[1]}] if point else []
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_the_keyboard_alone_draws_a_seven_and_leaves_the_pad_again(page):
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.pad canvas')"):
            break
    keys = ["ArrowUp"] * 6 + ["ArrowLeft"] * 4 + ["Space"] + ["ArrowRight"] * 8
    keys += ["ArrowDown", "ArrowDown", "ArrowLeft"] * 5 + ["Space"]
    for key in keys:
        page.keyboard.press(key)
    expect_verdict(page, "7")
    assert "Pen up" in page.locator(".pad [aria-live]").inner_text()
    page.keyboard.press("Delete")
    expect_message(page, EMPTY)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Undo"


@pytest.mark.parametrize("label", ["2", "3", "4", "5", "7", "8"])
def test_an_example_takes_one_click(page, label):
    page.get_by_role("button", name=f"Draw the example {label}").click()
    expect_verdict(page, label)


def test_a_picture_can_be_uploaded(page, tmp_path):
    page.get_by_role("tab", name="Upload a picture").click()
    file = tmp_path / "seven.png"
    file.write_bytes(seven())
    page.locator("input[type=file]").first.set_input_files(file)
    expect_verdict(page, "7")
    page.get_by_alt_text("The picture you chose").wait_for()
    page.get_by_role("radio", name=re.compile("lenet")).check()  # reads the picture again, not the empty pad
    page.locator(".hub-card.is-main", has_text="lenet").wait_for()
    expect_verdict(page, "7")


def test_a_text_file_gets_a_sentence_and_a_drawing_is_read_afterwards(page, tmp_path):
    page.get_by_role("tab", name="Upload a picture").click()
    file = tmp_path / "seven.png"
    file.write_text("seven")
    page.locator("input[type=file]").first.set_input_files(file)
    expect_message(page, "This picture is damaged. Try another one.")
    page.get_by_role("tab", name="Draw").click()
    draw(page, SEVEN)
    expect_verdict(page, "7")


def test_an_empty_pad_and_a_dot_get_a_sentence_and_no_verdict(page):
    page.get_by_role("button", name="Clear").click()
    expect_message(page, EMPTY)
    page.mouse.click(*pad_points(page, [(0.5, 0.5)])[0])
    expect_message(page, "That is very little ink. Draw a bit more.")
    assert page.locator(".hub-bars .is-best").count() == 0


def test_the_newest_stroke_wins(page):
    for _ in range(3):
        draw(page, SEVEN)
        page.get_by_role("button", name="Clear").click()
    expect_message(page, EMPTY)
    page.wait_for_timeout(1500)  # what comes too late would have come by now
    expect_message(page, EMPTY)
    page.get_by_role("button", name="Draw the example 3").click()
    page.get_by_role("button", name="Draw the example 4").click()
    page.get_by_role("button", name="Draw the example 8").click()
    page.wait_for_timeout(1500)
    expect_verdict(page, "8")


# ---- What is shown ----


def test_the_image_that_the_networks_see_is_28_pixels_wide_and_changes(page):
    seen = {picture_seen(page)}
    for label in ("2", "7"):
        page.get_by_role("button", name=f"Draw the example {label}").click()
        expect_verdict(page, label)
        seen.add(picture_seen(page))
    assert len(seen) == 3
    side = page.locator(".hub-details img").evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert side == [28, 28]


def test_ten_probabilities_and_three_cards_stand_beside_it(page):
    page.get_by_role("button", name="Draw the example 7").click()
    expect_verdict(page, "7")
    rows = page.locator(".hub-bars tr").all_inner_texts()
    assert [re.match(r"\d", row)[0] for row in rows] == list(digit.LABELS)
    assert page.locator(".hub-bars .is-best th").all_inner_texts() == ["7"]
    cards = page.locator(".hub-card").all_inner_texts()
    assert [card.split()[0] for card in cards] == list(digit.NETWORKS)
    assert all(re.search(r"\b7\b.*%.*\d ms", card, re.DOTALL) for card in cards), cards


def test_another_network_answers_with_facts_of_its_own(page):
    page.get_by_role("button", name="Draw the example 7").click()
    expect_verdict(page, "7")
    told = [facts(page)]
    for network in ("lenet", "mlp"):
        page.get_by_role("radio", name=re.compile(network)).check()
        page.locator(".hub-facts dd", has_text=re.compile(f"^{network}$")).wait_for()
        page.locator(".hub-card.is-main", has_text=network).wait_for()
        expect_verdict(page, "7")
        told.append(facts(page))
    assert [told_of["Network"] for told_of in told] == list(digit.NETWORKS)
    assert len({told_of["Parameters"] for told_of in told}) == 3
    assert len({told_of["Measured"] for told_of in told}) == 3
    assert all(re.fullmatch(r"[\d.]+ ms", told_of["Time"]) for told_of in told)
    assert told[0]["Device"].startswith(("CPU", "GPU"))


def test_the_look_inside_shows_curve_layers_and_source_of_the_chosen_network(page):
    page.get_by_role("button", name="Look inside the network").click()
    expect_plot(page)
    page.get_by_role("tab", name="Layers").click()
    page.get_by_role("gridcell", name="BatchNormalization").first.wait_for()
    page.get_by_role("tab", name="Source code").click()
    page.locator(".hub-inside .cm-content", has_text="def build_convnet").wait_for()
    page.get_by_role("radio", name=re.compile("lenet")).check()
    page.locator(".hub-inside .cm-content", has_text="def build_lenet").wait_for()
    page.get_by_role("tab", name="Layers").click()
    page.get_by_role("gridcell", name="AveragePooling2D").first.wait_for()
    assert page.get_by_role("gridcell", name="BatchNormalization").count() == 0
    page.get_by_role("tab", name="Training curve").click()
    expect_plot(page)  # it was changed while it was hidden


def expect_plot(page):
    svg = page.locator(".hub-inside .js-plotly-plot svg.main-svg").first
    svg.wait_for()
    page.wait_for_function("document.querySelectorAll('.hub-inside .js-plotly-plot .scatterlayer .trace').length == 3")
    page.wait_for_function("document.querySelector('.hub-inside .main-svg').getBoundingClientRect().width > 900")
    assert svg.bounding_box()["height"] >= 300
    assert "epochs" in page.locator(".hub-inside").inner_text()


# ---- No digit ----


@pytest.fixture(scope="module")
def strict_hub(tmp_path_factory):
    """A hub whose convnet takes nothing for a digit; the other two never refuse."""
    root = tmp_path_factory.mktemp("models")
    for network in digit.NETWORKS:
        folder = shutil.copytree(store.read(digit.TASK, network).path, root / f"{digit.TASK}-{network}")
        metrics = json.loads((folder / store.METRICS).read_text(encoding="utf-8"))
        metrics.pop("refuses_below", None)
        metrics |= {"refuses_below": 1.01} if network == digit.DEFAULT_NETWORK else {}
        (folder / store.METRICS).write_text(json.dumps(metrics), encoding="utf-8")
    with running_hub.start("--demos", "digit", "--models", str(root)) as hub:
        yield hub


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280 pixels", "390 pixels"])
def test_what_is_no_digit_is_refused_beside_networks_that_cannot_and_nothing_jumps(chromium, strict_hub, size):
    with chromium.new_context(viewport=size, locale="en-US") as context:
        page = context.new_page()
        page.goto(strict_hub.address)
        page.locator(".pad canvas").wait_for()
        page.locator(".hub-cards").wait_for()
        page.wait_for_timeout(300)
        before = positions(page)
        draw(page, STAR)
        expect_verdict(page, "?")
        assert re.match(r"This does not look like a digit\. Nearest: \d \(", sentence(page))
        marks = page.locator(".hub-card b")
        page.wait_for_function("[...document.querySelectorAll('.hub-card b')].every(mark => mark.textContent != '·')")
        assert [bool(re.fullmatch(r"\d", mark)) for mark in marks.all_inner_texts()] == [False, True, True]
        assert page.locator(".hub-bars .is-best").count() == 0
        assert positions(page) == pytest.approx(before, abs=2)
        assert width(page) == size["width"]


def test_programs_are_told_what_does_not_look_like_a_digit(strict_hub):
    with strict_hub.http() as http:
        image = running_hub.upload(http, seven())
        answers = {name: running_hub.classify(http, image, name)[2][0]["is_digit"] for name in digit.NETWORKS}
    assert answers == {"convnet": False, "lenet": True, "mlp": True}


# ---- Language, light and dark ----


def test_the_switch_leads_to_chinese_and_back(page):
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == "Deep-learning demo hub"
    page.get_by_role("link", name="中文").click()
    page.get_by_role("heading", name="深度学习演示馆").wait_for()
    assert page.url.endswith("/zh?tab=digit&network=convnet")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.wait_for_function("document.title == '深度学习演示馆'")
    page.get_by_role("button", name="清除").wait_for()
    draw(page, SEVEN)
    expect_verdict(page, "7")
    page.locator(".hub-verdict p", has_text="概率").wait_for()
    page.get_by_role("link", name="English").click()
    page.get_by_role("heading", name="Deep-learning demo hub").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"


def test_a_chinese_browser_is_led_to_chinese_and_may_choose_english(visit):
    page = visit(locale="zh-CN")
    assert page.url.endswith("/zh")
    page.get_by_role("tab", name="上传图片").click()
    assert "Upload" not in page.locator(".gradio-container").inner_text()
    page.get_by_role("link", name="English").click()
    page.get_by_role("heading", name="Deep-learning demo hub").wait_for()
    page.get_by_role("tab", name="Upload a picture").click()
    page.get_by_text("Drop Image Here").wait_for()  # Gradio's own words follow the page, not the browser


def test_the_api_page_shows_the_one_endpoint(page):
    page.get_by_role("button", name="Use via API").click()
    page.get_by_text("/classify_digit").first.wait_for()
    assert page.get_by_text("digit.png").first.is_visible()


def test_light_and_dark_change_at_a_click_and_are_remembered(visit):
    page = visit(color_scheme="light")
    light = colour_of(page, "gradio-app")
    page.get_by_role("button", name="Light / dark").click()
    dark = colour_of(page, "gradio-app")
    assert brightness(light) > 200 > 60 > brightness(dark)
    assert brightness(colour_of(page, ".hub-verdict p", "color")) > 180
    page.reload()
    page.locator(".hub-cards").wait_for()
    page.wait_for_function("document.body.classList.contains('dark')")
    assert colour_of(page, "gradio-app") == dark
    page.get_by_role("button", name="Light / dark").click()
    assert colour_of(page, "gradio-app") == light


def test_a_dark_system_gets_the_dark_page(visit):
    assert brightness(colour_of(visit(color_scheme="dark"), "gradio-app")) < 60


def brightness(colour):
    return sum(map(float, re.findall(r"[\d.]+", colour)[:3])) / 3


# ---- Room, names and quiet ----


@pytest.mark.parametrize("path", ["/", "/zh"])
def test_a_phone_never_scrolls_sideways(visit, path):
    page = visit(path, viewport=NARROW, has_touch=True, is_mobile=True)
    assert width(page) == NARROW["width"]
    page.locator("[data-strokes]").first.click()
    expect_verdict(page, "2")
    page.locator(".hub-inside button").first.click()
    page.locator(".hub-inside .js-plotly-plot svg.main-svg").first.wait_for()
    for tab in page.locator(".hub-inside").get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(500)
        assert width(page) == NARROW["width"], tab.inner_text()
    assert page.locator(".hub-inside").get_by_role("tab").count() == 3
    page.get_by_role("tab").nth(2).click()  # the picture to upload
    assert width(page) == NARROW["width"]


@pytest.mark.parametrize("path", ["/?lang=en", "/zh"], ids=["English", "Chinese"])
@pytest.mark.parametrize("height", [664, 740, 844])
def test_on_a_phone_the_verdict_is_seen_while_one_draws(visit, path, height):
    page = visit(path, viewport={"width": NARROW["width"], "height": height}, has_touch=True, is_mobile=True)
    page.locator("[data-strokes]").first.click()
    expect_verdict(page, "2")
    verdict = page.locator(".hub-verdict").first.bounding_box()
    assert page.evaluate("scrollY") == 0
    assert verdict["y"] + verdict["height"] <= height
    assert page.locator(".pad-paper").bounding_box()["width"] >= 220


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280 pixels", "390 pixels"])
def test_nothing_jumps_when_answers_arrive(visit, size):
    page = visit(viewport=size)
    before = positions(page)
    for label in ("7", "4"):
        page.get_by_role("button", name=f"Draw the example {label}").click()
        expect_verdict(page, label)
        assert positions(page) == pytest.approx(before, abs=2)
    page.get_by_role("button", name="Clear").click()
    expect_message(page, EMPTY)
    assert positions(page) == pytest.approx(before, abs=2)


def positions(page):
    """The top edges of the panels, in pixels from the top of the page."""
    parts = [".hub-verdict", ".hub-details", ".hub-bars", "fieldset", ".hub-cards", ".hub-facts", ".hub-inside"]
    return {part: page.locator(part).first.evaluate("e => e.getBoundingClientRect().top + scrollY") for part in parts}


WITH_NAMES = {"button", "link", "radio", "tab", "textbox", "checkbox", "application", "image", "combobox", "slider"}


@pytest.mark.parametrize("path", ["/", "/zh"])
def test_every_control_has_a_name_for_those_who_cannot_see_it(visit, path):
    page = visit(path)
    page.locator(".hub-inside button").first.click()
    page.locator(".hub-inside .js-plotly-plot svg.main-svg").first.wait_for()
    session = page.context.new_cdp_session(page)
    found, nameless = set(), []
    for opened in [*page.get_by_role("tab").all(), None]:
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        for node in nodes:
            role = node.get("role", {}).get("value")
            if node["ignored"] or role not in WITH_NAMES:
                continue
            found.add(role)
            if not node.get("name", {}).get("value", "").strip() and not is_drawn(described := describe(session, node)):
                nameless.append((role, described))
        if opened:
            opened.click()
            page.wait_for_timeout(300)
    assert nameless == []
    assert {"button", "link", "radio", "tab", "application", "image"} <= found


def describe(session, node):
    element = session.send("DOM.describeNode", {"backendNodeId": node["backendDOMNodeId"]})["node"]
    return element["nodeName"], element.get("attributes")


def is_drawn(described):
    """Tell whether it is a drawing inside of something else, whose name stands there."""
    return described[0] == "svg"


def test_the_verdict_is_announced(page):
    live = page.locator("[aria-live=polite]", has=page.locator(".hub-verdict"))
    assert live.count() == 1
    page.get_by_role("button", name="Draw the example 7").click()
    expect_verdict(page, "7")
    assert live.locator(".hub-verdict p").inner_text().startswith("I read 7")


def test_the_fonts_come_with_the_hub(page):
    page.evaluate("document.fonts.ready")
    fonts = page.evaluate("[...document.fonts].filter(font => font.status == 'loaded').map(font => font.family)")
    assert any("IBM Plex Sans" in font for font in fonts)
