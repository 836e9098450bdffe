"""A run as OpenTelemetry spans, from what was recorded of it. Asks the database nothing.

Names and attributes follow the GenAI semantic conventions 0.1.0, and are `countersign.*` for what those do not name.
The same rows give the same spans with the same ids, so whoever sends one again sends no other. No content of a case is
in them unless the caller says how to show it.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import JsonValue

from store.states import DeliveryState, RunState, StepState
from workflows.engine.context import SYSTEM
from workflows.engine.declare.steps import ASK, DELIVER
from workflows.engine.propose.views import RequestView
from workflows.engine.read.spans.views import SpanEvent, SpanKind, SpanLink, SpanView, Value
from workflows.engine.read.views import AuditView, CaseView, RunView, StepView
from workflows.engine.text.canonical_json import canonical
from workflows.model.outcomes import Outcome

Show = Callable[[JsonValue], str]
"""A function that writes content as a span may hold it."""

FINAL = frozenset({RunState.DELIVERED, RunState.CLOSED, RunState.FAILED, RunState.PARKED, RunState.SUPERSEDED})
"""States with which a run's spans are complete. A rerun of a failed run is a run of its own."""
STOPS = FINAL | {RunState.WAITING, RunState.DOUBTFUL}
"""States with which spans are sent: the run ended, or came to a person."""
STOP_ACTIONS = frozenset(f"run.{state}" for state in STOPS)

MADE_FROM = "case.made_from"
"""The audit's word for a case that was made from the outcome of another one."""
_TAKEN = frozenset({"case.taken_in", "case.revised"})
MOST_STEPS, MOST_EVENTS = 1_000, 200
"""Bounds for one run: attempts at steps, and moments of a span."""
OTHER = "_OTHER"
"""The conventions' word for an error without a type."""
_NOT_SENT = frozenset({Outcome.GIVEN_AGAIN, Outcome.UNAFFORDABLE, Outcome.NOT_ASKED})
_FAILED = frozenset({RunState.FAILED, RunState.PARKED})
_RUN, _DELIVERY, _REVIEW = "run", "delivery", "review"


@dataclass(frozen=True, kw_only=True)
class Named:
    """A run as its trace names it."""

    id: int
    created_at: datetime


def spans_of(
    case: CaseView,
    run: RunView,
    *,
    team: int,
    provider: str,
    show: Show | None = None,
    made_from: Named | None = None,
) -> list[SpanView]:
    """Return the pieces of a run's way that have ended, the whole run last.

    `provider`: the vendor of models, as the conventions name it. `show`: writes content; None: there is none in them.
    `made_from`: the run of another case from whose outcome the case was made, to link to.
    """
    return _Way(case, run, team=team, provider=provider, show=show, made_from=made_from).spans()


def made_from_row(case: CaseView, run: RunView) -> AuditView | None:
    """Return the audit's row that says from which other run this one's input was made; None where it came otherwise."""
    began = next((row for row in case.audit if row.action in _TAKEN and row.details.get("run") == run.id), None)
    after = began.id if began is not None else None
    made = (row for row in case.audit if row.action == MADE_FROM and after is not None and row.id > after)
    return next(made, None)


def spans_of_stop(spans: Sequence[SpanView], case: CaseView, run: RunView, stop: int) -> list[SpanView]:
    """Return those of a run's spans that are sent with one of its stops: they ended with it, or since the stop before.

    `stop`: the row of the audit. Nothing is left to send with a stop after the run was complete.
    """
    before = max((row.id for row in _moves(case, run) if row.id < stop and row.action in STOP_ACTIONS), default=0)
    return [span for span in spans if before < span.known_at <= stop]


def trace_of(run: RunView | Named, *, team: int) -> str:
    """Return the trace of a run. Its beginning is a part of it: after a restore its number is given out again."""
    return _digest(f"countersign/{team}/{run.id}/{run.created_at.isoformat()}", 32)


def _plain(value: Value) -> Value:
    return value.value if isinstance(value, StrEnum) else value


def _digest(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def _moves(case: CaseView, run: RunView) -> list[AuditView]:
    """Return the audit's rows by which a run moved."""
    return [row for row in case.audit if row.subject == f"{_RUN}:{run.id}" and _state(row) is not None]


def _state(row: AuditView) -> RunState | None:
    word = row.action.removeprefix(f"{_RUN}.")
    return RunState(word) if word in set(RunState) else None


@dataclass(frozen=True, kw_only=True)
class _Period:
    """The time of a run in a state, or of an attempt at its delivery."""

    n: int
    """Number of the period among those of its kind, from 1."""
    began: AuditView
    ended: AuditView | None
    """None while it lasts."""


class _Way:
    """The rows of a run, to be told as spans."""

    def __init__(
        self,
        case: CaseView,
        run: RunView,
        *,
        team: int,
        provider: str,
        show: Show | None,
        made_from: Named | None,
    ) -> None:
        self._case, self._run, self._team = case, run, team
        self._made_from = made_from
        self._provider, self._show = provider, show
        self._trace = trace_of(run, team=team)
        self._root = self._id("run")
        moves = _moves(case, run)
        self._final = next((row for row in moves if _state(row) in FINAL), None)
        # A failed run is superseded by its rerun later, and by then it was sent.
        self._moves = [row for row in moves if self._final is None or row.id <= self._final.id]
        self._work = self._periods({RunState.RUNNING}, through={RunState.DELIVERING})
        self._waits = self._periods({RunState.WAITING, RunState.DOUBTFUL})
        self._attempts = list(self._delivery_attempts())
        self._steps = [step for step in run.steps if not step.recalled][:MOST_STEPS]

    def spans(self) -> list[SpanView]:
        """Return the spans, the whole run last."""
        parts = [
            *(self._step(step) for step in self._steps),
            *(self._request(n, asked) for n, asked in enumerate(self._run.asked, 1)),
            *(self._wait(wait) for wait in self._waits),
            *self._holds(),
            *self._decisions(),
            *(self._attempt(attempt) for attempt in self._attempts),
            self._whole(),
        ]
        return [self._bounded(span) for span in parts if span is not None]

    def _bounded(self, span: SpanView) -> SpanView:
        # What is noted right after a run's end belongs to it, and a clock may have been put back.
        known = span.known_at if self._final is None else min(span.known_at, self._final.id)
        events = span.events[:MOST_EVENTS]
        return replace(span, known_at=known, ended_at=max(span.began_at, span.ended_at), events=events)

    def _whole(self) -> SpanView | None:
        run, case, final = self._run, self._case, self._final
        if final is None:
            return None
        state = _state(final)
        begun = next((row.at for row in self._moves if _state(row) is RunState.RUNNING), None)
        problem = run.problem or {}
        before = next((other for other in case.runs if other.id == run.parent), None)
        made = sum(not step.recalled for step in run.steps)
        earned = case.earned(run)
        return self._span(
            self._root,
            f"invoke_workflow {case.workflow}",
            run.created_at,
            final.at,
            final,
            {
                "gen_ai.operation.name": "invoke_workflow",
                "gen_ai.agent.name": case.workflow,
                "gen_ai.agent.version": run.code_version,
                "countersign.case.id": case.id,
                "countersign.case.revision": run.revision,
                "countersign.run.id": run.id,
                "countersign.run.state": state,
                "countersign.run.resolution": run.resolution,
                "countersign.run.correction": run.correction or None,
                "countersign.run.from_step": run.from_step,
                "countersign.run.queued_seconds": (begun - run.created_at).total_seconds() if begun else None,
                "countersign.earned.level": earned.level if earned else None,
                "countersign.earned.floor": earned.floor if earned else None,
                "countersign.earned.epoch": earned.epoch if earned else None,
                "countersign.steps.left_out": made - len(self._steps) or None,
                "countersign.prompt.version": run.proposal.prompt_version if run.proposal else None,
                "countersign.proposal.source": run.proposal.source if run.proposal else None,
                **self._content(
                    {
                        "countersign.case.key": case.key,
                        "countersign.case.input": dict(run.input),
                        "countersign.proposal": dict(run.proposal.output) if run.proposal else None,
                        "countersign.output": run.output,
                        "countersign.problem": problem.get("message"),
                    }
                ),
            },
            parent=None,
            events=[*self._not_sent(), *(SpanEvent(name=row.action, at=row.at) for row in self._moves)],
            links=[self._link(one) for one in (before, self._made_from) if one is not None],
            error=str(problem.get("type") or OTHER) if state in _FAILED else None,
        )

    def _link(self, before: RunView | Named) -> SpanLink:
        trace = trace_of(before, team=self._team)
        span = _digest(f"{trace}/run", 16)
        return SpanLink(trace=trace, span=span, attributes={"countersign.run.id": before.id})

    def _step(self, step: StepView) -> SpanView | None:
        ended = self._work_ended(step.started_at)
        if ended is None:
            return None
        return self._span(
            self._id(f"step/{step.name}/{step.nth}/{step.attempt}"),
            f"step {step.name}",
            step.started_at,
            step.started_at + timedelta(milliseconds=step.milliseconds),
            ended,
            {
                "countersign.step.name": step.name,
                "countersign.step.call": step.nth,
                "countersign.step.attempt": step.attempt,
                "countersign.cost.usd": float(step.cost),
                **self._content(
                    {
                        "countersign.step.input": step.input,
                        "countersign.step.output": step.output,
                        "countersign.step.error": step.error,
                    }
                ),
            },
            parent=self._attempt_at(step) or self._root,
            error=(step.error_type or OTHER) if step.state == StepState.FAILED else None,
        )

    def _request(self, n: int, asked: RequestView) -> SpanView | None:
        """Return a request to a model; None where none was sent."""
        ended = self._work_ended(asked.began_at)
        if ended is None or asked.outcome in _NOT_SENT:
            return None
        around = [one for one in self._steps if one.name == ASK and one.started_at <= asked.began_at]
        parent = self._id(f"step/{ASK}/{around[-1].nth}/{around[-1].attempt}") if around else self._root
        is_known = asked.milliseconds is not None
        return self._span(
            self._id(f"chat/{n}"),
            f"chat {asked.model}",
            asked.began_at,
            asked.began_at + timedelta(milliseconds=asked.milliseconds or 0),
            ended,
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": self._provider,
                "gen_ai.request.model": asked.model,
                "gen_ai.response.model": asked.answered_by,
                "gen_ai.response.id": asked.request_id,
                "gen_ai.output.type": "json",
                "gen_ai.usage.input_tokens": asked.input_tokens if is_known else None,
                "gen_ai.usage.output_tokens": asked.output_tokens if is_known else None,
                "gen_ai.usage.reasoning.output_tokens": asked.thinking_tokens or None,
                "gen_ai.usage.cache_read.input_tokens": asked.cache_read_tokens or None,
                "gen_ai.usage.cache_creation.input_tokens": asked.cache_write_tokens or None,
                "countersign.cost.usd": float(asked.cost) if asked.cost is not None else None,
                "countersign.prompt.version": asked.prompt_version,
                "countersign.model.outcome": asked.outcome,
                **self._messages(asked),
            },
            kind=SpanKind.CLIENT,
            parent=parent,
            error=None if asked.outcome == Outcome.ANSWERED else asked.outcome,
        )

    def _messages(self, asked: RequestView) -> Mapping[str, Value]:
        if self._show is None:
            return {}
        found: dict[str, Value] = {}
        for name, role, said in (("input", "user", asked.told), ("output", "assistant", asked.said)):
            if said is not None:
                part: dict[str, JsonValue] = {"type": "text", "content": self._show(said)}
                found[f"gen_ai.{name}.messages"] = canonical([{"role": role, "parts": [part]}])
        return found

    def _not_sent(self) -> Iterator[SpanEvent]:
        for asked in self._run.asked:
            if asked.outcome in _NOT_SENT:
                attributes = {"gen_ai.request.model": asked.model}
                yield SpanEvent(name=f"model.{asked.outcome}", at=asked.began_at, attributes=attributes)

    def _wait(self, wait: _Period) -> SpanView | None:
        if wait.ended is None:
            return None
        review, waits_for = self._run.review, "decision" if _state(wait.began) is RunState.WAITING else "doubt"
        is_review = review is not None and waits_for == "decision"
        about = {f"{_REVIEW}:{review.id}"} if review is not None and is_review else set()
        return self._span(
            self._id(f"wait/{wait.n}"),
            "wait for a person",
            wait.began.at,
            wait.ended.at,
            wait.ended,
            {
                "countersign.wait.for": waits_for,
                "countersign.wait.ended_by": wait.ended.action,
                "countersign.review.id": review.id if review is not None and is_review else None,
                "countersign.review.reasons": [why.code for why in review.why] if review and is_review else None,
            },
            events=[
                SpanEvent(name=row.action, at=row.at)
                for row in self._case.audit
                if row.subject in about and wait.began.id < row.id < wait.ended.id
            ],
        )

    def _holds(self) -> Iterator[SpanView]:
        """Yield the times in which its delivery was held."""
        for hold in self._periods({RunState.HOLDING}):
            if hold.ended is not None:
                span = self._id(f"hold/{hold.n}")
                yield self._span(span, "hold the delivery", hold.began.at, hold.ended.at, hold.ended, {})

    def _decisions(self) -> Iterator[SpanView]:
        for made in self._run.review.decisions if self._run.review is not None else ():
            waits = [one for one in self._waits if one.began.at <= made.at] or self._waits
            wait = waits[-1] if waits else None
            if wait is None or wait.ended is None:
                continue
            opened = made.at - timedelta(seconds=made.seconds or 0)
            yield self._span(
                self._id(f"decision/{made.version}"),
                f"decision {made.kind}",
                max(opened, wait.began.at),
                made.at,
                wait.ended,
                {
                    "countersign.decision.kind": made.kind,
                    "countersign.decision.by": "countersign" if made.by == SYSTEM else "person",
                    "countersign.decision.follows": made.follows,
                    "countersign.decision.confirms": made.confirms or None,
                    "countersign.review.version": made.version,
                    # Whoever says that content may be in them says so of people, too.
                    "user.id": made.by if self._show is not None and made.by != SYSTEM else None,
                },
                parent=self._id(f"wait/{wait.n}"),
            )

    def _attempt(self, attempt: _Period) -> SpanView | None:
        if attempt.ended is None:
            return None
        outcome = DeliveryState(attempt.ended.action.removeprefix(f"{_DELIVERY}."))
        is_last = attempt.n == len(self._attempts) and self._final is not None and _state(self._final) in _FAILED
        known = str((self._run.problem or {}).get("type") or outcome) if is_last else outcome.value
        return self._span(
            self._id(f"deliver/{attempt.n}"),
            f"deliver {self._case.workflow}",
            attempt.began.at,
            attempt.ended.at,
            attempt.ended,
            {"countersign.delivery.attempt": attempt.n, "countersign.delivery.outcome": outcome},
            kind=SpanKind.CLIENT,
            error=None if outcome is DeliveryState.APPLIED else known,
        )

    def _attempt_at(self, step: StepView) -> str | None:
        """Return the attempt at the delivery that a step is a part of; None where it is a part of proposing."""
        if not step.name.startswith(f"{DELIVER}/"):
            return None
        within = [one for one in self._attempts if one.began.at <= step.started_at]
        return self._id(f"deliver/{within[-1].n}") if within else None

    def _delivery_attempts(self) -> Iterator[_Period]:
        """Yield the attempts of this run. A delivery may be another run's before: a case has one run that delivers."""
        delivering, number = "", 0
        began: dict[str, tuple[AuditView, bool]] = {}
        for row in self._case.audit:
            kind, _, word = row.action.partition(".")
            if row.action == f"{_RUN}.{RunState.DELIVERING}":
                delivering = row.subject
            if kind != _DELIVERY or word not in set(DeliveryState):
                continue
            if row.subject in began:
                first, is_ours = began.pop(row.subject)
                if is_ours:
                    number += 1
                    yield _Period(n=number, began=first, ended=row)
            if word == DeliveryState.ATTEMPTING:
                began[row.subject] = row, delivering == f"{_RUN}:{self._run.id}"

    def _periods(
        self, states: frozenset[RunState] | set[RunState], through: frozenset[RunState] | set[RunState] = frozenset()
    ) -> list[_Period]:
        """Return the times in some states. `through`: states that do not end one."""
        found: list[_Period] = []
        began: AuditView | None = None
        for row in self._moves:
            state = _state(row)
            if began is not None and state not in through:
                found.append(_Period(n=len(found) + 1, began=began, ended=row))
                began = None
            if state in states:
                began = row
        if began is not None:
            found.append(_Period(n=len(found) + 1, began=began, ended=None))
        return found

    def _work_ended(self, at: datetime) -> AuditView | None:
        """Return the move that ended the work within which something began; None while it lasts.

        It is the last work that began before: where clocks disagree, a span is sent twice and none is left out.
        """
        around = [one for one in self._work if one.began.at <= at] or self._work[:1]
        return around[-1].ended if around else None

    def _id(self, part: str) -> str:
        return _digest(f"{self._trace}/{part}", 16)

    def _content(self, values: Mapping[str, JsonValue]) -> Mapping[str, Value]:
        if self._show is None:
            return {}
        return {name: self._show(value) for name, value in values.items() if value is not None}

    def _span(
        self,
        id: str,
        name: str,
        began_at: datetime,
        ended_at: datetime,
        known: AuditView,
        attributes: Mapping[str, Value | None],
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        parent: str | None = "",
        events: Sequence[SpanEvent] = (),
        links: Sequence[SpanLink] = (),
        error: str | None = None,
    ) -> SpanView:
        """Return a span; without a `parent` it is a part of the run."""
        said = {name: _plain(value) for name, value in attributes.items() if value is not None}
        return SpanView(
            trace=self._trace,
            id=id,
            parent=self._root if parent == "" else parent,
            name=name,
            kind=kind,
            began_at=began_at,
            ended_at=ended_at,
            attributes=said if error is None else said | {"error.type": error},
            events=events,
            links=links,
            error=error,
            known_at=known.id,
        )
