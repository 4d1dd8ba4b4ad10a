"""The preparation as a whole: what comes out of synthetic originals, and the laws it keeps.

Outputs are read with pandas, and the rules of the data's README are written out again here.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.data import normalise
from core.errors import DataError
from train import options
from train.config import PrepareConfig
from train.recipes import RECIPES
from train.run import Run, execute

ROOT = Path(__file__).parents[2]
EMOTIONS = ["ID", "Texts", "Labels", "Source", "Provenance"]
COLUMNS = {
    "emotions/train_en.tsv": EMOTIONS,
    "emotions/validation_en.tsv": EMOTIONS,
    **{f"emotions/dev_{code}.tsv": EMOTIONS for code in ("es", "ru", "fr", "nl")},
    **{
        f"parallel/train_{c}-en.tsv": ["src", "en", "origin", "licence"]
        for c in ("fr", "es", "nl", "ru")
    },
    **{f"parallel/dev_{code}-en.tsv": ["src", "en"] for code in ("fr", "es", "nl", "ru")},
    **{f"mono/{code}.tsv": ["text", "origin"] for code in ("fr", "es", "nl", "ru")},
    "quality/ru-en_dev.tsv": ["original", "translation", "mean", "z_mean"],
}
HELD = {name: columns for name, columns in COLUMNS.items() if "dev" in name or "validation" in name}
TEXTS = ("Texts", "src", "en", "original", "translation", "text")
Prepare = Callable[..., Run]


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


def everything(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def prepare(originals: Path, output: Path, **more: Any) -> Run:
    words = [f"originals={originals}", f"output={output}", *(f"{k}={v}" for k, v in more.items())]
    config = options.parse(PrepareConfig, overrides=words)
    with open(os.devnull, "w") as nowhere:
        return execute(RECIPES["prepare"], config, nowhere)


@pytest.fixture
def originals(public: Any, tmp_path: Path) -> Path:
    """A complete set."""
    public.write(tmp_path / "originals")
    return tmp_path / "originals"


def said(output: Path) -> str:
    return (output.with_name(output.name + ".run") / "events.jsonl").read_text(encoding="utf-8")


# --- what comes out ---


def test_a_complete_set_gives_every_file_with_its_columns(originals: Path, tmp_path: Path) -> None:
    run = prepare(originals, tmp_path / "out")
    made = everything(tmp_path / "out")
    exalt = {f"exalt/{path.name}" for path in (originals / "exalt").iterdir()}
    own = {"prepared.json", "originals.sha256"}
    assert set(made) == {*COLUMNS, *exalt, *own, "lexicon/emoji.tsv"}
    for name, columns in COLUMNS.items():
        table = read(tmp_path / "out" / name)
        assert list(table.columns) == columns
        assert run.figures[name] == len(table) > 0
    assert run.figures["bad rows"] == 0
    for name in exalt:  # passed through
        assert made[name] == (originals / name).read_bytes()


def test_columns_are_those_of_the_shared_data() -> None:
    if "TANDEM_DATA" not in os.environ:
        pytest.skip("TANDEM_DATA names no folder with the data that the models were trained on")
    shared = Path(os.environ["TANDEM_DATA"])
    for name, columns in COLUMNS.items():
        assert list(read(shared / name).head(0).columns) == columns
    emoji = list(read(shared / "lexicon/emoji.tsv").columns)
    from train.prepare.lexicon import COLUMNS as ours

    assert emoji == list(ours)


def test_origins_and_licences_of_pairs(originals: Path, tmp_path: Path) -> None:
    prepare(originals, tmp_path / "out")
    french = read(tmp_path / "out/parallel/train_fr-en.tsv")
    found = set(zip(french.origin, french.licence, strict=True))
    both = {
        ("tatoeba_manythings", "CC-BY-2.0-FR"),
        ("tatoeba_test", "CC-BY-2.0-FR"),
        ("tatoeba_pivot", "CC-BY-2.0-FR"),
        ("laser_tatoeba", "CC-BY-2.0-FR"),
        ("xed_opensubtitles", "CC-BY-4.0"),
        ("cocoa_mt", "CDLA-Sharing-1.0"),
        ("mt_geneval", "CC-BY-SA-3.0"),
        ("ntrex", "CC-BY-SA-4.0"),
    }
    assert found == both
    russian = read(tmp_path / "out/parallel/train_ru-en.tsv")
    only = {("mlqe_pe", "CC0-1.0"), ("tico19", "CC0-1.0"), ("goemotions_mt", "MIT")}
    found = set(zip(russian.origin, russian.licence, strict=True))
    assert found == both - {("tatoeba_manythings", "CC-BY-2.0-FR")} | only
    assert 'a "b' in set(russian.en)  # a lone quotation mark is text


def test_pivot_pairs_translate_the_same_third_sentence(originals: Path, tmp_path: Path) -> None:
    prepare(originals, tmp_path / "out")
    challenge = originals / "tatoeba_challenge"
    german = dict(line.split("\t")[2:] for line in (challenge / "deu-eng/test.txt").open())
    dutch = dict(line.split("\t")[2:] for line in (challenge / "deu-nld/test.txt").open())
    expected = {(dutch[key].strip(), german[key].strip()) for key in german}
    table = read(tmp_path / "out/parallel/train_nl-en.tsv")
    pivot = table[table.origin == "tatoeba_pivot"]
    assert set(zip(pivot.src, pivot.en, strict=True)) == expected


def test_weekly_exports_carry_a_licence_per_sentence(public: Any, tmp_path: Path) -> None:
    root = tmp_path / "originals"
    sentences = {"fra": ["un un", "deux deux", "trois trois"], "eng": ["one", "two", "three"]}
    for code, texts in sentences.items():
        rows = [(str(10 * i + len(code)), code, text) for i, text in enumerate(texts)]
        public.put(root, f"tatoeba/{code}_sentences.tsv.bz2", public.tsv(rows))
        free = [(*row, "2020-01-01") for row in rows[: 2 if code == "fra" else 1]]
        public.put(root, f"tatoeba/{code}_sentences_CC0.tsv.bz2", public.tsv(free))
    links = [("3", "3"), ("13", "13"), ("23", "23"), ("99", "3")]
    public.put(root, "tatoeba/fra-eng_links.tsv.bz2", public.tsv(links))
    with pytest.raises(DataError, match="missing"):
        prepare(root, tmp_path / "out")
    table = read(tmp_path / "out/parallel/train_fr-en.tsv")
    assert table.values.tolist() == [
        ["un un", "one", "tatoeba", "CC0-1.0"],
        ["deux deux", "two", "tatoeba", "CC-BY-2.0-FR"],
        ["trois trois", "three", "tatoeba", "CC-BY-2.0-FR"],
    ]


def test_emoji_table(originals: Path, tmp_path: Path) -> None:
    prepare(originals, tmp_path / "out")
    table = read(tmp_path / "out/lexicon/emoji.tsv")
    assert table.emoji.tolist() == ["{", "😂", "👍🏽"]  # English's order, derived ones last
    assert table.loc[1, ["en_name", "nl_name", "ru_keywords"]].tolist() == [
        "en tears",
        "nl tears",
        "face | joy",
    ]
    assert set(table.origin) == {"cldr-json"}


def test_mono_has_two_to_thirty_words_and_a_limit(
    public: Any, originals: Path, tmp_path: Path
) -> None:
    texts = [" ".join(f"m{n}x{i}" for i in range(n)) for n in (1, 2, 30, 31)]
    public.put(originals, "common_voice/fr/VFVV_007.txt", public.lines(texts))
    prepare(originals, tmp_path / "all")
    table = read(tmp_path / "all/mono/fr.tsv")
    mine = table[table.origin == "commonvoice:vfvv"]
    assert sorted(map(len, mine.text.str.split())) == [2, 30]
    assert {"commonvoice:issue", "tatoeba-testsets"} < set(table.origin)
    prepare(originals, tmp_path / "few", mono_rows=5)
    few = read(tmp_path / "few/mono/fr.tsv")
    assert len(few) == 5 and set(few.text) < set(table.text)


# --- laws ---


def hashes(folder: Path, names: dict[str, list[str]]) -> dict[str, set[str]]:
    """By file: its texts, folded as the project tells texts apart."""
    found: dict[str, set[str]] = {}
    for name, columns in names.items():
        if (folder / name).is_file():
            table = read(folder / name)
            cells = (table[column] for column in columns if column in TEXTS)
            found[name] = {normalise(text) for column in cells for text in column}
    return found


def assert_nothing_held_is_trained_on(out: Path, originals: Path) -> None:
    held = hashes(out, HELD | {"quality/ru-en_dev.tsv": COLUMNS["quality/ru-en_dev.tsv"]})
    english = {normalise(row.split("\t")[0]) for row in lines_of(originals / "goemotions/test.tsv")}
    english |= {
        normalise(row.split("\t")[0]) for row in lines_of(originals / "kajava/en-fr.tsv")[1:]
    }
    everything_held = set().union(english, *held.values())
    validation = held.get("emotions/validation_en.tsv", set())
    others = set().union(english, *(texts for n, texts in held.items() if "validation" not in n))
    for name in COLUMNS.keys() - held.keys():
        if not (out / name).is_file():
            continue
        for row in read(out / name).to_dict("records"):
            for column in (c for c in row if c in TEXTS):
                text = normalise(row[column])
                excepted = row.get("origin") == "goemotions_mt" and column == "en"
                if excepted and text in validation and text not in others:
                    continue
                assert text not in everything_held, (name, row)


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n") if path.is_file() else []


NAMES = st.sampled_from(("joy", "anger", "disgust", "fear", "sadness", "neutral", "surprise"))
TEXT = st.builds(
    "{}{}{}".format,
    st.sampled_from(("", "  ", "«")),
    st.sampled_from(("Aa bb", "aa  BB", "cc dd", "ee ff gg", "hh ii", "jj kk", "ll mm", "nn oo")),
    st.sampled_from(("", "!", " …", "\u00a0")),
)


# Shrinking would take minutes; the message names file and row.
@settings(
    max_examples=40,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_held_out_text_is_in_any_training_file(
    data: st.DataObject, public: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Eight sentences in many spellings: nearly every file overlaps with every other."""
    root = tmp_path_factory.mktemp("law") / "originals"
    many = lambda row: st.lists(row, max_size=12)  # noqa: E731
    labelled = many(st.tuples(TEXT, NAMES))
    public.put(root, "goemotions/emotions.txt", "\n".join(public.GOEMOTIONS))
    for part in ("train", "dev", "test"):
        rows = [public.goemotions_row(*row) for row in data.draw(labelled)]
        public.put(root, f"goemotions/{part}.tsv", public.tsv(rows))
    dutch = [public.goemotions_row(*row) for row in data.draw(labelled)]
    public.put(root, "goemotions_nl/test.tsv", public.tsv(dutch))
    rows = [("en", "fr", "label"), *data.draw(many(st.tuples(TEXT, TEXT, st.just("joy"))))]
    public.put(root, "kajava/en-fr.tsv", public.tsv(rows))
    public.put(root, "xed/en-annotated.tsv", public.tsv([(t, "5") for t in data.draw(many(TEXT))]))
    pairs = many(st.tuples(TEXT, TEXT))
    for code in ("fra", "nld", "rus"):
        first, second = sorted((code, "eng"))
        rows = [(first, second, *pair) for pair in data.draw(pairs)]
        public.put(root, f"tatoeba_challenge/{first}-{second}/test.txt", public.tsv(rows))
        subtitles = [("", "", "", "", *pair) for pair in data.draw(pairs)]
        two = {v: k for k, v in public.THREE.items()}[code]
        public.put(root, f"xed/pairs-{two}.txt", public.tsv(subtitles))
        public.put(root, f"common_voice/{two}/a.txt", public.lines(data.draw(many(TEXT))))
    russian = [f'{{"ru_text": "{a.strip()}", "text": "{b.strip()}"}}' for a, b in data.draw(pairs)]
    public.put(root, "goemotions_mt/validation.jsonl", public.lines(russian))
    head = ("original", "translation", "mean", "z_mean")
    assessed = [(*pair, "1.0", "0.5") for pair in data.draw(pairs)]
    public.put(root, "mlqe_pe/dev.ruen.df.short.tsv", public.tsv([head, *assessed]))
    with pytest.raises(DataError, match="missing"):
        prepare(root, root.parent / "out")
    assert_nothing_held_is_trained_on(root.parent / "out", root)


def test_the_law_can_be_seen_broken(originals: Path, tmp_path: Path) -> None:
    """The check itself: a held-out text in a training file is found."""
    prepare(originals, tmp_path / "out")
    assert_nothing_held_is_trained_on(tmp_path / "out", originals)
    text = read(tmp_path / "out/parallel/dev_ru-en.tsv").src[0]
    with (tmp_path / "out/mono/ru.tsv").open("a", encoding="utf-8") as file:
        file.write(f"{text.upper()}!\tsomewhere\n")
    with pytest.raises(AssertionError, match="somewhere"):
        assert_nothing_held_is_trained_on(tmp_path / "out", originals)


def test_machine_translated_validation_sentences_are_the_one_exception(
    public: Any, originals: Path, tmp_path: Path
) -> None:
    validation = lines_of(originals / "goemotions/dev.tsv")[18].split("\t")[0]  # love
    dev_fr = read_kajava(originals)
    rows = [
        f'{{"ru_text": "перевод {i}", "text": "{t}"}}' for i, t in enumerate((validation, dev_fr))
    ]
    public.put(originals, "goemotions_mt/validation.jsonl", public.lines(rows))
    subtitles = [("", "", "", "", validation, "x y z")]
    public.put(originals, "xed/pairs-ru.txt", public.tsv(subtitles))
    run = prepare(originals, tmp_path / "out")
    table = read(tmp_path / "out/parallel/train_ru-en.tsv")
    assert table[table.origin == "goemotions_mt"].en.tolist() == [validation]
    assert "xed_opensubtitles" not in set(table.origin)
    assert run.figures["held-out rows taken out"] >= 2


def read_kajava(originals: Path) -> str:
    """The English of a row that is in dev_fr."""
    return lines_of(originals / "kajava/en-fr.tsv")[1].split("\t")[0]


def test_equal_texts_count_once_and_the_first_decides(public: Any, tmp_path: Path) -> None:
    root = tmp_path / "originals"
    exalt = [("ID", "Texts", "Labels"), ("7", "So happy !  ", "Joy"), ("8", "so HAPPY", "Anger")]
    public.put(root, "exalt/exalt_emotion_train.tsv", public.tsv(exalt))
    annotated = [("so happy .", "1"), ("Other  words", "5"), ("…", "5")]
    public.put(root, "xed/en-annotated.tsv", public.tsv(annotated))
    with pytest.raises(DataError, match="missing"):
        prepare(root, tmp_path / "out")
    assert read(tmp_path / "out/emotions/train_en.tsv").values.tolist() == [
        ["1", "So happy !", "Joy", "exalt_train", "human_native"],
        ["2", "Other words", "Joy", "xed_en", "human_native"],
    ]


def test_same_originals_same_bytes(originals: Path, tmp_path: Path) -> None:
    prepare(originals, tmp_path / "a")
    prepare(originals, tmp_path / "b")
    assert everything(tmp_path / "a") == everything(tmp_path / "b")
    prepare(originals, tmp_path / "c", seed=14)
    other = everything(tmp_path / "c")
    assert other["mono/fr.tsv"] != everything(tmp_path / "a")["mono/fr.tsv"]
    assert other["parallel/dev_fr-en.tsv"] != everything(tmp_path / "a")["parallel/dev_fr-en.tsv"]


# --- missing, broken, changed ---


def test_what_is_missing_is_named_and_the_rest_is_made(originals: Path, tmp_path: Path) -> None:
    (originals / "goemotions/dev.tsv").unlink()
    for file in (originals / "cldr").rglob("*.json"):
        file.unlink()
    with pytest.raises(DataError) as caught:
        prepare(originals, tmp_path / "out")
    sentence = str(caught.value)
    assert (
        "originals/goemotions/ lacks dev.tsv; from https://github.com/google-research" in sentence
    )
    assert "originals/cldr/ lacks annotations/en.json" in sentence and "6 more" in sentence
    assert "leave_out=cldr,goemotions" in sentence
    made = everything(tmp_path / "out")
    assert "emotions/train_en.tsv" in made and "emotions/validation_en.tsv" not in made
    prepare(originals, tmp_path / "again", leave_out="cldr,goemotions,goemotions_nl")
    labels = read(tmp_path / "again/emotions/train_en.tsv")
    assert "goemotions_train" not in set(labels.Source)


def test_bad_rows_are_named_by_line_and_the_others_go_on(
    public: Any, originals: Path, tmp_path: Path
) -> None:
    path = originals / "xed/en-annotated.tsv"
    good = path.read_text(encoding="utf-8")
    path.write_bytes(good.encode() + b"a text\t11\nno label\n" + b"\xff\xfe\t1\n")
    public.put(originals, "cedr/train.jsonl", '{"text": "а б"}\n[1]\n')
    public.put(
        originals, "cocoa_mt/en-nl/formality-control.train.telephony.en-nl.en", "one\ntwo\nthree\n"
    )
    run = prepare(originals, tmp_path / "out")
    assert run.figures["bad rows"] == 3 + 2 + 2  # the English has a line too many, twice
    told = said(tmp_path / "out")
    assert "xed/en-annotated.tsv, line 9: '11' is no label number from 1 to 9." in told
    assert "xed/en-annotated.tsv, line 10: it has 1 cells instead of 2." in told
    assert "xed/en-annotated.tsv, line 11: it is not UTF-8." in told
    assert "cedr/train.jsonl, line 1: it lacks labels, source." in told
    assert "line 3: the other side has no such line." in told
    assert (read(tmp_path / "out/emotions/train_en.tsv").Source == "xed_en").sum() > 3


def test_a_broken_file_does_not_stop_the_others(
    public: Any, originals: Path, tmp_path: Path
) -> None:
    whole = public.put(
        originals, "tatoeba_manythings/fra.txt.gz", "a b\tc d\tx\n" * 4000
    ).read_bytes()
    (originals / "tatoeba_manythings/fra.txt.gz").write_bytes(whole[: len(whole) // 2])
    (originals / "tatoeba_manythings/fra.txt").unlink()
    public.put(originals, "brighter/eng/dev.csv", "id,words\n1,a\n")
    public.put(originals, "cldr/annotations/nl.json", '{"annotations": ')
    public.put(originals, "goemotions/emotions.txt", "joy\nsadness\n")
    with pytest.raises(DataError) as caught:
        prepare(originals, tmp_path / "out")
    sentence = str(caught.value)
    assert "fra.txt.gz cannot be read to its end" in sentence
    assert "dev.csv lacks the column text" in sentence
    assert "nl.json is no JSON" in sentence
    assert "emotions.txt lacks the emotion" in sentence
    assert "leave_out=brighter,cldr,goemotions,tatoeba_manythings" in sentence
    assert {"brighter_en", "xed_en"} <= set(read(tmp_path / "out/emotions/train_en.tsv").Source)


def test_checksums_hold_a_later_run_to_the_same_originals(
    public: Any, originals: Path, tmp_path: Path
) -> None:
    prepare(originals, tmp_path / "out")
    sums = tmp_path / "out/originals.sha256"
    table = read(sums)
    files = {
        path.relative_to(originals).as_posix(): path
        for path in originals.rglob("*")
        if path.is_file()
    }
    assert set(table.name) == set(files)
    import hashlib

    for name, digest, size in table.values.tolist():
        assert hashlib.sha256(files[name].read_bytes()).hexdigest() == digest
        assert files[name].stat().st_size == int(size)
    prepare(originals, tmp_path / "again", checksums=sums)
    public.put(originals, "xed/neu_en.txt", "9\tother words\n")
    public.put(originals, "common_voice/fr/new.txt", "other words\n")
    with pytest.raises(DataError, match=r"fr/new.txt is not in it.*|neu_en.txt differs") as caught:
        prepare(originals, tmp_path / "third", checksums=sums)
    assert "xed/neu_en.txt differs" in str(caught.value)
    assert "common_voice/fr/new.txt is not in it" in str(caught.value)
    assert not (tmp_path / "third").exists()


def test_dev_files_of_an_earlier_preparation_are_kept(
    public: Any, originals: Path, tmp_path: Path
) -> None:
    prepare(originals, tmp_path / "first")
    public.write(originals, seed=5)  # other texts everywhere
    text = read(tmp_path / "first/parallel/dev_fr-en.tsv").src[0]
    public.put(originals, "common_voice/fr/old.txt", f"{text}\nquite new words\n")
    prepare(originals, tmp_path / "second", dev=tmp_path / "first")
    for name in HELD:
        assert (tmp_path / "second" / name).read_bytes() == (tmp_path / "first" / name).read_bytes()
    mono = read(tmp_path / "second/mono/fr.tsv")
    assert "quite new words" in set(mono.text) and text not in set(mono.text)


# --- where it goes ---


def test_an_older_preparation_is_replaced_as_a_whole(originals: Path, tmp_path: Path) -> None:
    prepare(originals, tmp_path / "out")
    prepare(originals, tmp_path / "out", leave_out="cldr")
    assert "lexicon/emoji.tsv" not in everything(tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"originals", "out", "out.run"}


def test_a_folder_of_something_else_is_left_alone(originals: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/letter.txt").write_text("mine")
    with pytest.raises(DataError, match="left alone"):
        prepare(originals, tmp_path / "out")
    assert everything(tmp_path / "out") == {"letter.txt": b"mine"}


def test_a_run_that_fails_leaves_the_older_preparation(
    originals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(originals, tmp_path / "out")
    before = everything(tmp_path / "out")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("train.prepare.folder.Folder._swap", fail)
    with pytest.raises(DataError, match="No space left"):
        prepare(originals, tmp_path / "out")
    assert everything(tmp_path / "out") == before
    assert not list(tmp_path.glob(".*"))


def test_no_originals_at_all(tmp_path: Path) -> None:
    (tmp_path / "originals").mkdir()
    with pytest.raises(DataError, match="holds none of the originals"):
        prepare(tmp_path / "originals", tmp_path / "out")


@pytest.mark.parametrize("output", ["originals/out", "."])
def test_output_and_originals_lie_apart(tmp_path: Path, output: str) -> None:
    (tmp_path / "originals").mkdir()
    with pytest.raises(Exception, match="may not lie in one another"):
        prepare(tmp_path / "originals", tmp_path / output)


def test_from_the_command_line(originals: Path, tmp_path: Path) -> None:
    (originals / "goemotions_nl/test.tsv").unlink()
    command = [sys.executable, "-P", "-m", "train", "prepare"]
    words = [f"originals={originals}", f"output={tmp_path / 'out'}"]
    done = subprocess.run([*command, *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "goemotions_nl" in done.stderr and "Traceback" not in done.stderr
    again = subprocess.run(
        [*command, *words, "leave_out=goemotions_nl"], cwd=ROOT, capture_output=True, text=True
    )
    assert again.returncode == 0 and "emotions/train_en.tsv:" in again.stdout
