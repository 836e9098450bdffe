"""The Web API and the response_urls over HTTP."""

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.sandbox.errors import BadRequest, SlackError
from bot.sandbox.http.gate import answer, content_type, read_body
from bot.sandbox.json import Object, parse
from bot.sandbox.state.calls import named_channel
from bot.sandbox.state.responses import reply
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.web_api.failures import error_of, fail
from bot.sandbox.web_api.methods import call
from bot.sandbox.web_api.oauth import basic_credentials

FIELDS = 200
"""Most fields of a form; a limit of our own."""


class WebApi:
    """The endpoints that the app calls."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def call(self, request: Request) -> Response:
        """Answer /api/METHOD, a POST or a GET."""
        try:
            given = _read(request, await read_body(request))
        except BadRequest as refused:
            return answer({"ok": False, "error": refused.code}, refused.status)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        named = given.pop("token", None)
        if scheme.lower() != "bearer":
            token = named if isinstance(named, str) else ""
        if scheme.lower() == "basic":
            given |= basic_credentials(request.headers["authorization"].partition(" ")[2])
        method = request.path_params["method"]
        token = token.strip()
        sandbox = self._of(token)
        fault = sandbox.faults.calls.take(method, named_channel(given))
        if fault is None:
            return _execute(sandbox, method, token, given)
        if not fault.executes:
            sandbox.calls.note(method, given, error=error_of(fault), fault=fault.kind, at=sandbox.clock())
        return await fail(sandbox, fault, lambda: _execute(sandbox, method, token, given, fault=fault.kind))

    def _of(self, token: str) -> Sandbox:
        """Return the workspace of a bot's token; for any other, the one that this is the Web API of."""
        return next((one for one in self._sandbox.workspaces if one.bot_token == token), self._sandbox)

    async def reply(self, request: Request) -> Response:
        """Answer a POST to a response_url."""
        fault = self._sandbox.faults.calls.take("response_url", "")
        if fault is None:
            return await self._reply(request)
        # The request can be read only once, so it is read before the connection may end.
        executed = await self._reply(request) if fault.executes else answer({"ok": False, "error": error_of(fault)})
        return await fail(self._sandbox, fault, lambda: executed)

    async def _reply(self, request: Request) -> Response:
        try:
            body = parse(await read_body(request), otherwise="invalid_payload")
            if not isinstance(body, dict):
                raise BadRequest(400, "invalid_payload")
            reply(self._sandbox, request.path_params["key"], body)
        except BadRequest as refused:
            return answer({"ok": False, "error": refused.code}, refused.status)
        except SlackError as refused:
            gone = refused.code in ("used_url", "expired_url", "no_service")
            return answer({"ok": False, "error": refused.code}, 404 if gone else 400)
        return PlainTextResponse("ok")


def _execute(sandbox: Sandbox, method: str, token: str, given: Object, *, fault: str | None = None) -> Response:
    done = call(sandbox, method, token, given, fault=fault)
    headers = {} if done.retry_after is None else {"Retry-After": str(done.retry_after)}
    if token == sandbox.bot_token:
        headers["X-OAuth-Scopes"] = ",".join(sandbox.workspace.app.scopes)
    return answer(done.body, done.status, headers)


def _read(request: Request, body: bytes) -> Object:
    kind = content_type(request)
    given: Object = dict(request.query_params)
    if not body:
        return given
    if kind == "application/json":
        sent = parse(body, otherwise="invalid_json")
        if not isinstance(sent, dict):
            raise BadRequest(400, "json_not_object")
        return given | sent
    if kind == "application/x-www-form-urlencoded":
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
        except ValueError:
            raise BadRequest(400, "invalid_form_data") from None
        return given | dict(pairs)
    raise BadRequest(415, "invalid_post_type")
