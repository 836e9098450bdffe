"""A review session: one modal that leads a person through what they may decide.

Approving is the modal's submit, which is answered with the next step: no call to Slack, and no wait for a delivery.
Nothing of a session is in memory. Its modal carries which reviews were decided and skipped in it; the database says
what comes next and who is at it, and rights are checked at each step.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import answers, modals, session
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.context import NotHere, SlackContext
from handlers.slack.ids import Action, Callback, Listed, Shown
from handlers.slack.interactions.decisions import admitted, is_stale, may_decide, readable
from handlers.slack.interactions.forms.open_forms import edit_form, form_in, keep, pages_for
from handlers.slack.interactions.spot_checks import next_spot_check
from handlers.slack.payloads import Click, Submission, click, submission
from handlers.slack.progress import Progress
from handlers.slack.readings import note_reading
from handlers.slack.replies import Answer, afterwards, answering
from handlers.texts.review import sessions
from store.states import ReviewState
from workflows.engine.case.reading_ways import Way
from workflows.engine.deliver import workflow_pauses
from workflows.engine.errors import ContentRemoved, FormChanged, NeverBroken, Refused, Repeated, Stale
from workflows.engine.review import next_reviews, refusals, reviews, undo
from workflows.engine.review.cards import card_view
from workflows.engine.review.decisions import DecisionKind
from workflows.engine.review.next_reviews import GoOn, Queue
from workflows.engine.review.spot_checks import looks
from workflows.engine.review.views import CardView, WhyRefused

Body = Mapping[str, Any]
_WITHOUT_A_CASE = (Callback.GO_ON, Callback.SKIPPED)
"""Pages of a session that are about no review."""
EVERY = 5
"""Decisions of a session after which the next step is a spot check, where one waits."""
_TRIES = 5
"""Most reviews that are passed over because somebody decided them between two looks."""


def register(app: App, slack: SlackContext) -> None:
    """Listen to review sessions."""

    @app.action(Action.START)
    def start(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            slack.admit(pressed.origin)
            # On a person's Home the button names a workflow, or none for all.
            listed = Listed.read(f"{pressed.value}.0") if pressed.home else Listed(among=pressed.channel or "")
            user = pressed.user.id
            if slack.turns(user, slack.shown_in(listed.among)).is_none:
                raise NotAllowed("Only reviewers decide what waits here. /countersign queue lists it.")
            if not begin(slack, answer, user=user, among=listed.among) and not next_spot_check.begin(
                slack, answer, user=user, among=listed.among
            ):
                answer.open(modals.told(answers.NOTHING_WAITS))

    @app.view(Callback.STEP)
    def approve(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            answer.done(response_action="update", view=_approve(slack, submitted))

    @app.view(Callback.GO_ON)
    def go_on(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            slack.admit(submitted.origin)
            answer.done(response_action="update", view=_next_or_why(slack, submitted, _listed(submitted)))

    @app.view(Callback.SKIPPED)
    def show_skipped(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            slack.admit(submitted.origin)
            listed = _listed(submitted)
            assert listed.progress is not None
            anew = replace(listed, progress=listed.progress.anew())
            answer.done(response_action="update", view=_next_or_why(slack, submitted, anew))

    @app.view_closed(Callback.STEP)
    def closed(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            left = submission(body)
            answer.done()
            afterwards("release", partial(next_reviews.leave, slack.context, left.view.shown.id, by=left.user.id))

    @app.action(Action.STEP_EDIT)
    def edit(body: Body, ack: Ack, client: WebClient) -> None:
        def form(pressed: Click, view: CardView) -> View:
            return _form(slack, pressed, view)

        _in_place(slack, body, ack, client, form)

    @app.action(Action.STEP_REJECT)
    def reject(body: Body, ack: Ack, client: WebClient) -> None:
        def form(pressed: Click, view: CardView) -> View:
            can_propose = view.has_another and not workflow_pauses.is_paused(slack.context, view.workflow)
            reasons = slack.context.registry.get(view.workflow).review.reject_reasons
            note_reading(slack, view.case, by=pressed.user.id, way=Way.FORM)
            return modals.rejection_form(view, listed=_listed(pressed), can_propose=can_propose, reasons=reasons)

        _in_place(slack, body, ack, client, form)

    @app.action(Action.BACK_TO_STEP)
    def back(body: Body, ack: Ack, client: WebClient) -> None:
        _in_place(slack, body, ack, client, partial(_step, slack))

    @app.action(Action.SKIP)
    def skip(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown, listed = Shown.read(pressed.value), _listed(pressed)
            may_decide(slack, pressed, shown)
            with suppress(ContentRemoved):
                _keep_typed(slack, pressed)
            next_reviews.leave(slack.context, shown.id, by=pressed.user.id)
            assert listed.progress is not None
            on = replace(listed, progress=listed.progress.with_skipped(shown.id))
            answer.update(_next(slack, pressed, on), done=sessions.NOT_TURNED)

    @app.action(Action.UNDO_LAST)
    def take_back(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            _keep_typed(slack, pressed)
            answer.update(_taken_back(slack, pressed), done=sessions.SEE_CARD)


def begin(slack: SlackContext, answer: Answer, *, user: str, among: str) -> bool:
    """Open a person's review session; return False where nothing waits for them.

    `among`: the channel whose cards they go through, or a workflow; empty for all.
    """
    listed = Listed(among=among, progress=Progress())
    queue = _queue(slack, listed, user=user)
    found = next_reviews.first_of(slack.context, queue)
    if found is None:
        return False
    view = card_view(slack.context, found.review)
    if answer.open(_drawn(slack, view, listed, user=user, waiting=found.waiting)):
        # The claim begins once the session is open, and only for the person who has it open.
        afterwards("claim", partial(next_reviews.take, slack.context, view.review, by=user))
    return True


def is_in_session(acted: Click | Submission) -> bool:
    """Tell whether a person acted in a review session."""
    return acted.view is not None and acted.view.listed is not None and acted.view.listed.is_session


def claiming_next(slack: SlackContext, acted: Submission) -> GoOn | None:
    """Return what claims the next review in the transaction of a decision; None outside a session."""
    if not is_in_session(acted):
        return None
    listed, shown = _listed(acted), acted.view.shown
    assert listed.progress is not None
    if _is_turn_of_check(listed, listed.progress.decided + 1):
        # What comes next may be a spot check, and nobody is to wait for a review that nobody looks at.
        return None
    queue = _queue(slack, listed, user=acted.user.id)
    return next_reviews.going_on(slack.context, replace(queue, without={*queue.without, shown.id}))


def after_decision(slack: SlackContext, submitted: Submission, kind: DecisionKind) -> View:
    """Return the step after a decision that is recorded."""
    listed = _listed(submitted)
    assert listed.progress is not None
    on = replace(listed, progress=listed.progress.with_decision(kind, submitted.view.shown.id))
    return _next_or_why(slack, submitted, on, before=f"{sessions.RECORDED} ")


def after_spot_check(slack: SlackContext, acted: Click | Submission, *, news: Sequence[Drawn]) -> View:
    """Return the step after a spot check that came between reviews."""
    listed = _listed(acted)
    assert listed.progress is not None
    return _next(slack, acted, replace(listed, first=listed.progress.decided // EVERY), news=news)


def handed_back(acted: Click | Submission, page: View) -> View:
    """Return a page that says why nothing was recorded; in a session it leads on to the next step."""
    is_alone = acted.view is not None and acted.view.previous_view_id is None
    return session.going_on(page, _listed(acted)) if is_alone and is_in_session(acted) else page


def _approve(slack: SlackContext, submitted: Submission) -> View:
    """Approve what a step shows, and return the next one; or the same one, with what prevents it."""
    shown, by, listed = submitted.view.shown, submitted.user.id, _listed(submitted)
    try:
        may_decide(slack, submitted, shown)
        claims_next = claiming_next(slack, submitted)
    except Refused as error:
        owner = error.owner if isinstance(error, NotAllowed) else None
        return session.going_on(modals.told(answers.refused(str(error), owner=owner)), listed)
    try:
        with refusals.told_of_review(slack.context, shown.id, by=by, wanted="approve"):
            reviews.approve(
                slack.context,
                shown.id,
                shown.version,
                by=by,
                confirmed=inputs.confirmed(submitted.view.state.values) or False,
                interaction_id=submitted.interaction_id,
                opened=True,
                and_then=claims_next,
            )
    except Repeated:
        # The answer to the first delivery of this press may not have arrived.
        pass
    except Stale:
        return _overtaken(slack, submitted, shown)
    except FormChanged as changed:
        return _form(slack, submitted, card_view(slack.context, shown.id), changed=changed)
    except NeverBroken as broken:
        if broken.barred:
            return _step(slack, submitted, card_view(slack.context, shown.id), news=[answers.refused(str(broken))])
        return _step(slack, submitted, card_view(slack.context, shown.id), rules=broken)
    except NotHere:
        raise
    except ContentRemoved as gone:
        return _past_removed(slack, submitted, gone)
    except Refused as error:
        return _step(slack, submitted, card_view(slack.context, shown.id), news=[answers.refused(str(error))])
    decided = undo.decided_by(slack.context, shown.id, by=by)
    kind = DecisionKind(decided.kind) if decided is not None else DecisionKind.APPROVED
    return after_decision(slack, submitted, kind)


def _taken_back(slack: SlackContext, pressed: Click) -> View:
    """Take the last decision back, and return the step of its review."""
    shown, by, listed = Shown.read(pressed.value), pressed.user.id, _listed(pressed)
    read = readable(slack, pressed, shown)
    key = read.key
    note_reading(slack, read.case, by=by, way=Way.SESSION)
    try:
        with refusals.told_of_review(slack.context, shown.id, by=by, wanted="undo"):
            state = undo.undo(slack.context, shown.id, shown.version, by=by)
    except Repeated:
        state = card_view(slack.context, shown.id).state
    except Refused as late:
        view = card_view(slack.context, shown.id)
        if isinstance(late, Stale) and view.version != shown.version:
            return _same(slack, pressed, news=[told(sessions.overtaken(view, by))])
        return _same(slack, pressed, news=[answers.refused(str(late))])
    assert listed.progress is not None
    now = replace(listed, progress=listed.progress.without_decision(shown.id))
    if pressed.view is not None and pressed.view.callback_id not in _WITHOUT_A_CASE:
        next_reviews.leave(slack.context, pressed.view.shown.id, by=by)
    news = [told(sessions.taken_back(key))]
    if state != ReviewState.OPEN:
        return _next(slack, pressed, now, news=news)
    next_reviews.take(slack.context, shown.id, by=by)
    return _drawn(slack, card_view(slack.context, shown.id), now, user=by, news=news, acted=pressed)


def _same(slack: SlackContext, pressed: Click, *, news: Sequence[Drawn]) -> View:
    """Return the step in which a person acted, with news above it."""
    assert pressed.view is not None
    if pressed.view.callback_id in _WITHOUT_A_CASE:
        return _next(slack, pressed, _listed(pressed), news=news)
    try:
        view = admitted(slack, pressed, pressed.view.shown)
    except ContentRemoved:
        return _next(slack, pressed, _listed(pressed), news=news)
    if is_stale(view, pressed.view.shown):
        return _next(slack, pressed, _listed(pressed), news=news)
    return _step(slack, pressed, view, news=news)


def _in_place(
    slack: SlackContext, body: Body, ack: Ack, client: WebClient, form: Callable[[Click, CardView], View]
) -> None:
    """Draw something else about the review of a step in its place, unless that has changed since it was shown."""
    with answering(body, ack, client) as answer:
        pressed = click(body)
        shown = Shown.read(pressed.value)
        try:
            view = admitted(slack, pressed, shown)
        except ContentRemoved as gone:
            answer.update(_past_removed(slack, pressed, gone))
            return
        if is_stale(view, shown):
            why = WhyRefused.TOO_LATE
            refusals.note_of_review(slack.context, shown.id, by=pressed.user.id, wanted="open", why=why)
            answer.update(_overtaken(slack, pressed, shown))
            return
        _keep_typed(slack, pressed)
        answer.update(form(pressed, view))


def _overtaken(slack: SlackContext, acted: Click | Submission, shown: Shown) -> View:
    """Return the next step, which says first what became of the one that was shown."""
    reviews.show_again(slack.context, shown.id)
    try:
        view = card_view(slack.context, shown.id)
    except ContentRemoved as gone:
        return _past_removed(slack, acted, gone)
    note_reading(slack, view.case, by=acted.user.id, way=Way.SESSION)
    return _next(slack, acted, _listed(acted), news=[told(sessions.overtaken(view, acted.user.id))])


def _past_removed(slack: SlackContext, acted: Click | Submission, gone: ContentRemoved) -> View:
    """Return the next step, which says first that the content of the one that was shown was removed."""
    return _next(slack, acted, _listed(acted), news=[answers.refused(str(gone))])


def _next(slack: SlackContext, acted: Click | Submission, listed: Listed, *, news: Sequence[Drawn] = ()) -> View:
    """Return the next step, or what was done in the session where nothing more waits."""
    user = acted.user.id
    check = _check_between(slack, listed, user=user, news=news)
    if check is not None:
        return check
    queue = _queue(slack, listed, user=user)
    for _ in range(_TRIES):
        found = next_reviews.first_of(slack.context, queue)
        if found is None:
            break
        if not found.is_taken:
            next_reviews.take(slack.context, found.review, by=user)
        view = card_view(slack.context, found.review)
        if view.is_decidable and not view.is_first(user):
            return _drawn(slack, view, listed, user=user, waiting=found.waiting, news=news, acted=acted)
    return _ended(slack, listed, user=user, news=news)


def _check_between(slack: SlackContext, listed: Listed, *, user: str, news: Sequence[Drawn]) -> View | None:
    """Return a spot check for a person who has decided some reviews since the last one; None where none is due, or
    none waits. Otherwise those who always have reviews would never come to one.
    """
    assert listed.progress is not None
    if not _is_turn_of_check(listed, listed.progress.decided):
        return None
    found = next_spot_check.first_of(slack, listed, user=user, news=news)
    if found is None:
        return None
    # The next transaction of the person is the answer, so it is noted before they are shown it.
    looks.open_it(slack.context, found.check, by=user)
    return found.view


def _is_turn_of_check(listed: Listed, decided: int) -> bool:
    # In a session, the place of a list's first row is the number of spot checks that it has come past.
    return decided >= EVERY * (listed.first + 1)


def _next_or_why(slack: SlackContext, acted: Submission, listed: Listed, *, before: str = "") -> View:
    """Return the next step; where it cannot be found out what that is, why, with a way to try again.

    `before`: what is said before that.
    """
    try:
        return _next(slack, acted, listed)
    except Refused as error:
        return session.going_on(modals.told(answers.refused(f"{before}{error}")), listed)


def _step(
    slack: SlackContext,
    acted: Click | Submission,
    view: CardView,
    *,
    news: Sequence[Drawn] = (),
    rules: NeverBroken | None = None,
) -> View:
    """Return the step of a review again."""
    return _drawn(slack, view, _listed(acted), user=acted.user.id, news=news, rules=rules, acted=acted)


def _form(
    slack: SlackContext, acted: Click | Submission, view: CardView, *, changed: FormChanged | None = None
) -> View:
    """Return the form of a review in the place of its step."""
    assert acted.view is not None
    again = inputs.generation_of(acted.view.state.values) + 1
    user = acted.user.id
    note_reading(slack, view.case, by=user, way=Way.FORM)
    return edit_form(slack, view, user=user, listed=_listed(acted), changed=changed, generation=again)


def _drawn(
    slack: SlackContext,
    view: CardView,
    listed: Listed,
    *,
    user: str,
    waiting: int | None = None,
    news: Sequence[Drawn] = (),
    rules: NeverBroken | None = None,
    acted: Click | Submission | None = None,
) -> View:
    """Draw the step of a review: the case and its proposal, or the form at once where there is none.

    `waiting`: number of the reviews that wait, where that is known.
    """
    progress = listed.progress
    assert progress is not None
    note_reading(slack, view.case, by=user, way=Way.SESSION)
    if waiting is None:
        found = next_reviews.first_of(slack.context, _queue(slack, listed, user=user))
        waiting = found.waiting if found is not None else 1
    number = progress.decided + len(progress.skipped) + 1
    place = sessions.place(number, max(progress.decided + waiting, number))
    above = session.news(news, _last(slack, progress, user=user))
    if view.has_proposal or view.state == ReviewState.AWAITING_SECOND:
        step = session.step(view, listed, user=user, place=place, above=above, rules=rules)
        return modals.with_documents(step, view, pages_for(slack, view), after=session.above_buttons(step))
    again = inputs.generation_of(acted.view.state.values) + 1 if acted is not None and acted.view is not None else 0
    try:
        form = edit_form(slack, view, user=user, listed=listed, generation=again)
    except Refused as error:
        too_large = session.news([*news, answers.refused(str(error))], None)
        return session.step(view, listed, user=user, place=place, above=too_large, can_approve=False)
    return session.placed(form, place, above)


def _ended(slack: SlackContext, listed: Listed, *, user: str, news: Sequence[Drawn]) -> View:
    progress = listed.progress
    assert progress is not None
    made = []
    for one in progress.made:
        decided = undo.decided_by(slack.context, one.review, by=user)
        if decided is not None:
            made.append((one.kind, decided.key))
    last, checks = _last(slack, progress, user=user), next_spot_check.count_for(slack, user)
    return session.ended(listed, session.news(news, last), made, checks=checks)


def _last(slack: SlackContext, progress: Progress, *, user: str) -> session.Last | None:
    if not progress.made:
        return None
    last = progress.made[-1]
    decided = undo.decided_by(slack.context, last.review, by=user)
    return session.last_of(decided, last.kind, last.review, generation=slack.context.restores.number)


def _queue(slack: SlackContext, listed: Listed, *, user: str) -> Queue:
    """Return what a person goes through. Their rights are looked up anew at each step."""
    turns = slack.turns(user, slack.shown_in(listed.among))
    assert listed.progress is not None
    without = listed.progress.not_again
    return Queue(by=user, workflows=turns.workflows, seconds=turns.seconds, without=without)


def _listed(acted: Click | Submission) -> Listed:
    """Return the session in which a person acted. Raise `Refused` where they acted in none."""
    listed = acted.view.listed if acted.view is not None else None
    if listed is None or not listed.is_session:
        raise Refused("This button is from another version of Countersign and no longer works.")
    return listed


def _keep_typed(slack: SlackContext, pressed: Click) -> None:
    """Keep what stands in a form, as the person's draft, before something else takes its place."""
    if pressed.view is None or pressed.view.callback_id != Callback.EDIT:
        return
    view = admitted(slack, pressed, pressed.view.shown)
    form = form_in(slack, view, pressed.view, user=pressed.user.id)
    if form.changes and not form.is_lost and not is_stale(view, pressed.view.shown):
        keep(slack, form, user=pressed.user.id)
