"""Follows the audit: its rows alone tell how each run, review and delivery came to stand where it stands."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise

from store import schema
from store.states import DeliveryState, ReviewState, RunState, SpotCheckState
from tests.integration.engine.scene import rows
from tests.world import World
from workflows.engine.case.moves import DELIVERY_MOVES, REVIEW_MOVES, RUN_MOVES, SPOT_CHECK_MOVES
from workflows.engine.review.decisions import Follows

Chain = list[tuple[str, str]]
"""Moves (from, to), oldest first."""


def follow_the_trail(world: World) -> None:
    """The moves of each run, review and delivery lead from its first state to its present one, along the table."""
    moves = _moves(world)
    for run in rows(world, schema.Run):
        begun = RunState.WAITING if run.correction and run.from_step is None else RunState.READY
        chain = moves[f"run:{run.id}"]
        _leads(chain, begun, run.state)
        assert all(RunState(to) in RUN_MOVES[RunState(frm)] for frm, to in chain)
    for review in rows(world, schema.Review):
        chain = moves[f"review:{review.id}"]
        _leads(chain, ReviewState.OPEN, review.state)
        assert all(frm == to or ReviewState(to) in REVIEW_MOVES[ReviewState(frm)] for frm, to in chain)
    for delivery in rows(world, schema.Delivery):
        chain = moves[f"delivery:{delivery.id}"]
        _leads(chain, DeliveryState.INTENDED, delivery.state)
        assert all(DeliveryState(to) in DELIVERY_MOVES[DeliveryState(frm)] for frm, to in chain)

    for check in rows(world, schema.SpotCheck):
        chain = moves[f"spot_check:{check.id}"]
        _leads(chain, SpotCheckState.OPEN, check.state)
        assert all(SpotCheckState(to) in SPOT_CHECK_MOVES[SpotCheckState(frm)] for frm, to in chain)


def _leads(chain: Chain, begun: str, present: str) -> None:
    assert all(to == frm for (_, to), (frm, _) in pairwise([("", begun), *chain, (present, "")]))


def _moves(world: World) -> Mapping[str, Chain]:
    found: defaultdict[str, Chain] = defaultdict(list)
    for row in rows(world, schema.AuditRow):
        kind, _, word = row.action.partition(".")
        if "from" not in row.details or word == "begun_again":
            continue
        if word in ("overdue", "put_off", "reminded", "escalated", "assigned"):
            word = row.details["from"]
        elif kind == "spot_check" and word == "graded":
            word = SpotCheckState.AWAITING_SECOND
        elif kind == "review" and word != ReviewState.SUPERSEDED:
            # A decision is written down with its own word; by hand, or taken back, it leaves the review open.
            is_open = word == "taken_back" or row.details.get("follows") == Follows.BY_HAND
            waits = row.details.get("second") is not None
            decided = ReviewState.AWAITING_SECOND if waits else ReviewState.DECIDED
            word = ReviewState.OPEN if is_open else decided
        found[str(row.subject)].append((row.details["from"], word))
    return found
