"""CIFAR-10: 60,000 colour pictures of 32x32 pixels of ten things, 6,000 of each.

Source: Krizhevsky (2009), "Learning Multiple Layers of Features from Tiny Images",
https://www.cs.toronto.edu/~kriz/cifar.html. The authors state no licence and ask to be cited.
"""

import hashlib
import io
import pickle
import tarfile
from pathlib import Path
from typing import Any

import numpy as np

from training.data import DataError, Source, fetch

# The SHA-256 is the one that Keras states for this file; the authors state its MD5,
# c58f30108f718f92721af3b95e74349a.
CIFAR10 = Source(
    "cifar-10-python.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
)
# The same files in an archive that was packed anew, smaller.
REPACKED = "cifar-10-python.tar.xz"

# MD5 of the files inside the published archive, as torchvision lists them. They pin the contents, however
# these are packed, and no file is unpickled before it was compared.
TRAINING_MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
}
TEST_MD5 = {"test_batch": "40351d587109b95175f43aff81a1287e"}
FOLDER = "cifar-10-batches-py"
# The largest file inside has 31 million bytes.
LARGEST_MEMBER = 40_000_000


def load_cifar10(folder: Path) -> dict[str, np.ndarray]:
    """Return ``x_train`` uint8 [50000, 32, 32, 3], ``y_train`` uint8 [50000], ``x_test``, ``y_test``.

    Raises:
        DataError: the file is missing and cannot be downloaded, or its contents are not CIFAR-10's.
    """
    repacked = folder / REPACKED
    is_repacked = repacked.is_file() and not (folder / CIFAR10.filename).is_file()
    path = repacked if is_repacked else fetch(CIFAR10, folder)
    files = read_members(path, TRAINING_MD5 | TEST_MD5)
    train = [parse_batch(files[name]) for name in TRAINING_MD5]
    test = [parse_batch(files[name]) for name in TEST_MD5]
    return {
        "x_train": np.concatenate([images for images, _labels in train]),
        "y_train": np.concatenate([labels for _images, labels in train]),
        "x_test": np.concatenate([images for images, _labels in test]),
        "y_test": np.concatenate([labels for _images, labels in test]),
    }


def read_members(path: Path, expected: dict[str, str]) -> dict[str, bytes]:
    """Return the wanted files of the archive by name; nothing is extracted to the disk.

    Args:
        path: the archive.
        expected: name inside ``cifar-10-batches-py`` -> MD5.

    Raises:
        DataError: the archive cannot be read, or a file is missing, too large or another.
    """
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = member.name.removeprefix(f"{FOLDER}/")
                if name in expected and member.isfile() and member.size <= LARGEST_MEMBER:
                    files[name] = archive.extractfile(member).read()
    except (OSError, EOFError, tarfile.TarError) as error:
        raise DataError(f"{path} cannot be read as CIFAR-10 ({error}). Delete it and run again.") from error
    for name, md5 in expected.items():
        if name not in files or hashlib.md5(files[name]).hexdigest() != md5:
            raise DataError(f"{path}: {name} is not CIFAR-10's (missing or another). Delete it and run again.")
    return files


ARRAY_PARTS = {"_reconstruct": np.empty(0).__reduce__()[0], "ndarray": np.ndarray, "dtype": np.dtype}
NUMPY_MODULES = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray")


class _ArraysOnly(pickle.Unpickler):
    """Rebuilds numpy arrays and plain containers, and nothing else: a pickle may call any function."""

    def find_class(self, module: str, name: str) -> Any:
        if module not in NUMPY_MODULES or name not in ARRAY_PARTS:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of arrays")
        return ARRAY_PARTS[name]


def parse_batch(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return images uint8 [n, 32, 32, 3] and labels uint8 [n] of one pickled batch.

    Raises:
        DataError: it is no batch of CIFAR-10, or holds more than arrays.
    """
    try:
        batch = _ArraysOnly(io.BytesIO(content), encoding="bytes").load()
        planes = np.asarray(batch[b"data"], np.uint8).reshape(-1, 3, 32, 32)
        labels = np.asarray(batch[b"labels"], np.uint8)
    except Exception as error:  # a damaged pickle raises nearly anything
        raise DataError(f"A file of CIFAR-10 cannot be read ({error}).") from error
    if len(planes) != len(labels):
        raise DataError(f"{len(planes)} images must have as many labels. Received: {len(labels)}")
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels
