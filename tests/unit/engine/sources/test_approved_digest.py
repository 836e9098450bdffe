"""The digest of what was approved can be computed by whoever acts on it, from the documentation alone."""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from workflows.engine.sources.told.approved_digest import digest_of

PAGE = (Path(__file__).parents[4] / "docs" / "webhooks.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(json|python)\n(.*?)```", PAGE, re.DOTALL)
VECTORS: list[dict[str, Any]] = next(json.loads(text) for kind, text in BLOCKS if kind == "json" and text[0] == "[")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["workflow"])
def test_the_vectors_of_the_documentation_hold(vector: dict[str, Any]) -> None:
    """Values, form and digest of each vector fit, by our function and by the one that is shown."""
    assert sha256(vector["form"].encode()).hexdigest() == vector["digest"].removeprefix("sha256:")
    given = vector["workflow"], vector["case"], vector["output"]
    assert digest_of(*given) == vector["digest"]
    shown: dict[str, Any] = {}
    exec(next(text for kind, text in BLOCKS if kind == "python" and "rfc8785" in text), shown)  # our own page
    assert shown["digest_of"](*given) == vector["digest"]


def test_the_example_names_its_own_values() -> None:
    """The case that is shown first has the digest of what was approved in it."""
    case = json.loads(BLOCKS[0][1])
    assert case["digest"] == digest_of(case["workflow"], case["key"], case["approved"])


def test_a_changed_value_has_another_digest() -> None:
    """Type and digits count: what was approved as text is not the number."""
    digests = {digest_of("refunds", "order-17", {"amount": amount}) for amount in ("12.50", "12.5", 12.5, "12.51")}
    assert len(digests) == 4


def test_a_large_integer_has_no_digest() -> None:
    """RFC 8785 has no form for it, since other languages would read another number."""
    with pytest.raises(ValueError, match="exceeds"):
        digest_of("refunds", "order-17", {"id": 2**53 + 1})
