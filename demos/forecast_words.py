"""What the forecast tab says: how a series was read, what is open or wrong, and how good each method was."""

import math
from typing import Any

import numpy as np

from demos.guard import _
from demos.page import Translate
from models.series import NotASeries, Note, Question, Series
from models.series.backtest import Score
from models.series.frequency import DAY, Step

PROBLEMS = {
    "empty": _("The file has no rows."),
    "too_large": _("The file is too large: at most {megabytes} MB."),
    "spreadsheet": _("This is not a CSV file but a spreadsheet or an archive. Save the sheet as CSV first."),
    "packed": _("This is not a CSV file but a packed one. Unpack it first."),
    "not_text": _("This is not a CSV file: it holds no text."),
    "encoding": _("I cannot read the text encoding. Save the file as UTF-8, or choose its encoding below."),
    "nul": _("Line {line} holds a character that no text has. Save the file as CSV in UTF-8."),
    "too_many_rows": _("At most {rows:,} rows can be read."),
    "too_many_columns": _("At most {columns} columns can be read."),
    "long_line": _("Line {line} is too long: at most {kilobytes} KB."),
    "quote": _("From line {line} on, a quotation mark is not closed or stands in the wrong place."),
    "ragged": _("Line {line} has {count} cells, but the first row has {expected}. Check the delimiter."),
    "no_numbers": _("I found no column of numbers. The columns are: {columns}."),
    "no_column": _("There is no such column."),
    "not_number": _("Line {line}: “{cell}” is no number."),
    "not_date": _("Line {line}: “{cell}” is no date that I can read (years 1000 to 2999, one form for all)."),
    "too_short": _("At least {least} values are needed, I found {found}."),
    "too_many_missing": _("{share:.0%} of the values are missing; at most {most:.0%} can be filled."),
    "too_extreme": _("These values are too large or too small to reckon with: use a larger or smaller unit."),
    "repeated_dates": _("Many dates come several times ({date} first). The file may hold several series: keep one."),
    "no_items": _("Paste at least {least} numbers."),
    "not_item": _("Item {number}, “{item}”, is no number."),
    "mixed_marks": _("Points and commas are mixed so that the numbers are not clear. Use one way for all."),
}

QUESTIONS = {
    "decimal": _("What does {example} mean?"),
    "order": _("Which day is {example}?"),
    "value_column": _("Which column is to be forecast?"),
    "delimiter": _("How is “{example}” to be split?"),
    "split": _("How are these numbers to be told apart?"),
}

NOTES = {
    "filled": _("Missing values: {count}; they were filled by a straight line between their neighbours."),
    "gaps": _("Dates left out: {count}; they were added."),
    "sorted": _("The rows were not in order of their dates; they were sorted."),
    "reversed": _("The newest row came first; the rows were turned round."),
    "merged": _("Dates that came more than once: {count} (first {date}); their values were averaged."),
    "signs": _("Currency and per cent signs were left out."),
    "irregular": _("The dates come without a regular step; the values are only counted, as if evenly spaced."),
    "constant": _("All values are the same: there is nothing to learn but to go on like this."),
    "utc": _("Times with a zone were turned into UTC."),
    "cut": _("Only the last {count:,} values are used."),
}

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "gb18030": "GBK / GB 18030",
    "cp1252": _("Western (Windows-1252)"),
}
DELIMITERS = {
    ",": _("comma"),
    ";": _("semicolon"),
    "\t": _("tab"),
    "|": _("vertical bar"),
    " ": _("space"),
    "none": _("none, one column"),
}
MARKS = {".": _("point: 1,234.5"), ",": _("comma: 1.234,5")}
ORDERS = {"dmy": _("day, month, year"), "mdy": _("month, day, year"), "ymd": _("year, month, day")}
HEADINGS = {"yes": _("names of the columns"), "no": _("values")}
STEPS = {
    "yearly": _("yearly"),
    "quarterly": _("quarterly"),
    "monthly": _("monthly"),
    "weekly": _("weekly"),
    "daily": _("daily"),
    "business": _("Monday to Friday"),
    "hourly": _("hourly"),
    "minutely": _("every minute"),
    "months": _("every {count} months"),
    "days": _("every {count} days"),
    "seconds": _("every {count} seconds"),
}


def problem_in_words(problem: NotASeries, _: Translate) -> str:
    """Return the sentence that says why an input is no series."""
    return _(PROBLEMS[problem.reason]).format(**problem.values)


def question_in_words(question: Question, _: Translate) -> str:
    """Return what a visitor is asked."""
    return _(QUESTIONS[question.setting]).format(example=question.example)


def choices_of(question: Question, _: Translate) -> list[tuple[str, str]]:
    """Return (what a reading means, "setting=value") of each possible answer."""
    named = {"decimal": MARKS, "order": ORDERS, "delimiter": DELIMITERS}.get(question.setting, {})
    return [
        (f"{meaning}  ({_(named[value])})" if value in named else meaning, f"{question.setting}={value}")
        for value, meaning in question.readings.items()
    ]


def note_in_words(note: Note, _: Translate) -> str:
    """Return the sentence that says what was done to a series."""
    return _(NOTES[note.code]).format(**note.values)


def step_in_words(step: Step | None, _: Translate) -> str:
    """Return how often the values come."""
    if step is None:
        return _("no dates")
    count = step.count // DAY if step.name == "days" else step.count
    return _(STEPS[step.name]).format(count=count)


def number(value: float) -> str:
    """Return a value with about five digits, thousands parted by commas; a very large or small one as 1.2e+15."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if size != 0 and not 1e-4 <= size < 1e12:
        return f"{value:.4g}"
    decimals = max(0, 4 - math.floor(math.log10(size))) if size else 0
    written = f"{value:,.{min(decimals, 7)}f}"
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return "0" if written == "-0" else written


def answer_in_words(series: Series, forecast: Any, _: Translate) -> tuple[str, str]:
    """Return an arrow and a sentence: how the next values lie against the last, and how sure the end is."""
    horizon = len(forecast.forecast)
    before, after = float(np.mean(series.values[-horizon:])), float(np.mean(forecast.forecast))
    spread = float(np.mean(forecast.high_80 - forecast.low_80))
    arrow = "→" if abs(after - before) <= 0.1 * spread else "↗" if after > before else "↘"
    sentence = _(
        "The next {count} values are {after} on average, the last {count} were {before}. At the end, {label}: {value}, "
        "with a probability of 80 % between {low} and {high}."
    )
    return arrow, sentence.format(
        count=min(horizon, len(series.values)),
        after=number(after),
        before=number(before),
        label=series.labels(horizon)[-1],
        value=number(forecast.forecast[-1]),
        low=number(forecast.low_80[-1]),
        high=number(forecast.high_80[-1]),
    )


def method_name(name: str, season: int, _: Translate) -> str:
    """Return what a method is called: a network by its own name."""
    if name == "naive":
        return _("seasonal naive") if season > 1 else _("naive")
    return {"theta": "Theta"}.get(name, name)


def relative_error(score: Score) -> str:
    """Return the sMAPE as in "5.3 %"; it can be more than 100 %."""
    return "–" if math.isnan(score.smape) else f"{score.smape * 100:.1f}\N{NARROW NO-BREAK SPACE}%"


def rank(score: Score | None) -> float:
    """Return the error that methods are ordered by, infinite where there is none."""
    if score is None:
        return math.inf
    error = score.smape if math.isnan(score.mase) else score.mase
    return math.inf if math.isnan(error) else error


def backtest_in_words(
    scores: dict[str, Score | None], main: str, season: int, starts: int, count: int, _: Translate
) -> list[str]:
    """Return the sentences that say honestly which method was best on the end of this series."""
    best = min(scores, key=lambda name: rank(scores[name]))
    if math.isinf(rank(scores[best])):
        return [_("No method could be tested on the end of this series.")]
    sentences = [_scope(starts, count, _), *_winner(best, main, scores, season, _)]
    if starts == 1:
        sentences.append(_("One test says little."))
    return sentences


def _scope(starts: int, count: int, _: Translate) -> str:
    text = _("Each method forecast the last {count} values without seeing them, from {starts} starting points.")
    once = _("Each method forecast the last {count} values without seeing them.")
    return (once if starts == 1 else text).format(count=count, starts=starts)


def _winner(best: str, main: str, scores: dict[str, Score | None], season: int, _: Translate) -> list[str]:
    error = _error_in_words(scores[best])
    tied = [name for name, score in scores.items() if math.isclose(rank(score), rank(scores[best]), rel_tol=1e-9)]
    if len(tied) > 1:
        names = ", ".join(method_name(name, season, _) for name in tied)
        return [_("The best here were equally good: {names} ({error}).").format(names=names, error=error)]
    if best == "naive" and season > 1:
        text = _("Best here was to repeat the last season ({error}): no network and not Theta did better.")
    elif best == "naive":
        text = _("Best here was to repeat the last value ({error}): no network and not Theta did better.")
    elif best == "theta":
        text = _("Best here was Theta ({error}), which needs no network.")
    else:
        text = _("Best here was the network {name} ({error}).")
    sentence = text.format(name=best, error=error)
    if best != main and scores.get(main) is not None:
        other = _("{name}, which you chose, has {error}.").format(name=main, error=_error_in_words(scores[main]))
        return [sentence, other]
    return [sentence]


def _error_in_words(score: Score) -> str:
    if math.isnan(score.mase):
        return f"sMAPE {relative_error(score)}"
    return f"MASE {score.mase:.3f}"
