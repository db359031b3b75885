"""The forecast tab in a real browser: examples, files, questions, the chart, and what never happens."""

import csv
import io
import re

import pytest

from models import forecast
from tests.browser.conftest import NARROW, width

pytestmark = pytest.mark.browser

MAIN = forecast.DEFAULT_NETWORK
MONTHS = [f"{2018 + place // 12}-{place % 12 + 1:02}-01" for place in range(60)]
SALES = [100 + place + 20 * (place % 12 in (5, 6, 7)) for place in range(60)]


@pytest.fixture
def page(visit):
    return visit()


def choose(page, example):
    page.get_by_role("radio", name=example).check()
    answered(page)


def answered(page):
    """Wait until the answer and the test of all methods are there."""
    page.locator(".forecast-test table").wait_for()


def upload(page, tmp_path, content, name="series.csv", tab="Upload a file"):
    file = tmp_path / name
    file.write_bytes(content)
    page.get_by_role("tab", name=tab).click()
    page.locator("input[type=file]").first.set_input_files(file)


def says(page, sentence):
    page.locator(".hub-verdict p", has_text=sentence).wait_for()


def sentence(page):
    return page.locator(".hub-verdict p").inner_text()


def curves(page):
    return page.locator(".forecast-plot .legendtext").all_text_contents()


def sales_file(delimiter=",", heading="month,sales"):
    rows = [f"{month}{delimiter}{value}" for month, value in zip(MONTHS, SALES, strict=True)]
    return "\n".join([heading.replace(",", delimiter), *rows])


def test_an_example_takes_one_click_and_all_methods_answer(page):
    says(page, "Choose an example, upload a file, or paste numbers.")
    choose(page, "Sea temperature")
    assert "2011-12" in sentence(page)
    assert curves(page) == ["history", "80 and 95 %", "lstm", "gru", "rnn", "seasonal naive", "Theta", MAIN]
    methods = page.locator(".forecast-test td:first-child").all_inner_texts()
    assert sorted(methods) == sorted([*forecast.NETWORKS, "seasonal naive", "Theta"])
    assert "from 5 starting points" in page.locator(".forecast-test").inner_text()


def test_a_curve_can_be_switched_off_in_the_legend_and_all_values_be_shown(page):
    choose(page, "Sunspots")
    lines = page.locator(".forecast-plot .scatterlayer .trace path.js-line")
    before = lines.count()
    page.locator(".forecast-plot .legendtoggle").nth(2).click()
    page.wait_for_function(
        "count => document.querySelectorAll('.forecast-plot .scatterlayer .trace path.js-line').length < count",
        arg=before,
    )
    page.locator(".forecast-plot .updatemenu-button", has_text="All values").click()
    page.locator(".forecast-plot .xtick", has_text="1700").wait_for()


def test_horizon_season_and_network_can_be_changed(page):
    choose(page, "Sea temperature")
    page.get_by_role("spinbutton", name=re.compile("How many values")).fill("3")
    says(page, "2011-03")
    page.get_by_label("Season").fill("1")
    page.locator(".forecast-test td", has_text=re.compile("^naive$")).wait_for()
    page.get_by_role("radio", name=re.compile("^gru")).check()
    page.locator(".forecast-test .is-main td", has_text="gru").wait_for()
    page.locator(".hub-facts dd", has_text=re.compile("^gru$")).wait_for()


def test_an_uploaded_file_is_read_shown_and_forecast(page, tmp_path):
    upload(page, tmp_path, sales_file(";", "月份,销售额").encode("gbk"))
    answered(page)
    shown = page.locator(".forecast-read").inner_text()
    assert all(
        text in shown for text in ("GBK", "semicolon", "销售额", "60 (2018-01 – 2022-12)", "monthly", "12 values")
    )
    assert "2023-12" in sentence(page)


def test_a_doubtful_file_is_asked_about_until_all_is_clear(page, tmp_path):
    rows = "\n".join(f"{day:02}/04/2025;1,{200 + 7 * day}" for day in range(1, 13))
    upload(page, tmp_path, f"date;v\n{rows}".encode())
    says(page, "What does 1,207 mean?")
    assert page.locator(".forecast-plot .legendtext").count() == 0
    page.get_by_role("radio", name=re.compile("^1.207")).check()
    says(page, "Which day is 01/04/2025?")
    page.get_by_role("radio", name=re.compile("^2025-04-01")).check()
    says(page, "2025-04-24")
    assert page.locator(".forecast-ask").count() == 0 or not page.locator(".forecast-ask").is_visible()


def test_what_was_read_can_be_corrected(page, tmp_path):
    rows = "\n".join(f"{month},{value},{value * 2}" for month, value in zip(MONTHS, SALES, strict=True))
    upload(page, tmp_path, f"month,a,b\n{rows}".encode())
    says(page, "Which column is to be forecast?")
    page.get_by_role("radio", name=re.compile("^a$")).check()
    answered(page)
    page.get_by_role("button", name="Correct how it was read").click()
    page.get_by_label("Column of values").click()
    page.get_by_role("option", name="b", exact=True).click()
    page.locator(".forecast-read dd", has_text=re.compile("^b$")).wait_for()


def test_numbers_can_be_pasted(page):
    page.get_by_role("tab", name="Paste numbers").click()
    page.get_by_label("Numbers", exact=True).fill("1, 2, x, 4")
    page.get_by_role("button", name="Forecast these numbers").click()
    says(page, "Item 3, “x”, is no number.")
    page.get_by_label("Numbers", exact=True).fill(" ".join(str(value % 4) for value in range(40)))
    page.get_by_role("button", name="Forecast these numbers").click()
    answered(page)
    assert "52: " in sentence(page)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"PK\x03\x04rest", "This is not a CSV file but a spreadsheet or an archive."),
        (b"city\nRome\nLyon\nBern\n", "I found no column of numbers. The columns are: city."),
        (b"<img src=x onerror=alert(1)>\na\nb\n", "The columns are: <img src=x onerror=alert(1)>."),
    ],
)
def test_a_file_that_is_no_series_gets_a_sentence_and_the_next_one_an_answer(page, tmp_path, content, expected):
    upload(page, tmp_path, content)
    says(page, expected)
    page.get_by_role("tab", name="Examples").click()
    choose(page, "Apple shares")


def test_markup_in_a_heading_is_shown_and_not_run(page, tmp_path):
    upload(page, tmp_path, sales_file(heading="month,<img src=x onerror=alert(1)>").encode())
    answered(page)
    assert page.locator(".forecast-plot .ytitle").text_content() == "<img src=x onerror=alert(1)>"
    assert page.locator("img[src=x]").count() == 0


def test_the_forecast_can_be_downloaded(page):
    choose(page, "Sea temperature")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the forecast as CSV").click()
    assert waiting.value.suggested_filename == f"forecast-{MAIN}.csv"
    text = waiting.value.path().read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["time"] for row in rows][::11] == ["2011-01", "2011-12"]
    assert float(rows[0]["low_95"]) <= float(rows[0]["forecast"]) <= float(rows[0]["high_95"])


def test_the_chart_is_also_a_table(page):
    choose(page, "Sea temperature")
    page.locator("summary", has_text="The forecast as a table").click()
    assert page.locator("details .forecast-table tbody tr").count() == 12


def test_the_chinese_tab_answers_in_chinese(visit, tmp_path):
    page = visit("/zh")
    page.get_by_role("radio", name="海水温度").check()
    answered(page)
    says(page, "接下来 12 个值平均为")
    assert "历史" in curves(page)
    upload(page, tmp_path, b"%PDF-1.7", tab="上传文件")
    says(page, "这不是 CSV 文件：里面不是文本。")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_all_without_scrolling_sideways(visit, scheme):
    page = visit(viewport=NARROW, has_touch=True, is_mobile=True, color_scheme=scheme)
    choose(page, "A messy file")
    assert width(page) == NARROW["width"]
    assert page.locator(".forecast-plot .main-svg").first.bounding_box()["width"] <= NARROW["width"]
