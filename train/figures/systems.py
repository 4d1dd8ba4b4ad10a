"""Which systems an evaluation scores: models, their rivals, their controls.

Knows checkpoints, translator and baselines, and gives each a name that no other has. Models are
opened when it is their turn and let go again; what they answered is kept until the run is
finished. Scores are ``train.figures.scoring``'s.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.checkpoints import MANIFEST, load_texts, read_manifest
from core.errors import ConfigError
from core.hub import Source, locate
from core.labels import LABELS
from core.loading import load_emotion_model
from core.manifest import Manifest
from core.prior import rescaled
from core.records import Translation
from core.translation import Decoding
from core.translators import load_translator
from train.config import EvaluateConfig
from train.downloads import told
from train.figures.baseline import Baseline, fit_baseline
from train.figures.scoring import File, Predict, System
from train.run import Run
from train.training.frozen import reading, translate

TFIDF = "TF-IDF + LR"
PRIOR_GUESS, UNIFORM_GUESS = "class-prior guess", "uniform guess"
MAJORITY, MAJORITY_OF_FILE = "majority class of training", "majority class of the file"

OfTexts = Callable[[list[str]], list[str]]


def distinct_names(paths: Sequence[str]) -> list[str]:
    """The last part of each path; as many parts as it takes where two are alike.

    Raises:
        ConfigError: a path is given twice.
    """
    parts = [Path(path).parts for path in paths]
    twice = [path for path, count in Counter(parts).items() if count > 1]
    if twice:
        raise ConfigError(f"{Path(*twice[0])} is given twice.", "Name each once.")

    def name(own: tuple[str, ...]) -> str:
        depth = 1
        while sum(other[-depth:] == own[-depth:] for other in parts) > 1 and depth < len(own):
            depth += 1
        return "/".join(own[-depth:])

    return [name(own) for own in parts]


@dataclass(frozen=True)
class Card:
    """A model of the evaluation, not opened."""

    path: str  # as given
    place: Source
    manifest: Manifest | None  # None for a foreign folder
    name: str = ""
    group: str = ""

    @property
    def identity(self) -> str:
        """Of its weights; "" where only opening it would tell."""
        return self.manifest.identity if self.manifest is not None else ""

    @property
    def parent(self) -> str:
        """Identity of the model that it started from; "" where there is none."""
        parents = self.manifest.parents if self.manifest is not None else {}
        role = self.manifest.role if self.manifest is not None else ""
        return parents.get(role, "")

    @property
    def factors(self) -> Mapping[str, float] | None:
        """Of the prior correction that its refinement fitted; None where it fitted none."""
        prior = self.manifest.metrics.get("prior") if self.manifest is not None else None
        return prior["factors"] if prior else None

    @property
    def about(self) -> dict[str, Any]:
        """For the report."""
        manifest = self.manifest
        settings = dict(manifest.settings) if manifest is not None else {}
        return {
            "path": self.path,
            "identity": self.identity,
            "parent": self.parent,
            "role": manifest.role if manifest is not None else "",
            "packed": manifest is not None and manifest.packed,
            "seed": settings.get("seed"),
            "settings": settings,
        }


def cards(paths: Sequence[str], names: Sequence[str], run: Run) -> list[Card]:
    """The models by their paths; those that share one of ``names`` are told apart by seed.

    Raises:
        ConfigError: a path is given twice.
        ModelError, CheckpointError: not found, or a broken folder.
    """
    plain = distinct_names(paths)
    found = [_card(path, run) for path in paths]
    if not names:
        named = zip(found, plain, strict=True)
        return [replace(card, name=name) for card, name in named]
    seeds = Counter((name, c.about["seed"]) for c, name in zip(found, names, strict=True))
    result = []
    for card, folder, group in zip(found, plain, names, strict=True):
        seed = card.about["seed"]
        told_apart = seed is not None and seeds[group, seed] == 1
        longer = f"{group}, seed {seed}" if told_apart else f"{group}, {folder}"
        name = group if list(names).count(group) == 1 else longer
        result.append(replace(card, name=name, group=group))
    return result


def _card(path: str, run: Run) -> Card:
    place = locate(path, told(run))
    ours = (place.folder / MANIFEST).is_file()
    return Card(path, place, read_manifest(place.folder) if ours else None)


class English:
    """The English of every text of the files: translated once, when it is first asked for.

    Args:
        files: all that will be asked for.
    """

    def __init__(self, files: Sequence[File], config: EvaluateConfig, device: str, run: Run):
        self.files, self.config, self.device, self.run = files, config, device, run

    @cached_property
    def found(self) -> dict[str, Translation]:
        """Text → translation; kept in the run's folder for a --resume."""
        assert self.config.translator is not None
        decoding = Decoding(beams=self.config.beams)
        translator = load_translator(self.config.translator, self.device, decoding, told(self.run))
        codes = {
            text: code
            for file in self.files
            for text, code in zip(file.texts, file.codes, strict=True)
        }
        self.run.stage("translation")
        made = translate(list(codes), list(codes.values()), translator, self.run, self.device)
        self.run.stage("scores")
        return dict(zip(codes, made, strict=True))

    def of(self, texts: Sequence[str]) -> list[str]:
        """English texts, in order."""
        return [self.found[text].text for text in texts]

    def statuses(self, file: File) -> dict[str, int]:
        """How the English of a file's rows came to be."""
        return dict(Counter(self.found[text].status.value for text in file.texts))


class Systems:
    """Everything that an evaluation scores, in the report's order."""

    def __init__(
        self, config: EvaluateConfig, files: Sequence[File], device: str, run: Run
    ) -> None:
        self.config, self.device, self.run = config, device, run
        self.models = cards(config.models, config.names, run)
        self.english = English(files, config, device, run)

    def __iter__(self) -> Iterator[System]:
        yield from (self._model(card) for card in self.models)
        yield from self._prior_corrected()
        yield from self._on_translations()
        if self.config.baseline is not None:
            self.run.log("Fitting TF-IDF + logistic regression.")
            yield from self._baselines(fit_baseline(Path(self.config.baseline)))
        yield System(MAJORITY_OF_FILE, "guess", _majority_of_each)
        yield System(UNIFORM_GUESS, "guess", prior=(1 / len(LABELS),) * len(LABELS))

    def _model(self, card: Card) -> System:
        seen = _seen(card)
        read = self._reader(card)
        predict = on_texts(lambda texts: _labels(read(texts)))
        return System(card.name, "model", predict, (), *seen, card.group, card.about)

    def _reader(self, card: Card) -> Callable[[list[str]], NDArray[np.float64]]:
        """Texts → probabilities (N, K), computed once a run."""

        def read(texts: list[str]) -> NDArray[np.float64]:
            model = load_emotion_model(card.place, device=self.device)
            return reading(self.run, model, texts)

        return read

    def _prior_corrected(self) -> Iterator[System]:
        """Each student from before a refinement, its label prior moved as by the first of those."""
        for before in self.models:
            refined = next(
                (c for c in self.models if c.factors and c.parent == before.identity != ""), None
            )
            if refined is None or refined.factors is None:
                continue
            factors = [refined.factors[label] for label in LABELS]
            labelled, _ = _seen(before)
            yield System(
                f"{before.name}, prior corrected",
                "prior corrected",
                on_texts(self._corrected(before, factors)),
                labelled=labelled,
                unlabelled=_seen(refined)[1],
                group=f"{before.group}, prior corrected" if before.group else "",
                about={**before.about, "factors": refined.factors, "factors_of": refined.name},
            )

    def _corrected(self, before: Card, factors: Sequence[float]) -> OfTexts:
        read = self._reader(before)
        return lambda texts: _labels(rescaled(read(texts), factors))

    def _on_translations(self) -> Iterator[System]:
        known = {card.path: card for card in self.models}
        named = zip(self.config.teacher, distinct_names(self.config.teacher), strict=True)
        for path, name in named:
            card = known.get(path) or replace(_card(path, self.run), name=name)
            yield System(
                f"{card.name} on translations",
                "on translations",
                on_texts(self._translated(self._reader(card))),
                (),
                *_seen(card),
                f"{card.group} on translations" if card.group else "",
                card.about,
            )

    def _translated(self, read: Callable[[list[str]], NDArray[np.float64]]) -> OfTexts:
        return lambda texts: _labels(read(self.english.of(texts)))

    def _baselines(self, fitted: Baseline) -> Iterator[System]:
        yield System(TFIDF, "TF-IDF", on_texts(fitted.predict), labelled=fitted.seen)
        if self.config.translator is not None:
            yield System(
                f"{TFIDF} on translations",
                "TF-IDF on translations",
                on_texts(lambda texts: fitted.predict(self.english.of(texts))),
                labelled=fitted.seen,
            )
        majority = on_texts(lambda texts: [fitted.majority] * len(texts))
        yield System(MAJORITY, "guess", majority, labelled=fitted.seen)
        yield System(PRIOR_GUESS, "guess", prior=fitted.prior, labelled=fitted.seen)


def on_texts(answer: OfTexts) -> Predict:
    """A predict on files from an answer to all their texts at once."""

    def predict(files: Sequence[File]) -> list[list[str]]:
        labels = iter(answer([text for file in files for text in file.texts]))
        return [[next(labels) for _ in file.rows] for file in files]

    return predict


def _majority_of_each(files: Sequence[File]) -> list[list[str]]:
    """The best constant answer, which knows each file's labels."""
    return [[Counter(file.gold).most_common(1)[0][0]] * len(file.rows) for file in files]


def _labels(table: NDArray[np.float64]) -> list[str]:
    return [LABELS[index] for index in table.argmax(axis=1)]


def _seen(card: Card) -> tuple[frozenset[str], frozenset[str]]:
    if card.manifest is None:
        return frozenset(), frozenset()
    labelled, unlabelled = load_texts(card.place.folder)
    return frozenset(labelled), frozenset(unlabelled)
