"""The news of a decision in the thread of its card: what a person changed, and why they refused it."""

from handlers.texts import states
from handlers.texts.pieces import Paragraph, Room, Told, line, person, quote, words
from handlers.texts.plain import excerpt
from handlers.texts.values import changes
from workflows.engine.review.decisions import DecisionKind
from workflows.engine.review.views import CardView


def decided(view: CardView, room: Room) -> Told:
    """Say what a decision changed, and its reason. It names nobody: the card does, and a name here would call them."""
    decision = view.decision
    if decision is None:
        return Told(brief="Decided", parts=[])
    said: list[Paragraph] = []
    if decision.kind == DecisionKind.REJECTED:
        then = f": {states.FOLLOWS[decision.follows]}" if decision.follows else ""
        brief = f"Rejected{then}"
        said.append(line(words(brief, bold=True)))
    else:
        brief = "Corrected" if view.correction else "Changed from what was proposed"
        said.append(line(words(brief, bold=True)))
        said += changes(view, room)
    said += [quote(excerpt(decision.reason, min(room.text, 500)))] if decision.reason else []
    return Told(brief=brief, parts=[said])


def taken_back(by: str | None) -> Told:
    """Say that a decision was taken back. `by`: None where an earlier version did not keep it."""
    whom = [words(" by "), person(by)] if by is not None else []
    said = line(words("Taken back", bold=True), *whom, words(". The review is open again."))
    return Told(brief="Taken back", parts=[[said]])
