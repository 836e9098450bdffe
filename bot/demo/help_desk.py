"""The sample help desk, served for the demo from a thread."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx2
import uvicorn

from workflows.library.support_triage.sample_desk.server import create_app
from workflows.library.support_triage.sample_desk.storage import HelpDesk


@contextmanager
def help_desk(file: Path) -> Iterator[str]:
    """Serve a help desk over a file for the block; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # Without it each answer waits 40 ms for the client's acknowledgement of its head.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = uvicorn.Config(create_app(HelpDesk(file)), log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="help desk")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def stage_outage(desk: str, seconds: int) -> None:
    """Have the desk take no changes for a while; 0 ends it."""
    httpx2.post(f"{desk}/outage", json={"seconds": seconds, "only_changes": True}, trust_env=False).raise_for_status()
