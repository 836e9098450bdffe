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
) -> None:
    """Print the manifest of the Slack app, to be pasted at https://api.slack.com/apps."""
    import json

    from bot.cli.screens.output import one_line_errors
    from handlers.slack.manifest import manifest_file, over_http

    with one_line_errors():
        told = json.loads(manifest_file().read_text("utf-8"))
        typer.echo(json.dumps(told if request_url is None else over_http(told, request_url), indent=2))
