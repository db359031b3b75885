"""English and Chinese reviews with the opinion of their writers: 1 for praise, 0 for blame.

IMDB                    film reviews, Maas et al. (2011), https://ai.stanford.edu/~amaas/data/sentiment/
SST-2                   sentences on films, Socher et al. (2013), https://nlp.stanford.edu/sentiment/
ChnSentiCorp            hotels, notebooks, books; Tan (2008), split as in https://github.com/ymcui/Chinese-BERT-wwm
ChnSentiCorp_htl_all    hotels, https://github.com/SophonPlus/ChineseNlpCorpus
online_shopping_10_cats ten kinds of goods, the same place
Douban, two classes     short comments on films with one star or five,
                        https://github.com/csuldw/comment-sentiment-analysis

None states a licence for the texts; some ask for citation. So they are used to train and to test, and never copied.
"""

import csv
import hashlib
import io
import lzma
import re
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from training.data import DataError, Source, fetch

_PLACE = "https://raw.githubusercontent.com"
_CORPUS = f"{_PLACE}/SophonPlus/ChineseNlpCorpus/a0b781d72158bde242c0626c9e354d2b328865ff/datasets"
_SST = f"{_PLACE}/clairett/pytorch-sentiment-classification/457ffd83de90a9d6d472d8ffc31bbffe40a8b236/data/SST2"

IMDB = Source(
    "aclImdb_v1.tar.gz",
    "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
)
SST2 = {
    "train": Source(
        "sst2-train.tsv", f"{_SST}/train.tsv", "ec192f833a64da08f475488a77b0d0b47db47acd0f458bd18433fc793b569920"
    ),
    "validation": Source(
        "sst2-dev.tsv", f"{_SST}/dev.tsv", "eddea6b39e601dd4e7a672b53cc40fdf6019fa80522f351206c24340ca5d9359"
    ),
    "test": Source(
        "sst2-test.tsv", f"{_SST}/test.tsv", "831169c7e2e429d6026e1bdbb542f33b636e3e596caad9602ebc953c205928b7"
    ),
}
CHNSENTICORP = Source(
    "chnsenticorp.zip",
    f"{_PLACE}/ymcui/Chinese-BERT-wwm/f6410cbd89c49dee8a42a7f7d94d9cca87b431aa/data/chnsenticorp/chnsenticorp.zip",
    "79218af1c3efdfd3223569440736eac207ab6b19babd2cd73b7ffc04250700ba",
)
HOTELS = Source(
    "ChnSentiCorp_htl_all.csv",
    f"{_CORPUS}/ChnSentiCorp_htl_all/ChnSentiCorp_htl_all.csv",
    "1d414b9c65caf3a836abdb4efded621968502ad3338e1a9d885ae131c86083f0",
)
SHOPPING = Source(
    "online_shopping_10_cats.zip",
    f"{_CORPUS}/online_shopping_10_cats/online_shopping_10_cats.zip",
    "6816ded66fde9d0927ecbd370b5e12d0174d1abac35192ec014ac2a0a8d25858",
)

# Of the comments on films there is no official checksum, and the copy that the figures were made with lacks some rows
# of the test part: it is not downloaded, but must lie below the data folder.
DOUBAN = "https://github.com/csuldw/comment-sentiment-analysis/tree/8470a1f6df6f276416ca32b8f4110488c6fabbd5/data"
REPACKED_DOUBAN = "sentiment-zh/douban_comment_{part}set_2class.csv.xz"  # columns CONTENT, RATING, label (-1, 1)

# Copies of the files go about packed anew, in folders by language; where they may lie below the data folder.
REPACKED = {
    "sst2-train.tsv": "sentiment-en/SST2/train.tsv",
    "sst2-dev.tsv": "sentiment-en/SST2/dev.tsv",
    "sst2-test.tsv": "sentiment-en/SST2/test.tsv",
    "chnsenticorp.zip": "sentiment-zh/chnsenticorp.zip",
    "ChnSentiCorp_htl_all.csv": "sentiment-zh/ChnSentiCorp_htl_all.csv.xz",
    "online_shopping_10_cats.zip": "sentiment-zh/online_shopping_10_cats.zip",
}
REPACKED_IMDB = "sentiment-en/imdb_{part}.csv.xz"  # columns file, label, rating, text

# SHA-256 of the parsed labels and texts (``contents_sha256``), however the file was packed.
CONTENTS_SHA256 = {
    "IMDB train": "f190b4246d03819408a53454ba147451ef60b9c2087d9cd83e3a428feb4f9b34",
    "IMDB test": "db997410da6525f5a479aa5727963c123f541e081b8ffabbb9dfc07be67e5cce",
    "SST-2 train": "bfba3fc25cc76d69d85cddddd8023745909718e1cf8b604a03c269b9e5cc98ac",
    "SST-2 validation": "0ac4e4f605fa28d64d88f9fb9b51872ab99c9b131ed44b4eb6f1b8cc1136f694",
    "SST-2 test": "e83624c0b94c9946d200c831611241f2fc0a084723604725dc25fe39a5470da8",
    "ChnSentiCorp train": "fc4e8bd3ad48eb93e914a3761ef4d2922844188c6a42c0e554df9ba327f54794",
    "ChnSentiCorp validation": "bd3ffac1c07a51aff118cb3221db2cdcfffeb613b6fcba907a6bd765a0d4eac8",
    "ChnSentiCorp test": "bfe8bf72fc56b9c337f2c0fb2cfa7215ad2b2e0a191d813b3f550b687b69c229",
    "hotels": "a340070fc24e574d61be956b7558f57763cca8523443fb72ae5db76a8dbb7250",
    "shopping": "3794101e480c497fde412b00c127ffdaefb697fe178efec51a9a72be37cf743e",
    "Douban train": "638de7cde40b7ddbd45f0e81ca0e2a72754df8f4305ca014ca293b222306bc1e",
    "Douban test": "2bb13115e8d7dfc0b01e7c20205215eeb3c59048d6285f5963110fb2e880cc51",
}

IMDB_VALIDATION = 0.1  # share of a set's training texts, chosen by their hash
DOUBAN_VALIDATION = 0.1
SHOPPING_TEST = 0.2
SHOPPING_VALIDATION = 0.05

TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
# SST-2 is cut as in the Penn Treebank: "do n't", "it 's", "-lrb-".
TREEBANK_GAP = re.compile(r" (?=n't\b|'(?:s|re|ve|ll|d|m)\b)")
BRACKETS = {"-lrb-": "(", "-rrb-": ")"}


class Review(NamedTuple):
    """One text and its writer's opinion: 1 for praise, 0 for blame."""

    text: str
    label: int


@dataclass(frozen=True)
class Reviews:
    """The three parts of a collection of reviews: name of the set -> its reviews, in a settled order."""

    train: dict[str, list[Review]]
    validation: dict[str, list[Review]]
    test: dict[str, list[Review]]


def load_reviews(folder: Path) -> Reviews:
    """Return all sets, split so that no text of a test or validation part is in any training part.

    IMDB, SST-2, Douban and ChnSentiCorp keep their official test parts, but those reviews of ChnSentiCorp's that
    also stand among its own training texts are not tested on. One in five of the shopping reviews, chosen by the
    hash of the text, is for testing. Texts that stand in both parts of IMDB (123) or of Douban are not trained on.

    Raises:
        DataError: a file is missing and cannot be downloaded, or its contents are not the published ones.
    """
    parts = {name: _checked(name, read(folder)) for name, read in READERS.items()}
    return split(parts)


def split(parts: dict[str, list[Review]]) -> Reviews:
    """Split what was read (the names of ``READERS`` -> reviews) in three parts that share no text."""
    own = keys(parts["ChnSentiCorp train"])
    goods = _without(_distinct(parts["shopping"]), own)
    test = {
        "IMDB": parts["IMDB test"],
        "SST-2": parts["SST-2 test"],
        "ChnSentiCorp": _without(_distinct(parts["ChnSentiCorp test"]), own),
        "online shopping": [review for review in goods if share(review.text) < SHOPPING_TEST],
        "Douban": parts["Douban test"],
    }
    tested = set().union(*map(keys, test.values()))
    validation = {
        "IMDB": [review for review in parts["IMDB train"] if share(review.text) < IMDB_VALIDATION],
        "SST-2": parts["SST-2 validation"],
        "ChnSentiCorp": _without(parts["ChnSentiCorp validation"], own),
        "online shopping": [
            review for review in goods if 0 <= share(review.text) - SHOPPING_TEST < SHOPPING_VALIDATION
        ],
        "Douban": [review for review in parts["Douban train"] if share(review.text) < DOUBAN_VALIDATION],
    }
    validation = {name: _without(_distinct(reviews), tested) for name, reviews in validation.items()}
    held = tested.union(*map(keys, validation.values()))
    sources = {
        "IMDB": parts["IMDB train"],
        "SST-2": parts["SST-2 train"],
        "ChnSentiCorp": parts["ChnSentiCorp train"],
        "hotels": parts["hotels"],
        "online shopping": goods,
        "Douban": parts["Douban train"],
    }
    return Reviews(_train_parts(sources, held), validation, test)


def _train_parts(sources: dict[str, list[Review]], held: set[bytes]) -> dict[str, list[Review]]:
    """Return the training texts, each once over all sets, without those that are held out."""
    seen = set(held)
    train = {}
    for name, reviews in sources.items():
        train[name] = _without(_distinct(reviews), seen)
        seen |= keys(train[name])
    return train


@cache
def key(text: str) -> bytes:
    """Return what makes a text the same as another: the hash of its characters without blanks, case and width."""
    characters = "".join(unicodedata.normalize("NFKC", text).lower().split())
    return hashlib.sha256(characters.encode()).digest()


def keys(reviews: Iterable[Review]) -> set[bytes]:
    """Return the keys of all the reviews' texts."""
    return {key(review.text) for review in reviews}


def share(text: str) -> float:
    """Return a number 0..1 that depends on nothing but the text: its place in a split."""
    return int.from_bytes(key(text)[:4], "big") / 2**32


def _distinct(reviews: list[Review]) -> list[Review]:
    """Keep the first of the reviews with the same text."""
    return list({key(review.text): review for review in reversed(reviews)}.values())[::-1]


def _without(reviews: list[Review], held: set[bytes]) -> list[Review]:
    return [review for review in reviews if key(review.text) not in held]


def contents_sha256(reviews: list[Review]) -> str:
    """Return the SHA-256 of labels and texts in their order."""
    digest = hashlib.sha256()
    for review in reviews:
        digest.update(f"{review.label}\t{review.text}\n".encode())
    return digest.hexdigest()


def _checked(name: str, reviews: list[Review]) -> list[Review]:
    if contents_sha256(reviews) != CONTENTS_SHA256[name]:
        raise DataError(f"{name}: these are not the published reviews (checksum differs). Delete them and run again.")
    return reviews


def _find(source: Source, folder: Path) -> Path:
    """Return the file, under its own name or packed anew, downloading it where it is missing."""
    for name in (source.filename, REPACKED.get(source.filename, source.filename)):
        if (folder / name).is_file():
            return folder / name
    return fetch(source, folder)


def _read_text(path: Path) -> str:
    packed = path.read_bytes()
    return (lzma.decompress(packed) if path.suffix == ".xz" else packed).decode("utf-8-sig")


def _clean(text: str) -> str:
    """Return a review as a person would type it: no line-break tags, no mark of the byte order, single blanks."""
    return " ".join(TAG.sub(" ", text.replace("\ufeff", "")).split())


def _read_imdb(folder: Path, part: str) -> list[Review]:
    """Return one official part, in the order of the file names."""
    repacked = folder / REPACKED_IMDB.format(part=part)
    if repacked.is_file() and not (folder / IMDB.filename).is_file():
        rows = csv.DictReader(io.StringIO(_read_text(repacked), newline=""))
        found = {row["file"]: row["text"] for row in rows}
    else:
        found = _unpack_imdb(_find(IMDB, folder), part)
    return [Review(_clean(found[name]), int("/pos/" in name)) for name in sorted(found)]


def _unpack_imdb(archive: Path, part: str) -> dict[str, str]:
    """Return file name (train/pos/0_9.txt ...) -> text of one part of the official archive."""
    wanted = re.compile(rf"aclImdb/({part}/(?:pos|neg)/\d+_\d+\.txt)")
    texts = {}
    with tarfile.open(archive) as stream:
        for member in stream:
            if name := wanted.fullmatch(member.name):
                texts[name[1]] = stream.extractfile(member).read().decode("utf-8")
    return texts


def _read_sst2(folder: Path, part: str) -> list[Review]:
    lines = _read_text(_find(SST2[part], folder)).splitlines()
    rows = (line.rsplit("\t", 1) for line in lines)
    return [Review(_without_treebank(text), int(label)) for text, label in rows]


def _without_treebank(text: str) -> str:
    """Join what the treebank cut: "do n't" becomes "don't", "-lrb-" a bracket."""
    words = (BRACKETS.get(word, word) for word in text.split())
    return TREEBANK_GAP.sub("", " ".join(words))


def _read_chnsenticorp(folder: Path, filename: str) -> list[Review]:
    with zipfile.ZipFile(_find(CHNSENTICORP, folder)) as archive:
        lines = archive.read(filename).decode("utf-8-sig").splitlines()[1:]
    rows = (line.split("\t", 1) for line in lines if line.strip())
    return [Review(_clean(text), int(label)) for label, text in rows]


def _read_hotels(folder: Path) -> list[Review]:
    return _from_csv(_read_text(_find(HOTELS, folder)))


def _read_shopping(folder: Path) -> list[Review]:
    with zipfile.ZipFile(_find(SHOPPING, folder)) as archive:
        return _from_csv(archive.read("online_shopping_10_cats.csv").decode("utf-8-sig"))


def _read_douban(folder: Path, part: str) -> list[Review]:
    """Return the comments with one star (label -1 there, 0 here) or five (1).

    Raises:
        DataError: the file is missing.
    """
    path = folder / REPACKED_DOUBAN.format(part=part)
    if not path.is_file():
        raise DataError(f"{path} is missing: comment_{part}set_2class.csv of {DOUBAN}, compressed with xz.")
    rows = csv.DictReader(io.StringIO(_read_text(path), newline=""))
    return [Review(_clean(row["CONTENT"]), int(row["label"] == "1")) for row in rows if _clean(row["CONTENT"])]


def _from_csv(text: str) -> list[Review]:
    """Return the rows that hold a review, from a table with the columns label and review."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [Review(_clean(row["review"]), int(row["label"])) for row in rows if _clean(row["review"])]


READERS: dict[str, Callable[[Path], list[Review]]] = {
    "IMDB train": lambda folder: _read_imdb(folder, "train"),
    "IMDB test": lambda folder: _read_imdb(folder, "test"),
    "SST-2 train": lambda folder: _read_sst2(folder, "train"),
    "SST-2 validation": lambda folder: _read_sst2(folder, "validation"),
    "SST-2 test": lambda folder: _read_sst2(folder, "test"),
    "ChnSentiCorp train": lambda folder: _read_chnsenticorp(folder, "train.tsv"),
    "ChnSentiCorp validation": lambda folder: _read_chnsenticorp(folder, "dev.tsv"),
    "ChnSentiCorp test": lambda folder: _read_chnsenticorp(folder, "test.tsv"),
    "hotels": _read_hotels,
    "shopping": _read_shopping,
    "Douban train": lambda folder: _read_douban(folder, "train"),
    "Douban test": lambda folder: _read_douban(folder, "test"),
}
