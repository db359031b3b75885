"""The tabs with somebody's own network beside ours: its choice, its labels, its facts, the look inside."""

import json

import numpy as np
import pytest

import app
from demos import digit, feedback, image, page
from demos.plots import percent
from models import added, runtime
from models.corrections import read_corrections
from tests.made_network import CLOTHES, classifier, save
from tests.running_hub import seven

_ = page.translator("en")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A network of clothes for the digit tab, which states what it reached; one of pets for the image tab."""
    root = tmp_path_factory.mktemp("added")
    clothes = save(root / "digit-clothes", classifier())
    stated = {"metric": "accuracy", "value": 0.9, "interval95": [0.8, 1.0]}
    data = {"name": "<i>Clothes</i>", "train": 5000, "test": 1000}
    (clothes / "metrics.json").write_text(json.dumps({"result": stated, "dataset": data}))
    pets = save(root / "image-pets", classifier((32, 32, 3), 6), ["cat", "hamster", "rat", "eel", "gecko", "newt"])
    return clothes, pets


@pytest.fixture(autouse=True)
def shown(folders):
    """Both are shown."""
    places = [added.Place(task, folder) for task, folder in zip(("digit", "image"), folders, strict=True)]
    runtime.configure(added=tuple(added.open_network(place, ()) for place in places))
    yield
    runtime.configure()


def last(answers):
    return list(answers)[-1]


def test_it_stands_among_the_networks_without_a_figure_of_ours():
    about = digit._about(_)
    choice = page.network_choice("digit", digit.digit.networks(), "convnet", about, _)
    assert choice.choices[-1] == ("clothes", "clothes") and "convnet · 99.7" in choice.choices[0][0]
    assert about.endswith("Added to this copy, with labels of its own: clothes.")


def test_it_answers_with_its_labels_beside_ours():
    verdict, details, cards, facts = last(digit.answer(lambda: np.full((28, 28), 9, np.uint8), "clothes", _))
    reading = digit.digit.predict(np.full((28, 28), 9, np.uint8), "clothes")
    assert f"I read {reading.label}, with" in verdict or f"Most likely it is {reading.label}," in verdict
    assert 'class="hub-words"' in verdict and 'class="hub-words"' in cards
    assert [label in details for label in CLOTHES] == [True] * 3
    assert cards.count("hub-card") > 4 and percent(reading.probabilities[reading.label]) in cards
    assert "Whoever runs this copy added this network." in facts


def test_our_networks_keep_their_look_and_labels(picture):
    verdict, details, _cards, facts = last(digit.answer(lambda: digit.read_picture(picture), "mlp", _))
    assert "I read 7" in verdict and "hub-words" not in verdict
    assert "Bag" not in details and "Whoever runs" not in facts


@pytest.fixture
def picture(uploads):
    """The path of an uploaded 7."""
    (uploads / "seven.png").write_bytes(seven())
    return str(uploads / "seven.png")


def test_its_facts_say_that_they_are_its_own_and_are_written_as_text():
    html = page.provenance(runtime.folder("digit", "clothes"), None, _)
    assert "Stated by its folder" in html and "on 1,000 test examples" in html and "Measured" not in html
    assert "&lt;i&gt;Clothes&lt;/i&gt;, 5,000 examples" in html and "<i>" not in html
    assert "2,355" in html and "local folder" in html


def test_where_nothing_is_stated_nothing_is_shown():
    html = page.provenance(runtime.folder("image", "pets"), 1.5, _)
    assert "Trained on" not in html and "Stated" not in html and "1.5 ms" in html


def test_the_waiting_note_has_its_labels_too():
    details = digit.show_message("Wait.", "clothes", _)[1]
    assert "Trouser" in details and ">9<" not in details


def test_the_endpoint_knows_it(picture):
    answer = digit.classify(picture, "clothes")
    assert answer["label"] in CLOTHES and list(answer["probabilities"]) == list(CLOTHES)


@pytest.mark.parametrize(("tab", "network"), [(digit, "clothes"), (image, "pets")])
def test_the_description_for_programs_names_it(tab, network):
    built = tab.build("en")
    (event,) = (event for event in built.fns.values() if event.api_name == tab.API.name)
    assert f", {network}" in event.api_description
    assert network not in tab.API.description(_)


def test_a_correction_of_its_answer_is_kept(tmp_path):
    file = tmp_path / "corrections.jsonl"
    feedback.configure(feedback.Keeper(file, None))
    try:
        digit.correct(lambda: np.full((28, 28), 9, np.uint8), "clothes", digit.NONE, _)
    finally:
        feedback.configure(None)
    (kept,) = read_corrections(file)
    assert kept.network == "clothes" and kept.answer in CLOTHES and kept.label is None


def test_an_image_network_answers_with_labels_of_its_own():
    seen = np.zeros((32, 32, 3), np.uint8), np.zeros((168, 168, 3), np.uint8)
    readings = image._read_all(seen[0], "pets")
    heat = image._heat(seen[0], readings["pets"], "pets")
    verdict, details, cards, _facts = image.show_readings(seen, readings, "pets", heat, _)
    assert readings["pets"].label in verdict and "gecko" in details + verdict + cards
    assert image.show_message("Wait.", "pets", page.translator("zh"))[1].count("<tr>") == 5


def test_a_label_that_is_ours_is_translated_and_another_is_not():
    assert image._name("cat", page.translator("zh")) == "猫" and image._name("gecko", page.translator("zh")) == "gecko"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("tab", [digit, image])
def test_the_tab_can_be_built_in_both_languages(tab, language):
    assert tab.build(language)


def test_the_look_inside_shows_its_layers_and_description():
    folder = runtime.folder("digit", "clothes")
    assert [row[1] for row in page.layer_rows(folder)] == ["Rescaling", "Flatten", "Dense"]
    figure, words, rows, source = page.inside(folder, _)
    assert len(figure.data) == 0 and words == "Its folder holds no training curve."
    assert '"class_name": "Sequential"' in source and len(rows) == 3


def test_the_environment_can_add_networks_too(folders, monkeypatch):
    monkeypatch.setenv("HUB_ADD", f"digit={folders[0]} image={folders[1]}")
    assert [place.name for place in app.parse_flags([]).add] == ["clothes", "pets"]
    monkeypatch.setenv("HUB_ADD", "digit=nowhere")
    with pytest.raises(SystemExit):
        app.parse_flags([])


def test_two_of_one_name_are_refused(folders):
    place = added.Place("digit", folders[0])
    with pytest.raises(added.DoesNotFit, match="the name 'clothes' is taken"):
        app.open_added([place, place])
