"""Late proposals: the model is asked again about cases that went to people without a proposal.

This happens only on request, and never while somebody works on the review: a review that is claimed, whose form is
open, or that somebody has decided once stays as it is. Each case is a transaction of its own, so that a person's press
at the same moment either comes first and wins, or comes second and is told so.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from store.cases import cases, journal, runs, unproposed
from store.cases.review import reviews
from store.cases.unproposed import EmptyLine
from store.db.database import Unavailable
from store.governance import teams
from store.states import ReviewState
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.steps import ASK, START
from workflows.engine.deliver.workflow_pauses import paused
from workflows.engine.errors import Refused
from workflows.engine.propose.proposer import NOT_ALLOWED
from workflows.engine.reasons import Code, from_json
from workflows.engine.review.claims import is_in_hand
from workflows.engine.review.rerun import reruns
from workflows.model.port import NoAnswer

_OF_MODELS = (
    NoAnswer.UNAVAILABLE,
    NoAnswer.NO_SAMPLE,
    NoAnswer.OVER_BUDGET,
    NoAnswer.ACCOUNT,
    NoAnswer.RETIRED,
    NoAnswer.UNFIT,
)
PASSING = frozenset({*_OF_MODELS, NOT_ALLOWED, Code.PAUSED})
"""Codes of reasons for a missing proposal after which a new attempt at it may succeed."""
_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The numbers of reviews for which the model is, or was, asked again."""

    begun: int
    in_hand: int
    """Reviews that stay as they are because somebody works on them."""
    stopped: str | None = None
    """Reason why it ended early; None where it did not."""


def waiting(context: Context, workflow: str) -> Counted:
    """Count the reviews that can get a proposal now. Raise `Unknown`, or `Refused` while the workflow is paused."""
    begun = in_hand = 0
    for line in _candidates(context, _row(context, workflow)):
        if _is_free(context, line):
            begun += 1
        else:
            in_hand += 1
    return Counted(begun=begun, in_hand=in_hand)


def propose_anew(context: Context, workflow: str, *, by: str) -> Counted:
    """Run again, from the model's step, the cases that have no proposal for a reason that may have passed; oldest
    first.

    Raise `Unknown`, or `Refused` while the workflow is paused. If something stops it on the way, the result says so;
    the runs that were begun go on.
    """
    row, declared = _row(context, workflow), context.registry.get(workflow)
    begun = in_hand = 0
    try:
        for line in _candidates(context, row):
            if not _is_free(context, line):
                in_hand += 1
                continue
            began = _begin(context, declared, line, by=by)
            begun += began is True
            in_hand += began is False
    except (Refused, Unavailable) as error:
        return Counted(begun=begun, in_hand=in_hand, stopped=str(error))
    return Counted(begun=begun, in_hand=in_hand)


def _row(context: Context, workflow: str) -> int | None:
    """Return the workflow's row; None where it has none yet. Raise `Unknown`, or `Refused` where it is paused."""
    context.registry.get(workflow)
    with context.database.read() as session:
        row = teams.find_workflow(session, team=context.team, name=workflow)
        pause = paused(session, row, team=context.team) if row is not None else None
    if pause is not None:
        raise Refused(f"{workflow} is paused ({pause.reason}); resume it first")
    return row


def _candidates(context: Context, row: int | None) -> Iterator[EmptyLine]:
    """Yield the open reviews without a proposal that may get one now, oldest first."""
    after = 0
    while row is not None:
        with context.database.read() as session:
            page = unproposed.empty(session, team=context.team, workflow=row, after=after, limit=_AT_ONCE)
        if not page:
            return
        yield from (line for line in page if _codes(line.reasons) & PASSING)
        after = page[-1].id


def _codes(reasons: str | None) -> set[str]:
    return {reason.code for reason in from_json(reasons)} if reasons is not None else set()


def _is_free(context: Context, line: EmptyLine) -> bool:
    return not line.was_decided and not is_in_hand(line.claimed_at, at=context.clock())


def _begin(context: Context, workflow: AnyWorkflow, line: EmptyLine, *, by: str) -> bool | None:
    """Run a case again from the model's step. False: somebody works on its review; None: it is no longer open."""
    with context.database.write() as session:
        pause = paused(session, line.workflow_id, team=context.team, held=True)
        if pause is not None:
            raise Refused(f"{workflow.name} was paused meanwhile ({pause.reason})")
        cases.hold(session, line.case_id, team=context.team)
        review = reviews.get(session, line.id, team=context.team, anew=True)
        assert review is not None
        if review.state != ReviewState.OPEN:
            return None
        if is_in_hand(review.claimed_at, at=context.clock()) or reviews.decisions(
            session, review.id, team=context.team
        ):
            return False
        run = runs.get(session, review.run_id, team=context.team)
        assert run is not None
        asked = any(made.name == ASK for made in journal.of_run(session, run.id, team=context.team))
        reruns.start(session, context, run, workflow, from_step=ASK if asked else START, by=by)
        return True
