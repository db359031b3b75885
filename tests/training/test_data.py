import hashlib
import http.server
import threading

import numpy as np
import pytest

from tests.training.made_digits import made_mnist
from training import data

CONTENT = b"a data set" * 1000


@pytest.fixture
def source():
    """A data set on a server of ours, at loopback."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/set.bin"
    yield data.Source("set.bin", url, hashlib.sha256(CONTENT).hexdigest())
    server.shutdown()


def test_a_missing_file_is_downloaded_and_then_kept(source, tmp_path):
    path = data.fetch(source, tmp_path / "new")
    assert path.read_bytes() == CONTENT
    nowhere = data.Source(source.filename, "http://127.0.0.1:9/gone", source.sha256)
    assert data.fetch(nowhere, tmp_path / "new") == path


def test_a_file_with_another_checksum_is_refused_and_not_kept(source, tmp_path):
    altered = data.Source(source.filename, source.url, "0" * 64)
    with pytest.raises(data.DataError, match=r"set\.bin"):
        data.fetch(altered, tmp_path)
    assert not (tmp_path / "set.bin").exists()


def test_an_unreachable_source_is_named_with_what_to_do(tmp_path):
    nowhere = data.Source("set.bin", "http://127.0.0.1:9/gone", "0" * 64)
    with pytest.raises(data.DataError, match=r"http://127\.0\.0\.1:9/gone.*--data"):
        data.fetch(nowhere, tmp_path)


def test_arrays_that_are_not_mnist_are_refused(tmp_path):
    np.savez(tmp_path / "mnist.npz", **made_mnist(20, 10))
    with pytest.raises(data.DataError, match="x_train is not MNIST's"):
        data.load_mnist(tmp_path)


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    (tmp_path / "mnist.npz").write_bytes(b"<html>please log in</html>")
    with pytest.raises(data.DataError, match="cannot be read as MNIST"):
        data.load_mnist(tmp_path)


def test_pickled_objects_are_never_loaded(tmp_path):
    np.savez(tmp_path / "mnist.npz", **dict.fromkeys(data.MNIST_IDX_MD5, np.array([{}], dtype=object)))
    with pytest.raises(data.DataError, match="cannot be read as MNIST"):
        data.load_mnist(tmp_path)


def test_idx_bytes_are_those_of_the_published_format():
    assert data._as_idx(np.array([[1, 2, 3]], np.uint8)) == bytes([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3])
