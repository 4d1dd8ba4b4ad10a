"""Where a stage stands: done with what is asked for now, half done, or to be done, and why.

A stage that was begun or done has ``stage.json`` in its run's folder. Knows that file, keys and
what lies on the disk; starts nothing and loads no torch.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from core.errors import CheckpointError, ConfigError, TandemError
from core.manifest import MANIFEST, read_manifest, verify
from train.events import Kind, latest_run, read
from train.kept import write_whole
from train.options import parse
from train.past import CONFIG, EVENTS, look, run_folder
from train.stages.keys import GONE, Asked, asked, changed_by, content, differences
from train.stages.stage import Stage

FILE = "stage.json"
FORMAT = 1
State = Literal["up to date", "finished", "half done", "to do", "in the way"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a stage, before anything is done about it."""

    # "finished": its run ended well, and nobody wrote that down; "in the way": what lies there
    # would be lost, and is not for a pipeline to lose.
    state: State
    why: str = ""  # the rest of a sentence


@dataclass(frozen=True)
class Record:
    """What ``stage.json`` holds."""

    done: bool  # False from the start to the end
    key: str
    asked: dict[str, Any]  # as Asked.plain gives it
    content: str = ""  # of the output, when it was done
    changed: dict[str, str] = field(default_factory=dict)  # path → notes, as it left them
    seconds: float | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    command: str = ""
    adopted: dict[str, Any] | None = None  # from, differences; null: it ran here
    format: int = FORMAT


def wanted(stage: Stage, outputs: Mapping[str, str]) -> Asked:
    """What a stage asks for now; what it needs has to be there."""
    needs = {name: outputs[name] for name in stage.needs}
    return asked(stage.recipe.name, stage.config, needs)


def judge(stage: Stage, want: Asked) -> Standing:
    """Where a stage stands."""
    record, past = record_of(stage), look(stage.folder)
    half = past is not None and not past.finished
    there = Path(stage.config.output).exists()
    if record is None:
        by_hand = past is not None and (there or past.step is not None)
        return Standing(*_unrecorded(by_hand, there))
    if record.key != want.key:
        why = "; ".join(differences(want, Asked.from_plain(record.asked)))
        keeps = half and not record.done and past is not None and past.step is not None
        return Standing("in the way" if keeps else "to do", why)
    if not record.done:
        if past is None:
            return Standing("to do", "it was begun, and stopped before its first step")
        if half or not there:
            return Standing("half done", "it was begun, and did not end")
        return Standing("finished")
    if not there:
        return Standing("to do", f"{stage.config.output} is gone")
    if _content(stage) != record.content:
        return Standing("to do", f"{stage.config.output} is not what was written there")
    if changed_by(stage.config) != record.changed:
        return Standing("to do", f"what it wrote into {', '.join(record.changed)} is gone")
    return Standing("up to date")


def _unrecorded(by_hand: bool, there: bool) -> tuple[State, str]:
    if by_hand:
        return "in the way", "a run lies there that no pipeline started"
    return "to do", "what lies there is replaced" if there else "nothing is there yet"


def in_the_way(stage: Stage, why: str) -> ConfigError:
    """The error for a stage that would lose what lies in its place."""
    return ConfigError(
        f"{stage.name} would replace the run in {stage.folder}: {why}.",
        f"Take it as it is: adopt={stage.name}. Or add --fresh to lose it and begin anew.",
    )


def begin(stage: Stage, want: Asked, command: str) -> None:
    """Write down that a stage is begun, before it is."""
    _write(stage, Record(done=False, key=want.key, asked=want.plain(), command=command))


def finish(stage: Stage, want: Asked, adopted: dict[str, Any] | None = None) -> Record:
    """Write down that a stage is done, with the figures of its run.

    Raises:
        TandemError: it left no output.
    """
    if not Path(stage.config.output).exists():
        raise TandemError(f"{stage.name} ended well, yet {stage.config.output} is not there.")
    end = _finished(stage.folder)
    before = record_of(stage)
    record = Record(
        done=True,
        key=want.key,
        asked=want.plain(),
        content=_content(stage),
        changed=changed_by(stage.config),
        seconds=end.get("seconds"),
        figures=dict(end.get("figures", {})),
        command=before.command if before is not None else "",
        adopted=adopted,
    )
    _write(stage, record)
    return record


def adopt(stage: Stage, want: Asked, source: str, insist: bool) -> Record:
    """Take a finished run as the stage's, copied to its place where it lies elsewhere.

    Its options, with what its inputs hold now, must be what the stage asks for; where they are
    not and ``insist`` is true, what differs is kept in ``stage.json``.

    Args:
        source: the folder that the run wrote; its ``.run`` beside it.

    Raises:
        ConfigError: no finished run of the recipe, one of other options, or a damaged folder;
            all that is wrong is named.
    """
    found = [*_damage(Path(source)), *_differences(stage, want, source)]
    if found and not insist:
        raise ConfigError(
            f"{source} cannot be taken as {stage.name}: {'; '.join(found)}.",
            "Let the stage run, or add insist=true to take it nevertheless; that is written down.",
        )
    if Path(source).resolve() != Path(stage.config.output).resolve():
        _copy(Path(source), Path(stage.config.output))
        if run_folder(source).is_dir():
            _copy(run_folder(source), stage.folder, leave=("checkpoints", "results", "lock", FILE))
    stage.folder.mkdir(exist_ok=True)
    return finish(stage, want, {"from": source, "differences": found})


def _damage(folder: Path) -> list[str]:
    """Whether a checkpoint's files are other ones than its manifest lists, in words."""
    if not folder.is_dir():
        raise ConfigError(f"There is no folder {folder}.", "Check adopt=.")
    if not (folder / MANIFEST).is_file():
        return []
    try:
        verify(folder, read_manifest(folder))
    except CheckpointError as error:
        return [error.sentence.rstrip(".")]
    return []


def _differences(stage: Stage, want: Asked, source: str) -> list[str]:
    """What keeps a run from being the stage's, in words."""
    past, saved = look(run_folder(source)), run_folder(source) / CONFIG
    if past is None or not saved.is_file():
        return [f"{run_folder(source)} holds no run, so its options are unknown"]
    if past.recipe != stage.recipe.name:
        return [f"it is a run of {past.recipe}, not of {stage.recipe.name}"]
    unfinished = [] if past.finished else ["the newest run there is not finished"]
    config = parse(stage.recipe.config_class, saved, [f"output={source}"], complete=False)
    there = asked(stage.recipe.name, config, {})
    return [*unfinished, *differences(Asked(want.recipe, want.options, {}), there)]


def _copy(source: Path, target: Path, leave: tuple[str, ...] = ()) -> None:
    """A folder copied aside and then put in place; what stood there is replaced."""
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copytree(source, aside, ignore=shutil.ignore_patterns(*leave, ".*"))
        if target.exists():
            shutil.rmtree(target)
        aside.replace(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def record_of(stage: Stage) -> Record | None:
    """What was written down of a stage; None where nothing was, or by another version."""
    path = stage.folder / FILE
    if not path.is_file():
        return None
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Record(**raw) if raw["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}.", "Remove that file.") from error


def _write(stage: Stage, record: Record) -> None:
    stage.folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(record), indent=1, ensure_ascii=False)
    write_whole(stage.folder / FILE, text + "\n")


def _content(stage: Stage) -> str:
    """Of the output; of a broken checkpoint what no whole one has."""
    try:
        return content(stage.config.output)
    except CheckpointError:
        return GONE


def _finished(folder: Path) -> Mapping[str, Any]:
    """Seconds and figures of the newest run in a folder; nothing where none ended well."""
    if not (folder / EVENTS).is_file():
        return {}
    last = latest_run(read(folder / EVENTS))[-1:]
    return last[0].data if last and last[0].kind is Kind.FINISHED else {}
