"""``training.data.series``: the collections, their checksums, and what may not be learned from."""

import gzip
import hashlib
import lzma

import keras
import numpy as np
import pytest

from training.data import DataError, series

RANDOM = np.random.default_rng(8)


def rows(count, length):
    """An M4 file with rows of different lengths, as the organisers write it."""
    lines = [",".join(f'"V{column}"' for column in range(1, length + 2))]
    for index in range(count):
        values = [f'"{value:.1f}"' for value in 10.0 * index + np.arange(length - index)]
        lines.append(",".join([f'"Y{index}"', *values, *[""] * index]))
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder with a small yearly part, packed; its checksums are known."""
    (tmp_path / "m4").mkdir()
    test = b'"V1","V2","V3"\n"Y0","1","2"\n"Y1","3","4"\n"Y2","5","6"\n'
    contents = {"Yearly-train": rows(3, 20), "Yearly-test": test}
    for name, content in contents.items():
        (tmp_path / "m4" / f"{name}.csv.gz").write_bytes(gzip.compress(content))
        monkeypatch.setitem(series.M4_SHA256, name, hashlib.sha256(content).hexdigest())
    return tmp_path


def test_rows_of_different_lengths_are_read_without_their_empty_cells(folder):
    train, test = series.load_m4(folder, "Yearly")
    assert [len(values) for values in train] == [20, 19, 18]
    assert train[2][:3].tolist() == [20, 21, 22]
    assert test.tolist() == [[1, 2], [3, 4], [5, 6]]


def test_the_official_file_is_taken_before_the_packed_one(folder):
    content = gzip.decompress((folder / "m4" / "Yearly-train.csv.gz").read_bytes())
    (folder / "Yearly-train.csv").write_bytes(content)
    (folder / "m4" / "Yearly-train.csv.gz").write_bytes(b"damaged")
    assert len(series.load_m4(folder, "Yearly")[0]) == 3


@pytest.mark.parametrize("content", [b"", b"no archive", gzip.compress(b"another")])
def test_a_file_that_is_not_the_official_one_is_refused_by_name(folder, content):
    (folder / "m4" / "Yearly-test.csv.gz").write_bytes(content)
    with pytest.raises(DataError, match="Yearly-test"):
        series.load_m4(folder, "Yearly")


def test_a_file_that_cannot_be_had_is_named_with_its_address(folder, monkeypatch):
    def unreachable(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(keras.utils, "get_file", unreachable)
    with pytest.raises(DataError, match=r"Weekly-train\.csv.*M4-methods"):
        series.load_m4(folder, "Weekly")


def put(folder, monkeypatch, name, text):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(lzma.compress(text.encode()))
    monkeypatch.setitem(series.FURTHER, name, hashlib.sha256(text.encode()).hexdigest())


def test_further_collections_are_read_where_they_are_and_left_out_where_not(folder, monkeypatch):
    assert series.load_further(folder) == [] and series.load_m1(folder) == []
    numbers = " ".join(map(str, range(30)))
    put(
        folder, monkeypatch, "m4/daily_train_tail_from_t4000.csv.xz", f"series,first_t,n,values\nD1,4000,30,{numbers}\n"
    )
    panel = "date,a,b\n" + "".join(f"d{row},{row},{'' if row == 7 else row * 2}\n" for row in range(20))
    put(folder, monkeypatch, "time-series/ETTh1.csv.xz", panel)
    daily, hourly = series.load_further(folder)
    assert (daily.group, daily.season, daily.values.tolist()) == ("daily", 1, list(range(30)))
    assert (hourly.name, hourly.season) == ("a", 24)  # b has a gap


def test_missing_values_are_filled_from_the_season_before(folder, monkeypatch):
    text = "series,t,value\n" + "".join(f"N1,{time},{'' if time == 15 else time}\n" for time in range(21))
    put(folder, monkeypatch, "time-series/nn5.csv.xz", text)
    (found,) = series.load_further(folder)
    assert found.values[15] == 8


def made(values, name="a"):
    return series.Series(name, "made", 1, np.asarray(values, float))


def test_a_series_that_shares_eight_values_with_one_kept_out_is_dropped():
    kept_out = RANDOM.normal(size=100)
    shares = made(np.r_[RANDOM.normal(size=20), kept_out[40:48], RANDOM.normal(size=20)])
    shares_less = made(np.r_[RANDOM.normal(size=20), kept_out[40:47], RANDOM.normal(size=20)])
    other = made(RANDOM.normal(size=50))
    assert series.drop_shared([shares, shares_less, other], [kept_out]) == [shares_less, other]


def test_runs_of_equal_values_are_no_sign_of_kinship():
    zeros = made(np.r_[np.zeros(20), 1, 2, 3])
    assert series.drop_shared([zeros], [np.r_[np.zeros(30), 5.0]]) == [zeros]
    assert series.drop_shared([zeros], []) == [zeros]
    assert series.drop_shared([], [np.arange(9.0)]) == []
