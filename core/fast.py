"""Predictions in int8 on a processor, several times as fast, where they agree with torch.

Knows when CTranslate2 may stand in for a model, and that a row which it leaves in doubt is read
once more by torch. How it computes is ``core.fast_encoder``. Shapes: N texts, K classes, H hidden.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.fast_encoder import Floats, Int8Encoder, Unsuitable
from core.models import EmotionModel, Encoding
from core.modules import MeanPooledClassifier
from core.probes import PROBES

FAST, TORCH = "CTranslate2 int8", "torch"

SAME, APART = 0.99, 0.01
"""Share of equal labels at least, and mean |Δp| below which an engine is used."""

DOUBT = 0.02
"""Lead of the first label over the second below which torch is asked. int8 moves a probability by
some thousandths: of 2,500 tweets 25 to 34 have another label without a second reading, 1 to 11
with it, and it reads a row in twenty (embedded models, EXALT's test tweets)."""

AGAIN = 8
"""Rows that torch reads at once then: they are few, and of all lengths."""

Head = Callable[[Floats, Floats], Tensor]


@dataclass
class FastModel(EmotionModel):
    """An EmotionModel whose probabilities come from CTranslate2; all else is still torch's."""

    encoder: Int8Encoder = field(kw_only=True, repr=False)
    head: Head = field(kw_only=True, repr=False)  # (B, T, H), (B, 1) → logits (B, K')

    @property
    def key(self) -> tuple[object, ...]:
        """As torch's, and the engine."""
        return (*super().key, FAST)

    def _probabilities(self, encodings: Sequence[Encoding], batch_size: int) -> NDArray[np.float32]:
        """(N, K); ``batch_size`` is torch's, where it reads again."""
        ids = [encoding["input_ids"] for encoding in encodings]
        logits = torch.zeros(len(ids), len(self.class_names))
        for rows, found in self.encoder.each(ids, self.head):
            logits[rows] = found
        table: NDArray[np.float32] = self.six(logits).numpy()
        ordered = np.sort(table, axis=1)
        doubtful = np.flatnonzero(ordered[:, -1] - ordered[:, -2] < DOUBT).tolist()
        if doubtful:
            again = [encodings[row] for row in doubtful]
            table[doubtful] = super()._probabilities(again, min(batch_size, AGAIN))
        return table


def accelerated(
    model: EmotionModel, probe: Sequence[str] | None = None
) -> tuple[EmotionModel, str]:
    """Something that predicts as the model does, only faster; the model itself where there is none.

    Args:
        model: is left as it is, and shares tokenizer and torch module with what comes back.
        probe: texts on which the two must agree; None: ``core.probes``.

    Returns:
        A model, and a word on how it computes: "CTranslate2 int8", or "torch (why)".
    """
    try:
        fast = _fast(model)
    except Unsuitable as reason:
        return model, f"{TORCH} ({reason})"
    problem = disagreement(model, fast, PROBES if probe is None else probe)
    return (model, f"{TORCH} ({problem})") if problem else (fast, FAST)


def disagreement(model: EmotionModel, fast: EmotionModel, probe: Sequence[str]) -> str:
    """How two engines disagree on some texts, as the rest of a sentence; "" where they agree."""
    expected, found = model.probabilities(probe), fast.probabilities(probe)
    same = float((expected.argmax(axis=1) == found.argmax(axis=1)).mean())
    apart = float(np.abs(expected - found).mean())
    if not same >= SAME:  # NaN included
        return f"int8 gives the same label to {same:.1%} of {len(probe)} probe texts only"
    if not apart < APART:
        return f"int8 moves probabilities by {apart:.3f} on average"
    return ""


def _fast(model: EmotionModel) -> FastModel:
    """Raises Unsuitable where CTranslate2 cannot stand in."""
    if model.device.type != "cpu":
        raise Unsuitable(f"the model is on {model.device.type}")
    backbone, head = _parts(model.module)
    encoder = Int8Encoder(backbone, torch.get_num_threads())
    own = {each.name: getattr(model, each.name) for each in fields(EmotionModel)}
    return FastModel(**own, encoder=encoder, head=head)


def _parts(module: Any) -> tuple[nn.Module, Head]:
    """Encoder and head of a classifier."""
    if isinstance(module, MeanPooledClassifier):
        return module.backbone, _mean(module)
    name = type(module).__name__
    if name == "BertForSequenceClassification":
        return module.bert, _first(lambda states: module.classifier(module.bert.pooler(states)))
    if name in (
        f"{kind}ForSequenceClassification" for kind in ("Roberta", "XLMRoberta", "Camembert")
    ):
        return module.roberta, _first(module.classifier)
    raise Unsuitable(f"there is no int8 form of {name}")


def _mean(module: MeanPooledClassifier) -> Head:
    """Mean pooling in numpy: torch would start threads of its own in each of CTranslate2's."""

    def head(hidden: Floats, lengths: Floats) -> Tensor:
        pooled = hidden.sum(axis=1) / lengths  # (B, H)
        with torch.inference_mode():
            logits: Tensor = module.classifier(torch.from_numpy(pooled))
        return logits

    return head


def _first(classifier: Callable[[Tensor], Tensor]) -> Head:
    """A head that reads the state of the first sub-token, (B, 1, H)."""

    def head(hidden: Floats, lengths: Floats) -> Tensor:
        with torch.inference_mode():
            return classifier(torch.from_numpy(hidden[:, :1].copy()))

    return head
