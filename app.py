"""The demo hub: ``python app.py`` serves every demo in one page, in English at / and in Chinese at /zh."""

import argparse
import atexit
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import gradio as gr
import huggingface_hub.constants
from starlette.middleware import Middleware

from demos import digit, forecast, gan, guard, house, image, link, page, sentiment
from demos.firewall import Firewall
from demos.language import PageLanguage
from models import runtime, store

DEMOS: tuple[ModuleType, ...] = (digit, image, house, forecast, sentiment, gan)
SWEEP_SECONDS = 600
STOP_SECONDS = 8
WITHOUT_DOCS = {"docs_url": None, "redoc_url": None, "openapi_url": None}


def task_of(demo: ModuleType) -> str:
    """Return the stem that a demo shares with its model and its training script."""
    return demo.__name__.rpartition(".")[2]


def parse_flags(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line, with what the environment says as defaults."""
    names = [task_of(demo) for demo in DEMOS]
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--host", help="address to listen on; 0.0.0.0 lets others in (default: GRADIO_SERVER_NAME, or 127.0.0.1)")
    add("--port", type=_port, help="port to listen on (default: GRADIO_SERVER_PORT, or the first free one from 7860)")
    add(
        "--share",
        action="store_true",
        default=None,
        help="also make a public link through Gradio's share server, for up to a week (default: GRADIO_SHARE, or not)",
    )
    add("--auth-file", type=Path, metavar="FILE", help="let in only the people in FILE, one name:password a line")
    add(
        "--queue-size",
        type=_positive,
        default=guard.QUEUE_SIZE,
        help="how many may wait before others are politely refused (default: %(default)s)",
    )
    add(
        "--max-upload-mb",
        type=_positive,
        default=guard.UPLOAD_MEGABYTES,
        help="largest file that a visitor may upload (default: %(default)s)",
    )
    add("--demos", type=_demos, default=names, help=f"tabs to show, in this order (default: {','.join(names)})")
    add("--models", type=Path, metavar="DIR", help="folder of model folders to use in place of models/pretrained")
    add(
        "--hub",
        type=_hub,
        default=os.environ.get("HUB_MODELS") or None,
        metavar="OWNER[@TAG]",
        help="use the models of OWNER on the Hugging Face Hub, at TAG or the newest (default: HUB_MODELS, or none)",
    )
    add("--mcp", action="store_true", help="also offer each demo to language models as a tool (requirements-mcp.txt)")
    add("--lang", choices=["auto", "en", "zh"], default="auto", help="language of a first visit; auto asks the browser")
    return parser.parse_args(argv)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more. Received: {text}")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 0 < value < 2**16:
        raise argparse.ArgumentTypeError(f"must be from 1 to 65535. Received: {text}")
    return value


def _demos(text: str) -> list[str]:
    names = [task_of(demo) for demo in DEMOS]
    chosen = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in names]
    if unknown or not chosen:
        raise argparse.ArgumentTypeError(f"must be some of {','.join(names)}. Received: {text!r}")
    return list(dict.fromkeys(chosen))


def _hub(text: str) -> store.Hub:
    try:
        return store.Hub.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def read_people(path: Path) -> list[tuple[str, str]]:
    """Return the (name, password) pairs of an auth file.

    Raises:
        ValueError: the file cannot be read, is empty, or has a line without a colon.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"--auth-file must be a text file. Received: {path}") from None
    pairs = [tuple(line.split(":", 1)) for line in lines if line.strip() and not line.startswith("#")]
    if not pairs or any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise ValueError(f"--auth-file must hold name:password lines. Received: {path}")
    return pairs


def build(names: list[str], max_upload_mb: int = guard.UPLOAD_MEGABYTES) -> gr.Blocks:
    """Return the hub: the English page at /, the Chinese one at /zh, a tab per demo in both."""
    demos = {task_of(demo): demo for demo in DEMOS}
    chosen = [demos[name] for name in names]
    _ = page.translator("en")
    kept = (SWEEP_SECONDS, guard.TEMPORARY_SECONDS)
    with gr.Blocks(title=_("Deep-learning demo hub"), analytics_enabled=False, delete_cache=kept) as hub:
        _fill("en", chosen, max_upload_mb)
    with hub.route(page.LANGUAGES["zh"], "/zh", show_in_navbar=False):
        _fill("zh", chosen, max_upload_mb)
    return hub


def _fill(language: str, demos: list[ModuleType], max_upload_mb: int) -> None:
    """Put header, tabs and footer on the page that is being built."""
    _ = page.translator(language)
    notice = link.notice(tuple(map(task_of, demos)), _)
    gr.HTML(page.header(language, _) + notice, js_on_load=f"{page.TITLE_SCRIPT};{link.TELL}")
    with gr.Tabs(elem_id="hub-tabs"):
        for demo in demos:
            with gr.Tab(demo.title(_), id=task_of(demo), elem_classes="hub-tab"):
                demo.build(language, max_upload_mb)
    gr.HTML(page.footer(_))


@dataclass
class Phase:
    """Where the server is in its life: ``serving`` is set after the start, ``stopping`` at the end."""

    serving: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)


def require_address(host: str, port: int) -> None:
    """Make sure that the hub can listen there, before anything is loaded; Gradio would try for a minute.

    Raises:
        OSError: the address is not this machine's, or the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise OSError(f"{host} port {port} cannot be listened on ({error.strerror or error}).") from None


def prepare_tools(flags: argparse.Namespace) -> None:
    """Make sure that ``--mcp`` can be had, and that it asks nobody else.

    Raises:
        ValueError: its package is missing, or a password would be asked for, which no tool can give.
    """
    if flags.mcp and flags.auth_file:
        raise ValueError("--mcp and --auth-file do not go together: a tool gives no password.")
    if flags.mcp and find_spec("mcp") is None:
        raise ValueError("--mcp needs one more package. Run: pip install -r requirements-mcp.txt")
    if flags.mcp:  # or the client by which Gradio calls the tools would ask the Hub for a list of agents
        huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY = True


def serve(flags: argparse.Namespace, phase: Phase) -> str:
    """Start the server, then the loading of the networks, and return the hub's address."""
    if flags.host or flags.port:
        require_address(flags.host or "127.0.0.1", flags.port or 0)
    prepare_tools(flags)
    runtime.configure(flags.models, flags.hub)
    hub = build(flags.demos, flags.max_upload_mb)
    hub.queue(max_size=flags.queue_size, default_concurrency_limit=guard.SIMULTANEOUS, api_open=False)
    _app, address, _share = hub.launch(
        server_name=flags.host,
        server_port=flags.port,
        share=flags.share,
        auth=read_people(flags.auth_file) if flags.auth_file else None,
        max_file_size=f"{flags.max_upload_mb}mb",
        max_threads=16,
        state_session_capacity=guard.SESSIONS,
        show_error=False,
        strict_cors=True,
        enable_monitoring=False,
        run_history=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=flags.mcp,
        footer_links=["api"],
        theme=page.theme(),
        css_paths=page.STYLES,
        quiet=not flags.share,
        prevent_thread_lock=True,
        app_kwargs={"middleware": _middleware(hub, flags, phase), **WITHOUT_DOCS},
    )
    phase.serving.set()
    networks = {task_of(demo): demo.NETWORKS for demo in DEMOS}
    runtime.warm({name: networks[name] for name in flags.demos})
    return address


def _middleware(hub: gr.Blocks, flags: argparse.Namespace, phase: Phase) -> list[Middleware]:
    firewall = Middleware(
        Firewall,
        serving=phase.serving,
        stopping=phase.stopping,
        endpoints={demo.API.name: demo.API.kinds for demo in DEMOS},
        events=hub.fns.keys(),
        tools=flags.mcp,
        trust_proxy=os.environ.get("SYSTEM") == "spaces",
    )
    return [firewall, Middleware(PageLanguage, first_language=flags.lang)]


def own_temporary_folder() -> Path:
    """Give this process an upload folder of its own, swept while it runs and removed at its end."""
    folder = Path(tempfile.mkdtemp(prefix="hub-", dir=os.environ.get("GRADIO_TEMP_DIR")))
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    threading.Thread(target=_sweep_forever, args=(folder,), daemon=True).start()
    return folder


def _sweep_forever(folder: Path) -> None:
    while True:
        time.sleep(SWEEP_SECONDS)
        guard.sweep(folder)


def wait_for_the_end(phase: Phase) -> None:
    """Sleep until Ctrl-C or SIGTERM; then take nothing new, and let what is being answered finish."""
    while not phase.stopping.wait(0.5):  # a wait without end would not let a signal through on every system
        pass
    deadline = time.monotonic() + STOP_SECONDS
    while not runtime.is_idle(for_seconds=0.5) and time.monotonic() < deadline:
        time.sleep(0.1)
    print("The hub has stopped.")


def main(argv: list[str] | None = None) -> int:
    """Serve the hub until it is stopped; return the exit status."""
    flags = parse_flags(argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it takes many networks for one that is traced anew
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    phase = Phase()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: phase.stopping.set())
    try:
        own_temporary_folder()
        address = serve(flags, phase)
    except (OSError, ValueError, store.BrokenFolder) as error:
        print(f"The hub cannot start: {error}", file=sys.stderr)
        return 2
    print(f"The hub is at {address} (in Chinese at {address.rstrip('/')}/zh). Ctrl-C stops it.", flush=True)
    wait_for_the_end(phase)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
