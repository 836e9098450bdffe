"""The steps before and after a decision in Slack: the right to it, and what the person sees of it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.card import card
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.context import SlackContext
from handlers.slack.ids import Listed, Shown
from handlers.slack.interactions.alike_page import alike_page
from handlers.slack.interactions.review_list import page
from handlers.slack.interactions.subjects import read_shown
from handlers.slack.payloads import Click, Modal, Search, Submission, click
from handlers.slack.readings import note_reading
from handlers.slack.replies import Answer, afterwards, answering
from store.subjects import SubjectKind
from workflows.engine.case.reading_ways import Way
from workflows.engine.errors import Stale
from workflows.engine.review import claims, refusals, reviews
from workflows.engine.review.cards import card_view, place_of, waiting_in
from workflows.engine.review.form import drafts
from workflows.engine.review.hiding import card_in_channel
from workflows.engine.review.views import CardView, PlaceView, WhyRefused


def may_decide(slack: SlackContext, acted: Click | Search | Submission, shown: Shown) -> None:
    """Raise `Refused` where a person may not decide this review; that is audited."""
    place, user = _place(slack, acted, shown, wants="decide"), acted.user.id
    with slack.discreet(place.workflow, acted.channel), slack.watched(place.case, by=user, wants="decide"):
        slack.rights.decide(user, slack.context.registry.get(place.workflow), second=place.second)


def admitted(slack: SlackContext, acted: Click | Search | Submission, shown: Shown) -> CardView:
    """Return the present state of the review to decide. Raise `Refused` where the person may not; that is audited."""
    may_decide(slack, acted, shown)
    return card_view(slack.context, shown.id)


def readable(slack: SlackContext, acted: Click | Search | Submission, shown: Shown) -> CardView:
    """Return the present state of the review to read. Raise `Refused` where the person may not; that is audited."""
    place, user = _place(slack, acted, shown, wants="read"), acted.user.id
    with slack.discreet(place.workflow, acted.channel), slack.watched(place.case, by=user, wants="read"):
        slack.rights.read(user, slack.context.registry.get(place.workflow))
    return card_view(slack.context, shown.id)


def _place(slack: SlackContext, acted: Click | Search | Submission, shown: Shown, *, wants: str) -> PlaceView:
    """Return the place of a review. Raise `Refused` for an unknown one, or a person from elsewhere; that is audited."""
    return read_shown(slack, acted, shown, SubjectKind.REVIEW, place_of, wants=wants)


def too_late(slack: SlackContext, review: int, *, user: str) -> Drawn:
    """Return the words for a review that changed meanwhile. Its card is drawn anew, since it seems out of date."""
    reviews.show_again(slack.context, review)
    return answers.too_late(card_view(slack.context, review), user)


def tell_too_late(slack: SlackContext, answer: Answer, pressed: Click, review: int) -> None:
    """Tell a person that they decide too late, and show the present state of the review."""
    told = too_late(slack, review, user=pressed.user.id)
    if pressed.view is not None:
        view = card_view(slack.context, review)
        note_reading(slack, view.case, by=pressed.user.id, way=Way.DETAILS)
        drawn = modals.review(view, notice=told, listed=pressed.view.listed)
        answer.update(drawn, done="It is too late for this; nothing of yours was recorded")
        _refresh_list(slack, answer, pressed, pressed.view)
    else:
        answer.tell(told)
        # Redraw the message that was pressed: it may be a second copy of the card, which no row knows.
        answer.redraw(card(card_in_channel(card_view(slack.context, review))))


def open_form(
    slack: SlackContext,
    body: Mapping[str, Any],
    ack: Ack,
    client: WebClient,
    form: Callable[[CardView, Listed | None, str], View],
    *,
    wants: str = "open",
) -> None:
    """Open a form about a review, unless that has changed since it was shown. `wants`: the act, for the audit."""
    with answering(body, ack, client) as answer:
        pressed = click(body)
        shown, by = Shown.read(pressed.value), pressed.user.id
        view = as_shown(slack, answer, pressed, shown, wants=wants)
        if view is None:
            return
        made = form(view, pressed.view.listed if pressed.view else None, by)
        note_reading(slack, view.case, by=by, way=Way.FORM)
        if view.claimed_by not in (None, by):
            # Said before they type, and not after.
            made = modals.below(answers.claimed(view), made)
        open_claiming(slack, answer, shown, made, by=by)


def as_shown(slack: SlackContext, answer: Answer, pressed: Click, shown: Shown, *, wants: str) -> CardView | None:
    """Return a review that is as the person saw it; None where it changed: that is noted, and they are told."""
    view = admitted(slack, pressed, shown)
    if not is_stale(view, shown):
        return view
    refusals.note_of_review(slack.context, shown.id, by=pressed.user.id, wanted=wants, why=WhyRefused.TOO_LATE)
    tell_too_late(slack, answer, pressed, shown.id)
    return None


def open_claiming(slack: SlackContext, answer: Answer, shown: Shown, form: View, *, by: str) -> None:
    """Open a form. The claim begins once it is open, and only for the person who has it open."""
    if answer.open(form):
        afterwards("claim", partial(take_in_hand, slack, shown, by=by))


def is_stale(view: CardView, shown: Shown) -> bool:
    """Tell whether the review changed since the person saw it."""
    return not view.is_decidable or view.version != shown.version


def take_in_hand(slack: SlackContext, shown: Shown, *, by: str) -> None:
    """Note that a person has a review's form open. If it changed meanwhile, they are told when they submit."""
    with suppress(Stale):
        claims.take_in_hand(slack.context, shown.id, shown.version, by=by)


def show_decided(slack: SlackContext, answer: Answer, acted: Click | Submission, review: int) -> None:
    """Draw anew the modal in which a review was decided, and below it the list that it was opened from."""
    subject = SubjectKind.REVIEW.of(review)
    afterwards("draft", partial(drafts.forget, slack.context, subject, by=acted.user.id))
    modal = acted.view
    if modal is None:
        return
    decided_in = modal.previous_view_id if isinstance(acted, Submission) else modal.id
    if decided_in is None:
        return
    view = card_view(slack.context, review)
    note_reading(slack, view.case, by=acted.user.id, way=Way.DETAILS)
    answer.update(modals.review(view, listed=modal.listed), of=decided_in, done="It is recorded")
    _refresh_list(slack, answer, acted, modal)


def _refresh_list(slack: SlackContext, answer: Answer, acted: Click | Submission, modal: Modal) -> None:
    listed, root = modal.listed, modal.root_view_id
    if listed is not None and not listed.is_session and root is not None:

        def refresh() -> None:
            user = acted.user.id
            if listed.alike:
                page_of = alike_page(slack, listed.alike, user=user, first=listed.first, session=listed.session)
                answer.refresh(page_of, of=root)
            else:
                answer.refresh(page(slack, listed, origin=acted.origin, user=user), of=root)

        afterwards("list", refresh)


def next_review(slack: SlackContext, view: CardView, *, user: str, listed: Listed | None) -> CardView | None:
    """Return the review that the user may decide with the earliest deadline, where this one was shown.

    `listed`: list that it was opened from. None where none waits.
    """
    shown_in = slack.context.registry.get(view.workflow).review.post_to
    return first_waiting(slack, listed.among if listed is not None else shown_in or "", user=user)


def first_waiting(slack: SlackContext, channel: str, *, user: str) -> CardView | None:
    """Return the review that the user may decide with the earliest deadline, of those whose cards a channel shows.

    `channel`: empty for all. None where none waits.
    """
    turns = slack.turns(user, slack.shown_in(channel))
    waiting = waiting_in(slack.context, turns, first=0, limit=1)
    return card_view(slack.context, waiting.reviews[0].review) if waiting.reviews else None
