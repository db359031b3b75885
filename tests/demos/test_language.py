"""``demos.language``: which language a page is in, and where a first visit leads."""

from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from demos.language import SCRIPT, PageLanguage, prefers_chinese

HEAD = '<!doctype html>\n<html lang="en" style="margin: 0">\n<head><title>中文 page</title></head>\n'
PAGE = HEAD + '<body lang="en"></body></html>'
CHINESE = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}
ENGLISH = {"accept-language": "en-US,en;q=0.9,zh;q=0.8"}


def in_pieces(_request):
    """The page in pieces that cut through a tag and through a letter."""
    content = PAGE.encode()

    async def pieces():
        for start in range(0, len(content), 5):
            yield content[start : start + 5]

    return StreamingResponse(pieces(), media_type="text/html")


def behind(page=lambda _: HTMLResponse(PAGE), first_language="auto"):
    """A client of the middleware in front of two pages and one more route."""
    routes = [
        Route("/", page, methods=["GET", "POST"]),
        Route("/zh", page),
        Route("/config", lambda _: PlainTextResponse(PAGE)),
    ]
    app = PageLanguage(Starlette(routes=routes), first_language)
    return TestClient(app, base_url="http://hub", follow_redirects=False)


def led(path, first_language="auto", headers=ENGLISH):
    """Where a visit is led, or None where it stays."""
    answer = behind(first_language=first_language).get(path, headers=headers)
    assert answer.status_code in (200, 307)
    return answer.headers.get("location")


# What a browser prefers


@pytest.mark.parametrize(
    ("accept_language", "chinese"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", True),
        ("zh", True),
        ("zh-TW", True),
        ("ZH-cn", True),
        ("zh-Hans-CN", True),
        ("en-US,en;q=0.9", False),
        ("en-US,en;q=0.9,zh;q=0.8", False),
        ("en;q=0.8,zh;q=0.9", True),
        ("en; q=0.5, zh; q=0.3", False),
        ("en; q=0.3, zh; q=0.5", True),
        ("fr,zh;q=0.5", True),
        ("fr,en;q=0.4,zh;q=0.5", True),
        ("en,zh", False),
        ("zh,en", True),
        ("fr,de", False),
        ("*", False),
        ("", False),
        ("zh;q=0", False),
        ("en;q=0.1,zh;q=0", False),
        ("zh;q=nan,en;q=0.5", False),
        ("zh;q=abc,en", False),
        (";;;,,,=", False),
        ("zh;q=" * 10_000, False),
        ("fr," * 1000 + "zh", False),
    ],
)
def test_chinese_counts_where_it_stands_before_english(accept_language, chinese):
    assert prefers_chinese(accept_language) is chinese


# Where a visit leads


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/", None),
        ("/?lang=en", None),
        ("/?lang=fr", None),
        ("/?lang=", None),
        ("/?tab=digit", None),
        ("/?lang=zh", "zh"),
        ("/?lang=zh-CN", "zh"),
        ("/?lang=zh&tab=digit", "zh?tab=digit"),
        ("/?tab=digit&lang=zh&__theme=dark", "zh?tab=digit&__theme=dark"),
        ("/zh", None),
        ("/zh?lang=zh", None),
        ("/zh?tab=digit", None),
        ("/zh?lang=en", "./?lang=en"),
        ("/zh?lang=en&tab=digit", "./?lang=en&tab=digit"),
        ("/zh?lang=fr", None),
        ("/zh/", "../zh"),
        ("/zh/?tab=gan&lang=en", "../zh?tab=gan&lang=en"),
        ("/zh/?seed=", "../zh?seed="),
    ],
)
def test_the_address_decides(path, target):
    assert led(path) == target


@pytest.mark.parametrize(
    ("path", "target"),
    [("/", "zh"), ("/?tab=digit", "zh?tab=digit"), ("/?lang=en", None), ("/zh", None), ("/zh?lang=en", "./?lang=en")],
)
def test_a_first_visit_of_a_chinese_browser_leads_to_the_chinese_page(path, target):
    assert led(path, headers=CHINESE) == target


@pytest.mark.parametrize(
    ("flag", "headers", "target"),
    [("zh", ENGLISH, "zh"), ("zh", CHINESE, "zh"), ("en", CHINESE, None), ("en", ENGLISH, None), ("auto", {}, None)],
)
def test_the_flag_decides_a_first_visit(flag, headers, target):
    assert led("/", flag, headers) == target


@pytest.mark.parametrize(("flag", "path", "target"), [("zh", "/?lang=en", None), ("en", "/?lang=zh", "zh")])
def test_the_address_stands_above_the_flag(flag, path, target):
    assert led(path, flag) == target


@pytest.mark.parametrize(
    "query",
    [
        "//evil.example",
        "a=%0d%0aSet-Cookie:%20x",
        "a=%E4%B8%AD",
        "a=%ff",
        "http://evil.example/?b=c",
        "%2f%2fevil.example=",
    ],
)
def test_no_query_leads_off_the_hub_or_breaks_the_header(query):
    target = led(f"/?lang=zh&{query}")
    assert target == "zh" or target.startswith("zh?")
    assert target.isascii()
    assert not set(target) & set("\r\n :")


def test_switching_there_and_back_does_not_go_in_circles():
    client = behind()
    client.follow_redirects = True
    for path in ("/", "/zh", "/?lang=en", "/?lang=zh", "/zh?lang=en", "/zh?lang=zh"):
        assert client.get(path, headers=CHINESE).status_code == 200
        assert client.get(path, headers=ENGLISH).status_code == 200


def test_what_a_browser_was_led_by_is_told_to_caches():
    assert behind().get("/", headers=CHINESE).headers["vary"] == "accept-language"
    assert behind().get("/", headers=ENGLISH).headers["vary"] == "accept-language"


# What stands on the page


@pytest.mark.parametrize("page", [lambda _: HTMLResponse(PAGE), in_pieces], ids=["whole", "in pieces"])
@pytest.mark.parametrize(("path", "code"), [("/", "en"), ("/zh", "zh-CN")])
def test_a_page_says_its_language_and_runs_the_hubs_script_first(page, path, code):
    answer = behind(page).get(path, headers=ENGLISH)
    assert f'<html lang="{code}"' in answer.text
    assert f"<head><script>{SCRIPT.read_text()}</script><title>中文 page</title>" in answer.text
    assert answer.text.endswith('<body lang="en"></body></html>')
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_the_script_takes_its_language_from_the_page():
    assert "document.documentElement.lang" in SCRIPT.read_text()
    assert "</script" not in SCRIPT.read_text()


def test_a_page_without_a_head_or_a_language_passes_unharmed():
    answer = behind(lambda _: PlainTextResponse("Not today.", 503)).get("/", headers=ENGLISH)
    assert (answer.status_code, answer.text) == (503, "Not today.")


def test_an_empty_answer_passes_unharmed():
    answer = behind(lambda _: Response(status_code=204)).get("/", headers=ENGLISH)
    assert (answer.status_code, answer.content) == (204, b"")


def test_other_routes_are_left_alone():
    answer = behind().get("/config?lang=zh", headers=CHINESE)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert "vary" not in answer.headers


def test_what_is_sent_to_a_page_is_left_alone():
    answer = behind().post("/?lang=zh", headers=CHINESE)
    assert (answer.status_code, answer.text) == (200, PAGE)


def test_the_start_and_end_of_the_server_pass_through():
    seen = []

    @asynccontextmanager
    async def lifespan(_app):
        seen.append("start")
        yield
        seen.append("end")

    with TestClient(PageLanguage(Starlette(lifespan=lifespan))):
        pass
    assert seen == ["start", "end"]
