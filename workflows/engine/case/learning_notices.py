"""Notices of what is learned from people: versions, improvements, and volume tests."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from store.slack import messages, outbox
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.declare.names import can_be_written_to
from workflows.engine.declare.review import Review
from workflows.engine.text.canonical_json import canonical


def deployment(session: Session, declared: Review | None, *, team: int, deployment: int, at: datetime) -> None:
    """Have the present state of a deployment shown to its workflow's people, and wherever its card is already."""
    subject = SubjectKind.DEPLOYMENT.of(deployment)
    for channel in sorted(messages.channels_of(session, team=team, subject=subject) | {notices.channel_of(declared)}):
        outbox.want_view(session, team=team, kind=notices.DEPLOYMENT, subject=subject, channel=channel, at=at)


def rollout(
    session: Session,
    declared: Review | None,
    *,
    team: int,
    deployment: int,
    news: str,
    figures: Mapping[str, Any],
    occasion: str,
    at: datetime,
) -> None:
    """Have a workflow's people told what became of a version, once. Any: plain values; no text of a case.

    `occasion`: what tells this news from the same of another time.
    """
    outbox.add_note_once(
        session,
        team=team,
        kind=notices.ROLLOUT,
        subject=SubjectKind.DEPLOYMENT.of(deployment),
        channel=notices.channel_of(declared),
        at=at,
        occasion=f"{news} {occasion}",
        about={"news": news, "figures": canonical(figures)},
    )


def improved(
    session: Session,
    *,
    team: int,
    person: str,
    workflow: int,
    improvement: int,
    case: int | None,
    alone: int,
    at: datetime,
) -> None:
    """Have a person told, once and by a direct message, that their correction became a rule.

    `case`: one that they corrected; None where none is to be named. `alone`: cases like it that went alone since.
    """
    outbox.add_note_once(
        session,
        team=team,
        kind=notices.IMPROVED,
        subject=SubjectKind.CASE.of(case) if case is not None else SubjectKind.WORKFLOW.of(workflow),
        channel=person,
        at=at,
        occasion=f"improvement {improvement}",
        about={"improvement": str(improvement), "alone": str(alone), "case": str(case) if case is not None else ""},
    )


def improvements_found(
    session: Session, *, team: int, owner: str, workflow: int, improvements: Sequence[int], at: datetime
) -> None:
    """Have an owner told of new improvements, once and in one direct message."""
    named = ",".join(map(str, improvements))
    outbox.add_note_once(
        session,
        team=team,
        kind=notices.IMPROVEMENTS,
        subject=SubjectKind.WORKFLOW.of(workflow),
        channel=owner,
        at=at,
        occasion=f"improvements {min(improvements)}-{max(improvements)}",
        about={"improvements": named},
    )


def volume_test(
    session: Session,
    *,
    team: int,
    person: str,
    workflow: int,
    occasion: str,
    about: Mapping[str, str],
    at: datetime,
) -> None:
    """Have a person told news of a volume test, once and by a direct message. `about`: figures; no text of a case."""
    outbox.add_note_once(
        session,
        team=team,
        kind=notices.VOLUME_TEST,
        subject=SubjectKind.WORKFLOW.of(workflow),
        channel=person,
        at=at,
        occasion=occasion,
        about=about,
    )


def may_go_further(
    session: Session, declared: Review | None, *, team: int, epoch: int, at: datetime, owner: str | None = None
) -> None:
    """Ask whether a version may go further, in a message of its own: nobody sees it where an older one is changed.

    `owner`: the person to ask; left out, or where they cannot be written to, the workflow's people are asked.
    """
    subject = SubjectKind.EPOCH.of(epoch)
    channel = owner if owner is not None and can_be_written_to(owner) else notices.channel_of(declared)
    messages.forget(session, team=team, channel=channel, subject=subject)
    outbox.want_view(session, team=team, kind=notices.AUTONOMY, subject=subject, channel=channel, at=at)


def question_over(session: Session, *, team: int, epoch: int, at: datetime) -> None:
    """Have the question shown anew wherever it stands, after it was answered or is over."""
    subject = SubjectKind.EPOCH.of(epoch)
    for channel in sorted(messages.channels_of(session, team=team, subject=subject)):
        outbox.want_view(session, team=team, kind=notices.AUTONOMY, subject=subject, channel=channel, at=at)


def autonomy(
    session: Session,
    declared: Review | None,
    *,
    team: int,
    epoch: int,
    news: str,
    figures: Mapping[str, Any],
    occasion: str,
    at: datetime,
    owner: str | None = None,
) -> None:
    """Have a workflow's people told that a version goes further or less far, once. Any: plain values, no text of a
    case.

    `occasion`: what tells this news from the same of another time. `owner`: the person who is told by a direct message,
    too; nobody is told of their own act.
    """
    told = [(notices.AUTONOMY_NEWS, notices.channel_of(declared))]
    if owner is not None and can_be_written_to(owner) and owner != figures.get("by"):
        told.append((notices.AUTONOMY_DIRECT, owner))
    for kind, channel in told:
        outbox.add_note_once(
            session,
            team=team,
            kind=kind,
            subject=SubjectKind.EPOCH.of(epoch),
            channel=channel,
            at=at,
            occasion=f"{news} {occasion}",
            about={"news": news, "at": at.isoformat(), "figures": canonical(figures)},
        )


def pack_looked_at(
    session: Session, *, team: int, owner: str, workflow: int, pack: int, about: Mapping[str, str], at: datetime
) -> None:
    """Have an owner told, once and by a direct message, what people found in a pack. `about`: figures."""
    outbox.add_note_once(
        session,
        team=team,
        kind=notices.PACK,
        subject=SubjectKind.WORKFLOW.of(workflow),
        channel=owner,
        at=at,
        occasion=f"pack {pack}",
        about=about,
    )
