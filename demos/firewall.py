"""What may pass from the network to Gradio: known routes, small bodies, files that were uploaded here.

An ASGI middleware, because Gradio itself limits neither the size of a JSON body nor the paths named in it,
and serves routes that this hub does not use.
"""

import json
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Collection
from html import escape
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.guard import BODY_MEGABYTES, is_uploaded
from demos.health import Health

CONNECTIONS = 400
CALLS_A_MINUTE = 60
CALLS_AT_ONCE = 20
ADDRESSES_KEPT = 1000

JOIN = "/gradio_api/queue/join"
EXACT = {
    "/",
    "/zh",
    "/zh/",
    "/config",
    "/theme.css",
    "/favicon.ico",
    "/robots.txt",
    "/manifest.json",
    "/login",
    "/login/",
    "/logout",
    "/gradio_api/info",
    "/gradio_api/app_id",
    "/gradio_api/cancel",
    "/gradio_api/reset",
    "/gradio_api/upload",
    "/gradio_api/upload_progress",
    JOIN,
    "/gradio_api/queue/data",
    "/gradio_api/login_check",
    "/gradio_api/login_check/",
    "/gradio_api/user",
    "/gradio_api/user/",
    "/gradio_api/token",
}
TOOLS = ("/gradio_api/mcp", "/gradio_api/mcp/")
PREFIXES = ("/assets/", "/static/", "/svelte/", "/gradio_api/heartbeat/")
STARTUP = "/gradio_api/startup-events"
ALIVE, READY = "/healthz", "/readyz"
FILE = "/gradio_api/file="
NOTHING_HERE = """<!doctype html>
<html lang="en"><head><title>404</title><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"></head>
<body style="font: 1.1rem/1.6 system-ui, sans-serif; max-width: 32em; margin: 20vh auto; padding: 0 1em">
<p>There is nothing here. <a href="{home}?lang=en">To the hub</a></p>
<p lang="zh-CN">这里什么都没有。<a href="{home}zh">前往演示馆</a></p>
</body></html>
"""
CALL = re.compile(r"/gradio_api/call/(?:v2/)?(?P<name>\w+)(?:/\w+)?")


class TooLarge(Exception):
    """A body is longer than it may be."""


class Firewall:
    """ASGI middleware around Gradio's app.

    Args:
        app: what comes behind.
        serving: set once the start is over; until then Gradio may ask itself for its start-up route.
        stopping: set at the end; from then on nothing new is begun.
        endpoints: what programs may call: name -> its parameters, each "file", "text", "number", "numbers" or "truth".
        events: the numbers of the events that the pages raise.
        health: what ``/readyz`` reports; ``/healthz`` answers whenever the server does. Neither asks for a password.
        tools: whether language models may call, too, over the Model Context Protocol.
        trust_proxy: whether ``X-Forwarded-For`` is set by a proxy of ours, so that it names the visitor.
    """

    def __init__(
        self,
        app: ASGIApp,
        serving: threading.Event,
        stopping: threading.Event,
        endpoints: dict[str, dict[str, str]],
        events: Collection[int],
        health: Health,
        tools: bool = False,
        trust_proxy: bool = False,
    ) -> None:
        self.app = app
        self.serving = serving
        self.stopping = stopping
        self.endpoints = endpoints
        self.events = tuple(events)  # no set: what is asked for may be a list
        self.health = health
        self.tools = TOOLS if tools else ()
        self.calls = CallRate() if trust_proxy else None
        self.open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, redirect or pass on one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.open += 1
        try:
            await self._answer(scope, receive, _without_sniffing(send))
        finally:
            self.open -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, headers = scope["path"], _headers(scope)
        if path in (ALIVE, READY) and scope["method"] not in ("GET", "HEAD"):
            await _refuse(send, 405, "Only GET is answered here.")
        elif path in (ALIVE, READY):
            await self._tell_health(path, send)
        elif self.open > CONNECTIONS:
            await _refuse(send, 503, "The hub is full. Please try again in a minute.")
        elif not self._is_known(path):
            await _tell_nothing_is_here(scope, headers, send)
        elif self.stopping.is_set() and scope["method"] == "POST":
            await _refuse(send, 503, "The hub is closing. Please try again later.")
        elif self.calls and _is_call(scope) and not self.calls.admit(_visitor(headers)):
            await _refuse(send, 429, f"At most {CALLS_A_MINUTE} calls a minute. Please wait.")
        else:
            await self._pass_on(scope, receive, send)

    async def _tell_health(self, path: str, send: Send) -> None:
        if path == ALIVE:
            await _answer_json(send, 200, {"alive": True})
            return
        report = self.health.report()
        await _answer_json(send, 200 if report["ready"] else 503, report)

    def _is_known(self, path: str) -> bool:
        if path in EXACT or path in self.tools or path.startswith(PREFIXES):
            return True
        if path.startswith(FILE):
            return is_uploaded(path[len(FILE) :])
        if path == STARTUP:
            return not self.serving.is_set()
        call = CALL.fullmatch(path)
        return bool(call and call["name"] in self.endpoints)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, its body capped; a JSON body is read and looked at first."""
        limited = _limit(receive)
        try:
            if scope["method"] == "POST" and "/upload" not in scope["path"]:
                body = await _read(limited)
                if problem := self._problem_of(scope["path"], body):
                    await _refuse(send, 400, problem)
                    return
                limited = _replay(body, receive)
            await self.app(scope, limited, send)
        except TooLarge:
            await _refuse(send, 413, f"At most {BODY_MEGABYTES} MB at a time.")
        except RuntimeError as error:
            # Gradio begins the stream of a call, then finds that there is no such call, says so and tears it.
            if not isinstance(error.__cause__, HTTPException):
                raise
            await send({"type": "http.response.body", "body": b""})

    def _problem_of(self, path: str, body: bytes) -> str | None:
        """What is wrong with a JSON body, or None. Other routes than those of calls may take a form."""
        call = CALL.fullmatch(path)
        try:
            content = json.loads(body)
            if not _names_only_uploads(content):
                return "A file must be uploaded here first."
        except RecursionError:
            return "This is nested too deeply."
        except ValueError:
            return "The body must be a JSON object." if call or path == JOIN else None
        if call and not _fits(content, self.endpoints[call["name"]], "/v2/" in path):
            kinds = " and ".join(f"{name} (a {kind})" for name, kind in self.endpoints[call["name"]].items())
            return f"{call['name']} takes {kinds}."
        if path == JOIN and not (isinstance(content, dict) and content.get("fn_index") in self.events):
            return "There is no such event."
        return None


class CallRate:
    """How often each address has called lately: a bucket of tokens, refilled evenly."""

    def __init__(self) -> None:
        self.buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admit(self, address: str, now: float | None = None) -> bool:
        """Take a token of this address; False where none is left."""
        now = time.monotonic() if now is None else now
        tokens, since = self.buckets.pop(address, (float(CALLS_AT_ONCE), now))
        tokens = min(CALLS_AT_ONCE, tokens + (now - since) * CALLS_A_MINUTE / 60)
        self.buckets[address] = (max(tokens - 1, 0.0) if tokens >= 1 else tokens, now)
        while len(self.buckets) > ADDRESSES_KEPT:
            self.buckets.popitem(last=False)
        return tokens >= 1


def _is_call(scope: Scope) -> bool:
    """Tell whether this asks for an answer; fetching one that was asked for is free."""
    return scope["method"] == "POST" and bool(CALL.fullmatch(scope["path"]))


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _visitor(headers: dict[str, str]) -> str:
    """The address that the nearest proxy saw: the last one, since a visitor can write the others."""
    return headers.get("x-forwarded-for", "").rsplit(",", 1)[-1].strip()


def _without_sniffing(send: Send) -> Send:
    """Add ``X-Content-Type-Options: nosniff`` to every answer."""

    async def send_with_header(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), (b"x-content-type-options", b"nosniff")]
        await send(message)

    return send_with_header


def _limit(receive: Receive) -> Receive:
    """Count the body as it arrives and raise TooLarge past the cap, whatever its headers say."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > BODY_MEGABYTES * 2**20:
            raise TooLarge
        return message

    return receive_limited


async def _read(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read already to the app, then what really comes after it."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again


def _fits(content: Any, parameters: dict[str, str], by_name: bool) -> bool:
    """Tell whether a call gives each parameter once, a file as an object or null; by name some may be left out."""
    if not isinstance(content, dict):
        return False
    if not by_name:
        data = content.get("data")
        if not isinstance(data, list) or len(data) != len(parameters):
            return False
        content = dict(zip(parameters, data, strict=True))
    files = {name for name, kind in parameters.items() if kind == "file"}
    return files <= content.keys() <= parameters.keys() and all(_is_file(content[name]) for name in files)


def _is_file(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and isinstance(value.get("path"), str))


def _names_only_uploads(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_names_only_uploads, value))
    if not isinstance(value, dict):
        return True
    path, url = value.get("path"), value.get("url")
    if isinstance(path, str) and path and not is_uploaded(path):
        return False
    if not path and isinstance(url, str) and url:
        return False
    return all(map(_names_only_uploads, value.values()))


async def _refuse(send: Send, status: int, sentence: str) -> None:
    await _answer_json(send, status, {"error": sentence})


async def _tell_nothing_is_here(scope: Scope, headers: dict[str, str], send: Send) -> None:
    """Answer 404: a program in JSON, a person with the way to the hub."""
    if "text/html" in headers.get("accept", ""):
        page = NOTHING_HERE.format(home=escape(scope.get("root_path", "") + "/"))
        await _answer(send, 404, "text/html; charset=utf-8", page)
    else:
        await _refuse(send, 404, "There is nothing here.")


async def _answer_json(send: Send, status: int, content: dict[str, Any]) -> None:
    await _answer(send, status, "application/json", json.dumps(content))


async def _answer(send: Send, status: int, kind: str, text: str) -> None:
    body = text.encode()
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
