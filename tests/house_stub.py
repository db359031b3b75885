"""A house network that answers by a rule, so that what is around it can be tested by hand and without Keras."""

import json
import math

import numpy as np

from models import house, runtime, store
from tests.training.made_sales import made_sales
from training.house_statistics import build_statistics

MARGINS = {"prices": [13.0], "80": [[-0.2], [0.2]], "95": [[-0.4], [0.4]]}
COMMON = {
    "limits": "A. B.",
    "parameters": 1234,
    "dataset": {"name": "made sales", "train": 400, "test": 80},
    "result": {"metric": "r2", "value": 0.9, "interval95": [0.88, 0.92]},
    "baseline": {"name": "Boosting", "short": "Boosting", "value": 0.89},
    "form": {"r2": 0.88},
    "curve": {"column": "val_r2", "metric": "r2"},
    "layers": [],
}


def log_price(features):
    """10 + half the log of the living area + a tenth of the grade + 0.3 at the water: float64 [n]."""
    column = dict(zip(house.FEATURES, np.asarray(features, np.float64).T, strict=True))
    return 10 + 0.5 * np.log(column["living_area"]) + 0.1 * column["grade"] + 0.3 * column["waterfront"]


def price(described):
    """What the rule says of a house, in dollars."""
    return math.exp(log_price(house.preprocess([described], statistics()))[0])


def statistics():
    return build_statistics(made_sales()) | {"intervals": {"form": MARGINS, "details": MARGINS}}


def install(monkeypatch, folder, output=None):
    """Let both networks answer by the rule, or by ``output`` of the features; return what was called."""
    calls = []
    for network in house.NETWORKS:
        place = folder / f"house-{network}"
        place.mkdir()
        (place / house.STATISTICS).write_text(json.dumps(statistics()))
        (place / store.HISTORY).write_text("epoch,loss,val_loss,val_r2,seconds\n0,1.0,1.1,0.5,1\n1,0.5,0.6,0.8,1\n")

    def find(task, network):
        return store.Folder(folder / f"house-{network}", task, network, COMMON | {"network": network}, "local")

    def call(task, network, features):
        calls.append((network, len(features)))
        logs = (output or log_price)(features)
        ends = [logs, logs - 0.3, logs - 0.1, logs + 0.1, logs + 0.3]
        given = np.stack(ends if network == "tabm" else ends[:1], axis=1).astype(np.float32)
        return runtime.Answer(given, 1.5, find(task, network))

    monkeypatch.setattr(runtime, "folder", find)
    monkeypatch.setattr(runtime, "call", call)
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: True)
    monkeypatch.setattr(runtime, "device", lambda: "CPU")
    return calls
