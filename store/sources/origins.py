"""Origins of cases: the source that is told of a case's outcome, and the place there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Origin, Source
from store.states import SourceKind


@dataclass(frozen=True, kw_only=True)
class NewOrigin:
    """The source of inputs that are taken in."""

    source: int
    place: str | None = None
    """The place where the source is told, by its kind; None where the source has one place."""
    follow_up: int | None = None
    """The follow-up from which the case is made; None where it was handed in."""
    is_program: bool = False
    """True if the source hands in with a key: it neither takes over the case of another source, nor learns of it."""


@dataclass(frozen=True, kw_only=True)
class OriginLine:
    """The origin of a case, with its source."""

    id: int
    case: int
    source: int
    kind: SourceKind
    name: str
    """Name of the source."""
    settings: Mapping[str, Any]
    """The settings of the source, by its kind."""
    place: str | None
    follow_up: int | None


def keep_all(session: Session, cases: Collection[int], new: NewOrigin, *, team: int) -> dict[int, int]:
    """Keep the origin of cases, in place of the one that they had; returns the ids of origins by case."""
    values = {"source_id": new.source, "place": new.place, "follow_up_id": new.follow_up}
    kept = of_cases(session, cases, team=team)
    for origin in kept.values():
        rows.change(session, Origin, origin.id, where={"team_id": team}, to=values)
    first = [case for case in sorted(cases) if case not in kept]
    added = rows.add_all_new(
        session, Origin, [{"case_id": case} for case in first], {"team_id": team, **values}, by="case_id"
    )
    return {case: origin.id for case, origin in kept.items()} | added


def of_cases(session: Session, cases: Collection[int], *, team: int) -> dict[int, OriginLine]:
    """Return the origins of those of these cases that have one, by case."""
    if not cases:
        return {}
    query = (
        select(Origin, Source.kind, Source.name, Source.settings)
        .join(Source, Source.id == Origin.source_id)
        .where(Origin.team_id == team, Origin.case_id.in_(cases))
    )
    return {
        origin.case_id: OriginLine(
            id=origin.id,
            case=origin.case_id,
            source=origin.source_id,
            kind=kind,
            name=name,
            settings=settings,
            place=origin.place,
            follow_up=origin.follow_up_id,
        )
        for origin, kind, name, settings in session.execute(query)
    }


def of_case(session: Session, case: int, *, team: int) -> OriginLine | None:
    """Return the origin of a case; None where it has none."""
    return of_cases(session, [case], team=team).get(case)
