"""The HTML of the house tab: the warning, what each entry does to the price, the networks side by side."""

from html import escape

import numpy as np

from demos import house_form, panels
from demos.guard import _
from demos.page import Translate
from demos.plots import percent
from models import house

FAR = _("Outside the data: {entries}. Take the price as a guess.")
FAR_ENTRY = _("{name} ({value}; the data have {least} to {most})")


def dollars(value: float) -> str:
    """Return a price to the nearest thousand, as in "$512,000"."""
    return f"${round(value, -3):,.0f}"


def show_warning(described: house.House, statistics: house.Statistics, _: Translate) -> str:
    """A line that names the entries beyond all training houses; empty, of the same height, where there is none."""
    beyond = house.unusual(described, statistics) if described else {}
    names = house_form.names(_)
    entries = [
        _(FAR_ENTRY).format(
            name=names[name],
            value=house_form.shown(name, described[name], _),
            least=_short(name, least),
            most=_short(name, most),
        )
        for name, (least, most) in beyond.items()
    ]
    text = _(FAR).format(entries="; ".join(entries)) if entries else ""
    return f'<p class="house-warning" role="status">{escape(text)}</p>'


def _short(name: str, value: float) -> str:
    return f"{value:g}" if name.startswith("year") else f"{value:,.10g}"


def show_effects(
    described: house.House | None, attribution: house.Attribution | None, statistics: house.Statistics, _: Translate
) -> str:
    """Return a table: each entry, where it lies in the data, and how many dollars it moves the price."""
    described = described or statistics["median_house"]
    moves = in_dollars(attribution) if attribution else dict.fromkeys(house.ENTRIES, 0)
    longest = max(map(abs, moves.values()), default=0) or 1
    rows = "".join(_effect(name, described, moves.get(name, 0), longest, statistics, _) for name in house.ENTRIES)
    base = dollars(attribution.base) if attribution else "–"
    price = dollars(attribution.price) if attribution else "–"
    first = escape(_("The county's median house"))
    last = escape(_("This house"))
    about = escape(
        _(
            "Each bar is the entry's fair share of the difference to the median house: its effect averaged over all "
            "orders in which the entries could be changed one by one (Shapley value)."
        )
    )
    caption = escape(_("How each entry moves the price"))
    return (
        f'<table class="house-effects"><caption>{caption}</caption>'
        f'<tr class="is-sum"><th scope="row">{first}</th><td></td><td>{base}</td></tr>{rows}'
        f'<tr class="is-sum"><th scope="row">{last}</th><td></td><td>{price}</td></tr></table>'
        f'<p class="house-hint">{about}</p>'
    )


def in_dollars(attribution: house.Attribution) -> dict[str, int]:
    """Return each entry's part of the difference in whole thousands of dollars, summing to what is shown.

    A share of the log price becomes dollars by the logarithmic mean of the two prices (Ang, 2004,
    https://doi.org/10.1016/j.enpol.2003.10.010), so that the parts sum to the whole. They are rounded by their
    running sum, which keeps that so.
    """
    base, price = attribution.base, attribution.price
    total = np.log(price / base)
    mean = (price - base) / total if abs(total) > 1e-9 else price
    running = base + mean * np.cumsum([0.0, *attribution.effects.values()])
    rounded = [round(float(value), -3) for value in running]
    return {
        name: int(after - before)
        for name, before, after in zip(attribution.effects, rounded[:-1], rounded[1:], strict=True)
    }


def _effect(
    name: str, described: house.House, move: int, longest: float, statistics: house.Statistics, _: Translate
) -> str:
    label, value = house_form.names(_)[name], house_form.shown(name, described[name], _)
    width = 50 * abs(move) / longest
    side = "is-more" if move > 0 else "is-less"
    sign = f"+${move:,}" if move > 0 else f"−${-move:,}" if move < 0 else "$0"
    place = _where(name, described[name], statistics, _)
    return (
        f'<tr><th scope="row">{escape(label)} · {escape(value)}<small>{escape(place)}</small></th>'
        f'<td><span class="{side}" style="width:{width:.1f}%"></span></td><td>{sign}</td></tr>'
    )


def _where(name: str, value: float, statistics: house.Statistics, _: Translate) -> str:
    """Say where a value lies among those of the training houses."""
    if name == "zip_code":
        place = statistics["zip_codes"][f"{value:.0f}"]
        return _("{count} sales there, median ${price:,.0f}").format(count=place["sales"], price=place["price"])
    if name in ("waterfront", "year_renovated") and not value:
        return _("as nearly all houses")
    if name == "waterfront":
        return _("as very few houses")
    if name == "year_renovated":
        return _("few houses were renovated")
    share = house.percentile(name, value, statistics)
    if name == "year_built":
        return _("newer than {share} of the houses").format(share=_whole_percent(share))
    return _("more than {share} of the houses").format(share=_whole_percent(share))


def _whole_percent(share: float) -> str:
    return percent(round(share, 2)).replace(".0", "")


def show_cards(estimates: dict[str, house.Estimate | None], main: str, _: Translate) -> str:
    answers = [_card(name, estimates.get(name), name == main, _) for name in house.NETWORKS]
    return f'<div class="house-cards">{panels.cards(answers, _("The networks side by side"))}</div>'


def _card(name: str, found: house.Estimate | None, is_main: bool, _: Translate) -> panels.Card:
    if found is None:
        return panels.Card(name, "·", ("–", "–", "–"), is_main)
    lines = (
        _("{low} to {high} (80 %)").format(low=dollars(found.low), high=dollars(found.high)),
        _("{low} to {high} (95 %)").format(low=dollars(found.low_95), high=dollars(found.high_95)),
        f"{found.milliseconds:.1f} ms",
    )
    return panels.Card(name, dollars(found.price), lines, is_main)
