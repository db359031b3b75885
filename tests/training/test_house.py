"""Training the house networks: the split, the losses, honest intervals, and the way to a folder."""

import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from models import house, store
from models.networks import house as networks
from models.networks import house_effects, house_places
from tests.training.made_sales import made_sales
from training import house as training
from training import house_baselines, house_data, house_learning, house_measures, house_splits, run
from training.house_statistics import MAP_LEAST_SALES, build_statistics


@pytest.fixture(scope="module")
def data():
    return house_data.split(made_sales(), seed=0)


@pytest.fixture
def small(monkeypatch):
    """Networks and baselines that train in a moment."""
    sizes = {"MEMBERS": 3, "MOST_SALES": 400, "BINS": 6, "EMBEDDING": 4, "WIDTH": 16, "BLOCKS": 2}
    for name, value in sizes.items():
        monkeypatch.setattr(networks, name, value)
    monkeypatch.setattr(house_baselines, "CANDIDATES", house_baselines.CANDIDATES[:2])
    monkeypatch.setattr(house_baselines, "ROUNDS", 20)
    monkeypatch.setattr(house_baselines, "CATBOOST_CHANGES", ({"depth": 8},))
    monkeypatch.setattr(house_baselines, "CATBOOST_DEEPER", {"depth": 3})
    monkeypatch.setattr(house_baselines, "CATBOOST_ROUNDS", 20)
    monkeypatch.setattr(house_measures, "BOOTSTRAP_SAMPLES", 100)
    monkeypatch.setattr(house_splits, "BOOTSTRAP_SAMPLES", 100)


SETTINGS = house_learning.Settings(epochs=2, batch_size=64, learning_rate=3e-3, patience=2, weight_decay=0.01)


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


def test_bins_are_filled_one_after_another():
    layer = house_effects.Bins(bins=2)
    layer.build((None, 1))
    layer.adapt(np.array([[0.0], [1.0], [3.0]]))  # bins from 0 to 1 and from 1 to 3
    found = np.asarray(layer(np.array([[-5.0], [0.5], [1.0], [2.0], [99.0]], np.float32)))
    assert found[:, 0].tolist() == [[0, 0], [0.5, 0], [1, 0], [1, 0.5], [1, 1]]


def test_a_feature_with_few_values_uses_only_as_many_bins():
    layer = house_effects.Bins(bins=8)
    layer.build((None, 1))
    layer.adapt(np.array([[0.0]] * 17 + [[1.0]]))
    assert np.asarray(layer(np.array([[1.0]], np.float32))).tolist() == [[[1.0] + [0.0] * 7]]


def test_each_feature_has_an_embedding_of_its_own():
    layer = networks.Embeddings(size=1)
    layer.build((None, 2, 2))
    layer.kernel.assign([[[1.0], [10.0]], [[100.0], [-1000.0]]])
    filled = np.array([[[1.0, 0.5], [1.0, 0.0]], [[0.0, 0.0], [1.0, 1.0]]], np.float32)
    assert np.asarray(layer(filled))[..., 0].tolist() == [[6.0, 100.0], [0.0, 0.0]]


def test_ridge_finds_the_effects_of_the_bins():
    columns = np.random.default_rng(1).random((5000, 6)).astype(np.float32)
    truth = np.array([1.0, 2.0, 3.0, 0.0, -1.0, 4.0])
    kernel, bias = house_effects.fit_ridge(columns, 12 + columns @ truth, shrinkage=0.1)
    assert np.allclose(kernel, truth, atol=0.01) and bias == pytest.approx(12, abs=0.01)
    shrunk, _bias = house_effects.fit_ridge(columns, 12 + columns @ truth, shrinkage=1e6)
    assert np.allclose(shrunk, 0, atol=0.01)


def test_main_effects_differ_between_detailed_houses_and_those_of_the_form():
    layer = house_effects.MainEffects()
    layer.build([(None, 1, 2), (None, 19)])
    layer.adapt([(np.array([1.0, 2.0]), 5.0), (np.array([10.0, 20.0]), 50.0)])
    features = np.zeros((2, 19), np.float32)
    features[1, house.FEATURES.index("is_detailed")] = 1
    found = layer([np.array([[[1.0, 1.0]], [[1.0, 0.5]]], np.float32), features])
    assert np.asarray(found)[:, 0, 0].tolist() == [8.0, 70.0]


def test_pair_effects_are_those_of_the_products_of_bins():
    layer = house_effects.PairEffects()
    layer.build([(None, 2, 2), (None, 19)])
    filled = np.random.default_rng(1).random((3, 2, 2)).astype(np.float32)
    kernels = np.random.default_rng(2).random((2, 10))
    layer.adapt([(kernels[0], 5.0), (kernels[1], 50.0)])
    features = np.zeros((3, 19), np.float32)
    found = np.asarray(layer([filled, features]))[:, 0, 0]
    assert found == pytest.approx(house_effects.PairEffects.columns(filled) @ kernels[0] + 5, abs=1e-4)
    features[:, house.FEATURES.index("is_detailed")] = 1
    found = np.asarray(layer([filled, features]))[:, 0, 0]
    assert found == pytest.approx(house_effects.PairEffects.columns(filled) @ kernels[1] + 50, abs=1e-4)


def test_some_features_alone_can_be_cut_into_bins():
    layer = house_effects.Bins(bins=1, chosen=[2])
    layer.build((None, 3))
    layer.adapt(np.array([[0.0, 0.0, 0.0], [9.0, 9.0, 4.0]]))
    assert np.asarray(layer(np.array([[7.0, 8.0, 1.0]], np.float32))).tolist() == [[[0.25]]]


# The neighbourhood


def place(kilometres_north):
    """The features of a house so far north of the county's middle."""
    features = np.zeros((1, 19), np.float32)
    features[0, house.FEATURES.index("latitude")] = house_places.MIDDLE["latitude"] + kilometres_north / 111.2
    features[0, house.FEATURES.index("longitude")] = house_places.MIDDLE["longitude"]
    return features


@pytest.fixture
def street():
    """Two sales of one house at a place and another's two kilometres north; weights fall to e^-0.5 at 1 km."""
    layer = house_places.Neighbourhood(sales=8, widths=(1.0,))
    layer.build((None, 19))
    sales = np.concatenate([place(0), place(0), place(2)])
    layer.adapt(sales, np.array([0.3, 0.3, -0.6]))
    return layer, sales


def test_the_sales_around_are_weighted_by_nearness(street):
    level, number = np.asarray(street[0](place(1)))[0, -2:]
    weight = np.exp(-0.5)
    assert level == pytest.approx(0, abs=1e-3)
    assert number == pytest.approx(np.log1p(3 * weight), abs=1e-3)


def test_far_from_all_sales_the_level_is_nought(street):
    assert np.allclose(np.asarray(street[0](place(50)))[0, -2:], 0, atol=1e-6)


def test_a_training_house_does_not_see_its_own_sales(street):
    layer, sales = street
    seen = layer.leave_out(sales, np.array([7, 7, 8]))[:, -2]
    weight = np.exp(-2)  # at two kilometres
    assert seen == pytest.approx([-0.6 * weight / (weight + 1)] * 2 + [0.6 * weight / (2 * weight + 1)], abs=1e-3)


def test_without_own_sales_to_leave_out_training_and_answering_see_the_same(street):
    layer, sales = street
    layer.adapt(sales[:1], np.array([0.3]))
    assert np.allclose(layer.leave_out(sales[:1], np.array([7]))[:, -2:], 0)
    assert np.asarray(layer(sales[:1]))[0, -2] == pytest.approx(0.15, abs=1e-3)


def test_more_sales_than_there_is_room_for_are_refused(street):
    with pytest.raises(ValueError, match=r"at most 8 sales\. Received: 9"):
        street[0].adapt(np.zeros((9, 19)), np.zeros(9))


def test_what_follows_from_the_features_worked_by_hand(data):
    column = dict(zip(house.FEATURES, data.test.details[0].tolist(), strict=True))
    found = np.asarray(house_places.Derived()(data.test.details[:1]))[0, len(house.FEATURES) :]
    assert found[0] == pytest.approx(np.log(column["living_area"] / column["living_area_nearby"]), abs=1e-5)
    assert found[4] == max(column["year_built"], column["year_renovated"])
    north, east = (column["latitude"] - 47.56) * 111.2, (column["longitude"] + 122.2) * 75.1
    assert found[5:7] == pytest.approx([north + east, north - east], abs=1e-2)


@pytest.mark.parametrize("network", house.NETWORKS)
def test_an_adapted_network_begins_near_the_mean_price(network, data, small):
    keras.utils.set_random_seed(1)
    model = networks.NETWORKS[network]()
    networks.adapt(model, data.train)
    found = house_learning.predict(model, data.test.details)
    assert found.shape == (80, 5 if network == "tabm" else 1)
    assert abs(found[:, 0].mean() - data.train.log_prices.mean()) < 3 * data.train.log_prices.std()


def test_the_ensembles_answer_is_the_mean_of_its_members(data, small):
    model = networks.build_tabm()
    networks.adapt(model, data.train)
    members = keras.Model(model.inputs, model.get_layer("log_prices").output)
    given = members.predict(data.test.form[:5], verbose=0)
    assert given.shape == (5, 3, 5)
    assert np.allclose(given.mean(axis=1), house_learning.predict(model, data.test.form[:5]), atol=1e-4)
    assert given.std(axis=1).min() > 0


# The losses and the measures


def test_the_loss_worked_by_hand():
    loss = house_learning.PriceLoss(deviation=2.0)
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
    output = np.tile(truth[:, None] - rng.normal(0, 0.2, (20_000, 1)), (1, outputs))
    output[:, 1:] += [-0.1, -0.05, 0.05, 0.1][: outputs - 1]  # far too narrow
    margins = house_measures.find_margins(output[:10_000], truth[:10_000])
    found = house_measures.measure(output[10_000:], truth[10_000:], margins)
    assert found["coverage_80"] == pytest.approx(0.8, abs=0.02)
    assert found["coverage_95"] == pytest.approx(0.95, abs=0.01)


def test_margins_differ_where_errors_do():
    rng = np.random.default_rng(1)
    price = rng.uniform(12, 14, 20_000)
    truth = price + rng.normal(0, np.where(price < 13, 0.1, 0.3))
    margins = house_measures.find_margins(price[:, None], truth)
    low, high = margins["80"]
    assert margins["prices"] == sorted(margins["prices"])
    assert low[0] == pytest.approx(-0.128, abs=0.01) and high[-1] == pytest.approx(0.384, abs=0.02)


def test_errors_are_measured_in_dollars():
    found = house_measures.measure(np.log([[110.0], [160.0], [110.0]]), np.log([100.0, 200.0, 110.0]), NO_MARGINS)
    assert found["mean_error"] == pytest.approx(50 / 3000)
    assert found["median_error"] == pytest.approx(0.1)


NO_MARGINS = {"prices": [13.0], "80": [[0.0], [0.0]], "95": [[0.0], [0.0]]}


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
    output = house_learning.predict(model, data.test.details)
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
    house_learning.train("dense", data, SETTINGS._replace(epochs=1), tmp_path, seed=1)
    house_learning.train("dense", data, SETTINGS, tmp_path, seed=1)
    assert [row["epoch"] for row in run.read_history(tmp_path)] == [0, 1]


def test_the_baselines_are_fitted_once_per_split(data, small, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "CHECKPOINTS", tmp_path)
    first = house_splits.measure_baselines(data, 0)
    monkeypatch.setattr(house_baselines, "_choose", lambda data: pytest.fail("fitted again"))
    assert house_splits.measure_baselines(data, 0) == first
    assert [entry["short"] for entry in (first["baseline"], *first["others"])] == ["CatBoost", "Boosting", "Linear"]
    assert first["others"][1]["value"] > 0.8  # the made prices are nearly linear in their logs
    assert first["baseline"]["settings"]["iterations"] <= 20


def test_catboost_can_be_given_the_neighbourhood_too(data, small):
    found = house_baselines.fit_catboost_with_neighbourhood(data)
    assert {mode: answers.shape for mode, answers in found.answers.items()} == {"details": (80,), "form": (80,)}


LINEAR = house_baselines.Baseline("A baseline", "CatBoost", house_baselines.fit_linear)


def test_several_splits_are_measured_and_written_into_the_folder(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run, "CHECKPOINTS", tmp_path / "checkpoints")
    monkeypatch.setattr(training, "load_data", lambda folder, seed=0: house_data.split(made_sales(200), seed))
    monkeypatch.setattr(house_splits, "BASELINES", {"catboost": LINEAR})
    monkeypatch.setattr(house_splits, "FURTHER", {})
    monkeypatch.setitem(training.SETTINGS, "tabm", SETTINGS._replace(epochs=1))
    flags = ["--network", "tabm", "--output", str(tmp_path / "out")]
    assert training.main(flags) == 0
    assert training.main([*flags, "--splits", "2"]) == 0
    printed = capsys.readouterr().out
    assert "split 1: tabm " in printed and "CatBoost, " in printed
    metrics = store.read("house", "tabm", tmp_path / "out").metrics
    assert metrics["splits"]["count"] == 2 and len(metrics["splits"]["details"]["catboost"]["r2"]) == 2
    titles = [table["title"] for table in metrics["tables"]]
    assert len(titles) == 4 and sum(title.startswith("Over 2 splits") for title in titles) == 2
    assert training.main([*flags, "--measure"]) == 0
    again = store.read("house", "tabm", tmp_path / "out").metrics
    assert len(again["tables"]) == 4 and again["measured"] == metrics["measured"]


def test_students_interval_worked_by_hand():
    low, high = house_splits.student_interval([1.0, 2.0, 3.0])  # deviation 1, t 4.3027 with two degrees of freedom
    assert (low, high) == pytest.approx((2 - 4.30265 / 3**0.5, 2 + 4.30265 / 3**0.5), abs=1e-4)


def test_the_bootstrap_of_a_difference_lies_around_it(monkeypatch):
    rng = np.random.default_rng(1)
    truth = [rng.normal(13, 0.5, 400) for _split in range(2)]
    ours = [values + rng.normal(0, 0.1, 400) for values in truth]
    others = [values + rng.normal(0, 0.3, 400) for values in truth]
    monkeypatch.setattr(house_splits, "BOOTSTRAP_SAMPLES", 300)
    low, high = house_splits.bootstrap_difference(truth, ours, others, [np.arange(400), np.arange(200, 600)])
    expected = np.mean(
        [
            house_measures.r_squared(*pair) - house_measures.r_squared(pair[0], other)
            for *pair, other in zip(truth, ours, others, strict=True)
        ]
    )
    assert low < expected < high and high - low < 0.2


# What the card shows


def test_every_fifth_of_the_price_has_its_share_inside(data):
    truth = np.linspace(12, 14, 100)
    output = truth[:, None] + np.where(np.arange(100) < 20, 1.0, 0.0)[:, None]
    found = house_measures.measure(output, truth, {"prices": [13.0], "80": [[-0.1], [0.1]], "95": [[-2.0], [2.0]]})
    assert found["fifths_80"] == [0.0, 1.0, 1.0, 1.0, 1.0] and found["fifths_95"] == [1.0] * 5


def test_the_houses_most_missed_are_described_roughly(data):
    truth = data.test.log_prices
    answers = truth.copy()
    answers[7] += np.log(2)
    row = house_measures.table_of_failures(data.test.details, truth, answers)["rows"][0]
    area = data.test.details[7, house.FEATURES.index("living_area")]
    assert row[0] == f"{round(float(area), -2):,.0f}" and row[1].endswith("0s") and row[-1] == "+100%"
