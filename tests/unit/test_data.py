"""EXALT-style files are read as pandas reads them, and every bad row is named."""

import csv
import hashlib
from pathlib import Path

import pandas
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.data import (
    file_hash,
    normalise,
    read_emotions,
    read_table,
    read_texts,
    read_triggers,
    read_unlabelled,
    text_hash,
)
from core.errors import DataError
from core.labels import LABELS


def write(folder: Path, content: str | bytes, name: str = "file.tsv") -> Path:
    """A file with exactly this content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def by_pandas(path: Path) -> pandas.DataFrame:
    """The independent reader."""
    return pandas.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


def test_texts_leave_exactly_as_they_stood(tmp_path: Path) -> None:
    path = write(
        tmp_path, "ID\tTexts\tLabels\n7\t a  b \tJoy\n8\tNA\tLove\n9\tnull\tNeutral\n10\t\tFear\n"
    )
    examples = read_emotions(path)
    assert [e.text for e in examples] == [" a  b ", "NA", "null", ""]
    assert [e.label for e in examples] == ["Joy", "Love", "Neutral", "Fear"]
    assert [e.id for e in examples] == ["7", "8", "9", "10"]
    assert [e.row for e in examples] == [2, 3, 4, 5]


def test_default_quoting_as_pandas(tmp_path: Path) -> None:
    path = write(
        tmp_path, 'ID\tTexts\n1\t"say ""yes"" now"\n2\tsay "yes"\n3\t"a"b\n4\t"two\nlines"\n5\tx\n'
    )
    examples = read_unlabelled(path)
    assert [e.text for e in examples] == by_pandas(path)["Texts"].tolist()
    assert examples[0].text == 'say "yes" now'
    assert [e.row for e in examples] == [2, 3, 4, 5, 7]  # a cell over two lines moves the rest


CELLS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\t\n ,')).filter(
    lambda cell: (
        "\t" not in cell.partition("\n")[2] and not set("\x00\r") & set(cell)
    )  # pandas writes \r unquoted
)


@given(st.lists(CELLS, min_size=1, max_size=8))
@settings(deadline=None, max_examples=150)
def test_what_pandas_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "pandas.tsv"
    frame = pandas.DataFrame({"ID": range(len(texts)), "Texts": texts})
    frame.to_csv(path, sep="\t", index=False, lineterminator="\n")
    assert read_texts(path) == texts


@given(st.lists(st.sampled_from([*'a"\t\n \x0b\u2028', "\r\n"]), max_size=60).map("".join))
@settings(deadline=None, max_examples=150)  # pandas takes its time
def test_equals_pandas_wherever_both_read(
    tmp_path_factory: pytest.TempPathFactory, body: str
) -> None:
    path = write(tmp_path_factory.getbasetemp(), f"ID\tTexts\n0\tx\n{body}")
    try:
        rows = read_table(path).rows
    except DataError:
        assume(False)
    assert [list(row) for row in rows] == by_pandas(path).to_numpy().tolist()


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_bom_line_ends_and_blank_lines(tmp_path: Path, start: str, end: str, last: bool) -> None:
    lines = ["ID\tTexts\tLabels", "1\tso happy\tJoy", "", "2\toh no\tFear"]
    path = write(tmp_path, start + end.join(lines) + (end if last else ""))
    assert [(e.id, e.text, e.label, e.row) for e in read_emotions(path)] == [
        ("1", "so happy", "Joy", 2),
        ("2", "oh no", "Fear", 4),
    ]


def test_other_columns_are_allowed_and_source_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path, "Source\tID\tTexts\tProvenance\tLabels\nreddit\t1\thi\thuman\tJoy\n")
    (example,) = read_emotions(path)
    assert (example.source, example.label) == ("reddit", "Joy")


def test_labelled_demands_ignores_or_takes_labels(tmp_path: Path) -> None:
    plain = write(tmp_path, "ID\tTexts\n1\thi\n", "plain.tsv")
    gold = write(tmp_path, "ID\tTexts\tLabels\n1\thi\tJoy\n", "gold.tsv")
    assert read_emotions(plain)[0].label is None
    assert read_emotions(gold, labelled=False)[0].label is None
    assert read_emotions(gold, labelled=True)[0].label == "Joy"
    with pytest.raises(DataError, match="lacks the column Labels"):
        read_emotions(plain, labelled=True)


def test_trigger_labels_count_words_between_single_spaces(tmp_path: Path) -> None:
    path = write(tmp_path, "ID\tTexts\tLabels\n1\tso  happy \t[0, 0, 1,0]\n")
    (example,) = read_triggers(path)
    assert example.triggers == (0, 0, 1, 0)
    assert len(example.triggers) == len(example.text.split(" "))


@pytest.mark.parametrize(
    "cell", ["[0, 1]", "[0, 2, 1]", "0, 1, 0", "[]", "[0, 1, 0", "[0.0, 1, 0]", ""]
)
def test_bad_trigger_lists_are_named(tmp_path: Path, cell: str) -> None:
    path = write(tmp_path, f"ID\tTexts\tLabels\n1\ta b\t[0, 1]\n2\ta b c\t{cell}\n")
    with pytest.raises(DataError, match=r"file\.tsv has 1 row .* row 3: ") as caught:
        read_triggers(path)
    assert caught.value.hint


def test_all_bad_rows_come_in_one_error(tmp_path: Path) -> None:
    rows = ["1\tfine\tJoy", "2\tx\tjoy", "3\tshort", "4\tx\tRage", "5\tx\tJoy\tmore"]
    path = write(tmp_path, "\n".join(["ID\tTexts\tLabels", *rows]))
    with pytest.raises(DataError) as caught:
        read_emotions(path)
    sentence = caught.value.sentence
    assert str(path) in sentence and "4 rows" in sentence
    for part in ("row 3: ", "“joy”", "row 4: 2 cells", "row 5: ", "“Rage”", "row 6: 4 cells"):
        assert part in sentence
    assert sentence.index("row 3") < sentence.index("row 4") < sentence.index("row 5")
    assert all(label in caught.value.hint for label in LABELS)


def test_only_ten_bad_rows_are_spelled_out(tmp_path: Path) -> None:
    path = write(tmp_path, "ID\tTexts\tLabels\n" + "1\tx\tRage\n" * 25)
    with pytest.raises(DataError, match="and 15 more") as caught:
        read_emotions(path)
    assert caught.value.sentence.count("row ") == 10


LONG = "".join(f"{i}\tsome more words of a tweet\n" for i in range(9, 9000))


@pytest.mark.parametrize(
    "rows",
    [
        '3\t"open\n',
        '3\t"open',
        '3\t"open\n4\tx\n5\ty\n',
        '3\t"open\n4\t"quoted"\n5\ty\n',
        '3\t"open\n4\t"open again\n5\ty\n',
        '3\t"open\n' + LONG,
    ],
)
def test_an_unclosed_quote_names_file_and_row(tmp_path: Path, rows: str) -> None:
    path = write(tmp_path, "ID\tTexts\n1\tx\n" + rows)
    with pytest.raises(DataError, match=r"file\.tsv, row 3: a quotation mark"):
        read_unlabelled(path)


def test_csv_settings_of_the_process_stay_untouched(tmp_path: Path) -> None:
    before = csv.field_size_limit(), csv.list_dialects()
    read_texts(write(tmp_path, "ID\tTexts\n1\tx\n"))
    assert (csv.field_size_limit(), csv.list_dialects()) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("ID\tTexts\n", "no rows"),
        ("ID,Texts\n1,x\n", "lacks the column ID, Texts"),
        ("ID\tText\n1\tx\n", "lacks the column Texts"),
        ("ID\tTexts\tTexts\n1\tx\ty\n", "more than one column “Texts”"),
        (b"ID\tTexts\n1\tx\n2\t\xff\n", "is not UTF-8: row 3"),
    ],
)
def test_files_that_cannot_be_read_say_why(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read_emotions(write(tmp_path, content))
    assert "file.tsv" in caught.value.sentence and caught.value.hint


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read_emotions(tmp_path / "none.tsv")
    with pytest.raises(DataError, match="cannot be read"):
        read_emotions(tmp_path)
    with pytest.raises(DataError, match="does not exist"):
        file_hash(tmp_path / "none.tsv")


def test_file_hash_is_sha256_of_the_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, b"abc" * 100_000)
    assert file_hash(path) == hashlib.sha256(b"abc" * 100_000).hexdigest()


@given(st.text())
@settings(deadline=None, max_examples=500)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    "other", ["so happy today", "So  HAPPY, today!", " ｓｏ happy today ", "#so @happy\ttoday…"]
)
def test_case_punctuation_and_space_do_not_make_another_text(other: str) -> None:
    assert text_hash(other) == text_hash("so happy today")


def test_words_and_emoji_make_another_text() -> None:
    texts = ["so happy", "sohappy", "so happy 😁", "so happy 😭", "so", ""]
    assert len({text_hash(text) for text in texts}) == len(texts)
    assert "😁" in normalise("So happy 😁!")


def test_text_hash_is_stable_across_versions() -> None:
    expected = hashlib.sha256(b"so happy").hexdigest()[:16]
    assert text_hash("So happy!") == expected
    assert len(text_hash("\ud800")) == 16
