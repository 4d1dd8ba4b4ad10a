"""What comes in from people and programs: types and limits.

Asks no engine, draws nothing; what goes out as JSON is core.answers.
"""

from collections.abc import Sequence
from typing import Any

from core.errors import InputError
from core.request import AUTO
from dashboard import wording

TAB_LIMIT = 500  # tweets that the tab compares at once
CARD_LIMIT = 5  # so many tweets are shown as cards at once; of more, a table stands first
ENDPOINT_LIMIT = 500  # texts that one call of the endpoint may hold
LENGTH_LIMIT = 20_000  # characters of one text
SEEDS = 2**31


def whole_characters(text: str) -> str:
    """``text`` with halves of surrogate pairs, which no encoding can carry, as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def split_lines(text: str) -> list[str]:
    """The tweets of a box, one per line; lines of blanks alone are skipped."""
    lines = text.replace("\r\n", "\n").split("\n")
    return [line for line in lines if line.strip(" \t\r")]


def check_lengths(texts: Sequence[str]) -> None:
    """Raises InputError naming the first text that is too long."""
    for position, text in enumerate(texts, start=1):
        if len(text) > LENGTH_LIMIT:
            raise InputError(
                f"Text {position} has {wording.number(len(text))} characters; "
                f"at most {wording.number(LENGTH_LIMIT)} can be read.",
                "Shorten it.",
            )


def check_language(language: Any) -> str:
    """``language`` if it is "auto" or one of the five codes.

    Raises:
        InputError: otherwise.
    """
    if isinstance(language, str) and language in (AUTO, *wording.LANGUAGES):
        return language
    raise InputError(
        f"The language {str(language)[:40]!r} is not known.",
        f"Use one of {', '.join((AUTO, *wording.LANGUAGES))}.",
    )


def check_texts(texts: Any) -> list[str]:
    """What the endpoint was sent, as a list: a string is split on newlines, a list kept.

    Raises:
        InputError: for any other type, too many texts, or one that is too long.
    """
    if isinstance(texts, str):
        texts = split_lines(texts)
    if not isinstance(texts, list):
        raise InputError(
            f"texts must be a string or a list of strings, not {kind(texts)}.",
            "Send the tweets separated by newlines, or as a list.",
        )
    for position, text in enumerate(texts, start=1):
        if not isinstance(text, str):
            raise InputError(f"Item {position} of texts is {kind(text)}, not a string.")
    if len(texts) > ENDPOINT_LIMIT:
        raise InputError(
            f"One call may hold at most {ENDPOINT_LIMIT} texts; this one holds "
            f"{wording.number(len(texts))}.",
            "Split them over several calls.",
        )
    check_lengths(texts)
    return texts


def check_text(value: Any, name: str) -> str:
    """One text of an endpoint.

    Raises:
        InputError: no string, or too long.
    """
    if not isinstance(value, str):
        raise InputError(f"{name} must be a string, not {kind(value)}.")
    check_lengths([value])
    return value


def check_text_or_none(value: Any, name: str) -> str | None:
    """The same, or nothing; raises InputError as ``check_text`` does."""
    return None if value is None else check_text(value, name)


def check_names(value: Any, name: str, default: Sequence[str]) -> tuple[str, ...]:
    """A list of names, the default where there is none.

    Raises:
        InputError: no list of strings.
    """
    if value is None:
        return tuple(default)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(f"{name} must be a list of strings, not {kind(value)}.")
    return tuple(value)


def check_options(value: Any) -> dict[str, dict[str, float]]:
    """Tables of numbers by name; none where there is nothing.

    Raises:
        InputError: of another shape; the numbers are checked where they are used.
    """
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        raise InputError(
            "options must hold an object for each method.",
            'For example {"lime": {"samples": 500}}.',
        )
    return value


def check_seed(value: Any) -> int:
    """A seed for random numbers.

    Raises:
        InputError: no whole number that a generator takes.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < SEEDS:
        raise InputError(f"seed must be a whole number from 0 to {SEEDS - 1}.")
    return value


def kind(value: Any) -> str:
    """A JSON value's type in plain words."""
    names = {
        type(None): "nothing",
        bool: "a truth value",
        int: "a number",
        float: "a number",
        dict: "an object",
        list: "a list",
        str: "a string",
    }
    return names.get(type(value), type(value).__name__)
