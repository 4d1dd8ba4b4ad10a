"""The page as a whole, and the door it is served through: theme, header, tabs, hosts.

Knows Gradio's launch options; holds no logic of any tab.
"""

import hmac
import ipaddress
import os
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read while gradio is imported

import gradio as gr  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from starlette.middleware.trustedhost import TrustedHostMiddleware  # noqa: E402

from dashboard import served, theme, wording  # noqa: E402
from dashboard.batch import routes as batch_routes  # noqa: E402
from dashboard.batch.services import Batch  # noqa: E402
from dashboard.models.services import Models  # noqa: E402
from dashboard.services import Services  # noqa: E402
from dashboard.tabs import (  # noqa: E402
    batch as batch_tab,
)
from dashboard.tabs import (  # noqa: E402
    batch_endpoint,
    compare,
    explain,
    explain_endpoint,
    models_endpoint,
    training_endpoint,
)
from dashboard.tabs import (  # noqa: E402
    header as header_tab,
)
from dashboard.tabs import (  # noqa: E402
    models as models_tab,
)
from dashboard.tabs import (  # noqa: E402
    training as training_tab,
)
from dashboard.training import live_routes  # noqa: E402
from dashboard.training import routes as training_routes  # noqa: E402
from dashboard.training.services import Training  # noqa: E402
from dashboard.views.scripts import cards as cards_script  # noqa: E402
from dashboard.views.scripts import form as form_script  # noqa: E402
from dashboard.views.scripts import tabs as tabs_script  # noqa: E402
from dashboard.views.scripts import training_live as live_script  # noqa: E402

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::\d+)?")
CACHE = (3600, 86400)  # files that came and went through endpoints: looked at, and kept, seconds


@dataclass(frozen=True, slots=True)
class Door:
    """Where and to whom the page is served.

    ``logins`` maps user to password; empty means that no login is asked for.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    logins: Mapping[str, str] | None = None
    share: bool = False


class Page(gr.Blocks):
    """The page, and what ``launch`` serves beside it."""

    batch: Batch
    training: Training


def build(
    services: Services,
    batch: Batch | None = None,
    training: Training | None = None,
    models: Models | None = None,
) -> Page:
    """The whole page on these services.

    Args:
        batch: uploaded files and their runs; None: in the folder ``runs``, with usual limits.
        training: runs that train; None: in the same folder as the batch's.
        models: models on this machine; None: those of the training's folders.
    """
    blocks = Page(title=wording.NAME, analytics_enabled=False, delete_cache=CACHE)
    blocks.batch = batch = batch or Batch(services)
    training = training or Training(services, batch.store.folder.parent, limits=batch.limits)
    blocks.training = training
    models = models or Models(services, training.runs, training.models)
    with blocks:
        header_tab.build(services)
        with gr.Tabs():
            compare.build(services, blocks)
            explain.build(services)
            batch_tab.build(batch)
            training_tab.build(training)
            models_tab.build(models)

        compare.endpoint(services)
        explain_endpoint.endpoint(services)
        batch_endpoint.endpoint(batch)
        training_endpoint.endpoint(training)
        models_endpoint.endpoint(models)
    return blocks


def launch(blocks: Page, door: Door) -> tuple[str, str | None]:
    """Serve a page of ``build`` without blocking; returns its local and its shared address."""
    _, local, shared = blocks.launch(
        server_name=door.host,
        server_port=door.port,
        share=door.share,
        auth=checker(door.logins) if door.logins else None,
        app_kwargs={
            "middleware": [Middleware(TrustedHosts, **_hosts(door))],
            "routes": [
                *served.routes(),
                *batch_routes.routes(blocks.batch),
                *training_routes.routes(blocks.training),
                *live_routes.routes(blocks.training),
            ],
        },
        max_file_size=blocks.batch.limits.bytes,
        theme=theme.gradio_theme(),
        head=_head(),
        footer_links=["api", "settings"],
        run_history=False,
        mcp_server=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        show_error=False,
        quiet=True,
        inbrowser=False,
        prevent_thread_lock=True,
    )
    return local, shared


def _head() -> str:
    """The style, and what runs before any tab was opened."""
    style = cards_script.head(theme.stylesheet())
    return style + tabs_script.head() + form_script.head() + live_script.head()


def checker(logins: Mapping[str, str]) -> Callable[[str, str], bool]:
    """A login check that takes the same time for a wrong user as for a wrong password."""

    def check(user: str, password: str) -> bool:
        expected = logins.get(user)
        same = hmac.compare_digest((expected or "").encode(), password.encode())
        return same and expected is not None

    return check


def _hosts(door: Door) -> dict[str, Any]:
    """The names under which the page answers."""
    names = [*LOOPBACK, f"[{door.host}]" if ":" in door.host else door.host.lower()]
    everywhere = door.host in ("0.0.0.0", "::")
    if everywhere:
        names += [socket.gethostname().lower(), socket.getfqdn().lower()]
    if door.share:
        names.append("*.gradio.live")
    return {"allowed_hosts": names, "addresses": everywhere}


class TrustedHosts(TrustedHostMiddleware):
    """Starlette's check of the Host header, plus bare addresses where asked for.

    A page that a foreign name was pointed at (DNS rebinding) always arrives under that name,
    never under a bare IP address, so an open host may answer to any of its addresses.
    """

    def __init__(self, app: Any, allowed_hosts: list[str], addresses: bool) -> None:
        super().__init__(app, allowed_hosts=allowed_hosts, www_redirect=False)
        self.addresses = addresses

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on, or answer 400."""
        if self.addresses and _is_address(scope):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def _is_address(scope: Any) -> bool:
    """Whether the request's Host is a bare IP address."""
    given = dict(scope.get("headers") or ()).get(b"host", b"").decode("latin-1")
    found = _ADDRESS.fullmatch(given)
    try:
        return found is not None and bool(ipaddress.ip_address(found[1] or found[2]))
    except ValueError:
        return False
