"""Server for agents, over the Model Context Protocol: on standard input and output, over HTTP, or beside the API.

Its library comes with the extra "mcp", and is loaded here alone.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from importlib.metadata import version
from threading import Event
from typing import TypeVar

from pydantic import JsonValue
from starlette.applications import Starlette
from starlette.routing import Route

from bot.app import API_THREADS, App
from bot.settings import Address
from bot.web_server import answering, listening_at, not_listening
from handlers.mcp.asking import Desk
from handlers.mcp.callers import by_key, by_request
from handlers.mcp.over_http import PATH, OverHttp
from handlers.mcp.server import Server, server_of
from handlers.mcp.serving import Serving
from handlers.web.api.access import Access
from handlers.web.api.app import Api, Shared
from handlers.web.api.bodies import Bodies
from handlers.web.api.waiting import LONGEST, Waiting
from handlers.web.api.work import Work
from store.db.extras import DISTRIBUTION
from workflows.engine.context import Context
from workflows.engine.errors import Refused
from workflows.engine.sources.programs.keys import caller_of

MadeOf = Callable[[Context], Mapping[str, Mapping[str, JsonValue]]]
"""Function that returns the options that each workflow of a team was made from, by workflow name."""
_T = TypeVar("_T")
_SECONDS = LONGEST + 60.0
"""For which a connection may last."""
_CONNECTIONS = 400


def serve_stdio(app: App) -> None:
    """Serve the program that started this one, until it closes standard input. Raise `Refused` without a valid key."""
    key = app.settings.api_key.get_secret_value() if app.settings.api_key is not None else ""
    if not key:
        raise Refused("COUNTERSIGN_API_KEY is not set: make a key with countersign source key add SOURCE")
    caller_of(app.context, key)
    with closing(Work(threads=API_THREADS)) as work:
        serving = Serving(
            desk=Desk(context=app.context, made=app.made),
            work=work,
            waiting=Waiting(app.context, work, stops=lambda: False),
            caller_of=by_key(app.context, work, key),
        )
        asyncio.run(server_of(serving, version=version(DISTRIBUTION)).run_stdio_async())


def serve_http(app: App, address: Address, stop: Event, *, started: Callable[[int], None]) -> None:
    """Serve agents over HTTP until told to stop. `started`: is told the port. Raise `Refused` where it is taken."""
    try:
        listening = listening_at(address)
    except OSError as error:
        raise Refused(not_listening(address, error)) from error
    with closing(Work(threads=API_THREADS)) as work:
        shared = Shared(
            access=Access(lambda _: app.context, work),
            bodies=Bodies(),
            work=work,
            waiting=_kept(lambda context: Waiting(context, work, stops=stop.is_set)),
        )
        routes = Starlette(routes=[Route(PATH, _over_http(lambda _: app.made, address.host, shared))])
        with answering(routes, listening, name="agents", seconds=_SECONDS, most=_CONNECTIONS):
            started(int(listening.getsockname()[1]))
            stop.wait()


def beside(api: Api, made_of: MadeOf, *, host: str) -> None:
    """Serve agents beside the API, at the same address. `host`: that is listened at."""
    api.add(PATH, partial(_over_http, made_of, host))


def _over_http(made_of: MadeOf, host: str, shared: Shared) -> OverHttp:
    def server(context: Context) -> Server:
        desk = Desk(context=context, made=made_of(context))
        serving = Serving(desk=desk, work=shared.work, waiting=shared.waiting(context), caller_of=by_request)
        return server_of(serving, version=version(DISTRIBUTION))

    return OverHttp(_kept(server), shared, host=host)


def _kept(make: Callable[[Context], _T]) -> Callable[[Context], _T]:
    """Make something for the context of each team, once. Only the server's loop calls it."""
    known: dict[int, tuple[Context, _T]] = {}

    def found(context: Context) -> _T:
        before = known.get(context.team)
        if before is None or before[0] is not context:
            before = known[context.team] = (context, make(context))
        return before[1]

    return found
