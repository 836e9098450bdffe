"""What comes before and after a decision in Slack: the right to it, and what the person sees of it."""

from handlers.answering import Answer
from handlers.blocks import answers, modals
from handlers.blocks.card import card
from handlers.blocks.drawn import Drawn
from handlers.blocks.modals import View
from handlers.ids import Shown
from handlers.payloads import Click, Submission
from handlers.surface import Surface
from workflows.engine import reviews
from workflows.engine.cards import card_view, place_of, waiting_in
from workflows.engine.errors import Refused
from workflows.engine.form_fields import form_of
from workflows.engine.views import CardView, PlaceView


def may_decide(surface: Surface, acted: Click | Submission, shown: Shown) -> None:
    """Raise `Refused` where somebody may not decide the review that they want to; that is audited."""
    place = _place(surface, acted, shown)
    with surface.watched(place.case, by=acted.user.id, wants="decide"):
        surface.rights.decide(acted.user.id, surface.context.registry.get(place.workflow))


def admitted(surface: Surface, acted: Click | Submission, shown: Shown) -> CardView:
    """The review that somebody wants to decide, as it is now. Raise `Refused` where they may not; that is audited."""
    may_decide(surface, acted, shown)
    return card_view(surface.context, shown.review)


def seen(surface: Surface, acted: Click | Submission, shown: Shown) -> CardView:
    """The review that somebody acts on, as it is now. Raise `Refused` for somebody from elsewhere; that is audited."""
    _place(surface, acted, shown)
    return card_view(surface.context, shown.review)


def _place(surface: Surface, acted: Click | Submission, shown: Shown) -> PlaceView:
    surface.known_here(shown.generation)
    place = place_of(surface.context, shown.review)
    with surface.watched(place.case, by=acted.user.id, wants="see"):
        surface.admit(acted.team.id if acted.team else None, acted.user.team_id)
    return place


def too_late(surface: Surface, review: int, *, user: str) -> Drawn:
    """That a review moved on. Its card is drawn anew, since it seems to stand there as it was."""
    reviews.show_again(surface.context, review)
    return answers.too_late(card_view(surface.context, review), user)


def tell_too_late(surface: Surface, answer: Answer, review: int, *, user: str) -> None:
    """Tell a person that they decide too late, and show how the review stands."""
    told = too_late(surface, review, user=user)
    if answer.in_modal:
        answer.update(modals.review(card_view(surface.context, review), notice=told))
    else:
        answer.tell(told)
        # The very message that was pressed: a second one of the same card is known to nobody else.
        answer.redraw(card(card_view(surface.context, review)))


def is_stale(view: CardView, shown: Shown) -> bool:
    """Is what the person saw no longer how the review stands?"""
    return view.state != "open" or view.version != shown.version


def edit_form(surface: Surface, view: CardView) -> View:
    """The form of a review, with what is proposed in it. Raise `Refused` where Slack cannot hold it."""
    workflow = surface.context.registry.get(view.workflow)
    fields = form_of(workflow.output, zone=workflow.timezone)
    typed = {value.name: value.proposed or "" for value in view.values} if view.has_proposal else {}
    form = modals.edit_form(view, fields, typed, nevers=view.nevers)
    if form is None:
        raise Refused(f"This form is too large for Slack. Decide it at the command line: countersign edit {view.case}")
    return form


def show_decided(surface: Surface, answer: Answer, review: int, *, of: str | None = None) -> None:
    """Draw a review anew in the modal it was decided in, or in the one named."""
    answer.update(modals.review(card_view(surface.context, review)), of=of)


def next_review(surface: Surface, view: CardView, *, user: str) -> CardView | None:
    """The review with the earliest deadline of those that stand where this one was shown and that the user may decide.

    None where none waits.
    """
    channel = surface.context.registry.get(view.workflow).review.post_to
    shown = surface.shown_in(channel) if channel is not None else []
    names = [workflow.name for workflow in shown if surface.may(surface.rights.decide, user, workflow)]
    waiting = waiting_in(surface.context, workflows=names, first=0, limit=1)
    return card_view(surface.context, waiting.reviews[0].review) if waiting.reviews else None
