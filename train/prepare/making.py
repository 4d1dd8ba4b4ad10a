"""All files of a preparation, in the one order that keeps held-out texts out of training files.

First everything that is held out, of every language; only then what is trained on. Knows which
module makes which file; reads no original itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.data import read_table
from train.prepare import emotions, lexicon, mono, parallel, quality
from train.prepare.emotion_sources import EXALT
from train.prepare.folder import Folder
from train.prepare.held import HeldOut
from train.prepare.originals import Originals
from train.prepare.pairs import Pair
from train.prepare.source import THREE

Table = tuple[Sequence[str], list[tuple[str, ...]]]  # columns, rows
TEXTS = ("Texts", "src", "en", "original", "translation")  # columns of held files that are texts


@dataclass
class Making:
    """One preparation.

    Args:
        originals: what it is made from.
        folder: where it goes.
        seed: of the draw of dev pairs and of mono sentences.
        dev_pairs: at most so many a language.
        mono_rows: at most so many a language.
        kept: the folder of an earlier preparation, whose held-out files are taken as they are.
        stage: is told what is being made.
    """

    originals: Originals
    folder: Folder
    seed: int = 13
    dev_pairs: int = 500
    mono_rows: int = 100_000
    kept: Path | None = None
    stage: Callable[[str], None] = lambda _: None
    held: HeldOut = field(default_factory=HeldOut)

    def make(self) -> None:
        """Every file for which there is an original.

        Raises:
            DataError: when a file cannot be written; bad originals are left out and counted.
        """
        self.stage("reading pairs")
        pairs = parallel.all_pairs(self.originals)
        self.stage("held-out files")
        for name, (columns, rows) in self._held_tables(pairs).items():
            self._hold(name, columns, rows)
            self.folder.write(name, columns, rows)
        for name, texts in emotions.english_behind(self.originals).items():
            self.held.add(texts, name)
        self.stage("training files")
        self._train(pairs)

    def _held_tables(self, pairs: dict[str, list[Pair]]) -> dict[str, Table]:
        """Quality, validation and dev files: those of the earlier preparation, else new ones."""
        tables: dict[str, Table] = {
            quality.NAME: (quality.COLUMNS, quality.table(self.originals)),
            **{
                name: (emotions.COLUMNS, emotions.table(rows))
                for name, rows in emotions.held_files(self.originals).items()
            },
            **{
                parallel.dev_name(code): (
                    parallel.DEV_COLUMNS,
                    list(parallel.dev_pairs(pairs[code], self.dev_pairs, self.seed)),
                )
                for code in THREE
            },
        }
        return {name: self._earlier(name) or made for name, made in tables.items()}

    def _earlier(self, name: str) -> Table | None:
        """A file of the earlier preparation, where it has one."""
        if self.kept is None or not (self.kept / name).is_file():
            return None
        table = read_table(self.kept / name)
        return table.columns, list(table.rows)

    def _hold(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        for place, column in enumerate(columns):
            if column in TEXTS:
                self.held.add((row[place] for row in rows), name)

    def _train(self, pairs: dict[str, list[Pair]]) -> None:
        for file in EXALT:
            for path in self.originals.files("exalt", file):
                self.folder.copy(f"exalt/{file}", self.originals.content(path))
        rows = emotions.table(emotions.train_rows(self.originals), self.held)
        self.folder.write(emotions.TRAIN, emotions.COLUMNS, rows)
        for code in THREE:
            name = parallel.train_name(code)
            kept = parallel.train_pairs(pairs.pop(code), self.held, name)
            self.folder.write(name, parallel.COLUMNS, kept)
        for code in THREE:
            sentences = mono.table(self.originals, code, self.held, self.mono_rows, self.seed)
            self.folder.write(mono.name(code), mono.COLUMNS, sentences)
        self.folder.write(lexicon.NAME, lexicon.COLUMNS, lexicon.table(self.originals))


def account(making: Making, lacking: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """What the manifest says besides its files: sources, bad rows, what was held out, options."""
    return {
        "sources": {
            source.name: {
                "url": source.url,
                "licence": source.licence or "none stated",
                "becomes": source.becomes,
                "mapping": source.mapping,
            }
            for source in making.originals.sources.values()
            if source.name not in lacking
        },
        "missing": {name: list(files) for name, files in lacking.items()},
        "broken": dict(sorted(making.originals.broken.items())),
        "bad_rows": dict(sorted(making.originals.bad.items())),
        "held_out": {"texts": len(making.held), "taken": dict(sorted(making.held.taken.items()))},
        "options": {
            "seed": making.seed,
            "dev_pairs": making.dev_pairs,
            "mono_rows": making.mono_rows,
        },
    }
