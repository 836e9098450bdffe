"""Workspaces that the app is installed in: `workspace invite`, `list`, `add`, `remove`, `rotate`, `key`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.advised import advised
from bot.cli.parameters import Json
from bot.cli.people import operator
from bot.cli.start import opened_database

commands = typer.Typer(
    help="Workspaces that the app is installed in, and the keys that encrypt their tokens.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command()
def invite(
    for_workspace: Annotated[
        str | None,
        typer.Option("--for", metavar="ID", help="The workspace, or the organisation on Grid, that alone may take it."),
    ] = None,
    hours: Annotated[int, typer.Option(metavar="N", min=1, max=168, help="Hours for which it is good.")] = 1,
) -> None:
    """Print a link with which somebody can install the app, once. Standard output holds the link alone."""
    from datetime import timedelta

    from bot.app import now
    from bot.cli.screens.output import moment
    from bot.cli.screens.workspaces import print_link
    from bot.slack.installing.installer import oauth_of
    from bot.slack.installing.token_vault import TokenKeys
    from workflows.engine.case import invitations

    with opened_database() as (settings, database):
        oauth_of(settings)
        TokenKeys(settings)
        made = invitations.invite(
            database, for_workspace=for_workspace, lasts=timedelta(hours=hours), by=operator(), at=now()
        )
        print_link(
            f"{settings.install_url}/install/{made.secret}", until=moment(made.until), for_workspace=for_workspace
        )
        if settings.install_address is None:
            typer.echo("note: COUNTERSIGN_INSTALL is off here, so this set-up does not answer at the link", err=True)


@commands.command("list")
def list_workspaces(json: Json = False) -> None:
    """List the workspaces: since when, by whom, with which scopes missing, and which key encrypted the token."""
    from bot.cli.screens.output import print_json
    from bot.cli.screens.workspaces import print_workspaces
    from bot.slack.installing.installations import workspace_views
    from bot.slack.installing.token_vault import keys_if_set

    with opened_database() as (settings, database):
        keys = keys_if_set(settings)
        views = workspace_views(database, keys.vault if keys is not None else None)
        print_json(views) if json else print_workspaces(views)


@commands.command()
def add() -> None:
    """Add a workspace by the bot's token, which is read from standard input. It needs no address of your own."""
    import sys

    from bot.app import now
    from bot.cli.screens.output import out, shown
    from bot.cli.screens.workspaces import why_not
    from bot.slack.installing.installer import add as added
    from bot.slack.installing.token_vault import TokenKeys
    from handlers.texts.scopes import without
    from handlers.web.install.installing import NotInstalled
    from workflows.engine.errors import Refused

    with opened_database() as (settings, database):
        keys = TokenKeys(settings)
        if sys.stdin.isatty():
            token = str(typer.prompt("Bot token (xoxb-..., not shown)", hide_input=True, err=True))
        else:
            token = sys.stdin.readline(1_000)
        try:
            done = added(database, keys, token.strip(), api_url=settings.slack_api_url, by=operator(), at=now())
        except NotInstalled as refused:
            raise Refused(why_not(refused)) from None
        out.print(shown(f"{done.name} ({done.workspace}) is added; its token is kept, encrypted"))
        for scope in done.missing:
            out.print(shown(without(scope)))


@commands.command()
def remove(
    workspace: Annotated[str, typer.Argument(metavar="ID", help="The workspace, as listed.")],
    here: Annotated[
        bool, typer.Option("--here", help="Forget its token here, and leave the app installed at Slack.")
    ] = False,
) -> None:
    """Remove a workspace: the app is uninstalled at Slack, and its token forgotten. Its cases stay."""
    from bot.app import now
    from bot.cli.screens.output import out, shown
    from bot.slack.installing.installations import end_at_slack, find
    from workflows.engine.case import installations
    from workflows.engine.case.installations import InstallationEnd
    from workflows.engine.errors import Refused

    with opened_database() as (settings, database):
        found = find(database, workspace)
        if not here:
            try:
                end_at_slack(found, settings)
            except Refused as error:
                raise Refused(f"{error}; `countersign workspace remove {workspace} --here` forgets it here") from error
        installations.end(database, team=found.team, why=InstallationEnd.REMOVED, at=now(), by=operator())
        out.print(
            shown(
                f"{found.name} ({found.workspace}) is removed: nothing of it is worked on any more, its cases stay and "
                f"its messages wait; `{advised(f'countersign workspace invite --for {workspace}')}` brings it back"
            )
        )


@commands.command()
def rotate() -> None:
    """Encrypt all tokens with the first key, and say which keys are still needed. Processes go on serving."""
    from bot.app import now
    from bot.cli.screens.output import tell_error
    from bot.cli.screens.workspaces import print_rotated
    from bot.slack.installing.installations import rotate as rotated
    from bot.slack.installing.token_vault import TokenKeys

    with opened_database() as (settings, database):
        done = rotated(database, TokenKeys(settings), by=operator(), at=now())
        print_rotated(done)
        for wrong in done.unreadable:
            tell_error(wrong)
        if done.unreadable:
            raise typer.Exit(1)


@commands.command("key")
def make_key() -> None:
    """Make a key that encrypts tokens, and print it. It is kept nowhere: put it where only the service reads it."""
    from bot.slack.installing.token_vault import Vault, new_key

    key = new_key()
    typer.echo(f"COUNTERSIGN_TOKEN_KEYS={key}")
    typer.echo(
        "Put this line into the file of settings of the service, or into the file that "
        "COUNTERSIGN_TOKEN_KEYS_FILE names. To replace a key, put it before the former one, then run "
        "`countersign workspace rotate`.",
        err=True,
    )
    typer.echo(f"# its fingerprint: {Vault(key).ids[0]}")
