"""`init`: the command, with a flag for each question, so that a script can answer them all."""

from __future__ import annotations

from typing import Annotated

import typer

commands = typer.Typer()


@commands.command()
def init(
    folder: Annotated[
        str | None, typer.Option(metavar="DIR", help="Folder for the database, the settings and the automation.")
    ] = None,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="sqlite, for a file in the folder, or postgresql://...")
    ] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Such as Europe/Berlin.")] = None,
    automation: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the first automation.")] = None,
    slack: Annotated[str | None, typer.Option(metavar="WHICH", help="sandbox, workspace or none.")] = None,
    slack_url: Annotated[str | None, typer.Option(metavar="URL", help="Address of another Slack API.")] = None,
    slack_http: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="HOST:PORT where Slack is heard over HTTP, not over a socket.")
    ] = None,
    owner: Annotated[str | None, typer.Option(metavar="ID", help="Owner of the automation.")] = None,
    backup: Annotated[str | None, typer.Option(metavar="ID", help="Who stands in for the owner.")] = None,
    channel: Annotated[str | None, typer.Option(metavar="ID", help="Channel for its cards.")] = None,
    reviewers: Annotated[str | None, typer.Option(metavar="IDS", help="Who may decide: ids joined by +.")] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="local, or a vendor's name.")] = None,
    no_input: Annotated[
        bool, typer.Option("--no-input", help="Ask nothing: use flags, the environment and defaults.")
    ] = False,
) -> None:
    """Set Countersign up: ask what it needs, try each answer, write the settings and a first automation.

    Tokens and keys come from the environment (SLACK_BOT_TOKEN, SLACK_APP_TOKEN or SLACK_SIGNING_SECRET,
    ANTHROPIC_API_KEY), or are asked for.
    Run again, it goes on where it was left and changes nothing that is there.
    """
    import os

    from bot.cli.init.dialogue import Dialogue
    from bot.cli.init.run import set_up
    from bot.cli.init.setup import Given
    from bot.cli.screens.output import one_line_errors
    from workflows.model.vendors.registry import vendors

    with one_line_errors():
        given = Given(
            folder=folder,
            database=database or os.environ.get("COUNTERSIGN_DATABASE_URL") or None,
            timezone=timezone,
            automation=automation,
            slack=slack,
            bot_token=os.environ.get("SLACK_BOT_TOKEN") or None,
            app_token=os.environ.get("SLACK_APP_TOKEN") or None,
            slack_url=slack_url,
            slack_http=slack_http or os.environ.get("COUNTERSIGN_SLACK_HTTP") or None,
            signing_secret=os.environ.get("SLACK_SIGNING_SECRET") or None,
            owner=owner,
            backup=backup,
            channel=channel,
            reviewers=reviewers,
            model=model,
            keys={one.key: os.environ[one.key] for one in vendors().values() if os.environ.get(one.key)},
        )
        raise typer.Exit(set_up(given, Dialogue(asks=not no_input)))
