"""Files that come in from a page: one request, one file, straight to disk.

Knows requests, limits and folders of uploads; nothing of what a file is for. Memory stays flat
whatever the size. An upload has to carry a header of its own, which a foreign page could only send
after asking (CORS), and is refused then.
"""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.errors import InputError, TandemError
from dashboard.asker import user
from dashboard.batch.results import Kept, Store
from dashboard.services import sentence
from dashboard.wording import batch as words

log = logging.getLogger("tandem")

NAME = "x-tandem-name"
PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def receiving(path: str, store: Store, limit: int, too_large: Callable[[str], InputError]) -> Route:
    """The route that takes a file into a store and answers with its token.

    Args:
        limit: bytes that a file may have.
        too_large: the error for a file of that name beyond the limit.
    """

    async def upload(request: Request) -> Response:
        owner = user(request)
        name = unquote(request.headers.get(NAME, ""))
        if owner is None or not name:
            return refused(InputError(*words.NO_NAME), 403)
        try:
            kept = await _taken(store, request, (owner, name), limit, too_large(name))
        except TandemError as problem:
            return refused(problem, 413)
        except ClientDisconnect:
            return refused(InputError(words.UPLOAD_FAILED), 400)
        except OSError as problem:
            log.exception("An upload could not be kept.", exc_info=problem)
            return refused(problem, 507)
        return JSONResponse({"token": kept.token}, headers=PRIVATE)

    return Route(path, upload, methods=["POST"])


def refused(problem: Any, status: int) -> JSONResponse:
    """An error as a sentence."""
    return JSONResponse({"problem": sentence(problem)}, status, headers=PRIVATE)


async def _taken(
    store: Store, request: Request, of: tuple[str, str], limit: int, too_large: InputError
) -> Kept:
    """A request's body as a file of its own; nothing of it is left where it does not arrive.

    Raises:
        InputError: it is too large.
        ClientDisconnect: the page went away.
    """
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise too_large
    kept = await run_in_threadpool(store.new, *of)
    try:
        await _written(kept, request, limit, too_large)
    except BaseException:
        await run_in_threadpool(store.remove, kept)
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
