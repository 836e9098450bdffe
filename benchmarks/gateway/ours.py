"""The gateway as in the product: each question of a case and a run of its own, with a budget.

python -m benchmarks.gateway.ours URL DATABASE CASES
"""

import sys
from datetime import UTC
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from benchmarks.gateway.asked import KEY, MAX_TOKENS, MODEL, SYSTEM, ticket
from benchmarks.gateway.loop import SAME, in_threads
from benchmarks.gateway.triage import Triage
from bot.app import App, opened
from bot.settings import Settings
from store.schema import Run
from workflows.engine.case import intake
from workflows.engine.propose.model_outages import KnownOutages
from workflows.model.concurrency import Concurrency
from workflows.model.envelope import form
from workflows.model.gateway import Gateway
from workflows.model.port import Account, Prompt, Question
from workflows.model.vendors.anthropic.client import AnthropicVendor

MOST = 200
"""Most questions at once."""
_AT_ONCE = 500
_PROMPT = Prompt(name="triage.md", text=SYSTEM, version="0" * 12, max_tokens=MAX_TOKENS, form=form(Triage))


def main() -> None:
    """Ask."""
    url, database, cases = sys.argv[1], sys.argv[2], int(sys.argv[3])
    settings = Settings(database_url=database, workflows=(str(Path(__file__).parent / "triage.py"),), threads=24)
    with opened(settings) as app:
        runs = _taken_in(app, cases)
        context = app.context
        gateway = Gateway(
            AnthropicVendor(api_key=KEY, base_url=url),
            database=context.database,
            team=context.team,
            clock=context.clock,
            outages=KnownOutages(context.database, team=context.team, clock=context.clock),
            default_model=MODEL,
            concurrency=Concurrency(at_once=MOST),
        )

        def ask(number: int) -> None:
            case, run = runs[number]
            account = Account(case=case, run=run, per_case=Decimal(10_000), per_day=Decimal(1_000_000), timezone=UTC)
            text = ticket(number)
            answer = gateway.answer(
                Question(
                    workflow="triage", output=Triage, prompt=_PROMPT, data={"ticket": text}, text=text, account=account
                )
            )
            assert answer.values is not None
            assert (answer.cached_from is not None) == (number == SAME and number in answered)
            answered.add(number)

        answered: set[int] = set()
        in_threads(ask)


def _taken_in(app: App, cases: int) -> list[tuple[int, int]]:
    """Take in cases; returns each with its run."""
    workflow = app.context.registry.get("triage")
    accepted = [intake.accept(workflow, {"id": number}) for number in range(cases)]
    for begin in range(0, cases, _AT_ONCE):
        intake.take_in(app.context, workflow, accepted[begin : begin + _AT_ONCE], source="benchmark", actor="benchmark")
    with app.context.database.read() as session:
        return [(case, run) for case, run in session.execute(select(Run.case_id, Run.id).order_by(Run.id))]


if __name__ == "__main__":
    main()
