"""The HTML of results that tabs share: the verdict, bars of probabilities, the networks side by side."""

import base64
import io
from dataclasses import dataclass
from html import escape

import numpy as np
from PIL import Image

from demos.plots import percent

# Makes a panel speak to those who listen to the page, when it changes.
SPOKEN = "element.setAttribute('aria-live', 'polite')"


@dataclass(frozen=True)
class Card:
    """One network's short answer: its name, the answer as a mark, and small lines below."""

    name: str
    mark: str
    lines: tuple[str, ...]
    is_main: bool = False


def verdict(mark: str, sentence: str) -> str:
    """Return the answer as one large mark with a sentence beside it."""
    return f'<div class="hub-verdict"><b aria-hidden="true">{escape(mark)}</b><p>{escape(sentence)}</p></div>'


def bars(probabilities: dict[str, float], best: str | None, name: str) -> str:
    """Return probabilities 0..1 as a table of bars called ``name``; the ``best`` one stands out."""
    rows = "".join(_bar(label, value, label == best) for label, value in probabilities.items())
    return f'<table class="hub-bars"><caption class="hub-unseen">{escape(name)}</caption>{rows}</table>'


def _bar(label: str, probability: float, is_best: bool) -> str:
    kind = ' class="is-best"' if is_best else ""
    width = f"{probability * 100:.1f}%"
    return (
        f'<tr{kind}><th scope="row">{escape(label)}</th><td><span style="width:{width}"></span></td>'
        f"<td>{percent(probability)}</td></tr>"
    )


def cards(answers: list[Card], name: str) -> str:
    """Return the networks' answers side by side, as a group called ``name``."""
    return f'<div class="hub-cards" role="group" aria-label="{escape(name)}">{"".join(map(_card, answers))}</div>'


def _card(card: Card) -> str:
    kind = "hub-card is-main" if card.is_main else "hub-card"
    lines = "".join(f"<small>{escape(line)}</small>" for line in card.lines)
    return f'<div class="{kind}"><span>{escape(card.name)}</span><b>{escape(card.mark)}</b>{lines}</div>'


def image_address(pixels: np.ndarray) -> str:
    """Return uint8 [height, width] or [height, width, 3] as a ``data:`` address of a PNG."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"
