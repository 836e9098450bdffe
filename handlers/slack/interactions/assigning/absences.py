"""Absences: a person says on their Home until when they are away, and who takes what is theirs. They come back early.

A day begins at midnight in the person's own time zone, as Slack has it; where Slack has none, in UTC.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.assignable import reviewers_of
from handlers.slack.access.rights import NotAllowed, Unsure
from handlers.slack.blocks.assignments import DELEGATE, SINCE, UNTIL, away_form, chosen
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Callback, HomePlace
from handlers.slack.interactions import home
from handlers.slack.payloads import Submission, click, submission
from handlers.slack.replies import afterwards, answering
from handlers.texts.review.assigning import absences as texts
from workflows.engine.review.assignment import absences, upkeep
from workflows.engine.review.assignment.absences import ImpossibleAbsence, absence_of
from workflows.engine.review.assignment.views import Wrong

Body = Mapping[str, Any]
_BLOCKS = {Wrong.SINCE: SINCE, Wrong.UNTIL: UNTIL, Wrong.DELEGATE: DELEGATE}


def register(app: App, slack: SlackContext) -> None:
    """Listen to absences."""

    @app.action(Action.AWAY)
    def open_form(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            slack.admit(pressed.origin)
            absence = absence_of(slack.context, pressed.user.id)
            zone = slack.zone_of(pressed.user.id)
            answer.open(
                away_form(
                    absence,
                    since=_day(absence.since, zone) if absence is not None and not absence.has_begun else None,
                    until=_day(absence.until, zone) if absence is not None else None,
                    zone=zone.key if zone is not None else "UTC",
                    # The pages of the Home, so that it is drawn anew where it stands.
                    metadata=str(HomePlace.read(pressed.home.private_metadata if pressed.home is not None else "")),
                )
            )

    @app.view(Callback.AWAY)
    def be_away(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            slack.admit(submitted.origin)
            wrong = _be_away(slack, submitted)
            if wrong:
                answer.done(response_action="errors", errors=wrong)
                return
            answer.done()
            # The server does it too, a few seconds later; so the Home shows already what is no longer theirs.
            afterwards("assignments", partial(upkeep.sweep, slack.context, reviewers_of(slack.rights), check=False))
            shown = HomePlace.read(submitted.view.private_metadata)
            afterwards("home", partial(home.show, slack, client, submitted.user.id, shown, seen=None))

    @app.action(Action.BACK)
    def come_back(body: Body, ack: Ack, client: WebClient) -> None:
        with home.kept_fresh(slack, client, body), answering(body, ack, client) as answer:
            pressed = click(body)
            slack.admit(pressed.origin)
            if absences.come_back(slack.context, pressed.user.id, by=pressed.user.id):
                answer.done()
            else:
                answer.tell(told(texts.NOT_AWAY))


def _be_away(slack: SlackContext, submitted: Submission) -> Mapping[str, str]:
    """Keep a person's absence; return what is wrong with it, by input."""
    by, typed = submitted.user.id, submitted.view.state.values
    zone, delegate = slack.zone_of(by), chosen(typed, DELEGATE)
    since, until = _midnight(chosen(typed, SINCE), zone), _midnight(chosen(typed, UNTIL), zone)
    if until is None:
        return {UNTIL: texts.WRONG[Wrong.UNTIL]}
    if delegate is not None and delegate != by and not _is_of_use(slack, delegate, by=by):
        return {DELEGATE: texts.NO_USE}
    try:
        absences.be_away(slack.context, by, since=since, until=until, delegate=delegate, by=by)
    except ImpossibleAbsence as error:
        return {_BLOCKS[error.wrong]: texts.WRONG[error.wrong]}
    return {}


def _is_of_use(slack: SlackContext, delegate: str, *, by: str) -> bool:
    """Tell whether a delegate may decide any of a person's workflows, or that is not known just now."""
    try:
        theirs = slack.allowed(slack.rights.decide, by, list(slack.context.registry))
        return not theirs or bool(slack.allowed(slack.rights.decide, delegate, theirs))
    except (Unsure, NotAllowed):
        return True


def _midnight(day: str | None, zone: ZoneInfo | None) -> datetime | None:
    """Return the time at which a day begins there; None where none was chosen."""
    return datetime.combine(date.fromisoformat(day), time.min, tzinfo=zone or UTC) if day else None


def _day(at: datetime, zone: ZoneInfo | None) -> date:
    return at.astimezone(zone or UTC).date()
