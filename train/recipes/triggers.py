"""The trigger thresholds of a checkpoint, chosen on English validation tweets.

Knows the trigger file and the split; the model's own scores are ``core.models``', those of other
methods ``core.evaluation.trigger_scores``', the search is ``core.trigger_sweep``. Writes nothing
but the manifest and the figures: ``triggers.json``, and ``triggers.md`` for people.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from core.checkpoints import Manifest, read_manifest, update_manifest
from core.data import read_triggers
from core.errors import ConfigError, DataError, ModelError, SplitError
from core.evaluation.trigger_scores import CHUNK, Tweets, methods_of, own_method, settings_of
from core.loading import load_emotion_model
from core.models import EmotionModel
from core.records import Example
from core.sampling import spread
from core.splits import Split
from core.trigger_metrics import trigger_report
from core.trigger_sweep import Floats, best_threshold
from core.words import split_words
from train.config import TriggersConfig
from train.figures.trigger_figures import (
    figures_of,
    methods_table,
    random_words,
    report_on,
    score_arrays,
)
from train.report import write_json, write_text
from train.run import Run
from train.training.loop import prepare

Figures = dict[str, float | int | None]


def run(config: TriggersConfig, run: Run) -> dict[str, object]:
    """Score the validation rows, choose the thresholds, write them into the manifest."""
    device = prepare(config)
    folder = Path(config.model)
    manifest, rows = _validation(config)
    model = load_emotion_model(folder, manifest.role, device)
    model.trigger_reduce, model.trigger_score = config.reduce, config.score
    _refuse_lacking(model, rows[0].text, config.methods)
    run.stage("scores")
    figures, threshold = _own(model, rows, config.seed)
    by_method = {own_method(model): _plain(figures)}
    by_method |= _others(model, rows, config, run)
    told: dict[str, object] = {**figures}
    if config.methods:
        told["methods"] = by_method
    update_manifest(
        folder,
        threshold=threshold,
        thresholds={name: found["threshold"] for name, found in by_method.items()},
        trigger_reduce=config.reduce,
        trigger_score=config.score,
        metrics={**manifest.metrics, "triggers": told},
    )
    _write(Path(config.output), told, by_method, run)
    run.saved(folder)
    return told


def _validation(config: TriggersConfig) -> tuple[Manifest, list[Example]]:
    """What the checkpoint says of itself, and the rows that its split holds out."""
    manifest, split = read_manifest(Path(config.model)), Split.load(config.split)
    if manifest.split != split.hash and not config.insist:
        raise SplitError(
            f"{config.model} was trained on another split than {config.split}.",
            "Use its own split file, or insist=true if you know why.",
        )
    tweets = spread(read_triggers(config.data, labelled=True), config.limit_rows)
    _, rows = split.partition(tweets)
    if not any(any(row.triggers or ()) for row in rows):
        raise DataError(
            f"{config.data} has no trigger on the validation side.", "Use another split."
        )
    return manifest, rows


def _refuse_lacking(model: EmotionModel, text: str, methods: Sequence[str]) -> None:
    """Try each method on one tweet: a model that lacks the last one shall not say so at the end.

    Raises:
        ConfigError: the model lacks some.
    """
    missing = {}
    for method in methods:
        try:
            Tweets(model, [text]).scored(method)
        except ModelError as problem:
            missing[method] = str(problem)
    if missing:
        raise ConfigError(f"{model.name} lacks {', '.join(missing)}.", "\n".join(missing.values()))


def _own(model: EmotionModel, rows: list[Example], seed: int) -> tuple[Figures, float]:
    """Figures and threshold of the model's own trigger score."""
    scores = model.trigger_scores([row.text for row in rows])
    threshold, _ = best_threshold(*score_arrays(rows, scores))
    guess = random_words(rows, scores, threshold, seed)
    figures = figures_of(report_on(rows, scores, threshold))
    random = {"random_words_f1": guess.f1, "random_words_map": guess.map_scores}
    return {**figures, **random}, threshold


def _plain(figures: Figures) -> Figures:
    """Figures without those of guessing."""
    return {name: value for name, value in figures.items() if not name.startswith("random_words")}


def _others(
    model: EmotionModel, rows: list[Example], config: TriggersConfig, run: Run
) -> dict[str, Figures]:
    """Figures of the other methods, each at its best threshold."""
    found: dict[str, Figures] = {}
    gold = [np.array(row.triggers) for row in rows]
    for method in methods_of(model, config.methods)[1:]:
        run.stage(f"scores by {method}")
        scores, read = _scored(model, [row.text for row in rows], method, config.seed, run)
        threshold, _ = best_threshold(scores, gold, read)
        found[method] = figures_of(trigger_report(gold, scores, threshold, read))
    return found


def _scored(
    model: EmotionModel, texts: list[str], method: str, seed: int, run: Run
) -> tuple[list[Floats], list[Floats]]:
    """Scores and what was read of each text, (W,) each; not computed twice by one run."""

    def parts() -> Iterator[Floats]:
        for start in range(0, len(texts), CHUNK):
            some = texts[start : start + CHUNK]
            for one in Tweets(model, some, seed).scored(method):
                yield np.stack([one.scores, one.read])  # (2, W)
            run.progress(start + len(some), len(texts))

    key = "word scores", model.identity, method, settings_of(model, method, seed), texts
    table = run.once(key, lambda: np.concatenate(list(parts()), axis=1))
    ends = np.cumsum([len(split_words(text)) for text in texts])[:-1]
    return np.split(table[0], ends), np.split(table[1], ends)


def _write(output: Path, told: dict[str, object], by_method: dict[str, Figures], run: Run) -> None:
    write_json(output / "triggers.json", told)
    table = methods_table(by_method)
    write_text(output / "triggers.md", table)
    run.log("\n" + table)
