"""Comparisons as the text of a file: CSV, CSV that no spreadsheet takes for formulas, JSONL.

Knows columns and what the two formats ask for; opens no file and compares nothing. Texts stand
there character by character, newlines and NUL included.
"""

import csv
import io
import json
import math
from collections.abc import Iterable

from core.answers import to_json
from core.labels import LABELS
from core.records import Comparison, Prediction

MODELS = ("teacher", "student", "student_before")
MARK = "\ufeff"
"""Put before a spreadsheet's CSV: without it Excel reads UTF-8 as another encoding."""

# OWASP, "CSV Injection", and ASVS 1.2.10: a cell that begins with one of these may be run.
FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")

# JSON may hold these bare, but many readers end a line at them.
LINE_ENDS = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"})


def to_jsonl(comparisons: Iterable[Comparison]) -> str:
    """One line per comparison: the records of the endpoint ``/compare``, see core.answers."""
    return "".join(
        json.dumps(to_json(one), ensure_ascii=False, allow_nan=False).translate(LINE_ENDS) + "\n"
        for one in comparisons
    )


def to_csv(comparisons: Iterable[Comparison], spreadsheet: bool = False) -> str:
    """A header and one row per comparison, after RFC 4180; lines end in CR LF.

    Args:
        spreadsheet: for Excel, LibreOffice and the like: a leading byte order mark, every cell
            quoted, and an apostrophe before each cell that would begin like a formula. Such
            cells are no longer equal to their texts, so programs should be given the other kind.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL if spreadsheet else csv.QUOTE_MINIMAL)
    writer.writerow(columns())
    for one in comparisons:
        cells = _cells(one)
        writer.writerow(map(defused, cells) if spreadsheet else cells)
    return MARK + file.getvalue() if spreadsheet else file.getvalue()


def columns() -> list[str]:
    """The header's names, in order."""
    shares = [f"{model}_{label.lower()}" for model in MODELS for label in LABELS]
    return [
        *("text", "language", "language_probability", "translation", "translation_status"),
        *(*MODELS, "agree", "distance", *shares),
        *("disagreement", "weight", "percentile", "weight_reason"),
        *("student_triggers", "teacher_triggers"),
    ]


def defused(cell: str) -> str:
    """``cell`` with an apostrophe before it if a spreadsheet could take it for a formula.

    >>> defused("=1+1"), defused("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def quoted(cell: str, delimiter: str = ",") -> str:
    """``cell`` in quotation marks where pandas' default quoting needs them."""
    if any(sign in cell for sign in ('"', "\r", "\n", delimiter)):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _cells(one: Comparison) -> list[str]:
    """One row, parallel to ``columns()``; what is not known is empty."""
    models = (one.teacher, one.student, one.student_before)
    weight = one.weight
    return [
        *(one.text, one.language.code, _number(one.language.probability)),
        *(one.translation.text, one.translation.status.value),
        *("" if model is None else model.label for model in models),
        *(str(one.agree).lower(), _number(one.distance)),
        *(share for model in models for share in _shares(model)),
        *(_number(weight.disagreement), _number(weight.weight), _number(weight.percentile)),
        *(weight.reason, _triggers(one, "student"), _triggers(one, "teacher")),
    ]


def _shares(prediction: Prediction | None) -> list[str]:
    """K probabilities, or K empty cells."""
    return [_number(p) for p in prediction.probabilities] if prediction else [""] * len(LABELS)


def _number(value: float | None) -> str:
    """All digits of a number; empty where there is none."""
    return repr(float(value)) if value is not None and math.isfinite(value) else ""


def _triggers(one: Comparison, role: str) -> str:
    """The trigger words of one side, with spaces between them."""
    scores = one.triggers.get(role)
    return " ".join(word.word for word in scores.words if word.trigger) if scores else ""
