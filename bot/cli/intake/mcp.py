"""`mcp`: serve other agents over the Model Context Protocol."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import garbage

commands = typer.Typer()


@commands.command()
def mcp(
    http: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Serve over HTTP at /mcp instead; each request brings its key."),
    ] = None,
) -> None:
    """Serve other agents, as tools of the Model Context Protocol on standard input and output.

    Needs COUNTERSIGN_API_KEY, a key of the source that the agent is. `countersign serve` works on the cases and shows
    them to people.
    """
    from bot.app import opened
    from bot.cli.screens.output import one_line_errors
    from bot.serve.signals import stopping_on_signals
    from bot.settings import Address, settings
    from store.db import extras
    from workflows.engine.errors import Refused

    with one_line_errors():
        try:
            from bot.serve.agents import serve_http, serve_stdio
        except ModuleNotFoundError as missing:
            if (missing.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
                raise
            raise Refused(
                f"agents are served with the extra mcp, which is not installed: {extras.advice('mcp')}"
            ) from None
        if http is None:
            with opened(settings(), log_level="warning") as app:
                garbage.settle()
                serve_stdio(app)
            return
        host, _, port = http.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
            raise typer.BadParameter("has to be HOST:PORT, such as 127.0.0.1:8480", param_hint="--http")
        address = Address(host=host.strip("[]"), port=int(port))

        def tell(port: int) -> None:
            garbage.settle()
            at = Address(host=address.host, port=port)
            typer.echo(f"Agents are served at http://{at}/mcp; Ctrl-C stops it.", err=True)

        with stopping_on_signals() as stop, opened(settings(), log_level="info") as app:
            serve_http(app, address, stop, started=tell)
