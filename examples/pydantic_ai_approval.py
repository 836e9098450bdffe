"""Pydantic AI: calls of tools with `requires_approval`, decided by people. The run ends meanwhile, and no thread waits.

result = await agent.run("Refund order 17")          # its output is DeferredToolRequests
cases = asked(result.output, office, agent="refund-bot", why="The parcel never came.")
results = decided(result.output, cases, office)       # later; None while somebody has to decide
await agent.run(message_history=result.all_messages(), deferred_tool_results=results)
"""

from pydantic_ai import DeferredToolRequests, DeferredToolResults, ToolApproved, ToolDenied
from pydantic_ai.tools import DeferredToolApprovalResult

from examples.approvals import Approvals, Approved, Asked, decision

Cases = dict[str, int]
"""Id of a tool call -> its case. Keep it beside the messages of the run."""


def asked(requests: DeferredToolRequests, office: Approvals, *, agent: str, why: str) -> Cases:
    """Ask for all calls that need approval, and return their cases. Once more is the same: nobody is asked twice."""
    return {
        call.tool_call_id: office.ask(
            call.tool_call_id, agent=agent, tool=call.tool_name, arguments=call.args_as_dict(), why=why
        )
        for call in requests.approvals
    }


def decided(
    requests: DeferredToolRequests, cases: Cases, office: Approvals, *, wait: int = 0
) -> DeferredToolResults | None:
    """Return what people decided, for the run that goes on; None while a call is undecided.

    Each approved call is made with the arguments that were approved, whatever the model asked for. `wait`: seconds of
    the long poll for each.
    """
    answers: dict[str, bool | DeferredToolApprovalResult] = {}
    for id, case in cases.items():
        found = decision(office.look(case, wait=wait), id)
        if found is None or isinstance(found, Asked):
            return None
        if isinstance(found, Approved):
            answers[id] = ToolApproved(override_args=found.arguments)
        else:
            answers[id] = ToolDenied(
                f"{'A person refused it' if found.by_a_person else 'Not approved'}: {found.reason}"
            )
    return requests.build_results(approvals=answers)
