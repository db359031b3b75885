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
    monkeypatch.setitem(series.M4_SHAPES, "Yearly", (3, 2))
    return tmp_path


@pytest.fixture
def offline(monkeypatch):
    def unreachable(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(keras.utils, "get_file", unreachable)


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


def test_a_file_that_cannot_be_had_is_named_with_its_address(folder, offline):
    with pytest.raises(DataError, match=r"Weekly-train\.csv.*M4-methods"):
        series.load_m4(folder, "Weekly")


def test_all_of_m4_has_an_official_address_and_a_checksum():
    names = {f"{part}-{half}" for part in series.M4_SHAPES for half in ("train", "test")}
    assert len(names) == 12 and set(series.M4_SHA256) == names
    assert len({series.M4_SHA256[name] for name in names}) == 12
    for name in names:
        source = series.m4_source(name)
        assert source.url.endswith(f"/Dataset/{name.split('-')[1].capitalize()}/{name}.csv")
        assert len(source.sha256) == 64


def test_a_part_with_another_number_of_series_or_values_is_refused(folder, monkeypatch):
    monkeypatch.setitem(series.M4_SHAPES, "Yearly", (3, 6))
    with pytest.raises(DataError, match="6 test values"):
        series.load_m4(folder, "Yearly")


def test_a_part_that_cannot_be_had_is_left_out_with_a_sentence_and_a_wrong_one_refused(folder, offline, capsys):
    assert series.load_m4_if_there(folder, "Daily") is None
    assert "M4 Daily is left out" in capsys.readouterr().out
    assert len(series.load_m4_if_there(folder, "Yearly")[0]) == 3
    (folder / "m4" / "Yearly-test.csv.gz").write_bytes(gzip.compress(b"another"))
    with pytest.raises(DataError, match="Yearly-test"):
        series.load_m4_if_there(folder, "Yearly")


def test_a_whole_part_of_m4_needs_no_tails(folder, monkeypatch):
    tail = "series,first_t,n,values\nD1,4000,20," + " ".join(map(str, range(20))) + "\n"
    put(folder, monkeypatch, series.TAILS["Daily"], tail)
    assert len(series.load_further(folder)) == 1
    assert series.load_further(folder, ("Yearly", "Daily")) == []


def test_the_m1_competition_is_read_as_questions_with_their_answers(folder, monkeypatch):
    text = "series,period,type,part,t,value\n"
    text += "".join(f"A,QUARTERLY,X,{'test' if time > 9 else 'train'},{time},{time}\n" for time in range(12))
    put(folder, monkeypatch, series.M1, text)
    monkeypatch.setattr(series, "M1_SHA256", hashlib.sha256(text.encode()).hexdigest())
    (found,) = series.load_m1(folder)
    assert (found.name, found.period) == ("A", "Quarterly")
    assert found.history.tolist() == list(range(10)) and found.actual.tolist() == [10, 11]


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


def test_monthly_series_are_also_taken_by_quarters_which_end_where_they_end():
    monthly = series.Series("m", "fred", 12, np.arange(61.0))
    (quarterly,) = series.aggregate([monthly, made(RANDOM.normal(size=90))])
    assert (quarterly.group, quarterly.season, len(quarterly.values)) == ("quarterly", 4, 20)
    assert quarterly.values[[0, -1]].tolist() == [2, 59]  # months 1..3 and 58..60


def test_series_are_also_compared_after_being_multiplied():
    kept_out = np.cumsum(RANDOM.normal(size=30))
    mean = made(kept_out / 3)
    assert series.drop_shared([mean], [kept_out]) == [mean]
    assert series.drop_shared([mean], [kept_out], times=3) == []
