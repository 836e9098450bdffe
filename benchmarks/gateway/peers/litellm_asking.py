"""The peer litellm: a completion with retries, and its budget manager before and after it.

python -m benchmarks.gateway.peers.litellm_asking URL [tasks]
"""
# mypy: ignore-errors
# (its libraries stand in an environment of their own)

import os
import sys
import tempfile

import litellm

from benchmarks.gateway.asked import KEY, MAX_TOKENS, MODEL, SYSTEM, ticket
from benchmarks.gateway.loop import in_tasks, in_threads
from benchmarks.gateway.peers.filled import Filled

USER = "workflow:triage"


def main() -> None:
    """Ask."""
    url = sys.argv[1]
    # The budget manager writes its file into the working folder.
    os.chdir(tempfile.mkdtemp())
    budget = litellm.BudgetManager(project_name="bench")
    budget.create_budget(total_budget=1_000_000, user=USER)

    def request(number: int) -> dict:
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": ticket(number)}]
        assert budget.projected_cost(MODEL, messages, USER) < budget.get_total_budget(USER)
        return {
            "model": f"anthropic/{MODEL}",
            "api_key": KEY,
            "api_base": url,
            "max_tokens": MAX_TOKENS,
            "messages": messages,
            "response_format": Filled,
            "num_retries": 3,
        }

    def settle(response) -> None:
        budget.update_cost(completion_obj=response, user=USER)
        assert Filled.model_validate_json(response.choices[0].message.content).answer.queue == "billing"

    def ask(number: int) -> None:
        settle(litellm.completion(**request(number)))

    async def ask_in_task(number: int) -> None:
        settle(await litellm.acompletion(**request(number)))

    if sys.argv[2:] == ["tasks"]:
        in_tasks(ask_in_task)
    in_threads(ask)


main()
