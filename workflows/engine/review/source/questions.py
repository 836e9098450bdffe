"""Questions to the source of a case: what becomes of its review while it waits for the answer, and afterwards.

A question and its answer stand beside the input: the source's own retry of the input stays a duplicate, and a newer
revision keeps the answer. An answer goes on as a new run. Where none comes in time, or the question cannot be sent, the
review opens again and says so. How a question is sent is in `question_sending.py`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, runs
from store.cases.review import questions, reviews
from store.governance import audit, teams
from store.sources import origins
from store.sources.origins import OriginLine
from store.states import QuestionState, ReviewState, RunState
from store.subjects import SubjectKind
from workflows.documents.document import Document
from workflows.engine.case import held_documents, notices
from workflows.engine.case.kept_content import REMOVED, kept_body, shown_text
from workflows.engine.case.lookup import kept_json, known_workflow
from workflows.engine.case.removed import refuse_removed
from workflows.engine.case.source import outcome_news
from workflows.engine.case.source.answers import keep_answers
from workflows.engine.case.source.heard import answer_of_json, answer_to_json, names_of
from workflows.engine.case.transitions import move_question, move_review
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.steps import START
from workflows.engine.errors import BadReason, InvalidInput, Refused, Unknown
from workflows.engine.reasons import Code, Reason, from_json, to_json
from workflows.engine.review.decisions import MAX_ANSWER
from workflows.engine.review.rerun import reruns
from workflows.engine.review.views import QuestionView
from workflows.engine.text.canonical_json import MAX_WITH_DOCUMENTS, unstorable

DOCUMENTS = "documents"
"""Name of the part of an answer that is its files."""
_ABOUT_QUESTIONS = (Code.NO_ANSWER, Code.NOT_SENT, Code.MAYBE_NOT_SENT)
_UNDECIDED = (RunState.READY, RunState.RUNNING, RunState.WAITING, RunState.FAILED, RunState.PARKED)


@dataclass(frozen=True, kw_only=True)
class Replied:
    """The result of an answer."""

    question: int
    """Number of the question that it answers, among those of the case."""
    is_new: bool
    """False if it was there already."""
    run: int | None = None
    """The run that goes on with it; None where the case is decided, or the answer was there already."""


def checked(what: str, text: str, *, most: int) -> str:
    """Return a text without the spaces around it. Raise `BadReason` for none, one too long, or one that cannot be kept.

    `what`: names the text, with its article.
    """
    said = text.strip()
    if not said or len(said) > most:
        raise BadReason(f"{what} needs 1 to {most:,} characters")
    problem = unstorable({what: said})
    if problem is not None:
        raise BadReason(problem)
    return said


def record(
    session: Session,
    context: Context,
    review: schema.Review,
    workflow: AnyWorkflow,
    run: schema.Run,
    *,
    text: int,
    by: str,
) -> int:
    """Record a question that a worker then sends, and return its id. `text`: the content with its words."""
    at = context.clock()
    asked = questions.add(
        session,
        team=review.team_id,
        case=review.case_id,
        review=review.id,
        run=run.id,
        revision=run.revision,
        text_id=text,
        asked_by=by,
        at=at,
        answer_by=at + workflow.review.source_answers_within,
    )
    audit.record(
        session,
        team=review.team_id,
        at=at,
        actor=by,
        action="question.asked",
        subject=SubjectKind.QUESTION.of(asked),
        case=review.case_id,
        details={"review": review.id, "run": run.id},
    )
    return asked


def tell_source(session: Session, context: Context, question: int, origin: OriginLine, *, by: str) -> None:
    """Have the source of a case told of a question by the way on which it hears of outcomes. It counts as sent."""
    row = questions.get(session, question, team=context.team, anew=True)
    assert row is not None
    at = context.clock()
    move_question(session, row, QuestionState.SENT, at=at, actor=by, action="question.sent")
    outcome_news.ask(session, row, origin, at=at)


def askable(session: Session, case: int, *, team: int) -> OriginLine | None:
    """Return the origin of a case, where its source can be asked without an author's code; else None."""
    origin = origins.of_case(session, case, team=team)
    return origin if origin is not None and outcome_news.can_be_asked(origin) else None


def reply(
    context: Context,
    case: int,
    text: str,
    *,
    by: str,
    number: int | None = None,
    documents: Sequence[Document] = (),
) -> Replied:
    """Record the answer of a case's source, and let the case go on with it. The same answer twice is one.

    `number`: of the question; left out, the newest one that has no answer. `by`: whoever brings the answer. Where the
    case is decided already, the answer is kept and nothing else happens. Raise `Unknown`, `BadReason` for a text that
    is none, or `Refused` where nothing was asked, or the question has another answer. `documents`: its files, kept
    before; an answer that is files alone has their names for words. Raise `InvalidInput` where the workflow takes none,
    or one of them was removed meanwhile.
    """
    if documents and not text.strip():
        text = names_of(documents)
    body = answer_to_json(checked("an answer", text, most=MAX_ANSWER), documents)
    if documents and len(body) > MAX_WITH_DOCUMENTS:
        raise _unfit("their texts are too long together: send fewer, or only the pages that matter")
    with context.database.write(urgent=True) as session:
        cases.hold(session, case, team=context.team)
        newest = runs.newest(session, case, team=context.team)
        if newest is None:
            raise Unknown(f"there is no case {case}")
        refuse_removed(session, newest)
        question = _meant(questions.of_case(session, case, team=context.team), case, number)
        workflow = known_workflow(context, teams.workflow_name(session, newest.workflow_id, team=context.team))
        if documents and not workflow.has_documents:
            raise _unfit(f"{workflow.name} takes no documents: answer in words")
        if question.state is QuestionState.ANSWERED:
            return _repeated(session, question, body)
        at = context.clock()
        kept = contents.keep(session, team=context.team, case=case, kind="answer", body=body)
        hashes = {file.sha256 for one in documents for file in one.all}
        held_documents.hold(session, {case: hashes}, team=context.team)
        changes = {"answer_id": kept, "answered_by": by, "answered_at": at, "due_at": None}
        answered = QuestionState.ANSWERED
        move_question(session, question, answered, at=at, actor=by, action="question.answered", **changes)
        run = None
        if newest.resolution is None and not newest.correction and newest.state in _UNDECIDED:
            answers = keep_answers(session, case, team=context.team)
            run = reruns.start(session, context, newest, workflow, from_step=START, by=by, answers_id=answers)
        review = reviews.get(session, question.review_id, team=context.team, anew=True)
        assert review is not None
        notices.card(session, review, workflow.review, at=at)
        return Replied(question=question.number, is_new=True, run=run)


def _answer(session: Session, question: schema.Question, *, team: int) -> str | None:
    """Return the words of an answer as they are shown; None where there is none."""
    if question.answer_id is None:
        return None
    found = contents.body(session, question.answer_id, team=team)
    return REMOVED if found is None else answer_of_json(json.loads(found))[0]


def _meant(asked: list[schema.Question], case: int, number: int | None) -> schema.Question:
    if not asked:
        raise Refused(f"nothing was asked about case {case}, so there is nothing to answer")
    if number is not None:
        found = next((one for one in asked if one.number == number), None)
        if found is None:
            raise Refused(f"case {case} has no question {number}; it has {len(asked)}")
        return found
    open_ones = [one for one in asked if one.state is not QuestionState.ANSWERED]
    return (open_ones or asked)[-1]


def _unfit(why: str) -> InvalidInput:
    return InvalidInput(why, errors={DOCUMENTS: why})


def _repeated(session: Session, question: schema.Question, body: str) -> Replied:
    assert question.answer_id is not None
    if kept_body(session, question.answer_id, team=question.team_id) == body:
        return Replied(question=question.number, is_new=False)
    raise Refused(
        f"question {question.number} has an answer already, from {question.answered_by} at "
        f"{question.answered_at:%Y-%m-%d %H:%M} UTC; nothing was changed"
    )


def open_again(
    session: Session, context: Context, question: schema.Question, workflow: AnyWorkflow, reason: Reason, *, actor: str
) -> bool:
    """Open the review of a question again, with this reason first; False where it is no longer asked.

    The caller holds the case.
    """
    review = reviews.get(session, question.review_id, team=context.team, anew=True)
    if review is None or review.state != ReviewState.ASKED:
        return False
    before = from_json(kept_body(session, review.reasons_id, team=review.team_id))
    reasons = [reason, *(one for one in before if one.code not in _ABOUT_QUESTIONS)]
    at = context.clock()
    changes = {
        "version": review.version + 1,
        "reasons_id": contents.keep(
            session, team=review.team_id, case=review.case_id, kind="reasons", body=to_json(reasons)
        ),
        "answer_by": workflow.answer_by(at),
        "due_at": workflow.answer_by(at),
        "remind_at": workflow.remind_at(at),
        "reminders": 0,
    }
    details: dict[str, str | int | None] = {"why": reason.code, "question": question.number}
    action = "review.opened_again"
    if not move_review(
        session,
        review,
        ReviewState.OPEN,
        at=at,
        actor=actor,
        action=action,
        shown=review.version,
        details=details,
        **changes,
    ):
        return False
    notices.card(session, review, workflow.review, at=at)
    return True


def words_of(session: Session, question: schema.Question) -> str:
    """Return the words of a question."""
    return str(kept_json(session, question.text_id, team=question.team_id))


def number_asked(context: Context, case: int) -> int:
    """Count the questions that were asked about a case so far."""
    with context.database.read() as session:
        return len(questions.of_case(session, case, team=context.team))


def of_case(session: Session, case: int, *, team: int) -> list[QuestionView]:
    """Return the questions about a case as people see them, oldest first."""
    return [_view(session, question) for question in questions.of_case(session, case, team=team)]


def _view(session: Session, question: schema.Question) -> QuestionView:
    team = question.team_id
    problem = contents.body(session, question.problem_id, team=team) if question.problem_id is not None else None
    said = str(json.loads(problem)["message"]) if problem is not None else REMOVED
    return QuestionView(
        number=question.number,
        review=question.review_id,
        revision=question.revision,
        text=shown_text(session, question.text_id, team=team) or "",
        asked_by=question.asked_by,
        is_by_itself=question.asked_by == SYSTEM,
        asked_at=question.asked_at,
        answer_by=question.answer_by,
        state=question.state,
        attempts=question.attempts,
        receipt=shown_text(session, question.receipt_id, team=team),
        problem=said if question.problem_id is not None else None,
        answer=_answer(session, question, team=team),
        answered_by=question.answered_by,
        answered_at=question.answered_at,
    )
