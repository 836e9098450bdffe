"""The example for Pydantic AI, with the real library and a real office."""

import asyncio
from typing import Any

import pytest
from pydantic_ai import Agent, DeferredToolRequests
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.run import AgentRunResult

from examples.approvals import Approvals
from examples.pydantic_ai_approval import asked, decided
from tests.integration.handlers.mcp.office import Office

pytestmark = pytest.mark.slow
WHY = "The parcel never came."


def _model(messages: list[ModelMessage], _: AgentInfo) -> ModelResponse:
    """Call the tool first, and then say what came back."""
    last = messages[-1]
    returned = (
        [part for part in last.parts if isinstance(part, ToolReturnPart)] if isinstance(last, ModelRequest) else []
    )
    if returned:
        return ModelResponse(parts=[TextPart(str(returned[0].content))])
    call = ToolCallPart(tool_name="refund", args={"order": 17, "euros": 20}, tool_call_id="call-1")
    return ModelResponse(parts=[call])


class Bot:
    """An agent with one tool, and what that tool did."""

    def __init__(self) -> None:
        self.refunds: list[tuple[int, int]] = []
        self.agent: Agent[None, str | DeferredToolRequests] = Agent(
            FunctionModel(_model), output_type=[str, DeferredToolRequests]
        )

        @self.agent.tool_plain(requires_approval=True)
        def refund(order: int, euros: int) -> str:
            """Refund an order."""
            self.refunds.append((order, euros))
            return f"refunded {euros} euros"

    def begun(self) -> tuple[AgentRunResult[str | DeferredToolRequests], DeferredToolRequests]:
        """Run it up to the call."""
        result = self.run("Refund order 17")
        assert isinstance(result.output, DeferredToolRequests)
        return result, result.output

    def run(self, *words: str, **options: Any) -> AgentRunResult[str | DeferredToolRequests]:
        """Run it in a loop that is closed afterwards, which `run_sync` leaves open. Any: the options of its `run`."""
        return asyncio.run(self.agent.run(*words, **options))


def test_the_run_ends_with_the_call_and_another_one_makes_exactly_what_was_approved(
    people: Office, approvals: Approvals
) -> None:
    """A person changed the amount, and the tool got that."""
    bot = Bot()
    result, requests = bot.begun()
    cases = asked(requests, approvals, agent="helper", why=WHY)
    assert asked(requests, approvals, agent="helper", why=WHY) == cases
    assert decided(requests, cases, approvals) is None
    people.change(cases["call-1"], order=17, euros=15)
    results = decided(requests, cases, approvals, wait=60)
    done = bot.run(message_history=result.all_messages(), deferred_tool_results=results)
    assert (done.output, bot.refunds) == ("refunded 15 euros", [(17, 15)])


def test_a_refusal_reaches_the_model_with_its_reason_and_nothing_is_called(
    people: Office, approvals: Approvals
) -> None:
    """The model reads why."""
    bot = Bot()
    result, requests = bot.begun()
    cases = asked(requests, approvals, agent="helper", why=WHY)
    people.refuse(cases["call-1"], reason="Not allowed")
    results = decided(requests, cases, approvals)
    done = bot.run(message_history=result.all_messages(), deferred_tool_results=results)
    assert (done.output, bot.refunds) == ("A person refused it: Not allowed", [])
