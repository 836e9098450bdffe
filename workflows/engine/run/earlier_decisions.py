"""Earlier decisions: a person looks again at a decision where the rules or the form have changed since.

A decision waits for its delivery while its workflow is paused, its target is down, or the process is replaced. The
decided values are kept: they fill the form of a new review, which also shows what has changed.
"""

from collections.abc import Sequence

from pydantic import BaseModel
from sqlalchemy.orm import Session

from store import schema
from store.states import Resolution, RunState
from workflows.engine.case.transitions import begin_after
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import as_shown
from workflows.engine.errors import Misfit
from workflows.engine.propose import proposer
from workflows.engine.propose.checks import broken_nevers
from workflows.engine.propose.policy import Facts
from workflows.engine.reasons import Change, Reason
from workflows.engine.review.opening import open_review
from workflows.engine.run.work import Work


def what_is_new(work: Work, *, code_version: str) -> Facts | None:
    """Return why a person has to look again at what a run is about to deliver; None where nobody has to.

    `code_version`: the present version of the code. The rules are checked again where the case was proposed with
    another version, and always where no person decided.
    """
    assert work.settled is not None
    form: type[BaseModel] = work.workflow.output
    settled = work.settled
    try:
        output = within(work.workflow, "reading what was decided", lambda: as_shown(form, settled))
    except Misfit as error:
        return Facts(decided_before=Change.FORM, misfit=str(error))
    if work.decided is not None and work.decided.code_version == code_version:
        return None
    known = work.decided.rules if work.decided is not None else frozenset()
    broken = broken_nevers(work.workflow, work.input, output)
    new, unchecked = ([rule.sentence for rule in rules] for rules in (broken.rules, broken.unchecked))
    if known.issuperset([*new, *unchecked]):
        return None
    return Facts(
        decided_before=Change.RULES,
        nevers=tuple(new),
        unchecked_nevers=tuple(unchecked),
        unchecked_causes=broken.causes,
    )


def ask(
    session: Session,
    context: Context,
    before: schema.Run,
    workflow: AnyWorkflow,
    settled: str,
    *,
    by: str,
    reasons: Sequence[Reason],
    salt: str | None,
) -> None:
    """Open a review of an earlier decision, in place of the run that was about to deliver it.

    `settled`: JSON. `salt`: the case's.
    """
    run = begin_after(
        session,
        before,
        RunState.WAITING,
        at=context.clock(),
        actor=SYSTEM,
        action="run.asked_again",
        details={"decided": before.id, "why": ",".join(reason.code for reason in reasons)},
        code_version=context.registry.code_version(workflow),
        refused_id=before.refused_id,
        answers_id=before.answers_id,
    )
    alone = before.resolution in (Resolution.ALONE, Resolution.LAPSED)
    said = "It would have been delivered without a person." if alone else "A person decided this."
    proposal = proposer.keep_decided(session, context, run, settled, said=said, by="the workflow" if alone else by)
    open_review(session, context, run, workflow, proposal=proposal, reasons=reasons, salt=salt)
