"""A stand-in for Hugging Face's hub: folders of this machine served in the hub's layout.

Knows the few addresses that huggingface_hub asks for a model: its files' list, and each file with
ETag, commit and ranges. The truth about the client is the real library, which talks to it.
"""

import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

INFO = re.compile(r"/api/models/(?P<id>[^/]+(?:/[^/]+)?)(?:/revision/[^/]+)?")
FILE = re.compile(r"/(?P<id>[^/]+(?:/[^/]+)?)/resolve/(?P<revision>[^/]+)/(?P<file>.+)")


@dataclass
class Repository:
    """One model of the hub."""

    folder: Path
    gated: bool = False  # its list is public, its files are not
    breaks: int = 0  # so many answers end in the middle of the body
    parameters: int | None = None

    @property
    def sizes(self) -> dict[str, int]:
        """File → bytes, files in folders included."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.stat().st_size for path in files}

    @property
    def commit(self) -> str:
        """40 hex digits that change with the content."""
        content = {n: digest((self.folder / n).read_bytes()) for n in self.sizes}
        return digest(json.dumps(content).encode())[:40]


def digest(content: bytes) -> str:
    """Hex SHA-256."""
    return hashlib.sha256(content).hexdigest()


class Hub:
    """A server on 127.0.0.1, on while the context lasts.

    Attributes:
        models: what it has, by id.
        asked: a line per request, as "GET model.safetensors bytes=100-".
        status: every answer is this error; None: none.
    """

    def __init__(self) -> None:
        self.models: dict[str, Repository] = {}
        self.asked: list[str] = []
        self.status: int | None = None
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)

    @property
    def endpoint(self) -> str:
        """What HF_ENDPOINT is set to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def add(self, name: str, folder: Path, **about: Any) -> Repository:
        """Serve a folder under an id."""
        self.models[name] = Repository(folder, **about)
        return self.models[name]

    def gets(self) -> list[str]:
        """Files whose bytes were asked for since the last call."""
        found = [line.removeprefix("GET ") for line in self.asked if line.startswith("GET ")]
        self.asked.clear()
        return [line for line in found if not line.startswith("/api/")]

    def stop(self) -> None:
        """No answer from now on: the machine is offline."""
        self._server.shutdown()
        self._server.server_close()

    def instead(self, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
        """This process asks this hub, with that cache; the library reads its settings at import."""
        from huggingface_hub import constants

        template = self.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "ENDPOINT", self.endpoint)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)

    def __enter__(self) -> "Hub":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Handler(BaseHTTPRequestHandler):
    """One request. HTTP/1.0: a connection ends with its answer."""

    hub: Hub

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal."""

    def do_HEAD(self) -> None:
        self._answer(lambda body: None)

    def do_GET(self) -> None:
        self._answer(lambda body: self.wfile.write(body) and None)

    def _answer(self, write: Callable[[bytes], None]) -> None:
        path = unquote(urlsplit(self.path).path)
        if self.hub.status is not None:
            return self._refuse(self.hub.status, "")
        if found := INFO.fullmatch(path):
            self.hub.asked.append(f"{self.command} {path}")
            return self._info(found["id"], write)
        if found := FILE.fullmatch(path):
            wanted = self.headers.get("Range") or ""
            self.hub.asked.append(f"{self.command} {found['file']} {wanted}".strip())
            return self._file(found["id"], found["file"], wanted, write)
        return self._refuse(404, "EntryNotFound")

    def _info(self, name: str, write: Callable[[bytes], None]) -> None:
        model = self.hub.models.get(name)
        if model is None:
            return self._refuse(401, "RepoNotFound")
        siblings = [{"rfilename": file, "size": size} for file, size in model.sizes.items()]
        about: dict[str, Any] = {"id": name, "sha": model.commit, "siblings": siblings}
        if model.parameters is not None:
            about["safetensors"] = {
                "parameters": {"F32": model.parameters},
                "total": model.parameters,
            }
        self._send(200, json.dumps(about).encode(), write, {"Content-Type": "application/json"})

    def _file(self, name: str, file: str, wanted: str, write: Callable[[bytes], None]) -> None:
        model = self.hub.models.get(name)
        if model is None:
            return self._refuse(401, "RepoNotFound")
        if model.gated:
            return self._refuse(403, "GatedRepo")
        if file not in model.sizes:
            return self._refuse(404, "EntryNotFound")
        content = (model.folder / file).read_bytes()
        about = {"ETag": f'"{digest(content)}"', "X-Repo-Commit": model.commit}
        status = 200
        if found := re.fullmatch(r"bytes=(\d+)-", wanted):
            start, status = int(found[1]), 206
            about["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            content = content[start:]
        if model.breaks and self.command == "GET" and len(content) > 1000:
            model.breaks -= 1
            half = content[: len(content) // 2]
            return self._send(status, content, lambda _: write(half), about)
        return self._send(status, content, write, about)

    def _refuse(self, status: int, code: str) -> None:
        self._send(status, b"", lambda body: None, {"X-Error-Code": code})

    def _send(
        self, status: int, body: bytes, write: Callable[[bytes], None], about: dict[str, str]
    ) -> None:
        self.send_response(status)
        for key, value in {**about, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        write(body)
