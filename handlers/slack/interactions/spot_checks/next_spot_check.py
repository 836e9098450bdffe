"""The next spot check of a person: which one it is, and how its modal is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from handlers.slack.blocks import modals
from handlers.slack.blocks import spot_check as blocks
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.context import SlackContext
from handlers.slack.ids import Listed
from handlers.slack.interactions.forms.open_forms import case_form, pages_for
from handlers.slack.readings import note_reading
from handlers.slack.replies import Answer, afterwards
from workflows.engine.case.reading_ways import Way
from workflows.engine.errors import Refused
from workflows.engine.review.spot_checks import looks
from workflows.engine.review.spot_checks.looks import Next
from workflows.engine.review.spot_checks.views import ChecksOfPerson, ComparisonView, Task

_TRIES = 5
"""Most spot checks that are passed over because somebody looked at them between two looks."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A spot check that waits for a person, drawn."""

    check: int
    view: View


def begin(slack: SlackContext, answer: Answer, *, user: str, among: str) -> bool:
    """Open a person's next spot check; return False where none waits for them.

    `among`: the channel to which its workflows post, or a workflow; empty for all.
    """
    found = first_of(slack, Listed(among=among), user=user)
    if found is None:
        return False
    if answer.in_modal:
        # On a page of a review session it takes that page's place.
        answer.update(found.view)
    elif not answer.open(found.view):
        return True
    afterwards("spot_check", partial(looks.open_it, slack.context, found.check, by=user))
    return True


def note_seen(slack: SlackContext, case: int, *, user: str) -> None:
    """Note that a person was shown what was delivered for a case. Call it once they are answered."""
    afterwards("seen", partial(looks.note_seen, slack.context, case, by=user))


def count_for(slack: SlackContext, user: str) -> ChecksOfPerson:
    """Count the spot checks that wait for a person, as far as Slack can tell what they may decide."""
    try:
        workflows = slack.turns(user, slack.shown_in("")).workflows
    except Refused:
        return ChecksOfPerson()
    return looks.count_for(slack.context, by=user, workflows=workflows)


def first_of(slack: SlackContext, listed: Listed, *, user: str, news: Sequence[Drawn] = ()) -> Found | None:
    """Return the spot check that comes first for a person; None where none waits. `news`: what comes above it."""
    turns = slack.turns(user, slack.shown_in(listed.among))
    without = set[int]()
    for _ in range(_TRIES):
        found = looks.next_of(slack.context, by=user, workflows=turns.workflows, without=without)
        if found is None:
            return None
        try:
            return Found(check=found.check, view=_drawn(slack, found, listed, user=user, news=news))
        except Refused:
            # Somebody looked at it meanwhile, or Slack cannot hold its form.
            without.add(found.check)
    return None


def compared(slack: SlackContext, view: ComparisonView, listed: Listed, *, news: Sequence[Drawn] = ()) -> View:
    """Draw two answers to a case with a grade to choose, and the pages of its documents."""
    made = blocks.grade_form(view, listed, news=news)
    return modals.with_documents(made, view, pages_for(slack, view), after=blocks.before_grade(made))


def _drawn(slack: SlackContext, found: Next, listed: Listed, *, user: str, news: Sequence[Drawn]) -> View:
    if found.task is not Task.ANSWER:
        both = looks.comparison_view(slack.context, found.check, by=user)
        note_reading(slack, both.case, by=user, way=Way.SPOT_CHECK)
        return compared(slack, both, listed, news=news)
    view = looks.blind_view(slack.context, found.check, by=user)
    form = case_form(slack, view, user=user, listed=listed)
    note_reading(slack, view.case, by=user, way=Way.SPOT_CHECK)
    for one in reversed(news):
        form = modals.below(one, form)
    return form
