"""Model cards: a README.md in a checkpoint's folder, out of its manifest and measured figures.

Knows how Hugging Face wants a card to begin; what stands below that is
``train.figures.card_text``'s. A card is no part of the checkpoint: the manifest does
not list it, so neither writing nor losing one makes a folder count as damaged.
"""

from pathlib import Path

from huggingface_hub import EvalResult, ModelCardData

from train.figures.card_text import Subject, body, licence_of
from train.figures.tables import Evaluations
from train.paths import is_hub_id
from train.report import write_text

CARD = "README.md"
LICENCES = {"apache-2.0", "mit", "cc-by-4.0", "cc0-1.0", "cc-by-sa-4.0", "cc-by-nc-4.0"}
"""Those of the hub's names for licences that a manifest's may be."""
TASKS = {
    "translator": "translation",
    "teacher": "text-classification",
    "student": "text-classification",
    "base": "feature-extraction",
}
"""Role → the hub's name for what such a model does."""
ON_THE_HUB = {
    "EXALT": "pranaydeeps/EXALT-v1",
    "GoEmotions": "google-research-datasets/go_emotions",
    "BRIGHTER": "brighter-dataset/BRIGHTER-emotion-categories",
    "XED": "Helsinki-NLP/xed_en_fi",
    "Tatoeba": "Helsinki-NLP/tatoeba",
    "all-MiniLM-L6-v2": "sentence-transformers/all-MiniLM-L6-v2",
}
"""What a manifest's licence calls data and models → their ids."""


def write_card(folder: Path, subject: Subject, found: Evaluations) -> Path:
    """Write ``README.md`` into a checkpoint's folder, replacing an earlier one."""
    write_text(folder / CARD, card(subject, found))
    return folder / CARD


def card(subject: Subject, found: Evaluations) -> str:
    """YAML front matter, then what a stranger wants to know."""
    return f"---\n{front_matter(subject, found).to_yaml()}\n---\n\n{body(subject, found)}"


def front_matter(subject: Subject, found: Evaluations) -> ModelCardData:
    """What the hub reads of a card; what is not known is left out."""
    manifest = subject.manifest
    own, sources = licence_of(manifest.licence)
    ids = [ON_THE_HUB[name] for name, _ in sources if name in ON_THE_HUB]
    base = _base(subject)
    codes = [*subject.languages, *(["en"] if manifest.role == "translator" else [])]
    known = own.lower() in LICENCES
    return ModelCardData(
        language=list(dict.fromkeys(codes)) or None,
        license=own.lower() if known else "other",
        license_name=None if known else own or "not stated",
        base_model=base,
        datasets=[i for i in dict.fromkeys(ids) if i != base] or None,
        library_name="transformers",
        pipeline_tag=TASKS[manifest.role],
        tags=["tandem", manifest.role, *(["emotion"] if manifest.labels else [])],
        model_name=subject.name,
        eval_results=_results(subject, found) or None,
    )


def _base(subject: Subject) -> str | None:
    """Hub id of what the weights started from: the licence's "from NAME", else the base itself."""
    for part in subject.manifest.licence.split(";"):
        _, named = licence_of(f";{part}")
        if part.strip().startswith("from ") and named and named[0][0] in ON_THE_HUB:
            return ON_THE_HUB[named[0][0]]
    return subject.manifest.base if is_hub_id(subject.manifest.base) else None


def _results(subject: Subject, found: Evaluations) -> list[EvalResult]:
    """Macro-F1 for each file; of a translator chrF (0 to 100) for each language."""
    if subject.manifest.role == "translator":
        task, metric, name = "translation", "chrf", "chrF"
        measured = [(str(row["language"]), 100 * float(row["chrf"])) for row in subject.chrf()]
    else:
        task, metric, name = "text-classification", "f1", "macro-F1"
        rows = subject.scores(found)
        measured = [(c.file, float(row["macro_f1"])) for c, row in rows if not c.parts]
    return [
        EvalResult(
            task_type=task,
            dataset_type=data,
            dataset_name=data,
            metric_type=metric,
            metric_name=name,
            metric_value=round(value, 4),
        )
        for data, value in measured
    ]
