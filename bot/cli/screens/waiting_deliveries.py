"""Lines about deliveries that wait for a target, below a list of cases and in `doctor`."""

from collections.abc import Iterator

from bot.app import App
from bot.cli.screens.output import moment, out
from workflows.engine.deliver.delivery_status import targets_down, waiting_deliveries
from workflows.engine.text.sanitize import one_line, sanitize


def tell_waiting(app: App, only: str | None = None) -> None:
    """Print the targets that are down, and the deliveries that wait. `only`: only for this workflow."""
    for said in waiting_in_words(app, only):
        out.print(sanitize(said))


def waiting_in_words(app: App, only: str | None = None) -> Iterator[str]:
    """Yield a line for each target with waiting deliveries. `only`: only for this workflow."""
    found = [line for line in waiting_deliveries(app.context) if only in (None, line.workflow)]
    down = {view.target: view for view in targets_down(app.context)}
    for target in dict.fromkeys([*down, *(line.target for line in found)]):
        lines = [line for line in found if line.target == target]
        if target in down and (lines or only is None):
            view = down[target]
            why = one_line(view.reason, 200)
            yield (
                f"{target} is down since {moment(view.began_at)}; {_decisions(view.waiting)}, "
                f"tried again at {moment(view.next_at)}: {why}"
            )
        elif lines:
            number, times = sum(line.number for line in lines), [line.next_at for line in lines if line.next_at]
            again = f", tried again at {moment(min(times))}" if times else ""
            yield f"{target} did not take everything yet; {_decisions(number)}{again}"


def _decisions(number: int) -> str:
    return f"{number:,} {'decision waits' if number == 1 else 'decisions wait'}"
