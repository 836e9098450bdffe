"""Doubts about what a person typed: said once beside the field, passed over by sending the form again, and kept."""

from decimal import Decimal

import pytest
from pydantic import BaseModel

from store import schema
from tests.sample import Ticket
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, Stage, inputs, options, words
from tests.world import sure
from workflows import Autonomy, Run, Workflow
from workflows.engine.declare.registry import AnyWorkflow

pytestmark = pytest.mark.slow

TEXT = "From Acme. Net 100.00, tax 19.00, total 119.00."


class Sums(BaseModel):
    supplier: str
    net: Decimal
    tax: Decimal
    total: Decimal


def sums(delivered: list[Sums]) -> AnyWorkflow:
    """Return an automation whose checks look at amounts."""
    workflow = Workflow(
        name="sums",
        decision="What does it come to?",
        owner="U0MARIA",
        input=Ticket,
        output=Sums,
        key=lambda ticket: f"sum-{ticket.id}",
        autonomy=Autonomy.draft(),
        evidence=("supplier",),
    )

    @workflow.check("net and tax add up to the total", fields=("net", "tax", "total"))
    def adds_up(ticket: Ticket, found: Sums) -> bool:
        return found.net + found.tax == found.total

    @workflow.check("the supplier has a name", fields=("supplier",))
    def has_name(ticket: Ticket, found: Sums) -> bool:
        if found.supplier == "Fail":
            raise RuntimeError("the check itself is broken")
        return found.supplier != "?"

    @workflow.never("pay nothing")
    def pays_nothing(ticket: Ticket, found: Sums) -> bool:
        return found.total == 0

    @workflow.deliver(idempotent=True)
    def book(found: Sums, run: Run[Ticket]) -> str:
        delivered.append(found)
        return "booked"

    return workflow


@pytest.fixture
def delivered() -> list[Sums]:
    return []


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage(sure(0.6, supplier="Acme", net="100.00", tax="19.00", total="119.00"))


def opened(stage: Stage, delivered: list[Sums]) -> int:
    case = stage.submit(stage.placed(sums(delivered)), id=1, text=TEXT)
    stage.opened(ANA, "edit")
    return case


def details(stage: Stage) -> dict[str, object]:
    """Return what the audit says of the decision."""
    rows = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    return dict(next(row for row in rows if row.action == "review.edited").details)


def test_what_the_case_does_not_say_is_doubted_beside_the_field_once_and_then_recorded(
    stage: Stage, delivered: list[Sums]
) -> None:
    opened(stage, delivered)
    assert stage.person(ANA).submit({"total.0.0": "4760.00"}).outcome == "updated"
    form = stage.view(ANA)
    said = words(form.blocks)
    assert "Not recorded yet. Look at: Total. The doubt stands below each." in said
    assert "⚠ The case has no 4,760.00" in said
    assert "⚠ This does not hold: net and tax add up to the total" in said
    kinds = [str(block["block_id"]).split(".")[0].split("!")[0] for block in form.blocks if block["type"] != "actions"]
    assert kinds[kinds.index("total") + 1] == "warned"  # directly below its input
    assert form.values["total.0.1"]["value"]["value"] == "4760.00"
    assert delivered == []

    assert stage.person(ANA).submit().outcome == "closed"
    stage.work()
    assert delivered[0].total == Decimal("4760.00")
    despite = str(details(stage)["despite"])
    assert despite == "total: not_in_text; total: does_not_hold (net and tax add up to the total)"
    assert "4760" not in despite  # the audit has nothing of the case


def test_what_the_case_says_in_another_form_and_what_was_not_changed_is_not_doubted(
    stage: Stage, delivered: list[Sums]
) -> None:
    opened(stage, delivered)
    assert stage.person(ANA).submit({"net.0.0": "119", "tax.0.0": "0"}).outcome == "closed"
    assert "despite" not in details(stage)


def test_a_doubt_that_was_not_shown_is_not_passed_over(stage: Stage, delivered: list[Sums]) -> None:
    opened(stage, delivered)
    assert stage.person(ANA).submit({"total.0.0": "4760.00"}).outcome == "updated"
    assert stage.person(ANA).submit({"total.0.1": "4761.00"}).outcome == "updated"
    assert "⚠ The case has no 4,761.00" in words(stage.view(ANA).blocks)
    assert stage.person(ANA).submit({"total.0.2": "119.00"}).outcome == "closed"
    assert delivered == []
    stage.work()
    assert delivered[0].total == Decimal("119.00")


def test_a_value_that_has_to_be_quoted_and_a_check_that_cannot_be_made_are_said(
    stage: Stage, delivered: list[Sums]
) -> None:
    opened(stage, delivered)
    assert stage.person(ANA).submit({"supplier.0.0": "Fail"}).outcome == "updated"
    said = words(stage.view(ANA).blocks)
    assert "⚠ The case has no Fail" in said
    assert "⚠ This could not be checked: the supplier has a name" in said


def test_doubts_and_rules_to_confirm_cost_one_more_press_together(stage: Stage, delivered: list[Sums]) -> None:
    opened(stage, delivered)
    assert stage.person(ANA).submit({"total.0.0": "0"}).outcome == "updated"
    form = stage.view(ANA)
    assert "This breaks a rule:\nnever pay nothing" in words(form.blocks)
    assert "⚠ This does not hold: net and tax add up to the total" in words(form.blocks)
    (box,) = [name for name in inputs(form) if name.startswith("confirm!")]
    assert stage.person(ANA).submit({box: [*options(inputs(form)[box])]}).outcome == "closed"
