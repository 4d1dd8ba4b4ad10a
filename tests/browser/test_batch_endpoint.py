"""The endpoint ``/evaluate``, as gradio_client calls it, on the embedded models."""

import csv
import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from sklearn.metrics import f1_score, precision_score, recall_score

from core.labels import LABELS
from dashboard.services import EXAMPLES

SYSTEMS = ["student", "student_before", "teacher"]
EXAMPLE = EXAMPLES.with_name("batch_emotions.tsv")


@pytest.fixture(scope="module")
def client(embedded: Any) -> Client:
    return Client(embedded.url, verbose=False)


def ask(client: Client, path: object, **named: object) -> tuple[dict[str, Any], str]:
    file = handle_file(str(path)) if isinstance(path, Path) else path
    metrics, predictions = client.predict(file, **named, api_name="/evaluate")
    return metrics, predictions


def table(path: str) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def answered(client: Client) -> tuple[dict[str, Any], list[dict[str, str]]]:
    metrics, predictions = ask(client, EXAMPLE)
    return metrics, table(predictions)


def test_the_predictions_have_one_column_per_system_and_the_texts_as_they_are(
    answered: tuple[dict[str, Any], list[dict[str, str]]],
) -> None:
    metrics, rows = answered
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        source = list(csv.DictReader(file, delimiter="\t"))
    assert [(row["id"], row["text"], row["gold"]) for row in rows] == [
        (row["ID"], row["Texts"], row["Labels"]) for row in source
    ]
    assert list(metrics["systems"]) == SYSTEMS
    assert all(row[name] in LABELS for row in rows for name in SYSTEMS)
    assert metrics["run"]["command"].startswith("python -m train batch ")


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_metrics_are_those_of_scikit_learn_on_the_written_predictions(
    answered: tuple[dict[str, Any], list[dict[str, str]]], name: str
) -> None:
    metrics, rows = answered
    json.dumps(metrics, allow_nan=False)
    gold, said = [row["gold"] for row in rows], [row[name] for row in rows]
    found = metrics["systems"][name]
    known: dict[str, Any] = {"labels": sorted(set(gold)), "zero_division": 0}
    for key, function in (
        ("macro_f1", f1_score), ("macro_precision", precision_score),
        ("macro_recall", recall_score),
    ):  # fmt: skip
        assert found[key] == pytest.approx(function(gold, said, average="macro", **known)), key
    low, high = found["intervals"]["macro_f1"]
    assert 0 <= low <= found["macro_f1"] <= high <= 1
    for label in found["classes"]:
        [expected] = f1_score(gold, said, average=None, labels=[label], zero_division=0)
        assert found["per_class"][label]["f1"] == pytest.approx(expected), label
    for code, one in found["per_language"].items():
        here = [place for place, row in enumerate(rows) if row["language"] == code]
        right = sum(gold[place] == said[place] for place in here)
        assert (one["n"], one["accuracy"]) == (len(here), pytest.approx(right / len(here)))


def test_columns_labels_and_encoding_can_be_told(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(
        "чувство;слова\nрадость;я так счастлив\nсюрприз;вот это да\nгнев;бесит\n".encode("cp1251")
    )
    labels = {"радость": "Joy", "гнев": "Anger", "сюрприз": None}
    metrics, predictions = ask(
        client,
        path,
        columns={"text": "слова", "gold": "чувство"},
        labels=labels,
        language="ru",
        encoding="cp1251",
        systems=["ensemble_mean", "student"],
    )
    rows = table(predictions)
    assert [(row["text"], row["gold"]) for row in rows] == [
        ("я так счастлив", "Joy"), ("бесит", "Anger"),
    ]  # fmt: skip
    assert {row["language"] for row in rows} == {"ru"}
    assert list(metrics["systems"]) == ["student", "ensemble_mean"]
    with pytest.raises(AppError) as refused:
        ask(client, path, columns={"text": "слова", "gold": "чувство"}, encoding="cp1251")
    assert "none of the six: 'радость', 'сюрприз', 'гнев'" in str(refused.value)
    assert 'labels={"…": "Joy"}' in str(refused.value)
    with pytest.raises(AppError, match="mine.csv is not UTF-8. Say encoding, one of cp1251"):
        ask(client, path)


def test_nothing_of_a_call_stays_in_the_folder_of_results(client: Client, embedded: Any) -> None:
    folder = embedded.batch.store.folder
    ask(client, EXAMPLE, systems=["student"])
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "name", "named", "sentence"),
    [
        (b"", "dev.tsv", {}, "dev.tsv is empty"),
        (b"%PDF-1.4", "dev.csv", {}, "dev.csv is a PDF, not a table"),
        (b"one\n" * 61, "dev.txt", {}, "more than 60 rows"),
        (b"a,b\n1,2\n", "dev.csv", {}, "Choose the column that holds the texts"),
        (b"a,b\n1,2\n", "dev.csv", {"columns": {"text": "c"}}, "has no column 'c'"),
        (b"a,b\n1,2\n", "dev.csv", {"columns": {"word": "a"}}, "columns names 'word'"),
        (b"a,b\n1,2\n", "dev.csv", {"columns": ["a"]}, "columns must be an object"),
        (b"a,b\n1,2\n", "dev.csv", {"columns": {"text": "a", "kind": "x"}}, "kind must be"),
        (b"hi\n", "a.txt", {"systems": []}, "Choose at least one model"),
        (b"hi\n", "a.txt", {"systems": "student"}, "systems must be a list of strings"),
        (b"hi\n", "a.txt", {"systems": ["pupil"]}, "There is no system 'pupil'"),
        (b"hi\n", "a.txt", {"labels": [1]}, "labels must be an object"),
        (b"hi\n", "a.txt", {"labels": {"joy": "happy"}}, "The label 'happy', for 'joy'"),
        (b"hi\n", "a.txt", {"language": "xx"}, "The language 'xx' is not known"),
        (b"hi\n", "a.txt", {"encoding": 3}, "encoding must be a string"),
        (b"hi\n", "a.txt", {"encoding": "morse"}, "The encoding 'morse' is not known"),
        (b"hi\n", "a.txt", {"methods": ["magic"]}, "The method 'magic' is not known"),
        (b"hi\n", "a.txt", {"limit": 0}, "limit must be a whole number"),
        (b"hi\n", "a.txt", {"seed": "x"}, "seed must be a whole number"),
        (b"hi\n", "a.txt", {"words": "yes"}, "words must be true or false"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    client: Client, tmp_path: Path, content: bytes, name: str, named: Any, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(AppError) as refused:
        ask(client, path, **named)
    assert sentence in str(refused.value) and "Traceback" not in str(refused.value)


@pytest.mark.parametrize("file", [None, 3, "dev.tsv", [], {}, {"path": 3}])
def test_what_is_no_file_is_refused(client: Client, file: object) -> None:
    with pytest.raises(AppError, match="There is no file"):
        ask(client, file)


@pytest.mark.parametrize(
    "sent",
    [
        {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
        {"path": "/etc/passwd"},
        {"path": f"{EXAMPLE}", "meta": {"_type": "gradio.FileData"}},
    ],
)
def test_files_of_the_server_cannot_be_named(client: Client, sent: dict[str, Any]) -> None:
    """By plain HTTP: gradio_client would send a file of the caller's."""
    address = f"{client.src}gradio_api/call/evaluate"
    data = json.dumps({"data": [sent]}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address, data, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{address}/{event}", timeout=60) as answer:
        said = answer.read().decode()
    assert said.startswith("event: error"), said[:300]
    assert "root:" not in said


def test_a_file_beyond_the_limit_is_not_even_taken(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_bytes(b"x" * 100_001)
    with pytest.raises(ValueError, match="exceeds the maximum file size of 100000 bytes"):
        ask(client, path)
