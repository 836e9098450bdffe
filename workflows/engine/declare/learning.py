"""A workflow's own part in what is learned from people: what counts as the same, what is recalled, how versions go
live.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from pydantic import BaseModel

from workflows.engine.declare.documents import DocumentRules
from workflows.engine.declare.proposal import InputT, OutputT
from workflows.engine.errors import BadDeclaration

MOST_RECALLED = 10
"""Most past decisions that are told with a case."""
MOST_PROBES = 50
"""Most examples that a live version is asked each day."""
RolloutWay = Literal["shadow", "share", "at once"]
SameT = TypeVar("SameT", bound=Callable[[Any, Any], bool])  # Any: the field's own type


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """The way in which a new version takes the place of the live one, after it was signed."""

    way: RolloutWay = "shadow"
    """shadow: it is asked beside the live version and not used, until people's decisions show that it is no worse;
    share: it is used for a share of the cases first; at once: it is live when it is signed, and watched.
    """
    share: float = 0.2
    """Share of the cases, above 0 and at most 1, for which it is asked beside the live version, or used."""
    margin: float = 0.03
    """Share of errors, above 0 and below 1, by which it may be worse than the live version and still take its place."""
    sure: float = 0.9
    """Certainty, from 0.5 and below 1, with which it is called worse, or no worse."""
    signatures: int = 1
    """Persons who have to sign, 1 or 2: the owner or their backup, and for 2 another one who may sign or an engineer.
    """
    probes: int = 10
    """Examples, 0 to 50, which the live version of a paid model is asked each day, to see whether its model answers
    otherwise. 0: none. They are chosen when it goes live.
    """

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for a value outside its range."""
        if self.way not in get_args(RolloutWay):
            raise BadDeclaration(
                f"the way of a rollout has to be one of {', '.join(get_args(RolloutWay))}, not {self.way!r:.50}"
            )
        if not 0 < self.share <= 1:
            raise BadDeclaration(f"the share of a rollout is above 0 and at most 1, not {self.share}")
        if not 0 < self.margin < 1:
            raise BadDeclaration(f"the margin of a rollout is above 0 and below 1, not {self.margin}")
        if not 0.5 <= self.sure < 1:
            raise BadDeclaration(f"a rollout is sure from 0.5 and below 1, not {self.sure}")
        if self.signatures not in (1, 2):
            raise BadDeclaration(f"a rollout has 1 or 2 signatures, not {self.signatures}")
        if type(self.probes) is not int or not 0 <= self.probes <= MOST_PROBES:
            raise BadDeclaration(f"a rollout has from 0 to {MOST_PROBES} probes, not {self.probes!r:.50}")


class LearningRules(DocumentRules[InputT, OutputT]):
    """The rules of a workflow about what is learned from people."""

    name: str
    output: type[OutputT]
    recall: int
    """Past decisions that are told with a case; 0: none."""
    rollout: Rollout
    sames: dict[str, Callable[[Any, Any], bool]]
    """Output field -> the function that tells whether two values of it are the same to the business. Any: the field's
    own type.
    """

    def _begin_learning(self, recall: int, rollout: Rollout | None) -> None:
        """Begin without rules. Raise `BadDeclaration` for a number that is none."""
        if type(recall) is not int or not 0 <= recall <= MOST_RECALLED:
            raise BadDeclaration(f"workflow {self.name}: recall is a number from 0 to {MOST_RECALLED}, not {recall!r}")
        self.recall = recall
        self.rollout = rollout or Rollout()
        self.sames = {}

    def same(self, *fields: str) -> Callable[[SameT], SameT]:
        """Register the function that tells whether two values of these fields are the same to the business.

        It is called with what was proposed and what a person decided: a reply that is only worded otherwise is no
        error. Left out, values are the same if they are equal. Raise `BadDeclaration` for a field that is none, or a
        second function.
        """
        given: tuple[object, ...] = fields
        if not given or any(not isinstance(field, str) for field in given):
            raise BadDeclaration(f'workflow {self.name}: same names its fields, such as same("reply")')
        form: type[BaseModel] = self.output
        for field in fields:
            if field not in form.model_fields:
                raise BadDeclaration(f"workflow {self.name}: same of {field}, which is not a field of the output")
            if field in self.sames:
                raise BadDeclaration(f"workflow {self.name}: same of {field} is declared twice")

        def register(function: SameT) -> SameT:
            self.sames |= dict.fromkeys(fields, function)
            return function

        return register
