"""Events of the workspace that Countersign listens to."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import BoundedSemaphore
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltContext, BoltResponse

from handlers.slack.context import SlackContext
from handlers.slack.heard_messages import MESSAGE, heard_in, reply_in
from handlers.slack.payloads import event
from handlers.slack.replies import DATABASE_SECONDS, afterwards
from store.db import failpoints
from store.db.failpoints import Failpoint
from store.db.time_limits import time_limit
from store.states import InstallationEnd
from workflows.engine.case import inbox
from workflows.engine.errors import Refused
from workflows.engine.sources.heard import messages, thread_answers, waiting

log = structlog.get_logger()
_IDS = "countersign_heard"
"""Name in Bolt's context of the messages that were kept."""
_AT_ONCE = 8
"""Messages that are taken in at once. Their threads are those of people's presses, and an author's code may hang."""

_AUDITED = frozenset({"app_uninstalled", "tokens_revoked"})
_DRAWN = frozenset({"app_home_opened"})
"""Events that only have something drawn: they are not kept, since a repetition draws it again."""
_HEARD = _AUDITED | {"subteam_members_changed", "subteam_updated"}
"""Events with a listener; any other is acknowledged, and not kept."""


def register(app: App, slack: SlackContext) -> None:
    """Listen to events.

    The middleware first keeps what must not be lost, in one transaction: the event, to know it when it comes twice, and
    its consequences. Then it acknowledges, since Bolt would do so only at the end of the listener, which may wait for
    Slack or for an author's code. A listener's own work concerns only this process, and may be lost.
    """
    free = BoundedSemaphore(_AT_ONCE)

    @app.middleware
    def keep(body: Mapping[str, Any], context: BoltContext, ack: Ack, next: Callable[[], BoltResponse]) -> BoltResponse:
        if body.get("type") != "event_callback":
            return next()
        try:
            came = event(body)
        except Refused:
            # A repetition would not be understood either.
            log.warning("event.not_understood")
            return BoltResponse(status=200)
        if came.event.type == MESSAGE:
            if not slack.installed.admits(came.origin):
                return BoltResponse(status=200)
            with time_limit(DATABASE_SECONDS):
                context[_IDS] = _kept(slack, body, event=came.event_id)
            failpoints.before(Failpoint.ACK, "event")
            ack()
            return next() if context[_IDS] else BoltResponse(status=200)
        if came.event.type not in _HEARD | _DRAWN:
            return next()
        is_ours = slack.installed.admits(came.origin)
        if not is_ours:
            log.info("event.from_elsewhere", kind=came.event.type)
        if came.event.type in _DRAWN:
            ack()
            return next() if is_ours else BoltResponse(status=200)
        with time_limit(DATABASE_SECONDS):
            is_new = inbox.hear(
                slack.context,
                key=came.event_id,
                kind=came.event.type,
                audited=is_ours and came.event.type in _AUDITED,
            )
        failpoints.before(Failpoint.ACK, "event")
        ack()
        return next() if is_new else BoltResponse(status=200)

    @app.event(MESSAGE)
    def take_in(context: BoltContext) -> None:
        # The author's code is called once the event is acknowledged. `serve` takes in what a crash leaves, and what
        # comes while too many are taken in.
        if free.acquire(blocking=False):
            try:
                for one in context[_IDS]:
                    afterwards("message", partial(waiting.take_in, slack.context, one, slack.files))
            finally:
                free.release()

    @app.event("app_uninstalled")
    def uninstalled() -> None:
        # The event is kept, and people from elsewhere cannot send it; whether it is still true, Slack is asked.
        slack.is_gone(InstallationEnd.UNINSTALLED)

    @app.event("tokens_revoked")
    def revoked(event: Mapping[str, Any]) -> None:
        tokens = event.get("tokens")
        # Tokens of people may be revoked too, and this app has none.
        if isinstance(tokens, Mapping) and slack.bot_user in (tokens.get("bot") or ()):
            slack.is_gone(InstallationEnd.REVOKED)

    @app.event("subteam_members_changed")
    def members_changed(event: Mapping[str, Any]) -> None:
        # A reviewer who leaves the group loses the right at once where the event comes to this process.
        slack.groups.forget(str(event.get("subteam_id")))

    @app.event("subteam_updated")
    def updated(event: Mapping[str, Any]) -> None:
        slack.groups.forget(str(event.get("subteam", {}).get("id")))


def _kept(slack: SlackContext, body: Mapping[str, Any], *, event: str) -> Sequence[int]:
    """Keep a message of a watched channel, or an answer; returns what there is to take in.

    Most messages cost no database, and a person's reply to their own message one look.
    """
    if (said := reply_in(body)) is not None:
        return thread_answers.hear(slack.context, said, event=event)
    heard = heard_in(body, bot=slack.bot, address=slack.address)
    return messages.hear(slack.context, heard, event=event) if heard is not None else []
