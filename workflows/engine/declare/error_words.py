"""The words of an error, without secrets, within a time limit, and in a form that can be kept."""

from pydantic import ValidationError

from workflows.complaints import all_complaints
from workflows.engine.declare.calls import author_threads
from workflows.engine.text.canonical_json import printable
from workflows.redaction import redacted

_WORDS_WITHIN = 5.0
"""Seconds that an error has to return its message."""


def words_of(error: BaseException) -> str:
    """Return the message of an error without secrets and in a form that can be kept, or the name of its type.

    The message of an author's error comes from the author's code, which may hang or raise.
    """
    try:
        if isinstance(error, ValidationError):
            said = f"{error.title}: {all_complaints(error)}"
        else:
            said = author_threads.run(lambda: str(error), what="the words of an error", seconds=_WORDS_WITHIN)
    except Exception:  # noqa: BLE001  # an error without words is no reason to lose the case
        said = ""
    return printable(redacted(said)) or type(error).__name__
