"""What is asked of the engine, checked before any model is waited for.

Knows texts, language codes and edited translations; no model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.errors import InputError
from core.languages import LANGUAGES
from core.records import UNKNOWN

AUTO = "auto"
ALLOWED = (AUTO, *LANGUAGES, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Request:
    """N tweets to compare."""

    texts: Sequence[str]  # N, exactly as they are
    codes: Sequence[str]  # N, each one of ALLOWED
    edited: Sequence[str | None]  # N: English written by the user, or None

    @classmethod
    def of(
        cls,
        texts: Sequence[str],
        languages: str | Sequence[str],
        translations: Sequence[str | None] | None,
    ) -> "Request":
        """Check and complete what was asked.

        Raises:
            InputError: no list of strings, an unknown language, lists of different lengths.
        """
        _refuse_others(texts, "texts")
        edited: list[str | None] = [None] * len(texts)
        if translations is not None:
            edited = list(translations)
            _refuse_others([own for own in edited if own is not None], "translations")
        if len(edited) != len(texts):
            raise InputError(f"{len(texts)} texts came with {len(edited)} translations.")
        return cls(list(texts), _codes(languages, len(texts)), edited)

    def parts(self, size: int) -> Iterator["Request"]:
        """The same in parts of at most ``size`` tweets."""
        for start in range(0, len(self.texts), size):
            part = slice(start, start + size)
            yield Request(self.texts[part], self.codes[part], self.edited[part])


def _refuse_others(values: Sequence[str], name: str) -> None:
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise InputError(f"{name} must be a list of strings.")


def _codes(languages: str | Sequence[str], count: int) -> list[str]:
    codes = [languages] * count if isinstance(languages, str) else list(languages)
    if len(codes) != count:
        raise InputError(f"{count} texts came with {len(codes)} languages.")
    for code in codes:
        if code not in ALLOWED:
            raise InputError(
                f"The language {str(code)[:40]!r} is not known.",
                f"Use one of {', '.join(ALLOWED)}.",
            )
    return codes
