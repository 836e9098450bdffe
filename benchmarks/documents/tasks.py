"""Tasks of the benchmark of documents, for the process that opens files."""

import resource
import time
from typing import Any

from workflows.documents.reading import files, ocr


def read(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Return the seconds of reading a file and the megabytes of its process, in one row."""
    return _measured(lambda: files.read(data, asked))


def recognise(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Return the same of recognising a page; the megabytes are those of the program."""
    return _measured(lambda: ocr.recognise(data, asked), who=resource.RUSAGE_CHILDREN)


def _measured(work: Any, *, who: int = resource.RUSAGE_SELF) -> bytes:  # Any: a function without arguments
    began = time.perf_counter()
    work()
    return f"{time.perf_counter() - began} {resource.getrusage(who).ru_maxrss / 1024}".encode()
