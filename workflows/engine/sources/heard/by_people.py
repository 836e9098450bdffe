"""Cases that people hand in where they talk: by a message, or by a form that is empty at first."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from store.sources import sources
from store.sources.origins import NewOrigin
from store.states import SourceKind
from workflows.engine.case.intake import Accepted, Intake, Receipt, take_in
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused
from workflows.engine.review.form.forms import defaults_of, entries
from workflows.engine.sources.heard.messages import made_of, tell_taken_in
from workflows.engine.sources.heard.views import HandedInView, Heard, Prefilled
from workflows.engine.text.form_fields import Kind, form_of

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
    if workflow.from_messages is not None:
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


def hand_in(context: Context, workflow: AnyWorkflow, accepted: Accepted, *, by: str, place: str | None) -> HandedInView:
    """Take an input in for a person, who is told the outcome.

    `place`: the message in whose thread it is told; None: to them alone. Raise `QueueFull`, or `Refused` where nothing
    more is taken in under its key, or its case is a program's.
    """
    team, at = context.team, context.clock()
    channel = place.partition("/")[0] if place is not None else None
    with context.database.write() as session:
        source = sources.named_or_new(session, team=team, kind=SourceKind.SLACK, name=channel or _DIRECT, by=by, at=at)

    def also(session: Session, receipts: Sequence[Receipt]) -> None:
        if place is not None:
            tell_taken_in(session, receipts[0], team=team, workflow=workflow.name, place=place, at=at)

    (receipt,) = take_in(
        context,
        workflow,
        [accepted],
        source=f"slack/{channel}" if channel is not None else "slack",
        actor=by,
        origin=NewOrigin(source=source, place=place or by),
        also=also,
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
