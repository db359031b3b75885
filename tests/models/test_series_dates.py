"""``models.series``: dates, their order, frequency, gaps and season."""

import numpy as np
import pytest

from models.series import Settings, dates, frequency, read, season


def content_of(days, values=None, heading="date;value"):
    values = values or [place % 5 + 1 for place in range(len(days))]
    return "\n".join([heading, *(f"{day};{value}" for day, value in zip(days, values, strict=True))]).encode()


def series_of(days, **settings):
    reading = read(content_of(days), Settings(**settings))
    assert reading.series is not None, (reading.problem, reading.question)
    return reading.series


def problem_of(days):
    problem = read(content_of(days)).problem
    return problem.reason, problem.values


def days_from(start, count, step=1):
    return [str(np.datetime64(start) + step * place) for place in range(count)]


# Forms


@pytest.mark.parametrize(
    ("cell", "form", "date"),
    [
        ("2024-02-14", "iso", "2024-02-14"),
        ("2024/2/14", "iso", "2024-02-14"),
        ("2024-02-14T13:30:00Z", "iso", "2024-02-14"),
        ("14.02.2024", "dots", "2024-02-14"),
        ("14/02/2024", "numeric", "2024-02-14"),
        ("14-02-2024 08:00", "numeric", "2024-02-14"),
        ("2024年2月14日", "chinese", "2024-02-14"),
        ("2024年2月", "chinese", "2024-02-01"),
        ("2024年第二季度", "chinese quarter", "2024-04-01"),
        ("2024Q2", "quarter", "2024-04-01"),
        ("Q2 2024", "quarter first", "2024-04-01"),
        ("2024-W07", "week", "2024-02-12"),
        ("2024-02", "month", "2024-02-01"),
        ("02/2024", "month first", "2024-02-01"),
        ("Feb 2024", "month name", "2024-02-01"),
        ("14 February 2024", "day name", "2024-02-14"),
        ("Feb 14, 2024", "name day", "2024-02-14"),
        ("Feb-14-2024", "name day", "2024-02-14"),
        ("20240214", "compact", "2024-02-14"),
        ("202402", "compact month", "2024-02-01"),
        ("2024", "year", "2024-01-01"),
        ("1707900000", "epoch", "2024-02-14"),
        ("1707900000000", "epoch milliseconds", "2024-02-14"),
        ("45336", "serial", "2024-02-14"),
        ("２０２４-０２-１４", "iso", "2024-02-14"),
    ],
)
def test_dates_are_read_as_people_write_them(cell, form, date):
    found = dates.find_form([cell])
    assert found.name == form
    assert dates.read(cell, found, found.orders[0]) == date


@pytest.mark.parametrize(
    "cell", ["hello", "2024-13-01", "2024-02-30", "1234.5", "3.14", "12:30", "0001-01-01", "9999-1-1"]
)
def test_what_is_no_date_is_none(cell):
    assert dates.find_form([cell]) is None


def test_a_time_zone_is_turned_into_utc_and_said():
    series = series_of([f"2024-02-14T{hour:02}:00:00+08:00" for hour in range(8, 14)])
    assert series.labels()[0] == "2024-02-14 00:00"
    assert "utc" in {note.code for note in series.notes}


# Day and month


def test_a_day_above_twelve_proves_the_order():
    assert series_of([f"{day:02}/02/2024" for day in range(10, 20)]).labels()[0] == "2024-02-10"
    assert series_of([f"02/{day:02}/2024" for day in range(10, 20)]).labels()[0] == "2024-02-10"


def test_an_order_that_nothing_proves_is_asked_and_never_guessed():
    days = [f"{day:02}/04/2025" for day in range(3, 10)]
    reading = read(content_of(days))
    assert reading.series is None
    assert reading.question.setting == "order"
    assert reading.question.example == "03/04/2025"
    assert reading.question.readings == {"dmy": "2025-04-03", "mdy": "2025-03-04"}
    assert series_of(days, order="dmy").step.name == "daily"
    assert series_of(days, order="mdy").step.name == "monthly"


def test_years_of_two_digits_are_asked_about():
    reading = read(content_of([f"{day:02}/04/05" for day in range(3, 10)]))
    assert reading.question.readings == {"dmy": "2005-04-03", "mdy": "2005-03-04", "ymd": "2003-04-05"}


def test_a_date_that_breaks_the_form_is_named_by_its_line():
    days = days_from("2024-01-01", 10)
    days[7] = "yesterday"
    assert problem_of(days) == ("not_date", {"line": 9, "cell": "yesterday"})
    days[7] = "0001-01-01"
    assert problem_of(days)[1]["line"] == 9


def test_a_missing_date_is_named_by_its_line():
    days = days_from("2024-01-01", 10)
    days[4] = ""
    assert problem_of(days) == ("not_date", {"line": 6, "cell": ""})


def test_a_column_of_numbers_is_no_column_of_dates():
    content = "price;volume\n" + "\n".join(f"{2000 + 7 * n % 13};{n}" for n in range(20))
    reading = read(content.encode(), Settings(value_column="0"))
    assert reading.date_column is None
    assert len(reading.series.values) == 20


def test_years_in_front_are_dates_without_being_named_so():
    content = "\n".join(f"{1990 + n};{n * 1.5}" for n in range(10))
    assert read(content.encode()).series.labels()[:2] == ["1990", "1991"]


def test_dates_can_be_left_out():
    series = series_of(days_from("2024-01-01", 10), date_column="none")
    assert series.dates is None
    assert series.labels(2) == ["11", "12"]


# Frequency


@pytest.mark.parametrize(
    ("days", "name", "following"),
    [
        ([str(year) for year in range(1990, 2000)], "yearly", ["2000", "2001"]),
        ([f"{2020 + n // 4}Q{n % 4 + 1}" for n in range(9)], "quarterly", ["2022 Q2", "2022 Q3"]),
        ([f"{2020 + n // 12}-{n % 12 + 1:02}" for n in range(14)], "monthly", ["2021-03", "2021-04"]),
        (days_from("2024-01-01", 9, 7), "weekly", ["2024-03-04", "2024-03-11"]),
        (days_from("2024-02-20", 9), "daily", ["2024-02-29", "2024-03-01"]),
        (["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"], "monthly", ["2024-05", "2024-06"]),
        ([f"2024-01-01 {hour:02}:00" for hour in range(20, 24)], "hourly", ["2024-01-02 00:00", "2024-01-02 01:00"]),
        ([f"2024-01-01 00:{15 * n:02}" for n in range(4)], "seconds", ["2024-01-01 01:00", "2024-01-01 01:15"]),
    ],
)
def test_the_frequency_is_found_and_goes_on(days, name, following):
    series = series_of(days)
    assert series.step.name == name
    assert series.labels(2) == following


def test_weekdays_alone_go_on_without_weekends():
    days = [day for day in days_from("2024-01-01", 28) if np.is_busday(np.datetime64(day))]
    series = series_of(days)
    assert series.step.name == "business"
    assert series.labels(3) == ["2024-01-29", "2024-01-30", "2024-01-31"]
    assert series_of(days[:-1]).labels(2) == ["2024-01-26", "2024-01-29"]


def test_month_ends_go_on_at_month_ends():
    series = series_of(["2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29"])
    assert series.next_dates(2).astype("datetime64[D]").astype(str).tolist() == ["2024-03-31", "2024-04-30"]


def test_gaps_are_filled_by_a_straight_line_and_counted():
    days = days_from("2024-01-01", 12)
    del days[5]
    reading = read(content_of(days, [float(day[-2:]) for day in days]))
    assert reading.series.values.tolist() == list(range(1, 13))
    assert np.isnan(reading.series.known[5])
    assert {note.code: note.values for note in reading.series.notes} == {"gaps": {"count": 1}, "filled": {"count": 1}}


def test_dates_out_of_order_are_sorted_and_said():
    days = days_from("2024-01-01", 8)
    mixed = [days[place] for place in (3, 1, 0, 2, 4, 5, 7, 6)]
    reading = read(content_of(mixed, [int(day[-2:]) for day in mixed]))
    assert reading.series.values.tolist() == list(range(1, 9))
    assert [note.code for note in reading.series.notes] == ["sorted"]
    assert [note.code for note in series_of(days[::-1]).notes] == ["reversed"]


def test_a_date_that_comes_twice_is_averaged_and_said():
    days = [*days_from("2024-01-01", 8), "2024-01-08"]
    reading = read(content_of(days, [1, 2, 3, 4, 5, 6, 7, 8, 10]))
    assert reading.series.values.tolist() == [1, 2, 3, 4, 5, 6, 7, 9]
    assert [(note.code, note.values["date"]) for note in reading.series.notes] == [("merged", "2024-01-08")]


def test_several_series_below_each_other_are_refused():
    assert problem_of(days_from("2024-01-01", 10) * 3) == ("repeated_dates", {"date": "2024-01-01"})


def test_dates_without_a_rhythm_are_only_counted_and_said():
    series = series_of(["2024-01-01", "2024-01-02", "2024-01-09", "2024-02-20", "2024-02-21", "2024-06-01"])
    assert series.dates is None
    assert [note.code for note in series.notes] == ["irregular"]


def test_two_far_dates_do_not_make_a_huge_grid():
    series = series_of([*[f"2024-01-01 00:00:{second:02}" for second in range(20)], "2900-01-01 00:00:00"])
    assert len(series.values) == 21


# Season


def wave(period, count, noise=0.1, trend=0.0):
    places = np.arange(count)
    made = np.random.default_rng(1).normal(0, noise, count)
    return np.sin(2 * np.pi * places / period) + trend * places + made


MONTHLY = frequency.Step("month", 1)


@pytest.mark.parametrize(
    ("period", "step"), [(12, MONTHLY), (7, frequency.Step("second", 86400)), (9, None), (24, None)]
)
@pytest.mark.parametrize("trend", [0.0, 0.5])
def test_a_season_is_found_with_and_without_a_trend(period, step, trend):
    assert season.find_season(wave(period, 20 * period, trend=trend), step) == period


@pytest.mark.parametrize("step", [MONTHLY, None])
def test_noise_a_line_and_a_constant_have_no_season(step):
    noise = np.random.default_rng(3).normal(size=200)
    for values in (noise, np.cumsum(noise), np.arange(200.0), np.full(200, 3.0), np.zeros(200)):
        assert season.find_season(values, step) == 1


def test_a_season_must_be_there_three_times():
    assert season.find_season(wave(12, 35), MONTHLY) == 1
    assert season.find_season(wave(12, 36, noise=0.01), MONTHLY) == 12


def test_every_frequency_has_its_candidates():
    second = frequency.Step
    assert season.candidates(second("month", 3)) == (4,)
    assert season.candidates(second("month", 12)) == ()
    assert season.candidates(second("business", 1)) == (5,)
    assert season.candidates(second("second", 3600)) == (24, 168)
    assert season.candidates(second("second", 900)) == (96, 4)
