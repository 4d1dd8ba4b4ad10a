"""Each recipe, stopped or killed on its way, ends where it would have ended anyway.

The pipeline of the small world, which was never interrupted, is the truth.
"""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import checkpoints
from core.checkpoints import read_manifest
from core.models import EmotionModel
from core.translation import Translator
from train.__main__ import main
from train.events import Kind, read
from train.kept import newest
from train.past import look, run_folder
from train.training import frozen
from train.training.watch import Reporter, Saver


@pytest.fixture
def ctrl_c(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Press Ctrl-C at the end of a step, once."""

    def press(step: int) -> None:
        usual, pressed = Reporter.on_step_end, []

        def on_step_end(self: Any, args: Any, state: Any, control: Any, **more: Any) -> None:
            usual(self, args, state, control, **more)
            if state.global_step == step and not pressed:
                pressed.append(step)
                signal.raise_signal(signal.SIGINT)

        monkeypatch.setattr(Reporter, "on_step_end", on_step_end)

    return press


def facts(folder: str) -> dict[str, Any]:
    """A manifest, without what differs between two runs of the same thing."""
    manifest = vars(read_manifest(Path(folder)))
    manifest["metrics"].pop("speed", None)  # of a translator: milliseconds
    return {name: manifest[name] for name in manifest.keys() - {"created", "command", "files"}}


@pytest.mark.parametrize(
    ("stage", "step"), [("teacher", 20), ("before", 28), ("base", 9), ("translator", 33)]
)
def test_a_training_recipe_stops_and_goes_on(
    stage: str, step: int, pipeline: Any, again: Any, ctrl_c: Any
) -> None:
    output = f"{stage}_in_parts"
    ctrl_c(step)
    with pytest.raises(KeyboardInterrupt):
        again(stage, output)
    left = look(run_folder(pipeline.path(output)))
    assert left is not None and (left.step, left.finished) == (step, False)
    assert not Path(pipeline.path(output)).exists()
    run = again(stage, output, resume=True)
    assert facts(pipeline.path(output)) == facts(pipeline.path(stage))
    assert sorted(path.name for path in run.folder.iterdir()) == [
        "config.yaml",
        "events.jsonl",
        "lock",
    ]


def test_distil_is_killed_in_translation_and_in_refinement(
    pipeline: Any, in_child: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With weights that are computed again at each epoch: they are state too."""
    monkeypatch.setattr(frozen, "CHUNK", 8)
    options = {"reweigh": "true", "held_out": 0.2, "epochs": 3, "checkpoint_minutes": 0}
    pipeline.distil("distilled", **options)

    def killed_in_translation() -> None:
        written = frozen._append_cache

        def half(path: Path, chunk: Any) -> None:
            if path.exists() and path.read_text().count("\n") == 3:
                with path.open("a") as stream:
                    stream.write('[{"key": "torn')
                os.kill(os.getpid(), signal.SIGKILL)
            written(path, chunk)

        monkeypatch.setattr(frozen, "_append_cache", half)
        pipeline.distil("killed", **options)

    def killed_in_refinement() -> None:
        sealed = Saver.on_save

        def unsealed(self: Any, args: Any, state: Any, control: Any, **more: Any) -> None:
            if state.global_step == 6:  # in the second of three epochs
                os.kill(os.getpid(), signal.SIGKILL)
            sealed(self, args, state, control, **more)

        monkeypatch.setattr(Saver, "on_save", unsealed)
        pipeline.distil("killed", resume=True, **options)

    assert in_child(killed_in_translation) == -signal.SIGKILL
    assert in_child(killed_in_refinement) == -signal.SIGKILL
    checkpoint = newest(run_folder(pipeline.path("killed")) / "checkpoints")
    assert checkpoint is not None and checkpoint.step == 5
    for method in ("translate", "_texts"):
        monkeypatch.setattr(Translator, method, None)  # everything was translated
    pipeline.distil("killed", resume=True, **options)
    assert facts(pipeline.path("killed")) == facts(pipeline.path("distilled"))
    for name in ("weights.tsv", "weights_last.tsv"):
        killed, whole = (
            run_folder(pipeline.path(output)) / name for output in ("killed", "distilled")
        )
        assert killed.read_bytes() == whole.read_bytes()


def test_evaluate_keeps_what_is_done(pipeline: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {
        "models": f"{pipeline.path('before')},{pipeline.path('teacher')}",
        "data": f"{pipeline.path('emotions.tsv')},{pipeline.path('extra.tsv')}",
        "teacher": pipeline.path("teacher"),
        "translator": pipeline.path("translator"),
        "baseline": str(run_folder(pipeline.path("teacher")) / "config.yaml"),
        "bootstrap": 100,
        "limit": 40,
    }
    pipeline.train("evaluate", "scores_whole", **options)
    usual, asked = EmotionModel.probabilities, []

    def counted(self: Any, texts: Any, *args: Any) -> Any:
        asked.append(Path(self.name).name)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return usual(self, texts, *args)

    monkeypatch.setattr(EmotionModel, "probabilities", counted)
    with pytest.raises(KeyboardInterrupt):
        pipeline.train("evaluate", "scores_in_parts", **options)
    assert asked == ["before", "teacher", "teacher"]  # the last one on translations
    for method in ("translate", "_texts"):
        monkeypatch.setattr(Translator, method, None)  # everything was translated
    pipeline.train("evaluate", "scores_in_parts", resume=True, **options)
    assert asked[3:] == ["teacher"]
    whole, parts = (
        json.loads((Path(pipeline.path(name)) / "metrics.json").read_text())
        for name in ("scores_whole", "scores_in_parts")
    )
    assert whole == parts


@pytest.mark.parametrize("recipe", ["trim", "pack", "unpack"])
def test_a_short_recipe_leaves_nothing_half_written(
    recipe: str, pipeline: Any, again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C when all but the manifest is written; then it is simply done."""
    start: dict[str, Callable[..., object]] = {
        "trim": lambda output, **how: again("base_en", output, **how),
        "pack": lambda output, **how: pipeline.train(
            "pack",
            output,
            model=pipeline.path("before"),
            probe=pipeline.path("emotions.tsv"),
            probes=20,
            agreement=0.1,
            **how,
        ),
        "unpack": lambda output, **how: pipeline.train(
            "unpack", output, model=pipeline.path("pack_whole"), **how
        ),
    }
    start[recipe](f"{recipe}_whole")
    output = Path(pipeline.path(f"{recipe}_in_parts"))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(checkpoints, "write_manifest", _interrupted)
        start[recipe](output.name)
    assert not output.exists()
    assert not list(output.parent.glob(f".{output.name}*"))
    assert read(run_folder(output) / "events.jsonl")[-1].kind is Kind.INTERRUPTED
    start[recipe](output.name, resume=True)
    assert facts(str(output)) == facts(pipeline.path(f"{recipe}_whole"))


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_the_command_is_stopped_by_a_signal_and_goes_on(
    pipeline: Any, capfd: pytest.CaptureFixture[str], ctrl_c: Any
) -> None:
    """Two starts as a person types them; the second names nothing but the output."""
    output = pipeline.path("typed")
    options = {
        "model": pipeline.path("encoder"),
        "data": pipeline.path("emotions.tsv"),
        "split": pipeline.path("split.json"),
        "max_steps": 9,
        "batch_size": 16,
        "threads": 1,
        "device": "cpu",
    }
    line = ["teacher", *(f"{name}={value}" for name, value in options.items())]
    assert main([*line, f"output={pipeline.path('typed_whole')}"]) == 0
    ctrl_c(4)
    assert main([*line, f"output={output}"]) == 130
    said = capfd.readouterr().err
    assert "Stopping after this step, with a checkpoint." in said
    assert "Interrupted; the checkpoint of step 4 is kept." in said
    assert f"Go on with: python -m train teacher --resume output={output}\n" in said
    assert main([*line, f"output={output}"]) == 2
    assert "stopped at step 4" in capfd.readouterr().err
    assert main(["teacher", "--resume", f"output={output}"]) == 0
    assert "teacher · going on from step 4" in capfd.readouterr().err
    assert facts(output) == facts(pipeline.path("typed_whole"))
    assert main(["teacher", "--resume", f"output={output}"]) == 0
    assert "is finished" in capfd.readouterr().out
