"""The address for spans, as the settings say with OpenTelemetry's own names."""

import importlib.util
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.settings import Settings
from store.db import extras

PATH = "/v1/traces"
PROTOCOL = "http/protobuf"


class Unsendable(ValueError):
    """Spans are wanted and cannot be sent. The message says why."""

    def __init__(self, why: str, do: str) -> None:
        """Keep what is wrong, and what to do."""
        super().__init__(why)
        self.do = do


@dataclass(frozen=True, kw_only=True)
class Target:
    """A collector, and what it is sent."""

    url: str = field(repr=False)
    """It may hold a secret, as some vendors have it."""
    headers: SecretStr | None
    """`NAME=VALUE`, separated by commas, percent-encoded."""
    service: str | None
    """Name of the service; None for what OTEL_RESOURCE_ATTRIBUTES say, else `countersign`."""
    content: bool
    """True to send content of cases, as far as it may be in spans."""

    @property
    def shown(self) -> str:
        """The address without what may be secret in it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"


def target_of(settings: Settings) -> Target | None:
    """Return where spans are sent; None where none are wanted. Raise `Unsendable`."""
    endpoint, traces = settings.otel_endpoint.strip(), settings.otel_traces_endpoint.strip()
    wanted = settings.otel_traces_exporter.strip().lower() != "none"
    if not (endpoint or traces) or not wanted or settings.otel_sdk_disabled.strip().lower() == "true":
        return None
    name = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" if traces else "OTEL_EXPORTER_OTLP_ENDPOINT"
    url = traces or endpoint.rstrip("/") + PATH
    if not _is_url(url):
        # The address itself is not repeated: it may hold a secret.
        raise Unsendable(f"{name} is not an http or https address", f"set {name}=http://HOST:4318")
    protocol = settings.otel_traces_protocol.strip() or settings.otel_protocol.strip() or PROTOCOL
    if protocol != PROTOCOL:
        raise Unsendable(
            f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol!r:.40}, and Countersign speaks {PROTOCOL} only",
            f"set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL={PROTOCOL}, and {name} to the port for HTTP, often 4318",
        )
    if not _has_library():
        raise Unsendable("spans cannot be sent: the extra otel is not installed", extras.advice("otel"))
    return Target(
        url=url,
        headers=settings.otel_traces_headers or settings.otel_headers,
        service=settings.otel_service_name.strip() or None,
        content=settings.spans_content,
    )


def _has_library() -> bool:
    try:
        return importlib.util.find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        return False


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
