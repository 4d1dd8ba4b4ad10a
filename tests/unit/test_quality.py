"""The quality recipe on tiny models: each signal against a naive one, the whole against scipy."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from core.errors import DataError, ModelError
from core.loading import load_emotion_model
from core.records import TranslationStatus
from core.signals import likelihood
from core.translation import given_status
from core.translators import load_translator
from train.figures.scored import read_scored
from train.figures.signals import WEIGHTS, copied_words, length_ratio, weights
from train.options import parse
from train.recipes import RECIPES
from train.run import execute
from train.training.vectors import embed

RUSSIAN = ["люблю", "грустно", "люблю грустно", "грустно люблю люблю", "hoy feliz", "miedo hoy so"]
RIGHT = ["love", "sad", "love sad", "sad love love", "today happy", "fear today so"]
WRONG = ["table", "joy so", "happy", "so so table joy", "love", "happy table"]


def write(path: Path, rows: list[tuple[Any, ...]], head: str = "original translation mean") -> str:
    lines = ["\t".join(head.split()), *("\t".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def quality(tmp_path: Path, data: str, student: Path, **options: Any) -> dict[str, Any]:
    """Run the recipe as a person would, and read what it wrote."""
    given = {"output": tmp_path / "out", "threads": 1, "device": "cpu", "scores": "mean"}
    given |= {"data": data, "student": student, "bootstrap": 100, **options}
    words = [f"{name}={value}" for name, value in given.items()]
    config = parse(RECIPES["quality"].config_class, overrides=words)
    with open("/dev/null", "w") as nowhere:
        execute(RECIPES["quality"], config, nowhere)
    return json.loads((tmp_path / "out" / "metrics.json").read_text(encoding="utf-8"))


def naive_w(student: Path, pairs: list[tuple[str, str]]) -> list[float]:
    """Eq. 2 spelled out, one text at a time."""
    model = load_emotion_model(student)
    found = []
    for original, translation in pairs:
        p, q = (model.predict([text])[0].probabilities for text in (original, translation))
        found.append(sum((b - a) ** 2 for a, b in zip(p, q, strict=True)))
    return found


def test_likelihood_is_hugging_faces_own_loss(folders: Any) -> None:
    unit = load_translator(folders.translator).units["ru"]
    pairs = [*zip(RUSSIAN, RIGHT, strict=True), *zip(RUSSIAN, WRONG, strict=True)]
    found = likelihood(unit, [a for a, _ in pairs], [b for _, b in pairs], batch_size=4).values
    for value, (source, target) in zip(found, pairs, strict=True):
        batch = unit.tokenizer([source], text_target=[target], return_tensors="pt")
        with torch.no_grad():
            loss = float(unit.module(**batch).loss)
        assert value == pytest.approx(-loss, abs=1e-4)
    assert found[:6].mean() > found[6:].mean() + 1  # it has half learned its dictionary


def test_a_pair_too_long_for_the_translator_is_named(folders: Any) -> None:
    unit = load_translator(folders.translator).units["ru"]
    texts = ["люблю", "люблю " * 70, "люблю " * 200]  # 64 pieces trained on, 128 positions
    signal = likelihood(unit, texts, ["love"] * 3)
    assert np.isfinite(signal.values).tolist() == [True, True, False]
    assert signal.remarks == {
        1: "longer than the translator was trained on",
        2: "longer than the translator reads",
    }


def test_length_ratio_and_copied_words_by_hand() -> None:
    ratio = length_ratio("words", ["a b c d", "a", ""], ["a b", "b", "c"], lambda t: len(t.split()))
    assert ratio.values[:2].tolist() == [pytest.approx(-math.log(2)), 0.0]
    assert math.isnan(ratio.values[2]) and ratio.remarks == {2: "one side is empty"}
    copied = copied_words(["Привет, Anna!", "да", "да"], ["Hello Anna", "yes", "!?"])
    assert copied.values[:2].tolist() == [-0.5, 0.0]
    assert math.isnan(copied.values[2]) and list(copied.remarks) == [2]


def test_weights_by_hand_copies_left_out() -> None:
    p = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8], [0.3, 0.7]])
    q = np.array([[0.8, 0.2], [0.5, 0.5], [0.8, 0.2], [0.1, 0.9]])
    statuses = [TranslationStatus.TRANSLATED] * 3 + [TranslationStatus.COPIED]
    square, printed = weights(p, q, statuses)
    assert (square.name, printed.name) == tuple(WEIGHTS.values())
    # w: 0.02, 0, 0.72; as printed 0.68 − 0.82, 0, 0.68 − 0.68
    np.testing.assert_allclose(square.values[:3], [1 - 0.02 / 0.72, 1, 0])
    np.testing.assert_allclose(printed.values[:3], [1, 0, 0], atol=1e-12)
    assert np.isnan(square.values[3]) and np.isnan(printed.values[3])
    assert list(square.remarks) == [3]


def test_a_given_translation_has_the_status_that_a_translators_would() -> None:
    pairs = [("да", "yes"), ("OK  Go", "ok go"), ("😂", "😂"), ("😂", "joy")]
    found = [given_status(text, "ru", english).value for text, english in pairs]
    assert found == ["translated", "copied", "passed through", "passed through"]
    assert given_status("yes", "en", "yes") is TranslationStatus.ENGLISH


def test_a_set_scored_by_the_weight_itself(folders: Any, tmp_path: Path) -> None:
    """Quality by construction: the score is −w, spelled out; the weight must rank it perfectly."""
    pairs = list(zip(RUSSIAN * 2, RIGHT + WRONG, strict=True))
    w = naive_w(folders.before, pairs)
    assert len(set(w)) == len(w)
    data = write(tmp_path / "q.tsv", [(*p, -v) for p, v in zip(pairs, w, strict=True)])
    found = quality(tmp_path, data, folders.before)
    by_name = {row["signal"]: row for row in found["signals"]}
    assert by_name[WEIGHTS["squared_difference"]]["rho"] == pytest.approx(1.0)
    assert by_name[WEIGHTS["squared_difference"]]["n"] == 12
    assert all(test["difference"] > 0 for test in found["tests"] if test["difference"] is not None)
    with (tmp_path / "out" / "rows.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    own = [float(row[WEIGHTS["squared_difference"]]) for row in rows]
    expected = 1 - (np.array(w) - min(w)) / (max(w) - min(w))
    np.testing.assert_allclose(own, expected, atol=1e-5)


def test_right_and_wrong_translations_told_apart_by_the_translator(
    folders: Any, tmp_path: Path
) -> None:
    rows = [(a, b, 90 + i) for i, (a, b) in enumerate(zip(RUSSIAN, RIGHT, strict=True))]
    rows += [(a, b, 10 + i) for i, (a, b) in enumerate(zip(RUSSIAN, WRONG, strict=True))]
    data = write(tmp_path / "q.tsv", rows)
    found = quality(
        tmp_path, data, folders.before, translator=folders.translator, base=folders.encoder
    )
    by_name = {row["signal"]: row for row in found["signals"]}
    unit = load_translator(folders.translator).units["ru"]
    values = likelihood(unit, [r[0] for r in rows], [r[1] for r in rows]).values
    expected = spearmanr(values, [r[2] for r in rows]).statistic
    assert by_name["translator's log-likelihood"]["rho"] == pytest.approx(expected)
    assert expected > 0.5
    assert set(found["systems"]) == {"student", "translator", "base"}
    assert found["systems"]["student"]["provenance"] == "inductive"
    cosine = by_name["cosine of the base's vectors"]["rho"]
    assert cosine == pytest.approx(_naive_cosine(folders.encoder, rows), abs=1e-6)


def _naive_cosine(folder: Path, rows: list[tuple[str, str, int]]) -> float:
    """One text at a time, without padding: the plain mean of the hidden states."""
    from transformers import AutoModel, AutoTokenizer

    module, tokenizer = AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    module.eval()

    def vector(text: str) -> np.ndarray:
        with torch.no_grad():
            hidden = module(**tokenizer(text, return_tensors="pt")).last_hidden_state
        return hidden[0].mean(dim=0).double().numpy()

    values = []
    for original, translation, _ in rows:
        a, b = vector(original), vector(translation)
        values.append(float(a @ b / math.sqrt((a @ a) * (b @ b))))
    return float(spearmanr(values, [row[2] for row in rows]).statistic)


def test_vectors_do_not_depend_on_their_batch(folders: Any) -> None:
    from core.loading import load_backbone, load_tokenizer

    module, tokenizer = load_backbone(folders.encoder).eval(), load_tokenizer(folders.encoder)
    together = embed(module, tokenizer, [*RUSSIAN, "so " * 50], 40)
    alone = torch.cat([embed(module, tokenizer, [text], 40) for text in [*RUSSIAN, "so " * 50]])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)


def test_rows_that_cannot_be_used_are_named(folders: Any, tmp_path: Path) -> None:
    pairs = list(zip(RUSSIAN, RIGHT, strict=True))
    rows = [(*pair, 10 * number) for number, pair in enumerate(pairs)]
    rows += [("люблю", " ", 5), ("люблю", "love", "n/a"), ("so happy", "So  happy", 7)]
    found = quality(tmp_path, write(tmp_path / "q.tsv", rows), folders.before)
    assert [(entry["line"], entry["why"]) for entry in found["left_out"]] == [
        (8, "no original or no translation"),
        (9, "no score that is a number"),
    ]
    assert found["rows"] == 7
    weighed = next(row for row in found["signals"] if row["signal"] in WEIGHTS.values())
    assert weighed["n"] == 6
    remark = next(row for row in found["remarks"] if row["signal"] in WEIGHTS.values())
    assert (remark["lines"], remark["computed"]) == ([10], False)
    report = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "lines 8, 9" in report and "1 row not computable" in report


def test_files_and_models_that_will_not_do(folders: Any, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="scored translations"):
        read_scored(write(tmp_path / "few.tsv", [("да", "yes", 1)]), ["mean"])
    with pytest.raises(DataError, match="z_mean"):
        read_scored(write(tmp_path / "few.tsv", [("да", "yes", 1)]), ["z_mean"])
    data = write(tmp_path / "q.tsv", [(a, b, 1) for a, b in zip(RUSSIAN, RIGHT, strict=True)])
    only_french = tmp_path / "french"
    import shutil

    shutil.copytree(folders.translator, only_french)
    manifest = json.loads((only_french / "tandem.json").read_text(encoding="utf-8"))
    manifest["languages"] = ["fr"]
    (only_french / "tandem.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelError, match="does not translate from ru"):
        quality(tmp_path, data, folders.before, translator=only_french)
