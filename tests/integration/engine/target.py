"""A system of record on a real socket, which can be told to be down, and an automation that delivers to it."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Scene, sample
from tests.sample import Ticket, Triage
from tests.waiting import LONGEST
from workflows import Run
from workflows.tools.http import client

NAME = "the help desk"


@dataclass(kw_only=True)
class Target:
    """A target that applies each key once, and says so each time."""

    url: str = ""
    status: int = 200
    """Status that it answers without doing anything; 200: it works."""
    drops: int = 0
    """Number of further requests that it carries out before it drops the connection without an answer."""
    refuses: set[str] = field(default_factory=set)
    """Keys to which it always answers 503."""
    retry_after: str | None = None
    asked: list[str] = field(default_factory=list)
    """The key of each request, in order; without one, its path."""
    done: Counter[str] = field(default_factory=Counter)
    """Key, or path -> how often it was done."""
    order: list[str] = field(default_factory=list)
    """The same in the order in which it was done."""
    at_once: int = 0
    most_at_once: int = 0
    lock: Lock = field(default_factory=Lock)


@contextmanager
def serving() -> Iterator[Target]:
    """A target for the block."""
    target = Target()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            key = self.headers.get("Idempotency-Key")
            with target.lock:
                target.asked.append(key or self.path)
                if target.status != 200 or key in target.refuses:
                    self._say(target.status if target.status != 200 else 503, b"{}")
                    return
                if key is None or not target.done[key]:
                    target.done[key or self.path] += 1
                    target.order.append(key or self.path)
                if target.drops:
                    target.drops -= 1
                    self.close_connection = True
                    return
                self._say(200, json.dumps({"receipt": f"R-{key or self.path}"}).encode())

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if target.retry_after is not None:
                self.send_header("Retry-After", target.retry_after)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    target.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield target
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def scene_with(make_world: MakeWorld, target: Target, *, idempotent: bool = True) -> Scene:
    """The sample, where a person decides everything, and what they decide goes to the target."""
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    desk = client(target.url, name=NAME, allow_private=["127.0.0.1"], timeout=LONGEST)

    @scene.workflow.deliver(idempotent=idempotent, target=NAME)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        key = run.key if idempotent else None
        answer = desk.post(f"/tickets/{run.input.id}", {"queue": triage.queue}, idempotency_key=key)
        return answer.read(dict[str, str])["receipt"]

    return scene


def decided(scene: Scene, *ids: int) -> list[int]:
    """Cases that a person approved, worked on; in their order."""
    cases = [scene.submit(id=number) for number in ids]
    scene.world.work()
    for case in cases:
        scene.approve(case)
    scene.world.work()
    return cases
