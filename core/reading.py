"""What a model really read of a text: its sub-tokens, named, the unknown ones with their origin.

Knows alignments and how a vocabulary spells its pieces; runs no model and scores nothing.
"""

import sys
from typing import Any

from core.records import PieceKind, Reading
from core.words import Alignment, piece_mark, spelled


def reading(alignment: Alignment, tokenizer: Any, limit: int) -> Reading:
    """The sub-tokens of an aligned text, as they went into the model.

    Args:
        alignment: of the text, by the same tokenizer.
        tokenizer: any Hugging Face tokenizer.
        limit: sub-tokens that the model reads at most, special and prefix ones included.

    Returns:
        A Reading of T pieces, parallel to ``alignment.input_ids``.
    """
    kinds = _kinds(alignment, tokenizer)
    names = tokenizer.convert_ids_to_tokens(list(alignment.input_ids))
    mark = piece_mark(names, tokenizer)
    # Pieces repeat from text to text: one string for each is kept, not one for each occurrence.
    pieces = tuple(sys.intern(spelled(name, tokenizer)) for name in names)
    text = alignment.words.text
    written = {
        row: text[slice(*span)] if (span := alignment.char_spans[row]) else ""
        for row, kind in enumerate(kinds)
        if kind is PieceKind.UNKNOWN
    }
    return Reading(pieces, kinds, written, limit, alignment.beyond, alignment.end, mark)


def _kinds(alignment: Alignment, tokenizer: Any) -> tuple[PieceKind, ...]:
    """What each sub-token stands for; the prefix comes first among those that are not special."""
    unknown, special = tokenizer.unk_token_id, set(tokenizer.all_special_ids)
    special.discard(unknown)
    kinds: list[PieceKind] = []
    left = alignment.prefixed
    for piece, word in zip(alignment.input_ids, alignment.word_ids, strict=True):
        if piece in special and word is None:
            kinds.append(PieceKind.SPECIAL)
        elif left:
            left -= 1
            kinds.append(PieceKind.PREFIX)
        else:
            kinds.append(PieceKind.UNKNOWN if piece == unknown else PieceKind.KNOWN)
    return tuple(kinds)
