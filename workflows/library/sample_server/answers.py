"""The JSON that a sample server answers with: facts, or one error of one shape."""

from collections.abc import Mapping

from starlette.responses import JSONResponse

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def facts(content: Mapping[str, object]) -> JSONResponse:
    """A 200."""
    return JSONResponse(content, headers=HEADERS)


def error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error: a code for programs, a plain sentence for people."""
    return JSONResponse(
        {"error": {"code": code, "message": message}}, status_code=status, headers={**HEADERS, **(headers or {})}
    )
