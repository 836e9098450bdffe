"""`/countersign case CASE`: how a case stands, with what this person can do. Its card may have been deleted."""

from collections.abc import Callable
from functools import partial

from handlers.slack.access.rights import NotAllowed, Unsure
from handlers.slack.blocks import answers
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.context import SlackContext
from handlers.slack.interactions.spot_checks.next_spot_check import note_seen
from handlers.slack.named_cases import named_case, readable
from handlers.slack.readings import note_reading
from handlers.slack.subcommands import Asked
from store.states import RunState
from workflows.engine.case.reading_ways import Way
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.read.views import CaseView
from workflows.engine.review.cards import place_of
from workflows.engine.review.doubts import doubt_view
from workflows.engine.review.standing import DECIDABLE
from workflows.engine.review.views import DoubtView


def hear(asked: Asked) -> None:
    """Tell it to whoever may read the case."""
    slack, said = asked.slack, asked.said
    view = named_case(slack, said, asked.words, readable(slack, said), wants="read")
    asked.answer.say(drawn(slack, view, said.user_id))
    note_seen(slack, view.id, user=said.user_id)
    note_reading(slack, view.id, by=said.user_id, way=Way.CASE)


def drawn(slack: SlackContext, view: CaseView, user: str) -> Drawn:
    """Draw how a case stands for somebody who may read it, with what else they can do."""
    workflow, rights = slack.context.registry.get(view.workflow), slack.rights
    can_decide = _is_decidable(view) and _may(deciding(slack, view), user, workflow)
    doubt = _doubt(slack, view) if _may(rights.settle, user, workflow) else None
    can_correct_input = view.has_input_to_correct and _may(rights.rerun, user, workflow)
    return answers.case(view, can_decide=can_decide, can_correct_input=can_correct_input, doubt=doubt)


def deciding(slack: SlackContext, view: CaseView) -> Callable[[str, AnyWorkflow], None]:
    """Return the right to decide a case as it is now: as its first person, or as the second one that it waits for."""
    review = view.newest.review
    second = place_of(slack.context, review.id).second if review is not None else None
    return partial(slack.rights.decide, second=second)


def _is_decidable(view: CaseView) -> bool:
    is_there = view.newest.has_content
    return is_there and view.newest.review is not None and view.newest.review.state in DECIDABLE


def _doubt(slack: SlackContext, view: CaseView) -> DoubtView | None:
    """Return the open question whether the case's delivery happened; None where there is none."""
    run = view.newest
    in_doubt = run.delivery is not None and run.state == RunState.DOUBTFUL
    # Where its content was removed, the words above name the command that settles it.
    is_asked = in_doubt and run.has_content
    return doubt_view(slack.context, run.delivery.id) if run.delivery is not None and is_asked else None


def _may(right: Callable[[str, AnyWorkflow], None], user: str, workflow: AnyWorkflow) -> bool:
    """Tell whether somebody has a right. Where it cannot be found out, the button that they press tells."""
    try:
        right(user, workflow)
    except NotAllowed:
        return False
    except Unsure:
        return True
    return True
