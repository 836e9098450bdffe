"""The people of the made-up past: reviewers decide what waits and correct what went wrong, an engineer mends.

They call the same use cases as a press in Slack.
"""

from datetime import timedelta
from decimal import Decimal

from bot.demo.past.arrivals import Arrival
from bot.demo.past.clock import PastClock
from bot.demo.places import ENGINEER, Place
from store.states import CauseState, SpotCheckState
from workflows.engine.context import Context
from workflows.engine.digests.numbers.baseline_views import FigureName, Source
from workflows.engine.digests.numbers.baselines import record, stated
from workflows.engine.digests.numbers.timings import minutes_of
from workflows.engine.read.cause_views import CauseView
from workflows.engine.read.causes import cause_lines, cause_named, cause_view
from workflows.engine.read.history import open_reviews
from workflows.engine.read.views import OpenReview
from workflows.engine.review import doubts, reviews
from workflows.engine.review.claims import take_in_hand
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import mending, reruns
from workflows.engine.review.spot_checks import answers, grades, looks
from workflows.engine.review.spot_checks.views import Grade
from workflows.engine.review.wrong import corrections

_MOST = 100
"""Most reviews that wait at a time, and most causes."""
_READ_FOR = timedelta(seconds=25)
"""Time for which a spot check's form is open, where the arrival says nothing of that."""
_MINUTES = [4.5 + number * 7 % 40 / 10 for number in range(40)]
"""Minutes that tickets took by hand."""
_COST_PER_HOUR = Decimal(38)
"""US dollars for an hour of a person's work."""


def decide(context: Context, arrival: Arrival, case: int, clock: PastClock) -> bool:
    """Decide the review of a case as its person would; False where none waits."""
    review = _review_of(context, case)
    if review is None:
        return False
    if arrival.read_for is not None:
        take_in_hand(context, review.id, review.version, by=arrival.by)
        clock.move_by(arrival.read_for)
    if arrival.right is None:
        reviews.reject(context, review.id, review.version, by=arrival.by, reason=arrival.refusal, follows=Follows.CLOSE)
    elif review.has_proposal and arrival.is_said_right:
        opened = arrival.read_for is not None
        reviews.approve(context, review.id, review.version, by=arrival.by, confirmed=True, opened=opened)
    else:
        right = context.registry.get(arrival.place.workflow).output.model_validate(arrival.right)
        reviews.edit(context, review.id, review.version, right, by=arrival.by, confirmed=True)
    return True


def correct(context: Context, arrival: Arrival, case: int) -> None:
    """Correct a case that went wrong alone: one person says what is right, another one approves that."""
    right = context.registry.get(arrival.place.workflow).output.model_validate(arrival.right)
    first, second = arrival.place.reviewers
    review = corrections.correct(context, case, right, by=first)
    found = _review_of(context, case)
    assert found is not None
    reviews.approve(context, review, found.version, by=second)


def look(context: Context, arrival: Arrival, case: int, clock: PastClock) -> None:
    """Look blind at a case that went alone, if it was drawn; a difference is graded, and matters where it is wrong."""
    by, people = arrival.by, {arrival.by}
    for drawn in looks.spot_checks_of(context, case):
        if drawn.state is not SpotCheckState.OPEN or arrival.right is None:
            continue
        right = context.registry.get(arrival.place.workflow).output.model_validate(arrival.right)
        looks.open_it(context, drawn.check, by=by)
        clock.move_by(arrival.read_for or _READ_FOR)
        answered = answers.answer(context, drawn.check, drawn.version, right, by=by)
        if answered.differences:
            given = Grade.SAME if arrival.is_said_right else Grade.MINOR
            grades.grade(context, drawn.check, answered.version, given, by=by, people=people)


def record_baseline(context: Context, place: Place) -> None:
    """Record how long cases took by hand, before there was an automation."""
    measured = [minutes_of([60 * each for each in _MINUTES])]
    said = [stated(FigureName.COST_PER_HOUR, _COST_PER_HOUR)]
    record(context, place.workflow, measured=measured, said=said, source=Source.TIMINGS, by=ENGINEER)


def settle(context: Context, case: int) -> None:
    """Say that a delivery in doubt happened, after a look at its target, and that its cause is mended."""
    doubts.settle(context, case, happened=True, by=ENGINEER)
    for view in _open_causes(context):
        mending.resolve(context, view.cause, view.version, by=ENGINEER)


def take_over(context: Context) -> None:
    """Say that the engineer mends what has failed."""
    for view in _open_causes(context):
        mending.take_over(context, view.cause, view.version, by=ENGINEER)


def run_again(context: Context, case: int) -> None:
    """Run a case again from the step that failed."""
    reruns.rerun(context, case, by=ENGINEER)


def _review_of(context: Context, case: int) -> OpenReview | None:
    return next((one for one in open_reviews(context, limit=_MOST) if one.case == case), None)


def _open_causes(context: Context) -> list[CauseView]:
    lines = cause_lines(context, workflows=None, states=(CauseState.OPEN,), limit=_MOST)
    return [cause_view(context, cause_named(context, line.name)) for line in lines]
