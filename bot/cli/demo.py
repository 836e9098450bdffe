"""`demo`: shows Countersign in one minute."""

from threading import Event

import typer

from bot.cli.output import one_line_errors
from bot.cli.ports import listening_at
from bot.demo.play import play, watch
from bot.serve.signals import stopping_on_signals
from workflows.engine.text.sanitize import sanitize


def show_demo(*, headless: bool, port: int) -> int:
    """Run the demo; returns the exit code."""
    with one_line_errors(), stopping_on_signals() as stop:
        if headless:
            return 0 if play(stop, say=_say) else 1
        return _watch(stop, port)


def _watch(stop: Event, port: int) -> int:
    with listening_at(port):
        watch(stop, port=port, say=_say)
    return 0


def _say(line: str) -> None:
    typer.echo(sanitize(line))
