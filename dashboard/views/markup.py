"""A user's text as HTML that can be nothing but text.

Knows escaping and invisible characters; knows no records. Every other view passes foreign text
through here. The finished HTML goes to gr.HTML as its *value*, never into a template.
"""

import html
import json
import re
from typing import Any

# C0 and C1 controls (without tab and newline), marks that turn the direction of writing,
# line separators, and halves of surrogate pairs. Joiners stay: emoji are made of them.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]"
)


def text(value: str) -> str:
    """``value`` as element content; characters without a shape of their own shown by code.

    >>> text("<b>")
    '&lt;b&gt;'
    """
    return INVISIBLE.sub(_badge, html.escape(value))


def _badge(match: re.Match[str]) -> str:
    """An invisible character as a small label that cannot act on its surroundings."""
    return f'<span class="td-invisible">U+{ord(match.group()):04X}</span>'


def attribute(value: str) -> str:
    """``value`` as the inside of a quoted attribute; what no attribute can carry is replaced."""
    return html.escape(INVISIBLE.sub("\ufffd", value), quote=True)


def data(value: Any) -> str:
    """``value`` as JSON in ASCII for a ``data-`` attribute: every character comes back."""
    return html.escape(json.dumps(value, ensure_ascii=True), quote=True)


def field(value: str) -> str:
    """``value`` as the content of a textarea, its first newline kept."""
    return "\n" + html.escape(INVISIBLE.sub(_field_character, value))


def _field_character(match: re.Match[str]) -> str:
    """Controls that HTML forbids become U+FFFD; direction marks stay editable."""
    return match.group() if match.group() >= "\u2000" and match.group() < "\ud800" else "\ufffd"


def script(value: str | dict[str, str]) -> str:
    """A sentence of ours, or several by name, as a JavaScript value."""
    return json.dumps(value, ensure_ascii=True)
