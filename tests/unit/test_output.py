"""train.files.output, train.files.forms: a file is there whole or not at all, or gone on with."""

import json
import os
import random
from pathlib import Path
from typing import Any

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError, TandemError
from train.files.forms import encode, flat, header, start_of
from train.files.output import Output, earlier_words, half_done

FORMS = ("jsonl", "csv", "tsv")
TEXTS = ["one", 'two "quoted", more', "", "three\nlines\r\nof\tit", "😂 \u2028 é", '"', "one"]
RECORDS: list[dict[str, Any]] = [
    {"text": text, "label": "Joy", "sure": n % 2 == 0, "p": {"Joy": n / 7}, "none": None, "w": [n]}
    for n, text in enumerate(TEXTS)
]
STAMP = {"model": "abc", "column": ""}

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def whole(place: Path, form: Any, **options: Any) -> bytes:
    """The file, written in one go."""
    with Output(str(place), form, STAMP, **options) as output:
        output.write(RECORDS)
        output.finish()
    return place.read_bytes()


def part_of(place: Path) -> Path:
    return place.with_name(f".{place.name}.part")


@pytest.mark.parametrize("form", ["csv", "tsv"])
@given(written=st.lists(anything, min_size=1, max_size=6))
def test_pandas_reads_tables_back(tmp_path_factory: Any, form: Any, written: list[str]) -> None:
    records = [{"text": text, "input": {"a": text[::-1]}, "n": 0.1} for text in written]
    path = tmp_path_factory.getbasetemp() / "table"
    lines = [header(records[0], form), *(encode(record, form) for record in records)]
    path.write_bytes(b"".join(lines))
    sep = {"csv": ",", "tsv": "\t"}[form]
    frame = pandas.read_csv(path, sep=sep, dtype=str, keep_default_na=False)
    assert list(frame.columns) == ["text", "input.a", "n"]
    # pandas itself turns a lone carriage return in quotation marks into nothing else
    assert frame["text"].tolist() == written
    assert frame["input.a"].tolist() == [text[::-1] for text in written]


@given(anything | st.text(max_size=4))
def test_json_comes_back_on_one_line(text: str) -> None:
    line = encode({"text": text, "more": {text: text}}, "jsonl")
    shown = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    assert json.loads(line) == {"text": shown, "more": {shown: shown}}
    assert len(line.decode().splitlines()) == 1


@pytest.mark.parametrize("form", FORMS)
@given(one=anything, other=anything)
def test_a_record_begins_with_its_own_text_alone(form: Any, one: str, other: str) -> None:
    record = encode({"text": one, "label": "Joy"}, form)
    assert record.startswith(start_of(one, form))
    assert record.startswith(start_of(other, form)) == (one == other)


def test_flat_keeps_every_value() -> None:
    assert flat(RECORDS[1]) == {
        "text": 'two "quoted", more',
        "label": "Joy",
        "sure": "false",
        "p.Joy": repr(1 / 7),
        "none": "",
        "w": "[1]",
    }


@pytest.mark.parametrize("form", FORMS)
def test_the_old_file_stays_until_the_new_one_is_complete(tmp_path: Path, form: Any) -> None:
    place = tmp_path / "out"
    place.write_text("old")
    place.chmod(0o600)
    with Output(str(place), form, STAMP) as output:
        output.write(RECORDS[:3])
        assert place.read_text() == "old"
    assert place.read_text() == "old" and half_done(str(place)) == part_of(place)
    with Output(str(place), form, STAMP, resume=True) as output:
        assert output.resumed and output.known(TEXTS) == 3
        output.write(RECORDS[3:])
        output.finish()
    assert place.read_bytes() == whole(tmp_path / "other", form)
    assert place.stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(tmp_path)) == ["other", "out"]


@pytest.mark.parametrize("form", FORMS)
def test_torn_at_any_byte_it_is_gone_on_with_to_the_same_file(tmp_path: Path, form: Any) -> None:
    """Whatever of the file reached the disk: nothing twice, nothing lost."""
    place, expected = tmp_path / "out", whole(tmp_path / "other", form)
    with Output(str(place), form, STAMP) as output:
        output.write(RECORDS)
    about = part_of(place).with_name(".out.part.options").read_bytes()
    chunk = random.Random(5).randint(2, 4)
    for cut in range(len(expected) + 1):
        part_of(place).write_bytes(expected[:cut])
        part_of(place).with_name(".out.part.options").write_bytes(about)
        with Output(str(place), form, STAMP, resume=True) as output:
            for start in range(0, len(RECORDS), chunk):
                known = output.known(TEXTS[start : start + chunk])
                output.write(RECORDS[start : start + chunk][known:])
            output.finish()
        assert place.read_bytes() == expected, cut


@pytest.mark.parametrize("form", FORMS)
def test_records_of_other_texts_models_or_columns_are_refused(tmp_path: Path, form: Any) -> None:
    place = tmp_path / "out"
    with Output(str(place), form, STAMP) as output:
        output.write(RECORDS[:2])
    left = part_of(place).read_bytes()
    with (
        Output(str(place), form, STAMP, resume=True) as output,
        pytest.raises(ConfigError, match="other texts"),
    ):
        output.known(["one", "another"])
    with Output(str(place), form, STAMP, resume=True) as output:
        assert output.known(["one"]) == 1
        with pytest.raises(ConfigError, match="other texts"):
            output.finish()  # it answers one more than the input holds
    with pytest.raises(ConfigError, match="another column, model"):
        Output(str(place), form, {"model": "x", "column": "y"}, resume=True)
    assert part_of(place).read_bytes() == left
    if form != "jsonl":
        with Output(str(place), form, STAMP, resume=True) as output:
            assert output.known(TEXTS) == 2
            with pytest.raises(ConfigError, match="other columns"):
                output.write([{"text": "x", "other": 1}])


def test_one_process_at_a_time(tmp_path: Path) -> None:
    place = str(tmp_path / "out")
    with Output(place, "jsonl", STAMP), pytest.raises(TandemError, match="Another process"):
        Output(place, "jsonl", STAMP)


def test_what_was_typed_is_kept_for_going_on(tmp_path: Path) -> None:
    place = str(tmp_path / "out")
    assert earlier_words(place) == []
    with Output(place, "jsonl", STAMP, ["model=é b"]) as output:
        output.write(RECORDS[:1])
    assert earlier_words(place) == ["model=é b"]
    (tmp_path / ".out.part.options").write_text("{")
    with pytest.raises(ConfigError, match="cannot be read"):
        earlier_words(place)


def test_a_full_disk_is_a_sentence_and_devices_stay_devices() -> None:
    with (
        Output("/dev/full", "jsonl", STAMP) as output,
        pytest.raises(TandemError, match="No space left"),
    ):
        output.write(RECORDS)
    with Output("/dev/null", "jsonl", STAMP) as output:
        output.write(RECORDS)
        output.finish()
    assert not Path("/dev/null").is_file() and not Path("/dev/.null.part").exists()
    with pytest.raises(ConfigError, match="needs a file"):
        Output("/dev/null", "jsonl", STAMP, resume=True)


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    whole(tmp_path / "link", "jsonl")
    assert (tmp_path / "link").is_symlink()
    assert len((tmp_path / "real").read_text().splitlines()) == len(RECORDS)
