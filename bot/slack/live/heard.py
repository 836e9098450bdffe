"""Acts of people in Slack during a try, heard through the same socket and Bolt as in service.

Only what belongs to the try is acknowledged. Whatever else comes here, such as a press on a real card, is not: Slack
then says at once that it failed, and nobody takes it for done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Condition
from time import monotonic
from typing import Any

from slack_bolt import App, BoltResponse

from handlers.slack import payloads
from handlers.slack.access.admission import Origin
from handlers.slack.blocks.live import SKIPPED, command_heard, name_of
from handlers.slack.ids import Callback
from workflows.engine.errors import Refused


class Kind(StrEnum):
    """The act of a person."""

    PRESS = "press"
    SUBMIT = "submit"
    HOME = "home"
    COMMAND = "command"
    SHORTCUT = "shortcut"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that a person did."""

    kind: Kind
    name: str
    """Name of the button; empty for all but a press."""
    user: str
    origin: Origin
    trigger: str
    """Trigger with which a form can be opened."""
    channel: str | None
    message: str | None
    """Message with the button, or that a shortcut is about."""
    view: str | None
    """View with the button."""
    reply_url: str
    only_for_one: bool
    """True if only one person sees the message with the button."""


class Heard:
    """The acts of people that are not yet looked at."""

    def __init__(self, mark: str, channel: str) -> None:
        self._mark = mark
        self._channel = channel
        self._condition = Condition()
        self._acts: list[Act] = []
        self._is_skipped = False
        self.others = 0
        """Number of things that came and did not belong to the try."""
        self.expected: frozenset[Kind] = frozenset()
        """Kinds, beside presses and submissions, that the present step waits for."""
        self.answers: list[Mapping[str, Any]] = []
        """Answers to the next submissions, in order; without one the form closes."""

    def register(self, app: App) -> None:
        """Listen to everything."""

        @app.middleware
        def hear(body: Mapping[str, Any]) -> BoltResponse:
            return self._hear(body)

    def skip(self) -> None:
        """Skip the present step."""
        with self._condition:
            self._is_skipped = True
            self._condition.notify_all()

    def begin(self) -> None:
        """Begin a step. What came before is kept: somebody may be quicker than the next step."""
        self._is_skipped = False
        self.expected = frozenset()

    def wait(self, wanted: Callable[[Act], bool], *, until: float) -> Act | None:
        """Return the first act that is wanted; None where the step is skipped or its time is up.

        `until`: by the monotonic clock.
        """
        with self._condition:
            while not self._is_skipped:
                for act in self._acts:
                    if wanted(act):
                        self._acts.remove(act)
                        return act
                left = until - monotonic()
                if left <= 0:
                    break
                # Short, so that Ctrl-C ends it on every system.
                self._condition.wait(min(left, 0.5))
            return None

    @property
    def is_skipped(self) -> bool:
        """True if the present step is to be skipped."""
        return self._is_skipped

    def _hear(self, body: Mapping[str, Any]) -> BoltResponse:
        try:
            act = self._read(body)
        except Refused:
            act = None
        if act is None:
            self.others += 1
            return BoltResponse(status=404, body="")
        if act.name == SKIPPED:
            self.skip()
            return BoltResponse(status=200, body="")
        answer: Mapping[str, Any] = {}
        if act.kind is Kind.SUBMIT and self.answers:
            answer = self.answers.pop(0)
        if act.kind is Kind.COMMAND:
            told = command_heard()
            answer = {"text": told.text, "blocks": list(told.blocks), "response_type": "ephemeral"}
        with self._condition:
            self._acts.append(act)
            self._condition.notify_all()
        return BoltResponse(status=200, body=dict(answer) or "")

    def _read(self, body: Mapping[str, Any]) -> Act | None:
        """Read what came; None for what is not part of the try. Raise `Refused` for what cannot be read."""
        event = body.get("event")
        kind = event.get("type") if isinstance(event, dict) else body.get("type")
        if "command" in body:
            return self._command(body) if Kind.COMMAND in self.expected else None
        if kind == "block_actions":
            return self._press(body)
        if kind in ("view_submission", "view_closed"):
            sent = payloads.submission(body)
            if name_of(self._mark, sent.view.callback_id) is None:
                return None
            did = Kind.CLOSED if kind == "view_closed" else Kind.SUBMIT
            return _act(did, body, user=sent.user.id, origin=sent.origin, view=sent.view.id)
        if kind == "app_home_opened" and Kind.HOME in self.expected:
            opened = payloads.home_opened(body)
            is_home = opened.event.tab == payloads.HOME
            return _act(Kind.HOME, body, user=opened.event.user, origin=opened.origin) if is_home else None
        if kind == "message_action" and Kind.SHORTCUT in self.expected and body.get("callback_id") == Callback.REPORT:
            chosen = payloads.shortcut(body)
            about, user = chosen.message.ts, chosen.user.id
            return _act(Kind.SHORTCUT, body, user=user, origin=chosen.origin, message=about)
        return None

    def _command(self, body: Mapping[str, Any]) -> Act | None:
        typed, channel = payloads.typed(body), str(body.get("channel_id"))
        if body.get("command") != "/countersign" or channel != self._channel:
            return None
        return _act(Kind.COMMAND, body, user=typed.user_id, origin=typed.origin, channel=channel)

    def _press(self, body: Mapping[str, Any]) -> Act | None:
        pressed = payloads.click(body)
        name = name_of(self._mark, pressed.actions[0].action_id)
        if name is None:
            return None
        container = body.get("container")
        return _act(
            Kind.PRESS,
            body,
            name=name,
            user=pressed.user.id,
            origin=pressed.origin,
            channel=pressed.channel,
            message=pressed.container.message_ts,
            view=pressed.seen.id if pressed.seen is not None else None,
            only_for_one=isinstance(container, dict) and container.get("is_ephemeral") is True,
        )


def _act(
    kind: Kind,
    body: Mapping[str, Any],
    *,
    user: str,
    origin: Origin,
    name: str = "",
    channel: str | None = None,
    message: str | None = None,
    view: str | None = None,
    only_for_one: bool = False,
) -> Act:
    return Act(
        kind=kind,
        name=name,
        user=user,
        origin=origin,
        trigger=str(body.get("trigger_id") or ""),
        channel=channel,
        message=message,
        view=view,
        reply_url=str(body.get("response_url") or ""),
        only_for_one=only_for_one,
    )
