"""``generate_digits`` over HTTP: files that can be fetched, the same for the same values, sentences for bad ones."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from models import gan
from tests import running_hub
from tests.running_hub import call

SEED = "seed must be a whole number from 0 to 2,147,483,647."
COUNT = "count must be a whole number from 1 to 64."
TRUNCATION = "truncation must be a number from 0 to 1.5."
DIGIT = "digit must be a whole number from 0 to 9."
NETWORK = "Please choose one of: dcgan, mlp."


@pytest.fixture(scope="module")
def hub():
    """A hub whose networks are loaded, however slow the machine is."""
    with running_hub.start("--demos", "gan", "--lang", "en") as hub:
        with hub.http() as http:
            for network in gan.NETWORKS:
                tries = (call(http, "generate_digits", None, 1, 1, 1.0, network)[1] for _try in range(5))
                assert "complete" in tries
        yield hub


@pytest.fixture
def http(hub):
    with hub.http() as client:
        yield client


def made(http, *values):
    """What a good call gives: the files' names and contents."""
    status, kind, results = call(http, "generate_digits", *values)
    assert (status, kind) == (200, "complete"), results
    files = results[0]
    return [file["orig_name"] for file in files], [fetch(http, file) for file in files]


def fetch(http, file):
    answer = http.get(f"/gradio_api/file={file['path']}")
    assert answer.status_code == 200
    return answer.content


def said(http, *values):
    """What a bad call says."""
    status, kind, error = call(http, "generate_digits", *values)
    assert (status, kind) == (200, "error")
    return error["error"]


def test_ten_sevens_are_ten_files_of_28_by_28_pixels(http):
    names, contents = made(http, 7, 42, 10, 1.0, "dcgan")
    assert names == [f"digit-7-seed-42-{number:02}.png" for number in range(1, 11)]
    pictures = [Image.open(io.BytesIO(content)) for content in contents]
    assert {(picture.format, picture.mode, picture.size) for picture in pictures} == {("PNG", "L", (28, 28))}
    assert all(np.ptp(np.asarray(picture)) > 150 for picture in pictures)
    assert len(set(contents)) == 10


def test_without_a_digit_all_ten_come_in_turn_and_the_mlp_makes_what_it_likes(http):
    assert [name[:8] for name in made(http, None, 1, 3, 1.0, "dcgan")[0]] == ["digit-0-", "digit-1-", "digit-2-"]
    assert made(http, None, 1, 2, 1.0, "mlp")[0] == ["seed-1-01.png", "seed-1-02.png"]


def test_the_same_values_give_the_same_bytes_also_to_many_at_once_and_in_a_larger_set(http):
    values = (3, 2**31 - 1, 5, 1.0, "dcgan")
    first = made(http, *values)
    with ThreadPoolExecutor(6) as pool:
        others = list(pool.map(lambda _: made(http, *values), range(6)))
    assert all(other == first for other in others)
    assert made(http, 3, 2**31 - 1, 20, 1.0, "dcgan")[1][:5] == first[1]


def test_at_distance_zero_all_are_the_mean(http):
    assert len(set(made(http, 3, 5, 4, 0, "dcgan")[1])) == 1


def test_whole_numbers_may_be_written_as_floats(http):
    assert made(http, 7.0, 42.0, 2.0, 1, "dcgan") == made(http, 7, 42, 2, 1.0, "dcgan")


def test_what_is_left_out_has_its_default(http):
    answer = http.post("/gradio_api/call/v2/generate_digits", json={"seed": 5})
    kind, results = running_hub.outcome(http, answer.json()["event_id"], "generate_digits")
    assert kind == "complete" and len(results[0]) == 10
    assert results[0][0]["orig_name"] == "digit-7-seed-5-01.png"


BAD = [
    *[((bad, 1, 1, 1.0, "dcgan"), DIGIT) for bad in (-1, 10, 1e300, 3.5, "7", True, [7], {"a": 1})],
    *[((7, bad, 1, 1.0, "dcgan"), SEED) for bad in (-1, 2**31, 2**63, 10**40, 3.7, "abc", "42", None, False, [1])],
    *[((7, 1, bad, 1.0, "dcgan"), COUNT) for bad in (0, -1, 65, 10_000, 10**9, 1.5, None, "2", {})],
    *[((7, 1, 1, bad, "dcgan"), TRUNCATION) for bad in (-0.01, 1.51, 1e308, None, "1", [1.0])],
    *[((7, 1, 1, 1.0, bad), NETWORK) for bad in ("stylegan", "", None, 7, ["mlp"], "<b>mlp</b>")],
    ((7, 1, 1, 1.0, "mlp"), "mlp cannot be told which digit to make. Give null as the digit."),
]


@pytest.mark.parametrize(("values", "sentence"), BAD)
def test_a_value_out_of_range_gets_its_sentence(http, values, sentence):
    assert said(http, *values) == sentence


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize(("place", "sentence"), [(0, DIGIT), (1, SEED), (2, COUNT), (3, TRUNCATION)])
def test_what_is_no_number_gets_its_sentence(http, bad, place, sentence):
    values = ["7", "1", "1", "1.0"]
    values[place] = bad
    body = f'{{"data": [{", ".join(values)}, "dcgan"]}}'
    answer = http.post("/gradio_api/call/generate_digits", content=body, headers={"content-type": "application/json"})
    kind, error = running_hub.outcome(http, answer.json()["event_id"], "generate_digits")
    assert (kind, error["error"]) == ("error", sentence)


@pytest.mark.parametrize("values", [[], [7], [7, 1, 1, 1.0], [7, 1, 1, 1.0, "dcgan", 1]])
def test_a_call_with_too_few_or_too_many_values_is_refused(http, values):
    assert call(http, "generate_digits", *values)[:2] == (400, "refused")


def test_the_endpoint_is_described_with_its_parameters(http):
    endpoint = http.get("/gradio_api/info").json()["named_endpoints"]["/generate_digits"]
    names = [parameter["parameter_name"] for parameter in endpoint["parameters"]]
    assert names == ["digit", "seed", "count", "truncation", "network"]
    assert [parameter["label"] for parameter in endpoint["parameters"]] == names
    assert endpoint["parameters"][4]["type"]["enum"] == list(gan.NETWORKS)
    assert "0 to 2,147,483,647" in endpoint["description"]


def test_nothing_is_written_to_the_log_by_what_was_sent(hub, http):
    said(http, 7, "secret-of-a-visitor", 1, 1.0, "dcgan")
    assert "secret-of-a-visitor" not in hub.printed and "Traceback" not in hub.printed


def test_a_file_is_found_by_its_full_path_alone(http):
    answer = http.get("/gradio_api/file=../../etc/passwd")
    assert answer.status_code == 404
