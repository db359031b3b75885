"""Fashion-MNIST's 10,000 test pictures of clothes, in the size and colours of MNIST: what is no digit.

Source: Xiao, Rasul, Vollgraf (2017), https://arxiv.org/abs/1708.07747 (MIT licence).
"""

import gzip
import hashlib
import zlib
from pathlib import Path

import numpy as np

from training.data import DataError, Source, fetch

FASHION_TEST = Source(
    "t10k-images-idx3-ubyte.gz",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/t10k-images-idx3-ubyte.gz",
    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
)
# A folder of its own: MNIST's test pictures come in a file of the same name.
FOLDER = "fashion-mnist"
# SHA-256 of the idx file inside, however it is packed.
CONTENT_SHA256 = "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
HEADER_BYTES = 16


def load_fashion_test(folder: Path) -> np.ndarray:
    """Return the test pictures, uint8 [10000, 28, 28], light on black.

    The file is looked for in the folder ``fashion-mnist`` in ``folder``, and downloaded there.

    Raises:
        DataError: the file is missing and cannot be downloaded, or is another.
    """
    path = fetch(FASHION_TEST, folder / FOLDER)
    try:
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}). Delete it and run again.") from error
    if hashlib.sha256(content).hexdigest() != CONTENT_SHA256:
        raise DataError(f"{path} does not hold Fashion-MNIST's test pictures. Delete it and run again.")
    return np.frombuffer(content, np.uint8, offset=HEADER_BYTES).reshape(10_000, 28, 28)
