"""Sentence pairs of each original, into English; origin and licence of every row.

Knows how each corpus lays its two sides out; knows no other corpus, nothing held, no output file.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from train.prepare.held import clean
from train.prepare.originals import Originals
from train.prepare.rows import rows
from train.prepare.source import THREE
from train.prepare.sources import SOURCES
from train.prepare.text_sources import DOMAINS, NTREX, PIVOT, TATOEBA, cocoa, geneval, tested

CC0 = "CC0-1.0"


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and its English."""

    src: str
    en: str
    origin: str
    licence: str


Pairs = Iterator[Pair]


def manythings(originals: Originals, language: str) -> Pairs:
    """English, translation, attribution."""
    for path in originals.files("tatoeba_manythings", f"{THREE[language]}.txt"):
        for _, row in originals.cells(path, ("en", "src")):
            yield _pair(row["src"], row["en"], "tatoeba_manythings")


def challenge(originals: Originals, language: str) -> Pairs:
    """Direct pairs of the test sets."""
    for src, en in tested_pairs(originals, THREE[language], "eng"):
        yield _pair(src, en, "tatoeba_test", "tatoeba_challenge")


def pivot(originals: Originals, language: str) -> Pairs:
    """A sentence and an English one that translate the same German one: looser than direct."""
    english = defaultdict(list)
    for middle, en in tested_pairs(originals, PIVOT, "eng"):
        english[middle].append(en)
    for src, middle in tested_pairs(originals, THREE[language], PIVOT):
        for en in english.get(middle, ()):
            yield _pair(src, en, "tatoeba_pivot", "tatoeba_challenge")


def tested_pairs(originals: Originals, first: str, second: str) -> Iterator[tuple[str, str]]:
    """(first language's side, second's) of a Tatoeba Challenge test file.

    Its rows are: code, code, text, text; a code may have a script behind it, as ``cmn_Hans``.
    """
    for path in originals.files("tatoeba_challenge", tested(first, second)):
        for line, row in originals.cells(path, ("a", "b", "x", "y")):
            codes = (row["a"].split("_")[0], row["b"].split("_")[0])
            if codes == (first, second):
                yield row["x"], row["y"]
            elif codes == (second, first):
                yield row["y"], row["x"]
            else:
                originals.complain(path, line, f"its languages are {codes[0]} and {codes[1]}")


def exports(originals: Originals, language: str) -> Pairs:
    """Tatoeba's weekly exports: sentences by number, links between numbers, those under CC0."""
    three = THREE[language]
    links = [
        (row["a"], row["b"])
        for path in originals.files("tatoeba", f"{three}-eng_links.tsv")
        for _, row in originals.cells(path, ("a", "b"))
    ]
    src = exported(originals, three, "sentences", {a for a, _ in links})
    en = exported(originals, "eng", "sentences", {b for _, b in links})
    free = [exported(originals, code, "sentences_CC0") for code in (three, "eng")]
    for a, b in links:
        if a in src and b in en:
            licence = CC0 if a in free[0] and b in free[1] else TATOEBA
            yield Pair(clean(src[a]), clean(en[b]), "tatoeba", licence)


def exported(
    originals: Originals, code: str, kind: str, wanted: set[str] | None = None
) -> dict[str, str]:
    """Number → sentence of an export: number, language, text."""
    return {
        row["id"]: row["text"]
        for path in originals.files("tatoeba", f"{code}_{kind}.tsv")
        for _, row in originals.cells(path, ("id", "language", "text"))
        if wanted is None or row["id"] in wanted
    }


def subtitles(originals: Originals, language: str) -> Pairs:
    """XED's aligned subtitles: two files, two places in them, English, translation."""
    columns = ("en_file", "src_file", "en_ids", "src_ids", "en", "src")
    for path in originals.files("xed", f"pairs-{language}.txt"):
        for _, row in originals.cells(path, columns):
            yield _pair(row["src"], row["en"], "xed_opensubtitles", "xed")


def mlqe(originals: Originals, language: str) -> Pairs:
    """Russian originals with their machine translations post-edited by people."""
    for part in ("train", "test") if language == "ru" else ():
        files = [originals.files("mlqe_pe", f"**/{part}.{end}") for end in ("src", "pe")]
        yield from _aligned(originals, files, "mlqe_pe")


def goemotions_mt(originals: Originals, language: str) -> Pairs:
    """GoEmotions' validation sentences in Russian by machine."""
    for path in originals.files("goemotions_mt", "validation*") if language == "ru" else ():
        for _, row in rows(originals, path, ("ru_text", "text")):
            yield _pair(str(row["ru_text"]), str(row["text"]), "goemotions_mt")


def formality(originals: Originals, language: str) -> Pairs:
    """CoCoA-MT: the same English beside the formal and the informal translation."""
    for domain in DOMAINS:
        for tone in ("formal", "informal"):
            ends = (f"{tone}.{language}", "en")
            files = [originals.files("cocoa_mt", cocoa(language, domain, end)) for end in ends]
            yield from _aligned(originals, files, "cocoa_mt")


def laser(originals: Originals, language: str) -> Pairs:
    """LASER's Tatoeba test set."""
    three = THREE[language]
    names = [f"tatoeba.{three}-eng.{side}" for side in (three, "eng")]
    yield from _aligned(
        originals, [originals.files("laser_tatoeba", name) for name in names], "laser_tatoeba"
    )


def gender(originals: Originals, language: str) -> Pairs:
    """MT-GenEval's sentences."""
    for part in ("dev", "test"):
        for kind in ("feminine", "masculine"):
            names = [geneval(language, part, kind, side) for side in (language, "en")]
            files = [originals.files("mt_geneval", name) for name in names]
            yield from _aligned(originals, files, "mt_geneval")


def news(originals: Originals, language: str) -> Pairs:
    """NTREX: one English text, one translation or two."""
    english = originals.files("ntrex", "newstest2019-src.eng.txt")
    for name in NTREX[language]:
        files = [originals.files("ntrex", f"newstest2019-{name}.txt"), english]
        yield from _aligned(originals, files, "ntrex")


def tico(originals: Originals, language: str) -> Pairs:
    """TICO-19's test set."""
    for path in originals.files("tico19", "**/test.en-ru.tsv") if language == "ru" else ():
        columns = ("sourceString", "targetString")
        for _, row in rows(originals, path, columns, quoted=False):
            yield _pair(row["targetString"], row["sourceString"], "tico19")


READERS: tuple[Callable[[Originals, str], Pairs], ...] = (
    manythings,
    challenge,
    exports,
    subtitles,
    goemotions_mt,
    formality,
    laser,
    mlqe,
    gender,
    news,
    tico,
    pivot,
)
"""In the order of the files: of equal pairs the first counts, so joined ones come last."""


def _pair(src: str, en: str, origin: str, source: str = "") -> Pair:
    return Pair(clean(src), clean(en), origin, SOURCES[source or origin].licence)


def _aligned(originals: Originals, files: list[list[Path]], name: str) -> Pairs:
    """Two files whose lines belong together; those left over in the longer one are bad rows."""
    if not all(files):
        return
    src, en = (paths[0] for paths in files)
    for left, right in zip_longest(_raw(originals, src), _raw(originals, en)):
        if left is None or right is None:
            path, line = (en, right) if left is None else (src, left)
            originals.complain(path, line[0], "the other side has no such line")
        else:
            yield _pair(left[1], right[1], name)


def _raw(originals: Originals, path: Path) -> Iterator[tuple[int, str]]:
    """(number, text) of every line, "" where it is bad, so that two sides stay aligned."""
    raw = originals.content(path).removesuffix(b"\n").split(b"\n")
    for number, line in enumerate(raw, 1):
        try:
            yield number, line.decode("utf-8")
        except UnicodeDecodeError:
            originals.complain(path, number, "it is not UTF-8")
            yield number, ""
