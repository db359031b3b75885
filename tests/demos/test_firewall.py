"""``demos.firewall``: what passes to the app behind it, and what does not."""

import asyncio
import json
import threading
import time
from types import SimpleNamespace

import httpx
import pytest

from demos import firewall
from demos.firewall import CallRate, Firewall
from demos.guard import BODY_MEGABYTES

LIMIT = BODY_MEGABYTES * 2**20
JOIN = "/gradio_api/queue/join"
CANCEL = "/gradio_api/cancel"  # takes any JSON
UPLOAD = "/gradio_api/upload"
CALL = "/gradio_api/call/classify_digit"


@pytest.fixture(autouse=True)
def uploads(uploads):
    """The upload folder of this test, with one upload in it."""
    (uploads / "picture.png").write_bytes(b"x")
    return uploads


class Echo:
    """An app that answers with the body it got, and remembers which paths it was asked for."""

    def __init__(self):
        self.paths = []

    async def __call__(self, scope, receive, send):
        self.paths.append(scope["path"])
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": body})


class Visitor:
    """Sends requests to a firewall with an Echo behind it, as a server would pass them on."""

    def __init__(self, trust_proxy=False):
        self.behind = Echo()
        self.serving = threading.Event()
        self.serving.set()
        self.stopping = threading.Event()
        self.wall = Firewall(
            self.behind,
            serving=self.serving,
            stopping=self.stopping,
            endpoints={"classify_digit": {"image": "file", "network": "text"}},
            events={0, 1, 2},
            health=SimpleNamespace(report=lambda: self.report),
            trust_proxy=trust_proxy,
        )
        self.report = {"ready": True, "reasons": []}
        self.taken = 0  # pieces of the last body that were taken from the network

    def ask(self, path, method="GET", pieces=(b"",), headers=()):
        return asyncio.run(self.ask_now(path, method, pieces, headers))

    async def ask_now(self, path, method="GET", pieces=(b"",), headers=()):
        pieces, sent = list(pieces), []
        self.taken = 0

        async def receive():
            if self.taken == len(pieces):
                return {"type": "http.disconnect"}
            self.taken += 1
            return {"type": "http.request", "body": pieces[self.taken - 1], "more_body": self.taken < len(pieces)}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": list(headers)}
        await self.wall(scope, receive, send)
        assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
        headers = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
        return httpx.Response(sent[0]["status"], headers=headers, content=sent[1]["body"])

    def post(self, path, value):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.ask(path, "POST", [body])


@pytest.fixture
def visitor():
    return Visitor()


def is_refused(answer, status):
    """Tell whether an answer has this status and says why in JSON."""
    return answer.status_code == status and list(answer.json()) == ["error"] and len(answer.json()["error"]) > 10


# Health


def test_a_hub_that_is_ready_says_so(visitor):
    answer = visitor.ask("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "reasons": []})


def test_a_hub_that_is_not_ready_answers_503_and_why(visitor):
    visitor.report = {"ready": False, "reasons": ["stopping"]}
    answer = visitor.ask("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "reasons": ["stopping"]})


def test_a_full_hub_that_ends_is_alive_all_the_same(visitor):
    visitor.report = {"ready": False, "reasons": ["stopping"]}
    visitor.stopping.set()
    visitor.wall.open = firewall.CONNECTIONS
    answer = visitor.ask("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})
    assert visitor.ask("/readyz").status_code == 503
    assert visitor.behind.paths == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_health_is_read_only(visitor, method):
    assert is_refused(visitor.ask("/healthz", method), 405)
    assert is_refused(visitor.ask("/readyz", method), 405)
    assert visitor.ask("/healthz", "HEAD").status_code == 200


# Routes


def test_a_person_who_is_lost_is_shown_the_way(visitor):
    answer = visitor.ask("/nothing<b>", headers=[(b"accept", b"text/html,*/*;q=0.8")])
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")
    assert 'href="/?lang=en"' in answer.text and 'href="/zh"' in answer.text and "<b>" not in answer.text
    assert visitor.behind.paths == []


@pytest.mark.parametrize("body", [b"", b"{data", b"digit=7"])
@pytest.mark.parametrize("path", [CALL, "/gradio_api/queue/join"])
def test_a_call_that_is_no_json_is_refused_with_a_sentence(visitor, path, body):
    answer = visitor.ask(path, "POST", [body])
    assert is_refused(answer, 400) and answer.json()["error"] == "The body must be a JSON object."
    assert visitor.behind.paths == []


def test_a_form_is_no_json_and_passes(visitor):
    assert visitor.ask("/login", "POST", [b"username=ada&password=x"]).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *["/", "/zh", "/zh/", "/config", "/theme.css", "/login", "/logout", "/robots.txt"],
        *["/gradio_api/info", "/gradio_api/app_id", "/gradio_api/queue/data", "/gradio_api/heartbeat/abc"],
        *["/assets/index.js", "/static/fonts/a.woff2", CALL, CALL + "/abc123", "/gradio_api/call/v2/classify_digit"],
    ],
)
def test_what_the_page_and_its_programs_need_passes(visitor, path):
    assert visitor.ask(path).status_code == 200
    assert visitor.behind.paths == [path]


@pytest.mark.parametrize(
    "path",
    [
        *["/nothing", "/zh//", "/zh/config", "/docs", "/redoc", "/openapi.json", "/monitoring", "/monitoring/summary"],
        *[
            "/profiling/traces",
            "/pwa_icon/512",
            "/proxy=http://127.0.0.1/",
            "/file=/etc/hostname",
            "/file/etc/hostname",
        ],
        *["/dev/reload", "/gradio_api", "/gradio_api/", "/gradio_api/openapi.json", "/gradio_api/dev/reload"],
        *["/gradio_api/deep_link", "/gradio_api/component_server", "/gradio_api/custom_component/x/client/a/index.js"],
        *["/gradio_api/process_recording", "/gradio_api/vibe-code/", "/gradio_api/run-history/a", "/gradio_api/runs"],
        *["/gradio_api/run/predict", "/gradio_api/run/classify_digit", "/gradio_api/api/classify_digit"],
        *["/gradio_api/proxy=http://127.0.0.1/", "/gradio_api/stream/a/b/c/playlist.m3u8", "/gradio_api/mcp/"],
        *["/gradio_api/call/show", "/gradio_api/call/handler", "/gradio_api/call/", "/gradio_api/call/v2/show"],
        *[CALL + "/a/b", CALL + "\n", CALL + "_1", "/gradio_api/file/etc/hostname", "/gradio_api/queue/status", ""],
    ],
)
def test_any_other_route_is_not_there(visitor, path):
    assert is_refused(visitor.ask(path), 404)
    assert is_refused(visitor.ask(path, "POST"), 404)
    assert visitor.behind.paths == []


def test_the_route_of_tools_is_open_only_where_there_are_tools(visitor):
    visitor.wall = Firewall(visitor.behind, visitor.serving, visitor.stopping, {}, (), visitor.wall.health, tools=True)
    for path in ("/gradio_api/mcp", "/gradio_api/mcp/"):
        assert visitor.ask(path, "POST", [b'{"method": "tools/list"}']).status_code == 200
    for path in ("/gradio_api/mcp/sse", "/gradio_api/mcp/messages/", "/gradio_api/mcp/schema"):
        assert is_refused(visitor.ask(path), 404)


def test_gradios_start_up_route_is_open_only_until_the_hub_serves(visitor):
    visitor.serving.clear()
    assert visitor.ask(firewall.STARTUP).status_code == 200
    visitor.serving.set()
    assert is_refused(visitor.ask(firewall.STARTUP), 404)


def test_a_hub_that_stops_begins_nothing_new_but_still_gives_what_was_asked_for(visitor):
    visitor.stopping.set()
    assert is_refused(visitor.ask(CALL, "POST"), 503)
    assert is_refused(visitor.ask(CANCEL, "POST"), 503)
    assert visitor.ask(CALL + "/abc123").status_code == 200
    assert visitor.ask("/gradio_api/queue/data").status_code == 200


def test_an_uploaded_file_is_served_and_no_other(visitor, uploads, tmp_path):
    (tmp_path / "secret").write_bytes(b"x")
    (uploads / "link").symlink_to(tmp_path / "secret")
    assert visitor.ask(f"/gradio_api/file={uploads}/picture.png").status_code == 200
    for path in (
        *[tmp_path / "secret", uploads / "link", uploads / ".." / "secret", uploads, uploads / "gone"],
        *["/etc/hostname", "http://127.0.0.1/", "https://example.org/a.png", "app.py", "", "\x00", "a" * 5000],
    ):
        assert is_refused(visitor.ask(f"/gradio_api/file={path}"), 404)


def test_every_answer_forbids_guessing_its_type(visitor):
    for answer in (visitor.ask("/"), visitor.ask("/nothing"), visitor.post(CANCEL, {"path": "/etc/hostname"})):
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert visitor.ask("/").headers["content-type"] == "text/plain"


def test_what_is_no_request_passes_through(visitor):
    asyncio.run(visitor_start(visitor))
    assert visitor.behind.paths == ["a start"]


async def visitor_start(visitor):
    async def receive():
        return {"type": "lifespan.startup"}

    async def send(_message):
        pass

    await visitor.wall({"type": "lifespan", "path": "a start"}, receive, send)


# Bodies


@pytest.mark.parametrize("size", [0, 1, 1000, LIMIT - 2])
def test_a_body_within_the_limit_arrives_whole(visitor, size):
    body = json.dumps("x" * size)[: max(size, 1)].encode()
    assert visitor.post(CANCEL, body).content == body


def test_a_body_in_pieces_arrives_whole(visitor):
    pieces = [b'{"data"', b": [1, ", b"", b"2]}"]
    assert visitor.ask(CANCEL, "POST", pieces).content == b"".join(pieces)


@pytest.mark.parametrize("path", [CANCEL, UPLOAD, CALL, "/login"])
def test_a_body_above_the_limit_is_refused(visitor, path):
    assert is_refused(visitor.ask(path, "POST", [b"x" * (LIMIT + 1)]), 413)


@pytest.mark.parametrize("headers", [(), [(b"content-length", b"5")], [(b"transfer-encoding", b"chunked")]])
@pytest.mark.parametrize("path", [CANCEL, UPLOAD])
def test_an_endless_body_is_refused_at_the_limit_whatever_its_header_says(visitor, path, headers):
    pieces = [b"x" * 2**20] * 200
    assert is_refused(visitor.ask(path, "POST", pieces, headers), 413)
    assert visitor.taken == BODY_MEGABYTES + 1


def test_many_small_files_count_together(visitor):
    request = httpx.Request("POST", "http://hub/", files=[("files", (f"{n}.png", b"x" * 900_000)) for n in range(30)])
    assert is_refused(visitor.ask(UPLOAD, "POST", [request.read()]), 413)


def test_an_upload_passes_unread(visitor):
    request = httpx.Request("POST", "http://hub/", files={"files": ("a.json", b'{"path": "/etc/hostname"}')})
    body = request.read()
    assert visitor.ask(UPLOAD, "POST", [body[:40], body[40:]]).content == body


def test_a_visitor_who_leaves_in_the_middle_of_a_body_breaks_nothing(visitor):
    async def ask():
        sent = []

        async def receive():
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        messages = [{"type": "http.request", "body": b'{"data"', "more_body": True}]
        await visitor.wall({"type": "http", "method": "POST", "path": CANCEL, "headers": []}, receive, send)
        return sent

    assert asyncio.run(ask())[0]["type"] == "http.response.start"


# Files that a body names


@pytest.mark.parametrize(
    "file",
    [
        {"path": "/etc/hostname"},
        {"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}},
        {"path": "app.py"},
        {"path": "http://169.254.169.254/latest/meta-data"},
        {"path": "https://example.org/a.png"},
        {"path": "data:image/png;base64,AAAA"},
        {"path": "../uploads"},
        {"path": "\x00"},
        {"path": "\ud800"},
        {"url": "http://127.0.0.1/a.png"},
        {"url": "data:image/png;base64,AAAA"},
        {"path": None, "url": "data:image/png;base64,AAAA"},
        {"path": "", "url": "file:///etc/hostname"},
    ],
)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda file: file,
        lambda file: {"data": [file]},
        lambda file: {"data": [[{"a": {"b": [1, file]}}]]},
        lambda file: [file],
        lambda file: {"data": [{"path": {"url": 1}, "x": file}]},
    ],
    ids=["alone", "as input", "deep", "in a list", "beside another"],
)
def test_a_body_that_names_a_file_which_was_not_uploaded_is_refused(visitor, wrap, file):
    assert is_refused(visitor.post(CANCEL, wrap(file)), 400)
    assert is_refused(visitor.post(CALL, wrap(file)), 400)
    assert visitor.behind.paths == []


def test_a_body_that_names_an_upload_passes(visitor, uploads):
    file = {"path": f"{uploads}/picture.png", "meta": {"_type": "gradio.FileData"}}
    for value in ({"data": [file, "mlp"]}, {"data": [file | {"url": "http://hub/gradio_api/file=x"}, "mlp"]}):
        assert visitor.post(CALL, value).json() == value


@pytest.mark.parametrize(
    "value", [{"data": [None, "convnet"]}, {"data": ["/etc/hostname"]}, [], 7, None, {"path": None}]
)
def test_a_body_that_names_no_file_passes(visitor, value):
    assert visitor.post(CANCEL, value).json() == value


FILE = {"path": "picture.png", "meta": {"_type": "gradio.FileData"}}
DRAWN = json.dumps({"data": [None, "convnet"]}).encode()


@pytest.mark.parametrize(
    "value",
    [
        *[[], 7, None, {}, {"data": None}, {"data": {}}, {"data": []}, {"data": [None]}, {"data": [None, "mlp", 1]}],
        *[{"data": ["picture.png", "mlp"]}, {"data": [7, "mlp"]}, {"data": [[], "mlp"]}, {"data": [{}, "mlp"]}],
    ],
)
def test_a_call_that_does_not_fit_its_parameters_is_told_them(visitor, value):
    answer = visitor.post(CALL, value)
    assert is_refused(answer, 400)
    assert answer.json()["error"] == "classify_digit takes image (a file) and network (a text)."
    assert visitor.behind.paths == []


@pytest.mark.parametrize("value", [{}, {"network": "mlp"}, {"image": None, "colour": "red"}, {"image": "a.png"}, []])
def test_a_call_by_name_that_does_not_fit_is_told_the_names(visitor, value):
    assert is_refused(visitor.post("/gradio_api/call/v2/classify_digit", value), 400)


def test_a_call_that_fits_passes_in_order_and_by_name(visitor, uploads):
    file = FILE | {"path": f"{uploads}/picture.png"}
    assert visitor.post(CALL, {"data": [file, "mlp"]}).status_code == 200
    for value in ({"image": file, "network": "mlp"}, {"image": file}):
        assert visitor.post("/gradio_api/call/v2/classify_digit", value).status_code == 200


@pytest.mark.parametrize("event", [3, -1, 9999, "handler", None, 0.5, [], {}, [0]])
def test_an_event_that_no_page_raises_is_refused(visitor, event):
    assert is_refused(visitor.post(JOIN, {"fn_index": event, "data": [], "session_hash": "a"}), 400)


def test_an_event_of_a_page_passes(visitor):
    assert visitor.post(JOIN, {"fn_index": 2, "data": [], "session_hash": "a"}).status_code == 200


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_body_in_another_encoding_is_understood_too(visitor, encoding):
    body = json.dumps({"path": "/etc/hostname"}).encode(encoding)
    assert is_refused(visitor.post(CANCEL, body), 400)


def test_a_repeated_key_is_read_as_gradio_reads_it(visitor, uploads):
    good, bad = f'"path": "{uploads}/picture.png"', '"path": "/etc/hostname"'
    assert is_refused(visitor.post(CANCEL, f"{{{good}, {bad}}}".encode()), 400)
    assert visitor.post(CANCEL, f"{{{bad}, {good}}}".encode()).status_code == 200  # the last one counts


@pytest.mark.parametrize("body", [b"", b"{", b"not json", b"\xff\xfe", b"username=a&password=b", b"1" * 10_000])
def test_a_body_that_is_no_json_is_left_to_gradio(visitor, body):
    assert visitor.post("/login", body).content == body


@pytest.mark.parametrize("body", [b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000])
def test_deep_nesting_is_refused_quickly(visitor, body):
    started = time.monotonic()
    assert is_refused(visitor.post(CANCEL, body), 400)
    assert time.monotonic() - started < 1


# How many and how often


def test_connections_beyond_the_limit_are_turned_away_and_let_in_again(visitor, monkeypatch):
    monkeypatch.setattr(firewall, "CONNECTIONS", 2)

    async def visit():
        leave = asyncio.Event()

        async def linger(scope, receive, send):
            await leave.wait()
            await Echo()(scope, receive, send)

        visitor.wall.app = linger
        staying = [asyncio.create_task(visitor.ask_now("/")) for _ in range(2)]
        await asyncio.sleep(0.01)
        refused = await visitor.ask_now("/")
        leave.set()
        return refused, await asyncio.gather(*staying), await visitor.ask_now("/")

    refused, stayed, later = asyncio.run(visit())
    assert is_refused(refused, 503)
    assert [answer.status_code for answer in (*stayed, later)] == [200, 200, 200]


def test_an_app_that_fails_still_frees_its_place(visitor):
    async def fail(scope, receive, send):
        raise RuntimeError

    visitor.wall.app = fail
    with pytest.raises(RuntimeError):
        visitor.ask("/")
    assert visitor.wall.open == 0


def from_address(address):
    return [(b"x-forwarded-for", address.encode())]


def test_behind_our_proxy_an_address_may_call_only_so_often():
    visitor = Visitor(trust_proxy=True)
    statuses = [visitor.ask(CALL, "POST", [DRAWN], headers=from_address("1.1.1.1")).status_code for _ in range(25)]
    assert statuses == [200] * firewall.CALLS_AT_ONCE + [429] * 5
    assert visitor.ask(CALL, "POST", [DRAWN], headers=from_address("2.2.2.2")).status_code == 200


def test_an_address_that_a_visitor_made_up_does_not_count():
    visitor = Visitor(trust_proxy=True)
    answers = [visitor.ask(CALL, "POST", [DRAWN], headers=from_address(f"{n}.0.0.0, 1.1.1.1")) for n in range(21)]
    assert is_refused(answers[-1], 429)


def test_fetching_an_answer_and_the_page_do_not_count_as_calls():
    visitor = Visitor(trust_proxy=True)
    for _ in range(firewall.CALLS_AT_ONCE + 5):
        assert visitor.ask(f"{CALL}/abc123", headers=from_address("1.1.1.1")).status_code == 200
        assert visitor.ask("/", headers=from_address("1.1.1.1")).status_code == 200
    assert visitor.ask(CALL, "POST", [DRAWN], headers=from_address("1.1.1.1")).status_code == 200


def test_without_a_proxy_of_ours_addresses_are_not_counted(visitor):
    for _ in range(50):
        assert visitor.ask(CALL, "POST", [DRAWN], headers=from_address("1.1.1.1")).status_code == 200


def test_a_call_is_admitted_again_every_second():
    rate = CallRate()
    assert [rate.admit("a", 100.0) for _ in range(21)] == [True] * 20 + [False]
    assert [rate.admit("a", 101.0) for _ in range(2)] == [True, False]
    assert [rate.admit("a", 111.0) for _ in range(11)] == [True] * 10 + [False]


def test_who_waits_long_gets_no_more_than_the_burst():
    rate = CallRate()
    rate.admit("a", 0.0)
    assert [rate.admit("a", 100_000.0) for _ in range(21)] == [True] * 20 + [False]


def test_asking_in_vain_does_not_make_the_wait_longer():
    rate = CallRate()
    for _ in range(20):
        rate.admit("a", 0.0)
    for tenth in range(1, 10):
        assert not rate.admit("a", tenth / 10)
    assert rate.admit("a", 1.001)


def test_the_addresses_kept_do_not_grow_without_end():
    rate = CallRate()
    for number in range(firewall.ADDRESSES_KEPT + 500):
        rate.admit(str(number), 0.0)
    assert len(rate.buckets) == firewall.ADDRESSES_KEPT
