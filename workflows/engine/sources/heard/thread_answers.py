"""Answers in the thread of a message to questions about its case: the first reply of the message's author is one."""

import json
from collections.abc import Mapping

from sqlalchemy.orm import Session

from store.cases import runs
from store.cases.review import questions
from store.governance import teams
from store.slack import outbox
from store.subjects import SubjectKind
from workflows.engine.case import inbox
from workflows.engine.case.kept_content import kept_body
from workflows.engine.case.lookup import known_workflow
from workflows.engine.context import Context
from workflows.engine.errors import BadReason, Refused, Unknown
from workflows.engine.review.hiding import hidden_of, text_in_channel
from workflows.engine.review.source.questions import reply
from workflows.engine.sources.heard.views import Answer, AnsweredNote, QuestionNote, Reply


def hear(context: Context, said: Reply, *, event: str) -> bool:
    """Take a reply as the answer to the question that waits for one; False where none does, or it was heard before.

    The answer is kept before the event is known: one that comes again in between finds nothing that waits.
    """
    with context.database.read() as session:
        asked = questions.asked_at_place(session, said.place, team=context.team)
        if asked is None:
            return False
        question, case, number = asked.id, asked.case_id, asked.number
    if inbox.is_known(context, key=event):
        return False
    became = Answer.TAKEN
    try:
        reply(context, case, said.text, by=said.author, number=number)
    except BadReason:
        became = Answer.TOO_LONG
    except Refused:
        return False  # somebody answered meanwhile, or the content of the case was removed
    channel, _, thread = said.place.partition("/")

    def tell(session: Session) -> None:
        outbox.add_note(
            session,
            team=context.team,
            kind=outbox.ANSWERED,
            subject=SubjectKind.QUESTION.of(question),
            channel=channel,
            at=context.clock(),
            occasion=event,
            about={outbox.THREAD: thread, "answer": became},
        )

    return inbox.hear(context, key=event, kind="answer", also=tell)


def question_note(context: Context, question: int, about: Mapping[str, str]) -> QuestionNote:
    """Return a question as the source of its case is told it. Raise `Unknown` or `ContentRemoved`."""
    with context.database.read() as session:
        row = questions.get(session, question, team=context.team)
        run = runs.get(session, row.run_id, team=context.team) if row is not None else None
        if row is None or run is None:
            raise Unknown(f"there is no question {question}")
        workflow = known_workflow(context, teams.workflow_name(session, run.workflow_id, team=context.team))
        text = str(json.loads(kept_body(session, row.text_id, team=context.team)))
        input = kept_body(session, run.input_id, team=context.team)
        answer_by, case = row.answer_by, row.case_id
    # The author's code is called outside the transaction.
    return QuestionNote(
        case=case,
        workflow=workflow.name,
        text=text_in_channel(text, hidden_of(workflow, input)),
        answer_by=answer_by,
        is_in_thread=outbox.THREAD in about,
    )


def answered_note(context: Context, question: int, about: Mapping[str, str]) -> AnsweredNote:
    """Return the news of what became of a reply. Raise `Unknown`."""
    with context.database.read() as session:
        row = questions.get(session, question, team=context.team)
        if row is None:
            raise Unknown(f"there is no question {question}")
        return AnsweredNote(case=row.case_id, answer=Answer(about["answer"]))
