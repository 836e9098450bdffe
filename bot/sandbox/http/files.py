"""Files over HTTP: sent by the app, and given to whoever may read them. None is ever shown as a page."""

from email.message import EmailMessage

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.sandbox.errors import BadRequest, SlackError
from bot.sandbox.http.gate import answer, content_type, read_body
from bot.sandbox.state.files.kept import LARGEST, PICTURES, File, FileMode
from bot.sandbox.state.files.sight import app_sees
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.web_api.files import receive

_SHOWN = PICTURES | {"application/pdf"}
"""Types that a browser may show; every other file is offered for download."""


def given(file: File, *, download: bool = False) -> Response:
    """Return the content of a file, with headers that keep a browser from running anything in it."""
    media = file.kind[1]
    shown = media in _SHOWN and not download
    disposition = EmailMessage()
    disposition.add_header("Content-Disposition", "inline" if shown else "attachment", filename=file.name)
    headers = {
        "Content-Type": media if media in _SHOWN else "application/octet-stream",
        "Content-Disposition": disposition["Content-Disposition"].encode("ascii", "replace").decode(),
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Response(file.data or b"", 200, headers)


class FileHost:
    """The host of the files: it knows the app by its token, and sends everybody else to sign in."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def upload(self, request: Request) -> Response:
        """Answer POST /upload/v1/KEY, with the bytes alone or in a form."""
        try:
            receive(self._sandbox, request.path_params["key"], await _sent(request))
        except BadRequest as refused:
            return answer({"ok": False, "error": refused.code}, refused.status)
        return Response(f"OK - {request.headers.get('content-length', '')}", 200, media_type="text/plain")

    async def shown(self, request: Request) -> Response:
        """Answer GET /files-pri/TEAM-FILE/NAME."""
        return self._file(request, download=False)

    async def downloaded(self, request: Request) -> Response:
        """Answer GET /files-pri/TEAM-FILE/download/NAME."""
        return self._file(request, download=True)

    def _file(self, request: Request, *, download: bool) -> Response:
        sandbox = self._sandbox
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        team, _, id = request.path_params["place"].rpartition("-")
        known = scheme.lower() == "bearer" and token.strip() == sandbox.bot_token and not sandbox.bot_token_revoked
        if not known or "files:read" not in sandbox.workspace.app.scopes:
            # As Slack does: whoever is nobody is sent to a page where they can sign in.
            return RedirectResponse(f"{sandbox.url}/?redir={request.url.path}", 302)
        try:
            file = sandbox.files.find(id)
        except SlackError:
            return answer({"ok": False, "error": "file_not_found"}, 404)
        if team != sandbox.workspace.team.id or file.mode != FileMode.HOSTED or not app_sees(sandbox, file):
            return answer({"ok": False, "error": "file_not_found"}, 404)
        sandbox.calls.note("files-pri", {"file": id}, error=None, fault=None, at=sandbox.clock())
        return given(file, download=download)


async def _sent(request: Request) -> bytes:
    if content_type(request) != "multipart/form-data":
        return await read_body(request, most=LARGEST)
    async with request.form(max_files=1, max_fields=5) as form:
        for part in form.values():
            if not isinstance(part, str):
                return await part.read()
    raise BadRequest(400, "no_file")
