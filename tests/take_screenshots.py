"""Take the pictures of the running hub that the READMEs show: ``python -m tests.take_screenshots``.

Every tab with an answer in it, in both languages, 1280 and 390 pixels wide, into docs/.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import app
from tests import install_browser, running_hub

DOCS = Path(__file__).parent.parent / "docs"
WIDTHS = (1280, 390)
PATHS = {"en": "/?lang=en", "zh": "/zh"}
COLOURS = 128
WAIT_MILLISECONDS = 60_000


def take(browser: Browser, address: str, language: str, width: int) -> None:
    """Take the picture of every tab in one language at one width."""
    context = browser.new_context(viewport={"width": width, "height": 900}, device_scale_factor=1)
    page = context.new_page()
    page.set_default_timeout(WAIT_MILLISECONDS)
    page.goto(address + PATHS[language])
    page.locator(".hub-facts").first.wait_for()
    for index, demo in enumerate(app.DEMOS):
        task = app.task_of(demo)
        open_tab(page, index)
        page.wait_for_timeout(3000)
        save(page.screenshot(full_page=True), DOCS / f"{task}-{language}-{width}.png")
    context.close()


def open_tab(page: Page, index: int) -> None:
    """Select a tab by its place, from the bar or, on a narrow page, from the menu at its end."""
    page.get_by_role("tab").nth(index).click()


def save(content: bytes, path: Path) -> None:
    """Write a screenshot in few colours: a fifth of its size, and it looks the same."""
    Image.open(io.BytesIO(content)).convert("RGB").quantize(COLOURS).save(path, optimize=True)


def main() -> int:
    """Take all pictures; return the exit status."""
    path = install_browser.find()
    if not path:
        print("No Chromium was found.", file=sys.stderr)
        return 1
    with sync_playwright() as playwright, running_hub.start() as hub:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for language in PATHS:
            for width in WIDTHS:
                take(browser, hub.address, language, width)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
