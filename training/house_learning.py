"""How the house networks learn: the losses, and the way from sales to a trained network."""

from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from models.networks.house import NETWORKS, Sales, adapt
from training import run
from training.house_data import Split
from training.house_measures import QUANTILES


class Settings(NamedTuple):
    """Hyperparameters of one network. ``patience`` counts epochs without a better validation R²."""

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int
    weight_decay: float


def train(network: str, data: Split, settings: Settings, checkpoints: Path, seed: int) -> keras.Model:
    """Train a network, or go on where an earlier run stopped, and return it at its best epoch.

    Raises:
        FloatingPointError: the loss became NaN.
    """
    keras.utils.set_random_seed(seed)
    model = NETWORKS[network]()
    lesson = adapt(model, data.train)
    trainee = build_trainee(model, settings, len(lesson[0]))
    run.fit(
        trainee,
        lesson,
        checkpoints,
        settings.epochs,
        settings.patience,
        "val_r2",
        batch_size=settings.batch_size,
        validation_data=_as_taught(model, data.validation),
        validation_batch_size=1024,
    )
    return model


def build_trainee(model: keras.Model, settings: Settings, sales: int) -> keras.Model:
    """Return what is trained of an adapted network, compiled, for so many sales an epoch.

    Of ``tabm`` this is the part after the neighbourhood, which is computed once, up to the members' answers:
    every member learns by itself.
    """
    is_ensemble = model.name == "tabm"
    trainee = model
    if is_ensemble:
        trainee = keras.Model(model.get_layer("neighbourhood").output, model.get_layer("log_prices").output)
    steps = settings.epochs * -(-sales // settings.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate / 10, steps, alpha=0.01, warmup_target=settings.learning_rate, warmup_steps=steps // 20
    )
    scaler = model.get_layer("rest" if is_ensemble else "log_price")
    trainee.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay, clipnorm=1.0),
        loss=PriceLoss(float(ops.convert_to_numpy(scaler.variance).item() ** 0.5)),
        metrics=[MeanR2(name="r2")],
    )
    return trainee


def _as_taught(model: keras.Model, part: Sales) -> tuple[np.ndarray, np.ndarray]:
    """Every sale twice, with details and without: what the trainee is given [2n, ...], and the log prices [2n, 1]."""
    features = np.concatenate([part.details, part.form])
    if model.name == "tabm":
        places = keras.Model(model.inputs, model.get_layer("neighbourhood").output)
        features = places.predict(features, batch_size=256, verbose=0)
    return features, np.tile(part.log_prices, 2).reshape(-1, 1)


def predict(model: keras.Model, features: np.ndarray) -> np.ndarray:
    """Return a network's output float64 [n, 1 or 5] for features [n, 19]."""
    return model.predict(features, batch_size=256, verbose=0).astype(np.float64)


class PriceLoss(keras.losses.Loss):
    """Squared error of the price, and the pinball loss of each end of the intervals; in units of ``deviation``.

    Log prices [batch, 1] against a network's [batch, 1] or its members' [batch, members, 5]. Pinball loss:
    Koenker and Bassett (1978), https://doi.org/10.2307/1913643.
    """

    def __init__(self, deviation: float):
        super().__init__(name="price_loss")
        self.deviation = deviation

    def call(self, log_prices: Any, answers: Any) -> Any:
        if len(answers.shape) == 2:
            return ops.square((log_prices - answers) / self.deviation)[:, 0]
        errors = (log_prices[:, None, :] - answers) / self.deviation  # batch x members x 5
        below = ops.convert_to_tensor(list(QUANTILES.values()), errors.dtype)
        ends = errors[..., 1:]
        pinball = ops.maximum(below * ends, (below - 1) * ends)
        return ops.mean(ops.square(errors[..., 0]), axis=-1) + ops.mean(pinball, axis=(-2, -1))


class MeanR2(keras.metrics.R2Score):
    """R² of the price; where members answer, of their mean."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add log prices [batch, 1] and answers [batch, 1] or [batch, members, 5]."""
        price = y_pred if len(y_pred.shape) == 2 else ops.mean(y_pred[..., :1], axis=1)
        super().update_state(y_true, price, sample_weight)
