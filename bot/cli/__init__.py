"""The command line: how commands are called is in `commands`, and what each does in a module of its own beside it.

Exit codes: 0, it was done; 1, something is not as it should be, and the message says what; 2, the command was called
wrongly; 130, interrupted.
"""

import typer

from bot.cli.commands import deciding, looking, operating, prompts, serving, taking

app = typer.Typer(
    name="countersign",
    help="AI proposes, your team countersigns.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for commands in (taking, looking, deciding, operating, serving):
    app.add_typer(commands.app)
app.add_typer(prompts.app, name="prompts")


def main() -> None:
    """The `countersign` command."""
    app()
