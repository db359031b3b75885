"""``demos.plots``: numbers as a visitor reads them, and the training curve."""

from dataclasses import replace

import plotly.graph_objects as go
import pytest

from demos import page, plots
from models import digit as digit_model
from models import store
from models.measures import MEASURES

ENGLISH = page.translator("en")


@pytest.fixture
def folder(model_folder):
    """A small folder on disk."""
    return store.read("digit", "mlp", model_folder.parent)


# Numbers


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *[(0, "0.0"), (0.0004, "0.0"), (0.0006, "0.1"), (0.5, "50.0"), (0.9747, "97.5"), (0.9962, "99.6")],
        *[(0.9994, "99.9"), (0.99941, "99.94"), (0.9995, "99.95"), (0.99988, "99.99"), (1, "100.0")],
        *[(0.99996, "99.99"), (0.9999999, "99.99"), (1 - 1e-16, "99.99")],
    ],
)
def test_a_fraction_is_shown_in_percent(value, shown):
    assert plots.percent(value) == f"{shown}\u202f%"


def test_nothing_but_everything_is_100_percent():
    assert not [value for value in range(100_000) if plots.percent(value / 100_000).startswith("100")]


def test_more_is_never_shown_as_less():
    shown = [float(plots.percent(value / 20_000).split("\u202f")[0]) for value in range(20_001)]
    assert shown == sorted(shown)


def test_a_measured_value_is_shown_with_the_name_of_its_measure_unless_it_is_an_accuracy():
    assert plots.shown("accuracy", 0.9964, ENGLISH) == "99.6\u202f%"
    assert plots.shown("r2", 0.8966, ENGLISH) == "R² 0.897"
    assert plots.shown("conditional_accuracy", 0.985, ENGLISH) == "asked digit recognised 98.5\u202f%"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("metric", MEASURES)
def test_every_measure_has_a_name_in_every_language(metric, language):
    assert plots.measure_name(metric, page.translator(language))


# The training curve


def test_the_training_curve_has_three_lines_over_the_epochs(folder):
    figure = plots.plot_history(folder, ENGLISH)
    curves = {curve.name: (list(curve.x), list(curve.y)) for curve in figure.data}
    assert curves == {
        "loss, training": ([1, 2], [2.0, 1.5]),
        "loss, validation": ([1, 2], [2.1, 1.8]),
        "accuracy, validation": ([1, 2], [0.4, 0.5]),
    }


def test_the_accuracy_has_an_axis_of_its_own_in_percent(folder):
    figure = plots.plot_history(folder, ENGLISH)
    assert {curve.name: curve.yaxis for curve in figure.data}["accuracy, validation"] == "y2"
    assert figure.layout.yaxis2.tickformat == ".1%"
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("epoch", "loss")


@pytest.mark.parametrize("network", digit_model.NETWORKS)
def test_the_training_curve_has_the_same_height_for_every_network(network):
    figure = plots.plot_history(store.read("digit", network), ENGLISH)
    assert figure.layout.height == 340
    assert len(figure.data) == 3
    assert all(len(curve.x) == len(curve.y) > 1 for curve in figure.data)


def test_the_curve_is_told_in_words_too(folder):
    words = "2 epochs; the best on the validation data, 50.0\u202f%, came in epoch 2."
    assert plots.curve_in_words(folder, ENGLISH) == words


def test_a_score_that_should_be_low_is_best_where_it_is_lowest(folder):
    metrics = folder.metrics | {"curve": {"column": "val_loss", "metric": "owa"}}
    words = plots.curve_in_words(replace(folder, metrics=metrics), ENGLISH)
    assert words == "2 epochs; the best on the validation data, OWA 1.800, came in epoch 2."


def test_a_styled_figure_suits_light_and_dark():
    layout = plots.styled(go.Figure(), height=200).layout
    assert layout.height == 200
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"
