"""The evidence of an epoch as its row keeps it, with the watch over cases that no version is familiar with."""

from collections.abc import Mapping
from typing import Any

from workflows.quality.autonomy.certifying.earning import Earning
from workflows.quality.autonomy.certifying.suspicion import Suspicion

_UNFAMILIAR = "unfamiliar"


def state_of(earning: Earning, unfamiliar: Suspicion | None) -> dict[str, Any]:
    """Return it as JSON. `unfamiliar`: watch over the share of cases that go alone at no floor."""
    watch = [unfamiliar.expected, unfamiliar.rose, unfamiliar.fell] if unfamiliar is not None else None
    return {**earning.kept(), _UNFAMILIAR: watch}


def unfamiliar_of(state: Mapping[str, Any]) -> Suspicion | None:
    """Return the watch over the share of cases that go alone at no floor; None before anything goes alone."""
    watch = state.get(_UNFAMILIAR)
    return Suspicion(expected=watch[0], rose=watch[1], fell=watch[2]) if watch else None
