"""train.stages: order, keys, and what runs again.

The stages here mix files: each writes a text that follows from its inputs by one line of code,
which the tests compute a second time. Their children are calls in this process; real ones are in
tests/jobs/test_demo.py.
"""

import hashlib
import io
import os
import shutil
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import ConfigError, DataError
from core.manifest import read_manifest, update_manifest
from train import __main__ as cli
from train import config, options
from train.config import DemoConfig
from train.events import Event, Kind, read
from train.options import RecipeConfig, option, parse
from train.past import run_folder
from train.recipes import RECIPES, Recipe
from train.run import Run
from train.stages import child, keys
from train.stages.stage import closure, in_order, stages_of
from train.stages.standing import record_of

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class MixConfig(RecipeConfig):
    """What a recipe that mixes texts takes."""

    data: str | None = option(None, "A file.", path="file")
    parts: tuple[str, ...] = option((), "What others wrote.", path="any")
    made: str | None = option(None, "A file, made or read.", path="new")
    amount: int = option(0, "Halves count, so that 2 and 3 give the same.", low=0)
    spices: tuple[str, ...] = option((), "Words.")
    seasons: str | None = option(None, "A checkpoint to write into.", path="folder", changed=True)
    fails: str = option("", "The sentence to fail with.")

    def problems(self) -> list[str]:
        return ["spices and fails do not go together."] if self.spices and self.fails else []


def mixed(data: str, parts: Sequence[str], amount: int) -> str:
    """What a stage writes."""
    return hashlib.sha256(repr((data.lower(), list(parts), amount // 2)).encode()).hexdigest()


def mix(settings: MixConfig, run: Run) -> dict[str, object]:
    run.stage("mixing")
    if settings.fails == "interrupted":
        raise KeyboardInterrupt
    if settings.fails:
        raise DataError(settings.fails, "Mend it.")
    data = Path(settings.data).read_text() if settings.data else ""
    parts = [(Path(part) / "out.txt").read_text() for part in settings.parts]
    Path(settings.output).mkdir(parents=True, exist_ok=True)
    text = mixed(data, parts, settings.amount)
    (Path(settings.output) / "out.txt").write_text(text)
    if settings.seasons is not None:
        update_manifest(Path(settings.seasons), threshold=0.1 * settings.amount)
    return {"length": len(text)}


Kitchen = Callable[..., int]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    """The stages that were started, in order; a recipe mix, and children in this process."""
    module = types.ModuleType("mix_module")
    module.run = mix  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mix_module", module)
    monkeypatch.setattr(config, "MixConfig", MixConfig, raising=False)
    monkeypatch.setitem(RECIPES, "mix", Recipe("mix", "MixConfig", "mix_module", "Mixes."))
    started: list[str] = []

    def work(words: Any, folder: Path, log: Path, name: str, run: Run, late: Any) -> Any:
        started.append(name if "--resume" not in words else f"{name} again")
        said = io.StringIO()
        with redirect_stderr(said), redirect_stdout(io.StringIO()):
            code = cli.main(list(words))
        if code == 130:
            raise KeyboardInterrupt
        sentence, _, hint = said.getvalue().strip().rpartition("\n")
        return child.Ended(code, sentence.rpartition("\n")[2], hint)

    monkeypatch.setattr(child, "work", work)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.txt").write_text("apple")
    yield started


def stages(**given: Mapping[str, Any]) -> dict[str, Any]:
    """Stages of the recipe mix, their options as given."""
    return {name: {"recipe": "mix", **raw} for name, raw in given.items()}


PLAIN = stages(
    a={"data": "{data}/a.txt"},
    b={"parts": ["{a}"], "amount": 4},
    c={"parts": ["{a}", "{b}"]},
    d={"amount": 1},
)


def cook(recipes: Mapping[str, Any], *words: str) -> int:
    """Start a pipeline as it is typed; its exit code."""
    Path("p.yaml").write_text(yaml.safe_dump(dict(recipes) and {"stages": dict(recipes)}))
    line = ["demo", "--config", "p.yaml", "data=data", "model=data", "output=out", *words]
    return cli.main(line)


def changed(recipes: Mapping[str, Any], name: str, **more: Any) -> dict[str, Any]:
    return {**recipes, name: {**recipes[name], **more}}


def events() -> list[Event]:
    return read(Path("out.run/events.jsonl"))


def states() -> dict[str, str]:
    """What came of each stage in the newest start."""
    first = max(n for n, event in enumerate(events()) if event.kind is Kind.PLANNED)
    ended = [event.data for event in events()[first:] if event.kind is Kind.ENDED]
    return {data["stage"]: data["state"] for data in ended}


# --- order ---


@st.composite
def graphs(draw: Any) -> dict[str, list[str]]:
    """Needs without a circle, the names in any order."""
    count = draw(st.integers(1, 8))
    names = [f"s{n}" for n in range(count)]
    edges = {name: [m for m in names[:n] if draw(st.booleans())] for n, name in enumerate(names)}
    return {name: edges[name] for name in draw(st.permutations(names))}


@given(graphs())
def test_stages_come_behind_what_they_need_and_else_as_given(needs: dict[str, list[str]]) -> None:
    """Against a naive second version: again and again the first one that could come."""
    order: list[str] = []
    while len(order) < len(needs):
        order.append(next(n for n in needs if n not in order and all(m in order for m in needs[n])))
    assert in_order(needs) == order


@given(graphs(), st.integers(0, 7))
def test_a_stage_brings_all_that_it_needs(needs: dict[str, list[str]], which: int) -> None:
    name = list(needs)[which % len(needs)]

    def naive(name: str) -> set[str]:
        return {name}.union(*(naive(other) for other in needs[name]))

    assert closure([name], needs) == naive(name)


# --- keys ---


@given(
    st.integers(0, 3),
    st.lists(st.sampled_from(["salt", "mace"]), max_size=2).map(tuple),
    st.integers(0, 3),
    st.lists(st.sampled_from(["salt", "mace"]), max_size=2).map(tuple),
)
def test_a_key_is_the_same_where_the_options_are(
    amount: int, spices: tuple[str, ...], other: int, others: tuple[str, ...]
) -> None:
    """Law; where to compute, for how long and where to write count for nothing."""
    one = MixConfig(amount=amount, spices=spices, output="x", threads=1, max_minutes=3)
    two = MixConfig(amount=other, spices=others, output="y", device="cpu")
    same = keys.asked("mix", one, {}).key == keys.asked("mix", two, {}).key
    assert same == ((amount, spices) == (other, others))


def test_content_is_what_is_in_a_file_and_its_name(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("x/a.txt", "y/a.txt", "y/b.txt"))
    for path in (first, second, third):
        path.parent.mkdir(exist_ok=True)
        path.write_text("same")
    os.utime(second, (1, 1))
    assert keys.content(str(first)) == keys.content(str(second))
    assert hashlib.sha256(b"same").hexdigest() in keys.content(str(first))
    assert keys.content(str(third)) != keys.content(str(first))  # parallel files say it in names
    os.utime(first, (5, 5))
    assert keys.content(str(first)) == keys.content(str(second))
    second.write_text("diff")
    assert keys.content(str(first)) != keys.content(str(second))


def test_a_folder_is_its_files_wherever_it_lies(tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "f").write_text("1")
        (tmp_path / name / ".hidden").write_text(name)
    assert keys.content(str(tmp_path / "x")) == keys.content(str(tmp_path / "y"))
    (tmp_path / "y" / "deep" / "f").rename(tmp_path / "y" / "f")
    assert keys.content(str(tmp_path / "x")) != keys.content(str(tmp_path / "y"))


def test_a_checkpoint_is_its_weights_and_a_packed_one_its_threshold_too(
    folders: Any, tmp_path: Path
) -> None:
    from core.loading import pack_checkpoint

    plain, packed = tmp_path / "plain", tmp_path / "packed"
    shutil.copytree(folders.student, plain)
    pack_checkpoint(plain, packed)
    before = [keys.content(str(folder)) for folder in (plain, packed)]
    notes = keys.notes(str(plain))
    for folder in (plain, packed):
        update_manifest(folder, metrics={"triggers": {"f1": 0.1}})
    assert [keys.content(str(folder)) for folder in (plain, packed)] == before
    for folder in (plain, packed):
        update_manifest(folder, threshold=0.123)
        (folder / "README.md").write_text("a card")
    after = [keys.content(str(folder)) for folder in (plain, packed)]
    assert (after[0] == before[0], after[1] == before[1]) == (True, False)
    assert keys.notes(str(plain)) != notes
    notes, packed_before = keys.notes(str(plain)), after[1]
    for folder in (plain, packed):
        update_manifest(folder, thresholds={"own": 0.123, "occlusion": 0.4})
    assert keys.content(str(plain)) == before[0] and keys.notes(str(plain)) != notes
    assert keys.content(str(packed)) != packed_before
    (plain / sorted(read_manifest(plain).files)[0]).write_bytes(b"other")
    assert keys.content(str(plain)) != before[0]


def test_a_new_option_with_a_default_makes_nothing_stale() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Later(MixConfig):
        """The recipe after an option was added."""

        stirred: bool = option(True, "Whether.")

    assert keys.asked("mix", Later(amount=3), {}) == keys.asked("mix", MixConfig(amount=3), {})
    assert keys.asked("mix", Later(stirred=False), {}) != keys.asked("mix", MixConfig(), {})


# --- all problems at once, before anything runs ---


def problems_of(recipes: Mapping[str, Any], *words: str) -> str:
    Path("p.yaml").write_text(yaml.safe_dump({"stages": dict(recipes)}))
    with pytest.raises(ConfigError) as caught:
        parse(DemoConfig, Path("p.yaml"), ["data=data", "model=data", "output=out", *words])
    return f"{caught.value.sentence}\n{caught.value.hint}"


@pytest.mark.parametrize(
    ("stage", "complaint"),
    [
        ({"recipe": "mixx"}, "x: there is no recipe 'mixx'. Did you mean mix?"),
        ({}, "x: recipe must be given."),
        ({"recipe": "mix", "amont": 3}, "x: 'amont' is not an option. Did you mean amount?"),
        ({"recipe": "mix", "amount": -1}, "x: amount must be at least 0"),
        ({"recipe": "mix", "data": "{dta}/a"}, "x: {dta} stands for nothing. Did you mean data?"),
        ({"recipe": "mix", "parts": ["{x}"]}, "These stages need each other: x → x"),
        ({"recipe": "mix", "needs": ["y"]}, "x: needs 'y', which is no stage."),
        ({"recipe": "mix", "needs": 3}, "x: needs must be a list of stages."),
        ({"recipe": "mix", "output": 3}, "x: output must be text, not 3."),
        ({"recipe": "mix", "spices": ["a"], "fails": "b"}, "x: spices and fails do not go"),
        ({"recipe": "mix", "data": "{data}/b.txt"}, "x: data names no file: 'data/b.txt'"),
        ({"recipe": "mix", "made": "{data}/new.txt"}, "x: made names no file: 'data/new.txt'"),
        ({"recipe": "demo"}, "x: demo cannot be a stage."),
        ({"recipe": "predict"}, "x: predict cannot be a stage."),
        ({"recipe": "teacher"}, "x: data must be given."),
    ],
)
def test_what_cannot_be_is_said(ran: list[str], stage: dict[str, Any], complaint: str) -> None:
    assert complaint in problems_of({"x": stage})


def test_all_problems_come_at_once(ran: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {
        "a": {"recipe": "mix", "amont": 3, "amount": -1},
        "b": {"recipe": "none", "parts": ["{nowhere}"]},
        "Data": {"recipe": "mix"},
        "data": {"recipe": "mix"},
        "c": {"recipe": "mix", "parts": ["{d}"]},
        "d": {"recipe": "mix", "parts": ["{c}"]},
        "e": {"recipe": "mix", "output": "out/a"},
    }
    said = problems_of(wrong, "only=z", "adopt=y:somewhere")
    for part in ("'amont'", "at least 0", "'none'", "{nowhere}", "Data: a stage cannot", "data: a"):
        assert part in said
    assert "e: writes where a does, out/a." in said
    assert "need each other: c → d → c" in said or "need each other: d → c → d" in said
    assert "'z' is no stage" in said and "'y' is no stage" in said
    assert cook(wrong) == 2
    assert "things are wrong" in capsys.readouterr().err
    assert ran == [] and sorted(os.listdir()) == ["data", "p.yaml"]


def test_files_that_are_missing_are_named_once(ran: list[str]) -> None:
    said = problems_of(stages(a={"data": "gone.txt"}, b={"data": "gone.txt"}))
    assert said.startswith("a, b: data names no file: 'gone.txt'.")


def test_files_of_stages_that_are_not_asked_for_may_be_missing(ran: list[str]) -> None:
    assert cook({**PLAIN, **stages(e={"data": "gone.txt"})}, "only=d") == 0
    assert ran == ["d"]


def test_what_a_stage_makes_need_not_be_there(ran: list[str]) -> None:
    recipes = stages(
        f={"data": "{b}/out.txt"}, b={}, g={"data": "out/b.run/config.yaml", "made": "{b}/out.txt"}
    )
    assert cook(recipes) == 0
    assert ran == ["b", "f", "g"]


def test_stages_are_needed(ran: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cook({}) == 2
    assert "stages must be given" in capsys.readouterr().err


def test_the_pipelines_seed_and_threads_are_handed_on(ran: list[str]) -> None:
    recipes = stages(a={}, b={"seed": 7, "threads": None})
    Path("p.yaml").write_text(yaml.safe_dump({"stages": recipes, "threads": 2}))
    given = ["data=data", "model=data", "output=out", "seed=3", "device=cpu"]
    first, second = stages_of(parse(DemoConfig, Path("p.yaml"), given))
    assert (first.config.seed, first.config.threads, first.config.device) == (3, 2, "cpu")
    assert (second.config.seed, second.config.threads) == (7, None)


def test_languages_in_hub_ids_stay(ran: list[str]) -> None:
    recipes = stages(a={"spices": ["opus-mt-{language}-en"]})
    Path("p.yaml").write_text(yaml.safe_dump({"stages": recipes}))
    (stage,) = stages_of(parse(DemoConfig, Path("p.yaml"), ["data=data", "output=out"]))
    assert stage.config == replace(MixConfig(), output="out/a", spices=("opus-mt-{language}-en",))


# --- what runs, and what does not ---


def test_a_second_start_runs_nothing(ran: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cook(PLAIN) == 0
    assert ran == ["a", "b", "c", "d"]
    expected = mixed("apple", [], 0)
    assert Path("out/a/out.txt").read_text() == expected
    assert Path("out/c/out.txt").read_text() == mixed("", [expected, mixed("", [expected], 4)], 0)
    assert "ran: 4" in capsys.readouterr().out
    for path in Path("out").rglob("*"):
        os.utime(path, (1, 1))
    assert cook(PLAIN) == 0
    assert len(ran) == 4
    assert set(states().values()) == {"up to date"}
    said = capsys.readouterr()
    assert "a (1 of 4) is up to date" in said.err and "up to date: 4" in said.out


@st.composite
def changes(draw: Any) -> tuple[dict[str, list[str]], list[int], list[int], bool]:
    needs = draw(graphs().filter(lambda g: len(g) <= 5))
    amounts = st.lists(st.integers(0, 3), min_size=len(needs), max_size=len(needs))
    return needs, draw(amounts), draw(amounts), draw(st.booleans())


@given(changes())
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_just_what_depends_on_a_change_runs_again(
    ran: list[str], change: tuple[dict[str, list[str]], list[int], list[int], bool]
) -> None:
    """Against a naive second version, which works out everything twice and compares."""
    needs, before, after, touched = change
    shutil.rmtree("out", ignore_errors=True)
    shutil.rmtree("out.run", ignore_errors=True)
    outcomes = []
    for amounts, data in ((before, "apple"), (after, "Apple" if touched else "apple")):
        Path("data/a.txt").write_text(data)
        given = {
            name: {
                "parts": [f"{{{m}}}" for m in needs[name]],
                "amount": amount,
                **({} if needs[name] else {"data": "{data}/a.txt"}),
            }
            for name, amount in zip(needs, amounts, strict=True)
        }
        ran.clear()
        assert cook(stages(**given)) == 0
        outcomes.append(naively(needs, dict(zip(needs, amounts, strict=True))))
    changed_amounts = {n for n, x, y in zip(needs, before, after, strict=True) if x != y}
    expected = {
        name
        for name in needs
        if name in changed_amounts
        or (touched and not needs[name])
        or any(outcomes[0][m] != outcomes[1][m] for m in needs[name])
    }
    assert set(ran) == expected
    for name in needs:
        assert Path(f"out/{name}/out.txt").read_text() == outcomes[1][name]


def naively(needs: dict[str, list[str]], amounts: dict[str, int]) -> dict[str, str]:
    """What every stage writes, by recursion."""

    def out(name: str) -> str:
        data = "" if needs[name] else "apple"
        return mixed(data, [out(m) for m in needs[name]], amounts[name])

    return {name: out(name) for name in needs}


@pytest.mark.parametrize("harm", ["changed", "added", "removed"])
def test_an_output_that_is_not_what_was_written_is_made_again(ran: list[str], harm: str) -> None:
    assert cook(PLAIN) == 0
    ran.clear()
    if harm == "removed":
        shutil.rmtree("out/b")
    else:
        Path("out/b", "out.txt" if harm == "changed" else "more.txt").write_text("x")
    assert cook(PLAIN) == 0
    # Changed or removed it comes out as before; what was added stays, and is content too.
    assert ran == (["b", "c"] if harm == "added" else ["b"])


def test_only_some_stages(ran: list[str]) -> None:
    assert cook(PLAIN, "only=b") == 0
    assert ran == ["a", "b"]


def test_a_stage_may_need_what_no_option_names(ran: list[str]) -> None:
    recipes = stages(b={"needs": ["a"]}, a={"amount": 0})
    assert cook(recipes) == 0
    assert ran == ["a", "b"]
    assert cook(changed(recipes, "a", amount=1)) == 0  # which gives the same
    assert cook(changed(recipes, "a", amount=2)) == 0
    assert ran == ["a", "b", "a", "a", "b"]


def test_a_failure_stops_only_what_needs_it(
    ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    broken = changed(PLAIN, "b", fails="The oven is cold.")
    assert cook(broken) == 1
    assert ran == ["a", "b", "d"]
    assert states() == {"a": "ran", "b": "failed", "c": "left out", "d": "ran"}
    said = capsys.readouterr().err
    assert "b failed: The oven is cold. Mend it.\n" in said
    assert "Left out, since they need it: c." in said
    assert "Traceback" not in said
    assert events()[-1].kind is Kind.FAILED
    assert cook(PLAIN) == 0
    assert ran == ["a", "b", "d", "b", "c"]


def test_an_interrupted_stage_goes_on_and_the_others_are_kept(ran: list[str]) -> None:
    stopped = changed(PLAIN, "b", fails="interrupted")
    assert cook(stopped) == 130
    assert ran == ["a", "b"]
    assert events()[-1].kind is Kind.INTERRUPTED
    assert states() == {"a": "ran", "b": "interrupted"}
    assert cli.main(["demo", "--resume", "output=out"]) == 130
    assert ran == ["a", "b", "b again"]


def test_a_stage_that_ended_unseen_is_done(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipeline was killed between the child's end and its own note of it."""
    from train.stages import pipeline

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert cook(PLAIN) == 130
    assert ran == ["a"]
    assert cook(PLAIN) == 0
    assert ran == ["a", "b", "c", "d"]


# --- runs that were made by hand ---


def by_hand(output: str, **given: Any) -> None:
    words = [f"{name}={value}" for name, value in given.items()]
    assert cli.main(["mix", f"output={output}", *words]) == 0


def test_a_run_made_by_hand_is_not_replaced(
    ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    by_hand("out/d", amount=3)
    kept = Path("out/d/out.txt").read_text()
    assert cook(PLAIN) == 2
    assert "d would replace the run in out/d.run" in capsys.readouterr().err
    assert (ran, Path("out/d/out.txt").read_text()) == ([], kept)
    assert cook(PLAIN, "--fresh") == 0
    assert Path("out/d/out.txt").read_text() == mixed("", [], 1) != kept


def test_a_run_made_by_hand_is_adopted_where_it_is_what_is_asked_for(ran: list[str]) -> None:
    """Its inputs lay elsewhere; what is in them counts."""
    Path("elsewhere").mkdir()
    Path("elsewhere/a.txt").write_text("apple")
    by_hand("mine/a", data="elsewhere/a.txt", threads=3)
    by_hand("mine/b", parts="mine/a", amount=4, max_minutes=7)
    by_hand("out/d", amount=1)
    assert cook(PLAIN, "adopt=a:mine/a,b:mine/b,d") == 0
    assert ran == ["c"]
    assert states() == {"a": "adopted", "b": "adopted", "c": "ran", "d": "adopted"}
    assert Path("mine/a/out.txt").read_text() == Path("out/a/out.txt").read_text()
    assert cook(PLAIN) == 0
    assert ran == ["c"] and set(states().values()) == {"up to date"}


def test_a_run_of_other_options_is_adopted_only_on_request(
    ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    by_hand("mine/b", amount=2)
    by_hand("mine/other", spices="salt")
    assert cook(PLAIN, "adopt=b:mine/b") == 1
    said = capsys.readouterr().err
    assert "mine/b cannot be taken as b: amount was 2, is 4; what parts names has changed." in said
    assert not Path("out/b").exists() and states()["c"] == "left out"
    assert cook(PLAIN, "adopt=b:mine/b", "insist=true") == 0
    (stage,) = [
        s
        for s in stages_of(parse(DemoConfig, Path("p.yaml"), ["data=data", "output=out"]))
        if s.name == "b"
    ]
    record = record_of(stage)
    assert record is not None and record.adopted is not None
    assert record.adopted["differences"][0] == "amount was 2, is 4"
    ran.clear()
    assert cook(PLAIN) == 0
    assert ran == []


def test_what_is_no_finished_run_is_not_adopted(
    ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mine/d").mkdir(parents=True)
    assert cook(PLAIN, "adopt=d:mine/d", "only=d") == 1
    assert "holds no run" in capsys.readouterr().err
    assert cook(PLAIN, "adopt=d:mine/nothing", "only=d") == 1
    assert "There is no folder mine/nothing" in capsys.readouterr().err


# --- what is shown ---


def test_a_dry_run_says_what_would_run_and_why_and_does_nothing(
    ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cook(PLAIN, "only=b,d") == 0
    capsys.readouterr()
    left = sorted(str(path) for path in Path().rglob("*"))
    ran.clear()
    assert cook(changed(PLAIN, "d", amount=3), "--dry-run") == 0
    said = capsys.readouterr().out
    for line in (
        "a  up to date",
        "b  up to date",
        "c  would run: nothing is there yet",
        "d  would run: amount was 1, is 3",
        "python -m train mix output=out/d amount=3",
    ):
        assert f"  {line}\n" in said
    assert "output=out/a" not in said and "stages:" not in said
    Path("data/a.txt").write_text("pear")
    assert cook(PLAIN, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "a  would run: what data names has changed\n" in said
    assert "b  would run if a comes out otherwise than before\n" in said
    assert "c  would run, after a and b\n" in said
    assert (ran, sorted(str(path) for path in Path().rglob("*"))) == ([], left)


def test_options_of_stages_can_be_printed_and_read_again(
    ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cook(PLAIN, "--print-config") == 0
    Path("again.yaml").write_text(capsys.readouterr().out)
    first = parse(DemoConfig, Path("p.yaml"), ["data=data", "model=data", "output=out"])
    assert parse(DemoConfig, Path("again.yaml")) == first
    typed = options.command("demo", first, Path("out.run/config.yaml"))
    assert typed == "python -m train demo --config out.run/config.yaml"
    assert not any(word.startswith("stages") for word in options.typed(first))


def test_events_tell_the_stages(ran: list[str]) -> None:
    assert cook(PLAIN) == 0
    (planned,) = [event for event in events() if event.kind is Kind.PLANNED]
    assert [row["name"] for row in planned.data["stages"]] == ["a", "b", "c", "d"]
    assert planned.data["stages"][2]["needs"] == ["a", "b"]
    ended = [event.data for event in events() if event.kind is Kind.ENDED]
    assert ended[0]["figures"] == {"length": 64} and ended[0]["seconds"] >= 0
    begun = [event.data["name"] for event in events() if event.kind is Kind.STAGE]
    assert begun == ["a", "b", "c", "d"]


def test_a_threshold_that_got_lost_is_written_again(ran: list[str], folders: Any) -> None:
    """A stage that writes into another's checkpoint is up to date only while that stands there."""
    shutil.copytree(folders.student, "data/student")
    recipes = stages(s={"seasons": "{data}/student", "amount": 3}, t={"needs": "s"})
    assert cook(recipes) == 0 and cook(recipes) == 0
    assert ran == ["s", "t"]
    update_manifest(Path("data/student"), metrics={"seen": True})
    assert cook(recipes) == 0
    assert ran == ["s", "t"]
    update_manifest(Path("data/student"), threshold=None)
    assert cook(recipes) == 0
    assert ran == ["s", "t", "s"]
    assert read_manifest(Path("data/student")).threshold == pytest.approx(0.3)


@pytest.mark.parametrize(
    "preset", sorted(options.PRESETS.glob("demo_*.yaml")), ids=lambda p: p.stem
)
def test_the_presets_stages_follow_each_other(preset: Path) -> None:
    """Each path that begins in output or embed is written by a stage that comes before."""
    settings = parse(DemoConfig, preset, ["data=DATA", "embed=EMBED"], complete=False)
    written = {f"{settings.output}/cache"}  # made by whoever comes first
    for stage in stages_of(settings):
        text = yaml.safe_dump(options.dump(replace(stage.config, output="")))
        for place in (settings.output, "EMBED"):
            for piece in text.split(f"{place}/")[1:]:
                name = piece.split("/")[0].split("\\")[0].split(".run")[0].split("\n")[0]
                assert f"{place}/{name}" in written, (stage.name, name)
        written.add(stage.config.output)
    assert run_folder(settings.output).name == f"{preset.stem}.run"
