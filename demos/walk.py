"""A walk between two seeds: its pictures, and a player of our own with play, pause and a slider over the steps."""

import json
from html import escape
from pathlib import Path

import gradio as gr
import numpy as np

from demos import panels
from demos.gallery import tile
from demos.page import Translate
from demos.plots import percent
from models import gan

SCRIPT = Path(__file__).with_name("gan.js")
STEPS = 41


def build_player(translate: Translate) -> gr.HTML:
    """Return the player. Its value is JSON: what ``demos.gan.answer_walk`` returns, or "" before a walk."""
    return gr.HTML(
        "",
        html_template=_template(translate),
        js_on_load=SCRIPT.read_text(encoding="utf-8"),
        apply_default_css=False,
    )


def _template(_: Translate) -> str:
    words = {
        "play": _("Play"),
        "pause": _("Pause"),
        "step": _("Step {step} of {steps}; the discriminator finds it {opinion} real"),
        "start": _("Press “Walk” to see the way from one seed to the other."),
    }
    data = " ".join(f'data-{name}="{escape(text)}"' for name, text in words.items())
    picture, slider = escape(_("The picture at this step")), escape(_("Step of the walk"))
    return f"""
<div class="walk is-empty" {data}>
  <canvas class="walk-picture" width="28" height="28" role="img" aria-label="{picture}"></canvas>
  <div class="walk-tools">
    <button type="button" data-play disabled>{escape(words["play"])}</button>
    <input type="range" min="0" max="1" value="0" step="1" disabled aria-label="{slider}">
  </div>
  <p class="walk-says">{escape(words["start"])}</p>
  <p class="hub-unseen" aria-live="polite"></p>
</div>"""


def frames(digit: int | None, start: int, end: int, network: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the pictures on the way from one seed to another and the mean opinion of each, ``STEPS`` of both.

    Pictures are uint8 [steps, 28, 28]; where all ten digits walk, [steps, 56, 140], in two rows of five.
    Raises what ``models.gan.walk`` raises.
    """
    digits = gan.DIGITS if digit is None and gan.IS_CONDITIONAL[network] else (digit,)
    walks = [gan.walk(each, start, end, STEPS, network) for each in digits]
    opinions = np.mean([walk.opinions for walk in walks], axis=0)
    steps = np.stack([walk.pixels for walk in walks], axis=1)  # [steps, digits, 28, 28]
    return np.stack([tile(step, min(5, len(digits))) for step in steps]), opinions


def record(pictures: np.ndarray, opinions: np.ndarray) -> str:
    """Return a walk as the player takes it: JSON with all pictures [steps, height, width] side by side."""
    steps, height, width = pictures.shape
    return json.dumps(
        {
            "strip": panels.image_address(np.concatenate(list(pictures), axis=1)),
            "steps": steps,
            "width": width,
            "height": height,
            "opinions": [percent(float(opinion)) for opinion in opinions],
        }
    )
