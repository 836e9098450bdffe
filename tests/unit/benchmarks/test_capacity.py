"""Capacity on paper: the smallest of three limits, and half of it is planned for."""

from dataclasses import replace

import pytest

from benchmarks.capacity import CORES, DISK, WORKERS, Figures, carried, expected

FIGURES = Figures(rate=50, client=10, server=5, syncs=4, syncs_a_second=2_000, logged=10_000, disk=8_000)


def test_few_processes_are_their_own_limit() -> None:
    """Four times fifty cases a second; the server could do 500 by its disk, and 1,600 by its cores."""
    found = carried(FIGURES, processes=4)
    assert (found.rate, found.limit) == (200, WORKERS)
    assert (found.server_cores, found.logged) == (1.0, 2_000_000)


def test_many_processes_wait_for_the_disk_or_for_the_cores() -> None:
    """Sixteen could do 800; the disk ends it at 500, and on a better disk a server of two cores at 400."""
    assert (carried(FIGURES, processes=16).rate, carried(FIGURES, processes=16).limit) == (500, DISK)
    better = replace(FIGURES, syncs_a_second=100_000)
    found = carried(better, processes=16, server_cores=2)
    assert (found.rate, found.limit) == (400, CORES)


def test_half_of_the_limit_is_planned_for_a_day() -> None:
    """Fifty a second are 25 to plan with: 2.16 million a day, and 6.3 TB a year."""
    found = carried(FIGURES, processes=1)
    assert found.a_day == 25 * 86_400
    assert found.disk_a_year == pytest.approx(25 * 86_400 * 365 * 8_000)


def test_shared_cores_are_shared_by_client_and_server() -> None:
    """Two cores do 2,000 ms of work a second, and a case takes 15."""
    assert expected(FIGURES, processes=4, cores=2) == pytest.approx(2_000 / 15)
    assert expected(FIGURES, processes=1, cores=2) == 50
