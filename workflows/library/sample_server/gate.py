"""The access check: a page in some browser tab must not be able to write to a server on this machine.

Loopback alone does not prevent it. A request for a name that the page's author points at 127.0.0.1 (DNS rebinding) has
that name as its Host, and a form or a fetch from the page has the page's Origin. Both are refused here.
"""

import re
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from workflows.library.sample_server import answers

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class LoopbackOnly:
    """A middleware that answers loopback hosts only, and takes changes only from its own pages or from no page at all.

    `hosts` are further names to answer for, which is meant for tests.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = LOOPBACK | frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return answers.error(400, "host_not_allowed", "This server answers on loopback hosts only.")
        # Another port is another program, and so another origin.
        ours = f"{scope['scheme']}://{hosts[0]}".lower()
        if scope["method"] not in READING and any(origin.lower() != ours for origin in headers.getlist("origin")):
            return answers.error(403, "origin_not_allowed", "Pages of another origin must not change anything here.")
        return None

    def _is_ours(self, host: str) -> bool:
        split = re.fullmatch(r"(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?", host.lower())
        return split is not None and split[1] in self._hosts
