"""A command whose port is taken says so, and what to do."""

import socket

import pytest

from tests.integration.bot.commandline import CommandLine


@pytest.mark.parametrize("command", ["sandbox", "sample-desk", "sample-ledger", "demo"])
def test_a_port_that_is_taken_is_told_in_one_line(empty: CommandLine, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = empty(command, "--port", str(port)).error()
    assert error == f"port {port} cannot be used (Address already in use); use --port NUMBER"
