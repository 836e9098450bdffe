"""Words of an error: what it says, without secrets, within a time, in a form that can be kept."""

from pydantic import ValidationError

from workflows.complaints import all_complaints
from workflows.engine.declare import author_threads
from workflows.engine.text.canonical_json import printable
from workflows.redaction import redacted

_WORDS_WITHIN = 5.0
"""Seconds that an error has to say what it is."""


def words_of(error: BaseException) -> str:
    """What an error says, without secrets and in a form that can be kept; its type's name where it says nothing.

    An author's error says it by the author's code, which may do anything but that.
    """
    try:
        if isinstance(error, ValidationError):
            said = f"{error.title}: {all_complaints(error)}"
        else:
            said = author_threads.run(lambda: str(error), what="the words of an error", seconds=_WORDS_WITHIN)
    except Exception:  # noqa: BLE001  # an error without words is no reason to lose the case
        said = ""
    return printable(redacted(said)) or type(error).__name__
