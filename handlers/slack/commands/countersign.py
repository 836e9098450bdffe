"""`/countersign queue | review [CASE] | case CASE | wrong CASE TEXT`: what waits, how a case stands, what is wrong."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed, Unsure
from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.ids import Listed
from handlers.slack.interactions import session
from handlers.slack.interactions.review_list import page
from handlers.slack.named_cases import named_case, readable
from handlers.slack.payloads import Typed, typed
from handlers.slack.replies import Answer, afterwards, answering
from handlers.texts.reports import NOTED
from store.states import ReviewState, RunState
from workflows.engine.case.lookup import cases_meant
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver.workflow_pauses import pause_statuses
from workflows.engine.errors import Refused
from workflows.engine.pauses import Pause
from workflows.engine.read.views import CaseView
from workflows.engine.review import reports
from workflows.engine.review.cards import card_view
from workflows.engine.review.doubts import doubt_view
from workflows.engine.review.views import DoubtView

Body = Mapping[str, Any]


def hear(slack: SlackContext, body: Body, ack: Ack, client: WebClient) -> None:
    """Show what waits, a review, or how a case stands."""
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
            case "wrong", wanted if len(wanted.split(maxsplit=1)) == 2:
                _report(slack, answer, said, *wanted.split(maxsplit=1))
            case _:
                answer.say(answers.usage(_paused(slack, said)))


def _tell_case(slack: SlackContext, answer: Answer, said: Typed, reference: str) -> None:
    """Tell the state of a case, with what this person can do about it: its card may have been deleted."""
    view = named_case(slack, said, reference, readable(slack, said), wants="read")
    workflow, rights = slack.context.registry.get(view.workflow), slack.rights
    can_decide = _is_open(view) and _may(rights.decide, said.user_id, workflow)
    asked = _doubt(slack, view) if _may(rights.settle, said.user_id, workflow) else None
    answer.say(answers.case(view, can_decide=can_decide, doubt=asked))


def _review(slack: SlackContext, answer: Answer, said: Typed, reference: str) -> None:
    """Open a case's review, or a session through all that waits where no case is named."""
    if not reference:
        if not session.begin(slack, answer, user=said.user_id, among=""):
            answer.say(answers.NOTHING_WAITS)
        return
    view = named_case(slack, said, reference, readable(slack, said), wants="decide")
    with slack.watched(view.id, by=said.user_id, wants="decide"):
        slack.rights.decide(said.user_id, slack.context.registry.get(view.workflow))
    if view.newest.review is None:
        raise Refused(f"nobody has to decide case {view.id}; /countersign case {view.id} shows its state")
    answer.open(modals.review(card_view(slack.context, view.newest.review.id)))


def _report(slack: SlackContext, answer: Answer, said: Typed, reference: str, what: str) -> None:
    """Keep what a person says is wrong with a case. Where they may not read it, they are told the same."""
    meant = cases_meant(slack.context, reference, workflows=readable(slack, said))
    case, by = next(iter(meant), None), said.user_id
    kept = reports.note(slack.context, about=reference, case=case, by=by, said=what, interaction_id=said.interaction_id)
    answer.say(told(NOTED))
    if kept is not None:
        afterwards("report", partial(reports.take_up, slack.context, kept))


def _is_open(view: CaseView) -> bool:
    return view.newest.review is not None and view.newest.review.state == ReviewState.OPEN


def _doubt(slack: SlackContext, view: CaseView) -> DoubtView | None:
    """Return the open question whether the case's delivery happened; None where there is none."""
    run = view.newest
    in_doubt = run.delivery is not None and run.state == RunState.DOUBTFUL
    return doubt_view(slack.context, run.delivery.id) if run.delivery is not None and in_doubt else None


def _may(right: Callable[[str, AnyWorkflow], None], user: str, workflow: AnyWorkflow) -> bool:
    """Tell whether somebody has a right. Where it cannot be found out, the button that they press tells."""
    try:
        right(user, workflow)
    except NotAllowed:
        return False
    except Unsure:
        return True
    return True


def _paused(slack: SlackContext, said: Typed) -> list[Pause]:
    """Return the pauses of the workflows whose cases a person may read."""
    try:
        names = list(readable(slack, said))
    except (Unsure, NotAllowed):
        return []
    return [one.pause for one in pause_statuses(slack.context, names) if one.pause is not None]
