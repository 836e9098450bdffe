"""The page on which a person allows the app, or not: a small one of the sandbox's own, in place of Slack's."""

from html import escape
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.sandbox.state.guide import local_address
from bot.sandbox.state.installs import CLIENT_ID
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import User

_ASKED = ("client_id", "scope", "redirect_uri", "state", "team", "user_scope")
_STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;"
    "padding:0 1rem}a{display:inline-block;padding:.5rem 1rem;border:1px solid;border-radius:.3rem;"
    "margin:0 .5rem .5rem 0;text-decoration:none}"
)


class Authorize:
    """The page, and its two answers."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def page(self, request: Request) -> Response:
        """Answer GET /oauth/v2/authorize."""
        asked = {name: request.query_params.get(name, "") for name in _ASKED}
        if asked["client_id"] != CLIENT_ID:
            return _said(400, "Invalid client_id parameter.")
        try:
            local_address(asked["redirect_uri"])
        except ValueError:
            return _said(400, "redirect_uri did not match any configured URIs: the sandbox knows this machine alone.")
        if asked["user_scope"]:
            return _said(400, "The sandbox grants no rights of people.")
        wanted = [one for one in self._sandbox.workspaces if asked["team"] in ("", *_ids(one))]
        links = [
            f'<a href="/oauth/v2/allow?{escape(urlencode(asked | {"team": one.workspace.team.id}))}">'
            f"Allow in {escape(one.workspace.team.name)}</a>"
            for one in wanted or self._sandbox.workspaces
        ]
        scopes = "".join(f"<li>{escape(scope)}" for scope in asked["scope"].split(","))
        cancel = escape(f"/oauth/v2/cancel?{urlencode(asked)}")
        return _html(
            200,
            f"<h1>An app asks for access to a workspace</h1><p>This page stands in for Slack's.</p><ul>{scopes}</ul>"
            f'<p>{"".join(links)}<a href="{cancel}">Cancel</a></p>',
        )

    async def allow(self, request: Request) -> Response:
        """Answer GET /oauth/v2/allow: back to the app, with a code."""
        given = request.query_params
        chosen = next((one for one in self._sandbox.workspaces if given.get("team") in _ids(one)), None)
        if chosen is None:
            return _said(400, "There is no such workspace.")
        code = self._sandbox.installs.give(
            chosen,
            user=_person(chosen).id,
            redirect_url=given.get("redirect_uri", ""),
            scopes=given.get("scope", "").split(","),
        )
        return _back(request, code=code)

    async def cancel(self, request: Request) -> Response:
        """Answer GET /oauth/v2/cancel: back to the app, without one."""
        return _back(request, error="access_denied")


def _ids(sandbox: Sandbox) -> tuple[str | None, ...]:
    team = sandbox.workspace.team
    return (team.id, team.enterprise)


def _person(sandbox: Sandbox) -> User:
    """Return who is signed in: the first person who may install apps."""
    people = (user for user in sandbox.workspace.users if not (user.bot or user.guest or user.deactivated))
    return next(people)


def _back(request: Request, **answer: str) -> Response:
    given = request.query_params
    try:
        local_address(given.get("redirect_uri", ""))
    except ValueError:
        return _said(400, "redirect_uri did not match any configured URIs: the sandbox knows this machine alone.")
    query = urlencode({**answer, "state": given.get("state", "")})
    return RedirectResponse(f"{given['redirect_uri']}?{query}", 302, {"Cache-Control": "no-store"})


def _said(status: int, text: str) -> Response:
    return _html(status, f"<p>{escape(text)}</p>")


def _html(status: int, body: str) -> Response:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sandbox: install an app</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>{body}</body></html>',
        status,
        {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"},
    )
