"""The parts of a server that tools and tasks share, and the way in which both ask the engine."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

from mcp.server.mcpserver.exceptions import ToolError
from sqlalchemy.exc import DBAPIError

from handlers.mcp.asking import Desk
from handlers.mcp.callers import CallerOf
from handlers.web.api.problems import Problem
from handlers.web.api.waiting import Waiting
from handlers.web.api.work import Work
from store.db.database import Unavailable
from workflows.engine.errors import CountersignError
from workflows.engine.sources.programs.keys import Caller
from workflows.engine.sources.told.outcomes import outcome_of
from workflows.engine.sources.views import CaseOutcome

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Serving:
    """The desk at which cases are handed in, the threads that ask it, and those who wait there."""

    desk: Desk
    work: Work
    waiting: Waiting
    caller_of: CallerOf

    async def asked(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Call the engine in a thread. Raise `ToolError`, in words that a model can act on."""
        try:
            return await self.work.done(partial(function, *args, **kwargs))
        except CountersignError as error:
            raise ToolError(str(error)) from None
        except Problem as problem:
            raise ToolError(problem.detail) from None
        except (DBAPIError, Unavailable):
            raise ToolError("the database cannot be reached now; call it again in a minute") from None

    async def outcome(self, caller: Caller, case: int, *, seconds: int = 0) -> CaseOutcome:
        """Return how a case of the caller's stands, after some seconds at most. Raise `ToolError`."""
        if seconds:
            try:
                return await self.waiting.outcome(caller.source, case, seconds=seconds, gone=_never)
            except CountersignError as error:
                raise ToolError(str(error)) from None
            except Problem as problem:
                raise ToolError(problem.detail) from None
        return await self.asked(outcome_of, self.desk.context, caller.source, case)


async def _never() -> None:
    """Wait for ever. Where the client hangs up, the whole call is cancelled."""
    await asyncio.Event().wait()
