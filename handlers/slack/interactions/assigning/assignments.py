"""Assignments: a choice in a card's menu opens a form, which names who is to decide the review."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.assignable import NotAssignable, refuse_assignee
from handlers.slack.access.rights import UnknownKind, Unsure, UnusableGroup
from handlers.slack.blocks import modals
from handlers.slack.blocks.assignments import PERSON, assign_form, chosen
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.ids import NOT_LISTED, Action, Callback, Shown
from handlers.slack.interactions.decisions import as_shown, may_decide, too_late
from handlers.slack.interactions.menu import on
from handlers.slack.payloads import Click, Submission, click, submission
from handlers.slack.readings import note_reading
from handlers.slack.replies import answering
from handlers.texts.review.assigning import assignments as texts
from workflows.engine.case.reading_ways import Way
from workflows.engine.declare.names import persons_in
from workflows.engine.errors import OwnCase, Refused, Stale
from workflows.engine.review import refusals
from workflows.engine.review.assignment import assignments
from workflows.engine.review.assignment.absences import absences_now
from workflows.engine.review.cards import card_view, place_of

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to assignments."""

    @on(app, Action.ASSIGN)
    def open_form(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown = Shown.read(pressed.value)
            view = as_shown(slack, answer, pressed, shown, wants="assign")
            if view is None:
                return
            listed = pressed.view.listed if pressed.view else None
            reviewers = persons_in(slack.context.registry.get(view.workflow).review.reviewers)
            away = absences_now(slack.context, reviewers)
            metadata = f"{shown} {listed or NOT_LISTED} {view.assignments}"
            answer.open(assign_form(view, away=away, metadata=metadata, shown=str(shown)))
            note_reading(slack, view.case, by=pressed.user.id, way=Way.FORM)

    @app.view(Callback.ASSIGN)
    def assign(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            shown, by = submitted.view.shown, submitted.user.id
            try:
                _assign(slack, submitted, shown, chosen(submitted.view.state.values, PERSON))
            except Stale:
                told_late = too_late(slack, shown.id, user=by)
                answer.done(response_action="update", view=modals.told(told_late))
            except assignments.Reassigned:
                earlier = told(texts.reassigned(card_view(slack.context, shown.id)))
                answer.done(response_action="update", view=modals.told(earlier))
            except _BESIDE as error:
                answer.done(response_action="errors", errors={PERSON: _beside(error, slack.zone_of(by))})
            else:
                answer.done()
                below = submitted.view.previous_view_id
                if below is not None:
                    view = card_view(slack.context, shown.id)
                    answer.refresh(modals.review(view, listed=submitted.view.listed), of=below)
                    note_reading(slack, view.case, by=by, way=Way.DETAILS)

    @app.action(Action.ASSIGN_NOBODY)
    def assign_to_nobody(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown = Shown.read(pressed.value)
            try:
                _assign(slack, pressed, shown, None)
            except Stale:
                answer.update(modals.told(too_late(slack, shown.id, user=pressed.user.id)))
            except assignments.Reassigned:
                answer.update(modals.told(told(texts.reassigned(card_view(slack.context, shown.id)))))
            else:
                nobody = texts.to_nobody(card_view(slack.context, shown.id))
                answer.update(modals.told(told(nobody)), done="It is assigned to nobody")


class _NobodyChosen(Refused):
    """Nobody was chosen."""


_BESIDE = (NotAssignable, Unsure, UnusableGroup, UnknownKind, OwnCase, assignments.Absent, _NobodyChosen)
"""Refusals that are about the person who was chosen."""


def _assign(slack: SlackContext, acted: Click | Submission, shown: Shown, to: str | None) -> None:
    """Assign a review, where whoever wants that may decide it, and the person may, too. Raise `Refused`."""
    _may(slack, acted, shown)
    by, view = acted.user.id, acted.view
    seen = view.private_metadata.rpartition(" ")[2] if view is not None else ""
    with refusals.told_of_review(slack.context, shown.id, by=by, wanted="assign"):
        if to is None and isinstance(acted, Submission):
            raise _NobodyChosen("nobody was chosen")
        if to is not None:
            workflow = slack.context.registry.get(place_of(slack.context, shown.id).workflow)
            refuse_assignee(slack.rights, to, workflow)
        number = int(seen) if seen.isascii() and seen.isdigit() else None
        assignments.assign(slack.context, shown.id, shown.version, to, by=by, seen=number)


class _MayNot(Refused):
    """Whoever assigns may not decide. The message says why."""


def _may(slack: SlackContext, acted: Click | Submission, shown: Shown) -> None:
    """Raise `Refused` where whoever assigns may not decide: that is said as such, and not beside the field."""
    try:
        may_decide(slack, acted, shown)
    except (Unsure, UnusableGroup, UnknownKind) as error:
        raise _MayNot(str(error)) from error


def _beside(error: Refused, zone: ZoneInfo | None) -> str:
    """Say beside the field what is wrong with the person who was chosen. `zone`: of whoever chose."""
    match error:
        case assignments.Absent():
            until = error.absence.until.astimezone(zone) if zone is not None else error.absence.until
            return texts.absent(f"{until:%Y-%m-%d %H:%M} ({zone.key if zone is not None else 'UTC'})")
        case NotAssignable():
            return texts.TO_BOT if error.is_app else texts.NO_RIGHT
        case OwnCase():
            return texts.OWN
        case _NobodyChosen():
            return texts.WHOM
        case _:
            return texts.NOT_KNOWN
