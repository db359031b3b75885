"""The hub as visitors and programs meet it: ``python app.py`` in a process of its own, spoken to over HTTP."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image, ImageDraw

ROOT = Path(__file__).parent.parent
START_SECONDS = 90
STOP_SECONDS = 10  # what the hub may take to end
FILE_DATA = {"_type": "gradio.FileData"}

# What the other tests set for themselves; the hub must do without.
NOT_PASSED_ON = ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_DISABLE_TELEMETRY", "GRADIO_ANALYTICS_ENABLED")

# Python runs a module named sitecustomize by itself when it starts. This one notes, and refuses, every address
# outside the machine that anybody asks for, and holds up the import of TensorFlow and Keras until a file named
# "open" appears.
WATCHER = """
import os, socket, sys, time
from importlib.machinery import PathFinder
from pathlib import Path

NOTES = Path(os.environ["HUB_WATCH"])
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0", "::")


def note(name, text):
    with (NOTES / name).open("a") as file:
        file.write(f"{text}\\n")


def watched(function):
    def call(*args, **kwargs):
        host = next((arg for arg in args if not isinstance(arg, socket.socket)), None)
        host = host[0] if isinstance(host, tuple) else host
        if isinstance(host, bytes):
            host = host.decode()
        if isinstance(host, str) and host and not host.startswith(("/", *LOOPBACK)) and host != socket.gethostname():
            note("outside", host)
            raise OSError(f"The watcher lets nobody out to {host}")
        return function(*args, **kwargs)
    return call


class Socket(socket.socket):
    connect = watched(socket.socket.connect)
    connect_ex = watched(socket.socket.connect_ex)


socket.socket = Socket
socket.getaddrinfo = watched(socket.getaddrinfo)
socket.gethostbyname = watched(socket.gethostbyname)


class Gate:
    def find_spec(self, name, path=None, target=None):
        if name not in ("tensorflow", "keras"):
            return None
        spec = PathFinder.find_spec(name, path, target)
        load = spec.loader.exec_module

        def wait_and_load(module):  # here only this one module is locked; in find_spec all imports would be
            note("imports", name)
            while not (NOTES / "open").exists():
                time.sleep(0.02)
            load(module)

        spec.loader.exec_module = wait_and_load
        return spec


note("watching", os.getpid())
if "app.py" in sys.orig_argv:
    sys.meta_path.insert(0, Gate())
"""


class RunningHub:
    """A hub that was started by ``start``: its address, what it printed, and the means to stop it."""

    def __init__(self, folder: Path, flags: tuple[str, ...], environment: dict[str, str]):
        self.folder = folder
        self.extra = environment
        self.temporary = folder / "temporary"
        self.notes = folder / "notes"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        for path in (self.temporary, self.notes, folder / "watcher"):
            path.mkdir()
        (folder / "watcher" / "sitecustomize.py").write_text(WATCHER, encoding="utf-8")
        with (folder / "printed").open("wb") as printed:
            self.process = subprocess.Popen(
                [sys.executable, "app.py", "--port", str(self.port), *flags],
                cwd=ROOT,
                env=self.environment,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )

    def watch(self, script: str) -> str:
        """Run a few lines of Python under the same watcher; return what they print."""
        command = [sys.executable, "-c", script]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60).stdout

    @property
    def environment(self) -> dict[str, str]:
        passed_on = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
        return passed_on | {
            "GRADIO_TEMP_DIR": str(self.temporary),
            "TMPDIR": str(self.temporary),
            "HUB_WATCH": str(self.notes),
            "PYTHONPATH": str(self.folder / "watcher"),
            "PYTHONUNBUFFERED": "1",
            **self.extra,
        }

    @property
    def printed(self) -> str:
        """Everything that the process has written to its two outputs."""
        return (self.folder / "printed").read_text(encoding="utf-8", errors="replace")

    def noted(self, name: str) -> list[str]:
        """What the watcher inside the process has noted."""
        file = self.notes / name
        return file.read_text(encoding="utf-8").split() if file.exists() else []

    def open_gate(self) -> None:
        """Let the process import TensorFlow from now on."""
        (self.notes / "open").touch()

    def http(self, **options) -> httpx.Client:
        """A client with this hub as its base address. A connection per request, as curl has it."""
        headers = {"connection": "close", **options.pop("headers", {})}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60, trust_env=False, **options)

    def wait_until_it_says_where_it_is(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while f":{self.port}" not in self.printed:  # with --host 0.0.0.0 by another name
            assert self.process.poll() is None, f"The hub ended by itself:\n{self.printed}"
            assert time.monotonic() < deadline, f"No address within {START_SECONDS} s:\n{self.printed}"
            time.sleep(0.05)

    def stop(self) -> tuple[int, float]:
        """Ask the process to end, as a machine does; return its exit status and the seconds it took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(3 * STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"The hub did not end after SIGTERM:\n{self.printed}") from None
        return status, time.monotonic() - began


@contextmanager
def start(*flags: str, gate_open: bool = True, **environment: str) -> Iterator[RunningHub]:
    """Start a hub with its own temporary folder, wait until it has printed its address, and stop it at the end.

    ``gate_open=False`` holds up its import of TensorFlow until ``open_gate()``; ``environment`` adds variables.
    """
    with tempfile.TemporaryDirectory(prefix="running-hub-") as folder:
        hub = RunningHub(Path(folder), flags, environment)
        try:
            if gate_open:
                hub.open_gate()
            hub.wait_until_it_says_where_it_is()
            yield hub
        finally:
            hub.open_gate()
            hub.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def seven(side: int = 200) -> bytes:
    """A PNG of a 7 in black on white, drawn here."""
    picture = Image.new("L", (side, side), 255)
    points = [(side * x, side * y) for x, y in ((0.25, 0.22), (0.72, 0.22), (0.45, 0.82))]
    ImageDraw.Draw(picture).line(points, fill=0, width=side // 14, joint="curve")
    return png(picture)


def png(picture: Image.Image) -> bytes:
    stream = BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def upload(http: httpx.Client, content: bytes, name: str = "seven.png") -> dict:
    """Upload a file; return it as a call names it."""
    answer = http.post("/gradio_api/upload", files={"files": (name, content)})
    answer.raise_for_status()
    return {"path": answer.json()[0], "meta": FILE_DATA}


def outcome(http: httpx.Client, event_id: str, endpoint: str = "classify_digit") -> tuple[str, object]:
    """Follow the stream of a call to its end: ("complete", results) or ("error", what it says)."""
    answer = http.get(f"/gradio_api/call/{endpoint}/{event_id}")
    assert answer.status_code == 200, answer.text
    events = [block.split("\n", 1) for block in answer.text.strip().split("\n\n")]
    kind, data = events[-1]
    return kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def call(http: httpx.Client, endpoint: str, *values: object) -> tuple[int, str, object]:
    """Call an endpoint as curl would: HTTP status, "complete", "error" or "refused", and what came."""
    answer = http.post(f"/gradio_api/call/{endpoint}", json={"data": values})
    if answer.status_code != 200:
        return answer.status_code, "refused", answer.text
    return 200, *outcome(http, answer.json()["event_id"], endpoint)


def raise_event(http: httpx.Client, number: int, *values: object) -> list:
    """Raise an event of a page as a browser does; return the values of its outputs."""
    session = secrets.token_hex(6)
    joined = http.post("/gradio_api/queue/join", json={"data": values, "fn_index": number, "session_hash": session})
    joined.raise_for_status()
    with http.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        messages = (json.loads(line.removeprefix("data: ")) for line in stream.iter_lines() if line.startswith("data:"))
        done = next(message for message in messages if message["msg"] == "process_completed")
    assert done["success"], done
    return done["output"]["data"]


def classify(http: httpx.Client, image: object, network: object = "convnet") -> tuple[int, str, object]:
    """Call ``classify_digit``."""
    return call(http, "classify_digit", image, network)
