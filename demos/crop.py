"""The chosen picture with a square frame on it, moved and resized by mouse, finger or keyboard.

The frame says which part the networks see. It stands on the picture as the server decoded it: upright, the
first frame of an animation, transparency on white.
"""

import base64
import io
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from demos import guard
from demos.guard import Refusal, _, is_uploaded
from demos.page import Translate
from demos.picture import NOT_UPLOADED
from models import image as task

SCRIPT = Path(__file__).with_name("crop.js")
SHOWN_SIDE = 640  # longest side of the picture under the frame, in pixels
EXAMPLE_SIDE = 96
SMALLEST = 0.05  # side of the smallest frame, as part of the picture's shorter side

FRAME_LOST = _("The frame was lost. Please move it again.")

Example = tuple[str, str, Image.Image]  # its key, its name in the visitor's language, a small picture of it


def build_crop(examples: list[Example], _: Translate) -> gr.HTML:
    """Return the frame. It takes what ``shown`` returns, or None; its value is what ``read_frame`` reads.

    Its events: ``input`` where the frame was moved, ``clear`` where another picture is wanted, ``select`` where
    an example was clicked (``chosen_example``), ``upload`` where a picture was pasted or dropped
    (``offered_path``).
    """
    return gr.HTML(
        None,
        label=_("The part that the networks see"),
        html_template=_template(examples, _),
        js_on_load=SCRIPT.read_text(encoding="utf-8"),
        apply_default_css=False,
    )


def shown(picture: Image.Image, identity: str) -> dict[str, Any]:
    """Return a new picture for the frame, with the frame in the middle. ``identity`` tells pictures apart."""
    middle = task.default_crop(picture.size)._asdict()
    width, height = picture.size
    return {"id": identity, "address": _address(picture, SHOWN_SIDE), "width": width, "height": height, **middle}


def _address(picture: Image.Image, longest: int) -> str:
    """Return a picture, reduced where it is larger, as a ``data:`` address of a JPEG."""
    scale = min(1.0, longest / max(picture.size))
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    stream = io.BytesIO()
    task.on_white(picture).resize(size, Image.Resampling.BOX, reducing_gap=2.0).save(stream, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(stream.getvalue()).decode()}"


def read_frame(value: Any, identity: str, size: tuple[int, int]) -> tuple[task.Crop, bool]:
    """Return the part inside the frame, and whether the frame is still being moved.

    A frame that belongs to another picture, or none, gives the middle of this one.

    Raises:
        Refusal: the frame is not made of numbers 0..1.
    """
    if not isinstance(value, dict) or value.get("id") != identity:
        return task.default_crop(size), False
    try:
        left, top = (guard.require_number(value.get(name), 0, 1, name) for name in ("left", "top"))
        side = guard.require_number(value.get("side"), SMALLEST, 1, "side")
    except Refusal:
        raise Refusal(FRAME_LOST) from None
    return task.Crop(left, top, side), value.get("moving") is True


def identity(path: str) -> str:
    """Return what tells an uploaded picture from others: the name of its folder, a digest of its content."""
    return Path(path).parent.name


def belongs_to(value: Any, identity: str) -> bool:
    """Tell whether the frame stands on this picture already."""
    return isinstance(value, dict) and value.get("id") == identity


def chosen_example(value: Any) -> str | None:
    """Return the key of the example that was clicked."""
    key = value.get("example") if isinstance(value, dict) else None
    return key if isinstance(key, str) else None


def offered_path(value: Any) -> str:
    """Return the path of the picture that was pasted or dropped.

    Raises:
        Refusal: it was not uploaded.
    """
    offered = value.get("offered") if isinstance(value, dict) else None
    path = offered.get("path") if isinstance(offered, dict) else None
    if not isinstance(path, str) or not is_uploaded(path):
        raise Refusal(NOT_UPLOADED)
    return path


def _template(examples: list[Example], _: Translate) -> str:
    texts = {
        "place": _("Frame: left edge at {left}, upper edge at {top}, size {side}, out of 100"),
        "failed": _("This picture could not be taken over. Try another one."),
    }
    data = " ".join(f'data-{name}="{escape(text)}"' for name, text in texts.items())
    corners = "".join(f'<i class="{corner}"></i>' for corner in ("nw", "ne", "sw", "se"))
    buttons = "".join(_example_button(*example, _) for example in examples)
    frame, alt = escape(_("The part that the networks see")), escape(_("The picture you chose"))
    keys = escape(_("Drag the frame, or its corners. Keys: arrows move it, + and - change its size, 0 centres it."))
    sliders = _slider("side", _("Size"), SMALLEST) + _slider("left", _("Across")) + _slider("top", _("Down"))
    middle, other = escape(_("Middle")), escape(_("Another picture"))
    hint, group = escape(_("Or try one of these, drawn for this page:")), escape(_("Examples"))
    return f"""
<div class="crop" {data}>
  <div class="crop-filled">
    <div class="crop-stage">
      <img alt="{alt}" draggable="false">
      <div class="crop-shade"><b></b></div>
      <div class="crop-frame" tabindex="0" role="application" aria-label="{frame}" aria-describedby="crop-keys">
        {corners}
      </div>
    </div>
    <div class="crop-tools">
      {sliders}
      <p>
        <button type="button" data-middle>{middle}</button>
        <button type="button" data-other>{other}</button>
      </p>
    </div>
    <p class="crop-keys" id="crop-keys">{keys}</p>
  </div>
  <p class="crop-problem" role="alert"></p>
  <p class="crop-hint">{hint}</p>
  <div class="crop-examples" role="group" aria-label="{group}">{buttons}</div>
  <p class="hub-unseen" aria-live="polite"></p>
</div>"""


def _slider(name: str, label: str, least: float = 0.0) -> str:
    return (
        f'<label class="crop-{name}"><span>{escape(label)}</span>'
        f'<input type="range" min="{least}" max="1" step="0.01" data-{name}></label>'
    )


def _example_button(key: str, name: str, picture: Image.Image, _: Translate) -> str:
    label = escape(_("Try the example: {name}").format(name=name))
    return (
        f'<button type="button" value="{escape(key)}" aria-label="{label}" title="{label}">'
        f'<img src="{_address(picture, EXAMPLE_SIDE)}" alt=""></button>'
    )
