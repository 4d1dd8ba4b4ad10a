"""Labels, forms and sources of the preparation, each original on its own.

The mapping is written out from the data's README, not taken from the code.
"""

import json
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.labels import LABELS
from train.prepare import emotions, quality
from train.prepare.held import HeldOut, clean
from train.prepare.labels import CEDR, EKMAN, GOEMOTIONS, XED, numbered, one_class
from train.prepare.mono import voice_collection
from train.prepare.originals import Originals
from train.prepare.pairs import READERS
from train.prepare.rows import rows
from train.prepare.source import THREE
from train.prepare.sources import SOURCES

README = """love, caring → Love; joy, amusement, excitement, gratitude, pride, relief, optimism,
admiration → Joy; anger, annoyance, disgust → Anger; fear, nervousness → Fear; sadness, grief,
disappointment, remorse → Sadness; neutral → Neutral"""
MAPPING = {
    name.strip(): part.split("→")[1].strip()
    for part in README.replace("\n", " ").split(";")
    for name in part.split("→")[0].split(",")
}
DROPPED = ("surprise", "trust", "anticipation")


def originals(root: Path, log: list[str] | None = None) -> Originals:
    told = [] if log is None else log
    return Originals(root, list(SOURCES.values()), told.append)


def found(read: Any) -> list[tuple[str, str]]:
    return [(row.text, row.label) for row in read]


# --- mapping ---


def test_the_goemotions_mapping_is_the_readmes(public: Any) -> None:
    assert GOEMOTIONS == MAPPING
    assert set(GOEMOTIONS.values()) == set(LABELS)
    assert set(GOEMOTIONS) < set(public.GOEMOTIONS)


@given(st.lists(st.sampled_from(sorted(MAPPING) + ["approval", "surprise", "desire"]), min_size=1))
def test_a_row_is_kept_when_all_its_labels_fall_in_one_class(names: list[str]) -> None:
    classes = [MAPPING.get(name) for name in names]
    same = all(c == classes[0] for c in classes)
    assert one_class(names, GOEMOTIONS) == (classes[0] if same else None)


def test_ekman_sets() -> None:
    assert one_class(["disgust"], EKMAN) == one_class(["anger", "disgust"], EKMAN) == "Anger"
    for name in DROPPED:
        assert one_class([name], EKMAN) is None
        assert one_class([name, "joy"], EKMAN) is None
    for first, second in combinations(("anger", "fear", "joy", "sadness"), 2):
        assert one_class([first, second], EKMAN) is None


@pytest.mark.parametrize("cell", ["", "0", "10", "1,", "a", "1.0", "-1", "²"])
def test_a_number_that_is_none_of_the_sets(cell: str) -> None:
    with pytest.raises(ValueError, match="no label number from 1 to 9"):
        numbered(cell, XED, 1)


def test_numbers() -> None:
    assert numbered("1, 4,8", XED, 1) == ["anger", "fear", "trust"]
    assert numbered("0", CEDR, 0) == ["joy"]


# --- one original each ---


def test_goemotions_is_read_without_quotation(public: Any, tmp_path: Path) -> None:
    public.put(tmp_path, "goemotions/emotions.txt", "\n".join(public.GOEMOTIONS))
    texts = ['"He said ""so"" there."', 'an open " mark', "a  text", "surprised", "both"]
    labels = [("joy",), ("anger", "annoyance"), ("neutral",), ("surprise",), ("joy", "love")]
    table = [
        public.goemotions_row(*pair)
        for pair in ((t, *n) for t, n in zip(texts, labels, strict=True))
    ]
    public.put(tmp_path, "goemotions/train.tsv", public.tsv(table))
    read = found(emotions.goemotions(originals(tmp_path), "train", "x"))
    assert read == [(texts[0], "Joy"), (texts[1], "Anger"), (texts[2], "Neutral")]


def test_xed(public: Any, tmp_path: Path) -> None:
    annotated = ["a b\t1, 3", "c d\t8, 1", "e f\t5", "g h\t1, 6", "i j\t7", "k l\t4", "m n\t6"]
    public.put(tmp_path, "xed/en-annotated.tsv", public.lines(annotated))
    public.put(tmp_path, "xed/neu_en.txt", "9\tWho?\n\t\t\t\t\n9\tLast card.\n")
    assert found(emotions.xed(originals(tmp_path))) == [
        ("a b", "Anger"),
        ("e f", "Joy"),
        ("k l", "Fear"),
        ("m n", "Sadness"),
        ("Who?", "Neutral"),
        ("Last card.", "Neutral"),
    ]


def test_brighter_english_has_no_disgust_and_none_is_neutral(public: Any, tmp_path: Path) -> None:
    english = tuple(name for name in public.EKMAN if name != "disgust")
    table = [('say "so", x', ("joy",)), ("b", ()), ("c", ("joy", "surprise")), ("d", ("fear",))]
    public.put(tmp_path, "brighter/eng/train.csv", public.brighter(table, english))
    spanish = [("e", ("anger", "disgust")), ("f", ("disgust",)), ("g", ("anger", "joy"))]
    public.put(tmp_path, "brighter/esp/train.csv.gz", public.brighter(spanish))
    here = originals(tmp_path)
    read = found(emotions.brighter(here, "eng", "brighter_en"))
    assert read == [('say "so", x', "Joy"), ("b", "Neutral"), ("d", "Fear")]
    assert found(emotions.brighter(here, "esp", "s")) == [("e", "Anger"), ("f", "Anger")]
    assert here.bad.total() == 0


def test_brighter_cells_that_are_neither_0_nor_1(public: Any, tmp_path: Path) -> None:
    head = "text,anger,fear,joy,sadness,surprise"
    public.put(tmp_path, "brighter/eng/train.csv", public.lines([head, "a,,,1.0,,", "b,0,0,2,0,0"]))
    log: list[str] = []
    assert found(emotions.brighter(originals(tmp_path, log), "eng", "s")) == [("a", "Joy")]
    assert log == ["brighter/eng/train.csv, line 3: joy is “2”, neither 0 nor 1."]


@pytest.mark.parametrize("written", [lambda labels: labels, str])
def test_cedr_leaves_the_news_out(tmp_path: Path, public: Any, written: Any) -> None:
    table = [("а", [0], "twitter"), ("б", [], "lj"), ("в", [1], "lenta"), ("г", [2], "lj")]
    table += [("д", [0, 1], "lj"), ("е", [4], "lj"), ("ж", [9], "twitter")]
    content = [json.dumps({"text": t, "labels": written(n), "source": s}) for t, n, s in table]
    public.put(tmp_path, "cedr/train.jsonl", public.lines(content))
    here = originals(tmp_path)
    read = [(row.text, row.label, row.source) for row in emotions.cedr(here)]
    assert read == [
        ("а", "Joy", "cedr_twitter"),
        ("б", "Neutral", "cedr_lj"),
        ("е", "Anger", "cedr_lj"),
    ]
    assert here.bad == {"cedr/train.jsonl": 1}


def test_kajava(tmp_path: Path, public: Any) -> None:
    table = [("en", "fr", "label"), ("a", "Un", "anger,disgust"), ("b", "Deux", "trust")]
    public.put(tmp_path, "kajava/en-fr.tsv", public.tsv([*table, ("c", "Trois", "wut")]))
    here = originals(tmp_path)
    row = emotions.Labelled("Un", "Anger", "kajava_fr", "expert_en_label+human_subtitle")
    assert list(emotions.kajava(here)) == [row]
    assert here.bad.total() == 1
    assert emotions.english_behind(here)["emotions/dev_fr.tsv"] == ["a", "b", "c"]


def test_quality_scores_go_through_as_written(tmp_path: Path, public: Any) -> None:
    head = ("index", "original", "translation", "scores", "mean", "z_mean")
    table = [
        head,
        ("0", 'а " б', "a b", "[1]", "39.333333333333336", "-0.97"),
        ("1", "в", "c", "", "101", "0"),
    ]
    public.put(tmp_path, "mlqe_pe/x/dev.ruen.df.short.tsv", public.tsv(table))
    here = originals(tmp_path)
    assert quality.table(here) == [('а " б', "a b", "39.333333333333336", "-0.97")]
    assert here.bad.total() == 1


# --- forms ---

ROWS: list[dict[str, Any]] = [{"text": "a\tb, “c”", "n": "1"}, {"text": 'd "e"', "n": ""}]


def test_all_forms_hold_the_same_rows(tmp_path: Path, public: Any) -> None:
    import pandas as pd

    frame = pd.DataFrame(ROWS)
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True, force_ascii=False)
    for name in ("a.csv", "a.tsv", "a.jsonl"):
        public.put(tmp_path, f"{name}.bz2", (tmp_path / name).read_bytes())
        for path in (tmp_path / name, tmp_path / f"{name}.bz2"):
            assert [row for _, row in rows(originals(tmp_path), path, ("text", "n"))] == ROWS


def test_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists come as lists, missing cells as None; without pyarrow the file is named."""
    import numpy as np
    import pandas as pd

    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1")
    cells = [np.array([1, 2]), np.array([], dtype=int)]
    frame = pd.DataFrame({"text": ["a", None], "labels": cells, "n": [1.0, float("nan")]})
    monkeypatch.setattr(pd, "read_parquet", lambda _: frame)
    here = originals(tmp_path)
    assert [row for _, row in rows(here, path, ("text",))] == [
        {"text": "a", "labels": [1, 2], "n": 1.0},
        {"text": None, "labels": [], "n": None},
    ]
    assert list(rows(here, path, ("other",))) == []
    assert "lacks the column other" in here.broken["a.parquet"]


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "fastparquet", None)
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1")
    here = originals(tmp_path)
    assert list(rows(here, path, ("text",))) == []
    assert "needs pyarrow" in here.broken["a.parquet"]


@given(st.lists(st.sampled_from("ab \u00a0\t\n\u2028"), max_size=12))
def test_a_clean_text_is_one_line_and_stays_clean(pieces: list[str]) -> None:
    text = clean("".join(pieces))
    assert clean(text) == text == text.strip()
    assert not set(text) & set("\t\n\u2028\u00a0") and "  " not in text


def test_held_texts_fold_case_and_punctuation() -> None:
    held = HeldOut()
    held.add(["So happy!", "…", "Thank you."], "emotions/validation_en.tsv")
    assert len(held) == 2
    assert held.holds("so HAPPY") and not held.holds("so sad") and not held.holds("!!")
    assert not held.holds("so happy", "goemotions_mt")
    held.add(["thank you"], "parallel/dev_nl-en.tsv")
    assert held.holds("Thank you.", "goemotions_mt")


def test_voice_collections_are_those_of_the_mono_files() -> None:
    names = ("sentence-collector.txt", "VFVV_001.txt", "issue-12.txt", "global-sprint-fr.txt")
    assert [voice_collection(name) for name in names] == [
        "sentence-collector",
        "vfvv",
        "issue",
        "global-sprint-fr",
    ]


# --- the table ---


def test_every_source_is_complete() -> None:
    for name, source in SOURCES.items():
        assert source.name == name and source.files and source.becomes and source.mapping
        assert source.licence or "evaluation only" in source.becomes, name
        for download in source.downloads:
            assert download.url.startswith("https://")
            assert not Path(download.to).is_absolute() and ".." not in download.to


def test_downloads_give_the_files_that_are_expected(tmp_path: Path, public: Any) -> None:
    """Every address fetched, nothing is missing but what has no address."""
    for source in SOURCES.values():
        for download in source.downloads:
            for name in download.members or (download.to,):
                place = f"{download.to}/{name}" if download.members else name
                public.put(tmp_path, f"{source.name}/{place}", "x")
    here = originals(tmp_path)
    by_hand = {name for name, source in SOURCES.items() if not source.downloads}
    assert set(here.lacking()) == by_hand == {"exalt", "kajava", "goemotions_nl"}


def test_no_reader_asks_for_a_file_that_the_table_does_not_name(
    tmp_path: Path, public: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not named there would never be missing."""
    public.write(tmp_path)
    here = originals(tmp_path)
    named = set(here.everything())
    asked: set[Path] = set()
    real = Originals.files

    def files(self: Originals, source: str, pattern: str) -> list[Path]:
        got = real(self, source, pattern)
        asked.update(got)
        return got

    monkeypatch.setattr(Originals, "files", files)
    for language in THREE:
        for read in READERS:
            list(read(here, language))
    list(emotions.train_rows(here))
    emotions.held_files(here)
    quality.table(here)
    assert asked and asked <= named
