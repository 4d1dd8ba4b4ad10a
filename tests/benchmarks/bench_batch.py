"""How long whole files take: students beside transformers' pipeline, an evaluation, its pages.

Run by ``make bench``; figures, nothing asserted about time. Texts are those of
``TANDEM_BENCH_TEXTS`` (a TSV with Texts; made ones where it is not set), ``TANDEM_BENCH_EVALUATED``
of them at most (2,500). How much memory ``predict`` takes is in bench_stream.py.
"""

import copy
import functools
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from measure import ROLES, Seconds, report, side_by_side, took, tweets
from transformers import PreTrainedModel, TextClassificationPipeline
from transformers.utils import logging

from core.data import read_texts
from core.engine import Engine, EngineSources
from core.evaluation import answering, running, translating
from core.evaluation.plan import PREDICTIONS, Filter, Plan
from core.evaluation.query import Results
from core.fast import accelerated
from core.files.layout import Layout
from core.labels import INDEX, LABELS
from core.models import EmotionModel
from core.translation import Translator
from core.words import encodable

MOST = int(os.environ.get("TANDEM_BENCH_EVALUATED", "2500"))
SHORT, LONG = 1_000, 1_000_000  # rows that are paged


@pytest.fixture(scope="module")
def texts() -> list[str]:
    given = os.environ.get("TANDEM_BENCH_TEXTS")
    return list(read_texts(given))[:MOST] if given else tweets(MOST)


def against(what: str, ours: Seconds, theirs: Seconds) -> None:
    """A line for a way, and how many times as fast as the plain one it is."""
    clock, processor = theirs.clock / ours.clock, theirs.processor / ours.processor
    report(what, f"{ours}, {clock:.1f} times as fast, processor {processor:.1f} times")


# --- students beside transformers ---


def plain(model: EmotionModel) -> TextClassificationPipeline:
    """transformers' own pipeline around the same weights in float32, told to cut at one length.

    A mean-pooled checkpoint is no class of transformers', so its module stands inside of one that
    does nothing; pipeline and tokenizer are as they come.
    """

    class Plain(PreTrainedModel):  # type: ignore[misc]
        config_class = type(model.module.config)
        _supports_sdpa = True  # as the module within has it already

        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.inner = model.module

        def forward(self, **batch: Any) -> Any:
            return self.inner(**batch)

    config = copy.deepcopy(model.module.config)
    config.id2label, config.label2id = dict(enumerate(LABELS)), dict(INDEX)
    logging.set_verbosity_error()  # it says that it does not know the class
    return TextClassificationPipeline(
        model=Plain(config).eval(), tokenizer=model.tokenizer, batch_size=32, device="cpu"
    )


def test_students_against_transformers_pipeline(student: EmotionModel, texts: list[str]) -> None:
    fast, word = accelerated(student)
    pipeline = plain(student)
    given = [student.prefix + encodable(text) for text in texts]
    found: dict[str, list[str]] = {}

    def ours(model: EmotionModel, name: str) -> None:
        found[name] = [one.label for one in model.predict(texts)]

    def theirs() -> None:
        answers = pipeline(given, truncation=True, max_length=student.max_length)
        found["pipeline"] = [one["label"] for one in answers]

    engine, torch, slow = side_by_side(
        3, lambda: ours(fast, "engine"), lambda: ours(student, "torch"), theirs
    )
    report(f"{len(texts)} tweets, pipeline(batch_size=32)", slow)
    against("  student.predict in torch", torch, slow)
    against(f"  the same by {word}", engine, slow)
    for name in ("torch", "engine"):
        same = sum(a == b for a, b in zip(found[name], found["pipeline"], strict=True))
        report(f"  label as the pipeline's, {name}", f"{same / len(texts):.2%}")
        assert same >= 0.99 * len(texts)


# --- a whole evaluation ---


class Parts:
    """Seconds by part of the work; parts that were named inside of others are taken off these."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.seconds: Counter[str] = Counter()
        self._patch = patch
        self._inside: list[float] = []

    def measure(self, place: Any, name: str, part: str | Callable[..., str]) -> None:
        """Take the time of a function by the name of a part, or by one of its arguments'."""
        work = getattr(place, name)

        @functools.wraps(work)
        def timed(*given: Any, **more: Any) -> Any:
            self._inside.append(0.0)
            started = time.perf_counter()
            try:
                return work(*given, **more)
            finally:
                spent = time.perf_counter() - started
                own = spent - self._inside.pop()
                if self._inside:
                    self._inside[-1] += spent
                self.seconds[part if isinstance(part, str) else part(*given)] += own

        self._patch.setattr(place, name, timed)


def test_a_whole_evaluation(
    models: Path, texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "rows.jsonl"
    rows = [json.dumps({"text": text, "label": LABELS[n % 6]}) for n, text in enumerate(texts)]
    source.write_text("\n".join(rows) + "\n", encoding="utf-8")
    layout = Layout("jsonl", text="text", gold="label", kind="emotions")
    engine = Engine(EngineSources(*(str(models / role) for role in ROLES)))
    report("all models loaded", took(engine.wait))
    parts = Parts(monkeypatch)
    parts.measure(running, "open_engines", "engines checked")
    parts.measure(Translator, "translate", "translating")
    parts.measure(translating, "likelihood", "likelihoods")
    parts.measure(answering.Answering, "_ask", lambda _, name, texts: name)
    parts.measure(answering.Answering, "table", "languages, weights, table")
    parts.measure(running, "_measure", "figures")
    metrics: dict[str, Any] = {}
    plan = Plan(str(source), layout)
    spent = took(lambda: metrics.update(engine.evaluate(plan, tmp_path / "results")))
    report(f"{len(texts)} tweets by {', '.join(metrics['systems'])}", spent)
    report("  engine", metrics["run"]["engine"])
    rest = spent.clock - sum(parts.seconds.values())
    for part, seconds in [*parts.seconds.most_common(), ("reading, writing", rest)]:
        report(f"  {part}", f"{seconds:7.3f} s, {seconds / spent.clock:.0%}")


# --- pages ---


def synthetic(folder: Path, rows: int) -> Path:
    """A table of so many rows, of tweets that repeat; as wide as one of the embedded models."""
    columns = [
        "r + 1 as row, r + 2 as line, cast(r as varchar) as id",
        "'tweet ' || md5(cast(r as varchar)) || ' so happy today ' || r as text",
        "md5(cast(r as varchar)) as text_hash, '' as source",
        "['en', 'fr', 'nl', 'ru', 'es'][r % 5 + 1] as language, 0.9 as language_probability",
        "labels[r * 7 % 6 + 1] as gold, null::tinyint[] as gold_triggers",
        "'in English ' || r as translation, 'translated' as translation_status",
        "false as translation_cut, -1.0 as likelihood, 0.1 as copied, 1.0 as length_ratio",
        "0.1 as disagreement, random() as weight, '' as weight_reason, random() as distance",
    ]
    for number, name in enumerate(("student", "student_before", "teacher")):
        columns.append(f"labels[(r * 7 + r % {number + 3}) % 6 + 1] as {name}")
        columns += [f"random()::float as {name}_{label.lower()}" for label in LABELS]
        columns.append(f"false as {name}_truncated")
    folder.mkdir()
    names = ", ".join(f"'{label}'" for label in LABELS)
    duckdb.sql(
        f"copy (select {', '.join(columns)} from range({rows}) t(r), (select [{names}] as labels))"
        f" to '{folder / PREDICTIONS}' (format parquet, compression zstd, row_group_size 8192)"
    )
    return folder


def test_pages_of_a_million_rows(tmp_path: Path) -> None:
    found = {rows: Results(synthetic(tmp_path / str(rows), rows)) for rows in (SHORT, LONG)}
    size = (tmp_path / str(LONG) / PREDICTIONS).stat().st_size / 1e6
    report("a table of a million rows", f"{size:.0f} MB")
    pages: dict[str, Callable[[Results], Any]] = {
        "first page": lambda results: results.page(Filter()),
        "one language, one class, wrong": lambda results: results.page(
            Filter(language="ru", gold="Joy", right=False)
        ),
        "most confident errors": lambda results: results.page(Filter(), "confident_errors"),
        "a text, found in few rows": lambda results: results.page(Filter(text="today 99")),
        "the last page": lambda results: results.page(
            Filter(), start=results.page(Filter(), count=0).total - 25
        ),
    }
    for what, page in pages.items():
        short, long = side_by_side(
            5, functools.partial(page, found[SHORT]), functools.partial(page, found[LONG])
        )
        assert page(found[LONG]).total >= page(found[SHORT]).total
        report(f"page, {what}: a thousand rows", short)
        report("  a million rows", long)
