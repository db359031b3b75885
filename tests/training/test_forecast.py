"""``training.forecast`` and the networks: from made series to a folder, and back."""

import argparse
import json

import keras
import numpy as np
import pytest
from keras import layers

from models import forecast, runtime, store
from models.forecast_features import SERIES_SIZE, STEP_SIZE
from models.networks import forecast as networks
from models.networks.forecast import MEMBERS, NETWORKS, members_of
from training import forecast as training
from training import forecast_data, forecast_evaluation, forecast_fit, forecast_measures, forecast_widths, m4, run
from training import forecast_statistics as statistics
from training.data.series import Question, Series
from training.series_generator import generate

RECURRENT = ("lstm", "gru", "rnn")


@pytest.fixture(scope="module")
def data():
    """Made series that stand for the three M4 parts and for M1."""
    random = np.random.default_rng(4)
    tests, series = [], []
    for frequency in (frequency for frequency in m4.FREQUENCIES if frequency.is_needed):
        length = {"Yearly": 40, "Weekly": 150, "Hourly": 240}[frequency.name]
        histories = []
        for index in range(20):
            time = np.arange(length + frequency.horizon)
            wave = 10 * np.sin(2 * np.pi * time / 24) * (frequency.season > 1)
            values = 100 + random.normal() * time / 10 + wave + random.normal(size=len(time)).cumsum()
            histories.append(values)
            series.append(Series(str(index), frequency.name, frequency.told_season, values[: -frequency.horizon]))
        cut = frequency.horizon
        tests.append(
            forecast_evaluation.Test(frequency, [v[:-cut] for v in histories], np.stack([v[-cut:] for v in histories]))
        )
    questions = [
        Question(f"M{index}", period, 100 + random.normal(size=30).cumsum(), 100 + random.normal(size=horizon))
        for index in range(4)
        for period, horizon in (("Yearly", 6), ("Quarterly", 8), ("Monthly", 18))
    ]
    return forecast_data.split(series, tests, forecast_data.m1_tests(questions))


def make_small(patch, folder):
    """Small runs of a small network, with their checkpoints below a temporary folder."""
    patch.setattr(networks, "MEMBERS", 2)
    patch.setattr(networks, "BLOCKS", 1)
    patch.setattr(run, "CHECKPOINTS", folder / "checkpoints")
    patch.setattr(forecast_fit, "MADE_SERIES", 30)
    patch.setattr(forecast_fit, "RECURRENT_WINDOWS", 600)
    patch.setattr(forecast_fit, "VALIDATION_WINDOWS", 90)
    patch.setattr(forecast_fit, "ERROR_HISTORIES", 60)
    patch.setattr(m4, "RESAMPLES", 20)
    patch.setattr(statistics, "RESULT", folder / "m1-statistics.npz")
    patch.setattr(forecast_evaluation, "TIMED_CALLS", 2)
    patch.setattr(forecast_widths, "find_drift", lambda data, settings, seed: np.array([1.1, 1.2]))


@pytest.fixture(autouse=True)
def without_statsforecast(tmp_path, monkeypatch):
    monkeypatch.setattr(statistics, "RESULT", tmp_path / "m1-statistics.npz")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    make_small(monkeypatch, tmp_path)
    return tmp_path


def settings(network, **changes):
    return training.SETTINGS[network]._replace(epochs=2, batch_size=64, **changes)


def flags_for(folder):
    return argparse.Namespace(seed=1, output=folder)


@pytest.mark.parametrize(("network", "parameters"), [("lstm", 30_651), ("gru", 23_301), ("rnn", 7_701)])
def test_the_tutorials_networks_are_fifty_fifty_one_on_ten_steps(network, parameters):
    model = NETWORKS[network]()
    assert model.input_shape == (None, 10, 1) and model.output_shape == (None, 1)
    assert [layer.units for layer in model.layers] == [50, 50, 1]
    assert type(model.layers[0]).__name__ == {"lstm": "LSTM", "gru": "GRU", "rnn": "SimpleRNN"}[network]
    assert model.count_params() == parameters


def test_ours_gives_five_rising_quantiles_of_as_many_steps_as_are_asked_for():
    model = NETWORKS["combiner"]()
    random = np.random.default_rng(1)
    for horizon in (1, 7):
        inputs = [random.normal(size=(3, SERIES_SIZE)), np.abs(random.normal(size=(3, horizon, STEP_SIZE)))]
        output = model.predict_on_batch([array.astype(np.float32) for array in inputs])
        assert output.shape == (3, horizon, 5)
        assert (np.diff(output, axis=2) >= 0).all()


def test_ours_starts_from_the_mean_of_the_simple_forecasts():
    model = NETWORKS["combiner"]()
    for member in range(1, MEMBERS + 1):
        kernel, bias = model.get_layer(f"weights_{member}").get_weights()
        model.get_layer(f"weights_{member}").set_weights([0 * kernel, bias])
    steps = np.random.default_rng(2).normal(size=(2, 5, STEP_SIZE)).astype(np.float32)
    output = model.predict_on_batch([np.zeros((2, SERIES_SIZE), np.float32), steps])
    assert output[..., 2] == pytest.approx(steps[..., : STEP_SIZE - 4].mean(axis=2), abs=1e-5)


def test_ours_weighs_less_than_ten_megabytes(tmp_path):
    NETWORKS["combiner"]().save(tmp_path / "model.keras")
    assert (tmp_path / "model.keras").stat().st_size < 10e6


def test_the_pinball_loss_is_that_worked_by_hand():
    quantiles = np.array([[[-2.0, -1, 0, 1, 2]]], np.float32)
    right = np.full_like(quantiles, 1.5)
    both = np.stack([quantiles, right], axis=-1)  # a second member that is right costs nothing
    loss = keras.ops.convert_to_numpy(forecast_fit.pinball(np.array([[[1.5]]], np.float32), both))
    by_hand = 0.025 * 3.5 + 0.1 * 2.5 + 2 * 0.5 * 1.5 + 0.9 * 0.5 + 0.025 * 0.5
    assert loss.shape == (1, 1) and loss[0, 0] == pytest.approx(by_hand / 2)


def test_ours_gives_the_mean_of_its_members():
    model = NETWORKS["combiner"]()
    inputs = [np.ones((2, SERIES_SIZE), np.float32), np.ones((2, 3, STEP_SIZE), np.float32)]
    alone = members_of(model).predict_on_batch(inputs)
    assert alone.shape == (2, 3, 5, MEMBERS)
    assert model.predict_on_batch(inputs) == pytest.approx(alone.mean(axis=-1), rel=1e-5)
    assert not np.allclose(alone[..., 0], alone[..., 1])


def test_every_tenth_series_of_each_group_is_for_validation(data):
    groups = [series.group for series in data.validation]
    assert sorted(groups) == sorted(["Yearly", "Weekly", "Hourly"] * 2)
    assert len(data.learned) == 54
    assert not {id(one) for one in data.learned} & {id(one) for one in data.validation}


def test_validation_does_not_look_at_the_test_values(data):
    for test, official in zip(forecast_data.validation_tests(data), data.tests, strict=True):
        known = {value for values in official.histories for value in values}
        assert {value for row in test.actual for value in row} <= known


@pytest.fixture(scope="module", params=["rnn", "combiner"])
def trained(request, data, tmp_path_factory):
    """A network trained for a moment: its folder's root, and on what it was measured, in order."""
    root, network, measured = tmp_path_factory.mktemp(request.param), request.param, []
    mean_owa, answer = forecast_evaluation.mean_owa, forecast_measures.answer

    def validated(forecaster, tests, naive2):
        measured.append("test" if tests is data.tests else "validation")
        return mean_owa(forecaster, tests, naive2)

    def answered(name, forecaster, test):
        measured.append(f"{name} {test.frequency.name}")
        return answer(name, forecaster, test)

    with pytest.MonkeyPatch.context() as patch:
        make_small(patch, root)
        patch.setattr(forecast_evaluation, "mean_owa", validated)
        patch.setattr(forecast_measures, "answer", answered)
        training.produce(network, data, settings(network), flags_for(root))
    return store.read("forecast", network, root), measured


def test_a_trained_network_survives_being_written_and_read(trained, data):
    folder, _measured = trained
    store.check(folder)
    assert (folder.path / forecast.ERRORS).is_file() == (folder.network != "combiner")
    for name in (forecast.WIDTHS, forecast.SHARES):
        assert (folder.path / name).is_file() == (folder.network == "combiner")
    history = data.tests[2].histories[0]
    runtime.configure(folder.path.parent)
    try:
        served = forecast.predict(history, 48, 24, folder.network)
    finally:
        runtime.configure()
    quantiles = training.load_forecaster(folder)([history], 48, 24)[0]
    assert served.forecast == pytest.approx(quantiles[:, 2], rel=1e-4)
    assert served.low_95 == pytest.approx(quantiles[:, 0], rel=1e-3)
    assert not (folder.path.parent / "checkpoints" / f"forecast-{folder.network}").exists()


def test_measuring_again_agrees_with_the_metrics(trained, data):
    folder, _measured = trained
    assert training.measure_again(folder.network, data, folder.path.parent)


def test_the_test_parts_are_used_once_and_after_training(trained):
    m4_parts = [f"M4 {name}" for name in ("Yearly", "Weekly", "Hourly")]
    m1_parts = [f"M1 {name}" for name in ("Yearly", "Quarterly", "Monthly")]
    assert trained[1] == ["validation", "validation", *m4_parts, *m1_parts]


def test_the_metrics_tell_measure_baselines_and_split_as_they_are(trained, data):
    metrics = trained[0].metrics
    classical = forecast_evaluation.measure_classical(data.tests)
    values = [metrics["baseline"]["value"], *(other["value"] for other in metrics["others"])]
    assert values == pytest.approx(sorted(np.mean(owas) for owas in classical.values()))
    low, high = metrics["result"]["interval95"]
    assert low <= metrics["result"]["value"] <= high
    assert metrics["dataset"]["test"] == 60 and metrics["dataset"]["train"] == 54
    assert metrics["training"]["epochs"] == 2
    owas = [figure["value"] for figure in metrics["measured"] if figure["metric"] == "owa"]
    assert metrics["result"]["value"] == pytest.approx(np.mean(owas)) and len(owas) == 3
    assert metrics["limits"].count(". ") >= 1
    assert "M1 competition nothing was learned" in metrics["dataset"]["people"]
    assert metrics["latency"]["milliseconds"] > 0 and metrics["further"][forecast_evaluation.TIMED].endswith(" ms")


def test_figures_written_anew_stay_the_same_and_the_network_too(trained, data, monkeypatch, tmp_path):
    folder, _measured = trained
    make_small(monkeypatch, tmp_path)
    network, measured = store.sha256(folder.path / "model.keras"), folder.metrics["measured"]
    renewed = training.renew(folder.network, data, folder.path.parent)
    assert store.sha256(renewed / "model.keras") == network
    again = store.read("forecast", folder.network, folder.path.parent).metrics["measured"]
    assert [figure["name"] for figure in again] == [figure["name"] for figure in measured]
    assert [figure["value"] for figure in again] == pytest.approx([figure["value"] for figure in measured])


def test_a_figure_that_is_not_what_the_metrics_say_is_told(trained, data, monkeypatch):
    folder, _measured = trained
    answer = forecast_measures.answer

    def worse(name, forecaster, test):
        part = answer(name, forecaster, test)
        return part._replace(quantiles=part.quantiles + 50) if name == "M1" else part

    monkeypatch.setattr(forecast_measures, "answer", worse)
    assert not training.measure_again(folder.network, data, folder.path.parent)


def test_a_finished_run_trains_no_epoch_more_and_the_best_epoch_is_kept(data, elsewhere):
    run_settings = settings("rnn", learning_rate=0.05)
    model = forecast_fit.train("rnn", data, run_settings, elsewhere / "c", 1)
    before = (elsewhere / "c" / "history.csv").read_text()
    forecast_fit.train("rnn", data, run_settings, elsewhere / "c", 1)
    assert (elsewhere / "c" / "history.csv").read_text() == before
    tests = forecast_data.validation_tests(data)
    forecaster = forecast_evaluation.recurrent_forecaster(model, np.zeros((forecast.MAX_HORIZON, 5)))
    measured = forecast_evaluation.mean_owa(forecaster, tests, forecast_evaluation.naive2_errors(tests))
    best = min(row["val_owa"] for row in run.read_history(elsewhere / "c"))
    assert measured == pytest.approx(best, rel=1e-5)


def test_a_history_shorter_than_ten_values_is_preceded_by_its_first_one():
    assert forecast_evaluation._window(np.arange(3.0, 11)).tolist() == [3, 3, *range(3, 11)]
    assert forecast_evaluation._window(np.arange(12.0)).tolist() == list(range(2, 12))


def test_errors_are_ordered_never_narrow_and_are_read_as_written(data, elsewhere, tmp_path):
    errors = forecast_fit.error_quantiles(NETWORKS["rnn"](), generate(40, 3), 1)
    assert errors.shape == (forecast.MAX_HORIZON, 5) and np.isfinite(errors).all()
    assert (np.diff(errors, axis=1) >= 0).all() and (errors[:, 2] == 0).all()
    assert (np.diff(errors[:, 0]) <= 0).all() and (np.diff(errors[:, 4]) >= 0).all()
    (tmp_path / "errors.csv").write_text(forecast_fit.as_csv(errors))
    assert np.array_equal(forecast.read_errors(tmp_path / "errors.csv"), errors)


def test_the_known_inputs_are_what_preprocessing_makes():
    assert training.known_inputs("lstm")[0].shape == (1, 10, 1)
    series, steps = training.known_inputs("combiner")
    assert series.shape == (1, SERIES_SIZE) and steps.shape == (1, 3, STEP_SIZE)


def test_missing_data_is_said_in_a_sentence(tmp_path, monkeypatch):
    def unreachable(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(keras.utils, "get_file", unreachable)
    with pytest.raises(SystemExit) as stop:
        training.main(["--network", "rnn", "--data", str(tmp_path)])
    assert "--data" in str(stop.value) and "Yearly-train.csv" in str(stop.value)


def test_the_summaries_and_limits_are_complete():
    assert set(training.SUMMARY) == set(training.LIMITS) == set(training.SETTINGS) == set(NETWORKS)
    assert set(NETWORKS) == set(forecast.NETWORKS)
    assert json.dumps(training.LIMITS)
    assert not any(isinstance(layer, layers.Lambda) for layer in NETWORKS["combiner"]().layers)
