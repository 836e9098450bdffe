"""Checks of where cases come from: keys of sources, looks on a schedule, and webhooks."""

from collections.abc import Iterator
from datetime import timedelta

from bot.app import App
from handlers.texts.operations import webhooks as webhook_texts
from handlers.texts.operations.findings import Finding
from handlers.texts.plain import duration
from workflows.engine.sources.looks.fetching import TOLD_AFTER
from workflows.engine.sources.looks.schedules import LATE, schedule_views
from workflows.engine.sources.programs import api_sources, keys
from workflows.engine.sources.told import webhooks as sending
from workflows.engine.sources.views import KeyState

_KEY_ENDS_SOON = timedelta(days=14)
"""Time before the end of a source's key from which it is told."""


def sources(app: App) -> Iterator[Finding]:
    """Find sources that cannot hand in, or soon cannot."""
    known = keys.listed(app.context)
    for source in api_sources.listed(app.context):
        if source.ended_at is not None:
            continue
        if source.unknown:
            yield Finding(
                level="bad",
                what=f"the source {source.name} may hand in for {', '.join(source.unknown)}, which this process does "
                "not know",
                do=f"declare it, or name others: countersign source change {source.name} --workflow NAME",
            )
        if not source.usable_keys:
            yield Finding(
                level="note",
                what=f"the source {source.name} has no key that is accepted, so it cannot hand in",
                do=f"countersign source key add {source.name}, or countersign source end {source.name}",
            )
        soon = app.context.clock() + _KEY_ENDS_SOON
        for key in known:
            is_near = key.expires_at is not None and key.expires_at <= soon
            if key.source == source.name and key.state is KeyState.USABLE and is_near:
                yield Finding(
                    level="note",
                    what=f"the key {key.prefix} of the source {source.name} expires on {key.expires_at:%Y-%m-%d}",
                    do=f"countersign source key add {source.name} makes the next one; both are accepted meanwhile",
                )


def _looks(number: int) -> str:
    return "look for cases" if number == 1 else f"{number:,} looks for cases"


def schedules(app: App) -> Iterator[Finding]:
    """Find looks for cases that fail, or that no process makes."""
    for one in schedule_views(app.context):
        if one.is_ended:
            continue
        if one.every is None:
            yield Finding(
                level="note",
                what=f"{one.source}: cases came in from it, and no workflow here looks for them any more",
                do="nothing, if that is meant; otherwise name the file of its workflow in COUNTERSIGN_WORKFLOWS",
            )
        elif one.error is not None:
            yield Finding(
                level="bad" if one.failures >= TOLD_AFTER else "note",
                what=f"{one.source}: the last {_looks(one.failures)} failed, with {one.error}",
                do=f"countersign fetch {one.workflow} --name {one.fetch} --dry-run shows the error",
            )
        elif one.next_at is None or one.late > LATE:
            late = f"the look for cases is {duration(int(one.late.total_seconds()))} overdue"
            yield Finding(
                level="note" if one.next_at is None else "bad",
                what=f"{one.source}: {late if one.next_at is not None else 'no process has looked for cases yet'}",
                do="run countersign serve without --no-schedule",
            )


def webhooks(app: App) -> Iterator[Finding]:
    """Say what sources are not told, and whether anything can be sent to them. No receiver is asked."""
    addressed = [one.name for one in api_sources.listed(app.context) if one.settings.webhook and one.ended_at is None]
    if addressed and app.settings.webhook_keys is None:
        yield Finding(
            level="bad",
            what=f"no webhook is sent to {', '.join(addressed)}: there is no key to sign with",
            do="set COUNTERSIGN_WEBHOOK_KEY to what `openssl rand -hex 32` prints; countersign source secret prints "
            "what the source verifies with",
        )
    for one in sending.troubles(app.context):
        yield Finding(level="bad" if one.given_up else "note", what=webhook_texts.what(one), do=webhook_texts.todo(one))
