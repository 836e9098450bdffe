"""Bytes of a trained model: numbers, words and facts, and nothing that could be executed.

    ModelError
    └── CannotLoad

A file starts with a mark that names the format and its version, and with the SHA-256 of the rest, which is an `npz`
archive of numpy without compression. It is read without pickle and within limits, so that a damaged file or one of a
stranger is refused before its numbers are used. docs/decisions/0085 says why it is neither skops nor ONNX.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from workflows.model.port import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MARK = b"countersign local model 1\n"
"""The format and its version. A change of what is kept, or of how features are counted, needs another number."""
LARGEST = 256 * 1024 * 1024
"""Most bytes of a model. That of 8,000 examples and 77 values has a tenth."""
_MOST_ARRAYS = 1_000
_FACTS = "facts"
_KINDS = {"<f4", "<f8", "<i4", "<i8", "|u1"}
"""Kinds of numbers, as numpy names them: floats and integers, and bytes of JSON."""


class CannotLoad(ModelError):
    """These bytes are no local model that can be used here. The message says why."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Packed:
    """The contents of a model."""

    facts: Mapping[str, Any]
    """JSON."""
    arrays: "Mapping[str, NDArray[Any]]"


def pack(packed: Packed) -> bytes:
    """Return the bytes of a model. The same contents have the same bytes."""
    import numpy as np

    facts = json.dumps(packed.facts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    body = BytesIO()
    np.savez(
        body,
        allow_pickle=False,
        **{_FACTS: np.frombuffer(facts.encode(), dtype=np.uint8)},
        **{name: packed.arrays[name] for name in sorted(packed.arrays)},
    )
    content = body.getvalue()
    return MARK + hashlib.sha256(content).digest() + content


def unpack(data: bytes) -> Packed:
    """Return the contents of a model. Raise `CannotLoad`."""
    if len(data) > LARGEST:
        raise CannotLoad(f"a model has at most {LARGEST:,} bytes, and these are {len(data):,}")
    family = MARK[: MARK.rindex(b" ") + 1]
    if not data.startswith(MARK):
        known = data.startswith(family)
        raise CannotLoad("it was written by another version of Countersign" if known else "it is not a local model")
    digest, content = data[len(MARK) : len(MARK) + 32], data[len(MARK) + 32 :]
    if hashlib.sha256(content).digest() != digest:
        raise CannotLoad("it is damaged: its bytes are not those that were written")
    try:
        return _read(content)
    except (ValueError, KeyError, OSError, EOFError, MemoryError, OverflowError, RecursionError, BadZipFile) as error:
        raise CannotLoad(f"it cannot be read: {error}") from error


def words_of(array: "NDArray[Any]") -> tuple[str, ...]:
    """Return the different words that an array holds as JSON. Raise `ValueError`."""
    found = json.loads(array.tobytes())
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise ValueError("words are no list of words")
    if len(set(found)) != len(found):
        raise ValueError("a word stands twice among its words")
    return tuple(found)


def words_as_array(words: tuple[str, ...]) -> "NDArray[Any]":
    """Return words as an array of the bytes of their JSON, which is ASCII whatever they hold."""
    import numpy as np

    return np.frombuffer(json.dumps(words, separators=(",", ":")).encode(), dtype=np.uint8)


def _read(content: bytes) -> Packed:
    import numpy as np

    with ZipFile(BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > _MOST_ARRAYS or any(one.compress_type != ZIP_STORED for one in members):
            raise ValueError("it holds too much, or what is compressed")
        arrays = {}
        for member in members:
            stored = archive.read(member)
            array = np.lib.format.read_array(BytesIO(_within(stored)), allow_pickle=False)
            if array.dtype.str not in _KINDS:
                raise ValueError(f"numbers of the kind {array.dtype.str}")
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise ValueError("a number is not finite")
            arrays[member.filename.removesuffix(".npy")] = array
    facts = json.loads(arrays.pop(_FACTS).tobytes())
    if not isinstance(facts, dict):
        raise ValueError("its facts are none")
    return Packed(facts=facts, arrays=arrays)


def _within(stored: bytes) -> bytes:
    """Return an array's bytes where its shape does not claim more than there are. Raise `ValueError`."""
    import numpy as np

    file = BytesIO(stored)
    version = np.lib.format.read_magic(file)
    if version != (1, 0):
        raise ValueError("an array of an unknown version")
    shape, _, kind = np.lib.format.read_array_header_1_0(file)
    claimed = kind.itemsize
    for length in shape:
        claimed *= length
    if kind.hasobject or claimed != len(stored) - file.tell():
        raise ValueError("an array claims more than it holds")
    return stored
