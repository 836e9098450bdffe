"""Spans as OTLP in JSON, as a collector would be sent them; needs no library."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version

from pydantic import JsonValue

from store.db.extras import DISTRIBUTION
from workflows.engine.read.spans.views import SpanKind, SpanView, Value

_KINDS = {SpanKind.INTERNAL: 1, SpanKind.CLIENT: 3}
_ERROR = 2


def otlp_json(spans: Sequence[SpanView], *, service: str) -> dict[str, JsonValue]:
    """Return spans as the body of a request to a collector. `service`: the name of this service."""
    ours = version(DISTRIBUTION)
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes({"service.name": service, "service.version": ours})},
                "scopeSpans": [
                    {"scope": {"name": "countersign", "version": ours}, "spans": [_span(span) for span in spans]}
                ],
            }
        ]
    }


def _span(span: SpanView) -> dict[str, JsonValue]:
    return {
        "traceId": span.trace,
        "spanId": span.id,
        **({"parentSpanId": span.parent} if span.parent is not None else {}),
        "name": span.name,
        "kind": _KINDS[span.kind],
        "startTimeUnixNano": _nanoseconds(span.began_at),
        "endTimeUnixNano": _nanoseconds(span.ended_at),
        "attributes": _attributes(span.attributes),
        "events": [
            {"timeUnixNano": _nanoseconds(one.at), "name": one.name, "attributes": _attributes(one.attributes)}
            for one in span.events
        ],
        "links": [
            {"traceId": one.trace, "spanId": one.span, "attributes": _attributes(one.attributes)} for one in span.links
        ],
        "status": {"code": _ERROR} if span.error is not None else {},
    }


def _attributes(values: Mapping[str, Value]) -> list[JsonValue]:
    return [{"key": name, "value": _value(value)} for name, value in values.items()]


def _value(value: Value) -> dict[str, JsonValue]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case _:
            return {"arrayValue": {"values": [_value(one) for one in value]}}


def _nanoseconds(at: datetime) -> str:
    # A number of this size is written as text: a program that reads JSON may not have room for it.
    return str(int(at.timestamp()) * 1_000_000_000 + at.microsecond * 1_000)
