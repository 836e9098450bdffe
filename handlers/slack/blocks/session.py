"""The steps of a review session, in one modal: a case with its proposal, and the page after the last of them.

The main button approves, and its answer is the next step, so it costs no call to Slack. Every other button costs one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from handlers.slack import limits
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, divider, header, label
from handlers.slack.blocks.parts.inputs import confirmation
from handlers.slack.blocks.parts.length import fitting
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.sections import section
from handlers.slack.blocks.reasons import why
from handlers.slack.blocks.spot_check import waiting
from handlers.slack.ids import Action, Callback, Listed, Shown
from handlers.texts import buttons
from handlers.texts.pieces import Line, Room
from handlers.texts.review import alike, sessions
from handlers.texts.review import card as texts
from store.states import ReviewState
from workflows.engine.errors import NeverBroken
from workflows.engine.review.decisions import DecisionKind
from workflows.engine.review.spot_checks.views import ChecksOfPerson
from workflows.engine.review.views import CardView, Decided

"""A modal."""


@dataclass(frozen=True, kw_only=True)
class Last:
    """The last decision of the session."""

    kind: DecisionKind
    shown: Shown
    key: str
    awaits_second: bool
    can_be_undone: bool


def step(
    view: CardView,
    listed: Listed,
    *,
    user: str,
    place: str,
    above: Sequence[Block],
    rules: NeverBroken | None = None,
    can_approve: bool = True,
) -> View:
    """Draw a case with its proposal. `place`: which of how many it is. `above`: news that come first.

    `rules`: those that an approval has to confirm. `can_approve`: False where it can only be skipped.
    """
    drawn = fitting(lambda room: _case(view, room, user=user), text="")
    # The tick belongs to this review alone: Slack keeps what was ticked under the same id.
    asked = confirmation(rules.sentences, rules.mark, generation=view.review) if rules is not None else []
    made = _page(
        Callback.STEP,
        place,
        [*above, *asked, *drawn.blocks, _buttons(view)],
        metadata=metadata(view, listed),
    )
    if can_approve:
        made["submit"] = label(_approval(view), limits.VIEW_TITLE)
    return made | {"notify_on_close": True}


def above_buttons(step: View) -> int:
    """Return the number of blocks of a step above its row of buttons."""
    blocks = step["blocks"]
    assert isinstance(blocks, list)
    return len(blocks) - 1


def _approval(view: CardView) -> str:
    if view.state == ReviewState.AWAITING_SECOND:
        return sessions.APPROVE_AS_WELL
    return sessions.RIGHT if view.reported else sessions.APPROVE


def metadata(view: CardView, listed: Listed) -> str:
    """Return what a modal about a review carries."""
    return f"{Shown(id=view.review, version=view.version, generation=view.generation)} {listed}"


def title(place: str) -> str:
    """Return the title of a step."""
    return f"{sessions.TITLE} {place}" if len(sessions.TITLE) + len(place) < limits.VIEW_TITLE else place


def news(told: Sequence[Drawn], last: Last | None) -> list[Block]:
    """Draw what happened to the last step, and the last decision with a button to take it back."""
    made = [one for drawn in told for one in drawn.blocks]
    if last is not None:
        said = sessions.did(last.kind, last.key, awaits_second=last.awaits_second)
        undo = button(buttons.undo(last.key), action=Action.UNDO_LAST, value=str(last.shown))
        made.append(section(said, press=undo) if last.can_be_undone else block(said))
    return [*made, divider()] if made else []


def form_buttons(view: CardView, listed: Listed | None) -> list[Block]:
    """Draw what can be done in a session instead of filling in a form; nothing outside one."""
    if listed is None or not listed.is_session:
        return []
    shown = str(Shown(id=view.review, version=view.version, generation=view.generation))
    if view.has_proposal or view.state == ReviewState.AWAITING_SECOND:
        return [actions("step", [button(buttons.BACK_TO_CASE, action=Action.BACK_TO_STEP, value=shown)])]
    reject = button(buttons.reject(view.key), action=Action.STEP_REJECT, value=shown, style="danger")
    return [actions("step", [reject, *_others(view, shown)])]


def rejection_buttons(view: CardView, listed: Listed | None) -> list[Block]:
    """Draw the way back from the form of a rejection in a session; nothing outside one."""
    if listed is None or not listed.is_session:
        return []
    shown = str(Shown(id=view.review, version=view.version, generation=view.generation))
    return [actions("step", [button(buttons.BACK_TO_CASE, action=Action.BACK_TO_STEP, value=shown)])]


def ended(
    listed: Listed,
    above: Sequence[Block],
    made: Sequence[tuple[DecisionKind, str]],
    *,
    checks: ChecksOfPerson | None = None,
) -> View:
    """Draw what was done in a session, once nothing more waits. `made`: the last decisions, with their cases' keys.

    `checks`: the spot checks that wait for the person.
    """
    progress = listed.progress
    assert progress is not None
    told = sessions.ended(progress.by_kind, made, len(progress.skipped))
    said = [*above, *(block(*part) for part in told.parts), *waiting(checks or ChecksOfPerson())]
    view = _page(Callback.SKIPPED, "", said, metadata=f"- {listed}")
    return view | ({"submit": label(sessions.SKIPPED_ONES, limits.VIEW_TITLE)} if progress.skipped else {})


def going_on(page: View, listed: Listed) -> View:
    """Return a page from which the session goes on."""
    more = {"callback_id": Callback.GO_ON, "private_metadata": f"- {listed}"}
    submit = {"submit": label(sessions.GO_ON, limits.VIEW_TITLE), "close": label(sessions.STOP, limits.VIEW_TITLE)}
    return page | more | submit


def last_of(decided: Decided | None, kind: DecisionKind, review: int, *, generation: int) -> Last | None:
    """Return the last decision as it is shown; None where it does not stand any more."""
    if decided is None:
        return None
    return Last(
        kind=kind,
        shown=Shown(id=review, version=decided.version, generation=generation),
        key=decided.key,
        awaits_second=decided.awaits_second,
        can_be_undone=decided.can_be_undone,
    )


def _case(view: CardView, room: Room, *, user: str) -> list[Block]:
    parts = texts.parts(_to(view, user), room, heading=limits.HEADER_TEXT, why=why)
    return [header(view.subject), *(one for part in parts for one in _part(view, part))]


def _to(view: CardView, user: str) -> CardView:
    """Return the review as its reader is told of it, who knows that they are on it."""
    return replace(view, claimed_by=None, claimed_at=None) if view.claimed_by == user else view


def _part(view: CardView, part: texts.Part) -> list[Block]:
    # Nobody has to say that they are on it: whoever sees the step is.
    if part.press is not texts.Press.READ_ALL:
        return [block(*part.paragraphs)]
    first, *rest = part.paragraphs
    assert isinstance(first, Line)
    shown = str(Shown(id=view.review, version=view.version, generation=view.generation))
    press = button(buttons.read_all(view.key), action=Action.DETAILS, value=shown)
    return [section(first, press=press), *([block(*rest)] if rest else [])]


def _buttons(view: CardView) -> Block:
    shown = str(Shown(id=view.review, version=view.version, generation=view.generation))
    change = buttons.change_it(view.key) if view.reported else buttons.edit(view.key)
    made = [button(change, action=Action.STEP_EDIT, value=shown)]
    if not view.reported:
        made.append(button(buttons.reject(view.key), action=Action.STEP_REJECT, value=shown, style="danger"))
    return actions("step", [*made, *_others(view, shown)])


def _others(view: CardView, shown: str) -> list[Block]:
    like = view.alike or 0 if view.state == ReviewState.OPEN else 0
    see = [button(alike.see(like, view.key), action=Action.ALIKE, value=shown)] if like > 1 else []
    return [
        *see,
        button(buttons.skip(view.key), action=Action.SKIP, value=shown),
        button(buttons.details(view.key), action=Action.DETAILS, value=shown),
    ]


def _page(callback: Callback, place: str, blocks: Sequence[Block], *, metadata: str) -> View:
    named = title(place) if place else sessions.TITLE
    return pages.page(callback, named, blocks, metadata=metadata, close=sessions.STOP)


def placed(form: Mapping[str, object], place: str, above: Sequence[Block]) -> View:
    """Return a form as a step of a session, with the news above it."""
    blocks = form["blocks"]
    assert isinstance(blocks, list)
    fits = len(above) + len(blocks) <= limits.VIEW_BLOCKS
    return dict(form) | {
        "title": label(title(place), limits.VIEW_TITLE),
        "close": label(sessions.STOP, limits.VIEW_TITLE),
        "blocks": [*above, *blocks] if fits else blocks,
    }
