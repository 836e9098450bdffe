"""The outcome of an act."""

from pydantic import JsonValue

from bot.sandbox.json import Object
from bot.sandbox.state.sockets import Delivery

Outcome = Object


def told(delivery: Delivery | None, *, outcome: str | None = None, **more: JsonValue) -> Outcome:
    """Return the outcome of an act: whether it was sent to the app, and acknowledged in time."""
    acknowledged = delivery is not None and delivery.acknowledged
    return {
        "sent": delivery is not None,
        "acknowledged": acknowledged,
        "milliseconds": delivery.milliseconds if delivery else 0,
        "outcome": outcome or ("acknowledged" if acknowledged else "not_acknowledged"),
        **more,
    }
