"""Cases that are alike: shown in rows, and approved together.

Each is a decision of its own, in a transaction of its own, with its own checks: a row that somebody else decided
meanwhile, or that a rule keeps for a person, is left out alone. If the process ends on the way, what was not decided is
open as before.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from store import schema
from store.cases import contents
from store.cases.review import alike, openings, reports, reviews
from store.cases.review.alike import AlikeLine
from store.governance import teams
from store.states import ReviewState
from workflows.engine.case.kept_content import REMOVED
from workflows.engine.case.lookup import case_text, known_workflow, one_line_of
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import CountersignError, NeverBroken, Refused, Repeated, Stale, Unknown
from workflows.engine.propose.alike import name_of
from workflows.engine.reasons import from_json, rules_in
from workflows.engine.review import refusals
from workflows.engine.review.alike.views import MOST, Bar, GridView, GroupView, RowResult, RowView, Went
from workflows.engine.review.claims import is_in_hand
from workflows.engine.review.decisions import DecisionKind
from workflows.engine.review.form.forms import entries_of
from workflows.engine.review.hiding import hidden_of, text_in_channel
from workflows.engine.review.own_cases import barred
from workflows.engine.review.reviews import approve
from workflows.engine.review.standing import standing
from workflows.engine.text.canonical_json import canonical
from workflows.engine.text.form_fields import form_of
from workflows.excerpts import shortened

_NAME = 100
"""Most characters of the words for what makes cases alike."""


def groups(context: Context, *, workflows: Collection[str], limit: int) -> Sequence[GroupView]:
    """Return the groups of open cases that are alike, the largest first."""
    with context.database.read() as session:
        found = alike.groups(session, team=context.team, workflows=workflows, limit=limit)
        named = [(one, _line(session, context, one.review)) for one in found]
    return [_group(context, one.workflow, line, one.number) for one, line in named if line is not None]


def group_of(context: Context, review: int) -> GroupView:
    """Return the group of a review, whatever has become of the review. Raise `Unknown`, or `Refused` where it has
    none.
    """
    with context.database.read() as session:
        row = _review(session, context, review)
        workflow = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
        line, number = _line(session, context, review), _count(session, context, row)
    if line is None:
        raise Refused("nothing is like this case")
    return _group(context, workflow.name, line, number)


def number_like(context: Context, review: int) -> int:
    """Return how many open reviews are alike, this one among them; 0 where it is like no other. Raise `Unknown`."""
    with context.database.read() as session:
        return _count(session, context, _review(session, context, review))


def grid_view(context: Context, review: int, *, by: str, first: int = 0) -> GridView:
    """Return the cases that are like a review's, with a row for each. `by`: the person who looks. `first`: from there.

    A place beyond the end means the beginning. Raise `Unknown`, or `Refused` for one that never had a proposal.
    """
    with context.database.read() as session:
        row = _review(session, context, review)
        workflow = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
        total = _count(session, context, row)
        found = _lines(session, context, row, first=first)
        if not found and first:
            found, first = _lines(session, context, row, first=0), 0
        line = _line(session, context, review)
        wanted = [one for each in found for one in (each.reasons_id, each.input_id, each.proposal_id)]
        read = contents.bodies(session, wanted, team=context.team)
        own = _own(session, context, workflow, found, by=by)
        reported = frozenset(each.id for each in found if reports.up_to(session, each.run, team=context.team))
    if line is None:
        raise Refused("nothing is like this case")
    bodies = {content: body for content, body in read.items() if body is not None}
    # Whose content is removed is decided no more, and leaves the page with the next look.
    shown = [each for each in found[:MOST] if {each.reasons_id, each.input_id, each.proposal_id} <= bodies.keys()]
    # The author's code is called outside the transaction.
    entries = {each.id: _entries(workflow, bodies[each.proposal_id]) for each in shown}
    same = _same(entries.values())
    return GridView(
        group=_group(context, workflow.name, line, total),
        total=total,
        first=first,
        same=same,
        rows=[_row(context, workflow, each, bodies, entries[each.id], same, own, reported, by=by) for each in shown],
        has_more=len(found) > MOST,
    )


def note_opened(context: Context, review: int, *, by: str) -> None:
    """Note that a person opened a row, to look at its case."""
    with context.database.write(urgent=True) as session:
        openings.note(session, team=context.team, review=review, by=by, at=context.clock())


def approve_row(context: Context, review: int, shown: int, *, by: str, interaction_id: str | None) -> RowResult:
    """Approve one row, and return what happened to it; what refuses it is audited. One that a colleague is
    on, or is to decide, is left.

    `shown`: the version of its row. Raise `Unknown` for an unknown review or workflow.
    """
    try:
        with refusals.told_of_review(context, review, by=by, wanted="approve"):
            theirs = _whose(context, review, by=by)
            if _is_reported(context, review):
                raise Refused("somebody reported it as wrong")
            if theirs is None:
                approve(context, review, shown, by=by, interaction_id=interaction_id, together=True)
    except (Repeated, Stale):
        return result_of(context, review, by=by)
    except NeverBroken as broken:
        return result_of(context, review, by=by, left="it breaks a rule: " + "; ".join(broken.sentences))
    except Unknown:
        raise
    except Refused as error:
        return result_of(context, review, by=by, left=str(error))
    return result_of(context, review, by=by, left=theirs or "")


def result_of(context: Context, review: int, *, by: str, left: str = "") -> RowResult:
    """Return how a row stands. `by`: the person who pressed. `left`: why it was left, where it was. Raise `Unknown`."""
    with context.database.read() as session:
        row = _review(session, context, review)
        workflow = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
        made = standing(reviews.decisions(session, review, team=context.team))
        line = _line(session, context, review)
        body = contents.body(session, line.input_id, team=context.team) if line is not None else None
    key = line.key if line is not None else ""
    last = made[-1] if made else None
    return RowResult(
        review=review,
        version=row.version,
        key=key,
        subject=one_line_of(case_text(workflow, body), key) if body is not None else key,
        went=_went(row, last, by=by, left=left),
        by=last.by if last is not None else None,
        kind=last.kind if last is not None else None,
        said=left,
    )


def _went(row: schema.Review, last: schema.Decision | None, *, by: str, left: str) -> Went:
    if left:
        return Went.LEFT
    if last is None and row.state == ReviewState.OPEN:
        return Went.OPEN
    if last is not None and last.by == by and last.kind == DecisionKind.APPROVED:
        return Went.AWAITS_SECOND if row.state == ReviewState.AWAITING_SECOND else Went.APPROVED
    return Went.ELSEWHERE


def _whose(context: Context, review: int, *, by: str) -> str | None:
    """Return why an open review is for somebody else to decide; None where it is for nobody else."""
    with context.database.read() as session:
        row = _review(session, context, review)
    if row.state != ReviewState.OPEN:
        return None
    if is_in_hand(row.claimed_at, at=context.clock()) and row.claimed_by != by:
        return "a colleague is on it"
    return "it is for somebody else" if row.assignee not in (None, by) else None


def _is_reported(context: Context, review: int) -> bool:
    """Tell whether an open review shows a report that something was wrong."""
    with context.database.read() as session:
        row = _review(session, context, review)
        return row.state == ReviewState.OPEN and bool(reports.up_to(session, row.run_id, team=context.team))


def _review(session: Session, context: Context, review: int) -> schema.Review:
    row = reviews.get(session, review, team=context.team)
    if row is None:
        raise Unknown(f"there is no review {review}")
    return row


def _count(session: Session, context: Context, row: schema.Review) -> int:
    if row.alike is None:
        return 0
    return alike.count(session, team=context.team, workflow=row.workflow_id, alike=row.alike)


def _lines(session: Session, context: Context, row: schema.Review, *, first: int) -> list[AlikeLine]:
    """Return a page of a group, and one row more where there are any."""
    if row.alike is None:
        return []
    team, workflow = context.team, row.workflow_id
    return alike.lines(session, team=team, workflow=workflow, alike=row.alike, first=first, limit=MOST + 1)


def _line(session: Session, context: Context, review: int) -> AlikeLine | None:
    row = _review(session, context, review)
    found = alike.lines(session, team=context.team, workflow=row.workflow_id, only=[review], limit=1)
    return found[0] if found else None


def _own(
    session: Session, context: Context, workflow: AnyWorkflow, found: Sequence[AlikeLine], *, by: str
) -> frozenset[int]:
    """Return the reviews of cases that a person handed in, where their workflow has somebody else decide those."""
    return frozenset(each.id for each in found if by in barred(session, workflow, each.run, team=context.team))


def _group(context: Context, workflow: str, line: AlikeLine, number: int) -> GroupView:
    with context.database.read() as session:
        bodies = contents.bodies(session, [line.input_id, line.proposal_id], team=context.team)
    declared = known_workflow(context, workflow)
    input, proposal = bodies[line.input_id], bodies[line.proposal_id]
    name = REMOVED
    if input is not None and proposal is not None:
        output = canonical(json.loads(proposal)["output"])
        made = _name(declared, input, output)
        name = shortened(text_in_channel(made or line.key, hidden_of(declared, input, output)), _NAME)
    return GroupView(
        generation=context.restores.number,
        workflow=workflow,
        review=line.id,
        version=line.version,
        number=number,
        name=name,
    )


def _name(workflow: AnyWorkflow, input: str, output: str) -> str | None:
    try:
        return name_of(workflow, read(workflow.input, input), read(workflow.output, output))
    except CountersignError:
        # It no longer fits the form, which has changed since.
        return None


def _entries(workflow: AnyWorkflow, proposal: str) -> dict[str, str]:
    """Return label -> proposed value."""
    output = json.loads(proposal)["output"]
    said = entries_of(workflow.output, output)
    return {field.label: said.get(field.name) or "" for field in form_of(workflow.output) if field.name in output}


def _same(entries: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return what is proposed for all alike."""
    first, *rest = [*entries] or [{}]
    return {label: text for label, text in first.items() if all(other.get(label) == text for other in rest)}


def _row(
    context: Context,
    workflow: AnyWorkflow,
    line: AlikeLine,
    bodies: Mapping[int, str],
    entries: Mapping[str, str],
    same: Mapping[str, str],
    own: Collection[int],
    reported: Collection[int],
    *,
    by: str,
) -> RowView:
    why = from_json(bodies[line.reasons_id])
    rules = rules_in(why)
    is_claimed = is_in_hand(line.claimed_at, at=context.clock()) and line.claimed_by != by
    assignee = line.assignee if line.assignee != by else None
    bar = None
    if line.state == ReviewState.ASKED:
        bar = Bar.ASKED
    elif rules:
        bar = Bar.RULE
    elif line.id in own:
        bar = Bar.OWN_CASE
    elif line.id in reported:
        bar = Bar.REPORTED
    elif is_claimed:
        bar = Bar.CLAIMED
    elif assignee is not None:
        bar = Bar.ASSIGNED
    return RowView(
        case=line.case,
        review=line.id,
        version=line.version,
        key=line.key,
        subject=one_line_of(case_text(workflow, bodies[line.input_id]), line.key),
        values={label: text for label, text in entries.items() if label not in same},
        why=next(iter(why), None),
        bar=bar,
        rules=rules,
        claimed_by=line.claimed_by if is_claimed else None,
        assignee=assignee,
        answer_by=line.answer_by,
    )
