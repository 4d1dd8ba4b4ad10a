"""Translation against plain MarianMTModel.generate, and what must not reach a model."""

import json
import random
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import MarianMTModel, MarianTokenizer

from core.checkpoints import read_manifest, update_manifest
from core.emoji import find_emoji
from core.errors import CheckpointError, ModelError
from core.modules import module_identity
from core.records import TranslationStatus
from core.searching import OwnLimit
from core.segments import segments
from core.translation import Decoding, English, Translator
from core.translators import describe, load_translator, load_unit, parameters

pytestmark = pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")
STATUS = TranslationStatus
SENTENCES = ["so happy today", "très content", "miedo", "люблю table грустно", "xyz", "love " * 12]
HOSTILE = st.lists(
    st.sampled_from(
        [*SENTENCES, "😂", "👩\u200d👧", " ", "\n", "@user", "http", ".", "\u200d", "!"]
    )
    | st.characters()
).map("".join)


class Fake:
    """A unit whose English is computed by a function; remembers what reached it."""

    def __init__(self, change: Callable[[str], str] = str.upper) -> None:
        self.change = change
        self.identity = "fake"
        self.seen: list[str] = []

    def translate(self, texts: Sequence[str], decoding: Decoding, batch_size: int) -> list[English]:
        self.seen += texts
        return [English(self.change(text), text.endswith("…")) for text in texts]


def translate(unit: Any, texts: Sequence[str], code: str = "fr") -> list[Any]:
    return Translator({"fr": unit}).translate(texts, [code] * len(texts))


@pytest.fixture(scope="module")
def machine(folders: Any) -> Translator:
    return load_translator(folders.translator)


@pytest.mark.parametrize("beams", [1, 3])
def test_equals_plain_generate_sentence_by_sentence(folders: Any, beams: int) -> None:
    module = MarianMTModel.from_pretrained(folders.marian).eval()
    tokenizer = MarianTokenizer.from_pretrained(folders.marian)
    expected = []
    for text in SENTENCES:
        batch = tokenizer([text.strip()], return_tensors="pt")
        most = 2 * batch["input_ids"].shape[1] + 10
        with torch.no_grad():
            output = module.generate(**batch, num_beams=beams, do_sample=False, max_new_tokens=most)
        expected += tokenizer.batch_decode(output, skip_special_tokens=True)
    found = load_translator(folders.marian, decoding=Decoding(beams=beams)).translate(
        SENTENCES, ["fr"] * len(SENTENCES)
    )
    assert [f.text.strip() for f in found] == expected
    assert len(set(expected)) > 3, "the model must tell sentences apart"


@given(
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8), st.integers(1, 5), st.randoms()
)
@settings(max_examples=15, deadline=None)
def test_batches_and_their_order_do_not_matter(
    machine: Translator, texts: list[str], batch_size: int, rng: random.Random
) -> None:
    """Not even for outputs that run on until they are stopped."""
    alone = {text: machine.translate([text], ["fr"])[0] for text in set(texts)}
    shuffled = rng.sample(texts, len(texts))
    for order in (texts, shuffled):
        found = machine.translate(order, ["fr"] * len(order), batch_size)
        assert found == [alone[text] for text in order]


def test_beams_do_not_see_their_neighbours(folders: Any) -> None:
    machine = load_translator(folders.translator, decoding=Decoding(beams=3))
    alone = [machine.translate([text], ["fr"])[0] for text in SENTENCES]
    assert machine.translate(SENTENCES, ["fr"] * len(SENTENCES), 6) == alone


def test_each_row_of_a_search_has_its_own_end() -> None:
    """Two rows of two beams, limits 3 and 5; the start mark stands before what is counted."""
    limit, scores = OwnLimit(torch.tensor([3, 5]), beams=2, end=1), torch.randn(4, 6)
    for length in range(1, 6):
        found = limit(torch.zeros(4, length, dtype=torch.long), scores.clone())
        for row, most in enumerate((3, 3, 5, 5)):
            if length < most:
                assert torch.equal(found[row], scores[row])
            else:
                assert found[row].softmax(dim=-1).tolist() == [0, 1, 0, 0, 0, 0]


@given(HOSTILE)
@settings(max_examples=150, deadline=None)
def test_emoji_spaces_and_ends_stay_where_they_stood(text: str) -> None:
    unit = Fake(lambda part: "<en>")
    (found,) = translate(unit, [text])
    assert unit.seen == [part for wanted, part in segments(text) if wanted]
    assert find_emoji(found.text) == find_emoji(text)
    assert found.text == "".join("<en>" if wanted else part for wanted, part in segments(text))


@pytest.mark.parametrize(
    "text", ["", " ", "😂😂", "!!! ...", "@user http", "\n\n", "\u200d", "12:30"]
)
def test_what_has_no_words_never_reaches_a_model(text: str) -> None:
    unit = Fake()
    for code in ("fr", "unknown", "xx"):
        (found,) = translate(unit, [text], code)
        assert (found.text, found.status) == (text, STATUS.PASSED_THROUGH)
    assert unit.seen == []


def test_each_row_has_its_own_way() -> None:
    unit = Fake(lambda text: f"<{text}>")
    texts = ["oui", "yes", "はい", "da", "", "non 😂"]
    codes = ["fr", "en", "unknown", "ru", "fr", "fr"]
    found = Translator({"fr": unit}).translate(texts, codes)  # type: ignore[dict-item]
    assert [f.text for f in found] == ["<oui>", "yes", "はい", "da", "", "<non> 😂"]
    assert [f.status for f in found] == [
        STATUS.TRANSLATED,
        STATUS.ENGLISH,
        STATUS.UNKNOWN,
        STATUS.UNKNOWN,
        STATUS.PASSED_THROUGH,
        STATUS.TRANSLATED,
    ]
    assert unit.seen == ["oui", "non"]


def test_a_translator_without_models_says_so_of_every_text() -> None:
    found = Translator({}).translate(["oui", "yes", "😂"], ["fr", "en", "unknown"])
    assert [f.status for f in found] == [STATUS.UNKNOWN, STATUS.ENGLISH, STATUS.PASSED_THROUGH]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (str, STATUS.COPIED),
        (str.upper, STATUS.COPIED),
        (lambda text: f" {text}  ", STATUS.COPIED),
        (lambda text: text.replace("é", "e"), STATUS.TRANSLATED),
        (lambda text: "", STATUS.TRANSLATED),
    ],
)
def test_a_copy_is_seen(change: Callable[[str], str], status: TranslationStatus) -> None:
    (found,) = translate(Fake(change), ["@user été  à la mer 😂"])
    assert found.status is status


def test_a_search_that_was_stopped_is_told(folders: Any, machine: Translator) -> None:
    """Against plain generate with room to spare: cut exactly where that runs on past the limit."""
    module = MarianMTModel.from_pretrained(folders.marian).eval()
    tokenizer = MarianTokenizer.from_pretrained(folders.marian)
    told, expected = [], []
    for text in [*SENTENCES, "love joy so happy today table", "zzzz", "bang"]:
        batch = tokenizer([text.strip()], return_tensors="pt")
        most = 2 * batch["input_ids"].shape[1] + 10
        with torch.no_grad():
            output = module.generate(**batch, num_beams=1, do_sample=False, max_new_tokens=110)
        expected.append(output.shape[1] - 1 > most)
        told += [translation.cut for translation in machine.translate([text], ["fr"])]
    assert told == expected
    assert set(expected) == {True, False}, "the model must end some by itself and run on in others"


def test_one_part_that_was_stopped_marks_the_whole_and_what_passes_is_whole() -> None:
    found = translate(Fake(), ["oui 😂 non…", "oui 😂 non", "😂…"])
    assert [one.cut for one in found] == [True, False, False]


def test_lines_of_a_tweet_stay_lines(machine: Translator) -> None:
    (found,) = machine.translate(["très content\n\nmiedo 😂\n"], ["fr"])
    first, empty, second, last = found.text.split("\n")
    assert [f.text for f in machine.translate(["très content", "miedo"], ["fr"] * 2)] == [
        first,
        second.removesuffix(" 😂"),
    ]
    assert (empty, last) == ("", "") and second.endswith(" 😂")


@pytest.mark.parametrize("text", ["a" * 10_000, "love " * 2_000, "я" * 500 + " 😂", "\ud800 xyz"])
def test_long_and_odd_texts_are_translated_in_parts(machine: Translator, text: str) -> None:
    (found,) = machine.translate([text], ["ru"])
    assert found.status in (STATUS.TRANSLATED, STATUS.COPIED) and len(found.text) > 2
    assert find_emoji(found.text) == find_emoji(text)
    unit = machine.units["ru"]
    assert unit.room == 64  # the tokenizer's, less than the model's positions


def test_no_part_is_longer_than_the_model_reads(
    machine: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = machine.units["fr"]
    seen: list[int] = []
    batch = unit._batch

    def spy(texts: list[str], decoding: Decoding) -> list[English]:
        seen.extend(map(unit.count, texts))
        return batch(texts, decoding)

    monkeypatch.setattr(unit, "_batch", spy)
    unit.translate(["so happy " * 100, "a" * 300], Decoding(longest=20), 8)
    unit.translate(["so happy " * 100], Decoding(), 8)
    assert max(seen[:-3]) <= 20 and max(seen) <= 64


def test_equal_parts_are_translated_once(
    machine: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, asked = machine.units["fr"], []
    batch = unit._batch

    def counted(texts: list[str], decoding: Decoding) -> list[English]:
        asked.extend(texts)
        return batch(texts, decoding)

    monkeypatch.setattr(unit, "_batch", counted)
    [one] = machine.translate(["love" * 200], ["fr"])
    [again] = translate(unit, ["love" * 200])
    assert one == again and len(one.text) > 200
    assert len(asked) // 2 == len(set(asked)) < 10


def test_one_unit_reads_all_its_languages_at_once() -> None:
    unit, other = Fake(), Fake(str.title)
    both = Translator({"fr": unit, "nl": other, "es": unit})
    found = both.translate(["un", "twee", "dos"], ["fr", "nl", "es"])
    assert [one.text for one in found] == ["UN", "Twee", "DOS"]
    assert unit.seen == ["un", "dos"] and other.seen == ["twee"]


def test_the_cache_of_keys_and_values_is_used(
    machine: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the search is transformers': core.greedy has a cache of its own."""
    monkeypatch.setattr("core.searching.plain", lambda module: False)
    assert machine.units["fr"].module.config.use_cache is False, "as a training leaves it"
    calls: list[bool] = []
    module = machine.units["fr"].module
    handle = module.register_forward_pre_hook(
        lambda _, args, options: calls.append(options.get("past_key_values") is not None),
        with_kwargs=True,
    )
    machine.translate(["miedo"], ["fr"])
    handle.remove()
    assert calls and all(calls)


def test_eight_threads_get_what_one_gets(machine: Translator) -> None:
    alone = [machine.translate([text], ["es"])[0] for text in SENTENCES]
    with ThreadPoolExecutor(8) as pool:
        jobs = pool.map(lambda text: machine.translate([text], ["es"])[0], SENTENCES * 3)
        assert list(jobs) == alone * 3


def test_keys_tell_models_and_searches_apart(folders: Any, tiny: Any, tmp_path: Path) -> None:
    other = tiny.marian(tmp_path / "other", seed=6, steps=0)
    made = [
        load_translator(folders.translator),
        load_translator(folders.translator, decoding=Decoding(beams=2)),
        load_translator(folders.translator, decoding=Decoding(longest=50)),
        load_translator(other),
    ]
    assert len({translator.key for translator in made}) == len(made)
    assert len({translator.key_of("fr") for translator in made}) == len(made)
    assert made[0].key == load_translator(folders.marian).key, "the same weights, by content"
    module = made[0].units["fr"].module
    assert made[0].identity == module_identity(module, "translator")
    assert dict(made[0].key[1:]) == asdict(Decoding())  # type: ignore[arg-type]


def said(folder: Path, **values: Any) -> Path:
    """What a model's tokenizer says of itself, changed."""
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))
    return folder


@pytest.fixture
def by_language(folders: Any, tiny: Any, tmp_path: Path) -> str:
    """A pattern: French is a plain folder of its own, Spanish another model; no others."""
    said(Path(shutil.copytree(folders.marian, tmp_path / "opus-fr")), source_lang="fr")
    tiny.marian(tmp_path / "opus-es", source="spa", seed=7, steps=0)
    return str(tmp_path / "opus-{language}")


def test_a_pattern_opens_one_model_per_language(by_language: str, folders: Any) -> None:
    translator = load_translator(by_language)
    assert describe(translator) == (by_language, None) and parameters(translator) == 0
    assert translator.translate(["love", "", "😂"], ["en", "fr", "es"])[0].status is STATUS.ENGLISH
    assert parameters(translator) == 0, "nothing to translate opens nothing"
    found = translator.translate(["so happy today", "so happy today"], ["fr", "es"])
    assert parameters(translator) > 0
    for code, translation in zip(("fr", "es"), found, strict=True):
        alone = load_translator(by_language.replace("{language}", code))
        assert alone.translate(["so happy today"], [code]) == [translation]
    assert translator.key_of("fr") != translator.key_of("es")
    with pytest.raises(ModelError, match="opus-ru"):
        translator.translate(["да"], ["ru"])
    assert set(translator.units) == {"fr", "nl", "ru", "es"}


def test_a_pattern_that_names_the_wrong_language_is_refused(folders: Any, tmp_path: Path) -> None:
    said(Path(shutil.copytree(folders.marian, tmp_path / "to-nl")), source_lang="fr")
    with pytest.raises(ModelError, match="does not translate from nl"):
        load_translator(str(tmp_path / "to-{language}")).translate(["ja"], ["nl"])


@pytest.mark.parametrize(
    ("source", "languages"),
    [
        ("mul", ("fr", "nl", "ru", "es")),
        (None, ("fr", "nl", "ru", "es")),
        ("fr", ("fr",)),
        ("rus", ("ru",)),
        ("ROMANCE", ("fr", "es")),
        ("gmw", ("nl",)),
    ],
)
def test_a_foreign_model_reads_what_it_says(
    folders: Any, tmp_path: Path, source: str | None, languages: tuple[str, ...]
) -> None:
    folder = Path(shutil.copytree(folders.marian, tmp_path / "m"))
    unit, read = load_unit(said(folder, source_lang=source))
    assert read == languages and unit.manifest is None


def test_what_does_not_fit_is_refused_in_a_sentence(folders: Any, tmp_path: Path) -> None:
    def copy(name: str, source: Path = folders.marian) -> Path:
        return Path(shutil.copytree(source, tmp_path / name))

    broken = copy("torn")
    (broken / "model.safetensors").write_bytes(b"torn")
    no_spm = copy("no-spm")
    (no_spm / "source.spm").unlink()
    pickled = copy("pickled")
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    damaged = copy("damaged", folders.translator)
    (damaged / "source.spm").write_bytes(b"x")
    cases: list[tuple[Path, str]] = [
        (folders.bert, "a translator is a Marian model"),
        (folders.teacher, "is a teacher, not a translator"),
        (said(copy("german"), target_lang="deu"), "into deu, not into English"),
        (said(copy("finnish"), source_lang="fin"), "from fin, which is none of"),
        (broken, "torn cannot be loaded"),
        (no_spm, "no-spm cannot be loaded"),
        (pickled, "pickled"),
        (damaged, "damaged: source.spm"),
        (tmp_path / "none", "There is no folder"),
    ]
    for folder, sentence in cases:
        with pytest.raises(ModelError, match=sentence) as caught:
            load_translator(folder)
        assert "\n" not in caught.value.sentence and caught.value.hint


def test_a_checkpoint_without_a_language_is_refused(folders: Any, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(folders.translator, tmp_path / "m"))
    update_manifest(folder, languages=())
    with pytest.raises(CheckpointError, match="names no language"):
        load_translator(folder)


def test_a_checkpoint_without_a_tensor_is_refused(folders: Any, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = Path(shutil.copytree(folders.translator, tmp_path / "m"))
    tensors = load_file(folder / "model.safetensors")
    del tensors["model.encoder.layers.0.fc1.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    files = dict(read_manifest(folder).files)
    del files["model.safetensors"]
    update_manifest(folder, files=files)
    with pytest.raises(CheckpointError, match="lacks 1 tensors"):
        load_translator(folder)
