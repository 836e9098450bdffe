"""An error's words are kept and told without secrets, and without the words of its case (A37)."""

import pytest
from pydantic import BaseModel, ValidationError

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import rows, sample
from workflows import NotDone

TEXT = "My name is Maria Schmidt, and my card 4111 1111 1111 1111 was charged twice."
PASSWORD = "hunter2-planted"


class Strict(BaseModel):
    """The form that another system takes."""

    text: int


def refusal() -> NotDone:
    """The words of an author who tells all there is to tell."""
    with pytest.raises(ValidationError) as given:
        Strict.model_validate({"text": TEXT})
    return NotDone(f"postgresql://me:{PASSWORD}@db/x has no place for {TEXT!r}: {given.value}")


def test_a_failure_holds_no_secret_and_no_word_of_its_case(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.desk.errors.append(refusal())
    case = scene.worked(text=TEXT)
    assert scene.run(case).state == "failed"
    said = scene.problem(case)
    assert said.startswith("postgresql://[secret]@db/x has no place for '[case text]'")
    for planted in (PASSWORD, "Maria", "Schmidt", "4111"):
        assert planted not in said
    kept = [row.body for row in rows(scene.world, schema.Content) if row.kind == "problem"]
    assert len(kept) == 1
    assert "Maria" not in kept[0]
