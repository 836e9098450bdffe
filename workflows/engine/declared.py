"""What a declaration is made of: who reviews, how far it may go alone, what it may cost, its rules and its effects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Generic, Literal, Protocol, TypeVar, get_args

from pydantic import BaseModel, JsonValue

from workflows.engine.errors import BadDeclaration
from workflows.engine.proposal import OutputT, Proposal

SECOND_OPINION = 0.15
"""The probability below which the local model's opinion is a doubt, where a workflow says nothing of it."""
Does = Literal["retrieve", "recommend", "draft", "route", "execute"]
"""What a step or a delivery does in the world.

Look something up; suggest; prepare what is not in force yet; hand it to a queue or to people; change anything else.
"""
DOES: tuple[Does, ...] = get_args(Does)
UNDECIDED: frozenset[Does] = frozenset({"retrieve", "recommend", "draft"})
"""What may be done before anything is decided."""
MAX_WORDS = 200
"""Characters of the words for one thing that a workflow may do."""
InputT = TypeVar("InputT", bound=BaseModel)
SubjectT = TypeVar("SubjectT")


@dataclass(frozen=True, kw_only=True)
class TimeLimits:
    """How long a workflow's own code may take, in seconds. What does not return by then is given up."""

    code: float = 600.0
    """A proposal, a delivery, and each step that declares no time-out of its own."""
    rule: float = 10.0
    """A never, a check, the scope, a key, a form's validators, a text."""

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for a limit that lets nothing through."""
        if not (self.code > 0 and self.rule > 0):
            raise BadDeclaration(f"a limit of time is more than 0 seconds, not {min(self.code, self.rule):g}")


@dataclass(frozen=True, kw_only=True)
class Review:
    """How people are asked."""

    post_to: str | None = None
    """The channel where cards are shown. No right follows from being in it."""
    reviewers: str | Sequence[str] | None = None
    """User ids or a user group: who may decide. None: nobody but whoever works at the command line."""
    answer_within: timedelta = timedelta(hours=8)
    by_hand: timedelta | None = None
    """How long a person takes for such a case without Countersign."""


@dataclass(frozen=True, kw_only=True)
class Autonomy:
    """What a workflow may resolve alone."""

    at_least: float | None = None
    """The confidence from which it may, above 0 and at most 1; None: never."""
    second_opinion: float | None = SECOND_OPINION
    """Where the local model, which learned from the examples, gives what another one proposed less than this
    probability, a person decides. 0 to 1; None: it has no say.
    """
    needs_second: bool = False
    """Does a person decide, too, where the local model can say nothing, as without examples?"""

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for a number that is no floor or no probability."""
        if self.at_least is not None and not 0 < self.at_least <= 1:
            raise BadDeclaration(f"a floor is above 0 and at most 1, not {self.at_least}")
        if self.second_opinion is not None and not 0 <= self.second_opinion <= 1:
            raise BadDeclaration(f"a second opinion counts below a number from 0 to 1, not {self.second_opinion}")
        if self.needs_second and self.second_opinion is None:
            raise BadDeclaration("a second opinion is needed, and has no say: give second_opinion a number")

    @classmethod
    def draft(cls) -> "Autonomy":
        """Everything goes to a person."""
        return cls()

    @classmethod
    def floor(
        cls, confidence: float, *, second_opinion: float | None = SECOND_OPINION, needs_second: bool = False
    ) -> "Autonomy":
        """Cases whose every field is at least this sure (above 0, at most 1) are resolved alone.

        `second_opinion`, `needs_second`: what the local model has to say to it. Raise `BadDeclaration` for any other
        number.
        """
        return cls(at_least=confidence, second_opinion=second_opinion, needs_second=needs_second)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What the model may cost, in US dollars. What would go over it is not asked; a person gets the case then."""

    per_case: Decimal | str = Decimal("0.10")
    """For all runs of a case together."""
    per_day: Decimal | str = Decimal("10")
    """For all cases of one day, in the workflow's time zone."""

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for what is no amount of money."""
        for name in ("per_case", "per_day"):
            given = getattr(self, name)
            try:
                amount = Decimal(given)
            except (InvalidOperation, TypeError, ValueError):
                raise BadDeclaration(f"a budget is an amount of US dollars such as '0.05', not {given!r}") from None
            if isinstance(given, float) or not amount.is_finite() or amount < 0:
                raise BadDeclaration(f"a budget is an amount of US dollars such as '0.05', not {given!r}")
            object.__setattr__(self, name, amount)


@dataclass(frozen=True, kw_only=True)
class Run(Generic[InputT]):
    """What a delivery may know of the run it is for."""

    id: int
    case: int
    input: InputT
    key: str
    """The idempotency key: the same for every attempt at this delivery, another for each correction."""
    by: str
    """Who resolved it: a person's id, or `alone`."""


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """A person rejected what was proposed and closed the case."""

    reason: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Example:
    """An input with its right answer, or the part of it that is known."""

    input: Mapping[str, JsonValue]
    output: Mapping[str, JsonValue]


@dataclass(frozen=True, kw_only=True)
class Never(Generic[InputT, OutputT]):
    """A rule that no confidence passes."""

    sentence: str
    broken: Callable[[InputT, OutputT], bool]
    on_edit: Literal["confirm", "bar"]


@dataclass(frozen=True, kw_only=True)
class Check(Generic[InputT, OutputT]):
    """Something that holds where a proposal is right; where it does not, its confidence is capped."""

    sentence: str
    holds: Callable[[InputT, OutputT], bool]
    fields: tuple[str, ...]
    """The fields whose confidence is capped."""
    cap: float


@dataclass(frozen=True, kw_only=True)
class Effect(Generic[SubjectT, InputT]):
    """How an answer, or the news of a rejection, reaches the system of record."""

    apply: Callable[[SubjectT, Run[InputT]], str]
    idempotent: bool
    target: str | None = None
    """The system that it reaches, as people call it; None: it has no name of its own."""
    does: tuple[Does, ...] = ("execute",)


class Ask(Protocol[OutputT]):
    """Asks the model of this run. Journaled like a step."""

    def __call__(self, **data: object) -> Proposal[OutputT]:
        """Ask with what the model may know of the case, by name; all of it is treated as untrusted text.

        Raise `NoProposal` where the model gave nothing usable; left alone, a person gets the case with an empty form.
        """
        ...


def does_in(whose: str, given: Does | Sequence[Does]) -> tuple[Does, ...]:
    """What is done, of what an author wrote. Raise `BadDeclaration` for nothing, or for what there is no word for."""
    done = (given,) if isinstance(given, str) else tuple(given)
    unknown = [one for one in done if one not in DOES]
    if unknown or not done:
        said = ", ".join(repr(one) for one in unknown) or "nothing"
        raise BadDeclaration(f"{whose} does {said}; what can be done is {', '.join(DOES)}")
    return done


def may_in(whose: str, given: Mapping[Does, str]) -> dict[Does, str]:
    """What may be done, with its words. Raise `BadDeclaration` for another form, or words that cannot be shown."""
    if not isinstance(given, Mapping):
        raise BadDeclaration(
            f'{whose}: may gives what it may do its words, such as {{"route": "choose a queue"}}, of {", ".join(DOES)}'
        )
    for one, words in given.items():
        does_in(f"{whose}: may", one)
        if not (type(words) is str and words.strip() and words.isprintable() and len(words) <= MAX_WORDS):
            raise BadDeclaration(f"{whose}: the words of may for {one} are 1 to {MAX_WORDS} printable characters")
    return dict(given)
