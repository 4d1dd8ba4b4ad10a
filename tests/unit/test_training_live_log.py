"""A page reads a growing log piece by piece: together the pieces are the log, nothing twice."""

import random
from pathlib import Path

import pytest

from dashboard.training import log as training_log
from dashboard.training.log import LINES, piece


@pytest.mark.parametrize("seed", range(5))
def test_pieces_of_a_growing_log_are_the_log(tmp_path: Path, seed: int) -> None:
    """Written in torn pieces, in the middle of characters too."""
    chance = random.Random(seed)
    lines = [f"Zeile {n} – é😀 {'x' * chance.randrange(40)}" for n in range(200)]
    content = "".join(f"{line}\n" for line in lines).encode()
    path, end, at = tmp_path / "log.txt", None, 0
    read: list[str] = []
    while at < len(content):
        step = chance.randrange(1, 200)
        with path.open("ab") as file:
            file.write(content[at : at + step])
        at += step
        found = piece(path, end)
        assert not found.cut and found.start == (end or 0)
        read += found.lines
        end = found.end
    assert read == lines


def test_a_first_look_gets_the_end_and_says_that_lines_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("".join(f"{n}\n" for n in range(1000)))
    found = piece(path, None)
    assert found.lines == tuple(str(n) for n in range(1000 - LINES, 1000))
    assert found.cut and found.end == path.stat().st_size


def test_a_half_written_line_waits_until_the_run_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("whole\nhalf")
    assert piece(path, None).lines == ("whole",)
    assert piece(path, 6).lines == ()
    assert piece(path, 6, ended=True).lines == ("half",)


def test_a_burst_is_cut_and_never_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_log, "CHUNK", 100)
    path = tmp_path / "log.txt"
    path.write_text("".join(f"line {n:04}\n" for n in range(100)))
    found = piece(path, 10)
    assert found.cut and found.lines[-1] == "line 0099" and len(found.lines) == 9
    assert all(len(line) == 9 for line in found.lines)  # the first one begins at its beginning


def test_a_log_that_was_begun_anew_is_shown_anew(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("short\n")
    found = piece(path, 500)
    assert found.cut and found.lines == ("short",)


def test_a_bar_that_was_drawn_again_and_colours_are_as_on_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"  1 %\r 50 %\r100 %\r\n\x1b[31mred\x1b[0m\n\xff\n")
    assert piece(path, None).lines == ("100 %", "red", "\ufffd")


def test_no_log_is_nothing(tmp_path: Path) -> None:
    assert piece(tmp_path / "log.txt", None).lines == ()
