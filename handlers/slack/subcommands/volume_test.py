"""`/countersign volume-test WORKFLOW`: the newest volume test: what waits for people, else its report.

Neither holds any text of a case.
"""

from functools import partial

from handlers.slack.access.rights import NotAllowed, Unsure
from handlers.slack.blocks.learning import review_pack
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.interactions.learning.review_packs import finish
from handlers.slack.subcommands import Asked, Work
from handlers.slack.subcommands.charter import meant
from handlers.texts.learning import review_packs as texts
from handlers.texts.learning.volume_tests import told as said
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused
from workflows.quality.volume.judging import newest_state
from workflows.quality.volume.reports import is_to_report, newest_report
from workflows.quality.volume.views import PackState


def hear(asked: Asked) -> Work | None:
    """Show it. Where all is judged and no report is made of that, it is made and follows."""
    if not asked.words:
        raise Refused("Name the workflow whose volume test you want: /countersign volume-test WORKFLOW.")
    workflow, context = meant(asked), asked.slack.context
    state, report = newest_state(context, workflow), newest_report(context, workflow)
    if state is not None and state.waiting:
        asked.answer.say(review_pack.waiting(state, may_judge=_may_judge(asked, workflow)))
        return None
    if state is not None and is_to_report(state, report):
        asked.answer.say(told(texts.reporting(state)))
        return partial(_report, asked, state)
    if report is None:
        if state is not None and not state.tried:
            asked.answer.say(told(texts.is_tried(state)))
            return None
        raise Refused(f"{workflow.name} has no report of a volume test. An engineer makes one at the command line.")
    asked.answer.say(told(said(report)))
    return None


def _report(asked: Asked, state: PackState) -> None:
    made = finish(asked.slack, state.test, by=asked.said.user_id)
    made = made or newest_report(asked.slack.context, asked.slack.context.registry.get(state.workflow))
    if made is not None:
        asked.answer.add(told(said(made)))


def _may_judge(asked: Asked, workflow: AnyWorkflow) -> bool:
    try:
        asked.slack.rights.decide(asked.said.user_id, workflow)
    except (NotAllowed, Unsure):
        return False
    return True
