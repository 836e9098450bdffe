"""The API does what its own description says, and nothing that it does not: schemathesis reads it, and tries."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from handlers.web.api.forms import CaseDocument
from store.db.database import Database
from tests.integration.handlers.api.served import Served, served
from tests.paper import claims
from tests.sample import Triage
from tests.waiting import LONGEST
from workflows import Run, Workflow
from workflows.documents.documents import Documents
from workflows.documents.shelf import FolderShelf
from workflows.engine.sources.programs import api_sources, keys

pytestmark = pytest.mark.slow

_CHOICES = """
[generation]
allow-x00 = false # no database keeps a NUL in a text, and a schema can hardly say so
max-examples = 3
[phases.stateful]
enabled = false
# That bytes are a PDF, and that a reference is of a file that was handed in, is more than a schema can say.
[[operations]]
include-name = "POST /v1/documents"
checks.positive_data_acceptance.expected-statuses = ["2xx", "415", "422"]
[[operations]]
include-name = "POST /v1/workflows/claims/cases"
checks.positive_data_acceptance.expected-statuses = ["2xx", "422"]
[[operations]]
include-name = "POST /v1/cases/{id}/reply"
checks.positive_data_acceptance.expected-statuses = ["2xx", "404", "409", "422"]
"""


def test_schemathesis_finds_no_request_that_is_answered_otherwise_than_described(own: Database, tmp_path: Path) -> None:
    """Each check that it has: statuses, types, schemas, methods, keys, what fits and what does not."""
    with served(own, documents=Documents(FolderShelf(tmp_path / "shelf"))) as server:
        server.world.registry.add(exact_workflow())
        server.world.registry.add(claims())
        api_sources.add(server.world.context, "exact", by="tester", workflows=["exact", "claims"], per_minute=100_000)
        key = keys.make(server.world.context, "exact", by="tester").key
        told = described(server, key)
        schema, choices = tmp_path / "openapi.json", tmp_path / "schemathesis.toml"
        schema.write_text(json.dumps(told), "utf-8")
        choices.write_text(_CHOICES, "utf-8")
        # Nobody waits at a server that is about to stop.
        server.stop.set()
        command = [Path(sys.executable).with_name("schemathesis"), "--config-file", choices, "run", schema]
        command += ["--url", f"http://127.0.0.1:{server.port}", "--header", f"Authorization: Bearer {key}"]
        command += ["--continue-on-failure", "--seed", "1", "--no-color", "--checks", "all"]
        tried = subprocess.run(
            [str(part) for part in command], cwd=tmp_path, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    assert tried.returncode == 0, tried.stdout[-8_000:]


class Parcel(BaseModel):
    """An input that takes exactly what its schema says: forms usually take a number as text, too."""

    model_config = ConfigDict(strict=True, extra="forbid")

    id: int = Field(ge=0, le=10**6)
    text: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    express: bool = False


def exact_workflow() -> Workflow[Parcel, Triage]:
    exact = Workflow(
        name="exact",
        decision="Which queue?",
        owner="U0MARIA",
        input=Parcel,
        output=Triage,
        key=lambda parcel: f"parcel-{parcel.id}",
    )

    @exact.deliver
    def deliver(triage: Triage, run: Run[Parcel]) -> str:
        return "done"

    return exact


def described(server: Served, key: str) -> object:
    """Return the description, without idempotency keys: that one was used before is more than a schema can say."""
    told = server.ask("GET", "/v1/openapi.json", key=key).json
    for path in told["paths"].values():
        for operation in path.values():
            operation["parameters"] = [
                one for one in operation.get("parameters", []) if one["name"] != "Idempotency-Key"
            ]
    return told


def test_a_case_is_described_with_all_that_is_told_of_it(own: Database) -> None:
    """The form of the description and the one JSON form of a case have the same members."""
    with served(own) as server:
        case = server.hand_in(1).json["id"]
        told = server.ask("GET", f"/v1/cases/{case}")
    assert set(told.json) == set(CaseDocument.model_fields)
    CaseDocument.model_validate_json(told.body)
