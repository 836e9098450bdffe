"""A run as OpenTelemetry spans, and the runs whose spans are to be sent next.

The read model of a case comes in (`history.py`), frozen spans go out. `bot/otel` and the command line import it.
"""
