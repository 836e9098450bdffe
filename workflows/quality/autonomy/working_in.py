"""Labels that become evidence: in the transaction in which they are made, and what follows from them with it.

The certifier takes cases strictly in their order: whoever labels cannot choose by the order in which they do. So it
waits at a case whose person has not decided yet, for two working days at most; a later label is worked in when it
comes, at the place of its case. Only the first run of a case counts. Of what went alone it takes what was drawn: there
the last word counts, whoever said it, since the draw knew nothing of it. What nobody drew and somebody reported has
chosen itself: it only has more looked at. The alarm takes spot checks as they come.

An epoch is held while it changes, so each label counts once, whatever process makes it.
"""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from store.governance import teams
from store.learning import epochs as kept
from store.learning.epochs import CaseLine
from store.schema import Epoch
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.quality.autonomy import asking, demotion, moves
from workflows.quality.autonomy.certifying.earning import Earning, Looked
from workflows.quality.autonomy.certifying.recomputed import take_checks
from workflows.quality.autonomy.evidence import evidence_of
from workflows.quality.autonomy.kept_state import state_of, unfamiliar_of

AT_ONCE = 500
"""Cases of an epoch that are looked through in one go."""
PATIENCE = 2
"""Working days for which a case is waited for that nobody has judged."""
REPORTED = 20
"""Cases that go alone next of which more is looked at after an error that nobody drew."""


def is_earned(context: Context, workflow: str) -> bool:
    """Tell whether a workflow earns its autonomy, by its name."""
    return workflow in context.registry and context.registry.get(workflow).autonomy.is_earned


def learn(session: Session, context: Context, cases: Collection[int], *, decided: int) -> None:
    """Work in the labels of these cases, which were added or taken back in this transaction.

    `decided`: decisions up to this one have their labels. Without a workflow that earns its autonomy it costs nothing.
    """
    if not cases or not any(one.autonomy.is_earned for one in context.registry):
        return
    for epoch in kept.open_with(session, cases, team=context.team):
        go_on(session, context, epoch, cases, decided=decided)


def go_on(
    session: Session, context: Context, epoch: int, cases: Collection[int] = (), *, decided: int
) -> moves.Moved | None:
    """Work in the labels of these cases, and go on along the cases of an epoch as far as they are judged.

    Return what was taken back; None where nothing was.
    """
    row = kept.held(session, epoch, team=context.team)
    name = teams.workflow_name(session, row.workflow_id, team=context.team) if row is not None else ""
    if row is None or row.ended_at is not None or not is_earned(context, name):
        return None
    workflow, earning = context.registry.get(name), Earning.read(row.state)
    before = asking.Before(labels=earning.labels, on_probation=earning.on_probation)
    if _take(session, context, row, earning, cases):
        again = evidence_of(session, context, row, until=row.worked_until)
        # How much is looked at next follows from what has happened, and goes on.
        earning.certifier, earning.alarm, earning.labels = again.certifier, again.alarm, again.labels
    until = _along(session, context, workflow, row, earning, decided=decided)
    return _settle(session, context, workflow, row, earning, before, until=until)


def _take(session: Session, context: Context, epoch: Epoch, earning: Earning, cases: Collection[int]) -> bool:
    """Note the last word on each of these cases, and have the alarm take spot checks.

    True where a label changed, was taken back, or came after its turn: then the evidence is computed again.
    """
    if not cases:
        return False
    team, at = context.team, context.clock()
    rows, words = kept.of_cases(session, epoch.id, cases, team=team), kept.last_words(session, cases, team=team)
    drawn = kept.drawn_of(session, [row.run_id for row in rows if row.alone], team=team)
    is_again, checks = False, list[tuple[int, bool]]()
    for row in rows:
        word = words.get(row.run_id)
        label, is_error = (word.label, word.is_error) if word is not None else (None, None)
        if row.alone and row.run_id not in drawn:
            if is_error and row.worked_at is None:
                earning.suspected = max(earning.suspected, REPORTED)
                kept.note_label(session, row.id, team=team, label=None, is_error=True, at=at)
            continue
        if (label, is_error) == (row.label_id, row.is_error):
            continue
        if row.label_id is not None or row.id <= epoch.worked_until:
            is_again = True
        elif row.alone and label is not None and is_error is not None:
            checks.append((label, is_error))
        kept.note_label(session, row.id, team=team, label=label, is_error=is_error, at=at if label else None)
    if not is_again:
        take_checks(earning, [is_error for _, is_error in sorted(checks)])
    return is_again


def _along(
    session: Session, context: Context, workflow: AnyWorkflow, epoch: Epoch, earning: Earning, *, decided: int
) -> int:
    """Work in the labelled cases after the mark, up to the first that still waits; return the mark from now on."""
    lines = kept.cases_after(session, epoch.id, team=context.team, after=epoch.worked_until, limit=AT_ONCE)
    until = epoch.worked_until
    for line in lines[: passable(session, context, workflow, lines, decided=decided)]:
        if line.counts and line.label is not None:
            earning.work_in(looked(line))
        until = line.id
    return until


def passable(
    session: Session, context: Context, workflow: AnyWorkflow, lines: Sequence[CaseLine], *, decided: int
) -> int:
    """Return how many of these cases, from the first on, are judged, or will not be, or were waited for long enough."""
    unjudged = [line.run for line in lines if line.counts and line.label is None]
    waits, now = kept.waiting(session, unjudged, team=context.team, decided=decided), context.clock()
    for number, line in enumerate(lines):
        is_waited_for = line.counts and line.label is None and line.run in waits
        if is_waited_for and workflow.working_days_after(line.at, PATIENCE) > now:
            return number
    return len(lines)


def looked(line: CaseLine) -> Looked:
    """Return a labelled case as the certifier takes it."""
    return Looked(score=line.score, is_error=bool(line.is_error), probability=line.probability, least=line.least)


def _settle(
    session: Session,
    context: Context,
    workflow: AnyWorkflow,
    epoch: Epoch,
    earning: Earning,
    before: asking.Before,
    *,
    until: int,
) -> moves.Moved | None:
    """Keep the evidence, and have everything follow from it that does so by itself."""
    permitted = earning.permitted
    kept.note(
        session,
        epoch.id,
        team=context.team,
        state=state_of(earning, unfamiliar_of(epoch.state)),
        looked_at=earning.labels,
        permitted=permitted.at if permitted is not None else None,
        worked_until=until,
        **moves.looks(workflow, earning, level=epoch.level, floor=epoch.floor, held=epoch.held),
    )
    if earning.is_alarmed:
        return demotion.demote(session, context, workflow, epoch)
    if epoch.level in moves.ALONE and epoch.floor is not None and not earning.permits(epoch.floor):
        return moves.narrow(session, context, workflow, epoch, earning)
    asking.ask(session, context, workflow, epoch, earning, before=before)
    return None
