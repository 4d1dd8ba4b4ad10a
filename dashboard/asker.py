"""Who asks: the login behind a request that did not come through Gradio's own events.

Knows where Gradio keeps logins; checks no password.
"""

from typing import Any


def user(request: Any) -> str | None:
    """The login name of a request; "" where the page asks for no login, None for a stranger.

    Args:
        request: of FastAPI or Starlette, to Gradio's app.
    """
    app = request.app
    if app.auth is None:
        return ""
    cookies, mark = request.cookies, app.cookie_id
    key = cookies.get(f"access-token-{mark}") or cookies.get(f"access-token-unsecure-{mark}")
    found = app.tokens.get(key)
    return str(found) if found is not None else None
