"""Marked tweets as a trigger file: what is read back is what was marked, to the last character."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.annotations import Annotated, to_triggers
from core.data import read_triggers
from core.errors import InputError

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60
).flatmap(
    lambda text: st.tuples(
        st.just(text),
        st.lists(st.integers(0, 1), min_size=text.count(" ") + 1, max_size=text.count(" ") + 1).map(
            tuple
        ),
    )
)
HOSTILE = [
    '"', '""', "a\tb", "a\nb", "a\rb", "\r\n", '"a\n"', "=1+1", "\ufeffa", " a  b ", "NA", "null",
    "'", "\\",    "😡 👩\u200d👧", "\u202eab", "\x85 \u2028", "[0, 1]", '<b>"${x}"</b>\t\t',
]  # fmt: skip


def read_back(tmp_path, found):
    path = tmp_path / "triggers.tsv"
    path.write_bytes(to_triggers(Annotated(*one) for one in found).encode("utf-8"))
    return path, [(one.text, one.triggers) for one in read_triggers(path, labelled=True)]


def test_hostile_texts_come_back_exactly(tmp_path):
    found = [(text, (1,) + (0,) * text.count(" ")) for text in HOSTILE]
    path, back = read_back(tmp_path, found)
    assert back == found
    assert path.read_text(encoding="utf-8").startswith("ID\tTexts\tLabels\n1\t")


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_any_text_comes_back_exactly(tmp_path_factory, found):
    assert read_back(tmp_path_factory.mktemp("file"), found)[1] == found


def test_pandas_reads_the_same(tmp_path):
    import pandas as pd

    found = [(text, (0,) * (text.count(" ") + 1)) for text in HOSTILE]
    path, _ = read_back(tmp_path, found)
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    assert list(table.columns) == ["ID", "Texts", "Labels"]
    assert table["Texts"].tolist() == HOSTILE
    assert table["ID"].tolist() == [str(number) for number in range(1, len(HOSTILE) + 1)]


def test_halves_of_characters_are_replaced():
    written = to_triggers([Annotated("a\ud800b c\0", (0, 1))])
    [_, row] = csv.reader(io.StringIO(written), delimiter="\t")
    assert row == ["1", "a\ufffdb c\ufffd", "[0, 1]"]


@pytest.mark.parametrize("triggers", [(), (1,), (0, 1, 0), (0, 2)])
def test_labels_that_do_not_fit_are_refused(triggers):
    with pytest.raises(InputError, match="Tweet 1"):
        to_triggers([Annotated("two words", triggers)])
