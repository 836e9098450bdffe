"""The ports that commands listen at."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from workflows.engine.errors import Refused

_NOT_TO_BE_HAD = (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES)


@contextmanager
def listening_at(port: int) -> Iterator[None]:
    """Raise `Refused`, with the way on, where the block cannot listen at its port."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NOT_TO_BE_HAD:
            raise
        raise Refused(f"port {port} cannot be used ({os.strerror(error.errno)}); say --port NUMBER") from error
