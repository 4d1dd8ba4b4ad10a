"""The paper's pipeline in a small world, each stage against an independent truth."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import entropy
from sklearn.metrics import f1_score
from transformers import AutoModel, AutoTokenizer, MarianMTModel, MarianTokenizer, pipeline

from core.checkpoints import load_texts, read_manifest
from core.data import read_emotions, text_hash
from core.errors import SplitError
from core.labels import LABELS
from core.loading import load_emotion_model
from core.splits import Split
from core.translators import load_translator
from core.weighting import WeightReference
from train.events import Kind, read


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def test_one_split_everywhere(pipeline) -> None:
    split = Split.load(pipeline.path("split.json"))
    for name in ("teacher", "before", "student"):
        assert read_manifest(Path(pipeline.path(name))).split == split.hash
    labelled, _ = load_texts(Path(pipeline.path("teacher")))
    main = {text_hash(row.text) for row in read_emotions(pipeline.path("emotions.tsv"))}
    assert main <= labelled  # validation rows count as seen: they chose the checkpoint


def test_extra_rows_are_of_the_asked_source_and_never_in_validation(pipeline) -> None:
    data = read_manifest(Path(pipeline.path("teacher"))).data
    assert set(data[1]["sources"]) == {"a"}


def test_trimmed_encoder_answers_as_the_whole_one_did(pipeline) -> None:
    """With one layer kept and the same pieces, hidden states equal that layer's on its own."""
    folder, whole = pipeline.path("base_en"), AutoModel.from_pretrained(pipeline.path("encoder"))
    small, tokenizer = AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    old = AutoTokenizer.from_pretrained(pipeline.path("encoder"))
    text = "table laugh"
    assert tokenizer.tokenize(text) == old.tokenize(text)
    with torch.no_grad():
        embedded = whole.embeddings(
            **{k: v for k, v in old(text, return_tensors="pt").items() if k != "attention_mask"}
        )
        output = whole.encoder.layer[1](embedded)
        expected = output[0] if isinstance(output, tuple) else output
        found = small(**tokenizer(text, return_tensors="pt")).last_hidden_state
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)
    assert "😂" in tokenizer.tokenize("so 😂😂")


def test_base_learned_to_match(pipeline) -> None:
    """Retrieval among 30 far above chance, on pairs that it was trained on."""
    assert read_manifest(Path(pipeline.path("base"))).metrics["retrieval"] > 3 / 30


def test_licence_filter_left_share_alike_out(pipeline) -> None:
    data = read_manifest(Path(pipeline.path("translator"))).data
    assert (
        data[0]["rows"]
        == len({tuple(r.items()) for r in rows_of(Path(pipeline.path("train_fr-en.tsv")))}) - 1
    )


def test_translator_opens_in_plain_transformers_and_pads_with_zeros(pipeline) -> None:
    folder = pipeline.path("translator")
    module, tokenizer = (
        MarianMTModel.from_pretrained(folder),
        MarianTokenizer.from_pretrained(folder),
    )
    assert tokenizer.pad_token_id == len(tokenizer) - 1
    assert not module.get_input_embeddings().weight[tokenizer.pad_token_id].any()
    text = rows_of(Path(pipeline.path("dev_fr-en.tsv")))[0]["src"]
    batch = tokenizer([text], return_tensors="pt")
    ids = module.generate(**batch, num_beams=1, do_sample=False, max_length=None, max_new_tokens=30)
    plain = tokenizer.batch_decode(ids, skip_special_tokens=True)[0]
    assert load_translator(folder).translate([text], ["fr"])[0].text == plain


def test_a_translator_goes_on_from_another_with_its_vocabulary(pipeline) -> None:
    start = pipeline.path("translator")
    run = pipeline.train(
        "translator",
        "translator_on",
        start=start,
        languages="fr",
        parallel=pipeline.path("train_fr-en.tsv"),
        dev=pipeline.path("dev_fr-en.tsv"),
        learning_rate=0.0,
        max_steps=1,
        batch_size=8,
    )
    before, after = (
        MarianMTModel.from_pretrained(f) for f in (start, pipeline.path("translator_on"))
    )
    for name, tensor in before.state_dict().items():
        assert torch.equal(tensor, after.state_dict()[name]), name
    assert run.figures["chrf_fr"] == read_manifest(Path(start)).metrics["chrf_fr"]


def test_cls_student_opens_in_a_plain_pipeline(pipeline) -> None:
    folder = pipeline.path("student")
    text = "je suis très content"
    plain = pipeline_of(folder)(text, top_k=None)
    ours = load_emotion_model(folder).predict([text])[0].as_dict()
    assert {row["label"]: pytest.approx(row["score"], abs=1e-5) for row in plain} == ours


def pipeline_of(folder: str):  # type: ignore[no-untyped-def]
    return pipeline("text-classification", model=folder)


def test_weights_table_equals_the_equations_by_hand(pipeline) -> None:
    table = rows_of(Path(pipeline.path("student.run")) / "weights.tsv")
    assert len(table) == 42  # 43 tweets, one of them twice
    before = load_emotion_model(pipeline.path("before"))
    translated = [row for row in table if row["status"] == "translated"]
    assert len(translated) >= 30
    w = np.array(
        [
            sum(
                (a - b) ** 2
                for a, b in zip(
                    before.predict([row["translation"]])[0].probabilities,
                    before.predict([row["tweet"]])[0].probabilities,
                    strict=True,
                )
            )
            for row in translated
        ]
    )
    np.testing.assert_allclose([float(row["w"]) for row in translated], w, atol=2e-6)
    expected = 1 - (w - w.min()) / (w.max() - w.min())
    np.testing.assert_allclose([float(row["weight"]) for row in translated], expected, atol=1e-3)
    by_status = {row["status"]: row["weight"] for row in table}
    assert float(by_status["english"]) == 1 and by_status["passed through"] == ""


def test_reference_names_the_models_it_holds_for(pipeline) -> None:
    manifest = read_manifest(Path(pipeline.path("student")))
    reference = WeightReference.from_dict(manifest.weight_reference or {})
    assert reference.student_hash == read_manifest(Path(pipeline.path("before"))).identity
    assert reference.translator_hash == read_manifest(Path(pipeline.path("translator"))).identity
    assert manifest.parents["teacher"] == read_manifest(Path(pipeline.path("teacher"))).identity
    assert manifest.identity != reference.student_hash


def test_reweighing_stores_the_last_weights_and_keeps_the_reference(pipeline) -> None:
    pipeline.distil("reweighed", select="last", reweigh="true", epochs=3)
    first, last = (
        rows_of(Path(pipeline.path("reweighed.run")) / name)
        for name in ("weights.tsv", "weights_last.tsv")
    )
    assert [row["w"] for row in first] != [row["w"] for row in last]
    manifest = read_manifest(Path(pipeline.path("reweighed")))
    reference = WeightReference.from_dict(manifest.weight_reference or {})
    translated = [float(row["w"]) for row in first if row["status"] == "translated"]
    assert reference.maximum == pytest.approx(max(translated), abs=1e-6)
    assert manifest.settings["reweighed"] is True


def test_refinement_brings_the_student_to_the_teacher_on_unseen_tweets(pipeline) -> None:
    metrics = read_manifest(Path(pipeline.path("student"))).metrics
    assert metrics["after_unseen_kl"] < metrics["before_unseen_kl"]


def test_unseen_kl_is_scipys_relative_entropy(pipeline) -> None:
    from train.training.frozen import held_out

    table = rows_of(Path(pipeline.path("student.run")) / "weights.tsv")
    usable = [row for row in table if row["weight"]]
    away = held_out([row["tweet"] for row in usable], 0.2, 13)
    rows = [row for row, out in zip(usable, away, strict=True) if out]
    teacher = load_emotion_model(pipeline.path("teacher"))
    student = load_emotion_model(pipeline.path("student"))
    divergences = [
        entropy(
            teacher.predict([row["translation"]])[0].probabilities,
            student.predict([row["tweet"]])[0].probabilities,
        )
        for row in rows
    ]
    stored = read_manifest(Path(pipeline.path("student"))).metrics["after_unseen_kl"]
    assert np.mean(divergences) == pytest.approx(stored, rel=1e-3)


def test_threshold_is_stored_and_used(pipeline) -> None:
    model = load_emotion_model(pipeline.path("student"))
    assert model.threshold is not None
    scores = model.trigger_scores(["so furious today"])[0]
    assert [w.trigger for w in scores.words] == [w.score >= model.threshold for w in scores.words]


def test_parents_of_another_split_are_refused(pipeline, tmp_path: Path) -> None:
    pipeline.train(
        "student",
        "elsewhere/before",
        model=pipeline.path("base"),
        data=pipeline.path("emotions.tsv"),
        seed=99,
        max_steps=1,
    )
    with pytest.raises(SplitError, match="another split"):
        pipeline.distil("elsewhere/student", student=pipeline.path("elsewhere/before"))


def test_a_second_distillation_translates_nothing_again(
    pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.translation import MarianUnit

    def refuse(*_: object) -> None:
        raise AssertionError("translated again")

    monkeypatch.setattr(MarianUnit, "translate", refuse)
    known = pipeline.path("student.run")  # where the first one kept its translations
    run = pipeline.distil("second", cache=known, max_steps=1, learning_rate=0.0)
    assert run.figures["selected"] == "step 0"  # nothing moved, so the unrefined student stands
    assert run.figures["before_macro_f1"] == run.figures["after_macro_f1"]


def test_pairs_are_refined_on_with_the_english_that_they_came_with(pipeline) -> None:
    pairs = pipeline.path("train_fr-en.tsv")
    shelf = Path(pipeline.path("shelf"))
    run = pipeline.distil("with_pairs", parallel=pairs, pairs_per_class=3, cache=str(shelf))
    known = {row["src"]: row["en"] for row in rows_of(Path(pairs))}
    given = [row for row in rows_of(run.folder / "weights.tsv") if row["status"] == "given"]
    assert given and all(known[row["tweet"]] == row["translation"] for row in given)
    assert {row["language"] for row in given} == {"fr"}
    read_as = [row["teacher"] for row in given]
    assert max(read_as.count(label) for label in LABELS) <= 3
    assert all(0 <= float(row["weight"]) <= 1 for row in given), "they are weighed like all others"
    manifest = read_manifest(Path(pipeline.path("with_pairs")))
    assert {entry["use"]: entry["rows"] for entry in manifest.data}["pairs"] == len(given)
    _, seen = load_texts(Path(pipeline.path("with_pairs")))
    assert {text_hash(row["tweet"]) for row in given} <= seen
    assert (shelf / "translations.jsonl").is_file()
    assert not (run.folder / "translations.jsonl").exists(), "kept in the shared place"


def test_evaluate_equals_scikit_learn_and_marks_what_was_seen(pipeline) -> None:
    pipeline.train(
        "evaluate",
        "scores",
        models=f"{pipeline.path('before')},{pipeline.path('teacher')}",
        data=f"{pipeline.path('emotions.tsv')},{pipeline.path('extra.tsv')}",
        baseline=str(Path(pipeline.path("teacher.run")) / "config.yaml"),
        bootstrap=100,
    )
    report = json.loads((Path(pipeline.path("scores")) / "metrics.json").read_text())
    scores = {(row["system"], row["file"]): row for row in report["scores"]}
    examples = read_emotions(pipeline.path("emotions.tsv"))
    labels = [
        p.label
        for p in load_emotion_model(pipeline.path("before")).predict([e.text for e in examples])
    ]
    expected = f1_score(
        [e.label for e in examples], labels, labels=list(LABELS), average="macro", zero_division=0
    )
    row = scores["before", "emotions"]
    assert row["macro_f1"] == pytest.approx(expected)
    assert row["low"] <= row["macro_f1"] <= row["high"]
    assert row["provenance"] == "seen" and scores["before", "extra"]["provenance"] == "inductive"
    assert scores["teacher", "extra"]["texts_seen"] == 30
    guess = scores["class-prior guess", "emotions"]["macro_f1"]
    assert guess == pytest.approx(1 / 6, abs=0.04)
    assert scores["TF-IDF + LR", "emotions"]["macro_f1"] > 0.9  # cue words are all it needs
    for file in ("emotions", "extra"):
        answers = Path(pipeline.path("scores"), "predictions", f"{file}.tsv")
        table = pd.read_csv(answers, sep="\t", dtype=str, keep_default_na=False)
        named = {system for system, name in scores if name == file and "guess" not in system}
        assert set(table) == {"ID", "Texts", "Labels", "language", *named}
        for system in named:
            row, gold = scores[system, file], table["Labels"]
            for average in ("macro", "micro", "weighted"):
                found = f1_score(
                    gold, table[system], labels=row["classes"], average=average, zero_division=0
                )
                assert row[f"{average}_f1"] == pytest.approx(found)
            assert row["accuracy"] == pytest.approx((gold == table[system]).mean())


def test_every_stage_left_its_events(pipeline) -> None:
    for name in ("teacher", "student", "translator"):
        events = read(Path(pipeline.path(f"{name}.run")) / "events.jsonl")
        assert events[0].kind is Kind.STARTED
        kinds = {event.kind for event in events}
        assert {Kind.STAGE, Kind.PROGRESS, Kind.SAVED, Kind.FINISHED} <= kinds


def test_pack_then_unpack_gives_the_packed_answers(pipeline) -> None:
    pipeline.train(
        "pack",
        "packed",
        model=pipeline.path("student"),
        probe=pipeline.path("emotions.tsv"),
        probes=50,
        agreement=0.5,  # so small a model is nearly undecided
    )
    pipeline.train("unpack", "unpacked", model=pipeline.path("packed"))
    texts = [row.text for row in read_emotions(pipeline.path("emotions.tsv"))[:20]]
    packed, unpacked, plain = (
        load_emotion_model(pipeline.path(n)) for n in ("packed", "unpacked", "student")
    )
    np.testing.assert_array_equal(packed.probabilities(texts), unpacked.probabilities(texts))
    np.testing.assert_allclose(packed.probabilities(texts), plain.probabilities(texts), atol=0.05)
    assert packed.identity == plain.identity
