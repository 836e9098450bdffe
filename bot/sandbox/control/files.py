"""The control API of files: what a person uploads, and what they may read."""

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.control import orders
from bot.sandbox.control.guard import Guard
from bot.sandbox.errors import NotPossible
from bot.sandbox.http.files import given
from bot.sandbox.http.gate import answer, read_body
from bot.sandbox.json import Object
from bot.sandbox.people.files import delete_file, open_file, upload
from bot.sandbox.people.outcomes import told
from bot.sandbox.state.files.kept import LARGEST, FileMode
from bot.sandbox.state.sandbox import Sandbox


class ControlOfFiles:
    """The endpoints for a person's files."""

    def __init__(self, sandbox: Sandbox, guard: Guard) -> None:
        self._sandbox = sandbox
        self._guard = guard
        self.acting = {
            "delete_file": guard.ordered(orders.DeleteFile, self._delete),
            "admin/set_file_seconds": guard.ordered(orders.SetFileSeconds, self._set_seconds),
        }

    async def upload(self, request: Request) -> Response:
        """Answer POST /control/files?user=USER&name=NAME, with the bytes of a file that a person uploads."""

        async def act(request: Request) -> Object:
            query = request.query_params
            mode = query.get("mode", FileMode.HOSTED)
            if mode not in set(FileMode):
                raise NotPossible(400, f"{mode[:50]!r} is no mode of a file")
            data = await read_body(request, most=LARGEST)
            user, name = query.get("user", ""), query.get("name", "")
            return {"file": upload(self._sandbox, user, name, data, mode=FileMode(mode))}

        return await self._guard.told(act)(request)

    async def read(self, request: Request) -> Response:
        """Answer GET /control/files/FILE?user=USER with the bytes of a file that a person may read."""
        try:
            self._guard.check_token(request)
            user = request.query_params.get("user", "")
            return given(open_file(self._sandbox, user, request.path_params["file"]))
        except NotPossible as refused:
            return answer({"error": refused.reason}, refused.status)

    async def _delete(self, order: orders.DeleteFile) -> Object:
        delete_file(self._sandbox, order.user, order.file)
        return told(None, outcome="done")

    async def _set_seconds(self, order: orders.SetFileSeconds) -> Object:
        self._sandbox.files.processing_seconds = order.seconds
        return told(None, outcome="done")
