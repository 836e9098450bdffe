"""A collector on a real socket, which reads what it is sent as OTLP, and can be told to do otherwise."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.waiting import LONGEST

PROTOBUF = "application/x-protobuf"


@dataclass(kw_only=True)
class Receiver:
    """A collector."""

    url: str = ""
    status: int = 200
    type: str = PROTOBUF
    body: bytes | None = None
    """Its answer; None: that it took all."""
    refuses: str | None = None
    """The name of a span with which it refuses a request as malformed."""
    headers: dict[str, str] = field(default_factory=dict)
    """Further headers of its answers."""
    endless: bool = False
    """True while its answers have no end."""
    hangs: Event = field(default_factory=Event)
    """Set while it answers nothing."""
    free: Event = field(default_factory=Event)
    """Set to let go of what hangs."""
    asked: int = 0
    requests: list[ExportTraceServiceRequest] = field(default_factory=list)
    """The spans that it took."""
    said: list[Mapping[str, str]] = field(default_factory=list)
    """The headers of each request."""
    raw: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def spans(self) -> list[Span]:
        """All spans that it took, in order."""
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def resource(self) -> dict[str, str]:
        """The sender, as the last request names it."""
        attributes = self.requests[-1].resource_spans[0].resource.attributes
        return {one.key: one.value.string_value for one in attributes}


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A collector for the block."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            receiver.asked += 1
            receiver.said.append(dict(self.headers))
            receiver.raw.append(sent)
            receiver.paths.append(self.path)
            if receiver.hangs.is_set():
                receiver.free.wait(LONGEST)
                self.close_connection = True
                return
            request = ExportTraceServiceRequest.FromString(sent)
            status = receiver.status
            if receiver.refuses is not None and receiver.refuses.encode() in sent:
                status = 400
            if status == 200 and receiver.body is None and not receiver.endless:
                receiver.requests.append(request)
            self.send_response(status)
            body = receiver.body if receiver.body is not None else ExportTraceServiceResponse().SerializeToString()
            for name, value in ({"Content-Type": receiver.type} | receiver.headers).items():
                self.send_header(name, value)
            if not receiver.endless:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.close_connection = receiver.endless
            with suppress(OSError):
                self.wfile.write(body)
                while receiver.endless:
                    self.wfile.write(b"\xff" * 4_096)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    try:
        yield receiver
    finally:
        receiver.free.set()
        server.shutdown()
        thread.join()
        server.server_close()
