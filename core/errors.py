"""The few exceptions that reach a user: one sentence, and a hint on what to do.

Everything that a person can get wrong raises one of these; anything else is
a defect of ours and keeps its traceback in the log.
"""


class TandemError(Exception):
    """A sentence for the user plus a hint.

    Args:
        sentence: what is wrong, complete and readable on its own.
        hint: what to do about it; may be empty.
    """

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()


class DataError(TandemError):
    """A data file, or a row of one, cannot be used."""


class ModelError(TandemError):
    """A model cannot be loaded, or does not do what is asked of it."""


class Unreachable(ModelError):
    """A model is not on this machine and the hub cannot be asked for it."""


class CheckpointError(ModelError):
    """A checkpoint folder is missing, half-written, or of another format."""


class ConfigError(TandemError):
    """An option is unknown, or a value is out of bounds."""


class SplitError(TandemError):
    """Models or files that belong to different train/validation splits meet."""


class InputError(TandemError):
    """What was typed or sent to an endpoint cannot be used."""


def brief(error: Exception) -> str:
    """The beginning of what a library said, on one line."""
    words = " ".join(str(error).split()) or type(error).__name__
    return words if len(words) <= 300 else f"{words[:299]}…"
