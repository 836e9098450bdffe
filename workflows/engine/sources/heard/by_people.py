"""Cases that people hand in where they talk: by a message, or by a form that is empty at first."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.orm import Session

from store.sources import sources
from store.sources.origins import NewOrigin
from store.states import SourceKind
from workflows.engine.case.intake import Accepted, Intake, Receipt, take_in
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused
from workflows.engine.review.form.forms import defaults_of, entries
from workflows.engine.sources.heard.messages import made_of, takes_documents, tell_taken_in
from workflows.engine.sources.heard.views import Attached, HandedInView, Heard, Prefilled
from workflows.engine.text.form_fields import OF_FILES, Field, Kind, form_of

_DIRECT = "direct messages"
"""Name of the source of cases whose outcome is told to a person alone."""


def prefilled(workflow: AnyWorkflow, heard: Heard | None) -> Prefilled:
    """Return the texts with which the form of an input begins. `heard`: the message; None where there is none.

    The workflow's own function fills it in. Where there is none, or it fails, the message's text goes into the first
    field for a text.
    """
    texts = defaults_of(workflow.input)
    if heard is None:
        return Prefilled(texts=texts)
    is_no_case = failed = False
    # Its files are read once the form is handed in: until then the function could not look into them.
    if workflow.from_messages is not None and not (heard.attached and takes_documents(workflow)):
        try:
            made = made_of(workflow, heard)
            if made is not None:
                return Prefilled(texts=entries(made))
            is_no_case = True
        except Exception:  # noqa: BLE001  # the author's code: the person fills the form in
            failed = True
    first = next((one for one in form_of(workflow.input) if one.kind is Kind.TEXT and not one.choices), None)
    if first is not None:
        texts = {**texts, first.name: heard.text}
    return Prefilled(texts=texts, is_no_case=is_no_case, has_failed=failed)


def shared_out(fields: Sequence[Field], attached: Sequence[Attached]) -> Mapping[str, Sequence[Attached]]:
    """Return the files of a message by the fields of a form that take them, in order.

    A field for one file takes the next one, a field for several takes all that are left.
    """
    left, found = list(attached), dict[str, Sequence[Attached]]()
    for field in fields:
        if field.kind in OF_FILES and left:
            number = 1 if field.kind is Kind.DOCUMENT else len(left)
            found[field.name], left = left[:number], left[number:]
    return found


def hand_in(
    context: Context,
    workflow: AnyWorkflow,
    accepted: Accepted,
    *,
    by: str,
    place: str | None,
    also: Callable[[Session, Sequence[Receipt]], None] = lambda session, receipts: None,
) -> HandedInView:
    """Take an input in for a person, who is told the outcome.

    `place`: the message in whose thread it is told; None: to them alone. `also`: done in the same transaction. Raise
    `QueueFull`, or `Refused` where nothing more is taken in under its key, or its case is a program's.
    """
    team, at = context.team, context.clock()
    channel = place.partition("/")[0] if place is not None else None
    with context.database.write() as session:
        source = sources.named_or_new(session, team=team, kind=SourceKind.SLACK, name=channel or _DIRECT, by=by, at=at)

    def beside(session: Session, receipts: Sequence[Receipt]) -> None:
        also(session, receipts)
        if place is not None:
            tell_taken_in(session, receipts[0], team=team, workflow=workflow.name, place=place, at=at)

    (receipt,) = take_in(
        context,
        workflow,
        [accepted],
        source=f"slack/{channel}" if channel is not None else "slack",
        actor=by,
        origin=NewOrigin(source=source, place=place or by),
        also=beside,
    )
    if receipt.intake in (Intake.REFUSED, Intake.FOREIGN):
        raise Refused(receipt.why or "nothing more is taken in under this key")
    return HandedInView(
        workflow=workflow.name,
        case=receipt.case,
        is_new=receipt.intake is Intake.TAKEN_IN,
        is_revision=receipt.intake is Intake.REVISED,
        is_told_in_thread=place is not None,
    )
