"""The student: a multilingual encoder, adapted on the same English emotion set.

Knows its role; everything else is ``train.training.finetune``.
"""

from train.config import StudentConfig
from train.run import Run
from train.training.finetune import finetune


def run(config: StudentConfig, run: Run) -> dict[str, object]:
    """Fine-tune and save the student; returns its validation figures."""
    return finetune(config, run, "student")
