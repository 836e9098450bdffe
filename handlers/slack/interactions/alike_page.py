"""A page of cases that are alike, with a row for each."""

from handlers.slack.blocks import grid
from handlers.slack.blocks.parts.pages import View
from handlers.slack.context import SlackContext
from handlers.slack.ids import Listed
from handlers.slack.readings import note_reading
from workflows.engine.case.reading_ways import Way
from workflows.engine.review.alike import alike_cases
from workflows.engine.review.cards import place_of


def alike_page(slack: SlackContext, review: int, *, user: str, first: int = 0, session: Listed | None = None) -> View:
    """Return the cases that are like a review's. `session`: the review session to go back to, where there is one.

    Raise `NotAllowed` where the person may not decide them.
    """
    slack.rights.decide(user, slack.context.registry.get(place_of(slack.context, review).workflow))
    view = alike_cases.grid_view(slack.context, review, by=user, first=first)
    note_reading(slack, *(row.case for row in view.rows), by=user, way=Way.ROWS)
    return grid.grid(view, session=session)
