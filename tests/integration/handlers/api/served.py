"""The API of a Countersign to test with: a real server on a real database, and keys of two sources."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from threading import Event
from typing import Any

from pydantic import JsonValue

from bot.settings import Address
from bot.web_server import Keeps, answering, listening_at
from handlers.web.api.app import Api
from handlers.web.api.bodies import Bodies
from handlers.web.api.documents import Reader
from store.db.database import Database
from tests.sample import Desk, sample_workflow
from tests.waiting import LONGEST
from tests.world import World
from workflows import Autonomy
from workflows.documents.documents import Documents
from workflows.engine.sources.programs import api_sources, keys
from workflows.model.scripted import ScriptedModel, says

TICKET = {"id": 1, "text": "Where is my parcel?"}
BOUNDARY = "b-o-u-n-d-a-r-y"
TRIAGE: Mapping[str, JsonValue] = {"queue": "delivery", "reply": "It is on its way."}


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes

    @property
    def json(self) -> Any:  # Any: what a test looks into
        """Its body."""
        return json.loads(self.body)

    @property
    def type(self) -> str:
        """The end of the type of a problem."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return str(self.json["type"]).removeprefix("urn:countersign:problem:")


@dataclass(kw_only=True)
class Served:
    """A server that answers, and who may ask it."""

    world: World
    api: Api
    port: int
    desk: Desk
    stop: Event
    key: str
    """Key of a source that may hand in for `sample`, with proposals."""
    other: str
    """Key of a source that may hand in for `another`, without proposals."""
    made: list[str] = field(default_factory=list)

    def upload(
        self,
        data: bytes,
        *,
        name: str = "invoice.pdf",
        key: str | None = "",
        part: str = "application/pdf",
        headers: Mapping[str, str] | None = None,
    ) -> Said:
        """Hand in a file. `part`: the type that is said of it."""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body = f"{head}Content-Type: {part}\r\n\r\n".encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
        sent = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", **(headers or {})}
        return self.ask("POST", "/v1/documents", body, key=key, headers=sent)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = "",
        headers: Mapping[str, str] | None = None,
        connection: HTTPConnection | None = None,
    ) -> Said:
        """Send a request. `body`: bytes as they are, or what is sent as JSON. `key`: left out, the first source's."""
        sent = dict(headers or {})
        if key is not None:
            sent.setdefault("Authorization", f"Bearer {key or self.key}")
        raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        used = connection or self.connection()
        try:
            used.request(method, path, raw, sent)
            return said(used.getresponse())
        finally:
            if connection is None:
                used.close()

    def hand_in(self, number: int, *, path: str = "/v1/workflows/sample/cases", **headers: str) -> Said:
        """Hand in a ticket with this number."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", path, {"input": TICKET | {"id": number}}, headers=named)

    def connection(self) -> HTTPConnection:
        """Return a connection that patience does not leave."""
        return HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)


def said(response: HTTPResponse) -> Said:
    """Return an answer with its body."""
    body = response.read()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Said(status=response.status, headers=headers, body=body)


@contextmanager
def served(
    database: Database,
    *,
    answer: Mapping[str, JsonValue] = TRIAGE,
    per_minute: int = 100_000,
    bodies: Bodies | None = None,
    documents: Documents | None = None,
    reader: Reader | None = None,
    strangers: int = 100_000,
    keeps: Keeps | None = None,
    most: int | None = None,
) -> Iterator[Served]:
    """Serve for the block. `answer`: of the model. `per_minute`: requests of each source. The others are limits."""
    desk = Desk()
    model = ScriptedModel(lambda question: says(answer))
    world = World(database=database, model=model, documents=documents or Documents())
    for name in ("sample", "another"):
        world.registry.add(sample_workflow(desk, autonomy=Autonomy.draft(), name=name))
    made = []
    for name, workflow, proposes in (("web-shop", "sample", True), ("help-desk", "another", False)):
        api_sources.add(
            world.context, name, by="tester", workflows=[workflow], may_propose=proposes, per_minute=per_minute
        )
        made.append(keys.make(world.context, name, by="tester").key)
    stop = Event()
    api = Api(
        world.context,
        threads=8,
        stops=stop.is_set,
        bodies=bodies,
        reader=reader,
        strangers=strangers,
    )
    listening = listening_at(Address(host="127.0.0.1", port=0))
    port = int(listening.getsockname()[1])
    with answering(
        api.app,
        listening,
        name="API",
        seconds=LONGEST,
        most=most,
        ends_within=10,
        keeps=keeps or Keeps(head=LONGEST, idle=LONGEST),
    ):
        yield Served(world=world, api=api, port=port, desk=desk, stop=stop, key=made[0], other=made[1])
        stop.set()
    api.close()
