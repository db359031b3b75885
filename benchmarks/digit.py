"""Time one digit through each network: the hub's compiled call beside Keras' own ways to get the answer.

    python -m benchmarks.digit [--repeats 200]

Prints the median milliseconds and the 95th percentile, all measured in turns in this one run.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from models import digit, runtime, store

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def drawing() -> Image.Image:
    """Return a seven on a pad of 280x280 pixels."""
    pad = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(pad).line([(80, 70), (195, 70), (120, 220)], fill=0, width=20, joint="curve")
    return pad


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def compare(ways: dict[str, Callable[[], object]], repeats: int) -> dict[str, tuple[float, float]]:
    """Return median and 95th percentile of each way, the ways taking turns so that noise meets all alike."""
    for work in ways.values():
        work()
    times = {name: [] for name in ways}
    for _repeat in range(repeats):
        for name, work in ways.items():
            times[name].append(milliseconds(work))
    return {name: (float(np.median(values)), float(np.quantile(values, 0.95))) for name, values in times.items()}


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=200, help="calls of each way (default: %(default)s)")
    repeats = parser.parse_args().repeats
    pad = drawing()
    batch = digit.preprocess(pad).astype(np.float32)[np.newaxis, ..., np.newaxis]
    print(
        f"{os.cpu_count()} cores ({platform.machine()}), device {runtime.device()}, {repeats} calls, ms: median (p95)"
    )
    median, slow = compare({"preprocess": lambda: digit.preprocess(pad)}, repeats)["preprocess"]
    print(f"{'preprocess a 280x280 drawing':<30}{median:>8.2f} ({slow:.2f})")
    for network in digit.NETWORKS:
        for name, (median, slow) in compare(_ways(network, batch), repeats).items():
            print(f"{network + ': ' + name:<30}{median:>8.2f} ({slow:.2f})")
    return 0


def _ways(network: str, batch: np.ndarray) -> dict[str, Callable[[], object]]:
    import keras

    folder = store.read(digit.TASK, network)
    model = keras.models.load_model(folder.path / "model.keras", compile=False)
    return {
        "the hub's call": lambda: runtime.call(digit.TASK, network, batch),
        "model(x)": lambda: model(batch, training=False),
        "model.predict_on_batch": lambda: model.predict_on_batch(batch),
        "model.predict": lambda: model.predict(batch, verbose=0),
    }


if __name__ == "__main__":
    raise SystemExit(main())
