"""How the forecasting networks are fitted, and what the ten-step networks' errors were."""

from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from models import forecast
from models.networks.forecast import NETWORKS, members_of
from training import forecast_evaluation as evaluation
from training import m4, run
from training.data.series import Series
from training.forecast_data import Data, validation_tests
from training.forecast_windows import Pieces, build_pieces, cut_pieces, last_pieces, ten_step_windows
from training.series_generator import generate

OURS = forecast.DEFAULT_NETWORK
# How many pieces of each validation series the validation loss is made of.
VALIDATION_ENDS = {"Weekly": 8, "Hourly": 8}
MADE_SERIES = 20_000
RECURRENT_WINDOWS, VALIDATION_WINDOWS = 30_000, 6_000
ERROR_HISTORIES = 3_000
# The column of the curve that chooses the best epoch.
SCORE = "val_owa"
# How much each quantile counts in the loss: the median, which is the forecast, twice.
QUANTILE_WEIGHTS = np.array([1.0, 1.0, 2.0, 1.0, 1.0], np.float32)


class Settings(NamedTuple):
    """Hyperparameters of one network. ``patience`` counts epochs without a lower validation OWA."""

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int
    weight_decay: float


@keras.saving.register_keras_serializable("forecast")
def pinball(target: keras.KerasTensor, quantiles: keras.KerasTensor) -> keras.KerasTensor:
    """Return the loss [batch, steps] of quantiles [batch, steps, 5, members] for targets [batch, steps, 1].

    It is the mean of the members' own losses, so that each learns as if it were alone.
    Source: Koenker and Bassett (1978), https://doi.org/10.2307/1913643.
    """
    levels = ops.convert_to_tensor(np.array(forecast.QUANTILES, np.float32)[:, np.newaxis])
    distance = ops.expand_dims(target, -1) - quantiles
    costs = ops.maximum(levels * distance, (levels - 1) * distance)
    return ops.mean(ops.sum(QUANTILE_WEIGHTS[:, np.newaxis] * costs, axis=-2), axis=-1)


def train(network: str, data: Data, settings: Settings, checkpoints: Path, seed: int) -> keras.Model:
    """Train a network, or go on where an earlier run stopped, and return it at its best epoch.

    Raises:
        FloatingPointError: the loss became NaN.
    """
    keras.utils.set_random_seed(seed)
    model = NETWORKS[network]()
    if not run.is_finished(checkpoints, settings.epochs, settings.patience, SCORE, "min"):
        fit = _fit_ours if network == OURS else _fit_recurrent
        judge = ValidationOwa(_point_forecaster(network, model), validation_tests(data))
        callbacks = [judge, *run.resumable(checkpoints, settings.patience, SCORE, "min")]
        fit(model, data, settings, callbacks, seed)
    run.refuse_nan(checkpoints)
    model.load_weights(checkpoints / run.BEST)
    finished = NETWORKS[network]()  # without the optimiser, which is twice as large as the network
    finished.set_weights(model.get_weights())
    return finished


class ValidationOwa(keras.callbacks.Callback):
    """Add OWA on the ends of the validation series to each epoch's logs; must stand before what reads them."""

    def __init__(self, forecaster: evaluation.Forecaster, tests: list[evaluation.Test]):
        super().__init__()
        self.forecaster = forecaster
        self.tests = tests
        self.naive2 = evaluation.naive2_errors(tests)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs[SCORE] = evaluation.mean_owa(self.forecaster, self.tests, self.naive2)


def _point_forecaster(network: str, model: keras.Model) -> evaluation.Forecaster:
    """The function that forecasts with a network, a recurrent one as if it made no errors."""
    if network == OURS:
        return evaluation.combiner_forecaster(model)
    return evaluation.recurrent_forecaster(model, np.zeros((forecast.MAX_HORIZON, len(forecast.QUANTILES))))


def _fit_recurrent(model: keras.Model, data: Data, settings: Settings, callbacks: list, seed: int) -> None:
    windows, following = ten_step_windows(data.learned, RECURRENT_WINDOWS, seed)
    model.compile(keras.optimizers.Adam(settings.learning_rate), loss="mean_squared_error", jit_compile=False)
    model.fit(
        windows,
        following,
        batch_size=settings.batch_size,
        epochs=settings.epochs,
        validation_data=ten_step_windows(data.validation, VALIDATION_WINDOWS, seed),
        callbacks=callbacks,
        verbose=1 if run.is_terminal() else 2,
    )


def _fit_ours(model: keras.Model, data: Data, settings: Settings, callbacks: list, seed: int) -> None:
    random = np.random.default_rng(seed)
    pieces = build_pieces(cut_pieces(data.learned + generate(MADE_SERIES, seed), random), random)
    print(f"{len(pieces.series):,} pieces of series to learn from", flush=True)
    teach(
        model,
        pieces,
        settings,
        validation_data=as_inputs(validation_pieces(data)),
        validation_batch_size=2_048,
        callbacks=callbacks,
    )


def teach(model: keras.Model, pieces: Pieces, settings: Settings, **options: Any) -> None:
    """Fit ``combiner``, each member by its own loss; ``options`` are those of ``fit``."""
    members = members_of(model)
    optimizer = build_optimizer(settings, settings.epochs * -(-len(pieces.series) // settings.batch_size))
    members.compile(optimizer, loss=pinball, jit_compile=False)
    inputs, target, weight = as_inputs(pieces)
    verbose = 1 if run.is_terminal() else 2
    size, epochs = settings.batch_size, settings.epochs
    members.fit(inputs, target, sample_weight=weight, batch_size=size, epochs=epochs, verbose=verbose, **options)


def build_optimizer(settings: Settings, steps: int) -> keras.Optimizer:
    """Return the optimiser that takes ``steps`` steps: a short rise of the rate, then half a cosine down."""
    rate = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate / 10, steps, alpha=0.01, warmup_target=settings.learning_rate, warmup_steps=steps // 20
    )
    return keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay, global_clipnorm=1.0)


def as_inputs(pieces: Pieces) -> tuple:
    """Return what ``fit`` takes: inputs, targets [n, steps, 1] and weights [n, steps]."""
    return [pieces.series, pieces.steps], pieces.target[..., np.newaxis], pieces.weight


def validation_pieces(data: Data) -> Pieces:
    """Return the last pieces of the M4 series to validate on; each frequency counts alike in their loss."""
    random = np.random.default_rng(0)
    longest = max(frequency.horizon for frequency in m4.FREQUENCIES)
    found = []
    for frequency in m4.FREQUENCIES:
        own = [series for series in data.validation if series.group == frequency.name]
        if not own:
            continue
        cuts = last_pieces(own, frequency.horizon, VALIDATION_ENDS.get(frequency.name, 1))
        pieces = build_pieces(cuts, random, frequency.horizon)
        spare = [(0, 0), (0, longest - frequency.horizon)]
        weight = pieces.weight / (len(cuts) * frequency.horizon)
        found.append(
            Pieces(
                pieces.series,
                np.pad(pieces.steps, [*spare, (0, 0)]),
                np.pad(pieces.target, spare),
                np.pad(weight, spare),
            )
        )
    joined = Pieces(*(np.concatenate(arrays) for arrays in zip(*found, strict=True)))
    return joined._replace(weight=joined.weight * (joined.weight.size / len(found)))


def error_quantiles(model: keras.Model, validation: list[Series], seed: int) -> np.ndarray:
    """Return quantiles float64 [MAX_HORIZON, 5] of a recurrent network's errors on validation series, by step.

    Errors are in usual changes of the series' history. No later step is given a narrower interval.
    """
    random = np.random.default_rng(seed)
    groups = [[one for one in validation if one.group == name] for name in sorted({one.group for one in validation})]
    horizon = forecast.MAX_HORIZON
    histories, futures = [], []
    for index in range(ERROR_HISTORIES):
        members = groups[index % len(groups)]
        values = members[random.integers(len(members))].values
        end = random.integers(forecast.WINDOW, len(values))
        if np.ptp(values[max(0, end - 101) : end]) > 0:
            histories.append(values[:end])
            futures.append(
                np.pad(values[end : end + horizon], (0, max(0, end + horizon - len(values))), constant_values=np.nan)
            )
    middle = evaluation.recur(model, np.stack([values[-forecast.WINDOW :] for values in histories]), horizon)
    size = np.array([forecast.usual_change(values) for values in histories])[:, np.newaxis]
    quantiles = np.nanquantile((np.stack(futures) - middle) / size, forecast.QUANTILES, axis=0).T
    low, high = np.minimum.accumulate(quantiles[:, :2]), np.maximum.accumulate(quantiles[:, 3:])
    return np.concatenate([np.minimum(low, 0), np.zeros((horizon, 1)), np.maximum(high, 0)], axis=1).round(5)


def as_csv(errors: np.ndarray) -> str:
    """Return the errors as the folder's file: a row a step, a column a quantile."""
    rows = [",".join(map(str, ["step", *forecast.QUANTILES]))]
    rows += [",".join(map(str, [step, *row])) for step, row in enumerate(errors.tolist(), start=1)]
    return "\n".join(rows) + "\n"
