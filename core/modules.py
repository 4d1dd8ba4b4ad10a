"""Torch modules that transformers does not bring: a mean-pooled classifier; and weights' identity.

Knows tensors; no tokenizer, no text, no file.
"""

import hashlib
from typing import Any

import torch
from torch import Tensor, nn
from transformers.modeling_outputs import SequenceClassifierOutput

from core.labels import LABELS


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
        """Logits (B, K); with ``output_hidden_states`` also the L + 1 hidden states (B, T, H)."""
        output = self.backbone(
            attention_mask=attention_mask, output_hidden_states=output_hidden_states, **inputs
        )
        pooled = mean_pool(output.last_hidden_state, attention_mask)  # (B, H)
        logits = self.classifier(self.dropout(pooled))  # (B, K)
        return SequenceClassifierOutput(logits=logits, hidden_states=output.hidden_states)


def mean_pool(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    """Mean of the hidden states (B, T, H) where the mask (B, T) is 1: (B, H)."""
    mask = attention_mask.unsqueeze(-1).to(hidden.dtype)  # (B, T, 1)
    return (hidden * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)


def module_identity(module: nn.Module, *settings: object) -> str:
    """SHA-256 over all tensors and the settings that shape a result."""
    digest = hashlib.sha256(repr(settings).encode())
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()
