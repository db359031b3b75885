"""Change a model folder as a person, a new training run or a broken disk would."""

import json

from models import store


def edit_metrics(folder, **changes):
    """Replace entries of metrics.json; None removes one."""
    metrics = json.loads((folder / "metrics.json").read_text()) | changes
    kept = {key: value for key, value in metrics.items() if value is not None}
    (folder / "metrics.json").write_text(json.dumps(kept))


def rewrite(folder, name, content):
    """Write a file's bytes, and its size and SHA-256 into the metrics, as a new training run would."""
    (folder / name).write_bytes(content)
    files = json.loads((folder / "metrics.json").read_text())["files"]
    files[name] = {"size": len(content), "sha256": store.sha256(folder / name)}
    edit_metrics(folder, files=files)


def flip_last_byte(file):
    """Alter a file without changing its size."""
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
