"""What transformers does not bring: a mean-pooled classifier, a module's twin, weights' identity.

Knows tensors; no tokenizer, no text, no file.
"""

import copy
import hashlib
from collections import OrderedDict
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

from core.labels import LABELS

Module = TypeVar("Module", bound=nn.Module)


class MeanPooledClassifier(nn.Module):
    """Mean pooling over real sub-tokens, dropout, one linear layer (the paper's E5, BGE-M3).

    Called like ``AutoModelForSequenceClassification``: (B, T) ids in, (B, K) logits out.
    """

    def __init__(self, backbone: Any, classes: int = len(LABELS), dropout: float = 0.1) -> None:
        super().__init__()
        self.backbone = backbone
        if getattr(backbone, "pooler", None) is not None:
            backbone.pooler = None  # BERT's own pooler is not what this head reads
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(backbone.config.hidden_size, classes)

    @property
    def config(self) -> Any:
        """The backbone's config."""
        return self.backbone.config

    def get_input_embeddings(self) -> Any:
        """The backbone's word embeddings."""
        return self.backbone.get_input_embeddings()

    def forward(
        self, attention_mask: Tensor, output_hidden_states: bool = False, **inputs: Any
    ) -> SequenceClassifierOutput:
        """Logits (B, K); with ``output_hidden_states`` also the L + 1 hidden states (B, T, H).

        Attention maps (L of (B, heads, T, T)) come where ``output_attentions`` asks for them.
        """
        output = self.backbone(
            attention_mask=attention_mask, output_hidden_states=output_hidden_states, **inputs
        )
        pooled = mean_pool(output.last_hidden_state, attention_mask)  # (B, H)
        logits = self.classifier(self.dropout(pooled))  # (B, K)
        return SequenceClassifierOutput(
            logits=logits, hidden_states=output.hidden_states, attentions=output.attentions
        )


def mean_pool(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    """Mean of the hidden states (B, T, H) where the mask (B, T) is 1: (B, H)."""
    mask = attention_mask.unsqueeze(-1).to(hidden.dtype)  # (B, T, 1)
    return (hidden * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)


_HOOKED = "_output_capturing_hooks_installed"  # transformers' mark of a module with its hooks


def eager_twin(module: Module) -> Module:
    """A second module on the same weights whose attention is computed plainly, and can be told.

    Other threads may use the module meanwhile: nothing of it is changed. The twin's parameters
    and buffers *are* the module's, its configs are its own, and it has no hooks, so that those of
    others do not run in it. It is in evaluation mode.

    Args:
        module: a transformers model, or one of ours around it.
    """
    shared: dict[int, Any] = {id(one): one for one in (*module.parameters(), *module.buffers())}
    for part in module.modules():
        hooks = [
            value for name, value in vars(part).items() if name.endswith(("_hooks", "_called"))
        ]
        shared |= {id(held): OrderedDict() for held in hooks if isinstance(held, dict)}
    twin = copy.deepcopy(module, shared).eval()
    for part in twin.modules():
        vars(part).pop(_HOOKED, None)
        if isinstance(part, PreTrainedModel):
            part.set_attn_implementation("eager")
    return twin


def module_identity(module: nn.Module, *settings: object) -> str:
    """SHA-256 over all tensors and the settings that shape a result."""
    digest = hashlib.sha256(repr(settings).encode())
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()
