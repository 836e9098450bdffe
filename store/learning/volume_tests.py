"""Volume tests and their cases: past inputs that went through everything but delivery."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import BatchQuestion, VolumeCase, VolumeTest, Workflow

DUE = "due"
"""The outcome of a case that was not tried yet."""


@dataclass(frozen=True, kw_only=True)
class JudgedScore:
    """Facts about one case, without any of its text: the beginning of a workflow's evidence."""

    lowest: float | None
    """The proposal's confidence, 0 to 1."""
    alone_up_to: float | None
    is_error: bool
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
    """Keep another text of a case that was not tried yet; False where it was, or its text is removed."""
    query = update(VolumeCase).where(VolumeCase.id == case, VolumeCase.team_id == team, VolumeCase.outcome == DUE)
    query = query.where(VolumeCase.body.is_not(None)).values(body=body).returning(VolumeCase.id)
    return session.execute(query).first() is not None


def end(
    session: Session, test: int, *, team: int, at: datetime, draws: Sequence[tuple[int, str | None, float]]
) -> bool:
    """Note that all cases were tried, and keep the pack; False where that was done.

    `draws`: case, reason, probability.
    """
    query = update(VolumeTest).where(VolumeTest.id == test, VolumeTest.team_id == team, VolumeTest.ended_at.is_(None))
    if session.execute(query.values(ended_at=at).returning(VolumeTest.id)).first() is None:
        return False
    drawn = update(VolumeCase).where(VolumeCase.id == bindparam("of"), VolumeCase.team_id == team)
    drawn = drawn.values(packed=bindparam("why"), probability=bindparam("chance"))
    if draws:
        given = [{"of": case, "why": why, "chance": chance} for case, why, chance in draws]
        session.connection().execute(drawn, given)
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


def judge(session: Session, case: int, *, team: int, **values: Any) -> bool:
    """Keep what a person says of a case of the pack; False where somebody has said it."""
    query = update(VolumeCase).where(
        VolumeCase.id == case,
        VolumeCase.team_id == team,
        VolumeCase.packed.is_not(None),
        VolumeCase.judged_at.is_(None),
    )
    return session.execute(query.values(values).returning(VolumeCase.id)).first() is not None


def report(session: Session, test: int, *, team: int, report: Mapping[str, Any], at: datetime) -> None:
    """Keep the newest report of a volume test."""
    query = update(VolumeTest).where(VolumeTest.id == test, VolumeTest.team_id == team)
    session.execute(query.values(report=dict(report), reported_at=at))


def judged_scores(session: Session, test: int, *, team: int) -> Sequence[JudgedScore]:
    """Return what is known of the judged cases of a volume test, in their order. No text is read."""
    columns = (VolumeCase.lowest, VolumeCase.alone_up_to, VolumeCase.is_error, VolumeCase.probability)
    query = select(*columns).where(VolumeCase.team_id == team, VolumeCase.volume_test_id == test)
    query = query.where(VolumeCase.judged_at.is_not(None), VolumeCase.is_error.is_not(None))
    return [
        JudgedScore(lowest=lowest, alone_up_to=up_to, is_error=bool(is_error), probability=probability)
        for lowest, up_to, is_error, probability in session.execute(query.order_by(VolumeCase.place))
    ]


def with_text(session: Session, *, team: int, after: int, limit: int) -> Sequence[KeptText]:
    """Return texts of cases, in the order of their ids. `after`: id after which they stand."""
    query = select(VolumeCase.id, VolumeCase.volume_test_id, VolumeCase.body)
    query = query.where(VolumeCase.team_id == team, VolumeCase.id > after, VolumeCase.body.is_not(None))
    found = session.execute(query.order_by(VolumeCase.id).limit(limit))
    return [KeptText(id=id, test=test, body=body or "") for id, test, body in found]


def remove_text(session: Session, cases: Sequence[int], *, team: int) -> int:
    """Remove the texts of these cases, and the hashes of what was asked of them; returns how many had one."""
    # The hash has no salt, and the row has to stay while the question is open.
    asked = update(BatchQuestion).where(BatchQuestion.volume_case_id.in_(cases), BatchQuestion.team_id == team)
    session.execute(asked.values(question=BatchQuestion.name))
    query = update(VolumeCase).where(VolumeCase.team_id == team, VolumeCase.id.in_(cases), VolumeCase.body.is_not(None))
    return len(session.execute(query.values(body=None).returning(VolumeCase.id)).all())


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
