"""The metrics that Countersign offers to Prometheus: for each its name, its meaning, and where its numbers come from.

Labels are few and bounded: a declared workflow, a state, an outcome, a model. No case, person, channel or error is one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from workflows.engine.read.metric_views import NumbersView, WorkflowNumbers
from workflows.model.outcomes import Outcome
from workflows.model.port import Usage
from workflows.model.traffic import OTHER, Requests, Route

_Word = TypeVar("_Word", bound=str)
MODELS = 20
"""Models that are told apart, the first ones of this process; all further ones are `other`."""
ALL = " Counted from the rows that all processes share, so that each of them tells the same: do not add them up."
"""End of the help of what is the same at each process."""
OWN = " Of this process, since it began."
"""End of the help of what each process counts by itself."""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """All that the numbers are taken from."""

    view: NumbersView
    requests: Mapping[Route, Requests]
    """The requests of this process to models, in the order in which their routes were first used."""
    digests_late: int
    """Digests that should have been made by now, and were not."""
    is_sender: bool
    """True if this process is the one that sends to people."""
    version: str
    database: str
    """Kind of the database."""
    seconds: float
    """Seconds that it took to read them."""


@dataclass(frozen=True, kw_only=True)
class OfProcess:
    """The counts of the process itself, whomever it serves."""

    checks: Mapping[str, bool]
    """The checks of /readyz, by name."""
    logged: Mapping[tuple[str, str], int]
    """Warnings and errors that it logged, by level and event."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The source of all numbers."""

    each: Mapping[str, Watched]
    """Watched parts of each workspace, by its id."""
    process: OfProcess
    are_several: bool = False
    """True if several workspaces may be served: their numbers have a label for it."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A number, with the values of its labels."""

    labels: Sequence[str] = ()
    value: float


class MetricKind(StrEnum):
    """Kinds of metrics."""

    GAUGE = "gauge"
    COUNTER = "counter"
    """It never falls but when its process begins anew."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric that is offered."""

    name: str
    """As Prometheus knows it, with its unit; that of a counter ends in `_total`."""
    kind: MetricKind
    says: str
    labels: Sequence[str] = ()
    unit: str = ""
    of: Callable[[Watched], Iterable[Sample]] = lambda watched: ()
    """Takes its numbers of a workspace."""
    of_process: Callable[[OfProcess], Iterable[Sample]] | None = None
    """Takes its numbers of the process; None for what is counted for each workspace."""


def _of_each(number: Callable[[WorkflowNumbers], float | None]) -> Callable[[Watched], Iterable[Sample]]:
    """Take a number of each workflow that has it."""

    def samples(watched: Watched) -> Iterable[Sample]:
        for one in watched.view.workflows:
            value = number(one)
            if value is not None:
                yield Sample(labels=[one.workflow or OTHER], value=value)

    return samples


def _of_each_by(numbers: Callable[[WorkflowNumbers], Mapping[_Word, int]]) -> Callable[[Watched], Iterable[Sample]]:
    """Take numbers of each workflow by a word."""

    def samples(watched: Watched) -> Iterable[Sample]:
        for one in watched.view.workflows:
            for word, number in numbers(one).items():
                yield Sample(labels=[one.workflow or OTHER, word], value=number)

    return samples


def _by(numbers: Callable[[NumbersView], Mapping[_Word, int]]) -> Callable[[Watched], Iterable[Sample]]:
    """Take numbers of all by a word."""
    return lambda watched: [Sample(labels=[word], value=number) for word, number in numbers(watched.view).items()]


def _one(number: Callable[[Watched], float]) -> Callable[[Watched], Iterable[Sample]]:
    return lambda watched: [Sample(value=number(watched))]


def _requests(
    labels: Callable[[Route], Sequence[str]], numbers: Callable[[Requests], Mapping[_Word, float]]
) -> Callable[[Watched], Iterable[Sample]]:
    """Take numbers of this process's requests, those of the same labels together. An empty word is no label."""

    def samples(watched: Watched) -> Iterable[Sample]:
        declared = {one.workflow for one in watched.view.workflows}
        known = list(dict.fromkeys(route.model for route in watched.requests))[:MODELS]
        found = dict[tuple[str, ...], float]()
        for route, requests in watched.requests.items():
            bounded = Route(
                workflow=route.workflow if route.workflow in declared else OTHER,
                model=route.model if route.model in known else OTHER,
            )
            for word, number in numbers(requests).items():
                key = (*labels(bounded), *([str(word)] if word else []))
                found[key] = found.get(key, 0.0) + number
        return [Sample(labels=key, value=number) for key, number in found.items()]

    return samples


def _tokens(usage: Usage) -> Mapping[str, float]:
    return {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "cache_read": usage.cache_read_tokens,
        "cache_write": usage.cache_write_tokens,
    }


_OUTCOMES: Mapping[Outcome, float] = dict.fromkeys(Outcome, 0)
_GAUGE, _COUNTER = MetricKind.GAUGE, MetricKind.COUNTER

METRICS: Sequence[Metric] = (
    Metric(
        name="countersign_cases_total",
        kind=_COUNTER,
        says="Cases taken in so far, each key once." + ALL,
        labels=["workflow"],
        of=_of_each(lambda one: one.taken_in),
    ),
    Metric(
        name="countersign_resolved_total",
        kind=_COUNTER,
        says="Runs resolved so far, by how; a correction is a run of its own." + ALL,
        labels=["workflow", "resolution"],
        of=_of_each_by(lambda one: one.resolved),
    ),
    Metric(
        name="countersign_runs",
        kind=_GAUGE,
        says="Runs with something left to do for somebody, by state." + ALL,
        labels=["workflow", "state"],
        of=_of_each_by(lambda one: one.runs),
    ),
    Metric(
        name="countersign_runs_ready_oldest_age_seconds",
        kind=_GAUGE,
        says="Time for which the run that is ready for longest has waited for a worker; 0 where none is ready." + ALL,
        labels=["workflow"],
        unit="seconds",
        of=_of_each(lambda one: one.oldest_ready.total_seconds()),
    ),
    Metric(
        name="countersign_reviews_open",
        kind=_GAUGE,
        says="Reviews that wait for a person." + ALL,
        labels=["workflow"],
        of=_of_each(lambda one: one.open_reviews),
    ),
    Metric(
        name="countersign_reviews_overdue",
        kind=_GAUGE,
        says="Reviews that wait for a person past the time within which an answer was asked." + ALL,
        labels=["workflow"],
        of=_of_each(lambda one: one.overdue_reviews),
    ),
    Metric(
        name="countersign_reviews_oldest_age_seconds",
        kind=_GAUGE,
        says="Age of the oldest review that waits for a person; 0 where none does." + ALL,
        labels=["workflow"],
        unit="seconds",
        of=_of_each(lambda one: one.oldest_review.total_seconds()),
    ),
    Metric(
        name="countersign_workflow_paused",
        kind=_GAUGE,
        says="1 where a workflow is paused, else 0." + ALL,
        labels=["workflow"],
        of=_of_each(lambda one: float(one.is_paused)),
    ),
    Metric(
        name="countersign_causes",
        kind=_GAUGE,
        says="Causes of failures, by state." + ALL,
        labels=["workflow", "state"],
        of=_of_each_by(lambda one: one.causes),
    ),
    Metric(
        name="countersign_budget_dollars",
        kind=_GAUGE,
        says="US dollars that a workflow may spend on models in a day." + ALL,
        labels=["workflow"],
        unit="dollars",
        of=_of_each(lambda one: None if one.per_day is None else float(one.per_day)),
    ),
    Metric(
        name="countersign_budget_left_dollars",
        kind=_GAUGE,
        says="US dollars of it that are neither spent nor reserved, in the workflow's own day." + ALL,
        labels=["workflow"],
        unit="dollars",
        of=_of_each(lambda one: None if one.left_today is None else float(one.left_today)),
    ),
    Metric(
        name="countersign_deliveries",
        kind=_GAUGE,
        says="Deliveries that wait for another attempt, or of which nobody knows whether they happened." + ALL,
        labels=["state"],
        of=_by(lambda view: view.deliveries),
    ),
    Metric(
        name="countersign_messages_unsent",
        kind=_GAUGE,
        says="Messages to people that are not sent, by state: dead ones were given up, held ones wait for room." + ALL,
        labels=["state"],
        of=_by(lambda view: view.messages),
    ),
    Metric(
        name="countersign_messages_late_seconds",
        kind=_GAUGE,
        says="Time since when the first message that is due could have been sent; 0 where none could." + ALL,
        unit="seconds",
        of=_one(lambda watched: watched.view.late.total_seconds()),
    ),
    Metric(
        name="countersign_webhooks_unsent",
        kind=_GAUGE,
        says="Webhooks that are not sent, by state: dead ones were given up." + ALL,
        labels=["state"],
        of=_by(lambda view: view.webhooks),
    ),
    Metric(
        name="countersign_webhooks_oldest_age_seconds",
        kind=_GAUGE,
        says="Age of the oldest webhook that is still to be sent; 0 where none is." + ALL,
        unit="seconds",
        of=_one(lambda watched: watched.view.webhooks_oldest.total_seconds()),
    ),
    Metric(
        name="countersign_digests_late",
        kind=_GAUGE,
        says="Digests that should have been made by now, and were not." + ALL,
        of=_one(lambda watched: watched.digests_late),
    ),
    Metric(
        name="countersign_troubles",
        kind=_GAUGE,
        says="Systems to which many calls fail now." + ALL,
        labels=["kind"],
        of=_by(lambda view: view.troubles),
    ),
    Metric(
        name="countersign_models_down",
        kind=_GAUGE,
        says="Models that are not asked now, since they do not answer or refuse Countersign." + ALL,
        of=_one(lambda watched: watched.view.models_down),
    ),
    Metric(
        name="countersign_targets_down",
        kind=_GAUGE,
        says="Targets of deliveries that are down now." + ALL,
        of=_one(lambda watched: watched.view.targets_down),
    ),
    Metric(
        name="countersign_fetches_failing",
        kind=_GAUGE,
        says="Functions that look for cases whose last look failed." + ALL,
        of=_one(lambda watched: watched.view.fetches_failing),
    ),
    Metric(
        name="countersign_fetches_late_seconds",
        kind=_GAUGE,
        says="Time by which the look for cases that is longest overdue is late; 0 where none is." + ALL,
        unit="seconds",
        of=_one(lambda watched: watched.view.fetches_late.total_seconds()),
    ),
    Metric(
        name="countersign_audit_unsealed",
        kind=_GAUGE,
        says="Rows of the audit that are not sealed yet, at most 100,000." + ALL,
        of=_one(lambda watched: watched.view.unsealed),
    ),
    Metric(
        name="countersign_audit_unsealed_age_seconds",
        kind=_GAUGE,
        says="Age of the first row of the audit that is not sealed yet; 0 where all are." + ALL,
        unit="seconds",
        of=_one(lambda watched: watched.view.unsealed_for.total_seconds()),
    ),
    Metric(
        name="countersign_last_backup_timestamp_seconds",
        kind=_GAUGE,
        says="Time of the last backup that is known of, in seconds since 1970; 0 where none is." + ALL,
        unit="seconds",
        of=_one(lambda watched: at.timestamp() if (at := watched.view.backed_up_at) is not None else 0),
    ),
    Metric(
        name="countersign_ready",
        kind=_GAUGE,
        says="1 where a check of /readyz holds, else 0." + OWN.replace(", since it began", ""),
        labels=["check"],
        of_process=lambda own: [Sample(labels=[name], value=float(holds)) for name, holds in own.checks.items()],
    ),
    Metric(
        name="countersign_is_sender",
        kind=_GAUGE,
        says="1 where this process is the one that sends to people, else 0." + OWN.replace(", since it began", ""),
        of=_one(lambda watched: float(watched.is_sender)),
    ),
    Metric(
        name="countersign_log_events_total",
        kind=_COUNTER,
        says="Warnings and errors that were logged." + OWN,
        labels=["level", "event"],
        of_process=lambda own: [Sample(labels=key, value=number) for key, number in own.logged.items()],
    ),
    Metric(
        name="countersign_model_requests_total",
        kind=_COUNTER,
        says="Questions to paid models by their outcome, with those that were not sent." + OWN,
        labels=["model", "outcome"],
        of=_requests(lambda route: [route.model], lambda one: {**_OUTCOMES, **one.outcomes}),
    ),
    Metric(
        name="countersign_model_requests_sent_total",
        kind=_COUNTER,
        says="Requests that were sent to paid models." + OWN,
        labels=["model"],
        of=_requests(lambda route: [route.model], lambda one: {"": one.sent}),
    ),
    Metric(
        name="countersign_model_seconds_total",
        kind=_COUNTER,
        says="Seconds that these requests took together." + OWN,
        labels=["model"],
        unit="seconds",
        of=_requests(lambda route: [route.model], lambda one: {"": one.seconds}),
    ),
    Metric(
        name="countersign_model_tokens_total",
        kind=_COUNTER,
        says="Tokens as the provider counts them; input ones are those that no cache of the provider's held." + OWN,
        labels=["model", "kind"],
        of=_requests(lambda route: [route.model], lambda one: _tokens(one.usage)),
    ),
    Metric(
        name="countersign_model_dollars_total",
        kind=_COUNTER,
        says="US dollars for paid models; a request of unknown cost counts with what was reserved for it." + OWN,
        labels=["workflow", "model"],
        unit="dollars",
        of=_requests(lambda route: [route.workflow, route.model], lambda one: {"": float(one.dollars)}),
    ),
    Metric(
        name="countersign_read_seconds",
        kind=_GAUGE,
        says="Time that it took to read all these numbers from the database." + OWN.replace(", since it began", ""),
        unit="seconds",
        of=_one(lambda watched: watched.seconds),
    ),
    Metric(
        name="countersign_build_info",
        kind=_GAUGE,
        says="1, with the version that runs and the kind of its database." + OWN.replace(", since it began", ""),
        labels=["version", "database"],
        of=lambda watched: [Sample(labels=[watched.version, watched.database], value=1.0)],
    ),
)
