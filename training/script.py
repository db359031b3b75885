"""What every training script does once its flags are read: train and push, or measure again."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models import store
from models.measures import MEASURES, written
from training import push, run
from training.data import DataError

# How far a figure that is measured again may lie from the stated one.
TOLERANCE = 0.0005


class Script(NamedTuple):
    """What one task's script adds.

    settings: network -> its hyperparameters, with a field ``epochs``.
    load_data: data folder -> whatever the next two take.
    produce: (network, data, settings, flags) -> the folder that was trained, measured and written.
    measure_again: (network, data, root) -> whether the finished folder agrees with its metrics.
    renew: (network, data, root) -> the finished folder, its figures measured and written anew; None where the
        script cannot.
    """

    task: str
    settings: dict[str, Any]
    load_data: Callable[[Path], Any]
    produce: Callable[[str, Any, Any, argparse.Namespace], Path]
    measure_again: Callable[[str, Any, Path], bool]
    renew: Callable[[str, Any, Path], Path] | None = None


def follow(script: Script, flags: argparse.Namespace) -> int:
    """Train or measure as the flags say; return the exit status. Known faults end in one sentence."""
    try:
        if flags.push_to and not flags.evaluate:
            push.check_access(flags.push_to)
        data = script.load_data(flags.data)
        if flags.evaluate:
            agreements = [script.measure_again(name, data, flags.output) for name in flags.networks]
            return 0 if all(agreements) else 1
        if flags.measure:
            if script.renew is None:
                sys.exit(f"training.{script.task} writes its figures when it trains; --evaluate compares them.")
            for name in flags.networks:
                _tell(script.renew(name, data, flags.output))
            return 0
        folders = [_produce(script, network, data, flags) for network in flags.networks]
        if flags.push_to:
            _push(folders, flags.push_to)
    except (DataError, store.BrokenFolder, push.PushError) as error:
        run.stop_on(error)
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from the last finished epoch.")
        return 130
    return 0


def _produce(script: Script, network: str, data: Any, flags: argparse.Namespace) -> Path:
    """Train one network, saying when it begins and what it reached."""
    settings = script.settings[network]
    settings = settings._replace(epochs=flags.epochs or settings.epochs)
    print(f"{time.strftime('%H:%M')} {script.task}-{network}: up to {settings.epochs} epochs", flush=True)
    folder = script.produce(network, data, settings, flags)
    _tell(folder)
    return folder


def _push(folders: list[Path], owner: str) -> None:
    """Push what was trained; where that fails say how to do it later, without training again."""
    try:
        push.push_folders(folders, owner)
    except push.PushError as error:
        command = f"python -m training.push {' '.join(map(str, folders))} --to {owner}"
        raise push.PushError(f"{error}\nWhat was trained is kept. To push it later: {command}") from error


def _tell(folder: Path) -> None:
    """Print what a finished folder's network reaches."""
    result = json.loads((folder / store.METRICS).read_text(encoding="utf-8"))["result"]
    reached = f"{MEASURES[result['metric']].name} {written(result['metric'], result['value'])}"
    print(f"{folder}: {reached} on the test part", flush=True)


def agree(name: str, found: dict[str, Any], stated: dict[str, Any], tolerance: float = TOLERANCE) -> bool:
    """Compare what was measured again with the metrics, figure by figure; print each and tell whether all agree.

    Args:
        name: of the folder, for what is printed.
        found: the new figures: ``result``, and ``measured`` where there are any.
        stated: the folder's metrics.
        tolerance: how far a figure may lie from the stated one.
    """
    missing = {"metric": "accuracy", "value": np.nan}
    pairs = zip_longest(_figures(found), _figures(stated), fillvalue=missing)
    agreements = [agrees(name, _title(new), new["value"], old["value"], tolerance) for new, old in pairs]
    return all(agreements)


def _figures(metrics: dict[str, Any]) -> list[dict[str, Any]]:
    return [metrics["result"], *metrics.get("measured", [])]


def _title(figure: dict[str, Any]) -> str:
    measure = MEASURES[figure["metric"]].name
    return f"{measure} on {figure['name']}" if "name" in figure else measure


def agrees(name: str, figure: str, found: float, stated: float, tolerance: float = TOLERANCE) -> bool:
    """Print one figure beside what the metrics say; tell whether they are the same but for ``tolerance``."""
    is_same = abs(found - stated) < tolerance
    verdict = "agrees" if is_same else "DIFFERS"
    print(f"{name}: {figure} {found:.4f}, its metrics say {stated:.4f}: {verdict}")
    return is_same
