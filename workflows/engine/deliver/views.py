"""Read models of deliveries and of targets that are down. Pure: only what a reader sees."""

from dataclasses import dataclass
from datetime import datetime

from store.states import DeliveryState


@dataclass(frozen=True, kw_only=True)
class LateView:
    """A delivery that has been attempted without success for long."""

    case: int
    key: str
    workflow: str
    target: str | None
    """Name of the target, as people call it."""
    attempts: int
    reason: str
    """The result of the last attempt at the delivery."""
    not_confirmed: bool
    """True if it may have been applied all the same."""
    waiting_since: datetime | None
    """Time since which it waits; None: it waits no longer."""
    next_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TargetView:
    """An outage of a target."""

    target: str
    """Name of the target, as people call it."""
    reason: str
    """The target's last answer, or the error of the last attempt."""
    began_at: datetime
    ended_at: datetime | None
    """End of the outage; None while it lasts."""
    waiting: int
    """Number of decisions that wait for it; after the outage, of those that waited at its end."""
    next_at: datetime
    """Time of the next attempt."""


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
    """True if an attempt got no receipt, and may have been applied all the same."""
    keyed: bool
    """True if the target knows the key: attempted again under it, the delivery is applied only once."""
    target: str | None
    """The system that it waits for, or last waited for, as people call it; None where it never waited."""
    waiting_since: datetime | None
    """Time since which it waits; None while it does not."""
    next_at: datetime | None
    """Time of the next attempt at it, or of the next probe of its target; None while it does not wait."""
    down_since: datetime | None
    """Time since which its target is down; None where it is up, or where the delivery does not wait."""

    @property
    def not_confirmed(self) -> bool:
        """True if it may have been applied without a receipt, and nobody was asked about it."""
        return self.maybe_applied and self.state in (DeliveryState.WAITING, DeliveryState.FAILED)
