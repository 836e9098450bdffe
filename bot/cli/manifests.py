"""`manifest`: what Slack is told of the app when it is made there."""

from typing import Annotated

import typer

commands = typer.Typer()


@commands.command()
def manifest(
    request_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where Slack reaches the app over HTTP: https://HOST."),
    ] = None,
    redirect_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where people install the app in workspaces: https://HOST."),
    ] = None,
    whole_organisation: Annotated[
        bool, typer.Option("--whole-organisation", help="With --redirect-url: let organisations on Grid install it.")
    ] = False,
) -> None:
    """Print the manifest of the Slack app, to be pasted at https://api.slack.com/apps."""
    import json

    from bot.cli.screens.output import one_line_errors
    from handlers.slack.manifest import manifest_file, over_http, over_oauth
    from workflows.engine.errors import Refused

    with one_line_errors():
        if whole_organisation and redirect_url is None:
            raise Refused("--whole-organisation needs --redirect-url: an organisation installs the app over OAuth")
        told = json.loads(manifest_file().read_text("utf-8"))
        if request_url is not None:
            told = over_http(told, request_url)
        if redirect_url is not None:
            told = over_oauth(told, redirect_url, whole=whole_organisation)
        typer.echo(json.dumps(told, indent=2))
