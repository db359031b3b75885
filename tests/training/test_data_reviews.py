"""``training.data.reviews``: the files are read as they were published, and the parts share no text."""

import csv
import io
import lzma
import tarfile
import zipfile

import pytest

from training.data import DataError, reviews
from training.data.reviews import Review

LONG = "This film was long. "


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def table(header, rows):
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue().encode()


def archive(name, content):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr(name, content)
    return stream.getvalue()


IMDB_ROWS = [("test/neg/0_2.txt", "0", "2", "Bad.<br /><br />Very bad."), ("test/pos/0_9.txt", "1", "9", "Gut, é.")]
IMDB_READ = [Review("Bad. Very bad.", 0), Review("Gut, é.", 1)]


def test_imdb_is_read_from_a_packed_table(tmp_path):
    content = table(["file", "label", "rating", "text"], IMDB_ROWS)
    write(tmp_path / "sentiment-en/imdb_test.csv.xz", lzma.compress(content))
    assert reviews.READERS["IMDB test"](tmp_path) == IMDB_READ


def test_imdb_is_read_from_the_official_archive_in_the_same_order(tmp_path):
    with tarfile.open(tmp_path / "aclImdb_v1.tar.gz", "w:gz") as file:
        rows = [*reversed(IMDB_ROWS), ("train/pos/1_8.txt", "1", "8", "other"), ("test/unsup/1_0.txt", "0", "0", "x")]
        for name, _label, _rating, text in rows:
            member = tarfile.TarInfo(f"aclImdb/{name}")
            member.size = len(text.encode())
            file.addfile(member, io.BytesIO(text.encode()))
    assert reviews.READERS["IMDB test"](tmp_path) == IMDB_READ


def test_the_treebanks_cuts_are_joined(tmp_path):
    write(tmp_path / "sst2-dev.tsv", b"it 's not great , do n't go -lrb- please -rrb-\t0\n")
    assert reviews.READERS["SST-2 validation"](tmp_path) == [Review("it's not great , don't go ( please )", 0)]


def test_chnsenticorp_is_read_from_its_archive(tmp_path):
    content = "label\ttext_a\n1\t很好 \ufeff。\n0\t差\t差\n".encode()
    write(tmp_path / "sentiment-zh/chnsenticorp.zip", archive("dev.tsv", content))
    assert reviews.READERS["ChnSentiCorp validation"](tmp_path) == [Review("很好 。", 1), Review("差 差", 0)]


def test_rows_without_a_review_are_left_out(tmp_path):
    content = table(["label", "review"], [("1", "好\n好"), ("0", "")])
    write(tmp_path / "sentiment-zh/ChnSentiCorp_htl_all.csv.xz", lzma.compress(content))
    assert reviews.READERS["hotels"](tmp_path) == [Review("好 好", 1)]
    content = table(["cat", "label", "review"], [("书籍", "0", "差"), ("书籍", "1", " ")])
    write(tmp_path / "online_shopping_10_cats.zip", archive("online_shopping_10_cats.csv", content))
    assert reviews.READERS["shopping"](tmp_path) == [Review("差", 0)]


def test_comments_of_one_star_are_blame_and_of_five_praise(tmp_path):
    content = table(["CONTENT", "RATING", "label"], [("好看", "5", "1"), ("难看", "1", "-1"), (" ", "1", "-1")])
    write(tmp_path / "sentiment-zh/douban_comment_testset_2class.csv.xz", lzma.compress(content))
    assert reviews.READERS["Douban test"](tmp_path) == [Review("好看", 1), Review("难看", 0)]


def test_where_the_comments_are_missing_it_says_where_they_are(tmp_path):
    with pytest.raises(DataError, match="csuldw/comment-sentiment-analysis"):
        reviews.READERS["Douban train"](tmp_path)


def test_other_reviews_than_the_published_ones_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reviews, "READERS", {"SST-2 test": lambda folder: [Review("made up", 1)]})
    with pytest.raises(DataError, match="not the published reviews"):
        reviews.load_reviews(tmp_path)


def test_a_change_of_one_label_or_letter_or_of_the_order_is_noticed():
    rows = [Review("good", 1), Review("bad", 0)]
    changed = (rows[::-1], [Review("good", 0), rows[1]], [Review("Good", 1), rows[1]], rows[:1])
    found = {reviews.contents_sha256(each) for each in (rows, *changed)}
    assert len(found) == 5


def test_every_source_has_an_official_address_and_a_checksum():
    sources = [reviews.IMDB, *reviews.SST2.values(), reviews.CHNSENTICORP, reviews.HOTELS, reviews.SHOPPING]
    assert all(source.url.startswith("https://") and len(source.sha256) == 64 for source in sources)
    assert reviews.CONTENTS_SHA256.keys() == reviews.READERS.keys()


# The split


def numbered(name, count, label=1):
    return [Review(f"{name} {number}", label) for number in range(count)]


@pytest.fixture
def parts():
    """Sets with the overlaps that the real ones have."""
    both = Review("in both parts of IMDB", 1)
    own = Review("in ChnSentiCorp's training part", 1)
    film = Review("in both parts of Douban", 1)
    hotel = Review("in ChnSentiCorp's test part and the hotels", 0)
    return {
        "IMDB train": [*numbered("film", 300), both, Review("film 1", 1)],
        "IMDB test": [*numbered("test film", 100), both, both],
        "SST-2 train": numbered("sentence", 50),
        "SST-2 validation": numbered("dev sentence", 20),
        "SST-2 test": numbered("test sentence", 20),
        "ChnSentiCorp train": [*numbered("酒店", 50), own],
        "ChnSentiCorp validation": [*numbered("酒店评论", 10), own],
        "ChnSentiCorp test": [*numbered("测试", 10), own, hotel, hotel],
        "hotels": [*numbered("旅馆", 30), hotel, own],
        "shopping": [*numbered("商品", 400), own, Review(" 商品 1 ", 1)],
        "Douban train": [*numbered("电影", 100), film],
        "Douban test": [*numbered("影评", 20), film],
    }


def test_no_text_stands_in_two_parts(parts):
    found = reviews.split(parts)
    train, validation, test = (
        reviews.keys(review for part in each.values() for review in part)
        for each in (found.train, found.validation, found.test)
    )
    assert not train & validation and not train & test and not validation & test


def test_no_text_is_trained_on_twice(parts):
    trained = [review for part in reviews.split(parts).train.values() for review in part]
    assert len(trained) == len(reviews.keys(trained))


def test_imdb_is_tested_on_whole_and_loses_what_is_in_both_parts_in_training(parts):
    found = reviews.split(parts)
    assert found.test["IMDB"] == parts["IMDB test"]
    assert parts["IMDB train"][300] not in found.train["IMDB"]


def test_chnsenticorp_is_not_tested_on_its_own_training_texts(parts):
    tested = [review.text for review in reviews.split(parts).test["ChnSentiCorp"]]
    assert "in ChnSentiCorp's training part" not in tested
    assert tested.count("in ChnSentiCorp's test part and the hotels") == 1


def test_a_comment_that_is_tested_on_is_not_trained_on(parts):
    found = reviews.split(parts)
    assert found.test["Douban"] == parts["Douban test"]
    trained = [review.text for review in found.train["Douban"]]
    assert 80 < len(trained) < 100 and "in both parts of Douban" not in trained


def test_a_hotel_that_is_tested_on_is_not_trained_on(parts):
    assert "in ChnSentiCorp's test part and the hotels" not in [
        review.text for review in reviews.split(parts).train["hotels"]
    ]


def test_a_fifth_of_the_goods_is_for_testing_always_the_same_whatever_their_order(parts):
    first = reviews.split(parts).test["online shopping"]
    second = reviews.split(parts | {"shopping": parts["shopping"][::-1]}).test["online shopping"]
    assert set(first) == {review._replace(text=review.text.strip()) for review in second}
    assert 50 < len(first) < 110


@pytest.mark.parametrize("other", ["很好!", " 很 好！", "很好！\n"])
def test_blanks_and_width_do_not_make_another_text(other):
    assert reviews.key(other) == reviews.key("很好！")
    assert reviews.key("很差！") != reviews.key("很好！")
