"""The SDK alone: the request that the gateway makes, and nothing beside it.

python -m benchmarks.gateway.bare URL [tasks]
"""

import sys

import anthropic
from anthropic.types import MessageParam, OutputConfigParam, TextBlockParam

from benchmarks.gateway.asked import KEY, MAX_TOKENS, MODEL, SYSTEM, ticket
from benchmarks.gateway.loop import in_tasks, in_threads
from benchmarks.gateway.triage import Triage
from workflows.model.asking.user_turn import user_turn
from workflows.model.envelope import form


def main() -> None:
    """Ask."""
    schema = anthropic.transform_schema(dict(form(Triage)))
    wanted: OutputConfigParam = {"format": {"type": "json_schema", "schema": schema}}
    system: list[TextBlockParam] = [
        {"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    ]

    def turn(number: int) -> list[MessageParam]:
        return [{"role": "user", "content": user_turn({"ticket": ticket(number)})}]

    if sys.argv[2:] == ["tasks"]:
        tasks = anthropic.AsyncAnthropic(api_key=KEY, base_url=sys.argv[1])

        async def ask_in_task(number: int) -> None:
            answer = await tasks.messages.create(
                model=MODEL, max_tokens=MAX_TOKENS, system=system, messages=turn(number), output_config=wanted
            )
            assert answer.content

        in_tasks(ask_in_task)
    threads = anthropic.Anthropic(api_key=KEY, base_url=sys.argv[1])

    def ask(number: int) -> None:
        answer = threads.messages.create(
            model=MODEL, max_tokens=MAX_TOKENS, system=system, messages=turn(number), output_config=wanted
        )
        assert answer.content

    in_threads(ask)


if __name__ == "__main__":
    main()
