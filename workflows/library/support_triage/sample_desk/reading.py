"""The reading of requests to the desk; the general part is in `sample_server.reading`."""

import re
from collections.abc import Mapping

from workflows.library.sample_server.reading import Refused, only, read_reason, text, word

from .changes import Priority, Queue, Rejection, Triage


def read_triage(body: Mapping[str, object]) -> Triage:
    """Return the booking in a body. Raise `Refused` (400)."""
    only(body, {"queue", "priority", "reply"})
    return Triage(
        queue=word(body, "queue", Queue), priority=word(body, "priority", Priority), reply=text(body, "reply")
    )


def read_rejection(body: Mapping[str, object]) -> Rejection:
    """Return the booking in a body. Raise `Refused` (400)."""
    return Rejection(reason=read_reason(body))


def read_question(body: Mapping[str, object]) -> str:
    """Return the question in a body. Raise `Refused` (400)."""
    only(body, {"question"})
    question = text(body, "question")
    if not question.strip():
        raise Refused(400, "invalid_question", "A question needs its words.")
    return question


def read_ticket_id(text: str) -> int:
    """Return the booking in a body. Raise `Refused` (400)."""
    # Any number of 18 digits fits an SQLite integer.
    if not re.fullmatch(r"[1-9][0-9]{0,17}", text):
        raise Refused(400, "invalid_ticket", "A ticket id is a whole number above 0, with at most 18 digits.")
    return int(text)


def read_customer_id(text: str) -> str:
    """Return the booking in a body. Raise `Refused` (400)."""
    if not (text.isprintable() and len(text) <= 200):
        raise Refused(400, "invalid_customer", "A customer id is at most 200 printable characters.")
    return text
