"""The source that calls: by the key in the environment of a local server, or by the one that came with a request."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from handlers.web.api.rates import Rates
from handlers.web.api.work import Work
from workflows.engine.context import Context
from workflows.engine.errors import NotAccepted
from workflows.engine.sources.programs.keys import Caller, caller_of

Call = ServerRequestContext[Any, Any]  # Any: what servers and transports keep for themselves; none of it is used
CallerOf = Callable[[Call], Awaitable[Caller]]
"""Returns who calls. Raise `MCPError` where nobody is accepted, or a source calls too often."""
CALLER = "countersign.caller"
"""Name under which the caller stands in the scope of an HTTP request, once its key was accepted."""
NOT_ACCEPTED = -32001
"""Code of the error, among those that are left to servers."""
TOO_MANY = -32002


def by_key(context: Context, work: Work, key: str) -> CallerOf:
    """Return a function that looks at a key anew for each call: one that is revoked stops at once."""
    rates = Rates()

    async def found(_: Call) -> Caller:
        try:
            caller = await work.done(partial(caller_of, context, key))
        except NotAccepted as error:
            raise MCPError(code=NOT_ACCEPTED, message=str(error)) from error
        standing = rates.hit(f"source {caller.source}", most=caller.per_minute)
        if not standing.allowed:
            message = f"this source may call {caller.per_minute:,} times a minute; wait {standing.reset} s"
            raise MCPError(code=TOO_MANY, message=message)
        return caller

    return found


async def by_request(call: Call) -> Caller:
    """Return who sent an HTTP request. `over_http` let nobody else through."""
    caller = call.request.scope[CALLER] if call.request is not None else None
    assert isinstance(caller, Caller)
    return caller
