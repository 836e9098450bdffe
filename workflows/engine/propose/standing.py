"""Standing of a version whose autonomy is earned: what its evidence lets it do now, as the policy needs it.

A run reads it when it is loaded, and once more in the transaction that resolves it alone: what was taken back in the
meantime is not used (docs/decisions/0096).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from store.learning import epochs
from store.states import Level
from workflows.engine.context import Context
from workflows.engine.declare.autonomy import Autonomy
from workflows.engine.propose.policy import Facts
from workflows.engine.propose.proposer import AnyProposal
from workflows.engine.reasons import Code, Reason

GOES = frozenset({Level.VETO, Level.GUARDED})
"""Levels at which a case may be delivered without a person's decision."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The reach of a deployed version as its open epoch has it now."""

    id: int
    """Of the epoch."""
    number: int
    """Of the epoch within its workflow, from 1."""
    change: int
    """Raised by each change of level, floor or hold."""
    level: Level
    floor: float | None
    """Lowest score that may go without a person's decision; None: nothing may."""
    probability: float
    """Probability with which what goes alone now is looked at, 0 to 1."""
    least: float
    """Smallest probability with which any case is looked at now, 0 to 1."""
    held: str | None
    """Code of why nothing goes alone for now; None where nothing is in the way."""
    promise: tuple[float, float]
    """The promise of the epoch: the share that may be wrong, and the certainty of it."""
    let_at: datetime | None
    """Time when it was last let, or taken back; None where it never was."""

    @property
    def goes_from(self) -> float | None:
        """The lowest score at which a case goes without a person's decision now; None: none does."""
        return self.floor if self.level in GOES and self.held is None else None

    @property
    def against(self) -> Reason | None:
        """The reason why no case goes without a person's decision now; None where some do."""
        if self.goes_from is not None:
            return None
        if self.level is Level.SHADOW:
            return Reason(code=Code.SHADOW)
        if self.level in GOES and self.held is not None:
            return Reason(code=Code.HELD_BACK, said=self.held)
        return Reason(code=Code.NOT_EARNED)


def standing_of(session: Session, deployment: int | None, *, team: int, held: bool = False) -> Standing | None:
    """Return the standing of a deployment; None without a deployment or an open epoch of it.

    `held`: it stays so until the transaction ends.
    """
    line = epochs.standing(session, deployment, team=team, held=held) if deployment is not None else None
    if line is None:
        return None
    return Standing(
        id=line.id,
        number=line.number,
        change=line.change,
        level=line.level,
        floor=line.floor,
        probability=line.probability,
        least=line.least,
        held=line.held,
        promise=(line.wrong, line.sure),
        let_at=line.allowed_at,
    )


def standing_under(
    session: Session, context: Context, deployment: int | None, autonomy: Autonomy, *, held: bool = False
) -> Standing | None:
    """Return the standing of a deployment like `standing_of`, as it may be used now: where nothing is announced any
    more, or another promise is made, people decide what was to go. So do they after a restore from a backup, which may
    not know that it was taken back since.
    """
    now, restored_at = standing_of(session, deployment, team=context.team, held=held), context.restores.at
    if now is None or now.level not in GOES:
        return now
    is_unheard = now.level is Level.VETO and autonomy.veto is None
    is_other = now.promise != (autonomy.wrong, autonomy.sure)
    is_older = restored_at is not None and (now.let_at is None or now.let_at <= restored_at)
    return replace(now, level=Level.DRAFT) if is_unheard or is_other or is_older else now


def with_standing(facts: Facts, standing: Standing | None, proposal: AnyProposal | None) -> Facts:
    """Return the facts about a proposal of a workflow whose autonomy is earned, with the floor that holds now."""
    if standing is None:
        return replace(facts, floor=None, unearned=Reason(code=Code.NO_EPOCH))
    if proposal is not None and proposal.sample:
        return replace(facts, floor=None, unearned=Reason(code=Code.SAMPLE))
    return replace(facts, floor=standing.goes_from, unearned=standing.against)
