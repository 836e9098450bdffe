"""The plain API as the examples use it."""

import pytest

from examples.approvals import Approvals, Approved, NotWhatWasApproved, Refused, decision, exactly
from tests.integration.handlers.mcp.office import Office

pytestmark = pytest.mark.slow


def test_what_is_done_is_compared_with_what_was_approved(people: Office, approvals: Approvals) -> None:
    """Other arguments under the same case have another digest, and so have those of another case."""
    case = approvals.ask("call-1", agent="helper", tool="refund", arguments={"euros": 20}, why="It never came.")
    people.approve(case)
    told = approvals.look(case, wait=60)
    assert decision(told, "call-1") == Approved(arguments={"euros": 20})
    for other in ({**told, "key": "helper/call-2"}, {**told, "digest": None}):
        with pytest.raises(NotWhatWasApproved):
            decision(other, "call-1")
    for id, mistaken in (("call-2", told), ("call-1", {**told, "workflow": "agent-question"})):
        with pytest.raises(NotWhatWasApproved, match="another call"):
            decision(mistaken, id)
    with pytest.raises(NotWhatWasApproved):
        exactly(told, {"arguments": '{"euros": 9000}'})


def test_a_lapse_is_no_refusal_of_a_person(approvals: Approvals) -> None:
    """Both mean that nothing is done, and only one of them is somebody's word."""
    case = approvals.ask("call-1", agent="helper", tool="refund", arguments={}, why="It never came.")
    told = approvals.look(case)
    assert decision(told, "call-1") is None
    assert decision({**told, "state": "expired"}, "call-1") == Refused(
        reason="Nobody decided in time.", by_a_person=False
    )
    assert decision({**told, "state": "closed", "reason": "No."}, "call-1") == Refused(reason="No.", by_a_person=True)
