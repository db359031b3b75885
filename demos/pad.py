"""A drawing pad of our own: strokes with mouse, pen, finger or keyboard, as a PNG of black on white.

(Gradio's sketchpad opens in a mode in which the first strokes do nothing, cannot be drawn on by keyboard,
and reports its first stroke late.)
"""

import json
from html import escape
from pathlib import Path

import gradio as gr

from demos.page import Translate

PIXELS = 560
UNITS = 280
PEN = 18
SCRIPT = Path(__file__).with_name("pad.js")

Strokes = list[list[tuple[int, int]]]


def build_pad(label: str, examples: dict[str, Strokes], translate: Translate) -> gr.HTML:
    """Return the pad. Its value is a ``data:image/png`` address of 280x280 pixels, or None where it is empty.

    Args:
        label: what the pad is called for those who cannot see it.
        examples: label -> strokes, each a list of (x, y) in 0..280, drawn at one click.
        translate: the page's language.
    """
    return gr.HTML(
        None,
        label=label,
        html_template=_template(label, examples, translate),
        js_on_load=SCRIPT.read_text(encoding="utf-8"),
        apply_default_css=False,
    )


def _template(label: str, examples: dict[str, Strokes], _: Translate) -> str:
    hint, undo, clear = escape(_("Draw a digit here")), escape(_("Undo")), escape(_("Clear"))
    group = escape(_("Examples"))
    keys = _("Arrow keys move the pen, Space puts it down or lifts it, Backspace undoes, Delete clears.")
    words = {
        "cleared": _("Cleared"),
        "undone": _("Last stroke undone"),
        "up": _("Pen up"),
        "down": _("Pen down"),
        "place": _("Row {row}, column {column} of 20"),
    }
    data = " ".join(f'data-{name}="{escape(text)}"' for name, text in words.items())
    buttons = "".join(_example(name, strokes, _) for name, strokes in examples.items())
    return f"""
<div class="pad pad-empty" {data}>
  <div class="pad-paper">
    <canvas width="{PIXELS}" height="{PIXELS}" tabindex="0" role="application"
      aria-label="{escape(label)}" aria-describedby="pad-keys"></canvas>
    <span class="pad-hint" aria-hidden="true">{hint}</span>
    <span class="pad-cursor" hidden></span>
  </div>
  <div class="pad-tools">
    <button type="button" data-undo>{undo}</button>
    <button type="button" data-clear>{clear}</button>
    <span class="pad-examples" role="group" aria-label="{group}">{buttons}</span>
  </div>
  <p class="pad-keys" id="pad-keys">{escape(keys)}</p>
  <p class="hub-unseen" aria-live="polite"></p>
</div>"""


def _example(name: str, strokes: Strokes, _: Translate) -> str:
    """A button with a small picture of the strokes."""
    paths = "".join(f'<path d="{_path(points)}"/>' for points in strokes)
    label = escape(_("Draw the example {name}").format(name=name))
    return (
        f'<button type="button" data-strokes="{escape(json.dumps(strokes))}" aria-label="{label}" title="{label}">'
        f'<svg viewBox="0 0 {UNITS} {UNITS}" aria-hidden="true">{paths}</svg></button>'
    )


def _path(points: list[tuple[int, int]]) -> str:
    """The same smooth line through the points as in the script, as an SVG path."""
    steps = [f"M{points[0][0]} {points[0][1]}"]
    for (x, y), (next_x, next_y) in zip(points[1:], [*points[2:], points[-1]], strict=True):
        steps.append(f"Q{x} {y} {(x + next_x) / 2:g} {(y + next_y) / 2:g}")
    return "".join(steps)
