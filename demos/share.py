"""Where others find the hub: the address in the local network, and a public link where one can be had.

A public link runs through a tunnel of Gradio's ``frpc``, a program that it downloads on first use. Where that cannot be
done, the hub says why, and what else there is, and goes on serving.
"""

import io
import ipaddress
import logging
import socket
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import segno
from gradio import networking, tunneling
from gradio.exceptions import ChecksumMismatchError, ShareCertificateWriteError

# An address that belongs to nobody (RFC 5737): asking the way there sends nothing.
NOBODY = ("192.0.2.1", 9)
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what a visitor may ask for

IN_THE_NETWORK = """
  - in the same network: python app.py --host 0.0.0.0, then the address that it prints"""
ELSE = """What else lets others in:{network}
  - for everybody: a Space on the Hugging Face Hub (see "A Space" in README.md)
  - a tunnel server of your own: --share-server HOST:PORT (https://github.com/huggingface/frp)"""

# What stops a tunnel, the narrower kinds of error first.
REASONS: dict[type[Exception], str] = {
    ChecksumMismatchError: "the tunnel program that was downloaded is not the published one",
    ShareCertificateWriteError: "the certificate of the tunnel server cannot be written into this folder",
    PermissionError: "this machine does not let the tunnel program be saved or run",
    OSError: "the tunnel program cannot be saved or run on this machine",
    RuntimeError: "Gradio's share server cannot be reached (no internet, or it is blocked)",
    httpx.HTTPError: "the tunnel program cannot be downloaded (no internet, or it is blocked)",
    ValueError: "the tunnel server refuses, or does not answer in time",
    Exception: "the tunnel program fails",
}

_log = logging.getLogger(__name__)


class NoLink(Exception):
    """There is no public link; the message says why, in one sentence."""


def parse_server(text: str) -> str:
    """Return the HOST:PORT of a tunnel server.

    Raises:
        ValueError: it is not one.
    """
    host, _colon, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise ValueError(f"must be HOST:PORT. Received: {text!r}")
    return text


def open_link(host: str, port: int, token: str, server: str | None) -> str:
    """Open a tunnel to a hub on this machine and return the public address.

    Args:
        host: where the hub listens on this machine.
        port: the same.
        token: a secret that names the tunnel.
        server: HOST:PORT of a tunnel server; None for Gradio's.

    Raises:
        NoLink: it cannot be had.
    """
    try:
        return networking.setup_tunnel(host, port, token, server, None)
    except Exception as error:  # whatever the tunnel comes to, the hub goes on
        if isinstance(error, ChecksumMismatchError):  # or it would be run the next time
            Path(tunneling.BINARY_PATH).unlink(missing_ok=True)
        _log.info("No public link", exc_info=error)
        raise NoLink(next(sentence for kind, sentence in REASONS.items() if isinstance(error, kind))) from None


def local_address(host: str, port: int) -> str | None:
    """Return the address by which the same network reaches a hub that listens on ``host``; None where it does not."""
    if host in EVERYWHERE:
        own = _own_address()
        return f"http://{own}:{port}" if own else None
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if address.is_loopback:
        return None
    return f"http://[{host}]:{port}" if address.version == 6 else f"http://{host}:{port}"


def _own_address() -> str | None:
    """This machine's address in its network; None where it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(NOBODY)
        except OSError:
            return None
        found = probe.getsockname()[0]
    return None if ipaddress.ip_address(found).is_loopback else found


def as_picture(address: str) -> str:
    """Return the QR code of an address, drawn with block characters for a terminal."""
    drawn = io.StringIO()
    segno.make(address).terminal(drawn, border=2, compact=True)
    return drawn.getvalue()


def tell(host: str, port: int, problem: str | None = None) -> None:
    """Print where the same network finds the hub, as text and for a phone's camera; first why there is no link.

    Args:
        host: where the hub listens.
        port: the same.
        problem: why there is no public link, where one was asked for.
    """
    if problem:
        network = "" if host in EVERYWHERE else IN_THE_NETWORK
        print(f"There is no public link: {problem}. The hub goes on serving. {ELSE.format(network=network)}")
    address = local_address(host, port)
    if address:
        print(f"In the same network the hub is at {address}.")
        with suppress(UnicodeEncodeError):  # a terminal without block characters does without
            print(as_picture(address))
    sys.stdout.flush()
