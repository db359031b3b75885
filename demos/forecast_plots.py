"""The chart of the forecast tab: history, forecasts, and the bands of the chosen network."""

from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from demos.forecast_words import method_name
from demos.page import Translate
from demos.plots import QUIET, SECOND, styled
from models.series import Series
from models.series.frequency import Step

HEIGHT = 500
MOST_SHOWN = 2_000
DAY = 86_400_000  # in milliseconds, as Plotly counts
# Dates without names of months, so that they read the same in every language.
TICKS = [
    {"dtickrange": [None, DAY - 1], "value": "%H:%M\n%Y-%m-%d"},
    {"dtickrange": [DAY, "M1"], "value": "%m-%d\n%Y"},
    {"dtickrange": ["M1", "M12"], "value": "%Y-%m"},
    {"dtickrange": ["M12", None], "value": "%Y"},
]
# Teal that can be seen on light and on dark.
MAIN, BAND_95, BAND_80 = "#0d9488", "rgba(13,148,136,0.16)", "rgba(13,148,136,0.30)"
# Colour and dash differ, so that lines can be told apart without seeing colours.
LINES = (
    ("#d97706", "dash"),
    ("#6366f1", "dot"),
    ("#db2777", "dashdot"),
    ("#0284c7", "longdash"),
    ("#65a30d", "longdashdot"),
)


def plot_forecast(series: Series | None, answers: dict[str, Any], main: str, season: int, _: Translate) -> go.Figure:
    """Plot the end of a series and what every method expects after it.

    Args:
        series: None for an empty chart.
        answers: method -> its forecast, or None; empty while there is none yet.
        main: the method that is drawn with its 80 and 95 % bands.
        season: after how many values the series repeats itself.
    """
    figure = styled(go.Figure(), HEIGHT)
    figure.update_layout(dragmode=False, hovermode="x unified", margin={"l": 50, "r": 10, "t": 20, "b": 85})
    figure.update_layout(legend={"font": {"size": 11}})
    if series is None:
        return figure.update_xaxes(visible=False).update_yaxes(visible=False)
    values = series.values[-MOST_SHOWN:]
    past = _times(series, 0)[-MOST_SHOWN:]
    figure.add_scatter(x=past, y=values, name=_("history"), mode="lines", line={"color": QUIET, "width": 1.5})
    _add_filled(figure, series, past, _)
    if answers:
        _add_forecasts(figure, series, answers, main, season, _)
    _set_axes(figure, series, _)
    _add_views(figure, series, past, answers, main, season, _)
    return figure


def _times(series: Series, horizon: int) -> list:
    """Return the places on the time axis, of all values or of the next ``horizon`` ones."""
    found = series.next_dates(horizon) if horizon else series.dates
    if found is None:
        count = len(series.values)
        return list(range(count + 1, count + horizon + 1)) if horizon else list(range(1, count + 1))
    return found.astype(str).tolist()


def _add_filled(figure: go.Figure, series: Series, past: list, _: Translate) -> None:
    """Mark the values that were missing."""
    places = np.flatnonzero(np.isnan(series.known[-MOST_SHOWN:]))
    if len(places):
        values = series.values[-MOST_SHOWN:]
        figure.add_scatter(
            x=[past[place] for place in places],
            y=values[places],
            name=_("filled in"),
            mode="markers",
            marker={"color": SECOND, "symbol": "circle-open", "size": 6},
        )


def _add_forecasts(
    figure: go.Figure, series: Series, answers: dict[str, Any], main: str, season: int, _: Translate
) -> None:
    chosen = answers[main]
    future = _times(series, len(chosen.forecast))
    joined = [_times(series, 0)[-1], *future]
    last = series.values[-1]
    for level, colour in ((95, BAND_95), (80, BAND_80)):
        low, high = (np.concatenate(([last], getattr(chosen, f"{side}_{level}"))) for side in ("low", "high"))
        figure.add_scatter(
            x=[*joined, *joined[::-1]],
            y=np.concatenate((high, low[::-1])),
            name=_("80 and 95 %"),
            legendgroup="bands",
            showlegend=level == 80,
            fill="toself",
            fillcolor=colour,
            line={"width": 0},
            hoverinfo="skip",
        )
    others = [(name, answer) for name, answer in answers.items() if name != main and answer is not None]
    for (name, answer), (colour, dash) in zip(others, LINES, strict=False):
        shown = {"color": colour, "dash": dash, "width": 1.5}
        figure.add_scatter(x=future, y=answer.forecast, name=method_name(name, season, _), mode="lines", line=shown)
    line = {"color": MAIN, "width": 3}
    figure.add_scatter(x=future, y=chosen.forecast, name=main, mode="lines+markers", line=line, marker={"size": 5})


def _set_axes(figure: go.Figure, series: Series, _: Translate) -> None:
    title = _("time") if series.dates is not None else _("number of the value")
    figure.update_xaxes(title=title, hoverformat=_hover_format(series.step), tickformatstops=TICKS)
    figure.update_yaxes(title=escape(series.name), hoverformat=",.5~g", automargin=True)


def _hover_format(step: Step | None) -> str | None:
    if step is None:
        return None
    if step.unit == "second" and step.count % 86_400:
        return "%Y-%m-%d %H:%M"
    if step.unit != "month":
        return "%Y-%m-%d"
    return {12: "%Y", 3: "%Y Q%q"}.get(step.count, "%Y-%m")


def _add_views(
    figure: go.Figure, series: Series, past: list, answers: dict[str, Any], main: str, season: int, _: Translate
) -> None:
    """Show the end of the series first, with buttons for the end and for all of it."""
    horizon = len(answers[main].forecast) if answers else 0
    recent = min(len(past), max(3 * horizon, 2 * season, 36))
    last = _times(series, horizon)[-1] if horizon else past[-1]
    views = []
    for count in (recent, len(past)):
        low, high = _heights(series.values[-count:], answers, main)
        views.append({"xaxis.range": [past[-count], last], "yaxis.range": [low, high]})
    figure.update_layout(
        xaxis_range=views[0]["xaxis.range"],
        yaxis_range=views[0]["yaxis.range"],
        updatemenus=[_buttons({_("The end"): views[0], _("All values"): views[1]})],
    )


def _buttons(views: dict[str, dict]) -> dict:
    """Return Plotly's buttons, each of which shows a view, below the chart."""
    return {
        "type": "buttons",
        "direction": "right",
        **{"x": 0, "xanchor": "left", "y": -0.2, "yanchor": "top"},
        **{"bgcolor": "rgba(0,0,0,0)", "bordercolor": QUIET},
        "buttons": [{"label": label, "method": "relayout", "args": [view]} for label, view in views.items()],
    }


def _heights(values: np.ndarray, answers: dict[str, Any], main: str) -> tuple[float, float]:
    """Return where the value axis begins and ends, so that all that is drawn is in view, a bit of air around it."""
    drawn = [values, *(answer.forecast for answer in answers.values() if answer is not None)]
    if answers:
        drawn += [answers[main].low_95, answers[main].high_95]
    least, most = min(float(part.min()) for part in drawn), max(float(part.max()) for part in drawn)
    air = 0.05 * (most - least) or max(abs(most), 1.0) * 0.1
    return least - air, most + air
