"""What services ask of an engine, and what they answer on the way: states and steps.

Values and a protocol; loads nothing, asks nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.evaluation.plan import Plan, Progress, SystemInfo
from core.evaluation.schema import Metrics
from core.explanations import Explanation, Links, Question
from core.records import Comparison, EngineInfo, EngineSources, Prediction
from dashboard.inputs import AUTO


class EngineLike(Protocol):
    """The part of core.engine.Engine that the dashboard uses."""

    @property
    def sources(self) -> EngineSources: ...
    def replace(self, sources: EngineSources) -> None: ...
    def start(self) -> None: ...
    def wait(self) -> None: ...
    def describe(self) -> EngineInfo: ...
    def compare(
        self,
        texts: Sequence[str],
        languages: str | Sequence[str] = AUTO,
        translations: Sequence[str | None] | None = None,
        progress: Callable[[int, int], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> list[Comparison]: ...
    def explain(
        self,
        question: Question,
        told: Callable[[Explanation, int, int], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Explanation: ...
    def links(self, text: str, language: str, translation: str | None) -> Links | None: ...
    def what_if(
        self,
        text: str,
        role: str,
        masked: Sequence[int],
        language: str = AUTO,
        translation: str | None = None,
    ) -> Prediction: ...
    def systems(self) -> tuple[SystemInfo, ...]: ...
    def evaluate(
        self,
        plan: Plan,
        folder: Path,
        told: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
        *,
        total: int | None = None,
        command: str = "",
    ) -> Metrics: ...


@dataclass(frozen=True, slots=True)
class Status:
    """How far loading is."""

    state: str  # "idle", "loading", "ready" or "failed"
    info: EngineInfo | None = None  # once ready
    problem: str = ""  # one sentence and a hint, once failed
    download: str = ""  # while files come from the hub: of which model, and how far
    changing: tuple[str, ...] = ()  # while models answer: what is being replaced, what waits for it
    trouble: str = ""  # why the last of that failed, one sentence and a hint

    @property
    def final(self) -> bool:
        """Whether the first loading is over. Models may still be replaced later."""
        return self.state in ("ready", "failed")

    def threshold(self, role: str) -> float | None:
        """The trigger threshold of the model in that role, where known."""
        models = self.info.models if self.info else ()
        return next((model.threshold for model in models if model.role == role), None)


@dataclass(frozen=True, slots=True)
class Step:
    """A comparison under way: ``done`` of ``total`` texts; ``result`` on the last step."""

    done: int
    total: int
    result: list[Comparison] | None = None

    @property
    def stopped(self) -> bool:
        """Whether the result lacks texts because the comparison was cancelled."""
        return self.result is not None and len(self.result) < self.total


@dataclass(frozen=True, slots=True)
class Growth:
    """An explanation under way: ``done`` of ``total`` steps."""

    explanation: Explanation | None  # None before the first step
    done: int
    total: int  # 0 before the first step
    finished: bool = False

    @property
    def stopped(self) -> bool:
        """Whether it ended before its last step."""
        return self.finished and (self.explanation is None or self.done < self.total)
