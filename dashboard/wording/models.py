"""Every sentence of the Models tab, and of models that are replaced.

Knows words and how sizes are written; no HTML, no events.
"""

from core.records import EngineSources
from core.roles import by_role

TAB = "Models"
LOADING = "Loading {name} {role}…"
UNLOADING = "Unloading {name} {role}…"
FAILED = "{change} did not work, and the models stay as they were. {problem}"
TOO_MANY_CHANGES = ("Too many models wait to be loaded.", "Try again once they are.")
STILL_LOADING = ("The models are still loading.", "Try again once they are there.")
AS = {
    "teacher": "as teacher",
    "student": "as student",
    "student before": "as student before refinement",
    "translator": "as translator",
    "further": "as further student",
}


def as_role(role: str) -> str:
    """How a model is loaded: "as student", "as student 2"."""
    return AS.get(role, f"as {role}")


def loaded_as(sources: EngineSources | None, source: str) -> tuple[str, ...]:
    """The roles that a source is loaded in."""
    if sources is None:
        return ()
    return tuple(role for role, one in by_role(sources).items() if one == source)
