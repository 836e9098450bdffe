"""Reviews: how one is decided.

Every decision names the version that the person was shown, and is a compare-and-set on it: of two decisions at once one
wins, and the other person is told who won. A decision, the move of the run and the intent to show it are one
transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel
from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, journal, runs
from store.cases.contents import ContentKind
from store.cases.review import openings, reports, reviews
from store.cases.review.decision_basis import decision_basis
from store.governance import teams
from store.states import CLOSING, LAPSES, Resolution, ReviewState, RunState
from workflows.engine.case import notices
from workflows.engine.case.kept_content import kept_body
from workflows.engine.case.lookup import known_workflow
from workflows.engine.case.transitions import NOTHING, Details, move_review, move_run
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.steps import ASK, START
from workflows.engine.deliver import delivery, graces, workflow_pauses
from workflows.engine.errors import BadReason, NeverBroken, Refused, Stale, Unknown
from workflows.engine.reasons import Code, from_json
from workflows.engine.review.decisions import MAX_QUESTION, MAX_REASON, NO_ANSWER, DecisionKind, Follows, WhyHeld
from workflows.engine.review.lateness import refuse_late, still_open, what_happened
from workflows.engine.review.own_cases import refuse_own_case
from workflows.engine.review.rerun import reruns
from workflows.engine.review.scrutiny import Basis, as_entered, as_proposed, basis_of, held_against_rules, passed_over
from workflows.engine.review.second_proposals import keep_refused, why_none_in
from workflows.engine.review.seconds import Need, needs, next_of, refuse_same_person
from workflows.engine.review.source import questions
from workflows.engine.review.standing import DECIDABLE, awaited, standing
from workflows.engine.text.canonical_json import canonical, unstorable
from workflows.engine.text.salted_hash import Of, hash_to_keep
from workflows.excerpts import shortened

_LONGEST_DETAIL = 1_000
"""Characters of the doubts, and of the nevers, that a decision passed over, in its audit row."""
_LONGEST_READING = timedelta(hours=8)
"""A form that was open for longer says nothing of the time that a decision took."""


@dataclass(frozen=True, kw_only=True)
class By:
    """The person who decides, and the interaction in which they do."""

    person: str
    interaction_id: str | None
    """Id of this very press; None where a press cannot arrive twice."""
    opened: bool = True
    """True if they may have had a form open, or a step of a review session; False for a press on a card."""
    together: bool = False
    """True if they approve it together with others that are alike."""
    and_then: Callable[[Session], None] | None = None
    """Function that does something more in the same transaction; None where there is nothing."""


_NOBODY = By(person=SYSTEM, interaction_id=None)
"""Stands in the place of a person where nobody answered in time."""


def approve(
    context: Context,
    review: int,
    shown: int,
    *,
    by: str,
    confirmed: bool | str = False,
    interaction_id: str | None = None,
    opened: bool = False,
    together: bool = False,
    and_then: Callable[[Session], None] | None = None,
) -> None:
    """Approve the proposal, under the rules and in the form as they are now.

    `shown`: the version that the person saw. `confirmed`: the mark of the rules that the card did not show and that the
    person has now confirmed (`NeverBroken.mark`), or True for all of them.

    `interaction_id`: the id of this very press, where one may arrive twice. Where another person is needed, the values
    wait for that person. `opened`: the person had it open in a review session, so how long is kept. `together`: they
    approve it together with others that are alike: one that breaks a rule, or that is not simply open, is refused, and
    it is kept whether they had opened it. `and_then`: does something more in the same transaction.

    Raise `Unknown`, `Repeated`, `Stale`, `SamePerson`, `OwnCase`, `NeverBroken` for values that are barred or have to
    be confirmed, `FormChanged` where the proposal does not fit the present form, or `Refused` where there is none.
    """
    basis = _as_it_stands(context, review, shown, interaction_id, by=by)
    if basis.to_approve is None:
        raise Refused("there is no proposal to approve; fill in the form instead")
    by_whom = By(person=by, interaction_id=interaction_id, opened=opened, together=together, and_then=and_then)
    if together and (basis.reported or basis.decided is not None):
        raise Refused("this one has to be opened")
    if basis.reported:
        _uphold(context, basis, review, shown, by_whom)
        return
    refuse_same_person(basis, by)
    output = as_proposed(basis)
    rules = passed_over(basis, output, edited=False, confirmed=confirmed)
    if together and (rules or basis.shown):
        raise NeverBroken(rules or sorted(basis.shown), barred=False)
    decided = _Decided(kind=DecisionKind.APPROVED, output=basis.to_approve, rules=rules, needs=needs(basis, output))
    _take(context, basis, review, shown, decided, by_whom)


def edit(
    context: Context,
    review: int,
    shown: int,
    output: BaseModel,
    *,
    by: str,
    confirmed: bool | str = False,
    interaction_id: str | None = None,
    despite: Sequence[str] = (),
    and_then: Callable[[Session], None] | None = None,
) -> None:
    """Decide with a person's own values; where there was no proposal they are the answer.

    The nevers are checked too. A second person who enters other values than the first begins anew. `confirmed`,
    `interaction_id` and `and_then`: as for `approve`. `despite`: the doubts that the person was shown and passed over,
    for the audit. Raise `Unknown`, `Repeated`, `Stale`, `SamePerson`, `OwnCase`, `NeverBroken`, or `InvalidOutput` for
    values of another form.
    """
    basis = _as_it_stands(context, review, shown, interaction_id, by=by)
    entered = as_entered(basis.workflow, output)
    by_whom = By(person=by, interaction_id=interaction_id, and_then=and_then)
    if basis.reported and entered.body == basis.to_approve:
        _uphold(context, basis, review, shown, by_whom)
        return
    if entered.body == basis.decided:
        refuse_same_person(basis, by)
    rules = passed_over(basis, entered.value, edited=entered.body != basis.to_approve, confirmed=confirmed)
    as_is = DecisionKind.EDITED if entered.body != basis.proposed else DecisionKind.APPROVED
    kind = as_is if basis.proposed is not None else DecisionKind.ANSWERED
    decided = _Decided(kind=kind, output=entered.body, rules=rules, needs=needs(basis, entered.value), despite=despite)
    _take(context, basis, review, shown, decided, by_whom)


def rules_to_confirm(
    context: Context, review: int, shown: int, output: BaseModel, *, by: str, confirmed: bool | str
) -> NeverBroken | None:
    """Return the rules that a decision with these values would have to confirm; None where there are none.

    Nothing is recorded. Raise as `edit` does, and `NeverBroken` for values that are barred.
    """
    basis = _as_it_stands(context, review, shown, None, by=by)
    entered = as_entered(basis.workflow, output)
    try:
        passed_over(basis, entered.value, edited=entered.body != basis.to_approve, confirmed=confirmed)
    except NeverBroken as broken:
        if broken.barred:
            raise
        return broken
    return None


def reject(
    context: Context,
    review: int,
    shown: int,
    *,
    by: str,
    reason: str,
    follows: Follows = Follows.BY_HAND,
    interaction_id: str | None = None,
    and_then: Callable[[Session], None] | None = None,
) -> None:
    """Reject the proposal, with a reason.

    `interaction_id` and `and_then`: as for `approve`. Raise `Unknown`, `Repeated`, `Stale`, `BadReason`, or `Refused`
    where the chosen consequence is not possible.
    """
    if not reason.strip() or len(reason) > MAX_REASON:
        raise BadReason(f"a rejection needs a reason of 1 to {MAX_REASON:,} characters")
    problem = unstorable({"the reason": reason})
    if problem is not None:
        raise BadReason(problem)
    with context.database.write(urgent=True) as session:
        row = still_open(session, review, shown, interaction_id, team=context.team, states=DECIDABLE)
        if row.proposal_id is None and follows is Follows.BY_HAND and row.state == ReviewState.OPEN:
            raise Refused("there is no proposal to reject; fill in the form, or close the case")
        none = why_none_in(session, row) if follows is Follows.PROPOSE_AGAIN else None
        if none is not None:
            raise Refused(none)
        workflow = _workflow(context, session, row)
        refuse_own_case(session, workflow, row.run_id, team=context.team, person=by)
        body = canonical(reason)
        kept = _keep(session, row, "reason", body)
        by_whom = By(person=by, interaction_id=interaction_id, and_then=and_then)
        proof, kind = _proof_of_reason(session, row, body, follows), DecisionKind.REJECTED
        _decide(session, context, workflow, row, shown, kind, by_whom, reason=kept, follows=follows, proof=proof)
        if follows is Follows.CLOSE:
            _settle(session, context, workflow, row, kept, Resolution.REJECTED, by=by)
        elif follows is Follows.PROPOSE_AGAIN:
            run = runs.get(session, row.run_id, team=context.team)
            assert run is not None
            asked = any(line.name == ASK for line in journal.of_run(session, run.id, team=context.team))
            step = ASK if asked else START
            refused = keep_refused(session, row, run, reason=reason)
            # Whoever looked at a proposal and wants another one has not asked for the case, and may decide it.
            reruns.start(session, context, run, workflow, from_step=step, by=by, refused_id=refused)
        _go_on(session, by_whom)


def ask(
    context: Context, review: int, shown: int, *, question: str, by: str, interaction_id: str | None = None
) -> None:
    """Ask the source of the case. The review waits for the answer, which goes on as a new run.

    It is asked in the way that its workflow declares, else in the way on which it hears of outcomes. `interaction_id`:
    as for `approve`. Raise `Unknown`, `Repeated`, `Stale`, `BadReason` for a question that is none or is too long, or
    `Refused` where there is no way to ask.
    """
    body = canonical(questions.checked("a question", question, most=MAX_QUESTION))
    with context.database.write(urgent=True) as session:
        row = still_open(session, review, shown, interaction_id, team=context.team)
        workflow = _workflow(context, session, row)
        run = runs.get(session, row.run_id, team=context.team)
        assert run is not None
        origin = questions.askable(session, run.case_id, team=context.team) if workflow.source_effect is None else None
        if workflow.source_effect is None and origin is None:
            raise Refused(
                f"{workflow.name} says no way to ask its source, and the case came from none that can be asked"
            )
        if run.correction:
            raise Refused("a correction comes from a person, so there is no source to ask")
        kept = _keep(session, row, "question", body)
        by_whom = By(person=by, interaction_id=interaction_id)
        _decide(session, context, workflow, row, shown, DecisionKind.ASKED, by_whom, reason=kept)
        asked = questions.record(session, context, row, workflow, run, text=kept, by=by)
        if origin is not None:
            questions.tell_source(session, context, asked, origin, by=by)
            return
        # A worker sends it.
        if not move_run(session, run, RunState.READY, at=context.clock(), actor=by):
            raise Stale(what_happened(session, row))


@dataclass(frozen=True, kw_only=True)
class _Decided:
    """Values that a person decided for, as they will be delivered."""

    kind: DecisionKind
    output: str
    """JSON."""
    rules: Sequence[str]
    """Sentences of the nevers that are passed over."""
    needs: Sequence[Need]
    """The further persons that these values need."""
    despite: Sequence[str] = ()
    """Doubts about them that the person was shown and passed over."""


def _take(context: Context, basis: Basis, review: int, shown: int, decided: _Decided, by: By) -> None:
    """Record a decision for values; deliver them, unless they wait for another person."""
    confirms = decided.output == basis.decided
    need = next_of(decided.needs, (*basis.people, by.person) if confirms else (by.person,))
    with context.database.write(urgent=True) as session:
        row = still_open(
            session, review, shown, by.interaction_id, team=context.team, case=basis.case, states=DECIDABLE
        )
        output = _keep(session, row, "output", decided.output)
        _decide(
            session,
            context,
            basis.workflow,
            row,
            shown,
            decided.kind,
            by,
            output=output,
            confirmed=decided.rules,
            despite=decided.despite,
            confirms=confirms,
            need=need,
            proof=_proof(basis, approved=decided.output),
        )
        if need is None:
            _settle(session, context, basis.workflow, row, output, Resolution.BY_PERSON, by=by.person)
        _go_on(session, by)


def _uphold(context: Context, basis: Basis, review: int, shown: int, by: By) -> None:
    """Close the review of a report: what was delivered was right, and stays."""
    with context.database.write(urgent=True) as session:
        row = still_open(session, review, shown, by.interaction_id, team=context.team, case=basis.case)
        kept = _keep(session, row, "reason", canonical("It was right."))
        proof = _proof(basis, approved=basis.to_approve)
        _decide(session, context, basis.workflow, row, shown, DecisionKind.UPHELD, by, proof=proof)
        _settle(session, context, basis.workflow, row, kept, Resolution.REJECTED, by=by.person)
        _go_on(session, by)


def _proof(basis: Basis, *, approved: str | None) -> Details:
    """Return the hashes of what was proposed and of what is decided, as the audit keeps them. Both are JSON."""
    hashes = {
        name: hash_to_keep(Of.OUTPUT, values, salt=basis.salt)
        for name, values in (("proposed", basis.proposed), ("approved", approved))
        if values is not None
    }
    return {name: value for name, value in hashes.items() if value is not None}


def _proof_of_reason(session: Session, row: schema.Review, reason: str, follows: Follows) -> Details:
    """Return the hash of a rejection's reason, where the system of record may be told of it. `reason`: JSON."""
    if follows is not Follows.CLOSE:
        return NOTHING
    said = hash_to_keep(Of.REASON, reason, salt=cases.salt_of(session, row.case_id, team=row.team_id))
    return NOTHING if said is None else {"said": said}


def _go_on(session: Session, by: By) -> None:
    if by.and_then is not None:
        by.and_then(session)


def lapse(
    context: Context, review: int, shown: int, *, approve: bool, claimed_at: datetime | None = None
) -> WhyHeld | None:
    """Decide a review that nobody answered in time, for nobody: deliver its proposal, or close its case.

    Return None where that is done, and the reason where a person has to decide all the same. `shown`: the version that
    was overdue. `claimed_at`: the time of the claim that was seen. Raise `Unknown`, or `Stale` where it is no longer
    open at that version, or somebody took it on since.
    """
    basis = _as_it_stands(context, review, shown, None, by=SYSTEM) if approve else None
    output = _to_lapse(basis) if basis is not None else None
    if isinstance(output, WhyHeld):
        return output
    with context.database.write() as session:
        row = still_open(session, review, shown, team=context.team, states=DECIDABLE)
        if row.claimed_at != claimed_at:
            raise Stale("somebody has just taken it on")
        held = _why_held(session, row, approve=approve)
        if held is None and approve and reports.up_to(session, row.run_id, team=context.team):
            held = WhyHeld.REPORTED
        if held is not None:
            return held
        workflow, kind = _workflow(context, session, row), DecisionKind.LAPSED
        if output is not None:
            assert basis is not None
            content, resolution = _keep(session, row, "output", output), Resolution.LAPSED
            proof = _proof(basis, approved=None)
            _decide(session, context, workflow, row, shown, kind, _NOBODY, output=content, proof=proof)
        else:
            reason = canonical(NO_ANSWER)
            content, resolution = _keep(session, row, "reason", reason), Resolution.EXPIRED
            kind, follows = DecisionKind.EXPIRED, Follows.CLOSE
            proof = _proof_of_reason(session, row, reason, follows)
            _decide(session, context, workflow, row, shown, kind, _NOBODY, reason=content, follows=follows, proof=proof)
        _settle(session, context, workflow, row, content, resolution, by=SYSTEM)
    return None


def _to_lapse(basis: Basis) -> str | WhyHeld:
    """Return the values to deliver without a person, as JSON, or the reason why a person has to decide."""
    if basis.proposed is None:
        return WhyHeld.NO_PROPOSAL
    try:
        output = as_proposed(basis)
        if held_against_rules(basis.workflow, basis.input, output).sentences:
            return WhyHeld.RULE
    except Refused:
        return WhyHeld.FORM
    return WhyHeld.SECOND if needs(basis, output) else basis.proposed


def _why_held(session: Session, row: schema.Review, *, approve: bool) -> WhyHeld | None:
    """Return the reason why a review does not lapse, as far as its rows tell it. `approve`: what is proposed would be
    delivered.
    """
    if row.state == ReviewState.AWAITING_SECOND:
        return WhyHeld.SECOND
    if workflow_pauses.paused(session, row.workflow_id, team=row.team_id, held=True) is not None:
        return WhyHeld.PAUSED
    run = runs.get(session, row.run_id, team=row.team_id)
    assert run is not None
    reasons = from_json(kept_body(session, row.reasons_id, team=row.team_id))
    if run.correction or any(reason.code == Code.REPORTED for reason in reasons):
        return WhyHeld.DELIVERED
    if approve and any(reason.code == Code.HANDED for reason in reasons):
        return WhyHeld.HANDED
    return None


def show_again(context: Context, review: int) -> None:
    """Have the card of a review redrawn, because somebody saw an old state of it. Raise `Unknown`."""
    with context.database.write(urgent=True) as session:
        row = reviews.get(session, review, team=context.team)
        if row is None:
            raise Unknown(f"there is no review {review}")
        cases.hold(session, row.case_id, team=context.team)
        notices.card(session, row, _workflow(context, session, row).review, at=context.clock())


def _as_it_stands(context: Context, review: int, shown: int, interaction_id: str | None, *, by: str) -> Basis:
    """Return the subject of a decision, before the author's code runs. The later write checks that it has not changed.

    Raise `Unknown`, `Repeated`, `Stale` or `OwnCase`.
    """
    with context.database.read() as session:
        found = decision_basis(session, review, team=context.team)
        if found is None:
            raise Unknown(f"there is no review {review}")
        if found.state not in DECIDABLE or found.version != shown:
            row = reviews.get(session, review, team=context.team)
            assert row is not None
            refuse_late(session, row, shown, interaction_id, DECIDABLE)
        waits = found.state == ReviewState.AWAITING_SECOND
        basis = basis_of(context, found, awaited(session, review, team=context.team) if waits else None)
        refuse_own_case(session, basis.workflow, found.run, team=context.team, person=by)
        return basis


def _decide(
    session: Session,
    context: Context,
    workflow: AnyWorkflow,
    row: schema.Review,
    shown: int,
    kind: DecisionKind,
    by: By,
    *,
    output: int | None = None,
    reason: int | None = None,
    follows: Follows | None = None,
    confirmed: Sequence[str] = (),
    despite: Sequence[str] = (),
    confirms: bool = False,
    need: Need | None = None,
    proof: Details = NOTHING,
) -> None:
    """Record a decision on the version that was shown. Raise `Stale` where that is no longer the present one.

    `confirms`: it is for the values that another person decided. `need`: the further person that they wait for.
    `proof`: the hashes of what is decided.
    """
    at = context.clock()
    changes: dict[str, object] = {"decided_at": at}
    to = ReviewState.DECIDED
    details: dict[str, str | int | None] = {"follows": follows, "output": output, "reason": reason, **proof}
    if kind is DecisionKind.ASKED:
        to, changes = ReviewState.ASKED, {}
    elif follows is Follows.BY_HAND:
        # Without a proposal it is like no other.
        to, changes = ReviewState.OPEN, {"version": shown + 1, "proposal_id": None, "alike": None}
    elif need is not None:
        # Nobody is on it: it waits for somebody else.
        to, changes = ReviewState.AWAITING_SECOND, {"version": shown + 1, "claimed_by": None, "claimed_at": None}
        details["second"] = need.place
    unopened = by.together and openings.opened_at(session, team=row.team_id, review=row.id, by=by.person) is None
    if by.together:
        details["together"] = "unopened" if unopened else "opened"
    if despite:
        details["despite"] = shortened("; ".join(despite), _LONGEST_DETAIL)
    if confirmed:
        details["passed_over"] = shortened("; ".join(confirmed), _LONGEST_DETAIL)
    seconds = _reading(session, row, by, at=at)
    if seconds is not None:
        details["seconds"] = round(seconds)
    if need is not None or row.state == ReviewState.AWAITING_SECOND:
        changes |= {"second": need.place if need else None, "second_error": need.error if need else None}
    if row.state == ReviewState.AWAITING_SECOND and not confirms:
        overrule(session, row, at=at, by=by.person)
    action = f"review.{kind}"
    if not move_review(
        session, row, to, at=at, actor=by.person, action=action, shown=shown, details=details, **changes
    ):
        raise Stale(what_happened(session, row))
    reviews.add_decision(
        session,
        team=row.team_id,
        review=row.id,
        version=shown,
        kind=kind,
        follows=follows,
        by=by.person,
        interaction_id=by.interaction_id,
        output_id=output,
        reason_id=reason,
        confirmed=list(confirmed),
        confirms=confirms,
        at=at,
        seconds=seconds,
        unopened=unopened,
    )
    notices.card(session, row, workflow.review, at=at)
    if kind in (DecisionKind.EDITED, DecisionKind.REJECTED):
        notices.decided(session, row, workflow.review, version=shown, at=at)


def _reading(session: Session, row: schema.Review, by: By, *, at: datetime) -> float | None:
    """Return the seconds for which a person had a review open; None where that is not known."""
    if not by.opened:
        return None
    opened_at = openings.opened_at(session, team=row.team_id, review=row.id, by=by.person)
    if opened_at is None or not timedelta() <= at - opened_at <= _LONGEST_READING:
        return None
    return (at - opened_at).total_seconds()


def overrule(session: Session, row: schema.Review, *, at: datetime, by: str) -> None:
    """Note that the decisions of a review that stand no longer do."""
    made = standing(reviews.decisions(session, row.id, team=row.team_id))
    versions = [decision.version for decision in made]
    reviews.revoke(session, row.id, versions, team=row.team_id, by=by, at=at)


def _settle(
    session: Session,
    context: Context,
    workflow: AnyWorkflow,
    row: schema.Review,
    content: int,
    resolution: Resolution,
    *,
    by: str,
) -> None:
    """Let the run go on to deliver the decision, once the person's time to take it back is over."""
    run = runs.get(session, row.run_id, team=context.team)
    assert run is not None
    at = context.clock()
    # Nobody could take a lapse back.
    held_until = graces.end_of(workflow.review, at=at) if resolution not in LAPSES else None
    to = RunState.READY if held_until is None else RunState.HOLDING
    if not move_run(session, run, to, at=at, actor=by, resolution=resolution, output_id=content, held_until=held_until):
        raise Stale(what_happened(session, row))
    if resolution in CLOSING:
        # A rejected correction leaves the delivered case as it is, so the system of record is not told.
        if workflow.rejection_effect is not None and not run.correction:
            delivery.intend_rejection(session, context, run, workflow.name, reason_id=content)
    else:
        delivery.intend(session, context, run, workflow.name, output_id=content)


def _workflow(context: Context, session: Session, row: schema.Review) -> AnyWorkflow:
    return known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))


def _keep(session: Session, row: schema.Review, kind: ContentKind, body: str) -> int:
    return contents.keep(session, team=row.team_id, case=row.case_id, kind=kind, body=body)
