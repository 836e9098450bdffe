"""A value in another form than agreed is named by its field, and not by what pydantic tried."""

from typing import Annotated

import pytest
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from workflows.tools.contracts import complaint


def test_a_field_of_several_kinds_is_named_without_the_kind_that_was_tried() -> None:
    agreed = TypeAdapter(dict[str, int | Annotated[list[int], BeforeValidator(lambda value: value)]])
    value = {"amount": "many"}
    with pytest.raises(ValidationError) as wrong:
        agreed.validate_python(value)
    said = complaint(wrong.value, lambda: value, agreed.validate_python)
    assert said == ("amount: has to be a whole number, and not 'many'; amount: has to be a list, and not 'many'")
