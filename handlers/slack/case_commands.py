"""Slash commands about cases, for those who may read them. Each is one call into the engine; the work is a worker's.

Whoever may not know of a case is told the same as where there is none.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks import answers, modals
from handlers.slack.context import SlackContext
from handlers.slack.decisions import first_waiting
from handlers.slack.ids import Command, Delivered, Listed
from handlers.slack.payloads import Typed, typed
from handlers.slack.replies import Answer, answering
from handlers.slack.review_list import page
from handlers.slack.rights import NotAllowed, Unsure
from store.states import ReviewState, RunState
from workflows.engine.case.lookup import cases_meant
from workflows.engine.case.pauses import Pause
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver.workflow_pauses import pause_statuses
from workflows.engine.errors import AlreadyDelivered, Refused, Unknown
from workflows.engine.read.history import case_view, find_case
from workflows.engine.read.views import CaseView
from workflows.engine.review import refusals, reruns
from workflows.engine.review.cards import card_view
from workflows.engine.review.doubts import doubt_view
from workflows.engine.review.views import DoubtView

Body = Mapping[str, Any]
_FROM = re.compile(r"(.*\S)\s+from\s+(\S+)", re.IGNORECASE)


def register(app: App, slack: SlackContext) -> None:
    """Listen to commands."""

    @app.command(Command.RERUN)
    def rerun(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            said = typed(body)
            if not said.words:
                answer.say(answers.usage())
                return
            slack.admit(said.origin)
            readable = _readable(slack, said)
            reference, from_step = _rerun_words(slack, said.words, readable)
            view = _case(slack, said, reference, readable, wants="rerun")
            with slack.watched(view.id, by=said.user_id, wants="rerun"):
                slack.rights.rerun(said.user_id, slack.context.registry.get(view.workflow))
            try:
                with refusals.told_of_case(slack.context, view.id, by=said.user_id, wanted="rerun"):
                    begun = reruns.rerun(slack.context, view.id, by=said.user_id, from_step=from_step)
            except AlreadyDelivered as delivered:
                seen = Delivered(case=view.id, run=delivered.run, generation=view.generation)
                answer.say(answers.delivered_already(seen))
                return
            answer.say(answers.begun_again(view.id, begun.from_step))

    @app.command(Command.COUNTERSIGN)
    def countersign(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            said = typed(body)
            slack.admit(said.origin)
            what, _, reference = said.words.partition(" ")
            match what.lower(), reference.strip():
                case "case", wanted if wanted:
                    _tell_case(slack, answer, said, wanted)
                case "queue", _:
                    answer.open(page(slack, Listed(), origin=said.origin, user=said.user_id))
                case "review", wanted:
                    _review(slack, answer, said, wanted)
                case _:
                    answer.say(answers.usage(_paused(slack, said)))


def _tell_case(slack: SlackContext, answer: Answer, said: Typed, reference: str) -> None:
    """Tell how a case stands, with what this person can do about it: its card may have been deleted."""
    view = _case(slack, said, reference, _readable(slack, said), wants="read")
    workflow, rights = slack.context.registry.get(view.workflow), slack.rights
    can_decide = _is_open(view) and _may(rights.decide, said.user_id, workflow)
    asked = _doubt(slack, view) if _may(rights.settle, said.user_id, workflow) else None
    answer.say(answers.case(view, can_decide=can_decide, doubt=asked))


def _review(slack: SlackContext, answer: Answer, said: Typed, reference: str) -> None:
    """Open a case's review, or the one that is to be decided first, where no case is named."""
    if not reference:
        first = first_waiting(slack, "", user=said.user_id)
        if first is None:
            answer.say(answers.NOTHING_WAITS)
        else:
            answer.open(modals.review(first))
        return
    view = _case(slack, said, reference, _readable(slack, said), wants="decide")
    with slack.watched(view.id, by=said.user_id, wants="decide"):
        slack.rights.decide(said.user_id, slack.context.registry.get(view.workflow))
    if view.newest.review is None:
        raise Refused(f"nobody has to decide case {view.id}; /countersign case {view.id} tells how it stands")
    answer.open(modals.review(card_view(slack.context, view.newest.review.id)))


def _is_open(view: CaseView) -> bool:
    return view.newest.review is not None and view.newest.review.state == ReviewState.OPEN


def _doubt(slack: SlackContext, view: CaseView) -> DoubtView | None:
    """The question whether the case's delivery happened; None where there is none."""
    run = view.newest
    in_doubt = run.delivery is not None and run.state == RunState.DOUBTFUL
    return doubt_view(slack.context, run.delivery.id) if run.delivery is not None and in_doubt else None


def _may(right: Callable[[str, AnyWorkflow], None], user: str, workflow: AnyWorkflow) -> bool:
    """Has somebody a right, as far as is known? Where it cannot be found out, the button that they press tells."""
    try:
        right(user, workflow)
    except NotAllowed:
        return False
    except Unsure:
        return True
    return True


def _readable(slack: SlackContext, said: Typed) -> Sequence[str]:
    """The names of the workflows whose cases a person may read; that none is named to others is up to the caller."""
    allowed = slack.allowed(slack.rights.read, said.user_id, slack.context.registry)
    return [workflow.name for workflow in allowed]


def _paused(slack: SlackContext, said: Typed) -> list[Pause]:
    """The workflows that are paused, of those whose cases a person may read."""
    try:
        names = list(_readable(slack, said))
    except (Unsure, NotAllowed):
        return []
    return [one.pause for one in pause_statuses(slack.context, names) if one.pause is not None]


def _rerun_words(slack: SlackContext, text: str, readable: Sequence[str]) -> tuple[str, str | None]:
    """The case that a command names, and the step. A key may hold the word `from` too, and goes first."""
    found = _FROM.fullmatch(text)
    if found is None or cases_meant(slack.context, text, workflows=readable):
        return text, None
    return found[1], found[2]


def _case(slack: SlackContext, said: Typed, reference: str, readable: Sequence[str], *, wants: str) -> CaseView:
    """The case that a person means, of the workflows that they may read. Raise `Refused`; that is audited."""
    try:
        return case_view(slack.context, find_case(slack.context, reference, workflows=readable))
    except Unknown as error:
        refusals.note_unseen(slack.context, reference, by=said.user_id, wanted=wants)
        raise Unknown(f"there is no case {reference!r} that you may see") from error
