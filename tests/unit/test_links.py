"""Word links: against the tiny Marian's dictionary, and a naive second version in plain loops."""

import random
import string
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import MarianMTModel, MarianTokenizer

from core.checkpoints import read_manifest, update_manifest
from core.cross_attention import Heads
from core.emoji import find_emoji
from core.errors import CheckpointError
from core.explanations import Links
from core.linking import machine_pieces, own_pieces
from core.records import Translation, TranslationStatus
from core.translation import Translator
from core.translators import load_translator

pytestmark = pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")
STATUS = TranslationStatus
TWEETS = [
    "so happy today",
    "@user très content 😂 miedo ! http",
    "miedo . Triste . hoy feliz ?",
    "love\n\ntriste 😡😡",
    "triste😂 boos",
    "so love table " * 40,
    "a" * 300,
    "\ud83d half  boos ",
    "\u200b hoy\tfeliz\u200d",
]
ANY = st.lists(
    st.sampled_from([*TWEETS[:6], "😂", "👩\u200d👧", " ", "\n", "@user", "http", ".", "12", "!"])
    | st.characters()
).map("".join)


def edited(text: str) -> Translation:
    return Translation(text, STATUS.EDITED)


def check(links: Links, text: str, english: str) -> None:
    """What holds of all links, whatever the text."""
    source, target = text.split(" "), english.split(" ")
    assert (links.source, links.english) == (text, english)
    assert len(links.matrix) == len(target)
    for word, row in zip(target, links.matrix, strict=True):
        assert len(row) == len(source) and min(row) >= 0
        assert sum(row) == pytest.approx(1) or sum(row) == 0
        assert word or not any(row), "an empty word has no link"
        assert not any(share for share, other in zip(row, source, strict=True) if not other)
    assert list(links.pairs) == sorted(set(links.pairs))
    for own, other in links.pairs:
        assert links.matrix[other][own] > 0
    linked = {other for _, other in links.pairs}
    assert linked == {place for place, row in enumerate(links.matrix) if any(row)}


@pytest.fixture(scope="module")
def machine(folders: Any) -> Translator:
    return load_translator(folders.translator)


@pytest.fixture(scope="module")
def learnt(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Marian that knows its dictionary well, in a plain folder."""
    folder: Path = tiny.marian(tmp_path_factory.mktemp("learnt") / "marian", steps=800)
    return folder


def sentences(tiny: Any, count: int) -> Iterator[tuple[str, str]]:
    """Words of the dictionary, and their English word by word."""
    rng = random.Random(3)
    for _ in range(count):
        words = rng.sample(sorted(tiny.DICTIONARY), k=rng.randint(2, 6))
        yield " ".join(words), " ".join(tiny.DICTIONARY[word] for word in words)


def test_words_of_a_dictionary_find_each_other(tiny: Any, learnt: Path) -> None:
    """Translated word by word, so word j stands behind word j; chance would be about a third."""
    translator = load_translator(learnt)
    translator.units["fr"].heads = Heads(0)
    right = total = 0
    for text, english in sentences(tiny, 60):
        links = translator.links(text, "fr", edited(english))
        assert links is not None
        check(links, text, english)
        for other, row in enumerate(links.matrix):
            right += max(range(len(row)), key=row.__getitem__) == other
            total += 1
    assert right / total > 0.85


def naive(folder: Path, text: str, english: str, heads: Heads) -> list[list[float]]:
    """Links of words that are letters only: plain transformers, one loop in another."""
    tokenizer = MarianTokenizer.from_pretrained(folder)
    module = MarianMTModel.from_pretrained(folder, attn_implementation="eager").eval()
    source, target = tokenizer(text)["input_ids"], tokenizer(text_target=english)["input_ids"]
    owners = []
    for ids in (source, target):
        own, word = [], -1
        for piece in tokenizer.convert_ids_to_tokens(ids[:-1]):
            word += piece.startswith("▁")
            own.append(word)
        owners.append(own)
    with torch.no_grad():
        output = module(
            input_ids=torch.tensor([source]),
            labels=torch.tensor([target]),
            output_attentions=True,
        )
    layer = output.cross_attentions[heads.layer][0]
    chosen = heads.heads or range(len(layer))
    matrix = [[0.0] * len(text.split(" ")) for _ in english.split(" ")]
    for piece, other in enumerate(owners[1]):
        for column, own in enumerate(owners[0]):
            for head in chosen:
                matrix[other][own] += float(layer[head, piece + heads.row, column])
    return [[value / sum(row) for value in row] for row in matrix]


@pytest.mark.parametrize(
    "heads", [Heads(0), Heads(0, (1,)), Heads(0, (0,), 1), Heads(0, (), 1)], ids=str
)
def test_equals_plain_transformers_in_loops(folders: Any, heads: Heads) -> None:
    translator = load_translator(folders.marian)
    translator.units["fr"].heads = heads
    letters = set(string.ascii_lowercase)
    for text, english in [
        ("très content triste miedo", "so happy sad fear"),
        ("boos hoy", "today angry xyz fear"),
        ("abc triste defg love", "love qrst"),
    ]:
        assert set(english) - letters <= {" "}
        links = translator.links(text, "fr", edited(english))
        assert links is not None
        expected = naive(folders.marian, text, english, heads)
        for row, wanted in zip(links.matrix, expected, strict=True):
            assert row == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("text", TWEETS)
def test_a_machine_translation_is_linked_part_by_part(machine: Translator, text: str) -> None:
    [made] = machine.translate([text], ["fr"])
    assert made.status in (STATUS.TRANSLATED, STATUS.COPIED)
    links = machine.links(text, "fr", made)
    if made.status is STATUS.TRANSLATED:
        assert links is not None
        check(links, text, made.text)
        machine.units["fr"]._made.clear()
        assert machine.links(text, "fr", made) == links, "translated again, the same"


@given(ANY, ANY)
@settings(max_examples=60, deadline=None)
def test_whatever_is_written_rows_are_shares(machine: Translator, text: str, own: str) -> None:
    [made] = machine.translate([text], ["fr"])
    for translation in (made, edited(own)):
        links = machine.links(text, "fr", translation)
        if links is not None:
            check(links, text, translation.text)


def test_parts_do_not_look_at_one_another(machine: Translator) -> None:
    """Also sentences, and lines of one word in ``split(" ")``."""
    [made] = machine.translate(["miedo hoy . Triste 😂 boos feliz"], ["fr"])
    links = machine.links("miedo hoy . Triste 😂 boos feliz", "fr", made)
    assert links is not None
    face = made.text.split(" ").index("😂")
    assert links.matrix[face] == (0, 0, 0, 0, 1, 0, 0)
    for other, row in enumerate(links.matrix):
        assert not any(row[5:] if other < face else row[:4] if other > face else ())


def test_emoji_mentions_and_addresses_are_linked_by_identity(machine: Translator) -> None:
    text = "@user très content 😂😂 hoy http"
    [made] = machine.translate([text], ["fr"])
    links = machine.links(text, "fr", made)
    assert links is not None and find_emoji(made.text) == ["😂", "😂"]
    source, english = text.split(" "), made.text.split(" ")
    for word in ("@user", "😂😂", "http"):
        assert links.matrix[english.index(word)].index(1.0) == source.index(word)


def test_copied_words_are_linked_by_identity(machine: Translator) -> None:
    text, own = "hoy Maria #boos 20 , miedo @ada .", "20 #boos , Maria table @ada so ."
    links = machine.links(text, "es", edited(own))
    assert links is not None
    source, english = text.split(" "), own.split(" ")
    for word in ("20", "#boos", ",", "Maria", "@ada", "."):
        assert links.matrix[english.index(word)].index(1.0) == source.index(word), word
    free = links.matrix[english.index("table")]
    assert sum(share > 0 for share in free) > 1 and free[source.index(",")] == 0


def test_small_words_that_look_alike_are_not_taken_for_copies(machine: Translator) -> None:
    links = machine.links("on me boos", "fr", edited("me so on"))
    assert links is not None
    assert all(sum(share > 0 for share in row) > 1 for row in links.matrix)


def test_copies_pair_up_in_order_or_not_at_all(machine: Translator) -> None:
    twice = machine.links("Ada miedo Ada", "es", edited("Ada so Ada"))
    assert twice is not None and twice.matrix[0] == (1, 0, 0) and twice.matrix[2] == (0, 0, 1)
    once = machine.links("Ada miedo", "es", edited("Ada so Ada"))
    assert once is not None and once.matrix[0] == once.matrix[2] == (1, 0)
    more = machine.links("Ada miedo Ada Ada", "es", edited("Ada so Ada"))
    assert more is not None and sum(share > 0 for share in more.matrix[0]) > 1


def test_an_edited_english_is_cut_as_the_tweet_or_taken_whole() -> None:
    text = "hoy 😂 feliz @user"
    apart = own_pieces(text, "today 😂 so happy @ada")
    assert [(p.source.text, p.english.text, p.translated) for p in apart] == [
        ("hoy", "today", True),
        (" 😂 ", " 😂 ", False),
        ("feliz", "so happy", True),
    ]
    assert [text[p.source.places[0] :][: len(p.source.text)] for p in apart] == [
        p.source.text for p in apart
    ]
    [whole] = own_pieces(text, "today I am happy")
    assert (whole.source.text, whole.english.text, whole.translated) == (
        text,
        "today I am happy",
        True,
    )


def test_chunks_of_a_long_segment_keep_their_places() -> None:
    text = "uno  dos\ttres\u2003largo"
    chunks = [("uno dos", "one two"), ("tres lar", "three lo"), ("go", "ng")]
    english = "one two three lo ng"
    pieces = machine_pieces(text, english, [chunks])
    assert pieces is not None
    for piece in pieces:
        for stretch, whole in ((piece.source, text), (piece.english, english)):
            for char, place in zip(stretch.text, stretch.places, strict=True):
                assert char.isspace() or char == whole[place]
    assert machine_pieces(text, english + "!", [chunks]) is None
    assert machine_pieces(text, "another", [chunks]) is None


def test_where_there_is_nothing_to_link(machine: Translator) -> None:
    for status in (STATUS.ENGLISH, STATUS.UNKNOWN, STATUS.PASSED_THROUGH):
        assert machine.links("so happy", "fr", Translation("so happy", status)) is None
    assert machine.links("so happy", "xx", edited("very happy")) is None
    assert machine.links("so happy", "en", edited("very happy")) is None
    assert machine.links("😂 !", "fr", edited("I laugh")) is None, "no sentence to look at"


def test_what_is_far_longer_than_a_tweet_is_not_linked(machine: Translator) -> None:
    assert machine.links("boos " * 600, "fr", edited("so " * 600)) is None
    assert machine.links("boos " * 600, "fr", Translation("boos " * 600, STATUS.COPIED)) is None
    text, english = "boos . " * 100, "so . " * 100
    links = machine.links(text, "fr", edited(english))
    assert links is not None
    check(links, text, english)


def test_a_tweet_that_came_back_is_linked_word_by_word(machine: Translator) -> None:
    links = machine.links(" Ha  ha", "nl", Translation("ha ha", STATUS.COPIED))
    assert links is not None and links.pairs == ((1, 0), (3, 1))
    assert links.matrix == ((0, 1, 0, 0), (0, 0, 0, 1))


def state(module: Any) -> list[Any]:
    """What another thread could notice of a module."""
    return [
        module.config._attn_implementation,
        module.training,
        *(id(weight) for weight in (*module.parameters(), *module.buffers())),
        *(len(part._forward_hooks) for part in module.modules()),
        *(weight.requires_grad for weight in module.parameters()),
        *(float(weight.detach().sum()) for weight in module.parameters()),
    ]


def test_the_shared_module_stays_as_it_is(folders: Any) -> None:
    translator = load_translator(folders.translator)
    module = translator.units["fr"].module
    before, made = state(module), translator.translate(TWEETS[:3], ["fr"] * 3)
    for text, translation in zip(TWEETS, made, strict=False):
        translator.links(text, "fr", translation)
    assert state(module) == before and before[0] != "eager"
    assert translator.translate(TWEETS[:3], ["fr"] * 3) == made


def test_eight_threads_get_what_one_gets(machine: Translator) -> None:
    def both(text: str) -> tuple[Translation, Links | None]:
        [made] = machine.translate([text], ["es"])
        return made, machine.links(text, "es", made)

    alone = [both(text) for text in TWEETS]
    machine.units["es"]._twin = None
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(both, TWEETS * 3)) == alone * 3


def test_the_tokenizer_reads_the_source_again_also_after_an_error(
    folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    translator = load_translator(folders.translator)
    tokenizer, calls = translator.units["fr"].tokenizer, []
    tokenize = tokenizer.tokenize

    def failing(text: str, **options: Any) -> Any:
        calls.append(tokenizer.current_spm is tokenizer.spm_target)
        if text == "fail":
            raise RuntimeError("on the way")
        return tokenize(text, **options)

    monkeypatch.setattr(tokenizer, "tokenize", failing)
    with pytest.raises(RuntimeError):
        translator.links("boos", "fr", edited("so fail"))
    assert calls[0] is False and calls[-1] is True, "the English is read by the target's side"
    assert tokenizer.current_spm is tokenizer.spm_source
    assert translator.links("boos", "fr", edited("so")) is not None


def test_attention_is_what_the_manifest_names(folders: Any, tmp_path: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(folders.translator, tmp_path / "m"))
    own = read_manifest(folder).settings
    named = Heads(0, (1,), 1)
    update_manifest(folder, settings={**own, "alignment": named.settings()})
    translator = load_translator(folder)
    assert translator.units["fr"].heads == named
    assert translator.key == load_translator(folders.translator).key, "translations are the same"
    for wrong in (
        {"layer": 1, "heads": [], "row": 0},
        {"layer": 0, "heads": [2], "row": 0},
        {"layer": 0, "heads": [0], "row": 2},
        {"layer": "0", "heads": [0], "row": 0},
        {"layer": True, "heads": [0], "row": 0},
        {"layer": 0, "heads": 0, "row": 0},
        {"layer": 0},
        "last",
    ):
        update_manifest(folder, settings={**own, "alignment": wrong})
        with pytest.raises(CheckpointError, match="names attention for word links"):
            load_translator(folder)


def test_a_foreign_model_is_read_where_marian_supervises_it(folders: Any) -> None:
    """OPUS-MT's guided alignment: first head of the last layer; ours: the last layer's mean."""
    own, foreign = load_translator(folders.translator), load_translator(folders.marian)
    text, english = "très content triste", edited("so happy sad")
    for translator, heads in ((own, Heads(0)), (foreign, Heads(0, (0,)))):
        found = translator.links(text, "fr", english)
        translator.units["fr"].heads = heads
        assert translator.links(text, "fr", english) == found
        translator.units["fr"].heads = Heads(0, (1,))
        assert translator.links(text, "fr", english) != found
