"""The endpoint ``/explain``, as gradio_client calls it, on the embedded models."""

import json
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from core.attribution import METHODS, USUAL

FRENCH = "Je suis  vraiment furieux contre ces voisins 😡 # bruit"
PLAIN = ["cosine", "input_x_gradient", "integrated_gradients", "occlusion"]


@pytest.fixture(scope="module")
def client(embedded: Any) -> Client:
    return Client(embedded.url, verbose=False)


def ask(client: Client, *arguments: object, **named: object) -> dict:  # type: ignore[type-arg]
    return client.predict(*arguments, **named, api_name="/explain")


def test_the_answer_has_the_agreed_shape(client: Client) -> None:
    found = ask(client, FRENCH, "student", PLAIN)
    json.dumps(found, allow_nan=False)
    assert found["target"] == found["label"] and found["explained_text"] == FRENCH
    assert [word["word"] for word in found["words"]] == FRENCH.split(" ")
    for word in found["words"]:
        assert FRENCH[word["start"] : word["end"]] == word["word"]
    assert list(found["methods"]) == [name for name in METHODS if name in PLAIN]
    for method in found["methods"].values():
        assert len(method["scores"]) == len(found["words"])
        assert method["seconds"] >= 0
        assert method["verdict"] in ("holds", "doubtful", "fails")
        assert {"comprehensiveness", "sufficiency"} <= set(method["faithfulness"])
    gradients = found["methods"]["integrated_gradients"]
    difference = found["value"] - found["baseline"]
    explained = sum(gradients["scores"]) + gradients["residual"]
    assert gradients["delta"] == pytest.approx(
        abs(explained - difference) / abs(difference), rel=1e-2, abs=1e-5
    )
    assert gradients["delta"] <= 0.01
    scores = found["methods"]["occlusion"]["scores"]
    assert found["words"][scores.index(max(scores))]["word"] == "furieux"


def test_the_teacher_explains_its_translation(client: Client) -> None:
    [compared] = client.predict([FRENCH], "auto", api_name="/compare")["items"]
    found = ask(client, FRENCH, "teacher", PLAIN)
    assert found["explained_text"] == compared["translation"]
    assert found["probabilities"] == pytest.approx(compared["teacher"]["probabilities"], abs=1e-4)
    own = ask(client, FRENCH, "teacher", PLAIN, None, "I am so happy with my neighbours today")
    assert own["explained_text"] == "I am so happy with my neighbours today"
    assert own["target"] == "Joy"


def test_all_methods_any_class_and_options(client: Client) -> None:
    text = "I am so happy about the table and the garden"
    found = ask(
        client,
        text,
        methods=list(METHODS),
        target="Sadness",
        against="Joy",
        options={"lime": {"samples": 40}, "occlusion": {"window": 2}},
        seed=5,
    )
    assert (found["target"], found["against"]) == ("Sadness", "Joy")
    assert list(found["methods"]) == list(METHODS) and found["missing"] == {}
    again = ask(client, text, methods=["lime"], target="Sadness", against="Joy", seed=5,
                options={"lime": {"samples": 40}})  # fmt: skip
    assert again["methods"]["lime"]["scores"] == found["methods"]["lime"]["scores"]


def test_by_default_it_answers_the_usual_methods(client: Client) -> None:
    found = ask(client, "so sad", "student before")
    assert list(found["methods"]) == [name for name in METHODS if name in USUAL]
    assert found["unjudged"] and found["methods"]["cosine"]["verdict"] is None


@pytest.mark.parametrize("text", ["", " ", "😂😂😂", "a" * 10_000, "<script>${x}</script> [MASK]"])
def test_odd_texts_are_answered(client: Client, text: str) -> None:
    found = ask(client, text, methods=PLAIN)
    assert [word["word"] for word in found["words"]] == text.split(" ")


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ({"text": 3}, "text must be a string, not a number"),
        ({"text": ["a"]}, "text must be a string, not a list"),
        ({"text": "b" * 20_001}, "at most 20,000"),
        ({"model": "pupil"}, "The model 'pupil' is not known"),
        ({"model": 1}, "model must be a string"),
        ({"methods": "cosine"}, "methods must be a list of strings, not a string"),
        ({"methods": ["magic"]}, "The method 'magic' is not known"),
        ({"methods": []}, "No method was chosen"),
        ({"target": "happy"}, "The label 'happy' is not known"),
        ({"target": "Joy", "against": "Joy"}, "cannot be explained against itself"),
        ({"translation": 4, "model": "teacher"}, "translation must be a string"),
        ({"language": "xx"}, "The language 'xx' is not known"),
        ({"options": [1]}, "options must hold an object for each method"),
        ({"options": {"lime": 3}}, "options must hold an object for each method"),
        ({"options": {"lime": {"samples": "many"}}}, "samples must be a whole number"),
        ({"options": {"lime": {"samples": None}}}, "samples must be a whole number"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"seed": 1.5}, "seed must be a whole number"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    client: Client, named: dict[str, object], sentence: str
) -> None:
    with pytest.raises(AppError) as refused:
        ask(client, **{"text": "so happy", "methods": PLAIN, **named})
    assert sentence in str(refused.value)
