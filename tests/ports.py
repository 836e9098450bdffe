"""Ports for servers whose address has to be known before they begin."""

import os
import socket
from random import Random

_FIRST, _EACH = 20_000, 500
"""Below those that a system gives to whoever asks for any, of which another test's server may take each at any time."""


def free_port() -> int:
    """Return a port on which nothing listens, and that no other worker of the tests is given."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = _FIRST + _EACH * (worker % 20)
    for port in Random().sample(range(first, first + _EACH), _EACH):
        with socket.socket() as probe:
            # Also where a server has just ended, whose connections linger.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")
