"""Translate → weigh → refine: the student follows the frozen teacher (Eq. 1 to 3).

Knows the order of the stages and what is frozen; the equations are in
``core.weighting`` and ``core.distillation``. No label in any language but
English is read.
"""

from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.checkpoints import Manifest, check_output, load_texts, save_texts
from core.data import read_texts, text_hash
from core.distillation import kl_per_row
from core.errors import DataError, SplitError
from core.hub import Progress, locate
from core.loading import load_emotion_model, save_emotion_model
from core.models import EmotionModel, module_identity
from core.records import TranslationStatus
from core.sampling import spread
from core.splits import Split
from core.translation import Decoding, Translator
from core.translators import load_translator
from core.weighting import WeightReference, make_reference
from train.config import DistilConfig
from train.downloads import told
from train.report import data_entry
from train.run import Run
from train.training.finetune import thresholds_of, validation_figures
from train.training.frozen import Floats, Frozen, freeze, weigh, write_table
from train.training.loop import Fitted, fit, prepare
from train.training.parallel import language_of
from train.training.refinement import (
    by_language,
    objective,
    prior_shift,
    tell_weights,
    trained_rows,
    unseen,
)
from train.training.rows import validation_rows
from train.training.watch import Keeper


def run(config: DistilConfig, run: Run) -> dict[str, object]:
    """Compute what is frozen, refine, select on English validation, save with its reference."""
    check_output(Path(config.output))
    device = prepare(config)
    run.stage("models")
    tell = told(run)
    teacher = load_emotion_model(config.teacher, "teacher", device, tell)
    student = load_emotion_model(config.student, "student", device, tell)
    translator = load_translator(config.translator, device, Decoding(beams=config.beams), tell)
    split = Split.load(config.split)
    _same_split(config, split, teacher, student)
    frozen = freeze(config, run, teacher, student, translator, split)
    write_table(run.folder / "weights.tsv", frozen)
    run.saved(run.folder / "weights.tsv")
    tell_weights(frozen, run)
    validation = validation_rows(config, split)
    before, prior = student.identity, prior_shift(frozen, run)
    reference = _reference(config, frozen, before, translator)
    fitted = _refine(config, run, student, frozen, validation)
    if config.reweigh:
        write_table(run.folder / "weights_last.tsv", frozen)
        run.saved(run.folder / "weights_last.tsv")
    figures = _figures(config, run, student, frozen, validation, fitted)
    metrics = {
        **figures,
        "prior": prior,
        "languages": by_language(student, frozen),
        "history": list(fitted.history),
    }
    parents = {"teacher": teacher.identity, "student": before, "translator": translator.identity}
    data = _data(config, frozen)
    manifest = _manifest(config, run, student, parents, reference, metrics, data)
    manifest = replace(manifest, **thresholds_of(student.manifest, fitted, config, run))
    labelled, unlabelled = _seen(config, tell)
    unlabelled |= {text_hash(text) for text in frozen.texts}
    save_emotion_model(
        student,
        Path(config.output),
        manifest,
        also=lambda aside: save_texts(aside, labelled, unlabelled),
    )
    run.saved(config.output)
    return figures


def _seen(config: DistilConfig, tell: Progress) -> tuple[set[str], set[str]]:
    """Hashes of the texts behind student and teacher: what the teacher knows goes on to it."""
    labelled: set[str] = set()
    unlabelled: set[str] = set()
    for parent in (config.student, config.teacher):
        own = load_texts(locate(parent, tell).folder)
        labelled, unlabelled = labelled | own[0], unlabelled | own[1]
    return labelled, unlabelled


def _same_split(
    config: DistilConfig, split: Split, teacher: EmotionModel, student: EmotionModel
) -> None:
    for model in (teacher, student):
        known = model.manifest.split if model.manifest is not None else None
        if known != split.hash and not config.insist:
            raise SplitError(
                f"The {model.role} {model.name} was trained on another split than {config.split}.",
                "Use models of one split, or insist=true if you know why.",
            )


def _refine(
    config: DistilConfig, run: Run, student: EmotionModel, frozen: Frozen, validation: list[Any]
) -> Fitted:
    run.stage("refine")
    rows = trained_rows(frozen).tolist()
    if not rows:
        raise DataError("All usable tweets are held out.", "Give more tweets, or held_out=0.")
    encodings = student.encode([frozen.texts[row] for row in rows])
    features = [{**encoding, "row": row} for encoding, row in zip(encodings, rows, strict=True)]
    targets = torch.tensor(frozen.teacher, dtype=torch.float32)
    weights = torch.tensor(np.nan_to_num(frozen.weights), dtype=torch.float32)

    beside: dict[str, float] = {}

    def loss(module: nn.Module, batch: dict[str, Tensor]) -> Tensor:
        chosen = batch.pop("row").cpu()
        logits = module(**batch).logits
        p, w = (table[chosen].to(logits.device) for table in (targets, weights))
        beside["kl"] = float(kl_per_row(logits.detach(), p).mean())
        return objective(config, logits, p, w)

    def collate(batch: list[dict[str, Any]]) -> dict[str, Tensor]:
        plain = [{k: v for k, v in row.items() if k != "row"} for row in batch]
        padded = student.tokenizer.pad(plain, return_tensors="pt")
        return {**padded, "row": torch.tensor([row["row"] for row in batch])}

    def evaluation(_: nn.Module) -> dict[str, float]:
        return {**validation_figures(student, validation), **unseen(config, student, frozen)}

    return fit(
        student.module,
        features,
        collate,
        loss,
        config,
        run,
        evaluation=evaluation,
        score="macro_f1",
        step_zero=True,
        keep_last=config.select == "last",
        callbacks=[_Reweigh(config, run, student, frozen, weights)] if config.reweigh else [],
        beside=beside,
    )


class _Reweigh(Keeper):
    """Weights again from the student as it is, at each epoch but the first."""

    FILE = "weights.npz"

    def __init__(
        self,
        config: DistilConfig,
        run: Run,
        student: EmotionModel,
        frozen: Frozen,
        weights: Tensor,
    ) -> None:
        self.config, self.run = config, run
        self.student, self.frozen, self.weights = student, frozen, weights
        self.epoch = 0  # that the weights are of

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Compute Eq. 2 and 3 again; the training goes on with the new weights."""
        epoch = int(state.epoch or 0)
        if epoch == self.epoch:  # the first, or one that is gone on with in its middle
            return
        training = self.student.module.training
        self.student.module.eval()
        english = [translation.text for translation in self.frozen.translations]
        tables = (self.student.probabilities(texts) for texts in (self.frozen.texts, english))
        again = weigh(self.config, self.frozen, *(table.astype(np.float64) for table in tables))
        self.student.module.train(training)
        self._take(epoch, *again)
        tell_weights(self.frozen, self.run)

    def save(self, folder: Path) -> None:
        """The weights of this epoch, which no later student gives again."""
        np.savez(folder / self.FILE, epoch=self.epoch, w=self.frozen.w, weights=self.frozen.weights)

    def load(self, folder: Path) -> None:
        """Those weights again."""
        with np.load(folder / self.FILE, allow_pickle=False) as kept:
            self._take(int(kept["epoch"]), kept["w"], kept["weights"])

    def _take(self, epoch: int, w: Floats, weights: Floats) -> None:
        self.epoch = epoch
        self.frozen.reweighed(w, weights)
        self.weights.copy_(torch.tensor(np.nan_to_num(weights)))


def _figures(
    config: DistilConfig,
    run: Run,
    student: EmotionModel,
    frozen: Frozen,
    validation: list[Any],
    fitted: Fitted,
) -> dict[str, object]:
    """Before, after and at the last step; says where refinement was not selected."""
    after = {**validation_figures(student, validation), **unseen(config, student, frozen)}
    last = {k: v for k, v in fitted.history[-1].items() if k != "step"} if fitted.history else {}
    if fitted.selected_initial:
        run.log("Refinement not selected: the unrefined student wins on English validation.")
    figures: dict[str, object] = {
        "selected": "step 0" if fitted.selected_initial else "refined",
        "steps": fitted.steps,
        "validation_rows": len(validation),
        "counts": frozen.counts,
    }
    for name, values in (("before", fitted.initial), ("after", after), ("last", last)):
        figures.update({f"{name}_{key}": value for key, value in values.items()})
    return figures


def _reference(
    config: DistilConfig, frozen: Frozen, student_hash: str, translator: Translator
) -> WeightReference:
    """Of the adapted student's own w, also with ``reweigh``: later students are not kept."""
    return make_reference(
        frozen.w,
        frozen.languages,
        frozen.statuses,
        reading=config.reading,
        student_hash=student_hash,
        translator_hash=translator.identity,
        decoding=asdict(translator.decoding),
    )


def _data(config: DistilConfig, frozen: Frozen) -> tuple[dict[str, Any], ...]:
    """What the manifest says of the files: of parallel ones, how many pairs were chosen."""
    given = Counter(
        language
        for language, status in zip(frozen.languages, frozen.statuses, strict=True)
        if status is TranslationStatus.GIVEN
    )
    return (
        *(
            data_entry(path, len(spread(read_texts(path), config.limit_rows)), "unlabelled")
            for path in config.unlabelled
        ),
        *(data_entry(path, given[language_of(path)], "pairs") for path in config.parallel),
    )


def _manifest(
    config: DistilConfig,
    run: Run,
    student: EmotionModel,
    parents: dict[str, str],
    reference: WeightReference,
    metrics: dict[str, object],
    data: tuple[dict[str, Any], ...],
) -> Manifest:
    identity = module_identity(student.module, student.pooling, student.prefix, student.max_length)
    return Manifest(
        role="student",
        base=student.base,
        languages=config.languages,
        pooling=student.pooling,
        prefix=student.prefix,
        max_length=student.max_length,
        weight_reference=reference.to_dict(),
        split=student.manifest.split if student.manifest is not None else None,
        parents=parents,
        data=data,
        metrics=metrics,
        settings={
            "weights": config.weights,
            "reading": config.reading,
            "select": config.select,
            "seed": config.seed,
            "reweighed": config.reweigh,
            "paper_strict": config.paper_strict,
            "temperature": config.temperature,
            "learning_rate": config.learning_rate,
        },
        licence=config.licence,
        command=run.command,
        identity=identity,
    )
