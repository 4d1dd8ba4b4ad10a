"""What any model must beat: TF-IDF + logistic regression, and the classes' own frequencies.

Fitted on the very rows that a teacher or student was trained on, found by
its run's config.yaml. Knows scikit-learn; no encoder.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from core.data import text_hash
from core.labels import LABELS
from train.config import TeacherConfig
from train.options import parse
from train.training.rows import read_rows


@dataclass(frozen=True)
class Baseline:
    """What was fitted."""

    pipeline: Any
    prior: tuple[float, ...]  # (K,) frequencies of the training rows' labels
    seen: frozenset[str]  # hashes of their texts

    def predict(self, texts: Sequence[str]) -> list[str]:
        """TF-IDF + logistic regression."""
        return [str(label) for label in self.pipeline.predict(list(texts))] if texts else []

    @property
    def majority(self) -> str:
        """The most frequent label of the training rows."""
        return LABELS[max(range(len(LABELS)), key=lambda k: self.prior[k])]


def fit_baseline(config_file: Path) -> Baseline:
    """Fit on the training rows of a teacher's or student's run.

    Args:
        config_file: ``<output>.run/config.yaml`` of that run.

    Raises:
        ConfigError: when it is not such a config, or its files are gone.
    """
    rows = read_rows(parse(TeacherConfig, config_file)).train
    labels = [row.gold for row in rows]
    pipeline = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(max_iter=2000, C=4.0, class_weight="balanced"),
    )
    pipeline.fit([row.text for row in rows], labels)
    counts = Counter(labels)
    prior = tuple(counts[label] / len(labels) for label in LABELS)
    return Baseline(pipeline, prior, frozenset(text_hash(row.text) for row in rows))
