"""Time the start of the hub, with one tab and with all, and weigh it with all networks loaded.

    python -m benchmarks.start [--repeats 3]

Each start is a process of its own; the two kinds take turns. Prints seconds from the start of Python until the page
has been served, seconds until every network is loaded, and the resident memory then.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

MEASURE = "import sys, benchmarks.start as start; start.measure(sys.argv[1:])"


def measure(flags: list[str]) -> None:
    """Start the hub in this process, and print what is asked for as JSON."""
    started = time.perf_counter()
    import app
    from models import runtime

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    app.own_temporary_folder()
    parsed = app.parse_flags(flags)
    address = app.serve(parsed, app.Phase())
    with build_opener(ProxyHandler({})).open(address) as answer:
        answer.read()
    served = time.perf_counter() - started
    demos = {app.task_of(demo): demo for demo in app.DEMOS}
    wanted = [(name, network) for name in parsed.demos for network in demos[name].NETWORKS]
    while not all(runtime.is_ready(*each) for each in wanted):
        time.sleep(0.05)
    loaded = time.perf_counter() - started
    print(json.dumps({"served": served, "loaded": loaded, "networks": len(wanted), "megabytes": resident_megabytes()}))
    sys.stdout.flush()
    os._exit(0)  # the server's threads would be waited for


def resident_megabytes() -> float:
    """Return the memory that this process holds now; on macOS the most that it ever held."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def start_once(flags: list[str]) -> dict[str, Any]:
    """Return what a process of its own measures."""
    command = [sys.executable, "-c", MEASURE, *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own flags
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    """Print one line for each kind of start."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="starts of each kind (default: %(default)s)")
    repeats = parser.parse_args().repeats
    kinds = {"one tab": ["--demos", "digit"], "all tabs": []}
    found = {name: [] for name in kinds}
    for _repeat in range(repeats):
        for name, flags in kinds.items():
            found[name].append(start_once(flags))
    print(f"{os.cpu_count()} cores ({platform.machine()}), median of {repeats} starts")
    for name, starts in found.items():
        served, loaded, megabytes = (
            statistics.median(each[key] for each in starts) for key in ("served", "loaded", "megabytes")
        )
        networks = starts[0]["networks"]
        print(f"{name}: page after {served:.1f} s; {networks} networks after {loaded:.1f} s, {megabytes:.0f} MB then")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
