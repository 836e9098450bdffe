"""The sample systems of record, each served for the demo from a thread."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx2
import uvicorn
from starlette.applications import Starlette

from workflows.library.invoice_intake.sample_ledger.server import create_app as ledger_app
from workflows.library.invoice_intake.sample_ledger.storage import Ledger
from workflows.library.support_triage.sample_desk.server import create_app as desk_app
from workflows.library.support_triage.sample_desk.storage import HelpDesk


@contextmanager
def help_desk(file: Path) -> Iterator[str]:
    """Serve a help desk over a file for the block; yields its address."""
    with _served(desk_app(HelpDesk(file)), name="help desk") as address:
        yield address


@contextmanager
def ledger(file: Path) -> Iterator[str]:
    """Serve a ledger over a file for the block; yields its address."""
    with _served(ledger_app(Ledger(file)), name="ledger") as address:
        yield address


def stage_outage(address: str, seconds: int) -> None:
    """Make a sample system refuse changes for some seconds; 0 ends it."""
    said = {"seconds": seconds, "only_changes": True}
    httpx2.post(f"{address}/outage", json=said, trust_env=False).raise_for_status()


@contextmanager
def _served(app: Starlette, *, name: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # Without it each answer waits 40 ms for the client to acknowledge the headers.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name=name)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
