"""The part of the image tab in which a visitor may ask ResNet50, which is fetched only then."""

from html import escape
from typing import Any

import gradio as gr

from demos import crop, guard, panels
from demos.guard import _
from demos.page import LIVE, Translate
from demos.picture import open_picture
from demos.plots import percent
from models import imagenet

INTERVAL = 0.7  # seconds between two looks at how far it is
MEGABYTE = 2**20
ENOUGH = 0.5  # below this probability no class is given as certain

CHOOSE = _("Choose a picture above first.")
HINT = _("Choose a picture above, then press the button.")
FETCHING = _("Fetching the network from the internet …")
FETCHED = _("Fetching the network from the internet: {done} of {total} MB …")
LOADING = _("Loading the network …")
ANSWER = _("ResNet50 takes this for: {label}, with a probability of {probability} ({milliseconds} ms).")
NOT_SURE = _("ResNet50 is not sure. Most likely: {label}, with a probability of {probability} ({milliseconds} ms).")
PROBLEMS = {
    "unreachable": _(
        "ResNet50 could not be fetched: this hub's computer cannot reach storage.googleapis.com, perhaps it has no "
        "internet. Everything else here works without it."
    ),
    "damaged": _("ResNet50 arrived damaged: its checksum is wrong. It was thrown away; press the button to try again."),
    "disk": _("ResNet50 could not be kept: this hub's computer cannot write to its folder for networks."),
    "broken": _("ResNet50 was fetched but cannot be loaded. Everything else here works without it."),
}


def build_section(picture: gr.Image, frame: gr.HTML, _: Translate) -> None:
    """Add the section, for the picture and the frame of the tab."""
    about = _(
        "ResNet50 (He and others, 2015) knows the 1,000 classes of ImageNet and sees the same part of the picture "
        "with 224 × 224 pixels. Its file of 98 MB does not come with the hub: it is fetched from "
        "storage.googleapis.com when somebody first presses the button, checked by its checksum, and kept on the "
        "hub's computer. Your picture stays here. The class names are in English."
    )
    with gr.Accordion(_("A thousand classes: ask ResNet50"), open=False, elem_classes="image-thousand"):
        gr.Markdown(about, elem_classes="hub-intro")
        button = gr.Button(_("Ask ResNet50"), variant="primary", size="md", elem_classes="image-ask")
        panel = gr.HTML(show_sentence(_(HINT)), js_on_load=panels.SPOKEN)
    timer = gr.Timer(INTERVAL, active=False)

    def ask(path: Any, frame_value: Any) -> tuple[str, gr.Timer]:
        return answer(path, frame_value, True, _)

    def follow(path: Any, frame_value: Any) -> tuple[str, gr.Timer]:
        return answer(path, frame_value, False, _)

    button.click(ask, [picture, frame], [panel, timer], **LIVE)
    timer.tick(follow, [picture, frame], [panel, timer], **LIVE | {"trigger_mode": "once"})
    # What it said of another part would be wrong now.
    changes = [picture.change, frame.input]
    gr.on(changes, lambda: show_sentence(_(HINT)), None, panel, api_visibility="private", show_progress="hidden")


def answer(path: Any, frame_value: Any, is_asked: bool, _: Translate) -> tuple[str, gr.Timer]:
    """Return what the panel shows now, and whether to look again in a moment.

    Args:
        path: the uploaded picture.
        frame_value: the part of it.
        is_asked: whether the button was pressed just now; only this makes the hub fetch anything.
        _: the visitor's language.
    """
    try:
        if path is None:
            raise guard.Refusal(CHOOSE)
        image = open_picture(path)
        part, _moving = crop.read_frame(frame_value, crop.identity(path), image.size)
        state = imagenet.RESNET50.begin() if is_asked else imagenet.RESNET50.state
        if state.phase == "ready":
            reading = imagenet.RESNET50.predict(imagenet.preprocess(image, part))
            return show_reading(reading, _), gr.Timer(active=False)
        return show_state(state, _), gr.Timer(active=state.phase in ("fetching", "loading"))
    except Exception as error:
        return show_sentence(guard.explain(error, _)), gr.Timer(active=False)


def show_state(state: imagenet.State, _: Translate) -> str:
    """Return how far the network is, with a bar while it is being fetched."""
    if state.phase == "failed":
        return show_sentence(_(PROBLEMS[state.problem]))
    if state.phase == "absent":
        return show_sentence(_(HINT))
    if state.phase == "loading":
        return show_sentence(_(LOADING), "<progress></progress>")
    if not state.total:
        return show_sentence(_(FETCHING), "<progress></progress>")
    done, total = (f"{count / MEGABYTE:.0f}" for count in (state.done, state.total))
    bar = f'<progress value="{state.done}" max="{state.total}"></progress>'
    return show_sentence(_(FETCHED).format(done=done, total=total), bar)


def show_sentence(sentence: str, more: str = "") -> str:
    """Return the panel with a sentence and what comes below it."""
    return f'<div class="image-thousand-panel"><p>{escape(sentence)}</p>{more}</div>'


def show_reading(reading: imagenet.Reading, _: Translate) -> str:
    """Return the panel with the likeliest classes."""
    label, probability = next(iter(reading.probabilities.items()))
    sentence = _(ANSWER if probability >= ENOUGH else NOT_SURE)
    sentence = sentence.format(
        label=label, probability=percent(probability), milliseconds=f"{reading.milliseconds:.0f}"
    )
    bars = panels.bars(reading.probabilities, label, _("The likeliest classes"))
    return show_sentence(sentence, bars)
