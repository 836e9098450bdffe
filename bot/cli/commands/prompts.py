"""`prompts`: the commands. Their work is in `bot.cli.prompts`, loaded when one runs."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Look at the prompts and their versions.", no_args_is_help=True, rich_markup_mode=None)

Workflow = Annotated[str, typer.Argument(metavar="WORKFLOW", help="The workflow's name.")]
Version = Annotated[str | None, typer.Option("--version", help="A kept version: its first digits.")]
File = Annotated[Path | None, typer.Option("--file", help="A file to take in place of the present prompt.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]


@app.command("list")
def list_(json: Json = False) -> None:
    """List the versions of all prompts, the newest last; a star marks those in use."""
    from bot.cli.prompts import list_prompts

    raise typer.Exit(list_prompts(as_json=json))


@app.command()
def show(workflow: Workflow, version: Version = None) -> None:
    """Show a prompt as its file was."""
    from bot.cli.prompts import show_prompt

    raise typer.Exit(show_prompt(workflow, version=version))


@app.command()
def diff(
    workflow: Workflow,
    before: Annotated[str | None, typer.Argument(help="A version; left out, the one before the present.")] = None,
    after: Annotated[str | None, typer.Argument(help="A version; left out, the present one.")] = None,
    file: File = None,
) -> None:
    """Show what differs between two versions, or between the present one and a file."""
    from bot.cli.prompts import diff_prompts

    raise typer.Exit(diff_prompts(workflow, before, after, file=file))


@app.command()
def render(
    workflow: Workflow,
    case: Annotated[str | None, typer.Option("--case", help="A case that the model was asked about.")] = None,
    input: Annotated[str | None, typer.Option("--input", help="An input as a JSON object.")] = None,
    version: Version = None,
    file: File = None,
    json: Json = False,
) -> None:
    """Show what a model would be told, word for word, and what that may cost."""
    from bot.cli.prompts import render_prompt

    raise typer.Exit(render_prompt(workflow, case=case, input=input, version=version, file=file, as_json=json))
