"""The models that ship: whole, small, licensed, and fit together."""

from pathlib import Path

import pytest

from core.checkpoints import read_manifest, verify
from core.engine import Engine, EngineSources
from core.labels import LABELS
from core.records import TranslationStatus

DEMO = Path(__file__).parents[2] / "assets" / "models" / "demo"
ROLES = {
    "teacher": "teacher",
    "student_before": "student",
    "student": "student",
    "translator": "translator",
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    demo = {name: str(DEMO / name) for name in ROLES}
    engine = Engine(
        EngineSources(demo["teacher"], demo["student"], demo["student_before"], demo["translator"])
    )
    engine.wait()
    return engine


@pytest.mark.parametrize("name", ROLES)
def test_whole_packed_and_licensed(name: str) -> None:
    manifest = read_manifest(DEMO / name)
    verify(DEMO / name, manifest)
    assert manifest.role == ROLES[name] and manifest.packed
    assert manifest.licence and "SA" not in manifest.licence.split("Apache-2.0")[-1].replace(
        "MSA", ""
    )
    assert manifest.command.startswith("python -m train ")
    assert manifest.data and all(len(entry["sha256"]) == 64 for entry in manifest.data)


def test_40_megabytes_at_most_and_no_file_over_15() -> None:
    sizes = [file.stat().st_size for file in DEMO.rglob("*") if file.is_file()]
    assert sum(sizes) <= 40e6 and max(sizes) <= 15e6


@pytest.mark.parametrize("name", [name for name in ROLES if name != "translator"])
def test_packing_kept_the_labels(name: str) -> None:
    assert read_manifest(DEMO / name).metrics["packing"]["agreement"] >= 0.99


def test_one_family() -> None:
    manifests = {name: read_manifest(DEMO / name) for name in ROLES}
    splits = {manifests[name].split for name in ("teacher", "student_before", "student")}
    assert len(splits) == 1 and None not in splits
    parents = manifests["student"].parents
    assert parents == {
        "teacher": manifests["teacher"].identity,
        "student": manifests["student_before"].identity,
        "translator": manifests["translator"].identity,
    }


def test_they_answer_in_five_languages(engine: Engine) -> None:
    tweets = {
        "en": "I am so happy for you 😂",
        "fr": "Je suis très content pour toi 😂",
        "nl": "Ik ben zo blij voor jou 😂",
        "ru": "Я так рад за тебя 😂",
        "es": "Estoy muy feliz por ti 😂",
    }
    answers = dict(zip(tweets, engine.compare(list(tweets.values())), strict=True))
    for code, answer in answers.items():
        assert answer.language.code == code
        assert answer.translation.text.endswith("😂")
        assert answer.student.label in LABELS and answer.student_before is not None
        assert answer.weight.disagreement is not None
        if code == "en":
            assert answer.translation.status is TranslationStatus.ENGLISH
            continue
        assert answer.translation.status is TranslationStatus.TRANSLATED
        assert answer.weight.weight is not None or answer.weight.outside
    assert any(word.scored for word in answers["ru"].triggers["student"].words)
