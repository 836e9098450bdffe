"""Text of /metrics, judged by Prometheus' own parsers, and its page by the program."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from prometheus_client.core import Metric as Family
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families

from handlers.web.exposition import formatted
from handlers.web.offered_metrics import ALL, METRICS, MODELS, OfProcess, Reading, Watched
from store.states import NOT_ENDED, CauseState, DeliveryState, OutboxState, Resolution
from workflows.engine.health.views import Kind
from workflows.engine.read.metric_views import NumbersView, WorkflowNumbers
from workflows.model.outcomes import Outcome
from workflows.model.port import Usage
from workflows.model.traffic import MOST, Route, Traffic

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"
OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
TRIAGE = WorkflowNumbers(
    workflow="triage",
    taken_in=1_000,
    resolved=dict.fromkeys(Resolution, 0) | {Resolution.ALONE: 600},
    runs=dict.fromkeys(NOT_ENDED, 0),
    oldest_ready=timedelta(minutes=1),
    open_reviews=3,
    overdue_reviews=1,
    oldest_review=timedelta(hours=2),
    causes=dict.fromkeys(CauseState, 0),
    is_paused=False,
    per_day=Decimal(20),
    left_today=Decimal("12.5"),
)
OTHERS = WorkflowNumbers(
    workflow=None,
    taken_in=7,
    resolved=dict.fromkeys(Resolution, 0),
    runs=dict.fromkeys(NOT_ENDED, 0),
    oldest_ready=timedelta(0),
    open_reviews=0,
    overdue_reviews=0,
    oldest_review=timedelta(0),
    causes=dict.fromkeys(CauseState, 0),
    is_paused=False,
    per_day=None,
    left_today=None,
)


def watched(traffic: Traffic | None = None, *workflows: WorkflowNumbers) -> Reading:
    view = NumbersView(
        at=datetime(2026, 11, 20, tzinfo=UTC),
        workflows=workflows or [TRIAGE, OTHERS],
        deliveries={DeliveryState.DOUBTFUL: 2},
        messages={OutboxState.DEAD: 1},
        late=timedelta(seconds=90),
        webhooks={OutboxState.DUE: 1},
        webhooks_oldest=timedelta(minutes=3),
        troubles=dict.fromkeys(Kind, 0),
        models_down=1,
        targets_down=0,
        fetches_failing=1,
        fetches_late=timedelta(seconds=90),
        unsealed=12,
        unsealed_for=timedelta(seconds=3),
        backed_up_at=datetime(2026, 11, 19, tzinfo=UTC),
    )
    counts = (traffic or asked()).counts()
    of_team = Watched(
        view=view,
        digests_late=1,
        is_sender=True,
        requests=counts,
        version="1.2",
        database="sqlite",
        seconds=0.1,
    )
    own = OfProcess(checks={"hearing": True, "worker": False}, logged={("error", "job.failed"): 2})
    return Reading(each={"T1": of_team}, process=own)


def asked() -> Traffic:
    traffic = Traffic()
    usage = Usage(input_tokens=100, output_tokens=20, cache_read_tokens=5)
    route = Route(workflow="triage", model="claude-haiku-5-5")
    traffic.count(route, Outcome.ANSWERED, usage=usage, dollars=Decimal("0.002"), seconds=1.5)
    traffic.count(route, Outcome.ANSWERED, usage=usage, dollars=Decimal("0.001"), seconds=0.5)
    traffic.count(route, Outcome.UNAFFORDABLE)
    return traffic


def families(of: Reading, accepted: str = "") -> list[Family]:
    body, kind = formatted(of, accepted)
    read = openmetrics_families if "openmetrics" in kind else text_string_to_metric_families
    return list(read(body.decode()))


def numbers(of: Reading, name: str) -> dict[tuple[str, ...], float]:
    """The samples of a metric, by the values of its labels in the order in which they are declared."""
    (metric,) = [one for one in METRICS if one.name == name]
    return {
        tuple(sample.labels[label] for label in metric.labels): sample.value
        for family in families(of)
        for sample in family.samples
        if sample.name == name
    }


@pytest.mark.parametrize(
    "accepted", ["", "*/*", "text/plain;version=0.0.4", OPENMETRICS, "application/openmetrics-text;version=x"]
)
def test_prometheus_reads_both_formats_and_finds_each_metric(accepted: str) -> None:
    """With its kind, and with the labels that it declares."""
    found = {
        sample.name: (family.type, set(sample.labels))
        for family in families(watched(), accepted)
        for sample in family.samples
    }
    assert found == {one.name: (one.kind, set(one.labels)) for one in METRICS}


def test_where_several_workspaces_are_served_each_number_says_of_which_and_those_of_the_process_of_none() -> None:
    one = watched()
    both = Reading(each={"T1": one.each["T1"], "T2": one.each["T1"]}, process=one.process, are_several=True)
    found: dict[str, set[str | None]] = {}
    for family in families(both):
        for sample in family.samples:
            found.setdefault(sample.name, set()).add(sample.labels.get("workspace"))
    assert found.pop("countersign_ready") == found.pop("countersign_log_events_total") == {None}
    assert set(map(frozenset, found.values())) == {frozenset({"T1", "T2"})}
    nobody = Reading(each={}, process=one.process, are_several=True)
    assert {sample.name for family in families(nobody) for sample in family.samples} == {
        "countersign_ready",
        "countersign_log_events_total",
    }


def test_names_are_such_as_prometheus_advises() -> None:
    for metric in METRICS:
        assert re.fullmatch(r"countersign_[a-z_]+", metric.name)
        assert metric.name.endswith("_total") is (metric.kind == "counter")
        assert metric.name.removesuffix("_total").endswith(metric.unit)
        assert metric.unit in ("", "seconds", "dollars")
        assert set(metric.labels) <= {
            "workflow",
            "state",
            "resolution",
            "check",
            "level",
            "event",
            "outcome",
            "model",
            "kind",
            "version",
            "database",
        }


def test_no_line_stands_twice_although_a_workflow_is_called_other() -> None:
    other = watched(None, WorkflowNumbers(**{**vars(TRIAGE), "workflow": "other"}), OTHERS)
    body, _ = formatted(other, "")
    said = Counter(line.rpartition(" ")[0] for line in body.decode().splitlines() if not line.startswith("#"))
    assert said.most_common(1)[0][1] == 1


def test_requests_of_this_process_are_counted_by_model_and_outcome() -> None:
    of = watched()
    requests = numbers(of, "countersign_model_requests_total")
    assert requests["claude-haiku-5-5", "answered"] == 2
    assert requests["claude-haiku-5-5", "unaffordable"] == 1
    assert requests["claude-haiku-5-5", "transient"] == 0
    assert numbers(of, "countersign_model_requests_sent_total") == {("claude-haiku-5-5",): 2}
    assert numbers(of, "countersign_model_seconds_total") == {("claude-haiku-5-5",): 2}
    assert numbers(of, "countersign_model_dollars_total") == {("triage", "claude-haiku-5-5"): pytest.approx(0.003)}
    assert numbers(of, "countersign_model_tokens_total")["claude-haiku-5-5", "input"] == 200


def test_labels_are_bounded_and_no_counter_falls_when_there_are_more() -> None:
    """Names that came first are kept where models or workflows are named by hundreds."""
    traffic = Traffic()
    for number in range(MODELS):
        traffic.count(Route(workflow="triage", model=f"model {number}"), Outcome.ANSWERED)
    before = numbers(watched(traffic), "countersign_model_requests_total")
    for number in range(3 * MOST):
        traffic.count(Route(workflow=f"workflow {number}", model=f"new {number}"), Outcome.ANSWERED)
        traffic.count(Route(workflow="triage", model="model 0"), Outcome.ANSWERED)
    after = numbers(watched(traffic), "countersign_model_requests_total")
    assert {model for model, _ in after} == {*(f"model {number}" for number in range(MODELS)), "other"}
    assert all(after[labels] >= value for labels, value in before.items())
    assert sum(after.values()) == MODELS + 6 * MOST
    assert {workflow for workflow, _ in numbers(watched(traffic), "countersign_model_dollars_total")} == {
        "triage",
        "other",
    }


def test_the_page_names_each_metric_with_its_labels_kind_and_whose_it_is() -> None:
    rows = re.findall(r"^\| `(countersign_\w+)` \|([\w, ]*)\| (\w+) \| (\w+) \|", PAGE.read_text(), re.MULTILINE)
    told = {name: (labels.strip(), kind, whose) for name, labels, kind, whose in rows}
    assert told == {
        one.name: (", ".join(one.labels), str(one.kind), "all" if one.says.endswith(ALL) else "own") for one in METRICS
    }


def test_the_page_asks_for_no_metric_that_there_is_not() -> None:
    text = PAGE.read_text()
    known = {one.name for one in METRICS}
    assert {name for name in re.findall(r"\bcountersign_\w+[a-z]\b", text) if name != "countersign_model_"} <= known
