"""Gradio's inputs without its checks: each passes on what it gets, for our functions to check.

(Gradio's own checks answer with Python types and with whatever was sent, in English, and write both to the
log; others, such as the number's, let NaN and texts through.)
"""

from typing import Any

import gradio as gr


class Choice(gr.Radio):
    """A ``gr.Radio`` that passes on what it gets."""

    is_template = True

    def preprocess(self, payload: Any) -> Any:
        """Return the payload as it came."""
        return payload


class Menu(gr.Dropdown):
    """A ``gr.Dropdown`` that passes on what it gets."""

    is_template = True

    def preprocess(self, payload: Any) -> Any:
        """Return the payload as it came."""
        return payload


class Number(gr.Number):
    """A ``gr.Number`` that passes on what it gets."""

    is_template = True

    def preprocess(self, payload: Any) -> Any:
        """Return the payload as it came."""
        return payload


class Range(gr.Slider):
    """A ``gr.Slider`` that passes on what it gets."""

    is_template = True

    def preprocess(self, payload: Any) -> Any:
        """Return the payload as it came."""
        return payload


class Line(gr.Textbox):
    """A ``gr.Textbox`` that passes on what it gets."""

    is_template = True

    def preprocess(self, payload: Any) -> Any:
        """Return the payload as it came."""
        return payload


class Tick(gr.Checkbox):
    """A ``gr.Checkbox`` that passes on what it gets."""

    is_template = True

    def preprocess(self, payload: Any) -> Any:
        """Return the payload as it came."""
        return payload


class Values(gr.JSON):
    """A ``gr.JSON`` that passes on what it gets."""

    is_template = True

    def preprocess(self, payload: Any) -> Any:
        """Return the payload as it came."""
        return payload
