"""Ways in and out for files of the Batch tab: an upload, and downloads by token.

Knows requests and limits; who may is decided by login and token. What comes in goes straight to
disk: memory stays flat whatever the size. An upload has to carry a header of its own, which a
foreign page could only send after asking (CORS), and is refused then.
"""

import logging
from typing import Any
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from core.errors import InputError, TandemError
from dashboard.asker import user
from dashboard.batch.results import Kept
from dashboard.batch.services import Batch
from dashboard.services import sentence
from dashboard.tabs.batch_files import named
from dashboard.wording import batch as words

log = logging.getLogger("tandem")

UPLOAD = "/tandem/batch/upload"
DOWNLOAD = "/tandem/batch/{token}/{kind}"
NAME = "x-tandem-name"
PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def routes(batch: Batch) -> list[Route]:
    """For ``app_kwargs`` of Gradio's launch."""

    async def upload(request: Request) -> Response:
        owner = user(request)
        name = unquote(request.headers.get(NAME, ""))
        if owner is None or not name:
            return _refused(InputError(*words.NO_NAME), 403)
        try:
            kept = await _taken(batch, request, owner, name)
        except TandemError as problem:
            return _refused(problem, 413)
        except ClientDisconnect:
            return _refused(InputError(words.UPLOAD_FAILED), 400)
        except OSError as problem:
            log.exception("An upload could not be kept.", exc_info=problem)
            return _refused(problem, 507)
        return JSONResponse({"token": kept.token}, headers=PRIVATE)

    async def download(request: Request) -> Response:
        owner, parts = user(request), request.path_params
        try:
            if owner is None:
                raise InputError(*words.UNKNOWN)
            file = named(batch.store.find(parts["token"], owner), parts["kind"])
        except InputError as problem:
            return _refused(problem, 404)
        if not file.is_file():
            return _refused(InputError(*words.NOT_RUN), 404)
        return FileResponse(
            file, filename=file.name, headers=PRIVATE, media_type="application/octet-stream"
        )

    return [
        Route(UPLOAD, upload, methods=["POST"]),
        Route(DOWNLOAD, download, methods=["GET"]),
    ]


def _refused(problem: Any, status: int) -> JSONResponse:
    return JSONResponse({"problem": sentence(problem)}, status, headers=PRIVATE)


async def _taken(batch: Batch, request: Request, owner: str, name: str) -> Kept:
    """A request's body as a file of its own; nothing of it is left where it does not arrive.

    Raises:
        InputError: it is too large.
        ClientDisconnect: the page went away.
    """
    limit = batch.limits.bytes
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise batch.too_large(name)
    kept = await run_in_threadpool(batch.store.new, owner, name)
    try:
        await _written(kept, request, limit, batch.too_large(name))
    except BaseException:
        await run_in_threadpool(batch.store.remove, kept)
        raise
    return kept


async def _written(kept: Kept, request: Request, limit: int, too_large: InputError) -> None:
    size = 0
    with kept.file.open("wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise too_large
            await run_in_threadpool(file.write, chunk)
