"""`serve` sends spans where an endpoint is set; `explain --spans` prints them, and `doctor` says how it stands."""

import signal
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.integration.bot.commandline import LONGEST, CommandLine, wait_until
from tests.integration.bot.otel.receiver import Receiver, receiving

pytestmark = pytest.mark.slow

KEY = "k-Euston-Sybil-4711"
ROLES = ("--no-slack", "--no-schedule")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A collector that takes everything."""
    with receiving() as receiver:
        yield receiver


@contextmanager
def serving(countersign: CommandLine, *, says: str) -> Iterator[list[str]]:
    """`serve` in a process of its own for the block, once it says this; yields what it says. It ends with 0."""
    process = countersign.started("serve", *ROLES)
    said: list[str] = []
    assert process.stderr is not None
    try:
        for line in process.stderr:
            said.append(line)
            if says in line:
                break
        yield said
    finally:
        process.send_signal(signal.SIGTERM)
        said.append(process.communicate(timeout=LONGEST)[1])
        assert process.returncode == 0, said


def read(printed: Any) -> list[Span]:
    """Read what `explain --spans` printed as a collector does: in JSON of OTLP, ids are hexadecimal."""
    for span in printed["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for holder in (span, *span["links"]):
            for name in ("traceId", "spanId", "parentSpanId"):
                if name in holder:
                    holder[name] = b64encode(bytes.fromhex(holder[name])).decode()
    return [
        span
        for resource in json_format.ParseDict(printed, ExportTraceServiceRequest()).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def plain(span: Span) -> str:
    """A span without the flags, which the exporter of the library adds."""
    copy = Span.FromString(span.SerializeToString())
    copy.flags = 0
    for link in copy.links:
        link.flags = 0
    return str(copy)


def test_serve_sends_what_explain_prints_and_doctor_says_where(countersign: CommandLine, receiver: Receiver) -> None:
    there = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url, "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer%20{KEY}"}
    countersign.settings.update(there, COUNTERSIGN_HEALTH="off", OTEL_RESOURCE_ATTRIBUTES="deployment.environment=test")
    with serving(countersign, says="spans.sending") as lines:
        assert countersign.submit(7).code == 0
        wait_until(lambda: len(receiver.spans) > 0)
    assert KEY not in repr(lines)
    assert receiver.said[0]["authorization"] == f"Bearer {KEY}"
    said = receiver.resource()
    assert (said["service.name"], said["deployment.environment"]) == ("countersign", "test")

    printed = read(countersign.done("explain", "1", "--spans").json())
    sent = {plain(span) for span in receiver.spans}
    assert sent
    assert sent <= {plain(span) for span in printed}
    told = countersign("doctor").out
    assert f"spans are sent to {receiver.url}/v1/traces by serve, without content" in told
    assert KEY not in told


def test_a_collector_that_is_down_is_told_by_doctor(countersign: CommandLine, receiver: Receiver) -> None:
    receiver.status = 503
    countersign.settings.update(OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url, COUNTERSIGN_HEALTH="off")
    with serving(countersign, says="spans.sending"):
        assert countersign.submit(7).code == 0
        # It is noted only once the collector's answer is there.
        wait_until(lambda: "has taken no spans since" in countersign("doctor").out)
    assert "http_503" in countersign("doctor").out


def test_an_endpoint_that_cannot_be_used_is_told_and_cases_are_worked_on(countersign: CommandLine) -> None:
    countersign.settings.update(OTEL_EXPORTER_OTLP_ENDPOINT="collector:4317", COUNTERSIGN_HEALTH="off")
    said = countersign("doctor")
    assert said.code == 1
    assert "OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https address" in said.out
    with serving(countersign, says="Ctrl-C stops it") as lines:
        assert countersign.submit(7).code == 0
        wait_until(lambda: countersign.state(1) not in ("ready", "running"))
    assert "spans.not_sendable" in repr(lines)
