"""Spot checks: a case that went alone is answered blind, then both answers are shown and the difference is graded.

One modal leads from one to the next. What is sent in it is answered with what comes next, so it costs no call to Slack.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.assignable import reviewers_of
from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import answers, modals
from handlers.slack.blocks import spot_check as blocks
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.blocks.spot_check import GRADE, NOTE, RIGHT
from handlers.slack.context import SlackContext
from handlers.slack.ids import ALL, Action, Callback, Listed, Shown
from handlers.slack.interactions.forms.form_subjects import admitted_to_look
from handlers.slack.interactions.forms.open_forms import OpenForm, form_in, keep, shown_as_is
from handlers.slack.interactions.forms.submissions import complaining, present_form
from handlers.slack.interactions.session import after_spot_check, is_in_session
from handlers.slack.interactions.spot_checks import next_spot_check
from handlers.slack.interactions.spot_checks.next_spot_check import begin, compared, first_of
from handlers.slack.payloads import Click, Submission, click, submission
from handlers.slack.readings import note_reading
from handlers.slack.replies import afterwards, answering
from handlers.texts.answers import sentence
from handlers.texts.review import spot_checks as texts
from store.states import SpotCheckState
from store.subjects import SubjectKind
from workflows.engine.case.reading_ways import Way
from workflows.engine.declare.names import names_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import BadReason, InvalidOutput, Refused, Repeated
from workflows.engine.review.form import drafts
from workflows.engine.review.form.forms import form_mark, read_form
from workflows.engine.review.spot_checks import answers as blind_answers
from workflows.engine.review.spot_checks import grades, looks, upkeep
from workflows.engine.review.spot_checks.grades import NotSaid
from workflows.engine.review.spot_checks.views import Grade, Right

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to spot checks."""

    @app.action(Action.SPOT_CHECKS)
    def start(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            slack.admit(pressed.origin)
            # In direct messages and on Home no workflow has its cards.
            among = "" if pressed.value == ALL else pressed.channel or ""
            if not slack.turns(pressed.user.id, slack.shown_in(among)).workflows:
                raise NotAllowed("Only reviewers look at spot checks: they start with the card in their channel.")
            if not begin(slack, answer, user=pressed.user.id, among=among):
                answer.tell(blocks.nothing_waits(next_spot_check.count_for(slack, pressed.user.id)))

    @app.view(Callback.SPOT_CHECK)
    def compare(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            made = _answered(slack, sent)
            answer.done(**made.response)
            if made.is_kept:
                subject = SubjectKind.SPOT_CHECK.of(sent.view.shown.id)
                afterwards("draft", partial(drafts.forget, slack.context, subject, by=sent.user.id))

    @app.view(Callback.SPOT_CHECK_GRADE)
    def save(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            made = _graded(slack, sent)
            answer.done(**made.response)
            if made.is_kept:
                # The author's code looks at the values of a correction first.
                afterwards("correction", partial(upkeep.correct, slack.context, sent.view.shown.id))

    @app.view(Callback.SPOT_CHECK_ON)
    def go_on(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            slack.admit(sent.origin)
            answer.done(response_action="update", view=_next(slack, sent, _listed(sent)))

    @app.action(Action.READ_CASE)
    def read_case(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = admitted_to_look(slack, pressed, Shown.read(pressed.value))
            answer.open(modals.whole_case(looks.text_of(slack.context, view.check), view.case))
            note_reading(slack, view.case, by=pressed.user.id, way=Way.SPOT_CHECK)

    @app.action(Action.LEAVE)
    def pass_on(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = admitted_to_look(slack, pressed, Shown.read(pressed.value))
            looks.pass_on(slack.context, view.check, by=pressed.user.id)
            answer.update(_next(slack, pressed, _listed(pressed), news=[told(texts.passed_on(view.key))]))


@dataclass(frozen=True, kw_only=True)
class _Made:
    """The outcome of a modal that was sent."""

    response: Mapping[str, Any]
    """The acknowledgement, with what the modal shows next."""
    is_kept: bool = False
    """True if an answer or a grade was recorded."""


def _answered(slack: SlackContext, sent: Submission) -> _Made:
    """Keep a blind answer. Both answers come next, or the next spot check, or what is wrong with it."""
    shown, by, listed = sent.view.shown, sent.user.id, _listed(sent)
    form: OpenForm | None = None
    try:
        check = admitted_to_look(slack, sent, shown)
        with slack.watched(check.case, by=by, wants="spot_check"):
            about = looks.blind_view(slack.context, check.check, by=by, shown=shown.version)
            form = form_in(slack, about, sent.view, user=by)
            if sent.view.mark not in ("", form_mark(form.fields)):
                return _Made(response=present_form(slack, form, user=by))
            if form.is_lost:
                keep(slack, form, user=by)
                return _updated(shown_as_is(form))
            output = read_form(form.workflow.output, form.typed, zone=form.workflow.timezone)
            blind_answers.answer(slack.context, shown.id, shown.version, output, by=by)
    except InvalidOutput as error:
        assert form is not None
        return _Made(response=complaining(slack, form, sent, error.errors))
    except Repeated:
        pass  # the answer to the first delivery of this press may not have arrived
    except Refused as error:
        typed = form.changes if form is not None else inputs.read_labelled(sent.view.state.values, sent.view.labels)
        return _updated(_refused(error, listed, typed=typed))
    return _updated(_after(slack, sent, listed), is_kept=True)


def _graded(slack: SlackContext, sent: Submission) -> _Made:
    """Keep a grade. The next spot check comes next, or why it was not kept."""
    shown, by, listed = sent.view.shown, sent.user.id, _listed(sent)
    said = inputs.read_plainly(sent.view.state.values)
    try:
        check = admitted_to_look(slack, sent, shown)
        people = _people(slack, slack.context.registry.get(check.workflow))
        with slack.watched(check.case, by=by, wants="spot_check"):
            grades.grade(
                slack.context,
                shown.id,
                shown.version,
                _grade(said.get(GRADE)),
                by=by,
                people=people,
                right=_right(said.get(RIGHT)),
                note=said.get(NOTE, ""),
            )
    except NotSaid:
        return _Made(response={"response_action": "errors", "errors": {RIGHT: texts.SAY_WHICH}})
    except BadReason as error:
        return _Made(response={"response_action": "errors", "errors": {NOTE: sentence(str(error))}})
    except Repeated:
        pass
    except Refused as error:
        return _updated(_refused(error, listed, typed={texts.NOTE: said.get(NOTE, "")}))
    return _updated(_after(slack, sent, listed), is_kept=True)


def _grade(chosen: str | None) -> Grade:
    if chosen not in set(Grade):
        raise Refused("This form is from another version of Countersign; open it again.")
    return Grade(chosen)


def _right(chosen: str | None) -> Right | None:
    return Right(chosen) if chosen in set(Right) else None


def _people(slack: SlackContext, workflow: AnyWorkflow) -> Collection[str] | None:
    """Return those who may decide a workflow's cases; None where that is not known just now."""
    reviewers = reviewers_of(slack.rights).of(workflow)
    return None if reviewers is None else {*reviewers, *names_in(workflow.review.escalate_to)}


def _after(slack: SlackContext, sent: Submission, listed: Listed) -> View:
    """Return what comes after an answer or a grade that is kept."""
    check = sent.view.shown.id
    now = looks.spot_check_view(slack.context, check)
    if now.state == SpotCheckState.ANSWERED and now.answered_by == sent.user.id:
        view = looks.comparison_view(slack.context, check, by=sent.user.id)
        note_reading(slack, view.case, by=sent.user.id, way=Way.SPOT_CHECK)
        return compared(slack, view, listed)
    return _next(slack, sent, replace(listed, first=listed.first + 1), news=[told(texts.told_before(now))])


def _next(slack: SlackContext, acted: Click | Submission, listed: Listed, *, news: Sequence[Drawn] = ()) -> View:
    """Return the next spot check, or that none waits any more; in a review session, its next step. `news`: what comes
    first.
    """
    if is_in_session(acted):
        return after_spot_check(slack, acted, news=news)
    try:
        found = first_of(slack, listed, user=acted.user.id, news=news)
    except Refused as error:
        return _refused(error, listed)
    if found is None:
        others = next_spot_check.count_for(slack, acted.user.id).for_others
        return blocks.ended(listed, for_others=others, news=news)
    # The next transaction of the person is the answer, so it is noted before they are shown it.
    looks.open_it(slack.context, found.check, by=acted.user.id)
    return found.view


def _updated(view: View, *, is_kept: bool = False) -> _Made:
    return _Made(response={"response_action": "update", "view": view}, is_kept=is_kept)


def _refused(error: Refused, listed: Listed, *, typed: Mapping[str, str] | None = None) -> View:
    """Return a page that says why nothing was kept, from which one goes on."""
    owner = error.owner if isinstance(error, NotAllowed) else None
    return blocks.going_on(modals.told(answers.refused(str(error), owner=owner), typed=typed), listed)


def _listed(acted: Click | Submission) -> Listed:
    listed = acted.view.listed if acted.view is not None else None
    return listed or Listed()
