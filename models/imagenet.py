"""ResNet50 with ImageNet's 1,000 classes: fetched when somebody asks for it, checked, loaded once.

Network: He, Zhang, Ren, Sun (2015), "Deep Residual Learning for Image Recognition",
https://arxiv.org/abs/1512.03385, as ``keras.applications.ResNet50`` builds it (25,636,712 parameters).
Weights and class names come from the addresses that Keras names and lie where Keras keeps its own, so that a
copy that is there already is used. Nothing is fetched before ``ResNet50.begin``.
"""

import hashlib
import http.client
import json
import logging
import os
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from models import image as pictures
from models import runtime

SIDE = 224
# Mean of blue, green and red over ImageNet's training images, as the weights' authors subtracted it.
MEANS = (103.939, 116.779, 123.68)
TOP = 5

TIMEOUT = 20.0  # seconds without an answer, or without a further byte
LONGEST = 1800.0  # seconds for one file
LARGEST = 128 * 2**20  # bytes of one file
CHUNK = 2**18

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Download:
    """A file that Keras offers: its name, its address and its MD5, as ``keras.applications`` gives them."""

    name: str
    address: str
    md5: str


CLASSES = Download(
    "imagenet_class_index.json",
    "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json",
    "c2c37ea517e94d9795004a39431a14cb",
)
WEIGHTS = Download(
    "resnet50_weights_tf_dim_ordering_tf_kernels.h5",
    "https://storage.googleapis.com/tensorflow/keras-applications/resnet/resnet50_weights_tf_dim_ordering_tf_kernels.h5",
    "2cb95161c43110f7111970584f804107",
)

Problem = Literal["unreachable", "damaged", "disk", "broken"]
Report = Callable[[int, int], None]


class NotFetched(Exception):
    """A file cannot be had: the address is ``unreachable``, the file ``damaged``, the ``disk`` refuses it."""

    def __init__(self, problem: Problem, detail: object) -> None:
        super().__init__(f"{problem}: {detail}")
        self.problem = problem


@dataclass(frozen=True)
class State:
    """How far the network is.

    phase: "absent", "fetching", "loading", "ready" or "failed".
    done, total: bytes of the present file that have come, and of all; total is 0 where the server does not say.
    problem: why it failed.
    """

    phase: Literal["absent", "fetching", "loading", "ready", "failed"] = "absent"
    done: int = 0
    total: int = 0
    problem: Problem | None = None


@dataclass(frozen=True)
class Reading:
    """The five likeliest classes.

    probabilities: English class name -> probability 0..1, the likeliest first.
    milliseconds: time in the network alone.
    """

    probabilities: dict[str, float]
    milliseconds: float


Network = Callable[[np.ndarray], np.ndarray]  # float32 [batch, 224, 224, 3] -> float32 [batch, classes]


class ResNet50:
    """The network's place in the hub: empty until ``begin``, filled in the background, then ready for all.

    Args:
        folder: where the files lie or will lie; Keras' own folder where it is left out.
        classes, weights: the two files.
        build: makes the network from the path of the weights.
    """

    def __init__(
        self,
        folder: Path | None = None,
        classes: Download = CLASSES,
        weights: Download = WEIGHTS,
        build: Callable[[Path], Network] | None = None,
    ) -> None:
        self.folder = folder
        self.classes = classes
        self.weights = weights
        self.build = build or build_network
        self.state = State()
        self.turns = threading.BoundedSemaphore(runtime.SIMULTANEOUS)
        self._lock = threading.Lock()
        self._loaded: tuple[Network, tuple[str, ...]] | None = None

    def begin(self) -> State:
        """Start to fetch and load in the background, unless that is going on or done; return how far it is."""
        with self._lock:
            if self.state.phase in ("absent", "failed"):
                self.state = State("fetching")
                threading.Thread(target=self._prepare, daemon=True).start()
            return self.state

    def predict(self, pixels: np.ndarray) -> Reading:
        """Name what ``preprocess`` made (float32 [224, 224, 3]).

        Raises:
            runtime.NotReady: it is not loaded.
            runtime.Busy: too many others ask.
        """
        if self._loaded is None:
            raise runtime.NotReady("ResNet50")
        network, names = self._loaded
        if not self.turns.acquire(timeout=runtime.TURN_TIMEOUT):
            raise runtime.Busy("ResNet50")
        try:
            started = time.perf_counter()
            probabilities = network(pixels[np.newaxis])[0]
            milliseconds = (time.perf_counter() - started) * 1000
        finally:
            self.turns.release()
        best = np.argsort(probabilities)[::-1][:TOP]
        return Reading({names[index]: float(probabilities[index]) for index in best}, milliseconds)

    def _prepare(self) -> None:
        try:
            folder = self.folder or keras_folder()
            names = class_names(fetch(self.classes, folder, self._report))
            weights = fetch(self.weights, folder, self._report)
            self.state = State("loading")
            self._loaded = self.build(weights), names
            self.state = State("ready")
        except NotFetched as error:
            _log.warning("ResNet50 cannot be fetched: %s", error)
            self.state = State("failed", problem=error.problem)
        except Exception as error:  # whatever it is, waiting visitors must be told
            _log.error("ResNet50 cannot be loaded: %s", error)
            self.state = State("failed", problem="broken")

    def _report(self, done: int, total: int) -> None:
        self.state = State("fetching", done, total)


def preprocess(image: Image.Image, crop: pictures.Crop) -> np.ndarray:
    """Turn a square part of any picture into what ResNet50 was trained on.

    Returns:
        float32 [224, 224, 3]: blue, green and red 0..255, less the means of ImageNet.
    """
    red_green_blue = pictures.cut(image, crop, SIDE)
    return red_green_blue[..., ::-1].astype(np.float32) - np.float32(MEANS)


def keras_folder() -> Path:
    """Return the folder in which Keras keeps downloaded weights."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "models"


def fetch(download: Download, folder: Path, report: Report) -> Path:
    """Return the path of a file, downloading it where it is not there or not whole.

    Args:
        download: which file.
        folder: where it lies or will lie.
        report: told the bytes that have come and the bytes of all, again and again.

    Raises:
        NotFetched: it cannot be had.
    """
    path = folder / download.name
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        if path.is_file() and hashlib.md5(path.read_bytes()).hexdigest() == download.md5:
            return path
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            received = _receive(download.address, file.write, report)
        if received != download.md5:
            raise NotFetched("damaged", f"{download.address} has MD5 {received}")
        part.replace(path)
    except OSError as error:
        raise NotFetched("disk", error) from error
    finally:
        with suppress(OSError):
            part.unlink()
    return path


def _receive(address: str, write: Callable[[bytes], object], report: Report) -> str:
    """Pass on what lies at an address, piece by piece; return its MD5.

    Raises:
        NotFetched: it does not come, or too much of it.
        OSError: it cannot be written.
    """
    digest, done, deadline = hashlib.md5(), 0, time.monotonic() + LONGEST
    for chunk, total in _pieces(address):
        done += len(chunk)
        if done > LARGEST:
            raise NotFetched("damaged", f"{address} is larger than {LARGEST} bytes")
        if time.monotonic() > deadline:
            raise NotFetched("unreachable", f"{address} took longer than {LONGEST:.0f} s")
        write(chunk)
        digest.update(chunk)
        report(done, total)
    return digest.hexdigest()


def _pieces(address: str) -> Iterator[tuple[bytes, int]]:
    """Yield what lies at an address, each piece with the length of all, 0 where that is not known."""
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT) as response:  # noqa: S310 - one of ours
            total = int(response.headers.get("Content-Length") or 0)
            while chunk := response.read1(CHUNK):  # what has come so far, so that progress is seen
                yield chunk, total
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NotFetched("unreachable", f"{address}: {error}") from error


def class_names(path: Path) -> tuple[str, ...]:
    """Return the names of the classes, in the order of the network's output, from Keras' index of them.

    A name that two classes share (a crane is a bird and a machine) is followed by its WordNet number.
    """
    index = json.loads(path.read_text(encoding="utf-8"))  # {"0": ["n01440764", "tench"], ...}
    entries = [(number, name.replace("_", " ")) for number, name in (index[str(place)] for place in range(len(index)))]
    counts = Counter(name for _number, name in entries)
    return tuple(name if counts[name] == 1 else f"{name} ({number})" for number, name in entries)


def build_network(weights: Path) -> Network:
    """Build ResNet50 with these weights and compile it."""
    runtime.device()
    import keras
    import tensorflow

    model = keras.applications.ResNet50(weights=str(weights))
    signature = [tensorflow.TensorSpec([None, SIDE, SIDE, 3], tensorflow.float32)]
    function = tensorflow.function(lambda batch: model(batch, training=False), input_signature=signature)

    def run(batch: np.ndarray) -> np.ndarray:
        return function(tensorflow.constant(batch)).numpy()

    run(np.zeros((1, SIDE, SIDE, 3), np.float32))  # the first call is slow
    return run


RESNET50 = ResNet50()
