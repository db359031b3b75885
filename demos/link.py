"""Links that carry what a tab shows, such as ``/?tab=gan&digit=7&seed=42&hide=house``: read, checked, and made.

A link is read by the page that it opens and made by the page that shows it: nothing about it is kept on the server.
"""

import json
import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr

from demos import guard
from demos.guard import _
from demos.page import Translate

SCRIPT = Path(__file__).with_name("link.js")
LONGEST_QUERY = 8000  # characters; a text of LONGEST_TEXT Chinese ones needs 4,500
LONGEST_TEXT = 500
NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)
# Writes the mistakes that hub.js found as sentences.
TELL = """
const notice = element.querySelector(".hub-link-notes");
const sentences = window.hubLink.mistakes.map(({ kind, name, tab }) =>
  notice.dataset[kind].replace("{name}", () => name).replace("{tab}", () => tab));
for (const sentence of new Set(sentences)) {
  notice.append(Object.assign(document.createElement("li"), { textContent: sentence }));
}
"""

LEFT_OUT = _("Not taken from the link: {name}. {why}")
TOO_LONG_QUERY = _("The link is too long and was not read.")
ALL_HIDDEN = _("A link cannot hide every tab.")
HIDES_ITSELF = _("A link cannot hide the tab that it opens.")
UNKNOWN_NAME = _("Links to this tab take nothing of that name.")
OF_ANOTHER_TAB = _("It belongs to another tab, which the link must name: tab={tab}.")

# Name in the address -> what makes a component's value of its text, or raises guard.Refusal.
Readers = dict[str, Callable[[str], Any]]


def number(text: str) -> Any:
    """Return the number that a text writes; any other text as it is, for a check to refuse."""
    if not NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def short_text(text: str) -> str:
    """Return a text of 1 to ``LONGEST_TEXT`` characters, else raise ``guard.Refusal``."""
    return guard.require_text(text, LONGEST_TEXT)


def parse(query: Any) -> dict[str, str]:
    """Return the parameters of an address's query; of those given twice the first.

    Raises:
        guard.Refusal: it is too long.
    """
    if not isinstance(query, str):
        return {}
    if len(query) > LONGEST_QUERY:
        raise guard.Refusal(TOO_LONG_QUERY)
    return dict(reversed(parse_qsl(query.removeprefix("?"), keep_blank_values=True)))


def read(query: Any, readers: Readers, _: Translate) -> tuple[dict[str, Any], list[str]]:
    """Return what a link asks for, checked, by name; and a sentence for each value that cannot be used."""
    try:
        asked = parse(query)
    except guard.Refusal as refusal:
        return {}, [guard.explain(refusal, _)]
    values, notes = {}, []
    for name, reader in readers.items():
        if name in asked:
            try:
                values[name] = reader(asked[name])
            except guard.Refusal as refusal:
                notes.append(_left_out(name, refusal, _))
    return values, notes


def _left_out(name: str, refusal: guard.Refusal, _: Translate) -> str:
    return _(LEFT_OUT).format(name=name, why=guard.explain(refusal, _))


def notice(tasks: tuple[str, ...], _: Translate) -> str:
    """Return the place where the page says what it could not use of a link as a whole; TELL fills it.

    ``tab``, ``hide`` and the names are read in hub.js before the page is drawn, since Gradio 6.31 cannot hide a tab
    later.
    """
    unknown = guard.Refusal(guard.UNKNOWN_CHOICE, choices=", ".join(tasks))
    refusals = {
        "tab": ("tab", unknown),
        "hide": ("hide", unknown),
        "itself": ("hide", guard.Refusal(HIDES_ITSELF)),
        "all": ("hide", guard.Refusal(ALL_HIDDEN)),
        "lang": ("lang", guard.Refusal(guard.UNKNOWN_CHOICE, choices="en, zh")),
        "unknown": ("{name}", guard.Refusal(UNKNOWN_NAME)),
        "elsewhere": ("{name}", guard.Refusal(OF_ANOTHER_TAB, tab="{tab}")),
    }
    sentences = {mistake: _left_out(name, refusal, _) for mistake, (name, refusal) in refusals.items()}
    data = " ".join(f'data-{mistake}="{escape(sentence)}"' for mistake, sentence in sentences.items())
    return f'<ul class="hub-link-notes" role="status" {data}></ul>'


def build_panel(task: str, names: tuple[str, ...], _: Translate, without: str = "", unless: str = "") -> gr.HTML:
    """Return a tab's button that copies a link to what it shows, and the place where a link's mistakes are told.

    Args:
        task: the tab.
        names: the parameters of its links, in the order of the components that ``connect`` is given.
        without: a sentence on what the tab shows and no link holds; "" where a link holds everything.
        unless: the parameter with which a link holds everything all the same; "" for none.
    """
    words = {
        "copied": _("The link is copied."),
        "select": _("Copy the marked link with Ctrl+C, or with a long press."),
        "cut": _("A text of more than {longest} characters is left out.").format(longest=LONGEST_TEXT),
        "without": without,
    }
    data = " ".join(f'data-{name}="{escape(text)}"' for name, text in words.items())
    button, field = escape(_("Copy link")), escape(_("Link to what this tab shows"))
    template = (
        f'<div class="hub-link" {data}><button class="hub-switch" type="button">{button}</button>'
        f'<input type="text" readonly hidden aria-label="{field}">'
        f'<span class="hub-link-says" aria-live="polite"></span>'
        '<ul class="hub-link-notes" role="status"></ul></div>'
    )
    # Its value is the query that it asks to read, then JSON: the notes on it, or the values to make a link of.
    return gr.HTML(
        "",
        html_template=template,
        js_on_load=SCRIPT.read_text(encoding="utf-8"),
        apply_default_css=False,
        task=task,
        names=list(names),
        longest=LONGEST_TEXT,
        unless=unless,
    )


_QUIET = {"api_visibility": "private", "show_progress": "hidden"}


def said(notes: list[str]) -> str:
    """Return the panel's value that shows notes."""
    return json.dumps({"notes": notes})


PRESENT = "(...values) => values"


def connect(
    panel: gr.HTML, readers: Readers, components: list[gr.components.Component], _: Translate, present: str = PRESENT
) -> None:
    """Let a link fill a tab's components, and the tab's button make a link of what they hold.

    Args:
        panel: what ``build_panel`` returned.
        readers: how each parameter is read, in the order of the components.
        components: what the parameters fill.
        present: JavaScript that returns the values for the link out of those that the components hold.
    """

    def fill(query: Any) -> list[Any]:
        values, notes = read(query, readers, _)
        return [said(notes), *(values.get(name, gr.skip()) for name in readers)]

    panel.input(guard.speaking(_)(fill), panel, [panel, *components], **_QUIET)
    offer(panel, components, present)


def offer(panel: gr.HTML, components: list[gr.components.Component], present: str = PRESENT) -> None:
    """Let the tab's button make a link of what the components hold."""
    # In the browser alone. The time makes two equal links two values, so that each is copied.
    script = f"(...held) => JSON.stringify({{values: ({present})(...held), at: Date.now()}})"
    panel.submit(None, components, panel, js=script, api_visibility="private")
