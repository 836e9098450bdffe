"""A desk to speak with, and a client that may: loopback is not of the open internet."""

from collections.abc import Iterator

import pytest

from tests.integration.tools.server import DeskServer
from tests.waiting import LONGEST
from workflows.tools.http import Client, client


@pytest.fixture
def desk() -> Iterator[DeskServer]:
    with DeskServer() as server:
        yield server


@pytest.fixture
def ours(desk: DeskServer) -> Iterator[Client]:
    with client(desk.url, name="the desk", allow_private=["127.0.0.1"], timeout=LONGEST) as made:
        yield made
