"""``demos.forecast``: the handlers of the tab, with good, doubtful and bad input."""

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from demos import forecast, forecast_form, forecast_plots, forecast_words, guard, page
from demos.forecast_methods import LEAST
from demos.forecast_sources import EXAMPLES, UploadedTable
from models import forecast as model
from models import runtime, store
from models.series import Settings, build_series, classical, read
from models.series.backtest import Score

ENGLISH = page.translator("en")
CHINESE = page.translator("zh")
MAIN = model.DEFAULT_NETWORK
BANDS = ("forecast", "low_80", "high_80", "low_95", "high_95")


def foretold(values, horizon, network):
    """A forecast of the last value, plus a little for each network, with wide bands."""
    line = np.full(horizon, values[-1] + model.NETWORKS.index(network))
    bands = (line, line - 1, line + 1, line - 2, line + 2)
    return model.Forecast(*bands, 1.5, runtime.folder(model.TASK, network))


@pytest.fixture(autouse=True)
def networks(monkeypatch):
    """Networks that answer at once, without TensorFlow; Theta without statsmodels. Returns what each was asked."""
    asked = {}

    def predict_many(histories, horizon, season, network):
        asked.setdefault(network, []).append((histories, horizon, season))
        return [foretold(values, horizon, network) for values in histories]

    runtime.configure()
    folder = store.read("digit", "mlp")
    measured = folder.metrics | {"result": folder.metrics["result"] | {"metric": "owa", "value": 0.9}}
    stand_in = replace(folder, metrics=measured)
    monkeypatch.setattr(runtime, "folder", lambda task, network: replace(stand_in, task=task, network=network))
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: True)
    monkeypatch.setattr(runtime, "device", lambda: "CPU")
    monkeypatch.setattr(model, "predict_many", predict_many)
    monkeypatch.setattr(model, "predict", lambda values, *rest: predict_many([values], *rest)[0])
    monkeypatch.setattr("demos.forecast_methods.CLASSICAL", {"naive": classical.seasonal_naive, "theta": made_theta})
    return asked


def made_theta(values, horizon, season):
    line = np.full(horizon, values.mean())
    return classical.Classical(line, line - 1, line + 1, line - 2, line + 2)


@pytest.fixture(autouse=True)
def upload_folder(uploads):
    return uploads


def uploaded(folder, content, name="series.csv"):
    (folder / name).write_bytes(content)
    return str(folder / name)


def request(source="paste", text=None, path=None, example=None, **others):
    entered = {"settings": Settings(), "horizon": 3, "season": 1, "network": MAIN} | others
    return forecast_form.Request(source, example, path, text, **entered)


NUMBERS = " ".join(str(value) for value in range(1, 31))


def answers(translate=ENGLISH, **entered):
    return list(forecast.answers(request(**entered), translate))


def sentence(answer):
    """What the first panel says, as a visitor reads it."""
    return re.search(r"<p>(.*?)</p>", answer.verdict)[1]


def said(**entered):
    """The one sentence that comes in place of an answer; nothing was forecast."""
    (answer,) = answers(**entered)
    assert answer.download is None
    assert answer.table == ""
    return sentence(answer)


def rows_of(html):
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr.*?</tr>", html)]


# What is read


def test_nothing_chosen_yet_is_said():
    assert said(source="") == "Choose an example, upload a file, or paste numbers."


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_answered_without_a_question(name):
    partial, complete = answers(source="example", example=name, settings=EXAMPLES[name].settings, season=0)
    assert "The next 3 values are" in sentence(partial)
    assert complete.verdict == partial.verdict
    assert len(rows_of(complete.test)) == 1 + len(model.NETWORKS) + 2


def test_the_examples_are_what_they_are_said_to_be():
    series = {name: read(example.load(), example.settings).series for name, example in EXAMPLES.items()}
    assert {name: (one.step.name, one.season) for name, one in series.items()} == {
        "stocks": ("weekly", 1),
        "sea": ("monthly", 12),
        "co2": ("weekly", 52),
        "sunspots": ("yearly", 1),
        "sales": ("monthly", 12),
    }
    assert series["stocks"].name == "AAPL"
    assert series["sea"].labels()[::731] == ["1950-01", "2010-12"]
    assert [note.code for note in series["sales"].notes] == ["sorted", "gaps", "filled"]


def test_an_uploaded_file_is_read(upload_folder):
    rows = "\n".join(f"2020-{month:02}-01,{month}" for month in range(1, 13))
    partial, _complete = answers(source="file", path=uploaded(upload_folder, f"day,sales\n{rows}".encode()))
    assert "At the end, 2021-03: 12" in sentence(partial)
    assert "sales" in partial.read


def test_an_answer_is_followed_by_its_test(networks):
    partial, complete = answers(text=NUMBERS)
    assert "Testing" in partial.test
    assert "Each method forecast the last 15 values without seeing them, from 5 starting points." in complete.test
    histories, horizon, season = networks["lstm"][-1]
    assert [len(history) for history in histories] == [15, 18, 21, 24, 27]
    assert (horizon, season) == (3, 1)


def test_a_waiting_note_comes_first_while_networks_load(monkeypatch):
    monkeypatch.setattr(runtime, "is_ready", lambda task, network: False)
    monkeypatch.setattr(classical, "prepare", lambda: None)
    waiting, _partial, _complete = answers(text=NUMBERS)
    assert sentence(waiting) == "Loading the networks; the answer comes in a few seconds …"
    assert len(waiting.figure.data) == 1


def test_the_season_is_found_where_it_is_asked_for(networks):
    wave = " ".join(str(value) for value in [1, 5, 9, 5] * 10)
    answers(text=wave, season=0)
    assert networks[MAIN][-1][2] == 4
    answers(text=wave, season=7)
    assert networks[MAIN][-1][2] == 7


def test_only_the_last_values_of_a_long_series_are_used(networks):
    partial, _complete = answers(text=" ".join(str(value % 10) for value in range(6_000)))
    assert len(networks[MAIN][0][0][0]) == 5_000
    assert "Only the last 5,000 values are used." in partial.read


# What cannot be read: a sentence, no number


FLAWED = {
    "no text": (b"", "The file has no rows."),
    "a heading only": (b"day,sales\n", "The file has no rows."),
    "a zip": (
        b"PK\x03\x04rest",
        "This is not a CSV file but a spreadsheet or an archive. Save the sheet as CSV first.",
    ),
    "a gzip": (b"\x1f\x8b\x08\x00rest", "This is not a CSV file but a packed one. Unpack it first."),
    "a PNG": (b"\x89PNG\r\n\x1a\n", "This is not a CSV file: it holds no text."),
    "latin-1": (
        "Größe\n1\n2\n".encode("latin-1"),
        "I cannot read the text encoding. Save the file as UTF-8, or choose its encoding below.",
    ),
    "a NUL": (b"a\n1\n\x002\n", "Line 3 holds a character that no text has. Save the file as CSV in UTF-8."),
    "words": (b"city\nRome\nLyon\nBern\n", "I found no column of numbers. The columns are: city."),
    "too short": (b"v\n1\n2\n3\n", f"At least {LEAST} values are needed, I found 3."),
    "a hole": (
        b"v\n" + b"1\n" * 20 + b"NA\n" * 20,
        "50% of the values are missing; at most 30% can be filled.",
    ),
    "too large": (
        b"v\n" + b"1\n2\n" * 10 + b"1e300\n",
        "These values are too large or too small to reckon with: use a larger or smaller unit.",
    ),
    "not a number": (
        b"v\n" + b"1\n2\n" * 10 + b"=cmd|'/C calc'!A0\n",
        "Line 22: “=cmd|&#x27;/C calc&#x27;!A0” is no number.",
    ),
    "ragged": (
        b"a,b\n" + b"2020,1\n" * 20 + b"2021,1,5\n",
        "Line 22 has 3 cells, but the first row has 2. Check the delimiter.",
    ),
    "a long line": (b"v\n1\n" + b"2" * 70_000, "Line 3 is too long: at most 64 KB."),
    "many columns": (b",".join([b"1"] * 201) + b"\n", "At most 200 columns can be read."),
    "markup": (
        b"<script>alert(1)</script>\nx\ny\nz\n",
        "I found no column of numbers. The columns are: &lt;script&gt;alert(1)&lt;/script&gt;.",
    ),
}


@pytest.mark.parametrize("name", FLAWED)
def test_a_file_that_is_no_series_gets_a_sentence(name, upload_folder, networks):
    content, expected = FLAWED[name]
    assert said(source="file", path=uploaded(upload_folder, content)) == expected
    assert networks == {}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (None, "Choose a file first."),
        ("", "The file was lost. Please choose it again."),
        ("/etc/passwd", "The file was lost. Please choose it again."),
        ("http://127.0.0.1/series.csv", "The file was lost. Please choose it again."),
        (["a"], "The file was lost. Please choose it again."),
        (7, "The file was lost. Please choose it again."),
    ],
)
def test_what_was_not_uploaded_is_not_opened(path, expected):
    assert said(source="file", path=path) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, f"Paste at least {LEAST} numbers."),
        (" ,; \n", f"Paste at least {LEAST} numbers."),
        ("1, 2, x, 4", "Item 3, “x”, is no number."),
        ("1 2 3", f"At least {LEAST} values are needed, I found 3."),
        (7, "Please enter a text."),
        ("1 " * 1_000_001, "Please enter at most 2,000,000 characters; these are 2,000,002."),
        ("1 " * 300_000, "At most 100,000 rows can be read."),
    ],
)
def test_pasted_text_that_is_no_series_gets_a_sentence(text, expected):
    assert said(text=text) == expected


@pytest.mark.parametrize("horizon", [0, -1, 97, 10_000, 3.7, "12", None, True, [3], float("nan"), float("inf")])
def test_a_horizon_that_cannot_be_is_said(horizon):
    assert said(text=NUMBERS, horizon=horizon) == "How many values to forecast must be a whole number from 1 to 96."


@pytest.mark.parametrize("season", [-1, 1_001, 2.5, "12", None, False])
def test_a_season_that_cannot_be_is_said(season):
    assert said(text=NUMBERS, season=season) == "Season must be a whole number from 0 to 1,000."


@pytest.mark.parametrize("network", [None, "unknown", [], 7])
def test_a_network_that_is_none_is_said(network):
    assert said(text=NUMBERS, network=network) == f"Please choose one of: {', '.join(model.NETWORKS)}."


@pytest.mark.parametrize("example", [None, "unknown", ["sea"]])
def test_an_example_that_is_none_is_said(example):
    assert said(source="example", example=example).startswith("Please choose one of: stocks,")


@pytest.mark.parametrize("settings", [Settings(decimal="x"), Settings(encoding="rot13"), Settings(order="myd")])
def test_a_setting_that_no_menu_has_is_said(settings):
    assert said(text=NUMBERS, settings=settings).startswith("Please choose one of: auto, ")


def test_a_column_that_is_not_there_is_said(upload_folder):
    path = uploaded(upload_folder, b"v\n" + b"1\n2\n" * 10)
    assert said(source="file", path=path, settings=Settings(value_column="9")) == "There is no such column."


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (runtime.NotReady(), "The network is still being loaded. Please try again in a moment."),
        (runtime.Busy(), "Many people are using this demo. Please try again in a minute."),
        (runtime.Unavailable(), "This network is not available now."),
    ],
)
def test_a_network_that_cannot_answer_is_said(error, expected, monkeypatch):
    def fail(*_args):
        raise error

    monkeypatch.setattr(model, "predict", fail)
    assert said(text=NUMBERS) == expected


def test_the_other_methods_answer_where_one_network_cannot(monkeypatch):
    def fail_for_one(values, horizon, season, network):
        if network == "gru":
            raise runtime.Unavailable
        return foretold(values, horizon, network)

    def fail_for_one_of_many(histories, horizon, season, network):
        return [fail_for_one(values, horizon, season, network) for values in histories]

    monkeypatch.setattr(model, "predict", fail_for_one)
    monkeypatch.setattr(model, "predict_many", fail_for_one_of_many)
    _partial, complete = answers(text=NUMBERS)
    assert ["gru", "–", "–", "–", "–"] in rows_of(complete.test)
    assert "gru" not in {curve.name for curve in complete.figure.data}


# What is doubtful: a question with both readings, no number


def test_a_doubtful_day_is_asked_with_both_readings(upload_folder):
    rows = "\n".join(f"{day:02}/04/2025;{day}" for day in range(1, 13))
    path = uploaded(upload_folder, f"date;v\n{rows}".encode())
    assert said(source="file", path=path) == ("Which day is 01/04/2025? Please choose the answer below your series.")
    (outputs,) = forecast.respond(request(source="file", path=path), ENGLISH)
    (asked,) = [value for value in outputs if isinstance(value, dict) and value.get("visible")]
    assert asked["choices"] == [
        ("2025-04-01  (day, month, year)", "order=dmy"),
        ("2025-01-04  (month, day, year)", "order=mdy"),
    ]
    partial, _complete = answers(source="file", path=path, settings=forecast_form.with_reply(Settings(), "order=dmy"))
    assert "2025-04-15" in sentence(partial)


def test_doubtful_pasted_numbers_are_asked_about():
    text = " ".join(f"{value},5" for value in range(1, 14))
    assert said(text=text).startswith("How are these numbers to be told apart?")


@pytest.mark.parametrize("reply", [None, "", "decimal", "decimal=", "__class__=x", 7, ["decimal=,"]])
def test_a_reply_that_is_none_changes_nothing(reply):
    assert forecast_form.with_reply(Settings(), reply) == Settings()


# What is shown


def figure_of(**entered):
    return answers(**entered)[-1].figure


def test_all_methods_are_drawn_and_the_main_one_with_both_bands():
    figure = figure_of(text=NUMBERS, season=2)
    names = [curve.name for curve in figure.data]
    assert names == ["history", "80 and 95 %", "80 and 95 %", "lstm", "gru", "rnn", "seasonal naive", "Theta", MAIN]
    assert len(figure.data[-1].y) == 3
    assert json.loads(figure.to_json())


def test_a_band_reaches_from_the_last_value_to_its_ends():
    band_95, band_80 = (curve for curve in figure_of(text=NUMBERS).data if curve.fill)
    assert list(band_95.y) == [30, 32, 32, 32, 28, 28, 28, 30]
    assert list(band_80.y) == [30, 31, 31, 31, 29, 29, 29, 30]


def test_another_network_can_be_the_main_one():
    figure = figure_of(text=NUMBERS, network="gru")
    assert figure.data[-1].name == "gru"
    assert figure.data[-1].line.width > figure.data[-2].line.width


def test_everything_that_is_drawn_is_in_view():
    figure = figure_of(text=NUMBERS)
    low, high = figure.layout.yaxis.range
    assert low < min(min(curve.y) for curve in figure.data[1:])
    assert high > max(max(curve.y) for curve in figure.data)


def test_a_heading_with_markup_is_shown_and_not_run(upload_folder):
    rows = "\n".join(f"{value}" for value in range(20))
    path = uploaded(upload_folder, f"<img src=x onerror=alert(1)>\n{rows}".encode())
    _partial, complete = answers(source="file", path=path)
    assert complete.figure.layout.yaxis.title.text == "&lt;img src=x onerror=alert(1)&gt;"
    assert not any("<img" in panel for panel in (complete.verdict, complete.read, complete.test, complete.table))


def test_missing_values_are_marked_in_the_chart():
    figure = figure_of(text=NUMBERS.replace(" 7 ", " NA "))
    (marked,) = [curve for curve in figure.data if curve.name == "filled in"]
    assert (list(marked.x), list(marked.y)) == ([7], [7])


def test_a_long_history_is_not_drawn_whole():
    values = " ".join(str(value % 10) for value in range(4_500))
    assert len(figure_of(text=values).data[0].y) == forecast_plots.MOST_SHOWN


def test_a_constant_series_is_forecast_flat_and_said_to_be_constant():
    partial, complete = answers(text="5 " * 20)
    assert "All values are the same" in partial.read
    assert "(sMAPE 0.0" in complete.test
    assert "nan" not in complete.test.lower()


def test_an_error_of_more_than_the_values_is_not_cut():
    assert forecast_words.relative_error(Score(1.0, 1.234, 0.8, 0.95)) == "123.4\N{NARROW NO-BREAK SPACE}%"


def test_a_series_too_short_for_a_test_says_so():
    _partial, complete = answers(text=" ".join(str(value) for value in range(LEAST + 2)))
    assert "The series is too short to test the methods on its end." in complete.test


def test_the_table_says_what_the_chart_shows():
    partial, _complete = answers(text=NUMBERS)
    assert rows_of(partial.table)[1:] == [[str(31 + step), "30", "29", "31", "28", "32"] for step in range(3)]


class Skeleton(HTMLParser):
    """The tags of a piece of HTML, to compare the shape of panels."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs).get("class")))


def test_the_verdict_and_the_chart_keep_their_size():
    partial, _complete = answers(text=NUMBERS)
    (message,) = answers(text="")
    assert Skeleton(partial.verdict).tags == Skeleton(message.verdict).tags
    assert partial.figure.layout.height == message.figure.layout.height


@pytest.mark.parametrize(
    ("value", "written"),
    [
        *[(0, "0"), (1, "1"), (100.0, "100"), (371.234567, "371.23"), (1234567.8, "1,234,568"), (99999.96, "100,000")],
        *[(0.00123456, "0.0012346"), (-0.0, "0"), (1e13, "1e+13"), (3.2e-7, "3.2e-07"), (float("nan"), "–")],
    ],
)
def test_numbers_are_written_with_five_digits(value, written):
    assert forecast_words.number(value) == written


# The test says honestly which was best


def scores(**errors):
    """A score for each method: its MASE, or the one of the others."""
    return {
        name: Score(errors.get(name, 2.0 + place), 0.1, 0.8, 0.95)
        for place, name in enumerate((*model.NETWORKS, "naive", "theta"))
    }


def verdict_on(season=1, starts=5, **errors):
    return " ".join(forecast_words.backtest_in_words(scores(**errors), MAIN, season, starts, 15, ENGLISH))


def test_the_naive_way_is_praised_where_it_is_best():
    text = verdict_on(naive=0.5)
    assert "Best here was to repeat the last value (MASE 0.500): no network and not Theta did better." in text
    assert f"{MAIN}, which you chose, has MASE 2.000." in text
    assert "repeat the last season" in verdict_on(naive=0.5, season=12)


def test_theta_and_each_network_are_praised_where_they_are_best():
    assert "Best here was Theta (MASE 0.500), which needs no network." in verdict_on(theta=0.5)
    assert "Best here was the network gru (MASE 0.500)." in verdict_on(gru=0.5)
    assert "which you chose" not in verdict_on(**{MAIN: 0.5})


def test_equal_ones_share_the_praise():
    assert "equally good: gru, Theta (MASE 0.500)" in verdict_on(gru=0.5, theta=0.5)


def test_a_single_start_is_said_to_be_little():
    assert "One test says little." in verdict_on(starts=1)
    assert "One test says little." not in verdict_on(starts=2)


def test_where_nothing_could_be_tested_it_is_said():
    nothing = dict.fromkeys(model.NETWORKS)
    (sentence,) = forecast_words.backtest_in_words(nothing, MAIN, 1, 1, 3, ENGLISH)
    assert sentence == "No method could be tested on the end of this series."


# Every text has its words


def test_every_problem_question_and_note_has_its_sentence():
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(read.__code__.co_filename).parent.glob("*.py"))
    reasons = set(re.findall(r'NotASeries\(\s*"(\w+)"', sources)) | {"packed", "spreadsheet", "not_text"}
    assert reasons == set(forecast_words.PROBLEMS)
    assert set(re.findall(r'Question\(\s*"(\w+)"', sources)) == set(forecast_words.QUESTIONS)
    assert set(re.findall(r'Note\(\s*"(\w+)"', sources)) | {"sorted", "reversed"} == set(forecast_words.NOTES) - {"cut"}


def test_the_answer_is_chinese_on_the_chinese_page():
    *_waiting, complete = answers(translate=CHINESE, text=NUMBERS)
    words = set(re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]*>", " ", complete.verdict + complete.read + complete.test)))
    assert words <= {*model.NETWORKS, "Theta", "MASE", "sMAPE", "UTF"}


# The download


def test_the_download_holds_the_forecast_and_no_formula(upload_folder):
    partial, _complete = answers(text=NUMBERS.replace("30", "-30"))
    path = Path(partial.download)
    assert guard.is_uploaded(str(path))
    assert path.name == f"forecast-{MAIN}.csv"
    with path.open(newline="", encoding="utf-8") as stream:
        head, *rows = csv.reader(stream)
    assert head == ["time", *BANDS, "lstm", "gru", "rnn", "naive", "theta"]
    assert [row[0] for row in rows] == ["31", "32", "33"]
    assert all(np.isfinite(float(cell)) for row in rows for cell in row[1:])


# The endpoint


def call(values, horizon=3, season=1, network=MAIN):
    return forecast.forecast_values(values, horizon, season, network)


def refused(*args, **kwargs):
    with pytest.raises(guard.Refusal) as caught:
        call(*args, **kwargs)
    return guard.explain(caught.value, ENGLISH)


VALUES = list(range(1, 31))


def test_programs_get_five_lists_as_long_as_the_horizon():
    result = call(VALUES, network="lstm")
    assert list(result) == list(BANDS)
    assert result["forecast"] == [31.0, 31.0, 31.0]
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_programs_may_let_the_season_be_found(networks):
    call([1, 5, 9, 5] * 10, season=0)
    assert networks[MAIN][-1][2] == 4


@pytest.mark.parametrize("values", [None, "1,2,3", 7, {}, [], [1, 2, 3], [1] * 10_001, True])
def test_programs_that_send_no_list_are_told(values):
    assert re.fullmatch(r"values must be a list of \d+ to 10,000 numbers\.", refused(values))


@pytest.mark.parametrize("value", [None, "4", True, float("nan"), float("inf"), -1e16, [4], 10**400])
def test_programs_that_send_anything_but_numbers_are_told_which(value):
    assert refused([*VALUES[:4], value, *VALUES]) == "values must be numbers from -1e15 to 1e15; item 5 is not one."


@pytest.mark.parametrize("horizon", [0, -1, 97, 3.7, "12", None, True])
def test_programs_that_send_no_horizon_are_told(horizon):
    assert refused(VALUES, horizon=horizon) == "horizon must be a whole number from 1 to 96."


@pytest.mark.parametrize("season", [-1, 1_001, "12", None])
def test_programs_that_send_no_season_are_told(season):
    assert refused(VALUES, season=season) == "season must be a whole number from 0 to 1,000."


@pytest.mark.parametrize("network", [None, "unknown", [], 7])
def test_programs_that_name_no_network_get_the_choices(network):
    assert refused(VALUES, network=network) == f"Please choose one of: {', '.join(model.NETWORKS)}."


# The built tab


@pytest.fixture
def tabs():
    return {language: forecast.build(language) for language in ("en", "zh")}


def test_only_the_english_tab_offers_an_endpoint_and_only_one(tabs):
    def public(tab):
        return [event.api_name for event in tab.fns.values() if event.api_visibility == "public"]

    assert public(tabs["en"]) == [forecast.API.name]
    assert public(tabs["zh"]) == []


def test_the_endpoints_description_names_its_inputs_and_networks(tabs):
    (event,) = [event for event in tabs["en"].fns.values() if event.api_name == forecast.API.name]
    assert [part.label for part in event.inputs] == list(forecast.API.parameters)
    assert all(word in event.api_description for word in (*forecast.API.parameters, *BANDS, *model.NETWORKS))
    assert f"1 to {model.MAX_HORIZON}" in event.api_description


def test_whatever_runs_a_network_shares_one_lane(tabs):
    for tab in tabs.values():
        running = [event for event in tab.fns.values() if event.name in ("handler", "correct", "answered")]
        assert len(running) == 4 + 10 + 1
        assert {(event.concurrency_id, event.concurrency_limit) for event in running} == {(guard.LANE, 2)}


def test_a_new_source_forgets_how_the_last_one_was_read_and_a_correction_keeps_it(tabs, networks):
    fns = list(tabs["en"].fns.values())
    pasted = [event for event in fns if event.name == "handler"][-1]
    correct = next(event for event in fns if event.name == "correct")
    menus = ["utf-8", "auto", "auto", "auto", "auto", ",", "auto"]
    entered = ["example", "sea", None, NUMBERS, "auto", *menus, 3, 1, MAIN]

    def after(event):
        outputs = list(event.fn(*entered))[-1]
        return outputs[8], [menu["value"] for menu in outputs[10:]]

    assert after(pasted) == ("paste", ["auto"] * 7)
    assert after(correct) == ("example", menus)


def test_every_output_gets_a_value(tabs):
    event = next(event for event in tabs["en"].fns.values() if event.name == "correct")
    entered = ["paste", None, None, NUMBERS, "auto", *["auto"] * 7, 3, 1, MAIN]
    assert {len(outputs) for outputs in event.fn(*entered)} == {len(event.outputs)}


def test_a_file_field_passes_on_uploaded_files_only(upload_folder):
    field = UploadedTable()
    path = uploaded(upload_folder, b"1")
    assert field.preprocess(gr.FileData(path=path)) == path
    assert field.preprocess(gr.FileData(path="/etc/passwd")) == ""
    assert field.preprocess(None) is None


def test_the_horizon_of_the_tab_is_that_of_the_networks(tabs):
    (slider,) = [block for block in tabs["en"].blocks.values() if isinstance(block, gr.Slider)]
    assert (slider.minimum, slider.maximum, slider.value) == (1, model.MAX_HORIZON, 12)


def test_a_series_of_dates_keeps_them_when_it_is_cut():
    dates = np.datetime64("2000-01-01", "s") + np.arange(6_000) * np.timedelta64(86_400, "s")
    reading = forecast.Reading(series=build_series(np.arange(6_000.0), dates, "x"))
    series = forecast._cut(reading).series
    assert len(series.dates) == len(series.values) == 5_000
    assert series.labels()[-1] == "2016-06-04"
