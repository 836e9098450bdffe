"""`/countersign receipt CASE`: the proof of a decision, as a page to read."""

from functools import partial

from handlers.slack.blocks import modals
from handlers.slack.blocks.parts.paragraphs import fitted
from handlers.slack.interactions.spot_checks.next_spot_check import note_seen
from handlers.slack.named_cases import named_case, readable
from handlers.slack.readings import note_reading
from handlers.slack.subcommands import Asked
from handlers.texts.governance.receipts import RECEIPT, receipt
from workflows.engine.case.reading_ways import Way
from workflows.engine.errors import Refused
from workflows.engine.proof.receipts.receipt import receipt_view


def hear(asked: Asked) -> None:
    """Open it, for those who may read the case."""
    slack, said = asked.slack, asked.said
    if not asked.words:
        raise Refused("say which case: /countersign receipt CASE")
    case = named_case(slack, said, asked.words, readable(slack, said), wants="read")
    view = receipt_view(slack.context, case.id)
    asked.answer.open(modals.told(fitted(partial(receipt, view)), about=RECEIPT))
    note_seen(slack, case.id, user=said.user_id)
    note_reading(slack, case.id, by=said.user_id, way=Way.RECEIPT)
