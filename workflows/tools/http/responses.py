"""What another system answered: whether it was done, and what it says, read by the form that was agreed."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from workflows.errors import CountersignError, NotAllowed, NotConfirmed, NotDone, OutcomeUnknown, OutputBroken, TryAgain
from workflows.redaction import SECRET, redacted, without
from workflows.tools.contracts import complaint

FormT = TypeVar("FormT")

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DONE_PERHAPS = frozenset({301, 302, 303})
"""Redirects that are also given after something was done."""
_NOT_NOW = frozenset({425, 429})
"""Nothing was done: it would not risk a repetition (RFC 8470), or we ask too often (RFC 6585)."""
_TOO_LATE = 408
"""It did not wait for the whole of what was sent, or so it says: what stands before it may have passed all of it on."""
_SHOWN = 300
"""Characters of a refusal that are shown."""
_LOOKED_THROUGH = 2_000
"""Characters of a refusal that are looked through for secrets."""
_SHORTEST = 4
"""Characters of the shortest secret that is looked for."""
_ECHO = 6
"""Characters that a refusal has to have in common with a secret to be a part of it."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer, whatever it says."""

    source: str
    """Who answered, as it is called in messages."""
    status: int
    headers: Mapping[str, str]
    """By their names in small letters."""
    content: bytes

    def read(self, form: type[FormT]) -> FormT:
        """The content, JSON, as a pydantic model or any type that pydantic reads.

        Raise `OutputBroken` where it is of another form: a field that is missing, renamed, or written in another way.
        """
        agreed = TypeAdapter(form)
        try:
            return agreed.validate_json(self.content)
        except ValidationError as error:
            found = complaint(error, lambda: from_json(self.content), lambda part: agreed.validate_json(to_json(part)))
            raise OutputBroken(f"{self.source} answers in another form than agreed: {found}") from None


class Asked(StrEnum):
    """What a request is, where nobody knows what came of it."""

    QUESTION = "question"
    """It has nothing done: it may be asked as often as one likes."""
    UNDER_KEY = "under_key"
    """It has something done, and only once under its key."""
    ONCE = "once"
    """It has something done each time."""


def understood(answer: Answer, *, asked: Asked, secrets: Iterable[str]) -> Answer:
    """The answer, if it says that it was done. Raise what `workflows.tools.http` tells of, where it does not.

    `secrets`: what is taken out of the other side's words before they are shown.
    """
    who, status = answer.source, answer.status
    if 200 <= status < 300:
        return answer
    after = _retry_after(answer.headers)
    if status in _NOT_NOW:
        raise TryAgain(f"{who} does not take it now ({status})", after=after)
    if status == 401:
        raise NotAllowed(f"{who} does not know us (401)")
    if status in REDIRECTS:
        words = f"{who} sends us elsewhere ({status}), which is not followed"
        raise NotDone(words) if status not in _DONE_PERHAPS or asked is Asked.QUESTION else unsure(words, asked=asked)
    if 400 <= status < 500 and status != _TOO_LATE:
        raise NotDone(f"{who} refused it ({status}): {_shown(answer.content, secrets)}")
    said = "is out of service" if status in (_TOO_LATE, 503) else "failed"
    raise unsure(f"{who} {said} ({status})", asked=asked, after=after)


def unsure(message: str, *, asked: Asked, after: float | None = None) -> CountersignError:
    """The error for what may have been done or not. Of a question there is nothing to be unsure about.

    `after`: seconds that the other system asked to wait.
    """
    if asked is Asked.QUESTION:
        return TryAgain(message, after=after)
    return (NotConfirmed if asked is Asked.UNDER_KEY else OutcomeUnknown)(message, after=after)


def _shown(content: bytes, secrets: Iterable[str]) -> str:
    """The beginning of what the other side says, in one line."""
    text = content[: 4 * _LOOKED_THROUGH].decode("utf-8", "replace")[:_LOOKED_THROUGH]
    text = redacted(without(text, secrets, mask=SECRET, run=_ECHO, least=_SHORTEST))
    return "".join(char if char.isprintable() else " " for char in text[:_SHOWN]).strip()


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a `Retry-After` asks for, as a number or a date; None where it says neither."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return float(said)
    try:
        return max(parsedate_to_datetime(said).timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return None
