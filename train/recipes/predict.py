"""Emotions of the texts in a file, by one model; where asked for, of their translations.

Knows which model reads which text; rows, output and progress are ``train.files.stream``'s.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.answers import predicted, translated
from core.fast import TORCH, accelerated
from core.loading import load_emotion_model
from core.models import EmotionModel
from core.translators import identity, load_translator
from train.config import PredictConfig
from train.downloads import told
from train.files.english import English
from train.files.forms import Record
from train.files.stream import Stream
from train.training.loop import prepare


def run(config: PredictConfig, run: Stream) -> Mapping[str, object]:
    """Predict every text, and score its words where asked for."""
    device = prepare(config)
    model = load_emotion_model(config.model, device=device, progress=told(run))
    fast, engine = _engine(model, config)
    # In int8 digits are others: what was begun with one engine is gone on with by the same.
    kind = engine.partition(" (")[0]
    models, english = {"device": device, "model": model.identity, "engine": kind}, None
    if config.translator is not None:
        translator = load_translator(config.translator, device, progress=told(run))
        english = English(translator, config.language)
        models["translator"] = identity(translator)
    if config.triggers and model.threshold is None:
        run.log(f"{model.name} has no trigger threshold, so no word is marked.")
    run.log(f"Computed by {engine}.")

    def answer(texts: Sequence[str]) -> list[Record]:
        abouts = [{"text": text} for text in texts] if english is None else _about(english, texts)
        read = [about.get("translation", about["text"]) for about in abouts]
        if not config.triggers:
            found = zip(abouts, fast.predict(read), strict=True)
            return [predicted(about, prediction, None) for about, prediction in found]
        analysed = zip(abouts, model.analyse(read), strict=True)
        return [predicted(about, *one) for about, one in analysed]

    return run.answer(answer, models)


def _engine(model: EmotionModel, config: PredictConfig) -> tuple[EmotionModel, str]:
    """What predicts in the model's stead, as in the dashboard, and a word on it."""
    if config.engine == TORCH or config.triggers:
        return model, TORCH
    return accelerated(model)


def _about(english: English, texts: Sequence[str]) -> list[dict[str, Any]]:
    found = zip(texts, english.of(texts), strict=True)
    return [translated(text, *made) for text, made in found]
