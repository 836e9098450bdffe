"""Read models of corrected inputs. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from store.states import RunState

AT_REST = frozenset({RunState.FAILED, RunState.PARKED, RunState.WAITING, RunState.CLOSED})
"""States of a case's newest run in which nothing is under way, so that its input may be put right."""

MOST_SAID = 300
"""Characters of a reason."""


@dataclass(frozen=True, kw_only=True)
class InputView:
    """The input of a case, to be put right."""

    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    case: int
    key: str
    run: int
    """The newest run."""
    moves: int
    """Number of moves of the case's runs so far: it is the same as long as nothing became of the case."""
    workflow: str
    subject: str
    """The case in one line."""
    text: str
    """The case as plain text."""
    values: Mapping[str, str]
    """Field -> the present value, as text in the form."""


@dataclass(frozen=True, kw_only=True)
class InputChange:
    """A field of an input that differs, both values as people write them."""

    name: str
    label: str
    before: str
    now: str


@dataclass(frozen=True, kw_only=True)
class CorrectedInput:
    """A revision that a person began by putting the input right."""

    case: int
    revision: int
    by: str
    at: datetime
    reason: str
    changes: Sequence[InputChange]


@dataclass(frozen=True, kw_only=True)
class CorrectedRerun:
    """A case that runs again with a corrected input, or would."""

    corrected: CorrectedInput
    run: int
    withdraws: bool
    """True: a review that was open is withdrawn."""
    drops_decision: bool
    """True: the case was decided, about the earlier input, and is decided anew."""
    rejection_was_told: bool
    """True: the other system was told of a rejection, which stands there."""
    is_paused: bool = False
    """True: its workflow is paused, so no model is asked."""


@dataclass(frozen=True, kw_only=True)
class RunAgainNote:
    """A rerun that a person began, as a channel may be told of it."""

    case: int
    key: str
    by: str
    by_itself: bool
    """True if no person did."""
    from_step: str
    corrected: CorrectedInput | None
    """The input that was put right; None where it runs again as it is."""
