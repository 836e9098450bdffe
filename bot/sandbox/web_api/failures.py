"""Calls with a fault."""

import math
from collections.abc import Callable
from typing import assert_never

from starlette.responses import Response

from bot.sandbox.faults.calls import Fault
from bot.sandbox.http.dropped_connections import Dropped
from bot.sandbox.http.gate import answer
from bot.sandbox.state.sandbox import Sandbox


async def fail(sandbox: Sandbox, fault: Fault, execute: Callable[[], Response]) -> Response:
    """Answer a call as its fault says. `execute`: executes the call, and returns its proper answer."""
    executed = execute() if fault.executes else None
    match fault.kind:
        case "rate_limited":
            return _ratelimited(fault, 429)
        case "ok_false_ratelimited":
            return _ratelimited(fault, 200)
        case "server_error" | "executed_then_error":
            page = f"<html><head><title>{fault.status}</title></head><body><h1>Server Error</h1></body></html>"
            return Response(page, fault.status, media_type="text/html")
        case "refused":
            return answer({"ok": False, "error": fault.error})
        case "dropped" | "executed_then_dropped":
            return Dropped()
        case "slow":
            assert executed is not None
            await sandbox.faults.calls.hold(fault.seconds or 0.0)
            return executed
        case _:
            assert_never(fault.kind)


def error_of(fault: Fault) -> str:
    """Return the error that an unexecuted call counts with."""
    if fault.error is not None:
        return fault.error
    return "ratelimited" if fault.kind in ("rate_limited", "ok_false_ratelimited") else fault.kind


def _ratelimited(fault: Fault, status: int) -> Response:
    waiting = {} if fault.seconds is None else {"Retry-After": str(math.ceil(fault.seconds))}
    return answer({"ok": False, "error": "ratelimited"}, status, waiting)
