"""Authors' models as they come: other names outside, computed fields, sets, strictness. What is decided arrives."""

from datetime import date
from decimal import Decimal
from typing import Literal

import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, JsonValue, computed_field

from tests.conftest import MakeWorld
from tests.world import World, sure, why
from workflows import Ask, Autonomy, Proposal, Run, Workflow, step
from workflows.engine.case.intake import Intake
from workflows.engine.errors import Refused
from workflows.engine.review import reviews
from workflows.engine.review.form.forms import entries, read_form
from workflows.engine.review.rerun import reruns
from workflows.engine.review.wrong import corrections


class Parcel(BaseModel):
    """The input, with the other system's names."""

    model_config = ConfigDict(extra="forbid", strict=False)

    parcel_id: int = Field(validation_alias=AliasChoices("parcelId", "id"))
    sent_on: date = Field(alias="sentOn")
    tags: frozenset[int] = frozenset()

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no property under a decorator
    @property
    def label(self) -> str:
        return f"parcel {self.parcel_id}"


class Route(BaseModel):
    """The decision, with the other system's names."""

    model_config = ConfigDict(extra="forbid", strict=True)

    depot_name: Literal["north", "south"] = Field(alias="depotName")
    fee: Decimal = Decimal("1.50")
    stops: set[int] = Field(default=set(), serialization_alias="theStops")

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no property under a decorator
    @property
    def far(self) -> bool:
        return self.depot_name == "north"


ANSWER: dict[str, JsonValue] = {"depot_name": "north", "fee": "2.50", "stops": [8, 0]}


@pytest.fixture
def applied() -> dict[str, Route]:
    """Key -> what the system of record was given."""
    return {}


@pytest.fixture
def workflow(applied: dict[str, Route]) -> Workflow[Parcel, Route]:
    workflow = Workflow(
        name="routing",
        decision="Which depot?",
        owner="U0MARIA",
        input=Parcel,
        output=Route,
        key=lambda parcel: str(parcel.parcel_id),
        autonomy=Autonomy.draft(),
    )

    @step
    def find(parcel: Parcel) -> Route:
        return Route(depotName="south", stops={8, 0})

    @workflow.propose
    def propose(parcel: Parcel, ask: Ask[Route]) -> Proposal[Route]:
        return ask(parcel=parcel, before=find(parcel))

    @workflow.never("send a parcel nowhere")
    def nowhere(parcel: Parcel, route: Route) -> bool:
        return not parcel.label or not route.depot_name

    @workflow.deliver(idempotent=True)
    def deliver(route: Route, run: Run[Parcel]) -> str:
        applied.setdefault(run.key, route)
        return run.input.label

    return workflow


def taken_in(world: World, workflow: Workflow[Parcel, Route], *tags: int) -> Intake:
    return world.submit(workflow, id=7, sentOn="2026-03-01", tags=list(tags)).intake


ROUTE = Route(depotName="north", fee=Decimal("2.50"), stops={0, 8})


def test_what_is_approved_arrives_as_it_was_proposed(
    make_world: MakeWorld, workflow: Workflow[Parcel, Route], applied: dict[str, Route]
) -> None:
    world = make_world(sure(0.9, **ANSWER))
    world.registry.add(workflow)
    assert taken_in(world, workflow, 8, 0) is Intake.TAKEN_IN
    assert taken_in(world, workflow, 0, 8) is Intake.DUPLICATE
    world.work()
    review = world.review(1)
    assert review.has_proposal, why(review)

    reviews.approve(world.context, review.id, review.version, by="U1")
    world.work()

    assert world.state(1) == "delivered"
    assert applied == {"routing/7": ROUTE}


def test_a_form_that_is_sent_back_unchanged_is_an_approval(
    make_sqlite_world: MakeWorld, workflow: Workflow[Parcel, Route], applied: dict[str, Route]
) -> None:
    world = make_sqlite_world(sure(0.9, **ANSWER))
    world.registry.add(workflow)
    taken_in(world, workflow)
    world.work()
    review = world.review(1)

    reviews.edit(world.context, review.id, review.version, read_form(Route, entries(ROUTE)), by="U1")
    world.work()

    assert applied == {"routing/7": ROUTE}
    decided = world.case(1).newest.review
    assert decided is not None
    assert decided.decisions[0].kind == "approved"


def test_it_can_be_run_again_and_corrected(
    make_sqlite_world: MakeWorld, workflow: Workflow[Parcel, Route], applied: dict[str, Route]
) -> None:
    world = make_sqlite_world(sure(0.9, **ANSWER))
    world.registry.add(workflow)
    taken_in(world, workflow)
    world.work()
    reruns.rerun(world.context, 1, by="U0DEV", from_step="ask")
    world.work()
    review = world.review(1)
    reviews.approve(world.context, review.id, review.version, by="U1")
    world.work()
    assert world.state(1) == "delivered"

    with pytest.raises(Refused, match="these values are the ones that were delivered"):
        corrections.correct(world.context, 1, Route(depotName="north", fee=Decimal("2.50"), stops={8, 0}), by="U1")
    corrections.correct(world.context, 1, Route(depotName="south"), by="U1")
    review = world.review(1)
    reviews.approve(world.context, review.id, review.version, by="U1")
    world.work()
    assert applied == {"routing/7": ROUTE, "routing/7/correction-1": Route(depotName="south")}
