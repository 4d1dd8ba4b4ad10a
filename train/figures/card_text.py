"""What a model card says: what it is, figures, limits, how it was made, data, use.

Knows manifests, figures and Markdown; what the hub reads of a card is
``train.figures.cards``'s. Every figure comes from the manifest or an evaluation.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.languages import NAMES
from core.manifest import Manifest
from train.figures.summary_text import SEEN, figure_text, translator_table, trigger_table
from train.figures.tables import Column, Evaluations
from train.report import markdown_table, shown

WORST = 3  # classes named among the limits
FEW = 10  # rows below which a class's score says nothing
_SOURCE = re.compile(r"([^,;()]+?) \(([^()]+)\)")  # NAME (LICENCE)
Scored = list[tuple[Column, Mapping[str, Any]]]


@dataclass(frozen=True)
class Subject:
    """One checkpoint, and what is known of it."""

    name: str  # of its folder
    manifest: Manifest
    system: str | None  # its name in the evaluations; None: not in them
    parameters: int = 0  # 0: not known
    minutes: float | None = None  # that the run which wrote it took
    relatives: Mapping[str, "Subject"] = field(default_factory=dict)  # identity → those beside it
    languages: tuple[str, ...] = ()
    translation: Sequence[Mapping[str, Any]] = ()  # rows of the report's translator section

    def scores(self, found: Evaluations) -> Scored:
        """What was measured of it, by column."""
        return found.score_rows(self.system) if self.system is not None else []

    def chrf(self) -> list[Mapping[str, Any]]:
        """Rows of a translator that have a chrF."""
        return [row for row in self.translation if row.get("chrf") is not None]


def body(subject: Subject, found: Evaluations) -> str:
    """The card below its front matter."""
    parts = [
        f"# {subject.name}\n\n{_what(subject)}",
        _titled("Figures", _figures(subject, found)),
        _titled("Limits", _limits(subject, found)),
        _titled("How it was made", _made(subject)),
        _titled("Data and licences", _data(subject)),
        _titled("Use", _use(subject)),
    ]
    return "\n".join(part for part in parts if part)


def licence_of(text: str) -> tuple[str, list[tuple[str, str]]]:
    """``OWN; from NAME (LICENCE), …; trained on NAME (LICENCE), …`` → OWN, (NAME, LICENCE)."""
    own, _, rest = text.partition(";")
    named = (re.sub(r"^(from|trained on|and) ", "", n.strip()) for n, _ in _SOURCE.findall(rest))
    licences = (licence for _, licence in _SOURCE.findall(rest))
    return own.strip(), list(zip(named, licences, strict=True))


def _what(subject: Subject) -> str:
    manifest = subject.manifest
    names = [NAMES.get(code, code) for code in subject.languages]
    spoken = " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
    labels = ", ".join(manifest.labels)
    said = {
        "translator": f"A small Marian model that translates {spoken or 'tweets'} into English.",
        "teacher": f"Reads an English tweet and gives it one of six emotions: {labels}.",
        "student": f"Reads a tweet in {spoken or 'several languages'} and gives it one of six "
        f"emotions: {labels}.",
        "base": f"A multilingual encoder for {spoken or 'several languages'}; no head.",
    }[manifest.role]
    lines = [said]
    if manifest.weight_reference is not None:
        lines.append(
            "It was refined by its teacher's reading of translations, without labels in any "
            "language but English (Wang et al., WASSA 2024, Eq. 1 to 3)."
        )
    if subject.parameters:
        packed = ", packed to 8 bits" if manifest.packed else ""
        lines.append(f"It has {subject.parameters / 1e6:.1f} M weights{packed}.")
    return " ".join([*lines, "One of the models of Tandem."]) + "\n"


def _figures(subject: Subject, found: Evaluations) -> str:
    parts = []
    if rows := subject.scores(found):
        head = ("file", "language", "rows", "macro-F1 [95 % interval]", "provenance")
        lines = [
            (
                column.file,
                ", ".join(column.about) or column.language or "–",
                f"{column.rows:,}",
                figure_text(found.figure([subject.system or ""], column)),
                str(row.get("provenance", "–")),
            )
            for column, row in rows
        ]
        parts += [markdown_table(head, lines), f"Over the classes that a file has. {SEEN}\n"]
    parts.append(trigger_table([row for row in found.triggers if row["system"] == subject.system]))
    parts.append(translator_table(subject.translation))
    return "\n".join(part for part in [*parts, _of_manifest(subject.manifest)] if part)


def _of_manifest(manifest: Manifest) -> str:
    """Figures that the checkpoint carries itself."""
    lines = []
    first = manifest.metrics.get("validation", {}).get("macro_f1")
    chosen = manifest.metrics.get("after_macro_f1", first)
    if chosen is not None:
        lines.append(
            f"Macro-F1 on the English rows that the checkpoint was chosen by: {shown(chosen)}.\n"
        )
    packing = manifest.metrics.get("packing")
    if packing:
        lines.append(
            f"Packed and plain form agree on {packing['agreement']:.2%} of the answers to "
            f"{packing['probes']:,} texts.\n"
        )
    return "\n".join(lines)


def _limits(subject: Subject, found: Evaluations) -> str:
    """Small, and where it was measured to be worst."""
    lines = []
    if subject.parameters:
        took = f" This step took {_duration(subject.minutes)}." if subject.minutes else ""
        lines.append(f"Small: {subject.parameters / 1e6:.1f} M weights.{took} It is wrong often.")
    rows = [(c, row) for c, row in subject.scores(found) if not c.parts]
    if rows:
        column, row = min(rows, key=lambda pair: pair[1]["macro_f1"])
        weakest = f"macro-F1 {shown(row['macro_f1'])} of {column.rows:,} rows"
        lines.append(f"Weakest on {column.file}: {weakest}.")
        lines += [
            f"{label} on {c.file}: F1 {shown(f1)}, {support} rows."
            for f1, label, support, c in _worst(rows)
        ]
    chrf = sorted(subject.chrf(), key=lambda row: float(row["chrf"]))
    if chrf:
        language = NAMES.get(chrf[0]["language"], chrf[0]["language"])
        lines.append(f"Weakest from {language}: chrF {100 * chrf[0]['chrf']:.1f}.")
    if subject.manifest.role == "translator":
        lines.append("It may leave words out, and may write fluent English about something else.")
    else:
        lines.append("It reads a tweet alone: not who wrote it, nor what it answers.")
        lines.append("Trigger words are its own account, no proof of why it chose a label.")
    lines.append("Not for decisions about people.")
    return "".join(f"- {line}\n" for line in lines)


def _duration(minutes: float) -> str:
    if minutes < 1.5:
        return "a minute" if minutes >= 0.5 else "less than a minute"
    return f"{minutes:.0f} minutes"


def _worst(
    rows: Scored,
) -> list[tuple[float, str, int, Column]]:
    """The classes with the lowest F1, among those with rows enough to say."""
    found = [
        (float(own["f1"]), label, int(own["support"]), column)
        for column, row in rows
        for label, own in row.get("per_class", {}).items()
        if own["support"] >= FEW
    ]
    return sorted(found, key=lambda entry: entry[0])[:WORST]


def _made(subject: Subject) -> str:
    manifest = subject.manifest
    made = [f"Started from `{manifest.base}`; written {manifest.created or 'at an unknown time'}."]
    for role, identity in manifest.parents.items():
        kin = subject.relatives.get(identity)
        where = f"`{kin.name}` beside this folder" if kin else "not beside this folder"
        made.append(f"{role.capitalize()} that it was made with: {where} ({identity[:12]}).")
    made.append(f"Identity of its weights: {manifest.identity[:12]}.")
    if manifest.split:
        made.append(f"Train/validation split: {manifest.split[:12]}.")
    listed = "".join(f"- {line}\n" for line in made)
    return f"{listed}\n```\n{_folded(manifest.command)}\n```\n" if manifest.command else listed


def _folded(command: str) -> str:
    """A long command, an option on each line."""
    words = shlex.split(command)
    start = next((i for i, word in enumerate(words) if "=" in word), len(words))
    lines = [shlex.join(words[:start]), *(shlex.join([word]) for word in words[start:])]
    return " \\\n    ".join(lines)


def _data(subject: Subject) -> str:
    """Files of this run, and of those that made the models it was made with."""
    manifest = subject.manifest
    head = ("file", "rows", "used for", "of them", "by", "SHA-256")
    lines = [
        (
            str(entry["name"]),
            f"{entry['rows']:,}",
            str(entry["use"]),
            ", ".join(f"{name} {n:,}" for name, n in entry.get("sources", {}).items()) or "–",
            one.name,
            str(entry["sha256"])[:12],
        )
        for one in _ancestry(subject)
        for entry in one.manifest.data
    ]
    table = markdown_table(head, lines) if lines else ""
    own, sources = licence_of(manifest.licence)
    named = "".join(f"- {name}: {licence}\n" for name, licence in sources)
    said = f"\nLicence of the weights: {own or 'not stated'}.\n"
    return f"{table}{said}" + (f"\nWhat it was made from:\n\n{named}" if named else "")


def _ancestry(subject: Subject) -> list[Subject]:
    """It, then what it was made with, as far as that lies beside it."""
    kin = [subject.relatives.get(identity) for identity in subject.manifest.parents.values()]
    return [subject, *(one for one in kin if one is not None)]


def _use(subject: Subject) -> str:
    """What it is for, and the ways to run it."""
    manifest = subject.manifest
    translating = manifest.role == "translator"
    purpose = (
        "To bring tweets into English for an emotion model, and to show how that goes."
        if translating
        else "To show, to teach and to try out how emotion detection passes from one language to "
        "others."
    )
    recipe = "translate --translator" if translating else "predict --model"
    run = f"python -m train {recipe} {subject.name} --input tweets.tsv --output out.tsv"
    lines = [f"{purpose}\n", f"```\n{run}\n```\n"]
    if manifest.packed:
        back = f"python -m train unpack model={subject.name} output={subject.name}_plain"
        lines.append(f"The way back to a plain transformers folder:\n\n```\n{back}\n```\n")
    return "\n".join([*lines, f"{_opened_by(manifest)}\n"])


def _opened_by(manifest: Manifest) -> str:
    """Which of transformers' classes opens the plain folder."""
    if manifest.role == "translator":
        return "`MarianMTModel` and `MarianTokenizer` of transformers open the plain folder."
    if manifest.role == "base":
        return "`AutoModel` of transformers opens the plain folder."
    if manifest.pooling == "cls":
        return '`transformers.pipeline("text-classification")` opens the plain folder.'
    return (
        "`AutoModel` of transformers opens the plain folder; the mean of its last hidden states "
        "over the real sub-tokens, through the linear layer in `head.safetensors`, gives the six "
        "logits."
    )


def _titled(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text else ""
