"""The peer instructor: a form filled in, asked again where it does not fit.

python -m benchmarks.gateway.peers.instructor_asking URL [tasks]
"""
# mypy: ignore-errors
# (its libraries stand in an environment of their own)

import sys

import instructor
from anthropic import Anthropic, AsyncAnthropic

from benchmarks.gateway.asked import KEY, MAX_TOKENS, MODEL, SYSTEM, ticket
from benchmarks.gateway.loop import in_tasks, in_threads
from benchmarks.gateway.peers.filled import Filled


def _request(number: int) -> dict:
    return {
        "model": MODEL,
        "max_tokens": MAX_TOKENS,
        "system": SYSTEM,
        "messages": [{"role": "user", "content": ticket(number)}],
        "response_model": Filled,
        "max_retries": 3,
    }


def main() -> None:
    """Ask."""
    url = sys.argv[1]
    if sys.argv[2:] == ["tasks"]:
        tasks = instructor.from_anthropic(AsyncAnthropic(api_key=KEY, base_url=url))

        async def ask_in_task(number: int) -> None:
            filled = await tasks.messages.create(**_request(number))
            assert filled.answer.queue == "billing"

        in_tasks(ask_in_task)
    client = instructor.from_anthropic(Anthropic(api_key=KEY, base_url=url))

    def ask(number: int) -> None:
        assert client.messages.create(**_request(number)).answer.queue == "billing"

    in_threads(ask)


main()
