"""The numbers in the formats that Prometheus reads: its own text, and OpenMetrics."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.exposition import generate_latest as as_text
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE_OPENMETRICS
from prometheus_client.openmetrics.exposition import generate_latest as as_openmetrics
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from handlers.web.offered_metrics import METRICS, MetricKind, Watched

_OPENMETRICS = "application/openmetrics-text"


def of_process() -> Collector:
    """Return the numbers of this process itself: its memory, its time, its open files."""
    process = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=process)
    return process


def formatted(watched: Watched, accepted: str, process: Collector | None = None) -> tuple[bytes, str]:
    """Return the numbers in the format that is accepted, and its content type. `process`: further numbers."""
    collector = _Numbers(watched, process)
    if _OPENMETRICS in accepted.lower():
        openmetrics: bytes = as_openmetrics(collector)  # type: ignore[no-untyped-call]  # its authors left it untyped
        return openmetrics, CONTENT_TYPE_OPENMETRICS
    return as_text(collector), CONTENT_TYPE_PLAIN_0_0_4


class _Numbers(Collector):
    """The numbers of one reading."""

    def __init__(self, watched: Watched, process: Collector | None) -> None:
        self._watched = watched
        self._process = process

    def collect(self) -> Iterator[Metric]:
        for metric in METRICS:
            make = CounterMetricFamily if metric.kind is MetricKind.COUNTER else GaugeMetricFamily
            # A counter's unit stands before `_total`, which the family puts there by itself.
            family = make(metric.name.removesuffix("_total"), metric.says, labels=metric.labels, unit=metric.unit)
            told = set[tuple[str, ...]]()
            for sample in metric.of(self._watched):
                # A workflow may be called as those are that are not declared any more: no line may stand twice.
                if (labels := tuple(sample.labels)) not in told:
                    told.add(labels)
                    family.add_metric(labels, sample.value)
            yield family
        if self._process is not None:
            yield from self._process.collect()
