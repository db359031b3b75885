"""Which language a page is in: the address decides, the browser only where a first visit leads.

An ASGI middleware, because Gradio serves every page as English and takes the language of its own words
from the browser.
"""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CODES = {"/": "en", "/zh": "zh-CN"}
SLASHED = "/zh/"  # as some type it
SCRIPT = Path(__file__).with_name("hub.js")
HTML_LANG = re.compile(rb'<html[^>]*?\blang="[^"]*"')


class PageLanguage:
    """ASGI middleware around Gradio's app.

    Args:
        app: what comes behind.
        first_language: "auto", "en" or "zh": where a first visit to "/" leads; "auto" asks the browser.
    """

    def __init__(self, app: ASGIApp, first_language: str = "auto") -> None:
        self.app = app
        self.first_language = first_language
        self.script = SCRIPT.read_bytes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead a visit to the page in its language, or mark the page as being in it."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in (*CODES, SLASHED):
            await self.app(scope, receive, send)
        elif target := self._elsewhere(scope):
            headers = [
                (b"location", target.encode("latin-1")),
                (b"vary", b"accept-language"),
                (b"content-length", b"0"),
            ]
            await send({"type": "http.response.start", "status": 307, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self.app(scope, receive, _Marked(send, CODES[scope["path"]], self.script))

    def _elsewhere(self, scope: Scope) -> str | None:
        """The page in the visitor's language, relative to this one, or None where it is this one.

        ``?lang=`` decides; without it, only a visit to "/" may be led on, by flag or by the browser.
        """
        if scope["path"] == SLASHED:
            return f"../zh?{scope['query_string'].decode('latin-1')}".rstrip("?")
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        asked = dict(query).get("lang") or (self._first(scope) if scope["path"] == "/" else None)
        rest = urlencode([(name, value) for name, value in query if name != "lang"])
        if scope["path"] == "/" and asked and asked.startswith("zh"):
            return "zh" + (f"?{rest}" if rest else "")
        if scope["path"] == "/zh" and asked and asked.startswith("en"):
            return "./?lang=en" + (f"&{rest}" if rest else "")
        return None

    def _first(self, scope: Scope) -> str:
        if self.first_language != "auto":
            return self.first_language
        headers = dict(scope["headers"])
        return "zh" if prefers_chinese(headers.get(b"accept-language", b"").decode("latin-1")) else "en"


def prefers_chinese(accept_language: str) -> bool:
    """Tell whether Chinese stands before English in a browser's ``Accept-Language``."""
    weighted = []
    for part in accept_language[:1000].split(","):
        name, _, quality = part.partition(";")
        try:
            weighted.append((float(quality.strip().removeprefix("q=") or 1), name.strip().lower()))
        except ValueError:
            continue
    known = [(quality, name[:2]) for quality, name in weighted if quality > 0 and name[:2] in ("zh", "en")]
    return bool(known) and max(known, key=lambda entry: entry[0])[1] == "zh"


class _Marked:
    """Passes a page on with its language in ``<html lang>`` and the hub's script first in its head.

    The script must run before Gradio's own: those read the browser's language when they start.
    """

    def __init__(self, send: Send, code: str, script: bytes) -> None:
        self.send = send
        self.code = code.encode()
        self.script = script
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.body += message.get("body", b"")
        if message.get("more_body"):
            return
        page = HTML_LANG.sub(b'<html lang="' + self.code + b'"', self.body, count=1)
        page = page.replace(b"<head>", b"<head><script>" + self.script + b"</script>", 1)
        headers = [pair for pair in self.start["headers"] if pair[0].lower() != b"content-length"]
        headers += [(b"content-length", str(len(page)).encode()), (b"vary", b"accept-language")]
        await self.send(self.start | {"headers": headers})
        await self.send({"type": "http.response.body", "body": page})
