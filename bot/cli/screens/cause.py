"""One cause of failures at the terminal."""

from bot.cli.advised import advised
from bot.cli.screens.output import moment, out, print_named
from bot.cli.screens.told import tell
from handlers.texts.operations.bulk_reruns import advice, line_of
from handlers.texts.pieces import Told, line, words
from store.states import CauseState
from workflows.engine.read.cause_views import CauseLineView, CauseView


def print_cause(view: CauseView) -> None:
    """Print a cause with all that its card shows, and what to do about it."""
    of = view.line
    named = {
        "cause": of.fingerprint,
        "workflow": of.workflow,
        "step": of.step,
        "error": f"{of.error}: {of.message}",
        "needs": of.dependency,
        "state": f"{of.state} since {moment(of.changed_at)}, {_whose(of)}",
        "ignored until": _until(view),
        "failed": f"{of.count:,} times, from {moment(of.first_at)} to {moment(of.last_at)}",
        "failed in version": of.failed_in,
        "resolved in version": of.resolved_in,
        "cost": f"${of.cost:,.4f}",
        "still failed": f"{view.failed:,}",
        "in doubt": f"{view.in_doubt:,}" if view.in_doubt else None,
        "reruns": advice(of) if view.failed else None,
        "run again": f"{view.through:,} through, {view.under_way:,} under way",
    }
    for name, value in named.items():
        if value is not None:
            print_named(name, value)
    print_bulk_rerun(view)
    for one in view.examples:
        print_named("case", f"{one.case} ({one.key}) is {one.state}")
    if view.examples:
        one_case, all_of_it = "countersign rerun CASE", f"countersign rerun cause {of.name}"
        look = "`countersign case CASE`, `countersign pull CASE` for a test that fails so"
        out.print(advised(f"next: {look}, and once it is mended `{one_case}` or `{all_of_it}`"), markup=False)


def print_bulk_rerun(view: CauseView) -> None:
    """Print how far the newest bulk rerun of a cause is, or how it ended."""
    for said in line_of(view):
        tell(Told(brief="", parts=[[line(words(f"Cause {view.line.name}: "), *said.pieces)]]))


def _whose(of: CauseLineView) -> str:
    return "nobody is on it yet" if of.state is CauseState.OPEN else f"by {of.changed_by}"


def _until(view: CauseView) -> str | None:
    if view.ignored_until is not None:
        return moment(view.ignored_until)
    if view.ignored_count is not None:
        return f"{view.ignored_count:,} more failures"
    return f"{view.ignored_rate:,} failures in an hour" if view.ignored_rate is not None else None
