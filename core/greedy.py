"""The most probable sub-token, again and again: a Marian decoder without what beams would need.

The same operations on the same weights as transformers' ``generate``, which prepares for any kind
of search before each of them. Knows ids of sub-tokens and how a Marian is built; no text. Shapes:
B rows, T source sub-tokens, A heads, D of a head, H = A · D, V pieces.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

_HARMLESS = {
    *("_from_model_config", "transformers_version", "use_cache", "return_dict_in_generate"),
    *("output_attentions", "output_hidden_states", "bad_words_ids", "renormalize_logits"),
    *("bos_token_id", "decoder_start_token_id", "eos_token_id", "forced_eos_token_id"),
    *("pad_token_id", "max_length", "num_beams", "do_sample"),
}
"""Settings of ``generate`` that leave the most probable piece alone, or that are minded here."""


LEAVE = 0.25
"""Share of a batch's rows that have ended, from which on they leave it: that copies the others."""


def plain(module: Any) -> bool:
    """Whether ``greedy`` finds what ``generate`` would: nothing else shapes the search."""
    config, settings = module.config, module.generation_config
    banned = settings.bad_words_ids or []
    return (
        config.model_type == "marian"
        and set(settings.to_diff_dict()) <= _HARMLESS
        and all(len(ids) == 1 for ids in banned)
        and not isinstance(settings.eos_token_id, list)
        and not module.training
    )


def greedy(module: Any, hidden: Tensor, mask: Tensor, limits: Tensor, end: int) -> list[list[int]]:
    """The sub-tokens of each row's translation, its end mark included.

    The last one that a row may have is the end mark in any case.

    Args:
        module: a Marian model that is ``plain``, in evaluation mode.
        hidden: (B, T, H) what its encoder made of the sources.
        mask: (B, T) 1 where a source has a sub-token.
        limits: (B,) sub-tokens that each row may have, end mark included.
        end: id of the end mark.
    """
    decoder = module.model.decoder
    layers = [_Layer.of(own, hidden, int(limits.max())) for own in decoder.layers]
    seen = torch.zeros(mask.shape, dtype=hidden.dtype, device=mask.device)
    seen = seen.masked_fill(mask == 0, -torch.inf)[:, None, None]  # (B, 1, 1, T)
    banned = [ids[0] for ids in module.generation_config.bad_words_ids or []]
    last = torch.full((len(mask),), module.config.decoder_start_token_id, device=mask.device)
    found: list[list[int]] = [[] for _ in mask]
    places = torch.arange(len(mask), device=mask.device)
    ended = torch.zeros_like(places, dtype=torch.bool)
    step = 0
    while not ended.all():
        state = decoder.embed_tokens(last) * decoder.embed_scale  # (B, H)
        state = state + decoder.embed_positions.weight[step]
        for layer in layers:
            state = layer(state, seen, step)
        logits = module.lm_head(state) + module.final_logits_bias[0]  # (B, V)
        logits[:, banned] = -torch.inf
        step += 1
        last = logits.argmax(dim=-1).masked_fill(step >= limits, end)
        for place, piece in zip(places[~ended].tolist(), last[~ended].tolist(), strict=True):
            found[place].append(piece)
        ended |= last == end
        if ended.sum() >= LEAVE * len(ended):
            going = ~ended
            last, places, limits, seen = (each[going] for each in (last, places, limits, seen))
            ended = ended[going]
            for layer in layers:
                layer.keep(going, step)
    return found


@dataclass
class _Layer:
    """One decoder layer with what it remembers of source and output so far."""

    own: Any
    source: tuple[Tensor, Tensor]  # keys and values (B, A, T, D)
    output: tuple[Tensor, Tensor]  # (B, A, most, D), filled up to the present step

    @classmethod
    def of(cls, own: Any, hidden: Tensor, most: int) -> "_Layer":
        """For a batch whose longest row may have ``most`` sub-tokens."""
        cross = own.encoder_attn
        heads, size = cross.num_heads, cross.head_dim
        keys, values = (
            each(hidden).view(*hidden.shape[:2], heads, size).transpose(1, 2).contiguous()
            for each in (cross.k_proj, cross.v_proj)
        )
        empty = hidden.new_empty(len(hidden), heads, most, size)
        return cls(own, (keys, values), (empty, torch.empty_like(empty)))

    def __call__(self, state: Tensor, seen: Tensor, step: int) -> Tensor:
        """States (B, H) of the sub-tokens of one step."""
        own = self.own
        for kept, each in zip(
            self.output, (own.self_attn.k_proj, own.self_attn.v_proj), strict=True
        ):
            kept[:, :, step] = self._heads(each(state), own.self_attn)[:, :, 0]
        keys, values = (kept[:, :, : step + 1] for kept in self.output)
        made = self._look(own.self_attn, state, keys, values, None)
        state = own.self_attn_layer_norm(state + made)
        made = self._look(own.encoder_attn, state, *self.source, seen)
        state = own.encoder_attn_layer_norm(state + made)
        made = own.fc2(own.activation_fn(own.fc1(state)))
        found: Tensor = own.final_layer_norm(state + made)
        return found

    def _look(
        self, attention: Any, state: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None
    ) -> Tensor:
        """What one look at keys and values tells: (B, H)."""
        query = self._heads(attention.q_proj(state), attention)
        made = nn.functional.scaled_dot_product_attention(
            query, keys, values, mask, scale=attention.scaling
        )
        found: Tensor = attention.out_proj(made.reshape(state.shape))
        return found

    @staticmethod
    def _heads(state: Tensor, attention: Any) -> Tensor:
        """(B, H) as (B, A, 1, D)."""
        return state.view(len(state), attention.num_heads, 1, attention.head_dim)

    def keep(self, rows: Tensor, steps: int) -> None:
        """Forget all but some of the rows, of which so many steps are filled."""
        keys, values = (kept.new_empty(int(rows.sum()), *kept.shape[1:]) for kept in self.output)
        for new, kept in zip((keys, values), self.output, strict=True):
            new[:, :, :steps] = kept[:, :, :steps][rows]
        self.output = keys, values
        self.source = self.source[0][rows], self.source[1][rows]
