"""Which models take part in a comparison: where they come from, opened, described.

Knows sources and headers; answers nothing itself.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from core.errors import InputError
from core.hub import Progress
from core.loading import load_emotion_model, quiet
from core.models import EmotionModel
from core.records import EngineSources, ModelInfo
from core.translation import Translator
from core.translators import describe, identity, load_translator, parameters
from core.weighing import Weigher


@dataclass(frozen=True)
class Roster:
    """The models of one comparison, open."""

    teacher: EmotionModel
    student: EmotionModel
    baseline: EmotionModel | None
    translator: Translator  # without units where none was asked for
    weigher: Weigher
    students: Mapping[str, EmotionModel] = field(default_factory=dict)
    """Further students by system: student_2, student_3 …; they take part in evaluations only."""

    def in_role(self, role: str) -> EmotionModel:
        """The classifier of a role.

        Raises:
            InputError: no model is loaded as that.
        """
        models = {"student": self.student, "teacher": self.teacher}
        if self.baseline is not None:
            models["student before"] = self.baseline
        if role not in models:
            raise InputError(
                f"No model is loaded as {str(role)[:40]!r}.", f"Loaded are {', '.join(models)}."
            )
        return models[role]

    def models(self) -> tuple[ModelInfo, ...]:
        """A header's lines, in the order in which they are shown."""
        infos = [_info("teacher", self.teacher), _info("student", self.student)]
        if self.baseline is not None:
            infos.append(_info("student before", self.baseline))
        infos += [_info(name.replace("_", " "), model) for name, model in self.students.items()]
        if self.translator.units:
            infos.append(_translator_info(self.translator))
        return tuple(infos)


def open_models(sources: EngineSources, device: str, progress: Progress | None = None) -> Roster:
    """Load all models.

    Args:
        progress: called while files of a hub id are downloaded.

    Raises:
        TandemError: what the first that cannot be loaded met.
    """
    quiet()
    student = load_emotion_model(sources.student, "student", device, progress)
    teacher = load_emotion_model(sources.teacher, "teacher", device, progress)
    baseline, translator = None, Translator({})
    if sources.baseline is not None:
        baseline = load_emotion_model(sources.baseline, "student before", device, progress)
    if sources.translator is not None:
        translator = load_translator(sources.translator, device, progress=progress)
    further = {
        f"student_{number}": load_emotion_model(source, f"student {number}", device, progress)
        for number, source in enumerate(sources.students, start=2)
    }
    weigher = _weigher(student, baseline, translator)
    return Roster(teacher, student, baseline, translator, weigher, further)


def _weigher(
    student: EmotionModel, baseline: EmotionModel | None, translator: Translator
) -> Weigher:
    reference = student.manifest.weight_reference if student.manifest is not None else None
    # Without a reference nothing is compared, and a pattern's models need not be open.
    made_by = translator.identity if reference and translator.units else ""
    return Weigher(
        reference,
        baseline.identity if baseline is not None else None,
        made_by,
        asdict(translator.decoding),
    )


def _info(role: str, model: EmotionModel) -> ModelInfo:
    manifest = model.manifest
    return ModelInfo(
        role=role,
        name=model.name,
        base=model.base,
        languages=manifest.languages if manifest is not None else (),
        parameters=model.parameters,
        threshold=model.threshold,
        pooling=model.pooling,
        licence=manifest.licence if manifest is not None else "",
        source=model.name,
        unmapped=model.unmapped,
        identity=model.identity,
    )


def _translator_info(translator: Translator) -> ModelInfo:
    name, manifest = describe(translator)
    return ModelInfo(
        role="translator",
        name=name,
        base=manifest.base if manifest is not None else name,
        languages=tuple(translator.units),
        parameters=parameters(translator),
        threshold=None,
        pooling="",
        licence=manifest.licence if manifest is not None else "",
        source=name,
        identity=identity(translator),
    )
