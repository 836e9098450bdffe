"""Tells whoever watches this process how it is: /healthz, is it alive; /readyz, does it do its work.

Only this machine is answered unless an operator names another address, and nothing is told but words of our own.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog

from bot.settings import Address

log = structlog.get_logger()

Check = Callable[[], bool]
"""Is it so? It may raise, and then it is not."""
_SECONDS = 5.0
"""For which a caller is listened to."""


@contextmanager
def answering_health(
    address: Address | None,
    *,
    alive: Mapping[str, Check],
    ready: Mapping[str, Check],
    told: Mapping[str, Callable[[], int]] | None = None,
) -> Iterator[int | None]:
    """Answer for the block; yields the port, or None where nothing is answered.

    `alive`: what has to be so for /healthz to say 200. `ready`: what has to be so besides for /readyz. Else they say
    503, and what is not so. `told`: numbers that /readyz says besides, and that decide nothing. An address that is
    taken is only said: another of our processes may be on this machine.
    """
    server = _server(address, _handler(alive, {**alive, **ready}, told or {})) if address is not None else None
    if server is None:
        yield None
        return
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="health")
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(
    alive: Mapping[str, Check], ready: Mapping[str, Check], told: Mapping[str, Callable[[], int]]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SECONDS
        server_version = "countersign"
        sys_version = ""

        def do_GET(self) -> None:
            checks = {"/healthz": alive, "/readyz": ready}.get(self.path)
            if checks is None:
                self._answer(404, {"error": "there are /healthz and /readyz"})
                return
            found = {name: _is_so(check) for name, check in checks.items()}
            numbers = {name: number() for name, number in told.items()} if checks is ready else {}
            self._answer(200 if all(found.values()) else 503, {**found, **numbers})

        def _answer(self, status: int, body: Mapping[str, object]) -> None:
            said = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _server(address: Address, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer | None:
    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        daemon_threads = True

    try:
        return Server((address.host, address.port), handler)
    except OSError as error:
        log.warning("health.not_answered", address=str(address), why=error.strerror or str(error))
        return None


def _is_so(check: Check) -> bool:
    try:
        return check()
    except Exception:  # noqa: BLE001  # whatever is wrong with it, it is not so
        return False
