"""Outcomes: how cases stand, as their source is told. A number of queries that does not grow with the cases.

A correction counts once it is applied: until then what was delivered stands, and the outcome says that it is being
corrected. A decision that can still be taken back is none yet.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy.orm import Session

from store.cases import contents
from store.sources import outcomes
from store.sources.outcomes import ToldCase, ToldDecision, ToldDelivery, ToldProposal, ToldQuestion, ToldReview, ToldRun
from store.states import (
    CLOSING,
    LAPSES,
    STOPPED,
    DeliveryState,
    QuestionState,
    Resolution,
    ReviewState,
    RunState,
)
from workflows.engine.context import Context
from workflows.engine.errors import Unknown
from workflows.engine.sources.told.approved_digest import digest_of
from workflows.engine.sources.views import AskedQuestion, CaseOutcome, CaseState, DecidedBy, Effect


def outcome_of(context: Context, source: int, case: int) -> CaseOutcome:
    """Return how a case stands. Raise `Unknown` where the source brought none with this id."""
    found = outcomes_of(context, source, [case]).get(case)
    if found is None:
        raise Unknown(f"there is no case {case}")
    return found


def outcomes_of(context: Context, source: int, cases: Collection[int]) -> dict[int, CaseOutcome]:
    """Return how those of these cases stand that the source brought, by case, with eight queries in all."""
    if not cases:
        return {}
    with context.database.read() as session:
        told = outcomes.cases(session, cases, source=source, team=context.team)
        if not told:
            return {}
        rows = _read(session, [case.id for case in told], team=context.team)
        kept = contents.bodies(session, rows.contents(), team=context.team)
    return {case.id: _outcome(case, rows, kept) for case in told}


def outcome_json(view: CaseOutcome) -> dict[str, JsonValue]:
    """Return the one JSON form of an outcome, for the API, webhooks and agents. Times are RFC 3339, in UTC."""
    question = view.question
    return {
        "id": view.id,
        "workflow": view.workflow,
        "key": view.key,
        "revision": view.revision,
        "state": view.state.value,
        "effect": view.effect.value if view.effect is not None else None,
        "received_at": view.received_at.isoformat(),
        "changed_at": view.changed_at.isoformat(),
        "decided_by": view.decided_by.value if view.decided_by is not None else None,
        "decided_at": view.decided_at.isoformat() if view.decided_at is not None else None,
        "reason": view.reason,
        "question": {
            "number": question.number,
            "text": question.text,
            "asked_at": question.asked_at.isoformat(),
            "answer_by": question.answer_by.isoformat(),
        }
        if question is not None
        else None,
        "proposed": dict(view.proposed) if view.proposed is not None else None,
        "approved": dict(view.approved) if view.approved is not None else None,
        "edited": view.edited,
        "changed": list(view.changed),
        "receipt": view.receipt,
        "digest": view.digest,
        "correction": view.correction,
        "being_corrected": view.being_corrected,
        "removed": view.removed,
    }


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """All rows of some cases that their source is told from."""

    runs: Mapping[int, ToldRun]
    """By id, oldest first."""
    proposals: Mapping[int, ToldProposal]
    """By run, as the next two."""
    reviews: Mapping[int, ToldReview]
    deliveries: Mapping[int, ToldDelivery]
    decisions: Mapping[int, ToldDecision]
    """The last one that stands, by review."""
    questions: Mapping[int, ToldQuestion]
    """The last one, by review."""

    def of(self, case: int) -> list[ToldRun]:
        """Return the runs of a case, oldest first."""
        return [run for run in self.runs.values() if run.case == case]

    def way(self, run: ToldRun) -> list[ToldRun]:
        """Return a run with those whose work it took over, newest first: reruns of the same content."""
        found, before = [run], self.runs.get(run.parent) if run.parent is not None else None
        while before is not None and (before.revision, before.correction) == (run.revision, run.correction):
            found.append(before)
            before = self.runs.get(before.parent) if before.parent is not None else None
        return found

    def contents(self) -> list[int]:
        """Return the ids of all contents that may be told."""
        ids = [run.output_id for run in self.runs.values()]
        ids += [one.content_id for one in self.proposals.values()]
        ids += [one.receipt_id for one in self.deliveries.values()]
        ids += [one.text_id for one in self.questions.values()]
        return [one for one in ids if one is not None]


def _read(session: Session, ids: Collection[int], *, team: int) -> _Rows:
    runs = {run.id: run for run in outcomes.runs(session, ids, team=team)}
    reviews = {one.run: one for one in outcomes.reviews(session, runs, team=team)}
    theirs = [one.id for one in reviews.values()]
    return _Rows(
        runs=runs,
        proposals={one.run: one for one in outcomes.proposals(session, runs, team=team)},
        reviews=reviews,
        deliveries={one.run: one for one in outcomes.deliveries(session, runs, team=team)},
        decisions={one.review: one for one in outcomes.decisions(session, theirs, team=team)},
        questions={one.review: one for one in outcomes.questions(session, theirs, team=team)},
    )


def _told_run(runs: Sequence[ToldRun]) -> ToldRun:
    """Return the run that a case is told by, of all its runs: the newest, but no correction that is not applied."""
    newest = runs[-1]
    if not newest.correction or newest.state in (RunState.DELIVERED, RunState.DOUBTFUL):
        return newest
    return next((run for run in reversed(runs) if run.state is RunState.DELIVERED), newest)


def _outcome(case: ToldCase, rows: _Rows, kept: Mapping[int, str | None]) -> CaseOutcome:
    runs = rows.of(case.id)
    run = _told_run(runs)
    # What has no answer yet has nothing of the runs before it: they were refused, or asked about.
    way = rows.way(run) if run.resolution is not None else [run]
    proposal = next((rows.proposals[one.id] for one in way if one.id in rows.proposals), None)
    review = next((rows.reviews[one.id] for one in way if one.id in rows.reviews), None)
    delivery = rows.deliveries.get(run.id)
    state = _state(run, review)
    is_decided = run.resolution is not None and not _is_in_grace(run)
    is_closed = run.resolution in CLOSING
    # The source may be a reviewer, or tell one.
    is_hidden = review is not None and review.blind and not is_decided
    ids = {
        "proposal": proposal.content_id if proposal is not None and not is_hidden else None,
        "output": run.output_id if is_decided else None,
        "receipt": delivery.receipt_id if delivery is not None and not is_closed else None,
    }
    texts = {name: kept.get(id) for name, id in ids.items() if id is not None}
    proposed = _values(texts.get("proposal"), of="output")
    approved = None if is_closed else _values(texts.get("output"))
    question = _question(state, review, rows, kept)
    return CaseOutcome(
        id=case.id,
        workflow=case.workflow,
        key=case.key,
        revision=run.revision,
        state=state,
        received_at=case.received_at,
        changed_at=run.changed_at,
        effect=_effect(run, delivery) if is_decided and not is_closed else None,
        decided_by=_decided_by(run) if is_decided else None,
        decided_at=_decided_at(run, review, proposal, rows) if is_decided else None,
        reason=_text(texts.get("output")) if is_decided and run.resolution is Resolution.REJECTED else None,
        question=question,
        proposed=proposed,
        approved=approved,
        changed=_changed(proposed, approved),
        receipt=_text(texts.get("receipt")),
        digest=_digest(case, approved),
        correction=run.correction,
        being_corrected=runs[-1].id != run.id and runs[-1].state not in (RunState.CLOSED, RunState.SUPERSEDED),
        removed=case.erased_at is not None or any(text is None for text in texts.values()),
    )


def _is_in_grace(run: ToldRun) -> bool:
    return run.state is RunState.HOLDING and run.held_until is not None


def _state(run: ToldRun, review: ToldReview | None) -> CaseState:
    if run.state is RunState.DOUBTFUL:
        return CaseState.IN_DOUBT
    if run.state in STOPPED:
        return CaseState.FAILED
    if run.state in (RunState.DELIVERED, RunState.CLOSED):
        if run.resolution is Resolution.EXPIRED:
            return CaseState.EXPIRED
        is_closed = run.state is RunState.CLOSED or run.resolution in CLOSING
        return CaseState.CLOSED if is_closed else CaseState.DELIVERED
    if run.state is RunState.SUPERSEDED:
        # Nothing takes its place: its content was removed while it was open.
        return CaseState.CLOSED
    if run.resolution is None and review is not None and review.run == run.id and review.state is ReviewState.ASKED:
        return CaseState.ASKED
    return CaseState.NEEDS_PERSON if run.state is RunState.WAITING or _is_in_grace(run) else CaseState.IN_PROGRESS


def _effect(run: ToldRun, delivery: ToldDelivery | None) -> Effect:
    if run.state is RunState.DELIVERED:
        return Effect.APPLIED
    if run.state is RunState.DOUBTFUL:
        return Effect.IN_DOUBT
    if run.state in STOPPED:
        is_unsure = delivery is not None and delivery.state is DeliveryState.FAILED and delivery.maybe_applied
        return Effect.IN_DOUBT if is_unsure else Effect.FAILED
    return Effect.RECORDED


def _decided_by(run: ToldRun) -> DecidedBy:
    if run.resolution in LAPSES:
        return DecidedBy.LAPSE
    return DecidedBy.ALONE if run.resolution is Resolution.ALONE else DecidedBy.PERSON


def _decided_at(run: ToldRun, review: ToldReview | None, proposal: ToldProposal | None, rows: _Rows) -> datetime:
    """Return the time of the decision; of what went alone, that of its proposal."""
    if run.resolution is Resolution.ALONE:
        return proposal.created_at if proposal is not None else run.changed_at
    decision = rows.decisions.get(review.id) if review is not None else None
    return decision.at if decision is not None else run.changed_at


def _question(
    state: CaseState, review: ToldReview | None, rows: _Rows, kept: Mapping[int, str | None]
) -> AskedQuestion | None:
    asked = rows.questions.get(review.id) if state is CaseState.ASKED and review is not None else None
    if asked is None or asked.state is QuestionState.ANSWERED:
        return None
    return AskedQuestion(
        number=asked.number,
        text=_text(kept.get(asked.text_id)) or "",
        asked_at=asked.asked_at,
        answer_by=asked.answer_by,
    )


def _values(body: str | None, *, of: str | None = None) -> dict[str, JsonValue] | None:
    """Return kept values; None where there are none, or they were removed. `of`: the name under which they stand."""
    if body is None:
        return None
    whole = json.loads(body)
    values: dict[str, JsonValue] = whole if of is None else whole[of]
    return values


def _text(body: str | None) -> str | None:
    return None if body is None else str(json.loads(body))


def _changed(proposed: Mapping[str, JsonValue] | None, approved: Mapping[str, JsonValue] | None) -> list[str]:
    if proposed is None or approved is None:
        return []
    return [name for name, value in approved.items() if name not in proposed or proposed[name] != value]


def _digest(case: ToldCase, approved: Mapping[str, JsonValue] | None) -> str | None:
    if approved is None:
        return None
    try:
        return digest_of(case.workflow, case.key, approved)
    except ValueError:
        # An integer beyond 2^53 has no RFC 8785 form.
        return None
