"""The tables of the forecast tab: what was read, the forecast in numbers, the errors side by side."""

import math
from html import escape
from typing import Any

from demos import forecast_words as words
from demos.page import Translate
from demos.plots import percent
from models.series import Reading, Series
from models.series.backtest import Score


def reading_panel(reading: Reading | None, season: int | None, _: Translate) -> str:
    """Return what was found in the input: its facts, a preview, and every change that was made."""
    title = escape(_("What was read"))
    if reading is None or reading.table is None:
        nothing = escape(_("Nothing yet."))
        return f'<section class="forecast-read"><h3>{title}</h3><p>{nothing}</p></section>'
    facts = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in _facts(reading, season, _)
    )
    notes = reading.series.notes if reading.series else ()
    sentences = "".join(f"<li>{escape(words.note_in_words(note, _))}</li>" for note in notes)
    return (
        f'<section class="forecast-read"><h3>{title}</h3><dl class="hub-facts">{facts}</dl>'
        f"{_preview(reading, _)}<ul>{sentences}</ul></section>"
    )


def _facts(reading: Reading, season: int | None, _: Translate) -> list[tuple[str, str]]:
    table, series = reading.table, reading.series
    facts = [
        (_("Encoding"), _(words.ENCODINGS[reading.encoding])),
        (_("Delimiter"), _(words.DELIMITERS[table.delimiter])),
    ]
    if reading.date_column is not None:
        facts.append((_("Dates"), table.names[reading.date_column]))
        if reading.order and len(reading.form.orders) > 1:
            facts.append((_("Order of dates"), _(words.ORDERS[reading.order])))
    if reading.value_column is not None:
        facts.append((_("Values"), table.names[reading.value_column] or _("the pasted numbers")))
    if reading.decimal:
        facts.append((_("Decimal mark"), _(words.MARKS[reading.decimal])))
    if series is not None:
        span = f"{len(series.values):,}" if series.dates is None else _span(series)
        facts += [(_("Number of values"), span), (_("Frequency"), words.step_in_words(series.step, _))]
    if season is not None:
        facts.append((_("Season"), _("none found") if season == 1 else _("{count} values").format(count=season)))
    return facts


def _span(series: Series) -> str:
    labels = series.labels()
    return f"{len(labels):,} ({labels[0]} – {labels[-1]})"


def _preview(reading: Reading, _: Translate) -> str:
    """Return a small table: rows as they are written, beside the date and the number read from them."""
    if not reading.preview:
        rows = [row[:6] for row in reading.table.rows[:3]]
        return _table(list(reading.table.names[:6]), rows, _("The first rows"))
    has_dates = any(date for _written, date, _number in reading.preview)
    heads = [_("as written"), *([_("date")] if has_dates else []), _("number")]
    rows = [[written, *([date] if has_dates else []), value] for written, date, value in reading.preview]
    return _table(heads, rows, _("The first rows and the last"))


def forecast_table(series: Series, forecast: Any, _: Translate) -> str:
    """Return the plot as a table, for those who cannot see it or want the numbers."""
    heads = [_("time"), _("forecast"), _("low, 80 %"), _("high, 80 %"), _("low, 95 %"), _("high, 95 %")]
    columns = (forecast.forecast, forecast.low_80, forecast.high_80, forecast.low_95, forecast.high_95)
    labels = series.labels(len(forecast.forecast))
    rows = [[label, *map(words.number, values)] for label, *values in zip(labels, *columns, strict=True)]
    name = _("The forecast as a table")
    return f"<details><summary>{escape(name)}</summary>{_table(heads, rows, name)}</details>"


def backtest_table(scores: dict[str, Score | None], main: str, season: int, _: Translate) -> str:
    """Return the methods' errors side by side, the best first."""
    heads = [_("method"), "MASE", "sMAPE", _("within 80 %"), _("within 95 %")]
    ranked = sorted(scores, key=lambda name: words.rank(scores[name]))
    rows = [[words.method_name(name, season, _), *_score_cells(scores[name])] for name in ranked]
    return _table(heads, rows, _("How good each method was on the end of this series"), ranked.index(main))


def _score_cells(score: Score | None) -> list[str]:
    if score is None:
        return ["–"] * 4
    mase = "–" if math.isnan(score.mase) else f"{score.mase:.3f}"
    covered = ("–" if math.isnan(share) else percent(share) for share in (score.coverage_80, score.coverage_95))
    return [mase, words.relative_error(score), *covered]


def _table(heads: list[str], rows: list[list[str]], name: str, main: int | None = None) -> str:
    """Return an HTML table called ``name``; the row at the place ``main`` stands out."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(_row(cells, place == main) for place, cells in enumerate(rows))
    return (
        f'<div class="forecast-table" tabindex="0"><table><caption class="hub-unseen">{escape(name)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(cells: list[str], is_main: bool) -> str:
    kind = ' class="is-main"' if is_main else ""
    return f"<tr{kind}>{''.join(f'<td>{escape(cell[:60])}</td>' for cell in cells)}</tr>"
