"""``demos.share``: the address in the network, the QR code, and why there is no public link."""

from types import SimpleNamespace

import httpx
import pytest
from gradio import networking, tunneling
from gradio.exceptions import ChecksumMismatchError, ShareCertificateWriteError

import app
from demos import share

TOKEN = "token"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("Could not get share link from Gradio API Server."), "share server cannot be reached"),
        (httpx.ConnectError("no route"), "cannot be downloaded"),
        (ShareCertificateWriteError("read-only"), "certificate"),
        (PermissionError("noexec"), "does not let the tunnel program"),
        (OSError("Exec format error"), "cannot be saved or run"),
        (ValueError("login to server failed"), "refuses, or does not answer"),
        (AssertionError(), "fails"),
    ],
)
def test_each_fault_of_the_tunnel_has_a_sentence(monkeypatch, error, said):
    def fail(*_args):
        raise error

    monkeypatch.setattr(networking, "setup_tunnel", fail)
    with pytest.raises(share.NoLink, match=said) as raised:
        share.open_link("127.0.0.1", 7860, TOKEN, None)
    assert "\n" not in str(raised.value)


def test_a_tunnel_program_that_is_not_the_published_one_is_not_kept(monkeypatch, tmp_path):
    binary = tmp_path / "frpc"
    binary.write_bytes(b"something else")

    def fail(*_args):
        raise ChecksumMismatchError

    monkeypatch.setattr(tunneling, "BINARY_PATH", str(binary))
    monkeypatch.setattr(networking, "setup_tunnel", fail)
    with pytest.raises(share.NoLink, match="not the published one"):
        share.open_link("127.0.0.1", 7860, TOKEN, None)
    assert not binary.exists()


@pytest.mark.parametrize("text", ["", "here", ":7000", "here:", "here:0", "here:70000", "here:seven"])
def test_a_tunnel_server_needs_host_and_port(text):
    with pytest.raises(ValueError, match="HOST:PORT"):
        share.parse_server(text)


def test_a_tunnel_server_is_taken_as_it_is():
    assert share.parse_server("frp.example.org:7000") == "frp.example.org:7000"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", None),
        ("localhost", None),
        ("::1", None),
        ("192.0.2.7", "http://192.0.2.7:80"),
        ("2001:db8::7", "http://[2001:db8::7]:80"),
    ],
)
def test_the_network_s_address_is_told_where_the_network_is_let_in(host, address):
    assert share.local_address(host, 80) == address


def test_a_hub_that_lets_everybody_in_names_no_address_of_nobody(monkeypatch):
    monkeypatch.setattr(share, "_own_address", lambda: "192.0.2.7")
    assert share.local_address("0.0.0.0", 80) == "http://192.0.2.7:80"
    monkeypatch.setattr(share, "_own_address", lambda: None)
    assert share.local_address("0.0.0.0", 80) is None


def test_the_qr_code_is_square_and_differs_by_address():
    one, other = share.as_picture("http://192.0.2.7:80"), share.as_picture("http://192.0.2.8:80")
    lines = one.rstrip("\n").split("\n")
    assert one != other
    assert {len(line) for line in lines} == {len(lines[0])}
    assert abs(2 * len(lines) - len(lines[0])) <= 1  # two rows in a line
    assert set(one) <= set("█▀▄ \n")


def test_without_a_link_the_reason_comes_first_then_what_else(monkeypatch, capsys):
    monkeypatch.setattr(share, "_own_address", lambda: "192.0.2.7")
    share.tell("0.0.0.0", 80, problem="it is blocked")
    said = capsys.readouterr().out
    assert said.startswith("There is no public link: it is blocked. The hub goes on serving.")
    assert "--host" not in said  # it listens for the network already
    assert "Space" in said
    assert "--share-server" in said
    assert "http://192.0.2.7:80" in said
    assert "█" in said


def test_a_hub_for_this_machine_alone_is_told_how_to_let_the_network_in(capsys):
    share.tell("127.0.0.1", 80, problem="it is blocked")
    assert "python app.py --host 0.0.0.0" in capsys.readouterr().out


def test_a_hub_for_this_machine_alone_prints_nothing_more(capsys):
    share.tell("127.0.0.1", 80)
    assert capsys.readouterr().out == ""


def announced(monkeypatch, capsys, *flags):
    monkeypatch.setattr(share, "_own_address", lambda: "192.0.2.7")
    app.announce(SimpleNamespace(server_name="0.0.0.0", server_port=80), app.parse_flags([*flags]))
    return capsys.readouterr().out


def test_a_hub_for_the_network_tells_its_address(monkeypatch, capsys):
    monkeypatch.delenv("SYSTEM", raising=False)
    assert "http://192.0.2.7:80" in announced(monkeypatch, capsys)


def test_a_space_does_not_tell_the_address_of_its_container(monkeypatch, capsys):
    monkeypatch.setenv("SYSTEM", "spaces")
    assert "192.0.2.7" not in announced(monkeypatch, capsys)
