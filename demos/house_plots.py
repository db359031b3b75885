"""The plots of the house tab: the map of the county, and the price over one entry."""

import math

import numpy as np
import plotly.graph_objects as go

from demos.house_form import names
from demos.page import Translate
from demos.plots import ACCENT, INTERVAL, QUIET, SECOND, styled
from models import house

MAP_HEIGHT = 400
CURVE_HEIGHT = 330
# From cheap to dear; the edge is seen on light and on dark, where one end of the scale is not.
CHEAP_TO_DEAR = [[0, "#e6f7f4"], [0.5, "#35a596"], [1, "#0a4f48"]]
# A few towns, so that one finds one's way: latitude and longitude.
TOWNS = {
    "Seattle": (47.612, -122.333),
    "Bellevue": (47.605, -122.185),
    "Redmond": (47.680, -122.115),
    "Renton": (47.480, -122.205),
    "Kent": (47.383, -122.235),
    "Federal Way": (47.318, -122.330),
    "Vashon": (47.440, -122.462),
    "Issaquah": (47.535, -122.035),
    "North Bend": (47.492, -121.780),
    "Enumclaw": (47.205, -121.985),
}


def plot_map(statistics: house.Statistics, zip_code: str, _: Translate) -> go.Figure:
    """Draw the county: grey cells where houses were sold, a dot for each zip code, a ring around the chosen one.

    A dot's size is its number of sales, its colour the rank of the median price; its ``customdata`` is the zip code.
    The towns' names get their colour and their edge in house.css.
    """
    places = statistics["zip_codes"]
    chosen = places[zip_code]
    figure = go.Figure([_cells(statistics, _), _ring(chosen, _), _dots(places, _)])
    for town, (latitude, longitude) in TOWNS.items():
        figure.add_annotation(x=longitude, y=latitude, text=town, showarrow=False, font={"size": 12}, yshift=11)
    stretch = 1 / math.cos(math.radians(47.5))
    styled(figure, MAP_HEIGHT)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x", scaleratio=stretch)
    return figure.update_layout(
        margin={"l": 5, "r": 5, "t": 5, "b": 5}, showlegend=False, dragmode=False, hovermode="closest"
    )


def _cells(statistics: house.Statistics, _: Translate) -> go.Scatter:
    latitudes, longitudes, _counts = zip(*statistics["cells"], strict=True)
    marker = {"symbol": "square", "size": 5, "color": "rgba(138,143,152,0.35)"}
    return go.Scatter(x=longitudes, y=latitudes, mode="markers", marker=marker, name=_("sales"), hoverinfo="skip")


def _ring(place: dict[str, float], _: Translate) -> go.Scatter:
    marker = {"size": 26, "color": "rgba(0,0,0,0)", "line": {"color": SECOND, "width": 3}}
    return go.Scatter(
        x=[place["longitude"]],
        y=[place["latitude"]],
        mode="markers",
        marker=marker,
        name=_("chosen zip code"),
        hoverinfo="skip",
    )


def _dots(places: dict[str, dict[str, float]], _: Translate) -> go.Scatter:
    prices = [place["price"] for place in places.values()]
    return go.Scatter(
        x=[place["longitude"] for place in places.values()],
        y=[place["latitude"] for place in places.values()],
        customdata=list(places),
        mode="markers",
        name=_("zip codes"),
        marker={
            "size": [7 + math.sqrt(place["sales"]) / 3 for place in places.values()],
            "color": np.argsort(np.argsort(prices)).tolist(),
            "colorscale": CHEAP_TO_DEAR,
            "opacity": 1,
            "line": {"color": QUIET, "width": 1},
        },
        hovertemplate="%{text}<extra></extra>",
        text=[
            _("{code}: {count} sales, median ${price:,.0f}").format(
                code=code, count=place["sales"], price=place["price"]
            )
            for code, place in places.items()
        ],
    )


def plot_curve(
    curve: house.Curve | None, entry: str, own: float | None, statistics: house.Statistics, _: Translate
) -> go.Figure:
    """Plot the price over one entry with its 80 % interval; behind it how many houses have which value.

    Without a curve the axes alone are drawn, at the same size. ``own`` is the house's value, None where it has none.
    """
    figure = go.Figure()
    if curve is not None:
        _add_houses(figure, statistics["entries"][entry]["histogram"], curve, _)
        _add_price(figure, curve, _)
        if own is not None:
            price = curve.price[np.flatnonzero(curve.values == own)[0]]
            marker = {"size": 13, "color": SECOND, "line": {"color": "#ffffff", "width": 2}}
            figure.add_scatter(x=[own], y=[price], mode="markers", marker=marker, name=_("this house"))
    unit = _("{name} (sq ft)") if entry in ("living_area", "lot") else "{name}"
    figure.update_layout(
        xaxis={"title": unit.format(name=names(_)[entry])},
        yaxis={"title": _("price in dollars"), "tickprefix": "$", "tickformat": "~s", "rangemode": "tozero"},
        yaxis2={"overlaying": "y", "side": "right", "visible": False},
        hovermode="x",
        dragmode=False,  # else a finger that scrolls the page over the plot would zoom it
    )
    if entry in ("waterfront", "view", "condition", "grade", "bedrooms"):
        figure.update_xaxes(dtick=1)
    return styled(figure, CURVE_HEIGHT).update_layout(margin={"l": 60, "r": 15})


def _add_houses(figure: go.Figure, histogram: dict[str, list[float]], curve: house.Curve, _: Translate) -> None:
    """Pale bars, at most a third of the plot high, within the values of the curve."""
    edges, counts = np.array(histogram["edges"]), np.array(histogram["counts"])
    middles = (edges[:-1] + edges[1:]) / 2
    seen = (edges[1:] >= curve.values[0]) & (edges[:-1] <= curve.values[-1])
    figure.add_bar(
        x=middles[seen],
        y=counts[seen],
        width=(np.diff(edges) * 0.9)[seen],
        yaxis="y2",
        name=_("houses in the data"),
        marker={"color": "rgba(138,143,152,0.28)", "line": {"width": 0}},
        hoverinfo="skip",
    )
    figure.update_layout(yaxis2={"range": [0, max(3 * int(counts.max()), 1)]})


def _add_price(figure: go.Figure, curve: house.Curve, _: Translate) -> None:
    values = curve.values.tolist()
    figure.add_scatter(
        x=[*values, *values[::-1]],
        y=[*curve.high, *curve.low[::-1]],
        fill="toself",
        fillcolor=INTERVAL,
        line={"width": 0},
        name=_("interval of 80 %"),
        hoverinfo="skip",
    )
    few = len(values) <= 15
    figure.add_scatter(
        x=values,
        y=curve.price,
        mode="lines+markers" if few else "lines",
        line={"color": ACCENT, "width": 2.5},
        name=_("price"),
        hovertemplate="$%{y:,.0f}<extra></extra>",
    )
