"""OpenTelemetry: runs are sent as spans to a collector of the operator's, by OTLP over HTTP.

Read models come in (`workflows/engine/read/spans`), requests to the collector go out. Only `bot` imports it. The
library comes with the extra "otel", and is loaded only where an endpoint is set.
"""
