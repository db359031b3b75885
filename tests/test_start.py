"""``benchmarks.start``: a hub is started as anybody starts it, waited for, weighed and stopped."""

import subprocess
import sys

import httpx
import pytest

from benchmarks import start
from demos import digit
from tests import running_hub


def test_one_start_gives_the_seconds_to_the_page_and_to_all_networks_of_the_tab():
    found = start.start_once(start.KINDS["one tab"])
    assert 0 < found.served < found.ready < start.WAIT_SECONDS
    assert found.networks == len(digit.NETWORKS)
    assert found.megabytes > 100 or sys.platform != "linux"


def test_the_hub_is_stopped_afterwards(monkeypatch):
    processes = []
    popen = subprocess.Popen

    def noted(*args, **kwargs):
        processes.append(popen(*args, **kwargs))
        return processes[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    with start.running_hub("--demos", "digit"):
        pass
    assert processes[0].returncode is not None


def test_a_hub_that_never_answers_is_not_waited_for_without_end(monkeypatch):
    monkeypatch.setattr(start, "WAIT_SECONDS", 0.2)
    address = f"http://127.0.0.1:{running_hub.free_port()}"
    with httpx.Client(base_url=address, trust_env=False) as http, pytest.raises(TimeoutError, match="/readyz"):
        start._wait_for(http, "/readyz", start.time.perf_counter())


def test_the_line_holds_medians():
    starts = [start.Start(seconds, 3 * seconds, 18, 900 + seconds) for seconds in (1.0, 9.0, 2.0)]
    assert start.line("all tabs", starts) == "all tabs: page after 2.0 s; 18 networks after 6.0 s, 902 MB then"
