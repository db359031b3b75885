"""Training the house networks: the split, the losses, honest intervals, and the way to a folder."""

import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from models import house, store
from models.networks import house as networks
from tests.training.made_sales import made_sales
from training import house as training
from training import house_baselines, house_measures, run
from training.house_statistics import MAP_LEAST_SALES, build_statistics


@pytest.fixture(scope="module")
def data():
    return training.split(made_sales(), seed=0)


@pytest.fixture
def small(monkeypatch):
    """Networks and baselines that train in a moment."""
    for name, value in {"MEMBERS": 3, "WAVES": 2, "BINS": 6, "EMBEDDING": 4, "WIDTH": 16, "BLOCKS": 2}.items():
        monkeypatch.setattr(networks, name, value)
    monkeypatch.setattr(house_baselines, "CANDIDATES", house_baselines.CANDIDATES[:2])
    monkeypatch.setattr(house_baselines, "ROUNDS", 20)


SETTINGS = training.Settings(epochs=2, batch_size=64, learning_rate=3e-3, patience=2, weight_decay=0.01)


# The data


def test_every_sale_is_there_with_its_details_and_as_the_form_knows_it(data):
    parts = (data.train, data.validation, data.test)
    assert sum(len(part.log_prices) for part in parts) == 400
    detailed = house.FEATURES.index("is_detailed")
    assert (data.train.details[:, detailed] == 1).all() and (data.train.form[:, detailed] == 0).all()
    entries = len(house.ENTRIES)
    assert np.array_equal(data.train.details[:, :entries], data.train.form[:, :entries])


def test_the_form_knows_no_more_of_the_place_than_its_zip_code(data):
    place = [house.FEATURES.index(name) for name in ("zip_code", "latitude", "longitude", "lot_nearby")]
    assert len(np.unique(data.test.form[:, place], axis=0)) == 3
    assert len(np.unique(data.test.details[:, place], axis=0)) > 3


def test_the_statistics_are_of_the_training_houses_alone(data):
    assert data.statistics["sales"] == len(data.train.log_prices)
    assert data.statistics["price"]["most"] == pytest.approx(np.exp(data.train.log_prices.max()))


def test_the_median_house_is_a_house_of_the_form():
    usual = build_statistics(made_sales())["median_house"]
    assert set(usual) == set(house.ENTRIES)
    assert usual["living_area"] == pytest.approx(np.median(made_sales()["living_area"]), abs=10)
    assert usual["year_renovated"] == 0 and usual["bathrooms"] % 0.25 == 0


def test_years_of_renovation_are_those_of_renovated_houses():
    known = build_statistics(made_sales())["entries"]["year_renovated"]
    assert known["quantiles"][0] > 1900
    assert sum(known["histogram"]["counts"]) == (made_sales()["year_renovated"] > 0).sum()


def test_the_map_shows_no_cell_with_few_sales():
    cells = build_statistics(made_sales())["cells"]
    assert cells and min(count for _latitude, _longitude, count in cells) >= MAP_LEAST_SALES


# The networks


def test_dense_is_the_tutorials_64_32_1():
    dense = [layer for layer in networks.build_dense().layers if isinstance(layer, keras.layers.Dense)]
    assert [(layer.units, layer.activation.__name__) for layer in dense] == [(64, "relu"), (32, "relu"), (1, "linear")]


def test_a_piecewise_linear_embedding_fills_its_bins_one_after_another():
    layer = networks.PiecewiseLinear(bins=2, size=1)
    layer.build((None, 1))
    layer.adapt(np.array([[0.0], [1.0], [3.0]]))  # bins from 0 to 1 and from 1 to 3
    layer.kernel.assign([[[10.0], [1.0]]])
    found = np.asarray(layer(np.array([[-5.0], [0.5], [1.0], [2.0], [99.0]], np.float32)))
    assert found[:, 0, 0].tolist() == [0.0, 5.0, 10.0, 10.5, 11.0]


def test_a_feature_with_few_values_uses_only_as_many_bins():
    layer = networks.PiecewiseLinear(bins=8, size=1)
    layer.build((None, 1))
    layer.adapt(np.array([[0.0]] * 17 + [[1.0]]))
    layer.kernel.assign(np.arange(1, 9, dtype=np.float32).reshape(1, 8, 1))
    assert np.asarray(layer(np.array([[1.0]], np.float32))).tolist() == [[[1.0]]]


@pytest.mark.parametrize("network", house.NETWORKS)
def test_an_adapted_network_begins_near_the_mean_price(network, data, small):
    keras.utils.set_random_seed(1)
    model = networks.NETWORKS[network]()
    networks.adapt(model, *data.train.both)
    found = training.predict(model, data.test.details)
    assert found.shape == (80, 5 if network == "tabm" else 1)
    assert abs(found[:, 0].mean() - data.train.log_prices.mean()) < 3 * data.train.log_prices.std()


def test_the_ensembles_answer_is_the_mean_of_its_members(data, small):
    model = networks.build_tabm()
    networks.adapt(model, *data.train.both)
    members = keras.Model(model.inputs, model.get_layer("log_prices").output)
    given = members.predict(data.test.form[:5], verbose=0)
    assert given.shape == (5, 3, 5)
    assert np.allclose(given.mean(axis=1), training.predict(model, data.test.form[:5]), atol=1e-4)
    assert given.std(axis=1).min() > 0


# The losses and the measures


def test_the_loss_worked_by_hand():
    loss = training.PriceLoss(deviation=2.0)
    assert float(loss(np.array([[3.0]]), np.array([[1.0]]))) == pytest.approx(1.0)
    # One member is 2 too low everywhere: squared error 1; pinball means of 0.025, 0.1, 0.9 and 0.975.
    assert float(loss(np.array([[3.0]]), np.array([[[1.0] * 5]]))) == pytest.approx(1 + 0.5, abs=1e-6)
    # And 2 too high: what is left of each share to 1.
    assert float(loss(np.array([[3.0]]), np.array([[[5.0] * 5]]))) == pytest.approx(1 + 0.5, abs=1e-6)
    low = np.array([[[3.0, 5.0, 3.0, 3.0, 3.0]]])  # only the 2.5 % end, too high: 0.975 of an error of 1, in 4 ends
    assert float(loss(np.array([[3.0]]), low)) == pytest.approx(0.975 / 4, abs=1e-6)


def test_r_squared_worked_by_hand():
    assert house_measures.r_squared(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 2.0])) == pytest.approx(0.5)


@pytest.mark.parametrize("outputs", [1, 5])
def test_margins_make_the_intervals_hold_their_share(outputs):
    rng = np.random.default_rng(1)
    truth = rng.normal(13, 0.2, 20_000)
    output = np.full((20_000, outputs), 13.0)
    output[:, 1:] += [-0.1, -0.05, 0.05, 0.1][: outputs - 1]  # far too narrow
    margins = house_measures.find_margins(output[:10_000], truth[:10_000])
    found = house_measures.measure(output[10_000:], truth[10_000:], margins)
    assert found["coverage_80"] == pytest.approx(0.8, abs=0.02)
    assert found["coverage_95"] == pytest.approx(0.95, abs=0.01)


def test_errors_are_measured_in_dollars():
    found = house_measures.measure(np.log([[110.0], [160.0], [110.0]]), np.log([100.0, 200.0, 110.0]), NO_MARGINS)
    assert found["mean_error"] == pytest.approx(50 / 3)
    assert found["median_error"] == pytest.approx(0.1)


NO_MARGINS = {"80": [0.0, 0.0], "95": [0.0, 0.0]}


def test_the_bootstrap_interval_lies_around_the_value():
    rng = np.random.default_rng(1)
    truth = rng.normal(13, 0.5, 300)
    answers = truth + rng.normal(0, 0.2, 300)
    low, high = house_measures.bootstrap(truth, answers)
    assert low < house_measures.r_squared(truth, answers) < high and high - low < 0.1


# The way to a folder


@pytest.mark.parametrize("network", house.NETWORKS)
def test_a_moments_training_makes_a_folder_that_predicts_the_same(network, data, small, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "CHECKPOINTS", tmp_path / "checkpoints")
    flags = SimpleNamespace(seed=1, output=tmp_path)
    path = training.produce(network, data, SETTINGS, flags)
    folder = store.read("house", network, tmp_path)
    store.check(folder)
    metrics, statistics = folder.metrics, json.loads((path / house.STATISTICS).read_text())
    model = keras.models.load_model(path / "model.keras", compile=False)
    output = training.predict(model, data.test.details)
    assert metrics["result"]["value"] == pytest.approx(
        house_measures.r_squared(data.test.log_prices, output[:, 0]), abs=1e-6
    )
    low, high = metrics["result"]["interval95"]
    assert low < metrics["result"]["value"] < high
    assert {"baseline", "others", "further", "form"} <= metrics.keys()
    assert set(statistics["intervals"]) == {"details", "form"}
    assert metrics["training"]["epochs"] == 2 and len(store.history(folder)["val_r2"]) == 2
    assert training.measure_again(network, data, tmp_path)


def test_a_training_that_was_stopped_goes_on_where_it_stopped(data, small, tmp_path):
    training.train("dense", data, SETTINGS._replace(epochs=1), tmp_path, seed=1)
    training.train("dense", data, SETTINGS, tmp_path, seed=1)
    assert [row["epoch"] for row in run.read_history(tmp_path)] == [0, 1]


def test_the_baselines_are_fitted_once_per_split(data, small, tmp_path, monkeypatch):
    first = house_baselines.measure(data, tmp_path / "baselines.json")
    monkeypatch.setattr(house_baselines, "_choose", lambda data: pytest.fail("fitted again"))
    assert house_baselines.measure(data, tmp_path / "baselines.json") == first
    assert first["others"][0]["value"] > 0.8  # the made prices are nearly linear in their logs


def test_several_splits_are_measured_without_a_folder(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run, "CHECKPOINTS", tmp_path / "checkpoints")
    monkeypatch.setattr(training, "load_king_county", lambda folder: made_sales(200))
    boosting = {"baseline": {"short": "Boosting", "value": 0.9}, "others": []}
    monkeypatch.setattr(house_baselines, "measure", lambda data, cache: boosting)
    monkeypatch.setitem(training.SETTINGS, "dense", SETTINGS._replace(epochs=1))
    status = training.main(["--network", "dense", "--splits", "2", "--output", str(tmp_path / "out")])
    printed = capsys.readouterr().out
    assert status == 0 and "split 1:" in printed and "Boosting: 0.9000 ± 0.0000 over 2 splits" in printed
    assert not (tmp_path / "out").exists()
