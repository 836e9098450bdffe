"""An engineer's night: a case failed, its test is pulled, the code is mended, and the cause is run again."""

import json
import re

import pytest

from tests.acceptance.project import Project
from tests.acceptance.test_typing import reported

pytestmark = pytest.mark.slow

CODE = """
from typing import Annotated, Literal

from countersign import Ask, Autonomy, Personal, Proposal, Run, Workflow, step
from pydantic import BaseModel


class Claim(BaseModel):
    id: int
    customer: Annotated[str, Personal]
    text: str


class Verdict(BaseModel):
    verdict: Literal["refund", "decline"]


claims = Workflow(
    name="claims",
    decision="Do we pay?",
    owner="U0MARIA",
    is_sample=True,
    input=Claim,
    output=Verdict,
    key=lambda claim: f"claim-{claim.id}",
    autonomy=Autonomy.floor(0.9),
)


@step
def account(customer: str) -> dict[str, str]:
    known = {"name": customer} if customer == "Marion Berger" else {"name": customer, "level": "gold"}
    return known


@claims.propose
def propose(claim: Claim, ask: Ask[Verdict]) -> Proposal[Verdict]:
    level = account(claim.customer)["level"]
    verdict: Literal["refund", "decline"] = "refund" if level == "gold" else "decline"
    return Proposal(output=Verdict(verdict=verdict), confidence={"verdict": 0.95})


@step(does="execute")
def settle(claim: int, key: str) -> str:
    return f"S-{claim}"


@claims.deliver(idempotent=True)
def deliver(verdict: Verdict, run: Run[Claim]) -> str:
    return settle(run.input.id, run.key)
"""


def test_from_the_failure_over_a_red_and_a_green_test_to_the_delivery(project: Project) -> None:
    project.settings["COUNTERSIGN_WORKFLOWS"] = "claims.py"
    project.write({"claims.py": CODE})
    claim = {"id": 7, "customer": "Marion Berger", "text": "Broken, writes Marion Berger (mb@firm.de)"}
    project.run("countersign", "submit", json.dumps(claim), "--workflow", "claims")
    (cause,) = json.loads(project.run("countersign", "causes", "--json").stdout)
    assert (cause["step"], cause["error"]) == ("propose", "KeyError")

    pulled = project.run("countersign", "pull", "claim-7")
    assert pulled.returncode == 0, pulled.stderr
    file = project.folder / "tests" / "test_case_claim_7.py"
    for word in ("Marion", "Berger", "mb@firm.de"):
        assert word not in file.read_text()
    assert reported([file]) == set()
    ruff = project.run("ruff", "format", "--check", "--isolated", file)
    assert ruff.returncode == 0, ruff.stdout

    red = project.pytest("tests")
    assert "KeyError: 'level'" in red.stdout, red.stdout
    assert re.search(r"^claims\.py:\d+: KeyError$", red.stdout, re.MULTILINE)  # at the author's own line
    assert "1 failed" in red.stdout

    project.write({"claims.py": CODE.replace('["level"]', '.get("level")')})
    green = project.pytest("tests")
    assert "1 passed" in green.stdout, green.stdout

    again = project.run("countersign", "rerun", "cause", cause["name"])
    assert "1 of 1 through" in again.stdout, again.stdout + again.stderr
    case = json.loads(project.run("countersign", "case", "claim-7", "--json").stdout)
    assert case["runs"][-1]["state"] == "delivered"
    assert case["runs"][-1]["delivery"]["receipt"] == "S-7"
