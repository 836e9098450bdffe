"""The route for documents: a program hands in a file by itself, and names it in its cases by the reference it gets.

Reading a scan takes seconds: it is done in threads of its own, so that nobody who asks for a case waits for it. Who
hangs up before it began has nothing read. What has begun is read to its end, and is there when it comes again.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Event, Lock

from pydantic import JsonValue
from starlette.requests import ClientDisconnect, Request

from handlers.web.api.problems import Kind, Problem
from handlers.web.api.uploads import AT_ONCE, Upload, Uploads
from handlers.web.api.work import Work
from workflows.documents.document import Document, ReadBy
from workflows.documents.refusals import DocumentRefused, Why
from workflows.engine.context import Context
from workflows.engine.documents.keeping import has_uploaded, keep_upload, reference_of, refuse_more
from workflows.engine.sources.programs.keys import Caller

THREADS = 2
"""Files that are in memory and read at once, in this process."""
PATIENCE = 45.0
"""Seconds for which a reading is waited for: with the time of the upload, less than a request may last."""
_LATER: Mapping[Why, int] = {Why.BUSY: 10, Why.NOT_KEPT: 10, Why.TOO_MANY_UNNAMED: 3_600}
"""Seconds after which a file that could not be taken yet is worth sending again."""
_STILL = "it is still being read: send it again in a moment"
_KINDS: Mapping[Why, Kind] = {
    Why.TOO_LARGE: Kind.TOO_LARGE,
    Why.OTHER_KIND: Kind.OTHER_KIND,
    Why.TOO_MANY_UNNAMED: Kind.TOO_MANY,
    Why.BUSY: Kind.UNAVAILABLE,
    Why.NOT_KEPT: Kind.UNAVAILABLE,
    Why.NO_PLACE: Kind.UNAVAILABLE,
}
"""The kinds of problems; of all other reasons it is that the document cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A document that a source handed in."""

    document: Document
    is_new: bool
    """False if the source handed it in before."""

    def as_json(self) -> dict[str, JsonValue]:
        """Return what its source is told of it."""
        document = self.document
        ways = Counter(page.read_by for page in document.pages)
        return {
            "document": reference_of(document),
            "name": document.name,
            "kind": document.kind.value,
            "size": document.size,
            "pages": len(document.pages),
            "read_by": {way.value: ways[way] for way in ReadBy},
            "attached": [
                {"name": one.name, "kind": one.kind.value, "size": one.size, "pages": len(one.pages)}
                for one in document.attached
            ],
            "left_out": [{"name": one.name, "why": one.why.value} for one in document.left_out],
        }


class Reader:
    """The files that are received, and the threads in which they are read. It is asked from the server's loop."""

    def __init__(
        self,
        *,
        uploads: Uploads | None = None,
        threads: int = THREADS,
        patience: float = PATIENCE,
    ) -> None:
        """Set the limits: of what is received, files that are read at once, and seconds for which one is waited for."""
        self._uploads = uploads or Uploads()
        self._work = Work(threads=threads, waiting=AT_ONCE)
        self._patience = patience
        self._lock = Lock()
        self._under_way: set[tuple[int, str]] = set()

    async def kept(
        self, request: Request, context: Context, caller: Caller, *, gone: Callable[[], Awaitable[object]]
    ) -> Kept:
        """Receive the file of a request, read it and keep it. `gone`: returns once the client has hung up.

        Raise `Problem`, or `ClientDisconnect`.
        """
        with self._uploads.room() as room:
            upload = await room.received(request, largest=context.documents.limits.size)
            is_dropped = Event()
            with upload.file:
                reading = asyncio.ensure_future(
                    self._work.done(lambda: self._read(upload, context, caller, is_dropped))
                )
                hung_up = asyncio.ensure_future(gone())
                try:
                    await asyncio.wait({reading, hung_up}, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
                    if reading.done():
                        return reading.result()
                    if hung_up.done():
                        raise ClientDisconnect
                    raise refused(DocumentRefused(Why.BUSY, _STILL))
                except DocumentRefused as error:
                    raise refused(error) from error
                finally:
                    is_dropped.set()
                    hung_up.cancel()
                    reading.add_done_callback(_seen)

    def close(self) -> None:
        """Wait for what is being read."""
        self._work.close()

    def _read(self, upload: Upload, context: Context, caller: Caller, is_dropped: Event) -> Kept:
        if is_dropped.is_set():
            raise _Dropped
        data = upload.data()
        sha = sha256(data).hexdigest()
        with self._lock:
            if (caller.source, sha) in self._under_way:
                # It was sent again while the first one is read: reading it twice at once would only take longer.
                raise DocumentRefused(Why.BUSY, _STILL)
            self._under_way.add((caller.source, sha))
        try:
            is_new = not has_uploaded(context, caller.source, sha)
            if is_new:
                refuse_more(context, caller.source, len(data))
            document = keep_upload(context, data, name=upload.name, source=caller.source)
            return Kept(document=document, is_new=is_new)
        finally:
            with self._lock:
                self._under_way.discard((caller.source, sha))


class _Dropped(Exception):
    """Nobody waits for it any more."""


def refused(error: DocumentRefused) -> Problem:
    """Return the problem with a file that is not taken."""
    kind = _KINDS.get(error.why, Kind.NOT_READ)
    seconds = _LATER.get(error.why)
    headers = {"Retry-After": str(seconds)} if seconds is not None else {}
    return Problem(kind, f"the document was not taken: {error}", headers=headers, more={"why": error.why.value})


def _seen(reading: "asyncio.Future[Kept]") -> None:
    """Take note of what nobody waits for, so that it is not logged as a failure."""
    if not reading.cancelled():
        reading.exception()
