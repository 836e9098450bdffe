"""Sources and their keys at the terminal."""

import sys
from collections.abc import Mapping, Sequence

import typer

from bot.cli.advised import advised
from bot.cli.screens.output import moment, out, print_named, print_table, shown
from workflows.engine.sources.programs.keys import Made
from workflows.engine.sources.programs.settings import ApiSettings, FileSettings
from workflows.engine.sources.views import KeyView, SourceView
from workflows.engine.text.sanitize import sanitize


def print_settings(name: str, settings: ApiSettings) -> None:
    """Print what a source may do."""
    out.print(shown(name))
    print_named("workflows", _workflows(settings))
    print_named("may hand in proposals", "yes" if settings.may_propose else "no")
    print_named("requests in a minute", f"{settings.per_minute:,}")
    print_named("bytes of a request", f"{settings.most_bytes:,}")
    print_named("outcomes are sent to", settings.webhook or "nowhere; it asks for them")
    if settings.allow_private:
        print_named("private addresses", "are allowed")


def print_sources(views: Sequence[SourceView]) -> None:
    """Print sources in a table."""
    if not views:
        out.print(advised("no source has keys; `countersign source add NAME --workflow WORKFLOW` adds one"))
        return
    print_table(
        ("source", "state", "keys", "proposals", "in a minute", "bytes", "workflows", "outcomes"),
        [
            (
                view.name,
                f"ended {moment(view.ended_at)}" if view.ended_at is not None else "open",
                view.usable_keys,
                "yes" if view.settings.may_propose else "no",
                f"{view.settings.per_minute:,}",
                f"{view.settings.most_bytes:,}",
                _workflows(view.settings),
                view.settings.webhook or "",
            )
            for view in views
        ],
    )


def print_file_sources(settings: Mapping[str, FileSettings]) -> None:
    """Print how the files of each source are read."""
    if not settings:
        out.print(
            advised("no source of files; `countersign run FILE --workflow WORKFLOW --map FIELD=COLUMN --source NAME`")
        )
        return
    print_table(
        ("source", "workflow", "encoding", "columns"),
        [
            (
                name,
                one.workflow,
                one.encoding or "",
                ", ".join(f"{field}={column}" for field, column in one.named.items()),
            )
            for name, one in settings.items()
        ],
    )


def print_key(source: str, made: Made) -> None:
    """Print a new key, alone on standard output so that it can be piped, and what to do with it."""
    print(made.key, file=sys.stdout)  # noqa: T201  # no console, which could wrap it
    until = f"expires {moment(made.expires_at)}" if made.expires_at is not None else "does not expire"
    typer.echo(
        sanitize(
            f"this is the only time that this key of {source} is shown: put it where {source} finds its secrets. It "
            f"{until}; `{advised(f'countersign source key revoke {made.prefix}')}` stops it at once"
        ),
        err=True,
    )


def print_secret(source: str, secret: str, *, rotated: bool) -> None:
    """Print a secret, alone on standard output so that it can be piped, and what to do with it."""
    print(secret, file=sys.stdout)  # noqa: T201  # no console, which could wrap it
    former = " The former one signs too for 24 hours." if rotated else ""
    typer.echo(
        sanitize(f"{source} verifies with it what it is sent (Standard Webhooks).{former}"),
        err=True,
    )


def print_keys(views: Sequence[KeyView]) -> None:
    """Print keys in a table."""
    if not views:
        out.print("no source has a key")
        return
    print_table(
        ("key", "source", "state", "made", "by", "expires", "last used"),
        [
            (
                view.prefix,
                view.source,
                f"revoked {moment(view.revoked_at)}" if view.revoked_at is not None else str(view.state),
                moment(view.made_at),
                view.made_by,
                moment(view.expires_at) if view.expires_at is not None else "",
                moment(view.used_at) if view.used_at is not None else "never",
            )
            for view in views
        ],
    )


def _workflows(settings: ApiSettings) -> str:
    return "all" if settings.workflows is None else ", ".join(settings.workflows) or "none"
