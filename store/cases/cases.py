"""Cases: found by key, taken in once, raised to a new revision."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, and_, any_, bindparam, exists, func, select
from sqlalchemy import case as conditional
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from store.cases.samples import has_sample
from store.db import rows
from store.schema import Case, Delivery, Origin, Proposal, Run, Source, Workflow
from store.states import DeliveryState, Resolution, RunState, SourceKind


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """A case in a list."""

    id: int
    key: str
    workflow: str
    revision: int
    state: RunState
    """State of the case's newest run."""
    resolution: Resolution | None
    received_at: datetime
    waits: bool
    """True if the case's delivery waits for a target."""
    not_confirmed: bool
    """True if the delivery waits or failed, and may have been made all the same."""


@dataclass(frozen=True, kw_only=True)
class KnownCase:
    """A case that stands under a key, as it is now."""

    id: int
    revision: int
    content_hash: str
    salt: str | None
    """Goes into the hashes of its content; None for a case from before there were salts."""
    erased_at: datetime | None = None
    """Time when its content was removed; None while there is content."""
    source: int | None = None
    """The source that is told of it; None where there is none, as for a case of a file."""
    is_of_program: bool = False
    """True if that source is a program, which hands in with a key."""


MOST_SOURCES = 20
"""Most sources of a workflow that are told."""


@dataclass(frozen=True, kw_only=True)
class NewContent:
    """The content of a case that is added, as far as it is kept with the case."""

    content_hash: str
    salt: str


_KNOWN = (
    select(
        Case.key,
        Case.id,
        Case.revision,
        Case.content_hash,
        Case.salt,
        Case.erased_at,
        Origin.source_id,
        Source.kind,
    )
    .outerjoin(Origin, Origin.case_id == Case.id)
    .outerjoin(Source, Source.id == Origin.source_id)
    .where(Case.team_id == bindparam("team"), Case.workflow_id == bindparam("workflow"))
)
# All keys are one parameter: the number of parameters of a statement is limited.
_KNOWN_IN_ARRAY = _KNOWN.where(Case.key == any_(bindparam("keys", type_=ARRAY(Text))))
_KNOWN_IN_JSON = _KNOWN.where(Case.key.in_(select(func.json_each(bindparam("keys")).table_valued("value").c.value)))


def known(session: Session, *, team: int, workflow: int, keys: Collection[str]) -> dict[str, KnownCase]:
    """Return the cases of a workflow with these keys, by key."""
    if not keys:
        return {}
    belong = {"team": team, "workflow": workflow}
    if session.get_bind().dialect.name == "postgresql":
        found = session.execute(_KNOWN_IN_ARRAY, belong | {"keys": list(keys)})
    else:
        found = session.execute(_KNOWN_IN_JSON, belong | {"keys": json.dumps(list(keys))})
    return {
        key: KnownCase(
            id=id,
            revision=revision,
            content_hash=hash,
            salt=salt,
            erased_at=erased_at,
            source=source,
            is_of_program=kind is SourceKind.API,
        )
        for key, id, revision, hash, salt, erased_at, source, kind in found
    }


def get(session: Session, case: int, *, team: int) -> Case | None:
    """Return the case with this id."""
    return rows.get(session, Case, case, team=team)


def salt_of(session: Session, case: int, *, team: int) -> str | None:
    """Return the salt of a case; None where it has none."""
    found = rows.get(session, Case, case, team=team)
    return found.salt if found is not None else None


def hold(session: Session, case: int, *, team: int) -> None:
    """Lock a case and what belongs to it until this transaction ends.

    On SQLite every writing transaction has that already. On PostgreSQL two transactions that take the same rows in a
    different order would block each other for ever.
    """
    rows.hold(session, Case, case, team=team)


def with_key(session: Session, *, team: int, key: str) -> list[Case]:
    """Return the cases of all workflows with this key."""
    # Keys are found by workflow; a team has few workflows.
    theirs = select(Workflow.id).where(Workflow.team_id == team)
    return list(session.scalars(select(Case).where(Case.workflow_id.in_(theirs), Case.key == key).order_by(Case.id)))


def keys_of(session: Session, cases: Collection[int], *, team: int) -> dict[int, str]:
    """Return the keys of cases by case."""
    if not cases:
        return {}
    query = select(Case.id, Case.key).where(Case.team_id == team, Case.id.in_(cases))
    return {case: key for case, key in session.execute(query)}  # noqa: C416  # rows are no pairs to mypy


def add_all(
    session: Session, new: Mapping[str, NewContent], *, team: int, workflow: int, source: str, at: datetime
) -> dict[str, int]:
    """Add cases at revision 1, given by key; returns their ids by key.

    A key that another process took meanwhile is left out: the unique key decides. Where two bring the same keys in the
    same order, neither waits for ever for the other.
    """
    return rows.add_all_new(
        session,
        Case,
        [{"key": key, "content_hash": one.content_hash, "salt": one.salt} for key, one in new.items()],
        {"team_id": team, "workflow_id": workflow, "revision": 1, "source": source, "received_at": at},
        by="key",
        unique=("workflow_id", "key"),
    )


def revise(session: Session, *, team: int, case: int, revision: int, content_hash: str, salt: str) -> None:
    """Raise the revision of a case by one, from the revision given. The case has to be locked by `hold`.

    `salt`: the one that went into the hash.
    """
    raised = {"revision": revision + 1, "content_hash": content_hash, "salt": salt}
    rows.change(session, Case, case, where={"team_id": team, "revision": revision}, to=raised)


_later = aliased(Run)


def lines(session: Session, *, team: int, workflow: str | None, state: RunState | None, limit: int) -> list[CaseLine]:
    """Cases with the state of their newest run, newest case first; of one workflow, the last received first."""
    is_newest = ~exists().where(_later.case_id == Run.case_id, _later.id > Run.id).correlate(Run)
    query = (
        select(Case.id, Case.key, Workflow.name, Case.revision, Run.id, Run.state, Run.resolution, Case.received_at)
        .join(Workflow, Workflow.id == Case.workflow_id)
        .join(Run, Run.case_id == Case.id)
        .where(is_newest)
        .limit(limit)
    )
    its_id = select(Workflow.id).where(Workflow.team_id == team, Workflow.name == workflow).scalar_subquery()
    # Each is read in the order of an index, and no further than to the limit. Most cases of a workflow are delivered;
    # of another state are few.
    if workflow is not None and state in (None, RunState.DELIVERED):
        query = query.where(Case.workflow_id == its_id).order_by(Case.received_at.desc(), Case.id.desc())
    elif state is None:
        query = query.where(Case.team_id == team).order_by(Case.id.desc())
    else:
        query = query.where(Run.team_id == team).order_by(Run.case_id.desc())
        if workflow is not None:
            query = query.where(Run.workflow_id == its_id)
    if state is not None:
        query = query.where(Run.state == state)
    found = session.execute(query).all()
    open_ones = select(Delivery.run_id, Delivery.state, Delivery.maybe_applied).where(
        Delivery.run_id.in_([run for _, _, _, _, run, *_ in found]),
        Delivery.state.in_((DeliveryState.WAITING, DeliveryState.FAILED)),
    )
    # Asked apart: for conditions in the list PostgreSQL would read the deliveries of all cases.
    waits, not_confirmed = set(), set()
    for run, of_delivery, maybe in session.execute(open_ones):
        if of_delivery == DeliveryState.WAITING:
            waits.add(run)
        if maybe:
            not_confirmed.add(run)
    return [
        CaseLine(
            id=id,
            key=key,
            workflow=name,
            revision=revision,
            state=now,
            resolution=resolution,
            received_at=received_at,
            waits=run in waits,
            not_confirmed=run in not_confirmed,
        )
        for id, key, name, revision, run, now, resolution, received_at in found
    ]


@dataclass(frozen=True, kw_only=True)
class CaseOutcome:
    """The result of a case so far."""

    case: int
    state: RunState
    resolution: Resolution | None
    proposal_id: int | None
    """Id of the content of the newest proposal that was made without a hint; of a case that was proposed again after a
    rejection, the first one. None where the source handed the proposal in.
    """
    sample: bool
    """True if an answer written by hand for a demonstration was ever proposed for the case."""


def outcomes(session: Session, ids: Collection[int], *, team: int) -> list[CaseOutcome]:
    """Return the results of these cases so far, by their newest runs.

    A proposal that was given a hint, what a person refused before, shows nothing of the model's quality; neither does
    one that the case's source handed in.
    """
    is_own = and_(Run.refused_id.is_(None), Run.handed_id.is_(None))
    unhinted = func.max(conditional((is_own, Run.id))).label("unhinted")
    theirs = select(func.max(Run.id).label("run"), unhinted).where(Run.case_id.in_(ids), Run.team_id == team)
    newest = theirs.group_by(Run.case_id).subquery("newest")
    query = (
        select(Run.case_id, Run.state, Run.resolution, Proposal.content_id, has_sample(Run.case_id))
        .join(newest, newest.c.run == Run.id)
        .outerjoin(Proposal, Proposal.run_id == newest.c.unhinted)
    )
    return [
        CaseOutcome(case=case, state=state, resolution=resolution, proposal_id=proposal, sample=sample)
        for case, state, resolution, proposal, sample in session.execute(query)
    ]


def newest_sources(session: Session, *, team: int, workflow: str, newest: int) -> list[str]:
    """Return where the newest cases of a workflow came from, in order. `newest`: how many are looked at."""
    of = select(Workflow.id).where(Workflow.team_id == team, Workflow.name == workflow).scalar_subquery()
    looked_at = (
        select(Case.source)
        .where(Case.team_id == team, Case.workflow_id == of)
        .order_by(Case.received_at.desc())
        .limit(newest)
        .subquery()
    )
    found = select(looked_at.c.source).distinct().order_by(looked_at.c.source).limit(MOST_SOURCES)
    return list(session.scalars(found))
