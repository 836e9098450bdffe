"""Load that one PostgreSQL and a number of worker processes carry, from measured figures by a stated formula.

    cases a second = min(processes x rate, server cores x 1000 / server ms, syncs a second / syncs a case)

The three are the limits of the workers, of the server's cores, and of its disk. Nothing here is measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass

SERVER_CORES = 8
"""Cores of the server that the table is made for."""
SHARE = 0.5
"""Share of what it carries that is planned for: near the whole of it, a queue grows with every burst."""
DAY = 86_400
WORKERS, CORES, DISK = "the worker processes", "the server's cores", "the server's disk: commits"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The measured figures of a case."""

    rate: float
    """Cases a second of one process, intake included, beside a server with cores to spare."""
    client: float
    """Milliseconds of a core in the client, intake included."""
    server: float
    """Milliseconds of a core in the server."""
    syncs: float
    """Times that the server forces its log to disk. Commits at the same time share one."""
    syncs_a_second: float
    """Rows a second that one connection commits, one at a time: each waits for the disk once."""
    logged: float
    """Bytes of the server's log."""
    disk: float
    """Bytes that stay on disk, indexes included."""


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """The load that a number of processes carries."""

    rate: float
    """Cases a second at the limit."""
    limit: str
    """The limit that ends it."""
    a_day: float
    """Cases a day that may be planned for."""
    server_cores: float
    """Cores of the server that are busy at the limit."""
    logged: float
    """Bytes of the server's log a second at the limit."""
    disk_a_year: float
    """Bytes that a year of such days leaves on disk."""


def carried(figures: Figures, *, processes: int, server_cores: int = SERVER_CORES) -> Capacity:
    """Return what so many worker processes carry, each on a core of its own, with one server on others."""
    limits: Mapping[str, float] = {
        WORKERS: processes * figures.rate,
        CORES: server_cores * 1000 / figures.server,
        DISK: figures.syncs_a_second / figures.syncs,
    }
    limit = min(limits, key=lambda name: limits[name])
    rate = limits[limit]
    a_day = rate * SHARE * DAY
    return Capacity(
        rate=rate,
        limit=limit,
        a_day=a_day,
        server_cores=rate * figures.server / 1000,
        logged=rate * figures.logged,
        disk_a_year=a_day * 365 * figures.disk,
    )


def expected(figures: Figures, *, processes: int, cores: int) -> float:
    """Return the cases a second where workers and server share so many cores: the formula, to be held to a figure."""
    shared = cores * 1000 / (figures.client + figures.server)
    return min(processes * figures.rate, shared, figures.syncs_a_second / figures.syncs)
