"""Messages of watched channels: heard in the transaction that knows the event, and taken in once it is acknowledged.

The author's function is called outside of transactions. What it raises concerns its message alone, which a person can
hand in by the shortcut. A message whose queue is full waits.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import BaseModel
from sqlalchemy.orm import Session

from store.faces import FAILURES
from store.schema import HeardMessage
from store.slack import inbox as known_events
from store.slack import outbox
from store.sources import heard_messages, sources
from store.sources.origins import NewOrigin
from store.states import SourceKind
from store.subjects import SubjectKind
from workflows.documents.document import Document, holds_documents
from workflows.engine.case import inbox
from workflows.engine.case.intake import Accepted, Intake, Receipt, accept_filled_in, take_in
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.incoming.messages import Message
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput, QueueFull
from workflows.engine.sources.heard.files import (
    FaceFiles,
    FileUnreachable,
    NoFaceFiles,
    Received,
    problems_of_text,
    problems_to_text,
    receive,
)
from workflows.engine.sources.heard.views import Attached, FileProblem, FilesRefusedNote, Heard, MessageFailedNote
from workflows.engine.text.canonical_json import unstorable
from workflows.engine.text.form_fields import form_of

log = structlog.get_logger()

KEPT = timedelta(days=7)
"""Time for which a message is kept that failed, or whose workflow no process knows."""
LATER = timedelta(seconds=30)
"""Time after which a message is taken in where too many cases waited, or a file of it could not be fetched."""
TRIED_FOR = timedelta(hours=1)
"""Time for which a file is tried to be fetched."""
READING = timedelta(minutes=5)
"""Time after which what was taken up is taken up anew: the process that reads its files may have ended."""
NO_FILES = NoFaceFiles()
_AFTER_THE_EARLIER = timedelta(seconds=1)
"""Time after which an edited message is taken in where its earlier form waits."""
_CLOCKS_DIFFER = timedelta(minutes=2)
"""Most by which our clock may be ahead of the face's."""


def watchers(context: Context, channel: str) -> Sequence[AnyWorkflow]:
    """Return the workflows that watch a channel. No database is asked."""
    return [one for one in context.registry if one.from_messages is not None and channel in one.from_messages.watch]


def note_watched(context: Context) -> None:
    """Note from when the declared channels are watched: what was written before is no case."""
    channels = {
        one
        for workflow in context.registry
        if workflow.from_messages is not None
        for one in workflow.from_messages.watch
    }
    if not channels:
        return
    with context.database.write() as session:
        for channel in sorted(channels):
            _source(session, context, channel, at=context.clock())


def hear(context: Context, heard: Heard, *, event: str) -> Sequence[int]:
    """Keep a message for each workflow that wants it, once for an event; returns what there is to take in."""
    wanted = [
        one
        for one in watchers(context, heard.channel)
        if one.from_messages is not None
        and (one.from_messages.edits or not heard.is_edit)
        and (one.from_messages.bots or not heard.is_bot)
    ]
    if not wanted:
        return []
    kept: list[int] = []

    def keep(session: Session) -> None:
        team, at = context.team, context.clock()
        _source(session, context, heard.channel, at=min(heard.sent_at, at))
        source = sources.named(session, team=team, kind=SourceKind.SLACK, name=heard.channel)
        if source is None or source.ended_at is not None or heard.sent_at < source.made_at - _CLOCKS_DIFFER:
            return
        if any(one.from_messages is not None and one.from_messages.edits for one in wanted) and not _is_newest(
            session, heard, team=team, at=at
        ):
            return
        content = json.dumps(
            {
                "channel": heard.channel,
                "ts": heard.ts,
                "author": heard.author,
                "text": heard.text,
                "sent_at": heard.sent_at.isoformat(),
                "link": heard.link,
                "files": [*heard.files],
                "attached": [[one.id, one.name] for one in heard.attached],
                "is_edit": heard.is_edit,
                "is_bot": heard.is_bot,
            }
        )
        for one in wanted:
            kept.append(
                heard_messages.add(session, team=team, workflow=one.name, place=heard.place, content=content, at=at)
            )

    return kept if inbox.hear(context, key=event, kind="message", also=keep) else []


def sweep(context: Context) -> None:
    """Delete what is left of messages that were heard long ago."""
    with context.database.write() as session:
        heard_messages.forget(session, team=context.team, before=context.clock() - KEPT)


def take_in_heard(context: Context, message: int, files: FaceFiles = NO_FILES) -> bool:
    """Take a message in, unless its workflow makes no case of it; False where it has to wait, or is settled."""
    team, at = context.team, context.clock()
    with context.database.read() as session:
        row = heard_messages.get(session, message, team=team)
        if row is None or row.content is None:
            return False
        waits = heard_messages.is_earlier_waiting(session, row, team=team)
    if row.workflow not in context.registry:
        # A process that knows its workflow takes it in; here it must not stand before others.
        _put_off(context, message, until=at + LATER)
        return False
    workflow = context.registry.get(row.workflow)
    if waits:
        _put_off(context, message, until=at + _AFTER_THE_EARLIER)
        return False
    heard = _read(row.content)
    if heard.attached and takes_documents(workflow) and not take_up(context, row):
        return False
    try:
        received = _received(context, workflow, heard, files)
    except FileUnreachable as error:
        if at - row.heard_at > TRIED_FOR:
            return _fail(context, row, heard, problem=type(error).__name__)
        _put_off(context, message, until=at + LATER)
        return False
    try:
        accepted = accepted_of(workflow, heard, received.documents)
    except Exception as error:  # noqa: BLE001  # the author's error concerns its own message only
        if received.problems:
            # Whoever sent it is told which file is missing in it; engineers could not help.
            return _leave(context, workflow, heard, received, message=message)
        return _fail(context, row, heard, problem=type(error).__name__)
    if accepted is None:
        return _leave(context, workflow, heard, received, message=message)
    try:
        _take_in(context, workflow, accepted, heard, received, message=message)
    except _Settled:
        return False
    except InvalidInput as error:
        # A document was removed between its reading and now: it is read again.
        if at - row.heard_at > TRIED_FOR:
            return _fail(context, row, heard, problem=type(error).__name__)
        _put_off(context, message, until=context.clock() + LATER)
        return False
    except OfAnotherSource as error:
        return _fail(context, row, heard, problem=type(error).__name__)
    except QueueFull:
        _put_off(context, message, until=at + LATER)
        return False
    return True


def take_up(context: Context, row: HeardMessage) -> bool:
    """Take up what waits before its files are read; False where another process did."""
    with context.database.write() as session:
        until = context.clock() + READING
        return heard_messages.take_up(session, row, team=context.team, until=until)


def _received(context: Context, workflow: AnyWorkflow, heard: Heard, files: FaceFiles) -> Received:
    """Return the documents of a message, where its workflow takes any. Raise `FileUnreachable`."""
    return receive(context, heard.attached, files) if heard.attached and takes_documents(workflow) else Received()


def takes_documents(workflow: AnyWorkflow) -> bool:
    """Tell whether the input of a workflow holds documents. For others no file is fetched."""
    form: type[BaseModel] = workflow.input
    return holds_documents(form)


def accepted_of(workflow: AnyWorkflow, heard: Heard, documents: Sequence[Document] = ()) -> Accepted | None:
    """Return the input that a workflow makes of a message; None where it is no case. Raise what its code raises."""
    made = made_of(workflow, heard, documents)
    if made is None:
        return None
    accepted = accept_filled_in(workflow, made)
    problem = unstorable(json.loads(accepted.body))
    if problem is not None:
        raise InvalidInput(problem)
    return accepted


def made_of(workflow: AnyWorkflow, heard: Heard, documents: Sequence[Document] = ()) -> BaseModel | None:
    """Return what the author's function makes of a message, within the time limit. Raise what it raises."""
    declared = workflow.from_messages
    if declared is None:
        return None
    form: type[BaseModel] = workflow.input
    message = as_declared(heard, documents)
    made: object = within(workflow, "its function for messages", lambda: declared.make(message))
    if made is None or isinstance(made, form):
        return made
    raise InvalidInput(f"from_message has to return a {form.__name__} or None")


def as_declared(heard: Heard, documents: Sequence[Document] = ()) -> Message:
    """Return a message as authors are given it. `documents`: those of its files that were read."""
    return Message(
        text=heard.text,
        author=heard.author,
        channel=heard.channel,
        name=f"{heard.channel}-{heard.ts}",
        link=heard.link,
        sent_at=heard.sent_at,
        files=tuple(heard.files),
        documents=tuple(documents),
    )


def source_of(context: Context, channel: str) -> int:
    """Return the source that a channel is, or a conversation; it is added where there is none yet."""
    with context.database.write() as session:
        return _source(session, context, channel, at=context.clock())


def tell_taken_in(session: Session, receipt: Receipt, *, team: int, workflow: str, place: str, at: datetime) -> None:
    """Have it told in the thread of a message that it is a case.

    Where the channel has not been told of others yet, it is not: the outcome follows in any case.
    """
    channel, _, thread = place.partition("/")
    if not thread or receipt.intake not in (Intake.TAKEN_IN, Intake.REVISED):
        return
    if outbox.is_any_unsent(session, team=team, kind=outbox.TAKEN_IN, channel=channel):
        return
    outbox.add_note(
        session,
        team=team,
        kind=outbox.TAKEN_IN,
        subject=SubjectKind.CASE.of(receipt.case),
        channel=channel,
        at=at,
        occasion=f"{place} {at.isoformat()}",
        about={outbox.THREAD: thread, "workflow": workflow, "intake": receipt.intake},
    )


def tell_refused(
    session: Session,
    problems: Sequence[FileProblem],
    *,
    team: int,
    workflow: str,
    place: str,
    files: int,
    at: datetime,
    misfits: Collection[str] | None = None,
) -> None:
    """Have it told which files were not taken: in the thread of a message, or to a person alone.

    `place`: the message, or the person's id. `misfits`: of a form, the names of the fields that do not fit, in
    order; None: it is a message.
    """
    channel, _, thread = place.partition("/")
    outbox.add_note(
        session,
        team=team,
        kind=outbox.FILES_REFUSED,
        subject=SubjectKind.CHANNEL.unnumbered,
        channel=channel,
        at=at,
        occasion=f"{place} {workflow} {at.isoformat()}",
        about={
            **({outbox.THREAD: thread} if thread else {}),
            "workflow": workflow,
            "files": str(files),
            "why": problems_to_text(problems),
            **({"misfits": " ".join(misfits)} if misfits is not None else {}),
        },
    )


def files_refused_note(context: Context, about: Mapping[str, str]) -> FilesRefusedNote:
    """Return the news that files were not taken. `about`: as the note keeps it."""
    known = context.registry.get(about["workflow"]) if about["workflow"] in context.registry else None
    labels = {field.name: field.label for field in form_of(known.input)} if known is not None else {}
    return FilesRefusedNote(
        workflow=about["workflow"],
        problems=problems_of_text(about["why"]),
        files=int(about["files"]),
        is_message="misfits" not in about,
        labels=labels,
        misfits=[labels.get(name, name) for name in about.get("misfits", "").split()],
    )


def failed_note(context: Context, about: Mapping[str, str]) -> MessageFailedNote:
    """Return the news that messages failed. `about`: as the note keeps it."""
    channel, _, ts = about["place"].partition("/")
    workflow, problem = about["workflow"], about["problem"]
    with context.database.read() as session:
        since = datetime.fromisoformat(about["at"])
        number = heard_messages.count_failed(
            session, team=context.team, workflow=workflow, problem=problem, since=since
        )
    return MessageFailedNote(
        workflow=workflow, channel=channel, sent_at=sent_at(ts), error=problem, number=max(number, 1)
    )


def sent_at(ts: str) -> datetime:
    """Return the time in the name of a message. Raise `ValueError` for a name without one."""
    return datetime.fromtimestamp(float(ts), UTC)


class _Settled(Exception):
    """Another process took the message in meanwhile."""


class OfAnotherSource(Exception):
    """The case of the message belongs to a program."""


def _take_in(
    context: Context, workflow: AnyWorkflow, accepted: Accepted, heard: Heard, received: Received, *, message: int
) -> None:
    def also(session: Session, receipts: Sequence[Receipt]) -> None:
        if receipts[0].intake is Intake.FOREIGN:
            raise OfAnotherSource
        if not heard_messages.remove(session, message, team=context.team):
            raise _Settled
        at = context.clock()
        tell_taken_in(session, receipts[0], team=context.team, workflow=workflow.name, place=heard.place, at=at)
        _tell(session, context, workflow, heard, received, at=at)

    take_in(
        context,
        workflow,
        [accepted],
        source=f"slack/{heard.channel}",
        actor=SYSTEM if heard.is_bot else heard.author,
        origin=NewOrigin(source=source_of(context, heard.channel), place=heard.place),
        also=also,
    )


def _leave(context: Context, workflow: AnyWorkflow, heard: Heard, received: Received, *, message: int) -> bool:
    """Make no case of a message; False where another process settled it."""
    with context.database.write() as session:
        if not heard_messages.remove(session, message, team=context.team):
            return False
        _tell(session, context, workflow, heard, received, at=context.clock())
        return True


def _tell(
    session: Session, context: Context, workflow: AnyWorkflow, heard: Heard, received: Received, *, at: datetime
) -> None:
    if received.problems:
        tell_refused(
            session,
            received.problems,
            team=context.team,
            workflow=workflow.name,
            place=heard.place,
            files=len(heard.attached),
            at=at,
        )


def _fail(context: Context, row: HeardMessage, heard: Heard, *, problem: str) -> bool:
    """Note that a message cannot be taken in, and have engineers told: once a day for each cause."""
    team, at, name = context.team, context.clock(), problem[:100]
    with context.database.write() as session:
        if not heard_messages.fail(session, row.id, team=team, problem=name):
            return False
        outbox.add_note_once(
            session,
            team=team,
            kind=outbox.MESSAGE_FAILED,
            subject=SubjectKind.CHANNEL.unnumbered,
            channel=FAILURES,
            at=at,
            occasion=f"{row.workflow} {name} {at:%Y-%m-%d}",
            about={
                "workflow": row.workflow,
                "problem": name,
                "place": heard.place,
                "at": row.heard_at.isoformat(),
            },
        )
    log.warning("message.not_taken_in", workflow=row.workflow, place=heard.place, error=name)
    return True


def _put_off(context: Context, message: int, *, until: datetime) -> None:
    with context.database.write() as session:
        heard_messages.put_off(session, message, team=context.team, until=until)


def _is_newest(session: Session, heard: Heard, *, team: int, at: datetime) -> bool:
    """Tell whether no newer form of a message was heard: a face may tell of them in any order."""
    written = max(heard.sent_at, heard.edited_at or heard.sent_at)
    return known_events.note_form(
        session, team=team, key=f"form {heard.place}", mark=f"{written.timestamp():017.6f}", at=at
    )


def _source(session: Session, context: Context, channel: str, *, at: datetime) -> int:
    return sources.named_or_new(session, team=context.team, kind=SourceKind.SLACK, name=channel, by=SYSTEM, at=at)


def _read(content: str) -> Heard:
    values = json.loads(content)
    attached = [Attached(id=id, name=name) for id, name in values.get("attached", ())]
    return Heard(**{**values, "attached": attached, "sent_at": datetime.fromisoformat(values["sent_at"])})
