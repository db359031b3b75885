"""Let a class loose on one hub: thirty visitors who draw and type for a minute, all at once.

    python -m benchmarks.classroom [--clients 30] [--seconds 60]

Starts a hub on this machine and waits for its networks. Each visitor then does over HTTP what a browser does: fetches
the page and its scripts, keeps a heartbeat open, and raises the page's own events: strokes on the drawing pad, a photo
of a digit, words in the box for texts, a moment of thought between two. Prints how many answers came and how many did
not, their median, 95th percentile and longest wait in milliseconds, and the hub's memory before and at its peak. The
visitors share the machine's cores with the hub.
"""

import argparse
import asyncio
import base64
import io
import json
import os
import platform
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import numpy as np
from PIL import Image, ImageDraw

from benchmarks.hub import megabytes, running_hub
from demos.digit import EXAMPLES as DRAWINGS
from demos.sentiment import EXAMPLES as TEXTS
from models import digit, sentiment

PAD_SIDE = 280  # pixels, as in demos/pad.js
ASSET = re.compile(r'(?:src|href)="\.?(/(?:assets|static)/[^"]+\.(?:js|css))"')
THINK_SECONDS = (0.3, 1.2)
PHOTO_SHARE = 0.1  # of the drawings
START_SECONDS = 300
WAIT_SECONDS = 120


@dataclass
class Register:
    """What a class has met: milliseconds of every answer by kind, and what went wrong."""

    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def note(self, kind: str, started: float) -> None:
        """Note an answer that was asked for at ``started``."""
        self.milliseconds.setdefault(kind, []).append((time.perf_counter() - started) * 1000)

    @property
    def answers(self) -> list[float]:
        """The milliseconds of all answers, pages left out."""
        return [each for kind, found in self.milliseconds.items() if kind != "page" for each in found]


def page_config(page: str) -> dict[str, Any]:
    """Return what a page tells the browser about its components and events."""
    start = page.index("window.gradio_config = ") + len("window.gradio_config = ")
    return json.JSONDecoder().raw_decode(page, start)[0]


def event_of(config: dict[str, Any], part: int, name: str) -> int:
    """Return the number of the first event that the server handles when a component raises ``name``."""
    return next(
        event["id"] for event in config["dependencies"] if event["backend_fn"] and [part, name] in event["targets"]
    )


def part_with(config: dict[str, Any], prop: str, mark: str) -> int:
    """Return the number of the first component that has ``mark`` in a property."""
    return next(part["id"] for part in config["components"] if mark in str(part["props"].get(prop) or ""))


class Visitor:
    """One browser on the hub."""

    def __init__(self, http: httpx.AsyncClient, register: Register, seed: int) -> None:
        self.http = http
        self.register = register
        self.random = Random(seed)
        self.session = secrets.token_hex(6)
        self.events: dict[str, int] = {}

    async def open(self) -> None:
        """Fetch the page and what it loads, and find the events of the pad, the upload and the text."""
        started = time.perf_counter()
        page = (await self.http.get("/?lang=en")).raise_for_status().text
        for asset in dict.fromkeys(ASSET.findall(page)):
            (await self.http.get(asset)).raise_for_status()
        self.register.note("page", started)
        config = page_config(page)
        pad = event_of(config, part_with(config, "html_template", 'class="pad'), "input")
        picture = next(event["inputs"][1] for event in config["dependencies"] if event["id"] == pad)
        text = part_with(config, "placeholder", "not bad at all")
        self.events = {
            "drawing": pad,
            "photo": event_of(config, picture, "change"),
            "text": event_of(config, text, "change"),
        }

    @asynccontextmanager
    async def present(self) -> AsyncIterator[None]:
        """Keep the heartbeat open, by which the hub knows that somebody is there."""

        async def listen() -> None:
            async with self.http.stream("GET", f"/gradio_api/heartbeat/{self.session}", timeout=None) as heart:
                async for _beat in heart.aiter_bytes():
                    pass

        beat = asyncio.create_task(listen())
        try:
            yield
        finally:
            beat.cancel()
            await asyncio.gather(beat, return_exceptions=True)

    async def ask(self, kind: str, values: list[Any]) -> None:
        """Raise an event, follow its stream to the end, and note how long that took or what went wrong."""
        started = time.perf_counter()
        body = {"data": values, "fn_index": self.events[kind], "session_hash": self.session, "event_data": None}
        joined = await self.http.post("/gradio_api/queue/join", json=body)
        if joined.status_code != httpx.codes.OK:
            self.register.failures.append(f"{kind}: {joined.status_code} {joined.text[:100]}")
            return
        done = await self._outcome(joined.json()["event_id"])
        if done and done["success"]:
            self.register.note(kind, started)
        else:
            self.register.failures.append(f"{kind}: {done}")

    async def _outcome(self, event: str) -> dict[str, Any] | None:
        path = f"/gradio_api/queue/data?session_hash={self.session}"
        async with self.http.stream("GET", path) as stream:
            async for line in stream.aiter_lines():
                message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if message.get("msg") == "process_completed" and message["event_id"] == event:
                    return message
        return None

    async def think(self) -> None:
        """Do nothing for a moment."""
        await asyncio.sleep(self.random.uniform(*THINK_SECONDS))

    async def draw(self) -> None:
        """Draw a digit stroke by stroke; now and then upload a photo of one in place of that."""
        name, strokes = self.random.choice(list(DRAWINGS.items()))
        if self.random.random() < PHOTO_SHARE:
            files = {"files": (f"{name}.png", drawn(strokes))}
            (path,) = (await self.http.post("/gradio_api/upload", files=files)).raise_for_status().json()
            picture = {"path": path, "meta": {"_type": "gradio.FileData"}}
            await self.ask("photo", [None, picture, digit.DEFAULT_NETWORK, "drawing"])
            return
        for count in range(1, len(strokes) + 1):
            address = "data:image/png;base64," + base64.b64encode(drawn(strokes[:count])).decode()
            await self.ask("drawing", [address, None, digit.DEFAULT_NETWORK, "drawing"])
            await self.think()

    async def write(self) -> None:
        """Type a sentence in four pieces; the page asks after each."""
        text = self.random.choice(TEXTS)
        for part in range(1, 5):
            await self.ask("text", [text[: len(text) * part // 4], sentiment.DEFAULT_NETWORK])
            await self.think()

    async def stay(self, seconds: float) -> None:
        """Open the page, then draw and write by turns until the time is over."""
        await self.open()
        async with self.present():
            end = time.monotonic() + seconds
            await self.think()
            while time.monotonic() < end:
                await self.random.choice((self.draw, self.write))()
                await self.think()


def drawn(strokes: list[list[tuple[int, int]]]) -> bytes:
    """Return strokes in black on a white pad, as a PNG."""
    picture = Image.new("L", (PAD_SIDE, PAD_SIDE), 255)
    for stroke in strokes:
        ImageDraw.Draw(picture).line(stroke, fill=0, width=20, joint="curve")
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


async def attend(address: str, clients: int, seconds: float) -> Register:
    """Let a class stay on the hub at ``address``, and return what it met."""
    register = Register()

    async def come(seed: int) -> None:
        limits = httpx.Limits(max_connections=6)  # as browsers have it
        async with httpx.AsyncClient(base_url=address, timeout=WAIT_SECONDS, trust_env=False, limits=limits) as http:
            try:
                await Visitor(http, register, seed).stay(seconds)
            except httpx.HTTPError as error:
                register.failures.append(f"{type(error).__name__}: {error}")

    await asyncio.gather(*(come(seed) for seed in range(clients)))
    return register


async def _wait_for_answers(address: str) -> None:
    """Wait until both tabs answer.

    Raises:
        TimeoutError: they do not within START_SECONDS.
    """
    deadline = time.monotonic() + START_SECONDS
    async with httpx.AsyncClient(base_url=address, timeout=WAIT_SECONDS, trust_env=False) as http:
        while time.monotonic() < deadline:
            register = Register()
            try:
                visitor = Visitor(http, register, 0)
                await visitor.open()
                await visitor.draw()
                await visitor.write()
            except httpx.HTTPError:
                await asyncio.sleep(1)
                continue
            if not register.failures and max(register.answers) < 1000:
                return
    raise TimeoutError(f"The hub at {address} did not answer within {START_SECONDS} s.")


def report(register: Register) -> str:
    """Return a line for each kind of answer and for all, and the failures."""
    lines = []
    for kind, found in {**register.milliseconds, "all answers": register.answers}.items():
        median, slow = np.quantile(found, (0.5, 0.95)) if found else (float("nan"),) * 2
        longest = max(found, default=float("nan"))
        lines.append(f"{kind:<12}{len(found):>6} times, ms: median {median:.0f}, p95 {slow:.0f}, longest {longest:.0f}")
    lines.append(f"not answered{len(register.failures):>6}")
    return "\n".join([*lines, *register.failures[:5]])


def main(argv: list[str] | None = None) -> int:
    """Print the report; return 1 where anything was not answered."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=30, help="how many visitors (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60, help="how long each stays (default: %(default)s)")
    flags = parser.parse_args(argv)
    with running_hub() as (address, process):
        asyncio.run(_wait_for_answers(address))
        before = megabytes(process, "VmRSS")
        register = asyncio.run(attend(address, flags.clients, flags.seconds))
        peak = megabytes(process, "VmHWM")
    print(f"{os.cpu_count()} cores ({platform.machine()}), {flags.clients} visitors for {flags.seconds:g} s")
    print(report(register))
    print(f"memory of the hub: {before:.0f} MB before, {peak:.0f} MB at its peak")
    return 1 if register.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
