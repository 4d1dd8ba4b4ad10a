"""Data files before a run: checked by the readers that runs use, or made what these can read."""

import csv
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data import read_emotions, read_texts, read_triggers
from core.errors import DataError, InputError
from core.labels import LABELS
from dashboard.batch.results import Store
from dashboard.services import Services
from dashboard.tabs.training_questions import Questions
from dashboard.training import checking, intake
from dashboard.training.services import Training
from dashboard.views.training import checked as view

HEAD = "ID\tTexts\tLabels\n"


@pytest.fixture
def training(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    return Training(Services(lambda: None), tmp_path / "runs", [data])


def upload(training, content, name, owner=""):
    kept = training.uploads.new(owner, name)
    kept.file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return kept


def test_what_an_option_reads_is_known():
    assert checking.purpose("teacher", "data") == "emotions"
    assert checking.purpose("triggers", "data") == "triggers"
    assert checking.purpose("translator", "dev") == "parallel"
    assert checking.purpose("full", "dev") == "emotions"
    assert checking.purpose("full", "unlabelled") == "texts"


def test_a_good_file_is_counted_by_class_and_language(tmp_path):
    file = tmp_path / "x.tsv"
    rows = [
        ("i am so happy today my friends", "Joy"),
        ("je suis très content de te voir", "Joy"),
        ("мне сегодня очень грустно и одиноко", "Sadness"),
    ]
    file.write_text(HEAD + "".join(f"{n}\t{t}\t{label}\n" for n, (t, label) in enumerate(rows)))
    found = checking.checked(file, "emotions")
    assert found.fine and found.rows == 3
    assert found.labels == {"Joy": 2, "Sadness": 1}
    assert found.languages == {"en": 1, "fr": 1, "ru": 1}
    html = view.checked(found)
    assert "3 rows" in html and "French" in html and "In no row: Love, Anger, Fear, Neutral" in html


def test_a_bad_file_is_told_by_line(tmp_path):
    file = tmp_path / "x.tsv"
    file.write_text(HEAD + "1\tgood one\tJoy\n2\tbad\thappy\n3\t<b>ragged\n4\tfine\tFear\n")
    with pytest.raises(DataError):
        read_emotions(file, labelled=True)
    found = checking.checked(file, "emotions")
    assert not found.fine and found.mendable
    assert [one.line for one in found.troubles] == [3, 4]
    assert "line 3" in found.reason and "1 more" in found.reason
    html = view.checked(found)
    assert "Line 3" in html and "Leave these rows out" in html and "<b>ragged" not in html


@pytest.mark.parametrize(
    ("of", "content", "says"),
    [
        ("emotions", "", "empty"), ("emotions", "Texts\tLabels\na\tJoy\n", "lacks the column"),
        ("triggers", HEAD + "1\ta b\t[1]\n", "1 trigger labels for 2 words"),
        ("texts", "a\tb\n1\t2\n", "lacks the column"), ("split", "{}", "split"),
        ("config", "- a", "not the config.yaml"), ("config", "!!python/object:x {}", "not the"),
        ("parallel", "a\tb\nx\ty\n", "lacks the column"), ("emotions", b"\xff\xfe\x00x", ""),
    ],
)  # fmt: skip
def test_no_file_makes_it_fall_over(tmp_path, of, content, says):
    file = tmp_path / "x.tsv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = checking.checked(file, of)
    assert not found.fine and says in found.reason
    assert str(tmp_path) not in found.reason, "people know its name, not where it lies"
    view.checked(found)


def test_a_file_that_goes_away_is_a_sentence(tmp_path):
    found = checking.checked(tmp_path / "gone.tsv", "emotions")
    assert not found.fine and "gone.tsv" in found.sentence


def test_a_file_that_was_changed_is_read_again(tmp_path):
    file = tmp_path / "x.tsv"
    file.write_text(HEAD + "1\ta\tJoy\n")
    assert checking.checked(file, "emotions").rows == 1
    file.write_text(HEAD + "1\ta\tJoy\n2\tb\tJoy\n")
    assert checking.checked(file, "emotions").rows == 2


def test_a_csv_of_ones_own_becomes_what_runs_read(training):
    kept = upload(training, 'tweet,emotion\n"a, b",Joy\nc,Fear\n', "mine.csv")
    taken = intake.take(kept, "emotions")
    assert taken.checked is not None and taken.checked.fine
    rows = read_emotions(taken.file, labelled=True)
    assert [(row.text, row.label) for row in rows] == [("a, b", "Joy"), ("c", "Fear")]
    texts = intake.take(kept, "texts")
    assert read_texts(texts.file) == ["a, b", "c"]


def test_labels_outside_the_six_are_asked_about_never_guessed(training):
    kept = upload(training, "text,label\na,happy\nb,Fear\nc,surprise\n", "mine.csv")
    taken = intake.take(kept, "emotions")
    assert taken.file is None and taken.unknown is not None
    assert {one.cell for one in taken.unknown.unknown} == {"happy", "surprise"}
    taken = intake.labelled(kept, "emotions", {"happy": "Joy", "surprise": ""})
    rows = read_emotions(taken.file, labelled=True)
    assert [(row.text, row.label) for row in rows] == [("a", "Joy"), ("b", "Fear")]
    assert "2 of 3 rows" in view.taken(taken)


def test_columns_that_nobody_can_name_are_asked_for(training):
    kept = upload(training, "x,y\nsome words,Joy\nmore words,Fear\n", "mine.csv")
    taken = intake.take(kept, "emotions")
    assert taken.file is None and taken.look is not None


def test_a_file_without_labels_is_no_labelled_one(training):
    kept = upload(training, "text\na\nb\n", "mine.csv")
    assert intake.take(kept, "emotions").file is None
    assert read_texts(intake.take(kept, "texts").file) == ["a", "b"]


def test_a_mended_copy_has_the_good_rows_and_leaves_the_file_alone(training, tmp_path):
    file = tmp_path / "data" / "x.tsv"
    file.write_text(HEAD + "1\tgood\tJoy\n2\tbad\n3\tfine\tFear\n")
    before = file.read_bytes()
    taken = intake.mended(training, file, "emotions", "ada")
    assert [row.text for row in read_emotions(taken.file, labelled=True)] == ["good", "fine"]
    assert file.read_bytes() == before
    assert training.uploads.find(taken.kept.token, "ada")
    with pytest.raises(InputError):
        training.uploads.find(taken.kept.token, "grace")
    hopeless = tmp_path / "data" / "y.tsv"
    hopeless.write_text(HEAD + "1\tbad\n")
    with pytest.raises(DataError):
        intake.mended(training, hopeless, "emotions", "grace")
    assert training.uploads.owned("grace") == []


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30),
            st.sampled_from(LABELS),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_tweets_hold_they_come_through(tmp_path, rows):
    """The independent truth: Python's own json and what white space is."""
    store = Store(tmp_path / "uploads")
    kept = store.new("", "x.jsonl")
    kept.file.write_text(
        "".join(json.dumps({"text": t, "label": label}) + "\n" for t, label in rows)
    )
    taken = intake.take(kept, "emotions")
    assert taken.file is not None
    found = read_emotions(taken.file, labelled=True)
    assert [row.label for row in found] == [label for _, label in rows]
    for row, (text, _) in zip(found, rows, strict=True):
        assert row.text.split() == text.replace("\r", " ").replace("\n", " ").split() or not text


def test_trigger_lists_keep_their_words(training):
    content = "text,triggers\n" + '"a  b c","[1, 0, 0, 1]"\n'
    taken = intake.take(upload(training, content, "t.csv"), "triggers")
    (row,) = read_triggers(taken.file, labelled=True)
    assert (row.text, row.triggers) == ("a  b c", (1, 0, 0, 1))


def test_an_upload_of_others_is_none(training):
    kept = upload(training, HEAD + "1\ta\tJoy\n", "x.tsv", "ada")
    asked = Questions(training)
    question = {"recipe": "teacher", "field": "data", "token": kept.token}
    assert "value" in asked.t_upload(question, "ada")
    with pytest.raises(InputError):
        asked.t_upload(question, "grace")
    with pytest.raises(InputError):
        asked.t_entry({**question, "value": str(kept.file)}, "grace")


def test_the_csv_module_reads_what_was_made(training):
    kept = upload(training, 'text,label\n"he said ""no"", twice",Anger\n', "q.csv")
    taken = intake.take(kept, "emotions")
    with taken.file.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file, delimiter="\t")
    assert row["Texts"] == 'he said "no", twice' and row["Labels"] == "Anger"
