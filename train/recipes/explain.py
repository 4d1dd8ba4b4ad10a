"""Which words made the label of each text in a file, by one model, as the endpoint /explain says.

Knows which model reads which text, and which methods it has; how words are scored and judged is
``core.explaining``'s. Seconds are left out of the records: a run that was stopped and gone on with
shall write the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.answers import explained_side, translated
from core.attribution import USUAL
from core.attribution.running import attribute
from core.attribution.subject import Subject
from core.errors import ConfigError, ModelError
from core.explaining import checked, explain_texts
from core.explanations import Question, Side, Target
from core.loading import load_emotion_model
from core.models import EmotionModel
from core.translators import identity, load_translator
from train.config import ExplainConfig
from train.downloads import told
from train.files.english import English
from train.files.forms import Record
from train.files.stream import Stream
from train.training.loop import prepare

PROBE = "so happy today"  # any text would do


def run(config: ExplainConfig, run: Stream) -> Mapping[str, object]:
    """Explain every text."""
    device = prepare(config)
    model = load_emotion_model(config.model, device=device, progress=told(run))
    question = _with_methods(model, _question(config), bool(config.methods), run)
    # The seed, which shapes nothing elsewhere, shapes these records.
    stamp = {"device": device, "model": model.identity, "seed": str(config.seed)}
    english = None
    if config.translator is not None:
        translator = load_translator(config.translator, device, progress=told(run))
        english = English(translator, config.language)
        stamp["translator"] = identity(translator)

    def answer(texts: Sequence[str]) -> list[Record]:
        abouts: list[dict[str, Any]] = [{"text": text} for text in texts]
        if english is not None:
            found = zip(texts, english.of(texts), strict=True)
            abouts = [translated(text, *made) for text, made in found]
        read = [about.get("translation", about["text"]) for about in abouts]
        sides = explain_texts(model, model.role, read, question)
        return [{**about, **_told(side)} for about, side in zip(abouts, sides, strict=True)]

    return run.answer(answer, stamp)


def _question(config: ExplainConfig) -> Question:
    return checked(
        Question(
            text="",
            methods=config.methods or USUAL,
            target=config.target,
            against=config.against,
            options=config.method_options,
            seed=config.seed,
            faithful=config.faithfulness,
        )
    )


def _with_methods(model: EmotionModel, question: Question, chosen: bool, run: Stream) -> Question:
    """The question with the methods that the model has.

    Raises:
        ConfigError: a method that was chosen is not among them.
        ModelError: the model has no such label, or none of the usual methods.
    """
    missing = _missing(model, question)
    if chosen and missing:
        names = ", ".join(missing)
        raise ConfigError(f"{model.name} lacks {names}.", "\n".join(missing.values()))
    for name, reason in missing.items():
        run.log(f"Without {name}: {reason}")
    return replace(question, methods=tuple(m for m in question.methods if m not in missing))


def _missing(model: EmotionModel, question: Question) -> dict[str, str]:
    """Methods that do not work for this model, with the reason: each is tried on a short text."""
    target = Target(question.target or model.labels[0], question.against)
    for label in filter(None, (target.label, target.against)):
        model.column(label)
    subject, missing = Subject.of(model, PROBE, target), {}
    for method in question.methods:
        try:
            attribute([subject], method, question.options.get(method), question.seed)
        except ModelError as problem:
            missing[method] = str(problem)
    return missing


def _told(side: Side) -> dict[str, Any]:
    """A side as the endpoint answers it, without how long anything took."""
    record = explained_side(side)
    for method in record["methods"].values():
        del method["seconds"]
    return record
