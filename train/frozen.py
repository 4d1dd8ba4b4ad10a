"""What refinement holds still: languages, translations, the teacher's and student's readings.

Computed once; translations are kept on disk by content, so that a second run
with the same translator finds them. Knows no optimiser.
"""

import csv
import hashlib
import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data import read_texts, text_hash
from core.errors import DataError
from core.labels import LABELS
from core.languages import LanguageIdentifier
from core.models import EmotionModel
from core.records import Translation, TranslationStatus
from core.splits import Split
from core.translation import Translator
from core.weighting import count_statuses, disagreement, normalise_weights, usable_rows
from train.config import DistilConfig
from train.run import Run

Floats = NDArray[np.float64]
CHUNK = 128  # tweets between two progress reports and two writes of the cache


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
        DataError: when no usable tweet is left.
    """
    run.stage("unlabelled tweets")
    texts, counts = read_unlabelled(config.unlabelled, split)
    identifier = LanguageIdentifier(config.languages)
    languages = [language.code for language in identifier.identify_many(texts)]
    run.log(f"{len(texts)} tweets: {dict(Counter(languages).most_common())}")
    run.stage("translation")
    translations = translate(texts, languages, translator, run)
    run.stage("readings")
    english = [translation.text for translation in translations]
    statuses = [translation.status for translation in translations]
    used = usable_rows(statuses, config.paper_strict)
    if not used.any():
        raise DataError("No unlabelled tweet could be translated.", "Check languages and files.")
    frozen = Frozen(
        texts,
        languages,
        translations,
        teacher=teacher.probabilities(english).astype(np.float64),
        student=student.probabilities(texts).astype(np.float64),
        w=np.zeros(len(texts)),
        weights=np.zeros(len(texts)),
        used=used,
        held_out=held_out(texts, config.held_out, config.seed),
        counts={**counts, **count_statuses(statuses)},
    )
    frozen.reweighed(*weigh(config, student, frozen, on_original=frozen.student))
    run.log(", ".join(f"{name}: {count}" for name, count in frozen.counts.items()))
    return frozen


def read_unlabelled(paths: Sequence[str], split: Split) -> tuple[list[str], dict[str, int]]:
    """Distinct tweets of the files, validation texts left out; and how many were left out."""
    texts: dict[str, str] = {}
    total = held = 0
    for path in paths:
        for text in read_texts(path):
            total += 1
            held += split.is_validation(text)
            if not split.is_validation(text):
                texts.setdefault(text_hash(text), text)
    counts = {"duplicates": total - held - len(texts), "in the validation split": held}
    return list(texts.values()), counts


def translate(
    texts: Sequence[str], languages: Sequence[str], translator: Translator, run: Run
) -> list[Translation]:
    """Translate, with a cache on disk keyed by text, language, model and decoding."""
    path = run.folder / "translations.jsonl"
    keys = [_key(text, code, translator) for text, code in zip(texts, languages, strict=True)]
    known = _read_cache(path)
    missing = [row for row, key in enumerate(keys) if key not in known]
    with path.open("a", encoding="utf-8") as stream:
        for start in range(0, len(missing), CHUNK):
            rows = missing[start : start + CHUNK]
            found = translator.translate([texts[r] for r in rows], [languages[r] for r in rows])
            for row, translation in zip(rows, found, strict=True):
                known[keys[row]] = translation
                entry = {"key": keys[row], "text": translation.text, "status": translation.status}
                stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
            stream.flush()
            run.progress(start + len(rows), len(missing))
    return [known[key] for key in keys]


def weigh(
    config: DistilConfig, student: EmotionModel, frozen: Frozen, on_original: Floats | None = None
) -> tuple[Floats, Floats]:
    """Eq. 2 and 3 by the given student; or a control instead of Eq. 3.

    Args:
        on_original: (N, K) its readings of the tweets, where they are known already.
    """
    english = [translation.text for translation in frozen.translations]
    if on_original is None:
        on_original = student.probabilities(frozen.texts).astype(np.float64)
    w = disagreement(student.probabilities(english), on_original, config.reading)
    weights = normalise_weights(w, frozen.statuses, config.paper_strict)
    if config.weights == "ones":
        weights = np.where(np.isnan(weights), np.nan, 1.0)
    elif config.weights == "permuted":
        rows = np.flatnonzero(~np.isnan(weights))
        weights[rows] = weights[np.random.default_rng(config.seed).permutation(rows)]
    return w, weights


def held_out(texts: Sequence[str], share: float, seed: int) -> NDArray[np.bool_]:
    """(N,) True for about ``share`` of the texts, decided by each text's own hash."""
    draws = [
        int(hashlib.sha256(f"{seed}{text_hash(t)}".encode()).hexdigest()[:8], 16) for t in texts
    ]
    return np.array(draws, dtype=np.float64) / 2**32 < share


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
    """Entries of earlier runs; a torn last line is left out and translated again."""
    known: dict[str, Translation] = {}
    if not path.is_file():
        return known
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        known[entry["key"]] = Translation(entry["text"], TranslationStatus(entry["status"]))
    return known
