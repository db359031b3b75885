"""Write the documentation for programs out of the tables of the demos.

    python -m demos.reference

writes docs/api.md and docs/api.zh-CN.md; a test fails where they say anything else than the tables.
"""

from pathlib import Path

from demos import digit, forecast, gan, guard, house, image, page, sentiment
from demos.endpoint import REQUIRED, Endpoint, Parameter
from demos.firewall import CALLS_A_MINUTE, CALLS_AT_ONCE
from demos.guard import BODY_MEGABYTES, Refusal, _
from demos.page import Translate

ENDPOINTS: tuple[Endpoint, ...] = tuple(demo.API for demo in (digit, image, house, forecast, sentiment, gan))
DOCS = Path(__file__).parent.parent / "docs"
FILES = {"en": DOCS / "api.md", "zh": DOCS / "api.zh-CN.md"}

PYTHON = """from gradio_client import Client, handle_file

hub = Client("http://127.0.0.1:7860")
print(hub.predict(handle_file("digit.png"), api_name="/classify_digit"))
print(hub.predict(living_area=2400, zip_code="98103", api_name="/estimate_price"))
"""
CURL = """hub=http://127.0.0.1:7860
call=$hub/gradio_api/call
json='Content-Type: application/json'
event=$(curl -s -H "$json" -d '{"text": "not bad at all"}' $call/v2/classify_sentiment | cut -d'"' -f4)
curl -s -N $call/classify_sentiment/$event
file=$(curl -s -F files=@digit.png $hub/gradio_api/upload | tr -d '[]"')
image="{\\"path\\": \\"$file\\", \\"meta\\": {\\"_type\\": \\"gradio.FileData\\"}}"
event=$(curl -s -H "$json" -d "{\\"image\\": $image}" $call/v2/classify_digit | cut -d'"' -f4)
curl -s -N $call/classify_digit/$event
"""
FETCH = """const hub = location.origin;

async function call(name, values) {
  const asked = await fetch(`${hub}/gradio_api/call/v2/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(values),
  });
  const begun = await asked.json();
  if (!asked.ok) throw new Error(begun.error);
  const stream = await (await fetch(`${hub}/gradio_api/call/${name}/${begun.event_id}`)).text();
  const [kind, data] = stream.trim().split("\\n\\n").at(-1).split("\\n");
  const result = JSON.parse(data.slice("data: ".length));
  if (kind !== "event: complete") throw new Error(result.error);
  return result[0];
}

async function upload(file) {
  const body = new FormData();
  body.append("files", file, "picture.png");
  const sent = await fetch(`${hub}/gradio_api/upload`, { method: "POST", body });
  if (!sent.ok) throw new Error(await sent.text());
  const [path] = await sent.json();
  return { path, meta: { _type: "gradio.FileData" } };
}

const canvas = Object.assign(document.createElement("canvas"), { width: 56, height: 56 });
const pen = canvas.getContext("2d");
pen.fillStyle = "white";
pen.fillRect(0, 0, 56, 56);
pen.lineWidth = 5;
pen.stroke(new Path2D("M14 12 H42 L26 46"));
const picture = await new Promise((done) => canvas.toBlob(done));
console.log(await call("classify_digit", { image: await upload(picture) }));
console.log(await call("forecast", { values: [3, 5, 4, 6, 5, 7, 6, 8, 7, 9], horizon: 2, season: 2 }));
"""

TITLE = _("For programs")
INTRO = _(
    "Each tab of the hub answers programs too, with plain values. This page is written by `python -m demos.reference` "
    "out of the tables that the hub describes its calls by. The sentences are those that really come back."
)
HOW = _(
    "A call has two steps: `POST /gradio_api/call/v2/NAME` with a JSON object of parameters gives an `event_id`, and "
    "`GET /gradio_api/call/NAME/EVENT_ID` streams the outcome: `event: complete` with a list that holds the result, or "
    "`event: error` with an object whose `error` is a sentence. What is left out has its default. A file is sent "
    "first, to `/gradio_api/upload`, and then named by the path that comes back; it is deleted within an hour. "
    "An EVENT_ID that is not known, or was fetched before, gives `event: error` with a text in place of the object."
)
COLUMNS = (_("parameter"), _("type and range"), _("default"), _("meaning"))
RESULT, REFUSED, MUST = _("Result:"), _("What is said about values that cannot be used:"), _("must be given")
ALWAYS = _("Errors of every call")
AT_ANY_CALL = _("Any call may be answered with one of these sentences in place of a result:")
STATUSES = {
    400: _(
        "The body is no JSON object, the call does not have these parameters, or it names a file that was not uploaded "
        "here; the sentence says which."
    ),
    401: _("The hub asks for a password (see below)."),
    404: _("There is no such call."),
    413: _("The body is larger than {megabytes} MB, or the file larger than the hub allows (then as plain text)."),
    429: _(
        "On a public Space: more than {calls} calls a minute from one address, {at_once} at once. Wait, and try again."
    ),
    503: _("The hub is full or closing. Try again in a minute."),
}
EXAMPLES = _("Examples")
FROM_A_BROWSER = _(
    "A page that comes from the hub's own address may call it. So may a page from elsewhere, where the hub is reached "
    "by a name or a LAN address; nothing has to be set. Where it is reached as `localhost` or `127.0.0.1`, only pages "
    "that come from there too may, so that no page on the internet reads what runs on your own machine: serve your "
    "page from `localhost`, or start the hub with `--host 0.0.0.0` and call it by its LAN address."
)
WITH_PASSWORD = _(
    'A hub with `--auth-file` lets in `Client("http://127.0.0.1:7860", auth=("name", "password"))`; curl signs in with '
    "`curl -s -c jar -d 'username=name&password=password' $hub/login`, and then sends the cookie with `-b jar`."
)
MCP = _(
    "`python app.py --mcp` also makes each call a tool for language models, at `/gradio_api/mcp/` (Model Context "
    "Protocol, streamable HTTP); it needs `pip install -r requirements-mcp.txt`. A picture is given there as a "
    "`data:image/png;base64,` address, and anybody may use the tools: `--auth-file` and `--mcp` do not go together."
)


def document(language: str) -> str:
    """Return the whole page in a language, as Markdown."""
    translate = page.translator(language)
    other = FILES["zh" if language == "en" else "en"].name
    parts = [
        f"# {translate(TITLE)}",
        f"[{page.LANGUAGES['zh' if language == 'en' else 'en']}]({other})",
        translate(INTRO),
        translate(HOW),
        *(_section(endpoint, translate) for endpoint in ENDPOINTS),
        f"## {translate(ALWAYS)}",
        _errors(translate),
        f"## {translate(EXAMPLES)}",
        f"Python:\n\n```python\n{PYTHON}```",
        f"curl:\n\n```sh\n{CURL}```",
        f"JavaScript:\n\n```js\n{FETCH}```",
        translate(FROM_A_BROWSER),
        translate(WITH_PASSWORD),
        "## MCP",
        translate(MCP),
    ]
    return "\n\n".join(parts) + "\n"


def _section(endpoint: Endpoint, translate: Translate) -> str:
    head = "| " + " | ".join(map(translate, COLUMNS)) + " |\n|---|---|---|---|\n"
    rows = "\n".join(_row(name, parameter, translate) for name, parameter in endpoint.parameters.items())
    results = "\n".join(
        f"- `{name}`: {translate(about)}" if name else f"- {translate(about)}"
        for name, about in endpoint.returns.items()
    )
    refusals = [
        *(each for parameter in endpoint.parameters.values() for each in parameter.refusals),
        *endpoint.refusals,
    ]
    said = "\n".join(f"- {sentence}" for sentence in dict.fromkeys(map(sentence_of, refusals)))
    parts = [
        f"## `{endpoint.name}`",
        translate(endpoint.about),
        head + rows,
        f"{translate(RESULT)}\n\n{results}",
        f"{translate(REFUSED)}\n\n{said}",
    ]
    return "\n\n".join(parts)


def sentence_of(refusal: Refusal) -> str:
    """Return the sentence as a program gets it, which is in English."""
    return refusal.sentence.format(**refusal.values)


def _row(name: str, parameter: Parameter, translate: Translate) -> str:
    cells = (
        f"`{name}`",
        parameter.shown_type(translate),
        _default(parameter, translate),
        translate(parameter.about or " "),
    )
    return "| " + " | ".join(cell.strip() for cell in cells) + " |"


def _default(parameter: Parameter, translate: Translate) -> str:
    if parameter.usual:
        return translate(parameter.usual)
    return translate(MUST) if parameter.default is REQUIRED else f"`{parameter.default}`"


def _errors(translate: Translate) -> str:
    sentences = (guard.NOT_READY, guard.BUSY, guard.UNAVAILABLE, guard.FAULT.format(reference="1a2b3c4d"))
    values = {"megabytes": BODY_MEGABYTES, "calls": CALLS_A_MINUTE, "at_once": CALLS_AT_ONCE}
    said = "\n".join(f"- {sentence}" for sentence in sentences)
    rows = "\n".join(f"| {status} | {translate(about).format(**values)} |" for status, about in STATUSES.items())
    return f"{translate(AT_ANY_CALL)}\n\n{said}\n\n| HTTP | |\n|---|---|\n{rows}"


def main() -> int:
    """Write both files."""
    for language, path in FILES.items():
        path.write_text(document(language), encoding="utf-8")
        print(f"Wrote {path.name}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
