import hashlib
import os
import pickle
import tarfile

import numpy as np
import pytest

from tests.training.made_pictures import made_pictures, pickled_batch, write_archive
from training.data import DataError, cifar

INSIDE = cifar.FOLDER


@pytest.fixture
def made(tmp_path, monkeypatch):
    """An archive like CIFAR-10's with 20 pictures in each batch, taken for the published one."""
    batches = {}
    for number, name in enumerate([*cifar.TRAINING_MD5, *cifar.TEST_MD5]):
        batches[name] = pickled_batch(*made_pictures(20, seed=number))
    monkeypatch.setattr(cifar, "TRAINING_MD5", {name: _md5(batches[name]) for name in cifar.TRAINING_MD5})
    monkeypatch.setattr(cifar, "TEST_MD5", {name: _md5(batches[name]) for name in cifar.TEST_MD5})
    files = {f"{INSIDE}/{name}": content for name, content in reversed(batches.items())}
    write_archive(tmp_path / cifar.CIFAR10.filename, files)
    return tmp_path, files


def _md5(content):
    return hashlib.md5(content).hexdigest()


def test_images_come_in_the_order_of_the_batches_with_their_labels(made):
    arrays = cifar.load_cifar10(made[0])
    assert arrays["x_train"].shape == (100, 32, 32, 3) and arrays["x_test"].shape == (20, 32, 32, 3)
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.uint8)}
    for number in range(5):
        images, labels = made_pictures(20, seed=number)
        assert np.array_equal(arrays["x_train"][20 * number : 20 * number + 20], images)
        assert np.array_equal(arrays["y_train"][20 * number : 20 * number + 20], labels)
    assert np.array_equal(arrays["x_test"], made_pictures(20, seed=5)[0])


def test_red_green_and_blue_lie_where_they_should():
    rows = np.zeros((1, 3072), np.uint8)
    rows[0, 0], rows[0, 1024 + 33], rows[0, 2048 + 31] = 11, 22, 33
    images, labels = cifar.parse_batch(pickle.dumps({b"data": rows, b"labels": [7]}))
    assert images[0, 0, 0].tolist() == [11, 0, 0]
    assert images[0, 1, 1].tolist() == [0, 22, 0]
    assert images[0, 0, 31].tolist() == [0, 0, 33]
    assert labels.tolist() == [7]


def test_the_same_files_packed_anew_are_read_too(made):
    folder, files = made
    (folder / cifar.CIFAR10.filename).unlink()
    write_archive(folder / cifar.REPACKED, files, "w:xz")
    assert len(cifar.load_cifar10(folder)["x_train"]) == 100


def test_nothing_is_written_beside_the_archive(made):
    folder, files = made
    write_archive(folder / cifar.CIFAR10.filename, {"../escaped": b"x", "/tmp/absolute": b"x"} | files)
    cifar.load_cifar10(folder)
    assert [path.name for path in folder.iterdir()] == [cifar.CIFAR10.filename]
    assert not (folder.parent / "escaped").exists()


def test_a_link_in_the_place_of_a_batch_is_not_followed(made):
    folder, _files = made
    with tarfile.open(folder / cifar.CIFAR10.filename, "w:gz") as archive:
        link = tarfile.TarInfo(f"{INSIDE}/data_batch_1")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    with pytest.raises(DataError, match="data_batch_1 is not CIFAR-10's"):
        cifar.load_cifar10(folder)


def test_an_altered_batch_is_refused_before_it_is_unpickled(made):
    folder, files = made
    bomb = pickle.dumps(Bomb(folder / "exploded"))
    write_archive(folder / cifar.CIFAR10.filename, files | {f"{INSIDE}/data_batch_2": bomb})
    with pytest.raises(DataError, match="data_batch_2 is not CIFAR-10's"):
        cifar.load_cifar10(folder)
    assert not (folder / "exploded").exists()


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_pickle_that_calls_a_function_is_refused_unread(tmp_path):
    with pytest.raises(DataError, match="has no place"):
        cifar.parse_batch(pickle.dumps(Bomb(tmp_path / "exploded")))
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>please log in</html>",
        pickle.dumps([1, 2]),
        pickle.dumps({b"data": np.zeros((2, 100), np.uint8), b"labels": [1, 2]}),
        pickle.dumps({b"data": np.zeros((2, 3072), np.uint8), b"labels": [1]}),
        pickle.dumps({b"data": np.zeros((1, 3072), np.uint8), b"labels": [300]}),
    ],
)
def test_what_is_no_batch_is_refused(content):
    with pytest.raises(DataError):
        cifar.parse_batch(content)


def test_a_truncated_archive_is_named_with_what_to_do(made):
    folder, _files = made
    archive = folder / cifar.CIFAR10.filename
    archive.write_bytes(archive.read_bytes()[:2000])
    with pytest.raises(DataError, match="Delete it and run again"):
        cifar.load_cifar10(folder)


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    (tmp_path / cifar.CIFAR10.filename).write_bytes(b"<html>please log in</html>")
    with pytest.raises(DataError, match="cannot be read as CIFAR-10"):
        cifar.load_cifar10(tmp_path)


def test_a_batch_of_absurd_size_is_left_alone(made, monkeypatch):
    monkeypatch.setattr(cifar, "LARGEST_MEMBER", 1000)
    with pytest.raises(DataError, match="data_batch_1 is not CIFAR-10's"):
        cifar.load_cifar10(made[0])
