"""The Tasks extension (SEP-2663): a call that waits for a person answers with a task, which the client polls.

No row is kept for a task: its id names the case and is bound to the source, and its state is read from the case each
time. So it survives restarts, and any process answers for it. Where the client does not declare the extension, the
plain result of the tool is its handle.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, ParamSpec, TypeVar

from mcp.server.context import CallNext, HandlerResult
from mcp.server.extension import Extension, MethodBinding
from mcp.server.mcpserver import require_client_extension
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, CallToolRequestParams, CallToolResult, ElicitResult, RequestParams
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import Field, ValidationError

from handlers.mcp import task_ids
from handlers.mcp.answers import told
from handlers.mcp.callers import Call
from handlers.mcp.serving import Serving
from handlers.mcp.task_ids import Task
from handlers.texts.agents import next_step
from handlers.web.api.problems import Problem
from workflows.engine.errors import Refused, Unknown
from workflows.engine.review.decisions import MAX_ANSWER
from workflows.engine.review.source import questions
from workflows.engine.sources.programs.keys import Caller
from workflows.engine.sources.told.outcomes import outcome_of
from workflows.engine.sources.views import ENDS, AskedQuestion, CaseOutcome, CaseState

IDENTIFIER = "io.modelcontextprotocol/tasks"
WAITING_TOOLS = frozenset({"ask_approval", "ask_question", "answer_question"})
"""Tools whose call waits for a person."""
_SOONEST, _LATEST = 2_000, 30_000
"""Bounds, in milliseconds, of the time between two polls: a twentieth of the case's age, as people take their time."""
_ANSWER = "answer"
_P = ParamSpec("_P")
_T = TypeVar("_T")


class TaskParams(RequestParams):
    """The parameters of `tasks/get` and `tasks/cancel`."""

    task_id: str = Field(alias="taskId", max_length=200)


class UpdateParams(TaskParams):
    """The parameters of `tasks/update`."""

    input_responses: dict[str, Any] = Field(alias="inputResponses", max_length=20)


class Tasks(Extension):
    """Tasks, each of which is the wait for a person's decision about a case."""

    identifier = IDENTIFIER

    def __init__(self, serving: Serving) -> None:
        """Serve the tasks of each caller's own cases."""
        self._serving = serving
        self._context = serving.desk.context

    def methods(self) -> Sequence[MethodBinding]:
        """Return the methods of the extension."""
        versions = frozenset(MODERN_PROTOCOL_VERSIONS)
        served: list[tuple[str, type[TaskParams], Callable[[Call, Any], Awaitable[HandlerResult]]]] = [
            ("tasks/get", TaskParams, self.get),
            ("tasks/update", UpdateParams, self.update),
            ("tasks/cancel", TaskParams, self.cancel),
        ]
        return [
            MethodBinding(method=method, params_type=params, handler=handler, protocol_versions=versions)
            for method, params, handler in served
        ]

    async def intercept_tool_call(self, params: CallToolRequestParams, ctx: Call, call_next: CallNext) -> HandlerResult:
        """Answer with a task where the tool's result is a case that still waits, and the client polls tasks."""
        result = await call_next(ctx)
        if params.name not in WAITING_TOOLS or not _declares_tasks(ctx):
            return result
        if not isinstance(result, CallToolResult) or result.is_error or not isinstance(result.structured_content, dict):
            return result
        caller = await self._serving.caller_of(ctx)
        case = result.structured_content["id"]
        begun = await self._done(self._begun, caller, case, shows_forms=_shows_forms(ctx))
        return result if begun is None else begun

    async def get(self, ctx: Call, params: TaskParams) -> HandlerResult:
        """Answer `tasks/get`."""
        require_client_extension(ctx, IDENTIFIER)
        caller = await self._serving.caller_of(ctx)
        return await self._done(self._standing, caller, params.task_id)

    async def update(self, ctx: Call, params: UpdateParams) -> HandlerResult:
        """Answer `tasks/update`: the answer to a question goes to the people. Anything else is acknowledged only."""
        require_client_extension(ctx, IDENTIFIER)
        caller = await self._serving.caller_of(ctx)
        await self._done(self._answer, caller, params.task_id, params.input_responses)
        return {}

    async def cancel(self, ctx: Call, params: TaskParams) -> HandlerResult:
        """Answer `tasks/cancel`: the agent waits no longer. The case stays, and a person decides all the same."""
        require_client_extension(ctx, IDENTIFIER)
        caller = await self._serving.caller_of(ctx)
        await self._done(self._found, caller, params.task_id)
        return {}

    async def _done(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return await self._serving.work.done(partial(function, *args, **kwargs))
        except Refused as error:
            raise MCPError(code=INVALID_PARAMS, message=str(error)) from None
        except Problem as problem:
            raise MCPError(code=INTERNAL_ERROR, message=problem.detail) from None

    def _begun(self, caller: Caller, case: int, *, shows_forms: bool) -> dict[str, Any] | None:
        """Return the task that waits for a case; None where there is nothing to wait for."""
        outcome = outcome_of(self._context, caller.source, case)
        task = Task(case=case, questions=None if shows_forms else questions.number_asked(self._context, case))
        is_asked = outcome.state is CaseState.ASKED and not shows_forms
        if is_asked or outcome.state in ENDS:
            return None
        return {"resultType": "task", **self._of(task, caller, outcome), "status": "working"}

    def _standing(self, caller: Caller, id: str) -> dict[str, Any]:
        task, outcome = self._found(caller, id)
        now = self._of(task, caller, outcome)
        if self._is_over(task, outcome):
            result = told(outcome).model_dump(by_alias=True, mode="json", exclude_none=True)
            return {**now, "status": "completed", "result": result}
        if outcome.question is not None:
            return {**now, "status": "input_required", "inputRequests": _form(outcome.question)}
        return {**now, "status": "working"}

    def _answer(self, caller: Caller, id: str, given: Mapping[str, Any]) -> None:
        task, outcome = self._found(caller, id)
        if outcome.question is None:
            return
        text = _text(given.get(_key(outcome.question)))
        if text is not None:
            questions.reply(self._context, task.case, text, by=caller.actor, number=outcome.question.number)

    def _found(self, caller: Caller, id: str) -> tuple[Task, CaseOutcome]:
        """Return the caller's task with this id, and how its case stands. Raise `Unknown`, always in the same words."""
        context = self._context
        task = task_ids.read(id, source=caller.source, team=context.team, secret=context.seed)
        if task is None:
            raise Unknown("there is no such task")
        try:
            return task, outcome_of(context, caller.source, task.case)
        except Unknown:
            raise Unknown("there is no such task") from None

    def _is_over(self, task: Task, outcome: CaseOutcome) -> bool:
        """Tell whether a task ended. One that ended with a question stays so, whatever becomes of its case."""
        if outcome.state in ENDS:
            return True
        return task.questions is not None and questions.number_asked(self._context, task.case) > task.questions

    def _of(self, task: Task, caller: Caller, outcome: CaseOutcome) -> dict[str, Any]:
        age = (self._context.clock() - outcome.received_at).total_seconds() * 1_000
        return {
            "taskId": task_ids.id_of(task, source=caller.source, team=self._context.team, secret=self._context.seed),
            "statusMessage": next_step(outcome),
            "createdAt": outcome.received_at.isoformat(),
            "lastUpdatedAt": outcome.changed_at.isoformat(),
            "ttlMs": None,
            "pollIntervalMs": round(min(max(age / 20, _SOONEST), _LATEST)),
        }


def _declares_tasks(ctx: Call) -> bool:
    """Tell whether the client said with this very request that it polls tasks, on a wire that can carry one."""
    capabilities = ctx.session.client_capabilities
    declared = capabilities.extensions if capabilities is not None else None
    return ctx.protocol_version in MODERN_PROTOCOL_VERSIONS and IDENTIFIER in (declared or {})


def _shows_forms(ctx: Call) -> bool:
    """Tell whether the client shows a form to its user."""
    capabilities = ctx.session.client_capabilities
    shown = capabilities.elicitation if capabilities is not None else None
    return shown is not None and (shown.form is not None or shown.url is None)


def _key(question: AskedQuestion) -> str:
    """Return the key of the request for an answer: that of another question differs."""
    return f"question-{question.number}"


def _form(question: AskedQuestion) -> Mapping[str, Any]:
    params = {
        "mode": "form",
        "message": question.text,
        "requestedSchema": {
            "type": "object",
            "properties": {_ANSWER: {"type": "string", "title": "Answer", "maxLength": MAX_ANSWER}},
            "required": [_ANSWER],
        },
    }
    return {_key(question): {"method": "elicitation/create", "params": params}}


def _text(given: object) -> str | None:
    """Return the text of an answer; None where none was given, or it was declined."""
    try:
        result = ElicitResult.model_validate(given)
    except ValidationError:
        return None
    text = (result.content or {}).get(_ANSWER) if result.action == "accept" else None
    return text if isinstance(text, str) else None
