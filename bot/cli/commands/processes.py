"""Commands that run until they are stopped."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def serve(
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Leave the cases to another process.")] = False,
    no_slack: Annotated[bool, typer.Option("--no-slack", help="Leave Slack to another process.")] = False,
    no_schedule: Annotated[bool, typer.Option("--no-schedule", help="Leave the summaries to another process.")] = False,
) -> None:
    """Serve a Slack workspace: work on cases, show cards, hear decisions, until stopped.

    Needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN. On PostgreSQL several of these share the work.
    """
    from bot.cli.serve import serve_roles

    raise typer.Exit(serve_roles(worker=not no_worker, in_slack=not no_slack, with_schedule=not no_schedule))


@app.command()
def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Play it to its end without anybody.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Where the page is.")] = 8470,
) -> None:
    """See what Countersign does, with a local Slack, a help desk, a ledger and a local model."""
    from bot.cli.demo import show_demo

    raise typer.Exit(show_demo(headless=headless, port=port))


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8470,
    workspace: Annotated[Path | None, typer.Option(help="A JSON file with users, channels and groups.")] = None,
) -> None:
    """Serve a local Slack to try things in, on this machine only."""
    from bot.cli.sandbox import serve_sandbox

    raise typer.Exit(serve_sandbox(port, workspace))


@app.command("sample-desk")
def sample_desk(
    file: Annotated[Path, typer.Option(help="Where it keeps its tickets.")] = Path("helpdesk.sqlite"),
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8471,
) -> None:
    """Serve the sample help desk that support-triage delivers to, on this machine only."""
    from bot.cli.serve import serve_sample_desk

    raise typer.Exit(serve_sample_desk(file, port))


@app.command("sample-ledger")
def sample_ledger(
    file: Annotated[Path, typer.Option(help="Where it keeps its invoices.")] = Path("ledger.sqlite"),
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8472,
) -> None:
    """Serve the sample ledger that invoice-intake books into, on this machine only."""
    from bot.cli.serve import serve_sample_ledger

    raise typer.Exit(serve_sample_ledger(file, port))
