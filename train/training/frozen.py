"""What refinement holds still: languages, translations, the teacher's and student's readings.

Computed once; translations are kept on disk by content, so that a second run
with the same translator finds them, readings so that a resumed run does; both
for other runs too, where they share a folder.
Knows no optimiser.
"""

import csv
import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.labels import LABELS
from core.languages import LanguageIdentifier
from core.models import EmotionModel
from core.records import Translation, TranslationStatus
from core.splits import Split
from core.translation import Translator
from core.weighting import (
    count_statuses,
    disagreement,
    is_translated,
    normalise_weights,
    usable_rows,
)
from train.config import DistilConfig
from train.kept import once
from train.run import Run
from train.training.given import balanced
from train.training.rows import held_out, read_unlabelled

Floats = NDArray[np.float64]
CHUNK = 512  # tweets between two progress reports and two writes of the cache
# Segments and tweets at once: on a CPU 64 translate a third faster than 16, and more no faster.
BATCH = {"cpu": 64, "cuda": 256}


@dataclass
class Frozen:
    """N unlabelled tweets and all that does not change while the student does."""

    texts: list[str]
    languages: list[str]
    translations: list[Translation]
    teacher: Floats  # (N, K) on the translations
    student: Floats  # (N, K) adapted student on the originals
    w: Floats  # (N,) Eq. 2
    weights: Floats  # (N,) Eq. 3, or the control asked for; NaN: left out
    used: NDArray[np.bool_]  # (N,) rows that refinement may use
    held_out: NDArray[np.bool_]  # (N,) never trained on: for the KL on unseen tweets
    counts: dict[str, int]  # rows by how their English came to be, duplicates, validation texts

    @property
    def statuses(self) -> list[TranslationStatus]:
        """How each English text came to be."""
        return [translation.status for translation in self.translations]

    def reweighed(self, w: Floats, weights: Floats) -> None:
        """Replace the weights by those of a later student."""
        self.w, self.weights = w, weights


def freeze(
    config: DistilConfig,
    run: Run,
    teacher: EmotionModel,
    student: EmotionModel,
    translator: Translator,
    split: Split,
) -> Frozen:
    """Read, identify, translate, predict, weigh.

    Raises:
        DataError: when no tweet has a translation: there is nothing to weigh and to learn.
    """
    run.stage("unlabelled tweets")
    texts, counts = read_unlabelled(config.unlabelled, split, config.limit_rows)
    identifier = LanguageIdentifier(config.languages)
    languages = [language.code for language in identifier.identify_many(texts)]
    run.log(f"{len(texts)} tweets: {dict(Counter(languages).most_common())}")
    run.stage("translate")
    translations = translate(texts, languages, translator, run, student.device.type)
    run.stage("weigh")
    for pair in balanced(config, texts, split, lambda english: reading(run, teacher, english)):
        texts.append(pair.text)
        languages.append(pair.language)
        translations.append(Translation(pair.english, TranslationStatus.GIVEN))
    english = [translation.text for translation in translations]
    statuses = [translation.status for translation in translations]
    used = usable_rows(statuses, config.paper_strict)
    _refuse_untranslated(statuses)
    before = reading(run, student, english)
    frozen = Frozen(
        texts,
        languages,
        translations,
        teacher=reading(run, teacher, english),
        student=reading(run, student, texts),
        w=np.zeros(len(texts)),
        weights=np.zeros(len(texts)),
        used=used,
        held_out=held_out(texts, config.held_out, split.seed),
        counts={**counts, **count_statuses(statuses)},
    )
    frozen.reweighed(*weigh(config, frozen, frozen.student, before))
    run.log(", ".join(f"{name}: {count}" for name, count in frozen.counts.items()))
    return frozen


def _refuse_untranslated(statuses: Sequence[TranslationStatus]) -> None:
    if is_translated(statuses).any():
        return
    counts = count_statuses(statuses)
    why = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    raise DataError(
        f"None of the {len(statuses)} unlabelled tweets was translated ({why or 'none was left'}).",
        "Distillation learns from tweets in other languages than English: name a file that holds "
        "some, in the option unlabelled, and check the option languages.",
    )


def shaped_by(model: EmotionModel) -> tuple[object, ...]:
    """What a model's answers depend on besides the text; a packed one has the same identity."""
    return model.identity, model.manifest is not None and model.manifest.packed


def reading(run: Run, model: EmotionModel, texts: Sequence[str]) -> Floats:
    """(N, K) probabilities of a model as it was loaded; computed once a run, or a cache."""
    key = ("reading", *shaped_by(model), list(texts))
    size = BATCH[model.device.type]
    return once(shelf(run), key, lambda: model.probabilities(texts, size).astype(np.float64))


def shelf(run: Run) -> Path:
    """Where translations and readings are kept: beside other runs' where asked for."""
    cache: str | None = getattr(run.config, "cache", None)
    place = run.folder if cache is None else Path(cache)
    place.mkdir(parents=True, exist_ok=True)
    return place


def translate(
    texts: Sequence[str],
    languages: Sequence[str],
    translator: Translator,
    run: Run,
    device: str = "cpu",
) -> list[Translation]:
    """Translate, with a cache on disk keyed by text, language, model and decoding.

    Written chunk by chunk, a line each: a run that is killed and goes on cuts the same chunks, and
    so makes the same batches and the same translations.

    Raises:
        DataError: when the cache cannot be written.
    """
    path, size = shelf(run) / "translations.jsonl", BATCH[device]
    keys = [_key(text, code, translator) for text, code in zip(texts, languages, strict=True)]
    known = _read_cache(path)
    first = {key: row for row, key in reversed(list(enumerate(keys)))}
    missing = [row for row, key in enumerate(keys) if first[key] == row and key not in known]
    for start in range(0, len(missing), CHUNK):
        rows = missing[start : start + CHUNK]
        some, codes = [texts[row] for row in rows], [languages[row] for row in rows]
        found = translator.translate(some, codes, size)
        chunk = {keys[row]: translation for row, translation in zip(rows, found, strict=True)}
        _append_cache(path, chunk)
        known.update(chunk)
        run.progress(start + len(rows), len(missing))
    return [known[key] for key in keys]


def weigh(
    config: DistilConfig, frozen: Frozen, on_original: Floats, on_english: Floats
) -> tuple[Floats, Floats]:
    """Eq. 2 and 3 by a student's readings; or a control instead of Eq. 3.

    Args:
        on_original: (N, K) its probabilities on the tweets.
        on_english: (N, K) those on their translations.
    """
    w = disagreement(on_english, on_original, config.reading)
    weights = normalise_weights(w, frozen.statuses, config.paper_strict)
    if config.weights == "ones":
        weights = np.where(np.isnan(weights), np.nan, 1.0)
    elif config.weights == "permuted":
        # Among the rows that are trained on: their weights stay the same ones, in other places.
        rows = np.flatnonzero(~np.isnan(weights) & ~frozen.held_out)
        weights[rows] = weights[np.random.default_rng(config.seed).permutation(rows)]
    return w, weights


def write_table(path: Path, frozen: Frozen) -> None:
    """A table that a person can open: tweet, language, translation, labels, w, w̄."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t")
        writer.writerow(
            ("tweet", "language", "translation", "status", "teacher", "student", "w", "weight")
        )
        for row, text in enumerate(frozen.texts):
            weight = frozen.weights[row]
            writer.writerow(
                (
                    text,
                    frozen.languages[row],
                    frozen.translations[row].text,
                    frozen.translations[row].status.value,
                    LABELS[int(frozen.teacher[row].argmax())],
                    LABELS[int(frozen.student[row].argmax())],
                    f"{frozen.w[row]:.6f}",
                    "" if np.isnan(weight) else f"{weight:.6f}",
                )
            )
    aside.replace(path)


def _key(text: str, code: str, translator: Translator) -> str:
    return hashlib.sha256(repr((text, code, *translator.key)).encode()).hexdigest()


def _read_cache(path: Path) -> dict[str, Translation]:
    """Entries of earlier runs; a chunk whose line is torn is left out and translated again."""
    known: dict[str, Translation] = {}
    if not path.is_file():
        return known
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            content = json.loads(line)
        except ValueError:
            continue
        # A line of its own for each translation, as runs wrote them until 0.1.
        for entry in content if isinstance(content, list) else [content]:
            status, cut = TranslationStatus(entry["status"]), entry.get("cut", False)
            known[entry["key"]] = Translation(entry["text"], status, cut)
    return known


def _append_cache(path: Path, chunk: Mapping[str, Translation]) -> None:
    """One line, written at once, on a line of its own even behind a torn one."""
    entries = [
        {"key": key, "text": found.text, "status": found.status, "cut": found.cut}
        for key, found in chunk.items()
    ]
    line = json.dumps(entries, ensure_ascii=False) + "\n"
    try:
        with path.open("ab+") as stream:
            if stream.tell() and not _ends_a_line(path):
                line = "\n" + line
            stream.write(line.encode())
    except OSError as error:
        raise DataError(
            f"{path} cannot be written: {error.strerror}.", "Make room on the disk."
        ) from error


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read() == b"\n"
