"""Methods that read last hidden states, and the control that reads nothing.

Knows states (T, H) of a text and what they say of its words; the cosine itself is core.triggers'.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from core.attribution.forward import parts
from core.attribution.subject import Ids, Subject
from core.attribution.work import Scores, Work
from core.errors import ModelError
from core.models import EmotionModel
from core.modules import MeanPooledClassifier
from core.triggers import cosine_scores, word_scores


def cosine(subjects: Sequence[Subject], work: Work) -> list[Scores]:
    """Cosine of each word's last hidden state with that of the first token (Wang et al. 2024).

    Pooled to words as the model's own triggers are. Special tokens have no share.
    """
    found = zip(subjects, _states(subjects, work), strict=True)
    return [Scores(_pooled(subject, cosine_scores(states))) for subject, states in found]


def contribution(subjects: Sequence[Subject], work: Work) -> list[Scores]:
    """Each sub-token's term of the explained quantity in a model that pools the mean.

    f(x) = Σ_i h_i · d / T + bias · c, where c is the contrast over the classes and d = c · head.

    Raises:
        ModelError: the model pools in another way.
    """
    module = subjects[0].model.module
    if not isinstance(module, MeanPooledClassifier):
        raise ModelError(
            f"{subjects[0].model.name} reads the first token only, "
            "so its words have no part of the logit of their own.",
            "Choose another method, or a model with pooling=mean.",
        )
    head = module.classifier.weight.detach().float().cpu()  # (K', H)
    found = zip(subjects, _states(subjects, work), strict=True)
    return [
        _summed(subject, states @ (subject.contrast @ head) / len(states))
        for subject, states in found
    ]


def chance(subjects: Sequence[Subject], work: Work) -> list[Scores]:
    """Uniform random numbers in [0, 1) for words that were read; the model is not asked."""
    drawn = [work.generator(subject).random(subject.n_words) for subject in subjects]
    return [
        Scores(scores * subject.read, passes=0)
        for subject, scores in zip(subjects, drawn, strict=True)
    ]


def _pooled(subject: Subject, scores: Tensor) -> Any:
    """(W,) words' scores from those of their sub-tokens (T,)."""
    reduce = subject.model.trigger_reduce
    return word_scores(scores.numpy(), subject.word_ids, subject.n_words, reduce)[0]


def _summed(subject: Subject, scores: Tensor) -> Scores:
    return Scores(*subject.by_word(scores))


def _states(subjects: Sequence[Subject], work: Work) -> list[Tensor]:
    """Last hidden states (T, H) of each text, in float32 on the CPU."""
    model = subjects[0].model
    encoder = _encoder(model)
    found: dict[Ids, Tensor] = {}
    for rows in parts(sorted({subject.ids for subject in subjects}, key=len), work.budget):
        work.pause()
        batch = model.pad([{"input_ids": list(ids)} for ids in rows])
        with torch.inference_mode():
            hidden = encoder(**batch).last_hidden_state.float().cpu()  # (B, T, H)
        own = batch["attention_mask"].cpu().bool()
        found.update((ids, hidden[row][own[row]]) for row, ids in enumerate(rows))
    return [found[subject.ids].clone() for subject in subjects]


def _encoder(model: EmotionModel) -> Any:
    """The module without its head: asked by itself, it needs no hook to tell its last states."""
    module: Any = model.module
    found = getattr(module, "backbone", None) or getattr(module, "base_model", None)
    if found is None or found is module:
        raise ModelError(
            f"{model.name} does not show its hidden states.", "Choose a method on its gradients."
        )
    return found
