"""Sources that hand in over HTTP or the Model Context Protocol: added, changed, listed, ended. Each act is audited."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store import schema
from store.governance import audit
from store.sources import keys, sources
from store.states import SourceKind
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.errors import Refused, Unknown
from workflows.engine.sources.programs.settings import ApiSettings, checked, refuse_name
from workflows.engine.sources.views import SourceView


def add(context: Context, name: str, *, by: str, **settings: Any) -> ApiSettings:  # Any: as typed, checked at once
    """Add a source with these of `ApiSettings`. Raise `Refused`, or `Unknown` for a workflow that nobody knows."""
    refuse_name(name)
    made = checked(ApiSettings, settings)
    _refuse_unknown(context, made.workflows or ())
    try:
        with context.database.write(urgent=True) as session:
            at = context.clock()
            source = sources.add(
                session,
                team=context.team,
                kind=SourceKind.API,
                name=name,
                settings=made.model_dump(mode="json"),
                by=by,
                at=at,
            )
            record(session, context, source, "source.added", {"source": name} | _noted(made), by=by)
    except IntegrityError:
        with context.database.read() as session:
            known = sources.named(session, team=context.team, kind=SourceKind.API, name=name)
        if known is None:
            raise
        ended = f" that ended on {known.ended_at:%Y-%m-%d}" if known.ended_at is not None else ""
        raise Refused(f"there is a source {name} already{ended}; choose another name") from None
    return made


def change(context: Context, name: str, *, by: str, **settings: Any) -> ApiSettings:  # Any: as typed, checked at once
    """Change these of a source's settings, and return all. Raise `Unknown` or `Refused`."""
    with context.database.write(urgent=True) as session:
        row = held(session, context, name)
        before = settings_of(row)
        if "webhook" in settings:
            # Who sets the address again wants it to be tried again.
            settings["webhook_gone_at"] = None
        made = checked(ApiSettings, before.model_dump() | settings)
        _refuse_unknown(context, set(made.workflows or ()) - set(before.workflows or ()))
        if made == before:
            raise Refused(f"the source {name} is so already; nothing was changed")
        was, now = _noted(before), _noted(made)
        changed: dict[str, str | int | None] = {}
        for setting in now:
            if was[setting] != now[setting]:
                changed |= {setting: now[setting], f"{setting}_before": was[setting]}
        sources.change(session, row.id, team=context.team, settings=row.settings | made.model_dump(mode="json"))
        record(session, context, row.id, "source.changed", {"source": name} | changed, by=by)
        return made


def end(context: Context, name: str, *, by: str) -> None:
    """End a source: from now on none of its keys is accepted. What it handed in goes on.

    Raise `Unknown`, or `Refused` where it has ended before.
    """
    with context.database.write(urgent=True) as session:
        row = held(session, context, name)
        sources.end(session, row.id, team=context.team, by=by, at=context.clock())
        record(session, context, row.id, "source.ended", {"source": name}, by=by)


def listed(context: Context) -> Sequence[SourceView]:
    """Return all sources of this kind by name, also those that have ended."""
    with context.database.read() as session:
        found = sources.listed(session, team=context.team, kind=SourceKind.API)
        lines = keys.listed(session, team=context.team)
    at = context.clock()
    usable = [
        line.source for line in lines if line.revoked_at is None and (line.expires_at is None or line.expires_at > at)
    ]
    views = []
    for row in found:
        settings = settings_of(row)
        views.append(
            SourceView(
                name=row.name,
                settings=settings,
                unknown=[name for name in settings.workflows or () if name not in context.registry],
                usable_keys=usable.count(row.id) if row.ended_at is None else 0,
                made_by=row.made_by,
                made_at=row.made_at,
                ended_by=row.ended_by,
                ended_at=row.ended_at,
            )
        )
    return views


def settings_of(row: schema.Source) -> ApiSettings:
    """Return the settings of a source of this kind."""
    return ApiSettings.model_validate(row.settings)


def held(session: Session, context: Context, name: str) -> schema.Source:
    """Return a source of this name that has not ended, locked until the transaction ends.

    Raise `Unknown`, or `Refused` where it has ended.
    """
    row = sources.named(session, team=context.team, kind=SourceKind.API, name=name)
    if row is not None:
        sources.hold(session, row.id, team=context.team)
        row = sources.get(session, row.id, team=context.team, anew=True)
    if row is None:
        raise Unknown(f"there is no source {name}; countersign source list shows all")
    if row.ended_at is not None:
        raise Refused(f"the source {name} ended on {row.ended_at:%Y-%m-%d}")
    return row


def _refuse_unknown(context: Context, names: Sequence[str] | set[str]) -> None:
    for name in sorted(names):
        context.registry.get(name)


def _noted(settings: ApiSettings) -> dict[str, str | int | None]:
    """Return settings as the audit keeps them. Of a web address it is told the host: a path may be a secret."""
    return {
        "workflows": "all" if settings.workflows is None else ", ".join(settings.workflows),
        "may_propose": str(settings.may_propose).lower(),
        "per_minute": settings.per_minute,
        "most_bytes": settings.most_bytes,
        "webhook": urlsplit(settings.webhook).hostname if settings.webhook is not None else None,
        "allow_private": str(settings.allow_private).lower(),
    }


def record(
    session: Session, context: Context, source: int, action: str, details: Mapping[str, str | int | None], *, by: str
) -> None:
    """Record in the audit what somebody did with a source."""
    audit.record(
        session,
        team=context.team,
        at=context.clock(),
        actor=by,
        action=action,
        subject=SubjectKind.SOURCE.of(source),
        case=None,
        details=dict(details),
    )
