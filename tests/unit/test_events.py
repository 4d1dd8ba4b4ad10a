"""train.events: what is written is read, and a torn line costs one event at most."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DataError
from train.events import Event, EventLog, Kind, Tail, latest_run, read


def log_of(path: Path, count: int = 3) -> list[Event]:
    with EventLog(path) as log:
        return [log.append(Kind.LOG, sentence=f"é{n}\n") for n in range(count)]


def seen(events: list[Event]) -> list[tuple[Kind, object]]:
    return [(event.kind, event.data) for event in events]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "events.jsonl"
    written = log_of(path)
    assert seen(read(path)) == seen(written)
    assert [e.time for e in read(path)] == pytest.approx([e.time for e in written], abs=0.001)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["log"] * 3


def test_every_event_is_on_disk_as_soon_as_it_is_written(tmp_path: Path) -> None:
    with EventLog(tmp_path / "e") as log:
        for count in range(1, 4):
            log.append(Kind.STAGE, name=str(count))
            assert len(read(tmp_path / "e")) == count


@given(cut=st.integers(0, 400))
def test_a_file_cut_anywhere_is_read_up_to_there(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    """Law: a prefix of the file reads as a prefix of the events; and appending mends it."""
    path = tmp_path_factory.mktemp("cut") / "e"
    written = log_of(path)
    path.write_bytes(path.read_bytes()[:cut])
    left = read(path)
    assert seen(left) == seen(written[: len(left)])
    more = log_of(path, 1)
    assert seen(read(path)) == seen(left) + seen(more)


@pytest.mark.parametrize(
    "garbage",
    [b"{", b"", b"[]", b'{"kind": "log"}', b'{"time": 1, "kind": "x", "data": {}}', b"\xff\xfe"],
)
def test_garbage_in_the_middle_is_named(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "e"
    log_of(path, 2)
    first, second, _ = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([first, garbage, second, b""]))
    with pytest.raises(DataError, match="Line 2 of .* is not an event"):
        read(path)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / "nothing")


def test_values_become_json(tmp_path: Path) -> None:
    with EventLog(tmp_path / "e") as log:
        log.append(
            Kind.METRIC,
            a=np.float32(0.5),
            b=np.int64(3),
            c=(1, 2),
            d=tmp_path,
            e=math.nan,
            f=-math.inf,
            g=np.array([1.0, math.nan]),
            h={1: None},
        )
        with pytest.raises(TypeError, match="object"):
            log.append(Kind.LOG, sentence=object())
    (event,) = read(tmp_path / "e")
    assert event.data == {
        "a": 0.5,
        "b": 3,
        "c": [1, 2],
        "d": str(tmp_path),
        "e": "nan",
        "f": "-inf",
        "g": [1.0, "nan"],
        "h": {"1": None},
    }


def test_the_latest_run_of_a_file(tmp_path: Path) -> None:
    with EventLog(tmp_path / "e") as log:
        for name in ("first", "second"):
            log.append(Kind.STARTED, recipe=name)
            log.append(Kind.FINISHED, figures={})
    events = latest_run(read(tmp_path / "e"))
    assert [event.kind for event in events] == [Kind.STARTED, Kind.FINISHED]
    assert events[0].data["recipe"] == "second"
    assert latest_run([]) == []


def test_a_tail_gives_each_new_event_once(tmp_path: Path) -> None:
    """Also where the file does not exist yet, a line is half written, or a torn one is mended."""
    path = tmp_path / "e"
    early = Tail(path)
    assert early.new() == []
    log_of(path, 2)
    late = Tail(path)
    assert [len(early.new()), len(early.new()), len(late.new())] == [2, 0, 0]
    line = Event(Kind.LOG, 5.0, {"sentence": "é"}).to_json().encode() + b"\n"
    with path.open("ab") as file:
        file.write(line[:9])
    torn = Tail(path)
    assert early.new() == late.new() == torn.new() == []
    more = log_of(path, 3)  # which takes the torn line away first
    for tail in (early, late, torn):
        assert seen(tail.new()) == seen(more)
