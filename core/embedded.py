"""The models that come with Tandem, and which of them stand in for those that nobody named.

Knows folders; opens no model.
"""

from collections.abc import Sequence
from pathlib import Path

from core.errors import ConfigError
from core.records import EngineSources

DEMO = Path(__file__).resolve().parents[1] / "assets" / "models" / "demo"
FOLDERS = {
    "teacher": "teacher",
    "student": "student",
    "baseline": "student_before",
    "translator": "translator",
}
"""Option → folder of the embedded model."""

NONE = "none"


def embedded(option: str) -> str:
    """The embedded model that stands in for an option.

    Raises:
        ConfigError: when its folder is missing.
    """
    folder = DEMO / FOLDERS[option]
    if not folder.is_dir():
        raise ConfigError(
            f"The embedded {option} is missing: there is no folder {folder}.",
            f"Restore it from the repository, or give --{option} a folder or a Hugging Face id.",
        )
    return str(folder)


def sources(
    teacher: str | None,
    student: str | None,
    baseline: str | None,
    translator: str | None,
    students: Sequence[str] = (),
) -> EngineSources:
    """The models of a comparison, the embedded ones for those that are None.

    The embedded baseline belongs to the embedded student: with another student there is none,
    unless it is named. "none" leaves it out in any case.

    Args:
        students: further ones, which only evaluations ask.

    Raises:
        ConfigError: when an embedded model is needed and missing.
    """
    if baseline is None:
        baseline = NONE if student else embedded("baseline")
    return EngineSources(
        teacher or embedded("teacher"),
        student or embedded("student"),
        None if baseline == NONE else baseline,
        translator or embedded("translator"),
        tuple(students),
    )
