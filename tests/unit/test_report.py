"""The report against hand-made evaluations, whose every figure is known; and model cards.

The JSON below is written out by hand from what ``train.recipes.evaluate`` documents.
"""

import json
import shutil
import statistics
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from core.errors import ConfigError, DataError
from core.loading import load_emotion_model, pack_checkpoint, unpack_checkpoint
from core.manifest import read_manifest, update_manifest
from core.translators import load_translator
from train.figures.tables import read_evaluations
from train.options import parse
from train.recipes import RECIPES
from train.run import execute

MEAN = "mean of native files"
FILES = {
    "dev_es": {"language": "es", "rows": 1519},
    "dev_fr": {"language": "fr", "rows": 2017},
    "dev_nl": {"language": "nl", "rows": 1027, "machine_translated": True},
    "validation_en": {"language": "en", "rows": 3757},
}
PER_CLASS = {
    "Joy": {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 200, "predicted": 200},
    "Fear": {"precision": 0.1, "recall": 0.3, "f1": 0.15, "support": 60, "predicted": 180},
    "Love": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 3, "predicted": 4},
}


def scored(system: str, file: str, value: float, **more: Any) -> dict[str, Any]:
    """A row of scores; the interval is two points on either side."""
    about = FILES.get(file, {"rows": 3536})
    rest = {"parts": ["dev_es", "dev_fr"]} if file == MEAN else {"per_class": PER_CLASS}
    return {
        "system": system,
        "kind": "model",
        "group": "",
        "file": file,
        "macro_f1": value,
        "low": value - 0.02,
        "high": value + 0.02,
        "rows": about["rows"],
        "machine_translated": about.get("machine_translated", False),
        "provenance": "inductive",
        **rest,
        **more,
    }


def system(name: str, kind: str = "model", **more: Any) -> dict[str, Any]:
    known = {"identity": f"id of {name}", "parent": "", "packed": False} if kind == "model" else {}
    return {"name": name, "kind": kind, "group": "", **known, **more}


def difference(a: str, b: str, file: str, value: float, p: float | None) -> dict[str, Any]:
    interval = {"low": value - 0.01, "high": value + 0.01}
    return {"a": a, "b": b, "file": file, "difference": value, **interval, "holm_p": p}


def evaluation(folder: Path, scores: list[Any], systems: list[Any], **more: Any) -> str:
    files = [{"name": name, **about} for name, about in FILES.items()]
    folder.mkdir(parents=True)
    content = {"files": files, "systems": systems, "scores": scores, "tests": [], **more}
    (folder / "metrics.json").write_text(json.dumps(content), encoding="utf-8")
    return str(folder)


def report(tmp_path: Path, **options: Any) -> dict[str, Any]:
    """Run the recipe as a person would, and read what it wrote."""
    given = [f"{key}={value}" for key, value in {"output": tmp_path / "out", **options}.items()]
    config = parse(RECIPES["report"].config_class, overrides=given)
    with open("/dev/null", "w") as nowhere:
        execute(RECIPES["report"], config, nowhere)
    return json.loads((tmp_path / "out" / "metrics.json").read_text(encoding="utf-8"))


def text_of(tmp_path: Path) -> str:
    return (tmp_path / "out" / "report.md").read_text(encoding="utf-8")


def cells(table: dict[str, Any], label: str) -> dict[str, Any]:
    """A row's cells by the title of their column."""
    row = next(row for row in table["rows"] if row["label"] == label)
    titles = [column["title"] for column in table["columns"]]
    return dict(zip(titles, row["cells"], strict=True))


SEEDS = {13: (0.50, 0.55), 14: (0.51, 0.57), 15: (0.49, 0.50)}  # before, refined on Spanish


@pytest.fixture
def seeds(tmp_path: Path) -> str:
    """Three seeds before and after; after is told by parent, and stands in another order."""
    scores, systems, tests = [], [], []
    for seed, (before, after) in SEEDS.items():
        first, second = f"before, seed {seed}", f"refined, seed {seed}"
        scores += [scored(first, "dev_es", before), scored(second, "dev_es", after)]
        scores += [scored(first, MEAN, before - 0.1), scored(second, MEAN, after - 0.1)]
        systems.append(system(first, group="before"))
        parent = f"id of {first}"
        systems.insert(0, system(second, group="refined", parent=parent))
        # Written the other way round: the report turns sign and interval.
        tests.append(difference(first, second, "dev_es", before - after, seed / 1000))
        tests.append(difference(first, second, MEAN, before - after, None))
    return evaluation(tmp_path / "seeds", scores, systems, tests=tests)


def test_seeds_are_a_mean_and_a_standard_deviation(tmp_path: Path, seeds: str) -> None:
    found = report(tmp_path, evaluations=seeds, before="before", student="refined")
    cell = cells(found["languages"], "student, refined")["es (1,519)"]
    after = [after for _, after in SEEDS.values()]
    assert cell["value"] == pytest.approx(statistics.mean(after))
    assert cell["sd"] == pytest.approx(statistics.stdev(after))
    assert (cell["seeds"], cell["rows"], cell["provenance"]) == (3, 1519, "inductive")
    # Seed 15 stands first in the file; its interval is shown.
    assert (cell["low"], cell["high"]) == (pytest.approx(0.48), pytest.approx(0.52))
    shown = text_of(tmp_path)
    assert "student, refined (3 seeds)" in shown
    assert "0.540 ± 0.036 [.480, .520]" in shown


def test_gains_pair_each_seed_with_its_own_parent(tmp_path: Path, seeds: str) -> None:
    found = report(tmp_path, evaluations=seeds, before="before", student="refined")
    gain = cells(found["gains"], "refined")
    assert list(gain) == ["mean of es, fr (3,536)", "es (1,519)"]
    own = [after - before for before, after in SEEDS.values()]
    spanish = gain["es (1,519)"]
    assert spanish["value"] == pytest.approx(statistics.mean(own))
    assert spanish["sd"] == pytest.approx(statistics.stdev(own))
    assert {(a, b) for a, b in spanish["pairs"]} == {
        (f"refined, seed {s}", f"before, seed {s}") for s in SEEDS
    }
    assert sorted(spanish["p"]) == [0.013, 0.014, 0.015]
    assert (spanish["low"], spanish["high"]) == (pytest.approx(0.0), pytest.approx(0.02))
    assert gain["mean of es, fr (3,536)"]["p"] == [None] * 3
    assert "+4.0 ± 2.6 [+0.0, +2.0], p 0.0150 / 0.0140 / 0.0130" in text_of(tmp_path)


def test_controls_stand_beside_refinement_in_points(tmp_path: Path) -> None:
    names = {"before": 0.40, "refined": 0.45, "ones": 0.44, "mixed": 0.43, "steps": 0.41}
    scores = [scored(name, MEAN, value) for name, value in names.items()]
    scores.append(scored("before, prior corrected", MEAN, 0.42, kind="prior corrected"))
    systems = [system(name, parent="id of before") for name in names if name != "before"]
    systems.append(system("before"))
    corrected = system("before, prior corrected", "prior corrected", identity="id of before")
    folder = evaluation(tmp_path / "scores", scores, [*systems, corrected])
    found = report(
        tmp_path,
        evaluations=folder,
        before="before",
        student="refined",
        ones="ones",
        permuted="mixed",
        steps="steps",
        prior='["before, prior corrected"]',
    )
    column = "mean of es, fr (3,536)"
    gained = {
        row["label"]: cells(found["gains"], row["label"])[column] for row in found["gains"]["rows"]
    }
    assert {label: round(cell["value"], 6) for label, cell in gained.items()} == {
        "refined": 0.05,
        "w̄ = 1": 0.04,
        "w̄ permuted": 0.03,
        "as many steps on English": 0.01,
        "prior correction alone": 0.02,
    }
    # Controls are in this table alone, not among the systems of the other one.
    labels = [row["label"] for row in found["languages"]["rows"]]
    assert labels == ["student before refinement", "student, refined"]


def test_rivals_first_english_apart_machine_translated_last(tmp_path: Path) -> None:
    kinds = {"LR": "TF-IDF", "uniform guess": "guess", "teacher on translations": "on translations"}
    everything = [*kinds, "teacher", "student"]
    scores = [
        scored(name, file, 0.3, kind=kinds.get(name, "model"))
        for name in everything
        for file in ("dev_nl", "dev_fr", "validation_en", "dev_es", MEAN)
        if name != "teacher" or file == "validation_en"
    ]
    systems = [system(name, kinds.get(name, "model")) for name in everything]
    folder = evaluation(tmp_path / "scores", scores, systems)
    found = report(tmp_path, evaluations=folder, teacher="teacher", student="student")
    titles = [column["title"] for column in found["languages"]["columns"]]
    assert titles == [
        "es (1,519)",
        "fr (2,017)",
        "mean of es, fr (3,536)",
        "nl, machine-translated (1,027)",
    ]
    assert [c["title"] for c in found["english"]["columns"]] == ["validation_en (3,757)"]
    rows = [row["label"] for row in found["languages"]["rows"]]
    assert rows == ["uniform guess", "LR", "teacher on translations", "student, refined"]
    assert [row["label"] for row in found["english"]["rows"]][-2:] == [
        "teacher",
        "student, refined",
    ]


def test_one_model_under_two_names_and_two_models_under_one(tmp_path: Path) -> None:
    plain, packed = system("student"), system("student", packed=True)
    a = evaluation(tmp_path / "a", [scored("student", "dev_es", 0.5)], [plain])
    again = [scored("seed 13", "dev_es", 0.5), scored("seed 13", "dev_fr", 0.4)]
    b = evaluation(tmp_path / "b", again, [{**plain, "name": "seed 13", "group": "refined"}])
    c = evaluation(tmp_path / "c", [scored("student", "dev_es", 0.499)], [packed])
    found = read_evaluations([a, b, c])
    assert list(found.systems) == ["student", "student [c]"]
    assert found.members(["refined"]) == found.members(["student"]) == ("student",)
    assert [column.file for column, _ in found.score_rows("student")] == ["dev_es", "dev_fr"]
    assert found.missing(["student", "seed 13", "studnet"]) == ["studnet"]
    assert len(found.notes) == 1 and "student [c]" in found.notes[0]


def test_figures_that_disagree_are_told(tmp_path: Path) -> None:
    a = evaluation(tmp_path / "a", [scored("x", "dev_es", 0.5)], [system("x")])
    b = evaluation(tmp_path / "b", [scored("x", "dev_es", 0.6)], [system("x")])
    found = report(tmp_path, evaluations=f"{a},{b}", student="x", ones="y")
    assert cells(found["languages"], "student, refined")["es (1,519)"]["value"] == 0.5
    assert any("0.6000" in note and "0.5000" in note for note in found["notes"])
    assert any("y, named as ones" in note for note in found["notes"])


def test_a_headline_that_is_not_inductive_is_told(tmp_path: Path) -> None:
    scores = [scored("x", "dev_es", 0.5, provenance="transductive"), scored("t", "dev_es", 0.6)]
    folder = evaluation(tmp_path / "a", scores, [system("x"), system("t")])
    found = report(tmp_path, evaluations=folder, student="x", transductive="t")
    assert found["notes"] == [
        "x, named as student, is not inductive on dev_es.",
        "t, named as transductive, is not transductive on dev_es.",
    ]
    row = next(r for r in found["languages"]["rows"] if r["label"] == "student, refined")
    assert row["provenance"] == "transductive"


def test_evaluations_of_before_and_what_is_not_there(tmp_path: Path) -> None:
    """Without files, systems and kinds, as evaluate wrote them until 0.1: a dash, never a 0."""
    rows = [scored("student", "dev_es", 0.5), scored("other", "dev_fr", 0.4)]
    for row in rows:
        del row["kind"], row["group"]
    folder = tmp_path / "old"
    folder.mkdir()
    content = {
        "scores": rows,
        "tests": [],
        "triggers": [{"system": "student", "f1": 0.3, "tweets": 9}],
    }
    (folder / "metrics.json").write_text(json.dumps(content), encoding="utf-8")
    found = report(tmp_path, evaluations=folder, student="student")
    assert cells(found["languages"], "student, refined")["fr (2,017)"] is None
    lines = [line for line in text_of(tmp_path).splitlines() if line.startswith("| student")]
    assert [cell.strip() for cell in lines[0].split("|")[2:4]] == ["0.500 [.480, .520]", "–"]
    assert "| 0.300" in lines[-1] and "| –" in lines[-1]
    assert "## Translator" not in text_of(tmp_path)


def test_translators_of_evaluations_and_of_manifests(tmp_path: Path, folders: Any) -> None:
    own = tmp_path / "own"
    shutil.copytree(folders.translator, own)
    update_manifest(own, identity="another", metrics={"chrf_fr": 0.448, "bleu_fr": 0.25})
    about = {"translator": str(folders.translator), "beams": 1}
    measured = {**about, "language": "ru", "pairs": 500, "chrf": 0.417, "bleu": 0.2}
    speed = {**about, "median_ms": 41.6, "p90_ms": 80.0, "cpu_ms": 35.2}
    folder = evaluation(
        tmp_path / "scores", [scored("x", "dev_es", 0.5)], [], translation=[measured], speed=speed
    )
    both = f"{own},{folders.translator}"
    found = report(tmp_path, evaluations=folder, translators=both)
    rows = {(row["translator"], row["language"]): row for row in found["translator"]}
    assert set(rows) == {
        ("translator", "ru"),
        *(("own", code) for code in ("fr", "nl", "ru", "es")),
    }
    assert rows["translator", "ru"]["median_ms"] == 41.6
    shown = text_of(tmp_path)
    rows_shown = [[c.strip() for c in line.split("|")[1:-1]] for line in shown.splitlines()]
    assert ["translator", "ru", "41.7", "20.0", "500", "42", "35"] in rows_shown
    assert ["own", "fr", "44.8", "25.0", "–", "–", "–"] in rows_shown


def test_quality_and_triggers_are_carried_over(tmp_path: Path) -> None:
    signals = [
        {"signal": s, "human": h, "rho": r, "low": r - 0.05, "high": r + 0.05, "p": 0.1, "n": 998}
        for s, r in (("weight w̄", 0.103), ("length ratio", 0.19))
        for h in ("mean", "z_mean")
    ]
    test = {"a": "weight w̄", "b": "length ratio", "human": "mean", "difference": -0.086}
    test |= {"low": -0.172, "high": 0.005, "holm_p": 0.28794}
    quality = tmp_path / "quality.json"
    student = {"name": "before", "provenance": "inductive"}
    content = {"signals": signals, "tests": [test], "systems": {"student": student}}
    quality.write_text(json.dumps(content), encoding="utf-8")
    words = {"system": "x", "guess": "all words", "f1": 0.2, "f1_low": 0.19, "f1_high": 0.21}
    folder = evaluation(
        tmp_path / "scores", [scored("x", "dev_es", 0.5)], [system("x")], triggers=[words]
    )
    found = report(tmp_path, evaluations=folder, quality=quality)
    assert found["quality"][0]["signals"] == signals
    shown = text_of(tmp_path)
    assert "0.190 [.140, .240]" in shown and "-0.086 [-.172, .005], p 0.2879" in shown
    assert "| all words | 0.200 [.190, .210]" in shown
    assert {Path(row["path"]).name for row in found["sources"]} == {"metrics.json", "quality.json"}


def test_files_that_will_not_do(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"signals": []}', encoding="utf-8")
    torn = tmp_path / "torn.json"
    torn.write_text('{"scores": [', encoding="utf-8")
    for path, why in ((other, "no scores"), (torn, "cannot be read"), (tmp_path, "cannot be read")):
        with pytest.raises(DataError, match=why):
            read_evaluations([str(path)])
    with pytest.raises(ConfigError, match="evaluations"):
        report(tmp_path)


# --- cards ---

LICENCE = (
    "Apache-2.0; from all-MiniLM-L6-v2 (Apache-2.0); trained on EXALT (CC-BY-4.0), "
    "Films (CC-BY-SA-4.0)"
)
DATA = ({"name": "train.tsv", "sha256": "ab" * 32, "rows": 4504, "use": "train"},)


@pytest.fixture
def packed(folders: Any, tmp_path: Path) -> dict[str, Path]:
    """Packed checkpoints with all that a recipe writes into a manifest."""
    found = {}
    for name in ("teacher", "before", "student", "translator"):
        plain, found[name] = tmp_path / "plain" / name, tmp_path / "packed" / name
        shutil.copytree(getattr(folders, name), plain)
        metrics = {"chrf_fr": 0.448, "chrf_ru": 0.391} if name == "translator" else {}
        packing = {"packing": {"agreement": 0.996, "probes": 3000}}
        update_manifest(
            plain,
            licence=LICENCE,
            data=DATA,
            command=f"python -m train x output={tmp_path}/nowhere 'licence={LICENCE}'",
            metrics={**metrics, **packing},
        )
        pack_checkpoint(plain, found[name])
    identity = read_manifest(found["before"]).identity
    update_manifest(
        found["student"],
        parents={"student": identity, "teacher": "f" * 64},
        languages=("en", "fr", "nl", "ru", "es"),
    )
    return found


@pytest.fixture
def carded(packed: dict[str, Path], tmp_path: Path) -> dict[str, Path]:
    """The same with cards, two of them evaluated."""
    scores, systems = [], []
    for name in ("student", "before"):
        identity = read_manifest(packed[name]).identity
        systems.append(system(f"the {name}", identity=identity, packed=True))
        scores += [scored(f"the {name}", "dev_es", 0.5733), scored(f"the {name}", "dev_fr", 0.3727)]
    trigger = {
        "system": "the student",
        "guess": "",
        "f1": 0.331,
        "map_scores": 0.478,
        "tweets": 260,
    }
    folder = evaluation(tmp_path / "scores", scores, systems, triggers=[trigger])
    report(tmp_path, evaluations=folder, cards=",".join(map(str, packed.values())))
    return packed


def test_a_card_begins_as_the_hub_wants(carded: dict[str, Path]) -> None:
    card = ModelCard.load(carded["student"] / "README.md")
    data = card.data
    assert (data.license, data.base_model) == (
        "apache-2.0",
        "sentence-transformers/all-MiniLM-L6-v2",
    )
    assert data.datasets == ["pranaydeeps/EXALT-v1"]
    assert data.language == ["en", "fr", "nl", "ru", "es"]
    assert data.pipeline_tag == "text-classification" and "emotion" in data.tags
    values = {row.dataset_name: row.metric_value for row in data.eval_results}
    assert values == {"dev_es": 0.5733, "dev_fr": 0.3727}
    translator = ModelCard.load(carded["translator"] / "README.md").data
    assert translator.pipeline_tag == "translation"
    assert translator.language == ["fr", "nl", "ru", "es", "en"]
    chrf = {row.dataset_name: row.metric_value for row in translator.eval_results}
    assert chrf == {"fr": 44.8, "ru": 39.1}


def test_a_card_says_what_was_measured_and_where_it_is_bad(carded: dict[str, Path]) -> None:
    text = (carded["student"] / "README.md").read_text(encoding="utf-8")
    assert "0.573 [.553, .593]" in text and "2,017" in text and "inductive" in text
    assert "Weakest on dev_fr: macro-F1 0.373 of 2,017 rows" in text
    assert "Fear on dev_fr: F1 0.150, 60 rows" in text
    assert "Love on" not in text  # three rows say nothing
    assert "0.331" in text and "99.60% of the answers to 3,000 texts" in text
    assert "Wang et al." in text  # it carries a weight reference
    assert "4,504" in text and "Films: CC-BY-SA-4.0" in text
    assert "python -m train unpack model=student" in text
    assert "python -m train x" in text
    translator = (carded["translator"] / "README.md").read_text(encoding="utf-8")
    assert "Weakest from Russian: chrF 39.1" in translator


def test_a_card_names_its_parents_and_their_data(carded: dict[str, Path]) -> None:
    text = (carded["student"] / "README.md").read_text(encoding="utf-8")
    assert "Student that it was made with: `before` beside this folder" in text
    assert "Teacher that it was made with: not beside this folder (ffffffffffff)" in text
    files = [line for line in text.splitlines() if line.startswith("| train.tsv")]
    assert [line.split("|")[5].strip() for line in files] == ["student", "before"]
    before = ModelCard.load(carded["before"] / "README.md")
    assert before.data.language == ["en", "fr", "nl", "ru", "es"]  # what the refined one reads


def test_a_model_that_was_not_evaluated_gets_no_figures_of_another(carded: dict[str, Path]) -> None:
    card = ModelCard.load(carded["teacher"] / "README.md")
    assert card.data.eval_results is None and "| dev_es" not in card.content
    assert card.data.language == ["en"]


def test_a_card_is_no_part_of_the_checkpoint(carded: dict[str, Path], tmp_path: Path) -> None:
    assert load_emotion_model(carded["student"]).predict(["so happy"])[0].label
    assert load_translator(carded["translator"]).units
    assert "README.md" not in read_manifest(carded["student"]).files
    unpack_checkpoint(carded["student"], tmp_path / "back")
    assert (tmp_path / "back" / "model.safetensors").is_file()
    (carded["student"] / "README.md").write_text("mine", encoding="utf-8")
    load_emotion_model(carded["student"])


def test_a_licence_that_the_hub_does_not_know_is_named(
    packed: dict[str, Path], tmp_path: Path
) -> None:
    update_manifest(packed["teacher"], licence="Public Foo 1.0; trained on A (MIT)")
    update_manifest(packed["before"], licence="")
    folder = evaluation(tmp_path / "scores", [scored("x", "dev_es", 0.5)], [system("x")])
    report(tmp_path, evaluations=folder, cards=f"{packed['teacher']},{packed['before']}")
    data = ModelCard.load(packed["teacher"] / "README.md").data
    assert (data.license, data.license_name) == ("other", "Public Foo 1.0")
    assert ModelCard.load(packed["before"] / "README.md").data.license_name == "not stated"
