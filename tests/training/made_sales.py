"""Sales of made houses in three made neighbourhoods, priced by a rule with noise: like King County's columns."""

import csv

import numpy as np

PLACES = {98001: (47.31, -122.27, 0.9), 98103: (47.67, -122.34, 1.3), 98199: (47.65, -122.40, 1.6)}


def made_sales(count=400, seed=1):
    """Return columns named as by ``load_king_county``, float64 [count]; one house in ten is sold twice."""
    rng = np.random.default_rng(seed)
    codes = rng.choice(list(PLACES), count)
    latitude, longitude, dearness = np.array([PLACES[code] for code in codes]).T
    area = rng.integers(60, 400, count) * 10.0
    grade = rng.integers(5, 12, count).astype(float)
    built = rng.integers(1905, 2015, count).astype(float)
    columns = {
        "id": (np.arange(count) * 10 // 11).astype(float),
        "living_area": area,
        "lot": (area * rng.uniform(1, 8, count)).round(),
        "bedrooms": rng.integers(1, 6, count).astype(float),
        "bathrooms": rng.integers(4, 16, count) / 4,
        "floors": rng.integers(2, 6, count) / 2,
        "grade": grade,
        "condition": rng.integers(1, 6, count).astype(float),
        "view": rng.integers(0, 5, count).astype(float),
        "waterfront": (rng.random(count) < 0.1).astype(float),
        "year_built": built,
        "year_renovated": np.where(rng.random(count) < 0.2, np.minimum(built + 30, 2015), 0),
        "zip_code": codes.astype(float),
        "latitude": (latitude + rng.normal(0, 0.01, count)).round(4),
        "longitude": (longitude + rng.normal(0, 0.01, count)).round(3),
        "living_area_above": area,
        "living_area_nearby": area + 100,
        "lot_nearby": area * 4,
        "day": rng.integers(1, 391, count).astype(float),
    }
    noise = np.exp(rng.normal(0, 0.1, count))
    columns["price"] = (200 * area * dearness * 1.1 ** (grade - 7) * noise).round()
    return columns


def write_sales(columns, path):
    """Write columns as the file of King County has them."""
    from training.data import king_county  # imports Keras, which most users of the made sales do without

    dates = [np.datetime64("2014-05-01") + int(day) for day in columns["day"]]
    texts = {
        **{name: values.tolist() for name, values in columns.items()},
        "day": [f"{str(date).replace('-', '')}T000000" for date in dates],
    }
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(king_county.COLUMNS.values())
        writer.writerows(zip(*(texts[name] for name in king_county.COLUMNS), strict=True))
