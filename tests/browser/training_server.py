"""A server of the whole page in a process of its own, so that a test can kill it.

``python training_server.py PORT RUNS [USER PASSWORD]``: an engine without models, and a real queue
in RUNS whose runs are tests/browser/light_training.py.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]


def main(port: int, runs: Path, logins: dict[str, str] | None) -> None:
    from fake_engine import FakeEngine

    from core.manifest import read_manifest
    from core.records import EngineInfo, ModelInfo
    from dashboard.batch.services import Batch
    from dashboard.build import Door, build, launch
    from dashboard.services import Services
    from dashboard.training.services import Training
    from train.jobs.queue import Queue

    def known(model: ModelInfo) -> ModelInfo:
        folder = Path(model.identity)
        if not (folder / "tandem.json").is_file():
            return model
        return replace(model, identity=read_manifest(folder).identity)

    class Engine(FakeEngine):
        """Tells the identities of models that lie on the disk, as the real one does."""

        def describe(self) -> EngineInfo:
            info = super().describe()
            return replace(info, models=tuple(map(known, info.models)))

    engine = Engine()
    services = Services(lambda: engine)
    queue = Queue(runs, grace=5.0, program=(sys.executable, str(HERE / "light_training.py")))
    training = Training(services, runs, queue=queue)
    launch(build(services, Batch(services, runs), training), Door(port=port, logins=logins))
    services.start()
    training.begin()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    given = sys.argv[3:]
    main(int(sys.argv[1]), Path(sys.argv[2]), {given[0]: given[1]} if given else None)
