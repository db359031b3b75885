"""Time the start of the hub, with one tab and with all, and weigh it with all networks loaded.

    python -m benchmarks.start [--repeats 3]

Each start is ``python app.py`` in a process of its own; the two kinds take turns. Prints seconds from the command
until the page has been served, seconds until ``/readyz`` says that every network has answered, and the resident
memory then (Linux only).
"""

import argparse
import os
import platform
import statistics
import time
from dataclasses import dataclass

import httpx

from benchmarks.hub import megabytes, running_hub

KINDS = {"one tab": ("--demos", "digit"), "all tabs": ()}
POLL_SECONDS = 0.05
WAIT_SECONDS = 300


@dataclass(frozen=True)
class Start:
    """One start. served, ready: seconds after the command. networks: how many. megabytes: resident when ready."""

    served: float
    ready: float
    networks: int
    megabytes: float


def start_once(flags: tuple[str, ...]) -> Start:
    """Start a hub with ``flags``, wait until it is ready, and stop it.

    Raises:
        TimeoutError: it is not ready within WAIT_SECONDS.
    """
    started = time.perf_counter()
    with running_hub(*flags) as (address, process), httpx.Client(base_url=address, trust_env=False) as http:
        _wait_for(http, "/?lang=en", started)
        served = time.perf_counter() - started
        report = _wait_for(http, "/readyz", started).json()
        ready = time.perf_counter() - started
        return Start(served, ready, len(report["models"]), megabytes(process, "VmRSS"))


def _wait_for(http: httpx.Client, path: str, started: float) -> httpx.Response:
    """Ask until the answer is 200."""
    while time.perf_counter() - started < WAIT_SECONDS:
        try:
            answer = http.get(path)
        except httpx.TransportError:
            answer = None
        if answer and answer.status_code == httpx.codes.OK:
            return answer
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"The hub did not answer {path} within {WAIT_SECONDS} s.")


def line(name: str, starts: list[Start]) -> str:
    """Return the medians of some starts of one kind."""
    served, ready, weight = (
        statistics.median(getattr(each, key) for each in starts) for key in ("served", "ready", "megabytes")
    )
    return f"{name}: page after {served:.1f} s; {starts[0].networks} networks after {ready:.1f} s, {weight:.0f} MB then"


def main(argv: list[str] | None = None) -> int:
    """Print one line for each kind of start."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="starts of each kind (default: %(default)s)")
    repeats = parser.parse_args(argv).repeats
    found: dict[str, list[Start]] = {name: [] for name in KINDS}
    for _repeat in range(repeats):
        for name, flags in KINDS.items():
            found[name].append(start_once(flags))
    print(f"{os.cpu_count()} cores ({platform.machine()}), median of {repeats} starts")
    for name, starts in found.items():
        print(line(name, starts))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
