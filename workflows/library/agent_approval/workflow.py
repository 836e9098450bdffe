"""Agent approval: an agent wants to call a tool, and a person says yes, no, or how.

It delivers to nobody: the agent fetches the decision from Countersign, and calls the tool with what was approved.
"""

from datetime import timedelta
from typing import Annotated

from countersign import Ask, Proposal, Review, Run, Workflow
from pydantic import BaseModel, Field, StringConstraints

from workflows.library.agent_approval.call_arguments import is_object

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ToolCall(BaseModel):
    """A call that an agent wants to make."""

    id: Line
    agent: Annotated[Line, Field(pattern=r"^[^/]+$")]
    """Its own word for itself. Who it is, its key says."""
    tool: Line
    arguments: str = Field(min_length=2, max_length=20_000)
    """A JSON object, as text."""
    why: str = Field(min_length=1, max_length=5_000)
    conversation: str = Field(default="", max_length=20_000)


class Approved(BaseModel):
    """The call that a person lets it make."""

    arguments: str = Field(min_length=2, max_length=20_000, title="Arguments")


approval = Workflow(
    name="agent-approval",
    decision="May this agent call this tool, with these arguments?",
    owner="U0MARIA",
    backup="U0JONAS",
    told=("the agent, which fetches the decision",),
    is_sample=True,
    input=ToolCall,
    output=Approved,
    key=lambda call: f"{call.agent}/{call.id}",
    may={"execute": "let an agent call the tool that it asks for"},
    review=Review(
        answer_within=timedelta(hours=1),
        by_hand=timedelta(minutes=2),
        reject_reasons=("Not allowed", "Not now", "Wrong tool", "It should ask me first"),
    ),
    text=lambda call: f"{call.agent} wants to call {call.tool}\n{call.why}\n{call.conversation}".strip(),
)


@approval.propose
def propose(call: ToolCall, ask: Ask[Approved]) -> Proposal[Approved]:
    """Propose the call as it is asked for, without a model; nobody can tell how right that is."""
    return Proposal(output=Approved(arguments=call.arguments), confidence={}, reasons=(call.why[:1_000],))


@approval.never("approve a call whose arguments are no JSON object", on_edit="bar")
def is_no_object(call: ToolCall, approved: Approved) -> bool:
    """Look at what would be called: what the agent asks for may be no object, and a person may edit it into one."""
    return not is_object(approved.arguments)


@approval.deliver(idempotent=True, target="the agent")
def deliver(approved: Approved, run: Run[ToolCall]) -> str:
    """Leave the decision for the agent, which fetches it."""
    return "handed to the source"
