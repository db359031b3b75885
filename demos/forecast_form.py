"""What a visitor enters in the forecast tab: the series, how to read it, and what to forecast."""

from dataclasses import dataclass, fields, replace
from html import escape
from typing import Any

import gradio as gr

from demos import forecast_words as words
from demos import guard, page
from demos.entries import Choice, Line, Menu, Number, Range
from demos.forecast_methods import LEAST
from demos.forecast_sources import EXAMPLES, UploadedTable
from demos.guard import _
from demos.page import Translate
from models import forecast
from models.series import Reading, Settings
from models.series.text import MEGABYTES

HORIZON = 12
FIND = 0
AUTO = "auto"
HORIZON_NAME, SEASON_NAME = _("How many values to forecast"), _("Season")
NETWORKS = forecast.NETWORKS

READING_CONTROLS = ("encoding", "delimiter", "header", "date_column", "value_column", "decimal", "order")


@dataclass(frozen=True)
class Request:
    """All that a visitor has entered."""

    source: Any
    example: Any
    path: Any
    text: Any
    settings: Settings
    horizon: Any
    season: Any
    network: Any

    @property
    def main(self) -> str:
        return self.network if self.network in NETWORKS else forecast.DEFAULT_NETWORK


def build_sources(max_upload_mb: int, _: Translate) -> tuple[list, dict[str, Any]]:
    """Return [last used source, example, file, text] and, by source, the event that uses it."""
    source = Line("", visible=False)
    with gr.Tabs():
        with gr.Tab(_("Examples")):
            choices = [(_(example.title), name) for name, example in EXAMPLES.items()]
            example = Choice(choices, label=_("Example series"), elem_classes="forecast-examples")
            abouts = "".join(f"<li>{escape(_(one.title))}: {escape(_(one.about))}</li>" for one in EXAMPLES.values())
            summary = escape(_("Where the examples come from"))
            gr.HTML(f"<details><summary>{summary}</summary><ul>{abouts}</ul></details>", elem_classes="forecast-abouts")
        with gr.Tab(_("Upload a file")):
            label = _("A CSV or text file, at most {size} MB")
            file = UploadedTable(label=label.format(size=min(max_upload_mb, MEGABYTES)), height=170)
        with gr.Tab(_("Paste numbers")):
            hint = _("At least {least} numbers, parted by spaces, commas, semicolons or lines, or rows of a table")
            text = Line(label=_("Numbers"), placeholder=hint.format(least=LEAST), lines=6, max_lines=12)
            button = gr.Button(_("Forecast these numbers"), variant="primary")
    events = {"example": example.input, "file": file.upload, "cleared": file.clear, "paste": button.click}
    return [source, example, file, text], events


def build_controls(_: Translate) -> list:
    """Return [horizon, season, network]."""
    horizon = Range(1, forecast.MAX_HORIZON, value=HORIZON, step=1, label=_(HORIZON_NAME))
    about = _("After how many values the series repeats itself. 0: find it, 1: it does not.")
    season = Number(FIND, precision=0, label=_(SEASON_NAME), info=about)
    quality = _("Its error on test series (OWA; 1 is a simple naive forecast, less is better) stands beside each.")
    network = page.network_choice(forecast.TASK, NETWORKS, forecast.DEFAULT_NETWORK, quality, _)
    return [horizon, season, network]


def build_settings(_: Translate) -> list:
    """Return the split of pasted numbers (unseen) and the menus of ``READING_CONTROLS``."""
    split = Line(AUTO, visible=False)
    with gr.Accordion(_("Correct how it was read"), open=False):
        menus = [
            Menu(choices, value=AUTO, label=label, interactive=True)
            for label, choices in zip(_labels(_), all_choices(None, _), strict=True)
        ]
    return [split, *menus]


def _labels(_: Translate) -> list[str]:
    return [
        _("Encoding"),
        _("Delimiter"),
        _("First row"),
        _("Column of dates"),
        _("Column of values"),
        _("Decimal mark"),
        _("Order of dates"),
    ]


def all_choices(reading: Reading | None, _: Translate) -> list[list[tuple[str, str]]]:
    """Return the choices of each menu: found by itself, or a certain one."""
    table = reading.table if reading else None
    columns = [(name, str(place)) for place, name in enumerate(table.names)] if table else []
    found = _("find it")
    named = (words.ENCODINGS, words.DELIMITERS, words.HEADINGS)
    first = [[(found, AUTO), *((_(name), value) for value, name in names.items())] for names in named]
    dates = [(found, AUTO), (_("no dates"), "none"), *columns]
    values = [(found, AUTO), *columns]
    last = [
        [(found, AUTO), *((_(name), value) for value, name in names.items())] for names in (words.MARKS, words.ORDERS)
    ]
    return [*first, dates, values, *last]


def settings_for(source: str, example: Any) -> Settings:
    """Return how a new source is read: as its example says, or all found out."""
    is_known = source == "example" and isinstance(example, str) and example in EXAMPLES
    return EXAMPLES[example].settings if is_known else Settings()


def request_of(entered: Any) -> Request:
    """Return the request in the values of all inputs; a setting that is no text counts as not set."""
    source, example, path, text, split, *rest = entered
    menus, (horizon, season, network) = rest[: len(READING_CONTROLS)], rest[len(READING_CONTROLS) :]
    chosen = dict(zip(("split", *READING_CONTROLS), (split, *menus), strict=True))
    settings = Settings(**{name: value for name, value in chosen.items() if isinstance(value, str) and value})
    return Request(source, example, path, text, settings, horizon, season, network)


def require_settings(settings: Settings) -> Settings:
    """Return the settings if each is one that its menu could hold, else raise Refusal."""
    allowed = {
        "encoding": words.ENCODINGS,
        "delimiter": words.DELIMITERS,
        "header": words.HEADINGS,
        "decimal": words.MARKS,
        "order": words.ORDERS,
    }
    for name, values in allowed.items():
        guard.require_choice(getattr(settings, name), (AUTO, *values))
    return settings


def with_reply(settings: Settings, reply: Any) -> Settings:
    """Return the settings with a reply such as "order=dmy" in them; anything else changes nothing."""
    name, _equals, value = reply.partition("=") if isinstance(reply, str) else ("", "", "")
    is_known = name in {field.name for field in fields(Settings)} and value
    return replace(settings, **{name: value}) if is_known else settings
