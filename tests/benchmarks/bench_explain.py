"""How long explanations take, beside Captum, SHAP and transformers-interpret called as they are.

Run by ``make bench``; figures, nothing asserted about time. SHAP and transformers-interpret are no
dependencies: to measure against them, install them in an environment of their own, that sees this
project's, and run ``python -m pytest -q -s -o python_files='bench_*.py' tests/benchmarks`` there.
"""

import functools
import gc
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from captum.attr import LayerIntegratedGradients
from measure import ROLES, TWEETS, Seconds, median, report, side_by_side, took, tweets
from torch import Tensor, nn

from core.attribution import CHEAP
from core.attribution.running import attribute, warm
from core.attribution.subject import Subject
from core.engine import Engine, EngineSources
from core.explaining import explain_texts
from core.explanations import Attribution, Question, Target
from core.faithfulness import Judge
from core.labels import INDEX, LABELS
from core.loading import load_emotion_model
from core.memory import give_back
from core.models import EmotionModel

TOLERANCE = 0.01
IG = "integrated_gradients"


@pytest.fixture(scope="module")
def subjects(student: EmotionModel) -> list[Subject]:
    """Twenty tweets, each with the class that is predicted."""
    texts = [f"{tweet} {n}" for n in range(4) for tweet in TWEETS.values()]
    found = zip(texts, student.predict(texts), strict=True)
    return [Subject.of(student, text, Target(said.label)) for text, said in found]


def against(what: str, ours: Seconds, theirs: Seconds) -> None:
    """A line for somebody else's way, and how many times as long it takes."""
    clock, processor = theirs.clock / ours.clock, theirs.processor / ours.processor
    report(what, f"{theirs}, {clock:.1f} times as long, processor {processor:.1f} times")


# --- beside others ---


def by_hand(subject: Subject, steps: int, at_once: int | None) -> tuple[Tensor, float]:
    """Captum's LayerIntegratedGradients as its tutorials call it: scores and relative delta."""
    module: Any = subject.model.module

    def value(ids: Tensor, mask: Tensor) -> Tensor:
        return subject.value(module(input_ids=ids, attention_mask=mask).logits)

    layer = LayerIntegratedGradients(value, module.get_input_embeddings())
    ids, baseline = torch.tensor([subject.ids]), torch.tensor([subject.baseline])
    mask = torch.ones_like(ids)
    scores, delta = layer.attribute(
        ids,
        baseline,
        additional_forward_args=(mask,),
        n_steps=steps,
        internal_batch_size=at_once,
        return_convergence_delta=True,
    )
    with torch.no_grad():
        difference = value(ids, mask) - value(baseline, mask)
    return scores.sum(dim=-1)[0], abs(float(delta) / float(difference))


def steps_needed(subject: Subject, at_once: int | None = None) -> int:
    """Of 8, 16, 32, …: the fewest with which Captum's own delta is within the tolerance."""
    counts = (8 * 2**doubling for doubling in range(6))
    return next(n for n in counts if n == 256 or by_hand(subject, n, at_once)[1] <= TOLERANCE)


def test_integrated_gradients_against_captum(subjects: list[Subject]) -> None:
    counts = [steps_needed(subject) for subject in subjects]
    found: dict[str, list[Attribution]] = {}

    def ours() -> None:
        found["all"] = attribute(subjects, IG, {"tolerance": TOLERANCE})

    def ours_alone() -> None:
        found["alone"] = [
            attribute([subject], IG, {"tolerance": TOLERANCE})[0] for subject in subjects
        ]

    def searching() -> None:
        for subject in subjects:
            steps_needed(subject, at_once=1)

    def told(at_once: int | None) -> Callable[[], object]:
        return lambda: [
            by_hand(subject, steps, at_once)
            for subject, steps in zip(subjects, counts, strict=True)
        ]

    times = side_by_side(3, ours, ours_alone, searching, told(1), told(None))
    for subject, steps, scores in zip(subjects, counts, found["all"], strict=True):
        assert scores.delta is not None and scores.delta <= TOLERANCE
        words = subject.by_word(by_hand(subject, steps, None)[0])[0]
        scale = max(map(abs, scores.scores))
        assert max(abs(a - b) for a, b in zip(words, scores.scores, strict=True)) < 0.05 * scale
    deltas = [scores.delta or 0 for scores in found["all"]]
    report("20 tweets, Integrated Gradients", f"{times[0]}, delta at most {max(deltas):.2%}")
    report("  the same, tweet by tweet", times[1])
    against("  Captum, one tweet and step at a time", times[0], times[2])
    steps = f"told to take {min(counts)} to {max(counts)} steps"
    against(f"  the same, {steps}", times[0], times[3])
    against("  the same, the steps of a tweet in one batch", times[0], times[4])


def test_against_shap(student: EmotionModel, subjects: list[Subject]) -> None:
    shap = pytest.importorskip("shap", reason="shap is not installed; see the top of this file")
    explainer = shap.Explainer(
        lambda texts: student.probabilities([str(text) for text in texts]),
        shap.maskers.Text(student.tokenizer),
        output_names=list(LABELS),
    )
    some = subjects[:5]
    texts = [subject.text for subject in some]
    times = side_by_side(
        3,
        lambda: attribute(some, IG, {"tolerance": TOLERANCE}),
        lambda: attribute(some, "kernel_shap"),
        lambda: explainer(texts, silent=True),
        lambda: [explainer([text], silent=True) for text in texts],
    )
    report("5 tweets, Integrated Gradients", times[0])
    report("5 tweets, KernelSHAP, 300 samples", times[1])
    against(f"  shap {shap.__version__}, text explainer, Gradients", times[0], times[2])
    against("  the same beside our KernelSHAP", times[1], times[2])
    against("  the same tweet by tweet, Gradients", times[0], times[3])


class AsTransformers(nn.Module):
    """The student as transformers-interpret wants a model: config, prefix, device."""

    base_model_prefix = "backbone"

    def __init__(self, model: EmotionModel) -> None:
        super().__init__()
        self.inner: Any = model.module
        self.backbone = self.inner.backbone
        self.config = SimpleNamespace(
            model_type="xlm-roberta",
            id2label=dict(enumerate(LABELS)),
            label2id=dict(INDEX),
        )

    @property
    def device(self) -> torch.device:
        return torch.device("cpu")

    def get_input_embeddings(self) -> Any:
        return self.inner.get_input_embeddings()

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> tuple[Tensor]:
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        return (self.inner(input_ids=input_ids, attention_mask=mask).logits,)


def test_against_transformers_interpret(student: EmotionModel, subjects: list[Subject]) -> None:
    library = pytest.importorskip(
        "transformers_interpret", reason="not installed; see the top of this file"
    )
    explainer = library.SequenceClassificationExplainer(AsTransformers(student), student.tokenizer)
    relative = []

    def theirs() -> None:
        relative.clear()
        for subject in subjects:
            explainer(subject.text, class_name=subject.target.label)
            found = explainer.attributions
            whole = float(found._attributions.sum() - found.delta.sum())
            relative.append(abs(float(found.delta.sum()) / whole))

    ours, others = side_by_side(
        3, lambda: attribute(subjects, IG, {"tolerance": TOLERANCE}), theirs
    )
    report("20 tweets, Integrated Gradients, within 1 %", ours)
    against("  transformers-interpret, 50 steps", ours, others)
    report("  its delta, at most", f"{max(relative):.2%}")


# --- what a person waits for ---


@pytest.fixture(scope="module")
def engine(models: Path) -> Engine:
    made = Engine(EngineSources(*(str(models / role) for role in ROLES)))
    made.wait()
    warm()
    return made


def clicks(engine: Engine, methods: Sequence[str], faithful: bool, seen: bool = True) -> Seconds:
    """Median over tweets in five languages, each new; ``seen``: Compare has shown it before."""
    times = []
    for number in range(2):
        for code, tweet in TWEETS.items():
            text = f"{tweet} {number} {len(methods)} {faithful} {seen}"
            if seen:
                engine.compare([text], code)
            question = Question(text, methods=tuple(methods), language=code, faithful=faithful)
            times.append(took(functools.partial(engine.explain, question)))
    return median(times)


def test_the_click(engine: Engine) -> None:
    quick = ("cosine", "input_x_gradient")
    engine.explain(Question(TWEETS["fr"], methods=CHEAP))  # imports and first passes
    report("click: cosine, Input × Gradient, both models", clicks(engine, quick, False))
    report("  on a tweet not yet translated", clicks(engine, quick, False, seen=False))
    report("click: all cheap methods, both models", clicks(engine, CHEAP, False))
    report("  with verdicts", clicks(engine, CHEAP, True))


def test_verdicts(models: Path) -> None:
    words = " ".join(TWEETS.values()).split(" ")
    for role in ("student", "teacher"):
        model = load_emotion_model(models / role, role)
        for count in (10, 20, 40):
            subject = Subject.of(model, " ".join(words[:count]), Target("Joy"))
            reference, six = side_by_side(
                1, lambda s=subject: Judge(s), functools.partial(six_verdicts, subject)
            )
            rest = six.clock - reference.clock
            report(f"{role}, {count} words: random rankings", reference)
            report("  and six verdicts more", f"{max(rest, 0):7.3f} s")


def six_verdicts(subject: Subject) -> None:
    judge = Judge(subject)
    for seed in range(6):
        assert judge.judge(attribute([subject], "random", seed=seed)[0].scores) is not None


def test_a_file(student: EmotionModel) -> None:
    texts = tweets(32)
    usual = (*CHEAP, IG)
    for faithful in (False, True):
        question = Question("", methods=usual, faithful=faithful)
        spent = took(lambda q=question: explain_texts(student, "student", texts, q))
        verdicts = "with" if faithful else "without"
        report(f"32 texts of a file, {verdicts} verdicts", spent)


def resident() -> float:
    """Megabytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux' /proc")
def test_memory_over_500_explanations(engine: Engine) -> None:
    """As it stands, and after what is free was handed back: the C library keeps it in pieces."""
    methods = ("cosine", "input_x_gradient", "gradient_attention", IG)
    held, used = [], []
    for number, text in enumerate(tweets(550)):
        engine.explain(Question(text, methods=methods, language="en", faithful=number % 25 == 0))
        if number in (49, 299, 549):
            gc.collect()
            held.append(f"{resident():.0f} MB")
            give_back()
            used.append(f"{resident():.0f} MB")
    report("memory after 50, 300 and 550 explanations", " → ".join(held))
    report("  in use, what is free handed back", " → ".join(used))
