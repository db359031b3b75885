"""The race of our training loop for house prices beside the plain float32 ``fit`` of the same network."""

from functools import partial

import keras
import numpy as np

from benchmarks.race import OURS, PLAIN, Race
from models import house
from models.networks.house import NETWORKS, Sales, adapt
from models.networks.house_places import MIDDLE
from training.house import SETTINGS
from training.house_learning import build_trainee

SALES = 15_000  # about as many as ``training.house`` learns from


def race_of_houses(steps: int) -> Race:
    """Return ``steps`` batches of ``training.house`` for ``tabm``, and of the plain float32 ``fit``."""
    settings = SETTINGS["tabm"]
    sales = made_sales(SALES)
    keras.config.set_dtype_policy("float32")
    model, plain = NETWORKS["tabm"](), NETWORKS["tabm"]()
    inputs, log_prices = adapt(model, sales)
    adapt(plain, sales)
    ours = build_trainee(model, settings, len(inputs))
    plain.compile("adam", lambda prices, answers: keras.ops.square(prices - answers[:, :1]))
    count = steps * settings.batch_size
    features = np.concatenate([sales.details, sales.form])
    ways = {
        OURS: partial(ours.fit, inputs[:count], log_prices[:count], batch_size=settings.batch_size, verbose=0),
        PLAIN: partial(plain.fit, features[:count], log_prices[:count], batch_size=settings.batch_size, verbose=0),
    }
    return Race(f"house-tabm, batch {settings.batch_size}", "sales", count, ways)


def made_sales(count: int) -> Sales:
    """Return sales of random houses around the county's middle."""
    random = np.random.default_rng(1)
    details = random.uniform(1, 100, (count, len(house.FEATURES))).astype(np.float32)
    for name, middle in MIDDLE.items():
        details[:, house.FEATURES.index(name)] = middle + random.normal(0, 0.1, count)
    details[:, house.FEATURES.index("is_detailed")] = 1
    form = details.copy()
    form[:, house.FEATURES.index("is_detailed")] = 0
    for name, middle in MIDDLE.items():
        form[:, house.FEATURES.index(name)] = middle
    return Sales(details, form, random.normal(13, 0.5, count), np.arange(count))
