"""What the views ask of a metrics record again and again: which systems, which languages.

Knows the shape of core.evaluation.schema; draws nothing.
"""

from collections.abc import Sequence

from core.evaluation.plan import BEFORE, STUDENT
from core.evaluation.schema import Metrics, Scores, SystemMetrics, Test
from dashboard.wording import batch_results as words
from dashboard.wording.languages import LANGUAGES


def labelled(metrics: Metrics) -> bool:
    """Whether rows have emotion labels, so that systems have scores."""
    return any("macro_f1" in one for one in metrics["systems"].values())


def scored(metrics: Metrics) -> list[str]:
    """Systems that have scores, in the order of the report."""
    return [name for name, one in metrics["systems"].items() if "macro_f1" in one]


def main(metrics: Metrics) -> str:
    """The system that the first sentences are about: the student, or else the first."""
    names = list(metrics["systems"])
    return STUDENT if STUDENT in names else names[0]


def languages(metrics: Metrics) -> list[str]:
    """Codes of the file's languages: those that we name first, in their usual order."""
    found = metrics["file"]["languages"]
    known = [code for code in LANGUAGES if found.get(code)]
    return known + sorted(code for code, count in found.items() if count and code not in LANGUAGES)


def places(metrics: Metrics) -> list[tuple[str, str]]:
    """All rows, then each language: what a select offers. One language: only all rows."""
    codes = languages(metrics)
    rest = [(code, words.language(code)) for code in codes] if len(codes) > 1 else []
    return [("", words.ALL_LANGUAGES), *rest]


def systems(names: Sequence[str], metrics: Metrics | None = None) -> list[tuple[str, str]]:
    """Systems as a select offers them; with metrics, what they score carries its provenance."""
    if metrics is None:
        return [(name, words.system(name)) for name in names]
    return [
        (name, words.tagged(name, metrics["systems"][name]["provenance"]["tag"])) for name in names
    ]


def scores(system: SystemMetrics, language: str) -> Scores | SystemMetrics | None:
    """A system's scores on one language ("" for all rows); None where it has none."""
    if not language:
        return system if "macro_f1" in system else None
    return system.get("per_language", {}).get(language)


def first(metrics: Metrics) -> str:
    """The system that the others are tested against; "" where none was."""
    return metrics["tests"][0]["a"] if metrics["tests"] else ""


def test(metrics: Metrics, against: str, language: str = "") -> Test | None:
    """The first system against another; None where that was not tested."""
    for one in metrics["tests"]:
        if one["b"] == against and one["language"] == language:
            return one
    return None


def refined(metrics: Metrics) -> Test | None:
    """The student against itself before refinement, on all rows."""
    return test(metrics, BEFORE) if first(metrics) == STUDENT else None


def found_languages(metrics: Metrics) -> bool:
    """Whether each row's language was found, not given: several, and no column names them."""
    return not metrics["file"]["layout"].get("language") and len(metrics["file"]["languages"]) > 1


def machine_translated(metrics: Metrics, language: str) -> bool:
    """Whether a language's rows came out of a translator."""
    return language in metrics["file"]["machine_translated"]
