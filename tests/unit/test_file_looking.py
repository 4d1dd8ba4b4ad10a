"""core.files.looking: form, encoding and columns are found, or offered; foreign files refused."""

import gzip
import io
import json
import os
import zipfile
from pathlib import Path

import pandas
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DataError
from core.files.checking import check
from core.files.layout import Layout, Trouble
from core.files.looking import SAMPLES, look
from core.files.rows import read_rows
from core.records import Example

EXALT = "ID\tTexts\tLabels\n7\tso  happy \tJoy\n8\tNA\tFear\n"
RUSSIAN = "ID\tTexts\n1\tВсё хорошо, спасибо!\n2\tМне страшно\n"
FRENCH = "ID;Texts;Labels\n1;J’ai été déçu;Anger\n2;où ça ?;Fear\n"


def put(folder: Path, content: str | bytes, name: str = "file.tsv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_an_exalt_file(tmp_path: Path) -> None:
    found = look(put(tmp_path, EXALT))
    assert (found.form, found.encoding, found.encodings, found.delimiter) == (
        "tsv",
        "utf-8",
        (),
        "\t",
    )
    assert [(c.name, c.samples) for c in found.columns] == [
        ("ID", ("7", "8")),
        ("Texts", ("so  happy ", "NA")),
        ("Labels", ("Joy", "Fear")),
    ]
    assert (found.rows, found.size) == (2, len(EXALT))
    assert found.proposal == Layout("tsv", "Texts", "ID", "Labels", kind="emotions")


# --- forms ---


@pytest.mark.parametrize(
    ("name", "content", "form", "delimiter"),
    [
        ("a.csv", 'ID,Texts\n1,"a, b"\n2,c\n', "csv", ","),
        ("a.csv", "ID;Texts\n1;a, b, c\n2;d\n", "csv", ";"),
        ("a.csv", "ID\tTexts\n1\ta, b\n", "tsv", "\t"),
        ("a.tsv", "ID,Texts\n1,a\n", "csv", ","),
        ("a.txt", "ID|tweet\n1|a, b\n", "csv", "|"),
        ("a.csv", "a;b;c\n1,2;3;4\n1,2;3;4\n", "csv", ";"),
        ("a.csv", "text\njust, one\n", "csv", ","),
        ("a.tsv", "text\njust one\n", "tsv", "\t"),
        ("upload", "id,tweet\n1,a\n", "csv", ","),
        ("upload", "one\ntwo\n", "txt", ""),
        ("upload", '{"text": "a"}\n', "jsonl", ""),
        ("a.txt", "one, or two\nthree; four\n", "txt", ""),
        ("a.txt", "Message, received\nok, thanks\n", "txt", ""),
        ("a.ndjson", '{"text": "a"}\n', "jsonl", ""),
        ("a.json", '\n{"text": "a"}\n', "jsonl", ""),
    ],
)
def test_forms_and_delimiters(
    tmp_path: Path, name: str, content: str, form: str, delimiter: str
) -> None:
    found = look(put(tmp_path, content), name)
    assert (found.form, found.delimiter) == (form, delimiter)


def test_what_a_person_chose_counts(tmp_path: Path) -> None:
    path = put(tmp_path, "a;b,Texts\n1;2,3\n", "a.csv")
    assert look(path).delimiter == ","
    assert [c.name for c in look(path, delimiter=";").columns] == ["a", "b,Texts"]
    assert look(path, form="txt").proposal == Layout("txt", text="")


def test_parquet_is_known_by_its_bytes(tmp_path: Path) -> None:
    frame = pandas.DataFrame({"n": [1, 2], "tweet": ["a", "b"], "label": [0, 1]})
    frame.to_parquet(tmp_path / "upload", index=False)
    found = look(tmp_path / "upload", "data.csv")
    assert (found.form, found.encoding) == ("parquet", "utf-8")
    assert found.proposal == Layout("parquet", "tweet", None, "label", kind="emotions")
    assert found.columns[0].samples == ("1", "2")


def test_parquet_whose_texts_are_numbers_is_not_proposed(tmp_path: Path) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"text": [1], "t": ["a"]}), tmp_path / "x.parquet")
    assert look(tmp_path / "x.parquet").proposal is None


# --- columns ---


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("ID,Texts,Labels", ("Texts", "ID", "Labels", None, None)),
        ("id,text,label,lang,source", ("text", "id", "label", "lang", "source")),
        ("tweet_id,Tweet,Emotion,Language", ("Tweet", "tweet_id", "Emotion", "Language", None)),
        ("text,Texts", ("Texts", None, None, None, None)),
        ("класс,текст,язык", ("текст", None, "класс", "язык", None)),
    ],
)
def test_columns_found_by_name(
    tmp_path: Path, header: str, expected: tuple[str | None, ...]
) -> None:
    row = ",".join("x" for _ in header.split(","))
    found = look(put(tmp_path, f"{header}\n{row}\n", "a.csv")).proposal
    assert found is not None
    assert (found.text, found.id, found.gold, found.language, found.source) == expected


def test_no_column_of_texts_is_guessed_where_several_could_be(tmp_path: Path) -> None:
    found = look(put(tmp_path, "one,two\na,b\n", "a.csv"))
    assert found.proposal is None and [c.name for c in found.columns] == ["one", "two"]


@pytest.mark.parametrize(
    ("cells", "kind", "gold"),
    [
        (["Joy", "Rage"], "emotions", "Labels"),
        (["joy"], "emotions", "Labels"),
        (["0", "1"], "emotions", "Labels"),
        (["[0, 1]", "[1]"], "triggers", "Labels"),
        (["[0, 1]", "[1]", "oops"], "triggers", "Labels"),
        (["", ""], "none", None),
    ],
)
def test_what_gold_holds(tmp_path: Path, cells: list[str], kind: str, gold: str | None) -> None:
    rows = "".join(f"x\t{cell}\n" for cell in cells)
    found = look(put(tmp_path, f"Texts\tLabels\n{rows}")).proposal
    assert found is not None and (found.kind, found.gold) == (kind, gold)


def test_objects_of_different_keys(tmp_path: Path) -> None:
    rows = [{"text": "a", "labels": [0]}, {"id": 3, "text": "b b", "labels": [0, 1]}]
    found = look(put(tmp_path, "\n".join(map(json.dumps, rows)), "a.jsonl"))
    assert [(c.name, c.samples) for c in found.columns] == [
        ("text", ("a", "b b")),
        ("labels", ("[0]", "[0, 1]")),
        ("id", ("", "3")),
    ]
    assert found.proposal == Layout("jsonl", "text", "id", "labels", kind="triggers")


def test_samples_are_few_and_short(tmp_path: Path) -> None:
    (column,) = look(put(tmp_path, "Texts\n" + ("x" * 5000 + "\n") * 100)).columns
    assert len(column.samples) == SAMPLES
    assert max(map(len, column.samples)) < 1000


# --- encodings ---


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (EXALT, "utf-8"),
        (EXALT, "utf-8-sig"),
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "utf-16"),
        (RUSSIAN, "utf-32"),
    ],
)
def test_what_is_certain_is_not_asked(tmp_path: Path, content: str, encoding: str) -> None:
    path = put(tmp_path, content.encode(encoding))
    found = look(path)
    assert found.encoding == encoding.removesuffix("-sig")
    assert found.proposal is not None
    texts = [row.text for row in read_rows(path, found.proposal) if isinstance(row, Example)]
    assert texts == [line.split("\t")[1] for line in content.splitlines()[1:]]


@pytest.mark.parametrize(
    ("content", "encoding", "sample"),
    [
        (RUSSIAN, "cp1251", "спасибо"),
        (FRENCH, "cp1252", "J’ai été déçu"),
        (FRENCH.replace("’", "'"), "latin-1", "été déçu"),
        (RUSSIAN, "utf-16-le", "спасибо"),
        (EXALT, "utf-16-be", "so happy"),
    ],
)
def test_what_is_not_certain_is_offered(
    tmp_path: Path, content: str, encoding: str, sample: str
) -> None:
    """Nothing is read before somebody chose; the likeliest comes first and can be recognised."""
    path = put(tmp_path, content.encode(encoding), "a.csv")
    found = look(path)
    assert (found.encoding, found.columns, found.proposal) == (None, (), None)
    first = found.encodings[0]
    assert sample in first.sample
    assert len({guess.sample for guess in found.encodings}) == len(found.encodings) >= 2
    chosen = look(path, encoding=first.name)
    assert chosen.encoding == first.name and chosen.proposal is not None
    texts = [row.text for row in read_rows(path, chosen.proposal) if isinstance(row, Example)]
    separator = chosen.delimiter
    assert texts == [line.split(separator)[1] for line in content.splitlines()[1:]]


def test_a_byte_far_from_the_beginning_is_seen(tmp_path: Path) -> None:
    """Beyond a first look's range; and what is shown comes from there."""
    rows = "".join(f"{n}\tplain words\n" for n in range(100_000))
    content = f"ID\tTexts\n{rows}".encode() + "0\tдалеко отсюда\n".encode("cp1251")
    found = look(put(tmp_path, content))
    assert found.encoding is None
    assert found.encodings[0].name == "cp1251" and "далеко" in found.encodings[0].sample


def test_characters_across_the_parts_of_a_large_file_are_whole(tmp_path: Path) -> None:
    for shift in range(4):
        rows = "x" * shift + "😂é€\n" * 400_000
        assert look(put(tmp_path, f"Texts\n{rows}")).encoding == "utf-8"


def test_a_few_broken_bytes_leave_a_file_utf8(tmp_path: Path) -> None:
    rows = "".join(f"{n}\tпривет\n" for n in range(50))
    path = put(tmp_path, f"ID\tTexts\n{rows}".encode() + b"50\tbro\xffken\n51\tlast\n")
    found = look(path)
    assert found.encoding == "utf-8" and found.proposal is not None
    bad = [row for row in read_rows(path, found.proposal) if not isinstance(row, Example)]
    assert [(row.line, row.problem) for row in bad] == [(52, "it is not UTF-8")]


# --- whole files ---


def workbook() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("data.tsv", EXALT)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\n\n", "is empty"),
        (b"ID,Texts\n", "a header but no rows"),
        (b",,\n1,2,3\n", "more than one column"),
        (b'""\n1\n', "names no columns"),
        (b"a,a\n1,2\n", "more than one column"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\xff\x00", "is a PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is a picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "is a picture"),
        (gzip.compress(EXALT.encode()), "is compressed"),
        (workbook(), "Excel workbook"),
        (archive(), "is an archive"),
        (b"PK\x03\x04 torn", "is an archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "old Office file"),
        (b"<!DOCTYPE html><html>\n", "is a web page"),
        (bytes(range(256)) * 10, "holds no text"),
        (b"ab\x00\x01\x02" * 99, "holds no text"),
        (b"[\n" + b'{"text": "a"},\n{"text": "b"}]', "is one JSON list"),
        (b"[1]\n", "is one JSON list"),
    ],
    # A packed file holds the second in which it was packed, and every worker must see one name.
    ids=lambda value: value if isinstance(value, str) else "bytes",
)
def test_files_that_are_no_table(tmp_path: Path, content: bytes, words: str) -> None:
    name = "a.json" if content.startswith(b"[") else "a.csv"
    path = put(tmp_path, content, name)
    with pytest.raises(DataError, match=words) as caught:
        look(path)
    sentence = caught.value.sentence
    assert name in sentence and caught.value.hint and "\n" not in str(caught.value)


def test_rows_that_are_all_ragged_are_for_checking_to_name(tmp_path: Path) -> None:
    """The commonest slip: commas in a single column, and no quotation marks."""
    path = put(tmp_path, "text\njust, one\nand, two\n", "a.csv")
    found = look(path)
    assert [(c.name, c.samples) for c in found.columns] == [("text", ())]
    assert found.rows == 2 and found.proposal == Layout("csv", "text", delimiter=",")
    rows = list(read_rows(path, found.proposal))
    assert [row.line for row in rows if isinstance(row, Trouble)] == [2, 3]


def test_lines_that_are_no_json(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a.jsonl begins with no JSON object"):
        look(put(tmp_path, "one\ntwo\n", "a.jsonl"))


def test_a_name_that_promises_parquet(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not Parquet"):
        look(put(tmp_path, EXALT, "a.parquet"))
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        look(put(tmp_path, b"PAR1" + bytes(100), "a.parquet"))


def test_a_limit_on_size(tmp_path: Path) -> None:
    path = put(tmp_path, EXALT)
    assert look(path, most=len(EXALT)).rows == 2
    with pytest.raises(DataError, match=f"has {len(EXALT)} bytes; at most {len(EXALT) - 1} bytes"):
        look(path, most=len(EXALT) - 1)


def test_folders_pipes_and_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder"):
        look(tmp_path)
    with pytest.raises(DataError, match="does not exist"):
        look(tmp_path / "none.tsv")
    os.mkfifo(tmp_path / "pipe.tsv")
    with pytest.raises(DataError, match="is not a plain file"):
        look(tmp_path / "pipe.tsv")


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = put(tmp_path, EXALT)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match="may not be read"):
        look(path)


def test_the_name_is_the_one_that_people_know(tmp_path: Path) -> None:
    path = put(tmp_path, b"", "0f3a")
    with pytest.raises(DataError, match="dev.tsv is empty"):
        look(path, "dev.tsv")


SEEDS = [
    EXALT.encode(),
    RUSSIAN.encode("utf-16"),
    FRENCH.encode("cp1252"),
    b'{"text": "a", "label": "Joy"}\n{"text": "b\\u0000"}\n',
]
PIECES = [b"", b'"', b"\x00", b"\xff", b"\r", b"\t", b"\n\n", b"{", b"[", b"PAR1", b"\xed\xa0\x80"]


@given(
    seed=st.sampled_from(SEEDS),
    cuts=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9), st.sampled_from(PIECES))),
    name=st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.txt", "a"]),
)
def test_any_bytes_are_read_or_refused_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory,
    seed: bytes,
    cuts: list[tuple[int, int, bytes]],
    name: str,
) -> None:
    """Never another error; and checking counts what reading gives."""
    for start, length, piece in cuts:
        seed = seed[:start] + piece + seed[start + length :]
    path = put(tmp_path_factory.getbasetemp(), seed, "any_bytes")
    try:
        found = look(path, name)
        if found.encoding is None:
            found = look(path, name, encoding=found.encodings[0].name)
        if found.proposal is None:
            return
        counted = check(path, found.proposal)
        rows = list(read_rows(path, found.proposal))
    except DataError as error:
        assert error.hint and "\n" not in str(error)
        return
    assert (counted.usable, counted.rows) == (
        sum(isinstance(row, Example) for row in rows),
        len(rows),
    )
