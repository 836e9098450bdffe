"""A running sandbox: from a background thread for tests and demonstrations, or for as long as the command runs."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from threading import Event, Thread

import uvicorn

from bot.sandbox.client import Administrator, Person
from bot.sandbox.http.server import create_server
from bot.sandbox.state.sandbox import Sandbox

START_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Running:
    """A sandbox that is being served."""

    sandbox: Sandbox
    url: str
    """Address of the server."""
    administrator: Administrator
    beside: tuple["Running", ...] = ()
    """The workspaces beside it, in which the same app is installed."""

    @property
    def api_url(self) -> str:
        """URL for SLACK_API_URL, or a WebClient's base_url."""
        return f"{self.url}/api/"

    @property
    def page_url(self) -> str:
        """URL for a browser, with the control token."""
        return self.sandbox.page_url

    @property
    def control_token(self) -> str:
        return self.sandbox.control_token

    def person(self, user: str) -> Person:
        """Return a person to act as."""
        return self.administrator.person(user)

    def reset(self) -> None:
        """Restore the workspace to its beginning; connections stay."""
        self.administrator.reset()


@contextmanager
def serving(sandbox: Sandbox, *, port: int = 0) -> Iterator[Running]:
    """Serve a sandbox from a background thread, on a free port unless one is named."""
    listening = _listen("127.0.0.1", port)
    sandbox.serve_at(f"http://127.0.0.1:{listening.getsockname()[1]}")
    server = create_server(sandbox)
    started = Event()
    thread = Thread(target=lambda: asyncio.run(_serve(sandbox, server, listening, started.set)), name="sandbox")
    thread.start()
    try:
        if not started.wait(START_SECONDS):
            raise RuntimeError("the sandbox did not start")
        with ExitStack() as administrators:
            served = [
                Running(
                    sandbox=one,
                    url=sandbox.url,
                    administrator=administrators.enter_context(Administrator(one.url, one.control_token)),
                )
                for one in sandbox.workspaces
            ]
            yield replace(served[0], beside=tuple(served[1:]))
    finally:
        server.should_exit = True
        thread.join()


async def _serve(
    sandbox: Sandbox, server: uvicorn.Server, listening: socket.socket, started: Callable[[], None]
) -> None:
    watching = asyncio.create_task(_watch(sandbox, server, started))
    try:
        await server.serve(sockets=[listening])
    finally:
        watching.cancel()
        listening.close()


async def _watch(sandbox: Sandbox, server: uvicorn.Server, started: Callable[[], None]) -> None:
    """Tell when the server listens; when it is to end, release everybody who waits for a change or a late answer."""
    while not server.started:
        await asyncio.sleep(0.005)
    started()
    while not server.should_exit:
        await asyncio.sleep(0.05)
    for one in sandbox.workspaces:
        one.changes.close()
        one.faults.clear()


def serve(sandbox: Sandbox, port: int, *, host: str = "127.0.0.1", started: Callable[[], None]) -> None:
    """Serve a sandbox until Ctrl-C, which is raised at the end. `started` is called when it listens.

    Raise ValueError for a host that is not loopback, OSError for a port that is taken.
    """
    server = create_server(sandbox, host=host, port=port)
    with _listen(host.strip("[]"), port) as listening:
        name = f"[{host.strip('[]')}]" if ":" in host else host
        sandbox.serve_at(f"http://{name}:{listening.getsockname()[1]}")
        asyncio.run(_serve(sandbox, server, listening, started))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family)
    # asyncio sets TCP_NODELAY only on sockets that say they are TCP; without it every second answer is 40 ms late.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
