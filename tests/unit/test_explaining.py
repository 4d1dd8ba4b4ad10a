"""Questions checked, sides as plain transformers has them, explanations that grow in steps."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

import core.languages
from core import answers
from core.attribution import CHEAP, METHODS
from core.engine import Engine, EngineSources
from core.errors import InputError, ModelError
from core.explaining import checked, explain_texts, with_masked
from core.explanations import Explanation, Question
from core.labels import LABELS
from core.loading import load_emotion_model
from core.records import Prediction

ENGLISH = "so happy today , I love this table"
FRENCH = "je suis très content 😂 hoy feliz"
FEW = ("input_x_gradient", "occlusion", "random")


@pytest.fixture(scope="module", autouse=True)
def no_langid() -> Iterator[None]:
    """Languages are told here; the identifier's model takes seconds to load."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core.languages.LanguageIdentifier, "load", lambda self: None)
        yield


@pytest.fixture(scope="module")
def engine(folders: Any) -> Engine:
    made = Engine(
        EngineSources(
            str(folders.teacher), str(folders.student), str(folders.before), str(folders.translator)
        )
    )
    made.wait()
    return made


@pytest.fixture(scope="module")
def bert(folders: Any) -> Any:
    return load_emotion_model(folders.bert, "teacher")


@pytest.fixture(scope="module")
def plain(folders: Any) -> Any:
    """Ids → logits, by transformers alone."""
    module = AutoModelForSequenceClassification.from_pretrained(folders.bert).eval()

    def logits(ids: list[int]) -> torch.Tensor:
        with torch.no_grad():
            return module(input_ids=torch.tensor([ids])).logits[0]

    return logits


def ask(text: str = ENGLISH, **changes: Any) -> Question:
    return replace(Question(text, methods=FEW, language="en", seed=3), **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"roles": ("pupil",)}, "model 'pupil' is not known"),
        ({"roles": ()}, "No model was chosen"),
        ({"methods": ("magic",)}, "method 'magic' is not known"),
        ({"methods": ()}, "No method was chosen"),
        ({"target": "joy"}, "label 'joy' is not known"),
        ({"against": "Hate"}, "label 'Hate' is not known"),
        ({"target": "Joy", "against": "Joy"}, "against itself"),
        ({"options": {"magic": {}}}, "method 'magic' is not known"),
        ({"options": {"lime": {"depth": 1}}}, "LIME has no option 'depth'. It has samples"),
        ({"options": {"cosine": {"depth": 1}}}, "It has none"),
        ({"options": {"lime": {"samples": 1}}}, "LIME: samples must be from 20 to 10000"),
        ({"options": {"lime": {"samples": 30.5}}}, "must be a whole number"),
        ({"options": {"lime": {"samples": True}}}, "must be a whole number"),
        ({"gold": (1, 0)}, "2 trigger labels came for 8 words"),
        ({"gold": (2,) * 8}, "one 0 or 1 per word"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as refused:
        checked(ask(**changes))
    assert said in str(refused.value)


def test_methods_come_in_the_order_of_the_table() -> None:
    mixed = checked(ask(methods=tuple(reversed(METHODS)))).methods
    assert mixed == tuple(METHODS)
    assert checked(ask(methods=("lime", "lime", "cosine"))).methods == ("cosine", "lime")


def difference(logits: torch.Tensor, target: str, against: str | None) -> float:
    """The explained quantity by hand."""
    values = dict(zip(LABELS, logits.tolist(), strict=True))
    rest = [value for name, value in values.items() if name != target]
    return values[target] - (sum(rest) / 5 if against is None else values[against])


@pytest.mark.parametrize(("target", "against"), [(None, None), ("Fear", None), ("Fear", "Love")])
def test_a_side_says_what_the_model_read_and_answered(
    bert: Any, plain: Any, folders: Any, target: str | None, against: str | None
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folders.bert)
    texts = [ENGLISH, "sad  today", ""]
    sides = explain_texts(bert, "teacher", texts, ask(target=target, against=against))
    for text, side in zip(texts, sides, strict=True):
        ids = tokenizer(text)["input_ids"]
        logits = plain(ids)
        shares = torch.softmax(logits, dim=-1)
        assert side.prediction.probabilities == pytest.approx(shares.tolist(), abs=1e-5)
        label = target or LABELS[int(logits.argmax())]
        assert (side.target.label, side.target.against) == (label, against)
        assert side.value == pytest.approx(difference(logits, label, against), abs=1e-4)
        masked = [one if one in (2, 3) else tokenizer.mask_token_id for one in ids]
        assert side.baseline == pytest.approx(difference(plain(masked), label, against), abs=1e-4)
        assert side.words == tuple(text.split(" "))
        assert [text[slice(*span)] for span in side.spans] == text.split(" ")
        assert side.read == tuple(bool(word) for word in text.split(" "))
        for name in FEW:
            assert len(side.attributions[name].scores) == len(text.split(" "))


def test_texts_together_are_explained_as_alone(bert: Any) -> None:
    texts = [ENGLISH, "so sad", "fear fear love today , table table so happy", "joy"]
    together = explain_texts(bert, "teacher", texts, ask())
    for text, side in zip(texts, together, strict=True):
        [alone] = explain_texts(bert, "teacher", [text], ask())
        for name in FEW:
            found, truth = side.attributions[name].scores, alone.attributions[name].scores
            assert found == pytest.approx(truth, abs=1e-4)
        assert (side.unjudged == "") == (len(text.split(" ")) >= 5)
        assert set(side.faithfulness) == (set(FEW) if not side.unjudged else set())


def test_nothing_to_explain_is_no_side(bert: Any) -> None:
    assert explain_texts(bert, "teacher", [], ask()) == []


def test_a_method_that_a_model_lacks_is_named(bert: Any) -> None:
    [side] = explain_texts(bert, "teacher", [ENGLISH], ask(methods=("contribution", "cosine")))
    assert set(side.missing) == {"contribution"} and side.missing["contribution"]
    assert set(side.attributions) == {"cosine"}


def test_the_predicted_class_cannot_stand_against_itself(bert: Any) -> None:
    [said] = bert.predict([ENGLISH])
    with pytest.raises(InputError, match=f"predicts {said.label}"):
        explain_texts(bert, "teacher", [ENGLISH], ask(against=said.label))


def test_a_class_that_a_foreign_model_lacks(tiny: Any, tmp_path: Any) -> None:
    folder = tiny.save(tmp_path / "f", tiny.bert(("joy", "surprise", "sadness")), tiny.word_piece())
    model = load_emotion_model(folder, "teacher")
    with pytest.raises(ModelError, match=r"no class Anger\. It has Joy, Sadness"):
        explain_texts(model, "teacher", [ENGLISH], ask(target="Anger"))
    [side] = explain_texts(model, "teacher", [ENGLISH], ask(target="Joy"))
    module = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        logits = module(input_ids=torch.tensor([side_ids(model)])).logits[0]
    assert side.value == pytest.approx(float(logits[0] - logits[2]), abs=1e-4), "of two, one other"


def side_ids(model: Any) -> list[int]:
    return list(model.tokenizer(ENGLISH)["input_ids"])


def test_an_explanation_grows_cheap_methods_first(engine: Engine) -> None:
    seen: list[tuple[int, int, Explanation]] = []
    question = ask(FRENCH, language="fr", methods=("occlusion", "lime", "random", "saliency"))
    whole = engine.explain(question, lambda found, done, total: seen.append((done, total, found)))
    assert [done for done, _, _ in seen] == list(range(1, seen[0][1] + 1))
    assert seen[-1][2] == whole
    order = [
        name
        for (_, _, before), (_, _, after) in zip(seen, seen[1:], strict=False)
        for name in after.sides["student"].attributions
        if name not in before.sides["student"].attributions
    ]
    assert order == ["saliency", "random", "occlusion", "lime"]
    assert tuple(whole.sides) == ("student", "teacher")
    for side in whole.sides.values():
        assert set(side.faithfulness) == set(question.methods)
    assert set(whole.sides["student"].stability) == {"random", "lime"}


def test_the_teacher_explains_what_it_read(engine: Engine) -> None:
    found = engine.explain(ask(FRENCH, language="fr"))
    [row] = engine.compare([FRENCH], "fr")
    assert found.translation == row.translation
    assert found.sides["teacher"].text == row.translation.text
    assert found.sides["student"].text == FRENCH
    assert found.links is not None and set(found.linked) == set(FEW)
    for name, said in (("teacher", row.teacher), ("student", row.student)):
        shares = found.sides[name].prediction.probabilities
        assert shares == pytest.approx(said.probabilities, abs=1e-5)
    edited = engine.explain(ask(FRENCH, language="fr", translation="I fear this table so much"))
    assert edited.sides["teacher"].text == "I fear this table so much"


def test_in_english_the_same_words_are_compared(engine: Engine) -> None:
    found = engine.explain(ask())
    assert found.links is None
    for name in FEW:
        teacher = found.sides["teacher"].attributions[name].scores
        assert found.linked[name].carried == pytest.approx(teacher)


def test_ten_thousand_words_are_not_set_against_each_other(engine: Engine) -> None:
    found = engine.explain(ask("a " * 10_000, methods=("random", "cosine"), faithful=False))
    assert len(found.sides["student"].words) == 10_001
    assert found.linked == {} and found.complete


def test_one_side_asks_for_no_translation(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine._loaded is not None

    def never(*_: Any) -> Any:
        raise AssertionError("translated for nobody")

    monkeypatch.setattr(engine._loaded, "translations", never)
    found = engine.explain(ask("une phrase nouvelle", language="fr", roles=("student",)))
    assert found.translation is None and tuple(found.sides) == ("student",)


def test_stopped_it_keeps_what_is_there(engine: Engine) -> None:
    done = 0

    def told(_: Explanation, steps: int, __: int) -> None:
        nonlocal done
        done = steps

    found = engine.explain(ask(methods=tuple(METHODS)), told, lambda: done >= 5)
    assert 0 < len(found.sides["student"].attributions) < len(METHODS)
    assert engine.explain(ask(), stop=lambda: True).sides == {}


def test_it_says_whether_all_that_was_asked_is_there(engine: Engine) -> None:
    question = ask(
        methods=("contribution", "occlusion", "random"), options={"occlusion": {"window": 2}}
    )
    seen: list[Explanation] = []
    whole = engine.explain(question, lambda found, *_: seen.append(found))
    assert [found.complete for found in seen] == [False] * (len(seen) - 1) + [True]
    assert "contribution" in whole.sides["teacher"].missing, "not there, and said so"
    told = answers.explained(whole)
    assert told["complete"] and told["asked"]["options"] == {"occlusion": {"window": 2}}
    assert told["asked"]["seed"] == 3 and told["asked"]["models"] == ["student", "teacher"]
    assert not answers.explained(seen[0])["complete"]


def test_gold_is_compared_with_the_text_that_it_belongs_to(engine: Engine) -> None:
    gold = (0, 1, 0, 0, 0, 1, 0, 0)
    english = engine.explain(ask(gold=gold))
    assert set(english.sides["teacher"].plausibility) == set(FEW)
    french = engine.explain(ask(FRENCH, language="fr", gold=(0, 0, 0, 1, 0, 0, 1)))
    assert set(french.sides["student"].plausibility) == set(FEW)
    own = " ".join(["table"] * 7)  # as many words as the tweet
    french = engine.explain(ask(FRENCH, language="fr", gold=(0, 0, 0, 1, 0, 0, 1), translation=own))
    assert french.sides["teacher"].plausibility == {}, "the marks belong to the French words"


@pytest.mark.parametrize("masked", [[], [1], [0, 5, 7]])
def test_what_if_masks_words_on_token_ids(bert: Any, plain: Any, masked: list[int]) -> None:
    alignment = bert.aligned(ENGLISH)
    ids = [
        bert.tokenizer.mask_token_id if word in masked else one
        for one, word in zip(alignment.input_ids, alignment.word_ids, strict=True)
    ]
    found = with_masked(bert, ENGLISH, masked)
    shares = torch.softmax(plain(ids), dim=-1).tolist()
    assert found.probabilities == pytest.approx(shares, abs=1e-5)


def test_what_if_asks_the_model_of_that_role(engine: Engine) -> None:
    [row] = engine.compare([FRENCH], "fr")
    for role, said in (
        ("student", row.student),
        ("teacher", row.teacher),
        ("student before", row.student_before),
    ):
        assert isinstance(said, Prediction)
        found = engine.what_if(FRENCH, role, [], "fr")
        assert found.probabilities == pytest.approx(said.probabilities, abs=1e-5)
    for role, masked, sentence in (
        ("pupil", [], "No model is loaded as 'pupil'"),
        ("student", [99], "There is no word '99'"),
        ("student", [-1], "There is no word '-1'"),
    ):
        with pytest.raises(InputError, match=sentence):
            engine.what_if(FRENCH, role, masked, "fr")


def test_answers_are_plain_values(engine: Engine) -> None:
    found = engine.explain(ask(FRENCH, language="fr", methods=CHEAP, gold=(0, 0, 0, 1, 0, 0, 1)))
    told = json.loads(json.dumps(answers.explained(found), allow_nan=False))
    side = told["sides"]["student"]
    assert [side["explained_text"][w["start"] : w["end"]] for w in side["words"]] == [
        w["word"] for w in side["words"]
    ]
    assert side["target"] == max(LABELS, key=lambda label: side["probabilities"][label])
    for name, method in side["methods"].items():
        record = found.sides["student"]
        assert method["scores"] == list(record.attributions[name].scores)
        assert method["verdict"] == record.faithfulness[name].verdict.value
        assert method["faithfulness"]["comprehensiveness"] == (
            record.faithfulness[name].masked.comprehensiveness
        )
    assert told["links"]["pairs"] == [list(pair) for pair in found.links.pairs]  # type: ignore[union-attr]
