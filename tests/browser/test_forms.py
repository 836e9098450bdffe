"""A form with an input of each kind, as a reviewer finds it in the browser."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Literal

import pytest
from playwright.sync_api import expect
from pydantic import AwareDatetime, BaseModel, Field, JsonValue

from tests.browser.conftest import OpenWindow
from tests.sample import Ticket
from tests.slack.stage import Stage
from workflows import Autonomy, Run, Workflow
from workflows.model.scripted import ScriptedModel, says

pytestmark = pytest.mark.slow


class Kind(Enum):
    TRAVEL = "travel"
    MEALS = "meals and drinks"


class Urgency(Enum):
    RIGHT_NOW = 1
    LATER = 2


class Address(BaseModel):
    street: str
    city: str


class Claim(BaseModel):
    kind: Kind
    urgency: Urgency | None
    amount: Decimal
    on: date
    meeting: AwareDatetime
    opens: time
    took: timedelta
    checks: list[Literal["receipt", "approval", "policy"]] = Field(description="What was looked at.")
    codes: list[Literal[tuple(f"code {n}" for n in range(12))]]  # type: ignore[valid-type]  # made of numbers
    tags: list[str]
    address: Address | None = None


FOUND: dict[str, JsonValue] = {
    "kind": "travel",
    "urgency": 1,
    "amount": "120.50",
    "on": "2026-03-01",
    "meeting": "2026-03-02T09:30:00+01:00",
    "opens": "08:00:00",
    "took": "PT2H30M",
    "checks": ["receipt", "policy"],
    "codes": ["code 7", "code 3"],
    "tags": ["berlin", "train, 2nd class"],
    "address": {"street": "Main street 5", "city": "Berlin"},
}


def test_each_kind_of_field_has_its_input_and_what_is_decided_is_delivered(
    stage: Stage, open_window: OpenWindow
) -> None:
    delivered: list[Claim] = []
    claims = Workflow(
        name="claims",
        decision="Is this claim paid?",
        owner="U0MARIA",
        input=Ticket,
        output=Claim,
        key=lambda ticket: f"claim-{ticket.id}",
        autonomy=Autonomy.draft(),
        timezone="Europe/Berlin",
    )

    @claims.deliver(idempotent=True)
    def deliver(claim: Claim, run: Run[Ticket]) -> str:
        delivered.append(claim)
        return "paid"

    stage.world.model = ScriptedModel(lambda _: says(FOUND, confidence=0.95))
    stage.submit(stage.placed(claims), id=1, text="Train to Berlin and back")
    window = open_window()
    card = window.message("Train to Berlin and back")
    for said in ("right now", "2026-03-02 09:30 +01:00", "2 h 30 min", "receipt, policy", "Main street 5"):
        expect(card).to_contain_text(said)
    form = window.open(card, "Edit")
    expect(form.get_by_label("Kind")).to_have_value("=travel")
    expect(form.get_by_label("Meeting, date")).to_have_value("2026-03-02")
    expect(form.get_by_label("Meeting, time")).to_have_value("09:30")
    expect(form).to_contain_text("In the time zone Europe/Berlin, where no other is named.")
    checks = form.get_by_role("group", name="Checks")
    expect(checks.get_by_label("receipt")).to_be_checked()
    expect(checks.get_by_label("approval")).not_to_be_checked()
    form.get_by_label("Kind").select_option(label="meals and drinks")
    form.get_by_label("Urgency").select_option(label="No value")
    form.get_by_label("Meeting, time").fill("16:05")
    checks.get_by_label("approval").check()
    form.get_by_role("group", name="Codes").get_by_label("code 11").check()
    form.get_by_label("Tags").fill("berlin\nbus")
    took = form.get_by_label("Took")
    took.fill("a while")
    window.submit()
    expect(took).to_have_accessible_description(re.compile("has to be a duration such as 2 h 30 min"))
    took.fill("45 min")
    window.submit()
    expect(window.modal).not_to_be_attached()
    stage.work()
    assert delivered == [
        Claim(
            kind=Kind.MEALS,
            urgency=None,
            amount=Decimal("120.50"),
            on=date(2026, 3, 1),
            meeting=datetime(2026, 3, 2, 15, 5, tzinfo=UTC),
            opens=time(8),
            took=timedelta(minutes=45),
            checks=["receipt", "approval", "policy"],
            codes=["code 7", "code 3", "code 11"],
            tags=["berlin", "bus"],
            address=Address(street="Main street 5", city="Berlin"),
        )
    ]
    card.get_by_role("button", name="1 reply").click()
    expect(window.page.locator("#thread-messages s", has_text="travel")).to_be_visible()
