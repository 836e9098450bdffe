"""A person's Home. It stays within 100 blocks whatever waits: each list has a page, and a charter is one press away."""

from collections.abc import Collection, Sequence

from handlers.slack import limits
from handlers.slack.blocks.grid import see
from handlers.slack.blocks.learning import autonomy, examples
from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.blocks.parts.elements import actions, button, divider, header, small_print
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.sections import section
from handlers.slack.blocks.spot_check import waiting
from handlers.slack.ids import ALL, Action, HomePlace, Shown, TurnedTo
from handlers.texts import buttons
from handlers.texts import home as texts
from handlers.texts.pieces import Line
from handlers.texts.review import alike
from handlers.texts.review.assigning import absences
from workflows.engine.read.home_views import PAGE, Decided, HomeView, InHand, Place, Queue
from workflows.engine.review.assignment.views import AbsenceView
from workflows.engine.review.spot_checks.views import ChecksOfPerson


def home(
    view: HomeView, *, may_decide: Collection[str], is_tour_read: bool, checks: ChecksOfPerson | None = None
) -> View:
    """Draw a person's Home. `may_decide`: the workflows whose reviews they may decide. `is_tour_read`: they said so.

    `checks`: the spot checks that wait for them.
    """
    made = [section(texts.brief(view), press=button(texts.REFRESH, action=Action.REFRESH, value="home"))]
    made += _away(view.absence) if view.absence is not None else []
    if view.is_new and not is_tour_read:
        made += _tour()
    made += [header(texts.IN_HAND), *(_in_hand(one, view) for one in view.in_hand)]
    if not view.in_hand:
        may_start = any(one.workflow in may_decide for one in view.queues)
        made.append(block(texts.NOTHING_IN_HAND_YET if may_start else texts.NOTHING_IN_HAND))
    made += _pages("in_hand", texts.IN_HAND, view.place.in_hand, len(view.in_hand), view.all_in_hand)
    if view.queues:
        made.append(header(texts.QUEUES))
        made += _start_all(view, may_decide)
        made += [_queue(one, may_decide) for one in view.queues]
        made += _pages("queues", texts.QUEUES, view.place.queues, len(view.queues), view.all_queues)
    made += [header(texts.SPOT_CHECKS), *waiting(checks)] if checks is not None and checks.number else []
    made += autonomy.at_home(view.permits)
    made += examples.at_home(view.candidates)
    groups = [one for one in view.groups if one.workflow in may_decide]
    made += [header(alike.HEADING), *map(see, groups)] if groups else []
    made += [header(texts.DECIDED), *(_decided(one, view) for one in view.decided)]
    made += [] if view.decided else [block(texts.NOTHING_DECIDED)]
    made += _pages("decided", texts.DECIDED, view.place.decided, len(view.decided), view.all_decided)
    if view.absence is None and may_decide:
        away = button(absences.AWAY, action=Action.AWAY, value="away")
        made += [header(absences.OUT_OF_OFFICE), section(absences.GOING_AWAY, press=away)]
    charters = [
        button(texts.charter_of(name), action=f"{Action.CHARTER}.{number}", value=name)
        for number, name in enumerate(view.workflows)
    ]
    made += [
        header(texts.CHARTERS),
        block(texts.HOW_EACH_DECIDES, *texts.unsigned(view)),
        actions("charters", charters),
    ]
    made += _pages("charters", texts.CHARTERS, view.place.charters, len(view.workflows), view.all_workflows)
    return _view(made, HomePlace(place=view.place, is_tour_read=is_tour_read))


def _away(absence: AbsenceView) -> list[Block]:
    """Draw that a person is away, or will be, with what they can change about it."""
    back = absences.BACK if absence.has_begun else absences.CALL_OFF
    presses = [
        button(back, action=Action.BACK, value="back"),
        button(absences.CHANGE, action=Action.AWAY, value="away"),
    ]
    return [block(absences.at_home(absence)), actions("away", presses)]


def told(lines: Sequence[Line], *, is_tour_read: bool) -> View:
    """Draw why there is nothing on a person's Home."""
    refresh = actions("top", [button(texts.REFRESH, action=Action.REFRESH, value="home")])
    return _view([block(*lines), refresh], HomePlace(place=Place(), is_tour_read=is_tour_read))


def _view(blocks: Sequence[Block], metadata: HomePlace) -> View:
    assert len(blocks) <= limits.VIEW_BLOCKS
    return {"type": "home", "blocks": list(blocks), "private_metadata": str(metadata)}


def _tour() -> list[Block]:
    got_it = button(texts.GOT_IT, action=Action.GOT_IT, value="tour")
    return [header(texts.TOUR), block(*texts.tour()), block(texts.example()), actions("tour", [got_it]), divider()]


def _start_all(view: HomeView, may_decide: Collection[str]) -> list[Block]:
    """Draw the button that starts with all workflows, where there are several to start with."""
    if view.all_queues < 2 or not may_decide:
        return []
    return [actions("start", [button(texts.START, action=Action.START, value=ALL, style="primary")])]


def _in_hand(one: InHand, view: HomeView) -> Block:
    shown = str(Shown(id=one.review, version=one.version, generation=view.generation))
    return section(texts.in_hand(one), press=button(buttons.review(one.subject), action=Action.REVIEW, value=shown))


def _queue(one: Queue, may_decide: Collection[str]) -> Block:
    start = button(texts.start_in(one.workflow, one.number), action=Action.START, value=one.workflow)
    return section(texts.queue(one), press=start if one.workflow in may_decide else None)


def _decided(one: Decided, view: HomeView) -> Block:
    shown = str(Shown(id=one.review, version=one.version, generation=view.generation))
    undo = button(buttons.undo(one.subject), action=Action.UNDO, value=shown)
    return section(texts.decided(one), press=undo if one.undoable else None)


def _pages(which: str, heading: str, first: int, shown: int, number: int) -> list[Block]:
    """Draw which part of a list is shown, and buttons to turn it; nothing where all of it is."""
    if number <= shown:
        return []
    turns = []
    if first > 0:
        to = TurnedTo(which=which, first=max(first - PAGE, 0))
        turns.append(button(texts.earlier(heading), action=f"{Action.HOME_PAGE}.back", value=str(to)))
    if first + shown < number:
        to = TurnedTo(which=which, first=first + PAGE)
        turns.append(button(texts.later(heading), action=f"{Action.HOME_PAGE}.on", value=str(to)))
    return [small_print(texts.pages(first, shown, number)), actions(f"pages.{which}", turns)]
