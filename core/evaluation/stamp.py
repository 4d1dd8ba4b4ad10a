"""What shapes an evaluation's results: file, plan, models, settings, device, engines, version.

Plain values; two runs of one stamp give the same table. Knows a roster; runs nothing.
"""

from dataclasses import asdict
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import Any

from core.evaluation.engines import Engines
from core.evaluation.plan import Plan
from core.evaluation.systems import Chosen
from core.roster import Roster
from core.translators import describe, identity

PACKAGE = "tandem-emotion"


def stamp(
    roster: Roster, plan: Plan, chosen: Chosen, sha256: str, engines: Engines
) -> dict[str, Any]:
    """Name → value, as JSON holds them.

    Args:
        sha256: of the file's bytes.
    """
    models: dict[str, Any] = {name: list(model.key) for name, model in chosen.models.items()}
    if chosen.translated and roster.translator.units:
        decoding = asdict(roster.translator.decoding)
        models["translator"] = {"identity": identity(roster.translator), **decoding}
    reference = roster.weigher.reference if chosen.weighed else None
    return {
        "plan": plan.to_dict(),
        "file": sha256,
        **{f"model ({name})": settings for name, settings in models.items()},
        "weight reference": None if reference is None else reference.to_dict(),
        "device": device_of(roster),
        "engine": dict(engines.words),
        "version": version(),
    }


def models_of(roster: Roster, chosen: Chosen) -> list[dict[str, str]]:
    """Role, name and identity of each model that took part."""
    found = [
        {"role": name, "name": model.name, "identity": model.identity}
        for name, model in chosen.models.items()
    ]
    if chosen.translated and roster.translator.units:
        name, _ = describe(roster.translator)
        made_by = identity(roster.translator)
        found.append({"role": "translator", "name": name, "identity": made_by})
    return found


def device_of(roster: Roster) -> str:
    """ "cpu" or "cuda"."""
    return roster.student.device.type


def version() -> str:
    """Of Tandem; "unknown" where it runs from a folder that nobody installed."""
    try:
        return installed(PACKAGE)
    except PackageNotFoundError:
        return "unknown"
