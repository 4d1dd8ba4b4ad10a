"""The trigger threshold of a checkpoint, chosen on English validation tweets.

Knows the trigger file and the split; scores are ``core.models``', the search
is ``core.triggers``'. Writes nothing but the manifest and the figures.
"""

import random
from pathlib import Path

import numpy as np

from core.checkpoints import read_manifest, update_manifest
from core.data import read_triggers
from core.errors import DataError, SplitError
from core.loading import load_emotion_model
from core.records import Example, TokenScores
from core.splits import Split
from core.trigger_metrics import TriggerReport, trigger_report
from core.triggers import best_threshold
from train.config import TriggersConfig
from train.loop import prepare
from train.report import write_json
from train.run import Run


def run(config: TriggersConfig, run: Run) -> dict[str, object]:
    """Score the validation rows, choose the threshold, write it into the manifest."""
    device = prepare(config)
    folder = Path(config.model)
    manifest, split = read_manifest(folder), Split.load(config.split)
    if manifest.split != split.hash and not config.insist:
        raise SplitError(
            f"{folder} was trained on another split than {config.split}.",
            "Use its own split file, or insist=true if you know why.",
        )
    model = load_emotion_model(folder, manifest.role, device)
    model.trigger_reduce = config.reduce
    _, rows = split.partition(read_triggers(config.data, labelled=True))
    if not any(any(row.triggers or ()) for row in rows):
        raise DataError(
            f"{config.data} has no trigger on the validation side.", "Use another split."
        )
    run.stage("scores")
    scores = model.trigger_scores([row.text for row in rows])
    threshold, _ = best_threshold(*score_arrays(rows, scores))
    report = report_on(rows, scores, threshold)
    guess = random_words(rows, scores, threshold, config.seed)
    figures = {
        **figures_of(report),
        "random_words_f1": guess.f1,
        "random_words_map": guess.map_scores,
    }
    metrics = {**manifest.metrics, "triggers": figures}
    update_manifest(folder, threshold=threshold, trigger_reduce=config.reduce, metrics=metrics)
    write_json(Path(config.output) / "triggers.json", figures)
    run.saved(folder)
    return dict(figures)


def score_arrays(
    rows: list[Example], scores: list[TokenScores]
) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """(scores, gold, scored) of each tweet, arrays of W words."""
    return (
        [np.array([word.score for word in tweet.words]) for tweet in scores],
        [np.array(row.triggers) for row in rows],
        [np.array([word.scored for word in tweet.words]) for tweet in scores],
    )


def report_on(rows: list[Example], scores: list[TokenScores], threshold: float) -> TriggerReport:
    """All trigger figures at a threshold."""
    own, gold, scored = score_arrays(rows, scores)
    return trigger_report(gold, own, threshold, scored)


def random_words(
    rows: list[Example], scores: list[TokenScores], threshold: float, seed: int
) -> TriggerReport:
    """The same scores, shuffled within each tweet: what words at random would reach."""
    rng = random.Random(seed)
    own, gold, scored = score_arrays(rows, scores)
    shuffled = [np.array(rng.sample(list(values), len(values))) for values in own]
    return trigger_report(gold, shuffled, threshold, scored)


def figures_of(report: TriggerReport) -> dict[str, float | int | None]:
    """The figures of a report by name."""
    return {
        "threshold": report.threshold,
        "f1": report.f1,
        "precision": report.precision,
        "recall": report.recall,
        "map_scores": report.map_scores,
        "map_binary": report.map_binary,
        "pearson": report.pearson,
        "tweets": report.n,
    }
