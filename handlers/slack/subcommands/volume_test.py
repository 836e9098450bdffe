"""`/countersign volume-test WORKFLOW`: the newest report of a workflow's volume tests. It holds no text of a case."""

from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.subcommands import Asked
from handlers.slack.subcommands.charter import meant
from handlers.texts.review.volume_tests import told as said
from workflows.engine.errors import Refused
from workflows.quality.volume.reports import newest_report


def hear(asked: Asked) -> None:
    """Show it."""
    if not asked.words:
        raise Refused("Name the workflow whose volume test you want: /countersign volume-test WORKFLOW.")
    workflow = meant(asked)
    report = newest_report(asked.slack.context, workflow)
    if report is None:
        raise Refused(f"{workflow.name} has no report of a volume test. An engineer makes one at the command line.")
    asked.answer.say(told(said(report)))
