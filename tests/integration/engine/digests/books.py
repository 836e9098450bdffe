"""Books that a cost report is made from: requests through the real ledger, and steps that made none."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import select

from store import schema
from store.db import rows
from store.governance import teams
from store.states import Resolution, RunState, StepState
from tests.world import World
from workflows import Run, Workflow
from workflows.engine.context import Context
from workflows.engine.declare.registry import Registry
from workflows.engine.declare.workflow import Budget
from workflows.engine.digests.cost import figures
from workflows.engine.digests.cost.views import CostFigures
from workflows.engine.digests.days import Days
from workflows.engine.digests.scope import Scope
from workflows.engine.propose.model_outages import KnownOutages
from workflows.model.asking.request_attempts import Attempt
from workflows.model.ledger import Asked, Given, Ledger
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import Account, Usage
from workflows.model.prices import OwnPrice, Prices

BERLIN = ZoneInfo("Europe/Berlin")
PRICES = Prices(
    own={
        "small": OwnPrice(read=Decimal(1), written=Decimal(5)),
        "large": OwnPrice(read=Decimal(10), written=Decimal(50)),
    }
)


class Letter(BaseModel):
    """An input."""

    id: int


class Reply(BaseModel):
    """An output."""

    text: str


@dataclass(kw_only=True)
class CostBooks:
    """The books of a team of its own, with two workflows."""

    world: World
    zones: tuple[str, str] = ("Europe/Berlin", "Europe/Berlin")
    context: Context = field(init=False)
    cases: int = 0

    def __post_init__(self) -> None:
        registry = Registry()
        for name, zone in zip(("triage", "invoices"), self.zones, strict=True):
            registry.add(_workflow(name, zone))
        clock = self.world.clock
        with self.world.database.write() as session:
            team = rows.add(
                session, schema.Team, name="another", created_at=datetime(2025, 1, 1, tzinfo=clock().tzinfo)
            )
            self.workflows = {
                name: teams.workflow_id(session, team=team, name=name, options=None, at=clock())
                for name in ("triage", "invoices")
            }
        self.context = replace(self.world.context, team=team, registry=registry, prices=PRICES)
        self.ledger = Ledger(
            self.world.database,
            team=team,
            clock=clock,
            outages=KnownOutages(self.world.database, team=team, clock=clock),
            prices=PRICES,
        )

    def come(self, workflow: str = "triage", *, state: RunState = RunState.RUNNING) -> tuple[int, int]:
        """Have a case come in; returns it with its run."""
        self.cases += 1
        at, team, of = self.world.clock(), self.context.team, self.workflows[workflow]
        resolution = Resolution.ALONE if state is RunState.DELIVERED else None
        with self.world.database.write() as session:
            case = rows.add(
                session,
                schema.Case,
                team_id=team,
                workflow_id=of,
                key=f"letter-{self.cases}",
                revision=1,
                content_hash="h",
                source="test",
                received_at=at,
            )
            content = rows.add(session, schema.Content, team_id=team, case_id=case, kind="input", body='{"id": 1}')
            run = rows.add(
                session,
                schema.Run,
                team_id=team,
                case_id=case,
                workflow_id=of,
                revision=1,
                correction=0,
                state=state,
                lease=1,
                input_id=content,
                resolution=resolution,
                created_at=at,
                changed_at=at,
            )
        return case, run

    def ask(
        self,
        dollars: str | Decimal | None,
        *,
        workflow: str = "triage",
        model: str = "small",
        prompt: str = "p1",
        of: tuple[int, int] | None = None,
        eval: bool = False,
        reserved: Decimal = Decimal(100),
        usage: Usage = Usage(input_tokens=1_000, output_tokens=100),  # noqa: B008  # frozen
    ) -> int:
        """Ask a model now; returns the request. `dollars`: None for a cost that nobody knows."""
        case, run = (None, None) if eval else of or self.come(workflow)
        asked = self._asked(workflow, model, prompt, case, run)
        reservation = self.ledger.reserve(asked, reserved)
        cost = None if dollars is None else Decimal(dollars)
        outcome = Outcome.ANSWERED if dollars is not None else Outcome.TRANSIENT
        self.ledger.settle(
            reservation,
            Attempt(verdict=Verdict(outcome=outcome), model=model, usage=usage if dollars is not None else Usage()),
            said="{}",
            cost=cost,
            request_id=None,
            milliseconds=1.0,
        )
        return reservation.request

    def give_again(self, request: int) -> None:
        """Give the answer to an earlier request again, to another case of the same workflow."""
        with self.world.database.read() as session:
            first = session.scalars(select(schema.ModelRequest).where(schema.ModelRequest.id == request)).one()
        case, run = self.come(first.workflow)
        asked = self._asked(first.workflow, first.model, first.prompt_version, case, run)
        self.ledger.give_again(asked, Given(request=request, said="{}", answered_by=first.model))

    def make_step(self, dollars: str | Decimal, *, workflow: str = "triage") -> int:
        """Have a step cost something whose run asks no model; returns its case."""
        case, run = self.come(workflow)
        with self.world.database.write() as session:
            rows.add(
                session,
                schema.Step,
                team_id=self.context.team,
                run_id=run,
                position=1,
                name="ask",
                nth=1,
                attempt=1,
                state=StepState.FINISHED,
                input_hash="h",
                body="{}",
                started_at=self.world.clock(),
                milliseconds=1.0,
                cost=Decimal(dollars),
            )
        return case

    def of_days(self, days: Days, *, workflow: str | None = None) -> CostFigures:
        """Return the report of some days."""
        with self.world.database.read() as session:
            return figures.gather_day(session, self._scope(days, workflow))

    def of_month(self, days: Days) -> CostFigures:
        """Return the report of a month."""
        with self.world.database.read() as session:
            return figures.gather_month(session, self._scope(days, None))

    def _scope(self, days: Days, workflow: str | None) -> Scope:
        return Scope(context=self.context, days=days, at=self.world.clock(), workflow=workflow)

    def _asked(self, workflow: str, model: str, prompt: str, case: int | None, run: int | None) -> Asked:
        declared = self.context.registry.get(workflow)
        account = Account(
            case=case,
            run=run,
            eval=1 if case is None else None,
            per_case=Decimal(declared.budget.per_case),
            per_day=Decimal(declared.budget.per_day),
            timezone=declared.timezone,
        )
        return Asked(
            workflow=workflow,
            account=account,
            model=model,
            prompt_version=prompt,
            input_hash="h",
            told="text",
            cache_key="k",
            number=1,
        )


def _workflow(name: str, zone: str) -> Workflow[Letter, Reply]:
    workflow = Workflow(
        name=name,
        decision="What?",
        owner="U0MARIA",
        input=Letter,
        output=Reply,
        key=lambda letter: str(letter.id),
        timezone=zone,
        budget=Budget(per_case="900", per_day="1000"),
    )

    @workflow.deliver
    def send(reply: Reply, run: Run[Letter]) -> str:
        return run.key

    return workflow
