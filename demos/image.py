"""The image tab: choose a picture and a square of it, see what four networks take it for, and why."""

from collections.abc import Iterator
from html import escape
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from demos import crop, endpoint, guard, imagenet, link, page, panels, scenes
from demos.guard import _
from demos.page import Translate
from demos.picture import UploadedPicture, open_picture
from demos.plots import percent
from models import image as task
from models import runtime

NETWORKS = task.NETWORKS

# The HTML of the four panels: the verdict; the image seen, what decided, and the likeliest classes; the
# networks side by side; what answered.
Panels = tuple[str, str, str, str]

TOP = 5
FIGURE_SIDE = 168
NOTHING = np.zeros((1, 1, 4), np.uint8)  # a transparent pixel, in place of a picture
# What speaks for the answer and what speaks against it: two colours that the colour-blind tell apart too.
FOR, AGAINST = (230, 97, 0), (45, 95, 200)

NAMES = {
    "airplane": _("airplane"),
    "automobile": _("automobile"),
    "bird": _("bird"),
    "cat": _("cat"),
    "deer": _("deer"),
    "dog": _("dog"),
    "frog": _("frog"),
    "horse": _("horse"),
    "ship": _("ship"),
    "truck": _("truck"),
}
CHOOSE = _("Choose a picture first.")
NOT_IN_LINK = _("The picture is not in it.")
API = endpoint.Endpoint(
    "classify_image",
    _("Name what the middle of a picture shows, one of ten classes of things."),
    {
        "image": endpoint.file_of_picture(_("One thing, in the middle."), guard.Refusal(CHOOSE)),
        "network": endpoint.choice(
            NETWORKS,
            _("Which network looks at it; one that was added by `--add` has its name in the tab."),
            task.DEFAULT_NETWORK,
        ),
    },
    {
        "label": _("the class, or the nearest one where is_known is false"),
        "probabilities": _("the probability of each of the ten classes"),
        "is_known": _("false where the network takes the picture for none of the ten, which resnet alone does"),
    },
)
SURE = _("I take this for: {label}, with a probability of {probability}.")
NOT_SURE = _("I am not sure; perhaps it is none of the ten. Most likely: {label}, with a probability of {probability}.")
NONE = _("None of the ten, as far as this network can tell. Nearest: {label}, with a probability of {probability}.")
UNKNOWN = "?"  # the mark in place of an answer
WAITING = _("Loading the networks; the answer comes in a few seconds …")


def title(_: Translate) -> str:
    """Return the tab's name."""
    return _("Image")


def build(language: str, max_upload_mb: int = guard.UPLOAD_MEGABYTES) -> gr.Blocks | gr.Column:
    """Return the tab for one language; the English one carries the endpoint ``classify_image``."""
    _ = page.translator(language)
    guarded = guard.speaking(_)
    with page.tab_blocks() as demo:
        intro = _(
            "Choose a picture of one thing. Four networks, trained on the same small photographs, say which of ten it "
            "is: airplane, automobile, bird, cat, deer, dog, frog, horse, ship or truck."
        )
        gr.Markdown(intro, elem_classes="hub-intro")
        readers = link_readers()
        panel = link.build_panel(task.TASK, tuple(readers), _, _(NOT_IN_LINK))
        with gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=300, elem_classes="image-input"):
                picture = _picture_input(max_upload_mb, _)
                frame = crop.build_crop(_examples(_), _)
            with gr.Column(scale=5, min_width=300):
                nothing = show_message(_(CHOOSE), task.DEFAULT_NETWORK, _)
                verdict = gr.HTML(nothing[0], js_on_load=panels.SPOKEN)
                details = gr.HTML(nothing[1])
                about = _("The share of 10,000 test pictures that it names right stands beside each.")
                about = " ".join([about, *page.about_added(task.TASK, _)])
                network = page.network_choice(task.TASK, task.networks(), task.DEFAULT_NETWORK, about, _)
                cards = gr.HTML(nothing[2])
                facts = gr.HTML(nothing[3])
        imagenet.build_section(picture, frame, _)
        page.look_inside(task.TASK, network, _, guarded)
        link.connect(panel, readers, [network], _)

        def read(path: Any, frame_value: Any, network_name: Any) -> Iterator[tuple]:
            yield from answer(path, frame_value, network_name, _)

        # One event for all three, so that the newest of them counts and answers never mix.
        triggers = [picture.change, frame.input, network.change]
        gr.on(triggers, read, [picture, frame, network], [frame, verdict, details, cards, facts], **page.LIVE)
        quiet = {"api_visibility": "private", "show_progress": "hidden"}
        frame.clear(lambda: None, None, picture, **quiet)
        frame.select(guarded(_example_picture), frame, picture, **quiet)
        frame.upload(guarded(crop.offered_path), frame, picture, **quiet)
        if language == "en":
            result = gr.JSON(visible=False, label="result")
            offered = API.with_networks(task.networks())
            page.add_endpoint(guarded(classify), [picture, network], result, API.name, offered.docstring(_))
    return demo


def link_readers() -> link.Readers:
    """Return what a link to this tab may carry; a picture is too long for one."""
    return {"network": lambda text: guard.require_choice(text, task.networks())}


def _picture_input(max_upload_mb: int, _: Translate) -> UploadedPicture:
    label = _("PNG, JPEG, WebP, GIF (its first frame) or BMP; at most {size} MB")
    return UploadedPicture(
        type="filepath",
        format="png",
        label=label.format(size=max_upload_mb),
        sources=["upload", "clipboard", "webcam"],
        buttons=[],
        height=260,
        alt_text=_("The picture you chose"),
        elem_classes="image-source",
    )


def _examples(_: Translate) -> list[crop.Example]:
    return [(key, _(scene.name), scene.picture()) for key, scene in scenes.SCENES.items()]


def _example_picture(frame_value: Any) -> Image.Image:
    key = guard.require_choice(crop.chosen_example(frame_value), tuple(scenes.SCENES))
    return scenes.SCENES[key].picture()


def classify(image: Any, network: Any) -> dict[str, Any]:
    """Return what ``API`` says: {"label": "ship", "probabilities": {"airplane": 0.0, ...}, "is_known": True}."""
    if image is None:
        raise guard.Refusal(CHOOSE)
    pixels = task.preprocess(open_picture(image))
    reading = task.predict(pixels, guard.require_choice(network, task.networks()))
    return {"label": reading.label, "probabilities": reading.probabilities, "is_known": reading.is_known}


def answer(path: Any, frame_value: Any, network: Any, _: Translate) -> Iterator[tuple]:
    """Yield what the frame takes, and the panels: perhaps a waiting note, the answer, then what decided.

    While the frame is being moved, what decided is left out, to keep up with it.
    """
    main = network if network in task.networks() else task.DEFAULT_NETWORK
    taken = None  # nothing is on the frame
    try:
        if path is None:
            raise guard.Refusal(CHOOSE)
        picture, identity = open_picture(path), crop.identity(path)
        taken = gr.skip() if crop.belongs_to(frame_value, identity) else crop.shown(picture, identity)
        part, is_moving = crop.read_frame(frame_value, identity, picture.size)
        guard.require_choice(network, task.networks())
        seen = task.preprocess(picture, part), task.cut(picture, part, FIGURE_SIDE)
        if not runtime.is_ready(task.TASK, main):
            yield taken, *show_message(_(WAITING), main, _, seen)
            taken = gr.skip()
        readings = _read_all(seen[0], main)
        yield taken, *show_readings(seen, readings, main, None, _)
        taken = gr.skip()
        if not is_moving:
            yield taken, *show_readings(seen, readings, main, _heat(seen[0], readings[main], main), _)
    except Exception as error:
        yield taken, *show_message(guard.explain(error, _), main, _)


def _read_all(pixels: np.ndarray, main: str) -> dict[str, task.Reading | None]:
    """Let every network read; None for one that is not available, unless it is the main one."""
    readings: dict[str, task.Reading | None] = {main: task.predict(pixels, main)}
    for name in task.networks():
        if name not in readings:
            try:
                readings[name] = task.predict(pixels, name)
            except (runtime.NotReady, runtime.Busy, runtime.Unavailable):
                readings[name] = None
    return readings


def _heat(pixels: np.ndarray, reading: task.Reading, main: str) -> np.ndarray | None:
    """What decided; None where the network has no time to say, since the answer itself stands."""
    try:
        return task.heat(pixels, main, reading.label)
    except (runtime.NotReady, runtime.Busy, runtime.Unavailable):
        return None


Seen = tuple[np.ndarray, np.ndarray]  # what the networks see, uint8 [32, 32, 3]; the same part at FIGURE_SIDE


def show_readings(
    seen: Seen, readings: dict[str, task.Reading | None], main: str, heat: np.ndarray | None, _: Translate
) -> Panels:
    """Return the panels for an answer: the verdict, the pictures and likeliest classes, and what answered."""
    reading = readings[main]
    return (
        _verdict(_mark(reading, _), _sentence(reading, _)),
        _details(seen, heat, _top(reading.probabilities, _), _),
        _cards(readings, main, _),
        page.provenance(reading.folder, reading.milliseconds, _),
    )


def _mark(reading: task.Reading, _: Translate) -> str:
    return _name(reading.label, _) if reading.is_known else UNKNOWN


def _name(label: str, _: Translate) -> str:
    """A class in the visitor's language; as it stands where it is an added network's own."""
    return _(NAMES[label]) if label in NAMES else label


def _sentence(reading: task.Reading, _: Translate) -> str:
    """The answer in words: the label, or that it is none of the ten and what is nearest."""
    template = NONE if not reading.is_known else SURE if reading.is_sure else NOT_SURE
    probability = percent(reading.probabilities[reading.label])
    return _(template).format(label=_name(reading.label, _), probability=probability)


def show_message(sentence: str, main: str, _: Translate, seen: Seen | None = None) -> Panels:
    """Return the same panels, of the same size, with a sentence in place of an answer."""
    nothing = dict.fromkeys(task.labels_of(main), 0.0)
    facts = page.provenance(runtime.folder(task.TASK, main), None, _)
    return _verdict("·", sentence), _details(seen, None, _top(nothing, _), _), _cards({}, main, _), facts


def _verdict(mark: str, sentence: str) -> str:
    return f'<div class="image-verdict">{panels.verdict(mark, sentence)}</div>'


def _top(probabilities: dict[str, float], _: Translate) -> dict[str, float]:
    """The likeliest classes, the likeliest first, under the visitor's names for them."""
    order = sorted(probabilities, key=probabilities.get, reverse=True)
    return {_name(label, _): probabilities[label] for label in order[:TOP]}


def _details(seen: Seen | None, heat: np.ndarray | None, top: dict[str, float], _: Translate) -> str:
    pixels, painted = (seen[0], paint_heat(seen[1], heat)) if seen else (NOTHING, NOTHING)
    small = _figure(pixels, _("What the networks see: 32 × 32 pixels"), "image-pixels")
    warm = _figure(painted, _("Which part decided"), "image-heat")
    best = next(iter(top)) if any(top.values()) else None
    bars = panels.bars(top, best, _("The likeliest classes"))
    return f'<div class="image-details"><div class="image-pair">{small}{warm}</div>{_legend(_)}{bars}</div>'


def _figure(pixels: np.ndarray, caption: str, kind: str) -> str:
    text, address = escape(caption), panels.image_address(pixels)
    size = f'width="{FIGURE_SIDE}" height="{FIGURE_SIDE}"'
    return f'<figure class="{kind}"><img src="{address}" {size} alt="{text}"><figcaption>{text}</figcaption></figure>'


def _legend(_: Translate) -> str:
    """What the colours of the heat map mean, in one sentence beside samples of them."""
    sentence = _(
        "Each part of the picture was covered once: where that made the answer less likely it is orange and speaks "
        "for the answer, where it made it more likely it is blue and speaks against it."
    )
    return f'<p class="image-legend"><i class="is-for"></i><i class="is-against"></i>{escape(sentence)}</p>'


def paint_heat(part: np.ndarray, heat: np.ndarray | None) -> np.ndarray:
    """Lay a heat map over a picture that is grey and pale under it.

    Args:
        part: uint8 [height, width, 3].
        heat: float32 [32, 32] in -1..1, above 0 what speaks for the answer; None leaves the picture grey.

    Returns:
        uint8 [height, width, 3].
    """
    grey = np.asarray(Image.fromarray(part).convert("L"), np.float32)[..., np.newaxis] * 0.6 + 80
    if heat is None:
        return np.uint8(np.repeat(grey, 3, axis=2))
    smooth = Image.fromarray(heat).resize((part.shape[1], part.shape[0]), Image.Resampling.BICUBIC)
    strength = np.clip(np.asarray(smooth), -1, 1)[..., np.newaxis]
    colour = np.where(strength > 0, np.float32(FOR), np.float32(AGAINST))
    weight = 0.8 * np.abs(strength)
    return np.uint8(grey * (1 - weight) + colour * weight)


def _cards(readings: dict[str, task.Reading | None], main: str, _: Translate) -> str:
    answers = [_card(name, readings.get(name), name == main, _) for name in task.networks()]
    side_by_side = panels.cards(answers, _("The networks side by side"))
    return f'<div class="image-cards">{side_by_side}</div>'


def _card(name: str, reading: task.Reading | None, is_main: bool, _: Translate) -> panels.Card:
    if reading is None:
        return panels.Card(name, "·", ("–", "–"), is_main)
    probability = percent(reading.probabilities[reading.label])
    nearest = probability if reading.is_known else f"{_name(reading.label, _)} {probability}"
    return panels.Card(name, _mark(reading, _), (nearest, f"{reading.milliseconds:.1f} ms"), is_main)
