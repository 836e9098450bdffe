"""All listeners on one Bolt app."""

import structlog
from slack_bolt import App, BoltRequest, BoltResponse

from handlers import actions, commands, correcting, events, settling, tending, views
from handlers.surface import Surface

log = structlog.get_logger()


def register(app: App, surface: Surface) -> None:
    """Have an app listen to all that people do."""
    # The actions last: they answer whatever button nobody else knows.
    for room in (commands, tending, correcting, events, settling, views, actions):
        room.register(app, surface)

    @app.error
    def failed(error: Exception, request: BoltRequest) -> BoltResponse:
        # Without an acknowledgement Slack tells the person that it did not work, and they try again.
        kind = request.body.get("type") or request.body.get("command") or "unknown"
        log.error("listener.failed", kind=kind, error=type(error).__name__, exc_info=error)
        return BoltResponse(status=500, body="")
