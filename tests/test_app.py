"""The running hub over HTTP: what it serves, to whom, what it refuses, and how it starts and ends."""

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import httpx
import pytest
from gradio import tunneling
from gradio_client import Client, handle_file
from PIL import Image

import app
from demos.guard import SIMULTANEOUS
from models import digit, store
from tests import running_hub
from tests.running_hub import FILE_DATA, ROOT, STOP_SECONDS, classify, outcome, png, seven, upload

FLAGS = (
    "host",
    "port",
    "share",
    "share-server",
    "auth-file",
    "queue-size",
    "max-upload-mb",
    "demos",
    "models",
    "hub",
    "add",
    "lang",
    "feedback",
    "feedback-to",
    "mcp",
)
CALL = "/gradio_api/call/classify_digit"
CALL_BY_NAME = "/gradio_api/call/v2/classify_digit"


# ---- The first seconds ----


@pytest.fixture(scope="module")
def gated_hub():
    """A hub in English that is not let near TensorFlow yet."""
    with running_hub.start("--demos", "digit", "--lang", "en", gate_open=False) as hub:
        yield hub


@pytest.fixture(scope="module")
def first_seconds(gated_hub):
    """What a visitor meets before TensorFlow is there: the page, and a call that was made too early."""
    with gated_hub.http() as http:
        page = http.get("/")
        began = time.monotonic()
        event = http.post(CALL, json={"data": [upload(http, seven()), "convnet"]}).json()["event_id"]
        while time.monotonic() < began + 30 and "tensorflow" not in gated_hub.noted("imports"):
            time.sleep(0.1)
        begun = gated_hub.noted("imports")
        gated_hub.open_gate()
        return SimpleNamespace(page=page, imports=begun, answer=outcome(http, event))


@pytest.fixture(scope="module")
def hub(gated_hub, first_seconds):
    """A hub in English, all its networks at work or on their way."""
    return gated_hub


@pytest.fixture
def http(hub):
    with hub.http() as client:
        yield client


def test_the_page_is_served_before_tensorflow_is_imported(first_seconds):
    assert first_seconds.page.status_code == 200
    assert "Deep-learning demo hub" in first_seconds.page.text
    # It was asked for, in the background, and was still being waited for when the page had come.
    assert first_seconds.imports == ["tensorflow"]


def test_a_call_that_comes_before_the_networks_waits_and_is_answered(first_seconds):
    kind, results = first_seconds.answer
    assert kind == "complete"
    assert results[0]["label"] == "7"


def test_building_the_page_imports_neither_tensorflow_nor_keras():
    script = """
import sys, app
app.build(["digit"])
print([name for name in ("tensorflow", "keras", "jax", "torch") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr


def test_nothing_leaves_the_machine(hub, http):
    assert http.get("/zh").status_code == 200
    assert classify(http, upload(http, seven()))[1] == "complete"
    assert hub.noted("watching"), "the watcher did not run, so it proves nothing"
    assert hub.noted("outside") == []


def test_the_watcher_would_have_noticed_what_leaves(hub):
    script = """
import os, pathlib, socket
notes = pathlib.Path(os.environ["HUB_WATCH"]) / "outside"
for attempt in (lambda: socket.getaddrinfo("example.invalid", 80), lambda: socket.create_connection(("192.0.2.1", 80))):
    try:
        attempt()
    except OSError as error:
        print("refused")
print(notes.read_text().split())
notes.unlink()
"""
    printed = hub.watch(script).splitlines()
    assert printed[:2] == ["refused", "refused"]
    assert "'example.invalid'" in printed[2]
    assert "'192.0.2.1'" in printed[2]


# ---- The endpoint ----


def assert_reads_seven(result):
    assert set(result) == {"label", "is_digit", "probabilities"}
    assert (result["label"], result["is_digit"]) == ("7", True)
    assert list(result["probabilities"]) == list(digit.LABELS)
    assert sum(result["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert max(result["probabilities"], key=result["probabilities"].get) == "7"


@pytest.fixture
def good(http):
    """A call that is known to be answered, for after everything that is refused."""

    def call():
        status, kind, results = classify(http, upload(http, seven()), "lenet")
        assert (status, kind) == (200, "complete"), results
        assert_reads_seven(results[0])

    return call


def test_a_program_reads_a_seven_with_the_python_client(hub, tmp_path):
    picture = tmp_path / "seven.png"
    picture.write_bytes(seven())
    client = Client(hub.address, verbose=False, analytics_enabled=False)
    assert_reads_seven(client.predict(image=handle_file(str(picture)), network="convnet", api_name="/classify_digit"))
    assert_reads_seven(client.predict(handle_file(str(picture)), api_name="/classify_digit"))


@pytest.mark.parametrize("network", digit.NETWORKS)
def test_curl_reads_a_seven_in_three_requests(http, network):
    uploaded = http.post("/gradio_api/upload", files={"files": ("seven.png", seven(), "image/png")})
    [path] = uploaded.json()
    event = http.post(CALL, json={"data": [{"path": path, "meta": FILE_DATA}, network]}).json()["event_id"]
    stream = http.get(f"{CALL}/{event}")
    assert stream.headers["content-type"].startswith("text/event-stream")
    data = re.fullmatch(r"event: complete\ndata: (.*)\n\n", stream.text)[1]
    assert_reads_seven(json.loads(data)[0])


def test_curl_may_name_the_inputs(http):
    image = upload(http, seven())
    for inputs in ({"image": image, "network": "mlp"}, {"image": image}):
        answer = http.post(CALL_BY_NAME, json=inputs)
        assert answer.status_code == 200
        kind, results = outcome(http, answer.json()["event_id"])
        assert kind == "complete"
        assert_reads_seven(results[0])


def test_forty_programs_at_once_each_get_their_own_answer(http):
    pictures = {"7": seven(), "1": png(one())}
    uploads = {label: upload(http, content, f"{label}.png") for label, content in pictures.items()}
    wanted = ["7", "1"] * 20
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda label: classify(http, uploads[label], "lenet"), wanted))
    assert [(kind, results[0]["label"]) for _, kind, results in answers] == [("complete", label) for label in wanted]


def one():
    picture = Image.new("L", (200, 200), 255)
    picture.paste(0, (94, 40, 108, 165))
    return picture


def test_the_english_page_lists_one_endpoint_and_the_chinese_page_none(http):
    english = http.get("/gradio_api/info").json()
    chinese = http.get("/gradio_api/info", params={"page": "zh"}).json()
    assert list(english["named_endpoints"]) == ["/classify_digit"]
    endpoint = english["named_endpoints"]["/classify_digit"]
    assert [parameter["parameter_name"] for parameter in endpoint["parameters"]] == ["image", "network"]
    assert endpoint["parameters"][1]["type"]["enum"] == list(digit.NETWORKS)
    assert all(key in endpoint["description"] for key in ("label", "is_digit", "probabilities"))
    assert not english["unnamed_endpoints"]
    assert chinese == {"named_endpoints": {}, "unnamed_endpoints": {}}


def test_the_example_of_the_api_page_names_no_picture_elsewhere(http):
    [endpoint] = http.get("/gradio_api/info").json()["named_endpoints"].values()
    # Its snippets are there to be copied, and the hub fetches nothing from other hosts.
    assert not re.search(r"https?://(?!127\.0\.0\.1|localhost)", json.dumps(endpoint))


# ---- What is refused ----


def a_white_picture(http):
    return upload(http, png(Image.new("L", (100, 100), 255)))


def a_black_picture(http):
    return upload(http, png(Image.new("L", (100, 100), 0)))


def an_empty_file(http):
    return upload(http, b"")


def a_text_file(http):
    return upload(http, b"seven\n" * 100, "seven.txt")


def a_drawing_in_svg(http):
    return upload(http, b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(7)</script></svg>', "seven.svg")


def half_a_picture(http):
    return upload(http, seven()[: len(seven()) // 2])


def a_picture_of_100_megapixels(http):
    return upload(http, png(Image.new("1", (10_000, 10_000), 1)))


def a_picture_of_four_pixels(http):
    return upload(http, png(Image.new("L", (4, 4), 255)))


def a_thread(http):
    return upload(http, png(Image.new("L", (1000, 9), 255)))


REFUSED_PICTURES = [
    (lambda _: None, "Choose a picture first."),
    (a_white_picture, "Draw a digit first."),
    (a_black_picture, "I only see ink. Clear it and draw one digit."),
    (an_empty_file, "This picture is damaged. Try another one."),
    (a_text_file, "This picture is damaged. Try another one."),
    (half_a_picture, "This picture is damaged. Try another one."),
    (a_drawing_in_svg, "Please use a PNG, JPEG, WebP, GIF or BMP picture."),
    (a_picture_of_100_megapixels, "This picture is too large (at most 25 megapixels and 8192 pixels a side)."),
    (a_picture_of_four_pixels, "This picture is too small."),
    (a_thread, "This picture is too narrow."),
]


@pytest.mark.parametrize(("picture", "sentence"), REFUSED_PICTURES)
def test_what_is_no_picture_of_a_digit_gets_its_sentence(http, good, picture, sentence):
    status, kind, said = classify(http, picture(http))
    assert (status, kind) == (200, "error")
    assert said["error"] == sentence
    good()


@pytest.mark.parametrize("image", [{}, "seven.png", 7, True, [1, 2], {"path": 7}, {"path": ["a"]}, {"size": "large"}])
def test_what_is_no_file_is_told_what_the_endpoint_takes(http, good, image):
    status, kind, said = classify(http, image)
    assert (status, kind) == (400, "refused")
    assert "image (a file)" in said
    good()


@pytest.mark.parametrize("network", ["resnet", "CONVNET", "", None, 7, ["mlp"], {"mlp": 1}, "x" * 10_000])
def test_an_unknown_network_is_told_the_known_ones(http, good, network):
    status, kind, said = classify(http, upload(http, seven()), network)
    assert (status, kind) == (200, "error")
    assert said["error"] == "Please choose one of: convnet, lenet, mlp."
    good()


@pytest.mark.parametrize("network", ["resnet", "convnet/../digit-mlp", "../../etc/passwd", None, ["mlp"], {"mlp": 1}])
def test_the_look_inside_opens_known_networks_only(http, good, network):
    [event, *_] = [event["id"] for event in http.get("/config").json()["dependencies"] if event["api_name"] == "show"]
    body = {"fn_index": event, "session_hash": secrets.token_hex(6), "data": [network]}
    assert http.post("/gradio_api/queue/join", json=body).status_code == 200
    stream = http.get("/gradio_api/queue/data", params={"session_hash": body["session_hash"]}).text
    assert "Please choose one of: convnet, lenet, mlp." in stream
    good()


OUTSIDE_FILES = {
    "a file of the server": {"path": "/etc/passwd"},
    "a file of the hub": {"path": str(ROOT / "app.py")},
    "a folder": {"path": str(ROOT)},
    "a web address": {"path": "http://192.0.2.1/seven.png"},
    "a web address to read from": {"url": "http://192.0.2.1/seven.png"},
    "a picture inside the address": {"url": "data:image/png;base64,iVBORw0KGgo="},
    "a step up": {"path": "../../../../etc/passwd"},
    "a name with a zero byte": {"path": "seven.png\0"},
}


@pytest.mark.parametrize("named", OUTSIDE_FILES.values(), ids=OUTSIDE_FILES.keys())
def test_only_files_that_were_uploaded_are_opened(http, good, named):
    status, kind, said = classify(http, named | {"meta": FILE_DATA})
    assert (status, kind) == (400, "refused")
    assert "uploaded" in said
    good()


def test_the_page_s_own_events_open_only_uploaded_files_too(http, good):
    data = [None, {"path": "/etc/passwd", "meta": FILE_DATA}, "convnet", "picture"]
    for function in range(9):
        body = {"fn_index": function, "session_hash": "abcdefgh", "data": data}
        assert http.post("/gradio_api/queue/join", json=body).status_code == 400
    good()


BROKEN_CALLS = {
    "nothing": b"",
    "no JSON": b"{data",
    "no UTF-8": b"\xff\xfe\x00",
    "a list": b"[]",
    "no inputs": b"{}",
    "inputs of no kind": b'{"data": null}',
    "inputs by name in the wrong place": b'{"data": {"image": null}}',
    "too few inputs": b'{"data": [null]}',
    "no input at all": b'{"data": []}',
    "deep nesting": b'{"data": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
}


@pytest.mark.parametrize("body", BROKEN_CALLS.values(), ids=BROKEN_CALLS.keys())
def test_a_broken_call_is_refused(http, good, body):
    answer = http.post(CALL, content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
    good()


@pytest.mark.parametrize("inputs", [{}, {"network": "mlp"}, {"image": None, "colour": "red"}, {"picture": None}])
def test_a_call_with_the_wrong_names_is_refused(http, good, inputs):
    answer = http.post(CALL_BY_NAME, json=inputs)
    assert 400 <= answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
    good()


@pytest.mark.parametrize("path", [f"{CALL}/0123456789abcdef", "/gradio_api/queue/data?session_hash=nobody"])
def test_a_stream_that_nobody_asked_for_says_so_and_ends(http, good, path):
    answer = http.get(path)  # raises where the stream is torn
    assert "404" in answer.text
    assert "Traceback" not in answer.text
    good()


@pytest.mark.parametrize("function", [9999, -1, "classify", None])
def test_an_event_that_does_not_exist_is_refused(http, good, function):
    body = {"fn_index": function, "session_hash": "abcdefgh", "data": []}
    assert 400 <= http.post("/gradio_api/queue/join", json=body).status_code < 500
    good()


def test_what_visitors_do_wrong_fills_no_log_with_tracebacks_or_their_words(hub, http):
    classify(http, "private-picture")
    classify(http, upload(http, seven()), "private-network")
    http.post(CALL, json={"data": []})
    http.post(CALL_BY_NAME, json={"private-name": 1})
    http.get(f"{CALL}/private-event")
    assert "Traceback" not in hub.printed
    assert "private" not in hub.printed


HIDDEN = """
/gradio_api/run/classify_digit /gradio_api/api/classify_digit /gradio_api/call/handler /gradio_api/call/show
/gradio_api/startup-events /gradio_api/deep_link /gradio_api/component_server /gradio_api/process_recording
/gradio_api/custom_component/a/b/c /gradio_api/proxy=http://192.0.2.1/ /gradio_api/stream/a/b/c/playlist.m3u8
/gradio_api/runs /gradio_api/run-history/a /gradio_api/vibe-editor /gradio_api/dev/reload /gradio_api/queue/status
/gradio_api/openapi.json /openapi.json /docs /redoc /monitoring /monitoring/summary /profiling /pwa_icon /pwa_icon/9999
/gradio_api/file=/etc/passwd /gradio_api/file//etc/passwd /gradio_api/file=http://192.0.2.1/ /gradio_api/file=app.py
/gradio_api/file=%2fetc%2fpasswd /gradio_api/file=../../etc/passwd /gradio_api/file=.git/config /app.py /.git/config
/zh/../monitoring /ZH /de
"""


@pytest.mark.parametrize("path", HIDDEN.split())
def test_what_the_page_does_not_need_is_not_there(http, path):
    for method in ("GET", "POST"):
        answer = http.request(method, path, content=b"{}" if method == "POST" else None)
        assert answer.status_code == 404, f"{method} {path}: {answer.text[:100]}"


@pytest.mark.parametrize("path", ["/static/%2e%2e/%2e%2e/app.py", "/assets/..%2f..%2fapp.py", "/svelte/..%2fapp.py"])
def test_no_step_up_leads_out_of_the_folders_of_the_page(http, path):
    assert http.get(path).status_code in (403, 404)


def test_an_uploaded_file_comes_back_as_it_is_and_never_as_a_page(http):
    content = b"<html><script>alert(7)</script></html>"
    for name in ("seven.html", "seven.svg"):
        answer = http.get("/gradio_api/file=" + upload(http, content, name)["path"])
        assert answer.content == content
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_other_site_may_read_the_answers(http):
    for path in ("/", "/config", "/gradio_api/info"):
        answer = http.get(path, headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers


def twelve_megabytes():
    for _ in range(12):
        yield b" " * 2**20


@pytest.mark.parametrize("path", [CALL, CALL_BY_NAME, "/gradio_api/queue/join", "/gradio_api/reset"])
@pytest.mark.parametrize("body", [b" " * (12 * 2**20), twelve_megabytes], ids=["of known length", "in pieces"])
def test_a_body_of_12_mb_is_too_large(http, path, body):
    headers = {"content-type": "application/json"}
    answer = http.post(path, content=body() if callable(body) else body, headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize("megabytes", [6, 12])
def test_a_file_above_the_limit_is_not_taken(hub, http, good, megabytes):
    answer = http.post("/gradio_api/upload", files={"files": ("large.png", b"\0" * (megabytes * 2**20))})
    assert answer.status_code == 413
    sizes = [path.stat().st_size for path in hub.temporary.rglob("*") if path.is_file()]
    assert max(sizes, default=0) < 2**20
    good()


def test_a_large_form_field_is_not_kept_either(http, good):
    answer = http.post("/gradio_api/upload", data={"files": "x" * (12 * 2**20)})
    assert 400 <= answer.status_code < 500
    good()


# ---- A hub with other flags ----


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """A hub for one person, in Chinese, with a queue of one, 1 MB to upload and models of its own.

    While TensorFlow is held up every answer takes its time, so that it can be counted how many are worked on.
    """
    folder = tmp_path_factory.mktemp("strict")
    people = folder / "people"
    people.write_text("# who may come in\nada:engine:1\n", encoding="utf-8")
    models = shutil.copytree(store.PRETRAINED, folder / "models")
    flags = ("--auth-file", people, "--lang", "zh", "--queue-size", "1", "--max-upload-mb", "1", "--models", models)
    with running_hub.start(*map(str, flags), gate_open=False) as hub, hub.http() as guest, hub.http() as ada:
        login = ada.post("/login", data={"username": "ada", "password": "engine:1"})
        yield SimpleNamespace(hub=hub, guest=guest, ada=ada, login=login)


@pytest.fixture(scope="module")
def rush(strict):
    """The answers to 40 calls at once, then to one after another until two seconds later; then all may go on."""
    body = {"data": [upload(strict.ada, seven()), "lenet"]}
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: strict.ada.post(CALL, json=body), range(40)))
    while len(answers) < 60:
        answers.append(strict.ada.post(CALL, json=body))
        time.sleep(0.1)
    page_meanwhile = strict.ada.get("/zh")
    strict.hub.open_gate()
    accepted = [answer.json()["event_id"] for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code != 200]
    results = [outcome(strict.ada, event) for event in accepted]
    return SimpleNamespace(results=results, refused=refused, page=page_meanwhile)


def test_a_full_queue_refuses_politely(rush):
    assert rush.refused
    assert {answer.status_code for answer in rush.refused} == {503}
    assert all("full" in answer.text for answer in rush.refused)
    assert rush.page.status_code == 200


def test_as_many_are_worked_on_as_is_said_and_one_more_waits(rush):
    assert len(rush.results) == SIMULTANEOUS + 1


def test_whoever_was_let_in_gets_an_answer_and_the_hub_goes_on(strict, rush):
    assert [(kind, results[0]["label"]) for kind, results in rush.results] == [("complete", "7")] * len(rush.results)
    assert classify(strict.ada, upload(strict.ada, seven()))[1] == "complete"


def test_a_hub_with_an_auth_file_shows_strangers_only_the_login(strict):
    page = strict.guest.get("/zh")
    assert page.status_code == 200
    assert "auth_required" in page.text
    assert "hub-verdict" not in page.text
    assert strict.guest.get("/config").status_code == 401
    assert strict.guest.get("/gradio_api/info").status_code == 401
    assert strict.guest.post("/gradio_api/upload", files={"files": ("seven.png", seven())}).status_code == 401
    assert strict.guest.post(CALL, json={"data": [None, "mlp"]}).status_code == 401


def test_a_wrong_password_opens_nothing(strict):
    for name, password in (("ada", "engine"), ("ada", ""), ("bob", "engine:1")):
        answer = strict.guest.post("/login", data={"username": name, "password": password})
        assert 400 <= answer.status_code < 500
    assert strict.guest.get("/config").status_code == 401


def test_the_right_password_opens_the_hub(strict):
    assert strict.login.status_code == 200
    assert strict.ada.get("/config").status_code == 200
    assert "hub-verdict" in strict.ada.get("/zh").text


def test_a_hub_in_chinese_leads_a_first_visit_to_the_chinese_page(strict):
    answer = strict.ada.get("/", headers={"accept-language": "en"})
    assert (answer.status_code, answer.headers["location"]) == (307, "zh")
    assert strict.ada.get("/?lang=en").status_code == 200


def test_a_hub_in_english_does_not_ask_the_browser(http):
    assert http.get("/", headers={"accept-language": "zh-CN"}).status_code == 200


def page_config(http, language):
    """What a page consists of, with all its texts."""
    page = http.get(f"/{language}").text
    return json.dumps(
        json.loads(re.search(r"window\.gradio_config = (\{.*?\});</script>", page, re.DOTALL)[1]), ensure_ascii=False
    )


def test_the_upload_limit_of_the_flag_is_told_and_kept(strict):
    assert "1 MB" in page_config(strict.ada, "zh")
    assert "5 MB" not in page_config(strict.ada, "zh")
    too_large = strict.ada.post("/gradio_api/upload", files={"files": ("a.png", b"\0" * (2 * 2**20))})
    assert too_large.status_code == 413


def test_models_from_a_folder_of_ones_own_are_said_to_be_so(strict):
    assert "本地文件夹" in page_config(strict.ada, "zh")


# ---- The command line ----


REFUSED_FLAGS = {
    "an unknown demo": (("--demos", "digit,cat"), "cat"),
    "no demo": (("--demos", ","), "digit"),
    "a Hub that cannot be": (("--hub", "https://example.invalid/a"), "OWNER"),
    "a tag that cannot be": (("--hub", "ada@../main"), "OWNER@TAG"),
    "an added network without a sha": (("--add", "digit=ada/digit-x@main"), "full commit sha"),
    "an added network whose tab is not shown": (("--demos", "gan", "--add", "digit=."), "--demos leaves out"),
    "an added network for a tab that takes none": (("--add", "house=."), "No network can be added to house"),
    "a port that is none": (("--port", "70000"), "70000"),
    "a port in words": (("--port", "http"), "http"),
    "a queue of nobody": (("--queue-size", "0"), "1 or more"),
    "uploads of nothing": (("--max-upload-mb", "none"), "none"),
    "a tunnel server without a port": (("--share-server", "frp.example.org"), "HOST:PORT"),
    "a language it does not speak": (("--lang", "fr"), "fr"),
}

REFUSED_STARTS = {
    "a flag that there is not": (("--fast",), "--fast"),
    "an auth file that is not there": (("--auth-file", "nowhere/people"), "nowhere/people"),
    "an auth file without passwords": (("--auth-file", "{folder}/people"), "name:password"),
    "models that are not there": (("--models", "nowhere/models"), "python -m training.digit"),
    "an added network without labels": (("--add", "digit={folder}"), "it has no labels.txt"),
    "a port in use": (("--port", "{port}"), "{port}"),
    "corrections that cannot be kept": (("--feedback", "{folder}"), "--feedback: {folder}"),
    "an address of another machine": (("--host", "192.0.2.1"), "192.0.2.1"),
}


@pytest.mark.parametrize("name", REFUSED_FLAGS)
def test_a_flag_that_cannot_be_meant_is_refused_with_one_line(name, capsys):
    flags, expected = REFUSED_FLAGS[name]
    with pytest.raises(SystemExit) as ended:
        app.parse_flags(list(flags))
    assert ended.value.code == 2
    assert_one_line(capsys.readouterr().err, expected)


def assert_one_line(errors, expected):
    *before, last = errors.strip().splitlines()
    assert expected in last
    assert all(line.startswith(("usage:", " ")) for line in before), errors


@pytest.fixture(scope="module")
def command_lines(tmp_path_factory):
    """What --help and the starts that cannot work come to: name -> status, output, errors, values filled in."""
    folder = tmp_path_factory.mktemp("flags")
    (folder / "people").write_text("ada\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        values = {"folder": str(folder), "port": str(taken.getsockname()[1])}
        lines = {name: [flag.format(**values) for flag in flags] for name, (flags, _) in REFUSED_STARTS.items()}
        lines["help"] = ["--help"]
        with ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as pool:
            return dict(zip(lines, pool.map(lambda flags: run_app(flags, values), lines.values()), strict=True))


def run_app(flags, values):
    command = [sys.executable, "app.py", *flags]
    environment = os.environ | {"COLUMNS": "200"}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return SimpleNamespace(status=None, output="", errors="It went on running.", values=values)
    return SimpleNamespace(status=done.returncode, output=done.stdout, errors=done.stderr, values=values)


def test_help_says_of_every_flag_what_it_does(command_lines):
    text = command_lines["help"].output
    said = dict(re.findall(r"^  --([\w-]+)(?: [A-Z{][^ \n]*)?\s+(\S.*)$", text, re.MULTILINE))
    assert sorted(said) == sorted(FLAGS)
    assert all(len(sentence.split()) >= 4 for sentence in said.values()), said


@pytest.mark.parametrize("name", REFUSED_STARTS)
def test_a_start_that_cannot_work_ends_with_one_line(command_lines, name):
    ended = command_lines[name]
    assert ended.status in (1, 2), ended.errors
    assert_one_line(ended.errors, REFUSED_STARTS[name][1].format(**ended.values))


# ---- A public link ----

LINK = "https://0123456789abcdef.example.org"
# What stands in for Gradio's tunnel program: it says what that says, and stays until it is ended.
TUNNEL = f"""#!{sys.executable}
import sys, time
print("start proxy success: {LINK}" if "--server_addr" in sys.argv else "login to server failed", flush=True)
time.sleep(600)
"""


def put_tunnel(folder, script):
    program = folder / "gradio" / "frpc" / tunneling.BINARY_FILENAME
    program.parent.mkdir(parents=True)
    program.write_text(script, encoding="utf-8")
    program.chmod(0o700)


def wait_until_printed(hub, text, seconds=40):
    deadline = time.monotonic() + seconds
    while text not in hub.printed:
        assert time.monotonic() < deadline, hub.printed
        time.sleep(0.1)


def test_a_public_link_is_printed_and_closed_at_the_end(tmp_path):
    put_tunnel(tmp_path, TUNNEL)
    flags = ("--demos", "digit", "--share", "--share-server", "127.0.0.1:7000")
    with running_hub.start(*flags, gate_open=False, HF_HOME=str(tmp_path)) as hub:
        wait_until_printed(hub, f"For everybody, for up to a week: {LINK}")
        with hub.http() as http:
            assert http.get("/healthz").status_code == 200
        status, seconds = hub.stop()
        assert (status, seconds < STOP_SECONDS) == (0, True), hub.printed
        assert "Traceback" not in hub.printed


@pytest.mark.parametrize(
    ("script", "server", "said"),
    [
        (None, (), "Gradio's share server cannot be reached"),
        (None, ("--share-server", "127.0.0.1:7000"), "the tunnel program cannot be downloaded"),
        ("no program\n", ("--share-server", "127.0.0.1:7000"), "cannot be saved or run on this machine"),
        (TUNNEL.replace("--server_addr", "--never"), ("--share-server", "127.0.0.1:7000"), "refuses, or does not"),
    ],
)
def test_without_a_public_link_the_hub_says_why_and_goes_on(tmp_path, script, server, said):
    if script:
        put_tunnel(tmp_path, script)
    flags = ("--demos", "digit", "--share", *server)
    with running_hub.start(*flags, gate_open=False, HF_HOME=str(tmp_path)) as hub, hub.http() as http:
        wait_until_printed(hub, "There is no public link:")
        assert said in hub.printed
        assert "--host 0.0.0.0" in hub.printed
        assert http.get("/").status_code == 200
        assert "Traceback" not in hub.printed


# ---- Whether it is well ----


def test_a_hub_is_alive_before_it_is_ready_and_tells_strangers_so():
    with running_hub.start("--demos", "digit", gate_open=False) as hub, hub.http() as http:
        assert http.get("/healthz").json() == {"alive": True}
        early = http.get("/readyz")
        assert early.status_code == 503
        assert early.json()["reasons"] == ["not loaded: digit-convnet, digit-lenet, digit-mlp"]
        hub.open_gate()
        deadline = time.monotonic() + 60
        while http.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline, http.get("/readyz").text
            time.sleep(0.2)
        report = http.get("/readyz").json()
        assert report["models"].keys() == {"digit-convnet", "digit-lenet", "digit-mlp"}
        assert str(ROOT) not in json.dumps(report)


def test_a_hub_with_an_auth_file_still_says_that_it_is_alive(strict):
    assert strict.guest.get("/healthz").status_code == 200
    assert strict.guest.get("/").url.path != "/zh"


# ---- The end ----


def test_an_answer_that_has_begun_is_finished_before_the_end():
    with running_hub.start("--demos", "digit") as hub, hub.http() as http:
        assert classify(http, upload(http, seven()))[1] == "complete"
        picture = upload(http, seven())
        with ThreadPoolExecutor(4) as pool:
            begun = [http.post(CALL, json={"data": [picture, "convnet"]}).json()["event_id"] for _ in range(4)]
            answers = [pool.submit(outcome, http, event) for event in begun]
            status, seconds = hub.stop()
            finished = [answer.result()[0] for answer in answers]
        assert finished == ["complete"] * 4
        assert status == 0
        assert seconds < STOP_SECONDS


def test_sigterm_ends_it_within_ten_seconds_and_takes_its_files_along():
    with running_hub.start("--demos", "digit") as hub, hub.http() as http:
        upload(http, seven())
        assert list(hub.temporary.rglob("seven.png"))
        listener = threading.Thread(target=listen, args=(hub,), daemon=True)
        listener.start()
        time.sleep(0.5)
        status, seconds = hub.stop()
        assert status == 0, hub.printed
        assert seconds < STOP_SECONDS
        assert not list(hub.temporary.glob("hub-*"))
        assert "Traceback" not in hub.printed
        with pytest.raises(httpx.TransportError):
            http.get("/")


def test_a_hub_whose_corrections_hang_on_their_way_ends_in_time(hub_server):
    """``hub_server`` is our Hugging Face Hub on loopback; the request for a commit is never answered."""
    hub_server.reset()
    environment = {name: os.environ[name] for name in ("HF_ENDPOINT", "HF_TOKEN")}
    flags = ("--demos", "digit", "--feedback-to", "alice/corrections")
    with running_hub.start(*flags, gate_open=False, **environment) as hub:
        hub_server.hang(kind="commit")
        hub_server.hang(kind="preupload")
        (unsent,) = hub.temporary.glob("hub-feedback-*")
        (unsent / "more.jsonl").write_text("{}\n")
        status, seconds = hub.stop()
        hub_server.reset()
        assert (status, seconds < STOP_SECONDS) == (0, True), hub.printed
        assert "did not take the last corrections" in hub.printed
        assert [path.name for path in hub.temporary.glob("hub-*")] == [unsent.name]


def listen(hub):
    """Keep a stream open, as every open page does."""
    try:
        with hub.http() as http, http.stream("GET", "/gradio_api/heartbeat/abcdefgh") as stream:
            for _ in stream.iter_bytes():
                pass
    except httpx.TransportError:
        pass


@pytest.mark.parametrize("seconds", [0, 2, 4])
def test_sigterm_while_networks_are_loaded_ends_it_cleanly(seconds):
    with running_hub.start("--demos", "digit,image") as hub:
        time.sleep(seconds)
        status, _seconds = hub.stop()
        assert status == 0, hub.printed
        assert hub.printed.rstrip().endswith("The hub has stopped.")


def test_once_it_says_that_it_has_stopped_nobody_is_kept_waiting():
    with running_hub.start("--demos", "digit") as hub, hub.http() as http:
        assert classify(http, upload(http, seven()))[1] == "complete"
        hub.process.send_signal(signal.SIGTERM)
        while "The hub has stopped." not in hub.printed:
            time.sleep(0.02)
        hub.process.wait(1)


def test_ctrl_c_ends_it_without_a_traceback():
    with running_hub.start("--demos", "digit") as hub:
        hub.process.send_signal(signal.SIGINT)
        assert hub.process.wait(STOP_SECONDS) == 0, hub.printed
        assert not list(hub.temporary.glob("hub-*"))
        assert "Traceback" not in hub.printed
