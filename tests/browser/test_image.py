"""The image tab in a real browser: choosing, framing, what is shown, ResNet50 without internet, and the phone."""

import re
from io import BytesIO

import pytest
from PIL import Image

from demos import scenes
from models import image
from tests.browser.conftest import NARROW, WIDE, width
from tests.running_hub import png, upload

pytestmark = pytest.mark.browser

CHOOSE = "Choose a picture first."
ASK = {"name": "Ask ResNet50", "exact": True}


@pytest.fixture(scope="module")
def hub(hub):
    """The browser is to find all networks at work."""
    with hub.http() as http:
        file = upload(http, png(scenes.SCENES["truck"].picture()))
        for network in image.NETWORKS:
            event = http.post("/gradio_api/call/classify_image", json={"data": [file, network]}).json()["event_id"]
            assert "event: complete" in http.get(f"/gradio_api/call/classify_image/{event}").text
    return hub


@pytest.fixture
def visit(visit):
    """Open the tab and wait until the frame's script listens."""

    def open_tab(path="/", **how):
        page = visit(path, **how)
        page.locator(".crop-examples button").first.wait_for()
        page.wait_for_timeout(300)
        return page

    return open_tab


@pytest.fixture
def page(visit):
    return visit()


def choose_example(page, key):
    page.locator(f".crop-examples button[value={key}]").click()
    page.locator(".crop.is-filled").wait_for()
    expect_answer(page)


def expect_answer(page):
    """Wait until the four networks have answered and what decided is painted."""
    page.locator(".hub-verdict p", has_text=re.compile("probability|概率")).wait_for()
    page.wait_for_function(
        """async () => {
          const image = document.querySelector(".image-heat img"), canvas = document.createElement("canvas");
          canvas.width = canvas.height = 42;
          const context = canvas.getContext("2d");
          await image.decode().catch(() => null);
          context.drawImage(image, 0, 0, 42, 42);
          const data = context.getImageData(0, 0, 42, 42).data;
          return data.some((_, place) => place % 4 === 0 && Math.abs(data[place] - data[place + 2]) > 24);
        }"""
    )


def expect_message(page, sentence):
    page.locator(".hub-verdict p", has_text=sentence).wait_for()
    assert page.locator(".hub-verdict b").inner_text() == "·"


def seen(page):
    """The picture that the networks see, as an address."""
    return page.locator(".image-pixels img").get_attribute("src")


def expect_another_view(page, before):
    page.wait_for_function("was => document.querySelector('.image-pixels img').src !== was", arg=before)


def frame_box(page):
    """Left, top and side of the frame, in parts of the stage's width and height."""
    stage, frame = page.locator(".crop-stage").bounding_box(), page.locator(".crop-frame").bounding_box()
    return tuple(
        round(value, 2)
        for value in (
            (frame["x"] - stage["x"]) / stage["width"],
            (frame["y"] - stage["y"]) / stage["height"],
            frame["width"] / min(stage["width"], stage["height"]),
        )
    )


def drag(page, start, end):
    """Drag with the mouse from one point of the stage to another, both in parts of it."""
    page.locator(".crop-stage").scroll_into_view_if_needed()
    box = page.locator(".crop-stage").bounding_box()
    (x, y), (to_x, to_y) = [(box["x"] + a * box["width"], box["y"] + b * box["height"]) for a, b in (start, end)]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(to_x, to_y, steps=8)
    page.mouse.up()


# ---- Choosing ----


def test_an_example_takes_one_click_and_gets_everything(page):
    expect_message(page, CHOOSE)
    choose_example(page, "automobile")
    assert page.locator(".hub-verdict b").inner_text() == "automobile"
    cards = page.locator(".hub-card").all_inner_texts()
    assert [card.split()[0] for card in cards] == list(image.NETWORKS)
    assert all(re.search(r"%.*\d ms", card, re.DOTALL) for card in cards), cards
    assert page.locator(".hub-bars tr").count() == 5
    size = page.locator(".image-pixels img").evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert size == [32, 32]


def test_an_apple_is_none_of_the_ten(page):
    choose_example(page, "apple")
    assert page.locator(".hub-verdict b").inner_text() == "?"
    assert page.locator(".hub-verdict p").inner_text().startswith("None of the ten, as far as this network can tell.")
    assert page.locator(".hub-card.is-main").inner_text().split()[1] == "?"
    choose_example(page, "airplane")
    page.locator(".hub-verdict b", has_text="airplane").wait_for()


def test_a_picture_is_uploaded_framed_and_given_back(page, tmp_path):
    file = tmp_path / "lorry.png"
    file.write_bytes(png(scenes.SCENES["truck"].picture()))
    page.locator(".image-source input[type=file]").set_input_files(file)
    page.locator(".crop.is-filled").wait_for()
    expect_answer(page)
    assert not page.locator(".image-source").is_visible()
    page.get_by_role("button", name="Another picture").click()
    expect_message(page, CHOOSE)
    assert page.locator(".image-source").is_visible()
    assert page.locator(".crop-filled").is_hidden()


def test_a_picture_is_pasted(page):
    page.evaluate(
        """async (address) => {
          const blob = await (await fetch(address)).blob();
          const data = new DataTransfer();
          data.items.add(new File([blob], "pasted.png", { type: "image/png" }));
          document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }""",
        page.locator(".crop-examples button[value=truck] img").get_attribute("src"),
    )
    page.locator(".crop.is-filled").wait_for()
    expect_answer(page)


def test_a_text_file_gets_a_sentence_and_an_example_is_read_afterwards(page, tmp_path):
    file = tmp_path / "text.png"
    file.write_text("I am a text")
    page.locator(".image-source input[type=file]").set_input_files(file)
    expect_message(page, "This picture is damaged. Try another one.")
    choose_example(page, "horse")


def test_a_turned_photograph_stands_upright_on_the_frame(page, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    scenes.SCENES["ship"].picture().save(stream := BytesIO(), "JPEG", exif=exif)
    file = tmp_path / "turned.jpg"
    file.write_bytes(stream.getvalue())
    page.locator(".image-source input[type=file]").set_input_files(file)
    page.locator(".crop.is-filled").wait_for()
    box = page.locator(".crop-stage").bounding_box()
    assert box["height"] / box["width"] == pytest.approx(2, abs=0.02)


# ---- The frame ----


def test_the_frame_is_moved_and_resized_by_mouse(page):
    choose_example(page, "ship")
    assert frame_box(page) == (0.25, 0.0, 1.0)
    before = seen(page)
    drag(page, (0.5, 0.5), (0.75, 0.5))
    assert frame_box(page) == (0.5, 0.0, 1.0)
    expect_another_view(page, before)
    drag(page, (0.505, 0.01), (0.605, 0.21))
    left, top, side = frame_box(page)
    assert left + side / 2 == pytest.approx(1, abs=0.03)
    assert side == pytest.approx(0.8, abs=0.03)
    assert top == pytest.approx(0.2, abs=0.03)
    expect_answer(page)


def test_a_click_beside_the_frame_brings_it_there(page):
    choose_example(page, "ship")
    before = seen(page)
    drag(page, (0.95, 0.5), (0.95, 0.5))
    assert frame_box(page) == (0.5, 0.0, 1.0)
    expect_another_view(page, before)


def test_the_keyboard_moves_resizes_and_centres_the_frame_and_it_is_told(page):
    choose_example(page, "ship")
    page.locator(".crop-frame").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert frame_box(page) == (0.35, 0.0, 1.0)
    page.keyboard.press("-")
    page.keyboard.press("-")
    _left, _top, side = frame_box(page)
    assert side == 0.9
    assert "size 90" in page.locator(".crop [aria-live]").inner_text()
    page.keyboard.press("0")
    assert frame_box(page) == (0.25, 0.0, 1.0)
    expect_answer(page)


def test_the_sliders_do_the_same(page):
    choose_example(page, "ship")
    before = seen(page)
    page.get_by_label("Size").fill("0.5")
    assert frame_box(page)[2] == 0.5
    page.get_by_label("Across").fill("1")
    page.get_by_label("Down").fill("0")
    assert frame_box(page) == (0.75, 0.0, 0.5)
    expect_another_view(page, before)


def test_a_finger_moves_the_frame_and_not_the_page(visit):
    page = visit(viewport=NARROW, has_touch=True, is_mobile=True)
    choose_example(page, "ship")
    page.locator(".crop-stage").scroll_into_view_if_needed()
    box, before = page.locator(".crop-frame").bounding_box(), page.evaluate("scrollY")
    session = page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch(session, "touchStart", (x, y))
    for step in range(1, 11):
        touch(session, "touchMove", (x + 12 * step, y + 3 * step))
    touch(session, "touchEnd")
    assert frame_box(page) == (0.5, 0.0, 1.0)
    assert page.evaluate("scrollY") == before


def touch(session, kind, point=None):
    points = [{"x": point[0], "y": point[1]}] if point else []
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.mark.parametrize("size", [(1600, 90), (90, 1600)])
def test_the_frame_on_a_very_long_picture_can_be_taken_hold_of(page, tmp_path, size):
    file = tmp_path / "long.png"
    file.write_bytes(png(scenes.SCENES["ship"].picture().resize(size)))
    page.locator(".image-source input[type=file]").set_input_files(file)
    page.locator(".crop.is-filled").wait_for()
    drag(page, (0.5, 0.5), (0.9, 0.9))
    left, top, side = frame_box(page)
    assert side == pytest.approx(1, abs=0.15)
    assert max(left, top) > 0.75


# ---- Another network, the look inside ----


def test_another_network_answers_with_facts_of_its_own(page):
    choose_example(page, "airplane")
    page.get_by_role("radio", name=re.compile("lenet")).check()
    page.locator(".hub-card.is-main", has_text="lenet").wait_for()
    page.locator(".hub-facts dd", has_text=re.compile("^lenet$")).wait_for()
    expect_answer(page)


def test_the_look_inside_shows_the_source_of_the_network(page):
    page.get_by_role("button", name="Look inside the network").click()
    page.get_by_role("tab", name="Source code").click()
    page.locator(".hub-inside .cm-content", has_text="def build_resnet").wait_for()


# ---- ResNet50 ----


def test_without_internet_resnet50_says_so_and_everything_else_goes_on(hub, page):
    choose_example(page, "frog")
    page.get_by_role("button", name="A thousand classes").click()
    assert hub.noted("outside") == []  # nothing was asked for before the button was pressed
    page.get_by_role("button", **ASK).click()
    page.locator(".image-thousand-panel p", has_text="ResNet50 could not be fetched").wait_for()
    assert set(hub.noted("outside")) == {"storage.googleapis.com"}
    choose_example(page, "truck")
    page.locator(".image-thousand-panel p", has_text="press the button").wait_for()


# ---- Chinese, the phone ----


def test_the_chinese_page_answers_in_chinese(visit):
    page = visit("/zh")
    choose_example(page, "automobile")
    assert page.locator(".hub-verdict b").inner_text() == "汽车"
    assert re.search("汽车，概率为 .*%", page.locator(".hub-verdict p").inner_text())
    page.get_by_role("button", name="换一张图片").click()
    expect_message(page, "请先选择一张图片。")


@pytest.mark.parametrize("path", ["/", "/zh"])
@pytest.mark.parametrize("window", [WIDE, NARROW], ids=["wide", "phone"])
def test_no_page_scrolls_sideways(visit, path, window):
    page = visit(path, viewport=window)
    assert width(page) <= window["width"]
    choose_example(page, "ship")
    assert width(page) <= window["width"]


def test_the_panels_do_not_jump_when_the_answer_comes(visit):
    page = visit(viewport=NARROW)
    choose_example(page, "bird")
    places = page.locator(".hub-cards").bounding_box()["y"] - page.locator(".hub-verdict").bounding_box()["y"]
    choose_example(page, "apple")
    after = page.locator(".hub-cards").bounding_box()["y"] - page.locator(".hub-verdict").bounding_box()["y"]
    assert after == pytest.approx(places, abs=2)
