"""train.options and train.values: what is read, what is refused, and all of it at once."""

import re
import shlex
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from train import options
from train.options import RecipeConfig, command, describe, dump, option, parse
from train.paths import is_hub_id
from train.recipes import RECIPES
from train.values import Option, read


@dataclass(frozen=True, kw_only=True)
class Bake(RecipeConfig):
    """An option of every supported type."""

    data: str | None = option(None, "A file.", path="file")
    model: str | None = option(None, "A model.", path="model")
    files: tuple[str, ...] = option((), "Files.", path="file")
    name: str = option("cake", "A name.")
    topping: str | None = option(None, "None, or what.", choices=("none", "sugar"))
    degrees: float = option(180.0, "Heat.", unit="°C", low=0, high=300)
    eggs: int = option(3, "Eggs.", low=1)
    vegan: bool = option(False, "Whether.")
    layers: tuple[int, ...] = option((1, 2), "Layers.", low=0, high=9)
    spices: tuple[str, ...] = option(("salt",), "Spices.")
    shares: dict[str, float] = option({"flour": 0.5}, "Shares.", low=0, high=1)
    cut: float | None = option(None, "Cut or not.")

    def problems(self) -> list[str]:
        return ["vegan goes with no eggs."] if self.vegan and self.eggs > 1 else []


@pytest.fixture
def out(tmp_path: Path) -> str:
    return f"output={tmp_path / 'out'}"


def problems_of(file: Path | None = None, overrides: tuple[str, ...] = ()) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(Bake, file, overrides)
    return f"{caught.value.sentence}\n{caught.value.hint}"


def written(folder: Path, text: str) -> Path:
    file = folder / "bake.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("typed", "name", "value"),
    [
        ("degrees=5e-6", "degrees", 5e-6),  # YAML 1.1 takes this for text
        ("degrees=5", "degrees", 5.0),
        ("eggs=12", "eggs", 12),
        ("vegan=true eggs=1", "vegan", True),
        ("name=yes", "name", "yes"),  # text stays text, whatever YAML makes of it
        ("name=a=b", "name", "a=b"),
        ("name=", "name", ""),
        ("layers=3,4", "layers", (3, 4)),
        ("layers=[3,4]", "layers", (3, 4)),
        ("layers=", "layers", ()),
        ("spices=no,off", "spices", ("no", "off")),
        ("spices=['a,b', c]", "spices", ("a,b", "c")),
        ("shares={a: 0.25, b: 1}", "shares", {"a": 0.25, "b": 1.0}),
        ("cut=null", "cut", None),
        ("cut=None", "cut", None),
        ("topping=none", "topping", "none"),  # a choice of that name wins over null
        ("topping=null", "topping", None),
        ("eggs=1 eggs=2", "eggs", 2),
        ("max_minutes=0.5", "max_minutes", 0.5),
    ],
)
def test_what_is_typed_becomes_a_value(out: str, typed: str, name: str, value: Any) -> None:
    overrides = [typed] if "[" in typed or "{" in typed else typed.split(" ")
    got = getattr(parse(Bake, None, [out, *overrides]), name)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("degrees=hot", "degrees must be a number, not 'hot'"),
        ("degrees=.nan", "degrees must be a number"),
        ("degrees=1e999", "degrees must be a number"),
        ("degrees=301", "degrees must be from 0 to 300 °C, not 301"),
        ("degrees=true", "degrees must be a number, not True"),
        ("eggs=0", "eggs must be at least 1"),
        ("eggs=2.5", "eggs must be a whole number"),
        ("eggs=true", "eggs must be a whole number"),
        ("eggs=null", "eggs must be a whole number"),
        ("vegan=maybe", "vegan must be true or false"),
        ("layers=1,10", "layers must be from 0 to 9, not 10"),
        ("layers=1,x", "layers must be whole numbers"),
        ("spices=[a, no]", "spices must be a list of text"),
        ("shares={a: 2}", "shares must be from 0 to 1, not 2"),
        ("shares=1", "shares must be a table"),
        ("shares={a: [", "shares cannot be read"),
        ("device=gpu", "device must be one of auto, cpu, cuda, not 'gpu'"),
        ("egs=3", "'egs' is not an option. Did you mean eggs?"),
        ("qqqq=3", "'qqqq' is not an option."),
        ("eggs", "'eggs' is not of the form --name value or name=value"),
        ("--egs=3", "--egs is not an option. Did you mean --eggs?"),
        ("--max-minuts=3", "--max-minuts is not an option. Did you mean --max-minutes?"),
        ("--max_minuts=3", "--max_minuts is not an option. Did you mean --max-minutes?"),
        ("--dry-runs", "--dry-runs is not an option. Did you mean --dry-run?"),
        ("--eggs", "--eggs needs a value."),
        ("-eggs=3", "'-eggs' is not an option. Did you mean eggs?"),
        ("data=/nowhere/x.tsv", "data names no file: '/nowhere/x.tsv'"),
        ("files=/nowhere/x.tsv,/nowhere/y.tsv", "files names no file: '/nowhere/y.tsv'"),
        ("model=./nowhere", "model names neither a model folder nor a hub id"),
        ("vegan=true", "vegan goes with no eggs."),
        ("eggs=" + "9" * 5000, "eggs cannot be read"),
        ("degrees=" + "9" * 400, "degrees must be a number"),
    ],
)
def test_what_cannot_be_meant_is_said(out: str, typed: str, complaint: str) -> None:
    assert complaint in problems_of(None, (out, typed))


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("--eggs 12", "eggs", 12),
        ("--eggs=12", "eggs", 12),
        ("--max-minutes 3", "max_minutes", 3.0),
        ("--max_minutes=3", "max_minutes", 3.0),
        ("max-minutes=3", "max_minutes", 3.0),
        ("--vegan --eggs 1", "vegan", True),
        ("--eggs 1 --vegan true", "vegan", True),
        ("--vegan False --eggs 2", "vegan", False),
        ("--vegan=false", "vegan", False),
        ("--cut -1.5", "cut", -1.5),
        ("--name -", "name", "-"),
        ("--name a=b", "name", "a=b"),
        ("--name --", "name", None),
        ("--name=--eggs", "name", "--eggs"),
        ("--eggs 1 eggs=2 --eggs 3", "eggs", 3),
        ("--layers 3,4", "layers", (3, 4)),
        ("--topping none", "topping", "none"),
    ],
)
def test_flags_say_the_same(out: str, line: str, name: str, value: Any) -> None:
    words = line.split()
    if value is None:
        assert "--name needs a value" in problems_of(None, (out, *words))
    else:
        assert getattr(parse(Bake, None, [out, *words]), name) == value


def test_a_value_is_never_taken_from_the_next_option(out: str) -> None:
    said = problems_of(None, (out, "--name", "eggs=2", "--model", "--eggs", "3", "--x", "y", "--z"))
    for part in ("--name needs", "--model needs", "--x is not", "--z is not"):
        assert part in said
    assert said.startswith("4 things are wrong")


def test_a_word_in_the_place_of_a_path_is_no_path(out: str) -> None:
    @dataclass(frozen=True, kw_only=True)
    class Wordy(RecipeConfig):
        """A model, or none."""

        model: str | None = option(None, "A model.", path="model", words=("none",))

    assert parse(Wordy, None, [out, "model=none"]).model == "none"
    assert parse(Wordy, None, [out, "model=null"]).model is None
    again = parse(Wordy, None, [out, *options.typed(Wordy(model="none"))])
    assert again.model == "none"


def test_all_problems_come_at_once_file_and_line_alike(tmp_path: Path) -> None:
    file = written(tmp_path, "egs: 1\nname: 5\neggs: 2\neggs: 3\n")
    said = problems_of(file, ("degrees=hot", "data=/nowhere", "stray"))
    assert said.startswith("7 things are wrong")
    for part in ("'egs'", "name must be text", "eggs is given twice", "degrees", "'/nowhere'"):
        assert part in said
    assert "'stray'" in said
    assert "output must be given." in said


def test_the_command_line_wins_over_the_file(tmp_path: Path, out: str) -> None:
    file = written(tmp_path, "eggs: 5\ndegrees: 5e-6\nlayers: [4]\ncut: null\nname: 'no'\n")
    config = parse(Bake, file, [out, "eggs=7"])
    assert (config.eggs, config.degrees, config.layers, config.name) == (7, 5e-6, (4,), "no")


@pytest.mark.parametrize("text", ["a: [", "- a\n- b", "just text", "a: 2020-13-45", "\x00"])
def test_a_file_that_holds_no_options_is_refused(tmp_path: Path, text: str) -> None:
    assert "bake.yaml" in problems_of(written(tmp_path, text))


def test_an_empty_file_changes_nothing(tmp_path: Path, out: str) -> None:
    assert parse(Bake, written(tmp_path, "# nothing\n"), [out]) == parse(Bake, None, [out])


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    assert "b.yaml" in problems_of(tmp_path / "b.yaml")


def test_incomplete_configs_can_be_shown() -> None:
    assert parse(Bake, None, ["data=/nowhere/yet"], complete=False).output == ""


def test_an_output_under_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "is a file" in problems_of(None, (f"output={tmp_path / 'file' / 'out'}",))


@pytest.mark.parametrize("place", [".", "..", "../{here}", "/"])
def test_an_output_never_replaces_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said = problems_of(None, (f"output={place.format(here=tmp_path.name)}",))
    assert "would replace the folder" in said


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a").touch()
    config = parse(Bake, None, ["output=~/out", "files=~/a,~/a", "name=~/x"])
    assert config.output == f"{tmp_path}/out"
    assert config.files == (f"{tmp_path}/a",) * 2
    assert config.name == "~/x"


def test_a_mistyped_path_is_no_hub_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "teacher").mkdir(parents=True)
    assert is_hub_id("roberta-large")
    assert is_hub_id("Helsinki-NLP/opus-mt-{language}-en")
    for place in ("runs/techer", "runs/teacher", "./x", "/x/y", "a/b/c", "", "~", "a b"):
        assert not is_hub_id(place)


def test_paths_of_every_kind(tmp_path: Path) -> None:
    @dataclass(frozen=True, kw_only=True)
    class Places(RecipeConfig):
        """One option for each kind of path."""

        new: str | None = option(None, "Made if need be.", path="new")
        folder: str | None = option(None, "A folder.", path="folder")
        any: str | None = option(None, "Either.", path="any")
        model: str | None = option(None, "A model.", path="model")
        source: str | None = option(None, "Read.", path="source")
        target: str | None = option(None, "Written.", path="target")

    (tmp_path / "opus-fr").mkdir()
    (tmp_path / "file").write_text("x")
    fine = ("new=a/b.json", "new=file", "folder=opus-fr", "any=file", "model=opus-{language}")
    fine += ("source=file", "target=file", "target=a/b.jsonl", "target=deep/er/x")
    wrong = ("new=opus-fr", "folder=file", "any=nothing", "model=file", "model=no-{language}")
    wrong += ("source=opus-fr", "source=nothing", "target=opus-fr", "target=file/x")
    given = [f"output={tmp_path}"]
    assert parse(Places, None, [*given, "source=-", "target=-"]).source == "-"
    for typed in fine:
        parse(Places, None, [*given, typed.replace("=", f"={tmp_path}/")])
    for typed in wrong:
        with pytest.raises(ConfigError):
            parse(Places, None, [*given, typed.replace("=", f"={tmp_path}/")])


def test_describe_says_what_was_declared() -> None:
    rows = {row.name: row for row in describe(Bake)}
    assert list(rows)[:3] == ["output", "data", "model"]
    assert list(rows)[-4:] == ["seed", "device", "threads", "max_minutes"]
    assert rows["output"].required
    assert not rows["data"].required
    assert (rows["cut"].type_name, rows["degrees"].unit) == ("number or null", "°C")
    assert rows["degrees"].bounds == "from 0 to 300"
    assert rows["shares"].default == {"flour": 0.5}


def test_a_literal_declares_its_choices() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Typed(RecipeConfig):
        """A choice that a type checker sees too."""

        reading: Literal["a", "b"] = option("a", "Either.")
        other: Literal["c"] | None = option(None, "Or none.")

    rows = {row.name: row for row in describe(Typed)}
    assert rows["reading"].choices == ("a", "b")
    assert (rows["other"].choices, rows["other"].optional) == (("c",), True)
    assert parse(Typed, None, ["output=/tmp/o", "reading=b"]).reading == "b"
    with pytest.raises(ConfigError, match="one of a, b"):
        parse(Typed, None, ["output=/tmp/o", "reading=c"])


def test_an_option_of_an_unknown_type_is_a_defect_of_ours() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Odd(RecipeConfig):
        """A type that no one can type."""

        odd: set[str] = option(None, "Odd.")

    with pytest.raises(TypeError, match="odd"):
        describe(Odd)


@dataclass(frozen=True, kw_only=True)
class Menu(RecipeConfig):
    """Tables by name."""

    courses: dict[str, dict[str, Any]] = option({}, "Courses.", required=True)


def test_tables_by_name_are_read_from_a_file(tmp_path: Path, out: str) -> None:
    text = "courses:\n  first: &a {recipe: soup, hot: true, n: [1, 2]}\n  then: {<<: *a, n: null}\n"
    config = parse(Menu, written(tmp_path, text), [out])
    first = {"recipe": "soup", "hot": True, "n": [1, 2]}
    assert config.courses == {"first": first, "then": {**first, "n": None}}
    assert parse(Menu, written(tmp_path, dump(config))) == config
    assert options.typed(config) == [out]
    assert "courses" not in yaml.safe_load(dump(config, nested=False))


@pytest.mark.parametrize("text", ["3", "{a: 3}", "{a: {1: 2}}", "{a: {b: 2020-01-02}}", "[a]"])
def test_what_is_no_table_of_tables_is_said(tmp_path: Path, out: str, text: str) -> None:
    with pytest.raises(ConfigError, match="courses must be tables by name"):
        parse(Menu, written(tmp_path, f"courses: {text}\n"), [out])


def test_a_config_is_built_from_values_and_says_all_that_is_wrong() -> None:
    raw: dict[str, Any] = {"output": "o", "eggs": 2, "data": "/nowhere", "layers": [1]}
    config, problems = options.built(Bake, raw)
    assert (config, problems) == (Bake(output="o", eggs=2, data="/nowhere", layers=(1,)), [])
    _, problems = options.built(Bake, {"egs": 1, "eggs": 0})
    assert len(problems) == 3
    assert options.built(Bake, {"output": "o", "vegan": True})[1] == ["vegan goes with no eggs."]


words = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
configs = st.builds(
    Bake,
    output=st.just("/tmp/tandem-out"),
    seed=st.integers(0, 2**32 - 1),
    name=words,
    topping=st.sampled_from([None, "none", "sugar"]),
    degrees=st.floats(0, 300),
    eggs=st.integers(1, 10**12),
    vegan=st.just(False),
    layers=st.lists(st.integers(0, 9)).map(tuple),
    spices=st.lists(words).map(tuple),
    shares=st.dictionaries(words, st.floats(0, 1)),
    cut=st.none() | st.floats(allow_nan=False, allow_infinity=False),
)


@given(configs)
def test_dump_and_command_give_the_config_back(config: Bake) -> None:
    """Law: parse undoes both ways in which a config is written down."""
    values = yaml.safe_load(dump(config))
    assert {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()} == {
        f.name: getattr(config, f.name) for f in fields(config)
    }
    _, _, _, recipe, *typed = shlex.split(command("bake", config))
    assert (recipe, parse(Bake, None, typed)) == ("bake", config)


@given(configs)
def test_every_spelling_gives_the_same_config(config: Bake) -> None:
    """Law: ``--a-b=c``, ``--a-b c`` and ``a_b=c`` are one."""
    words = options.typed(config)
    with_equals = [
        "--" + word.replace("_", "-", word.partition("=")[0].count("_")) for word in words
    ]
    apart = []
    for word in with_equals:
        flag, _, value = word.partition("=")
        plain = not value.startswith("--") and value.partition("=")[0] not in vars(config)
        apart += [flag, value] if plain else [word]
    assert parse(Bake, None, with_equals) == parse(Bake, None, apart) == config


def test_find_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "PRESETS", tmp_path)
    monkeypatch.chdir(tmp_path)
    preset, other = tmp_path / "bake_quick.yaml", tmp_path / "other.yaml"
    preset.touch()
    other.touch()
    assert options.find_file("bake", "quick") == preset
    assert options.find_file("bake", str(other)) == other
    assert options.presets("bake") == ["quick"]
    with pytest.raises(ConfigError, match="quick"):
        options.find_file("bake", "slow")


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_fully_declared(name: str) -> None:
    """Each option has a type that can be typed, a sentence, and a default within its bounds."""
    config_class = RECIPES[name].config_class
    rows = describe(config_class)
    assert all(row.help for row in rows)
    typed = [f"{row.name}={options.as_typed(row.default)}" for row in rows]
    assert parse(config_class, None, typed, complete=False) == config_class()


@pytest.mark.parametrize("file", sorted(options.PRESETS.glob("*.yaml")), ids=lambda f: f.stem)
def test_every_preset_is_valid(file: Path) -> None:
    recipe = RECIPES[file.stem.split("_")[0]]
    parse(recipe.config_class, file, complete=False)


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (1, None, "rows", "at least 1 row"),
        (10, None, "rows", "at least 10 rows"),
        (None, 1, "steps", "at most 1 step"),
        (1, 4096, "rows", "from 1 to 4096 rows"),
        (0, 10_000_000, "", "from 0 to 10,000,000"),
        (0, 0.5, "", "from 0 to 0.5"),
        (0, 144_000, "min", "from 0 to 144,000 min"),
    ],
)
def test_bounds_are_said_as_people_say_them(
    low: float | None, high: float | None, unit: str, said: str
) -> None:
    row = Option("A number.", unit, low, high, name="n", kind=float)
    assert row.bounds_and_unit == said
    wrong = -1 if low is not None else 2
    with pytest.raises(ValueError, match=re.escape(f"must be {said}, not {wrong}.")):
        read(row, wrong)
