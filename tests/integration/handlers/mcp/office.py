"""An office where people decide, and agents that ask there with the official client."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from mcp.client import Client
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp.client.session import ClientRequestContext
from mcp_types import CallToolResult, ElicitRequest, ElicitRequestParams, ElicitResult, Request, RequestParams, Result
from pydantic import ConfigDict, Field

from handlers.mcp.asking import Desk
from handlers.mcp.callers import by_key
from handlers.mcp.server import Server, server_of
from handlers.mcp.serving import Serving
from handlers.mcp.tasks import IDENTIFIER
from handlers.web.api.waiting import Waiting
from handlers.web.api.work import Work
from tests.conftest import MakeWorld
from tests.world import World, sure
from workflows.engine.errors import Unknown
from workflows.engine.review import reviews
from workflows.engine.review.decisions import Follows
from workflows.engine.sources.programs import api_sources, keys
from workflows.library.agent_approval.workflow import Approved, approval
from workflows.library.agent_question.workflow import Answer, question

T = TypeVar("T")
CALL: dict[str, Any] = {
    "tool": "refund",
    "arguments": {"order": 17, "euros": 20},
    "why": "The parcel never came.",
    "request_id": "call-1",
}
QUESTION: dict[str, Any] = {
    "question": "Which warehouse?",
    "options": ["Berlin", "Lyon"],
    "request_id": "question-1",
}


@dataclass(kw_only=True)
class Office:
    """A Countersign that two agents may ask."""

    world: World
    keys: dict[str, str] = field(default_factory=dict)
    """Agent -> its key."""

    def case(self, case: int = 1) -> str:
        """Work on what there is, and return the state of a case's newest run."""
        self.world.work()
        return self.world.state(case)

    def waits(self, case: int) -> bool:
        """Work on what there is, and tell whether a case waits for a person."""
        self.world.work()
        try:
            return self.world.state(case) == "waiting"
        except Unknown:
            return False

    def approve(self, case: int = 1) -> None:
        """Have a person approve what is asked for."""
        self.world.work()
        review = self.world.review(case)
        reviews.approve(self.world.context, review.id, review.version, by="U1")
        self.world.work()

    def change(self, case: int = 1, **arguments: object) -> None:
        """Have a person approve other arguments."""
        self.world.work()
        review = self.world.review(case)
        reviews.edit(self.world.context, review.id, review.version, Approved(arguments=json.dumps(arguments)), by="U1")
        self.world.work()

    def answer(self, case: int, text: str) -> None:
        """Have a person answer a question of an agent."""
        self.world.work()
        review = self.world.review(case)
        reviews.edit(self.world.context, review.id, review.version, Answer(answer=text), by="U1")
        self.world.work()

    def refuse(self, case: int = 1, reason: str = "Not allowed") -> None:
        """Have a person refuse it."""
        self.world.work()
        review = self.world.review(case)
        reviews.reject(self.world.context, review.id, review.version, by="U1", reason=reason, follows=Follows.CLOSE)
        self.world.work()

    def ask(self, case: int = 1, text: str = "For which order?") -> None:
        """Have a person ask the agent back."""
        self.world.work()
        review = self.world.review(case)
        reviews.ask(self.world.context, review.id, review.version, question=text, by="U1")
        self.world.work()


@dataclass(kw_only=True)
class Started:
    """An office on a database that the program opens too."""

    office: Office
    url: str

    def settings(self, key: str | None = None) -> dict[str, str]:
        """Return the settings of the program. `key`: left out, the one of `helper`."""
        given = self.office.keys["helper"] if key is None else key
        return {"COUNTERSIGN_DATABASE_URL": self.url, "COUNTERSIGN_API_KEY": given}


def office(make_world: MakeWorld) -> Office:
    """Return an office with the agents `helper` and `other`."""
    world = make_world(sure())
    world.registry.add(approval)
    world.registry.add(question)
    made = Office(world=world)
    for name in ("helper", "other"):
        api_sources.add(world.context, name, by="U1", workflows=None)
        made.keys[name] = keys.make(world.context, name, by="U1").key
    return made


def served(office: Office, work: Work, key: str) -> Server:
    """Return a server as the agent with a key has one."""
    context = office.world.context
    serving = Serving(
        desk=Desk(context=context),
        work=work,
        waiting=Waiting(context, work, stops=lambda: False, look=0.01),
        caller_of=by_key(context, work, key),
    )
    return server_of(serving, version="1")


def asking(
    office: Office,
    ask: Callable[[Client], Awaitable[T]],
    *,
    agent: str = "helper",
    key: str | None = None,
    **client: Any,
) -> T:
    """Have an agent ask, in a process of its own as far as it can tell, and return what `ask` returns."""

    async def run() -> T:
        work = Work(threads=4)
        try:
            async with Client(served(office, work, key or office.keys[agent]), **client) as connected:
                return await ask(connected)
        finally:
            work.close()

    return asyncio.run(run())


async def value(call: Awaitable[CallToolResult]) -> dict[str, Any]:
    """Return the values that a call answers with."""
    result = await call
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


async def refusal(call: Awaitable[CallToolResult]) -> str:
    """Return the words with which a call is refused."""
    result = await call
    assert result.is_error, result
    return str(result.content[0].text)  # type: ignore[union-attr]  # tools answer with text


class Handle(Result):
    """A task, as it is answered in place of a result."""

    model_config = ConfigDict(extra="allow")

    result_type: Literal["task"] = "task"
    task_id: str = Field(alias="taskId")
    status: str


class TaskParams(RequestParams):
    """The parameters of a request about a task."""

    task_id: str = Field(alias="taskId")
    input_responses: dict[str, Any] | None = Field(default=None, alias="inputResponses")


class OfTask(Request[TaskParams, str]):
    """A request about a task."""

    name_param = "taskId"


class Told(Result):
    """A task as it stands."""

    model_config = ConfigDict(extra="allow")

    status: str = ""
    result: dict[str, Any] | None = None
    input_requests: dict[str, Any] | None = Field(default=None, alias="inputRequests")


async def of_task(client: Client, method: str, task: str, **more: Any) -> Told:
    """Send a request about a task. Raise `MCPError`."""
    params = TaskParams(taskId=task, **more)
    return await client.session.send_request(OfTask(method=method, params=params), Told)


class Polls(ClientExtension):
    """The extension as a client has it: it polls until the task ends, and shows questions to its user."""

    identifier = IDENTIFIER

    def __init__(self, meanwhile: Callable[[int], object]) -> None:
        """Poll. `meanwhile`: what happens at the office after each poll, by the number of the poll from 0."""
        self.meanwhile = meanwhile
        self.handles: list[Handle] = []
        self.seen: list[str] = []
        """The answers to its polls."""

    def claims(self) -> list[ResultClaim[Any]]:
        """Claim tasks."""
        return [ResultClaim(result_type="task", model=Handle, resolve=self._resolve)]

    async def _resolve(self, handle: Handle, context: ClaimContext) -> CallToolResult:
        self.handles.append(handle)
        for number in range(10):
            params = TaskParams(taskId=handle.task_id)
            told = await context.session.send_request(OfTask(method="tasks/get", params=params), Told)
            self.seen.append(told.status)
            if told.status == "completed":
                return CallToolResult.model_validate(told.result)
            if told.input_requests is not None:
                await self._shown(handle, context, told.input_requests)
            await asyncio.to_thread(self.meanwhile, number)
        raise AssertionError(f"it never ends: {self.seen}")

    async def _shown(self, handle: Handle, context: ClaimContext, asked: dict[str, Any]) -> None:
        answers = {}
        for key, request in asked.items():
            shown = ClientRequestContext(session=context.session, request_id=key)
            answer = await context.session.dispatch_input_request(shown, ElicitRequest.model_validate(request))
            assert isinstance(answer, ElicitResult)
            answers[key] = answer.model_dump(by_alias=True, mode="json", exclude_none=True)
        params = TaskParams(taskId=handle.task_id, inputResponses=answers)
        await context.session.send_request(OfTask(method="tasks/update", params=params), Told)


async def types_order_17(_: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
    """Be the user of a client that shows forms."""
    assert params.message == "For which order?"
    return ElicitResult(action="accept", content={"answer": "Order 17"})
