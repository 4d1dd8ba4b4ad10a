"""What predicts in each model's stead: the one place that asks ``core.fast`` for something faster.

Knows models by their system's name; predicts nothing itself. What is faster is made and held
against torch once for each open model, and goes with it.
"""

import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass

from core.models import EmotionModel

TORCH = "torch"

Found = tuple[EmotionModel, str]

# By the model's id. Without something faster None stands there: the model would keep itself alive.
_known: dict[int, tuple["weakref.ref[EmotionModel]", EmotionModel | None, str]] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Engines:
    """Predictors by system, and how each of them computes."""

    models: Mapping[str, EmotionModel]
    words: Mapping[str, str]  # "torch", "torch (why not faster)", "CTranslate2 int8"

    @property
    def summary(self) -> str:
        """One word for all, or each with the systems that it serves."""
        kinds = list(dict.fromkeys(self.words.values()))
        if len(kinds) == 1:
            return kinds[0]
        served = {kind: [name for name, own in self.words.items() if own == kind] for kind in kinds}
        return "; ".join(f"{', '.join(names)}: {kind}" for kind, names in served.items())


def open_engines(models: Mapping[str, EmotionModel], fast: bool) -> Engines:
    """Predictors for these models.

    Args:
        fast: faster ones where there are any; words are scored by the models themselves.
    """
    found = {name: _faster(model) if fast else (model, TORCH) for name, model in models.items()}
    return Engines(
        {name: model for name, (model, _) in found.items()},
        {name: word for name, (_, word) in found.items()},
    )


def _faster(model: EmotionModel) -> Found:
    """What ``core.fast`` gives for a model, remembered as long as the model lives."""
    from core.fast import accelerated

    number = id(model)
    with _lock:
        if number not in _known:
            found, word = accelerated(model)
            gone = weakref.ref(model, lambda _: _known.pop(number, None))
            _known[number] = gone, None if found is model else found, word
        _, faster, word = _known[number]
    return faster or model, word
