"""Answers in the thread of a message to questions about its case: the first reply of the message's author is one.

A reply that is files alone is an answer, too.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from store.cases import runs
from store.cases.review import questions
from store.governance import teams
from store.schema import HeardMessage
from store.slack import outbox
from store.sources import heard_messages
from store.subjects import SubjectKind
from workflows.documents.document import Document
from workflows.engine.case import inbox
from workflows.engine.case.kept_content import kept_body
from workflows.engine.case.lookup import known_workflow
from workflows.engine.context import Context
from workflows.engine.errors import BadReason, InvalidInput, Refused, Unknown
from workflows.engine.review.hiding import hidden_of, text_in_channel
from workflows.engine.review.source.questions import reply
from workflows.engine.sources.heard.files import FaceFiles, FileUnreachable, Received, receive
from workflows.engine.sources.heard.messages import LATER, TRIED_FOR, takes_documents, tell_refused
from workflows.engine.sources.heard.views import (
    Answer,
    AnsweredNote,
    Attached,
    FileProblem,
    NoFile,
    QuestionNote,
    Reply,
)


def hear(context: Context, said: Reply, *, event: str) -> Sequence[int]:
    """Take a reply as the answer to the question that waits for one, once; returns what there is to take in later.

    The answer is kept before the event is known: one that comes again in between finds nothing that waits. A reply with
    files is kept until they are read.
    """
    with context.database.read() as session:
        asked = questions.asked_at_place(session, said.place, team=context.team)
        if asked is None:
            return []
        run = runs.get(session, asked.run_id, team=context.team)
        assert run is not None
        name = teams.workflow_name(session, run.workflow_id, team=context.team)
        answer = _Answer(question=asked.id, case=asked.case_id, number=asked.number, said=said, event=event)
    if inbox.is_known(context, key=event):
        return []
    if said.attached and name in context.registry and takes_documents(context.registry.get(name)):
        return _keep(context, answer, workflow=name)
    became = _answered(context, answer)
    if became is not None:
        inbox.hear(context, key=event, kind="answer", also=lambda session: _tell(session, context, answer, became))
    return []


def is_answer(content: str) -> bool:
    """Tell whether something that was heard is an answer with files, and no message."""
    return "question" in json.loads(content)


def take_in_answer(context: Context, row: HeardMessage, files: FaceFiles) -> bool:
    """Read the files of an answer, and take it; False where it has to wait, or another process settled it."""
    assert row.content is not None
    answer, team = _read(row.content), context.team
    try:
        received = receive(context, answer.said.attached, files)
    except FileUnreachable:
        if context.clock() - row.heard_at <= TRIED_FOR:
            _put_off(context, row)
            return False
        numbers = range(1, len(answer.said.attached) + 1)
        received = Received(problems=[FileProblem(place=place, why=NoFile.UNREACHABLE) for place in numbers])
    # Where no file of it could be taken, and nothing was said, there is no answer: its source is told to send another.
    is_one = bool(answer.said.text.strip() or received.documents)
    try:
        became = _answered(context, answer, received.documents) if is_one else None
    except InvalidInput:
        # A document was removed between its reading and now: it is read again.
        _put_off(context, row)
        return False
    with context.database.write() as session:
        if not heard_messages.remove(session, row.id, team=team):
            return False
        if became is not None:
            _tell(session, context, answer, became)
        if received.problems:
            tell_refused(
                session,
                received.problems,
                team=team,
                workflow=row.workflow,
                place=answer.said.place,
                files=len(answer.said.attached),
                at=context.clock(),
            )
    return True


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """A reply, and the question that it answers."""

    question: int
    case: int
    number: int
    said: Reply
    event: str


def _keep(context: Context, answer: _Answer, *, workflow: str) -> Sequence[int]:
    said = answer.said
    content = json.dumps(
        {
            "question": answer.question,
            "case": answer.case,
            "number": answer.number,
            "place": said.place,
            "author": said.author,
            "text": said.text,
            "attached": [[one.id, one.name] for one in said.attached],
            "event": answer.event,
        }
    )
    kept: list[int] = []

    def keep(session: Session) -> None:
        team, place, at = context.team, f"answer {said.place}", context.clock()
        kept.append(heard_messages.add(session, team=team, workflow=workflow, place=place, content=content, at=at))

    inbox.hear(context, key=answer.event, kind="answer", also=keep)
    return kept


def _answered(context: Context, answer: _Answer, documents: Sequence[Document] = ()) -> Answer | None:
    """Record an answer, and return what became of it; None where somebody answered meanwhile, or the content of the
    case was removed. Raise `InvalidInput` where a document was removed meanwhile.
    """
    said = answer.said
    if not said.text.strip() and not documents:
        return Answer.NO_WORDS
    try:
        reply(context, answer.case, said.text, by=said.author, number=answer.number, documents=documents)
    except BadReason:
        return Answer.TOO_LONG
    except InvalidInput:
        raise
    except Refused:
        return None
    return Answer.TAKEN


def _put_off(context: Context, row: HeardMessage) -> None:
    with context.database.write() as session:
        heard_messages.put_off(session, row.id, team=context.team, until=context.clock() + LATER)


def _tell(session: Session, context: Context, answer: _Answer, became: Answer) -> None:
    channel, _, thread = answer.said.place.partition("/")
    outbox.add_note(
        session,
        team=context.team,
        kind=outbox.ANSWERED,
        subject=SubjectKind.QUESTION.of(answer.question),
        channel=channel,
        at=context.clock(),
        occasion=answer.event,
        about={outbox.THREAD: thread, "answer": became},
    )


def _read(content: str) -> _Answer:
    values = json.loads(content)
    attached = [Attached(id=id, name=name) for id, name in values["attached"]]
    said = Reply(place=values["place"], author=values["author"], text=values["text"], attached=attached)
    return _Answer(
        question=values["question"], case=values["case"], number=values["number"], said=said, event=values["event"]
    )


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
