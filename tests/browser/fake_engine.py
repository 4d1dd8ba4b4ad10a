"""An engine without models: deterministic answers from a small word list.

Stands in for core.engine.Engine where the page itself is under test. Same interface, same
records, no torch. A few texts have a meaning of their own: see ``FakeEngine.compare``.
"""

import hashlib
import importlib.util
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core import roles
from core.errors import InputError, ModelError
from core.labels import INDEX, LABELS
from core.records import (
    Comparison,
    EngineInfo,
    EngineSources,
    Language,
    ModelInfo,
    Prediction,
    TokenScores,
    Translation,
    TranslationStatus,
    Weight,
    WordScore,
)

WORDS = {
    "Love": "love adore aime liefde люблю quiero ❤️ 💍",
    "Joy": "joy happy joie alegría heerlijk zon 🎉 😄 😁 vacaciones",
    "Anger": "furious angry hate colère marre бесит 😡 😤",
    "Fear": "afraid scared peur bang storm 😰 😨",
    "Sadness": "sad miss triste mis грустно одиноко 😢 💔 😞",
}
CUES = {word: label for label, words in WORDS.items() for word in words.split()}
ENGLISH = {
    "colère": "angry", "joie": "joy", "peur": "afraid", "triste": "sad", "mis": "miss",
    "alegría": "joy", "heerlijk": "happy", "zon": "sun", "bang": "scared", "люблю": "love",
    "бесит": "furious", "грустно": "sad", "marre": "tired", "vacaciones": "holidays",
}  # fmt: skip
HINTS = {
    "fr": "je suis mon de pas que la",
    "es": "el la y qué por sin con",
    "nl": "ik de het en mijn zo",
    "en": "the i is my this",
}
MAX_WORDS = 100
LONGEST = 120  # seconds that a call stands at most: a failed test leaves no thread behind


def _model(role: str, name: str, threshold: float | None = 0.5, **more: Any) -> ModelInfo:
    return ModelInfo(
        role, name, "fake", ("en",), 12_300_000, threshold, "mean", "Apache-2.0", "memory",
        **{"identity": f"fake {role}", **more},
    )  # fmt: skip


INFO = EngineInfo(
    "cpu",
    (
        _model("teacher", "/somewhere/models/demo teacher", unmapped=("surprise",)),
        _model("student", "demo student", threshold=0.45),
        _model("student before", "demo student, before"),
        _model("translator", "demo translator", threshold=None),
    ),
)


SOURCES = EngineSources(*(model.name for model in INFO.models))


class FakeEngine:
    """See the module. ``fail`` makes loading fail.

    So that a test meets it in the middle of its work, on any machine: with ``loads`` False it
    loads until a test sets ``ready``; with ``hold`` every call stands once it has done that many
    steps (texts, rows, methods), until it is asked to stop or a test sets ``hold`` to None.
    """

    def __init__(self, loads: bool = True, fail: bool = False, hold: int | None = None) -> None:
        self.loads, self.fail, self.hold = loads, fail, hold
        self.ready = threading.Event()
        self.calls: list[tuple] = []
        self.answered = 0  # texts, of all calls together
        self.stopped = 0  # calls that ended because they were asked to
        self.sources = SOURCES
        self.go = threading.Event()  # a replacement waits for it
        self.go.set()

    def start(self) -> None:
        if self.loads:
            self.ready.set()

    def ends(self, done: int, stop: Callable[[], bool] | None) -> bool:
        """Whether a call that has done so many steps is to stop; stands here while held."""
        end = time.monotonic() + LONGEST
        while not (asked := bool(stop and stop())) and done == self.hold:
            if time.monotonic() > end:
                raise TimeoutError("No test let the held engine go on.")
            time.sleep(0.01)
        self.stopped += asked
        return asked

    def wait(self) -> None:
        self.ready.wait()
        if self.fail:
            raise ModelError("The folder nowhere holds no model.", "Give another --teacher.")

    def describe(self) -> EngineInfo:
        """The usual models, others under the names of their sources."""
        usual = {model.role: model for model in INFO.models}
        named = roles.by_role(SOURCES)
        return EngineInfo(
            "cpu",
            tuple(
                usual[role] if named.get(role) == source else _model(role, source, identity=source)
                for role, source in roles.by_role(self.sources).items()
            ),
        )

    def replace(self, sources: EngineSources) -> None:
        """A source that holds "unlucky" cannot be loaded."""
        assert self.go.wait(60)
        self.calls.append(("replace", sources))
        if "unlucky" in str(sources):
            raise ModelError("The weights are of another size.", "Choose another model.")
        self.sources = sources

    def compare(
        self,
        texts: Sequence[str],
        languages: str | Sequence[str] = "auto",
        translations: Sequence[str | None] | None = None,
        progress: Callable[[int, int], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> list[Comparison]:
        """A text holding "!defect!" raises a plain error, "!refuse!" an InputError."""
        self.calls.append((list(texts), languages, translations))
        codes = [languages] * len(texts) if isinstance(languages, str) else list(languages)
        answers = []
        for i, (text, code) in enumerate(zip(texts, codes, strict=True)):
            if self.ends(i, stop):
                break
            answers.append(one(text, code, translations[i] if translations else None))
            self.answered += 1
            if progress:
                progress(i + 1, len(texts))
        return answers

    def explain(self, question: Any, told: Any = None, stop: Any = None) -> Any:
        """See fake_explain.py, which lies beside this file."""
        self.calls.append(("explain", question))
        return _explaining().explain(question, told, lambda done: self.ends(done, stop))

    def links(self, text: str, language: str, translation: str | None) -> Any:
        return _explaining().links(text, language, translation)

    def what_if(
        self,
        text: str,
        role: str,
        masked: Sequence[int],
        language: str = "auto",
        translation: str | None = None,
    ) -> Prediction:
        self.calls.append(("what_if", text, role, list(masked)))
        return _explaining().what_if(text, role, masked, language, translation)

    def systems(self) -> Any:
        return _beside("fake_evaluate").SYSTEMS

    def evaluate(
        self,
        plan: Any,
        folder: Path,
        told: Any = None,
        stop: Any = None,
        *,
        total: int | None = None,
        command: str = "",
    ) -> Any:
        """See fake_evaluate.py; a file whose name holds "defect" raises a plain error."""
        self.calls.append(("evaluate", plan))
        if "defect" in plan.title:
            raise RuntimeError("secret detail of the server")
        asked = (plan, folder, told, lambda done: self.ends(done, stop), total, command)
        return _beside("fake_evaluate").evaluate(one, *asked)


def _explaining() -> Any:
    return _beside("fake_explain")


def _beside(name: str) -> Any:
    """A file of this folder as a module: tests are no packages."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def one(text: str, code: str, edited: str | None) -> Comparison:
    """The answer to one text."""
    if "!defect!" in text + (edited or ""):
        raise RuntimeError("secret detail of the server")
    if "!refuse!" in text + (edited or ""):
        raise InputError("This tweet is refused.", "Write another one.")
    language = Language(code, None) if code != "auto" else recognise(text)
    translation = translate(text, language.code, edited)
    student, teacher = predict(text, 0.1), predict(translation.text, 0.0)
    before = predict(text[::-1] if len(text) % 2 else text, 0.6)
    return Comparison(
        text=text,
        language=language,
        translation=translation,
        teacher=teacher,
        student=student,
        student_before=before,
        weight=weigh(translation, before, predict(translation.text, 0.6)),
        triggers={"student": scores(text, 0.45), "teacher": scores(translation.text, 0.5)},
    )


def recognise(text: str) -> Language:
    """A guess from a few function words."""
    words = text.lower().split()
    if not any(letter.isalpha() for letter in text):
        return Language("unknown", None)
    if any("а" <= letter <= "я" for letter in text.lower()):
        return Language("ru", 0.999)
    hits = {code: sum(word in hint.split() for word in words) for code, hint in HINTS.items()}
    best = max(hits, key=lambda code: hits[code])
    return Language(best if hits[best] else "en", 0.55 + 0.44 * min(hits[best], 4) / 4)


def translate(text: str, code: str, edited: str | None) -> Translation:
    """Word by word; statuses as the real one gives them."""
    if edited is not None:
        return Translation(edited, TranslationStatus.EDITED)
    if not any(letter.isalpha() for letter in text):
        return Translation(text, TranslationStatus.PASSED_THROUGH)
    if code == "en":
        return Translation(text, TranslationStatus.ENGLISH)
    if code == "unknown":
        return Translation(text, TranslationStatus.UNKNOWN)
    words = " ".join(ENGLISH.get(word.lower(), word) for word in text.split(" "))
    kind = TranslationStatus.COPIED if words == text else TranslationStatus.TRANSLATED
    return Translation(words, kind)


def predict(text: str, noise: float) -> Prediction:
    """Cue words plus a noise that depends on the text alone."""
    weights = [0.4] * len(LABELS)
    weights[INDEX["Neutral"]] = 1.0
    for word in text.lower().split():
        if word in CUES:
            weights[INDEX[CUES[word]]] += 4.0
    seed = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    weights = [w + noise * 8 * seed[k] / 255 for k, w in enumerate(weights)]
    total = sum(weights)
    long = len(text.split(" ")) > MAX_WORDS or len(text) > 3000
    return Prediction(tuple(w / total for w in weights), truncated=long)


def scores(text: str, threshold: float) -> TokenScores:
    """Cue words score high, others by their hash."""
    words = []
    for i, word in enumerate(text.split(" ")):
        seed = hashlib.sha256(word.encode("utf-8", "replace")).digest()[0] / 255
        score = 0.8 if word.lower() in CUES else round(seed * 0.52, 3)
        read = bool(word) and i < MAX_WORDS
        words.append(WordScore(word, score, read and score >= threshold, read))
    return TokenScores(text, tuple(words))


def weigh(translation: Translation, on_x: Prediction, on_t: Prediction) -> Weight:
    """Eq. 2 between the two readings; Eq. 3 against a reference of 0 … 0.3."""
    if translation.status is TranslationStatus.ENGLISH:
        return Weight(0.0, (0.0,) * 6, 1.0, reason="not translated")
    split = tuple((a - b) ** 2 for a, b in zip(on_x.probabilities, on_t.probabilities, strict=True))
    left_out = (
        TranslationStatus.COPIED, TranslationStatus.UNKNOWN, TranslationStatus.PASSED_THROUGH
    )  # fmt: skip
    if translation.status in left_out:
        return Weight(sum(split), split, None, reason="left out of refinement")
    w = sum(split)
    if w > 0.3:
        return Weight(w, split, None, outside=True, reason="w is above the reference's maximum.")
    return Weight(
        w, split, 1 - w / 0.3, 1 - w / 0.3, on_original=on_x.probabilities,
        on_translation=on_t.probabilities,
    )  # fmt: skip
