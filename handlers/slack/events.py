"""Events of the workspace that Countersign listens to."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from slack_bolt import App, BoltResponse

from handlers.slack.context import SlackContext
from handlers.slack.payloads import event
from handlers.slack.replies import DATABASE_SECONDS
from store.db import failpoints
from store.db.failpoints import Failpoint
from store.db.time_limits import time_limit
from workflows.engine.case import inbox
from workflows.engine.errors import Refused

log = structlog.get_logger()

_AUDITED = frozenset({"app_uninstalled", "tokens_revoked"})
_DRAWN = frozenset({"app_home_opened"})
"""Events that only have something drawn: they are not kept, since a repetition draws it again."""
_HEARD = _AUDITED | {"subteam_members_changed", "subteam_updated"}
"""Events with a listener; any other is acknowledged, and not kept."""


def register(app: App, slack: SlackContext) -> None:
    """Listen to events.

    Bolt acknowledges an event before its listener begins. So the middleware first keeps what must not be lost, in one
    transaction: the event, to know it when it comes twice, and its consequences. A listener's own work concerns only
    this process, and may be lost.
    """

    @app.middleware
    def keep(body: Mapping[str, Any], next: Callable[[], BoltResponse]) -> BoltResponse:
        if body.get("type") != "event_callback":
            return next()
        try:
            came = event(body)
        except Refused:
            # A repetition would not be understood either.
            log.warning("event.not_understood")
            return BoltResponse(status=200)
        if came.event.type not in _HEARD | _DRAWN:
            return next()
        is_ours = slack.installed.admits(came.origin)
        if not is_ours:
            log.info("event.from_elsewhere", kind=came.event.type)
        if came.event.type in _DRAWN:
            return next() if is_ours else BoltResponse(status=200)
        with time_limit(DATABASE_SECONDS):
            is_new = inbox.hear(
                slack.context,
                key=came.event_id,
                kind=came.event.type,
                audited=is_ours and came.event.type in _AUDITED,
            )
        failpoints.before(Failpoint.ACK, "event")
        return next() if is_new else BoltResponse(status=200)

    for kind in _AUDITED:
        # The event is kept; the sender notices on its own that Slack refuses it.
        app.event(kind)(lambda: None)

    @app.event("subteam_members_changed")
    def members_changed(event: Mapping[str, Any]) -> None:
        # A reviewer who leaves the group loses the right at once where the event comes to this process.
        slack.groups.forget(str(event.get("subteam_id")))

    @app.event("subteam_updated")
    def updated(event: Mapping[str, Any]) -> None:
        slack.groups.forget(str(event.get("subteam", {}).get("id")))
