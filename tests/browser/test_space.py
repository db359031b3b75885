"""What a Space builds, built here: a fresh environment, only the files that a Space needs, its variables, and a visit.

It takes some minutes and 2.5 GB of disk, which are given back.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import yaml

from tests import running_hub
from tests.browser.conftest import ANSWER_MILLISECONDS, WIDE
from tests.browser.test_digit import SEVEN, draw, expect_verdict
from tests.running_hub import ROOT, free_port
from training import space

pytestmark = pytest.mark.browser

PAGE_SECONDS = 15  # until the first page, on two cores that have nothing else to do
INSTALL_SECONDS = 1200
START_SECONDS = 240
WANTED_IN_ANY_CASE = ("PATH", "LANG", "LD_LIBRARY_PATH")
# What the Hub sets in the container of a Space, besides the names and the port.
VARIABLES = {
    "SYSTEM": "spaces",
    "GRADIO_SERVER_NAME": "0.0.0.0",
    "GRADIO_SSR_MODE": "true",
    "GRADIO_CACHE_EXAMPLES": "true",
    "GRADIO_ALLOW_FLAGGING": "never",
    "GRADIO_NUM_PORTS": "1",
    "SPACE_ID": "alice/deep-learning-demo-hub",
    "SPACE_AUTHOR_NAME": "alice",
    "SPACE_REPO_NAME": "deep-learning-demo-hub",
    "SPACE_TITLE": "Deep-learning demo hub",
    "SPACE_HOST": "alice-deep-learning-demo-hub.hf.space",
    "CPU_CORES": "2",
    "MEMORY": "16Gi",
    "ACCELERATOR": "none",
    "PYTHONUNBUFFERED": "1",
}
PROXY = {"x-forwarded-host": "alice-deep-learning-demo-hub.hf.space", "x-forwarded-proto": "https"}


def pip(python, *words):
    return subprocess.run(
        [python, "-m", "pip", *words], capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
    )


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The Python of a fresh environment that holds what requirements.txt names and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    fresh = folder / "bin" / "python"
    smallest = next(line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("six=="))
    if pip(fresh, "download", "--quiet", "--no-deps", "--dest", folder / "probe", smallest).returncode:
        pytest.skip("no packages can be had: there is no index of Python packages within reach")
    done = pip(fresh, "install", "--quiet", "--requirement", ROOT / "requirements.txt")
    assert done.returncode == 0, done.stderr
    yield fresh
    shutil.rmtree(folder)


class Space:
    """The app in a folder that holds what a Space holds, started as a Space starts it."""

    def __init__(self, python: Path, folder: Path, **environment: str):
        self.app, self.home, self.temporary = folder / "app", folder / "home", folder / "temporary"
        for path in (self.app, self.home, self.temporary):
            path.mkdir(parents=True)
        for name, content in space.files_of_space([]).items():
            file = self.app / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
        self.before = self.files()
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        passed_on = {name: os.environ[name] for name in WANTED_IN_ANY_CASE if name in os.environ}
        places = {"HOME": str(self.home), "TMPDIR": str(self.temporary), "GRADIO_SERVER_PORT": str(self.port)}
        self.log = folder / "printed"
        began = time.monotonic()
        with self.log.open("wb") as printed:
            self.process = subprocess.Popen(
                [python, "app.py"],
                cwd=self.app,
                env=passed_on | VARIABLES | places | environment,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
        self.seconds = self.wait_for_the_page(began)

    @property
    def printed(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for_the_page(self, began: float) -> float:
        """Return how long the first page took: in seconds, or in seconds of work where others keep the cores busy."""
        while "The hub is at" not in self.printed:
            assert self.process.poll() is None, self.printed
            assert time.monotonic() - began < START_SECONDS, f"No hub within {START_SECONDS} s:\n{self.printed}"
            time.sleep(0.1)
        httpx.get(self.address, timeout=START_SECONDS, trust_env=False).raise_for_status()
        return min(time.monotonic() - began, self.work())

    def work(self) -> float:
        """Seconds of processor time so far."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        if not stat.exists():
            return float("inf")
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def files(self) -> set[str]:
        """What lies in the app's folder and at home, without what Python itself keeps of the sources it has read."""
        found = [path for place in (self.app, self.home) for path in place.rglob("*") if path.is_file()]
        return {str(path) for path in found if path.suffix != ".pyc"}

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)


@pytest.fixture(scope="module")
def hub(chromium, python, tmp_path_factory):
    """The Space, running."""
    running = Space(python, tmp_path_factory.mktemp("space"))
    yield running
    running.stop()


def test_everything_that_is_installed_is_named_at_its_exact_version(python):
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    named = {line.split(";")[0].strip() for line in lines if "==" in line}
    frozen = pip(python, "list", "--format", "freeze").stdout.lower().replace("_", "-").split()
    assert {line for line in frozen if not line.startswith("pip==")} <= named


@pytest.fixture
def visit(chromium, hub):
    """Open a page of the Space; it must not fail. (In a Space Gradio's page asks the Hub for the bar above it.)"""
    contexts, wrong = [], []

    def open_page(path="/"):
        context = chromium.new_context(viewport=WIDE, locale="en-US")
        context.set_default_timeout(ANSWER_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(hub.address + path)
        page.locator(".hub-facts").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def test_the_first_page_comes_in_time(hub):
    assert hub.seconds < PAGE_SECONDS, f"{hub.seconds:.1f} s"


def test_it_listens_where_the_space_says(hub):
    front = yaml.safe_load((hub.app / "README.md").read_text(encoding="utf-8").split("---")[1])
    assert front["app_file"] == "app.py"
    socket.create_connection(("127.0.0.2", hub.port), timeout=60).close()  # on every address, not 127.0.0.1 alone


def test_behind_the_proxy_the_page_names_the_address_that_visitors_see(hub):
    with httpx.Client(base_url=hub.address, trust_env=False, timeout=60) as http:
        assert http.get("/config", headers=PROXY).json()["root"] == f"https://{PROXY['x-forwarded-host']}"
        assert http.get("/?lang=zh", headers=PROXY).headers["location"] == "zh"


def test_the_queue_is_short_and_the_examples_are_not_run_at_the_start(hub):
    config = httpx.get(f"{hub.address}/config", trust_env=False, timeout=60).json()
    assert config["enable_queue"] and config["space_id"] == VARIABLES["SPACE_ID"]
    assert not [part for part in config["components"] if part["type"] == "dataset"]
    assert "ache" not in hub.printed


def test_one_visitor_cannot_call_without_end(hub):
    with httpx.Client(base_url=hub.address, trust_env=False, timeout=60) as http:
        headers = {"x-forwarded-for": "203.0.113.9"}
        calls = [
            http.post("/gradio_api/call/classify_sentiment", json={"data": ["good", "rnn"]}, headers=headers)
            for _call in range(25)
        ]
    assert [call.status_code for call in calls[:20]] == [200] * 20 and calls[-1].status_code == 429


def test_every_tab_answers(visit):
    page = visit()

    def open_tab(name):
        page.get_by_role("tab", name=name, exact=True).click()

    def verdict(text):
        page.locator(".hub-verdict:visible p", has_text=text).wait_for()

    page.locator(".pad canvas").wait_for()
    page.wait_for_timeout(300)
    draw(page, SEVEN)
    expect_verdict(page, "7")
    open_tab("Image")
    page.locator(".crop-examples button").first.click()
    verdict("probability")
    open_tab("House price")
    page.locator(".hub-verdict:visible b", has_text="$").wait_for()
    open_tab("Forecast")
    page.get_by_role("radio", name="Sea temperature").check()
    page.locator(".forecast-test table").wait_for()
    open_tab("Sentiment")
    page.locator("textarea:visible").first.fill("What a wonderful film, I loved every minute.")
    verdict("This is praise: positive")
    open_tab("Digits from noise")
    page.locator(".hub-verdict:visible b", has_text="0–9").wait_for()
    assert "CPU" in page.locator(".hub-facts:visible").inner_text()


def test_the_chinese_page_is_there_too(visit):
    assert "深度学习" in visit("/zh").locator("h1").inner_text()


def test_nothing_was_written_outside_the_temporary_folder(hub):
    """After the visits above: not in the app's folder, and not at home."""
    assert hub.files() == hub.before


def test_where_home_cannot_be_written_and_cuda_is_broken_it_serves_on_the_cpu(python, tmp_path):
    running = Space(
        python, tmp_path, HOME="/dev/null/home", CUDA_VISIBLE_DEVICES="nonsense", LD_LIBRARY_PATH="/dev/null"
    )
    try:
        with httpx.Client(base_url=running.address, trust_env=False, timeout=120) as http:
            kind = ""
            for _try in range(4):  # a busy machine may need more than one wait to load a network
                kind, _results = running_hub.call(http, "classify_sentiment", "good", "rnn")[1:]
                if kind == "complete":
                    break
            assert kind == "complete", running.printed
    finally:
        status = running.stop()
    assert status == 0
    assert not [path.name for path in running.temporary.iterdir() if path.name.startswith(("hub-", "keras-"))]
