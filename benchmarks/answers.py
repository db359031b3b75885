"""Time one answer of each network: the hub's compiled call beside Keras' own ways to get it.

    python -m benchmarks.answers [--task digit] [--repeats 50]

Prints median milliseconds and 95th percentile for every embedded network, on the known input of its folder; all
ways take turns in this one run.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable

import numpy as np

from models import runtime, store

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

Ways = dict[str, Callable[[], object]]


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def compare(ways: Ways, repeats: int) -> dict[str, tuple[float, float]]:
    """Return median and 95th percentile of each way, the ways taking turns so that noise meets all alike."""
    for work in ways.values():
        work()
    times = {name: [] for name in ways}
    for _repeat in range(repeats):
        for name, work in ways.items():
            times[name].append(milliseconds(work))
    return {name: (float(np.median(values)), float(np.quantile(values, 0.95))) for name, values in times.items()}


def ways_to_answer(folder: store.Folder, part: str) -> Ways:
    """Return the hub's call and Keras' own, for the known input of one part of a network."""
    import keras

    model = keras.models.load_model(folder.path / f"{part}.keras", compile=False)
    inputs = [np.asarray(array, np.float32) for array in folder.metrics["known"][part]["inputs"]]
    batch = inputs if len(inputs) > 1 else inputs[0]
    return {
        "the hub": lambda: runtime.call(folder.task, folder.network, *inputs, part=part),
        "model(x)": lambda: model(batch, training=False),
        "predict_on_batch": lambda: model.predict_on_batch(batch),
        "predict": lambda: model.predict(batch, verbose=0),
    }


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", help="only the networks of this task")
    parser.add_argument("--repeats", type=int, default=50, help="calls of each way (default: %(default)s)")
    flags = parser.parse_args()
    device = runtime.device()
    print(f"{os.cpu_count()} cores ({platform.machine()}), device {device}, {flags.repeats} calls, ms: median (p95)")
    for path in sorted(store.PRETRAINED.glob(f"{flags.task or '*'}-*")):
        task, _, network = path.name.partition("-")
        folder = store.read(task, network)
        for part in store.parts(folder):
            found = compare(ways_to_answer(folder, part), flags.repeats)
            times = "  ".join(f"{name} {median:.2f} ({slow:.2f})" for name, (median, slow) in found.items())
            print(f"{path.name + ' ' + part:<28}{times}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
