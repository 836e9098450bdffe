"""The words about follow-ups: cases of other workflows that are made of what was delivered."""

from collections.abc import Sequence

from handlers.texts.pieces import Line, Told, command, line, words
from workflows.engine.read.cause_views import CauseView


def made_again(case: int, number: int) -> Told:
    """Say that what follows a case is made again."""
    what = "1 follow-up is" if number == 1 else f"{number:,} follow-ups are"
    said = [words(f"{what} made again. What came of it: "), command("explain", case)]
    return Told(brief="Made again", parts=[[line(words(f"Case {case}: ", bold=True), *said)]])


def not_made(view: CauseView) -> Sequence[Line]:
    """Say how many follow-ups stand failed for a cause, and how they are made again; nothing where none does."""
    number = view.follow_ups_failed
    if not number:
        return []
    what = "1 case of the next workflow was" if number == 1 else f"{number:,} cases of the next workflow were"
    again = [command("follow", case, stands_out=False) for case in view.follow_ups]
    between = [piece for one in again for piece in (words(", "), one)][1:]
    more = number - len(view.follow_ups)
    rest = [words(f" and {more:,} more")] if more > 0 else []
    return [line(words(f"{what} not made; what was delivered stays. To make it again: "), *between, *rest)]
