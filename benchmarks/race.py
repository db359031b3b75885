"""A race between two training loops: ours, and the one that the tutorials use."""

from typing import NamedTuple

from benchmarks.answers import Ways, compare

OURS, TUTORIALS, PLAIN = "ours", "the tutorials'", "plain float32 fit"


class Race(NamedTuple):
    """Two loops over the same work: each call of a way does ``amount`` of ``unit``."""

    name: str
    unit: str
    amount: int
    ways: Ways


def run_race(race: Race, turns: int) -> dict[str, float]:
    """Let both loops take turns; return the median of each, in units a second."""
    return {name: race.amount * 1000 / median for name, (median, _slow) in compare(race.ways, turns).items()}


def report(race: Race, found: dict[str, float]) -> str:
    """Return one line: units a second of each loop, and how many times as fast ours is."""
    ours, other = found.values()
    speeds = "  ".join(f"{name} {speed:.3g}" for name, speed in found.items())
    return f"{race.name:<26}{race.unit} a second: {speeds}  ratio {ours / other:.2f}"
