"""The ports that commands listen on."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from workflows.engine.errors import Refused

_NOT_TO_BE_HAD = (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES)


@contextmanager
def listening_at(port: int) -> Iterator[None]:
    """Raise `Refused`, with advice, where the block cannot listen on its port."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NOT_TO_BE_HAD:
            raise
        raise Refused(f"port {port} cannot be used ({os.strerror(error.errno)}); use --port NUMBER") from error
