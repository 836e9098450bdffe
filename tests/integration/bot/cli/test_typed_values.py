"""`edit --set` takes each kind of field as people write it, and `show` shows it so."""

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow

CLAIMS = """
from datetime import time, timedelta
from enum import Enum
from typing import Literal

from pydantic import AwareDatetime, BaseModel
from workflows import Run, Workflow


class Kind(Enum):
    TRAVEL = "travel"
    MEALS = "meals"


class Urgency(Enum):
    RIGHT_NOW = 1
    LATER = 2


class Request(BaseModel):
    id: int
    text: str


class Claim(BaseModel):
    kind: Kind
    urgency: Urgency
    meeting: AwareDatetime
    opens: time
    took: timedelta | None = None
    checks: list[Literal["receipt", "policy"]]
    tags: list[str] = []


claims = Workflow(
    name="claims",
    decision="Is this claim paid?",
    owner="U0MARIA",
    input=Request,
    output=Claim,
    key=lambda request: f"claim-{request.id}",
    timezone="Europe/Berlin",
)


@claims.deliver(idempotent=True)
def deliver(claim: Claim, run: Run[Request]) -> str:
    return claim.model_dump_json()
"""


@pytest.fixture
def claims(empty: CommandLine) -> CommandLine:
    (empty.folder / "claims.py").write_text(CLAIMS)
    empty.settings["COUNTERSIGN_WORKFLOWS"] = "claims.py"
    empty("submit", '{"id": 1, "text": "Train to Berlin"}', "--workflow", "claims")
    return empty


def test_a_case_is_decided_with_words_and_no_json(claims: CommandLine) -> None:
    values = ["kind=Travel", "urgency=right now", "meeting=2026-03-01 14:30", "opens=9:00", "took=2 h"]
    values += ["checks=receipt, policy", "tags=berlin", "tags=train, 2nd class"]
    said = claims.done("edit", "1", *(word for value in values for word in ("--set", value)))
    assert (
        '{"kind":"travel","urgency":1,"meeting":"2026-03-01T14:30:00+01:00","opens":"09:00:00","took":"PT2H",'
        '"checks":["receipt","policy"],"tags":["berlin","train, 2nd class"]}'
    ) in said.out.replace("\n", "")
    shown = " ".join(claims.done("case", "1").out.split())
    for line in ("decided urgency right now", "decided meeting 2026-03-01 14:30 +01:00", "decided took 2 h"):
        assert line in shown
    assert claims.case(1)["runs"][0]["output"]["urgency"] == 1


def test_what_is_wrong_is_said_in_words(claims: CommandLine) -> None:
    values = ["kind=trip", "urgency=2", "meeting=2026-03-29 02:30", "opens=early", "checks=receipt", "tags=a"]
    error = claims("edit", "1", *(word for value in values for word in ("--set", value))).error()
    assert error == (
        "kind: has to be one of: travel, meals; "
        "meeting: the clocks of Europe/Berlin leave out 02:30 on that day; "
        "opens: has to be a time such as 14:30"
    )


def test_a_field_of_one_value_is_set_once(claims: CommandLine) -> None:
    error = claims("edit", "1", "--set", "kind=travel", "--set", "kind=meals").error()
    assert error == "kind: is set twice"
