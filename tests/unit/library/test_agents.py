"""The two automations for agents: what a person approves, what is barred, and that no model is asked."""

import pytest
from countersign import InvalidInput
from countersign.testing import NeverBroken, Testbed
from pydantic import JsonValue

from workflows.library.agent_approval.call_arguments import is_object
from workflows.library.agent_approval.workflow import approval
from workflows.library.agent_question.workflow import question

CALL: dict[str, JsonValue] = {
    "id": "call-1",
    "agent": "refund-bot",
    "tool": "refund",
    "arguments": '{"order": 17, "amount": 20}',
    "why": "the parcel never came",
}
ASKED: dict[str, JsonValue] = {
    "id": "q-1",
    "question": "Which warehouse?",
    "context": "Order 17 is split",
    "options": ["Berlin", "Lyon"],
}


@pytest.mark.parametrize(
    "text",
    [
        *("[]", "17", "{", "", '{"a": 1, "a": 2}', '{"a": NaN}', "[" * 100_000, '{"a": 1} x'),
        *(
            '{"a": 9007199254740993}',
            '{"a": [-9007199254740992]}',
            '{"a": 1e400}',
            '{"a": "\\ud800"}',
            '{"\\udc00": 1}',
        ),
    ],
)
def test_arguments_that_two_readers_read_differently_are_no_object(text: str) -> None:
    assert not is_object(text)


def test_arguments_that_all_readers_read_alike_are_an_object() -> None:
    assert is_object('{"a": 9007199254740991, "b": 1.0, "c": 1e2, "ä": "日本 \\ud83d\\ude00"}')


def test_a_call_is_approved_edited_or_denied_and_the_receipt_says_who_has_it() -> None:
    with Testbed(approval) as bed:
        approved = bed.submit(CALL)
        assert "refund-bot wants to call refund" in approved.card
        approved.approve()
        assert approved.delivered is not None
        assert (approved.delivered.arguments, approved.receipt) == (CALL["arguments"], "handed to the source")
        edited = bed.submit({**CALL, "id": "call-2"})
        with pytest.raises(NeverBroken, match="barred: never approve a call whose arguments are no JSON object"):
            edited.edit(arguments="twenty euros", confirm=True)
        edited.edit(arguments='{"order": 17, "amount": 15}')
        assert edited.delivered is not None
        assert edited.delivered.arguments == '{"order": 17, "amount": 15}'
        denied = bed.submit({**CALL, "id": "call-3"})
        denied.reject("Not allowed", then="close")
        assert (denied.state, denied.delivered) == ("closed", None)


def test_a_call_that_is_no_object_is_approved_by_nobody_however_sure_its_source_is() -> None:
    with Testbed(approval) as bed:
        output: dict[str, JsonValue] = {"arguments": "rm -rf /"}
        case = bed.submit(CALL, proposal={"output": output, "confidence": 1.0, "model": "claude-x"})
        assert "never: approve a call whose arguments are no JSON object" in case.why
        assert "proposed by the source, so a person decides" in case.why
        with pytest.raises(NeverBroken, match="barred"):
            case.approve(confirm=True)


def test_a_question_is_answered_by_a_person_with_what_the_agent_proposes_or_by_hand() -> None:
    with Testbed(question) as bed:
        by_hand = bed.submit(ASKED)
        assert by_hand.why == ("the agent asks a person, and sent no answer of its own",)
        by_hand.edit(answer="Lyon")
        assert by_hand.delivered is not None
        assert (by_hand.delivered.answer, by_hand.receipt) == ("Lyon", "handed to the source")
        proposal: dict[str, JsonValue] = {
            "output": {"answer": "Madrid"},
            "confidence": 0.9,
            "model": "claude-x",
            "evidence": {"answer": "Order 17"},
        }
        proposed = bed.submit({**ASKED, "id": "q-2"}, proposal=proposal)
        assert "the source proposes" in proposed.card
        assert "it does not hold that the answer is one of the options" in proposed.why
        proposed.approve()
        assert proposed.delivered is not None
        assert proposed.delivered.answer == "Madrid"


def test_a_source_hears_at_once_which_part_of_its_proposal_does_not_fit() -> None:
    with Testbed(question) as bed, pytest.raises(InvalidInput) as refused:
        bed.submit(ASKED, proposal={"output": {"answr": "Lyon"}, "confidence": 2, "model": "x"})
    assert refused.value.errors == {"confidence": "has to be at most 1.0"}
    with Testbed(question) as bed, pytest.raises(InvalidInput) as refused:
        bed.submit(ASKED, proposal={"output": {"answer": "", "also": 1}, "model": "x"})
    assert refused.value.errors == {"output.answer": "has to have at least 1 character"}
