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

from handlers.web.offered_metrics import METRICS, MetricKind, Reading
from handlers.web.offered_metrics import Metric as Offered

_OPENMETRICS = "application/openmetrics-text"


def of_process() -> Collector:
    """Return the numbers of this process itself: its memory, its time, its open files."""
    process = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=process)
    return process


def formatted(reading: Reading, accepted: str, process: Collector | None = None) -> tuple[bytes, str]:
    """Return the numbers in the format that is accepted, and its content type. `process`: further numbers."""
    collector = _Numbers(reading, process)
    if _OPENMETRICS in accepted.lower():
        openmetrics: bytes = as_openmetrics(collector)  # type: ignore[no-untyped-call]  # its authors left it untyped
        return openmetrics, CONTENT_TYPE_OPENMETRICS
    return as_text(collector), CONTENT_TYPE_PLAIN_0_0_4


class _Numbers(Collector):
    """The numbers of one reading."""

    def __init__(self, reading: Reading, process: Collector | None) -> None:
        self._reading = reading
        self._process = process

    def collect(self) -> Iterator[Metric]:
        for metric in METRICS:
            make = CounterMetricFamily if metric.kind is MetricKind.COUNTER else GaugeMetricFamily
            of_process, are_several = metric.of_process, self._reading.are_several
            labels = ("workspace", *metric.labels) if are_several and of_process is None else metric.labels
            # A counter's unit stands before `_total`, which the family puts there by itself.
            family = make(metric.name.removesuffix("_total"), metric.says, labels=labels, unit=metric.unit)
            told = set[tuple[str, ...]]()
            for values, value in self._samples(metric):
                # A workflow may be called as those are that are not declared any more: no line may stand twice.
                if values not in told:
                    told.add(values)
                    family.add_metric(values, value)
            yield family
        if self._process is not None:
            yield from self._process.collect()

    def _samples(self, metric: Offered) -> Iterator[tuple[tuple[str, ...], float]]:
        """Yield the numbers of a metric, each with the values of its labels."""
        if metric.of_process is not None:
            for sample in metric.of_process(self._reading.process):
                yield tuple(sample.labels), sample.value
            return
        for workspace, watched in self._reading.each.items():
            first = (workspace,) if self._reading.are_several else ()
            for sample in metric.of(watched):
                yield (*first, *sample.labels), sample.value
