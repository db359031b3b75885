"""``training.card``: the card says what the metrics hold, and a section without its key is left out."""

import pytest
from huggingface_hub import ModelCard

from training.card import LICENSES, build_card, most_restrictive


def metrics(**more):
    """The least that a folder's metrics hold."""
    return {
        "task": "digit",
        "network": "mlp",
        "summary": "A network of a test.",
        "limits": "It knows little. Use it for nothing.",
        "pipeline_tag": "image-classification",
        "input": "float32 [batch, 2]",
        "output": "float32 [batch, 2]",
        "dataset": {
            "name": "Made digits",
            "id": "made/digits",
            "url": "https://example.org/",
            "license": "mit",
            "unit": "digits",
            "train": 1200,
            "validation": 300,
            "test": 1000,
        },
        "training": {
            "seconds": 120,
            "epochs": 3,
            "machine": "a test",
            "precision": "float32",
            "batch_size": 8,
            "seed": 1,
            "date": "2026-11-21",
        },
        "result": {"metric": "accuracy", "value": 0.9, "interval95": [0.88, 0.92]},
        "baseline": {"name": "SVM", "short": "SVM", "value": 0.85},
        "parameters": 1234,
        "known": {"model": {}},
    } | more


def section(card, title):
    """The text from a heading to the next."""
    return card.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def rows(text):
    """The cells of a text's table rows."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith(("|---", "| ---"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_smallest_metrics_make_a_card_without_empty_sections():
    card = build_card(metrics())
    titles = [line for line in card.splitlines() if line.startswith("## ")]
    assert titles == ["## Result", "## Use and misuse", "## Data", "## Training"]
    assert "None" not in card and "{" not in card


def test_a_card_says_how_often_the_test_part_was_used():
    assert "The test part was used once" in build_card(metrics())
    card = build_card(metrics(test_use="It was measured on it twice."))
    assert "It was measured on it twice. `metrics.json` holds" in card and "used once" not in card


def test_the_model_index_holds_the_result_and_its_interval():
    (evaluation,) = ModelCard(build_card(metrics())).data.eval_results
    assert (evaluation.metric_type, evaluation.metric_value) == ("accuracy", 0.9)
    assert evaluation.metric_name == "accuracy (95 % interval 88.00 % to 92.00 %)"
    assert evaluation.metric_args == {"interval95": [0.88, 0.92]}


def test_further_figures_stand_in_the_model_index_with_their_own_data_and_in_a_table():
    figure = {
        "name": "drawn digits",
        "metric": "accuracy",
        "value": 0.99,
        "interval95": [0.98, 0.995],
        "n": 3498,
        "dataset": {"name": "Strokes", "id": "made/strokes"},
    }
    card = build_card(metrics(measured=[figure]))
    first, second = ModelCard(card).data.eval_results
    assert (first.dataset_type, second.dataset_type) == ("made/digits", "made/strokes")
    assert second.metric_value == 0.99 and second.metric_args == {"interval95": [0.98, 0.995]}
    expected = ["drawn digits (accuracy, 3,498)", "99.00 % (95 % interval 98.00 % to 99.50 %)"]
    assert expected in rows(section(card, "Result"))


def test_baseline_and_others_stand_below_the_result_with_their_intervals():
    others = [{"name": "a forest", "value": 0.87, "interval95": [0.86, 0.88]}]
    table = rows(section(build_card(metrics(others=others)), "Result"))
    assert table[2:] == [["SVM", "85.00 %"], ["a forest", "87.00 % (95 % interval 86.00 % to 88.00 %)"]]


def test_classes_confusions_and_tables_are_shown():
    table = {"title": "Published", "columns": ["network", "accuracy"], "rows": [["a|b", 1234]]}
    card = build_card(metrics(per_class={"0": 0.5}, confusions=[["4", "9", 7], ["9", "4", 3]], tables=[table]))
    assert ["0", "50.00 %"] in rows(section(card, "Result"))
    assert "### Published" in card and "| a\\|b | 1,234 |" in card
    assert rows(section(card, "What it gets wrong"))[1:] == [["4", "9", "7"], ["9", "4", "3"]]


def test_pictures_and_calibration_are_shown():
    pictures = [{"file": "failures.png", "caption": "What it misreads."}]
    text = section(
        build_card(metrics(pictures=pictures, calibration={"error": 0.0123, "bins": 15})), "What it gets wrong"
    )
    assert "![What it misreads.](failures.png)" in text
    assert "0.0123" in text and "15 bins" in text


def test_size_and_latency_are_told_of_the_networks_files_only():
    files = {"model.keras": {"size": 2_345_678, "sha256": ""}, "README.md": {"size": 1, "sha256": ""}}
    latency = {"milliseconds": 1.234, "p95": 2.5, "calls": 200, "machine": "two cores"}
    text = section(build_card(metrics(files=files, latency=latency)), "Size and speed")
    assert "`model.keras`: 2.35 MB" in text and "README" not in text
    assert "1.23 ms" in text and "2.50 ms" in text and "200 calls" in text and "two cores" in text


def test_the_card_says_whose_handwriting_it_is():
    dataset = metrics()["dataset"] | {"people": "Pupils wrote them."}
    assert "Pupils wrote them." in section(build_card(metrics(dataset=dataset)), "Data")


@pytest.mark.parametrize(
    ("licenses", "expected"),
    [
        ("mit", "mit"),
        (["mit", "cc-by-sa-3.0"], "cc-by-sa-3.0"),
        (["cc-by-sa-3.0", "cc-by-4.0"], "cc-by-sa-3.0"),
        (["cc-by-nc-4.0", "gpl-3.0", "cc0-1.0"], "cc-by-nc-4.0"),
        (["other", "cc-by-nc-4.0"], "other"),
        (["unknown", "other", "mit"], "unknown"),
    ],
)
def test_the_licence_follows_the_most_restrictive_of_the_data(licenses, expected):
    assert most_restrictive(licenses) == expected
    card = build_card(metrics(dataset=metrics()["dataset"] | {"license": licenses}))
    assert ModelCard(card).data.license == expected
    text = section(card, "Data")
    assert f"licence is `{expected}`" in text
    assert ("the most restrictive" in text) == (isinstance(licenses, list) and len(licenses) > 1)


def test_no_licence_stands_twice_in_the_order():
    assert len(set(LICENSES)) == len(LICENSES)


@pytest.mark.parametrize("licenses", [[], "my own", ["mit", "my own"]])
def test_a_licence_without_a_place_in_the_order_is_refused(licenses):
    with pytest.raises(ValueError, match="licence must be one of"):
        most_restrictive(licenses)
