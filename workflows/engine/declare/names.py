"""Names of people and user groups, as an author or an operator writes them. Pure.

A name is an id as its face has it. Slack's ids say by their first letter what they are. Where a face's ids do not, a
group is written as `group:ID`.
"""

import re
from collections.abc import Iterable, Sequence

GROUP = "group:"
"""The mark of a group where its id does not say what it is."""
_PERSON = re.compile("[UW][A-Z0-9]+")
"""Ids of people to whom a direct message can be sent."""


def is_group(written: str) -> bool:
    """Tell whether a name is that of a user group."""
    return written.startswith((GROUP, "S"))


def names_in(written: str | Iterable[str] | None) -> Sequence[str]:
    """Return the names in a declaration or a setting; what is empty names nobody."""
    names = (written,) if isinstance(written, str) else written or ()
    return tuple(name for name in names if name)


def only_persons_in(written: str | Iterable[str] | None) -> Sequence[str] | None:
    """Return the people who are named; None where a group is, whose members are not known here."""
    return None if any(map(is_group, names_in(written))) else names_in(written)


def persons_in(written: str | Iterable[str] | None) -> Sequence[str]:
    """Return the people who are named themselves, and not by a group."""
    return tuple(name for name in names_in(written) if not is_group(name))


def can_be_written_to(person: str | None) -> bool:
    """Tell whether a direct message can be sent to somebody. Whoever acts at the command line gets none."""
    return person is not None and _PERSON.fullmatch(person) is not None
