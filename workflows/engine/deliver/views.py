"""What is told of a target of deliveries that is down. Pure: only what a reader sees."""

from dataclasses import dataclass
from datetime import datetime

from store.states import DeliveryState


@dataclass(frozen=True, kw_only=True)
class LateView:
    """A delivery that is tried in vain for long."""

    case: int
    key: str
    workflow: str
    target: str | None
    """As people call it."""
    attempts: int
    reason: str
    """What became of the last one."""
    not_confirmed: bool
    """It may have been made all the same."""
    waiting_since: datetime | None
    """None: it waits no longer."""
    next_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TargetView:
    """A time in which a target is down."""

    target: str
    """As people call it."""
    reason: str
    """What it said last, or what became of the attempt."""
    began_at: datetime
    ended_at: datetime | None
    """None: it lasts."""
    waiting: int
    """The decisions that wait for it; once it is over, those that waited at its end."""
    next_at: datetime
    """When it is tried again."""


@dataclass(frozen=True, kw_only=True)
class DeliveryView:
    """The effect in the system of record."""

    id: int
    key: str
    kind: str
    state: DeliveryState
    attempts: int
    receipt: str | None
    maybe_applied: bool
    """An attempt got no receipt, and may have been applied all the same."""
    keyed: bool
    """The target knows the key: made again under it, it is applied only once."""
    target: str | None
    """The system that it waits for, or last waited for, as people call it; None where it never did."""
    waiting_since: datetime | None
    """Since when it waits; None while it does not."""
    next_at: datetime | None
    """When it is made again, or its target is tried with another one; None while it does not wait."""
    down_since: datetime | None
    """Since when its target is down; None where it is not, or it does not wait."""

    @property
    def not_confirmed(self) -> bool:
        """Was it attempted without a receipt, and may it be applied all the same, with nobody asked about it?"""
        return self.maybe_applied and self.state in (DeliveryState.WAITING, DeliveryState.FAILED)
