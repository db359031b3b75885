"""The sales of King County: found, checked, cleaned, and split so that no house is in two parts."""

import numpy as np
import pytest

from tests.training.made_sales import made_sales, write_sales
from training.data import DataError, king_county


@pytest.fixture
def sales():
    return made_sales(60)


@pytest.fixture
def folder(tmp_path, sales, monkeypatch):
    write_sales(sales, tmp_path / "kc_house_data.csv")
    parsed = king_county.parse(tmp_path / "kc_house_data.csv")
    monkeypatch.setattr(king_county, "CONTENTS_SHA256", king_county.contents_sha256(parsed))
    return tmp_path


def test_what_was_written_is_read_under_our_names(folder, sales):
    found = king_county.load_king_county(folder)
    assert set(found) == set(king_county.COLUMNS)
    for name, values in found.items():
        assert values.dtype == np.float64
        assert values.tolist() == pytest.approx(sales[name].tolist())


def test_the_file_may_lie_in_a_folder_of_its_own(folder):
    (folder / "house-prices").mkdir()
    (folder / "kc_house_data.csv").rename(folder / "house-prices" / "kc_house_data.csv")
    assert len(king_county.load_king_county(folder)["price"]) == 60


def test_other_contents_are_refused(folder, sales):
    sales["price"][0] += 1
    write_sales(sales, folder / "kc_house_data.csv")
    with pytest.raises(DataError, match="does not hold the published sales"):
        king_county.load_king_county(folder)


@pytest.mark.parametrize("content", ["", "id,date\n1,2\n", "not a table at all", "\x00\x01"])
def test_what_is_no_such_table_is_refused(tmp_path, content):
    (tmp_path / "kc_house_data.csv").write_text(content)
    with pytest.raises(DataError):
        king_county.load_king_county(tmp_path)


def test_a_missing_file_is_fetched_from_its_official_address(tmp_path, monkeypatch):
    asked = []

    def fetch(source, folder):
        asked.append((source.url, folder))
        raise DataError("no internet")

    monkeypatch.setattr(king_county, "fetch", fetch)
    with pytest.raises(DataError, match="no internet"):
        king_county.load_king_county(tmp_path)
    assert asked[0][0].startswith("https://www.kaggle.com/") and asked[0][1] == tmp_path


def test_the_house_with_33_bedrooms_is_left_out(sales):
    sales["bedrooms"][7] = 33
    kept = king_county.without_typing_error(sales)
    assert len(kept["price"]) == 59 and sales["price"][7] not in kept["price"]


def test_a_house_that_was_sold_twice_is_in_one_part_only(sales):
    ids = sales["id"]
    assert len(np.unique(ids)) < len(ids)
    parts = king_county.split_by_house(ids, (0.2, 0.3), seed=0)
    assert (sum(part.astype(int) for part in parts) == 1).all()
    houses = [set(ids[part]) for part in parts]
    assert not houses[0] & houses[1] and not houses[0] & houses[2] and not houses[1] & houses[2]
    assert all(houses)


def test_the_same_seed_splits_the_same_and_another_otherwise(sales):
    first, again, other = (king_county.split_by_house(sales["id"], (0.2, 0.3), seed) for seed in (0, 0, 1))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))
