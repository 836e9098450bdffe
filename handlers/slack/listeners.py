"""All listeners on one Bolt app."""

import structlog
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.error import BoltUnhandledRequestError

from handlers.slack import commands, events
from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.interactions import (
    actions,
    announced,
    causes,
    charters,
    claims,
    doubts,
    grid,
    hand_in,
    home,
    originals,
    questions,
    reports,
    scope_shares,
    session,
    undo,
)
from handlers.slack.interactions.assigning import absences, assignments, escalations
from handlers.slack.interactions.digests import cases, courses, looks, needs, numbers
from handlers.slack.interactions.forms import corrected_inputs, corrections, rows, submissions, suggestions
from handlers.slack.interactions.learning import autonomy, deployments, examples, improvements, review_packs
from handlers.slack.interactions.spot_checks import spot_checks
from handlers.texts.commands import usage as commands_there_are

log = structlog.get_logger()


def register(app: App, slack: SlackContext) -> None:
    """Add all listeners to an app. The app has to raise for requests without a listener."""
    # The actions come last: they answer every button that no other listener knows.
    rooms = (
        commands,
        absences,
        announced,
        assignments,
        autonomy,
        cases,
        causes,
        charters,
        claims,
        courses,
        deployments,
        escalations,
        corrected_inputs,
        corrections,
        events,
        examples,
        doubts,
        grid,
        hand_in,
        home,
        improvements,
        looks,
        needs,
        numbers,
        originals,
        questions,
        reports,
        review_packs,
        rows,
        scope_shares,
        session,
        spot_checks,
        submissions,
        suggestions,
        undo,
    )
    for room in (*rooms, actions):
        room.register(app, slack)

    @app.error
    def failed(error: Exception, request: BoltRequest) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            return _nobody_listens(request)
        # Without an acknowledgement Slack tells the person that it failed, and they try again.
        log.error("listener.failed", kind=_kind(request), error=type(error).__name__, exc_info=error)
        return BoltResponse(status=500, body="")


def _nobody_listens(request: BoltRequest) -> BoltResponse:
    """Acknowledge a request without a listener: Slack would otherwise send it again, or tell the person that it failed.

    Its content is not logged.
    """
    kind = _kind(request)
    log.info("request.not_listened_to", kind=kind)
    if kind == "command":
        return _said(told(commands_there_are()))
    return answer_of_nobody(request, "This form is from another version of Countersign; nothing was recorded.")


def answer_of_nobody(request: BoltRequest, why: str) -> BoltResponse:
    """Acknowledge a request for which nothing is done. `why`: for the person, where Slack shows them the answer."""
    match _kind(request):
        case "block_suggestion" | "dialog_suggestion":
            return BoltResponse(status=200, body={"options": []})
        case "view_submission":
            view = modals.told(answers.refused(why))
            return BoltResponse(status=200, body={"response_action": "update", "view": view})
        case "command":
            return _said(answers.refused(why))
        case _:
            return BoltResponse(status=200, body="")


def _said(drawn: Drawn) -> BoltResponse:
    body = {"text": drawn.text, "blocks": list(drawn.blocks), "response_type": "ephemeral"}
    return BoltResponse(status=200, body=body)


def _kind(request: BoltRequest) -> str:
    """Return the type of a request in Slack's words; for an event, the event's type."""
    body = request.body
    if "command" in body:
        return "command"
    event = body.get("event")
    kind = event.get("type") if isinstance(event, dict) else body.get("type")
    return str(kind or "unknown")[:60]
