"""What every tab shares: language, theme, the line that says what answered, and the look inside a network."""

import gettext
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import plotly.graph_objects as go
from gradio.context import get_blocks_context

from demos import feedback, guard
from demos.entries import Choice
from demos.plots import ACCENT, amount, curve_in_words, plot_history, shown, styled
from models import added, runtime, store

LANGUAGES = {"en": "English", "zh": "中文"}
CATALOGS = {"en": "en", "zh": "zh_CN"}
LOCALE = Path(__file__).parent.parent / "locale"
STYLES = sorted(Path(__file__).parent.glob("*.css"))

# Gradio gives all pages one title; this gives each the name in its own language.
TITLE_SCRIPT = "document.title = element.querySelector('h1').textContent"

CHINESE_FONTS = ("PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC")
Translate = Callable[[str], str]
ADDED = guard._("Whoever runs this copy added this network. What it knows, and how well, nobody here has measured.")


def translator(language: str) -> Translate:
    """Return the function that turns an English text of the hub into ``language`` ("en" or "zh")."""
    catalog = gettext.translation("hub", LOCALE, languages=[CATALOGS[language]], fallback=language == "en")
    return catalog.gettext


def theme() -> gr.themes.Base:
    """Return the hub's calm theme: paper, ink and one green; fonts that ship with Gradio or the system."""
    fonts = [gr.themes.LocalFont("IBM Plex Sans", weights=(400, 600)), *CHINESE_FONTS, "sans-serif"]
    mono = [gr.themes.LocalFont("IBM Plex Mono", weights=(400, 600)), *CHINESE_FONTS, "monospace"]
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_md,
        font=fonts,
        font_mono=mono,
    ).set(
        body_background_fill="#faf9f7",
        body_background_fill_dark="#171614",
        block_background_fill="#ffffff",
        block_background_fill_dark="#1f1e1b",
        block_border_width="1px",
        block_shadow="none",
        button_primary_background_fill=ACCENT,
        button_primary_background_fill_dark=ACCENT,
        button_primary_text_color="#ffffff",
        link_text_color=ACCENT,
        link_text_color_dark="#5eead4",
        block_info_text_color="#6b665f",
        block_info_text_color_dark="#a8a29a",
    )


def tab_blocks() -> gr.Blocks | gr.Column:
    """Return what a tab is built in: a Blocks where it stands alone, a column inside the hub.

    (Each Blocks makes web apps of its own, a quarter of a second for every tab and language.)
    """
    return gr.Column() if get_blocks_context() else gr.Blocks(analytics_enabled=False)


def header(language: str, _: Translate) -> str:
    """Return the top of the page: the hub's name, the switch of language, and of light and dark."""
    other = "zh" if language == "en" else "en"
    address = "zh" if other == "zh" else "./?lang=en"
    lang = "zh-CN" if other == "zh" else "en"
    name, promise = (
        escape(_("Deep-learning demo hub")),
        escape(_("Try the networks of the tutorials, and look inside them.")),
    )
    settings, look = escape(_("Page settings")), escape(_("Light / dark"))
    return f"""
<header class="hub-header">
  <div><h1>{name}</h1><p>{promise}</p></div>
  <nav aria-label="{settings}">
    <a class="hub-switch" href="{address}" lang="{lang}" hreflang="{lang}">{LANGUAGES[other]}</a>
    <button class="hub-switch" type="button" data-hub-theme>{look}</button>
  </nav>
</header>"""


def footer(_: Translate) -> str:
    """Return the end of the page: what happens to what a visitor enters."""
    text = _("What you draw or upload is used for the answer only, goes nowhere else, and is deleted within an hour.")
    if feedback.keeper():
        text = _(
            "What you draw or upload is used for the answer only and is deleted within an hour. Where you correct an "
            "answer, the small image that the networks saw is kept to teach them."
        )
    return f'<footer class="hub-footer">{escape(text)}</footer>'


@dataclass(frozen=True)
class Fact:
    """One entry of the line under a result."""

    name: str
    value: str


def facts_of(folder: store.Folder, milliseconds: float | None, _: Translate) -> list[Fact]:
    """Return what answered: network, size, data, measured quality, revision, device, time.

    ``milliseconds`` is None before the first answer: then neither time nor device is known.
    """
    metrics = folder.metrics
    if folder.is_added:
        return _facts_of_added(folder, milliseconds, _)
    data, result, baseline = metrics["dataset"], metrics["result"], metrics["baseline"]
    short, name = baseline["short"], data["name"]  # marked in the training script where they are words
    quality = _("{value} on {count:,} test examples; {baseline} {baseline_value}").format(
        value=shown(result["metric"], result["value"], _),
        count=data["test"],
        baseline=_(short),
        baseline_value=amount(result["metric"], baseline["value"]),
    )
    return [
        Fact(_("Network"), folder.network),
        Fact(_("Parameters"), f"{metrics['parameters']:,}"),
        Fact(_("Trained on"), _("{name}, {count:,} examples").format(name=_(name), count=data["train"])),
        Fact(_("Measured"), quality),
        *_circumstances(folder, milliseconds, _),
    ]


def _circumstances(folder: store.Folder, milliseconds: float | None, _: Translate) -> list[Fact]:
    """Which copy answered, on what, and how fast."""
    return [
        Fact(_("Revision"), revision_of(folder, _)),
        Fact(_("Device"), "–" if milliseconds is None else runtime.device()),
        Fact(_("Time"), "–" if milliseconds is None else f"{milliseconds:.1f} ms"),
    ]


def _facts_of_added(folder: store.Folder, milliseconds: float | None, _: Translate) -> list[Fact]:
    """What is known of a network that was added; nobody here has measured it."""
    metrics = folder.metrics
    facts = [Fact(_("Network"), folder.network), Fact(_("Parameters"), f"{metrics['parameters']:,}")]
    if "result" in metrics:
        data, result = metrics["dataset"], metrics["result"]
        quality = _("{value} on {count:,} test examples").format(
            value=shown(result["metric"], result["value"], _), count=data["test"]
        )
        facts += [
            Fact(_("Trained on"), _("{name}, {count:,} examples").format(name=data["name"], count=data["train"])),
            Fact(_("Stated by its folder"), quality),
        ]
    return [*facts, *_circumstances(folder, milliseconds, _)]


def about_added(task: str, _: Translate) -> list[str]:
    """Return a sentence that names the networks that were added to a tab; none where there are none."""
    names = ", ".join(runtime.added(task))
    return [_("Added to this copy, with labels of its own: {networks}.").format(networks=names)] if names else []


def revision_of(folder: store.Folder, _: Translate) -> str:
    """Return where the network came from: the Hub's commit, or this copy and why not the Hub."""
    if folder.origin == "hub":
        return f"{folder.repo_id} @ {folder.revision}"
    place = _("copy that comes with the hub") if folder.origin == "embedded" else _("local folder")
    if folder.hub_problem:
        return f"{place} ({hub_problem(folder.hub_problem, _)})"
    return place


def hub_problem(problem: store.Problem, _: Translate) -> str:
    """Return why the Hub's network is not used."""
    return {
        "missing": _("the Hub has no such network"),
        "forbidden": _("the Hub does not allow it"),
        "unreachable": _("the Hub cannot be reached"),
        "slow": _("the Hub does not answer"),
        "broken": _("the Hub's file is damaged"),
    }[problem]


def provenance(folder: store.Folder, milliseconds: float | None, _: Translate) -> str:
    """Return the facts as a list of terms, and the two sentences of limits."""
    entries = "".join(
        f"<div><dt>{escape(fact.name)}</dt><dd>{escape(fact.value)}</dd></div>"
        for fact in facts_of(folder, milliseconds, _)
    )
    limits = folder.metrics.get("limits", ADDED)  # marked for translation in the training script
    return f'<dl class="hub-facts">{entries}</dl><p class="hub-limits">{escape(_(limits))}</p>'


def layer_rows(folder: store.Folder) -> list[list[Any]]:
    """Return name, kind, output shape and parameters of every layer; its part too where there are several."""
    layers = folder.metrics["layers"]
    has_parts = len({layer["part"] for layer in layers}) > 1
    return [
        [
            f"{layer['part']}: {layer['name']}" if has_parts else layer["name"],
            layer["type"],
            _shape(layer["output"]),
            f"{layer['parameters']:,}",
        ]
        for layer in layers
    ]


def _shape(sizes: list[int | None]) -> str:
    """Return an output shape as in "28 × 28 × 1"; "any" number of steps is a star."""
    return " × ".join("*" if size is None else str(size) for size in sizes)


# How an event that a network answers is handled: the newest counts, and all share one lane.
LIVE = {
    "trigger_mode": "always_last",
    "show_progress": "hidden",
    "api_visibility": "private",
    "concurrency_id": guard.LANE,
    "concurrency_limit": guard.SIMULTANEOUS,
}


def network_choice(task: str, networks: tuple[str, ...], default: str, info: str, _: Translate) -> Choice:
    """Return the choice of a network, its measured quality beside each name; ``info`` says what that is."""
    choices = []
    for name in networks:
        folder = runtime.folder(task, name)
        choices.append((name if folder.is_added else f"{name} · {_quality(folder, _)}", name))
    return Choice(choices, value=default, label=_("Network"), info=info)


def _quality(folder: store.Folder, _: Translate) -> str:
    result = folder.metrics["result"]
    return shown(result["metric"], result["value"], _)


def add_endpoint(
    handler: Callable, inputs: list[gr.components.Component], output: gr.components.Component, name: str, about: str
) -> None:
    """Offer a handler to programs, as ``name``, through a button that no visitor sees.

    The labels and values of the inputs are the parameters' names and defaults; ``about`` describes it, and each
    parameter in a line below "Args:".
    """
    trigger = gr.Button(visible=False)
    handler.__name__, handler.__doc__ = name, about  # an MCP tool is called and described by them
    trigger.click(
        handler,
        inputs,
        output,
        api_name=name,
        api_description=about.partition("\n")[0],
        concurrency_id=guard.LANE,
        concurrency_limit=guard.SIMULTANEOUS,
    )


def inside(folder: store.Folder, _: Translate) -> tuple[go.Figure, str, list[list[Any]], str]:
    """Return a network's training curve, the same in words, its layers, and its source.

    The source of a network that was added is its own description, in its Keras file.
    """
    has_curve = "curve" in folder.metrics
    return (
        plot_history(folder, _) if has_curve else styled(go.Figure(), height=340),
        curve_in_words(folder, _) if has_curve else _("Its folder holds no training curve."),
        layer_rows(folder),
        added.description(folder) if folder.is_added else store.builder_source(folder.task, folder.network),
    )


def look_inside(task: str, network: gr.Radio, _: Translate, guarded: Callable) -> None:
    """Add the panel that shows a network's curve, layers and source, and keep it on the chosen network."""

    def show(name: Any) -> tuple[go.Figure, str, list[list[Any]], str]:
        return inside(runtime.folder(task, guard.require_choice(name, names)), _)

    names = tuple(value for _name, value in network.choices)
    figure, words, rows, source = show(network.value)
    with gr.Accordion(_("Look inside the network"), open=False, elem_classes="hub-inside"), gr.Tabs():
        with gr.Tab(_("Training curve")):
            plot = gr.Plot(figure, show_label=False, container=False)
            summary = gr.Markdown(words)
        with gr.Tab(_("Layers")):
            columns = [_("layer"), _("kind"), _("output"), _("parameters")]
            table = gr.Dataframe(rows, headers=columns, interactive=False, show_label=False, buttons=[])
        with gr.Tab(_("Source code")):
            code = gr.Code(source, language="python", show_label=False, interactive=False, buttons=["copy"])
    network.change(
        guarded(show),
        network,
        [plot, summary, table, code],
        api_visibility="private",
        show_progress="hidden",
    )
