"""Orders that set faults."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.sandbox.control.orders import Disconnect, DuplicateEnvelopes, FailCall, RefreshBefore
from bot.sandbox.errors import NotPossible
from bot.sandbox.faults.calls import Fault
from bot.sandbox.state.sandbox import Sandbox


def fail_calls(sandbox: Sandbox, order: FailCall) -> None:
    """Set a fault of calls. Raise NotPossible."""
    with _told():
        fault = Fault(
            kind=order.kind,
            method=order.method,
            channel=order.channel,
            times=order.times,
            seconds=order.seconds,
            status=order.status,
            error=order.error,
        )
    sandbox.faults.calls.add(fault)


def duplicate_envelopes(sandbox: Sandbox, order: DuplicateEnvelopes) -> None:
    """Set a fault of calls. Raise NotPossible."""
    with _told():
        sandbox.faults.sockets.duplicate(order.times, apart=order.apart)


def refresh_before_envelopes(sandbox: Sandbox, order: RefreshBefore) -> None:
    """Set a fault of calls. Raise NotPossible."""
    with _told():
        sandbox.faults.sockets.refresh_before(order.times)


async def disconnect(sandbox: Sandbox, order: Disconnect) -> None:
    """Set a fault of calls. Raise NotPossible."""
    with _told():
        sandbox.faults.sockets.disconnect(order.seconds)
    await sandbox.sockets.drop()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise NotPossible(400, str(error)) from None
