"""The pictures to learn from: in three parts, in batches that change, and the directions in which they vary."""

import keras
import numpy as np

from models import image
from models.networks.image import PIXEL_MEAN, PIXEL_STD, WHITENED
from training.splits import Split

SPLIT_SEED = 0
WHITENING_IMAGES = 5_000
# Added to the variances, on standardised pixels, so that directions without variance are not blown up.
WHITENING_FLOOR = 5e-4


def split(cifar: dict[str, np.ndarray], validation_size: int) -> Split:
    """Split arrays like CIFAR-10's (``x_train`` uint8 [n, 32, 32, 3], ...) in three parts, always the same."""
    order = np.random.default_rng(SPLIT_SEED).permutation(len(cifar["x_train"]))
    train, validation = order[:-validation_size], order[-validation_size:]
    images, labels = cifar["x_train"], cifar["y_train"].astype(np.int32)
    return Split(
        images[train],
        labels[train],
        images[validation],
        labels[validation],
        cifar["x_test"],
        cifar["y_test"].astype(np.int32),
    )


class Batches(keras.utils.PyDataset):
    """Shuffled batches of images float32 [batch, 32, 32, 3] in 0..255 and labels float32 [batch, 10].

    With a ``shift`` each image is moved by up to so many pixels each way, and mirrored in every second epoch,
    half of them starting mirrored. Without (0) they stay as they are. What an epoch holds depends on the seed
    and its number alone, so that a run which was stopped goes on with the same batches.

    Source of the alternating flip: Jordan (2024), https://arxiv.org/abs/2404.00498.
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray, batch_size: int, shift: int, seed: int, epoch: int = 0):
        super().__init__()
        margins = ((0, 0), (shift, shift), (shift, shift), (0, 0))
        self.images = np.pad(images, margins, mode="reflect") if shift else images  # features have no sides
        self.labels = keras.utils.to_categorical(labels, len(image.LABELS))
        self.batch_size = batch_size
        self.shift = shift
        self.seed = seed
        self.starts_mirrored = np.random.default_rng(seed).random(len(images)) < 0.5
        self._begin(epoch)

    def _begin(self, epoch: int) -> None:
        """Draw the order and the shifts of an epoch."""
        random = np.random.default_rng((self.seed, epoch))
        self.epoch = epoch
        self.order = random.permutation(len(self.labels))
        self.shifts = random.integers(0, 2 * self.shift + 1, (len(self.labels), 2))
        self.is_mirrored = self.starts_mirrored ^ bool(epoch % 2)

    def on_epoch_end(self) -> None:
        self._begin(self.epoch + 1)

    def __len__(self) -> int:
        return -(-len(self.labels) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        picked = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        images = self.images[picked]
        if self.shift:
            images = move(images, self.shifts[picked])
            images = np.where(self.is_mirrored[picked, None, None, None], images[:, :, ::-1], images)
        return images.astype(np.float32), self.labels[picked]


def move(padded: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Cut [n, 32, 32, 3] from larger images, each at its own row and column (int [n, 2])."""
    offsets = np.arange(image.SIDE)
    rows = shifts[:, 0, None] + offsets  # [n, 32]
    columns = shifts[:, 1, None] + offsets
    return padded[np.arange(len(padded))[:, None, None], rows[:, :, None], columns[:, None, :]]


def whitening_kernel(images: np.ndarray) -> np.ndarray:
    """Return the kernel float32 [2, 2, 3, 24] whose outputs on these images vary alike and independently.

    The twelve principal directions of the standardised 2x2 patches, each divided by its standard
    deviation, and the same twelve negated.

    Args:
        images: uint8 [n, 32, 32, 3]; the first 5,000 are used.

    Source: Page (2018), "How to Train Your ResNet 8: Bag of Tricks".
    """
    values = (images[:WHITENING_IMAGES].astype(np.float32) - PIXEL_MEAN) / PIXEL_STD
    windows = np.lib.stride_tricks.sliding_window_view(values, (2, 2), axis=(1, 2))  # [n, 31, 31, 3, 2, 2]
    patches = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, 12)
    variances, directions = np.linalg.eigh(np.cov(patches, rowvar=False))
    kernel = (directions / np.sqrt(variances + WHITENING_FLOOR)).reshape(2, 2, 3, WHITENED // 2)
    return np.concatenate([kernel, -kernel], axis=3).astype(np.float32)
