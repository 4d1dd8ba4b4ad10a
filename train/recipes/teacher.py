"""The teacher: an encoder fine-tuned on the English emotion set.

Knows its role; everything else is ``train.training.finetune``.
"""

from train.config import TeacherConfig
from train.run import Run
from train.training.finetune import finetune


def run(config: TeacherConfig, run: Run) -> dict[str, object]:
    """Fine-tune and save the teacher; returns its validation figures."""
    return finetune(config, run, "teacher")
