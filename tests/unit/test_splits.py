"""One split: the same text on the same side, in any order, on any machine."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import text_hash
from core.errors import SplitError
from core.records import Example
from core.splits import Split, make_split

TEXTS = [f"tweet number {i}" for i in range(1000)]
LISTS = st.lists(st.text(st.sampled_from("aAbB !😂"), max_size=6), min_size=2, max_size=40).filter(
    lambda texts: len({text_hash(text) for text in texts}) >= 2
)


@given(LISTS, st.integers(0, 99), st.floats(0.01, 0.99))
@settings(deadline=None)
def test_laws(texts: list[str], seed: int, fraction: float) -> None:
    split = make_split(texts, seed, fraction)
    assert split == make_split(list(reversed(texts)) + texts, seed, fraction)
    assert split.validation < split.known == {text_hash(text) for text in texts}
    assert split.validation
    for text in texts:
        assert split.is_known(text)
        assert split.is_validation(text) == split.is_validation(f"  {text.upper()} !! ")


def test_the_fraction_is_of_distinct_texts() -> None:
    assert len(make_split(TEXTS + TEXTS[:300]).validation) == 100
    assert len(make_split(TEXTS, fraction=0.25).validation) == 250


def test_another_seed_is_another_split_and_the_default_is_fixed() -> None:
    assert make_split(TEXTS).hash != make_split(TEXTS, seed=14).hash
    ten = make_split(TEXTS[:10])
    assert ten.hash.startswith("89bc8132340a5dd7")  # recorded in manifests: must never move
    assert [text for text in TEXTS[:10] if ten.is_validation(text)] == ["tweet number 3"]


def test_seeds_draw_evenly() -> None:
    hits = sum(make_split(TEXTS[:20], seed).is_validation(TEXTS[0]) for seed in range(2000))
    assert 140 < hits < 260  # 200 expected, ±4.5 standard deviations


def test_partition_keeps_order_and_loses_nothing() -> None:
    examples = [Example(id=str(i), text=text) for i, text in enumerate(TEXTS)]
    split = make_split(TEXTS)
    train, validation = split.partition(examples)
    assert sorted(train + validation, key=lambda e: int(e.id)) == examples
    assert [int(e.id) for e in train] == sorted(int(e.id) for e in train)
    assert all(split.is_validation(e.text) for e in validation)
    assert not any(split.is_validation(e.text) for e in train)


def test_unknown_texts_are_refused_unless_asked_for() -> None:
    split = make_split(TEXTS)
    stranger = Example(id="x", text="never seen")
    assert not split.is_validation(stranger.text) and not split.is_known(stranger.text)
    with pytest.raises(SplitError, match="1 of 1 texts"):
        split.partition([stranger])
    assert split.partition([stranger], unknown="train") == ([stranger], [])


def test_saved_and_loaded_is_the_same(tmp_path: Path) -> None:
    split = make_split(TEXTS, seed=5, fraction=0.2)
    path = tmp_path / "new" / "split.json"
    split.save(path)
    assert Split.load(path) == split
    assert Split.load(path).hash == split.hash
    assert [p.name for p in path.parent.iterdir()] == ["split.json"]


def test_hash_covers_everything() -> None:
    base = make_split(TEXTS)
    others = [
        Split(14, base.fraction, base.validation, base.known),
        Split(base.seed, 0.2, base.validation, base.known),
        Split(base.seed, base.fraction, frozenset(list(base.validation)[1:]), base.known),
        Split(base.seed, base.fraction, base.validation, base.known | {"0" * 16}),
    ]
    assert len({split.hash for split in [base, *others]}) == 5


@pytest.mark.parametrize("change", [{"seed": 14}, {"format": 2}, {"validation": ["0" * 16]}])
def test_a_changed_file_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "split.json"
    make_split(TEXTS).save(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(SplitError) as caught:
        Split.load(path)
    assert "split.json" in caught.value.sentence and caught.value.hint


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", "null", '{"format": 1, "hash": "x"}'])
def test_a_file_that_is_no_split_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "split.json"
    path.write_text(content)
    with pytest.raises(SplitError, match="split file"):
        Split.load(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(SplitError, match="There is no split file"):
        Split.load(tmp_path / "none.json")


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, 2.0, float("nan")])
def test_fractions_out_of_bounds(fraction: float) -> None:
    with pytest.raises(SplitError, match="not between 0 and 1"):
        make_split(TEXTS, fraction=fraction)


def test_too_few_texts() -> None:
    with pytest.raises(SplitError, match="1 distinct texts"):
        make_split(["a", "A!"])
