"""Teacher and student side by side on every text of a file: the records of the endpoint /compare.

Knows which models take part; what they answer is ``core.engine``'s and ``core.answers``'.
"""

from collections.abc import Mapping, Sequence

from core.answers import to_json
from core.embedded import sources
from core.engine import Engine
from train.config import CompareConfig
from train.files.forms import Record
from train.files.stream import Stream
from train.training.loop import prepare


def run(config: CompareConfig, run: Stream) -> Mapping[str, object]:
    """Compare every text."""
    device = prepare(config)
    chosen = sources(config.teacher, config.student, config.baseline, config.translator)
    engine = Engine(chosen, device)
    models = {info.role: info.identity for info in engine.describe().models}

    def answer(texts: Sequence[str]) -> list[Record]:
        engine.forget()  # a run that was killed and resumed shall write the same bytes
        return [to_json(one) for one in engine.compare(texts, config.language)]

    return run.answer(answer, {"device": device, **models})
