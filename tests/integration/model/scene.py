"""Countersign with the real gateway, before a server that speaks like Anthropic's."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from handlers.texts.review.reasons import in_words
from store import schema
from store.cases import contents
from store.model import spending
from tests.integration.model.server import AnthropicServer
from tests.sample import Desk, sample_workflow
from tests.waiting import LONGEST
from tests.world import World
from workflows.engine.propose.model_outages import KnownOutages
from workflows.engine.reasons import from_json
from workflows.model.circuit_breakers import Breakers
from workflows.model.concurrency import Concurrency
from workflows.model.gateway import Gateway
from workflows.model.port import Prompt
from workflows.model.vendors.anthropic.client import AnthropicVendor

KEY = "sk-ant-api03-not-a-real-key"
HAIKU, SONNET = "claude-haiku-5-5", "claude-sonnet-5"


def filled_in(queue: str = "billing", confidence: float = 0.95) -> str:
    return json.dumps(
        {
            "evidence": [],
            "reasons": ["It is about money."],
            "answer": {"queue": queue, "reply": "We look at it."},
            "confidence": {"queue": confidence, "reply": confidence},
        }
    )


class Scene:
    """Countersign with the real gateway, before a server that speaks like Anthropic's."""

    def __init__(self, world: World, server: AnthropicServer) -> None:
        self.world = world
        self.server = server
        self.workflow = sample_workflow(Desk())
        world.registry.add(self.workflow)
        self.tell(model=HAIKU)
        self.vendor = AnthropicVendor(api_key=KEY, base_url=server.url, timeout=LONGEST)
        self.outages = KnownOutages(world.database, team=world.context.team, clock=world.clock)
        self.open_breakers()

    def tell(self, **how: Any) -> None:
        """Give the workflow another prompt."""
        prompt = Prompt(name="triage.md", text="Sort the ticket.", version="0123456789ab", **how)
        self.world.registry._prompts[self.workflow.name] = prompt

    def open_breakers(
        self,
        *,
        open_for: timedelta = timedelta(minutes=5),
        concurrency: Concurrency | None = None,
        sleep: Callable[[float], None] | None = None,
        **how: Any,
    ) -> None:
        """A new process: its breakers know nothing. `sleep`: left out, the waits are noted and not made."""
        world = self.world
        self.gateway = Gateway(
            self.vendor,
            database=world.database,
            team=world.context.team,
            clock=world.clock,
            outages=self.outages,
            default_model=HAIKU,
            concurrency=concurrency,
            breakers=Breakers(self.outages.began, open_for=open_for),
            sleep=sleep or world.waits.append,
            **how,
        )
        world.runner._models = lambda _: self.gateway

    def hurry(self, *, times: int = 1) -> None:
        """Give up so many requests after half a second each; those after them are given their time again."""
        left = [times]

        def wait(seconds: float) -> None:
            self.world.waits.append(seconds)
            left[0] -= 1
            if not left[0]:
                self.vendor._timeout = LONGEST

        self.vendor._timeout = 0.5
        self.open_breakers(sleep=wait)

    def case(self, number: int = 1, *, text: str = "I was charged twice") -> int:
        """Take in a case and work on it."""
        case = self.world.submit(self.workflow, id=number, text=text).case
        self.world.work()
        return case

    def why(self, case: int) -> list[tuple[str, str]]:
        """Return the reasons why a person is asked: codes and sentences."""
        with self.world.database.read() as session:
            review = session.query(schema.Review).filter_by(case_id=case).order_by(schema.Review.id.desc()).first()
            assert review is not None
            kept = contents.body(session, review.reasons_id, team=review.team_id)
            assert kept is not None
            found = from_json(kept)
        return [(reason.code, in_words(reason)) for reason in found]

    def outcomes(self) -> list[tuple[str, str]]:
        """Model and outcome of every attempt."""
        return [(row.model, row.outcome) for row in self.requests()]

    def requests(self) -> list[schema.ModelRequest]:
        return [row for row in self.world.rows(schema.ModelRequest) if isinstance(row, schema.ModelRequest)]

    def spent(self, budget: str, period: str = "") -> Decimal:
        with self.world.database.read() as session:
            return spending.taken(session, team=self.world.context.team, budget=budget, period=period)
