"""Word links of the embedded translator, on plain sentences whose links were written by hand."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from core.cross_attention import Heads
from core.records import Translation, TranslationStatus
from core.translation import Translator
from core.translators import load_translator

DEMO = Path(__file__).parents[2] / "assets" / "models" / "demo" / "translator"
Pairs = set[tuple[int, int]]
FEELINGS = {
    "fr": ("Je suis très triste aujourd'hui", "triste", "sad"),
    "es": ("Tengo mucho miedo hoy", "miedo", "afraid"),
    "nl": ("Ik ben zo blij vandaag", "blij", "happy"),
    "ru": ("Мне очень грустно сегодня", "грустно", "sad"),
}


@pytest.fixture(scope="module")
def machine() -> Translator:
    return load_translator(DEMO)


@pytest.fixture(scope="module")
def plain() -> ModuleType:
    """The module plain_sentences.py."""
    path = Path(__file__).with_name("plain_sentences.py")
    spec = importlib.util.spec_from_file_location("plain_sentences", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def found(machine: Translator, plain: ModuleType, code: str) -> Iterator[tuple[Pairs, Pairs]]:
    """Links found and links written, sentence by sentence.

    Of English words that have links by hand: an article has no partner in Russian, but its row
    of attention goes somewhere.
    """
    for text, english, links in plain.PLAIN[code]:
        told = machine.links(text, code, Translation(english, TranslationStatus.EDITED))
        assert told is not None
        gold = plain.gold(links)
        partnered = {other for _, other in gold}
        yield {pair for pair in told.pairs if pair[1] in partnered}, gold


def f1(pairs: list[tuple[Pairs, Pairs]]) -> float:
    same = sum(len(told & gold) for told, gold in pairs)
    return 2 * same / sum(len(told) + len(gold) for told, gold in pairs)


@pytest.mark.parametrize("code", ["fr", "es", "nl", "ru"])
def test_plain_sentences_are_linked_as_by_hand(
    machine: Translator, plain: ModuleType, code: str
) -> None:
    pairs = list(found(machine, plain, code))
    assert f1(pairs) > 0.85
    missed = sum(len(gold - told) for told, gold in pairs)
    assert missed / sum(len(gold) for _, gold in pairs) < 0.1


def test_no_other_attention_of_the_model_links_them_better(
    machine: Translator, plain: ModuleType
) -> None:
    unit = machine.units["fr"]
    config, own = unit.module.config, unit.heads
    assert own is not None and own == Heads(0, (2,), 1)
    heads = [(), *((head,) for head in range(config.decoder_attention_heads))]
    try:
        by_heads = {}
        for layer in range(config.decoder_layers):
            for row in (0, 1):
                for some in heads:
                    unit.heads = Heads(layer, some, row)
                    every = [pair for code in plain.PLAIN for pair in found(machine, plain, code)]
                    by_heads[unit.heads] = f1(every)
    finally:
        unit.heads = own
    best, second = sorted(by_heads, key=lambda one: -by_heads[one])[:2]
    assert best == own and by_heads[best] > by_heads[second] + 0.03


@pytest.mark.parametrize("code", list(FEELINGS))
def test_a_feeling_is_found_behind_its_own_translation(machine: Translator, code: str) -> None:
    text, word, english = FEELINGS[code]
    [made] = machine.translate([text], [code])
    links = machine.links(text, code, made)
    assert links is not None
    place = made.text.lower().replace(",", "").replace(".", "").split(" ").index(english)
    assert text.split(" ").index(word) == max(
        range(len(links.matrix[place])), key=links.matrix[place].__getitem__
    )
