"""Cases of an epoch: what is settled about a proposal before anybody can judge it.

A row is added in the very transaction that resolves the run or asks a person, so that no label can be older than it.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from store.learning import epochs
from workflows.engine.context import Context
from workflows.engine.propose.proposer import Proposed
from workflows.engine.propose.scores import OF_THE_FLOOR
from workflows.engine.propose.standing import Standing
from workflows.engine.reasons import Reason
from workflows.engine.run.work import Work


def keep(session: Session, context: Context, work: Work, proposed: Proposed, reasons: Sequence[Reason]) -> None:
    """Keep what is settled about a run that a person is asked about, where its proposal is evidence."""
    if work.standing is not None and is_evidence(work, proposed):
        _add(session, context, work, work.standing, score=score_of(proposed, reasons), alone=False)


def keep_alone(session: Session, context: Context, work: Work, proposed: Proposed) -> None:
    """Keep what is settled about a run that goes without a person's decision, by its standing."""
    assert work.standing is not None
    assert is_evidence(work, proposed), "a person decides what is no evidence"
    _add(session, context, work, work.standing, score=score_of(proposed, ()), alone=True)


def _add(session: Session, context: Context, work: Work, standing: Standing, *, score: float, alone: bool) -> None:
    run = work.run
    epochs.add_case(
        session,
        team=run.team_id,
        epoch=standing.id,
        case=run.case_id,
        run=run.id,
        score=score,
        alone=alone,
        floor=standing.goes_from,
        probability=standing.probability if alone else 1.0,
        least=standing.least,
        counts=_counts(session, work, epoch=standing.id),
        at=context.clock(),
    )


def is_evidence(work: Work, proposed: Proposed) -> bool:
    """Tell whether a run's proposal shows how good its version is.

    It does not where it is no proposal of the version's own, or where the version was told what people said of the
    case.
    """
    proposal = proposed.proposal
    return (
        proposal is not None
        and not proposal.sample
        and proposal.source is None
        and proposed.facts.undeployed is None
        and work.run.correction == 0
        and work.run.refused_id is None
        and work.run.answers_id is None
    )


def score_of(proposed: Proposed, reasons: Sequence[Reason]) -> float:
    """Return the highest floor at which a proposal would go alone; 0 where something else keeps it with people."""
    number = proposed.facts.score.number if proposed.facts.score is not None else None
    if number is None or any(reason.code not in OF_THE_FLOOR for reason in reasons):
        return 0.0
    return number


def _counts(session: Session, work: Work, *, epoch: int) -> bool:
    """Tell whether the certificate may rest on a run: it is the first of its case in the epoch.

    Whoever asks for another run has seen what came of the one before.
    """
    run = work.run
    if run.parent_id is not None:
        return False
    return run.revision == 1 or not epochs.has_case(session, epoch, run.case_id, team=run.team_id)
