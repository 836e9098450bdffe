"""The buttons of the failure summary: each acts on what needs somebody, as it stands when it is pressed.

The summary may be a week old. So each press looks anew, and says where nothing is left to do.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks.cause import cause
from handlers.slack.blocks.doubt import doubt
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.context import NotHere, SlackContext
from handlers.slack.ids import Action, Listed, NeedShown
from handlers.slack.interactions.review_list import page
from handlers.slack.payloads import Click, click
from handlers.slack.replies import Answer, afterwards, answering
from handlers.texts.digests import needs_now as texts
from handlers.texts.operations import pauses
from store.subjects import SubjectKind
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver import workflow_pauses
from workflows.engine.deliver.holds import release_all
from workflows.engine.digests.failures import now
from workflows.engine.digests.failures.needs import SOON, About, NeedKind
from workflows.engine.errors import Unknown
from workflows.engine.health.expiries import expiries
from workflows.engine.read.causes import cause_view
from workflows.engine.read.status import status_view
from workflows.engine.review import refusals
from workflows.engine.review.doubts import doubt_view
from workflows.engine.review.hiding import doubt_in_channel
from workflows.engine.review.late_proposals import waiting
from workflows.engine.review.rerun import mending

Body = Mapping[str, Any]
_DOUBTS = 3
"""Deliveries in doubt whose cards one press shows: Slack takes a few answers to it."""

_SUBJECTS: Mapping[About, SubjectKind] = {about: SubjectKind(about.value) for about in About}


def register(app: App, slack: SlackContext) -> None:
    """Listen to the buttons of the failure summary."""

    @app.action(Action.NEED)
    def act(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown = NeedShown.read(pressed.value)
            with slack.watched_stray(_SUBJECTS[shown.about].of(shown.id), by=pressed.user.id, wants="see"):
                slack.known_here(shown.generation)
            slack.admit(pressed.origin)
            _ACTS[shown.kind](slack, answer, pressed, shown)


def _doubts(slack: SlackContext, answer: Answer, pressed: Click, shown: NeedShown) -> None:
    """Show the cards of the deliveries in doubt, with the buttons that settle them."""
    workflow = _workflow(slack, pressed, shown)
    found = now.doubts(slack.context, shown.id)
    if not found:
        answer.tell(told(texts.no_doubt(workflow.name)))
    for delivery in found[:_DOUBTS]:
        answer.tell(doubt(doubt_in_channel(doubt_view(slack.context, delivery))))
    if len(found) > _DOUBTS:
        answer.tell(told(texts.more_doubts(len(found) - _DOUBTS)))


def _cause(slack: SlackContext, answer: Answer, pressed: Click, shown: NeedShown) -> None:
    """Show the card of a cause, with its buttons."""
    subject = SubjectKind.CAUSE.of(shown.id)
    try:
        place = mending.place_of(slack.context, shown.id)
    except Unknown as error:
        slack.not_there(subject, pressed.origin, by=pressed.user.id, wants="read")
        raise NotHere from error
    _check(slack, pressed, place.workflow, wants="see")
    answer.tell(cause(cause_view(slack.context, shown.id)))


def _failed(slack: SlackContext, answer: Answer, pressed: Click, shown: NeedShown) -> None:
    workflow = _workflow(slack, pressed, shown)
    answer.tell(told(texts.failed_cases(workflow.name, now.failed_cases(slack.context, shown.id))))


def _reviews(slack: SlackContext, answer: Answer, pressed: Click, shown: NeedShown) -> None:
    """Open the list of what waits, of a workflow or of all."""
    among = _workflow(slack, pressed, shown).name if shown.about is About.WORKFLOW else ""
    answer.open(page(slack, Listed(among=among), origin=pressed.origin, user=pressed.user.id))


def _resume(slack: SlackContext, answer: Answer, pressed: Click, shown: NeedShown) -> None:
    """Resume a workflow, unless it is paused for another reason by now."""
    context, name = slack.context, _workflow(slack, pressed, shown, wants="pause").name
    lifted = workflow_pauses.lift(context, name, by=pressed.user.id, shown=shown.version)
    answer.tell(told(pauses.resumed(lifted, askable=waiting(context, name).begun)))
    afterwards("resume", partial(release_all, context))


def _budget(slack: SlackContext, answer: Answer, pressed: Click, shown: NeedShown) -> None:
    workflow = _workflow(slack, pressed, shown, wants="see")
    answer.tell(told(texts.budget(status_view(slack.context, [workflow]), workflow.name)))


def _system(slack: SlackContext, answer: Answer, pressed: Click, shown: NeedShown) -> None:
    found = now.system_now(slack.context, shown.about, shown.id, workflows=_known(slack, pressed))
    answer.tell(told(texts.system(found, slack.context.clock().date())))


def _accesses(slack: SlackContext, answer: Answer, pressed: Click, shown: NeedShown) -> None:
    soon = [one for one in expiries(slack.context, _known(slack, pressed)) if one.days <= SOON]
    answer.tell(told(texts.accesses(soon)))


def _unsent(slack: SlackContext, answer: Answer, pressed: Click, shown: NeedShown) -> None:
    slack.rights.check(pressed.user.id)
    answer.tell(told(texts.unsent(now.unsent(slack.context))))


_ACTS: Mapping[NeedKind, Callable[[SlackContext, Answer, Click, NeedShown], None]] = {
    NeedKind.DOUBT: _doubts,
    NeedKind.TROUBLE: _system,
    NeedKind.CAUSE: _cause,
    NeedKind.UNCAUSED: _failed,
    NeedKind.OVERDUE: _reviews,
    NeedKind.REPORTED: _reviews,
    NeedKind.PAUSED: _resume,
    NeedKind.BUDGET: _budget,
    NeedKind.ACCESS: _accesses,
    NeedKind.UNSENT: _unsent,
    NeedKind.ATTENTION: _reviews,
}


def _known(slack: SlackContext, pressed: Click) -> list[AnyWorkflow]:
    """Return the workflows of which a person may see how they stand. Raise `NotAllowed` for none, or `Unsure`."""
    found = list(slack.allowed(slack.rights.oversee, pressed.user.id, slack.context.registry))
    if not found:
        raise NotAllowed("Only leads, reviewers, engineers and owners may look at this.")
    return found


def _workflow(slack: SlackContext, pressed: Click, shown: NeedShown, *, wants: str = "read") -> AnyWorkflow:
    """Return the workflow of a need. Raise `Refused` where a person may not do this with it; that is audited."""
    try:
        name = now.workflow_of(slack.context, shown.id)
    except Unknown as error:
        slack.not_there(SubjectKind.WORKFLOW.of(shown.id), pressed.origin, by=pressed.user.id, wants=wants)
        raise NotHere from error
    return _check(slack, pressed, name, wants=wants)


def _check(slack: SlackContext, pressed: Click, name: str, *, wants: str) -> AnyWorkflow:
    workflow, user = slack.context.registry.get(name), pressed.user.id
    rights = slack.rights
    right = {"pause": rights.pause, "read": rights.read, "see": rights.oversee}[wants]
    try:
        # The summary names the workflow in its channel, so it is no secret there that there is one.
        right(user, workflow)
    except NotAllowed:
        refusals.note_of_workflow(slack.context, name, by=user, wanted=wants)
        raise
    return workflow
