"""What the tests of the tabs share."""

import pytest


@pytest.fixture
def uploads(tmp_path, monkeypatch):
    """The upload folder of this test."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder
