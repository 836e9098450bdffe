"""A few labels are enough in these tests."""

import pytest

from tests.integration.quality.autonomy.earned import FEWEST
from workflows.quality.autonomy import epochs


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a few labels be enough."""
    monkeypatch.setattr(epochs, "FEWEST", FEWEST)
