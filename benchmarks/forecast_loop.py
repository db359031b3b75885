"""The race between our way of teaching ``combiner`` and the tutorials' way, on made series.

The tutorials fit one network to one series with a plain ``fit``: inputs made series by series, Keras' own batch of
32 and its own compilation. Ours describes hundreds of series at once and takes large batches. Both ways here teach
the same network the same pieces once, from the values to the last step, so that only the loop differs; that ours is
taught once for all series and theirs anew for each is not counted.
"""

from functools import partial

import keras
import numpy as np

from benchmarks.race import OURS, TUTORIALS, Race
from models.networks.forecast import build_combiner, members_of
from training.forecast import SETTINGS
from training.forecast_fit import OURS as NETWORK
from training.forecast_fit import as_inputs, build_optimizer, pinball
from training.forecast_windows import Cut, Pieces, build_pieces, last_pieces
from training.series_generator import generate

KERAS_BATCH = 32  # of ``fit`` where none is named, as in the tutorials
HORIZON = 12


def made_cuts(count: int) -> list[Cut]:
    """Return one piece from each of ``count`` made series, the last HORIZON values to be forecast."""
    return last_pieces(generate(count, seed=1), HORIZON, 1)


def race_of_series(steps: int, batch_size: int | None = None) -> Race:
    """Return ``steps`` batches of pieces, from values to a taught network, of our way and of the tutorials'."""
    settings = SETTINGS[NETWORK]
    settings = settings._replace(batch_size=batch_size or settings.batch_size)
    cuts = made_cuts(steps * settings.batch_size)
    ours, plain = members_of(build_combiner()), members_of(build_combiner())
    ours.compile(build_optimizer(settings, steps), loss=pinball, jit_compile=False)
    plain.compile("adam", pinball)
    ways = {
        OURS: partial(_teach, ours, cuts, settings.batch_size),
        TUTORIALS: partial(_teach_one_by_one, plain, cuts),
    }
    return Race(f"{NETWORK}, batch {settings.batch_size}", "pieces", len(cuts), ways)


def _teach(model: keras.Model, cuts: list[Cut], batch_size: int) -> None:
    """Describe all series together, and fit in large batches."""
    _fit(model, build_pieces(cuts, np.random.default_rng(1), HORIZON), batch_size)


def _teach_one_by_one(model: keras.Model, cuts: list[Cut]) -> None:
    """Describe series after series, and fit as Keras does where nothing is said."""
    random = np.random.default_rng(1)
    alone = [build_pieces([cut], random, HORIZON) for cut in cuts]
    _fit(model, Pieces(*(np.concatenate(arrays) for arrays in zip(*alone, strict=True))), KERAS_BATCH)


def _fit(model: keras.Model, pieces: Pieces, batch_size: int) -> None:
    inputs, target, weight = as_inputs(pieces)
    model.fit(inputs, target, sample_weight=weight, batch_size=batch_size, verbose=0)
