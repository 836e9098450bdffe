"""A session through the review pack of a volume test: one case at a time, right or wrong, and then the next one.

One modal leads from one to the next. What is sent in it is answered with what comes next, so it costs no call to Slack.
Nothing of a session is in memory: the database says which case is next and who has it open.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pydantic import BaseModel
from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.learning import review_pack as blocks
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Callback, Listed, Shown
from handlers.slack.interactions.forms.form_subjects import admitted_to_judge, may_judge
from handlers.slack.interactions.forms.open_forms import OpenForm, case_form, form_in, keep, shown_as_is
from handlers.slack.interactions.forms.submissions import complaining, present_form
from handlers.slack.payloads import Click, Submission, click, submission
from handlers.slack.replies import Answer, afterwards, answering
from handlers.texts.learning import review_packs as texts
from store.db.time_limits import time_limit
from workflows.engine.errors import InvalidOutput, Refused, Repeated, Stale
from workflows.engine.review.form.forms import form_mark, read_form
from workflows.quality.volume import judging, news
from workflows.quality.volume.views import NextCase, PackView, Report

Body = Mapping[str, Any]
_REPORT_SECONDS = 30.0
"""Seconds that a statement may take for a report; nobody waits for it."""


def register(app: App, slack: SlackContext) -> None:
    """Listen to sessions through review packs."""

    @app.action(Action.JUDGE)
    def start(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown = Shown.read(pressed.value)
            _may_go_on(slack, pressed, shown)
            made = _next(slack, pressed, shown.id, Listed(), after=shown.version)
            if not answer.open(made.view) and made.case is not None:
                afterwards("leave", partial(judging.leave, slack.context, made.case, by=pressed.user.id))

    @app.view(Callback.PACK)
    def right(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            _answer(slack, answer, sent, _found_right(slack, sent))

    @app.view(Callback.PACK_FORM)
    def save(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            _answer(slack, answer, sent, _filled_in(slack, sent))

    @app.view(Callback.PACK_ON)
    def go_on(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            shown = sent.view.shown
            _may_go_on(slack, sent, shown)
            made = _next(slack, sent, shown.id, _listed(sent), after=shown.version)
            answer.done(response_action="update", view=made.view)

    @app.view_closed(Callback.PACK)
    def closed(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            left = submission(body)
            answer.done()
            afterwards("leave", partial(judging.leave, slack.context, left.view.shown.id, by=left.user.id))

    @app.action(Action.JUDGE_WRONG)
    def wrong(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            answer.update(_shown_or_next(slack, pressed, _form))

    @app.action(Action.BACK_TO_PROPOSAL)
    def back(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            answer.update(_shown_or_next(slack, pressed, _step))

    @app.action(Action.SKIP_PACKED)
    def skip(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            answer.update(_shown_or_next(slack, pressed, _skipped))

    @app.action(Action.READ_PACKED)
    def read_all(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            answer.open(modals.whole_packed(admitted_to_judge(slack, pressed, Shown.read(pressed.value))))


@dataclass(frozen=True, kw_only=True)
class _Made:
    """A modal that comes next."""

    view: View
    case: int | None
    """The case that it shows; None where it shows none."""


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """The outcome of a modal that was sent."""

    response: Mapping[str, Any]
    """The acknowledgement, with what the modal shows next."""
    test: int | None = None
    """The volume test of which a case was judged; None where nothing was recorded."""


def _may_go_on(slack: SlackContext, acted: Click | Submission, shown: Shown) -> None:
    """Raise `Refused` for whoever may not judge cases of a volume test; that is audited."""
    may_judge(slack, acted, shown, lambda: judging.state_of(slack.context, shown.id).workflow)


def _found_right(slack: SlackContext, sent: Submission) -> _Outcome:
    """Keep that a proposal is right. The next case comes next, or why it was not kept."""
    shown = sent.view.shown
    try:
        view = admitted_to_judge(slack, sent, shown)
        return _judge(slack, sent, view, right=None)
    except Refused as error:
        return _updated(_refused(slack, sent, shown, error))


def _filled_in(slack: SlackContext, sent: Submission) -> _Outcome:
    """Keep the right values of a case. The next one comes next, or what is wrong with the values."""
    shown = sent.view.shown
    form: OpenForm | None = None
    try:
        view = admitted_to_judge(slack, sent, shown)
        form = form_in(slack, view, sent.view, user=sent.user.id)
        if sent.view.mark not in ("", form_mark(form.fields)):
            return _Outcome(response=present_form(slack, form, user=sent.user.id))
        if form.is_lost:
            keep(slack, form, user=sent.user.id)
            return _updated(shown_as_is(form))
        output = read_form(form.workflow.output, form.typed, zone=form.workflow.timezone)
        return _judge(slack, sent, view, right=output)
    except InvalidOutput as error:
        assert form is not None
        return _Outcome(response=complaining(slack, form, sent, error.errors))
    except Refused as error:
        typed = form.changes if form is not None else inputs.read_labelled(sent.view.state.values, sent.view.labels)
        return _updated(_refused(slack, sent, shown, error, typed=typed))


def _judge(slack: SlackContext, sent: Submission, view: PackView, *, right: BaseModel | None) -> _Outcome:
    """Keep what a person says of a case, and return the next one. Raise `Refused`."""
    by, listed = sent.user.id, _listed(sent)
    is_right = judging.judge(slack.context, view.test, view.place, by=by, right=right)
    said = told(texts.judged(view.place, is_right=is_right))
    made = _next(slack, sent, view.test, replace(listed, first=listed.first + 1), after=view.place, said=[said])
    return _updated(made.view, test=view.test)


def _refused(
    slack: SlackContext, sent: Submission, shown: Shown, error: Refused, *, typed: Mapping[str, str] | None = None
) -> View:
    """Return what comes after a case of which nothing was recorded: the next one, or why there is none."""
    page = _after_another(slack, sent, shown, error)
    if page is not None and not typed:
        return page
    owner = error.owner if isinstance(error, NotAllowed) else None
    why = modals.told(answers.refused(str(error), owner=owner), typed=typed)
    return blocks.going_on(why, Shown(id=shown.version, version=0, generation=shown.generation), _listed(sent))


def _after_another(slack: SlackContext, acted: Click | Submission, shown: Shown, error: Refused) -> View | None:
    """Return the next case where the one that was shown was judged, or removed, meanwhile; None for any other error."""
    if not isinstance(error, Stale | Repeated | judging.TextRemoved):
        return None
    one, listed = judging.place_of(slack.context, shown.id), _listed(acted)
    if one.judged_by == acted.user.id:
        # The answer to the first delivery of this press may not have arrived.
        return _next(slack, acted, one.test, replace(listed, first=listed.first + 1), after=one.place).view
    said = told(texts.not_judged(str(error)))
    return _next(slack, acted, one.test, listed, after=one.place, said=[said]).view


def _shown_or_next(slack: SlackContext, pressed: Click, draw: Callable[[SlackContext, Click, PackView], View]) -> View:
    """Draw something else about a case in its place; the next one where it was judged, or removed, meanwhile."""
    shown = Shown.read(pressed.value)
    try:
        view = admitted_to_judge(slack, pressed, shown)
    except Refused as error:
        page = _after_another(slack, pressed, shown, error)
        if page is None:
            raise
        return page
    return draw(slack, pressed, view)


def _form(slack: SlackContext, pressed: Click, view: PackView) -> View:
    again = inputs.generation_of(pressed.view.state.values) + 1 if pressed.view is not None else 0
    form = case_form(slack, view, user=pressed.user.id, listed=_listed(pressed), generation=again)
    return blocks.placed(form, place=_place(slack, view), news=[])


def _step(slack: SlackContext, pressed: Click, view: PackView) -> View:
    if pressed.view is not None and pressed.view.callback_id == Callback.PACK_FORM:
        form = form_in(slack, view, pressed.view, user=pressed.user.id)
        if form.changes and not form.is_lost:
            keep(slack, form, user=pressed.user.id)
    return blocks.step(view, _listed(pressed), place=_place(slack, view))


def _place(slack: SlackContext, view: PackView) -> str:
    return texts.place(judging.state_of(slack.context, view.test))


def _skipped(slack: SlackContext, pressed: Click, view: PackView) -> View:
    judging.leave(slack.context, view.id, by=pressed.user.id)
    said = told(texts.skipped(view.place))
    return _next(slack, pressed, view.test, _listed(pressed), after=view.place, said=[said]).view


def _next(
    slack: SlackContext,
    acted: Click | Submission,
    test: int,
    listed: Listed,
    *,
    after: int,
    said: Sequence[Drawn] = (),
) -> _Made:
    """Return the next case of a pack, or that none waits for the person any more. `said`: what comes above it."""
    found = judging.next_case(slack.context, test, by=acted.user.id, after=after)
    if found is None:
        return _Made(view=blocks.ended(judging.state_of(slack.context, test), listed, news=said), case=None)
    return _Made(view=_drawn(slack, acted, found, listed, said), case=found.view.id)


def _drawn(
    slack: SlackContext, acted: Click | Submission, found: NextCase, listed: Listed, said: Sequence[Drawn]
) -> View:
    """Draw a case: with its proposal, or the empty form at once where there is none."""
    view, place = found.view, texts.place(found)
    if view.has_proposal:
        return blocks.step(view, listed, place=place, news=said)
    again = inputs.generation_of(acted.view.state.values) + 1 if acted.view is not None else 0
    try:
        form = case_form(slack, view, user=acted.user.id, listed=listed, generation=again)
    except Refused as error:
        return blocks.step(view, listed, place=place, news=said, too_large=str(error))
    return blocks.placed(form, place=place, news=said)


def _answer(slack: SlackContext, answer: Answer, sent: Submission, made: _Outcome) -> None:
    """Answer a modal that was sent, and make the report once all cases are judged. Nobody waits for that."""
    answer.done(**made.response)
    if made.test is not None:
        afterwards("report", partial(finish, slack, made.test, by=sent.user.id))


def finish(slack: SlackContext, test: int, *, by: str) -> Report | None:
    """Make the report of a volume test of which all cases are judged; None where there is none to make."""
    with time_limit(_REPORT_SECONDS):
        return news.finish(slack.context, test, by=by)


def _updated(view: View, *, test: int | None = None) -> _Outcome:
    return _Outcome(response={"response_action": "update", "view": view}, test=test)


def _listed(acted: Click | Submission) -> Listed:
    listed = acted.view.listed if acted.view is not None else None
    return listed or Listed()
