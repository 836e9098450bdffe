"""The JSON answers of a sample server: facts, or one error of one form."""

from collections.abc import Mapping

from starlette.responses import JSONResponse

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def facts(content: Mapping[str, object]) -> JSONResponse:
    """A 200."""
    return JSONResponse(content, headers=HEADERS)


def error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return an error: a code for programs, a plain sentence for people."""
    return JSONResponse(
        {"error": {"code": code, "message": message}}, status_code=status, headers={**HEADERS, **(headers or {})}
    )
