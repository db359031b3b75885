"""Take the pictures of the running hub that the READMEs show: ``python -m tests.take_screenshots [TASK ...]``.

Every tab with an answer in it, in both languages, 1280 and 390 pixels wide, into docs/.
"""

import io
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import app
from demos import page as hub_page
from demos import sentiment
from tests import install_browser, running_hub

DOCS = Path(__file__).parent.parent / "docs"
WIDTHS = (1280, 390)
PATHS = {"en": "/?lang=en", "zh": "/zh"}
COLOURS = 128
WAIT_MILLISECONDS = 60_000
SETTLE_MILLISECONDS = 6_000

# What is done on a tab so that it shows an answer; the others answer as soon as they are seen.
ACTIONS: dict[str, Callable[[Page], None]] = {
    "digit": lambda page: page.locator(".pad-examples button").nth(3).click(),
    "image": lambda page: page.locator(".image-input button img").first.click(),
    "house": lambda page: page.locator(".house-examples button").nth(2).click(),
    "forecast": lambda page: page.locator(".forecast-examples input[type=radio]").nth(1).check(),
    "sentiment": lambda page: page.get_by_role("button", name=sentiment.EXAMPLES[2]).click(),
}


def take(browser: Browser, address: str, language: str, width: int, tasks: list[str]) -> None:
    """Take the picture of each task's tab in one language at one width."""
    translate = hub_page.translator(language)
    titles = {app.task_of(demo): demo.title(translate) for demo in app.DEMOS}
    for task in tasks:
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.set_default_timeout(WAIT_MILLISECONDS)
        page.goto(address + PATHS[language])
        page.locator(".hub-facts").first.wait_for()
        open_tab(page, titles[task])
        if task in ACTIONS:
            ACTIONS[task](page)
        page.wait_for_timeout(SETTLE_MILLISECONDS)
        save(page.screenshot(full_page=True), DOCS / f"{task}-{language}-{width}.png")
        page.close()


def open_tab(page: Page, title: str) -> None:
    """Select a tab from the bar or, where that is too narrow, from the menu at its end."""
    page.wait_for_timeout(1000)
    tab = page.get_by_role("tab", name=title, exact=True)
    if not tab.count():
        page.locator(".overflow-menu > button").first.click()
        tab = page.locator(".overflow-dropdown button", has_text=title)
    tab.first.click()
    page.mouse.move(0, 0)


def save(content: bytes, path: Path) -> None:
    """Write a screenshot in few colours: a fifth of its size, and it looks the same."""
    Image.open(io.BytesIO(content)).convert("RGB").quantize(COLOURS).save(path, optimize=True)


def main() -> int:
    """Take all pictures, or those of the tasks that are named; return the exit status."""
    path = install_browser.find()
    if not path:
        print("No Chromium was found.", file=sys.stderr)
        return 1
    tasks = sys.argv[1:] or [app.task_of(demo) for demo in app.DEMOS]
    with sync_playwright() as playwright, running_hub.start() as hub:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for language in PATHS:
            for width in WIDTHS:
                take(browser, hub.address, language, width, tasks)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
