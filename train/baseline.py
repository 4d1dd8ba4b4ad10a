"""What any model must beat: TF-IDF + logistic regression, and a guess by class frequency.

Fitted on the very rows that a teacher or student was trained on, found by
its run's config.yaml. Knows scikit-learn; no encoder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from core.data import text_hash
from train.config import TeacherConfig
from train.options import parse
from train.rows import read_rows


@dataclass(frozen=True)
class Baseline:
    """Two fitted baselines."""

    pipeline: Any
    labels: tuple[str, ...]  # of the training rows, one each
    seen: frozenset[str]  # hashes of their texts
    rng: np.random.Generator

    def predict(self, texts: Sequence[str]) -> list[str]:
        """TF-IDF + logistic regression."""
        return [str(label) for label in self.pipeline.predict(list(texts))]

    def guess(self, texts: Sequence[str]) -> list[str]:
        """A label drawn by its frequency in training, one for each text; another at each call."""
        return [str(label) for label in self.rng.choice(np.array(self.labels), len(texts))]


def fit_baseline(config_file: Path, seed: int) -> Baseline:
    """Fit on the training rows of a teacher's or student's run.

    Args:
        config_file: ``<output>.run/config.yaml`` of that run.

    Raises:
        ConfigError: when it is not such a config, or its files are gone.
    """
    rows = read_rows(parse(TeacherConfig, config_file)).train
    labels = tuple(row.gold for row in rows)
    pipeline = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(max_iter=2000, C=4.0, class_weight="balanced"),
    )
    pipeline.fit([row.text for row in rows], labels)
    seen = frozenset(text_hash(row.text) for row in rows)
    return Baseline(pipeline, labels, seen, np.random.default_rng(seed))
