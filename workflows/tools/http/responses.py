"""The answers of another system: whether the request was done, and the content, read in the agreed form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from workflows.errors import CountersignError, NotAllowed, NotConfirmed, NotDone, OutcomeUnknown, OutputBroken, TryAgain
from workflows.redaction import SECRET, redacted, without
from workflows.retry_after import seconds_asked
from workflows.tools import calls
from workflows.tools.contracts import complaint

FormT = TypeVar("FormT")

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DONE_PERHAPS = frozenset({301, 302, 303})
"""Redirects that are also sent after something was done."""
_NOT_NOW = frozenset({425, 429})
"""Statuses for a request that was not done: the server avoids a repetition (RFC 8470), or we ask too often (RFC
6585).
"""
_TOO_LATE = 408
"""The status of a server that did not wait for the whole request. A proxy before it may have passed all of it on."""
_SHOWN = 300
"""Characters of a refusal that are shown."""
_LOOKED_THROUGH = 2_000
"""Characters of a refusal that are searched for secrets."""
_SHORTEST = 4
"""Characters of the shortest secret that is searched for."""
_ECHO = 6
"""Characters in a row that a refusal must share with a secret before they are masked."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer, with any content."""

    source: str
    """Name of the system that answered, for messages."""
    status: int
    headers: Mapping[str, str]
    """By their names in small letters."""
    content: bytes

    def read(self, form: type[FormT]) -> FormT:
        """Return the JSON content as a pydantic model or any other type that pydantic reads.

        Raise `OutputBroken` where it has another form, for example a missing, renamed or differently written field.
        """
        agreed = TypeAdapter(form)
        try:
            return agreed.validate_json(self.content)
        except ValidationError as error:
            found = complaint(error, lambda: from_json(self.content), lambda part: agreed.validate_json(to_json(part)))
            broken = OutputBroken(f"{self.source} answers in another form than agreed: {found}")
            broken.dependency = self.source
            calls.broke(self.source, type(broken).__name__)
            raise broken from None


class Asked(StrEnum):
    """The kind of a request, which decides about an unknown outcome."""

    QUESTION = "question"
    """It changes nothing, and may be sent any number of times."""
    UNDER_KEY = "under_key"
    """It changes something, and only once under its key."""
    ONCE = "once"
    """It changes something each time."""


def understood(answer: Answer, *, asked: Asked, secrets: Iterable[str]) -> Answer:
    """Return the answer if the request was done. Raise the errors in the table of `workflows.tools.http.clients` where
    not.

    `secrets`: texts that are masked in the other side's words before they are shown.
    """
    who, status = answer.source, answer.status
    if 200 <= status < 300:
        return answer
    said, date = answer.headers.get("retry-after", ""), answer.headers.get("date", "")
    after = seconds_asked(said, date=date, now=datetime.now(UTC))
    if status in _NOT_NOW:
        raise TryAgain(f"{who} does not take it now ({status})", after=after)
    if status == 401:
        raise NotAllowed(f"{who} does not accept the token (401)")
    if status in REDIRECTS:
        words = f"{who} redirects ({status}), which is not followed"
        raise NotDone(words) if status not in _DONE_PERHAPS or asked is Asked.QUESTION else unsure(words, asked=asked)
    if 400 <= status < 500 and status != _TOO_LATE:
        raise NotDone(f"{who} refused it ({status}): {_shown(answer.content, secrets)}")
    state = "is out of service" if status in (_TOO_LATE, 503) else "failed"
    raise unsure(f"{who} {state} ({status})", asked=asked, after=after)


def unsure(message: str, *, asked: Asked, after: float | None = None) -> CountersignError:
    """Return the error for a request that may have been done or not. A question changes nothing, so it can be tried
    again.

    `after`: seconds that the other system asked to wait.
    """
    if asked is Asked.QUESTION:
        return TryAgain(message, after=after)
    return (NotConfirmed if asked is Asked.UNDER_KEY else OutcomeUnknown)(message, after=after)


def _shown(content: bytes, secrets: Iterable[str]) -> str:
    """Return the beginning of the other side's words, on one line."""
    text = content[: 4 * _LOOKED_THROUGH].decode("utf-8", "replace")[:_LOOKED_THROUGH]
    text = redacted(without(text, secrets, mask=SECRET, run=_ECHO, least=_SHORTEST))
    return "".join(char if char.isprintable() else " " for char in text[:_SHOWN]).strip()
