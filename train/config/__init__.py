"""One frozen dataclass per recipe: every option, declared here and nowhere else.

Command line, YAML presets and forms are drawn from these fields. Knows no
torch and opens no model; ``train.options`` checks values, recipes use them.
"""

from train.config.batch import BatchConfig
from train.config.emotions import (
    DistilConfig,
    SplitConfig,
    StudentConfig,
    TeacherConfig,
    TriggersConfig,
)
from train.config.encoders import BaseConfig, TranslatorConfig, TrimConfig
from train.config.figures import (
    EvaluateConfig,
    PackConfig,
    QualityConfig,
    ReportConfig,
    UnpackConfig,
)
from train.config.files import (
    CompareConfig,
    ExplainConfig,
    PredictConfig,
    StreamConfig,
    TableConfig,
    TandemConfig,
    TranslateConfig,
)
from train.config.full import FullConfig
from train.config.pipelines import DemoConfig, PipelineConfig, PrepareConfig
from train.config.training import (
    CachingConfig,
    GoingOnConfig,
    LimitedConfig,
    PairsConfig,
    ParallelConfig,
    TrainingConfig,
)

__all__ = [
    "BaseConfig",
    "BatchConfig",
    "CachingConfig",
    "CompareConfig",
    "DemoConfig",
    "DistilConfig",
    "EvaluateConfig",
    "ExplainConfig",
    "FullConfig",
    "GoingOnConfig",
    "LimitedConfig",
    "PackConfig",
    "PairsConfig",
    "ParallelConfig",
    "PipelineConfig",
    "PredictConfig",
    "PrepareConfig",
    "QualityConfig",
    "ReportConfig",
    "SplitConfig",
    "StreamConfig",
    "StudentConfig",
    "TableConfig",
    "TandemConfig",
    "TeacherConfig",
    "TrainingConfig",
    "TranslateConfig",
    "TranslatorConfig",
    "TriggersConfig",
    "TrimConfig",
    "UnpackConfig",
]
