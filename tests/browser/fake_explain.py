"""Explanations without models: deterministic, by word list and hash. See fake_engine.py.

A text holding "!defect!" raises a plain error, "!refuse!" an InputError; "contribution" is not
available for the teacher; slow methods come last; the random words fail.
"""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.attribution import METHODS
from core.errors import InputError
from core.explanations import (
    Attribution,
    Erasure,
    Explanation,
    Faithfulness,
    LinkedAgreement,
    Links,
    Side,
    Target,
)

WIDE = (-0.05, 0.11)


def fake() -> Any:
    """The module that this one belongs to."""
    return sys.modules["fake_engine"]


def explain(question: Any, told: Any, ends: Callable[[int], bool]) -> Explanation:
    """All sides, cheap methods first, one step each; ``ends`` says, by steps, whether to stop."""
    if "!defect!" in question.text:
        raise RuntimeError("secret detail of the server")
    if "!refuse!" in question.text:
        raise InputError("This tweet is refused.", "Write another one.")
    question = replace(
        question, methods=tuple(m for m in METHODS if m in question.methods) or question.methods
    )
    if not question.methods or not question.roles:
        raise InputError("No method was chosen.", "Choose at least one.")
    for name in question.methods:
        if name not in METHODS:
            raise InputError(f"The method {name!r} is not known.", "Use another.")
    engine, text = fake(), question.text
    code = question.language
    language = engine.Language(code, None) if code != "auto" else engine.recognise(text)
    translation = engine.translate(text, language.code, question.translation)
    sides = {
        role: side(role, translation.text if role == "teacher" else text, question)
        for role in question.roles
    }
    found = Explanation(
        text, language, translation, sides, links(text, code, question.translation),
        gold=question.gold, question=question,
    )  # fmt: skip
    methods = sorted(question.methods, key=lambda name: METHODS[name].cost == "slow")
    done, total = 0, len(methods) * len(sides)
    for name in methods:
        for role in question.roles:
            if ends(done):
                return found
            found = grown(found, role, name)
            done += 1
            if told:
                told(found, done, total)
    return found


def side(role: str, text: str, question: Any) -> Side:
    """One model's answer, before any method."""
    engine = fake()
    prediction = engine.predict(text, {"teacher": 0.0, "student": 0.1}.get(role, 0.6))
    spans, start = [], 0
    for word in text.split(" "):
        spans.append((start, start + len(word)))
        start += len(word) + 1
    read = tuple(
        bool(text[a:b]) and text[a:b] != "\u200d" and place < engine.MAX_WORDS
        for place, (a, b) in enumerate(spans)
    )
    label = question.target or prediction.label
    few = "The text has fewer than 5 words: no verdict can be given." if sum(read) < 5 else ""
    target = Target(label, question.against)
    return Side(
        role,
        text,
        tuple(spans),
        read,
        target,
        prediction,
        3.0,
        -0.5,
        0.5,
        judged=True,
        unjudged=few,
    )


def grown(found: Explanation, role: str, name: str) -> Explanation:
    """The same with one more method on one side."""
    one = found.sides[role]
    if name == "contribution" and role == "teacher":
        missing = {**one.missing, name: "This model pools the first token."}
        return replace(found, sides={**found.sides, role: replace(one, missing=missing)})
    scores = tuple(score(word, name, found.seed) for word in one.words)
    method = METHODS[name]
    attribution = Attribution(
        name, scores, None if name == "cosine" else 0.21,
        {"integrated_gradients": 0.004, "gradient_shap": 0.034, "kernel_shap": 0.2}.get(name),
        0.0123, passes=17, note="64 steps were needed." if name == "lime" else "",
    )  # fmt: skip
    one = replace(one, attributions={**one.attributions, name: attribution})
    if not one.unjudged:
        one = replace(one, faithfulness={**one.faithfulness, name: faithfulness(name)})
    if method.seeded:
        one = replace(one, stability={**one.stability, name: 0.91})
    linked = dict(found.linked)
    student = found.sides.get("student")
    if role == "teacher" and student and name in student.attributions:
        carried = tuple(score(word, name, found.seed + 1) for word in student.words)
        linked[name] = LinkedAgreement(carried, 0.62, (-0.41, 0.4), 0.01)
    return replace(found, sides={**found.sides, role: one}, linked=linked)


def score(word: str, name: str, seed: int) -> float:
    """Cue words high, others by hash, negative where the method is signed."""
    digest = hashlib.sha256(f"{word}{name}{seed}".encode("utf-8", "replace")).digest()[0] / 255
    if not word:
        return 0.0
    if word.lower() in fake().CUES and name != "random":
        return 0.9
    return round((digest - 0.5) * 0.8 if METHODS[name].signed else digest * 0.5, 4)


def faithfulness(name: str) -> Faithfulness:
    """Holds, but for saliency (doubtful) and the random words (fails)."""
    good = Erasure(0.42, -0.12, WIDE, WIDE)
    bad = Erasure(0.02, 0.03, WIDE, WIDE)
    masked, deleted = {"saliency": (good, bad), "random": (bad, bad)}.get(name, (good, good))
    return Faithfulness(masked, deleted, 0.21, 0.74, (0.3, 0.5), (0.3, 0.5), 50)


def links(text: str, language: str, translation: str | None) -> Links | None:
    """Word by word, as the fake translator translates; none for English."""
    engine = fake()
    code = engine.recognise(text).code if language == "auto" else language
    english = engine.translate(text, code, translation).text
    if code == "en" or english == text:
        return None
    width, height = text.count(" ") + 1, english.count(" ") + 1
    pairs = tuple((place, place) for place in range(min(width, height)))
    matrix = tuple(tuple(float(row == column) for column in range(width)) for row in range(height))
    return Links(text, english, matrix, pairs)


def what_if(text: str, role: str, masked: Any, language: str, translation: str | None) -> Any:
    """The answer without the masked words."""
    engine = fake()
    if role == "teacher":
        code = engine.recognise(text).code if language == "auto" else language
        text = engine.translate(text, code, translation).text
    words = ["▢" if place in masked else word for place, word in enumerate(text.split(" "))]
    return engine.predict(" ".join(words), {"teacher": 0.0, "student": 0.1}.get(role, 0.6))
