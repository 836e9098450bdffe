"""A failed case, read for a test that fails as it did: its input, what each step answered, what the model said, and
what was decided.

Nothing of the automation runs here but the forms and the key. Whether the test fails with the present code, the test
says: to find out here would run the automation's own delivery with the settings of production.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, JsonValue
from sqlalchemy.orm import Session

from store import schema
from store.cases import causes, runs
from store.cases.review import reviews
from store.states import CLOSING, STOPPED, Resolution, ReviewState, RunState
from workflows.engine.case.idempotency_keys import case_key, delivery_key
from workflows.engine.case.journal import in_scope
from workflows.engine.case.kept_content import kept_body
from workflows.engine.case.lookup import known_workflow
from workflows.engine.causes.fingerprint import NAME
from workflows.engine.context import Context
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.reach import steps_of
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import as_shown, read
from workflows.engine.declare.steps import ASK, DELIVER, PROPOSE, Step
from workflows.engine.deliver.delivery import SCOPE
from workflows.engine.errors import ContentRemoved, Drifted, Misfit, Refused
from workflows.engine.propose.checks import Held, holds
from workflows.engine.read.history import case_view
from workflows.engine.read.pulled.masking import Masking
from workflows.engine.read.pulled.views import PulledDecision, PulledStep, PulledTurn, PulledView
from workflows.engine.read.views import CaseView, Part, RunView, StepView
from workflows.engine.reasons import Code
from workflows.engine.review.standing import standing
from workflows.engine.run.stops import LOST
from workflows.engine.run.work import heard_before, uses_handed
from workflows.engine.text.canonical_json import canonical
from workflows.model.port import NoAnswer, SourceAnswer

_NOBODY = (Resolution.ALONE.value, "countersign")
"""Those who decide and are no person."""
_UNUSABLE = (NoAnswer.GARBAGE, "not_kept", Code.NO_PROPOSAL)
"""Codes of a missing proposal that the automation's own code can be the reason for."""


@dataclass(frozen=True, kw_only=True)
class _Stopped:
    """Facts of a failure besides the case."""

    where: str
    error: str
    said: str
    cause: str | None
    dependency: str | None
    wants_proposal: bool = False

    @property
    def is_parked(self) -> bool:
        """True if the code made other calls than its journal holds."""
        return self.error == Drifted.__name__


def pulled(context: Context, case: int, *, masked: bool = True) -> PulledView:
    """Return a failed case for a test. `masked`: False: personal values stay in it. Secrets never do.

    Raise `Unknown`, `ContentRemoved`, or `Refused` with the reason where no test would fail as the case did.
    """
    view = case_view(context, case, unseen=True)
    workflow = known_workflow(context, view.workflow)
    run = _failed(view)
    if set(run.removed) - {Part.MODEL}:
        raise ContentRemoved(case=case, at=view.erased_at)
    with context.database.read() as session:
        row = runs.get(session, run.id, team=context.team)
        assert row is not None
        if uses_handed(row):
            raise Refused(
                "its source handed the proposal in, and what is pulled has the model say one; nothing was written. "
                "A test of your own hands one in: bed.submit(INPUT, proposal=PROPOSAL)"
            )
        stopped = _stopped(session, row, run, team=context.team) if run.state != RunState.WAITING else None
        decision = _decision(session, row, run)
        answers = heard_before(session, row).answers
    try:
        input: BaseModel = read(workflow.input, canonical(run.input))
    except Misfit as error:
        raise Refused(
            f"its input no longer fits {workflow.input.__name__} ({error}), so nobody can tell what of it is personal. "
            f"Pull it with the code that it began with, version {run.code_version}; nothing was written"
        ) from error
    stopped = stopped or _unfit(workflow, input, run)
    steps = _steps(run, stopped, in_order=stopped.is_parked)
    asked = [line for line in _last_attempts(run) if line.name == ASK] if decision is None else []
    turns = tuple(map(_turn, asked))
    return _Pulling(context=context, view=view, workflow=workflow, run=run, stopped=stopped).masked(
        input, steps, turns, decision, answers, mask=Masking(people=masked)
    )


def _failed(view: CaseView) -> RunView:
    """Return the newest run that failed, else the newest one. Raise `Refused` where it did not fail."""
    failed = [run for run in view.runs if run.problem is not None and run.state in (*STOPPED, RunState.SUPERSEDED)]
    if failed:
        return failed[-1]
    run = view.newest
    if run.state == RunState.WAITING and run.review is not None and run.review.state == ReviewState.OPEN:
        return run
    raise Refused(
        f"case {view.id} did not fail: it is {run.state}. A test is pulled of what failed; `countersign example "
        f"{view.id}` makes an example of what a person decided"
    )


def _stopped(session: Session, row: schema.Run, run: RunView, *, team: int) -> _Stopped:
    assert run.problem is not None
    error, said = str(run.problem["type"]), str(run.problem["message"])
    if error == LOST:
        raise Refused(
            f"its workers ended while they worked on it ({said}): a test of it would end the test run; nothing was "
            "written"
        )
    cause = causes.get(session, row.cause_id, team=team) if row.cause_id is not None else None
    part = PROPOSE if run.resolution is None else DELIVER
    return _Stopped(
        where=str(run.problem.get("step") or part),
        error=error,
        said=said,
        cause=cause.fingerprint[:NAME] if cause is not None else None,
        dependency=cause.dependency if cause is not None else None,
    )


def _unfit(workflow: AnyWorkflow, input: BaseModel, run: RunView) -> _Stopped:
    """Return why a case waits for a person, where that is the automation's own fault. Raise `Refused` otherwise."""
    assert run.review is not None
    if run.proposal is not None:
        output = read(workflow.output, canonical(run.proposal.output))
        for check in workflow.checks:
            # That it failed is not kept: it counts as one that does not hold.
            if holds(workflow, check, input, output) is Held.UNKNOWN:
                where, said = f"the check “{check.sentence}”", "it could not be made"
                return _Stopped(where=where, error="its error", said=said, cause=None, dependency=None)
    for reason in run.review.why:
        if reason.code == Code.NEVER_UNCHECKED:
            where, said = f"the never “{reason.rule}”", "it could not be checked"
            return _Stopped(where=where, error=reason.said or "an error", said=said, cause=None, dependency=None)
        answered = all(line.error is None and _has_values(line.output) for line in run.steps if line.name == ASK)
        if reason.code in _UNUSABLE and not run.review.has_proposal and answered:
            said = reason.said or "there is no proposal"
            return _Stopped(
                where=PROPOSE, error="NoProposal", said=said, cause=None, dependency=None, wants_proposal=True
            )
    raise Refused(
        "it did not fail: it waits for a person, as it is meant to. A test is pulled of what failed, of a rule that "
        "could not be checked, and of an answer of the model that does not fit the form"
    )


def _has_values(answer: JsonValue) -> bool:
    return isinstance(answer, dict) and answer.get("values") is not None


def _decision(session: Session, row: schema.Run, run: RunView) -> PulledDecision | None:
    """Return the decision that a run carried out; None where it failed before there was one."""
    if run.resolution is None:
        return None
    review = reviews.decided_for(session, row.id, team=row.team_id)
    made = standing(reviews.decisions(session, review.id, team=row.team_id)) if review is not None else []
    by = made[-1].by if made else Resolution.ALONE.value
    assert row.output_id is not None
    output: JsonValue = json.loads(kept_body(session, row.output_id, team=row.team_id))
    if run.resolution in CLOSING:
        return PulledDecision(values=None, reason=str(output), by=by)
    assert isinstance(output, dict)
    return PulledDecision(values=output, reason="", by=by)


def _last_attempts(run: RunView) -> list[StepView]:
    """Return the last attempt at each call of a run, in order."""
    return list({(line.name, line.nth): line for line in run.steps}.values())


def _steps(run: RunView, stopped: _Stopped, *, in_order: bool) -> tuple[PulledStep, ...]:
    """Return the calls of steps of the part that failed: of the delivery, or all before it.

    `in_order`: the model's too, since the test's journal holds all of them.
    """
    part = "" if run.resolution is None else SCOPE
    calls = [line for line in _last_attempts(run) if in_scope(line.name, part)]
    found = []
    for line in calls:
        if line.name == ASK and not in_order:
            continue
        error, _, said = (line.error or "").partition(": ")
        if in_order and error:
            continue
        is_last = line is calls[-1] and error == stopped.error
        assert isinstance(line.input, dict)
        found.append(
            PulledStep(
                name=line.name,
                given=line.input,
                returned=line.output,
                error=error or None,
                said=said,
                dependency=stopped.dependency if is_last and not line.name.startswith(SCOPE) else None,
            )
        )
    return tuple(found)


def _turn(line: StepView) -> PulledTurn:
    if line.error is None:
        assert isinstance(line.output, dict)
        return PulledTurn(answer=line.output)
    error, _, said = line.error.partition(": ")
    if error != "ModelUnavailable":
        raise Refused(f"the model's client failed ({line.error}), and nothing of the automation; nothing was written")
    return PulledTurn(answer=None, why_not=said)


@dataclass(frozen=True, kw_only=True)
class _Pulling:
    """A failed case on its way into a test."""

    context: Context
    view: CaseView
    workflow: AnyWorkflow
    run: RunView
    stopped: _Stopped

    def masked(
        self,
        input: BaseModel,
        steps: Sequence[PulledStep],
        turns: Sequence[PulledTurn],
        decision: PulledDecision | None,
        answers: Sequence[SourceAnswer],
        *,
        mask: Masking,
    ) -> PulledView:
        """Return the case with stand-ins."""
        self._look(mask, input, steps, turns, decision)
        mask.look_for_emails([text for said in answers for text in (said.question, said.answer)])
        input, plain = mask.input(input, dict(self.run.input))
        key = self._key(input)
        self._put_keys(mask, key)
        decision = self._masked_decision(mask, decision) if decision is not None else None
        notes = [*mask.said_of(plain), *self._notes(steps)]
        known, made = steps_of(self.workflow), []
        for one in steps:
            step, returned = known.get(one.name.removeprefix(SCOPE)), mask.value(one.returned)
            if step is not None and one.error is None and not _fits(step, returned):
                notes.append(f"the type of {one.name}'s result takes no stand-in, so the test will say StaleRecord")
            made.append(replace(one, given=mask.values(one.given), returned=returned, said=mask.text(one.said)))
        return PulledView(
            case=self.view.id,
            key=key,
            workflow=self.workflow.name,
            at=self.run.changed_at,
            where=self.stopped.where,
            error=self.stopped.error,
            said=mask.text(self._said(steps)),
            cause=self.stopped.cause,
            wants_proposal=self.stopped.wants_proposal,
            input=_in_order(self.workflow.input, plain),
            turns=tuple(
                PulledTurn(
                    answer=mask.values(one.answer) if one.answer is not None else None, why_not=mask.text(one.why_not)
                )
                for one in turns
            ),
            steps=tuple(made),
            answers=tuple(
                SourceAnswer(question=mask.text(said.question), answer=mask.text(said.answer)) for said in answers
            ),
            in_order=self.stopped.is_parked,
            decision=decision,
            notes=tuple(notes),
            is_newest=self.run is self.view.newest,
        )

    def _masked_decision(self, mask: Masking, decision: PulledDecision) -> PulledDecision:
        by = decision.by if decision.by in _NOBODY else mask.person(decision.by)
        if decision.values is None:
            return PulledDecision(values=None, reason=mask.text(decision.reason), by=by)
        values, form = mask.values(decision.values), self.workflow.output
        try:
            as_shown(form, canonical(values))
        except Misfit as error:
            raise Refused(
                f"what was decided does not fit {form.__name__} as it is now, or with stand-ins ({error}); nothing was "
                "written"
            ) from error
        return PulledDecision(values=_in_order(form, values), reason="", by=by)

    def _said(self, steps: Sequence[PulledStep]) -> str:
        """Return what the error says: what is kept of a failed run is without the case's own words."""
        last = steps[-1] if steps else None
        is_of_step = last is not None and last.error == self.stopped.error and last.name == self.stopped.where
        return last.said if last is not None and is_of_step else self.stopped.said

    def _look(
        self,
        mask: Masking,
        input: BaseModel,
        steps: Sequence[PulledStep],
        turns: Sequence[PulledTurn],
        decision: PulledDecision | None,
    ) -> None:
        known = steps_of(self.workflow)
        mask.look(input, dict(self.run.input))
        for one in steps:
            step = known.get(one.name.removeprefix(SCOPE))
            mask.look_at_call(one.given)
            value = _typed(step.result.validate_json, one.returned) if step is not None else None
            mask.look(value, one.returned)
            mask.look_for_emails(one.said)
        outputs: list[JsonValue] = [turn.answer.get("values") for turn in turns if turn.answer is not None]
        outputs += [dict(decision.values)] if decision is not None and decision.values is not None else []
        for output in outputs:
            mask.look(_typed(self.workflow.output.model_validate_json, output), output)

    def _key(self, input: BaseModel) -> str:
        try:
            return case_key(within(self.workflow, "its key", lambda: self.workflow.key(input)))
        except Exception as error:  # the author's code, which may not take a stand-in
            raise Refused(f"no key can be made of the masked input: {error}; nothing was written") from error

    def _put_keys(self, mask: Masking, key: str) -> None:
        """Have the keys of the case and of its delivery be those that the test has: of a first revision."""
        delivery = self.run.delivery
        if delivery is not None:
            rejected = self.run.resolution in CLOSING
            mask.put(delivery.key, delivery_key(workflow=self.workflow.name, case=key, revision=1, rejection=rejected))
        if key != self.view.key:
            mask.put(self.view.key, key)

    def _notes(self, steps: Sequence[PulledStep]) -> list[str]:
        known = steps_of(self.workflow)
        found = [
            f"{one.name} was not found in the code, so nobody knows what of its result is personal"
            for one in steps
            if one.name != ASK and one.name.removeprefix(SCOPE) not in known
        ]
        now = self.context.registry.code_version(self.workflow)
        if self.run.code_version not in (None, now):
            found.append(f"the code has changed since: it failed with version {self.run.code_version}, this is {now}")
        if self.stopped.error == "TimeLimitPassed" and self.stopped.where in (PROPOSE, DELIVER):
            limit = self.workflow.time_limits.code
            found.append(f"its code did not return: the test may take {limit:g} s to fail")
        if self.run.resolution is not None and not any(in_scope(one.name, SCOPE) for one in self.run.steps):
            found.append("the delivery called no step: what it does outside of steps is done when the test runs")
        return found


def _fits(step: Step[..., Any], result: JsonValue) -> bool:  # Any: the step's own return type
    """Tell whether a result is one that a step gives."""
    return result is None or _typed(step.result.validate_json, result) is not None


def _in_order(form: type[BaseModel], values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return values in the order of their form."""
    known = [name for name in form.model_fields if name in values]
    return {name: values[name] for name in dict.fromkeys([*known, *values])}


def _typed(form: Any, plain: JsonValue) -> object:  # Any: a way to read JSON into whatever type
    """Return a value in its type; None where it does not fit it."""
    try:
        return form(canonical(plain), by_alias=False, by_name=True)
    except ValueError:
        return None
