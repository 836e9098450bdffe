"""The possible outcomes of one request to a model, and their consequences: one table, for every vendor.

| Outcome | Asked again | Breaker | Another model may be asked |
|---|---|---|---|
| answered | no | closes | |
| transient: no connection, a time-out, overload | after a backoff | a question that ends so counts | yes |
| throttled: a rate limit | after a backoff | a question that ends so counts | yes |
| broken: a reply that is no message | a few times | a question that ends so counts | yes |
| garbage: a message that is no answer | a few times, told what was wrong | closes | no |
| truncated: cut off at max_tokens | with more tokens | closes | no |
| too long: the case does not fit | no | closes | no |
| refused | no | closes | no |
| spent: a spend limit or a bill | no | opens at once | no: it is the same account |
| locked out: the key, the organisation | no | opens at once | no: it is the same key |
| retired: no such model | no; the workflow is paused | closes | no: somebody has to choose |
| unfit: its form or its prompt is not taken | no; the workflow is paused | closes | no: somebody has to fix it |
| invalid: not understood | no; several in a row are unfit | closes: others' requests are sound | no |
| unaffordable: over a budget, never sent | no | | yes, a cheaper one |
| not asked: the breaker is open, or no slot is free; never sent | no | | yes |

Each vendor's folder turns its error types into outcomes, for Anthropic in `vendors/anthropic/verdicts.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workflows.model.port import NoAnswer


class Outcome(StrEnum):
    """The outcome of one request."""

    ANSWERED = "answered"
    TRANSIENT = "transient"
    THROTTLED = "throttled"
    BROKEN = "broken"
    GARBAGE = "garbage"
    TRUNCATED = "truncated"
    TOO_LONG = "too_long"
    REFUSED = "refused"
    DOCUMENT = "document"
    """A document of the case cannot be given to the model, or the provider cannot read it."""
    SPENT = "spent"
    LOCKED_OUT = "locked_out"
    RETIRED = "retired"
    UNFIT = "unfit"
    INVALID = "invalid"
    UNAFFORDABLE = "unaffordable"
    NOT_ASKED = "not_asked"
    GIVEN_AGAIN = "given_again"
    """No request was sent: the same question was answered before."""


class Again(StrEnum):
    """The next try at a question."""

    AFTER_BACKOFF = "after a backoff"
    A_FEW_TIMES = "a few times"
    """With the error in the answer, where it is known."""
    WITH_MORE_TOKENS = "with more tokens"


class Breaker(StrEnum):
    """The meaning of an outcome for the breaker of the model."""

    CLOSES = "closes"
    """The model works."""
    COUNTS = "counts"
    """The model may be down: several questions in a row that end so open the breaker."""
    OPENS = "opens"
    """The model will answer no question."""
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Follows:
    """The consequences of an outcome."""

    again: Again | None = None
    breaker: Breaker = Breaker.CLOSES
    elsewhere: bool = False
    """True if another model may be asked."""
    no_answer: NoAnswer | None = None
    """Reason that a person is told where no better one follows; None: it is an answer."""


_O, _N = Outcome, NoAnswer
FOLLOWS: Mapping[Outcome, Follows] = {
    _O.ANSWERED: Follows(),
    _O.GIVEN_AGAIN: Follows(breaker=Breaker.NOTHING),
    _O.TRANSIENT: Follows(again=Again.AFTER_BACKOFF, breaker=Breaker.COUNTS, elsewhere=True, no_answer=_N.UNAVAILABLE),
    _O.THROTTLED: Follows(again=Again.AFTER_BACKOFF, breaker=Breaker.COUNTS, elsewhere=True, no_answer=_N.UNAVAILABLE),
    _O.BROKEN: Follows(again=Again.A_FEW_TIMES, breaker=Breaker.COUNTS, elsewhere=True, no_answer=_N.GARBAGE),
    _O.GARBAGE: Follows(again=Again.A_FEW_TIMES, no_answer=_N.GARBAGE),
    _O.TRUNCATED: Follows(again=Again.WITH_MORE_TOKENS, no_answer=_N.TRUNCATED),
    _O.TOO_LONG: Follows(no_answer=_N.TRUNCATED),
    _O.REFUSED: Follows(no_answer=_N.REFUSED),
    _O.DOCUMENT: Follows(no_answer=_N.DOCUMENTS),
    _O.SPENT: Follows(breaker=Breaker.OPENS, no_answer=_N.ACCOUNT),
    _O.LOCKED_OUT: Follows(breaker=Breaker.OPENS, no_answer=_N.ACCOUNT),
    _O.RETIRED: Follows(no_answer=_N.RETIRED),
    _O.UNFIT: Follows(no_answer=_N.UNFIT),
    _O.INVALID: Follows(no_answer=_N.UNAVAILABLE),
    _O.UNAFFORDABLE: Follows(breaker=Breaker.NOTHING, elsewhere=True, no_answer=_N.OVER_BUDGET),
    _O.NOT_ASKED: Follows(breaker=Breaker.NOTHING, elsewhere=True, no_answer=_N.UNAVAILABLE),
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The outcome of one request, and the reason for it."""

    outcome: Outcome
    why: str = ""
    """A plain sentence for people; empty for an answer. It can hold the provider's own words."""
    retry_after: float | None = None
    """Seconds that the provider asks to wait."""
    may_cost: bool = False
    """True if the provider may charge for it, although it does not say how much."""

    @property
    def follows(self) -> Follows:
        """The consequences of the outcome."""
        return FOLLOWS[self.outcome]
