"""Cases that are alike: opened one by one, or approved together by one press.

A press is acknowledged at once. Its rows are approved afterwards, one transaction each, and the modal says how far it
is. If the process ends on the way, what was not decided is open as before: nothing of a press is remembered.
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack import replies
from handlers.slack.access import lookups
from handlers.slack.blocks import grid, modals
from handlers.slack.blocks.parts.pages import View
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Alike, Callback, Listed, Shown
from handlers.slack.interactions.alike_page import alike_page
from handlers.slack.interactions.decisions import admitted, may_decide
from handlers.slack.interactions.menu import on
from handlers.slack.payloads import Click, Submission, click, submission
from handlers.slack.readings import note_reading
from handlers.slack.replies import Answer, afterwards, answering
from handlers.texts.review import alike as texts
from store.db.database import Unavailable
from store.db.time_limits import time_limit
from store.states import ReviewState
from workflows.engine.case.reading_ways import Way
from workflows.engine.errors import Refused
from workflows.engine.review import next_reviews
from workflows.engine.review.alike import alike_cases
from workflows.engine.review.alike.views import PressView, RowResult, Went

Body = Mapping[str, Any]
_NUMBER = re.compile("[0-9]{1,6}")
_BETWEEN = 3.0
"""Least seconds between two drawings of how far a press is: Slack takes 100 in a minute of all people together."""


def register(app: App, slack: SlackContext) -> None:
    """Listen to what is pressed among cases that are alike."""

    @on(app, Action.ALIKE)
    def see(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown = Shown.read(pressed.value)
            may_decide(slack, pressed, shown)
            session = _session(pressed)
            page = alike_page(slack, shown.id, user=pressed.user.id, session=session)
            if pressed.view is None:
                answer.open(page)
                return
            # In its place: above the page is room for a case, and for its form.
            answer.update(page)
            if session is not None:
                leave = partial(next_reviews.leave, slack.context, pressed.view.shown.id, by=pressed.user.id)
                afterwards("release", leave)

    @app.action(re.compile(f"{Action.ALIKE_PAGE}[.].*"))
    def turn(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown, session = _alike(pressed).shown, _session(pressed)
            may_decide(slack, pressed, shown)
            first = int(pressed.value) if _NUMBER.fullmatch(pressed.value) else 0
            answer.update(alike_page(slack, shown.id, user=pressed.user.id, first=first, session=session))

    @app.action(Action.OPEN_ROW)
    def open_row(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown, below = Shown.read(pressed.value), _alike(pressed)
            view = admitted(slack, pressed, shown)
            listed = replace(_session(pressed) or Listed(), alike=below.shown.id, first=below.first)
            is_opened = answer.open(modals.review(view, listed=listed))
            note_reading(slack, view.case, by=pressed.user.id, way=Way.DETAILS)
            if is_opened and view.state == ReviewState.OPEN:
                afterwards("opened", partial(alike_cases.note_opened, slack.context, shown.id, by=pressed.user.id))

    @app.view(Callback.GRID)
    def approve(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            rows = submitted.view.alike
            may_decide(slack, submitted, rows.shown)
            answer.done(response_action="update", view=_drawn(slack, submitted, [], is_over=False))
            afterwards("alike", partial(_approve, slack, answer, submitted))

    @app.view(Callback.GRID_DONE)
    def look_again(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            rows, by = submitted.view.alike, submitted.user.id
            may_decide(slack, submitted, rows.shown)
            results = [
                alike_cases.result_of(slack.context, row.id, by=by) for row in _decidable(slack, submitted, rows)
            ]
            answer.done(response_action="update", view=_drawn(slack, submitted, results, is_over=True))

    @app.view(Callback.GRID_ON)
    def show_others(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            rows, session = submitted.view.alike, submitted.view.listed
            may_decide(slack, submitted, rows.shown)
            page = alike_page(slack, rows.shown.id, user=submitted.user.id, first=rows.first, session=session)
            answer.done(response_action="update", view=page)


def _approve(slack: SlackContext, answer: Answer, submitted: Submission) -> None:
    """Approve the rows of a press one after the other, and show what happened to each."""
    results, drawn_at = list[RowResult](), time.monotonic()
    for row in submitted.view.alike.rows:
        results.append(_approved(slack, submitted, row))
        if time.monotonic() - drawn_at > _BETWEEN:
            answer.refresh(_drawn(slack, submitted, results, is_over=False), of=submitted.view.id)
            drawn_at = time.monotonic()
    view = _drawn(slack, submitted, results, is_over=True)
    answer.update(view, of=submitted.view.id, done=texts.recorded(_press(slack, submitted, results, is_over=True)))


def _approved(slack: SlackContext, submitted: Submission, row: Shown) -> RowResult:
    by = submitted.user.id
    try:
        # Each row has the time that a press has, and its rights are looked up anew.
        with time_limit(replies.DATABASE_SECONDS), lookups.waiting():
            may_decide(slack, submitted, row)
            return alike_cases.approve_row(
                slack.context, row.id, row.version, by=by, interaction_id=submitted.interaction_id
            )
    except Refused as error:
        why = str(error)
    except Unavailable:
        why = "it could not be recorded just now"
    # Nothing of a case is told to a person who may not decide it.
    return RowResult(review=row.id, version=row.version, key="", subject=f"Review {row.id}", went=Went.LEFT, said=why)


def _decidable(slack: SlackContext, submitted: Submission, rows: Alike) -> Sequence[Shown]:
    for row in rows.rows:
        may_decide(slack, submitted, row)
    return rows.rows


def _press(slack: SlackContext, submitted: Submission, results: Sequence[RowResult], *, is_over: bool) -> PressView:
    rows = submitted.view.alike
    group = alike_cases.group_of(slack.context, rows.shown.id)
    return PressView(group=group, number=len(rows.rows), results=results, is_over=is_over)


def _drawn(slack: SlackContext, submitted: Submission, results: Sequence[RowResult], *, is_over: bool) -> View:
    view = _press(slack, submitted, results, is_over=is_over)
    # What was left of these rows stands on their page still; there may be more beside it.
    left = {one.review for one in results if one.went in (Went.LEFT, Went.OPEN)}
    others = max(view.group.number - len(left), 0)
    return grid.pressed(view, submitted.view.alike, others=others, session=submitted.view.listed)


def _alike(pressed: Click) -> Alike:
    if pressed.view is None:
        raise Refused("this button is not from Countersign")
    return pressed.view.alike


def _session(acted: Click) -> Listed | None:
    """Return the review session in which a person pressed; None outside one."""
    listed = acted.view.listed if acted.view is not None else None
    return listed.session if listed is not None else None
