"""How a Marian model searches for a translation: each row to a limit of its own, no longer.

Knows ids of sub-tokens and transformers' ``generate``, which beams and foreign settings need; the
plain search is ``core.greedy``. Knows no text and no tokenizer.
"""

from typing import Any

import torch
from torch import Tensor
from transformers import LogitsProcessor, LogitsProcessorList
from transformers.modeling_outputs import BaseModelOutput

from core.greedy import greedy, plain

STEPS = 20  # sub-tokens between two looks at which rows have ended


class OwnLimit(LogitsProcessor):
    """Ends each row at a length of its own, so that its neighbours in a batch don't shape it.

    Args:
        limits: (B,) sub-tokens that each row may have, end mark included.
        beams: rows of the search per row of the batch.
        end: id of the end mark.
    """

    def __init__(self, limits: Tensor, beams: int, end: int) -> None:
        self.limits = limits.repeat_interleave(beams)  # (B · beams,)
        self.end = end

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Scores (B · beams, V), with nothing but the end mark where the last one is due."""
        reached = input_ids.shape[1] >= self.limits  # the start mark and the end mark even out
        if reached.any():
            scores = scores.masked_fill(reached[:, None], -torch.inf)
            scores[reached, self.end] = 0.0
        return scores


def search(
    module: Any, ids: Tensor, mask: Tensor, limits: Tensor, beams: int, end: int
) -> list[list[int]]:
    """The sub-tokens of each row's translation, its end mark included.

    Without beams, rows that have ended leave the batch every STEPS sub-tokens: one row in sixty
    that runs on to its limit would else keep all of them until then.

    Args:
        ids, mask: (B, T) the sources.
        limits: (B,) sub-tokens that each row may have, end mark included.
        end: id of the end mark.
    """
    hidden = module.get_encoder()(input_ids=ids, attention_mask=mask).last_hidden_state  # (B, T, H)
    if beams == 1 and plain(module):
        return greedy(module, hidden, mask, limits, end)
    begun = torch.full((len(ids), 1), module.config.decoder_start_token_id, device=ids.device)
    places = torch.arange(len(ids), device=ids.device)  # of the rows that are still searched for
    found: dict[int, list[int]] = {}
    while len(places):
        own = limits[places]
        most = int(own.max()) + 1 - begun.shape[1]
        output = module.generate(
            encoder_outputs=BaseModelOutput(last_hidden_state=hidden[places]),
            attention_mask=mask[places],
            decoder_input_ids=begun,
            num_beams=beams,
            do_sample=False,
            use_cache=True,  # a training leaves it off in the config
            max_length=None,
            max_new_tokens=most if beams > 1 else min(STEPS, most),
            forced_eos_token_id=None,  # or each look would end every row; OwnLimit does it
            logits_processor=LogitsProcessorList([OwnLimit(own, beams, end)]),
        )[:, 1:]
        over = (output == end).any(dim=1)
        for place, row in zip(places[over].tolist(), output[over].tolist(), strict=True):
            found[place] = row[: row.index(end) + 1]
        places, begun = (
            places[~over],
            torch.nn.functional.pad(
                output[~over], (1, 0), value=module.config.decoder_start_token_id
            ),
        )
    return [found[place] for place in range(len(ids))]
