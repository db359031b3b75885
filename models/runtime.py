"""The device, the loaded networks and their compiled calls. The only place that imports Keras late.

A network is loaded once, however many ask at once, in a thread of its own; whoever asks before it is
ready waits. Where the Hub was asked for, the folder on disk answers until the Hub's has arrived, has been
checked, and is swapped in.
"""

import importlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models import store

READY_TIMEOUT = 30.0  # seconds a call waits for its network to be loaded
TURN_TIMEOUT = 10.0  # seconds a call waits for its turn
SIMULTANEOUS = 2  # calls of one network at a time
HUB_TIMEOUT = 60.0  # seconds for one try to get a folder from the Hub
HUB_FIRST_PAUSE = 5.0  # seconds until the second try; doubled after each
HUB_LONGEST_PAUSE = 600.0

_log = logging.getLogger(__name__)


class NotReady(Exception):
    """The network is still being loaded."""


class Busy(Exception):
    """Too many others are using this network."""


class Unavailable(Exception):
    """The network's folder is missing or broken; the log says how."""


Output = np.ndarray | tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Answer:
    """What a network gave.

    output: float32 [batch, ...]; a tuple of such arrays where the network has several outputs.
    milliseconds: time in the network.
    folder: what answered.
    """

    output: Output
    milliseconds: float
    folder: store.Folder


@dataclass(frozen=True)
class _Loaded:
    """A folder and its parts: name -> compiled call."""

    folder: store.Folder
    functions: dict[str, Callable[..., Output]]


@dataclass
class _Slot:
    """The place of one network in the cache."""

    task: str
    network: str
    ready: threading.Event = field(default_factory=threading.Event)
    turns: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(SIMULTANEOUS))
    loaded: _Loaded | None = None


class _Cache:
    """The load cache: where folders come from, and the networks loaded from there."""

    def __init__(
        self, root: Path = store.PRETRAINED, hub: store.Hub | None = None, added: tuple[store.Folder, ...] = ()
    ):
        self.root = root
        self.hub = hub
        self.added = {(folder.task, folder.network): folder for folder in added}
        self.slots: dict[tuple[str, str], _Slot] = {}
        self.lock = threading.Lock()
        self.running = 0
        self.last_answer = 0.0  # on the monotonic clock
        self.loading = threading.Lock()  # one at a time: loading is work for all cores
        self.replaced = threading.Event()  # by another cache: then the Hub is no longer followed

    def slot(self, task: str, network: str) -> _Slot:
        """Return the network's slot; the first to ask starts its loading."""
        with self.lock:
            slot = self.slots.get((task, network))
            if slot is None:
                slot = self.slots[task, network] = _Slot(task, network)
                threading.Thread(target=self._fill, args=(slot,), daemon=True).start()
            return slot

    def find(self, task: str, network: str) -> store.Folder:
        """Return the network's folder on disk.

        Raises:
            store.BrokenFolder: there is none.
        """
        return self.added.get((task, network)) or store.read(task, network, self.root)

    def _fill(self, slot: _Slot) -> None:
        try:
            folder = self.find(slot.task, slot.network)
            store.check(folder)
            slot.loaded = self._open(folder)
        except Exception as error:  # whatever it is, waiting visitors must be told
            _log.error("%s-%s cannot be loaded: %s", slot.task, slot.network, error)
        finally:
            slot.ready.set()
        if self.hub and (slot.task, slot.network) not in self.added:
            threading.Thread(target=self._follow_hub, args=(slot, self.hub), daemon=True).start()

    def _open(self, folder: store.Folder) -> _Loaded:
        """Load a folder whose files were checked: by ``_fill``, or by ``store.fetch``."""
        with self.loading:
            return _Loaded(folder, _load(folder))

    def _follow_hub(self, slot: _Slot, hub: store.Hub) -> None:
        """Swap the Hub's folder in as soon as it can be had; until then note why it is not there."""
        pause = HUB_FIRST_PAUSE
        while not self.replaced.is_set():
            try:
                slot.loaded = self._open(_within(HUB_TIMEOUT, lambda: store.fetch(hub, slot.task, slot.network)))
                return
            except store.HubProblem as error:
                problem = error.problem
            except Exception as error:  # whatever it is, visitors must be told
                problem = "broken"
                _log.error("%s-%s from the Hub cannot be used: %s", slot.task, slot.network, error)
            _log.warning("%s-%s from the Hub: %s; the folder on disk answers", slot.task, slot.network, problem)
            if slot.loaded:
                slot.loaded = _Loaded(store.with_problem(slot.loaded.folder, problem), slot.loaded.functions)
            temporary = problem in ("unreachable", "slow")
            self.replaced.wait(pause if temporary else HUB_LONGEST_PAUSE)
            pause = min(2 * pause, HUB_LONGEST_PAUSE)


_cache = _Cache()


def configure(root: Path | None = None, hub: store.Hub | None = None, added: tuple[store.Folder, ...] = ()) -> None:
    """Say where model folders come from, before the first is asked for; forgets what was loaded.

    ``added`` are the folders of networks that are shown beside ours.
    """
    global _cache
    _cache.replaced.set()
    _cache = _Cache(root or store.PRETRAINED, hub, added)


def added(task: str) -> dict[str, store.Folder]:
    """Return the networks that were added to a task's own: name -> folder, in the order they were added."""
    return {network: folder for (its_task, network), folder in _cache.added.items() if its_task == task}


def warm(tasks: dict[str, tuple[str, ...]]) -> None:
    """Begin to load networks in the background: task -> names, in the order they will be wanted."""
    for task, networks in tasks.items():
        for network in networks:
            _cache.slot(task, network)


def call(task: str, network: str, *inputs: np.ndarray, part: str = "model") -> Answer:
    """Run a network, loading it first if need be.

    Args:
        task: the task's stem.
        network: one of the task's networks.
        inputs: an array [batch, ...] for each input of the network, cast to that input's dtype.
        part: which of the folder's Keras files, without ".keras".

    Raises:
        KeyError: the folder has no such part.
        NotReady, Busy, Unavailable: no answer can be given now.
    """
    slot = _cache.slot(task, network)
    if not slot.ready.wait(READY_TIMEOUT):
        raise NotReady(f"{task}-{network}")
    loaded = slot.loaded
    if loaded is None:
        raise Unavailable(f"{task}-{network}")
    function = loaded.functions[part]
    with _turn(slot):
        started = time.perf_counter()
        output = function(*inputs)
        milliseconds = (time.perf_counter() - started) * 1000
    return Answer(output, milliseconds, loaded.folder)


def folder(task: str, network: str) -> store.Folder:
    """Return the folder that would answer now; the one on disk while the network is being loaded.

    Raises:
        store.BrokenFolder: there is none.
    """
    slot = _cache.slots.get((task, network))
    loaded = slot.loaded if slot else None
    return loaded.folder if loaded else _cache.find(task, network)


def is_ready(task: str, network: str) -> bool:
    """Tell whether a call would be answered at once."""
    slot = _cache.slots.get((task, network))
    return bool(slot and slot.loaded)


def is_idle(for_seconds: float) -> bool:
    """Tell whether no network has been at work for that long."""
    return not _cache.running and time.monotonic() - _cache.last_answer >= for_seconds


@contextmanager
def _turn(slot: _Slot) -> Iterator[None]:
    """Hold one of the network's few turns.

    The queue's own limit is not enough: a cancelled call frees its place there while it still computes.
    """
    if not slot.turns.acquire(timeout=TURN_TIMEOUT):
        raise Busy(f"{slot.task}-{slot.network}")
    with _cache.lock:
        _cache.running += 1
    try:
        yield
    finally:
        slot.turns.release()
        with _cache.lock:
            _cache.running -= 1
            _cache.last_answer = time.monotonic()


def _within(seconds: float, work: Callable[[], store.Folder]) -> store.Folder:
    """Return what ``work`` returns, or give up waiting: a hung server holds the Hub client for minutes."""
    outcome: list[store.Folder | Exception] = []

    def run() -> None:
        try:
            outcome.append(work())
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise store.HubProblem("slow", f"no answer within {seconds:.0f} s")
    if isinstance(outcome[0], (store.HubProblem, store.BrokenFolder)):
        raise outcome[0]
    if isinstance(outcome[0], Exception):
        raise store.HubProblem("unreachable", repr(outcome[0])) from outcome[0]
    return outcome[0]


@cache
def device() -> str:
    """Return "CPU", or "GPU" with its name; decides once how memory is taken."""
    import tensorflow

    gpus = tensorflow.config.list_physical_devices("GPU")
    for gpu in gpus:
        tensorflow.config.experimental.set_memory_growth(gpu, True)
    if not gpus:
        return "CPU"
    name = tensorflow.config.experimental.get_device_details(gpus[0]).get("device_name", "")
    return f"GPU {name}".strip()


def _load(folder: store.Folder) -> dict[str, Callable[..., Output]]:
    """Load, compile and warm every part of a network, and compare the known answers.

    Raises:
        store.BrokenFolder: it cannot be loaded or answers otherwise than when it was measured.
    """
    device()
    import keras

    importlib.import_module(f"models.networks.{folder.task}")  # registers the task's own layers
    try:
        models = {
            part: keras.saving.load_model(folder.path / f"{part}.keras", compile=False, safe_mode=True)
            for part in store.parts(folder)
        }
    except Exception as error:  # Keras raises anything from KeyError to UnboundLocalError here
        raise store.BrokenFolder(f"{folder.path}: Keras cannot load it ({error!r}).") from error
    parameters = sum(model.count_params() for model in models.values())
    if parameters != folder.metrics["parameters"]:
        raise store.BrokenFolder(f"{folder.path}: the network has {parameters} parameters.")
    functions = {part: compiled(model) for part, model in models.items()}
    for part, function in functions.items():
        _check_known_answer(folder, part, function)
    return functions


class Examined(NamedTuple):
    """What a network is: the shapes that it takes and gives, without the batch; its size; its compiled call."""

    input_shapes: tuple[tuple[int | None, ...], ...]
    output_shapes: tuple[tuple[int | None, ...], ...]
    parameters: int
    layers: list[dict[str, Any]]
    function: Callable[..., Output]


def examine(file: Path) -> Examined:
    """Load a Keras file in safe mode, without any layers but those of Keras.

    Raises:
        store.BrokenFolder: it cannot be loaded.
    """
    device()
    import keras

    try:
        model = keras.saving.load_model(file, compile=False, safe_mode=True)
        return Examined(
            tuple(tuple(tensor.shape[1:]) for tensor in model.inputs),
            tuple(tuple(tensor.shape[1:]) for tensor in model.outputs),
            model.count_params(),
            layer_table("model", model),
            compiled(model),
        )
    except Exception as error:  # Keras raises anything from KeyError to UnboundLocalError here
        raise store.BrokenFolder(f"Keras cannot load {file.name} ({type(error).__name__}).") from error


def layer_table(part: str, model) -> list[dict[str, Any]]:  # noqa: ANN001 - Keras is not imported yet
    """Return part, name, type, output shape (without the batch) and parameters of every layer."""
    return [
        {
            "part": part,
            "name": layer.name,
            "type": type(layer).__name__,
            "output": _output_shape(layer),
            "parameters": layer.count_params(),
        }
        for layer in model.layers
    ]


def _output_shape(layer) -> list[int | None]:  # noqa: ANN001 - Keras is not imported yet
    """The shape without the batch; of the first output where there are several."""
    output = layer.output[0] if isinstance(layer.output, list | tuple) else layer.output
    return list(output.shape[1:])


def compiled(model) -> Callable[..., Output]:  # noqa: ANN001 - Keras is not imported yet
    """Return the model as one compiled function of its inputs, for a batch of any size."""
    import tensorflow

    signature = [tensorflow.TensorSpec([None, *tensor.shape[1:]], tensor.dtype) for tensor in model.inputs]

    @tensorflow.function(input_signature=signature)
    def function(*batch):  # noqa: ANN002, ANN202 - tensors
        return model(batch if len(batch) > 1 else batch[0], training=False)

    def run(*inputs: np.ndarray) -> Output:
        tensors = [tensorflow.constant(array, spec.dtype) for array, spec in zip(inputs, signature, strict=True)]
        output = function(*tensors)
        return tuple(each.numpy() for each in output) if isinstance(output, list | tuple) else output.numpy()

    return run


def _check_known_answer(folder: store.Folder, part: str, function: Callable[..., Output]) -> None:
    try:
        known = folder.metrics["known"][part]
        found = function(*map(np.asarray, known["inputs"]))
        found = found if isinstance(found, tuple) else (found,)
        pairs = zip(found, known["outputs"], strict=True)
        difference = float(np.max([np.abs(output - np.asarray(expected)).max() for output, expected in pairs]))
    except Exception as error:  # a wrong shape surfaces as any of several TensorFlow errors
        raise store.BrokenFolder(f"{folder.path}: the known input of {part} cannot be run ({error!r}).") from error
    if not difference <= known["tolerance"]:  # also refuses NaN
        raise store.BrokenFolder(f"{folder.path}: the known answer of {part} is off by {difference:.3g}.")
