"""The way out for files of runs: log, events, options and report, by the run's id.

Knows requests; who may is decided by the login. Only files of these names are handed out, and only
from the folder of a run that the queue knows: a name from outside never becomes a path.
"""

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from core.errors import InputError
from dashboard import wording
from dashboard.asker import user
from dashboard.batch.routes import PRIVATE
from dashboard.services import sentence
from dashboard.training.watching import file_of
from dashboard.wording import training_live as words

if TYPE_CHECKING:
    from dashboard.training.services import Training

DOWNLOAD = "/tandem/training/{run}/{name}"


def routes(training: "Training") -> list[Route]:
    """For ``app_kwargs`` of Gradio's launch."""

    async def download(request: Request) -> Response:
        run, name = request.path_params["run"], request.path_params["name"]
        try:
            if user(request) is None:
                raise InputError(*wording.STRANGER)
            job = await run_in_threadpool(training.queue.find, run)
        except InputError as problem:
            return _refused(problem)
        file = await run_in_threadpool(file_of, job, name)
        if file is None:
            return _refused(InputError(*words.NO_FILE))
        return FileResponse(
            file,
            filename=f"{job.id}-{name}",
            headers=PRIVATE,
            media_type="application/octet-stream",
        )

    return [Route(DOWNLOAD, download, methods=["GET"])]


def _refused(problem: InputError) -> JSONResponse:
    return JSONResponse({"problem": sentence(problem)}, 404, headers=PRIVATE)
