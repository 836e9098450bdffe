"""The forms of an assignment and of an absence."""

from collections.abc import Mapping, Sequence
from datetime import date

from handlers.slack import limits
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.blocks.parts.elements import actions, button, label
from handlers.slack.blocks.parts.inputs import ELEMENT
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.rich_text import is_user
from handlers.slack.ids import Action, Callback
from handlers.texts.pieces import line, words
from handlers.texts.plain import excerpt
from handlers.texts.review.assigning import absences, assignments
from workflows.engine.review.assignment.views import AbsenceView
from workflows.engine.review.views import CardView

State = Mapping[str, Mapping[str, Mapping[str, object]]]
PERSON, SINCE, UNTIL, DELEGATE = "person", "since", "until", "delegate"
"""Names of the inputs."""


def assign_form(view: CardView, *, away: Sequence[AbsenceView], metadata: str, shown: str) -> View:
    """Draw the form that names who is to decide a review. `away`: those of its reviewers who are not there.

    `shown`: the review as the button to assign it to nobody carries it.
    """
    about = block(line(words(excerpt(view.subject, 200), bold=True)), *assignments.away(away))
    asked = _input(PERSON, assignments.WHOM, _person(view.assignee), hint=assignments.BARS_NOBODY)
    nobody = button(assignments.NOBODY, action=Action.ASSIGN_NOBODY, value=shown)
    blocks = [about, asked, *([actions("nobody", [nobody])] if view.assignee is not None else [])]
    return pages.form(Callback.ASSIGN, assignments.TITLE, blocks, submit=assignments.TITLE, metadata=metadata)


def away_form(absence: AbsenceView | None, *, since: date | None, until: date | None, zone: str, metadata: str) -> View:
    """Draw the form in which a person says when they are away. `since`, `until`: the days of their absence so far."""
    blocks = [
        _input(SINCE, absences.SINCE, _day(since), hint=absences.FROM_NOW, optional=True),
        _input(UNTIL, absences.UNTIL, _day(until), hint=absences.days_in(zone)),
        _input(
            DELEGATE,
            absences.DELEGATE,
            _person(absence.delegate if absence is not None else None),
            hint=absences.OWN_RIGHT,
            optional=True,
        ),
    ]
    return pages.form(Callback.AWAY, absences.TITLE, blocks, submit=absences.SAVE, metadata=metadata)


def chosen(state: State, name: str) -> str | None:
    """Return the person or the day that was chosen; None where nothing was."""
    for element in state.get(name, {}).values():
        found = element.get("selected_user") or element.get("selected_date")
        return str(found) if found else None
    return None


def _person(initial: str | None) -> Block:
    made: Block = {"type": "users_select", "action_id": ELEMENT}
    return made | ({"initial_user": initial} if initial is not None and is_user(initial) else {})


def _day(initial: date | None) -> Block:
    made: Block = {"type": "datepicker", "action_id": ELEMENT}
    return made | ({"initial_date": initial.isoformat()} if initial is not None else {})


def _input(name: str, text: str, element: Block, *, hint: str, optional: bool = False) -> Block:
    return {
        "type": "input",
        "block_id": name,
        "label": label(text, limits.INPUT_LABEL),
        "hint": label(hint, limits.INPUT_HINT),
        "optional": optional,
        "element": element,
    }
