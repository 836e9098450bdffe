"""Questions for what a case lacks, such as a delivery note: Countersign asks its source by itself, once a revision.

The review opens and waits for the answer at once, in the transaction in which its run came to a person. Where no answer
comes, or it brings nothing, people see what is missing.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from store import schema
from store.cases import contents
from store.cases.review import questions as kept_questions
from store.cases.review import reviews
from store.states import ReviewState, RunState
from workflows.engine.case.transitions import move_review, move_run
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review.source import questions
from workflows.engine.text.canonical_json import canonical


def can_ask(session: Session, context: Context, run: schema.Run, workflow: AnyWorkflow) -> bool:
    """Tell whether the source of a case can be asked, and was not asked yet for what this revision lacks."""
    if run.correction or (
        workflow.source_effect is None and questions.askable(session, run.case_id, team=context.team) is None
    ):
        return False
    asked = kept_questions.of_case(session, run.case_id, team=context.team)
    return not any(one.asked_by == SYSTEM and one.revision == run.revision for one in asked)


def ask(
    session: Session, context: Context, run: schema.Run, workflow: AnyWorkflow, *, review: int, lacks: Sequence[str]
) -> None:
    """Ask the source of a case for what it lacks. `review`: the one that was just opened for the run, and now waits."""
    row = reviews.get(session, review, team=context.team)
    assert row is not None
    at = context.clock()
    body = canonical(f"Something is missing. Please send {', '.join(lacks)}.")
    text = contents.keep(session, team=run.team_id, case=run.case_id, kind="question", body=body)
    origin = questions.askable(session, run.case_id, team=context.team) if workflow.source_effect is None else None
    move_review(session, row, ReviewState.ASKED, at=at, actor=SYSTEM, action="review.asked", shown=row.version)
    asked = questions.record(session, context, row, workflow, run, text=text, by=SYSTEM)
    if origin is not None:
        questions.tell_source(session, context, asked, origin, by=SYSTEM)
    else:
        # A worker sends it.
        move_run(session, run, RunState.READY, at=at, actor=SYSTEM)
