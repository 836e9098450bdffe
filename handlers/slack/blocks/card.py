"""The card of a review: what is proposed and why a person is asked, or what was decided and what became of it."""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks import status
from handlers.slack.blocks.answers import correct
from handlers.slack.blocks.drawing import Block, Drawn
from handlers.slack.blocks.elements import actions, button, header, small_print
from handlers.slack.blocks.length import Room, fitting, some
from handlers.slack.blocks.pauses import why
from handlers.slack.blocks.rich_text import as_written, bullets, line, quote, rich, words
from handlers.slack.blocks.text import begun_large, escaped, excerpt, without_first_line
from handlers.slack.blocks.values import changes, recommendation
from handlers.slack.ids import Action, Delivered, Shown
from store.states import ReviewState, RunState
from workflows.engine.review.views import CardView
from workflows.engine.text.sanitize import one_line


def card(view: CardView) -> Drawn:
    """The message that stands in the channel."""
    return fitting(lambda room: _blocks(view, room), text=summary(view))


def summary(view: CardView) -> str:
    """The card in one line."""
    about = escaped(f"({view.workflow}, {view.key})", 500)
    return f"{status.in_brief(view)}: {escaped(view.subject, 150)} {about}"


def _blocks(view: CardView, room: Room) -> Sequence[Block]:
    if view.state == ReviewState.OPEN:
        return [*_open(view, room), _buttons(view), _small_print(view, room)]
    return [*_closed(view, room), actions("card", [_details(view), *_correct(view)]), _small_print(view, room)]


def _open(view: CardView, room: Room) -> list[Block]:
    made = [header(view.subject), rich(*status.lines(view, room)), *_case(view, room)]
    if view.has_proposal:
        made.append(recommendation(view, room))
    if view.decision is None:
        # After a rejection its reason, which stands above, is why.
        made += _listed("Why you are asked", [why(reason) for reason in view.why], room)
        made += _said_instead(view, room)
    if view.has_proposal:
        made += _listed("The proposal's own reasons", view.model_says, room)
        made += _evidence(view, room)
    return made


def _closed(view: CardView, room: Room) -> list[Block]:
    differences = changes(view, room)
    made = [header(view.subject), rich(*status.lines(view, room))]
    return [*made, differences] if differences is not None else made


def _case(view: CardView, room: Room) -> list[Block]:
    """The case, as far as the heading does not say it already."""
    is_whole = len(view.subject) <= limits.HEADER_TEXT
    if is_whole and view.text.strip() == view.subject.strip():
        return []
    text = without_first_line(view.text, view.subject) if is_whole else view.text
    return [rich(line(words("The case", bold=True)), as_written(excerpt(text, room.text)))]


def _said_instead(view: CardView, room: Room) -> list[Block]:
    """What the model said where it gave no answer, in a place of its own: nobody vouches for it."""
    if view.model_said is None:
        return []
    said = quote(excerpt(view.model_said, min(room.text, 600)))
    return [rich(line(words("What the model said instead of an answer", bold=True)), said)]


def _listed(title: str, said: Sequence[str], room: Room) -> list[Block]:
    if not said:
        return []
    lines = [line(words(begun_large(excerpt(one, room.line)))) for one in said]
    return [rich(line(words(title, bold=True)), bullets(some(lines, room, "reasons")))]


def _evidence(view: CardView, room: Room) -> list[Block]:
    """What in the case speaks for the proposal."""
    quotes = [
        line(words(f"{excerpt(value.label, room.line)}: “{excerpt(value.evidence, room.line)}”"))
        for value in view.values
        if value.evidence
    ]
    if not quotes:
        return []
    return [rich(line(words("Evidence in the case", bold=True)), bullets(some(quotes, room, "quotes")))]


def _buttons(view: CardView) -> Block:
    shown = str(Shown(review=view.review, version=view.version, generation=view.generation))
    reject = button("Reject", action=Action.REJECT, value=shown, says=f"Reject {view.key}", style="danger")
    if not view.has_proposal:
        fill_in = button("Fill in", action=Action.EDIT, value=shown, says=f"Fill in {view.key}", style="primary")
        return actions(f"card.{shown}", [fill_in, reject, _details(view)])
    # A rule that the card shows asks for a person, and here one is: nothing is asked twice.
    approve = button("Approve", action=Action.APPROVE, value=shown, says=f"Approve {view.key}", style="primary")
    edit = button("Edit", action=Action.EDIT, value=shown, says=f"Edit {view.key}")
    return actions(f"card.{shown}", [approve, edit, reject, _details(view)])


def _details(view: CardView) -> Block:
    shown = Shown(review=view.review, version=view.version, generation=view.generation)
    return button("Details", action=Action.DETAILS, value=str(shown), says=f"Details of {view.key}")


def _correct(view: CardView) -> list[Block]:
    """Something delivered may turn out to be wrong."""
    can_be = view.run_state == RunState.DELIVERED and not view.corrected and not view.revised
    return [correct(Delivered(case=view.case, run=view.run, generation=view.generation))] if can_be else []


def _small_print(view: CardView, room: Room) -> Block:
    parts = [view.workflow, one_line(view.key, room.line), f"case {view.case}", f"version {view.version}"]
    if view.sample:
        parts.append(status.SAMPLE.lower())
    elif view.model and view.has_proposal:
        who = "the local model" if view.model.startswith("local/") else one_line(view.model, room.line)
        parts.append(f"{'correction' if view.correction else 'proposed'} by {who}")
    # Once it is decided, what it did is told, and not what it may do.
    may = [f"It may {one_line(view.may, room.line)}"] if view.may and view.state == ReviewState.OPEN else []
    return small_print(" · ".join(parts), *may)
