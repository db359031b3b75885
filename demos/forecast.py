"""The forecast tab: bring a series, see how networks and classical methods go on, and how good they were."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import gradio as gr
import numpy as np
import plotly.graph_objects as go

from demos import endpoint, guard, link, page, panels
from demos import forecast_form as form
from demos import forecast_tables as tables
from demos import forecast_words as words
from demos.entries import Choice, Number, Values
from demos.forecast_methods import BANDS, LEAST, backtest_all, forecast_all, write_download
from demos.forecast_plots import plot_forecast
from demos.forecast_sources import EXAMPLES, open_table, require_pasted
from demos.guard import _
from demos.page import Translate
from models import forecast, runtime
from models.series import Reading, Series, backtest, classical, read, read_pasted
from models.series.season import find_season

NETWORKS = forecast.NETWORKS

MOST_VALUES = 10_000
# A network needs no more of a long series; the tab says so.
MOST_USED = forecast.MAX_LENGTH

EMPTY = _("Choose an example, upload a file, or paste numbers.")
NOT_IN_LINK = _("Files and pasted numbers are not in it.")
PLEASE_ANSWER = _("Please choose the answer below your series.")
WAITING = _("Loading the networks; the answer comes in a few seconds …")
TESTING = _("Testing every method on the end of the series …")
TOO_SHORT_TO_TEST = _("The series is too short to test the methods on its end.")
ABOUT_TEST = _(
    "MASE is the mean error, counted in usual changes of this series from one value (or from one season) to the next: "
    "less is better. sMAPE is the error in per cent of the values. The last columns say how many true values lay "
    "within the bands: 80 and 95 % would be right."
)
NO_LIST = _("values must be a list of {least} to {most} numbers.")
NO_ENTRY = _("values must be numbers from -1e15 to 1e15; item {number} is not one.")
LEAST_VALUES = sorted({forecast.min_length(name) for name in NETWORKS})  # the default network needs fewest
BANDS_ABOUT = {
    "forecast": _("the next values, as many as horizon says"),
    "low_80": _("the lower ends of the band that holds four of five, as many"),
    "high_80": _("its upper ends"),
    "low_95": _("the lower ends of the band that holds 95 of 100"),
    "high_95": _("its upper ends"),
}
API = endpoint.Endpoint(
    "forecast",
    _("Forecast the next values of a series."),
    {
        "values": endpoint.Parameter(
            "numbers",
            endpoint.NUMBERS,
            _("The oldest first, evenly spaced, none missing, each from -1e15 to 1e15."),
            endpoint.REQUIRED,
            (
                *(guard.Refusal(NO_LIST, least=least, most=f"{MOST_VALUES:,}") for least in LEAST_VALUES),
                guard.Refusal(NO_ENTRY, number=1),
            ),
            {"least": LEAST_VALUES[0], "most": f"{MOST_VALUES:,}"},
        ),
        "horizon": endpoint.whole("horizon", 1, forecast.MAX_HORIZON, _("How many values to forecast."), form.HORIZON),
        "season": endpoint.whole(
            "season",
            form.FIND,
            forecast.MAX_SEASON,
            _("After how many values the series repeats itself: 12 for months, 1 for never, 0 to find it."),
            form.FIND,
        ),
        "network": endpoint.choice(NETWORKS, _("Which network forecasts."), forecast.DEFAULT_NETWORK),
    },
    BANDS_ABOUT,
)


@dataclass(frozen=True)
class Answer:
    """What the panels show: each field is one of them. ``None`` for a figure or a file: leave it out."""

    verdict: str
    figure: go.Figure
    table: str
    test: str
    read: str
    facts: str
    download: str | None
    reading: Reading | None = None


def title(_: Translate) -> str:
    """Return the tab's name."""
    return _("Forecast")


def build(language: str, max_upload_mb: int = guard.UPLOAD_MEGABYTES) -> gr.Blocks | gr.Column:
    """Return the tab for one language; the English one carries the endpoint ``forecast``."""
    _ = page.translator(language)
    guarded = guard.speaking(_)
    nothing = show_message(_(EMPTY), forecast.DEFAULT_NETWORK, _)
    with page.tab_blocks() as demo:
        intro = _(
            "Bring a series of numbers over time. Four networks and two classical methods say how it goes on, and a "
            "test on its end shows which of them can be trusted here."
        )
        gr.Markdown(intro, elem_classes="hub-intro")
        readers = link_readers(_)
        panel = link.build_panel(forecast.TASK, tuple(readers), _, _(NOT_IN_LINK), "example")
        with gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=300):
                sources, buttons = form.build_sources(max_upload_mb, _)
                ask = Choice([], label=_("Please answer"), visible=False, elem_classes="forecast-ask")
                controls = form.build_controls(_)
                read_panel = gr.HTML(nothing.read)
                settings = form.build_settings(_)
            with gr.Column(scale=7, min_width=300):
                outputs = _build_panels(nothing, _)
        facts = gr.HTML(nothing.facts)
        page.look_inside(forecast.TASK, controls[-1], _, guarded)
        inputs = [*sources, *settings, *controls]
        outputs = [*outputs, read_panel, facts, ask, sources[0], *settings]
        _connect(inputs, outputs, buttons, ask, settings, controls, _)
        _connect_link(panel, readers, [*sources[:2], *controls], outputs, _)
        if language == "en":
            _add_endpoint(guarded, _)
    return demo


def _build_panels(nothing: Answer, _: Translate) -> list:
    """Return [verdict, chart, table, test, download]."""
    verdict = gr.HTML(nothing.verdict, js_on_load=panels.SPOKEN)
    chart = gr.Plot(nothing.figure, show_label=False, container=False, elem_classes="forecast-plot")
    table = gr.HTML(nothing.table)
    download = gr.DownloadButton(_("Download the forecast as CSV"), interactive=False, size="sm")
    test = gr.HTML(nothing.test)
    return [verdict, chart, table, test, download]


def _connect(
    inputs: list, outputs: list, buttons: dict[str, Any], ask: Choice, settings: list, controls: list, _: Translate
) -> None:
    """Let every entry answer: a new source forgets how the last one was read, a correction keeps the source."""

    def read_new(source: str) -> Any:
        def handler(*entered: Any) -> Iterator[list]:
            request = replace(form.request_of(entered), source=source, settings=form.settings_for(source, entered[1]))
            yield from respond(request, _)

        return handler

    def correct(*entered: Any) -> Iterator[list]:
        yield from respond(form.request_of(entered), _)

    def answered(*entered: Any) -> Iterator[list]:
        *others, reply = entered
        request = form.request_of(others)
        yield from respond(replace(request, settings=form.with_reply(request.settings, reply)), _)

    for source, event in buttons.items():
        event(read_new(source), inputs, outputs, **page.LIVE)
    for entry in (*settings[1:], *controls):
        (entry.change if entry is controls[-1] else entry.input)(correct, inputs, outputs, **page.LIVE)
    ask.input(answered, [*inputs, ask], outputs, **page.LIVE)


def link_readers(_: Translate) -> link.Readers:
    """Return what a link to this tab may carry; a file or pasted numbers are too long for one."""
    return {
        "example": lambda text: guard.require_choice(text, tuple(EXAMPLES)),
        "horizon": lambda text: _require_horizon(link.number(text), _),
        "season": lambda text: _require_season(link.number(text), _),
        "network": lambda text: guard.require_choice(text, NETWORKS),
    }


def _connect_link(panel: gr.HTML, readers: link.Readers, entries: list, outputs: list, _: Translate) -> None:
    """Let a link choose example, horizon, season and network, and answer for them; ``entries``: source, these."""
    source, *filled = entries

    def follow(query: Any) -> Iterator[list]:
        values, notes = link.read(query, readers, _)
        example = values.get("example")
        named = "" if example is None else "example"
        request = form.Request(
            source=named,
            example=example,
            path=None,
            text=None,
            settings=form.settings_for(named, example),
            horizon=values.get("horizon", form.HORIZON),
            season=values.get("season", form.FIND),
            network=values.get("network", forecast.DEFAULT_NETWORK),
        )
        entered = [link.said(notes), *(values.get(name, gr.skip()) for name in readers)]
        for shown in respond(request, _):
            yield [*entered, *shown]

    panel.input(follow, panel, [panel, *filled, *outputs], **page.LIVE)
    # Only an example can be named in a link.
    link.offer(panel, [source, *filled], "(source, example, ...rest) => [source === 'example' ? example : '', ...rest]")


def respond(request: form.Request, _: Translate) -> Iterator[list]:
    """Yield the values of all outputs, first what is known at once, then the answer, then the test."""
    for answer in answers(request, _):
        reading = answer.reading
        question = reading.question if reading else None
        asked = {"visible": question is not None, "value": None}
        if question is not None:
            asked |= {"choices": words.choices_of(question, _), "label": words.question_in_words(question, _)}
        menus = [
            gr.update(value=getattr(request.settings, name), choices=choices)
            for name, choices in zip(form.READING_CONTROLS, form.all_choices(reading, _), strict=True)
        ]
        download = gr.update(value=answer.download, interactive=answer.download is not None)
        shown = [answer.verdict, answer.figure, answer.table, answer.test, download, answer.read, answer.facts]
        yield [*shown, gr.update(**asked), request.source, request.settings.split, *menus]


def answers(request: form.Request, _: Translate) -> Iterator[Answer]:
    """Yield what the panels show: a message, or the answer and then the test of all methods."""
    main, reading = request.main, None
    try:
        reading = read_request(request)
        if reading is None:
            yield show_message(_(EMPTY), main, _)
            return
        sentence = _message_of(reading, _)
        if sentence:
            yield show_message(sentence, main, _, reading)
            return
        series = reading.series
        horizon, season = require_plan(request, series, _)
        if not runtime.is_ready(forecast.TASK, main):
            classical.prepare()
            yield show_message(_(WAITING), main, _, reading, season)
        found = forecast_all(series.values, horizon, season, main)
        partial = show_forecasts(reading, found, main, season, _)
        yield partial
        yield replace(partial, test=show_test(series, horizon, season, main, _))
    except Exception as error:
        yield show_message(guard.explain(error, _), main, _, reading)


def _message_of(reading: Reading, _: Translate) -> str | None:
    if reading.question is not None:
        return f"{words.question_in_words(reading.question, _)} {_(PLEASE_ANSWER)}"
    return words.problem_in_words(reading.problem, _) if reading.problem is not None else None


def read_request(request: form.Request) -> Reading | None:
    """Read the source that was used last; None where there is none.

    Raises:
        guard.Refusal: the example, the file or the text cannot be used at all.
    """
    settings = form.require_settings(request.settings)
    if request.source == "example":
        return _cut(read(EXAMPLES[guard.require_choice(request.example, tuple(EXAMPLES))].load(), settings, LEAST))
    if request.source == "file":
        return _cut(read(open_table(request.path), settings, LEAST))
    if request.source == "paste":
        return _cut(read_pasted(require_pasted(request.text), settings, LEAST))
    return None


def _cut(reading: Reading) -> Reading:
    """Keep the last values of a long series, and say so."""
    series = reading.series
    if series is None or len(series.values) <= MOST_USED:
        return reading
    note = words.Note("cut", {"count": MOST_USED})
    dates = None if series.dates is None else series.dates[-MOST_USED:]
    values, known = series.values[-MOST_USED:], series.known[-MOST_USED:]
    reading.series = replace(series, values=values, known=known, dates=dates, notes=(*series.notes, note))
    return reading


def require_plan(request: form.Request, series: Series, _: Translate) -> tuple[int, int]:
    """Return horizon and season, the season found where it is asked for.

    Raises:
        guard.Refusal: one of them, or the network, cannot be used.
    """
    guard.require_choice(request.network, NETWORKS)
    horizon, season = _require_horizon(request.horizon, _), _require_season(request.season, _)
    return horizon, series.season if season == form.FIND else season


def _require_horizon(value: Any, _: Translate) -> int:
    return guard.require_whole(value, 1, forecast.MAX_HORIZON, _(form.HORIZON_NAME))


def _require_season(value: Any, _: Translate) -> int:
    return guard.require_whole(value, form.FIND, forecast.MAX_SEASON, _(form.SEASON_NAME))


def show_forecasts(reading: Reading, found: dict[str, Any], main: str, season: int, _: Translate) -> Answer:
    """Return the panels for an answer that is not tested yet."""
    series, chosen = reading.series, found[main]
    return Answer(
        verdict=panels.verdict(*words.answer_in_words(series, chosen, _)),
        figure=plot_forecast(series, found, main, season, _),
        table=tables.forecast_table(series, chosen, _),
        test=_test_panel([_(TESTING)], "", _),
        read=tables.reading_panel(reading, season, _),
        facts=page.provenance(chosen.folder, chosen.milliseconds, _),
        download=write_download(series, found, main),
        reading=reading,
    )


def show_test(series: Series, horizon: int, season: int, main: str, _: Translate) -> str:
    """Return the panel with the errors of all methods on the end of the series."""
    plan = backtest.plan(len(series.values), horizon, LEAST)
    if plan is None:
        return _test_panel([_(TOO_SHORT_TO_TEST)], "", _)
    scores = backtest_all(series, plan, season)
    count = len(series.values) - plan.cuts[0]
    sentences = words.backtest_in_words(scores, main, season, len(plan.cuts), count, _)
    return _test_panel(sentences, tables.backtest_table(scores, main, season, _), _)


def _test_panel(sentences: list[str], table: str, _: Translate) -> str:
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    name = escape(_("Test on the end of this series"))
    about = f"<p class='forecast-about'>{escape(_(ABOUT_TEST))}</p>" if table else ""
    return f'<section class="forecast-test"><h3>{name}</h3>{said}{table}{about}</section>'


def show_message(
    sentence: str, main: str, _: Translate, reading: Reading | None = None, season: int | None = None
) -> Answer:
    """Return the same panels with a sentence in place of an answer; the series itself is drawn where there is one."""
    series = reading.series if reading else None
    return Answer(
        verdict=panels.verdict("?" if reading and reading.question else "·", sentence),
        figure=plot_forecast(series, {}, main, season or 1, _),
        table="",
        test=_test_panel(["–"], "", _),
        read=tables.reading_panel(reading, season, _),
        facts=page.provenance(runtime.folder(forecast.TASK, main), None, _),
        download=None,
        reading=reading,
    )


def _add_endpoint(guarded: Any, _: Translate) -> None:
    entries = [
        Values([], label="values", visible=False),
        *(Number(API.parameters[name].default, label=name, visible=False) for name in ("horizon", "season")),
        Choice(list(NETWORKS), value=forecast.DEFAULT_NETWORK, label="network", visible=False),
    ]
    result = gr.JSON(visible=False, label="result")
    page.add_endpoint(guarded(forecast_values), entries, result, API.name, API.docstring(_))


def forecast_values(values: Any, horizon: Any, season: Any, network: Any) -> dict[str, list[float]]:
    """Return what ``API`` says: a list for each of ``BANDS``."""
    network = guard.require_choice(network, NETWORKS)
    numbers = require_values(values, forecast.min_length(network))
    horizon = guard.require_whole(horizon, 1, forecast.MAX_HORIZON, "horizon")
    season = guard.require_whole(season, form.FIND, forecast.MAX_SEASON, "season") or find_season(numbers, None)
    answer = forecast.predict(numbers, horizon, season, network)
    return {band: [float(value) for value in getattr(answer, band)] for band in BANDS}


def require_values(values: Any, least: int) -> np.ndarray:
    """Return a list of numbers as float64 [n].

    Raises:
        guard.Refusal: it is no list, too short or too long, or holds anything but finite numbers of a usual size.
    """
    if not isinstance(values, list) or not least <= len(values) <= MOST_VALUES:
        raise guard.Refusal(NO_LIST, least=least, most=f"{MOST_VALUES:,}")
    for number, value in enumerate(values, 1):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not -1e15 <= value <= 1e15:
            raise guard.Refusal(NO_ENTRY, number=number)
    return np.array(values, float)
