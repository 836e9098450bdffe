"""The page over HTTP: the files of `page/`, under a policy that lets the browser load and run nothing else."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.http.gate import answer

_FOLDER = Path(__file__).parents[1] / "page"
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Page:
    """The files for a browser. They hold no secret; the data that they show needs the control token."""

    def __init__(self) -> None:
        self._files = {path.name: path for path in _FOLDER.iterdir() if path.suffix in _KINDS}

    async def first(self, request: Request) -> Response:
        """GET /"""
        return self._given("index.html")

    async def file(self, request: Request) -> Response:
        """Answer GET /page/NAME."""
        return self._given(request.path_params["name"])

    def _given(self, name: str) -> Response:
        path = self._files.get(name)
        if path is None:
            return answer({"ok": False, "error": "not_found"}, 404)
        return Response(path.read_bytes(), 200, {**_HEADERS, "Content-Type": _KINDS[path.suffix]})
