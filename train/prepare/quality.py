"""MLQE-PE's direct assessments of Russian-English → quality/ru-en_dev.tsv.

Knows the file's columns; the scores go through as they are written.
"""

from core.tables import quote
from train.prepare.held import clean
from train.prepare.originals import Originals
from train.prepare.rows import rows

NAME = "quality/ru-en_dev.tsv"
COLUMNS = ("original", "translation", "mean", "z_mean")


def table(originals: Originals) -> list[tuple[str, ...]]:
    """Original, translation, mean of the human scores (0 to 100), mean of the standardised ones."""
    kept: list[tuple[str, ...]] = []
    for path in originals.files("mlqe_pe", "**/dev.ruen.df.short.tsv"):
        for line, row in rows(originals, path, COLUMNS, quoted=False):
            if wrong := _wrong(row["mean"], row["z_mean"]):
                originals.complain(path, line, wrong)
            else:
                texts = clean(row["original"]), clean(row["translation"])
                kept.append((*texts, row["mean"], row["z_mean"]))
    return kept


def _wrong(mean: str, z_mean: str) -> str:
    """What is wrong with the scores, as the rest of a sentence; "" where nothing is."""
    try:
        fine = 0 <= float(mean) <= 100 and abs(float(z_mean)) < float("inf")
    except ValueError:
        fine = False
    return "" if fine else f"its scores are {quote(mean)} and {quote(z_mean)}"
