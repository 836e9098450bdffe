"""All listeners on one Bolt app."""

import structlog
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.error import BoltUnhandledRequestError

from handlers.slack import actions, commands, corrections, doubts, events, submissions
from handlers.slack.blocks import answers, modals
from handlers.slack.context import SlackContext

log = structlog.get_logger()


def register(app: App, slack: SlackContext) -> None:
    """Have an app listen to all that people do. The app has to raise for what nobody listens to."""
    # The actions last: they answer whatever button nobody else knows.
    for room in (commands, corrections, events, doubts, submissions, actions):
        room.register(app, slack)

    @app.error
    def failed(error: Exception, request: BoltRequest) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            return _nobody_listens(request)
        # Without an acknowledgement Slack tells the person that it did not work, and they try again.
        log.error("listener.failed", kind=_kind(request), error=type(error).__name__, exc_info=error)
        return BoltResponse(status=500, body="")


def _nobody_listens(request: BoltRequest) -> BoltResponse:
    """Acknowledge what nobody listens to, since Slack would send it again, or tell the person that it broke.

    What is in it is nobody's business, and is not logged.
    """
    kind = _kind(request)
    log.info("request.not_listened_to", kind=kind)
    match kind:
        case "block_suggestion" | "dialog_suggestion":
            return BoltResponse(status=200, body={"options": []})
        case "view_submission":
            old = answers.refused("This form is of another version of Countersign; nothing was recorded.")
            return BoltResponse(status=200, body={"response_action": "update", "view": modals.told(old)})
        case "command":
            told = answers.usage()
            body = {"text": told.text, "blocks": list(told.blocks), "response_type": "ephemeral"}
            return BoltResponse(status=200, body=body)
        case _:
            return BoltResponse(status=200, body="")


def _kind(request: BoltRequest) -> str:
    """What a request is, in Slack's words; of an event, which."""
    body = request.body
    if "command" in body:
        return "command"
    event = body.get("event")
    kind = event.get("type") if isinstance(event, dict) else body.get("type")
    return str(kind or "unknown")[:60]
