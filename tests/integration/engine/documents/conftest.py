"""A Countersign with a shelf for documents."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from store.db.database import Database
from store.sources import sources
from store.states import SourceKind
from tests.paper import Claim, Verdict, claims
from tests.world import World, sure
from workflows.documents.document import Document
from workflows.documents.documents import Documents
from workflows.documents.shelf import FolderShelf
from workflows.engine.case import intake
from workflows.engine.declare.workflow import Workflow
from workflows.engine.documents.keeping import reference_of
from workflows.model.scripted import ScriptedModel


@pytest.fixture
def world(migrated_url: str, tmp_path: Path) -> Iterator[World]:
    """A Countersign whose documents are in a folder."""
    database = Database(migrated_url)
    documents = Documents(FolderShelf(tmp_path / "shelf"))
    yield World(database=database, model=ScriptedModel(sure(amount="12")), documents=documents)
    database.close()


@pytest.fixture
def workflow(world: World) -> Workflow[Claim, Verdict]:
    """An automation whose cases hold documents."""
    made = claims()
    world.registry.add(made)
    return made


def source(world: World, name: str) -> int:
    """Return the id of a new source of this name."""
    with world.database.write() as session:
        return sources.named_or_new(
            session, team=world.context.team, kind=SourceKind.API, name=name, by="U1", at=world.clock()
        )


def taken_in(world: World, workflow: Workflow[Claim, Verdict], number: str, *documents: Document) -> int:
    """Take in a claim with these documents; returns its case."""
    by_name = {reference_of(one): one for one in documents}
    form, *photos = by_name
    values: dict[str, JsonValue] = {"number": number, "form": form, "photos": [*photos]}
    accepted = intake.accept(workflow, values, arrived=lambda given: by_name[str(given)])
    (receipt,) = intake.take_in(world.context, workflow, [accepted], source="test", actor="tester")
    return receipt.case
