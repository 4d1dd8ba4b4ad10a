"""Ways in and out for files of the Batch tab: an upload, and downloads by token.

Knows addresses; how a file comes in is dashboard/uploads.py. Who may is decided by login and
token.
"""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from core.errors import InputError
from dashboard.asker import user
from dashboard.batch.services import Batch
from dashboard.tabs.batch_files import named
from dashboard.uploads import PRIVATE, receiving, refused
from dashboard.wording import batch as words

UPLOAD = "/tandem/batch/upload"
DOWNLOAD = "/tandem/batch/{token}/{kind}"


def routes(batch: Batch) -> list[Route]:
    """For ``app_kwargs`` of Gradio's launch."""

    async def download(request: Request) -> Response:
        owner, parts = user(request), request.path_params
        try:
            if owner is None:
                raise InputError(*words.UNKNOWN)
            file = named(batch.store.find(parts["token"], owner), parts["kind"])
        except InputError as problem:
            return refused(problem, 404)
        if not file.is_file():
            return refused(InputError(*words.NOT_RUN), 404)
        return FileResponse(
            file, filename=file.name, headers=PRIVATE, media_type="application/octet-stream"
        )

    return [
        receiving(UPLOAD, batch.store, batch.limits.bytes, batch.too_large),
        Route(DOWNLOAD, download, methods=["GET"]),
    ]
