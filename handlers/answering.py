"""How a person is answered. Whatever they did, they hear of it: it is done, or why it is not.

A decision is committed before it is acknowledged; if that fails, nothing is acknowledged and Slack says that it did not
work. After the acknowledgement nothing may raise, or Bolt loses it: what fails then is logged here.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from handlers.blocks import answers, modals
from handlers.blocks.drawn import Drawn
from handlers.blocks.modals import View
from handlers.rights import NotAllowed
from store import seams
from store.hurry import hurried
from store.seams import Seam
from workflows.engine.errors import Refused, Repeated

log = structlog.get_logger()

DATABASE_SECONDS = 1.5
"""For which the database is waited for; Slack waits for 3 in all."""
_SECONDS = 5
"""For which Slack is waited for with an answer."""
_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "trigger_exchanged"})


class Answer:
    """One answer to one thing that a person did."""

    def __init__(self, body: Mapping[str, Any], ack: Ack, client: WebClient) -> None:
        self._body = body
        self._client = client
        self._ack = ack
        self._acknowledged = False

    @property
    def in_modal(self) -> bool:
        """Was it done in a modal?"""
        return "view" in self._body

    def done(self, **response: Any) -> None:
        """Acknowledge. All that has to be kept is committed."""
        if not self._acknowledged:
            self._acknowledged = True
            seams.before(Seam.ACK)
            self._ack(**response)
            seams.after(Seam.ACK)

    def say(self, told: Drawn) -> None:
        """Answer a command, which only the person sees."""
        self.done(text=told.text, blocks=list(told.blocks), response_type="ephemeral")

    def add(self, told: Drawn) -> None:
        """Answer a command with one thing more."""
        self._try("answer", lambda: self._privately(told))

    def tell(self, told: Drawn) -> None:
        """Tell the person alone, in a message that only they see, or in a modal on top of theirs."""
        if "command" in self._body:
            self.say(told)
            return
        if self._body.get("type") == "view_submission":
            self.done(response_action="update", view=modals.told(told))
            return
        self.done()
        if self.in_modal:
            self._try("views.push", lambda: self._push_or_update(modals.told(told)))
        else:
            self._try("answer", lambda: self._privately(told))

    def redraw(self, drawn: Drawn) -> None:
        """Draw the message anew whose button was pressed."""
        url, blocks = self._body.get("response_url"), list(drawn.blocks)
        if url:
            webhook = WebhookClient(url, timeout=_SECONDS, retry_handlers=[])
            self._try("redraw", lambda: webhook.send(text=drawn.text, blocks=blocks, replace_original=True))

    def open(self, view: View) -> None:
        """Open a modal, on top of the one it was asked for in."""
        self.done()
        trigger = self._body["trigger_id"]
        if self.in_modal:
            self._try("views.push", lambda: self._client.views_push(trigger_id=trigger, view=view))
        else:
            self._try("views.open", lambda: self._client.views_open(trigger_id=trigger, view=view))

    def update(self, view: View, *, of: str | None = None) -> None:
        """Draw a modal anew: the one it was asked for in, or the one named."""
        self.done()
        self._try("views.update", lambda: self._client.views_update(view_id=of or self._body["view"]["id"], view=view))

    def _push_or_update(self, view: View) -> None:
        try:
            self._client.views_push(trigger_id=self._body["trigger_id"], view=view)
        except SlackApiError:
            # The stack is full, or the trigger is used up.
            self._client.views_update(view_id=self._body["view"]["id"], view=view)

    def _privately(self, told: Drawn) -> None:
        blocks, url = list(told.blocks), self._body.get("response_url")
        if url:
            webhook = WebhookClient(url, timeout=_SECONDS, retry_handlers=[])
            said = webhook.send(text=told.text, blocks=blocks, response_type="ephemeral", replace_original=False)
            if said.status_code == 200:
                return
        self._client.chat_postEphemeral(
            channel=self._body["channel"]["id"], user=self._body["user"]["id"], text=told.text, blocks=blocks
        )

    def _try(self, what: str, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001  # nothing may raise after the acknowledgement; it is said and logged
            code = str(error.response.get("error")) if isinstance(error, SlackApiError) else type(error).__name__
            log.warning("answer.not_given", what=what, error=code)
            if code in _LATE and not self.in_modal:
                late = "Slack took too long to open this. Nothing was changed; press the button again."
                self._try("answer", lambda: self._privately(answers.refused(late)))


@contextmanager
def answering(body: Mapping[str, Any], ack: Ack, client: WebClient) -> Iterator[Answer]:
    """Answer within the block; what is refused there is told to the person."""
    answer = Answer(body, ack, client)
    try:
        with hurried(DATABASE_SECONDS):
            yield answer
    except Repeated:
        # The first time was answered.
        answer.done()
    except NotAllowed as error:
        answer.tell(answers.refused(str(error), owner=error.owner))
    except Refused as error:
        answer.tell(answers.refused(str(error)))


def afterwards(what: str, work: Callable[[], object]) -> None:
    """Do what takes longer than Slack waits, once it is acknowledged; what fails is logged, since nobody waits."""
    try:
        work()
    except Exception as error:  # the listener's edge: after the acknowledgement nothing may raise
        log.error("work.failed", what=what, error=type(error).__name__, exc_info=error)
