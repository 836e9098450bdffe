"""Names of those who have a right: a person or a user group, told apart once, where the name is read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workflows.engine.declare.names import GROUP, is_group, names_in


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
    kind = WhoKind.GROUP if is_group(written) else WhoKind.PERSON
    return Who(kind=kind, id=written.removeprefix(GROUP))


def named(written: str | Iterable[str] | None) -> Sequence[Who]:
    """Read the names of those who have a right; what is empty names nobody."""
    return tuple(who(name) for name in names_in(written))


def is_named(group: str, written: str | Iterable[str] | None) -> bool:
    """Tell whether this user group is among those who are named."""
    return Who(kind=WhoKind.GROUP, id=group) in named(written)
