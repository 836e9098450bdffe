"""Lines about deliveries that wait for a target, below a list of cases."""

from bot.app import App
from bot.cli.screens.output import out
from bot.doctor.checks import waiting_in_words
from workflows.engine.text.sanitize import sanitize


def tell_waiting(app: App, only: str | None = None) -> None:
    """Print the targets that are down, and the deliveries that wait. `only`: only for this workflow."""
    for said in waiting_in_words(app.context, only):
        out.print(sanitize(said))
