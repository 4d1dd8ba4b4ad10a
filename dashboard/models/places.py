"""Where a model lies: which of the known folders, and under which short name it is shown there.

Knows folders; opens none.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.embedded import DEMO
from core.found import Found

Place = Literal["embedded", "result", "models", "run", "hub"]
QUEUE, RESULT = "train", "result"  # <runs>/train/<id>/result: see train.jobs


@dataclass(frozen=True, slots=True)
class Places:
    """The folders in which models are looked for.

    Attributes:
        runs: of all runs.
        models: of models that people put there.
    """

    runs: Path
    models: Path

    def roots(self) -> tuple[Path, ...]:
        """All of them, in the order in which models are shown; the hub's cache is the last."""
        from huggingface_hub import constants  # not while the page opens

        hub = Path(constants.HF_HUB_CACHE)
        return (DEMO, self.models, self.runs / QUEUE, self.runs, hub)

    def of(self, found: Found) -> tuple[Place, str]:
        """Which of them a model lies in, and its name there."""
        if found.hub:
            return "hub", found.name
        inside: tuple[tuple[Place, Path], ...] = (
            ("embedded", DEMO),
            ("models", self.models),
            ("result", self.runs / QUEUE),
            ("run", self.runs),
        )
        for place, root in inside:
            if found.folder.is_relative_to(root):
                parts = found.folder.relative_to(root).parts
                if place == "result":
                    parts = tuple(part for part in parts if part != RESULT)
                return place, "/".join(parts) or found.folder.name
        return "run", found.folder.name

    def run_of(self, folder: Path) -> str | None:
        """The id of the queue's run whose result a real folder is part of; None elsewhere."""
        root = (self.runs / QUEUE).resolve()
        if not folder.is_relative_to(root):
            return None
        parts = folder.relative_to(root).parts
        return parts[0] if len(parts) > 1 and parts[1] == RESULT else None
