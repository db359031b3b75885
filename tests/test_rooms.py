"""The house keeps its shape: imports point down, a task has one stem in every room, imports do nothing."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("app", "demos", "models", "training", "benchmarks")
MAY_IMPORT = {
    "app": {"demos", "models"},
    "demos": {"demos", "models"},
    "models": {"models"},
    "training": {"training", "models"},
    "benchmarks": {"benchmarks", "models", "training", "app", "demos"},
}
TASKS = ("digit", "image", "house", "forecast", "sentiment", "gan")


def sources():
    return [path for path in [ROOT / "app.py", *ROOT.glob("*/**/*.py")] if room_of(path) in ROOMS]


def room_of(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path):
    """Yield every imported module's dotted name, at any depth of the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top_level_imports_of(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_there_are_sources_in_every_room():
    assert {room_of(path) for path in sources()} == set(ROOMS)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path):
    for name in imports_of(path):
        room = name.split(".")[0]
        if room in ROOMS:
            assert room in MAY_IMPORT[room_of(path)], f"{path.name} imports {name}"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_models_know_nothing_of_gradio_and_the_page_nothing_of_networks(path):
    names = set(imports_of(path))
    room = room_of(path)
    if room == "models":
        assert not any(name.split(".")[0] in ("gradio", "starlette", "plotly") for name in names)
    if room in ("app", "demos"):
        assert not any(name.startswith(("models.networks", "keras", "tensorflow")) for name in names)
    if room == "models" and "networks" not in path.parts:
        assert not any(name.split(".")[0] in ("keras", "tensorflow") for name in top_level_imports_of(path))


@pytest.mark.parametrize("task", TASKS)
def test_a_task_has_its_stem_in_every_room(task):
    for place in ("demos", "models", "models/networks", "training", "tests/models", "tests/training", "tests/demos"):
        prefix = "test_" if place.startswith("tests") else ""
        assert (ROOT / place / f"{prefix}{task}.py").is_file(), f"{place} has no {task}"


def test_no_room_has_a_file_that_says_nothing():
    names = {path.stem for path in sources()}
    assert not names & {"utils", "util", "common", "helpers", "helper", "core", "misc"}


@pytest.mark.parametrize("task", TASKS)
def test_all_networks_have_a_builder_a_folder_and_a_name_in_the_tab(task):
    script = f"from models.networks.{task} import NETWORKS; print(*sorted(NETWORKS))"
    built = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    offered = importlib.import_module(f"models.{task}").NETWORKS
    assert built.stdout.split() == sorted(offered)
    for network in offered:
        assert (ROOT / "models" / "pretrained" / f"{task}-{network}" / "metrics.json").is_file()


def test_the_app_shows_every_task():
    import app

    assert tuple(map(app.task_of, app.DEMOS)) == TASKS
    for demo in app.DEMOS:
        assert demo.NETWORKS == importlib.import_module(f"models.{app.task_of(demo)}").NETWORKS


def test_importing_the_app_loads_no_network_opens_no_connection_and_imports_no_keras():
    script = (
        "import socket, sys, threading\n"
        "def refuse(*args): raise AssertionError('a connection at import')\n"
        "socket.socket.connect = refuse\n"
        "import app\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules\n"
        "from models import runtime\n"
        "assert not runtime._cache.slots\n"
        "print('quiet')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "quiet", done.stderr
