"""Fashion-MNIST: pictures of clothes, in the size and colours of MNIST.

Its test pictures are what is no digit; all of it is what a first network of one's own can learn from.

Source: Xiao, Rasul, Vollgraf (2017), https://arxiv.org/abs/1708.07747 (MIT licence).
"""

import gzip
import hashlib
import zlib
from pathlib import Path

import numpy as np

from training.data import DataError, Source, fetch

ADDRESS = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
# A folder of its own: MNIST's pictures come in files of the same names.
FOLDER = "fashion-mnist"
LABELS = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def _source(name: str, sha256: str) -> Source:
    return Source(name, f"{ADDRESS}/{name}", sha256)


FASHION_TEST = _source("t10k-images-idx3-ubyte.gz", "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073")
FILES = {
    "x_train": _source(
        "train-images-idx3-ubyte.gz", "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
    ),
    "y_train": _source(
        "train-labels-idx1-ubyte.gz", "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
    ),
    "x_test": FASHION_TEST,
    "y_test": _source("t10k-labels-idx1-ubyte.gz", "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
}
# SHA-256 of the idx file of test pictures inside, however it is packed.
CONTENT_SHA256 = "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
IMAGES_HEADER_BYTES, LABELS_HEADER_BYTES = 16, 8


def load_fashion_test(folder: Path) -> np.ndarray:
    """Return the test pictures, uint8 [10000, 28, 28], light on black.

    The file is looked for in the folder ``fashion-mnist`` in ``folder``, and downloaded there.

    Raises:
        DataError: the file is missing and cannot be downloaded, or is another.
    """
    path = fetch(FASHION_TEST, folder / FOLDER)
    content = _unpacked(path)
    if hashlib.sha256(content).hexdigest() != CONTENT_SHA256:
        raise DataError(f"{path} does not hold Fashion-MNIST's test pictures. Delete it and run again.")
    return np.frombuffer(content, np.uint8, offset=IMAGES_HEADER_BYTES).reshape(10_000, 28, 28)


def load_fashion(folder: Path) -> dict[str, np.ndarray]:
    """Return all of it, named like MNIST: ``x_train`` uint8 [60000, 28, 28], ``y_train`` uint8 [60000], ``x_test``, ...

    The files are looked for in the folder ``fashion-mnist`` in ``folder``, and downloaded there.

    Raises:
        DataError: a file is missing and cannot be downloaded, or is another.
    """
    arrays = {}
    for name, source in FILES.items():
        path = fetch(source, folder / FOLDER)
        if hashlib.sha256(path.read_bytes()).hexdigest() != source.sha256:
            raise DataError(f"{path} is not Fashion-MNIST's (checksum differs). Delete it and run again.")
        is_images = name.startswith("x")
        offset = IMAGES_HEADER_BYTES if is_images else LABELS_HEADER_BYTES
        values = np.frombuffer(_unpacked(path), np.uint8, offset=offset)
        arrays[name] = values.reshape(-1, 28, 28) if is_images else values
    return arrays


def _unpacked(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}). Delete it and run again.") from error
