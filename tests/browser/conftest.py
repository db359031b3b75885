"""What the browser tests share: a hub with the one tab that the file is named after, and a way to visit it."""

import pytest

import app
from tests import install_browser, running_hub

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
ANSWER_MILLISECONDS = 60_000
WITHOUT = ("/monitoring/summary", "/gradio_api/mcp/schema")  # what Gradio's API page asks for and can do without


@pytest.fixture(scope="module")
def chromium():
    path = install_browser.find()
    if not path:
        pytest.skip("no Chromium was found; `make browser` tries to install one, HUB_CHROMIUM names one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", *QUIET])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def hub(chromium, request):
    """The hub with the tab of tests/browser/test_<task>.py; with all tabs for a file that is named otherwise."""
    name = request.path.stem.removeprefix("test_")
    flags = ("--demos", name) if name in map(app.task_of, app.DEMOS) else ()
    with running_hub.start(*flags) as hub:
        yield hub


@pytest.fixture
def visit(chromium, hub):
    """Open the hub as ``visit(path, **how)``; nobody may see an error, or the browser ask another host."""
    contexts, wrong = [], []

    def open_page(path="/", **how):
        context = chromium.new_context(**{"viewport": WIDE, "locale": "en-US"} | how)
        context.set_default_timeout(ANSWER_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if is_wrong(message) else None)
        page.on("pageerror", lambda error: wrong.append(f"page error: {error}"))
        page.on("request", lambda request: wrong.append(request.url) if is_foreign(request.url, hub) else None)
        page.on("websocket", lambda channel: wrong.append(channel.url) if is_foreign(channel.url, hub) else None)
        page.goto(hub.address + path)
        page.locator(".hub-facts").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def is_wrong(message):
    if message.type != "error" or message.text.startswith("AbortError"):  # so a page speaks that is left while it waits
        return False
    return not message.location["url"].endswith(WITHOUT)


def is_foreign(url, hub):
    return not url.startswith((hub.address + "/", "data:", "blob:", "about:"))


def width(page):
    """How wide the page really is, in pixels; more than the window's means that it scrolls sideways."""
    return page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")


# The least contrast (WCAG 2, relative luminance) of the words in the plots that are seen, against the page.
PALEST_WORDS = """() => {
  const luminance = (colour) => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const paper = luminance(getComputedStyle(document.body).backgroundColor);
  const words = [...document.querySelectorAll(".js-plotly-plot text")].filter((word) => word.textContent.trim());
  const contrasts = words.map((word) => {
    const ink = luminance(getComputedStyle(word).fill);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  });
  return { count: contrasts.length, least: Math.min(...contrasts) };
}"""


def palest_words(page):
    """How many words the plots show, and the least contrast among them."""
    return page.evaluate(PALEST_WORDS)
