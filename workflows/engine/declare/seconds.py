"""Second persons: who else has to approve what a first person decided, and above which limit. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic

from workflows.engine.declare.proposal import InputT, OutputT
from workflows.engine.errors import BadDeclaration

MOST = 5
"""Most second persons of a workflow."""
_LONGEST = 100
"""Most characters of a limit in words."""


@dataclass(frozen=True, kw_only=True)
class Second(Generic[InputT, OutputT]):
    """A second person, who approves after the first and is somebody else."""

    when: Callable[[InputT, OutputT], bool] | None = None
    """The limit: true where this person is needed for the values to be delivered. None: always."""
    sentence: str = ""
    """The limit as people would say it, such as "more than 5,000 euros"."""
    by: str | Sequence[str] | None = None
    """User ids or a user group: the people who may be this person. None: the reviewers."""

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for words that cannot be shown, or for nobody."""
        if len(self.sentence) > _LONGEST or not (self.sentence == "" or self.sentence.isprintable()):
            raise BadDeclaration(f"the sentence of a second person has at most {_LONGEST} printable characters")
        if self.by is not None and not (self.by if isinstance(self.by, str) else [name for name in self.by if name]):
            raise BadDeclaration("a second person needs a user id or a group; leave `by` out for the reviewers")
