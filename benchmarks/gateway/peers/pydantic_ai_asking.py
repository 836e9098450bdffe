"""The peer pydantic-ai: an agent with structured output, asked again where the answer does not fit.

python -m benchmarks.gateway.peers.pydantic_ai_asking URL
"""
# mypy: ignore-errors
# (its libraries stand in an environment of their own)

import sys

from anthropic import AsyncAnthropic
from pydantic_ai import Agent, NativeOutput
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from benchmarks.gateway.asked import KEY, MAX_TOKENS, MODEL, SYSTEM, ticket
from benchmarks.gateway.loop import in_tasks
from benchmarks.gateway.peers.filled import Filled


def main() -> None:
    """Ask."""
    # The SDK's own client: that of pydantic-ai has at most 100 connections.
    client = AsyncAnthropic(api_key=KEY, base_url=sys.argv[1])
    agent = Agent(
        AnthropicModel(MODEL, provider=AnthropicProvider(anthropic_client=client)),
        output_type=NativeOutput(Filled),
        instructions=SYSTEM,
        retries=2,
        model_settings={"max_tokens": MAX_TOKENS},
    )

    async def ask(number: int) -> None:
        done = await agent.run(ticket(number))
        assert done.output.answer.queue == "billing"

    in_tasks(ask)


main()
