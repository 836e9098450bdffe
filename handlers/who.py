"""Names of those who have a right: a person or a user group, told apart once, where the name is read.

An author or an operator writes an id as its face has it. Slack's ids say by their first letter what they are. Where a
face's ids do not, a group is written as `group:ID`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

_MARK = "group:"


class WhoKind(StrEnum):
    """The kind of a name."""

    PERSON = "person"
    GROUP = "group"


@dataclass(frozen=True, kw_only=True)
class Who:
    """A person or a user group."""

    kind: WhoKind
    id: str
    """As its face has it."""


def who(written: str) -> Who:
    """Read a name as it is written in a declaration or a setting."""
    if written.startswith(_MARK):
        return Who(kind=WhoKind.GROUP, id=written.removeprefix(_MARK))
    return Who(kind=WhoKind.GROUP if written.startswith("S") else WhoKind.PERSON, id=written)


def named(written: str | Iterable[str] | None) -> Sequence[Who]:
    """Read the names of those who have a right; what is empty names nobody."""
    names = (written,) if isinstance(written, str) else written or ()
    return tuple(who(name) for name in names if name)


def is_named(group: str, written: str | Iterable[str] | None) -> bool:
    """Tell whether this user group is among those who are named."""
    return Who(kind=WhoKind.GROUP, id=group) in named(written)
