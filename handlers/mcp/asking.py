"""Agents' questions as cases: what a call says becomes the input of a workflow. Knows nothing of the protocol.

The key of such a case begins with the name of its source, so that no agent comes upon another one's.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from pydantic import JsonValue

from workflows.engine.case.intake import Intake, Receipt
from workflows.engine.context import Context
from workflows.engine.errors import Refused, Unknown
from workflows.engine.sources.programs.handing_in import HandedInput, NotTaken, Request, hand_in
from workflows.engine.sources.programs.keys import Caller
from workflows.engine.sources.told.outcomes import outcome_of
from workflows.engine.sources.views import CaseOutcome

APPROVAL = "agent-approval"
QUESTION = "agent-question"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The desk at which agents hand in cases, each for its source."""

    context: Context
    made: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)
    """Options that each workflow was made from, by workflow name."""

    def approval(
        self, caller: Caller, *, tool: str, arguments: Mapping[str, JsonValue], why: str, request: str | None
    ) -> CaseOutcome:
        """Ask whether a tool may be called with these arguments. Raise as `case` does."""
        values: dict[str, JsonValue] = {
            "id": request or uuid4().hex,
            "agent": caller.name,
            "tool": tool,
            "arguments": json.dumps(arguments, ensure_ascii=False, indent=2),
            "why": why,
        }
        return self._handed(caller, APPROVAL, HandedInput(values=values), request=None, revises=False)

    def question(
        self, caller: Caller, *, question: str, context: str, options: Sequence[str], request: str | None
    ) -> CaseOutcome:
        """Ask people a question. Raise as `case` does."""
        values: dict[str, JsonValue] = {
            "id": f"{caller.name}/{request or uuid4().hex}",
            "question": question,
            "context": context,
            "options": list(options),
        }
        return self._handed(caller, QUESTION, HandedInput(values=values), request=None, revises=False)

    def case(
        self,
        caller: Caller,
        workflow: str,
        *,
        values: Mapping[str, JsonValue],
        proposal: Mapping[str, JsonValue] | None,
        request: str | None,
        revises: bool,
    ) -> CaseOutcome:
        """Hand in a case, and return how it stands. `request`: what makes a repeated call the same one.

        Raise `Unknown` for a workflow that the caller may not use, or `Refused` where nothing was taken in.
        """
        handed = HandedInput(values=values, proposal=proposal)
        asked = None
        if request is not None:
            said = json.dumps([dict(values), proposal], sort_keys=True)
            asked = Request(key=f"mcp {request}", fingerprint=said)
        return self._handed(caller, workflow, handed, request=asked, revises=revises)

    def _handed(
        self, caller: Caller, workflow: str, handed: HandedInput, *, request: Request | None, revises: bool
    ) -> CaseOutcome:
        context = self.context
        answer = hand_in(
            context, caller, workflow, [handed], request=request, revises=revises, options=self.made.get(workflow)
        )
        receipt = _taken(answer.receipts[0])
        try:
            return outcome_of(context, caller.source, receipt.case)
        except Unknown as error:
            raise Refused("this case came from another source before; its outcome is told to that one") from error


def _taken(receipt: Receipt | NotTaken) -> Receipt:
    if isinstance(receipt, NotTaken):
        named = [f"{pointer or 'the whole'}: {what}" for pointer, what in receipt.errors.items()]
        raise Refused("; ".join(named) or receipt.message)
    if receipt.intake is Intake.CONFLICT:
        raise Refused(
            f"case {receipt.case} is there already under this key with other content, and nothing was changed; "
            "hand in another key, or the same content"
        )
    if receipt.intake in (Intake.REFUSED, Intake.FOREIGN):
        raise Refused(receipt.why or "it was not taken in")
    return receipt
