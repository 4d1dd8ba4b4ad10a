"""What a model really read, sub-token by sub-token, folded under its panel.

Knows a Reading and how it is drawn; tokenizers' marks it only passes on.
"""

from core.records import PieceKind, Reading
from dashboard.views import markup
from dashboard.wording import reading as words


def folded(reading: Reading | None, key: str) -> str:
    """The pieces with their count; nothing where the engine gave none.

    Args:
        key: names the fold, so that it stays open when its card is replaced.
    """
    if reading is None:
        return ""
    rows = zip(reading.pieces, reading.kinds, strict=True)
    pieces = " ".join(_piece(p, k, reading.written.get(i)) for i, (p, k) in enumerate(rows))
    notes = " ".join(words.reading_notes(reading))
    line = f'<p class="td-note">{markup.text(notes)}</p>' if notes else ""
    return (
        f'<details class="td-more" data-key="{key}"><summary>{words.READING} '
        f'<span class="td-soft">· {words.reading_count(reading)}</span></summary>'
        f'<p class="td-pieces" dir="ltr" tabindex="0" role="group" '
        f'aria-label="{words.READING}">{pieces}</p>{line}</details>'
    )


def _piece(piece: str, kind: PieceKind, written: str | None) -> str:
    """One sub-token; an unknown one with what was written in its place."""
    if kind is PieceKind.UNKNOWN:
        origin = markup.text(written or "")
        return (
            f'<span class="td-piece td-piece-unknown"><u>{markup.text(piece)}</u>'
            f'<span class="td-sr"> {words.READING_UNKNOWN}:</span> <bdi>{origin}</bdi></span>'
        )
    return f'<span class="td-piece td-piece-{kind.value}">{markup.text(_shown(piece))}</span>'


def _shown(piece: str) -> str:
    """A piece that is nothing but a line break or a tab, so that it shows."""
    return piece.replace("\n", "↵").replace("\t", "⇥")
