"""Uploads: the one file of a multipart request, received into a temporary file within limits of size, time and number.

A file is not in memory before it is read, and few are read at once, in threads of their own. What is not exactly one
file is refused as soon as that is seen: a second part, a part that is no file, a header without an end.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from handlers.web.api.bodies import refuse_packed
from handlers.web.api.problems import Kind, Problem, unavailable

SECONDS = 60.0
"""For which a file is waited for."""
AT_ONCE = 32
"""Uploads that are received or wait for being read, in this process."""
MOST_HELD = 256 * 1024 * 1024
"""Bytes of all these together. They are in temporary files."""
FIELD = "file"
"""Name of the part that is the file."""
_AROUND = 16 * 1024
"""Bytes of a body beside the file: boundaries, and the headers of the part."""
_HEADERS = 8
"""Headers of a part."""
_HEADER = 4 * 1024
"""Bytes of a header of a part."""
_IN_MEMORY = 256 * 1024
"""Bytes of a file that are held in memory. A larger one is on disk."""
_WRITTEN = 512 * 1024
"""Bytes that are written at once."""
_LONGEST_TYPE = 1_000
"""Characters of a Content-Type."""
_LONGEST_BOUNDARY = 70
"""Characters of a boundary (RFC 2046)."""
_SEND_ONE = f"send one file as multipart/form-data, in a part named {FIELD}, such as curl -F {FIELD}=@invoice.pdf"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that was received."""

    name: str
    """As its sender called it. Untrusted."""
    file: SpooledTemporaryFile[bytes]

    def data(self) -> bytes:
        """Return all of it."""
        self.file.seek(0)
        return self.file.read()


class Uploads:
    """The uploads that are under way. Only the server's loop uses it."""

    def __init__(self, *, at_once: int = AT_ONCE, most: int = MOST_HELD, seconds: float = SECONDS) -> None:
        """Set the limits: uploads at once, bytes of all of them, and seconds for each."""
        logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns of every body that is none
        self._at_once = at_once
        self._most = most
        self.seconds = seconds
        """Seconds for each upload."""
        self.number = 0
        """Uploads that are under way."""
        self.held = 0
        """Bytes of all these."""

    @contextmanager
    def room(self) -> Iterator["Room"]:
        """Yield room for one upload. Raise `Problem` where there is none."""
        if self.number >= self._at_once:
            raise unavailable("too many files come in at once; send it again later", seconds=5)
        self.number += 1
        room = Room(self)
        try:
            yield room
        finally:
            self.number -= 1
            self.held -= room.held

    def hold(self, more: int) -> None:
        """Count bytes. Raise `Problem` where there are too many."""
        if self.held + more > self._most:
            raise unavailable("too many large files come in at once; send it again later", seconds=5)
        self.held += more


class Room:
    """The room for one upload. Its bytes count until it is given back."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads
        self.held = 0
        """Bytes that were received."""

    async def received(self, request: Request, *, largest: int) -> Upload:
        """Return the file of a request; whoever gets it closes it. `largest`: bytes of a file.

        Raise `Problem`, or `ClientDisconnect` where the sender hung up.
        """
        boundary = _boundary(request)
        announced = request.headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced[:20]) > largest + _AROUND:
            raise _too_large(largest)
        file = SpooledTemporaryFile[bytes](max_size=_IN_MEMORY)  # whoever gets it closes it
        try:
            async with asyncio.timeout(self._uploads.seconds):
                name = await self._receive(request, _Parts(boundary), file, largest=largest)
        except TimeoutError as error:
            file.close()
            detail = f"a file has to come within {self._uploads.seconds:g} seconds"
            raise Problem(Kind.TOO_SLOW, detail, headers={"Connection": "close"}) from error
        except BaseException:
            file.close()
            raise
        return Upload(name=name, file=file)

    async def _receive(
        self, request: Request, parts: "_Parts", file: SpooledTemporaryFile[bytes], *, largest: int
    ) -> str:
        size = 0
        async for piece in request.stream():
            self._uploads.hold(len(piece))
            self.held += len(piece)
            if self.held > largest + _AROUND:
                raise _too_large(largest)
            parts.feed(piece)
            if len(parts.data) >= _WRITTEN:
                size += await _written(parts, file)
            if size + len(parts.data) > largest:
                raise _too_large(largest)
        name = parts.name_at_end()
        await _written(parts, file)
        return name


async def _written(parts: "_Parts", file: SpooledTemporaryFile[bytes]) -> int:
    """Write what was received, and return its size. The loop does not wait for the disk."""
    taken = bytes(parts.data)
    parts.data.clear()
    await asyncio.to_thread(file.write, taken)
    return len(taken)


class _Parts:
    """The parts of a body, of which one is allowed: the file."""

    def __init__(self, boundary: bytes) -> None:
        self.data = bytearray()
        """Bytes of the file that were not taken away yet."""
        self._parts = 0
        self._ended = False
        self._name: bytes | None = None
        self._header, self._value = bytearray(), bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._part_data,
                "on_end": self._end,
            },
            max_header_count=_HEADERS,
            max_header_size=_HEADER,
        )

    def feed(self, piece: bytes) -> None:
        """Take a piece of the body. Raise `Problem`."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise _malformed("it is not a readable multipart body") from error

    def name_at_end(self) -> str:
        """Return the name of the file, at the end of the body. Raise `Problem` where it has no end, or no file."""
        if not self._ended:
            raise _malformed("its end is missing")
        if self._name is None:
            raise _malformed(_SEND_ONE)
        return self._name.decode("utf-8", "replace")

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > 1:
            raise _malformed(f"it has several parts: {_SEND_ONE}")

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        header = bytes(self._header).lower()
        if header in self._headers:
            raise _malformed("a header of its part stands there twice")
        self._headers[header] = bytes(self._value)
        self._header, self._value = bytearray(), bytearray()

    def _end_headers(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition"))
        if kind != b"form-data" or options.get(b"name") != FIELD.encode() or b"filename" not in options:
            raise _malformed(_SEND_ONE)
        if self._headers.get(b"content-transfer-encoding", b"binary").lower() not in (b"binary", b"8bit", b"7bit"):
            raise _malformed("the file has to be sent as it is, without another encoding")
        self._name = options[b"filename"]

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self.data += data[start:end]

    def _end(self) -> None:
        self._ended = True


def _boundary(request: Request) -> bytes:
    """Return the boundary between the parts of a request. Raise `Problem` where it holds no multipart body."""
    kinds = request.headers.getlist("content-type")
    kind, options = parse_options_header(kinds[0][:_LONGEST_TYPE] if len(kinds) == 1 else None)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= _LONGEST_BOUNDARY:
        raise Problem(Kind.NOT_MULTIPART, _SEND_ONE)
    refuse_packed(request, Kind.NOT_MULTIPART)
    return boundary


def _malformed(why: str) -> Problem:
    return Problem(Kind.MALFORMED, f"the body cannot be taken: {why}", headers={"Connection": "close"})


def _too_large(largest: int) -> Problem:
    return Problem(
        Kind.TOO_LARGE,
        f"a file here has at most {largest:,} bytes; send a smaller one, or its parts as several documents",
        headers={"Connection": "close"},
        more={"why": "too_large"},
    )
