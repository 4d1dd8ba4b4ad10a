"""core.files.checking: a whole file counted, every problem named, labels asked and not guessed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas
import pytest

from core.errors import DataError
from core.evaluation.plan import Progress
from core.files.checking import LISTED, UnknownLabel, check
from core.files.layout import LEFT_OUT, Layout, Trouble
from core.files.rows import read_rows
from core.files.seen import Seen, Tally
from core.files.suggesting import suggestion
from core.labels import LABELS
from core.records import Example

GOLD = Layout("tsv", "Texts", "ID", "Labels", kind="emotions")
PLAIN = replace(GOLD, gold=None, kind="none")


def put(folder: Path, rows: list[str], header: str = "ID\tTexts\tLabels") -> Path:
    path = folder / "file.tsv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def test_a_file_with_everything_in_it(tmp_path: Path) -> None:
    rows = [
        "1\tfine\tJoy",
        "1\tagain\tJoy",
        "",
        "3\t\tJoy",
        "4\tx\thappy",
        "5\tx\thappy",
        "6\tx\tmeh",
        "7\tx\tgone",
        "8\tshort",
        "\tno id\tFear",
    ]
    found = check(put(tmp_path, rows), replace(GOLD, labels={"gone": LEFT_OUT}))
    assert (found.usable, found.bad, found.left_out, found.blank) == (3, 5, 1, 1)
    assert found.rows == 9 and found.complete
    assert found.labels == {"Joy": 2, "Fear": 1}
    assert found.unknown == (UnknownLabel("happy", 2, "Joy"), UnknownLabel("meh", 1, None))
    assert (found.double_ids, found.ids_compared, found.missing) == (1, None, 1)
    assert found.troubles == (
        Trouble(3, "ID", "the ID “1” came before", used=True),
        Trouble(5, "Texts", "the text is empty"),
        Trouble(6, "Labels", "the label “happy” is none of the six"),
        Trouble(7, "Labels", "the label “happy” is none of the six"),
        Trouble(8, "Labels", "the label “meh” is none of the six"),
        Trouble(10, "", "2 cells instead of 3"),
        Trouble(11, "ID", "it has no ID", used=True),
    )
    assert found.troubled == 7


def test_counts_are_pandas(tmp_path: Path) -> None:
    """A random table: usable rows, labels and double IDs as pandas counts them."""
    random = np.random.default_rng(0)
    frame = pandas.DataFrame(
        {
            "ID": random.integers(0, 3000, 4000).astype(str),
            "Texts": random.choice(["a b", "", "NA"], 4000),
            "Labels": random.choice([*LABELS, "joy", "2", ""], 4000),
        }
    )
    path = tmp_path / "x.tsv"
    frame.to_csv(path, sep="\t", index=False)
    found = check(path, GOLD)
    filled = frame[frame.Texts != ""]
    good = filled[filled.Labels.isin(LABELS)]
    assert (found.usable, found.bad) == (len(good), len(frame) - len(good))
    assert found.labels == {label: int((good.Labels == label).sum()) for label in LABELS}
    assert {one.cell: one.count for one in found.unknown} == {
        cell: int((filled.Labels == cell).sum()) for cell in ("joy", "2", "")
    }
    assert found.missing == len(frame) - len(filled)
    assert found.double_ids == int(good.ID.duplicated().sum())
    assert found.troubled == found.bad + found.double_ids
    assert len(found.troubles) == LISTED
    assert [row.line for row in found.troubles] == sorted(row.line for row in found.troubles)


def test_reading_gives_what_checking_counted(tmp_path: Path) -> None:
    path = put(tmp_path, ["1\ta\tJoy", "2\tb\tjoy", "3\tc\tmeh", "4\td", "4\te\tFear"])
    layout = replace(GOLD, labels={"joy": "Joy", "meh": LEFT_OUT})
    found, rows = check(path, layout), list(read_rows(path, layout))
    examples = [row for row in rows if isinstance(row, Example)]
    assert (found.usable, found.bad) == (len(examples), len(rows) - len(examples)) == (3, 1)
    assert found.labels == {"Joy": 2, "Fear": 1}


# --- labels ---


@pytest.mark.parametrize(
    ("cell", "label"),
    [
        ("joy", "Joy"),
        ("JOY", "Joy"),
        (" Joy", "Joy"),
        ("happiness", "Joy"),
        ("Gratitude", "Joy"),
        ("caring", "Love"),
        ("disgust", "Anger"),
        ("nervousness", "Fear"),
        ("grief", "Sadness"),
        ("no emotion", "Neutral"),
        ("colère", "Anger"),
        ("радость", "Joy"),
        ("['sadness']", "Sadness"),
        ("surprise", None),
        ("1", None),
        ("", None),
    ],
)
def test_suggestions_are_made_and_never_applied(
    tmp_path: Path, cell: str, label: str | None
) -> None:
    assert suggestion(cell) == label
    path = put(tmp_path, [f"1\tx\t{cell}", "2\tx\tFear"])
    found = check(path, GOLD)
    assert found.unknown == (UnknownLabel(cell, 1, label),)
    assert found.labels == {"Fear": 1}
    confirmed = check(path, replace(GOLD, labels={cell: label or "Neutral"}))
    assert (confirmed.unknown, confirmed.usable) == ((), 2)


def test_a_column_of_texts_taken_for_labels_stays_small(tmp_path: Path) -> None:
    found = check(put(tmp_path, [f"{n}\tx\tlabel {n}" for n in range(3000)]), GOLD)
    assert len(found.unknown) + found.unknown_others == 3000
    assert len(found.unknown) == 1000 and len(found.troubles) == LISTED
    assert (found.usable, found.troubled) == (0, 3000)


# --- triggers and languages ---


def test_trigger_files(tmp_path: Path) -> None:
    rows = ["1\ta b \t[0, 1, 1]", "2\ta\t[1, 0]", "3\ta b c d\t[0, 0, 0, 1]", "4\tx\t[2]"]
    found = check(put(tmp_path, rows), replace(GOLD, kind="triggers"))
    assert (found.usable, found.bad, found.wrong_lists) == (2, 2, 2)
    assert (found.lengths, found.trigger_words, found.words) == ((3, 4), 3, 7)
    assert found.unknown == () and found.labels == {}
    assert [(one.line, one.column) for one in found.troubles] == [(3, "Labels"), (5, "Labels")]


def test_languages_are_counted_and_unknown_ones_named(tmp_path: Path) -> None:
    rows = ["en\ta", "EN\tb", "de\tc", "de\td", "\te", "und\tf"]
    layout = Layout("tsv", "t", language="l")
    path = put(tmp_path, rows, "l\tt")
    found = check(path, layout)
    assert found.languages == {"de": 2, "en": 1, "EN": 1, "": 1, "und": 1}
    assert (found.unknown_languages, found.usable, found.bad) == (("de",), 6, 0)
    assert found.troubles == (
        Trouble(4, "l", "the language “de” is not known", used=True),
        Trouble(5, "l", "the language “de” is not known", used=True),
    )
    codes = [row.language for row in read_rows(path, layout) if isinstance(row, Example)]
    assert codes == ["en", "en", "unknown", "unknown", "", ""]


# --- large files ---


def test_progress_and_stop(tmp_path: Path) -> None:
    path = put(tmp_path, [f"{n}\tsome words\tJoy" for n in range(5000)])
    told: list[Progress] = []
    assert check(path, GOLD, told.append).complete
    assert [one.done for one in told] == [1000, 2000, 3000, 4000, 5000]
    assert all(one.stage == "reading" and (one.seconds_left or 0) >= 0 for one in told)
    stopped = check(path, GOLD, told.append, lambda: len(told) >= 7)
    assert (stopped.complete, stopped.usable) == (False, 3000)


@pytest.mark.parametrize("content", ["ID\tTexts\tLabels\n", ""])
def test_files_without_rows_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match="x.tsv"):
        check(path, GOLD)


def test_ids_beyond_the_limit_are_said_not_to_be_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import core.files.checking as checking

    monkeypatch.setattr(checking, "Seen", lambda: Seen(most=3))
    path = put(tmp_path, ["1\ta", "2\tb", "1\tc", "3\td", "4\te", "4\tf"], "ID\tTexts")
    found = check(path, PLAIN)
    assert (found.double_ids, found.ids_compared) == (1, 3)


def test_seen_is_a_set_of_any_size() -> None:
    """Against Python's own, while it grows."""
    random = np.random.default_rng(1)
    seen, known = Seen(), set[str]()
    for number in random.integers(0, 20_000, 30_000).tolist():
        assert seen.add(str(number)) == (str(number) in known)
        known.add(str(number))
    assert seen.count == len(known) and not seen.full


class Alike(str):
    """A string whose hash is the number that it spells."""

    def __hash__(self) -> int:
        return int(self)


@pytest.mark.parametrize("hashes", ["0", "1 1025 2049 2050 -1", "1023 2047 4095 0"])
def test_hashes_that_want_the_same_place_are_told_apart(hashes: str) -> None:
    seen, strings = Seen(), [Alike(one) for one in hashes.split()]
    assert [seen.add(one) for one in strings * 2] == [False] * len(strings) + [True] * len(strings)


def test_a_tally_counts_all_but_names_some() -> None:
    tally = Tally(most=2)
    for cell in "abcabd":
        tally.add(cell)
    assert tally.counts == {"a": 2, "b": 2} and tally.others == 2
