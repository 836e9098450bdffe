"""The collector: spans are encoded and posted by OpenTelemetry's own exporter, and its answer is judged here.

The exporter tells only whether it worked, counts a redirect as success, and reads whatever it is answered. So its HTTP
session is ours: it keeps the status, and reads no more than a few bytes for no longer than a while.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import requests
from google.protobuf.message import DecodeError
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.util.re import parse_env_headers

from bot.otel.answers import Answer, Outcome
from bot.otel.target import Target
from store.db.extras import DISTRIBUTION
from workflows.engine.read.spans import views as span_views
from workflows.engine.read.spans.views import SpanView
from workflows.retry_after import seconds_asked

NAME = "countersign"
MOST_READ = 65_536
"""Bytes of an answer that are read."""
READ_WITHIN = 10.0
"""Seconds within which they are read."""
_REFUSED = frozenset({400, 413, 422})
"""Statuses that mean these spans, and not the collector: sending them again is of no use."""
_KINDS = {span_views.SpanKind.INTERNAL: SpanKind.INTERNAL, span_views.SpanKind.CLIENT: SpanKind.CLIENT}
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


class _NotTaken(Exception):
    """A request was not answered with success. The exporter would try again by itself; the loop does that."""


class _Session(requests.Session):
    """A session that keeps what the last request came to, and reads a bounded part of the answer."""

    def __init__(self) -> None:
        super().__init__()
        # A collector may close a connection that nothing was sent on for a while, which would look like a failure.
        self.headers["Connection"] = "close"
        self.forget()

    def forget(self) -> None:
        """Forget the last request."""
        self.status: int | None = None
        self.error: str | None = None
        self.type, self.body, self.retry_after, self.date = "", b"", "", ""

    def request(self, *args: Any, **options: Any) -> requests.Response:  # Any: passed on as it is
        """Make a request. Raise `_NotTaken` where it has no success."""
        self.forget()
        try:
            answer = super().request(*args, **{**options, "stream": True})
        except Exception as error:
            self.error = type(error).__name__
            raise _NotTaken from error
        with answer:
            self.type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            self.retry_after = answer.headers.get("Retry-After", "")
            self.date = answer.headers.get("Date", "")
            self.body = _beginning(answer)
            self.status = answer.status_code
        if not 200 <= answer.status_code < 300:
            raise _NotTaken
        return answer


def _beginning(answer: requests.Response) -> bytes:
    """Return the body of an answer as far as it comes in time, and no more than a part."""
    until, found = time.monotonic() + READ_WITHIN, b""
    try:
        while len(found) < MOST_READ and time.monotonic() < until:
            piece = answer.raw.read1(4096, decode_content=True)
            if not piece:
                break
            found += piece
    except Exception:  # noqa: BLE001  # the status says enough, and each library beneath has errors of its own
        return found
    return found


class Collector:
    """A collector that takes spans over HTTP. One thread at a time sends; any may shut it down."""

    def __init__(self, target: Target) -> None:
        """Connect to nothing yet. Raise `ValueError` or `OSError` for settings of the library that it cannot use."""
        # It would log what it is answered, and headers that it cannot read. What matters is logged by the caller.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL + 1)
        said = target.headers.get_secret_value() if target.headers is not None else ""
        self._session = _Session()
        self._exporter = OTLPSpanExporter(
            endpoint=target.url, headers=parse_env_headers(said, liberal=True), session=self._session
        )
        self._resource = _resource(target.service)
        self._scope = InstrumentationScope(NAME, version(DISTRIBUTION))

    def send(self, spans: Sequence[SpanView]) -> Answer:
        """Send spans once."""
        self._session.forget()
        self._exporter.export([self._readable(span) for span in spans])
        return _judged(self._session)

    def shut_down(self) -> None:
        """Take nothing more; what is on its way may still arrive."""
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # the library's own

    def _readable(self, span: SpanView) -> ReadableSpan:
        return ReadableSpan(
            name=span.name,
            context=_context(span.trace, span.id),
            parent=_context(span.trace, span.parent) if span.parent is not None else None,
            resource=self._resource,
            attributes=span.attributes,
            events=[Event(one.name, attributes=one.attributes, timestamp=_nanoseconds(one.at)) for one in span.events],
            links=[Link(_context(one.trace, one.span), attributes=one.attributes) for one in span.links],
            kind=_KINDS[span.kind],
            status=Status(StatusCode.ERROR if span.error is not None else StatusCode.UNSET),
            start_time=_nanoseconds(span.began_at),
            end_time=_nanoseconds(span.ended_at),
            instrumentation_scope=self._scope,
        )


def _judged(session: _Session) -> Answer:
    status = session.status
    if status is None:
        # Nothing was sent: the spans cannot be encoded, or are too large.
        if session.error is None:
            return Answer(outcome=Outcome.REFUSED, code="not_sendable")
        return Answer(outcome=Outcome.FAILED, code=session.error)
    if not 200 <= status < 300:
        outcome = Outcome.REFUSED if status in _REFUSED else Outcome.FAILED
        return Answer(outcome=outcome, code=f"http_{status}", after=_asked(session))
    if session.type == "text/html":
        return Answer(outcome=Outcome.FAILED, code="no_collector")
    if session.type != "application/x-protobuf":
        return Answer(outcome=Outcome.TAKEN)
    try:
        said = ExportTraceServiceResponse.FromString(session.body)
    except DecodeError:
        return Answer(outcome=Outcome.FAILED, code="no_collector")
    return Answer(outcome=Outcome.TAKEN, rejected=said.partial_success.rejected_spans)


def _asked(session: _Session) -> float | None:
    return seconds_asked(session.retry_after, date=session.date, now=datetime.now(UTC)) if session.retry_after else None


def _resource(service: str | None) -> Resource:
    """Return what is said of this process: OTEL_RESOURCE_ATTRIBUTES, its name and its version."""
    found = Resource.create({"service.version": version(DISTRIBUTION)})
    named = str(found.attributes.get("service.name", ""))
    ours: Mapping[str, str] = {"service.name": service or NAME}
    return found if service is None and not named.startswith("unknown_service") else found.merge(Resource(ours))


def _context(trace: str, span: str) -> SpanContext:
    return SpanContext(int(trace, 16), int(span, 16), is_remote=False, trace_flags=_SAMPLED)


def _nanoseconds(at: datetime) -> int:
    # By whole numbers: a float has no room for the microseconds of today.
    return int(at.timestamp()) * 1_000_000_000 + at.microsecond * 1_000
