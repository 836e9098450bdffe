"""The sender of webhooks: it takes messages, signs and sends them, and notes what became of each.

An attempt is recorded before it is made, and made outside any transaction. A source is sent one message at a time, and
some sources at once, so that a receiver that hangs holds up no other. A message that was being sent when the process
ended is sent again with the same id.
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Event

import structlog
from standardwebhooks import Webhook
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from bot.webhooks.posting import Poster
from store.db.changes import Changes
from store.db.database import Unavailable
from workflows.engine.context import Context
from workflows.engine.sources.told import webhooks
from workflows.engine.sources.told.webhook_secrets import WebhookKeys
from workflows.engine.sources.told.webhooks import Message, Refusal
from workflows.log_context import pool_of

log = structlog.get_logger()

AT_ONCE = 8
"""Number of sources that are sent to at the same time."""
_IN_A_ROW = 50
"""Messages that are sent to a source before others have their turn."""
_IDLE = 0.5
"""Seconds between two questions whether anything was committed."""
_LOOK = 5.0
"""Seconds after which the outbox is looked at whatever was committed: what waits becomes due by the clock."""

_patiently = Retrying(
    retry=retry_if_exception_type(Unavailable),
    stop=stop_after_delay(30),
    wait=wait_exponential(0.1, max=5),
    reraise=True,
)


class WebhookSender:
    """The sender of what sources are told over HTTP."""

    def __init__(self, context: Context, keys: WebhookKeys, *, poster: Poster | None = None) -> None:
        """Send by a poster; left out, one that reaches the open internet."""
        self._context = context
        self._keys = keys
        self._poster = poster or Poster()

    def run(self, stop: Event, *, entitled: Callable[[], bool] = lambda: True) -> None:
        """Send what is due until told to stop, or no longer entitled; messages under way are finished."""
        with (
            pool_of(AT_ONCE, name="webhooks") as pool,
            Changes(self._context.database) as made,
        ):
            busy: dict[str, Future[bool]] = {}
            is_prepared, looked_at = False, float("-inf")
            while not stop.is_set():
                changed = made.are_there()
                if not (changed or busy or time.monotonic() - looked_at >= _LOOK):
                    stop.wait(_IDLE)
                    continue
                looked_at = time.monotonic()
                if not entitled():
                    return
                try:
                    for channel in [channel for channel, future in busy.items() if future.done()]:
                        busy.pop(channel).result()
                    if not is_prepared and not busy:
                        webhooks.prepare(self._context)
                        is_prepared = True
                    for channel in webhooks.channels(self._context) if is_prepared else ():
                        if channel not in busy:
                            busy[channel] = pool.submit(self.serve, channel)
                except Exception as error:  # the loop's edge: it goes on when the database is back
                    log.error("webhooks.failed", error=type(error).__name__, exc_info=error)
                    # An outcome that could not be noted is treated as if the sender had ended there.
                    is_prepared = False
                stop.wait(_IDLE)

    def serve(self, channel: str) -> bool:
        """Send a source what is due, in order; return True if anything was. Raise the errors of the database."""
        is_any = False
        # Bounded, so that the loop hears soon that it is to stop.
        for _ in range(_IN_A_ROW):
            message = webhooks.take(self._context, channel)
            if message is None:
                break
            is_any = True
            if not self._send(message):
                break
        return is_any

    def _send(self, message: Message) -> bool:
        """Send a message, and note what became of it; False where it was not taken."""
        try:
            refusal = self._refusal(message)
        except Unavailable:
            raise
        except Exception as error:  # the loop's edge: tried again, and in the end given up visibly
            log.error("webhook.not_sent", source=message.source, error=type(error).__name__, exc_info=error)
            refusal = Refusal(code=type(error).__name__)
        if refusal is None:
            # The message is sent: only its note is repeated where the database is away for a moment.
            _patiently(webhooks.note_taken, self._context, message)
            return True
        _patiently(webhooks.note_refused, self._context, message, refusal)
        return False

    def _refusal(self, message: Message) -> Refusal | None:
        """Send a message; return why it was not taken, None where it was."""
        body = webhooks.body_of(self._context, message)
        if body is None:
            return None
        settings, now = message.settings, self._context.clock()
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        id = webhooks.id_of(self._context, message)
        secrets = self._keys.secrets(message.source, settings, at=now)
        headers = {
            "content-type": "application/json",
            "user-agent": "Countersign",
            "webhook-id": id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(Webhook(secret).sign(id, now, text) for secret in secrets),
        }
        answer = self._poster.post(message.address, text.encode(), headers, private=settings.allow_private, now=now)
        return None if answer.taken else Refusal(code=answer.code, after=answer.after)
