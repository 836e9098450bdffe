"""Forms that people handed in with files: kept until the files are read, which may take longer than a form waits.

The form is kept first. Then it is taken in at once, and whoever shows the form is told how that ended, as long as the
person still waits. After that, or after a crash, the person is told where they talk.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.schema import HeardMessage
from store.slack import outbox
from store.sources import heard_messages
from store.subjects import SubjectKind
from workflows.documents.document import Document
from workflows.engine.case import inbox
from workflows.engine.case.intake import Accepted, Intake, Receipt, accept_filled_in
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput, InvalidOutput, QueueFull, Refused
from workflows.engine.review.form.forms import read_form
from workflows.engine.sources.heard.by_people import hand_in
from workflows.engine.sources.heard.files import FaceFiles, FileUnreachable, receive
from workflows.engine.sources.heard.messages import LATER, READING, TRIED_FOR, tell_refused
from workflows.engine.sources.heard.views import Attached, FileProblem, HandedInView, NoFile


@dataclass(frozen=True, kw_only=True)
class HandedForm:
    """A form that a person handed in with files."""

    by: str
    typed: Mapping[str, str]
    place: str | None
    """The message in whose thread the outcome is told; None: it is told to them alone."""
    chosen: Mapping[str, Sequence[Attached]]
    """Field -> the files that the person uploaded for it."""
    of_message: Mapping[str, Sequence[Attached]]
    """Field -> the files of the message, where none was chosen."""


class FormRefused(Exception):
    """A form was not taken in. It carries what the person is told beside the fields."""

    def __init__(self, problems: Sequence[FileProblem] = (), errors: Mapping[str, str] | None = None) -> None:
        self.problems = problems
        self.errors = errors or {}
        super().__init__()


def keep_form(context: Context, workflow: AnyWorkflow, form: HandedForm, *, event: str) -> int | None:
    """Keep a form, once for an event, and return its number; None where it was heard before."""
    content = json.dumps(
        {
            "by": form.by,
            "typed": dict(form.typed),
            "at": form.place,
            "chosen": _written(form.chosen),
            "of_message": _written(form.of_message),
        }
    )
    kept: list[int] = []

    def keep(session: Session) -> None:
        at, team = context.clock(), context.team
        place = f"form {event}"
        row = heard_messages.add(session, team=team, workflow=workflow.name, place=place, content=content, at=at)
        heard_messages.put_off(session, row, team=team, until=at + READING)
        kept.append(row)

    return kept[0] if inbox.hear(context, key=_key(event), kind="form", also=keep) else None


def forget_form(context: Context, *, event: str) -> None:
    """Forget that a form was handed in, of which nothing was taken in: the person may hand in the same again."""
    inbox.unhear(context, key=_key(event))


def is_form(content: str) -> bool:
    """Tell whether something that was heard is a form, and no message."""
    return "typed" in json.loads(content)


def take_in_form(
    context: Context, kept: int, files: FaceFiles, *, is_late: Callable[[], bool] = lambda: True
) -> HandedInView | None:
    """Take a form in; None where it has to wait, or another process settled it.

    `is_late`: tells, once it is decided, whether the person has stopped waiting; then a note tells them. Raise
    `FormRefused` where nothing was taken in, and will not be.
    """
    with context.database.read() as session:
        row = heard_messages.get(session, kept, team=context.team)
    if row is None or row.content is None:
        return None
    form, workflow = _read(row.content), context.registry.get(row.workflow)
    try:
        accepted = _accepted(context, workflow, form, files)
        return _take_in(context, workflow, accepted, form, row=row.id, is_late=is_late)
    except FileUnreachable:
        if context.clock() - row.heard_at <= TRIED_FOR:
            _put_off(context, row)
            return None
        unreached = [FileProblem(place=1, why=NoFile.UNREACHABLE, field=name) for name in form.chosen]
        refused = FormRefused(unreached or [FileProblem(place=1, why=NoFile.UNREACHABLE)])
    except QueueFull:
        _put_off(context, row)
        return None
    except _Settled:
        return None
    except FormRefused as error:
        refused = error
    except (InvalidInput, InvalidOutput) as error:
        refused = FormRefused(errors=error.errors or {"": str(error)})
    except Refused as error:
        refused = FormRefused(errors={"": str(error)})
    _give_up(context, workflow, form, refused, row=row.id, is_late=is_late)
    raise refused


def _accepted(context: Context, workflow: AnyWorkflow, form: HandedForm, files: FaceFiles) -> Accepted:
    """Read the files and the form. Raise `FormRefused`, `FileUnreachable`, `InvalidInput` or `InvalidOutput`."""
    documents: dict[str, Sequence[Document]] = {}
    problems: list[FileProblem] = []
    for given, owner in ((form.chosen, form.by), (form.of_message, None)):
        for field, attached in given.items():
            received = receive(context, attached, files, owner=owner, field=field)
            documents[field] = received.documents
            problems += received.problems
    if problems:
        raise FormRefused(problems)
    made = read_form(workflow.input, form.typed, zone=workflow.timezone, documents=documents)
    return accept_filled_in(workflow, made)


class _Settled(Exception):
    """Another process took the form in meanwhile."""


def _take_in(
    context: Context,
    workflow: AnyWorkflow,
    accepted: Accepted,
    form: HandedForm,
    *,
    row: int,
    is_late: Callable[[], bool],
) -> HandedInView:
    def also(session: Session, receipts: Sequence[Receipt]) -> None:
        receipt = receipts[0]
        if receipt.intake in (Intake.REFUSED, Intake.FOREIGN):
            raise Refused(receipt.why or "nothing more is taken in under this key")
        if not heard_messages.remove(session, row, team=context.team):
            raise _Settled
        if is_late() and form.place is None:
            _tell_taken_in(session, receipt, context, workflow, form, at=context.clock())

    return hand_in(context, workflow, accepted, by=form.by, place=form.place, also=also)


def _tell_taken_in(
    session: Session, receipt: Receipt, context: Context, workflow: AnyWorkflow, form: HandedForm, *, at: datetime
) -> None:
    outbox.add_note(
        session,
        team=context.team,
        kind=outbox.TAKEN_IN,
        subject=SubjectKind.CASE.of(receipt.case),
        channel=form.by,
        at=at,
        occasion=f"{form.by} {at.isoformat()}",
        about={"workflow": workflow.name, "intake": receipt.intake},
    )


def _give_up(
    context: Context,
    workflow: AnyWorkflow,
    form: HandedForm,
    refused: FormRefused,
    *,
    row: int,
    is_late: Callable[[], bool],
) -> None:
    """Forget a form that cannot be taken in, and have the person told where they wait no longer."""
    team, at = context.team, context.clock()
    with context.database.write() as session:
        if not heard_messages.remove(session, row, team=team) or not is_late():
            return
        # Complaints may repeat what was typed, so only the names of the fields are kept.
        names = {name.split(".")[0] for name in refused.errors} & set(workflow.input.model_fields)
        tell_refused(
            session,
            refused.problems,
            team=team,
            workflow=workflow.name,
            place=form.place or form.by,
            files=sum(map(len, (*form.chosen.values(), *form.of_message.values()))),
            at=at,
            misfits=sorted(names),
        )


def _key(event: str) -> str:
    return f"form {event}"


def _put_off(context: Context, row: HeardMessage) -> None:
    with context.database.write() as session:
        heard_messages.put_off(session, row.id, team=context.team, until=context.clock() + LATER)


def _written(files: Mapping[str, Sequence[Attached]]) -> dict[str, list[list[str]]]:
    return {field: [[one.id, one.name] for one in attached] for field, attached in files.items()}


def _files(written: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, list[Attached]]:
    return {field: [Attached(id=id, name=name) for id, name in listed] for field, listed in written.items()}


def _read(content: str) -> HandedForm:
    values = json.loads(content)
    return HandedForm(
        by=values["by"],
        typed=values["typed"],
        place=values["at"],
        chosen=_files(values["chosen"]),
        of_message=_files(values["of_message"]),
    )
