"""The trigger threshold of a checkpoint, chosen on English validation tweets.

Knows the trigger file and the split; scores are ``core.models``', the search
is ``core.triggers``'. Writes nothing but the manifest and the figures.
"""

from pathlib import Path

from core.checkpoints import read_manifest, update_manifest
from core.data import read_triggers
from core.errors import DataError, SplitError
from core.loading import load_emotion_model
from core.splits import Split
from core.trigger_sweep import best_threshold
from train.config import TriggersConfig
from train.figures.trigger_figures import figures_of, random_words, report_on, score_arrays
from train.report import write_json
from train.run import Run
from train.training.loop import prepare


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
    model.trigger_reduce, model.trigger_score = config.reduce, config.score
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
    update_manifest(
        folder,
        threshold=threshold,
        trigger_reduce=config.reduce,
        trigger_score=config.score,
        metrics=metrics,
    )
    write_json(Path(config.output) / "triggers.json", figures)
    run.saved(folder)
    return dict(figures)
