"""Which models take part in a comparison: where they come from, opened, described.

Knows sources, headers, and which open model can be taken over; answers nothing itself.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from dataclasses import replace as changed

from core.catalogue import Stamp, stamp
from core.errors import InputError
from core.hub import Progress
from core.loading import load_emotion_model, quiet
from core.models import EmotionModel
from core.records import EngineSources, ModelInfo
from core.roles import folder_of
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
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    """Source → what its files were when it was opened."""

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

    @property
    def refined(self) -> bool:
        """Whether the student before is the one that the student was refined from."""
        manifest = self.student.manifest
        if self.baseline is None or manifest is None:
            return False
        return manifest.parents.get("student") == self.baseline.identity

    def models(self) -> tuple[ModelInfo, ...]:
        """A header's lines, in the order in which they are shown."""
        infos = [_info("teacher", self.teacher), _info("student", self.student)]
        if self.baseline is not None:
            infos.append(_info("student before", self.baseline))
        infos += [_info(name.replace("_", " "), model) for name, model in self.students.items()]
        if self.translator.units:
            infos.append(_translator_info(self.translator))
        return tuple(infos)


def open_models(
    sources: EngineSources,
    device: str,
    progress: Progress | None = None,
    before: Roster | None = None,
) -> Roster:
    """Load all models.

    Args:
        progress: called while files of a hub id are downloaded.
        before: models that are open already; those whose source and files are the same are taken
            over as they are, whatever their role was.

    Raises:
        TandemError: what the first that cannot be loaded met.
    """
    quiet()
    opened = _Opened(device, progress, before)
    student = opened.model(sources.student, "student")
    teacher = opened.model(sources.teacher, "teacher")
    baseline, translator = None, Translator({})
    if sources.baseline is not None:
        baseline = opened.model(sources.baseline, "student before")
    if sources.translator is not None:
        translator = opened.translator(sources.translator)
    further = {
        f"student_{number}": opened.model(source, f"student {number}")
        for number, source in enumerate(sources.students, start=2)
    }
    weigher = _weigher(student, baseline, translator)
    return Roster(teacher, student, baseline, translator, weigher, further, opened.stamps)


class _Opened:
    """Models being opened one after another, each source once."""

    def __init__(self, device: str, progress: Progress | None, before: Roster | None) -> None:
        self.device, self.progress = device, progress
        self.stamps: dict[str, Stamp] = {}
        self._models: dict[str, EmotionModel] = {}
        self._before = before
        if before is not None:
            self._models = {
                one.name: one for one in _classifiers(before) if self._same(one.name, before)
            }

    def model(self, source: str, role: str) -> EmotionModel:
        """The classifier of a source, in a role; one that is open already shares its weights."""
        self._note(source)
        known = self._models.get(source)
        if known is None:
            known = load_emotion_model(source, role, self.device, self.progress)
            self._models[source] = known
        return known if known.role == role else changed(known, role=role)

    def translator(self, source: str) -> Translator:
        """The translator of a source."""
        self._note(source)
        before = self._before
        if before is not None and before.translator.units:
            name, _ = describe(before.translator)
            if name == source and self._same(source, before):
                return before.translator
        return load_translator(source, self.device, progress=self.progress)

    def _note(self, source: str) -> None:
        # Before it is opened: what is written meanwhile counts as a change.
        self.stamps.setdefault(source, _stamp(source))

    @staticmethod
    def _same(source: str, before: Roster) -> bool:
        return before.stamps.get(source) == _stamp(source)


def _classifiers(roster: Roster) -> tuple[EmotionModel, ...]:
    """All of them; of one source in two roles the one that came first."""
    found = [roster.student, roster.teacher, *roster.students.values()]
    models = [*found, *([] if roster.baseline is None else [roster.baseline])]
    return tuple(reversed(models))


def _stamp(source: str) -> Stamp:
    folder = folder_of(source)
    return () if folder is None else stamp(folder)


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
