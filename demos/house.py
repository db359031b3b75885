"""The house tab: describe a house in King County, see what two networks think it would have sold for."""

import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import plotly.graph_objects as go

from demos import endpoint, guard, house_form, link, page, panels
from demos.entries import Line, Menu, Number, Range, Tick
from demos.guard import _
from demos.house_panels import dollars, show_cards, show_effects, show_warning
from demos.house_plots import plot_curve, plot_map
from demos.page import Translate
from models import house, runtime

NETWORKS = house.NETWORKS

SCRIPT = Path(__file__).with_name("house.js")
FIRST_CURVE = "living_area"
# A visitor picks a zip code on the map or from the list; there is no order for a curve.
CURVES = tuple(name for name in house.ENTRIES if name != "zip_code")

WAITING = _("Loading the networks; the answer comes in a few seconds …")
PRICE = _("About {price} in 2014–15. Four of five such houses sold for {low} to {high}.")
NOT_SENSIBLE = _("I cannot give a sensible price for this.")

API = endpoint.Endpoint(
    "estimate_price",
    _("Estimate the price of a house in King County around Seattle in 2014-15, in dollars."),
    {
        **house_form.PARAMETERS,
        "network": endpoint.choice(NETWORKS, _("Which network estimates."), house.DEFAULT_NETWORK),
    },
    {
        "price": _("dollars"),
        "low": _("the lower end of the interval that holds four of five such houses"),
        "high": _("its upper end"),
    },
    (
        guard.Refusal(
            house_form.RENOVATED_BEFORE_BUILT,
            **{"renovated": "year_renovated", "renovated_year": 1990, "built": "year_built", "built_year": 2000},
        ),
        guard.Refusal(NOT_SENSIBLE),
    ),
)

# The HTML of the verdict and of the effects, the what-if plot, the networks side by side, and what answered.
Panels = tuple[str, str, go.Figure, str, str]

_log = logging.getLogger(__name__)


class Asked(NamedTuple):
    """What a visitor asked, checked: the house, the network, and the entry of the what-if curve."""

    house: house.House
    network: str
    entry: str


def title(_: Translate) -> str:
    """Return the tab's name."""
    return _("House price")


def build(language: str, _max_upload_mb: int = guard.UPLOAD_MEGABYTES) -> gr.Blocks | gr.Column:
    """Return the tab for one language; the English one carries the endpoint ``estimate_price``."""
    _ = page.translator(language)
    guarded = guard.speaking(_)
    statistics = _statistics(house.DEFAULT_NETWORK)
    with page.tab_blocks() as demo:
        intro = _(
            "Describe a house in King County around Seattle, and two networks estimate its price. "
            "**Prices are those of May 2014 to May 2015.**"
        )
        gr.Markdown(intro, elem_classes="hub-intro")
        readers = link_readers(_)
        panel = link.build_panel(house.TASK, tuple(readers), _)
        with gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=300):
                examples = _example_buttons(_)
                form = _form(statistics, _)
                county = _county(statistics, _)
                gr.Markdown(
                    _("Click a dot to move the house there. Larger dots had more sales, darker ones are dearer."),
                    elem_classes="house-hint",
                )
                picker = gr.HTML(None, html_template="<span></span>", js_on_load=SCRIPT.read_text(encoding="utf-8"))
            with gr.Column(scale=5, min_width=300):
                nothing = show_message(_(WAITING), house.DEFAULT_NETWORK, FIRST_CURVE, _)
                verdict = gr.HTML(nothing[0], js_on_load=panels.SPOKEN, elem_classes="house-verdict")
                network = page.network_choice(house.TASK, NETWORKS, house.DEFAULT_NETWORK, _measured(_), _)
                cards = gr.HTML(nothing[3])
                effects = gr.HTML(nothing[1])
                curve_entry = _curve_choice(_)
                curve = gr.Plot(nothing[2], show_label=False, container=False, elem_classes="house-curve")
                facts = gr.HTML(nothing[4])
        page.look_inside(house.TASK, network, _, guarded)
        inputs = list(form.values())
        link.connect(panel, readers, [*inputs, network, curve_entry], _)

        def read(*values: Any) -> Iterator[tuple]:
            """Answer for what the form holds."""
            yield from answer(list(values[:-2]), values[-2], values[-1], _)

        outputs = [verdict, effects, curve, cards, facts]
        changes = [part.change for part in (*inputs, network, curve_entry)]
        gr.on([*changes, picker.load], read, [*inputs, network, curve_entry], outputs, **page.LIVE)
        _connect_places(form["zip_code"], picker, county, _)
        _connect_examples(examples, inputs, statistics)
        if language == "en":
            _add_endpoint(guarded(estimate), statistics, _)
    return demo


def link_readers(_: Translate) -> link.Readers:
    """Return what a link to this tab may carry: the whole form, the network, the entry of the what-if curve."""
    return {
        **{name: partial(_read_linked, name, _) for name in house.ENTRIES},
        "network": lambda text: guard.require_choice(text, NETWORKS),
        "curve": lambda text: guard.require_choice(text, CURVES),
    }


def _read_linked(entry: str, _: Translate, text: str) -> Any:
    """Return an entry of a link as the form's input holds it."""
    value = {"true": True, "false": False}.get(text, link.number(text))
    places = _statistics(house.DEFAULT_NETWORK)["zip_codes"]
    return _as_input(entry, house_form.read_entry(entry, value, places, house_form.names(_)))


def _statistics(network: str) -> house.Statistics:
    return house.statistics_of(runtime.folder(house.TASK, network))


def _measured(_: Translate) -> str:
    """How the numbers beside the networks came about, and what they are from the form alone."""
    from_form = ", ".join(
        f"{name} {runtime.folder(house.TASK, name).metrics['form']['r2']:.3f}" for name in house.NETWORKS
    )
    text = _("R² of the log price on the test sales, 1 is perfect. From the form alone, without the address: {values}.")
    return text.format(values=from_form)


def _example_buttons(_: Translate) -> dict[str, gr.Button]:
    with gr.Row(elem_classes="house-examples"):
        names = ("", *house_form.EXAMPLES)
        return {name: gr.Button(_(name) if name else _("The median house"), size="sm", min_width=90) for name in names}


def _form(statistics: house.Statistics, _: Translate) -> dict[str, gr.components.Component]:
    """Return the twelve inputs, in the order of ``house.ENTRIES``, at the median house's values."""
    usual, names = statistics["median_house"], house_form.names(_)

    def number(name: str, unit: str) -> Number:
        return Number(usual[name], label=unit.format(name=names[name]), min_width=120, info=_usual(name))

    def range_of(name: str) -> Range:
        known, step = statistics["entries"][name]["quantiles"], house.ENTRIES[name].step
        return Range(known[0], known[100], value=usual[name], step=step, label=names[name], min_width=200)

    def menu(name: str, meanings: dict[int, str]) -> Menu:
        choices = [(_(meaning), value) for value, meaning in meanings.items()]
        return Menu(choices, value=int(usual[name]), label=names[name], min_width=120, filterable=False)

    def _usual(name: str) -> str:
        known = statistics["entries"][name]["quantiles"]
        style = ".0f" if name.startswith("year") else ",.0f"
        return _("mostly {least} to {most}").format(least=f"{known[1]:{style}}", most=f"{known[99]:{style}}")

    with gr.Row():
        form = {name: number(name, _("{name} (sq ft)")) for name in ("living_area", "lot")}
    gr.Markdown(_("1,000 square feet are 93 square metres; the answer gives both."), elem_classes="house-hint")
    with gr.Row():
        form |= {name: range_of(name) for name in ("bedrooms", "bathrooms")}
    form["floors"] = range_of("floors")
    form["grade"] = menu("grade", house_form.GRADES)
    with gr.Row():
        form["condition"] = menu("condition", house_form.CONDITIONS)
        form["view"] = menu("view", house_form.VIEWS)
    form["waterfront"] = Tick(bool(usual["waterfront"]), label=_("At the water"))
    with gr.Row():
        form["year_built"] = number("year_built", "{name}")
        form["year_renovated"] = number("year_renovated", _("{name} (0: never)"))
    form["zip_code"] = _place_menu(statistics, _)
    return form


def _place_menu(statistics: house.Statistics, _: Translate) -> Menu:
    choices = [
        (_("{code} · median ${price:,.0f}").format(code=code, price=place["price"]), code)
        for code, place in statistics["zip_codes"].items()
    ]
    usual = f"{statistics['median_house']['zip_code']:.0f}"
    return Menu(choices, value=usual, label=_("Zip code, or click on the map"), filterable=True)


def _curve_choice(_: Translate) -> Menu:
    names = house_form.names(_)
    choices = [(names[name], name) for name in CURVES]
    return Menu(choices, value=FIRST_CURVE, label=_("What if this were different?"), filterable=False)


def _county(statistics: house.Statistics, _: Translate) -> gr.Plot:
    usual = f"{statistics['median_house']['zip_code']:.0f}"
    return gr.Plot(plot_map(statistics, usual, _), show_label=False, container=False, elem_classes="house-map")


def _connect_places(menu: Menu, picker: gr.HTML, county: gr.Plot, _: Translate) -> None:
    """Let a click on the map choose in the list, and the list move the ring on the map."""
    private = {"api_visibility": "private", "show_progress": "hidden"}

    def choose(code: Any) -> Any:
        places = _statistics(house.DEFAULT_NETWORK)["zip_codes"]
        return code if isinstance(code, str) and code in places else gr.skip()

    def ring(code: Any) -> Any:
        statistics = _statistics(house.DEFAULT_NETWORK)
        is_known = isinstance(code, str) and code in statistics["zip_codes"]
        return plot_map(statistics, code, _) if is_known else gr.skip()

    picker.input(choose, picker, menu, **private)
    menu.change(ring, menu, county, trigger_mode="always_last", **private)


def _connect_examples(buttons: dict[str, gr.Button], inputs: list, statistics: house.Statistics) -> None:
    """Let each button fill the form with its house."""
    usual = statistics["median_house"]
    for name, button in buttons.items():
        values = _as_inputs(usual | house_form.EXAMPLES.get(name, {}))
        button.click(lambda values=values: values, None, inputs, api_visibility="private", show_progress="hidden")


def _as_inputs(described: house.House) -> list[Any]:
    """The values of a house as the form's inputs hold them."""
    return [_as_input(name, described[name]) for name in house.ENTRIES]


def _as_input(entry: str, value: float) -> Any:
    kinds: dict[str, Callable] = {
        **dict.fromkeys(("grade", "condition", "view"), int),
        "waterfront": bool,
        "zip_code": lambda code: f"{code:.0f}",
    }
    return kinds.get(entry, float)(value)


def _add_endpoint(handler: Callable, statistics: house.Statistics, _: Translate) -> None:
    """Offer the estimate to programs; the parameters' defaults are the median house's."""
    usual = statistics["median_house"]
    inputs: list[gr.components.Component] = []
    for name in house.ENTRIES:
        if name == "waterfront":
            inputs.append(Tick(bool(usual[name]), visible=False, label=name))
        elif name == "zip_code":
            inputs.append(Line(f"{usual[name]:.0f}", visible=False, label=name))
        else:
            inputs.append(Number(usual[name], visible=False, label=name))
    inputs.append(Line(house.DEFAULT_NETWORK, visible=False, label="network"))
    page.add_endpoint(handler, inputs, gr.JSON(visible=False, label="result"), API.name, API.docstring(_))


def estimate(
    living_area: Any,
    lot: Any,
    bedrooms: Any,
    bathrooms: Any,
    floors: Any,
    grade: Any,
    condition: Any,
    view: Any,
    waterfront: Any,
    year_built: Any,
    year_renovated: Any,
    zip_code: Any,
    network: Any,
) -> dict[str, float]:
    """Return what ``API`` says: {"price": 512000.0, "low": 431000.0, "high": 607000.0}."""
    guard.require_choice(network, NETWORKS)
    values = [living_area, lot, bedrooms, bathrooms, floors, grade, condition, view, waterfront]
    values += [year_built, year_renovated, zip_code]
    described = house_form.read(values, _statistics(network)["zip_codes"], {name: name for name in house.ENTRIES})
    found = _sensible(lambda: house.predict(described, network))
    return {"price": round(found.price, 2), "low": round(found.low, 2), "high": round(found.high, 2)}


def _sensible(work: Callable) -> Any:
    """Return what the network says; what is absurd is logged as its fault and refused."""
    try:
        return work()
    except house.NoSensiblePrice as error:
        _log.error("The network gave no sensible price: %s", error)
        raise guard.Refusal(NOT_SENSIBLE) from None


def answer(values: list[Any], network: Any, entry: Any, _: Translate) -> Iterator[Panels]:
    """Yield the panels: a waiting note where the networks are still being loaded, then the answer."""
    main = network if network in NETWORKS else house.DEFAULT_NETWORK
    shown_entry = entry if entry in CURVES else FIRST_CURVE
    try:
        guard.require_choice(network, NETWORKS)
        guard.require_choice(entry, CURVES)
        described = house_form.read(values, _statistics(main)["zip_codes"], house_form.names(_))
        if not runtime.is_ready(house.TASK, main):
            yield show_message(_(WAITING), main, shown_entry, _)
        asked = Asked(described, main, entry)
        yield _sensible(lambda: show_answer(asked, _))
    except Exception as error:
        yield show_message(guard.explain(error, _), main, shown_entry, _)


def show_answer(asked: Asked, _: Translate) -> Panels:
    """Return the panels for an answer."""
    estimates = _estimate_all(asked)
    found = estimates[asked.network]
    statistics = house.statistics_of(found.folder)
    sentence = _(PRICE).format(price=dollars(found.price), low=dollars(found.low), high=dollars(found.high))
    attribution = house.attribute(asked.house, asked.network)
    curve = house.what_if(asked.house, asked.entry, asked.network)
    own = asked.house[asked.entry] if asked.entry != "year_renovated" or asked.house[asked.entry] else None
    return (
        panels.verdict(dollars(found.price), sentence) + show_warning(asked.house, statistics, _),
        show_effects(asked.house, attribution, statistics, _),
        plot_curve(curve, asked.entry, own, statistics, _),
        show_cards(estimates, asked.network, _),
        page.provenance(found.folder, found.milliseconds, _),
    )


def _estimate_all(asked: Asked) -> dict[str, house.Estimate | None]:
    """Let every network answer; None for one that is not available, unless it is the main one."""
    estimates: dict[str, house.Estimate | None] = {asked.network: house.predict(asked.house, asked.network)}
    for name in NETWORKS:
        if name not in estimates:
            try:
                estimates[name] = house.predict(asked.house, name)
            except (runtime.NotReady, runtime.Busy, runtime.Unavailable, house.NoSensiblePrice):
                estimates[name] = None
    return estimates


def show_message(sentence: str, main: str, entry: str, _: Translate) -> Panels:
    """Return the same panels, of the same size, with a sentence in place of an answer."""
    statistics = _statistics(main)
    return (
        panels.verdict("·", sentence) + show_warning({}, statistics, _),
        show_effects(None, None, statistics, _),
        plot_curve(None, entry, None, statistics, _),
        show_cards({}, main, _),
        page.provenance(runtime.folder(house.TASK, main), None, _),
    )
