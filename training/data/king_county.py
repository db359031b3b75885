"""King County house sales: 21,613 sales of houses in and around Seattle, May 2014 to May 2015.

Source: King County's Department of Assessments, as published by harlfoxem on Kaggle (CC0: Public Domain),
https://www.kaggle.com/datasets/harlfoxem/housesalesprediction
"""

import csv
import datetime
import hashlib
from pathlib import Path

import numpy as np

from training.data import DataError, Source, fetch

KING_COUNTY = Source(
    "kc_house_data.csv",
    "https://www.kaggle.com/api/v1/datasets/download/harlfoxem/housesalesprediction/kc_house_data.csv",
    "d0875baa0251b21d4bdc9d2ae940a4fe0bb6009824f23dd0e2a5b2bf04557b7e",
)
FOLDERS = ("", "house-prices")  # where the file may lie below the data folder

# SHA-256 of the parsed columns, in the order of COLUMNS. Copies go about with rounded prices or rows left out.
CONTENTS_SHA256 = "9ff529c2299229f73397629f0f10953127950f1e0d58eed4ee693aa0974d61b5"

FIRST_DAY = datetime.date(2014, 5, 1)

# Our names -> the file's. Areas are in square feet; "above" is the living area above the ground.
COLUMNS = {
    "id": "id",
    "price": "price",
    "living_area": "sqft_living",
    "lot": "sqft_lot",
    "bedrooms": "bedrooms",
    "bathrooms": "bathrooms",
    "floors": "floors",
    "grade": "grade",
    "condition": "condition",
    "view": "view",
    "waterfront": "waterfront",
    "year_built": "yr_built",
    "year_renovated": "yr_renovated",
    "zip_code": "zipcode",
    "latitude": "lat",
    "longitude": "long",
    "living_area_above": "sqft_above",
    "living_area_nearby": "sqft_living15",
    "lot_nearby": "sqft_lot15",
    "day": "date",
}

# One house of 1,620 square feet is said to have 33 bedrooms: a typing error. That sale is left out.
MOST_BEDROOMS = 11


def load_king_county(folder: Path) -> dict[str, np.ndarray]:
    """Return the sales as columns, float64 [21612] each, in the file's order, named as in ``COLUMNS``.

    ``id`` is the house's (177 sales are of a house that was sold before); ``day`` counts from 1 May 2014;
    ``year_renovated`` is 0 where it never was. The sale with 33 bedrooms is left out.

    Raises:
        DataError: the file is missing and cannot be downloaded, or its contents are not the published ones.
    """
    columns = parse(_find(folder))
    if contents_sha256(columns) != CONTENTS_SHA256:
        raise DataError(
            f"{KING_COUNTY.filename} in {folder} does not hold the published sales. Delete it and download "
            "https://www.kaggle.com/datasets/harlfoxem/housesalesprediction again."
        )
    return without_typing_error(columns)


def _find(folder: Path) -> Path:
    for place in FOLDERS:
        if (folder / place / KING_COUNTY.filename).is_file():
            return folder / place / KING_COUNTY.filename
    return fetch(KING_COUNTY, folder)


def parse(path: Path) -> dict[str, np.ndarray]:
    """Return the file's columns as float64 arrays under our names.

    Raises:
        DataError: the file is no such table.
    """
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        columns = {name: [row[theirs] for row in rows] for name, theirs in COLUMNS.items()}
        columns["day"] = [_day(text) for text in columns["day"]]
        return {name: np.array(values, np.float64) for name, values in columns.items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} cannot be read as the King County sales ({error!r}). Delete it and run again."
        ) from None


def _day(text: str) -> int:
    """Days since 1 May 2014 of a date written as 20141013T000000."""
    return (datetime.datetime.strptime(text, "%Y%m%dT%H%M%S").date() - FIRST_DAY).days


def contents_sha256(columns: dict[str, np.ndarray]) -> str:
    """Return the SHA-256 of the columns' little-endian bytes."""
    digest = hashlib.sha256()
    for name in COLUMNS:
        digest.update(columns[name].astype("<f8").tobytes())
    return digest.hexdigest()


def without_typing_error(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the sales with a believable number of bedrooms."""
    kept = columns["bedrooms"] <= MOST_BEDROOMS
    return {name: values[kept] for name, values in columns.items()}


def split_by_house(
    ids: np.ndarray, shares: tuple[float, float], seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Split sales at random in three parts, all sales of one house in the same part.

    Args:
        ids: the house of each sale, [n].
        shares: of the houses, for validation and for the test; the others are for training.
        seed: of the drawing.

    Returns:
        bool [n] for training, validation and test; each sale is in exactly one.
    """
    houses = np.unique(ids)
    np.random.default_rng(seed).shuffle(houses)
    validation_end = round(shares[0] * len(houses))
    test_end = validation_end + round(shares[1] * len(houses))
    validation = np.isin(ids, houses[:validation_end])
    test = np.isin(ids, houses[validation_end:test_end])
    return ~(validation | test), validation, test
