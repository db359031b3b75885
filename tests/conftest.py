"""What all tests share: a world without internet, our Hub on loopback, and a small real model folder."""

import os
import shutil
import socket
import tempfile

import pytest

from tests.loopback_hub import WRITER, LoopbackHub


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


_PORT = _free_port()
_HF_HOME = tempfile.TemporaryDirectory(prefix="hf-home-")  # removed when the tests end

# The Hub client, Gradio and TensorFlow read these once, when they are imported.
os.environ |= {
    "HF_ENDPOINT": f"http://127.0.0.1:{_PORT}",
    "HF_HOME": _HF_HOME.name,
    "HF_TOKEN": WRITER,
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "NO_PROXY": "127.0.0.1,localhost",
}
for _name in ("HF_HUB_OFFLINE", "HF_HUB_CACHE", "HF_TOKEN_PATH", "HUGGING_FACE_HUB_TOKEN", "HUB_MODELS", "HUB_DATA"):
    os.environ.pop(_name, None)


@pytest.fixture(scope="session")
def hub_server():
    """Our Hub, listening at HF_ENDPOINT."""
    server = LoopbackHub(_PORT)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def hub(hub_server, tmp_path, monkeypatch):
    """Our Hub, empty and in order; and a Hub client that has nothing in its cache."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub-cache"))
    hub_server.reset()
    yield hub_server
    hub_server.reset()


@pytest.fixture(scope="session")
def built_model_folder(tmp_path_factory):
    """A complete ``digit-mlp`` folder, of a network much smaller than the real one."""
    from tests.tiny_model import write_tiny_folder

    return write_tiny_folder(tmp_path_factory.mktemp("models"))


@pytest.fixture
def model_folder(built_model_folder, tmp_path):
    """A copy of the small ``digit-mlp`` folder that a test may spoil."""
    return shutil.copytree(built_model_folder, tmp_path / "models" / built_model_folder.name)
