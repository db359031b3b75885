"""A hub in a process of its own, for the benchmarks: ``python app.py``, as anybody starts it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent


@contextmanager
def running_hub(*flags: str) -> Iterator[tuple[str, int]]:
    """Start a hub with ``flags``; give its address and process id at once, before it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "app.py", "--port", str(port), *flags]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet) as process:  # noqa: S603 - our own flags
        try:
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


def megabytes(process: int, name: str) -> float:
    """Return what Linux says of a process's memory: "VmRSS" now, "VmHWM" at its peak; NaN elsewhere."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.is_file() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), float("nan"))
