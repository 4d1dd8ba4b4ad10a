"""Fetching originals, against a server on this machine."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from train.prepare.fetch import fetch
from train.prepare.originals import Originals
from train.prepare.source import Download, Source


class Server(BaseHTTPRequestHandler):
    """Answers with what the test put into ``pages``."""

    pages: ClassVar[dict[str, bytes]] = {}
    torn: ClassVar[set[str]] = set()
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:  # noqa: N802 (its name)
        self.asked.append(self.path)
        content = self.pages.get(self.path)
        self.send_response(404 if content is None else 200)
        content = content or b""
        length = len(content) + (10 if self.path in self.torn else 0)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    Server.pages, Server.torn, Server.asked = {}, set(), []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def source(name: str, *downloads: Download, optional: bool = False) -> Source:
    return Source(name, "", "MIT", ("*",), "x", downloads=downloads, optional=optional)


def fetched(root: Path, *sources: Source) -> tuple[list[str], dict[str, bytes]]:
    failed = fetch(Originals(root, sources), lambda _: None)
    files = (path for path in root.rglob("*") if path.is_file())
    return failed, {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_files_are_put_where_the_table_says(address: str, tmp_path: Path) -> None:
    Server.pages = {"/a.tsv": b"one", "/deep/b.tsv": b"two"}
    wanted = source(
        "s", Download(f"{address}/a.tsv", "a.tsv"), Download(f"{address}/deep/b.tsv", "c/d.tsv")
    )
    failed, files = fetched(tmp_path, wanted)
    assert failed == [] and files == {"s/a.tsv": b"one", "s/c/d.tsv": b"two"}
    fetched(tmp_path, wanted)
    assert Server.asked == ["/a.tsv", "/deep/b.tsv"]  # what is there is not fetched again


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_archives_give_their_wanted_members_and_nothing_else(
    address: str, tmp_path: Path, public: Any, kind: str
) -> None:
    members = {
        "x/test.tsv": "good",
        "x/._test.tsv": "bad",
        "../../evil.tsv": "bad",
        "y/test.tsv": "no",
    }
    Server.pages = {"/all.bin": public.archive(members, kind)}
    download = Download(f"{address}/all.bin", "in", ("test.tsv",))
    failed, files = fetched(tmp_path / "originals", source("s", download))
    assert failed == [] and files == {"s/in/test.tsv": b"good"}
    assert not (tmp_path / "evil.tsv").exists()
    fetched(tmp_path / "originals", source("s", download))
    assert len(Server.asked) == 1


def test_what_cannot_be_had_is_named_and_the_rest_comes(
    address: str, tmp_path: Path, public: Any
) -> None:
    Server.pages = {
        "/good": b"yes",
        "/torn": b"half",
        "/short.zip": public.archive({"other": "x"}, "zip"),
        "/no.zip": b"no archive",
    }
    Server.torn = {"/torn"}
    downloads = [Download(f"{address}/{name}", name) for name in ("gone", "torn", "good")]
    downloads += [Download(f"{address}/{name}", "", ("a.txt",)) for name in ("short.zip", "no.zip")]
    failed, files = fetched(tmp_path, source("s", *downloads))
    assert files == {"s/good": b"yes"}  # nothing half there
    assert len(failed) == 4
    assert failed[0] == f"{address}/gone gave nothing: the server answers 404."
    assert failed[1].startswith(f"{address}/torn gave nothing:")
    assert "short.zip holds no a.txt" in failed[2]


def test_no_server_at_all(tmp_path: Path) -> None:
    failed, files = fetched(tmp_path, source("s", Download("http://127.0.0.1:9/x", "x")))
    assert len(failed) == 1 and files == {}


def test_an_optional_source_is_fetched_only_where_its_folder_is(
    address: str, tmp_path: Path
) -> None:
    Server.pages = {"/x.tsv.bz2": b"x"}
    wanted = source("s", Download(f"{address}/x.tsv.bz2", "x.tsv.bz2"), optional=True)
    assert fetched(tmp_path, wanted) == ([], {})
    (tmp_path / "s").mkdir()
    assert fetched(tmp_path, wanted)[1] == {"s/x.tsv.bz2": b"x"}


@pytest.mark.parametrize(("there", "address_of"), [("a.csv", "a.parquet"), ("a.tsv", "a.tsv.bz2")])
def test_another_form_of_the_same_file_will_do(
    address: str, tmp_path: Path, there: str, address_of: str
) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / there).write_text("x")
    assert fetched(tmp_path, source("s", Download(f"{address}/a", address_of)))[0] == []
    assert Server.asked == []
