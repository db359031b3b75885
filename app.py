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
from typing import NoReturn

import gradio as gr
import huggingface_hub.constants
from starlette.middleware import Middleware

from demos import digit, feedback, forecast, gan, guard, house, image, link, page, sentiment, share
from demos.firewall import Firewall
from demos.health import Health
from demos.language import PageLanguage
from models import added, runtime, store

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
        default=os.environ.get("GRADIO_SHARE", "").lower() == "true",
        help="also make a public link through Gradio's share server, for up to a week (default: GRADIO_SHARE, or not)",
    )
    add(
        "--share-server",
        type=_share_server,
        default=os.environ.get("GRADIO_SHARE_SERVER_ADDRESS") or None,
        metavar="HOST:PORT",
        help="make the public link of --share through this tunnel server (default: GRADIO_SHARE_SERVER_ADDRESS)",
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
    add(
        "--feedback",
        type=Path,
        metavar="FILE",
        help="let visitors correct what was read in a digit, and keep their corrections in FILE (default: off)",
    )
    add(
        "--feedback-to",
        metavar="OWNER/NAME",
        help="send visitors' corrections to this data set of yours on the Hugging Face Hub (default: off)",
    )
    add(
        "--add",
        type=_added,
        action="append",
        default=[],
        metavar="TASK=PLACE",
        help="show somebody's own network in the digit or image tab: digit=OWNER/NAME@SHA of the Hub, or digit=FOLDER "
        "(may be given more than once; HUB_ADD adds too)",
    )
    add("--mcp", action="store_true", help="also offer each demo to language models as a tool (requirements-mcp.txt)")
    add("--lang", choices=["auto", "en", "zh"], default="auto", help="language of a first visit; auto asks the browser")
    flags = parser.parse_args(argv)
    try:
        flags.add += map(_added, os.environ.get("HUB_ADD", "").split())
    except argparse.ArgumentTypeError as error:
        parser.error(f"HUB_ADD: {error}")
    hidden = [str(place) for place in flags.add if place.task not in flags.demos]
    if hidden:
        parser.error(f"argument --add: --demos leaves out the tab of {', '.join(hidden)}")
    return flags


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


def _share_server(text: str) -> str:
    try:
        return share.parse_server(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _added(text: str) -> added.Place:
    try:
        return added.parse(text)
    except added.DoesNotFit as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def open_added(places: list[added.Place]) -> tuple[store.Folder, ...]:
    """Return the folders of networks that are to be shown beside ours.

    Raises:
        added.DoesNotFit: one cannot be had, or does not fit.
    """
    networks = {task_of(demo): demo.NETWORKS for demo in DEMOS}
    folders: list[store.Folder] = []
    for place in places:
        taken = (*networks[place.task], *(folder.network for folder in folders if folder.task == place.task))
        folders.append(added.open_network(place, taken))
    return tuple(folders)


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


def serve(flags: argparse.Namespace, phase: Phase) -> gr.Blocks:
    """Start the server, then the loading of the networks, and return the hub that is being served."""
    if flags.host or flags.port:
        require_address(flags.host or "127.0.0.1", flags.port or 0)
    prepare_tools(flags)
    runtime.configure(flags.models, flags.hub, open_added(flags.add))
    if flags.feedback or flags.feedback_to:
        feedback.configure(feedback.Keeper(flags.feedback, flags.feedback_to))
    hub = build(flags.demos, flags.max_upload_mb)
    hub.queue(max_size=flags.queue_size, default_concurrency_limit=guard.SIMULTANEOUS, api_open=False)
    networks = {task_of(demo): demo.NETWORKS for demo in DEMOS if task_of(demo) in flags.demos}
    networks = {task: (*names, *runtime.added(task)) for task, names in networks.items()}
    hub.launch(
        server_name=flags.host,
        server_port=flags.port,
        share=False,  # ``announce`` opens the public link, and survives where there is none
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
        quiet=True,
        prevent_thread_lock=True,
        app_kwargs={"middleware": _middleware(hub, networks, flags, phase), **WITHOUT_DOCS},
    )
    phase.serving.set()
    runtime.warm({name: networks[name] for name in flags.demos})
    return hub


def _middleware(
    hub: gr.Blocks, networks: dict[str, tuple[str, ...]], flags: argparse.Namespace, phase: Phase
) -> list[Middleware]:
    firewall = Middleware(
        Firewall,
        serving=phase.serving,
        stopping=phase.stopping,
        endpoints={demo.API.name: demo.API.kinds for demo in DEMOS},
        events=hub.fns.keys(),
        health=Health(networks, lambda: len(hub._queue), flags.queue_size, phase.stopping),
        tools=flags.mcp,
        trust_proxy=in_a_space(),
    )
    return [firewall, Middleware(PageLanguage, first_language=flags.lang)]


def in_a_space() -> bool:
    """Whether this is a Space of the Hugging Face Hub, which has an address of its own and a proxy before it."""
    return os.environ.get("SYSTEM") == "spaces"


def announce(hub: gr.Blocks, flags: argparse.Namespace) -> None:
    """Print where the hub is: on this machine, in its network, and under a public link where one is asked for."""
    host, port = hub.server_name, hub.server_port
    here = "127.0.0.1" if host in share.EVERYWHERE else host
    address = f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"
    print(f"The hub is at {address} (in Chinese at {address}/zh). Ctrl-C stops it.", flush=True)
    if flags.share:
        threading.Thread(target=_open_link, args=(here, hub, flags.share_server), daemon=True).start()
    elif not in_a_space():
        share.tell(host, port)


def _open_link(here: str, hub: gr.Blocks, server: str | None) -> None:
    """Open the public link, while the hub serves already; where there is none, say what else there is."""
    try:
        link = share.open_link(here, hub.server_port, hub.share_token, server)
    except share.NoLink as error:
        share.tell(hub.server_name, hub.server_port, problem=str(error))
    else:
        print(f"For everybody, for up to a week: {link}", flush=True)


def own_temporary_folder() -> Path:
    """Give this process an upload folder of its own, swept while it runs and removed at its end.

    In a Space Keras gets one too, since nothing may be written elsewhere there.
    """
    folder = Path(tempfile.mkdtemp(prefix="hub-", dir=os.environ.get("GRADIO_TEMP_DIR")))
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if in_a_space() and "KERAS_HOME" not in os.environ:
        os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="keras-")
        atexit.register(shutil.rmtree, os.environ["KERAS_HOME"], ignore_errors=True)
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
    keeper = feedback.keeper()
    deadline = time.monotonic() + STOP_SECONDS - (feedback.SENDING_SECONDS if keeper else 0)
    while not runtime.is_idle(for_seconds=0.5) and time.monotonic() < deadline:
        time.sleep(0.1)
    if keeper:
        keeper.close()
    print("The hub has stopped.", flush=True)


def leave_at_once(status: int) -> NoReturn:
    """End the process after what is to be done at its end, without waiting for its threads or tearing TensorFlow down.

    That would take seconds, in which the port is open and nobody answers, and may crash while a network is loaded.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(status)


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
        hub = serve(flags, phase)
    except (OSError, ValueError, store.BrokenFolder) as error:
        print(f"The hub cannot start: {error}", file=sys.stderr)
        return 2
    announce(hub, flags)
    wait_for_the_end(phase)
    return 0


if __name__ == "__main__":
    leave_at_once(main())
