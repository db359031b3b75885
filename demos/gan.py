"""The gan tab: digits made from noise, a walk between two of them, and what two networks make of the same seed."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import numpy as np
from PIL import Image

from demos import endpoint, gallery, guard, link, page, panels, walk
from demos.entries import Choice, Number, Range
from demos.guard import _
from demos.page import Translate
from models import gan, runtime

NETWORKS = gan.NETWORKS

ALL_TEN = "all"
ALL_TEN_MARK = f"{gan.DIGITS[0]}–{gan.DIGITS[-1]}"
COUNT = 20
SEED, OTHER_SEED = 42, 7

# The HTML of the verdict, the gallery, the networks side by side and what answered; the two files to take.
Panels = tuple[str, str, str, str, Any, Any]

START = _("The pictures come in a moment.")
WAITING = _("Loading the networks; the pictures come in a few seconds …")
NOT_CONDITIONAL = _("{network} cannot be told which digit to make. Give null as the digit.")
API = endpoint.Endpoint(
    "generate_digits",
    _("Make pictures of handwritten digits out of random numbers. The same values give the same pictures."),
    {
        "digit": endpoint.whole(
            "digit", 0, 9, _("Which digit; null for all ten in turn, and for mlp."), 7, can_be_null=True
        ),
        "seed": endpoint.whole("seed", 0, gan.LARGEST_SEED, _("Where the random numbers begin."), SEED),
        "count": endpoint.whole("count", 1, gan.LARGEST_COUNT, _("How many pictures."), 10),
        "truncation": endpoint.number(
            "truncation", 0, gan.LARGEST_TRUNCATION, _("The distance from the mean: less is plainer."), 1.0
        ),
        "network": endpoint.choice(NETWORKS, _("Which generator makes them."), gan.DEFAULT_NETWORK),
    },
    {"": _("a list of PNG files of 28 by 28 pixels, white ink on black")},
    (guard.Refusal(NOT_CONDITIONAL, network="mlp"),),
)
ONE_DIGIT = _("{count} pictures of a {digit} from seed {seed}. {how}")
TEN_DIGITS = _("{count} pictures from seed {seed}, the ten digits in turn. {how}")
OWN_DIGITS = _("{count} pictures from seed {seed}; this generator chooses the digits itself. {how}")
NOBODY = _("Nobody wrote them: the generator turned 100 random numbers into each.")
THE_MEAN = _("At distance 0 each is made from the mean of all numbers, so they are alike.")


class Wish(NamedTuple):
    """What is asked for, checked. ``digit`` is None for all ten in turn, or for whatever comes."""

    digit: int | None
    seed: int
    count: int
    truncation: float
    network: str


def title(_: Translate) -> str:
    """Return the tab's name."""
    return _("Digits from noise")


def build(language: str, _max_upload_mb: int = guard.UPLOAD_MEGABYTES) -> gr.Blocks | gr.Column:
    """Return the tab for one language; the English one carries the endpoint ``generate_digits``."""
    _ = page.translator(language)
    guarded = guard.speaking(_)
    with page.tab_blocks() as demo:
        gr.Markdown(
            _(
                "Two networks learned against each other: the generator to make digits out of random numbers, the "
                "discriminator to tell them from real ones. Here the generator makes digits that nobody wrote."
            ),
            elem_classes="hub-intro",
        )
        readers = link_readers(_)
        panel = link.build_panel(gan.TASK, tuple(readers), _)
        with gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=300):
                digit, seed, another, count, truncation, network = _entries(_)
            with gr.Column(scale=5, min_width=300):
                outputs = _outputs(_)
        wish = [digit, seed, count, truncation, network]
        with gr.Accordion(_("A walk between two seeds"), open=True, elem_classes="gan-walk"):
            _build_walk(digit, seed, network, _)
        with gr.Accordion(_("While it learned"), open=False):
            learned = gr.HTML(show_learning(gan.DEFAULT_NETWORK, _))
        page.look_inside(gan.TASK, network, _, guarded)
        link.connect(panel, readers, wish, _)

        def make(*values: Any) -> Iterator[Panels]:
            yield from answer(values, _)

        # One event for all, so that a link, which fills several entries at once, is answered once.
        gr.on([outputs[1].input, *(entry.change for entry in wish)], make, wish, outputs, **page.LIVE)
        another.click(new_seed, None, seed, **page.LIVE)
        network.change(lambda name: _digit_for(name, _), network, digit, **page.LIVE)
        network.change(guarded(lambda name: show_learning(name, _)), network, learned, **page.LIVE)
        if language == "en":
            _add_endpoint(guarded, _)
    return demo


def _entries(_: Translate) -> tuple[Choice, Number, gr.Button, Range, Range, Choice]:
    """The left column: digit, seed and the button for another, how many, distance from the mean, network."""
    digits = [*((str(digit), str(digit)) for digit in gan.DIGITS), (_("all ten in turn"), ALL_TEN)]
    digit = Choice(digits, value=ALL_TEN, label=_("Digit"), info=_(CAN_BE_TOLD), elem_classes="gan-digit")
    with gr.Row(equal_height=False, elem_classes="gan-seed"):
        seed = Number(
            SEED,
            label=_("Seed"),
            info=_("The same seed gives the same pictures, on every machine."),
            precision=0,
            minimum=0,
            maximum=gan.LARGEST_SEED,
            scale=3,
            min_width=150,
        )
        another = gr.Button(_("Another seed"), variant="primary", scale=2, min_width=120)
    count = Range(1, gan.LARGEST_COUNT, COUNT, step=1, label=_("How many"), buttons=[])
    truncation = Range(
        0,
        gan.LARGEST_TRUNCATION,
        1,
        step=0.05,
        label=_("Distance from the mean"),
        info=_("1 is what it learned with. Less gives plainer digits that look alike, more gives stranger ones."),
        buttons=[],
    )
    about = _(
        "Beside each stands what was measured on 10,000 pictures: how often a judge, another network, reads the digit "
        "that was asked for; or the Fréchet distance from real digits, where less is better."
    )
    network = page.network_choice(gan.TASK, gan.NETWORKS, gan.DEFAULT_NETWORK, about, _)
    return digit, seed, another, count, truncation, network


CAN_BE_TOLD = _("This network is told which digit to make.")
CANNOT_BE_TOLD = _("This network was never told which digit is which, so it makes whatever comes.")


def _digit_for(network: Any, _: Translate) -> dict[str, Any]:
    """How the digit's choice stands for a network."""
    can_be_told = gan.IS_CONDITIONAL.get(network, True) if isinstance(network, str) else True
    return gr.update(interactive=can_be_told, info=_(CAN_BE_TOLD if can_be_told else CANNOT_BE_TOLD))


def _outputs(_: Translate) -> list[gr.components.Component]:
    """The right column: verdict, gallery, files to take, the networks side by side, what answered."""
    verdict, pictures, cards, facts, *_files = show_message(_(START), gan.DEFAULT_NETWORK, COUNT, _)
    verdict = gr.HTML(verdict, js_on_load=panels.SPOKEN)
    pictures = gr.HTML(pictures, js_on_load="trigger('input')")  # the first pictures, when the tab is opened
    with gr.Row():
        sheet = gr.DownloadButton(_("Download one sheet (PNG)"), interactive=False, size="sm")
        bundle = gr.DownloadButton(_("Download all (ZIP)"), interactive=False, size="sm")
    return [verdict, pictures, gr.HTML(cards), gr.HTML(facts), sheet, bundle]


def _build_walk(digit: Choice, seed: Number, network: Choice, _: Translate) -> None:
    """The walk from the seed above to a second one."""
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=220):
            gr.Markdown(
                _(
                    "Every step between two seeds is a picture too. Where the generator has understood digits, one "
                    "becomes the other without a jump."
                ),
                elem_classes="hub-intro",
            )
            other = Number(OTHER_SEED, label=_("Walk to seed"), precision=0, minimum=0, maximum=gan.LARGEST_SEED)
            start = gr.Button(_("Walk"), variant="primary")
        with gr.Column(scale=3, min_width=280):
            player = walk.build_player(_)

    def go(*values: Any) -> str:
        return answer_walk(values, _)

    start.click(go, [digit, seed, other, network], player, **page.LIVE)


def _add_endpoint(guarded: Any, _: Translate) -> None:
    """Offer ``generate_digits``; its inputs are seen by programs alone."""
    *numbers, network = API.parameters.items()
    inputs = [Number(parameter.default, label=name, visible=False) for name, parameter in numbers]
    inputs.append(Choice(list(gan.NETWORKS), value=network[1].default, label=network[0], visible=False))
    result = gr.File(file_count="multiple", visible=False, label="pictures")
    page.add_endpoint(guarded(generate), inputs, result, API.name, API.docstring(_))


def new_seed() -> int:
    """Return a seed at random, short enough to be told to somebody."""
    return secrets.randbelow(1_000_000)


def generate(digit: Any, seed: Any, count: Any, truncation: Any, network: Any) -> list[str]:
    """Return the paths of what ``API`` says."""
    chosen = guard.require_choice(network, gan.NETWORKS)
    number = None if digit is None else guard.require_whole(digit, 0, 9, "digit")
    if number is not None and not gan.IS_CONDITIONAL[chosen]:
        raise guard.Refusal(NOT_CONDITIONAL, network=chosen)
    wish = Wish(
        number,
        guard.require_whole(seed, 0, gan.LARGEST_SEED, "seed"),
        guard.require_whole(count, 1, gan.LARGEST_COUNT, "count"),
        guard.require_number(truncation, 0, gan.LARGEST_TRUNCATION, "truncation"),
        chosen,
    )
    return gallery.files(gan.generate(*wish), wish.seed)


def link_readers(_: Translate) -> link.Readers:
    """Return what a link to this tab may carry."""
    return {
        "digit": _require_digit,
        "seed": lambda text: _require_seed(link.number(text), _),
        "count": lambda text: _require_count(link.number(text), _),
        "daring": lambda text: _require_truncation(link.number(text), _),
        "network": lambda text: guard.require_choice(text, gan.NETWORKS),
    }


def read_wish(values: tuple[Any, ...], _: Translate) -> Wish:
    """Check what the tab's entries hold: digit, seed, count, truncation, network.

    Raises:
        guard.Refusal: one of them is out of its range.
    """
    digit, seed, count, truncation, network = values
    chosen = guard.require_choice(network, gan.NETWORKS)
    return Wish(
        read_digit(digit, chosen),
        _require_seed(seed, _),
        _require_count(count, _),
        _require_truncation(truncation, _),
        chosen,
    )


def _require_digit(value: Any) -> str:
    return guard.require_choice(value, (*map(str, gan.DIGITS), ALL_TEN))


def _require_seed(value: Any, _: Translate) -> int:
    return guard.require_whole(value, 0, gan.LARGEST_SEED, _("The seed"))


def _require_count(value: Any, _: Translate) -> int:
    return guard.require_whole(value, 1, gan.LARGEST_COUNT, _("The number of pictures"))


def _require_truncation(value: Any, _: Translate) -> float:
    return guard.require_number(value, 0, gan.LARGEST_TRUNCATION, _("The distance from the mean"))


def read_digit(value: Any, network: str) -> int | None:
    """Return the chosen digit; None for all ten, and for a network that cannot be told one."""
    chosen = _require_digit(value)
    return None if chosen == ALL_TEN or not gan.IS_CONDITIONAL[network] else int(chosen)


def answer(values: tuple[Any, ...], _: Translate) -> Iterator[Panels]:
    """Yield the panels: a waiting note where the networks are still being loaded, then the pictures."""
    main = values[-1] if isinstance(values[-1], str) and values[-1] in gan.NETWORKS else gan.DEFAULT_NETWORK
    count = COUNT
    try:
        wish = read_wish(values, _)
        count = wish.count
        if not runtime.is_ready(gan.TASK, main):
            yield show_message(_(WAITING), main, count, _)
        yield show_pictures(wish, _generate_all(wish), _)
    except Exception as error:
        yield show_message(guard.explain(error, _), main, count, _)


def _generate_all(wish: Wish) -> dict[str, gan.Pictures | None]:
    """Let the wished network make all pictures, and each other one its first; None for one not available."""
    made: dict[str, gan.Pictures | None] = {wish.network: gan.generate(*wish)}
    for name in gan.NETWORKS:
        if name not in made:
            digit = wish.digit if gan.IS_CONDITIONAL[name] else None
            try:
                made[name] = gan.generate(digit, wish.seed, 1, wish.truncation, name)
            except (runtime.NotReady, runtime.Busy, runtime.Unavailable):
                made[name] = None
    return made


def show_pictures(wish: Wish, made: dict[str, gan.Pictures | None], _: Translate) -> Panels:
    """Return the panels for an answer, and the files to take."""
    pictures = made[wish.network]
    return (
        _verdict(wish, _),
        gallery.show_gallery(pictures, _),
        gallery.show_first(made, wish.network, _),
        page.provenance(pictures.folder, pictures.milliseconds, _),
        gr.update(value=gallery.keep(gallery.sheet(pictures.pixels), f"seed-{wish.seed}.png"), interactive=True),
        gr.update(value=gallery.keep(gallery.archive(pictures, wish.seed), f"seed-{wish.seed}.zip"), interactive=True),
    )


def _verdict(wish: Wish, _: Translate) -> str:
    """The asked digit as the mark, all ten as a range in smaller figures; beside it what the pictures are."""
    if not gan.IS_CONDITIONAL[wish.network]:
        return panels.verdict("?", _sentence(wish, _))
    if wish.digit is None:
        return f'<div class="gan-range">{panels.verdict(ALL_TEN_MARK, _sentence(wish, _))}</div>'
    return panels.verdict(str(wish.digit), _sentence(wish, _))


def _sentence(wish: Wish, _: Translate) -> str:
    """What the pictures are, and that nobody wrote them."""
    kind = ONE_DIGIT if wish.digit is not None else TEN_DIGITS if gan.IS_CONDITIONAL[wish.network] else OWN_DIGITS
    how = _(NOBODY if wish.truncation else THE_MEAN)
    return _(kind).format(count=wish.count, digit=wish.digit, seed=wish.seed, how=how)


def show_message(sentence: str, main: str, count: int, _: Translate) -> Panels:
    """Return the same panels, of the same size, with a sentence in place of pictures."""
    facts = page.provenance(runtime.folder(gan.TASK, main), None, _)
    nothing = gr.update(value=None, interactive=False)
    shown = (panels.verdict("·", sentence), gallery.empty_gallery(count, _), gallery.show_first({}, main, _), facts)
    return (*shown, nothing, nothing)


def answer_walk(values: tuple[Any, ...], _: Translate) -> str:
    """Return what the player plays, as JSON: the pictures on the way side by side, or a sentence."""
    digit, seed, other, network = values
    try:
        chosen = guard.require_choice(network, gan.NETWORKS)
        asked = read_digit(digit, chosen)
        start = _require_seed(seed, _)
        end = guard.require_whole(other, 0, gan.LARGEST_SEED, _("The seed to walk to"))
        return walk.record(*walk.frames(asked, start, end, chosen))
    except Exception as error:
        return json.dumps({"message": guard.explain(error, _)})


def show_learning(network: Any, _: Translate) -> str:
    """Return what the generator made while it learned, and where that was measured how near it comes to copying."""
    folder = runtime.folder(gan.TASK, guard.require_choice(network, gan.NETWORKS))
    snapshots = gallery.show_snapshots(
        _read_grey(folder.path / gan.SNAPSHOTS), folder.metrics["training"]["snapshots_after_epochs"], _
    )
    if "nearest" not in folder.metrics:
        return snapshots
    nearest, count = folder.metrics["nearest"]["pixels"], folder.metrics["dataset"]["train"]
    return snapshots + gallery.show_neighbours(_read_grey(folder.path / gan.NEIGHBOURS), nearest, count, _)


def _read_grey(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L"))
