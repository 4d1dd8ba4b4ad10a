"""Pairs for a refinement: even over the teacher's classes, none that is known, none twice."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.data import text_hash
from core.errors import DataError
from core.labels import LABELS
from core.splits import Split, make_split
from train.config import DistilConfig
from train.options import parse
from train.training.given import balanced

SPLIT = make_split(["a validation text", "a training text"], fraction=0.5)


def config(*files: Path, **changes: Any) -> DistilConfig:
    options = {"unlabelled": "x.tsv", "output": "nowhere", **changes}
    paths = ",".join(map(str, files))
    given = [f"{name}={value}" for name, value in options.items()]
    return parse(DistilConfig, overrides=[*given, f"parallel=[{paths}]"], complete=False)


def write(path: Path, rows: Sequence[tuple[str, str]], licence: str = "CC0-1.0") -> Path:
    lines = ["src\ten\torigin\tlicence", *(f"{s}\t{e}\ttest\t{licence}" for s, e in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def by_length(texts: Sequence[str]) -> NDArray[np.float64]:
    """A teacher whose class is the number of characters."""
    table = np.zeros((len(texts), len(LABELS)))
    for row, text in enumerate(texts):
        table[row, len(text) % len(LABELS)] = 1.0
    return table


@given(
    st.lists(st.tuples(st.text("abc", min_size=1), st.text("xyz", min_size=1)), min_size=1),
    st.integers(1, 3),
)
@settings(max_examples=60, deadline=None)
def test_no_class_has_more_than_its_share_and_no_text_comes_twice(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], most: int
) -> None:
    path = write(tmp_path_factory.mktemp("pairs") / "train_fr-en.tsv", rows)
    found = balanced(config(path, pairs_per_class=most), [], SPLIT, by_length)
    classes = Counter(len(pair.english) % len(LABELS) for pair in found)
    assert max(classes.values()) <= most
    assert {(pair.text, pair.english) for pair in found} <= set(rows)
    assert len({text_hash(pair.text) for pair in found}) == len(found)


def test_known_and_held_out_texts_are_left_out(tmp_path: Path) -> None:
    path = write(
        tmp_path / "train_nl-en.tsv",
        [("bekend!", "known"), ("nieuw", "A validation text"), ("ook nieuw", "fresh")],
    )
    split = Split(1, 0.5, frozenset([text_hash("a validation text")]), SPLIT.known)
    found = balanced(config(path), ["Bekend"], split, by_length)
    assert [(pair.text, pair.language) for pair in found] == [("ook nieuw", "nl")]


def test_every_file_has_its_own_share(tmp_path: Path) -> None:
    files = [
        write(tmp_path / f"train_{code}-en.tsv", [(f"{code}{i}", "one") for i in range(9)])
        for code in ("fr", "es")
    ]
    found = balanced(config(*files, pairs_per_class=4), [], SPLIT, by_length)
    assert Counter(pair.language for pair in found) == {"fr": 4, "es": 4}


def test_other_licences_are_not_used(tmp_path: Path) -> None:
    path = write(tmp_path / "train_fr-en.tsv", [("un", "one")], licence="CC-BY-SA-4.0")
    with pytest.raises(DataError, match="no row under"):
        balanced(config(path), [], SPLIT, by_length)
