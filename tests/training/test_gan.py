"""``training.gan``: the pairs as they were printed, steps that really teach both, runs that go on, honest figures."""

import argparse
import json

import keras
import numpy as np
import pytest

from models import gan as gan_model
from models import runtime, store
from models.networks import gan as networks
from tests.training.made_digits import made_mnist
from training import digit, gan, gan_epochs, gan_measures, judge, run
from training.gan_steps import Duel


@pytest.fixture(scope="module")
def data():
    return digit.split(made_mnist(150, 50), validation_size=50)


@pytest.fixture(scope="module")
def a_judge():
    """A judge that never learned: enough to measure with."""
    keras.utils.set_random_seed(1)
    model = judge.build_judge()
    return judge.Judge(model, 0.1, judge.hash_of(model))


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Checkpoints in a folder of the test's own."""
    monkeypatch.setattr(run, "CHECKPOINTS", tmp_path / "checkpoints")
    return tmp_path


def settings(network, epochs=1):
    return gan.SETTINGS[network]._replace(epochs=epochs, batch_size=50)


def built(network, seed=1, **changes):
    keras.utils.set_random_seed(seed)
    parts = networks.NETWORKS[network]()
    average = keras.models.clone_model(parts["generator"])
    values = gan.SETTINGS[network]._asdict() | {"last_step": 1000} | changes
    del values["epochs"], values["batch_size"]
    return Duel(parts["generator"], average, parts["discriminator"], **values)


def a_batch(network, count=20):
    random = np.random.default_rng(1)
    latents = random.standard_normal((count, 100), np.float32)
    images = random.uniform(-1, 1, (count, 28, 28, 1)).astype(np.float32)
    return images, latents, gan_epochs.inputs_asked(network, np.arange(count) % 10)


# The networks


def test_mlp_is_the_tutorials_pair_with_activations_between():
    parts = networks.NETWORKS["mlp"]()
    units = {
        part: [layer.units for layer in model.layers if isinstance(layer, keras.layers.Dense)]
        for part, model in parts.items()
    }
    assert units == {"generator": [256, 512, 1024, 784], "discriminator": [1024, 512, 256, 1]}
    for model in parts.values():
        assert sum(isinstance(layer, keras.layers.LeakyReLU) for layer in model.layers) == 3


@pytest.mark.parametrize("network", gan_model.NETWORKS)
def test_a_pair_takes_and_gives_what_the_task_says(network):
    parts = networks.NETWORKS[network]()
    assert (networks.LATENT_SIZE, networks.IMAGE_SHAPE) == (gan_model.LATENT_SIZE, (gan_model.SIDE, gan_model.SIDE, 1))
    generator, discriminator = parts["generator"], parts["discriminator"]
    digits = [(10,)] if gan_model.IS_CONDITIONAL[network] else []
    assert [tuple(tensor.shape[1:]) for tensor in generator.inputs] == [(100,), *digits]
    assert [tuple(tensor.shape[1:]) for tensor in discriminator.inputs] == [(28, 28, 1), *digits]
    assert generator.outputs[0].shape[1:] == (28, 28, 1) and discriminator.outputs[0].shape[1:] == (1,)


def test_dcgan_makes_another_picture_of_the_same_latent_for_another_digit():
    generator = networks.NETWORKS["dcgan"]()["generator"]
    latent = gan_model.latents(1, 1).repeat(2, axis=0)
    made = generator.predict_on_batch([latent, gan_model.one_hot(np.array([3, 4]))])
    assert np.abs(made[0] - made[1]).max() > 1e-4


def test_the_discriminators_opinion_depends_on_the_digit_claimed():
    discriminator = networks.NETWORKS["dcgan"]()["discriminator"]
    images = np.full((2, 28, 28, 1), 0.3, np.float32)
    logits = discriminator.predict_on_batch([images, gan_model.one_hot(np.array([3, 4]))])
    assert abs(logits[0, 0] - logits[1, 0]) > 1e-6


# The steps


@pytest.mark.parametrize("network", gan_model.NETWORKS)
def test_one_step_teaches_both_networks(network):
    duel = built(network)
    before = [model.trainable_variables[0].numpy() for model in (duel.generator, duel.discriminator)]
    duel.step(*a_batch(network))
    after = [model.trainable_variables[0].numpy() for model in (duel.generator, duel.discriminator)]
    assert all(np.abs(new - old).max() > 0 for new, old in zip(after, before, strict=True))
    assert duel.steps == 1


def test_the_discriminator_learns_to_tell_bright_pictures_from_made_ones():
    duel = built("mlp", learning_rate=1e-3)
    _images, latents, asked = a_batch("mlp")
    bright = np.full((20, 28, 28, 1), 0.9, np.float32)
    losses = [float(duel.step(bright, latents, asked)[0]) for _step in range(4)]
    assert losses[0] == pytest.approx(np.log(2), abs=0.2) and losses[-1] < 0.7 * losses[0]


def test_the_average_follows_the_generator_slowly():
    duel = built("mlp", average_decay=0.9)
    start = duel.average.trainable_variables[0].numpy()
    for _step in range(3):
        duel.step(*a_batch("mlp"))
    moved = np.abs(duel.generator.trainable_variables[0].numpy() - start).mean()
    followed = np.abs(duel.average.trainable_variables[0].numpy() - start).mean()
    assert 0.1 * moved < followed < moved


def test_without_averaging_the_average_is_the_generator():
    duel = built("mlp")
    duel.step(*a_batch("mlp"))
    for mean, now in zip(duel.average.weights, duel.generator.weights, strict=True):
        assert np.array_equal(mean.numpy(), now.numpy())


def test_the_penalty_flattens_the_discriminator_around_real_images():
    flat, free = built("mlp", r1_weight=1000.0, r1_interval=1), built("mlp", r1_weight=0.0)
    images, latents, asked = a_batch("mlp")
    for duel in (flat, free):
        for _step in range(6):
            duel.step(images, latents, asked)
    spread = [np.ptp(duel.discriminator.predict_on_batch(np.concatenate([images, -images]))) for duel in (flat, free)]
    assert spread[0] < spread[1]


def test_the_rates_stay_for_a_share_of_the_steps_then_fall_along_a_line():
    duel = built("mlp", learning_rate=1e-3, decay_from=0.5, last_step=100)
    rates = [duel.rate_after(steps) for steps in (0, 50, 75, 99, 100, 120)]
    assert rates == pytest.approx([1e-3, 1e-3, 5e-4, 2e-5, 0, 0])


def test_both_optimisers_follow_the_falling_rate():
    duel = built("mlp", learning_rate=1e-3, decay_from=0.0, last_step=4)
    for _step in range(3):
        duel.step(*a_batch("mlp"))
    for optimizer in (duel.generator_optimizer, duel.discriminator_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(5e-4)


def test_without_a_share_to_fall_in_the_rate_stays():
    duel = built("mlp", learning_rate=1e-3, decay_from=1.0, last_step=10)
    assert {duel.rate_after(steps) for steps in (0, 9, 10)} == {1e-3}


def test_a_run_knows_how_many_steps_it_has():
    duel = gan_epochs.build_duel("mlp", settings("mlp", epochs=3), count=120)
    assert duel.last_step == 3 * 2


# The runs


@pytest.fixture(scope="module")
def finished(data, a_judge, tmp_path_factory):
    """A run of two epochs of the mlp: its progress and its checkpoints."""
    folder = tmp_path_factory.mktemp("mlp")
    return gan_epochs.train("mlp", data, a_judge, settings("mlp", 2), folder, seed=3), folder


def test_a_run_keeps_a_row_an_epoch_and_a_snapshot_before_and_after_each(finished):
    progress, folder = finished
    assert [row[0] for row in progress.rows] == [0, 1] and np.isfinite(progress.rows).all()
    assert np.array(progress.snapshots).shape == (3, 28, 280)
    assert not np.array_equal(progress.snapshots[0], progress.snapshots[2])
    lines = (folder / store.HISTORY).read_text().splitlines()
    assert lines[0].split(",") == list(gan_epochs.COLUMNS) and len(lines) == 3


def test_a_killed_run_goes_on_as_if_it_had_never_stopped(data, a_judge, finished, tmp_path):
    whole, _folder = finished
    gan_epochs.train("mlp", data, a_judge, settings("mlp", 1), tmp_path, seed=3)
    continued = gan_epochs.train("mlp", data, a_judge, settings("mlp", 2), tmp_path, seed=3)
    assert np.array(continued.rows)[:, 1:4] == pytest.approx(np.array(whole.rows)[:, 1:4], rel=1e-3)
    assert len(continued.snapshots) == 3


def test_a_finished_run_trains_no_more(data, a_judge, finished):
    progress, folder = finished
    again = gan_epochs.train("mlp", data, a_judge, settings("mlp", 2), folder, seed=3)
    assert again.rows == progress.rows


def test_the_best_epoch_is_kept_not_the_last(data, a_judge, finished, tmp_path, monkeypatch):
    distances = iter([1.0, 9.0])
    monkeypatch.setattr(gan_epochs, "frechet_distance", lambda *_: next(distances))
    progress = gan_epochs.train("mlp", data, a_judge, settings("mlp", 2), tmp_path, seed=3)
    assert progress.scores == [1.0, 9.0]
    with np.load(tmp_path / gan_epochs.STATE) as state:
        assert not np.array_equal(state["best_0"], state["now_0"])
    generator = gan_epochs.best_parts("mlp", progress)["generator"]
    assert np.array_equal(generator.weights[0].numpy(), progress.best[0])


def test_a_loss_that_is_no_number_stops_the_run(data, a_judge, tmp_path, monkeypatch):
    monkeypatch.setattr(gan_epochs, "frechet_distance", lambda *_: float("nan"))
    with pytest.raises(FloatingPointError):
        gan_epochs.train("mlp", data, a_judge, settings("mlp"), tmp_path, seed=1)


@pytest.mark.parametrize(
    ("epochs", "shown"), [(1, [0, 1]), (10, [0, 1, 2, 3, 5, 7, 10]), (20, [0, 1, 2, 3, 4, 7, 12, 20])]
)
def test_snapshots_are_shown_ever_more_rarely_from_before_training_to_the_end(epochs, shown):
    assert gan_epochs.moments(epochs) == shown


# The figures

TINY = gan_measures.Amounts(5, 6, 1)


@pytest.fixture
def students(monkeypatch):
    """What the students would have learned, without their training."""
    found = {"count": 60, "accuracy": 0.5, "interval95": [0.4, 0.6]}
    monkeypatch.setattr(gan_measures, "_teach_students", lambda *_: {"made": found, "real": found | {"count": 100}})
    return found


def test_the_asked_digit_is_counted_as_the_judge_reads_it(data, a_judge, monkeypatch, students):
    asked = np.repeat(np.arange(10), 5)
    answers = np.where(asked == 4, 9, asked)
    random = np.random.default_rng(1)
    monkeypatch.setattr(
        gan_measures, "look", lambda _model, pixels: judge.Seen(random.normal(size=(len(pixels), 4)), answers)
    )
    monkeypatch.setattr(gan_measures, "make", lambda *_: random.integers(0, 256, (50, 28, 28)))
    found = gan.evaluate("dcgan", None, data, a_judge, TINY)
    assert found["result"]["value"] == pytest.approx(0.9)
    low, high = found["result"]["interval95"]
    assert low < 0.9 < high
    assert found["per_class"]["4"] == 0.0 and found["per_class"]["9"] == 1.0
    assert found["per_digit"]["4"]["accuracy"] == 0.0 and found["per_digit"]["4"]["share"] == pytest.approx(0.1)
    assert found["baseline"]["value"] == a_judge.accuracy


def test_the_mlp_is_measured_by_its_distance_with_the_floor_beside_it(data, a_judge):
    keras.utils.set_random_seed(1)
    found = gan.evaluate("mlp", networks.NETWORKS["mlp"]()["generator"], data, a_judge, TINY._replace(judged=10))
    low, high = found["result"]["interval95"]
    assert found["result"]["metric"] == "frechet_distance"
    assert low < found["result"]["value"] < high
    assert 0 < found["baseline"]["value"] < found["result"]["value"]
    assert a_judge.sha256 in found["further"].values()
    assert "students" not in found  # it cannot be asked for digits to teach


def test_made_pictures_are_those_of_the_task_and_leave_nothing_out():
    keras.utils.set_random_seed(1)
    generator = networks.NETWORKS["mlp"]()["generator"]
    pictures = gan_epochs.make("mlp", generator, np.zeros(7, int), seed=1)
    again = gan_model.to_pixels(generator.predict(gan_model.latents(1, 7), verbose=0))
    assert np.abs(pictures.astype(int) - again).max() <= 1


def untrained(network):
    """What a run of one epoch would have kept, without the training."""
    keras.utils.set_random_seed(1)
    parts = networks.NETWORKS[network]()
    best = [*parts["generator"].get_weights(), *parts["discriminator"].get_weights()]
    return gan_epochs.Progress([[0, 0.7, 0.7, 9.0, 1.0]], [np.zeros((28, 280), np.uint8)] * 2, best)


@pytest.fixture
def a_folder(data, a_judge, elsewhere, monkeypatch, students):
    """Write the folder of an untrained network; return it."""
    evaluate = gan.evaluate
    monkeypatch.setattr(gan, "evaluate", lambda *args: evaluate(*args, TINY))

    def write(network):
        progress = untrained(network)
        monkeypatch.setattr(gan, "train", lambda *_: progress)
        (run.CHECKPOINTS / f"gan-{network}").mkdir(parents=True)
        (run.CHECKPOINTS / f"gan-{network}" / store.HISTORY).write_text(gan_epochs.history_csv(progress.rows))
        flags = argparse.Namespace(seed=3, output=elsewhere / "models")
        return gan.produce(network, data, a_judge, settings(network), flags)

    return write


@pytest.mark.parametrize("network", gan_model.NETWORKS)
def test_a_written_folder_answers_in_the_app(network, data, a_judge, a_folder):
    folder = a_folder(network)
    metrics = json.loads((folder / store.METRICS).read_text())
    files = {"generator.keras", "discriminator.keras", "snapshots.png", "neighbours.png", "README.md", "history.csv"}
    assert files == set(metrics["files"])
    assert metrics["training"]["epochs"] == 1 and metrics["limits"].count(".") == 2
    assert gan.measure_again(network, data, a_judge, folder.parent)
    runtime.configure(folder.parent)
    pictures = gan_model.generate(None, 1, 3, 1.0, network)
    runtime.configure()
    assert pictures.pixels.shape == (3, 28, 28)
    assert ((pictures.opinions > 0) & (pictures.opinions < 1)).all()


def test_the_card_has_the_tables_and_the_picture_that_the_metrics_name(a_folder):
    folder = a_folder("dcgan")
    metrics, card = json.loads((folder / store.METRICS).read_text()), (folder / "README.md").read_text()
    assert len(metrics["tables"]) == 3
    for table in metrics["tables"]:
        assert table["title"] in card
        assert {len(row) for row in table["rows"]} == {len(table["columns"])}
        assert all(isinstance(cell, str) for row in table["rows"] for cell in row)
    assert metrics["pictures"][0]["caption"] in card and "(neighbours.png)" in card


def test_a_figure_that_was_changed_is_found_when_a_folder_is_measured_again(data, a_judge, a_folder, capsys):
    folder = a_folder("dcgan")
    metrics = json.loads((folder / store.METRICS).read_text())
    metrics["nearest"]["pixels"]["made_median"] += 1
    (folder / store.METRICS).write_text(json.dumps(metrics))
    assert not gan.measure_again("dcgan", data, a_judge, folder.parent)
    told = capsys.readouterr().out
    assert "DIFFERS" in told and "nearest pixels made_median" in told and told.count("its metrics say") == 2


def test_a_folder_without_the_later_figures_is_measured_and_written_anew(data, a_judge, a_folder):
    folder = a_folder("dcgan")
    metrics = json.loads((folder / store.METRICS).read_text())
    was = metrics["files"]["generator.keras"]["sha256"]
    for name in ("nearest", "per_digit", "students", "tables", "pictures"):
        del metrics[name]
    del metrics["files"]["neighbours.png"]
    (folder / "neighbours.png").unlink()
    (folder / store.METRICS).write_text(json.dumps(metrics))
    assert gan.measure_again("dcgan", data, a_judge, folder.parent)
    renewed = json.loads((gan.measure_and_write("dcgan", data, a_judge, folder.parent) / store.METRICS).read_text())
    assert {"nearest", "per_digit", "students", "tables", "pictures"} <= set(renewed)
    assert (folder / "neighbours.png").is_file() and renewed["files"]["generator.keras"]["sha256"] == was
    assert renewed["training"] == metrics["training"]
