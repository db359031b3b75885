"""``demos.link``: what a link may carry, what is left out of it and why, and the teacher's guide."""

import importlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import app
from demos import forecast, gan, link, page
from demos.guard import Refusal
from models import runtime

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = page.translator("en"), page.translator("zh")
GUIDES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("teachers.md", "teachers.zh-CN.md")}
TASKS = tuple(map(app.task_of, app.DEMOS))
# An address without a host, in code, that names a network: a lesson.
LINK = re.compile(r"^`(/\?tab=[^`]+&network=[^`]+)`", re.MULTILINE)
LESSONS = [(name, address) for name, text in GUIDES.items() for address in LINK.findall(text)]


@pytest.fixture(autouse=True)
def networks():
    runtime.configure()


def readers_of(task, _=ENGLISH):
    build = importlib.import_module(f"demos.{task}").link_readers
    return build(_) if build.__code__.co_argcount else build()


def read(task, query, _=ENGLISH):
    return link.read(query, readers_of(task, _), _)


# What a link says


def test_a_link_to_made_digits_says_all_their_entries():
    values, notes = read("gan", "?tab=gan&digit=7&seed=42&count=20&daring=0.5&network=mlp")
    assert values == {"digit": "7", "seed": 42, "count": 20, "daring": 0.5, "network": "mlp"} and notes == []
    assert gan.read_wish(tuple(values.values()), ENGLISH) == (None, 42, 20, 0.5, "mlp")


def test_a_link_to_a_house_says_its_whole_form_as_the_inputs_hold_it():
    query = (
        "living_area=900&lot=5000&bedrooms=2&bathrooms=1.5&floors=1&grade=6&condition=3&view=0&waterfront=true&"
        "year_built=1948&year_renovated=0&zip_code=98126&network=dense&curve=grade"
    )
    values, notes = read("house", query)
    assert notes == []
    form = [900.0, 5000.0, 2.0, 1.5, 1.0, 6, 3, 0, True, 1948.0, 0.0, "98126"]
    assert list(values.values()) == [*form, "dense", "grade"]
    assert [type(value) for value in values.values()][5:9] == [
        int,
        int,
        int,
        bool,
    ]  # as the menus and the box have them


def test_a_link_to_a_forecast_and_to_a_text():
    assert read("forecast", "example=co2&horizon=96&season=52&network=gru")[0] == {
        **{"example": "co2", "horizon": 96, "season": 52, "network": "gru"}
    }
    assert read("sentiment", "text=not+bad%21+%E4%B8%8D%E9%94%99&network=rnn")[0]["text"] == "not bad! 不错"


@pytest.mark.parametrize("task", TASKS)
def test_every_tab_lets_its_network_be_named_and_knows_no_other(task):
    demo = importlib.import_module(f"demos.{task}")
    for network in demo.NETWORKS:
        assert read(task, f"network={network}") == ({"network": network}, [])
    values, (note,) = read(task, "network=gpt")
    assert values == {}
    assert note == f"Not taken from the link: network. Please choose one of: {', '.join(demo.NETWORKS)}."


@pytest.mark.parametrize(
    ("task", "query", "why"),
    [
        ("gan", "digit=12", "Please choose one of: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, all."),
        ("gan", "seed=-1", "The seed must be a whole number from 0 to 2,147,483,647."),
        ("gan", "seed=1e3", "The seed must be a whole number from 0 to 2,147,483,647."),
        ("gan", "seed=%EF%BC%97", "The seed must be a whole number from 0 to 2,147,483,647."),
        ("gan", f"seed={'9' * 5000}", "The seed must be a whole number from 0 to 2,147,483,647."),
        ("gan", "seed=", "The seed must be a whole number from 0 to 2,147,483,647."),
        ("gan", "seed=4.5", "The seed must be a whole number from 0 to 2,147,483,647."),
        ("gan", "count=65", "The number of pictures must be a whole number from 1 to 64."),
        ("gan", "daring=nan", "The distance from the mean must be a number from 0 to 1.5."),
        ("gan", "daring=1.51", "The distance from the mean must be a number from 0 to 1.5."),
        ("house", "waterfront=yes", "Waterfront must be true or false."),
        ("house", "bathrooms=1.3", "Bathrooms must be a multiple of 0.25."),
        ("house", "zip_code=99999", "Zip code must be one of King County's in the data, such as 98001."),
        ("house", "zip_code=%3Cb%3E", "Zip code must be one of King County's in the data, such as 98001."),
        ("house", "year_built=3000", "Year built must be a whole number from 1850 to 2015."),
        ("forecast", "example=/etc/passwd", "Please choose one of: stocks, sea, co2, sunspots, sales."),
        ("forecast", "horizon=0", "How many values to forecast must be a whole number from 1 to 96."),
        ("sentiment", "text=+", "Please enter a text."),
        ("sentiment", f"text={'a' * 501}", "Please enter at most 500 characters; these are 501."),
    ],
)
def test_what_cannot_be_used_is_left_out_with_the_sentence_of_the_form(task, query, why):
    name = query.partition("=")[0]
    assert read(task, query) == ({}, [f"Not taken from the link: {name}. {why}"])


def test_what_is_wrong_takes_nothing_else_with_it():
    values, notes = read("gan", "digit=77&seed=7&count=-3")
    assert values == {"seed": 7} and len(notes) == 2


@pytest.mark.parametrize(
    "query",
    [None, 7, [], {}, "", "?", "=", "&&&", "%ff=%00", "?__theme=dark&utm_source=x&from=chat"],
)
def test_what_says_nothing_to_a_tab_changes_nothing(query):
    for task in TASKS:
        assert read(task, query) == ({}, [])


def test_of_what_is_said_twice_the_first_counts():
    assert read("gan", "seed=1&seed=2")[0] == {"seed": 1}


def test_a_link_that_is_far_too_long_is_not_read():
    assert read("gan", "seed=1&" + "x" * link.LONGEST_QUERY) == ({}, ["The link is too long and was not read."])


def test_the_longest_text_fits_into_a_link_in_chinese_too():
    text = "好" * link.LONGEST_TEXT
    query = "?tab=sentiment&text=" + "%E5%A5%BD" * link.LONGEST_TEXT + "&network=regions&lang=zh"
    assert read("sentiment", query)[0]["text"] == text


def test_nothing_that_was_sent_is_repeated_in_a_note():
    for task in TASKS:
        query = "&".join(f"{name}=%3Cscript%3Ealert(1)%3C/script%3E" for name in readers_of(task) if name != "text")
        assert "script" not in " ".join(read(task, query)[1])


def test_a_wrong_link_is_told_in_chinese_on_the_chinese_page():
    for note in read("forecast", "horizon=0&season=x", CHINESE)[1]:
        assert not re.search(r"How many|Season|must", note)


def test_a_number_is_what_its_digits_say_and_other_texts_stay():
    assert [link.number(text) for text in ("7", "-3", "0.25", "98103")] == [7, -3, 0.25, 98103]
    for text in ("", " 7", "7 ", "1_000", "0x10", "1e5", "inf", "NaN", "٧", "1.", ".5", "--1"):
        assert link.number(text) == text


# The page


def test_the_notice_has_a_sentence_for_every_mistake():
    notice = link.notice(("digit", "gan"), ENGLISH)
    for sentence in ("digit, gan.", "A link cannot hide every tab.", "A link cannot hide the tab that it opens."):
        assert sentence in notice


def test_every_tab_has_a_panel_that_reads_and_one_button_that_asks_no_server():
    config = app.build(list(TASKS)).get_config_file()
    panels = [part for part in config["components"] if "task" in part["props"].get("props", {})]
    assert [panel["props"]["props"]["task"] for panel in panels] == [*TASKS, *TASKS]
    for panel in panels:
        events = {
            name: event
            for event in config["dependencies"]
            for target, name in event["targets"]
            if target == panel["id"]
        }
        assert set(events) == {"input", "submit"}
        assert events["input"]["backend_fn"] and not events["submit"]["backend_fn"]
        task, names = panel["props"]["props"]["task"], panel["props"]["props"]["names"]
        assert tuple(names) == tuple(readers_of(task))
        # The forecast says its source beside its entries, so that only an example is named.
        assert len(events["submit"]["inputs"]) - len(names) == (task == "forecast")


# The teacher's guide


def test_the_guide_has_eight_lessons_or_more_and_both_languages_have_the_same():
    english, chinese = (LINK.findall(text) for text in GUIDES.values())
    assert len(english) >= 8
    without_text = [re.sub("text=[^&]*", "", address) for address in english]
    assert [re.sub("text=[^&]*", "", address) for address in chinese] == [
        each.replace("&lang=en", "&lang=zh") for each in without_text
    ]


@pytest.mark.parametrize(("guide", "address"), LESSONS)
def test_every_lesson_opens_what_it_says(guide, address):
    asked = link.parse(urlsplit(address).query)
    task = asked.pop("tab")
    assert task in TASKS and asked.pop("lang") == ("zh" if "zh" in guide else "en")
    hidden = set(filter(None, asked.pop("hide", "").split(",")))
    assert hidden <= set(TASKS) - {task}
    values, notes = read(task, urlsplit(address).query)
    assert notes == [] and values.keys() == asked.keys()
    assert {name: str(value).lower().removesuffix(".0") for name, value in values.items()} == {
        name: value.lower() for name, value in asked.items()
    }


@pytest.mark.parametrize("text", GUIDES.values(), ids=GUIDES)
def test_the_guide_names_every_parameter_of_every_tab(text):
    for task in TASKS:
        (row,) = re.findall(rf"^\| `{task}` \| (.*) \|$", text, re.MULTILINE)
        for name in readers_of(task):
            assert f"`{name}`" in row, f"{name} of {task}"
    for example in forecast.EXAMPLES:
        assert f"`{example}`" in text


def test_the_guides_limits_are_the_hubs():
    for text in GUIDES.values():
        assert re.search(rf"\b{link.LONGEST_TEXT} (characters|个字符)", text)
    with pytest.raises(Refusal):
        link.short_text("a" * (link.LONGEST_TEXT + 1))
