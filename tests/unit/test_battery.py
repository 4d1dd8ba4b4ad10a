"""Two hundred and fifty hostile texts through engine, card, table and files: text stays text.

The same file goes through a real browser (tests/browser/test_battery.py) and the command line
(tests/jobs/test_battery.py).
"""

import csv
import io
import json
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from core import exports
from core.answers import to_json
from core.engine import Engine
from core.records import Comparison, EngineSources
from dashboard.inputs import whole_characters
from dashboard.views import card, table

FILE = Path(__file__).parents[1] / "battery" / "inputs.jsonl"
BATTERY = [json.loads(line) for line in FILE.read_text(encoding="ascii").splitlines()]
TEXTS = [whole_characters(entry["text"]) for entry in BATTERY]


class Elements(HTMLParser):
    """Counts elements and attribute names; remembers the tweets of ``data-text``."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: Counter[tuple[str, ...]] = Counter()
        self.texts: list[str] = []
        self.comments = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[(tag, *sorted(name for name, _ in attrs))] += 1
        self.texts += [json.loads(value or "") for name, value in attrs if name == "data-text"]

    def handle_comment(self, data: str) -> None:
        self.comments += 1


@pytest.fixture(scope="module")
def compared(folders: Any) -> list[Comparison]:
    """Every text, answered by tiny models."""
    made = (folders.teacher, folders.student, folders.before, folders.translator)
    return Engine(EngineSources(*map(str, made))).compare(TEXTS)


def test_the_battery_is_as_large_as_it_says() -> None:
    assert len({entry["text"] for entry in BATTERY}) == len(BATTERY) == 250
    assert len(Counter(entry["kind"] for entry in BATTERY)) == 16


def test_every_text_is_answered_whole(compared: list[Comparison]) -> None:
    for text, one in zip(TEXTS, compared, strict=True):
        assert one.text == text
        assert " ".join(word.word for word in one.triggers["student"].words) == text
        for prediction in (one.teacher, one.student, one.student_before):
            assert prediction and sum(prediction.probabilities) == pytest.approx(1, abs=1e-5)


def test_a_text_that_was_cut_says_so(compared: list[Comparison]) -> None:
    longest = [one for one in compared if len(one.text) >= 2000]
    assert len(longest) >= 12
    for one in longest:
        drawn = card.card(one, 1, "auto", {})
        assert not one.student.truncated or "read only the first part" in drawn
    assert sum(one.student.truncated for one in longest) >= 8, "the battery reaches the limit"


def test_records_and_files_give_every_text_back(compared: list[Comparison]) -> None:
    records = [json.loads(line) for line in exports.to_jsonl(compared).split("\n")[:-1]]
    assert records == [json.loads(json.dumps(to_json(one), allow_nan=False)) for one in compared]
    assert [record["text"] for record in records] == TEXTS
    read = list(csv.reader(io.StringIO(exports.to_csv(compared), newline="")))
    assert [row[0] for row in read[1:]] == TEXTS
    defused = exports.to_csv(compared, spreadsheet=True).removeprefix(exports.MARK)
    for row in csv.reader(io.StringIO(defused, newline="")):
        assert not any(cell.startswith(exports.FORMULA) for cell in row)


ALLOWED = {
    *("article", "header", "footer", "section", "details", "summary", "div", "p", "span", "strong"),
    *("mark", "bdi", "u", "h3", "h4", "h5", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("ol", "ul", "li", "select", "option", "textarea", "button", "dl", "dt", "dd"),
}
"""What a card is made of: nothing that runs, loads, links or styles."""


def test_no_text_becomes_an_element(compared: list[Comparison]) -> None:
    for number, one in enumerate(compared, start=1):
        drawn = card.card(one, number, "auto", {"student": 0.2, "teacher": 0.1})
        elements = Elements(drawn)
        assert elements.texts == [one.text] and not elements.comments
        names = {tag for tag, *_ in elements.found}
        handlers = [a for _, *names_ in elements.found for a in names_ if a.startswith("on")]
        assert names <= ALLOWED, names - ALLOWED
        assert not handlers and "href" not in {a for _, *rest in elements.found for a in rest}
        assert elements.found[("article", *_article(elements))] == 1
        for tag in ("article", "header", "section", "details", "table", "select", "textarea"):
            assert drawn.count(f"<{tag}") == drawn.count(f"</{tag}>"), (tag, one.text[:40])


def _article(elements: Elements) -> list[str]:
    return next(list(rest) for tag, *rest in elements.found if tag == "article")


def test_a_row_of_any_text_is_the_row_of_a_plain_one(compared: list[Comparison]) -> None:
    plain = Elements(table.row(compared[0], 1)).found
    for number, one in enumerate(compared, start=1):
        found = Elements(table.row(one, number)).found
        assert {tag for tag, *_ in found} <= {tag for tag, *_ in plain} | {"span"}, one.text[:40]
        assert found[("tr", *_row(found))] == 1


def _row(found: Counter[tuple[str, ...]]) -> list[str]:
    return next(list(rest) for tag, *rest in found if tag == "tr")
