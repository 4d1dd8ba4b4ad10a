"""Files that our own server hands out beside Gradio's: plotly.js, from the installed package.

Knows one route; fetches nothing from elsewhere.
"""

from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

FOREVER = "public, max-age=31536000, immutable"  # the address carries the version

PLOTLY = f"/tandem/plotly-{version('plotly')}.min.js"
"""The route, seen from the page's root."""


@lru_cache(maxsize=1)
def plotly_file() -> Path:
    """Where the installed package keeps plotly.js; the package itself is not imported for it."""
    found = find_spec("plotly")
    assert found is not None and found.origin is not None  # its version was found above
    return Path(found.origin).parent / "package_data" / "plotly.min.js"


def routes() -> list[Route]:
    """For ``app_kwargs`` of Gradio's launch; open without a login, for it is public code."""
    return [Route(PLOTLY, _plotly, methods=["GET"])]


async def _plotly(_: Request) -> FileResponse:
    """plotly.js, compressed on its way by Gradio's own middleware."""
    headers = {"Cache-Control": FOREVER, "X-Content-Type-Options": "nosniff"}
    return FileResponse(plotly_file(), media_type="text/javascript", headers=headers)
