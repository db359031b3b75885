"""Find a Chromium for the browser tests, or install one where that is possible, and say plainly how it went."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the path of a Chromium: HUB_CHROMIUM, one of the system's, or the one Playwright fetched."""
    named = os.environ.get("HUB_CHROMIUM")
    if named:
        return named
    system = next((path for name in NAMES if (path := shutil.which(name))), None)
    return system or _of_playwright()


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def install() -> None:
    """Try Playwright's own download, then the system's packages where this user may install them."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        attempts = [["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"], *attempts]
    for command in attempts:
        try:
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if find():
            return


def main() -> int:
    """Report what the browser tests will use; a missing browser is said, not hidden, and skips them."""
    if not find():
        print("No Chromium found; trying to install one ...", flush=True)
        install()
    path = find()
    if path:
        print(f"Browser tests will use {path}.")
    else:
        print("NO CHROMIUM: it could not be installed, so the browser tests will be SKIPPED. Install one and name")
        print("it with HUB_CHROMIUM=/path/to/chromium to run them.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
