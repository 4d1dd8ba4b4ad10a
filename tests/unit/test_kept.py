"""train.kept: whole checkpoints are found, torn ones are not; results are computed once."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import TandemError
from train import kept


def made(work: Path, step: int, sealed: bool = True) -> Path:
    folder = kept.place(work, step)
    folder.mkdir(parents=True)
    for name in ("model.safetensors", "optimizer.pt", "trainer_state.json"):
        (folder / name).write_text(f"{name} of {step}")
    if sealed:
        kept.seal(folder, step, {"last": False})
    return folder


def test_the_newest_is_the_one_with_most_steps(tmp_path: Path) -> None:
    assert kept.newest(tmp_path / "nowhere") is None
    for step in (9, 10, 100):
        made(tmp_path, step)
    made(tmp_path, 200, sealed=False)
    (tmp_path / "checkpoint-300.bak").mkdir()
    found = kept.newest(tmp_path)
    assert found is not None and (found.step, found.notes) == (100, {"last": False})


@given(data=st.data())
def test_a_checkpoint_that_is_short_of_anything_does_not_count(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Law: cut any file of it, the seal included, anywhere, or take one away."""
    folder = made(tmp_path_factory.mktemp("work"), 5)
    path = data.draw(st.sampled_from(sorted(folder.iterdir())))
    content = path.read_bytes()
    if data.draw(st.booleans()):
        path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    else:
        path.unlink()
    assert kept.newest(folder.parent) is None


def test_a_seal_that_is_no_seal_does_not_count(tmp_path: Path) -> None:
    folder = made(tmp_path, 5)
    for content in ([], {}, {"step": 5}, "x"):
        (folder / kept.SEAL).write_text(json.dumps(content))
        assert kept.newest(tmp_path) is None


def test_pruning_leaves_the_last_and_the_weights_of_the_best(tmp_path: Path) -> None:
    for step in (1, 2, 3, 4):
        made(tmp_path, step, sealed=step != 3)
    last = kept.newest(tmp_path)
    assert last is not None
    kept.prune(tmp_path, last, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-2", "checkpoint-4"]
    best = kept.place(tmp_path, 2)
    assert sorted(path.name for path in best.iterdir()) == [
        "model.safetensors",
        "trainer_state.json",
    ]
    assert kept.newest(tmp_path) == last


def test_a_result_is_computed_once_for_a_key(tmp_path: Path) -> None:
    asked = []

    def compute(value: float) -> np.ndarray:
        asked.append(value)
        return np.full(3, value)

    for value in (0.1, 0.2, 0.1):
        found = kept.once(tmp_path, ("key", value), lambda value=value: compute(value))
        np.testing.assert_array_equal(found, np.full(3, value))
    assert asked == [0.1, 0.2]
    kept.clear(tmp_path, results=True)
    assert not list(tmp_path.iterdir())


def test_a_result_that_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept.once_file(tmp_path, ("key",), ".txt", interrupted)
    assert not list((tmp_path / kept.RESULTS).iterdir())
    with pytest.raises(TandemError, match="cannot be written: No space"):
        kept.once_file(tmp_path, ("key",), ".txt", _full)


def _full(path: Path) -> None:
    raise OSError(28, "No space left on device")
