"""Series of numbers to forecast: the M4 competition, and further collections to learn from.

M4: Makridakis, Spiliotis, Assimakopoulos (2020), https://doi.org/10.1016/j.ijforecast.2019.04.014, published by
the organisers at https://github.com/Mcompetitions/M4-methods without a licence file. Its yearly, weekly and
hourly parts are needed; they are downloaded where they are missing. Its quarterly, monthly and daily parts are
used where they lie in the data folder or can be downloaded (``load_m4_if_there``), and left out with a printed
sentence where not; then the tails of the monthly and daily series stand in for them. The further collections are
used where the data folder has them (``FURTHER`` says under what names), and left out where not.

Every M4 file is checked by the SHA-256 of the official one, and its rows are counted. Eight of the twelve sums were
taken from the files themselves. Those of the training parts Quarterly, Monthly and Daily and of the test part
Monthly, which could not be had here, were taken from a public table of sources that has the other eight right too;
a second public table confirms the Daily one.

No series that is learned from shares eight values in a row with the M1 competition, nor with the test values of M4
and the values before them.
"""

import gzip
import hashlib
import io
import lzma
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.data import DataError, Source, fetch

M4_URL = "https://raw.githubusercontent.com/Mcompetitions/M4-methods/6c1067e5a57161249b17289a565178dc7a3fb3ca/Dataset"
# SHA-256 of the official CSV files; the same files may lie in the folder m4/ with .gz added.
M4_SHA256 = {
    "Quarterly-train": "4450678cd493aa965c14bde984a5b62a66d8c3b2f7af1e53779bc91ff008ccdc",
    "Quarterly-test": "bf1cab3b969a744c220cdc148e3829803eaa5da2754270fc4f376e775cd7d0ae",
    "Monthly-train": "63aaa56198b4a22279a2fec541f56921f3bed6d8e0f84e550206df9276f2e9b9",
    "Monthly-test": "5e3538bf23b4a09f4078180c3e2b34859f0382e1c4f22564affc1797e8f3f48f",
    "Daily-train": "78e94591c60c06309f1e544fd7b2ccba28f3616b01913dd336a1d1d98483a1ec",
    "Daily-test": "633b0815626ae266d36872c4d53e95eb93ee8d43e79587fceec519eba3e6b05e",
    "Yearly-train": "6aa668d4f04654c0bf5f07b266a51c556f0df2faf4709f852653755396a249e4",
    "Yearly-test": "6dc2dd45b3af320389e2d3735cb4b3cdf320b63cbcda15d1a17193ab99702306",
    "Weekly-train": "d478d3f6ed673e6ed3c2cb0fbed5425f72eedd51318ebebeb0b5ecfcefc37714",
    "Weekly-test": "3b2bc4be8e636e802260dcd843ca3c5da40536a1fbe1ecb3229a97dae4f44688",
    "Hourly-train": "ea59b7783573c49077a835ab6465c7d66f1474783360f310988a9a737fbca62f",
    "Hourly-test": "71a57fccb15e534d973626ada4fb87febf789e9317715b7cc6dd3b5f90db6f42",
}
# Series of each part, and how many values of each are to be forecast.
M4_SHAPES = {
    "Yearly": (23_000, 6),
    "Quarterly": (24_000, 8),
    "Monthly": (48_000, 18),
    "Weekly": (359, 13),
    "Daily": (4_227, 14),
    "Hourly": (414, 48),
}

# Collections that have no one official file in this form: SHA-256 of the unpacked CSV file by its name.
FURTHER = {
    "m4/monthly_train_tail_from_t300.csv.xz": "effc8b07e235d62da75a3d265d772fc1de58a5c1469cc892704cb30fc9bd4f0e",
    "m4/daily_train_tail_from_t4000.csv.xz": "bc6ae5be4dd9245067e2b1bbafc301cdbe83c760ae0324f4d91932711b2d80e1",
    "time-series/tsdl.csv.xz": "afd38657d58fd94985818966c0edcb977481c3576e04eb64fd31d0aced612f97",
    "time-series/fred_md.csv.xz": "4a98044e4a0c8145cf6ec3dd74f70b59557ac0e67e5eb9750c05707f023537b7",
    "time-series/nn5.csv.xz": "d49b383c1e40cacec38c45d4b6c3044fd1a0a04572b9452cdb60816ee2886b6e",
    "time-series/ETTh1.csv.xz": "f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066",
}
# What stands in for a part of M4 that is not there.
TAILS = {
    "Monthly": "m4/monthly_train_tail_from_t300.csv.xz",
    "Daily": "m4/daily_train_tail_from_t4000.csv.xz",
}
# Never learned from: a test of its own.
M1 = "time-series/m1_competition_long.csv.xz"
M1_SHA256 = "87f1fbae95f1a0c1d5104cb68cc7c34ba8df8af369b69a8f0a69e7c3a9191da7"

# Values in a row by which a series is recognised in another collection.
SHARED_RUN = 8
# Odd numbers that tell the places of a run apart.
KEY_FACTORS = np.random.default_rng(0).integers(1, 2**63, SHARED_RUN, dtype=np.uint64) | np.uint64(1)
SHORTEST = 14
# Season -> group, block and season of the series that are made from series of this season.
AGGREGATED = {12: ("quarterly", 3, 4), 24: ("from hours", 24, 7)}
SHORTEST_AGGREGATED = 20
LARGEST_FILE = 200_000_000  # bytes unpacked


@dataclass(frozen=True)
class Series:
    """One series, the oldest value first, float64 [n], all finite, and how many values make one season."""

    name: str
    group: str
    season: int
    values: np.ndarray


def load_m4(folder: Path, part: str) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the training series (float64 [n] each) and the test values float64 [series, horizon] of a part.

    Args:
        folder: the data folder.
        part: one of ``M4_SHAPES``.

    Raises:
        DataError: a file is missing and cannot be downloaded, or is not the official one.
    """
    train = _parse_rows(_read_m4(folder, f"{part}-train"))
    test = _parse_rows(_read_m4(folder, f"{part}-test"))
    count, horizon = M4_SHAPES[part]
    lengths = {len(values) for values in test}
    if (len(train), len(test), lengths) != (count, count, {horizon}):
        raise DataError(
            f"M4 {part} must have {count} series and {horizon} test values of each. Found: {len(train)} to learn "
            f"from, {len(test)} to test, of {sorted(lengths)} values."
        )
    return train, np.stack(test)


def load_m4_if_there(folder: Path, part: str) -> tuple[list[np.ndarray], np.ndarray] | None:
    """Return what ``load_m4`` does, or None, with a printed sentence, where the part cannot be had.

    Raises:
        DataError: a file is there but is not the official one.
    """
    try:
        for half in ("train", "test"):
            _find_m4(folder, f"{part}-{half}")
    except DataError:
        print(f"M4 {part} is left out: its files are not in {folder} and could not be downloaded.", flush=True)
        return None
    return load_m4(folder, part)


def m4_source(name: str) -> Source:
    """Return where an M4 file such as "Daily-test" officially comes from."""
    kind = "Train" if name.endswith("train") else "Test"
    return Source(f"{name}.csv", f"{M4_URL}/{kind}/{name}.csv", M4_SHA256[name])


def _find_m4(folder: Path, name: str) -> Path:
    """The official file, or the packed one in the folder m4/; downloaded where neither is there."""
    source, packed = m4_source(name), folder / "m4" / f"{name}.csv.gz"
    return packed if packed.is_file() and not (folder / source.filename).is_file() else fetch(source, folder)


def _read_m4(folder: Path, name: str) -> bytes:
    return read_checked(_find_m4(folder, name), M4_SHA256[name])


def read_checked(path: Path, sha256: str) -> bytes:
    """Return the contents of a file, unpacked where its name ends with .gz or .xz.

    Raises:
        DataError: it cannot be read, or the contents have another SHA-256.
    """
    openers = {".gz": gzip.open, ".xz": lzma.open}
    try:
        with openers.get(path.suffix, Path.open)(path, "rb") as stream:
            content = stream.read(LARGEST_FILE)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise DataError(f"{path} cannot be read ({error}). Delete it and run again.") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DataError(f"{path} does not hold what it should (SHA-256 differs). Delete it and run again.")
    return content


def _parse_rows(content: bytes) -> list[np.ndarray]:
    """The rows of an M4 file: a name, values, then empty cells up to the longest row."""
    rows = content.decode().splitlines()[1:]
    series = []
    for row in rows:
        cells = row.replace('"', "").split(",")[1:]
        series.append(np.array([float(cell) for cell in cells if cell and cell != "NA"]))
    return series


@dataclass(frozen=True)
class Question:
    """One series of the M1 competition: what is known, float64 [n], and what came after, float64 [horizon]."""

    name: str
    period: str
    history: np.ndarray
    actual: np.ndarray


def load_m1(folder: Path) -> list[Question]:
    """Return the M1 competition's series; empty where the data folder has none.

    Source: Makridakis and others (1982), https://doi.org/10.1002/for.3980010202, as in the R package Mcomp.
    """
    path = folder / M1
    if not path.is_file():
        return []
    found = []
    for name, rows in _table(read_checked(path, M1_SHA256)).groupby("series", sort=False):
        values, is_test = rows["value"].to_numpy(np.float64), (rows["part"] == "test").to_numpy()
        found.append(Question(str(name), rows["period"].iloc[0].capitalize(), values[~is_test], values[is_test]))
    return found


def load_further(folder: Path, whole: tuple[str, ...] = ()) -> list[Series]:
    """Return the series of all further collections that the data folder has.

    Args:
        folder: the data folder.
        whole: the parts of M4 that are used whole, so that nothing need stand in for them.

    Raises:
        DataError: one of the files holds something else.
    """
    found: list[Series] = []
    needless = {TAILS.get(part) for part in whole}
    for name, sha256 in FURTHER.items():
        if (folder / name).is_file() and name not in needless:
            found += PARSERS[name](read_checked(folder / name, sha256))
    return [series for series in found if len(series.values) >= SHORTEST and np.ptp(series.values) > 0]


def _table(content: bytes) -> "pandas.DataFrame":  # noqa: F821 - imported where it is needed
    import pandas

    return pandas.read_csv(io.BytesIO(content))


def _parse_tails(content: bytes, group: str, season: int) -> list[Series]:
    table = _table(content)
    return [Series(row.series, group, season, _numbers(row.values_)) for row in _renamed(table)]


def _renamed(table) -> list:  # noqa: ANN001 - a pandas table
    """The rows; the column called values is renamed, because a tuple has a method of that name."""
    return list(table.rename(columns={"values": "values_"}).itertuples(index=False))


def _numbers(text: str) -> np.ndarray:
    return np.array([float(word) for word in str(text).split() if word != "NA"])


def _parse_tsdl(content: bytes) -> list[Series]:
    """Series with gaps are left out: taking the missing values away would move the season."""
    found = []
    for row in _renamed(_table(content)):
        season = {4: 4, 12: 12, 52: 52, 13: 13, 6: 6, 5: 5, 365: 365}.get(int(float(row.frequency)), 1)
        if " NA" not in f" {row.values_}":
            found.append(Series(f"{row.series}-{row.column}", "tsdl", season, _numbers(row.values_)))
    return found


def _parse_panel(content: bytes, group: str, season: int, skipped_rows: int) -> list[Series]:
    """Columns with a date in front; each from its first to its last value, left out where a gap lies between."""
    table = _table(content).iloc[skipped_rows:]
    found = []
    for name in table.columns[1:]:
        values = table[name].to_numpy(np.float64)
        there = np.flatnonzero(np.isfinite(values))
        if len(there) and len(there) == there[-1] - there[0] + 1:
            found.append(Series(name, group, season, values[there]))
    return found


def _parse_long(content: bytes, group: str, season: int) -> list[Series]:
    """One value a row; missing values are filled from the season before."""
    found = []
    for name, rows in _table(content).groupby("series", sort=False):
        values = rows["value"].to_numpy(np.float64, copy=True)
        for index in np.flatnonzero(~np.isfinite(values)):
            values[index] = values[index - season] if index >= season else np.nanmedian(values)
        found.append(Series(str(name), group, season, values))
    return found


PARSERS = {
    "m4/monthly_train_tail_from_t300.csv.xz": lambda content: _parse_tails(content, "monthly", 12),
    "m4/daily_train_tail_from_t4000.csv.xz": lambda content: _parse_tails(content, "daily", 1),
    "time-series/tsdl.csv.xz": _parse_tsdl,
    "time-series/fred_md.csv.xz": lambda content: _parse_panel(content, "fred", 12, skipped_rows=1),
    "time-series/nn5.csv.xz": lambda content: _parse_long(content, "nn5", 7),
    "time-series/ETTh1.csv.xz": lambda content: _parse_panel(content, "ett", 24, skipped_rows=0),
}


def aggregate(series: list[Series]) -> list[Series]:
    """Return quarterly series from monthly ones, and daily from hourly ones, long enough to learn from.

    No collection here has many quarterly series but M4's own. Means of whole blocks are taken, the last block at
    the end of the series.
    """
    found = []
    for one in series:
        group, block, season = AGGREGATED.get(one.season, ("", 0, 0))
        blocks = len(one.values) // block if block else 0
        if blocks >= SHORTEST_AGGREGATED:
            values = one.values[len(one.values) - blocks * block :].reshape(blocks, block).mean(axis=1)
            found.append(Series(f"{one.name} by {block}", group, season, values))
    return [one for one in found if np.ptp(one.values) > 0]


def drop_shared(learned: list[Series], kept_out: list[np.ndarray], times: float = 1.0) -> list[Series]:
    """Return the series that share no SHARED_RUN values in a row with the series that are kept out.

    Runs of fewer than three different values say nothing and are not compared. ``times`` is what the values are
    multiplied by before they are compared: 3 compares the sums of a quarter where means are learned from.
    """
    known = [_run_keys(values) for values in kept_out]
    keys = [_run_keys(series.values * times) for series in learned]
    owners = np.repeat(np.arange(len(learned)), [len(own) for own in keys])
    if not known or not len(owners):
        return learned
    shared = np.zeros(len(learned), bool)
    shared[owners[np.isin(np.concatenate(keys), np.unique(np.concatenate(known)))]] = True
    return [series for series, is_shared in zip(learned, shared, strict=True) if not is_shared]


def _run_keys(values: np.ndarray) -> np.ndarray:
    """A number for every run of SHARED_RUN values, equal where the values are (to five digits after the point)."""
    if len(values) < SHARED_RUN:
        return np.empty(0, np.uint64)
    runs = np.lib.stride_tricks.sliding_window_view(np.round(values, 5) + 0.0, SHARED_RUN)
    ordered = np.sort(runs, axis=1)
    is_telling = (np.diff(ordered, axis=1) > 0).sum(axis=1) >= 2
    bits = np.ascontiguousarray(runs[is_telling]).view(np.uint64)
    mixed = (bits ^ (bits >> np.uint64(29))) * KEY_FACTORS
    return (mixed ^ (mixed >> np.uint64(31))).sum(axis=1, dtype=np.uint64)
