"""Coloured shapes of 32x32 pixels in ten kinds: enough like CIFAR-10 to train a network on in seconds."""

import io
import pickle
import tarfile

import numpy as np

COLOURS = ((220, 40, 40), (40, 180, 60), (50, 70, 220), (230, 200, 40), (150, 60, 190))


def made_pictures(count, seed):
    """Return images uint8 [count, 32, 32, 3] and labels uint8 [count]: bars of five colours, lying or standing."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    images = random.integers(60, 110, (count, 32, 32, 3))
    for picture, label in zip(images, labels, strict=True):
        start = int(random.integers(6, 18))
        bar = slice(start, start + 8)
        picture[(slice(4, 28), bar) if label < 5 else (bar, slice(4, 28))] = COLOURS[label % 5]
    return images.astype(np.uint8), labels.astype(np.uint8)


def made_cifar(train=300, test=60):
    """Return arrays named like CIFAR-10's."""
    x_train, y_train = made_pictures(train, seed=1)
    x_test, y_test = made_pictures(test, seed=2)
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def pickled_batch(images, labels):
    """Return a batch as CIFAR-10 packs it: a pickled dictionary, rows of red, then green, then blue."""
    rows = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    return pickle.dumps({b"data": rows, b"labels": labels.tolist(), b"batch_label": b"made"}, protocol=4)


def write_archive(path, files, mode="w:gz"):
    """Write a tar archive with these files: name -> bytes."""
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
