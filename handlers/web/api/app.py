"""The routes of the API: each admits the caller, reads what is sent, makes one call of the engine and answers in JSON.

What is refused is refused in the same words whether it does not exist or belongs to somebody else.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

import structlog
from pydantic import JsonValue
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from handlers.web.api import problems
from handlers.web.api.access import STRANGERS, Access, Admitted, ContextOf, has_key
from handlers.web.api.bodies import Bodies, parsed
from handlers.web.api.description import description, input_schema, output_schema, takes_documents, takes_proposals
from handlers.web.api.documents import Reader
from handlers.web.api.forms import MOST_ID, HandIn, HandInMany, Reply, filled_in
from handlers.web.api.problems import HEADERS, FieldError, Kind, Problem, field_errors, unavailable
from handlers.web.api.receipts import taken, taken_many
from handlers.web.api.waiting import LONGEST, Waiting
from handlers.web.api.work import Work
from store.db.database import Unavailable
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import BadReason, ContentRemoved, InvalidInput, OtherRequest, QueueFull, Refused, Unknown
from workflows.engine.sources.programs import handing_in
from workflows.engine.sources.programs.handing_in import LONGEST_KEY, HandedIn, HandedInput, hand_in
from workflows.engine.sources.programs.replying import reply
from workflows.engine.sources.told.outcomes import outcome_json
from workflows.engine.text.canonical_json import canonical

log = structlog.get_logger()

_LATER = {"Retry-After": "10"}
_NO_CASE = "this key handed in no case with this id"
_NO_DOCUMENTS = "no workflow that this key may hand in for takes documents"
_NO_WORKFLOW = "there is no workflow of this name that this key may hand in for; GET /v1/workflows lists those"
_BY_ITSELF = 64 * 1024
"""Bytes of a body that is parsed at once; a larger one in a thread, so that others are answered meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Shared:
    """The limits of the API, which hold for what is answered beside it, too."""

    access: Access
    bodies: Bodies
    work: Work
    waiting: Callable[[Context], Waiting]
    """Returns the clients that wait for cases of a team."""


class Api:
    """The API of one process."""

    def __init__(
        self,
        context: Context | ContextOf,
        *,
        threads: int,
        stops: Callable[[], bool],
        bodies: Bodies | None = None,
        reader: Reader | None = None,
        strangers: int = STRANGERS,
    ) -> None:
        """Make the routes. `threads`: calls of the engine at once. `stops`: tells whether the process is about to stop.

        `context`: that of the only team, or a function that returns the one that a key is for. `bodies`, `reader`,
        `strangers`: other limits of bodies, of files, and of requests without a known key in a minute.
        """
        context_of = (lambda _: context) if isinstance(context, Context) else context
        self._work = Work(threads=threads)
        self._stops = stops
        self._bodies = bodies or Bodies()
        self._reader = reader or Reader()
        self._access = Access(context_of, self._work, strangers=strangers)
        self._waiting: dict[int, tuple[Context, Waiting]] = {}
        """Team -> those who wait for its cases. Only the server's loop uses it."""
        self.app = Starlette(
            routes=[
                Route("/v1/workflows", self._answering(self._workflows), methods=["GET"]),
                Route("/v1/workflows/{name}/cases", self._answering(self._hand_in), methods=["POST"]),
                Route("/v1/workflows/{name}/cases/batch", self._answering(self._hand_in_many), methods=["POST"]),
                Route("/v1/documents", self._answering(self._document), methods=["POST"]),
                Route("/v1/cases/{id}", self._answering(self._case), methods=["GET"]),
                Route("/v1/cases/{id}/reply", self._answering(self._reply), methods=["POST"]),
                Route("/v1/openapi.json", self._answering(self._description), methods=["GET"]),
            ],
            exception_handlers={404: _not_here, 405: _not_offered},
        )
        self.app.router.redirect_slashes = False

    def add(self, path: str, make: Callable[[Shared], ASGIApp]) -> None:
        """Answer another application's requests under a path, with the same keys, rates, threads and waits."""
        shared = Shared(
            access=self._access,
            bodies=self._bodies,
            work=self._work,
            waiting=self._waiting_for,
        )
        self.app.router.routes.append(Route(path, make(shared)))

    def close(self) -> None:
        """Wait for the calls that are under way."""
        self._work.close()
        self._reader.close()

    @property
    def number_waiting(self) -> int:
        """Number of clients that wait."""
        return sum(waiting.number for _, waiting in self._waiting.values())

    def _waiting_for(self, context: Context) -> Waiting:
        known = self._waiting.get(context.team)
        # A workspace that was begun anew has another context. Who waited before is still answered.
        if known is None or known[0] is not context:
            known = self._waiting[context.team] = (context, Waiting(context, self._work, stops=self._stops))
        return known[1]

    def _answering(self, route: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Return a route that answers in any case."""

        async def answer(request: Request) -> Response:
            try:
                _refuse_unclear(request)
                return await route(request)
            except Problem as problem:
                return problems.answer(problem)
            except ClientDisconnect:
                # Nobody reads it, but without an answer the server would log a failure of ours.
                return problems.answer(Problem(Kind.MALFORMED, "the request was cut off"))
            except Unavailable as error:
                log.warning("api.without_database", error=type(error).__name__)
                return problems.answer(unavailable("the database cannot do it now; send it again"))
            except Exception as error:  # noqa: BLE001  # the edge: whatever it is, the caller is told no more
                # Its words may hold what was sent.
                log.error("api.failed", route=route.__name__, error=type(error).__name__, at=_line(error))
                return problems.answer(Problem(Kind.FAILED, "it failed here, and whoever runs this server sees why"))

        return answer

    async def _hand_in(self, request: Request) -> Response:
        admitted = await self._access.admit(request)
        workflow, revises = self._workflow(request, admitted), _revises(request)
        body = await self._body(request, admitted)
        form = filled_in(HandIn, body)
        handed = await self._handed_in(request, admitted, workflow, [form], body, revises=revises)
        told = _taken(handed)
        headers = {**admitted.headers, "Location": f"/v1/cases/{told['id']}", **_replayed(handed.replayed)}
        return _json(202, told, headers)

    async def _hand_in_many(self, request: Request) -> Response:
        admitted = await self._access.admit(request)
        workflow, revises = self._workflow(request, admitted), _revises(request)
        body = await self._body(request, admitted)
        form = filled_in(HandInMany, body)
        handed = await self._handed_in(request, admitted, workflow, form.cases, body, revises=revises)
        told = taken_many(handed.receipts, handed.keys)
        return _json(200, told, {**admitted.headers, **_replayed(handed.replayed)})

    async def _document(self, request: Request) -> Response:
        admitted = await self._access.admit(request)
        _queried(request, ())
        _idempotency_key(request)  # the content of a file is its key: the same one twice is one
        if not takes_documents(_allowed(admitted)):
            raise Problem(Kind.NOT_ALLOWED, _NO_DOCUMENTS)
        kept = await self._reader.kept(request, admitted.context, admitted.caller, gone=lambda: _gone(request))
        return _json(201 if kept.is_new else 200, kept.as_json(), admitted.headers)

    async def _case(self, request: Request) -> Response:
        admitted = await self._access.admit(request)
        case, seconds = _case_id(request), _seconds(request)
        try:
            outcome = await self._waiting_for(admitted.context).outcome(
                admitted.caller.source, case, seconds=seconds, gone=lambda: _gone(request)
            )
        except Unknown as error:
            raise Problem(Kind.NOT_FOUND, _NO_CASE) from error
        if seconds:
            await self._access.still(request)
        return _json(200, outcome_json(outcome), admitted.headers)

    async def _reply(self, request: Request) -> Response:
        admitted = await self._access.admit(request)
        case = _case_id(request)
        _queried(request, ())
        _idempotency_key(request)  # the words of a reply are its key: the same ones twice are one
        body = await self._body(request, admitted)
        form = filled_in(Reply, body)
        answer = partial(
            reply,
            admitted.context,
            admitted.caller,
            case,
            form.text,
            number=form.question,
            references=form.documents,
        )
        try:
            replied = await self._work.done(answer)
        except Unknown as error:
            raise Problem(Kind.NOT_FOUND, _NO_CASE) from error
        except BadReason as error:
            errors = [FieldError(pointer="/text", detail=str(error))]
            raise Problem(Kind.MISFIT, str(error), errors=errors) from error
        except InvalidInput as error:
            raise Problem(Kind.MISFIT, str(error), errors=field_errors(error.errors, sent=body)) from error
        except ContentRemoved as error:
            raise Problem(Kind.REMOVED, "the content of the case was removed, so nothing can be answered") from error
        except Refused as error:
            detail = "there is no such question, or it has another answer already; GET the case to see how it stands"
            raise Problem(Kind.NOT_POSSIBLE, detail) from error
        told: dict[str, JsonValue] = {"id": case, "question": replied.question}
        return _json(202, told, {**admitted.headers, **_replayed(not replied.is_new)})

    async def _workflows(self, request: Request) -> Response:
        admitted = await self._access.admit(request)
        _queried(request, ())
        listed: list[JsonValue] = [
            {
                "name": workflow.name,
                "decision": workflow.decision,
                "input": input_schema(workflow),
                "output": output_schema(workflow),
                "takes_proposals": takes_proposals(workflow, proposes=admitted.caller.may_propose),
            }
            for workflow in _allowed(admitted)
        ]
        return _json(200, {"workflows": listed}, admitted.headers)

    async def _description(self, request: Request) -> Response:
        _queried(request, ())
        if not has_key(request):
            self._access.admit_stranger()
            return _json(200, description([]))
        admitted = await self._access.admit(request)
        return _json(200, description(_allowed(admitted), proposes=admitted.caller.may_propose), admitted.headers)

    def _workflow(self, request: Request, admitted: Admitted) -> str:
        """Return the workflow in the path, before anything of the body is read. Raise `Problem` where it is none."""
        name: str = request.path_params["name"]
        if name not in admitted.context.registry or not admitted.caller.may(name):
            raise Problem(Kind.NOT_FOUND, _NO_WORKFLOW)
        return name

    async def _body(self, request: Request, admitted: Admitted) -> dict[str, JsonValue]:
        body = await self._bodies.read(request, largest=admitted.caller.most_bytes)
        return parsed(body) if len(body) <= _BY_ITSELF else await self._work.done(partial(parsed, body))

    async def _handed_in(
        self,
        request: Request,
        admitted: Admitted,
        workflow: str,
        forms: Sequence[HandIn],
        body: Mapping[str, JsonValue],
        *,
        revises: bool,
    ) -> HandedIn:
        key = _idempotency_key(request)
        path = request.url.path

        def call() -> HandedIn:
            asked = None
            if key is not None:
                whole = "\n".join([request.method, path, canonical(body)])
                fingerprint = sha256(whole.encode(errors="surrogatepass")).hexdigest()
                asked = handing_in.Request(key=key, fingerprint=fingerprint)
            inputs = [HandedInput(values=form.input, proposal=form.proposal) for form in forms]
            return hand_in(admitted.context, admitted.caller, workflow, inputs, request=asked, revises=revises)

        try:
            return await self._work.done(call)
        except Unknown as error:
            raise Problem(Kind.NOT_FOUND, _NO_WORKFLOW) from error
        except OtherRequest as error:
            detail = "another request came with this Idempotency-Key; use a new key for each request"
            raise Problem(Kind.KEY_REUSED, detail) from error
        except QueueFull as error:
            raise Problem(Kind.FULL, "too many cases wait for work; hand it in again later", headers=_LATER) from error
        except InvalidInput as error:
            raise Problem(Kind.MISFIT, str(error)) from error


def _allowed(admitted: Admitted) -> list[AnyWorkflow]:
    """Return the workflows that a source may hand in for."""
    return [workflow for workflow in admitted.context.registry if admitted.caller.may(workflow.name)]


def _taken(handed: HandedIn) -> dict[str, JsonValue]:
    """Return what became of the only case of a request. Raise `Problem` where it was not taken in."""
    try:
        return taken(handed.receipts[0], handed.keys)
    except Problem as problem:
        problem.headers = {**problem.headers, **_replayed(handed.replayed)}
        raise


def _json(status: int, told: Mapping[str, JsonValue], headers: Mapping[str, str] | None = None) -> Response:
    return Response(canonical(told), status, headers={**HEADERS, **(headers or {})}, media_type="application/json")


def _replayed(is_replayed: bool) -> dict[str, str]:
    return {"Idempotent-Replayed": "true"} if is_replayed else {}


def _refuse_unclear(request: Request) -> None:
    """Raise `Problem` for a request whose end a proxy and we could see at different places."""
    headers = request.headers
    if "transfer-encoding" in headers and "content-length" in headers:
        detail = "it has both Content-Length and Transfer-Encoding; send one of them"
        raise Problem(Kind.MALFORMED, detail, headers={"Connection": "close"})
    if len(headers.getlist("authorization")) > 1:
        raise Problem(Kind.MALFORMED, "it has several Authorization headers; send one")


def _queried(request: Request, known: Sequence[str]) -> dict[str, str]:
    """Return the parameters of the query. Raise `Problem` for one that is not known, or stands there twice."""
    given = request.query_params.multi_items()
    names = [name for name, _ in given]
    if len(set(names)) != len(names) or not set(names) <= set(known):
        allowed = f"only the query parameters {' and '.join(known)}, each once" if known else "no query parameters"
        raise Problem(Kind.MALFORMED, f"this path takes {allowed}")
    return dict(given)


def _revises(request: Request) -> bool:
    chosen = _queried(request, ("on_conflict",)).get("on_conflict", "revise")
    if chosen not in ("revise", "refuse"):
        raise Problem(Kind.MALFORMED, "on_conflict has to be revise or refuse")
    return chosen == "revise"


def _seconds(request: Request) -> int:
    wait = _queried(request, ("wait",)).get("wait", "0")
    if not wait.isascii() or not wait.isdecimal() or len(wait) > 4 or int(wait) > LONGEST:
        raise Problem(Kind.MALFORMED, f"wait has to be a whole number of seconds from 0 to {LONGEST}")
    return int(wait)


def _case_id(request: Request) -> int:
    text: str = request.path_params["id"]
    # Longer ones are no ids of a database.
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or not 0 < int(text) <= MOST_ID:
        raise Problem(Kind.NOT_FOUND, _NO_CASE)
    return int(text)


def _idempotency_key(request: Request) -> str | None:
    given = request.headers.getlist("idempotency-key")
    if not given:
        return None
    if len(given) > 1 or not 0 < len(given[0]) <= LONGEST_KEY or not (given[0].isascii() and given[0].isprintable()):
        raise Problem(Kind.MALFORMED, f"an Idempotency-Key has 1 to {LONGEST_KEY} printable ASCII characters, once")
    return given[0]


async def _gone(request: Request) -> None:
    """Return once the client has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _line(error: BaseException) -> str | None:
    """Return where an error was raised, without any value."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else None


def _not_here(request: Request, error: Exception) -> Response:
    return problems.answer(Problem(Kind.NOT_FOUND, "there is no such path; GET /v1/openapi.json lists those that are"))


def _not_offered(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = error.headers or {}
    allowed = " and ".join(sorted(headers.get("Allow", "another").split(", ")))
    problem = Problem(Kind.NOT_OFFERED, f"this path takes only {allowed}", headers=headers)
    return problems.answer(problem)
