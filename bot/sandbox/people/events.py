"""Events of the Events API that the app is told of."""

from collections.abc import Callable

from bot.sandbox.errors import NotPossible
from bot.sandbox.json import Object
from bot.sandbox.people.outcomes import Outcome, told
from bot.sandbox.state.events import SentEvent
from bot.sandbox.state.payloads import event
from bot.sandbox.state.sandbox import Sandbox


def _app_uninstalled(sandbox: Sandbox) -> Object:
    return {"type": "app_uninstalled"}


def _tokens_revoked(sandbox: Sandbox) -> Object:
    return {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [sandbox.workspace.app.user]}}


_MADE: dict[str, Callable[[Sandbox], Object]] = {
    "app_uninstalled": _app_uninstalled,
    "tokens_revoked": _tokens_revoked,
}
"""Events that no act in the sandbox causes, by their type."""


async def tell(
    sandbox: Sandbox, content: Object, *, subscription: str | None = None, outcome: str | None = None
) -> Outcome:
    """Send the app a new event, if it is subscribed to it. `subscription`: its name, where it is not the type."""
    subscribed = sandbox.workspace.app.events
    if subscribed is not None and (subscription or content["type"]) not in subscribed:
        return told(None, outcome=outcome or "not_subscribed")
    return await _send(sandbox, sandbox.events.keep(event(sandbox, content)), outcome=outcome)


async def send_event(sandbox: Sandbox, kind: str) -> Outcome:
    """Tell the app of an event, without its effect. Raise NotPossible for other types of event."""
    if kind not in _MADE:
        raise NotPossible(400, f"{kind[:50]!r} is none of {', '.join(_MADE)}")
    return await tell(sandbox, {**_MADE[kind](sandbox), "event_ts": sandbox.stamps.next()})


async def send_again(sandbox: Sandbox, event_id: str) -> Outcome:
    """Send an event once more, as Slack does without an acknowledgement. Raise NotPossible."""
    sent = sandbox.events.find(event_id)
    sent.again += 1
    return await _send(sandbox, sent)


async def send_payload(sandbox: Sandbox, payload: Object) -> Outcome:
    """Send the app any payload that Slack may send: an event, a command, or an act of a person."""
    kind = "events_api" if payload.get("type") == "event_callback" else "interactive"
    kind = "slash_commands" if "command" in payload else kind
    delivery = await sandbox.deliver(kind, payload, accepts=kind != "events_api")
    return told(delivery, answer=delivery.answer)


async def _send(sandbox: Sandbox, sent: SentEvent, *, outcome: str | None = None) -> Outcome:
    delivery = await sandbox.deliver("events_api", sent.payload, again=sent.again)
    return told(delivery, outcome=outcome, event_id=sent.id)
