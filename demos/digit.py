"""The digit tab: draw or upload a digit, see how three networks read it."""

from collections.abc import Callable, Iterator
from functools import partial
from html import escape
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from demos import endpoint, entries, feedback, guard, link, page, panels
from demos.guard import Refusal, _
from demos.pad import Strokes, build_pad
from demos.page import Translate
from demos.picture import UploadedPicture, open_drawing, open_picture
from demos.plots import percent
from models import digit, runtime
from models.corrections import Correction

NETWORKS = digit.NETWORKS

# The HTML of the four panels: the verdict; the image seen and all probabilities; the networks side by side;
# what answered.
Panels = tuple[str, str, str, str]

# Drawn by us for this tab: each stroke a list of (x, y) on a pad of 280 x 280.
EXAMPLES: dict[str, Strokes] = {
    "2": [[(85, 95), (95, 62), (135, 48), (178, 68), (172, 115), (130, 165), (84, 218), (135, 214), (198, 216)]],
    "3": [[(90, 70), (130, 45), (178, 65), (170, 112), (118, 130), (180, 140), (190, 190), (145, 228), (90, 212)]],
    "4": [[(150, 48), (118, 112), (80, 168), (140, 168), (208, 164)], [(168, 108), (162, 170), (156, 234)]],
    "5": [[(186, 58), (110, 58), (110, 58), (98, 128), (145, 112), (190, 145), (186, 196), (142, 226), (92, 210)]],
    "7": [[(82, 66), (198, 62), (198, 62), (160, 132), (124, 228)]],
    "8": [
        [
            *[(150, 132), (98, 112), (102, 62), (145, 46), (184, 72), (168, 116)],
            *[(108, 152), (90, 204), (136, 236), (186, 212), (182, 162), (150, 132)],
        ]
    ],
}


EMPTY = _("Draw a digit first.")
REASONS = {
    "empty": EMPTY,
    "dot": _("That is very little ink. Draw a bit more."),
    "full": _("I only see ink. Clear it and draw one digit."),
}
NO_PICTURE = _("Choose a picture first.")
API = endpoint.Endpoint(
    "classify_digit",
    _("Read the handwritten digit in a picture."),
    {
        "image": endpoint.file_of_picture(
            _("One digit, dark on light or light on dark."), Refusal(NO_PICTURE), *map(Refusal, REASONS.values())
        ),
        "network": endpoint.choice(
            NETWORKS,
            _("Which network reads it; one that was added by `--add` has its name in the tab."),
            digit.DEFAULT_NETWORK,
        ),
    },
    {
        "label": _("the digit as text, or the nearest one where is_digit is false"),
        "is_digit": _("false where the picture does not look like a digit"),
        "probabilities": _("the probability of each of the ten digits"),
    },
)
NOT_SURE = _("I am not sure. Most likely it is {label}, with a probability of {probability}.")
SURE = _("I read {label}, with a probability of {probability}.")
NO_DIGIT = _("This does not look like a digit. Nearest: {label} ({probability}).")
NO_DIGIT_MARK = "?"
NOTHING_TO_CORRECT = _("Draw a digit or choose a picture first; then say what it was.")
KEPT = _("Thank you. Kept: this {label} was read as {answer}.")
KEPT_NO_DIGIT = _("Thank you. Kept: this is no digit; it was read as {answer}.")
NONE = "none"
NOT_IN_LINK = _("Drawing and picture are not in it.")
WAITING = _("Loading the networks; the answer comes in a few seconds …")


def title(_: Translate) -> str:
    """Return the tab's name."""
    return _("Digit")


def build(language: str, max_upload_mb: int = guard.UPLOAD_MEGABYTES) -> gr.Blocks | gr.Column:
    """Return the tab for one language; the English one carries the endpoint ``classify_digit``."""
    _ = page.translator(language)
    guarded = guard.speaking(_)
    with page.tab_blocks() as demo:
        gr.Markdown(
            _("Draw one digit, or upload a picture of one. Three networks, trained on the same digits, read it."),
            elem_classes="hub-intro",
        )
        readers = link_readers()
        panel = link.build_panel(digit.TASK, tuple(readers), _, _(NOT_IN_LINK))
        with gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=300), gr.Tabs():
                with gr.Tab(_("Draw")):
                    pad = build_pad(_("Drawing pad"), EXAMPLES, _)
                with gr.Tab(_("Upload a picture")):
                    picture = _picture_input(max_upload_mb, _)
            with gr.Column(scale=5, min_width=300):
                nothing = show_message(_(EMPTY), digit.DEFAULT_NETWORK, _)
                verdict = gr.HTML(nothing[0], js_on_load=panels.SPOKEN)
                question, thanks = _ask_what_it_was(_) if feedback.keeper() else (None, None)
                details = gr.HTML(nothing[1])
                network = page.network_choice(digit.TASK, digit.networks(), digit.DEFAULT_NETWORK, _about(_), _)
                cards = gr.HTML(nothing[2])
                facts = gr.HTML(nothing[3])
        source = gr.Textbox("drawing", visible=False)
        outputs = [verdict, details, cards, facts, source]
        page.look_inside(digit.TASK, network, _, guarded)
        link.connect(panel, readers, [network], _)

        def read(pad_value: Any, picture_value: Any, network_name: Any, source_name: Any) -> Iterator[tuple]:
            """Answer for whichever of the two inputs was used last."""
            load = _loader(pad_value, picture_value, source_name)
            for panels in answer(load, network_name, _):
                yield (*panels, source_name)

        _connect(pad.input, read, [pad, picture, network, source], outputs, "drawing")
        _connect(picture.change, read, [pad, picture, network, source], outputs, "picture")
        _connect(network.change, read, [pad, picture, network, source], outputs, None)
        if question:
            _keep_corrections(question, thanks, [pad, picture, network, source], guarded, _)
        if language == "en":
            result = gr.JSON(visible=False, label="result")
            offered = API.with_networks(digit.networks())
            page.add_endpoint(guarded(classify), [picture, network], result, API.name, offered.docstring(_))
    return demo


def _ask_what_it_was(_: Translate) -> tuple[entries.Choice, gr.HTML]:
    """The question what a drawing really was, with a notice of what is kept; and the place of the thanks."""
    question = entries.Choice(
        [*digit.LABELS, (_("no digit"), NONE)],
        value=None,
        label=_("Wrong? Say what it was."),
        info=_(
            "Your correction is kept to teach the networks: the 28 × 28 pixels below, what you say and what was read. "
            "Nothing tells who you are."
        ),
        elem_classes="hub-question",
    )
    return question, gr.HTML(js_on_load=panels.SPOKEN)


def _keep_corrections(question: entries.Choice, thanks: gr.HTML, inputs: list, guarded: Callable, _: Translate) -> None:
    """Keep what a visitor says; the question is open again afterwards, and the thanks go with the drawing."""
    pad, picture, _network, _source = inputs

    def keep(said: Any, pad_value: Any, picture_value: Any, network_name: Any, source_name: Any) -> tuple[str, None]:
        load = _loader(pad_value, picture_value, source_name)
        return escape(correct(load, network_name, said, _)), None

    question.input(
        guarded(keep),
        [question, *inputs],
        [thanks, question],
        api_visibility="private",
        show_progress="hidden",
        concurrency_id=guard.LANE,
        concurrency_limit=guard.SIMULTANEOUS,
    )
    for event in (pad.input, picture.change):
        event(None, None, thanks, js="() => ''", api_visibility="private", show_progress="hidden")


def correct(load: Callable[[], np.ndarray], network: Any, said: Any, _: Translate) -> str:
    """Keep a correction of what ``network`` reads in an image; return the thanks.

    Raises:
        guard.Refusal: there is no drawing, the label is none of the eleven, or corrections cannot be kept now.
    """
    label = guard.require_choice(said, (*digit.LABELS, NONE))
    name = guard.require_choice(network, digit.networks())
    try:
        pixels = load()
    except guard.Refusal:
        raise guard.Refusal(NOTHING_TO_CORRECT) from None
    reading = digit.predict(pixels, name)
    feedback.keeper().add(Correction(pixels, None if label == NONE else label, reading.label, name))
    return _(KEPT_NO_DIGIT if label == NONE else KEPT).format(label=label, answer=reading.label)


def link_readers() -> link.Readers:
    """Return what a link to this tab may carry; a drawing is too long for one."""
    return {"network": lambda text: guard.require_choice(text, digit.networks())}


def _about(_: Translate) -> str:
    """What stands beside the networks, and which of them refuse what is no digit."""
    about = _("The share of 10,000 test digits that it reads right stands beside each.")
    refusing = [name for name in digit.NETWORKS if "refuses_below" in runtime.folder(digit.TASK, name).metrics]
    taught = _("Taught to refuse what is no digit: {networks}.").format(networks=", ".join(refusing))
    return " ".join([about, *([taught] if refusing else []), *page.about_added(digit.TASK, _)])


def _picture_input(max_upload_mb: int, _: Translate) -> UploadedPicture:
    return UploadedPicture(
        type="filepath",
        label=_("A picture with one digit, dark on light or light on dark; at most {size} MB").format(
            size=max_upload_mb
        ),
        sources=["upload", "clipboard"],
        buttons=[],
        height=320,
        alt_text=_("The picture you chose"),
    )


def _connect(event: Callable, read: Callable, inputs: list, outputs: list, source_name: str | None) -> None:
    """Let an event answer; ``source_name`` is what it makes the last used input, None keeps what it was."""

    def handler(pad_value: Any, picture_value: Any, network_name: Any, last: Any) -> Iterator[tuple]:
        yield from read(pad_value, picture_value, network_name, source_name or last)

    event(handler, inputs, outputs, **page.LIVE)


def classify(image: Any, network: Any) -> dict[str, Any]:
    """Return what ``API`` says: {"label": "7", "is_digit": True, "probabilities": {"0": 0.0, ...}}."""
    pixels = read_picture(image)
    reading = digit.predict(pixels, guard.require_choice(network, digit.networks()))
    return {"label": reading.label, "is_digit": reading.is_digit, "probabilities": reading.probabilities}


def _loader(pad_value: Any, picture_value: Any, source_name: Any) -> Callable[[], np.ndarray]:
    """What reads whichever of the two inputs was used last."""
    return partial(read_drawing, pad_value) if source_name == "drawing" else partial(read_picture, picture_value)


def read_drawing(value: Any) -> np.ndarray:
    """Return the 28x28 image of what was drawn.

    Raises:
        guard.Refusal: nothing that could be a digit was drawn.
    """
    if value is None or value == "":  # Gradio's page sends either for a pad that was cleared
        raise guard.Refusal(EMPTY)
    return _preprocess(open_drawing(value))


def read_picture(path: Any) -> np.ndarray:
    """Return the 28x28 image of an uploaded picture.

    Raises:
        guard.Refusal: there is none, or no digit can be on it.
    """
    if path is None:
        raise guard.Refusal(NO_PICTURE)
    return _preprocess(open_picture(path))


def _preprocess(image: Image.Image) -> np.ndarray:
    try:
        return digit.preprocess(image)
    except digit.NotADrawing as error:
        raise guard.Refusal(REASONS[error.reason]) from None


def answer(load: Callable[[], np.ndarray], network: Any, _: Translate) -> Iterator[Panels]:
    """Yield the panels: a waiting note where the networks are still being loaded, then the answer."""
    main = network if network in digit.networks() else digit.DEFAULT_NETWORK
    try:
        guard.require_choice(network, digit.networks())
        pixels = load()
        if not runtime.is_ready(digit.TASK, main):
            yield show_message(_(WAITING), main, _, pixels)
        yield show_readings(pixels, _read_all(pixels, main), main, _)
    except Exception as error:
        yield show_message(guard.explain(error, _), main, _)


def _read_all(pixels: np.ndarray, main: str) -> dict[str, digit.Reading | None]:
    """Let every network read; None for one that is not available, unless it is the main one."""
    readings: dict[str, digit.Reading | None] = {main: digit.predict(pixels, main)}
    for name in digit.networks():
        if name not in readings:
            try:
                readings[name] = digit.predict(pixels, name)
            except (runtime.NotReady, runtime.Busy, runtime.Unavailable):
                readings[name] = None
    return readings


def show_readings(pixels: np.ndarray, readings: dict[str, digit.Reading | None], main: str, _: Translate) -> Panels:
    """Return the panels for an answer: the verdict, the image with all probabilities, and what answered."""
    reading = readings[main]
    sentence = _(_template(reading)).format(
        label=reading.label, probability=percent(reading.probabilities[reading.label])
    )
    details = _details(pixels, reading.probabilities, reading.label if reading.is_digit else None, _)
    return (
        _with_words(panels.verdict(_mark(reading), sentence), main),
        details,
        _cards(readings, main, _),
        page.provenance(reading.folder, reading.milliseconds, _),
    )


def _with_words(html: str, network: str) -> str:
    """The same panel with room for words, where a network answers with more than digits."""
    has_words = any(len(label) > 1 for label in digit.labels_of(network))
    return f'<div class="hub-words">{html}</div>' if has_words else html


def _template(reading: digit.Reading) -> str:
    """The sentence that fits how sure the network is, its values left open."""
    if not reading.is_digit:
        return NO_DIGIT
    return SURE if reading.is_sure else NOT_SURE


def _mark(reading: digit.Reading) -> str:
    """What stands for a reading in one character."""
    return reading.label if reading.is_digit else NO_DIGIT_MARK


def show_message(sentence: str, main: str, _: Translate, pixels: np.ndarray | None = None) -> Panels:
    """Return the same panels, of the same size, with a sentence in place of an answer."""
    details = _details(pixels, dict.fromkeys(digit.labels_of(main), 0.0), None, _)
    facts = page.provenance(runtime.folder(digit.TASK, main), None, _)
    return panels.verdict("·", sentence), details, _cards({}, main, _), facts


def _details(pixels: np.ndarray | None, probabilities: dict[str, float], best: str | None, _: Translate) -> str:
    caption = escape(_("What the networks see: 28 × 28 pixels"))
    shown = pixels if pixels is not None else np.zeros((digit.SIDE, digit.SIDE), np.uint8)
    picture = f'<img src="{panels.image_address(shown)}" width="168" height="168" alt="{caption}">'
    table = panels.bars(probabilities, best, _("Probabilities"))
    return f'<div class="hub-details"><figure>{picture}<figcaption>{caption}</figcaption></figure>{table}</div>'


def _cards(readings: dict[str, digit.Reading | None], main: str, _: Translate) -> str:
    answers = [_card(name, readings.get(name), name == main) for name in digit.networks()]
    cards = panels.cards(answers, _("The networks side by side"))
    return f'<div class="hub-words">{cards}</div>' if runtime.added(digit.TASK) else cards


def _card(name: str, reading: digit.Reading | None, is_main: bool) -> panels.Card:
    if reading is None:
        return panels.Card(name, "·", ("–", "–"), is_main)
    probability = percent(reading.probabilities[reading.label])
    return panels.Card(name, _mark(reading), (probability, f"{reading.milliseconds:.1f} ms"), is_main)
