"""Ways in and out of the Batch tab without its page: uploads, downloads, questions, logins."""

import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request

import pytest
from playwright.sync_api import expect

from dashboard.batch.services import Limits

GONE = "These results are no longer on the server. Upload the file again."
FILE = b"ID\tTexts\tLabels\n1\tthe happy bus\tJoy\n"
SESSION = "0" * 32


class Caller:
    """Somebody who speaks HTTP, logged in or not."""

    def __init__(self, site, login=None):
        self.site = site
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        if login:
            form = urllib.parse.urlencode({"username": login[0], "password": login[1]}).encode()
            self.opener.open(urllib.request.Request(f"{site.url}login", form)).read()

    def send(self, path, data=None, **headers):
        """Status and body of an answer."""
        request = urllib.request.Request(self.site.url + path, data, headers)
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read()

    def upload(self, name="dev.tsv", data=FILE):
        """The token of an upload."""
        status, body = self.send(
            "tandem/batch/upload", data, **{"X-Tandem-Name": urllib.parse.quote(name)}
        )
        assert status == 200, body
        return json.loads(body)["token"]

    def ask(self, name, **question):
        """A server function of the tab."""
        _, config = self.send("config")
        [component] = [
            one["id"] for one in json.loads(config)["components"]
            if one["props"].get("elem_id") == "td-batch"
        ]  # fmt: skip
        sent = {
            "data": {"session": SESSION, **question}, "fn_name": name,
            "component_id": component, "session_hash": "abc",
        }  # fmt: skip
        status, body = self.send(
            "gradio_api/component_server",
            json.dumps(sent).encode(),
            **{"Content-Type": "application/json"},
        )
        return status, json.loads(body)


@pytest.fixture(scope="module")
def guarded(serve):
    return serve(logins={"ada": "one", "grace": "two"})


def test_a_file_comes_in_as_it_is_and_goes_out_by_its_token(site):
    caller = Caller(site)
    token = caller.upload("dev set.tsv")
    kept = site.batch.store.find(token, "")
    assert kept.file.read_bytes() == FILE and kept.name == "dev set.tsv"
    status, body = caller.send(f"tandem/batch/{token}/csv")
    assert status == 404 and "There are no results yet" in body.decode()


def test_a_foreign_page_cannot_send_a_file(site):
    """A form of another page carries no header of ours, and may not ask for one."""
    caller, before = Caller(site), len(list(site.batch.store.folder.glob("*")))
    status, _ = caller.send("tandem/batch/upload", FILE, Origin="http://evil.example")
    assert status == 403
    preflight = urllib.request.Request(
        f"{site.url}tandem/batch/upload",
        headers={
            "Origin": "http://evil.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-tandem-name",
        },
        method="OPTIONS",
    )
    with urllib.request.urlopen(preflight) as answer:
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert len(list(site.batch.store.folder.glob("*"))) == before


def test_a_file_beyond_the_limit_leaves_nothing_behind(serve):
    site = serve(limits=Limits(bytes=1000))
    caller = Caller(site)
    status, body = caller.send("tandem/batch/upload", b"x" * 1001, **{"X-Tandem-Name": "a.tsv"})
    assert status == 413 and "a.tsv is larger than" in body.decode()

    def chunks():
        for _ in range(5):
            yield b"x" * 300

    status, body = caller.send(  # whose length nobody says
        "tandem/batch/upload", chunks(), **{"X-Tandem-Name": "b.tsv"}
    )
    assert status == 413 and "b.tsv is larger than" in body.decode()
    folder = site.batch.store.folder
    assert not folder.is_dir() or list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "path",
    [
        "{token}/nothing", "{token}/..%2f..%2fabout.json", "{token}/about.json",
        "..%2f..%2fetc/csv", "0" * 32 + "/csv", "{token}%00/csv", "%2e%2e/csv",
    ],
)  # fmt: skip
def test_no_path_leads_elsewhere(site, path):
    caller = Caller(site)
    path = path.format(token=caller.upload())
    status, body = caller.send(f"tandem/batch/{path}")
    assert status == 404 and b"owner" not in body and b"root:" not in body


def test_two_users_do_not_see_each_others_files(guarded):
    ada, grace, nobody = Caller(guarded, ("ada", "one")), Caller(guarded, ("grace", "two")), None
    nobody = Caller(guarded)
    token = ada.upload()
    assert guarded.batch.store.find(token, "ada").owner == "ada"
    assert ada.ask("b_look", token=token)[1]["stage"] in ("checking", "checked")
    told = set()
    for name in ("b_open", "b_look", "b_check", "b_map", "b_start", "b_go", "b_stop",
                 "b_progress", "b_page", "b_file", "b_delete", "b_systems"):  # fmt: skip
        for asked in (token, "0" * 32):
            status, answer = grace.ask(name, token=asked)
            assert status == 200 and set(answer) == {"problem"}, name
            told.add(answer["problem"])
        assert nobody.send("gradio_api/component_server", b"{}")[0] == 401
    assert told == {GONE}
    for path in (f"{token}/csv", "0" * 32 + "/csv"):
        status, body = grace.send(f"tandem/batch/{path}")
        assert (status, json.loads(body)["problem"]) == (404, GONE)
        status, body = nobody.send(f"tandem/batch/{path}")
        assert (status, json.loads(body)["problem"]) == (404, GONE)
    assert nobody.send("tandem/batch/upload", FILE, **{"X-Tandem-Name": "a"})[0] == 403
    assert ada.ask("b_open", token=token)[1]["name"] == "dev.tsv"


def test_two_browsers_do_not_see_each_others_files(visit, site):
    one, other = visit(site), visit(site)
    for page in (one, other):
        page.get_by_role("tab", name="Batch", exact=True).click()
    one.set_input_files(
        "#td-f-file", {"name": "mine.tsv", "mimeType": "text/plain", "buffer": FILE}
    )
    expect(one.locator("#td-batch")).to_contain_text("1 row can be used")
    other.reload()
    other.get_by_role("tab", name="Batch", exact=True).click()
    expect(other.locator("#td-batch")).to_contain_text("No file yet")


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("b_example", {"which": "../secret"}),
        ("b_example", {"which": 3}),
        ("b_example", {"which": "emotions", "session": "x"}),
        ("b_check", {"text": "nowhere", "encoding": "utf-8"}),
        ("b_check", {"text": ["Texts"]}),
        ("b_check", {"text": "Texts", "language": "all:xx"}),
        ("b_check", {"text": "Texts", "gold": "Labels", "kind": "feelings"}),
        ("b_check", {"text": "Texts", "encoding": "morse"}),
        ("b_map", {"labels": 3}),
        ("b_start", {"systems": "student"}),
        ("b_start", {"systems": ["pupil"]}),
        ("b_start", {"systems": ["student"], "seed": -1}),
        ("b_start", {"systems": ["student"], "limit": "many"}),
        ("b_start", {"systems": ["student"], "words": 1}),
        ("b_start", {"systems": ["student"], "methods": ["magic"]}),
        ("b_page", {"start": 0}),
        ("b_file", {"kind": "../about.json"}),
        ("b_file", {"kind": None}),
        ("b_go", {}),
    ],
)
def test_hostile_questions_get_a_sentence(site, name, question):
    caller = Caller(site)
    status, answer = caller.ask(name, token=caller.upload(), **question)
    assert status == 200 and set(answer) == {"problem"}
    assert answer["problem"].endswith(".") and "our side" not in answer["problem"]


@pytest.mark.parametrize("question", [None, 3, [], "x"])
def test_what_is_no_question_gets_a_sentence(site, question):
    caller = Caller(site)
    _, config = caller.send("config")
    [component] = [
        one["id"] for one in json.loads(config)["components"]
        if one["props"].get("elem_id") == "td-batch"
    ]  # fmt: skip
    sent = {"data": question, "fn_name": "b_open", "component_id": component,
            "session_hash": "x"}  # fmt: skip
    _, body = caller.send(
        "gradio_api/component_server",
        json.dumps(sent).encode(),
        **{"Content-Type": "application/json"},
    )
    assert "could not be read" in json.loads(body)["problem"]


def test_one_run_at_a_time_for_a_browser(held):
    held.engine.hold = 3
    caller = Caller(held)
    rows = b"".join(b"%d\tthe bus\tJoy\n" % n for n in range(2, 12))
    tokens = [caller.upload(data=FILE + rows) for _ in range(3)]
    for token in tokens:
        caller.ask("b_look", token=token)
        while caller.ask("b_progress", token=token)[1]["stage"] == "checking":
            pass
    first = caller.ask("b_start", token=tokens[0], systems=["student"])[1]
    assert first["stage"] == "running" and first["poll"]
    again = caller.ask("b_start", token=tokens[1], systems=["student"])[1]
    assert again == {
        "problem": "A run of yours is under way. Wait for it, or stop it.",
        "other": tokens[0],
    }
    twice = caller.ask("b_start", token=tokens[0], systems=["student"])[1]
    assert twice["stage"] == "running" and twice["poll"], "the run under way is followed"
    other = caller.ask("b_start", token=tokens[2], systems=["student"], session="1" * 32)[1]
    assert other["stage"] == "running"
    assert caller.ask("b_delete", token=tokens[0])[1]["problem"].startswith("A run of yours")
    for token in (tokens[0], tokens[2]):
        caller.ask("b_stop", token=token)
    while any(caller.ask("b_progress", token=token)[1]["poll"] for token in tokens):
        pass
    assert caller.ask("b_start", token=tokens[1], systems=["student"])[1]["stage"] == "running"
    caller.ask("b_stop", token=tokens[1])
