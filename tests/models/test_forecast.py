"""``models.forecast``: what every network guarantees, whatever its weights, and what the embedded ones know."""

from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from models import forecast, runtime, store
from models.networks.forecast import NETWORKS
from models.series import read_pasted

RANDOM = np.random.default_rng(5)
TIME = np.arange(60)
SALES = 200 + 2.0 * TIME + 40 * np.sin(TIME * np.pi / 6) + RANDOM.normal(0, 5, 60)
SERIES = {
    "sales": SALES,
    "negative": -SALES,
    "around zero": RANDOM.normal(size=40),
    "mostly zeros": np.where(np.arange(48) % 5 == 0, RANDOM.poisson(3, 48), 0).astype(float),
    "huge": SALES * 1e12,
    "tiny": SALES * 1e-9,
    "beyond float32": SALES * 1e300,
    "nearly nothing": SALES * 1e-300,
    "one jump": np.r_[np.zeros(30), np.full(20, 1e6)],
    "falls": 1000 * 0.8**TIME,
    "shortest": SALES[: forecast.MIN_LENGTH],
    "long": np.cumsum(RANDOM.normal(size=9_000)),
}


def errors_csv():
    """Errors that grow with the step, as a recurrent network's folder holds them."""
    rows = ["step," + ",".join(map(str, forecast.QUANTILES))]
    rows += [f"{step},{-2 * step},{-step},0,{step},{3 * step}" for step in range(1, forecast.MAX_HORIZON + 1)]
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    """Networks with chance weights: what holds for them holds for any."""
    keras.utils.set_random_seed(3)
    folder = tmp_path_factory.mktemp("forecast")
    (folder / forecast.ERRORS).write_text(errors_csv())
    models = {name: build() for name, build in NETWORKS.items()}
    (folder / forecast.WIDTHS).write_text("season,step,0.8,0.95\n1,1,1.1,1.2\n")
    (folder / forecast.SHARES).write_text("season,values,share\n1,8,0.3\n1,20,0\n")
    for layer in (f"{name}_{member}" for name in ("correction", "weights", "distances") for member in (1, 2, 3)):
        kernel, bias = models["combiner"].get_layer(layer).get_weights()
        models["combiner"].get_layer(layer).set_weights([kernel + RANDOM.normal(0, 0.3, kernel.shape), bias])

    def call(task, network, *inputs):
        arrays = [array.astype(np.float32) for array in inputs]
        output = models[network].predict_on_batch(arrays if len(arrays) > 1 else arrays[0])
        return runtime.Answer(np.asarray(output), 1.0, SimpleNamespace(path=folder))

    return call


@pytest.fixture(autouse=True)
def networks(request, monkeypatch):
    if "embedded" not in request.fixturenames:
        monkeypatch.setattr(runtime, "call", request.getfixturevalue("untrained"))


def lines(answer):
    return [answer.low_95, answer.low_80, answer.forecast, answer.high_80, answer.high_95]


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("network", forecast.NETWORKS)
def test_intervals_are_finite_nested_and_in_order(network, name):
    answer = forecast.predict(SERIES[name], 14, 12, network)
    assert all(line.shape == (14,) and line.dtype == np.float64 and np.isfinite(line).all() for line in lines(answer))
    for lower, upper in zip(lines(answer), lines(answer)[1:], strict=False):
        assert (lower <= upper).all()


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1, -3.3e11, 1e-12])
@pytest.mark.parametrize("network", forecast.NETWORKS)
def test_a_constant_series_goes_on_as_it_is_without_doubt(network, value):
    answer = forecast.predict(np.full(40, value), 20, 12, network)
    for line in lines(answer):
        assert line == pytest.approx(np.full(20, value), rel=1e-9, abs=0)


@pytest.mark.parametrize("factor", [1e-9, 0.37, 1024.0, 1e12])
@pytest.mark.parametrize("network", forecast.NETWORKS)
def test_another_unit_gives_the_same_forecast_in_that_unit(network, factor):
    answer = forecast.predict(SALES, 12, 12, network)
    other = forecast.predict(SALES * factor, 12, 12, network)
    for line, other_line in zip(lines(answer), lines(other), strict=True):
        assert other_line / factor == pytest.approx(line, rel=1e-3)


@pytest.mark.parametrize("network", forecast.NETWORKS)
def test_many_series_of_different_lengths_get_what_each_would_get_alone(network):
    many = [SALES, SALES[:25], -SALES[:40]]
    together = forecast.predict_many(many, 6, 12, network)
    for values, answer in zip(many, together, strict=True):
        alone = forecast.predict(values, 6, 12, network)
        assert answer.forecast == pytest.approx(alone.forecast, rel=1e-4)
        assert answer.high_95 == pytest.approx(alone.high_95, rel=1e-4)


@pytest.mark.parametrize("network", forecast.NETWORKS)
def test_the_first_steps_do_not_depend_on_how_many_are_asked_for(network):
    near, far = (forecast.predict(SALES, horizon, 12, network).forecast for horizon in (3, forecast.MAX_HORIZON))
    assert len(far) == forecast.MAX_HORIZON
    assert far[:3] == pytest.approx(near, rel=1e-5)


@pytest.mark.parametrize("season", [1, 2, 7, 12, 24, 29, 365, forecast.MAX_SEASON])
def test_any_season_may_be_named_also_one_longer_than_the_series(season):
    assert np.isfinite(forecast.predict(SALES, 10, season, "combiner").forecast).all()


def test_a_recurrent_network_is_fed_its_own_forecasts(monkeypatch):
    seen = []
    half = SimpleNamespace(output=np.full((1, 1), 0.5), milliseconds=1.0, folder=SimpleNamespace(path=Path()))
    monkeypatch.setattr(forecast, "read_errors", lambda path: np.zeros((forecast.MAX_HORIZON, 5)))
    monkeypatch.setattr(runtime, "call", lambda task, network, windows: seen.append(windows[0, :, 0]) or half)
    answer = forecast.predict(np.arange(12.0), 2, 1, "lstm")
    assert seen[0] == pytest.approx(np.arange(10) / 9)  # 2..11 on 0..1
    assert seen[1][-1] == pytest.approx((6.5 - 3) / 8)  # 3..11 and the forecast 6.5, on 0..1
    assert answer.forecast == pytest.approx([6.5, 7])


def test_the_intervals_of_a_recurrent_network_are_its_errors_in_usual_changes():
    answer = forecast.predict(np.arange(0.0, 60, 2), 3, 1, "gru")  # each change is 2
    assert answer.high_80 - answer.forecast == pytest.approx([2, 4, 6])
    assert answer.forecast - answer.low_95 == pytest.approx([4, 8, 12])
    assert answer.high_95 - answer.forecast == pytest.approx([6, 12, 18])


def test_windows_are_scaled_by_their_own_least_and_largest_value():
    scaled, low, span = forecast.scale_windows(np.array([[2.0, 4, 3], [5, 5, 5]]))
    assert scaled.tolist() == [[0, 1, 0.5], [0, 0, 0]]
    assert low.tolist() == [[2], [5]] and span.tolist() == [[2], [0]]


@pytest.mark.parametrize("network", forecast.NETWORKS)
def test_what_never_was_below_zero_is_not_forecast_to_be_and_what_was_may_be(network):
    falling = forecast.predict(np.linspace(50, 0, 40), 30, 1, network)
    assert all((line >= 0).all() for line in lines(falling))
    below = forecast.predict(np.linspace(50, -1, 40), 30, 1, network)
    assert below.low_95.min() < 0


BAD = {
    "too short": (np.arange(5.0), 3, 1, "lstm", "at least 10"),
    "two rows": (np.ones((3, 20)), 3, 1, "lstm", "one row"),
    "missing": (np.r_[SALES, np.nan], 3, 1, "combiner", "finite"),
    "endless": (np.r_[SALES, np.inf], 3, 1, "combiner", "finite"),
    "no horizon": (SALES, 0, 1, "combiner", "horizon"),
    "far horizon": (SALES, forecast.MAX_HORIZON + 1, 1, "combiner", "horizon"),
    "half a horizon": (SALES, 2.5, 1, "combiner", "horizon"),
    "no season": (SALES, 3, 0, "combiner", "season"),
    "a truth": (SALES, 3, True, "combiner", "season"),
    "no network": (SALES, 3, 1, "prophet", "network"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_forecast_is_refused_by_name(name):
    values, horizon, season, network, words = BAD[name]
    with pytest.raises(ValueError, match=words):
        forecast.predict(values, horizon, season, network)


def test_every_network_says_how_many_values_it_needs():
    least = [forecast.min_length(network) for network in forecast.NETWORKS]
    assert max(least) <= forecast.MIN_LENGTH
    for network, length in zip(forecast.NETWORKS, least, strict=True):
        assert np.isfinite(forecast.predict(SALES[:length], 2, 1, network).forecast).all()
        with pytest.raises(ValueError, match=str(length)):
            forecast.predict(SALES[: length - 1], 2, 1, network)


# The embedded networks


@pytest.fixture(scope="module")
def embedded():
    runtime.configure()
    yield
    runtime.configure()


def test_ours_finds_season_and_trend_that_it_never_saw(embedded):
    time = np.arange(132)
    values = (50 + time) * (1 + 0.3 * np.sin(time * np.pi / 6))
    answer = forecast.predict(values[:120], 12, 12, "combiner")
    naive = np.abs(values[108:120] - values[120:]).mean()
    assert np.abs(answer.forecast - values[120:]).mean() < 0.5 * naive


def test_ours_doubts_more_what_is_noisier_and_what_is_further(embedded):
    noise = np.random.default_rng(2).normal(size=200)
    widths = []
    for spread in (1.0, 5.0):
        answer = forecast.predict(100 + np.cumsum(spread * noise), 24, 1, "combiner")
        widths.append(answer.high_95 - answer.low_95)
    assert widths[1].mean() > 3 * widths[0].mean()
    assert widths[0][-1] > 1.5 * widths[0][0]


TURNS = 0.5 * np.sin(np.arange(60) * 1.3)
SANE = {
    "constant": (np.full(60, 42.0), (42, 42)),
    "negative": (-100 - TURNS, (-102, -98)),
    "mostly zeros": (np.where(np.arange(60) % 4 == 0, 8.0, 0), (0, 8)),
    "a shift of level": (np.r_[np.full(40, 10.0), np.full(20, 50.0)] + TURNS, (44, 56)),
    "short": (np.arange(12.0) + 3, (12, 25)),
}


@pytest.mark.parametrize("name", SANE)
def test_ours_gives_sane_forecasts_of_odd_series(embedded, name):
    values, (least, most) = SANE[name]
    answer = forecast.predict(values, 6, 1, "combiner")
    assert (answer.forecast >= least).all() and (answer.forecast <= most).all()
    if values.min() >= 0:
        assert (answer.low_95 >= 0).all()
    assert np.ptp(np.r_[answer.low_95, answer.high_95]) <= 6 * np.ptp(values)


def test_ours_forecasts_a_series_with_missing_values_as_the_app_fills_them(embedded):
    time = np.arange(72)
    values = 100 + time + 20 * np.sin(time * np.pi / 6)
    cells = ["NA" if index in (20, 41, 42) else f"{value:.2f}" for index, value in enumerate(values[:60])]
    series = read_pasted("\n".join(cells), least=forecast.MIN_LENGTH).series
    assert len(series.values) == 60 and np.isfinite(series.values).all()
    answer = forecast.predict(series.values, 12, 12, "combiner")
    assert np.abs(answer.forecast - values[60:]).mean() < 5


@pytest.mark.parametrize("network", forecast.NETWORKS)
def test_every_embedded_network_answers_and_names_its_folder(embedded, network):
    answer = forecast.predict(SALES, 12, 12, network)
    assert answer.folder.path == store.PRETRAINED / f"forecast-{network}"
    assert np.abs(answer.forecast - SALES[-12:].mean()).max() < 3 * np.ptp(SALES)


def test_ours_was_measured_better_than_the_tutorials_and_the_classical_forecasts(embedded):
    metrics = {network: store.read("forecast", network).metrics for network in forecast.NETWORKS}
    ours = metrics["combiner"]["result"]
    compared = [metrics["combiner"]["baseline"], *metrics["combiner"]["others"]]
    assert all(ours["interval95"][1] < other["value"] for other in compared)
    assert all(ours["interval95"][1] < metrics[name]["result"]["value"] for name in ("lstm", "gru", "rnn"))
