"""``--mcp``: each demo is a tool for language models; without the flag or the package there is none."""

import asyncio
import base64
import json
from contextlib import asynccontextmanager

import pytest

import app
from demos import reference
from tests import running_hub
from tests.running_hub import seven

NAMES = [endpoint.name for endpoint in reference.ENDPOINTS]


def test_without_the_package_the_flag_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(app, "find_spec", lambda name: None)
    assert app.main(["--mcp"]) == 2
    assert "pip install -r requirements-mcp.txt" in capsys.readouterr().err


def test_tools_and_passwords_do_not_go_together(capsys, tmp_path):
    people = tmp_path / "people"
    people.write_text("alice:secret\n")
    assert app.main(["--mcp", "--auth-file", str(people)]) == 2
    assert "do not go together" in capsys.readouterr().err


@pytest.fixture(scope="module")
def hub():
    pytest.importorskip("mcp", reason="pip install -r requirements-mcp.txt")
    with running_hub.start("--mcp", "--lang", "en") as hub:
        with hub.http() as http:
            assert "complete" in (running_hub.call(http, "classify_sentiment", "good", "lstm")[1] for _try in range(5))
        yield hub


@asynccontextmanager
async def session(hub):
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async with (
        streamable_http_client(f"{hub.address}/gradio_api/mcp/") as (read, write, _id),
        ClientSession(read, write) as one,
    ):
        await one.initialize()
        yield one


def ask(hub, name, **values):
    """Call a tool as a language model would: (did it fail, the texts and pictures that came)."""

    async def call():
        async with session(hub) as tools:
            return await tools.call_tool(name, values)

    answer = asyncio.run(call())
    return bool(answer.isError), [getattr(part, "text", None) or part.data for part in answer.content]


def test_every_demo_is_a_tool_with_a_description_and_its_parameters(hub):
    async def listed():
        async with session(hub) as tools:
            return (await tools.list_tools()).tools

    tools = asyncio.run(listed())
    assert [tool.name for tool in tools] == NAMES
    for tool, endpoint in zip(tools, reference.ENDPOINTS, strict=True):
        assert tool.description.startswith(endpoint.about) and "Result:" in tool.description
        assert list(tool.inputSchema["properties"]) == list(endpoint.parameters)
        for name, parameter in endpoint.parameters.items():
            said = tool.inputSchema["properties"][name]["description"]
            assert parameter.about in said and (parameter.kind == "file" or parameter.shown_type(str) in said)


def test_a_tool_answers_and_takes_a_picture(hub):
    failed, (said,) = ask(hub, "classify_sentiment", text="not bad at all", network="lstm")
    assert not failed and "'label'" in said
    address = "data:image/png;base64," + base64.b64encode(seven()).decode()
    for _try in range(5):
        failed, (said,) = ask(hub, "classify_digit", image=address, network="mlp")
        if not failed:
            break
    assert not failed and "'label': '7'" in said


def test_a_tool_says_what_is_wrong_in_the_hubs_own_sentence(hub):
    assert ask(hub, "classify_sentiment", text="", network="lstm") == (True, ["Please enter a text."])
    failed, (said,) = ask(hub, "generate_digits", seed=-1)
    assert failed and "seed must be a whole number from 0 to 2,147,483,647." in said


@pytest.mark.parametrize(
    "image", ["/etc/passwd", "http://127.0.0.1:9/x.png", "file:///etc/passwd", "data:text/html,x", ""]
)
def test_no_file_of_the_machine_and_no_other_host_is_read_for_a_tool(hub, image):
    failed, said = ask(hub, "classify_digit", image=image, network="mlp")
    assert failed and "root:" not in json.dumps(said)
    assert hub.noted("outside") == []


def test_only_the_one_transport_is_served(hub):
    with hub.http() as http:
        for path in (
            "/gradio_api/mcp/sse",
            "/gradio_api/mcp/messages/",
            "/gradio_api/mcp/schema",
            "/gradio_api/mcp/http",
        ):
            assert http.get(path).status_code == 404
        assert str(hub.address) + "/gradio_api/mcp/" in hub.printed
