"""Replies to a person. Whatever they did, they are told that it is done, or why not.

A decision is committed before it is acknowledged; if the commit fails, nothing is acknowledged and Slack says that it
did not work. After the acknowledgement nothing may raise, or Bolt loses it: a later failure is told in another way, and
logged. Slack may refuse each way of telling, so they are tried in order: an answer to the press, a message that only
the person sees, a direct message.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from handlers.slack import newer_blocks
from handlers.slack.access import lookups
from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.parts.documents import without_pictures
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.error_codes import NOT_DONE, RATE_LIMITED, code_of, is_passing
from handlers.slack.payloads import HOME
from handlers.slack.readings import recorded_afterwards
from store.db import failpoints
from store.db.failpoints import Failpoint
from store.db.time_limits import time_limit
from workflows.engine.errors import Refused, Repeated

log = structlog.get_logger()

DATABASE_SECONDS = 1.5
"""Seconds to wait for the database; Slack waits for 3 in all."""
_SECONDS = 5
"""Seconds to wait for Slack with an answer."""
_NO_PICTURE = frozenset({"invalid_arguments", "invalid_blocks"})
"""Slack's codes for a modal with a picture that it cannot show, among others."""
_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "trigger_exchanged"})


class Answer:
    """The answer to one act of a person."""

    def __init__(self, body: Mapping[str, Any], ack: Ack, client: WebClient) -> None:
        self._body = body
        self._client = client
        self._ack = ack
        self._acknowledged = False

    @property
    def in_modal(self) -> bool:
        """True if the act happened in a modal."""
        return "view" in self._body and not self._in_home

    @property
    def _in_home(self) -> bool:
        return (self._body.get("view") or {}).get("type") == HOME

    @property
    def is_acknowledged(self) -> bool:
        """True if Slack was told that the act was heard."""
        return self._acknowledged

    def done(self, **response: Any) -> None:
        """Acknowledge. Everything that has to be kept must be committed before."""
        if not self._acknowledged:
            self._acknowledged = True
            failpoints.before(Failpoint.ACK)
            self._ack(**response)
            failpoints.after(Failpoint.ACK)

    def say(self, told: Drawn) -> None:
        """Answer a command, seen by the person alone."""
        if self._acknowledged:
            self.add(told)
        else:
            # Nobody is told whether Slack takes what an acknowledgement says.
            shown = newer_blocks.form_of(told)
            self.done(text=shown.text, blocks=list(shown.blocks), response_type="ephemeral")

    def add(self, told: Drawn) -> None:
        """Add another answer to a command."""
        self._privately(told)

    def tell(self, told: Drawn) -> None:
        """Tell the person alone, in a message that only they see, or in a modal on top of theirs."""
        if "command" in self._body:
            self.say(told)
            return
        if self._body.get("type") == "view_submission" and not self._acknowledged:
            self.done(response_action="update", view=modals.told(told))
            return
        self.done()
        if self._in_home and self._is_opened(modals.told(told)):
            return
        if not (self.in_modal and (self._push(modals.told(told)) or self._update(modals.told(told)))):
            self._privately(told)

    def redraw(self, drawn: Drawn) -> None:
        """Draw the message with the pressed button anew. Where that fails, the sender does it a moment later."""
        self._reply(drawn, replace_original=True)

    def open(self, view: View) -> bool:
        """Open a modal, on top of the one with the button; where that fails, tell the person.

        Return True if it was opened. Work that depends on the modal has to wait for that.
        """
        self.done()
        code = self._opened(view)
        if code in _NO_PICTURE and (plain := without_pictures(view)) is not None:
            # Somebody deleted a picture at Slack, or Slack has not looked through it yet.
            code = self._opened(plain)
        if code is None:
            return True
        told = answers.refused(not_opened(code))
        if not (self.in_modal and self._update(modals.told(told))):
            self._privately(told)
        return False

    def _opened(self, view: View) -> str | None:
        """Open a modal; return Slack's error code, or None for success."""
        if self.in_modal:
            return self._refused("views.push", lambda: self._client.views_push(trigger_id=self._trigger, view=view))
        return self._refused("views.open", lambda: self._client.views_open(trigger_id=self._trigger, view=view))

    def update(self, view: View, *, of: str | None = None, done: str = "Nothing was changed") -> None:
        """Draw a modal anew: the one with the button, or the one named.

        `done`: what the person is told of their act where the modal cannot be drawn.
        """
        self.done()
        if self._update(view, of=of):
            return
        told = answers.refused(f"{done}; Slack could not show it here.")
        if self._body.get("type") != "block_actions" or not self._push(modals.told(told)):
            self._privately(told)

    def refresh(self, view: View, *, of: str) -> None:
        """Draw a lower modal anew, since it is out of date. Where that fails, no harm is done."""
        self.done()
        self._update(view, of=of)

    @property
    def _trigger(self) -> str:
        return str(self._body["trigger_id"])

    def _is_opened(self, view: View) -> bool:
        return self._refused("views.open", lambda: self._client.views_open(trigger_id=self._trigger, view=view)) is None

    def _push(self, view: View) -> bool:
        return self._refused("views.push", lambda: self._client.views_push(trigger_id=self._trigger, view=view)) is None

    def _update(self, view: View, *, of: str | None = None) -> bool:
        named = of or (self._body.get("view") or {}).get("id")
        if named is None:
            return False

        def call(shown: View) -> str | None:
            return self._refused("views.update", lambda: self._client.views_update(view_id=named, view=shown))

        code = call(view)
        if code in _NO_PICTURE and (plain := without_pictures(view)) is not None:
            code = call(plain)
        return code is None

    def _privately(self, told: Drawn) -> None:
        """Tell the person alone, in the first way that Slack accepts."""
        if self._reply(told, response_type="ephemeral", replace_original=False):
            return
        user = self._body.get("user_id") or self._body["user"]["id"]
        channel = self._body.get("channel_id") or (self._body.get("channel") or {}).get("id")
        here = self._client.chat_postEphemeral
        if channel is not None and self._sent("chat.postEphemeral", here, told, channel=channel, user=user):
            return
        # A direct message comes last, since it stays in the conversation.
        direct = self._client.chat_postMessage
        if not self._sent("chat.postMessage", direct, told, channel=user, unfurl_links=False, unfurl_media=False):
            log.error("answer.lost", user=user)

    def _sent(self, what: str, call: Callable[..., object], told: Drawn, **where: Any) -> bool:
        """Send a message with a call of Slack's API; return False where Slack refuses it."""

        def attempt(shown: Drawn) -> object:
            return call(**where, text=shown.text, blocks=list(shown.blocks))

        return self._refused(what, lambda: newer_blocks.send(told, attempt)) is None

    def _reply(self, told: Drawn, **how: Any) -> bool:
        """Answer through the response_url of the request, where it has one that still works."""
        url = self._body.get("response_url")
        if not url:
            return False
        webhook = WebhookClient(url, timeout=_SECONDS, retry_handlers=[])
        statuses: list[int] = []

        def reply(shown: Drawn) -> None:
            answer = webhook.send(text=shown.text, blocks=list(shown.blocks), **how)
            if "invalid_blocks" in (answer.body or "") and shown.plain is not None:
                raise newer_blocks.BlocksRefused
            statuses.append(answer.status_code)

        if self._refused("response_url", lambda: newer_blocks.send(told, reply)) is not None:
            return False
        if statuses != [200]:
            log.warning("answer.not_given", what="response_url", error=f"http_{statuses[0]}")
        return statuses == [200]

    def _refused(self, what: str, call: Callable[[], object]) -> str | None:
        """Call Slack; return its error code, or None for success."""
        try:
            call()
        except NOT_DONE as error:
            code = code_of(error)
        except Exception as error:  # nothing may raise after the acknowledgement
            log.error("answer.failed", what=what, error=type(error).__name__, exc_info=error)
            return type(error).__name__
        else:
            return None
        log.warning("answer.not_given", what=what, error=code)
        return code


def not_opened(code: str) -> str:
    """Return what to tell a person where Slack did not open a modal. `code`: Slack's error code."""
    if code in _LATE:
        return "Slack took too long to open this. Nothing was changed; try again."
    if code == RATE_LIMITED:
        return "Slack limits calls for a moment. Nothing was changed; try again in a minute."
    if is_passing(code):
        return "Slack could not open this just now. Nothing was changed; try again."
    return (
        f"Slack refuses to open this ({code}), and trying again will not help. Nothing was changed; tell an engineer."
    )


@contextmanager
def answering(body: Mapping[str, Any], ack: Ack, client: WebClient) -> Iterator[Answer]:
    """Answer within the block; what is refused there is told to the person."""
    answer = Answer(body, ack, client)
    with recorded_afterwards():
        yield from _answering(answer)


def _answering(answer: Answer) -> Iterator[Answer]:
    try:
        with time_limit(DATABASE_SECONDS), lookups.waiting():
            yield answer
    except Repeated:
        # The first delivery of this interaction was answered.
        answer.done()
    except NotAllowed as error:
        answer.tell(answers.refused(str(error), owner=error.owner))
    except Refused as error:
        answer.tell(answers.refused(str(error)))
    except Exception as error:
        if not answer.is_acknowledged:
            raise
        # If this raised, Bolt would lose the acknowledgement, and the person would be told that nothing was done.
        log.error("listener.failed_afterwards", error=type(error).__name__, exc_info=error)


def afterwards(what: str, work: Callable[[], object]) -> None:
    """Run slow work after the acknowledgement. A failure is logged, since nobody waits."""
    try:
        work()
    except Exception as error:  # the listener's edge: after the acknowledgement nothing may raise
        log.error("work.failed", what=what, error=type(error).__name__, exc_info=error)
