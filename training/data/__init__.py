"""The data sets: where they officially come from, their checksums, and how they are parsed.

A set is read from the folder given by ``--data DIR`` or the environment variable ``HUB_DATA`` (default:
``data``, which git ignores). What is not there is downloaded into it from the official source. Either way
the contents are checked before they are used.
"""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np


@dataclass(frozen=True)
class Source:
    """A file of a data set: its name in the data folder, its official address and that file's SHA-256."""

    filename: str
    url: str
    sha256: str


MNIST = Source(
    "mnist.npz",
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
)

# MD5 of the four idx files as LeCun, Cortes and Burges published them. They pin the contents also where
# the arrays were packed anew and the .npz file itself differs.
MNIST_IDX_MD5 = {
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}


class DataError(Exception):
    """A data set cannot be had or is not what it should be. The message says what to do."""


def fetch(source: Source, folder: Path) -> Path:
    """Return the path of the file in ``folder``, downloading it from its official source if missing.

    Raises:
        DataError: the download failed or has another checksum, or the folder cannot be written.
    """
    path = folder / source.filename
    if path.is_file():
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        keras.utils.get_file(
            source.filename,
            source.url,
            file_hash=source.sha256,
            hash_algorithm="sha256",
            cache_dir=folder,
            cache_subdir="",
        )
    except Exception as error:  # get_file raises plain Exception for network faults
        path.unlink(missing_ok=True)
        raise DataError(
            f"{source.filename} is not in {folder} and could not be downloaded from {source.url} "
            f"({error}). Download it by hand into a folder and pass that with --data."
        ) from error
    return path


def load_mnist(folder: Path) -> dict[str, np.ndarray]:
    """Return MNIST: ``x_train`` uint8 [60000, 28, 28], ``y_train`` uint8 [60000], ``x_test``, ``y_test``.

    Source: LeCun, Cortes, Burges, http://yann.lecun.com/exdb/mnist/ (CC BY-SA 3.0).

    Raises:
        DataError: the file is missing and cannot be downloaded, or its contents are not MNIST's.
    """
    path = fetch(MNIST, folder)
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in MNIST_IDX_MD5}
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path} cannot be read as MNIST ({error}). Delete it and run again.") from error
    for name, expected in MNIST_IDX_MD5.items():
        if hashlib.md5(_as_idx(arrays[name])).hexdigest() != expected:
            raise DataError(f"{path}: {name} is not MNIST's (checksum differs). Delete it and run again.")
    return arrays


def _as_idx(array: np.ndarray) -> bytes:
    """The bytes of the idx file (magic number, sizes, values) that holds this uint8 array."""
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()
