"""Where the series of the forecast tab come from: examples, an uploaded file, pasted text."""

import csv
import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from demos.guard import Refusal, _, is_uploaded
from models.series import Settings

MONTHS = 12
PASTED_CHARACTERS = 2_000_000


@dataclass(frozen=True)
class Example:
    """A series that is one click away.

    title, about: marked texts; ``about`` says what it is, where from, under which licence.
    load: the bytes of a file, as if it had been uploaded. settings: what is chosen for it.
    """

    title: str
    about: str
    load: Callable[[], bytes]
    settings: Settings = field(default_factory=Settings)


def _of_package(name: str, path: str) -> bytes:
    """Return a file that an installed package ships, without importing the package."""
    folder = find_spec(name).submodule_search_locations[0]
    return (Path(folder) / path).read_bytes()


def load_stocks() -> bytes:
    """Return the weekly prices of six shares, 2018 and 2019, as Plotly ships them."""
    return gzip.decompress(_of_package("plotly", "package_data/datasets/stocks.csv.gz"))


def load_sea() -> bytes:
    """Return the monthly sea surface temperatures off Peru that statsmodels ships, a month per row."""
    rows = list(csv.reader(io.StringIO(_of_package("statsmodels", "datasets/elnino/elnino.csv").decode())))
    lines = ["month,temperature"]
    for year, *temperatures in rows[1:]:
        lines += [f"{year}-{month:02},{value}" for month, value in enumerate(temperatures, 1)]
    return "\n".join(lines).encode()


def load_co2() -> bytes:
    """Return the weekly carbon dioxide of the air at Mauna Loa that statsmodels ships, with its gaps."""
    return _of_package("statsmodels", "datasets/co2/co2.csv")


def load_sunspots() -> bytes:
    """Return the yearly numbers of sunspots that statsmodels ships."""
    return _of_package("statsmodels", "datasets/sunspots/sunspots.csv")


def make_sales() -> bytes:
    """Return made sales of ice cream, as a German or French spreadsheet would write them, in GBK, with flaws.

    Semicolons, decimal commas, points between thousands, the day first, a missing value, a missing row, two rows
    in the wrong order.
    """
    chance = np.random.default_rng(7)
    months = np.arange(72)
    sales = (900 + 6 * months) * (1 - 0.35 * np.cos(2 * np.pi * (months % MONTHS) / MONTHS)) + chance.normal(0, 40, 72)
    rows = [f"15/{month % 12 + 1:02}/{2019 + month // 12};{_european(sales[month])}" for month in months]
    rows[20] = rows[20].split(";")[0] + ";NA"
    rows[40], rows[41] = rows[41], rows[40]
    del rows[30]
    return "\n".join(["日期;冰淇淋销售额", *rows]).encode("gbk")


def _european(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


EXAMPLES = {
    "stocks": Example(
        _("Apple shares"),
        _("Weekly price of an Apple share, 2018-2019, the first week as 1. From Plotly's example data (MIT licence)."),
        load_stocks,
        Settings(value_column="2"),
    ),
    "sea": Example(
        _("Sea temperature"),
        _("Monthly temperature of the sea off Peru in °C, 1950-2010. NOAA, from statsmodels (public domain)."),
        load_sea,
    ),
    "co2": Example(
        _("CO₂ in the air"),
        _("Weekly CO₂ on Mauna Loa in ppm, 1958-2001, with gaps. Keeling and Whorf, from statsmodels (public domain)."),
        load_co2,
    ),
    "sunspots": Example(
        _("Sunspots"),
        _("Yearly number of sunspots, 1700-2008. NOAA, from statsmodels (public domain)."),
        load_sunspots,
    ),
    "sales": Example(
        _("A messy file"),
        _("Made sales of ice cream: Chinese headings in GBK, decimal commas, gaps, two rows in the wrong order."),
        make_sales,
    ),
}


class UploadedTable(gr.File):
    """A ``gr.File`` that passes on only the path of a file that was really uploaded."""

    is_template = True

    def preprocess(self, payload: Any) -> str | None:
        """Return the uploaded file's path, None where nothing is chosen, or "" where the path is refused."""
        if payload is None:
            return None
        path = getattr(payload, "path", None)
        return path if path and is_uploaded(path) else ""


def open_table(path: Any) -> bytes:
    """Return the bytes of an uploaded file.

    Raises:
        Refusal: there is none, or it was not uploaded here.
    """
    if path is None:
        raise Refusal(_("Choose a file first."))
    if not isinstance(path, str) or not is_uploaded(path):
        raise Refusal(_("The file was lost. Please choose it again."))
    return Path(path).read_bytes()


def require_pasted(text: Any) -> str:
    """Return pasted text.

    Raises:
        Refusal: it is no text, or far too long.
    """
    if text is None:
        return ""
    if not isinstance(text, str):
        raise Refusal(_("Please enter a text."))
    if len(text) > PASTED_CHARACTERS:
        raise Refusal(_("Please enter at most {longest} characters; these are {length}."), **_lengths(text))
    return text


def _lengths(text: str) -> dict[str, str]:
    return {"longest": f"{PASTED_CHARACTERS:,}", "length": f"{len(text):,}"}
