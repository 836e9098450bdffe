"""Volume tests and their cases: past inputs that went through everything but delivery."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import BatchQuestion, DocumentRow, DocumentUse, VolumeCase, VolumeDocument, VolumeTest, Workflow

DUE = "due"
"""The outcome of a case that was not tried yet."""
PROPOSED, UNTRIED = "proposed", "untried"
"""The outcomes of a case for which there is a proposal, and of one that could not be tried."""


@dataclass(frozen=True, kw_only=True)
class KeptScore:
    """The score of a case, without any of its text."""

    score: float | None
    """Highest floor at which it would go alone, 0 to 1; None where that was not kept."""
    lowest: float | None
    """The proposal's confidence, 0 to 1."""
    reasons: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class LookedScore(KeptScore):
    """A case that people look at: it is in the pack, or its right answer was known before."""

    input_hash: str
    learned: bool | None
    """True if the version learned from the like of it; None where nobody looked."""
    is_error: bool | None
    """None while nobody has judged it."""
    judged_at: datetime | None
    probability: float
    """Probability with which it was to be looked at, kept before anybody judged it."""


@dataclass(frozen=True, kw_only=True)
class KeptText:
    """The text of a case."""

    id: int
    test: int
    body: str


def begin(session: Session, *, team: int, workflow: int, cases: Sequence[Mapping[str, Any]], **values: Any) -> int:
    """Add a volume test with the cases that were drawn for it, none of them tried; returns its id."""
    test = rows.add(session, VolumeTest, team_id=team, workflow_id=workflow, **values)
    same = {
        "team_id": team,
        "volume_test_id": test,
        "outcome": DUE,
        "reasons": [],
        "wrong": [],
        "cost": 0,
        "milliseconds": 0.0,
        "probability": 0.0,
    }
    for one in cases:
        rows.append(session, VolumeCase, **one, **same)
    return test


def hold(session: Session, test: int, held: Mapping[int, Collection[int]], *, team: int) -> None:
    """Note the documents that inputs of a new volume test hold, given as place -> documents."""
    query = select(VolumeCase.id, VolumeCase.place).where(VolumeCase.team_id == team, VolumeCase.volume_test_id == test)
    ids = {place: case for case, place in session.execute(query)}
    new = [
        {"volume_case_id": ids[place], "document_id": document}
        for place, documents in held.items()
        if place in ids
        for document in sorted(documents)
    ]
    rows.add_all(session, VolumeDocument, new, {"team_id": team})


def get(session: Session, test: int, *, team: int) -> VolumeTest | None:
    """Return the volume test with this id."""
    return rows.get(session, VolumeTest, test, team=team, anew=True)


def newest(session: Session, *, team: int, limit: int) -> list[tuple[str, VolumeTest]]:
    """Return the newest volume tests, each with the name of its workflow."""
    query = select(Workflow.name, VolumeTest).join(Workflow, Workflow.id == VolumeTest.workflow_id)
    found = session.execute(query.where(VolumeTest.team_id == team).order_by(VolumeTest.id.desc()).limit(limit))
    return [(name, row) for name, row in found]


def newest_reported(session: Session, *, team: int, workflow: int) -> VolumeTest | None:
    """Return the newest volume test of a workflow that has a report."""
    query = select(VolumeTest).where(
        VolumeTest.team_id == team, VolumeTest.workflow_id == workflow, VolumeTest.reported_at.is_not(None)
    )
    return session.scalar(query.order_by(VolumeTest.id.desc()).limit(1))


def cases(session: Session, test: int, *, team: int) -> Sequence[VolumeCase]:
    """Return all cases of a volume test, in their order."""
    query = select(VolumeCase).where(VolumeCase.team_id == team, VolumeCase.volume_test_id == test)
    return session.scalars(query.order_by(VolumeCase.place)).all()


def get_case(session: Session, case: int, *, team: int) -> VolumeCase | None:
    """Return the case of a volume test with this id."""
    return rows.get(session, VolumeCase, case, team=team)


def case(session: Session, test: int, place: int, *, team: int) -> VolumeCase | None:
    """Return one case of a volume test."""
    query = select(VolumeCase).where(VolumeCase.team_id == team, VolumeCase.volume_test_id == test)
    return session.scalar(query.where(VolumeCase.place == place))


def keep_trial(session: Session, case: int, *, team: int, **values: Any) -> bool:
    """Keep what came of a case; False where that is kept already."""
    query = update(VolumeCase).where(VolumeCase.id == case, VolumeCase.team_id == team, VolumeCase.outcome == DUE)
    return session.execute(query.values(values).returning(VolumeCase.id)).first() is not None


def hold_case(session: Session, case: int, *, team: int) -> VolumeCase | None:
    """Lock a case until the transaction ends, and return it as it is then."""
    rows.hold(session, VolumeCase, case, team=team)
    return rows.get(session, VolumeCase, case, team=team, anew=True)


def change_text(session: Session, case: int, *, team: int, body: str) -> bool:
    """Keep another text of a case that was not tried yet; False where it was."""
    return rows.change(session, VolumeCase, case, where={"team_id": team, "outcome": DUE}, to={"body": body})


@dataclass(frozen=True, kw_only=True)
class Draw:
    """Facts that were settled about a case before anybody judges."""

    of: int
    """The case."""
    why: str | None
    """Reason why it is in the review pack; None where it is not."""
    chance: float
    """Probability with which it came into the pack, 0 to 1."""
    like: bool | None
    """True if the version learned from the like of it; None where nobody could look."""


def end(session: Session, test: int, *, team: int, at: datetime, draws: Sequence[Draw]) -> bool:
    """Note that all cases were tried, and keep the pack; False where that was done."""
    query = update(VolumeTest).where(VolumeTest.id == test, VolumeTest.team_id == team, VolumeTest.ended_at.is_(None))
    packed = sum(one.why is not None for one in draws)
    if session.execute(query.values(ended_at=at, packed=packed).returning(VolumeTest.id)).first() is None:
        return False
    drawn = update(VolumeCase).where(VolumeCase.id == bindparam("of"), VolumeCase.team_id == team)
    drawn = drawn.values(packed=bindparam("why"), probability=bindparam("chance"), learned=bindparam("like"))
    if draws:
        session.connection().execute(drawn, [asdict(one) for one in draws])
    return True


def to_judge(session: Session, test: int, *, team: int, after: int, limit: int) -> Sequence[VolumeCase]:
    """Return cases of the pack that nobody has judged, in their order. `after`: place after which they stand."""
    query = select(VolumeCase).where(
        VolumeCase.team_id == team,
        VolumeCase.volume_test_id == test,
        VolumeCase.packed.is_not(None),
        VolumeCase.judged_at.is_(None),
        VolumeCase.place > after,
    )
    return session.scalars(query.order_by(VolumeCase.place).limit(limit)).all()


@dataclass(frozen=True, kw_only=True)
class Claimant:
    """A person who goes through review packs."""

    by: str
    at: datetime
    """Now."""
    lapsed: datetime
    """Time before which the claim of somebody else is over."""


def next_to_judge(session: Session, test: int, who: Claimant, *, team: int, after: int) -> VolumeCase | None:
    """Return the next case of a pack for a person: none that somebody else has open. `after`: its place."""
    query = select(VolumeCase).where(
        VolumeCase.volume_test_id == test, VolumeCase.place > after, *_waits(team), _is_free(who)
    )
    return session.scalar(query.order_by(VolumeCase.place).limit(1))


def claim(session: Session, case: int, who: Claimant, *, team: int) -> bool:
    """Have a case of a pack be a person's for a while; False where somebody else has it open, or it is judged."""
    query = update(VolumeCase).where(VolumeCase.id == case, *_waits(team), _is_free(who))
    query = query.values(claimed_by=who.by, claimed_at=who.at)
    return session.execute(query.returning(VolumeCase.id)).first() is not None


def leave(session: Session, case: int, *, team: int, by: str) -> None:
    """Note that a person has a case of a pack open no longer."""
    where = {"team_id": team, "claimed_by": by}
    rows.change(session, VolumeCase, case, where=where, to={"claimed_by": None, "claimed_at": None})


def waiting(session: Session, test: int, *, team: int) -> int:
    """Count the cases of a pack that nobody has judged and whose text is kept."""
    query = select(func.count()).select_from(VolumeCase)
    return session.scalar(query.where(VolumeCase.volume_test_id == test, *_waits(team))) or 0


@dataclass(frozen=True, kw_only=True)
class WaitingPack:
    """A review pack of which cases wait for people."""

    test: int
    workflow: str
    number: int


def waiting_packs(session: Session, *, team: int) -> Sequence[WaitingPack]:
    """Return the packs of which cases wait for people: that of each workflow's newest test that is not removed."""
    ended = select(func.max(VolumeTest.id)).where(
        VolumeTest.team_id == team, VolumeTest.ended_at.is_not(None), VolumeTest.removed_at.is_(None)
    )
    query = (
        select(VolumeTest.id, Workflow.name, func.count())
        .join(Workflow, Workflow.id == VolumeTest.workflow_id)
        .join(VolumeCase, VolumeCase.volume_test_id == VolumeTest.id)
        .where(VolumeTest.team_id == team, VolumeTest.id.in_(ended.group_by(VolumeTest.workflow_id)), *_waits(team))
        .group_by(VolumeTest.id, Workflow.name)
        .order_by(VolumeTest.id)
    )
    found = session.execute(query)
    return [WaitingPack(test=test, workflow=name, number=number) for test, name, number in found]


def newest_of(session: Session, *, team: int, workflow: int) -> VolumeTest | None:
    """Return the newest volume test of a workflow whose inputs are kept."""
    query = select(VolumeTest).where(
        VolumeTest.team_id == team, VolumeTest.workflow_id == workflow, VolumeTest.removed_at.is_(None)
    )
    return session.scalar(query.order_by(VolumeTest.id.desc()).limit(1))


def keep_typed(session: Session, case: int, *, team: int, body: str) -> bool:
    """Keep what a person has typed about a case of a pack that is held; False where it is judged, or has no text."""
    query = update(VolumeCase).where(VolumeCase.id == case, *_waits(team))
    return session.execute(query.values(body=body).returning(VolumeCase.id)).first() is not None


def judge(session: Session, case: int, *, team: int, **values: Any) -> bool:
    """Keep what a person says of a case of the pack; False where somebody has said it, or its text is removed."""
    query = update(VolumeCase).where(VolumeCase.id == case, *_waits(team))
    return session.execute(query.values(values).returning(VolumeCase.id)).first() is not None


def report(session: Session, test: int, *, team: int, report: Mapping[str, Any], at: datetime) -> None:
    """Keep the newest report of a volume test."""
    query = update(VolumeTest).where(VolumeTest.id == test, VolumeTest.team_id == team)
    session.execute(query.values(report=dict(report), reported_at=at))


def scores(session: Session, test: int, *, team: int, limit: int) -> list[KeptScore]:
    """Return the scores of cases of a volume test that were tried, without any text, in their order."""
    query = select(VolumeCase.score, VolumeCase.lowest, VolumeCase.reasons)
    query = query.where(
        VolumeCase.team_id == team, VolumeCase.volume_test_id == test, VolumeCase.outcome.not_in([DUE, UNTRIED])
    )
    found = session.execute(query.order_by(VolumeCase.place).limit(limit))
    return [KeptScore(score=score, lowest=lowest, reasons=reasons) for score, lowest, reasons in found]


def looked_at(session: Session, test: int, *, team: int, limit: int) -> list[LookedScore]:
    """Return the cases with a proposal that people look at, without any text, in their order."""
    row = VolumeCase
    columns = (
        row.score, row.lowest, row.reasons, row.input_hash, row.learned, row.is_error, row.judged_at, row.probability,
    )  # fmt: skip
    query = select(*columns).where(row.team_id == team, row.volume_test_id == test, row.outcome == PROPOSED)
    query = query.where(or_(row.packed.is_not(None), row.judged_at.is_not(None))).order_by(row.place).limit(limit)
    return [
        LookedScore(
            score=score,
            lowest=lowest,
            reasons=reasons,
            input_hash=input_hash,
            learned=learned,
            is_error=is_error,
            judged_at=judged_at,
            probability=probability,
        )
        for score, lowest, reasons, input_hash, learned, is_error, judged_at, probability in session.execute(query)
    ]


def least_probability(session: Session, test: int, *, team: int) -> float | None:
    """Return the smallest probability with which a case with a proposal was to be looked at; None without any."""
    query = select(func.min(VolumeCase.probability)).where(VolumeCase.team_id == team)
    return session.scalar(query.where(VolumeCase.volume_test_id == test, VolumeCase.outcome == PROPOSED))


def ended_of(
    session: Session, *, team: int, workflow: int, since: datetime | None, until: datetime | None, limit: int
) -> Sequence[VolumeTest]:
    """Return the first volume tests of a workflow that began after a time and of which all was tried by another, oldest
    first.

    `since`: None: ever. `until`: None: by now.
    """
    query = select(VolumeTest).where(VolumeTest.team_id == team, VolumeTest.workflow_id == workflow)
    query = query.where(VolumeTest.ended_at.is_not(None) if until is None else VolumeTest.ended_at <= until)
    if since is not None:
        query = query.where(VolumeTest.began_at > since)
    return session.scalars(query.order_by(VolumeTest.id).limit(limit)).all()


def with_text(session: Session, *, team: int, after: int, limit: int) -> Sequence[KeptText]:
    """Return texts of cases, in the order of their ids. `after`: id after which they stand."""
    query = select(VolumeCase.id, VolumeCase.volume_test_id, VolumeCase.body)
    query = query.where(VolumeCase.team_id == team, VolumeCase.id > after, VolumeCase.body.is_not(None))
    found = session.execute(query.order_by(VolumeCase.id).limit(limit))
    return [KeptText(id=id, test=test, body=body or "") for id, test, body in found]


def remove_text(session: Session, cases: Sequence[int], *, team: int) -> int:
    """Remove the texts of these cases, which hold no document any more, and the hashes of what was asked of them.

    Returns how many had a text.
    """
    _let_go(session, cases, team=team)
    # The hash has no salt, and the row has to stay while the question is open.
    asked = update(BatchQuestion).where(BatchQuestion.volume_case_id.in_(cases), BatchQuestion.team_id == team)
    session.execute(asked.values(question=BatchQuestion.name))
    query = update(VolumeCase).where(VolumeCase.team_id == team, VolumeCase.id.in_(cases), VolumeCase.body.is_not(None))
    return len(session.execute(query.values(body=None).returning(VolumeCase.id)).all())


def _let_go(session: Session, cases: Sequence[int], *, team: int) -> None:
    """Have these cases hold no document. What nothing else holds counts as unheld since it is kept."""
    theirs = delete(VolumeDocument).where(VolumeDocument.team_id == team, VolumeDocument.volume_case_id.in_(cases))
    documents = set(session.scalars(theirs.returning(VolumeDocument.document_id)))
    if not documents:
        return
    used = select(DocumentUse.id).where(DocumentUse.document_id == DocumentRow.id, DocumentUse.team_id == team)
    tried = select(VolumeDocument.id).where(
        VolumeDocument.document_id == DocumentRow.id, VolumeDocument.team_id == team
    )
    unheld = update(DocumentRow).where(
        DocumentRow.team_id == team, DocumentRow.id.in_(documents), ~used.exists(), ~tried.exists()
    )
    as_it_is = {"synchronize_session": False}
    session.execute(unheld.values(unheld_since=DocumentRow.kept_at), execution_options=as_it_is)


def text_of_test(session: Session, test: int, *, team: int, limit: int) -> Sequence[int]:
    """Return cases of a volume test whose text is kept."""
    query = select(VolumeCase.id).where(VolumeCase.team_id == team, VolumeCase.volume_test_id == test)
    return session.scalars(query.where(VolumeCase.body.is_not(None)).order_by(VolumeCase.place).limit(limit)).all()


def kept_before(session: Session, *, team: int, workflow: int, before: datetime) -> Sequence[VolumeTest]:
    """Return volume tests of a workflow that began before a time, and whose texts are kept."""
    query = select(VolumeTest).where(VolumeTest.team_id == team, VolumeTest.workflow_id == workflow)
    query = query.where(VolumeTest.began_at < before, VolumeTest.removed_at.is_(None))
    return session.scalars(query.order_by(VolumeTest.id)).all()


def kept(session: Session, *, team: int, workflow: int) -> int:
    """Count the volume tests of a workflow whose texts are kept."""
    query = select(func.count()).where(VolumeTest.team_id == team, VolumeTest.workflow_id == workflow)
    return session.scalar(query.where(VolumeTest.removed_at.is_(None))) or 0


def removed(session: Session, test: int, *, team: int, at: datetime) -> None:
    """Note that the texts of a volume test are removed."""
    query = update(VolumeTest).where(VolumeTest.id == test, VolumeTest.team_id == team, VolumeTest.removed_at.is_(None))
    session.execute(query.values(removed_at=at))


def _waits(team: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a case of a pack waits for a person."""
    return (
        VolumeCase.team_id == team,
        VolumeCase.packed.is_not(None),
        VolumeCase.judged_at.is_(None),
        VolumeCase.body.is_not(None),
    )


def _is_free(who: Claimant) -> ColumnElement[bool]:
    """Return the condition that nobody else has a case open."""
    return or_(VolumeCase.claimed_by.is_(None), VolumeCase.claimed_by == who.by, VolumeCase.claimed_at < who.lapsed)
