"""What all plots share: colours, a look that suits light and dark, and the training curve."""

from collections.abc import Callable

import plotly.graph_objects as go

from models import store
from models.measures import MEASURES, written

ACCENT = "#0f766e"
QUIET = "#8a8f98"
SECOND = "#b45309"
THIRD = "#4f46e5"
GRID = "rgba(138,143,152,0.25)"
INTERVAL = "rgba(13,148,136,0.25)"

Translate = Callable[[str], str]


def percent(value: float) -> str:
    """Return a fraction as in "99.6 %"; never 100 % for what is not quite."""
    shown = f"{value:.1%}" if value <= 0.9994 or value == 1 else f"{min(value, 0.9999):.2%}"
    return shown.replace("%", "\N{NARROW NO-BREAK SPACE}%")


def amount(metric: str, value: float) -> str:
    """Return a measured value as a tab shows it, without the name of its measure: "99.6 %", or "0.897"."""
    return percent(value) if MEASURES[metric].is_share else written(metric, value)


def shown(metric: str, value: float, _: Translate) -> str:
    """Return a measured value with the name of its measure, "R² 0.897"; an accuracy needs none."""
    if metric == "accuracy":
        return amount(metric, value)
    return f"{measure_name(metric, _)} {amount(metric, value)}"


def measure_name(metric: str, _: Translate) -> str:
    """Return what a measure is called in the visitor's language."""
    return {
        "accuracy": _("accuracy"),
        "r2": "R²",
        "owa": "OWA",
        "mase": "MASE",
        "smape": "sMAPE",
        "msis": _("interval score (MSIS)"),
        "conditional_accuracy": _("asked digit recognised"),
        "refused": _("refused"),
        "median_error": _("median error"),
        "mean_error": _("mean error in $1,000"),
        "coverage": _("inside the interval"),
        "faithful": _("faithful"),
        "frechet_distance": _("Fréchet distance"),
    }[metric]


def styled(figure: go.Figure, height: int) -> go.Figure:
    """Give a figure the hub's look: no background of its own, quiet text, a pale grid, a legend above.

    The page sets the text in a colour that suits light or dark (hub.css).
    """
    figure.update_layout(
        height=height,
        margin={"l": 50, "r": 55, "t": 30, "b": 45},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": QUIET},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
    figure.update_xaxes(gridcolor=GRID, zeroline=False)
    figure.update_yaxes(gridcolor=GRID, zeroline=False)
    return figure


def plot_history(folder: store.Folder, _: Translate) -> go.Figure:
    """Plot the training curve over the epochs: the losses, and the score on the second axis."""
    curve = store.history(folder)
    score, metric = folder.metrics["curve"]["column"], folder.metrics["curve"]["metric"]
    name = measure_name(metric, _)
    lines = {
        "loss": (_("loss, training"), QUIET, "dot"),
        "val_loss": (_("loss, validation"), SECOND, "solid"),
        "discriminator_loss": (_("loss, discriminator"), QUIET, "dot"),
        "generator_loss": (_("loss, generator"), SECOND, "solid"),
        score: (_("{measure}, validation").format(measure=name), ACCENT, "solid"),
    }
    epochs = [int(epoch) + 1 for epoch in curve["epoch"]]
    figure = go.Figure()
    for column, (label, colour, dash) in lines.items():
        if column in curve:
            line = {"color": colour, "width": 2, "dash": dash}
            axis = "y2" if column == score else "y"
            figure.add_scatter(x=epochs, y=curve[column], name=label, yaxis=axis, mode="lines+markers", line=line)
    ticks = ".1%" if MEASURES[metric].is_share else None
    figure.update_layout(
        xaxis={"title": _("epoch")},
        yaxis={"title": _("loss")},
        yaxis2={"title": name, "overlaying": "y", "side": "right", "tickformat": ticks},
    )
    return styled(figure, height=340).update_layout(yaxis2_showgrid=False)


def curve_in_words(folder: store.Folder, _: Translate) -> str:
    """Return what the plot shows, for those who cannot see it."""
    curve = store.history(folder)
    column, metric = folder.metrics["curve"]["column"], folder.metrics["curve"]["metric"]
    best = (max if MEASURES[metric].higher_is_better else min)(curve[column])
    sentence = _("{epochs} epochs; the best on the validation data, {best}, came in epoch {epoch}.")
    return sentence.format(epochs=len(curve["epoch"]), best=shown(metric, best, _), epoch=curve[column].index(best) + 1)
