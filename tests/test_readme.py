"""What the READMEs say is true: their commands exist, their examples run, their numbers are the metrics'."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from demos import gan, link, scenes
from models import store
from models.measures import written
from tests.running_hub import classify, png, seven, start, upload
from tests.training.made_digits import made_mnist
from training import digit, digit_fashion, results
from training import run as training_run
from training.data import fashion

ROOT = Path(__file__).parents[1]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BOTH = pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["README.md", "README.zh-CN.md"])


def blocks(text, language):
    return [body for name, body in BLOCK.findall(text) if name == language]


def section(title):
    """Return the English section of that title."""
    return ENGLISH.split(f"\n## {title}\n")[1].split("\n## ")[0]


def pins():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return dict(line.split(";")[0].strip().split("==") for line in lines if "==" in line)


def test_both_languages_give_the_same_commands_and_examples():
    assert BLOCK.findall(ENGLISH) and BLOCK.findall(ENGLISH) == BLOCK.findall(CHINESE)


@BOTH
def test_every_make_word_is_in_the_makefile(text):
    words = set(re.findall(r"\bmake ([a-z]+)\b(?=[`\n ])", text))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test", "train"} <= words & targets
    assert set(re.findall(r"`make ([a-z]+)[` ]", text)) <= targets


@BOTH
def test_every_file_that_is_linked_is_there(text):
    paths = [path for path in re.findall(r"\]\(([^)]+)\)", text) if "://" not in path]
    assert paths
    for path in paths:
        assert (ROOT / path).is_file(), path


@BOTH
def test_every_flag_is_known_to_the_program_it_is_given_to(text):
    commands = [line for body in blocks(text, "sh") for line in body.splitlines() if "python " in line]
    assert len(commands) == 9
    for command in commands:
        program = re.search(r"python (-m [\w.]+|[\w.]+\.py)", command)[1].split()
        usage = subprocess.run([sys.executable, *program, "--help"], cwd=ROOT, capture_output=True, text=True)
        for flag in re.findall(r"--[\w-]+", command):
            assert flag in usage.stdout, f"{flag} in {command}"


@BOTH
def test_the_table_is_the_one_that_make_results_prints(text):
    assert results.table() in text


def test_the_table_has_a_row_for_every_embedded_network():
    rows = results.table().splitlines()[2:]
    named = [tuple(cell.strip(" `") for cell in row.split("|")[1:3]) for row in rows]
    assert sorted("-".join(pair) for pair in named) == sorted(path.name for path in store.PRETRAINED.iterdir())


@BOTH
def test_the_time_of_the_training_is_the_measured_one(text):
    minutes = store.read("digit", "convnet").metrics["training"]["seconds"] / 60
    assert re.search(rf"\b{minutes:.0f} (minutes|分钟)", text)


def test_the_changelog_states_the_metrics():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for path in store.PRETRAINED.iterdir():
        task, _, network = path.name.partition("-")
        result = store.read(task, network).metrics["result"]
        assert f"`{network}` {written(result['metric'], result['value'])}" in changelog


def test_the_front_matter_is_that_of_a_space_with_the_installed_versions():
    front = yaml.safe_load(ENGLISH.split("---")[1])
    assert front["sdk"] == "gradio" and front["sdk_version"] == pins()["gradio"]
    assert (3, 11) <= tuple(map(int, front["python_version"].split("."))) <= (3, 13)
    assert (ROOT / front["app_file"]).is_file()
    assert len(front["short_description"]) <= 60


def test_the_tested_versions_are_those_that_are_pinned():
    from importlib.metadata import version

    for name in ("gradio", "tensorflow", "keras", "huggingface-hub", "pillow", "plotly", "numpy", "pydantic"):
        assert version(name) == pins()[name]
    assert f"tensorflow[and-cuda]=={pins()['tensorflow']}" in ENGLISH


def run(command, **environment):
    """Run a line of the README in a shell, as a person would who has installed the packages."""
    folder = Path(sys.executable).parent
    command = command.replace("make ", f"make VENV={sys.prefix} -o {sys.prefix}/.app ", 1)
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"} | environment
    return subprocess.run(["sh", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)


def test_the_commands_that_publish_do_so(hub):
    """Log in, push everything, push one folder: the README's lines, to our Hub on loopback."""
    login, everything, one = "".join(blocks(section("Publish your own"), "sh")[:2]).splitlines()
    assert login == "hf auth login" and shutil.which("hf", path=Path(sys.executable).parent)
    done = run(everything.replace("OWNER=name", "OWNER=alice"))
    assert done.returncode == 0, done.stderr
    folders = sorted(path.name for path in store.PRETRAINED.iterdir())
    assert sorted(hub.repositories) == [f"alice/{name}" for name in folders]
    assert len({tag for repository in hub.repositories.values() for tag in repository.tags}) == 1
    done = run(one.replace("OWNER", "school"))
    assert done.stdout.startswith(f"pushed {hub.url}/school/digit-convnet tag v"), done.stderr


def test_the_command_that_makes_a_space_does_so(hub):
    (command,) = "".join(blocks(section("A Space"), "sh")).splitlines()
    done = run(command.replace("OWNER=name", "OWNER=alice"))
    assert f"\npushed {hub.url}/spaces/alice/deep-learning-demo-hub sha " in done.stdout, done.stderr


def arguments(command, *program):
    """The words of a README's line after its program."""
    words = shlex.split(command)
    assert words[: len(program) + 1] == ["python", *program]
    return words[len(program) + 1 :]


def test_the_walk_from_training_to_the_tab(hub, tmp_path, monkeypatch):
    """The README's lines on tiny data: train on clothes, push, show at the commit that was printed, ask."""
    lines = next(body for body in blocks(section("Publish your own"), "sh") if "--add" in body).splitlines()
    train, login, pushing, show = (line.replace("own", str(tmp_path / "own")) for line in lines)
    assert login == "hf auth login" and len(lines) < 10
    monkeypatch.setattr(digit_fashion, "load_fashion", lambda folder: made_mnist())
    monkeypatch.setattr(digit_fashion, "VALIDATION_SIZE", 100)
    monkeypatch.setattr(training_run, "CHECKPOINTS", tmp_path / "checkpoints")
    assert digit.main([*arguments(train, "-m", "training.digit"), "--epochs", "1"]) == 0
    done = run(pushing.replace("OWNER", "alice"))
    sha = re.search(r"sha ([0-9a-f]{40})\n", done.stdout)[1]
    flags = arguments(show.replace("OWNER", "alice").replace("SHA", sha), "app.py")
    world = {name: os.environ[name] for name in ("HF_ENDPOINT", "HF_HUB_DISABLE_XET", "HF_HOME")}
    with start("--demos", "digit", *flags, **world) as app, app.http() as http:
        kind, results = classify(http, upload(http, seven()), "fashion-mlp")[1:]
        assert kind == "complete" and results[0]["label"] in fashion.LABELS
        assert list(results[0]["probabilities"]) == list(fashion.LABELS)
        config = http.get("/config").text
        assert "fashion-mlp" in config and "Added to this copy" in config


def in_class(text, name):
    """The section on lessons, and its commands."""
    section = text.split(f"## {name}\n")[1].split("\n## ")[0]
    return section, [line for body in blocks(section, "sh") for line in body.splitlines()]


SECTIONS = pytest.mark.parametrize(("text", "name"), [(ENGLISH, "Use it in class"), (CHINESE, "在课堂上使用")])


@SECTIONS
def test_the_link_for_a_class_opens_what_it_says(text, name):
    section, _commands = in_class(text, name)
    (query,) = re.findall(r"`/(\?tab=gan[^`]+)`", section)
    values, notes = link.read(query, gan.link_readers(str), str)
    assert notes == [] and values == {"digit": "7", "seed": 42, "network": "dcgan"}


def test_the_hub_for_a_class_listens_to_the_network_and_has_its_page():
    _section, (serve, _visit) = in_class(ENGLISH, "Use it in class")
    assert serve.startswith("python app.py ")
    with start(*shlex.split(serve)[2:], "--demos", "digit") as hub, hub.http() as http:
        assert http.get("/?lang=en", headers={"host": f"192.168.1.20:{hub.port}"}).status_code == 200


def test_the_class_that_is_measured_is_answered():
    _section, (_serve, visit) = in_class(ENGLISH, "Use it in class")
    short = re.sub(r"--(clients|seconds) \d+", r"--\1 2", visit)
    done = subprocess.run([sys.executable, *shlex.split(short)[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^all answers +\d+ times, ms: median \d+, p95 \d+", done.stdout, re.MULTILINE)
    assert re.search(r"^memory of the hub: \d+ MB before, \d+ MB at its peak", done.stdout, re.MULTILINE)


@pytest.fixture(scope="module")
def address():
    with start() as hub:
        yield hub.address


@pytest.fixture
def folder_with_pictures(tmp_path):
    (tmp_path / "digit.png").write_bytes(seven())
    (tmp_path / "photo.png").write_bytes(png(scenes.draw_automobile()))
    return tmp_path


def test_the_python_example_runs(address, folder_with_pictures):
    (example,) = blocks(ENGLISH, "python")
    script = example.replace("http://127.0.0.1:7860", address)
    done = subprocess.run([sys.executable, "-c", script], cwd=folder_with_pictures, capture_output=True, text=True)
    digit, photo, price, forecast, sentiment, digits = done.stdout.splitlines()[-6:]
    assert "'label': '7'" in digit
    assert "'label': 'automobile'" in photo
    assert "'price':" in price
    assert "'low_95':" in forecast
    assert "'label': 'positive'" in sentiment
    assert digits.count(".png") >= 4


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
def test_the_curl_example_runs(address, folder_with_pictures):
    (example,) = [body for body in blocks(ENGLISH, "sh") if "curl" in body]
    script = example.replace("http://127.0.0.1:7860", address)
    done = subprocess.run(["sh", "-c", script], cwd=folder_with_pictures, capture_output=True, text=True, timeout=60)
    assert "event: complete" in done.stdout and '"label": "7"' in done.stdout, done.stdout + done.stderr
