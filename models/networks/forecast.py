"""The networks that forecast a series.

The tutorials' three see ten values and give the next one:
    input   float32 [batch, 10, 1], the last ten values scaled to 0..1 by their own least and largest
    output  float32 [batch, 1], the next value on the same scale

Ours sees features (``models/forecast_features.py``) and gives quantiles of every step asked for:
    inputs  float32 [batch, SERIES_SIZE] and [batch, horizon, STEP_SIZE]
    output  float32 [batch, horizon, 5], the quantiles 0.025, 0.1, 0.5, 0.9, 0.975 in rising order, in usual
            changes of the series from its last value without season
"""

import keras
from keras import layers, ops

from models.forecast_features import SERIES_SIZE, SIMPLE_FORECASTS, STEP_SIZE

WINDOW = 10
UNITS = 50
MEMBERS = 3
WIDTH = 192
BLOCKS = 4
STEP_WIDTH = 128


def build_lstm() -> keras.Model:
    """The tutorials' forecaster: two LSTM layers of 50 units and one output; 30,651 parameters.

    Source: Hochreiter and Schmidhuber (1997), https://doi.org/10.1162/neco.1997.9.8.1735.
    """
    return _recurrent("lstm", layers.LSTM)


def build_gru() -> keras.Model:
    """The same with gated recurrent units; 23,301 parameters.

    Source: Cho and others (2014), https://arxiv.org/abs/1406.1078.
    """
    return _recurrent("gru", layers.GRU)


def build_rnn() -> keras.Model:
    """The same with plain recurrent layers; 7,701 parameters.

    Source: Elman (1990), https://doi.org/10.1207/s15516709cog1402_1.
    """
    return _recurrent("rnn", layers.SimpleRNN)


def _recurrent(name: str, layer: type[keras.Layer]) -> keras.Model:
    """Two recurrent layers, the first handing on its whole sequence, and one number out."""
    return keras.Sequential(
        [
            layers.Input((WINDOW, 1)),
            layer(UNITS, return_sequences=True, name=f"{name}_1"),  # 10x50
            layer(UNITS, name=f"{name}_2"),  # 50
            layers.Dense(1, dtype="float32", name="next_value"),
        ],
        name=name,
    )


def build_combiner() -> keras.Model:
    """Ours: weighs simple forecasts for every step, corrects their mix, and says how sure it is.

    Three members of the same make, taught side by side from different first weights, of which the mean is given. In
    each an encoder of four residual blocks reads the series once; a small network then reads every step with its
    simple forecasts. Weighing simple forecasts by what a series is like follows Montero-Manso and others
    (2020), https://doi.org/10.1016/j.ijforecast.2019.02.011; one network for all series, residual blocks and the
    mean of several follow Oreshkin and others (2019), https://arxiv.org/abs/1905.10437; quantiles learned by their
    pinball loss follow Koenker and Bassett (1978), https://doi.org/10.2307/1913643.
    """
    series = layers.Input((SERIES_SIZE,), name="series")
    steps = layers.Input((None, STEP_SIZE), name="steps")
    members = [_member(series, steps, number) for number in range(1, MEMBERS + 1)]
    stacked = ops.stack(members, axis=-1)  # [batch, horizon, 5, MEMBERS]
    together = layers.Identity(name="members", dtype="float32")(stacked)
    quantiles = ops.mean(together, axis=-1)
    return keras.Model([series, steps], layers.Identity(name="quantiles", dtype="float32")(quantiles), name="combiner")


def members_of(combiner: keras.Model) -> keras.Model:
    """Return the model that gives each member's answer [batch, horizon, 5, MEMBERS]; it shares all weights."""
    return keras.Model(combiner.inputs, combiner.get_layer("members").output, name="members")


def _member(series: keras.KerasTensor, steps: keras.KerasTensor, number: int) -> keras.KerasTensor:
    """One member's five rising quantiles of every step [batch, horizon, 5]."""
    encoded = layers.Dense(WIDTH, name=f"read_{number}")(series)
    for block in range(1, BLOCKS + 1):
        encoded = _residual_block(encoded, f"{number}_{block}")
    encoded = layers.LayerNormalization(name=f"encoded_{number}")(encoded)
    hidden = layers.Dense(STEP_WIDTH, name=f"read_step_{number}")(ops.arcsinh(steps))
    hidden = hidden + ops.expand_dims(layers.Dense(STEP_WIDTH, name=f"hand_on_{number}")(encoded), 1)
    hidden = ops.gelu(hidden)  # [horizon, STEP_WIDTH]
    hidden = hidden + layers.Dense(STEP_WIDTH, activation="gelu", name=f"think_{number}")(hidden)
    forecasts, root = steps[..., : len(SIMPLE_FORECASTS)], steps[..., len(SIMPLE_FORECASTS), None]
    weights = layers.Dense(len(SIMPLE_FORECASTS), activation="softmax", name=f"weights_{number}")(hidden)
    mixed = ops.sum(weights * forecasts, axis=-1, keepdims=True)
    correction = layers.Dense(1, kernel_initializer="zeros", name=f"correction_{number}")(hidden)
    distances = layers.Dense(4, activation="softplus", name=f"distances_{number}")(hidden) * (root + 0.5)
    middle = mixed + correction * (root + 0.5)
    low_80, high_80 = middle - distances[..., 0:1], middle + distances[..., 1:2]
    low_95, high_95 = low_80 - distances[..., 2:3], high_80 + distances[..., 3:4]
    return layers.Concatenate(name=f"quantiles_{number}")([low_95, low_80, middle, high_80, high_95])


def _residual_block(encoded: keras.KerasTensor, block: str) -> keras.KerasTensor:
    """Normalise, widen, narrow, drop a little, add: [batch, WIDTH] to the same."""
    inner = layers.LayerNormalization(name=f"normalise_{block}")(encoded)
    inner = layers.Dense(2 * WIDTH, activation="gelu", name=f"widen_{block}")(inner)
    inner = layers.Dropout(0.1, name=f"drop_{block}")(inner)
    inner = layers.Dense(WIDTH, name=f"narrow_{block}")(inner)
    return layers.Add(name=f"join_{block}")([encoded, inner])


NETWORKS = {"combiner": build_combiner, "lstm": build_lstm, "gru": build_gru, "rnn": build_rnn}
