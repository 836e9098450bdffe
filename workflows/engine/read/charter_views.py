"""Read models of a workflow's charter, frozen, the same for every face."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from workflows.engine.declare.workflow import Does
from workflows.engine.pauses import Pause


@dataclass(frozen=True, kw_only=True)
class SecondPerson:
    """A further person who approves."""

    sentence: str
    """The limit above which they are needed, in the author's words; may be empty."""
    always: bool
    """True if they are always needed."""
    by: Sequence[str]
    """Ids of people and groups; empty: the reviewers."""


@dataclass(frozen=True, kw_only=True)
class CharterView:
    """A workflow as its charter says it. Names of people and groups are ids, as their face has them."""

    workflow: str
    decision: str
    owner: str
    may: Sequence[str]
    """The author's words for what it may do."""
    does: Sequence[Does]
    """The effects that it may have, where the author said no words for them."""
    nevers: Sequence[str]
    at_least: float | None
    """Least confidence in each field at which it goes alone, from 0 to 1; None: it never does."""
    second_opinion: float | None
    """Probability below which the local model's opinion sends a case to a person; None: it is not asked."""
    spot_checks: float
    """Share of what goes alone that a person looks at afterwards, from 0 to 1."""
    is_scoped: bool
    """True if some cases are outside of what it was made for."""
    pause: Pause | None
    per_case: Decimal
    per_day: Decimal
    """US dollars."""
    zone: str
    """Whose days these are."""
    reviewers: Sequence[str]
    """Empty: nobody but an operator may decide."""
    answer_within: timedelta
    seconds: Sequence[SecondPerson]
    grace: timedelta
    self_approval: bool
    can_ask: bool
    """True if the source of a case can be asked."""
