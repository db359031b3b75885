"""``models.series``: files and pasted numbers, good, doubtful and hostile, against values worked by hand."""

import io
import zipfile

import numpy as np
import pytest

from models.series import Settings, read, read_pasted
from models.series import numbers as series_numbers
from models.series.text import MEGABYTES, ROWS


def table(*rows, end="\n"):
    return end.join(rows).encode()


def months(count, start=1):
    return [f"{2020 + (start + place - 1) // 12}-{(start + place - 1) % 12 + 1:02}" for place in range(count)]


def file_of(values, days=None, heading="month,sales", delimiter=","):
    days = days or months(len(values))
    rows = [f"{day}{delimiter}{value}" for day, value in zip(days, values, strict=True)]
    return table(heading.replace(",", delimiter), *rows)


def values_of(content, **settings):
    reading = read(content, Settings(**settings))
    assert reading.series is not None, (reading.problem, reading.question)
    return reading.series.values.tolist()


def problem_of(content, **settings):
    reading = read(content, Settings(**settings))
    assert reading.series is None
    assert reading.problem is not None, (reading.series, reading.question)
    return reading.problem.reason, reading.problem.values


def question_of(content, **settings):
    reading = read(content, Settings(**settings))
    assert reading.question is not None, (reading.series, reading.problem)
    return reading.question


def notes_of(content, **settings):
    return {note.code: note.values for note in read(content, Settings(**settings)).series.notes}


PLAIN = file_of([1.5, 2.5, 3.5, 4.5, 5.5])
NUMBERS = [1.5, 2.5, 3.5, 4.5, 5.5]


# Encodings


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
    ],
)
def test_every_usual_encoding_is_found_with_its_chinese_headings(encoding, found):
    text = file_of([1.5, 2.5, 3.5, 4.5, 5.5], heading="月份,销售额").decode()
    reading = read(text.encode(encoding))
    assert reading.encoding == found
    assert reading.table.names == ("月份", "销售额")
    assert reading.series.values.tolist() == NUMBERS


@pytest.mark.parametrize("heading", ["Größe,Wert", "Temp °C,x", "été,né", "£,x", "naïve,x"])
def test_western_letters_are_not_taken_for_chinese(heading):
    content = file_of([1, 2, 3, 4]).decode().replace("month,sales", heading).encode("latin-1")
    assert problem_of(content)[0] == "encoding"
    assert read(content, Settings(encoding="cp1252")).table.names[0] == heading.split(",")[0]


def test_the_wrong_encoding_is_a_problem_and_not_a_crash():
    assert problem_of(file_of([1, 2, 3, 4], heading="月,é").decode().encode("gbk", "replace"), encoding="utf-8")[0] == (
        "encoding"
    )


def spreadsheet():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\n ", "empty"),
        (b"date,value\n", "empty"),
        (spreadsheet(), "spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "spreadsheet"),
        (b"\x1f\x8b\x08\x00 packed", "packed"),
        (b"%PDF-1.7 x", "not_text"),
        (b"\x89PNG\r\n\x1a\n", "not_text"),
        (bytes(range(1, 32)) * 50, "not_text"),
        (bytes(range(128, 256)) * 3, "encoding"),
        (b"a,b\n1,2\x003\n", "nul"),
        (b"1\n" * (MEGABYTES * 2**19 + 1), "too_large"),
    ],
)
def test_what_holds_no_text_is_refused(content, reason):
    assert problem_of(content)[0] == reason


def test_a_nul_is_named_by_its_line():
    assert problem_of(b"a\n1\n2\n3\x00\n4\n") == ("nul", {"line": 4})


# Limits


def test_a_hundred_thousand_rows_are_read_and_one_more_is_refused():
    rows = ["v", *(str(number % 7) for number in range(ROWS))]
    assert len(values_of(table(*rows))) == ROWS
    assert problem_of(table(*rows, "1"))[0] == "too_many_rows"


def test_too_many_columns_are_refused():
    line = ",".join(["1"] * 201)
    assert problem_of(table(line, line, line, line)) == ("too_many_columns", {"columns": 200})


def test_a_very_long_line_is_refused_by_its_number():
    assert problem_of(table("v", "1", "2" * 70_000, "3"))[0] == "long_line"
    assert problem_of(table("v", "1", "2" * 70_000, "3"))[1]["line"] == 3


# Delimiters, headings, rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end_is_found(delimiter, end):
    content = file_of(NUMBERS, delimiter=delimiter).decode().replace("\n", end).encode()
    reading = read(content)
    assert reading.table.delimiter == delimiter
    assert reading.series.values.tolist() == NUMBERS


def test_a_single_column_has_no_delimiter():
    reading = read(table("value", "1.5", "2.5", "3.5", "4.5"))
    assert reading.table.delimiter == "none"
    assert reading.series.name == "value"
    assert reading.series.dates is None


def test_excels_line_that_names_the_delimiter_is_followed():
    assert values_of(table("sep=;", "month;x", *(f"{month};{n},5" for n, month in enumerate(months(4))))) == [
        0.5,
        1.5,
        2.5,
        3.5,
    ]


def test_rows_without_a_heading_are_read_from_the_first():
    reading = read(table("2020-01,1.5", "2020-02,2.5", "2020-03,3.5", "2020-04,4.5"))
    assert not reading.table.has_header
    assert reading.series.values.tolist() == [1.5, 2.5, 3.5, 4.5]
    assert reading.table.names == ("#1", "#2")


def test_the_heading_can_be_corrected():
    content = table("2020", "2021.5", "2022", "2023", "2024")
    assert len(values_of(content)) == 5
    assert len(values_of(content, header="yes")) == 4


def test_lines_that_may_be_one_column_or_two_are_asked_about():
    content = table("1,5", "2,5", "3,5", "4,5")
    asked = question_of(content)
    assert asked.setting == "delimiter"
    assert asked.readings == {",": "4 | 5", "none": "4,5"}
    assert values_of(content, delimiter="none") == [1.5, 2.5, 3.5, 4.5]
    assert question_of(content, delimiter=",").setting == "value_column"


def test_a_heading_of_two_names_proves_two_columns():
    content = table("year,x", "1990,5", "1991,6", "1992,7", "1993,8")
    assert values_of(content) == [5, 6, 7, 8]
    assert read(content).series.labels()[0] == "1990"


def test_quoted_cells_keep_their_commas():
    rows = [f'"{month}","1,00{place}.5"' for place, month in enumerate(months(4))]
    assert values_of(table('"a month, or so","x"', *rows)) == [1000.5, 1001.5, 1002.5, 1003.5]


def test_empty_cells_behind_the_last_column_do_no_harm():
    assert values_of(table("m,x,,", *(f"{month},{n},," for n, month in enumerate(months(4))))) == [0, 1, 2, 3]


def test_a_ragged_row_is_named_by_its_line():
    assert problem_of(table("m,x", "2020-01,1", "2020-02,2", "2020-03,3,9", "2020-04,4", "2020-05,4", "2020-06,5")) == (
        "ragged",
        {"line": 4, "count": 3, "expected": 2},
    )


def test_an_unclosed_quote_is_named_by_its_line():
    rows = [f"{month},1" for month in months(30)]
    rows[20] = '2021-09,"1'
    assert problem_of(table("m,x", *rows)) == ("quote", {"line": 22})


def test_the_same_heading_twice_stays_two_columns():
    content = table("m,x,x", *(f"{month},{n},{n * 2}" for n, month in enumerate(months(4))))
    assert read(content).table.names == ("m", "x", "x (2)")


def test_control_characters_leave_headings_and_long_ones_are_cut():
    content = table("m,a\u202eb\u0007" + "c" * 100, *(f"{month},{n}" for n, month in enumerate(months(4))))
    assert read(content).table.names[1] == "ab" + "c" * 58


# Numbers


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("1234.5", ".", 1234.5),
        ("1,234.5", ".", 1234.5),
        ("1.234,56", ",", 1234.56),
        ("1 234,56", ",", 1234.56),
        ("1\u202f234,56", ",", 1234.56),
        ("1'234.5", ".", 1234.5),
        ("1’234.5", ".", 1234.5),
        ("1,234,567", ".", 1234567),
        (".5", ".", 0.5),
        ("-1.5e3", ".", -1500),
        ("−2,5", ",", -2.5),
        ("（5）", ".", -5),
        ("(1,234)", ".", -1234),
        ("$1,234.50", ".", 1234.5),
        ("-$5", ".", -5),
        ("¥12", ".", 12),
        ("12元", ".", 12),
        ("12.5 %", ".", 12.5),
        ("12％", ".", 12),
        ("３．５", ".", 3.5),
        ("USD 7", ".", 7),
    ],
)
def test_numbers_are_read_as_people_write_them(text, mark, value):
    assert series_numbers.parse(text, mark) == value


@pytest.mark.parametrize(
    "text",
    [
        "0x10",
        "1_000",
        "٣",
        "1,23,456",
        "0,123.5",
        "12,34",
        "1.2.3",
        "=1+2",
        "+cmd",
        "@x",
        "5.",
        "e5",
        "--5",
        "²",
        "1 2",
    ],
)
def test_other_forms_are_no_numbers(text):
    assert series_numbers.parse(text, ".") is None


@pytest.mark.parametrize(
    "text",
    ["", "  ", "NA", "n/a", "-", "–", "NaN", "nan", "null", "NULL", "#DIV/0!", "#N/A", "inf", "-inf", "缺失", "."],
)
def test_what_stands_for_no_value_is_missing(text):
    assert np.isnan(series_numbers.parse(text, "."))


@pytest.mark.parametrize(
    ("written", "values"),
    [
        (["1,5", "2,25", "3,5", "4,5"], [1.5, 2.25, 3.5, 4.5]),
        (["1.234,5", "1.250,5", "1.300,5", "1.400,5"], [1234.5, 1250.5, 1300.5, 1400.5]),
        (["1 234,5", "1 250,5", "1 300,5", "1 400,5"], [1234.5, 1250.5, 1300.5, 1400.5]),
        (["1'234.5", "1'250.5", "1'300.5", "1'400.5"], [1234.5, 1250.5, 1300.5, 1400.5]),
        (["1,234.5", "1,250.5", "1,300.5", "1,400.5"], [1234.5, 1250.5, 1300.5, 1400.5]),
        (["1,234", "950", "1,300.5", "1,400"], [1234, 950, 1300.5, 1400]),
        (["0,512", "0,613", "0,714", "1,234"], [0.512, 0.613, 0.714, 1.234]),
    ],
)
def test_the_decimal_mark_is_proved_by_the_column(written, values):
    assert values_of(file_of(written, delimiter=";")) == values


def test_where_a_comma_may_be_either_mark_it_is_asked():
    content = file_of(["1,234", "1,250", "1,300", "1,400"], delimiter=";")
    asked = question_of(content)
    assert (asked.setting, asked.example) == ("decimal", "1,234")
    assert asked.readings == {".": "1234", ",": "1.234"}
    assert values_of(content, decimal=".") == [1234, 1250, 1300, 1400]
    assert values_of(content, decimal=",") == [1.234, 1.25, 1.3, 1.4]


def test_another_column_can_prove_the_decimal_mark():
    rows = [f"{month};1,23{place};0,5" for place, month in enumerate(months(4))]
    assert values_of(table("m;x;y", *rows), value_column="1") == [1.230, 1.231, 1.232, 1.233]


def test_points_in_a_file_of_bare_commas_are_decimal():
    assert values_of(file_of(["1.234", "1.250", "1.300", "1.400"])) == [1.234, 1.25, 1.3, 1.4]


def test_a_cell_that_is_no_number_is_named_by_its_line():
    content = file_of([1, 2, 3, "4*", 5, 6, 7, 8])
    assert problem_of(content) == ("not_number", {"line": 5, "cell": "4*"})


def test_a_formula_is_a_text_and_never_run():
    assert problem_of(file_of([1, 2, 3, 4, 5, '=HYPERLINK("x")'])) in [
        ("quote", {"line": 7}),
        ("not_number", {"line": 7, "cell": '=HYPERLINK("x")'}),
    ]
    assert problem_of(file_of([1, 2, 3, 4, 5, "=1+2"]))[1]["cell"] == "=1+2"


def test_words_only_have_no_numbers():
    assert problem_of(table("city,land", "Rome,Italy", "Lyon,France", "Bern,Suisse")) == (
        "no_numbers",
        {"columns": "city, land"},
    )


def test_several_columns_of_numbers_are_asked_about():
    content = table("m,GOOG,AAPL", *(f"{month},{n},{n * 2}" for n, month in enumerate(months(5))))
    assert question_of(content).readings == {"1": "GOOG", "2": "AAPL"}
    assert values_of(content, value_column="2") == [0, 2, 4, 6, 8]


@pytest.mark.parametrize("value", ["1e999", "1e300", "1e16"])
def test_a_value_too_large_to_reckon_with_is_refused(value):
    assert problem_of(file_of([1, 2, 3, value, 5]))[0] == "too_extreme"


def test_values_too_small_to_reckon_with_are_refused():
    assert problem_of(file_of(["1e-300", "2e-300", "1e-299", "0"]))[0] == "too_extreme"


def test_a_setting_that_names_no_column_is_a_problem():
    assert problem_of(PLAIN, value_column="7")[0] == "no_column"
    assert problem_of(PLAIN, date_column="x")[0] == "no_column"


# Whatever is written is read back


DAYS = [np.datetime64("2024-01-20") + place for place in range(30)]
WRITTEN_DAYS = {
    "ymd": lambda day: str(day),
    "dmy": lambda day: "/".join(str(day).split("-")[::-1]),
    "mdy": lambda day: "/".join([*str(day).split("-")[1:], str(day)[:4]]),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("order", WRITTEN_DAYS)
def test_every_way_to_write_a_table_gives_the_same_series(encoding, delimiter, mark, order):
    values = np.random.default_rng(5).normal(5_000, 3_000, len(DAYS)).round(2)
    rows = ["日期" + delimiter + "销售额"]
    for day, value in zip(DAYS, values, strict=True):
        number = f"{value:,.2f}".translate(str.maketrans(",.", ".,") if mark == "," else {})
        rows.append(WRITTEN_DAYS[order](day) + delimiter + (f'"{number}"' if delimiter == "," else number))
    series = read("\n".join(rows).encode(encoding)).series
    assert series.values.tolist() == values.tolist()
    assert series.labels() == [str(day) for day in DAYS]
    assert series.name == "销售额"


# Missing values


@pytest.mark.parametrize(
    ("written", "values"),
    [
        (["", 2, 3, 4, 5], [2, 2, 3, 4, 5]),
        ([1, 2, "NA", 4, 5], [1, 2, 3, 4, 5]),
        ([1, 2, 3, 4, "-"], [1, 2, 3, 4, 4]),
        ([1, 2, 3, 4, "inf"], [1, 2, 3, 4, 4]),
    ],
)
def test_missing_values_are_filled_and_counted(written, values):
    content = file_of(written)
    assert values_of(content) == values
    assert notes_of(content)["filled"] == {"count": 1}


def test_too_many_missing_values_are_refused():
    assert problem_of(file_of([1, "", 3, "", 5, "", 7, "", 9]))[0] == "too_many_missing"


def test_too_few_values_are_said_with_their_number():
    assert problem_of(file_of([1])) == ("too_short", {"least": 4, "found": 1})
    assert read(PLAIN, least=12).problem.values == {"least": 12, "found": 5}


def test_a_constant_series_is_read_and_said_to_be_so():
    assert "constant" in notes_of(file_of([3, 3, 3, 3, 3]))


# Pasted numbers


def pasted(text, **settings):
    reading = read_pasted(text, Settings(**settings))
    assert reading.series is not None, (reading.problem, reading.question)
    return reading.series.values.tolist()


@pytest.mark.parametrize(
    "text",
    [
        "1, 2, 3, 4",
        "1,2,3,4",
        "1 2 3 4",
        "1\n2\n3\n4\n",
        "1\r\n2\r\n3\r\n4",
        "1;2;3;4",
        "1\t2\t3\t4",
        "１，２，３，４",
        "1、2、3、4",
        "1\u20092\u20093\u20094",
        " 1 ,2 ,3 ,4, ",
        "1, 2\n3, 4",
    ],
)
def test_a_list_may_be_parted_in_every_usual_way(text):
    assert pasted(text) == [1, 2, 3, 4]


def test_years_beside_values_are_not_taken_for_values():
    text = "\n".join(f"{year} {year % 7}" for year in range(2010, 2020))
    reading = read_pasted(text)
    assert reading.series.values.tolist() == [year % 7 for year in range(2010, 2020)]
    assert reading.series.labels()[0] == "2010"


def test_counted_rows_are_asked_about():
    assert read_pasted("1 20\n2 21\n3 25\n4 22\n5 20").question.readings == {"0": "#1", "1": "#2"}


def test_a_decimal_mark_that_is_chosen_holds_for_a_list_too():
    text = "1,234 1,250 1,300 1,400"
    assert read_pasted(text).question.setting == "split"
    assert pasted(text, decimal=",") == [1.234, 1.25, 1.3, 1.4]


def test_a_delimiter_that_is_chosen_makes_a_list_a_table():
    assert read_pasted("1,2\n3,4\n5,6\n7,8", Settings(delimiter=",")).question.setting == "value_column"


def test_signs_of_other_scripts_are_read():
    assert pasted("−1 ２ ３ 4.5") == [-1, 2, 3, 4.5]


def test_decimal_commas_between_semicolons_are_understood():
    assert pasted("1,5; 2,5; 3,5; 4,5") == [1.5, 2.5, 3.5, 4.5]


def test_commas_between_spaces_are_asked_about_with_both_readings():
    text = "1,5 2,5 3,5 4,5"
    asked = read_pasted(text).question
    assert asked.setting == "split"
    assert list(asked.readings.values()) == ["1.5; 2.5; 3.5; 4.5 (4)", "1; 5; 2; 5; 3 … (8)"]
    assert [pasted(text, split=answer) for answer in asked.readings] == [[1.5, 2.5, 3.5, 4.5], [1, 5, 2, 5, 3, 5, 4, 5]]


@pytest.mark.parametrize("text", ["", "  ", ",,,", "\n", "，，"])
def test_nothing_pasted_is_said(text):
    assert read_pasted(text).problem.reason == "no_items"


@pytest.mark.parametrize(
    ("text", "number", "item"),
    [("1, 2, x, 4", 3, "x"), ("1 2 0x10 4", 3, "0x10"), ("1;2;٣;4", 3, "٣"), ("1_000, 2, 3", 1, "1_000")],
)
def test_the_item_that_is_no_number_is_named(text, number, item):
    assert read_pasted(text).problem.values == {"number": number, "item": item}


def test_far_too_many_numbers_are_refused():
    assert read_pasted("1 " * 250_000).problem.reason == "too_many_rows"


def test_a_table_with_dates_may_be_pasted():
    reading = read_pasted(file_of(NUMBERS, delimiter="\t").decode())
    assert reading.series.values.tolist() == NUMBERS
    assert reading.series.labels()[0] == "2020-01"


def test_a_heading_above_pasted_numbers_names_them():
    reading = read_pasted("price\n1.5\n2.5\n3.5\n4.5\n")
    assert reading.series.name == "price"
    assert reading.series.values.tolist() == [1.5, 2.5, 3.5, 4.5]


def test_a_gap_in_a_list_is_filled():
    assert pasted("1, NA, 3, 4, 5") == [1, 2, 3, 4, 5]
