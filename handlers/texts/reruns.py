"""Words about running a case again: that it is begun, and what it would do."""

from handlers.texts.pieces import Told, command, line, words
from workflows.engine.review.views import Rerun


def begun_again(case: int, rerun: Rerun) -> Told:
    """Say that a case runs again."""
    text = f"Case {case} runs again from {rerun.from_step}."
    return Told(brief=text, parts=[[line(words(text))]])


def foreseen(case: int, rerun: Rerun) -> Told:
    """Say what a rerun would do. Nothing of it was done."""
    text = f"Case {case} would run again from {rerun.from_step}."
    first = line(words(text, bold=True), words(" Nothing was done yet."))
    to_do = line(words("To do it: "), command("rerun", f"{case} from {rerun.from_step}"))
    return Told(brief=text, parts=[[first, *(line(words(one)) for one in follows(rerun)), to_do]])


def follows(rerun: Rerun) -> list[str]:
    """Say in sentences what follows from a rerun."""
    said = []
    if rerun.delivers_only:
        said.append("What was decided stays, and is delivered under the same key: nobody is asked again.")
    else:
        said.append("There will be a new recommendation; where a person is needed, they get a new card.")
    if rerun.recalled:
        number = f"{rerun.recalled} earlier {'step is' if rerun.recalled == 1 else 'steps are'}"
        said.append(f"{number} taken from the record and not made again.")
    if rerun.withdraws:
        said.append("The review that is open now would be withdrawn.")
    return said
