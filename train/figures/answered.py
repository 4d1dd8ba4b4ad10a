"""What systems answered to a file, row by row, so that every figure can be computed again.

Knows files and labels; computes nothing. Texts stand there byte by byte, quoted as pandas reads
them; ``Labels`` is the gold, and each system's column bears its name.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from train.figures.scoring import File
from train.files.forms import encode, header
from train.report import write_bytes

PREDICTIONS = "predictions"
_PLAIN = {"": "_", ".": "_", "..": "__"}  # parts of a name that would lead out of the folder


def write_answers(output: Path, file: File, answers: Mapping[str, Sequence[str]]) -> Path:
    """``<output>/predictions/<file>.tsv``: ID, Texts, Labels, language, a column per system.

    Args:
        answers: system → a label for each row of the file.

    Returns:
        Where it was written.
    """
    parts = [_PLAIN.get(part, part) for part in file.name.split("/")]
    target = Path(output, PREDICTIONS, *parts[:-1], f"{parts[-1]}.tsv")
    codes = file.codes or ("",) * len(file.rows)
    records = [
        {
            "ID": row.id,
            "Texts": row.text,
            "Labels": row.gold,
            "language": code,
            **{name: labels[place] for name, labels in answers.items()},
        }
        for place, (row, code) in enumerate(zip(file.rows, codes, strict=True))
    ]
    lines = [header(records[0], "tsv"), *(encode(record, "tsv") for record in records)]
    write_bytes(target, b"".join(lines))
    return target
