"""``demos.page``: what every tab says about the network that answered, and its look inside."""

import importlib
import inspect
import re
from dataclasses import replace
from html import unescape

import gradio as gr
import pytest

from demos import digit, page
from demos.plots import percent
from models import digit as digit_model
from models import runtime, store

ENGLISH = page.translator("en")
SHA = "0123456789abcdef0123456789abcdef01234567"
PROBLEMS = {
    "missing": "the Hub has no such network",
    "forbidden": "the Hub does not allow it",
    "unreachable": "the Hub cannot be reached",
    "slow": "the Hub does not answer",
    "broken": "the Hub's file is damaged",
}


@pytest.fixture
def folder(model_folder, monkeypatch):
    """A small folder on disk; no TensorFlow is asked for the device."""
    monkeypatch.setattr(runtime, "device", lambda: "GPU of a test")
    return store.read("digit", "mlp", model_folder.parent)


def facts(folder, milliseconds=2.34, translate=ENGLISH):
    """Term -> description, as the page's HTML has them."""
    entries = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page.provenance(folder, milliseconds, translate))
    return {unescape(name): unescape(value) for name, value in entries}


# What answered


def test_the_line_under_a_result_names_all_facts(folder):
    assert facts(folder) == {
        "Network": "mlp",
        "Parameters": "7,850",  # 784 x 10 weights and 10 biases
        "Trained on": "MNIST, 10 examples",
        "Measured": f"{percent(folder.metrics['result']['value'])} on 10 test examples; SVM 90.0\u202f%",
        "Revision": "local folder",
        "Device": "GPU of a test",
        "Time": "2.3 ms",
    }


def test_the_committed_networks_are_measured_beside_the_baseline():
    for network in digit_model.NETWORKS:
        metrics = store.read("digit", network).metrics
        measured = facts(store.read("digit", network), None)["Measured"]
        accuracy, baseline = percent(metrics["result"]["value"]), percent(metrics["baseline"]["value"])
        assert measured == f"{accuracy} on 10,000 test examples; SVM {baseline}"


def test_before_the_first_answer_neither_device_nor_time_is_known(folder, monkeypatch):
    monkeypatch.setattr(runtime, "device", lambda: pytest.fail("TensorFlow was imported."))
    shown = facts(folder, None)
    assert (shown["Device"], shown["Time"]) == ("–", "–")


def test_the_facts_keep_their_number_and_order_when_an_answer_comes(folder):
    assert list(facts(folder, None)) == list(facts(folder, 1.0))


def test_the_revision_of_the_hubs_network_is_its_whole_sha(folder):
    from_hub = replace(folder, origin="hub", repo_id="alice/digit-mlp", revision=SHA)
    assert facts(from_hub)["Revision"] == f"alice/digit-mlp @ {SHA}"


def test_the_embedded_copy_is_called_so(folder):
    assert facts(replace(folder, origin="embedded"))["Revision"] == "copy that comes with the hub"


@pytest.mark.parametrize("problem", PROBLEMS)
def test_why_the_hubs_network_does_not_answer_stands_beside_the_copy(folder, problem):
    embedded = store.with_problem(replace(folder, origin="embedded"), problem)
    assert facts(embedded)["Revision"] == f"copy that comes with the hub ({PROBLEMS[problem]})"
    assert facts(store.with_problem(folder, problem))["Revision"] == f"local folder ({PROBLEMS[problem]})"


def test_every_problem_that_the_store_knows_has_its_words():
    assert set(PROBLEMS) == set(store.Problem.__args__)


def test_the_limits_stand_below_in_the_language_of_the_page():
    for network in digit_model.NETWORKS:
        folder = store.read("digit", network)
        english, chinese = (page.provenance(folder, None, page.translator(code)) for code in ("en", "zh"))
        assert folder.metrics["limits"] in unescape(english)
        assert page.translator("zh")(folder.metrics["limits"]) in unescape(chinese)
        assert page.translator("zh")(folder.metrics["limits"]) != folder.metrics["limits"]
        assert len(re.findall(r"\.(?: |$)", folder.metrics["limits"])) == 2  # sentences


def test_what_a_folder_says_of_itself_is_shown_and_not_run(folder):
    evil = "<img src=x onerror=alert(1)>"
    metrics = folder.metrics | {"limits": evil}
    metrics |= {"dataset": metrics["dataset"] | {"name": evil}, "baseline": metrics["baseline"] | {"short": evil}}
    html = page.provenance(replace(folder, metrics=metrics, network=evil, origin="hub", repo_id=evil), 1.0, ENGLISH)
    assert "<img" not in html
    assert html.count("&lt;img") == 5


# The look inside


def test_a_layer_has_its_name_kind_shape_and_parameters(folder):
    assert [row[1:] for row in page.layer_rows(folder)] == [
        ["Rescaling", "28 × 28 × 1", "0"],
        ["Flatten", "784", "0"],
        ["Dense", "10", "7,850"],
    ]


@pytest.mark.parametrize("network", digit_model.NETWORKS)
def test_the_layers_parameters_add_up(network):
    folder = store.read("digit", network)
    numbers = [int(row[3].replace(",", "")) for row in page.layer_rows(folder)]
    assert sum(numbers) == folder.metrics["parameters"]


@pytest.mark.parametrize("network", digit_model.NETWORKS)
def test_the_source_shown_is_that_of_the_real_builder(network):
    builder = importlib.import_module("models.networks.digit").NETWORKS[network]
    assert store.builder_source("digit", network) == inspect.getsource(builder).rstrip("\n")


# The built page


@pytest.fixture(scope="module")
def tab():
    """The English digit tab, with the committed networks."""
    runtime.configure()
    return digit.build("en")


def test_choosing_a_network_changes_all_that_is_shown_of_its_inside(tab):
    (event,) = [event for event in tab.fns.values() if event.name == "show"]
    kinds = [type(part) for part in event.outputs]
    assert kinds == [gr.Plot, gr.Markdown, gr.Dataframe, gr.Code]
    for network in digit_model.NETWORKS:
        _figure, _words, rows, source = event.fn(network)
        assert rows == page.layer_rows(store.read("digit", network))
        assert source.startswith(f"def build_{network}(")


@pytest.mark.parametrize("network", ["../digit-mlp", "unknown", None, "", "mlp\x00"])
def test_the_inside_of_a_network_nobody_knows_is_not_shown(tab, network):
    (event,) = [event for event in tab.fns.values() if event.name == "show"]
    with pytest.raises(gr.Error):
        event.fn(network)


def test_no_event_of_the_page_goes_past_the_queue(tab):
    # The firewall lets nothing through to /gradio_api/run, which is where such an event would go.
    assert [event.name for event in tab.fns.values() if event.fn and not event.queue] == []


# Around the tabs


@pytest.mark.parametrize(
    ("language", "href", "lang", "word"), [("en", "zh", "zh-CN", "中文"), ("zh", "./?lang=en", "en", "English")]
)
def test_the_switch_leads_to_the_other_language(language, href, lang, word):
    header = page.header(language, page.translator(language))
    assert f'href="{href}" lang="{lang}" hreflang="{lang}">{word}</a>' in header


def test_the_title_of_the_page_is_its_heading():
    assert "<h1>深度学习演示馆</h1>" in page.header("zh", page.translator("zh"))
    assert "h1" in page.TITLE_SCRIPT


def test_the_footer_says_what_happens_to_what_is_entered():
    assert "deleted within an hour" in page.footer(ENGLISH)


def test_no_font_comes_from_elsewhere():
    theme = page.theme()
    assert not theme._font_css or "http" not in str(theme._font_css)
    assert "googleapis" not in str(theme._get_theme_css()) + str(theme._stylesheets)
