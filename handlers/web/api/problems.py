"""Problems as RFC 9457 has them: what was refused, why, and what to do. No value of a request is among them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from pydantic import JsonValue
from starlette.responses import Response

from workflows.complaints import pointer_to
from workflows.engine.text.canonical_json import canonical, printable
from workflows.excerpts import shortened
from workflows.redaction import redacted

CONTENT_TYPE = "application/problem+json"
URI = "urn:countersign:problem:"
"""Beginning of each type. What each means is in docs/api.md."""
MOST_ERRORS = 50
"""Errors that one problem lists."""
_MOST_SAID = 500
"""Characters of what is said of one field."""
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""Headers of each answer."""


class Kind(Enum):
    """Kinds of problems: the end of the type, the status and the title."""

    NOT_ACCEPTED = ("not-accepted", 401, "The key is not accepted")
    NOT_ALLOWED = ("not-allowed", 403, "This source may not do it")
    NOT_FOUND = ("not-found", 404, "There is no such thing for this key")
    NOT_OFFERED = ("not-offered", 405, "The method is not offered here")
    TOO_SLOW = ("too-slow", 408, "The request did not come in time")
    CONFLICT = ("conflict", 409, "The case has other content")
    FOREIGN = ("belongs-to-another-source", 409, "The case belongs to another source")
    REMOVED = ("content-removed", 409, "The content of the case was removed")
    NOT_POSSIBLE = ("not-possible", 409, "It is not possible as things stand")
    TOO_LARGE = ("too-large", 413, "The request is too large")
    NOT_JSON = ("not-json", 415, "The content is not plain JSON")
    NOT_MULTIPART = ("not-multipart", 415, "The content is no file in multipart/form-data")
    OTHER_KIND = ("other-kind-of-file", 415, "Files of this kind are not read")
    MALFORMED = ("malformed", 400, "The request cannot be read")
    MISFIT = ("does-not-fit", 422, "The values do not fit")
    NOT_READ = ("document-not-read", 422, "The document cannot be read")
    KEY_REUSED = ("idempotency-key-reused", 422, "The idempotency key belongs to another request")
    TOO_MANY = ("too-many-requests", 429, "Too many requests")
    FAILED = ("failed", 500, "It failed")
    FULL = ("queue-full", 503, "Too many cases wait for work")
    UNAVAILABLE = ("unavailable", 503, "It cannot be done now")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.type = URI + slug
        self.status = status
        self.title = title


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """An error of one field."""

    pointer: str
    """JSON pointer into the body (RFC 6901); empty for the whole."""
    detail: str


class Problem(Exception):
    """A request is refused."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, JsonValue] | None = None,
    ) -> None:
        """Keep what is told. `detail`: what was wrong and what to do. `more`: further members of the problem."""
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.more = more or {}
        super().__init__(detail)


def as_json(problem: Problem) -> dict[str, JsonValue]:
    """Return a problem as the object that is answered."""
    kind = problem.kind
    told: dict[str, JsonValue] = {"type": kind.type, "title": kind.title, "status": kind.status}
    told["detail"] = _said(problem.detail)
    if problem.errors:
        told["errors"] = [
            {"pointer": printable(error.pointer)[:_MOST_SAID], "detail": _said(error.detail)}
            for error in problem.errors[:MOST_ERRORS]
        ]
    return told | dict(problem.more)


def answer(problem: Problem) -> Response:
    """Return the answer that tells a problem."""
    return Response(
        canonical(as_json(problem)),
        problem.kind.status,
        headers={**HEADERS, **problem.headers},
        media_type=CONTENT_TYPE,
    )


def unavailable(detail: str, *, seconds: int = 2) -> Problem:
    """Return the problem of what may be tried again after some seconds."""
    return Problem(Kind.UNAVAILABLE, detail, headers={"Retry-After": str(seconds)})


def field_errors(errors: Mapping[str, str], *, sent: Mapping[str, JsonValue]) -> list[FieldError]:
    """Return errors by field with pointers into the body that was sent."""
    return [FieldError(pointer=pointer_to(field, sent), detail=said) for field, said in errors.items()]


def _said(text: str) -> str:
    """Return a text in the form in which it may leave: an author's message may hold what was sent."""
    return shortened(redacted(printable(text)), _MOST_SAID)
