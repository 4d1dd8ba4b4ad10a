"""From a page's form to a run: fields, presets, problems, and a command that does the same."""

import json
import shlex
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import hub as core_hub
from core.embedded import DEMO
from core.errors import ConfigError, InputError, ModelError
from dashboard.services import Services
from dashboard.tabs import training_form
from dashboard.training import forms, recipes
from dashboard.training.presets import Presets, secret
from dashboard.training.services import Training, refusal
from dashboard.wording import training as words
from train import options
from train.recipes import RECIPES

HEAD = "ID\tTexts\tLabels\n"
EMOTIONS = HEAD + "".join(f"{n}\ttweet {n}\t{'Joy' if n % 2 else 'Anger'}\n" for n in range(30))


@pytest.fixture
def training(tmp_path):
    """The tab's services on empty folders, and files to name."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "emotions.tsv").write_text(EMOTIONS)
    (data / "triggers.tsv").write_text(HEAD + "1\ta b\t[0, 1]\n2\tc d\t[1, 0]\n")
    (data / "parallel.tsv").write_text("src\ten\torigin\tlicence\nje suis\ti am\tx\tCC0\n")
    from core.splits import make_split

    make_split([f"tweet {n}" for n in range(30)]).save(data / "split.json")
    return Training(Services(lambda: None), tmp_path / "runs", [data])


@pytest.fixture
def given_of(training, tmp_path):
    """What each recipe has to be given."""
    data = tmp_path / "data"
    emotions, split = str(data / "emotions.tsv"), str(data / "split.json")
    model = str(DEMO / "teacher")
    made = training.queue.root / "0001-teacher" / "result"
    made.mkdir(parents=True)
    return {
        "full": {"data": emotions, "unlabelled": [emotions]},
        "teacher": {"data": emotions, "model": model},
        "student": {"data": emotions},
        "distil": {
            "teacher": model, "student": model, "translator": model, "unlabelled": [emotions],
            "data": emotions, "split": split,
        },
        "triggers": {
            "model": str(made), "data": str(data / "triggers.tsv"), "split": split,
        },
        "evaluate": {"models": [model], "data": [emotions]},
        "translator": {"parallel": [str(data / "parallel.tsv")]},
        "split": {"data": emotions},
    }  # fmt: skip


def ask(training, recipe, raw, preset="", **more):
    return training.asked(recipe, preset, raw, "", **more)


def typed_again(training, asked):
    """The config of the command, as a shell would read it."""
    line = shlex.split(training.command(asked))
    assert line[:4] == ["python", "-m", "train", asked.recipe.name]
    return options.parse(asked.recipe.config_class, None, line[4:])


def without_output(config):
    return {name: value for name, value in asdict(config).items() if name != "output"}


# --- what can be trained


def test_the_full_pipeline_comes_first_and_every_card_is_a_recipe():
    found = recipes.offered()
    assert next(iter(found)) == "full" and set(found) <= set(RECIPES)
    for name in ("demo", "unpack", "predict", "../full", 3, None, "Full"):
        with pytest.raises(InputError, match="nothing called"):
            recipes.recipe(name)


@pytest.mark.parametrize("name", words.TITLES)
def test_every_option_is_in_the_form_or_the_servers_business(name, training):
    one = recipes.recipe(name)
    asked = ask(training, name, {})
    drawn = [field.option.name for field in forms.fields(asked, training.presets, {})]
    declared = {row.name for row in options.describe(one.config_class)}
    assert len(drawn) == len(set(drawn))
    assert declared - set(drawn) <= recipes.CLOSED | recipes.OF_PIPELINES
    assert {"output", "stages", "adopt", "cache"}.isdisjoint(drawn)


def test_a_field_tells_preset_and_paper(training):
    asked = ask(training, "teacher", {}, "quick")
    fields = {one.option.name: one for one in forms.fields(asked, training.presets, {})}
    quick = yaml.safe_load((options.PRESETS / "teacher_quick.yaml").read_text())
    paper = yaml.safe_load((options.PRESETS / "teacher_paper.yaml").read_text())
    rate = fields["learning_rate"]
    assert (rate.value, rate.preset, rate.paper) == (
        quick["learning_rate"], quick["learning_rate"], paper["learning_rate"],
    )  # fmt: skip
    assert fields["seed"].paper is forms.UNTOLD
    assert fields["model"].value == str(DEMO / "teacher")
    whole = {
        one.option.name: one
        for one in forms.fields(ask(training, "teacher", {}, "paper"), training.presets, {})
    }
    assert whole["model"].value == paper["model"], "the paper's own model, not the embedded one"


@pytest.mark.parametrize("name", words.TITLES)
@pytest.mark.parametrize("preset", ["", "quick", "paper"])
def test_what_stands_in_a_field_is_read_back_as_it_was(name, preset, training):
    if preset and preset not in options.presets(name):
        pytest.skip(f"{name} has no preset {preset}")
    asked = ask(training, name, {}, preset)
    from train.values import from_text, read

    for field in forms.fields(asked, training.presets, {}):
        if field.widget in ("switch", "ticks", "models", "files"):
            continue
        text = forms.as_text(field.option, field.value)
        again = read(field.option, from_text(field.option, text))
        expected = tuple(field.value) if isinstance(field.value, list) else field.value
        assert again == expected, field.option.name


# --- what is wrong with it


def test_everything_wrong_is_told_at_once_and_by_option(training, tmp_path):
    (tmp_path / "data" / "bad.tsv").write_text(HEAD + "1\ttweet\thappy\n")
    asked = ask(
        training,
        "teacher",
        {
            "epochs": "many", "batch_size": 0, "data": "/etc/passwd", "output": "/tmp/x",
            "triggers": str(tmp_path / "data" / "bad.tsv"), "epoch": 3, "stages": {},
        },
    )  # fmt: skip
    told = dict(asked.problems)
    assert set(told) == {
        "epochs", "batch_size", "data", "output", "triggers", "epoch", "stages",
    }  # fmt: skip
    assert told["epochs"] == "must be a number, not 'many'."
    assert "from 1 to 4096 rows" in told["batch_size"] and "not open" in told["data"]
    assert told["output"] == words.NOT_FROM_HERE and "Did you mean epochs?" in told["epoch"]
    assert "is not an option." in told["stages"]
    assert "line 2" in told["triggers"]
    assert training.command(asked) == ""
    with pytest.raises(ConfigError) as refused:
        training.start(asked, "")
    for name in told:
        assert f"- {name} " in refused.value.hint
    assert training.queue.jobs() == ()


def test_what_must_be_given_is_asked_for(training):
    assert ask(training, "full", {}).problems == (
        ("data", "must be given."), ("unlabelled", "must be given."),
    )  # fmt: skip
    assert str(refusal(ask(training, "teacher", {}))) == "data must be given."
    (said,) = ask(training, "evaluate", {}).problems
    assert said[0] == "" and "must be given" in said[1]


@pytest.mark.parametrize(
    ("recipe", "name"),
    [
        ("full", "adopt"), ("full", "only"), ("full", "insist"),
        ("full", "output"), ("distil", "cache"), ("evaluate", "cache"), ("teacher", "output"),
    ],
)  # fmt: skip
def test_what_would_write_elsewhere_is_refused(training, given_of, recipe, name):
    asked = ask(training, recipe, {**given_of[recipe], name: "/tmp/elsewhere"})
    assert asked.problems == ((name, words.NOT_FROM_HERE),)


def test_a_baseline_has_to_be_a_run_made_here(training, given_of, tmp_path):
    config = tmp_path / "data" / "config.yaml"
    config.write_text("data: /etc/passwd\n")
    asked = ask(training, "evaluate", {**given_of["evaluate"], "baseline": str(config)})
    assert asked.problems == (("baseline", words.ONLY_FROM_RUNS),)
    kept = training.uploads.new("", "config.yaml")
    kept.file.write_text("data: /etc/passwd\n")
    asked = ask(training, "evaluate", {**given_of["evaluate"], "baseline": str(kept.file)})
    assert asked.problems == (("baseline", words.ONLY_FROM_RUNS),)
    own = training.queue.root / "0001-teacher" / "config.yaml"
    own.write_text("data: x.tsv\n")
    assert not ask(training, "evaluate", {**given_of["evaluate"], "baseline": str(own)}).problems


# --- the command does the same


@pytest.mark.parametrize("recipe", words.TITLES)
@pytest.mark.parametrize("preset", ["", "quick", "paper"])
def test_the_command_does_the_same_as_the_form(training, given_of, recipe, preset):
    if preset and preset not in options.presets(recipe):
        pytest.skip(f"{recipe} has no preset {preset}")
    asked = ask(training, recipe, given_of[recipe], preset)
    assert asked.problems == ()
    again = typed_again(training, asked)
    assert without_output(again) == without_output(asked.config)
    assert Path(again.output).is_relative_to(training.runs)


NUMBER = st.one_of(st.integers(-3, 500), st.floats(allow_nan=True), st.text(max_size=6))
TEACHER = ("epochs", "batch_size", "learning_rate", "seed", "prefix", "patience", "licence")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.sampled_from(TEACHER), NUMBER))
def test_whatever_is_typed_is_refused_or_does_the_same(training, given_of, values):
    raw = {**given_of["teacher"], **values}
    asked = ask(training, "teacher", raw)
    named = {name for name, _ in asked.problems}
    assert named <= set(values), "only what was typed is complained of"
    if not asked.problems:
        assert without_output(typed_again(training, asked)) == without_output(asked.config)


def test_a_form_as_drawn_and_sent_back_is_the_preset(training, given_of):
    """All fields as texts, none touched: nothing but the files differs from the preset."""
    for recipe in ("full", "teacher", "distil"):
        bare = ask(training, recipe, {}, "quick")
        sent = {}
        for field in forms.fields(bare, training.presets, {}):
            value = field.value
            if field.widget == "switch":
                sent[field.option.name] = bool(value)
            elif field.several and field.widget != "text":
                sent[field.option.name] = [str(one) for one in value]
            else:
                sent[field.option.name] = forms.as_text(field.option, value)
        form = {**sent, **given_of[recipe]}
        asked = training.asked(recipe, "quick", form, "", typed=True)
        assert asked.problems == (), recipe
        expected = {**forms.starts(bare.recipe, bare), **given_of[recipe]}
        plain = ask(training, recipe, expected, "quick")
        assert without_output(asked.config) == without_output(plain.config)


# --- what only shows before a start


class FakeHub:
    """What core.hub says, without a network; counts how often it is asked."""

    def __init__(self, sizes=None, kept=None):
        self.sizes, self.kept, self.asked = sizes or {}, kept or {}, []

    def cached(self, model):
        return self.kept.get(model)

    def listing(self, model, patience):
        self.asked.append(model)
        assert patience <= 5, "a person waits"
        if model not in self.sizes:
            raise ModelError(f"{model} is not on this machine and the hub cannot be reached.")
        files = {"model.safetensors": self.sizes[model]}
        return core_hub.Listing(model, "c", files, tuple(files), None)


@pytest.fixture
def hub(monkeypatch):
    def use(**given):
        fake = FakeHub(**given)
        monkeypatch.setattr(core_hub, "cached", fake.cached)
        monkeypatch.setattr(core_hub, "listing", fake.listing)
        return fake

    return use


def test_a_model_that_is_nowhere_is_told_with_everything_else(training, given_of, hub):
    fake = hub()
    raw = {"data": given_of["teacher"]["data"], "batch_size": 0}
    asked = training.ready(ask(training, "teacher", raw, "quick"))
    told = dict(asked.problems)
    assert set(told) == {"batch_size", "model"}
    assert "roberta-large is not on this machine and the hub cannot be reached." in told["model"]
    assert "assets/models/demo" in told["model"] and asked.config is None
    with pytest.raises(ConfigError, match="2 things"):
        training.start(asked, "")
    training.ready(ask(training, "teacher", raw, "quick"))
    assert fake.asked == ["roberta-large"], "the answer stands for a while"
    assert training.queue.jobs() == ()


def test_models_of_the_hub_are_asked_for_with_their_size(training, given_of, hub, tmp_path):
    sizes = {
        "FacebookAI/roberta-large": 1_400_000_000, "Helsinki-NLP/opus-mt-fr-en": 300_000_000,
    }  # fmt: skip
    fake = hub(sizes=sizes, kept={"FacebookAI/xlm-roberta-large": tmp_path})
    asked = training.ready(ask(training, "full", given_of["full"], "paper"))
    assert asked.problems == ()
    assert sorted(fake.asked) == sorted(sizes), "what is in the cache is not asked for"
    notes = " ".join(training.notes(asked))
    assert "FacebookAI/roberta-large: 1.4\u00a0GB will be downloaded" in notes
    assert "opus-mt-fr-en: 300\u00a0MB" in notes and "xlm-roberta" not in notes


def test_models_on_this_disk_ask_nobody(training, given_of, hub):
    fake = hub()
    for recipe in ("full", "teacher", "distil"):
        assert training.ready(ask(training, recipe, given_of[recipe])).problems == ()
    assert fake.asked == []


def test_more_length_than_a_model_reads_is_told(training, given_of, hub, tmp_path):
    hub()
    most = json.loads((DEMO / "teacher" / "tandem.json").read_text())["max_length"]
    for recipe in ("full", "teacher"):
        found = training.ready(ask(training, recipe, {**given_of[recipe], "max_length": 8000}))
        (problem,) = found.problems
        assert problem[0] == "max_length" and f"at most {most} sub-tokens" in problem[1]
        assert ask(training, recipe, {**given_of[recipe], "max_length": 8193}).problems
        assert not training.ready(
            ask(training, recipe, {**given_of[recipe], "max_length": 64})
        ).problems
    plain = tmp_path / "data" / "roberta"
    plain.mkdir()
    sizes = {"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}
    (plain / "config.json").write_text(json.dumps(sizes))
    raw = {"data": given_of["teacher"]["data"], "model": str(plain)}
    assert not training.ready(ask(training, "teacher", {**raw, "max_length": 512})).problems
    (problem,) = training.ready(ask(training, "teacher", {**raw, "max_length": 513})).problems
    assert "at most 512" in problem[1]


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        # 30 rows, 3 held out; 30 tweets, 3 of them: 27 in batches of 8 are 4 steps an epoch
        ({"batch_size": 8, "teacher_epochs": 1, "student_epochs": 2, "distil_epochs": 3}, 24),
        ({"batch_size": 30, "teacher_epochs": 1, "student_epochs": 1, "distil_epochs": 1}, 3),
        ({"batch_size": 5, "limit_rows": 10, "teacher_epochs": 1.5, "student_epochs": 0,
          "distil_epochs": 1}, 5),
    ],
)  # fmt: skip
def test_steps_are_counted_where_they_are_known(training, given_of, hub, values, steps):
    hub()
    asked = training.ready(ask(training, "full", {**given_of["full"], **values}))
    (said,) = [note for note in training.notes(asked) if "steps" in note]
    assert said.startswith(f"About {steps} steps of training in three stages")


def test_the_count_is_that_of_a_dry_run(training, given_of, hub):
    hub()
    from train.forecast.steps import total_steps
    from train.training.rows import read_rows

    asked = training.ready(ask(training, "teacher", {**given_of["teacher"], "batch_size": 4}))
    rows = read_rows(asked.config, save=False)
    expected = total_steps(asked.config, len(rows.train))
    assert any(f"About {expected} steps" in note for note in training.notes(asked))


def test_tweets_in_english_alone_are_warned_of(training, given_of, hub, tmp_path):
    hub()
    english = tmp_path / "data" / "english.tsv"
    english.write_text("ID\tTexts\n" + "".join(f"{n}\tthis is a good day\n" for n in range(900)))
    mixed = tmp_path / "data" / "sorted.tsv"
    foreign = "".join(f"{n}\taujourd'hui je suis très content\n" for n in range(100))
    mixed.write_text(english.read_text() + foreign)
    for file, warned in ((english, True), (mixed, False)):
        asked = training.ready(
            ask(training, "full", {**given_of["full"], "unlabelled": [str(file)]})
        )
        assert asked.problems == ()
        assert any("nothing to translate" in note for note in training.notes(asked)) is warned


def test_a_file_that_waits_for_its_columns_is_not_called_missing(training):
    sent = {"recipe": "full", "preset": "quick", "values": {}, "asking": ["data", "nonsense"]}
    asked = training_form.asked(training, training_form.state(sent), "")
    assert dict(asked.problems) == {
        "data": words.COLUMNS_FIRST, "unlabelled": "must be given.",
    }  # fmt: skip
    for odd in ("data", [3], {"data": 1}):
        with pytest.raises(InputError):
            training_form.state({**sent, "asking": odd})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_length", 10**9), ("epochs", 1e7), ("batch_size", 10**9), ("max_minutes", 1e12),
        ("patience", 10**7), ("max_steps", 10**12), ("eval_steps", 10**12), ("warmup_steps", 10**9),
        ("limit_rows", 10**400),
    ],
)  # fmt: skip
def test_absurd_numbers_are_refused(training, given_of, name, value):
    (problem,) = ask(training, "teacher", {**given_of["teacher"], name: value}).problems
    assert problem[0] == name and problem[1].startswith("must be from ")


def test_every_number_of_the_form_has_an_upper_bound():
    for one in recipes.offered().values():
        for row in recipes.settable(one).values():
            if row.kind in (int, float):
                assert row.high is not None, f"{one.name}: {row.name}"


def test_a_name_is_no_longer_than_a_line(training, given_of):
    asked = ask(training, "split", given_of["split"])
    with pytest.raises(ConfigError, match="81 characters"):
        training.start(asked, "", "x" * 81)
    assert training.queue.jobs() == ()


def test_what_the_form_and_a_problem_call_the_limit_is_the_same(training):
    html = training_form.draw(training, training_form.state({"recipe": "split"}), "")
    assert f"<strong>{words.name_of('limit_rows')}</strong>" in html
    assert str(training.queue.root / "NUMBER-split" / "result") in html
    full = training_form.draw(training, training_form.state({"recipe": "full"}), "")
    assert full.count(" multiple ") == 2, "unlabelled and dev take several files at once"


# --- presets


def test_a_preset_of_ones_own_holds_what_differs_and_no_data(training, given_of):
    form = {**given_of["teacher"], "epochs": "7", "batch_size": "32", "limit_rows": "10"}
    state = training_form.state({"recipe": "teacher", "preset": "quick", "values": form})
    base, values = training_form.worth_saving(training, state, "ada")
    assert (base, values) == ("quick", {"epochs": 7})
    training.presets.save("teacher", "mine", "ada", values, base)
    assert training.presets.names("teacher", "ada")[1] == ("mine",)
    assert training.presets.names("teacher", "grace")[1] == ()
    asked = training.asked("teacher", "mine", given_of["teacher"], "ada")
    quick = yaml.safe_load((options.PRESETS / "teacher_quick.yaml").read_text())
    assert asked.config.epochs == 7 and asked.config.learning_rate == quick["learning_rate"]
    with pytest.raises(InputError, match="no preset"):
        training.asked("teacher", "mine", {}, "grace")
    training.presets.remove("teacher", "mine", "ada")
    assert training.presets.names("teacher", "ada")[1] == ()


@pytest.mark.parametrize(
    "name", ["../x", "..", "", ".x", "a/b", "a\0b", "x" * 41, "a\nb", "/etc/x", "-x", "x.", "a\\b"]
)
def test_a_presets_name_cannot_leave_its_folder(tmp_path, name):
    presets = Presets(tmp_path / "presets")
    with pytest.raises(InputError, match="name"):
        presets.save("teacher", name, "", {"epochs": 1})
    assert not (tmp_path / "presets").exists()


@given(st.text(max_size=45), st.text(max_size=12))
def test_whatever_a_preset_is_called_it_lies_in_its_folder(tmp_path_factory, name, owner):
    folder = tmp_path_factory.mktemp("presets")
    presets = Presets(folder / "inside")
    try:
        presets.save("teacher", name, owner, {"epochs": 1})
    except InputError:
        return
    (made,) = [path for path in folder.rglob("*") if path.is_file()]
    assert made.resolve().is_relative_to(folder / "inside")
    assert presets.read("teacher", name, owner) == ("", {"epochs": 1})


def test_presets_that_come_with_a_recipe_are_not_replaced(tmp_path):
    with pytest.raises(InputError, match="comes with Tandem"):
        Presets(tmp_path).save("teacher", "quick", "", {})


def test_secrets_are_never_written_down(tmp_path):
    presets = Presets(tmp_path)
    for option, value in (
        ("hub_token", "x"), ("licence", "hf_" + "a" * 30), ("prefix", "https://me:pw@example.org"),
        ("password", "p"), ("models", ["sk-" + "b" * 30]),
    ):  # fmt: skip
        assert secret(option, value)
        with pytest.raises(InputError, match="never saved"):
            presets.save("teacher", "mine", "", {option: value})
    assert not list(tmp_path.rglob("*.yaml"))
    assert not secret("tokenizer", "x") and not secret("max_length", 128)


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['touch /tmp/A_owned']", "- a\n- b", "{", "3: x",
        "preset: ../../x\nepochs: 3", "preset: [1]", "\x00", "&a [*a]",
    ],
)  # fmt: skip
def test_a_preset_that_was_tampered_with_runs_no_code(training, text):
    folder = training.presets.folder / "everyone" / "teacher"
    folder.mkdir(parents=True)
    (folder / "odd.yaml").write_text(text)
    with pytest.raises(InputError, match="cannot be read"):
        training.asked("teacher", "odd", {}, "")
    assert not Path("/tmp/A_owned").exists()


def test_a_tampered_preset_gets_no_further_than_a_form(training):
    folder = training.presets.folder / "everyone" / "teacher"
    folder.mkdir(parents=True)
    (folder / "odd.yaml").write_text("output: /tmp/x\ndata: /etc/passwd\nepochs: 2\n")
    told = dict(training.asked("teacher", "odd", {}, "").problems)
    assert told["output"] == words.NOT_FROM_HERE and "not open" in told["data"]


# --- what a page sends


@pytest.mark.parametrize(
    "question",
    [
        None, [], "x", {"values": []}, {"values": {"a": {"b": 1}}}, {"values": {"a": None}},
        {"values": {"a": 3}}, {"values": {"a": ["x", 3]}}, {"values": {"a": "x" * 10_001}},
        {"values": {str(n): "" for n in range(201)}}, {"recipe": 3}, {"preset": ["quick"]},
        {"values": {"a": [["x"]]}}, {"name": "x" * 81},
    ],
)  # fmt: skip
def test_what_no_form_sends_is_refused(question):
    with pytest.raises(InputError):
        training_form.state(question)
