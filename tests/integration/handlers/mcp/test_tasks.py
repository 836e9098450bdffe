"""A client that polls tasks gets one, and its state follows from the case alone."""

from typing import Any

import pytest
from mcp.client import Client
from mcp.client.extension import advertise
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, METHOD_NOT_FOUND, MISSING_REQUIRED_CLIENT_CAPABILITY

from handlers.mcp.tasks import IDENTIFIER
from tests.conftest import MakeWorld
from tests.integration.handlers.mcp.office import (
    CALL,
    Handle,
    Polls,
    asking,
    of_task,
    office,
    types_order_17,
    value,
)

pytestmark = pytest.mark.slow


def test_a_call_waits_as_a_task_until_a_person_decided(make_world: MakeWorld) -> None:
    """The client's own code gets the ordinary result of the tool."""
    made = office(make_world)
    polls = Polls(lambda number: made.approve() if number == 1 else made.case())

    async def ask(client: Client) -> dict[str, Any]:
        return await value(client.call_tool("ask_approval", CALL))

    decided = asking(made, ask, extensions=[polls])
    assert (decided["state"], decided["key"]) == ("delivered", "helper/call-1")
    assert polls.seen == ["working", "working", "completed"]


def test_a_task_survives_the_server_and_a_decision_without_it(make_world: MakeWorld) -> None:
    """The server is gone while people decide; another one answers for the same id, and a retry gets the result."""
    made = office(make_world)
    handle = _begun(made)
    made.change(1, order=17, euros=15)

    async def look(client: Client) -> list[Any]:
        told = await of_task(client, "tasks/get", handle.task_id)
        again = await client.call_tool("ask_approval", CALL)
        return [told.status, told.result, again.structured_content]

    status, result, again = asking(made, look, extensions=[advertise(IDENTIFIER)])
    assert status == "completed"
    assert result["structuredContent"] == again
    assert again["approved"] == {"arguments": '{"order": 17, "euros": 15}'}


def test_a_lapse_and_a_refusal_end_a_task_as_results_and_not_as_errors(make_sqlite_world: MakeWorld) -> None:
    """`failed` is for errors of the protocol."""
    made = office(make_sqlite_world)
    polls = Polls(lambda _: made.refuse())

    async def ask(client: Client) -> dict[str, Any]:
        return await value(client.call_tool("ask_approval", CALL))

    assert asking(made, ask, extensions=[polls])["state"] == "closed"


def test_the_task_of_another_source_is_none_and_no_id_can_be_made_up(make_sqlite_world: MakeWorld) -> None:
    """Every id that is not the caller's own is refused in the same words, and changes nothing."""
    made = office(make_sqlite_world)
    handle = _begun(made)
    forged = [handle.task_id, "task-1-0-" + "0" * 32, handle.task_id.replace("task-1-", "task-2-"), "1", "", "x" * 199]

    async def pry(client: Client) -> set[tuple[int, str]]:
        refused = set()
        for id in forged:
            for method in ("tasks/get", "tasks/cancel", "tasks/update"):
                with pytest.raises(MCPError) as error:
                    await of_task(client, method, id, **({"inputResponses": {}} if method == "tasks/update" else {}))
                refused.add((error.value.code, error.value.message))
        return refused

    assert asking(made, pry, agent="other", extensions=[advertise(IDENTIFIER)]) == {
        (INVALID_PARAMS, "there is no such task")
    }
    assert made.case() == "waiting"


def test_cancelling_a_task_ends_the_wait_and_closes_no_case(make_sqlite_world: MakeWorld) -> None:
    """A person may be reading it: they decide all the same, and the agent can still learn what."""
    made = office(make_sqlite_world)
    handle = _begun(made)

    async def cancel(client: Client) -> list[str]:
        await of_task(client, "tasks/cancel", handle.task_id)
        before = (await of_task(client, "tasks/get", handle.task_id)).status
        made.approve()
        return [before, (await of_task(client, "tasks/get", handle.task_id)).status]

    assert asking(made, cancel, extensions=[advertise(IDENTIFIER)]) == ["working", "completed"]


def test_a_client_that_does_not_poll_gets_no_task_and_has_no_such_methods(make_sqlite_world: MakeWorld) -> None:
    """The extension is declared with each request; before 2026-07-28 there is none."""
    made = office(make_sqlite_world)
    handle = _begun(made)

    async def look(client: Client) -> int:
        assert (await value(client.call_tool("ask_approval", CALL)))["approved"] is None
        with pytest.raises(MCPError) as error:
            await of_task(client, "tasks/get", handle.task_id)
        return error.value.code

    assert asking(made, look) == MISSING_REQUIRED_CLIENT_CAPABILITY
    assert asking(made, look, mode="legacy", extensions=[advertise(IDENTIFIER)]) == METHOD_NOT_FOUND


def test_a_question_back_is_a_form_where_the_client_shows_forms(make_world: MakeWorld) -> None:
    """The task goes on with the answer, and people decide knowing it."""
    made = office(make_world)
    acts = [made.ask, lambda: None, made.approve]
    polls = Polls(lambda number: acts[number]())

    async def ask(client: Client) -> dict[str, Any]:
        return await value(client.call_tool("ask_approval", CALL))

    decided = asking(made, ask, extensions=[polls], elicitation_callback=types_order_17)
    assert polls.seen == ["working", "input_required", "working", "completed"]
    assert decided["state"] == "delivered"
    assert [one.answer for one in made.world.case(1).questions] == ["Order 17"]


def test_a_question_back_ends_the_task_where_the_client_shows_none(make_sqlite_world: MakeWorld) -> None:
    """Else the agent would wait for ever. It answers with a tool, whose call is the next task."""
    made = office(make_sqlite_world)
    acts = [made.ask, made.approve]
    polls = Polls(lambda _: acts.pop(0)())

    async def ask(client: Client) -> list[dict[str, Any]]:
        asked = await value(client.call_tool("ask_approval", CALL))
        answer = {"case": asked["id"], "answer": "Order 17", "number": asked["question"]["number"]}
        decided = await value(client.call_tool("answer_question", answer))
        first, second = (handle.task_id for handle in polls.handles)
        assert first != second
        assert {(await of_task(client, "tasks/get", id)).status for id in (first, second)} == {"completed"}
        return [asked, decided]

    asked, decided = asking(made, ask, extensions=[polls])
    assert (asked["state"], asked["question"]["text"], asked["approved"]) == ("asked", "For which order?", None)
    assert decided["state"] == "delivered"


def _begun(made: Any) -> Handle:
    """Begin a task, and go away."""

    async def ask(client: Client) -> Handle:
        result = await client.session.call_tool("ask_approval", CALL, allow_claimed=True)
        assert isinstance(result, Handle)
        return result

    return asking(made, ask, extensions=[Polls(lambda _: None)])
